/*
 * MAP_DMA and UNMAP_DMA of an iommufd without a device: checks and their order, what is unmapped in v1 and v2 mode,
 * what is written back (specification, 1.6, 1.7 and 1.9).
 */
#include "container.h"

#define WRAPPING_IOVA (~0xfffull)

static int open_v1(const struct subject *subject, uint32_t *ioas_id)
{
	int fd = open_container(subject, ioas_id);

	EXPECT_OK(ioctl(fd, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU));
	return fd;
}

/* Maps areas of these many pages, one behind the other from IOVA 0. */
static void map_areas(int fd, const unsigned *pages, unsigned count)
{
	uint64_t iova = 0;

	for (unsigned i = 0; i < count; i++) {
		EXPECT_OK(container_map(fd, MAP_READ_WRITE, new_memory(pages[i] * PAGE), iova, pages[i] * PAGE));
		iova += pages[i] * PAGE;
	}
}

/* What is mapped in all, which is unmapped. */
static uint64_t mapped_bytes(int fd)
{
	uint64_t bytes = 0;

	EXPECT_OK(container_unmap(fd, VFIO_DMA_UNMAP_FLAG_ALL, 0, &bytes));
	return bytes;
}

/* ---- MAP_DMA ----------------------------------------------------------------------------------------------------- */

TEST_CONTAINERS(map_struct, "MAP fails EFAULT, then EINVAL for argsz below 32 or an unknown flag, then ENODEV without "
			    "an IOAS")
{
	struct vfio_iommu_type1_dma_map call = { .argsz = sizeof(call) - 1, .flags = MAP_READ_WRITE, .size = PAGE };
	const uint32_t flags[] = { VFIO_DMA_MAP_FLAG_VADDR, 8, 0x80000000 };
	int fd = open_empty_container(subject);

	EXPECT_ERRNO(ioctl(fd, VFIO_IOMMU_MAP_DMA, memory_before_a_hole(sizeof(call) - 1)), EFAULT);
	EXPECT_ERRNO(ioctl(fd, VFIO_IOMMU_MAP_DMA, &call), EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE | flags[i], NULL, 0, PAGE), EINVAL);
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, NULL, 0, PAGE), ENODEV);
}

TEST_CONTAINERS(map_long_argsz, "MAP reads 32 bytes, however large argsz is, and writes none")
{
	const struct vfio_iommu_type1_dma_map call = {
		.argsz = 0xffffffff,
		.flags = MAP_READ_WRITE,
		.vaddr = (uintptr_t)new_memory(PAGE),
		.size = PAGE,
	};
	int fd = open_container(subject, NULL);
	struct vfio_iommu_type1_dma_map *at_the_edge = memory_before_a_hole(sizeof(call));

	*at_the_edge = call;
	EXPECT_OK(ioctl(fd, VFIO_IOMMU_MAP_DMA, at_the_edge));
	at_the_edge->iova = PAGE;
	EXPECT_OK(ioctl(fd, VFIO_IOMMU_MAP_DMA, read_only_copy(at_the_edge, sizeof(call))));
}

TEST_CONTAINERS(map_address_overflow, "MAP of memory whose end wraps fails EOVERFLOW before size and IOVA are looked "
				      "at")
{
	int fd = open_container(subject, NULL);
	const void *last_page = (void *)WRAPPING_IOVA;

	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, last_page, 0, 2 * PAGE), EOVERFLOW);
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, last_page, 0, PAGE), EOVERFLOW);
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, (void *)PAGE, 1, UINT64_MAX), EOVERFLOW);
}

TEST_CONTAINERS(map_size, "MAP of size 0, or of more than 2^64-1 less a page, fails EINVAL")
{
	int fd = open_container(subject, NULL);

	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, new_memory(PAGE), 0, 0), EINVAL);
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, NULL, 0, UINT64_MAX), EINVAL);
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, NULL, 0, UINT64_MAX - PAGE + 1), EINVAL);
}

