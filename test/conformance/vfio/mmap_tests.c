/*
 * Device files: mapped BARs, when an access to them is SIGBUS, and what a mapping keeps alive (specification, 3.5
 * and 4.12).
 */
#include <signal.h>
#include <sys/wait.h>

#include "models.h"

/* The subject's device with a BAR that can be mapped. */
static struct opened open_mappable(const struct subject *subject, uint32_t *bar)
{
	struct opened opened = open_device(subject);
	int found = find_bar(opened.device, VFIO_REGION_INFO_FLAG_MMAP);

	if (found < 0)
		SKIP("no BAR can be mapped");
	*bar = (uint32_t)found;
	return opened;
}

static void *map_at(int device, int protection, int flags, size_t bytes, uint64_t offset)
{
	return mmap(NULL, bytes, protection, flags, device, (off_t)offset);
}

TEST_ROUTES(mmap_private, "mmap without MAP_SHARED fails EINVAL")
{
	uint32_t bar;
	struct opened opened = open_mappable(subject, &bar);

	EXPECT_ERRNO((long)map_at(opened.device, PROT_READ, MAP_PRIVATE, PAGE, VFIO_PCI_INDEX_TO_OFFSET(bar)), EINVAL);
}

TEST_ROUTES(mmap_other_regions, "mmap of ROM, CONFIG, VGA or no region fails EINVAL")
{
	struct opened opened = open_device(subject);

	for (uint32_t index = VFIO_PCI_ROM_REGION_INDEX; index < device_info(opened.device).num_regions + 2; index++)
		EXPECT_ERRNO((long)map_at(opened.device, PROT_READ, MAP_SHARED, PAGE, VFIO_PCI_INDEX_TO_OFFSET(index)),
			     EINVAL);
}

TEST_ROUTES(mmap_range, "mmap takes any whole pages of the BAR, and fails EINVAL beyond its end")
{
	uint32_t bar;
	struct opened opened = open_mappable(subject, &bar);
	uint64_t size = region_info(opened.device, bar).size, start = VFIO_PCI_INDEX_TO_OFFSET(bar);

	EXPECT_ERRNO((long)map_at(opened.device, PROT_READ, MAP_SHARED, size + PAGE, start), EINVAL);
	EXPECT_ERRNO((long)map_at(opened.device, PROT_READ, MAP_SHARED, size, start + PAGE), EINVAL);
	EXPECT_ERRNO(
		(long)map_at(opened.device, PROT_READ, MAP_SHARED, PAGE, start + ((size + PAGE_MASK) & ~PAGE_MASK)),
		EINVAL);
	EXPECT(map_at(opened.device, PROT_READ, MAP_SHARED, size, start) != MAP_FAILED);
	EXPECT(map_at(opened.device, PROT_READ, MAP_SHARED, 1, start) != MAP_FAILED);
	if (size > PAGE)
		EXPECT(map_at(opened.device, PROT_READ, MAP_SHARED, size - PAGE, start + PAGE) != MAP_FAILED);
}

TEST_ROUTES(mmap_protections, "mmap takes any protection")
{
	const int protections[] = { PROT_NONE, PROT_READ, PROT_WRITE, PROT_READ | PROT_WRITE };
	uint32_t bar;
	struct opened opened = open_mappable(subject, &bar);

	for (size_t i = 0; i < ARRAY_SIZE(protections); i++)
		EXPECT(map_at(opened.device, protections[i], MAP_SHARED, PAGE, VFIO_PCI_INDEX_TO_OFFSET(bar)) !=
		       MAP_FAILED);
}

TEST_ROUTES(mmap_fixed, "a BAR can be mapped over a reservation with MAP_FIXED, and madvise for huge pages may be "
			"called on it")
{
	uint32_t bar;
	struct opened opened = open_mappable(subject, &bar);
	uint64_t size = region_info(opened.device, bar).size;
	void *reserved = mmap(NULL, size + PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), *mapped;

	EXPECT(reserved != MAP_FAILED);
	mapped = mmap(reserved, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, opened.device,
		      (off_t)VFIO_PCI_INDEX_TO_OFFSET(bar));
	EXPECT(mapped == reserved);
	(void)madvise(mapped, size, MADV_HUGEPAGE);
	EXPECT(can_load(mapped));
	EXPECT_OK(munmap(reserved, size + PAGE));
}

