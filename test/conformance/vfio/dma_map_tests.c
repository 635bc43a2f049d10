/* Mapping memory for a device in every mode, as the kernel's own selftests do it (specification, 6.1 and 6.2). */
#include "device.h"

#define HUGE_2M (2ul << 20)
#define HUGE_1G (1ul << 30)
#define HUGE_SHIFT_2M (21 << 26)
#define HUGE_SHIFT_1G (30 << 26)

/* In a native container of type 1, partial unmaps have rules of their own. */
static void map_and_unmap(const struct subject *subject, size_t bytes, int flags)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
	struct opened opened;
	uint64_t iova, unmapped = bytes;

	if (memory == MAP_FAILED)
		SKIP("no huge page of 0x%zx bytes can be had", bytes);
	opened = open_device(subject);
	iova = find_iova(&opened, bytes, bytes);
	EXPECT_OK(map_dma(&opened, memory, iova, bytes));
	EXPECT_ERRNO(map_dma(&opened, memory, iova, bytes), EEXIST);
	EXPECT_OK(unmap_dma(&opened, iova, &unmapped));
	EXPECT_EQ(unmapped, bytes);
	close_device(&opened);
}

TEST_MODES(dma_map_unmap, "memory of one page is mapped, and unmap returns exactly its size")
{
	map_and_unmap(subject, PAGE, 0);
}

TEST_MODES(dma_map_unmap_2m, "a huge page of 2 MiB is mapped, and unmap returns exactly its size")
{
	map_and_unmap(subject, HUGE_2M, MAP_HUGETLB | HUGE_SHIFT_2M);
}

TEST_MODES(dma_map_unmap_1g, "a huge page of 1 GiB is mapped, and unmap returns exactly its size")
{
	map_and_unmap(subject, HUGE_1G, MAP_HUGETLB | HUGE_SHIFT_1G);
}

TEST_MODES(dma_map_last_page, "the last page of the last IOVA range can be mapped and unmapped")
{
	struct opened opened = open_device(subject);
	struct iommu_iova_range ranges[RANGES_MAX];
	uint64_t iova = ranges[iova_ranges(&opened, ranges) - 1].last & ~PAGE_MASK, bytes = PAGE;

	EXPECT_OK(map_dma(&opened, new_memory(PAGE), iova, PAGE));
	EXPECT_OK(unmap_dma(&opened, iova, &bytes));
	EXPECT_EQ(bytes, PAGE);
}

TEST_MODES(dma_unmap_all, "unmapping everything returns what was mapped")
{
	struct opened opened = open_device(subject);
	uint64_t iova = find_iova(&opened, 16 * PAGE, 16 * PAGE), bytes;

	EXPECT_OK(map_dma(&opened, new_memory(PAGE), iova, PAGE));
	EXPECT_OK(map_dma(&opened, new_memory(4 * PAGE), iova + 8 * PAGE, 4 * PAGE));
	EXPECT_OK(unmap_dma_all(&opened, &bytes));
	EXPECT_EQ(bytes, 5 * PAGE);
}

TEST_MODES(dma_overflow, "map and unmap of a range that wraps fail EOVERFLOW")
{
	struct opened opened = open_device(subject);
	uint64_t bytes = 2 * PAGE;

	EXPECT_ERRNO(map_dma(&opened, new_memory(2 * PAGE), ~PAGE_MASK, 2 * PAGE), EOVERFLOW);
	EXPECT_ERRNO(unmap_dma(&opened, ~PAGE_MASK, &bytes), EOVERFLOW);
}

TEST_MODES(dma_many, "thousands of mappings are made, and removed in another order")
{
	const uint64_t count = 2048;
	struct opened opened = open_device(subject);
	uint64_t iova = find_iova(&opened, 2 * 2048 * PAGE, 2 * 2048 * PAGE), left;
	uint8_t *memory = new_memory(count * PAGE);

	/* Every other page, so that none can be joined with the next. */
	for (uint64_t i = 0; i < count; i++)
		EXPECT_OK(map_dma(&opened, memory + i * PAGE, iova + 2 * i * PAGE, PAGE));
	for (uint64_t i = 0; i < count; i += 2) {
		uint64_t bytes = PAGE;

		EXPECT_OK(unmap_dma(&opened, iova + 2 * (count - 1 - i) * PAGE, &bytes));
		EXPECT_EQ(bytes, PAGE);
	}
	EXPECT_OK(unmap_dma_all(&opened, &left));
	EXPECT_EQ(left, count / 2 * PAGE);
}

/* ---- a BAR as memory --------------------------------------------------------------------------------------------- */

enum part {
	WHOLE,
	ONE_PAGE,
	MISALIGNED,
};

/* Maps the BAR once more at an address that no page of 1 GiB begins at, nor one of the BAR's size. */
static void *map_misaligned(int device, uint32_t bar, uint64_t bytes)
{
	uint8_t *reserved =
		mmap(NULL, 2 * HUGE_1G + bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	uint8_t *place;

	EXPECT(reserved != MAP_FAILED);
	place = (uint8_t *)(((uintptr_t)reserved + HUGE_1G - 1) & ~(HUGE_1G - 1)) + PAGE;
	EXPECT(mmap(place, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, device,
		    (off_t)VFIO_PCI_INDEX_TO_OFFSET(bar)) == place);
	return place;
}

/* A mapped BAR is memory for a native container only. */
static void map_of_bar(const struct subject *subject, enum part part)
{
	struct opened opened = open_device(subject);
	int bar = find_bar(opened.device, VFIO_REGION_INFO_FLAG_MMAP | VFIO_REGION_INFO_FLAG_WRITE);
	bool native = is_native_container(opened.iommu);
	uint64_t bytes, iova;
	void *mapped;

	if (bar < 0)
		SKIP("no BAR can be mapped");
	bytes = region_info(opened.device, (uint32_t)bar).size;
	mapped = map_region(opened.device, (uint32_t)bar);
	if (part == ONE_PAGE && bytes == PAGE)
		SKIP("the BAR is one page");
	if (part == ONE_PAGE)
		bytes = PAGE;
	if (part == MISALIGNED)
		mapped = map_misaligned(opened.device, (uint32_t)bar, bytes);
	iova = find_iova(&opened, bytes, PAGE);
	if (!native) {
		EXPECT_ERRNO(map_dma(&opened, mapped, iova, bytes), EFAULT);
		return;
	}
	EXPECT_OK(map_dma(&opened, mapped, iova, bytes));
	EXPECT_OK(unmap_dma(&opened, iova, &bytes));
}

TEST_MODES(dma_map_full_bar, "a mapped BAR is no memory for an iommufd: EFAULT; a native container takes it")
{
	map_of_bar(subject, WHOLE);
}

TEST_MODES(dma_map_partial_bar, "nor is one page of a mapped BAR")
{
	map_of_bar(subject, ONE_PAGE);
}

TEST_MODES(dma_map_misaligned_bar, "nor a BAR that is mapped one page off its alignment")
{
	map_of_bar(subject, MISALIGNED);
}