TEST_CONTAINERS(map_iova_overflow, "MAP and UNMAP of a range whose last address wraps fail EOVERFLOW, in v1 and v2")
{
	int fd = open_container(subject, NULL);
	uint8_t *memory = new_memory(2 * PAGE);

	for (int type = VFIO_TYPE1v2_IOMMU; type >= VFIO_TYPE1_IOMMU; type -= 2) {
		uint64_t bytes = 2 * PAGE;

		EXPECT_OK(ioctl(fd, VFIO_SET_IOMMU, (unsigned long)type));
		EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, memory, WRAPPING_IOVA, 2 * PAGE), EOVERFLOW);
		EXPECT_ERRNO(container_unmap(fd, 0, WRAPPING_IOVA, &bytes), EOVERFLOW);
		EXPECT_EQ(bytes, 0);
	}
}

TEST_CONTAINERS(map_order_of_checks, "MAP looks at the size's alignment, the IOVA's, overlap and the address's, in "
				     "this order")
{
	int fd = open_v1(subject, NULL);
	uint8_t *memory = new_memory(2 * PAGE);

	EXPECT_OK(container_map(fd, MAP_READ_WRITE, memory, 0, PAGE));
	/* Unaligned size before the IOVA that wraps with it. */
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, memory, WRAPPING_IOVA, PAGE + 0x800), EINVAL);
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, memory, WRAPPING_IOVA, 2 * PAGE), EOVERFLOW);
	/* Overlap before the unaligned address. */
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, memory + 0x10, 0, PAGE), EEXIST);
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, memory + 0x10, PAGE, PAGE), EINVAL);
}

TEST_CONTAINERS(map_overlap, "MAP that overlaps an area fails EEXIST, whichever part of it")
{
	int fd = open_container(subject, NULL);
	uint8_t *memory = new_memory(8 * PAGE);

	EXPECT_OK(container_map(fd, MAP_READ_WRITE, memory, 4 * PAGE, 2 * PAGE));
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, memory, 4 * PAGE, 2 * PAGE), EEXIST);
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, memory, 3 * PAGE, 2 * PAGE), EEXIST);
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, memory, 5 * PAGE, 2 * PAGE), EEXIST);
	EXPECT_ERRNO(container_map(fd, MAP_READ_WRITE, memory, 0, 8 * PAGE), EEXIST);
	EXPECT_OK(container_map(fd, MAP_READ_WRITE, memory, 3 * PAGE, PAGE));
	EXPECT_OK(container_map(fd, MAP_READ_WRITE, memory, 6 * PAGE, PAGE));
}

TEST_CONTAINERS(map_without_domain, "without a domain MAP takes any address, any alignment and no permission")
{
	int fd = open_container(subject, NULL);

	EXPECT_OK(container_map(fd, MAP_READ_WRITE, (void *)0x1234, 0x10, 0x30));
	EXPECT_OK(container_map(fd, 0, NULL, 0x40, 0x01));
	EXPECT_OK(container_map(fd, VFIO_DMA_MAP_FLAG_READ, NULL, UINT64_MAX, 1));
	EXPECT_EQ(mapped_bytes(fd), 0x32);
}

/* ---- UNMAP_DMA --------------------------------------------------------------------------------------------------- */