TEST_ROUTES(mmap_equals_pread, "a mapped register reads as by pread, in accesses of 1, 2, 4 and 8 bytes")
{
	struct opened opened = open_device(subject);
	struct scratch scratch = find_scratch(subject);
	uint64_t at = scratch.offset & ~7ull, file = VFIO_PCI_INDEX_TO_OFFSET(scratch.bar) + at;
	volatile uint8_t *mapped = (volatile uint8_t *)map_region(opened.device, scratch.bar) + at;
	uint8_t whole[8];

	EXPECT_EQ(pread(opened.device, whole, 8, (off_t)file), 8);
	for (unsigned i = 0; i < 8; i++)
		EXPECT_EQ(mapped[i], whole[i]);
	for (unsigned i = 0; i < 8; i += 2) {
		uint16_t value;

		memcpy(&value, whole + i, 2);
		EXPECT_EQ(*(volatile uint16_t *)(mapped + i), value);
	}
	for (unsigned i = 0; i < 8; i += 4) {
		uint32_t value;

		memcpy(&value, whole + i, 4);
		EXPECT_EQ(*(volatile uint32_t *)(mapped + i), value);
	}
	memcpy(&at, whole, 8);
	EXPECT_EQ(*(volatile uint64_t *)mapped, at);
}

TEST_ROUTES(mmap_writes, "a store to a mapped register is seen by pread, and pwrite by a load, at once")
{
	struct opened opened = open_device(subject);
	struct scratch scratch = find_scratch(subject);
	off_t file = (off_t)(VFIO_PCI_INDEX_TO_OFFSET(scratch.bar) + scratch.offset);
	volatile uint32_t *mapped = (void *)((uint8_t *)map_region(opened.device, scratch.bar) + scratch.offset);
	uint32_t before = *mapped, word;

	for (uint32_t value = 1; value <= 16; value *= 2) {
		*mapped = value;
		EXPECT_EQ(*mapped, value);
		EXPECT_EQ(pread(opened.device, &word, 4, file), 4);
		EXPECT_EQ(word, value);
		word = value ^ 3;
		EXPECT_EQ(pwrite(opened.device, &word, 4, file), 4);
		EXPECT_EQ(*mapped, value ^ 3);
	}
	*mapped = before;
}

TEST_ROUTES(mmap_memory_off, "with memory decoding off a mapped access is SIGBUS; with it on again the same mapping "
			     "works")
{
	uint32_t bar;
	struct opened opened = open_mappable(subject, &bar);
	void *mapped = map_region(opened.device, bar);

	for (int round = 0; round < 2; round++) {
		EXPECT(can_load(mapped));
		change_command(opened.device, 0, PCI_COMMAND_MEMORY);
		EXPECT(!can_load(mapped));
		EXPECT(!can_load(mapped));
		change_command(opened.device, PCI_COMMAND_MEMORY, 0);
	}
	EXPECT(can_load(mapped));
}

TEST_ROUTES(mmap_while_memory_off, "a BAR can be mapped with memory decoding off; an access is SIGBUS until it is on")
{
	uint32_t bar;
	struct opened opened = open_mappable(subject, &bar);
	void *mapped;

	change_command(opened.device, 0, PCI_COMMAND_MEMORY);
	mapped = map_region(opened.device, bar);
	EXPECT(!can_load(mapped));
	change_command(opened.device, PCI_COMMAND_MEMORY, 0);
	EXPECT(can_load(mapped));
}