TEST_CONTAINERS(unmap_struct, "UNMAP fails EFAULT, then EINVAL for argsz below 24 or another flag than ALL, then "
			      "ENODEV")
{
	struct vfio_iommu_type1_dma_unmap call = { .argsz = sizeof(call) - 1, .size = PAGE };
	const uint32_t flags[] = { VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP, VFIO_DMA_UNMAP_FLAG_VADDR, 8,
				   VFIO_DMA_UNMAP_FLAG_ALL | VFIO_DMA_UNMAP_FLAG_VADDR };
	int fd = open_empty_container(subject);
	uint64_t bytes = PAGE;

	EXPECT_ERRNO(ioctl(fd, VFIO_IOMMU_UNMAP_DMA, memory_before_a_hole(sizeof(call) - 1)), EFAULT);
	EXPECT_ERRNO(ioctl(fd, VFIO_IOMMU_UNMAP_DMA, &call), EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		EXPECT_ERRNO(container_unmap(fd, flags[i], 0, &bytes), EINVAL);
	EXPECT_ERRNO(container_unmap(fd, 0, 0, &bytes), ENODEV);
	EXPECT_EQ(bytes, PAGE);
}

TEST_CONTAINERS(unmap_all_checks, "UNMAP with ALL and an IOVA or a size fails EINVAL and writes nothing back")
{
	const unsigned pages[] = { 2 };
	int fd = open_container(subject, NULL);
	uint64_t bytes = PAGE;

	map_areas(fd, pages, 1);
	EXPECT_ERRNO(container_unmap(fd, VFIO_DMA_UNMAP_FLAG_ALL, 0, &bytes), EINVAL);
	EXPECT_EQ(bytes, PAGE);
	bytes = 0;
	EXPECT_ERRNO(container_unmap(fd, VFIO_DMA_UNMAP_FLAG_ALL, PAGE, &bytes), EINVAL);
	EXPECT_EQ(mapped_bytes(fd), 2 * PAGE);
}

TEST_CONTAINERS(unmap_all, "UNMAP with ALL removes everything and says how much; of nothing it succeeds with 0")
{
	const unsigned pages[] = { 1, 3, 5 };
	int fd = open_container(subject, NULL);

	EXPECT_EQ(mapped_bytes(fd), 0);
	map_areas(fd, pages, ARRAY_SIZE(pages));
	EXPECT_EQ(mapped_bytes(fd), 9 * PAGE);
	EXPECT_EQ(mapped_bytes(fd), 0);
}

TEST_CONTAINERS(unmap_whole_space, "UNMAP of IOVA 0 with size 2^64-1 removes everything, in v1 and v2")
{
	const unsigned pages[] = { 1, 2 };
	int fd = open_container(subject, NULL);

	for (int type = VFIO_TYPE1v2_IOMMU; type >= VFIO_TYPE1_IOMMU; type -= 2) {
		uint64_t bytes = UINT64_MAX;

		EXPECT_OK(ioctl(fd, VFIO_SET_IOMMU, (unsigned long)type));
		map_areas(fd, pages, ARRAY_SIZE(pages));
		EXPECT_OK(container_unmap(fd, 0, 0, &bytes));
		EXPECT_EQ(bytes, 3 * PAGE);
	}
}

TEST_CONTAINERS(unmap_nothing, "UNMAP of a range without areas succeeds with size 0")
{
	const unsigned pages[] = { 1 };
	int fd = open_container(subject, NULL);
	uint64_t bytes = PAGE;

	map_areas(fd, pages, 1);
	EXPECT_OK(container_unmap(fd, 0, PAGE, &bytes));
	EXPECT_EQ(bytes, 0);
}

TEST_CONTAINERS(unmap_size_zero, "UNMAP of size 0 fails EINVAL and writes size 0")
{
	struct vfio_iommu_type1_dma_unmap call = { .argsz = sizeof(call), .iova = PAGE };
	int fd = open_container(subject, NULL);

	EXPECT_ERRNO(ioctl(fd, VFIO_IOMMU_UNMAP_DMA, &call), EINVAL);
	EXPECT_EQ(call.size, 0);
}

TEST_CONTAINERS(unmap_over_holes, "UNMAP of a range over whole areas and holes removes them and says how much")
{
	int fd = open_container(subject, NULL);
	uint8_t *memory = new_memory(2 * PAGE);
	uint64_t bytes = 16 * PAGE;

	EXPECT_OK(container_map(fd, MAP_READ_WRITE, memory, 2 * PAGE, 2 * PAGE));
	EXPECT_OK(container_map(fd, MAP_READ_WRITE, memory, 9 * PAGE, PAGE));
	EXPECT_OK(container_unmap(fd, 0, 0, &bytes));
	EXPECT_EQ(bytes, 3 * PAGE);
}

TEST_CONTAINERS(unmap_v2_bisect, "UNMAP in v2 of a part of an area fails ENOENT with size 0, at either edge")
{
	const unsigned pages[] = { 4 };
	const struct {
		uint64_t iova, bytes;
	} parts[] = { { 0, PAGE }, { 0, 3 * PAGE }, { PAGE, PAGE }, { PAGE, 3 * PAGE }, { PAGE, 8 * PAGE }, { 0, 1 } };
	int fd = open_container(subject, NULL);

	map_areas(fd, pages, 1);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		uint64_t bytes = parts[i].bytes;

		EXPECT_ERRNO(container_unmap(fd, 0, parts[i].iova, &bytes), ENOENT);
		EXPECT_EQ(bytes, 0);
	}
	EXPECT_EQ(mapped_bytes(fd), 4 * PAGE);
}