TEST_ROUTES(mmap_outlives_close, "a mapping keeps the closed device open and usable; munmap of its last page releases "
				 "it")
{
	uint32_t bar;
	struct opened opened = open_mappable(subject, &bar);
	uint64_t size = region_info(opened.device, bar).size, pages = (size + PAGE_MASK) & ~PAGE_MASK;
	uint8_t *mapped = map_region(opened.device, bar);

	EXPECT_OK(close(opened.device));
	EXPECT(can_load(mapped));
	EXPECT_ERRNO(destroy_object(opened.iommu, opened.ioas_id), EBUSY);
	if (pages > PAGE) {
		EXPECT_OK(munmap(mapped + PAGE, pages - PAGE));
		EXPECT(can_load(mapped));
		EXPECT_ERRNO(destroy_object(opened.iommu, opened.ioas_id), EBUSY);
	}
	EXPECT_OK(munmap(mapped, PAGE));
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
}

TEST_ROUTES(mmap_twice, "a BAR can be mapped any number of times; each mapping is on its own")
{
	uint32_t bar;
	struct opened opened = open_mappable(subject, &bar);
	void *first = map_region(opened.device, bar), *second = map_region(opened.device, bar);

	EXPECT(first != second);
	EXPECT_OK(munmap(first, region_info(opened.device, bar).size));
	EXPECT(can_load(second));
}

TEST_ROUTES(mmap_mprotect, "mprotect takes access away and gives it back")
{
	uint32_t bar;
	struct opened opened = open_mappable(subject, &bar);
	void *mapped = map_region(opened.device, bar);
	pid_t child;
	int status;

	EXPECT_OK(mprotect(mapped, PAGE, PROT_NONE));
	child = fork();
	if (child == 0) {
		(void)*(volatile uint32_t *)mapped;
		_exit(0);
	}
	EXPECT(waitpid(child, &status, 0) == child);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	EXPECT_OK(mprotect(mapped, PAGE, PROT_READ));
	EXPECT(can_load(mapped));
}

TEST_ROUTES(mmap_read_only, "a store to a mapping that is only readable is SIGSEGV")
{
	uint32_t bar;
	struct opened opened = open_mappable(subject, &bar);
	void *mapped = map_at(opened.device, PROT_READ, MAP_SHARED, PAGE, VFIO_PCI_INDEX_TO_OFFSET(bar));
	pid_t child;
	int status;

	EXPECT(mapped != MAP_FAILED);
	child = fork();
	if (child == 0) {
		*(volatile uint32_t *)mapped = 0;
		_exit(0);
	}
	EXPECT(waitpid(child, &status, 0) == child);
	EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
}

TEST_ROUTES(mmap_mremap, "mremap cannot grow a mapping: EFAULT")
{
	uint32_t bar;
	struct opened opened = open_mappable(subject, &bar);
	void *mapped = map_at(opened.device, PROT_READ, MAP_SHARED, PAGE, VFIO_PCI_INDEX_TO_OFFSET(bar));

	EXPECT(mapped != MAP_FAILED);
	EXPECT_ERRNO((long)mremap(mapped, PAGE, 2 * PAGE, MREMAP_MAYMOVE), EFAULT);
	EXPECT(can_load(mapped));
}

TEST_ROUTES(mmap_fork, "a forked child inherits the mapping, and it keeps the device open on its own")
{
	uint32_t bar;
	struct opened opened = open_mappable(subject, &bar);
	void *mapped = map_region(opened.device, bar);
	int pipe_ends[2];
	char byte;
	pid_t child;

	EXPECT_OK(pipe(pipe_ends));
	child = fork();
	if (child == 0) {
		EXPECT_OK(close(opened.device));
		EXPECT_OK(close(pipe_ends[1]));
		/* Until the parent has let go of everything. */
		EXPECT_EQ(read(pipe_ends[0], &byte, 1), 0);
		EXPECT(can_load(mapped));
		_exit(0);
	}
	EXPECT_OK(munmap(mapped, region_info(opened.device, bar).size));
	EXPECT_OK(close(opened.device));
	EXPECT_ERRNO(destroy_object(opened.iommu, opened.ioas_id), EBUSY);
	EXPECT_OK(close(pipe_ends[1]));
	expect_child(child);
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
}