TEST_CONTAINERS(unmap_v2_stops, "UNMAP in v2 that ends inside an area fails ENOENT; the areas before are gone, as size "
				"says")
{
	const unsigned pages[] = { 4, 4 };
	int fd = open_container(subject, NULL);
	uint64_t bytes = 6 * PAGE;

	map_areas(fd, pages, ARRAY_SIZE(pages));
	EXPECT_ERRNO(container_unmap(fd, 0, 0, &bytes), ENOENT);
	EXPECT_EQ(bytes, 4 * PAGE);
	EXPECT_EQ(mapped_bytes(fd), 4 * PAGE);
}

TEST_CONTAINERS(unmap_v1_cuts, "UNMAP in v1 removes exactly the pages asked for")
{
	const unsigned pages[] = { 4 };
	int fd = open_v1(subject, NULL);
	uint64_t bytes = PAGE;

	map_areas(fd, pages, 1);
	EXPECT_OK(container_unmap(fd, 0, PAGE, &bytes));
	EXPECT_EQ(bytes, PAGE);
	bytes = 4 * PAGE;
	EXPECT_OK(container_unmap(fd, 0, 0, &bytes));
	EXPECT_EQ(bytes, 3 * PAGE);
}

TEST_CONTAINERS(unmap_v1_across_areas, "UNMAP in v1 cuts the areas at both ends of the range")
{
	const unsigned pages[] = { 4, 1, 4 };
	int fd = open_v1(subject, NULL);
	uint64_t bytes = 5 * PAGE;

	map_areas(fd, pages, ARRAY_SIZE(pages));
	EXPECT_OK(container_unmap(fd, 0, 2 * PAGE, &bytes));
	EXPECT_EQ(bytes, 5 * PAGE);
	EXPECT_EQ(mapped_bytes(fd), 4 * PAGE);
}

TEST_CONTAINERS(unmap_v1_unaligned, "UNMAP in v1 that would cut inside a page fails EINVAL and writes nothing back")
{
	const unsigned pages[] = { 4 };
	int fd = open_v1(subject, NULL);
	uint64_t bytes = PAGE;

	map_areas(fd, pages, 1);
	EXPECT_ERRNO(container_unmap(fd, 0, 0x1800, &bytes), EINVAL);
	EXPECT_EQ(bytes, PAGE);
	EXPECT_EQ(mapped_bytes(fd), 4 * PAGE);
}

TEST_CONTAINERS(unmap_v1_size_zero, "UNMAP in v1 of size 0 inside an area fails EINVAL and has cut the area in two")
{
	const unsigned pages[] = { 4 };
	uint32_t ioas_id;
	int fd = open_v1(subject, &ioas_id);
	uint64_t bytes = 0;

	map_areas(fd, pages, 1);
	EXPECT_ERRNO(container_unmap(fd, 0, 2 * PAGE, &bytes), EINVAL);
	bytes = 2 * PAGE;
	EXPECT_OK(ioas_unmap(fd, ioas_id, 0, &bytes));
	bytes = 2 * PAGE;
	EXPECT_OK(ioas_unmap(fd, ioas_id, 2 * PAGE, &bytes));
}

TEST_CONTAINERS(unmap_v1_wrapping_cut, "UNMAP in v1 whose range wraps cuts at the wrapped position and then fails "
				       "EOVERFLOW")
{
	const unsigned pages[] = { 4 };
	uint32_t ioas_id;
	int fd = open_v1(subject, &ioas_id);
	uint64_t bytes = 2 * PAGE;

	map_areas(fd, pages, 1);
	/* Its last address is 0xfff. */
	EXPECT_ERRNO(container_unmap(fd, 0, WRAPPING_IOVA, &bytes), EOVERFLOW);
	EXPECT_EQ(bytes, 0);
	bytes = PAGE;
	EXPECT_OK(ioas_unmap(fd, ioas_id, 0, &bytes));
	EXPECT_EQ(mapped_bytes(fd), 3 * PAGE);
}

TEST_CONTAINERS(unmap_read_only_struct, "UNMAP whose struct cannot be written has unmapped and fails EFAULT")
{
	const struct vfio_iommu_type1_dma_unmap call = { .argsz = sizeof(call), .size = PAGE };
	const unsigned pages[] = { 1 };
	int fd = open_container(subject, NULL);

	map_areas(fd, pages, 1);
	EXPECT_ERRNO(ioctl(fd, VFIO_IOMMU_UNMAP_DMA, read_only_copy(&call, sizeof(call))), EFAULT);
	EXPECT_EQ(mapped_bytes(fd), 0);
}
