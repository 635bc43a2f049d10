/*
 * Shorthands for ioctls of iommufds, containers and devices, for configuration space, and memory with particular edges.
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/eventfd.h>

#include "device.h"

/* Above the numbers that open gives out here. */
#define CLOSED_FD_FIRST 300

#define INFO_BYTES_MAX 4096

uint32_t new_ioas(int iommu)
{
	struct iommu_ioas_alloc call = { .size = sizeof(call) };

	EXPECT_OK(ioctl(iommu, IOMMU_IOAS_ALLOC, &call));
	return call.out_ioas_id;
}

int destroy_object(int iommu, uint32_t id)
{
	struct iommu_destroy call = { .size = sizeof(call), .id = id };

	return ioctl(iommu, IOMMU_DESTROY, &call);
}

int vfio_ioas(int iommu, uint16_t op, uint32_t *ioas_id)
{
	struct iommu_vfio_ioas call = { .size = sizeof(call), .op = op };
	int result;

	if (op == IOMMU_VFIO_IOAS_SET)
		call.ioas_id = *ioas_id;
	result = ioctl(iommu, IOMMU_VFIO_IOAS, &call);
	if (op == IOMMU_VFIO_IOAS_GET && result == 0)
		*ioas_id = call.ioas_id;
	return result;
}

int container_map(int fd, uint32_t flags, const void *memory, uint64_t iova, uint64_t bytes)
{
	struct vfio_iommu_type1_dma_map call = {
		.argsz = sizeof(call),
		.flags = flags,
		.vaddr = (uintptr_t)memory,
		.iova = iova,
		.size = bytes,
	};

	return ioctl(fd, VFIO_IOMMU_MAP_DMA, &call);
}

int container_unmap(int fd, uint32_t flags, uint64_t iova, uint64_t *bytes)
{
	struct vfio_iommu_type1_dma_unmap call = {
		.argsz = sizeof(call), .flags = flags, .iova = iova, .size = *bytes
	};
	int result = ioctl(fd, VFIO_IOMMU_UNMAP_DMA, &call);

	*bytes = call.size;
	return result;
}

int ioas_map(int iommu, uint32_t ioas_id, const void *memory, uint64_t iova, uint64_t bytes)
{
	struct iommu_ioas_map call = {
		.size = sizeof(call),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = ioas_id,
		.user_va = (uintptr_t)memory,
		.length = bytes,
		.iova = iova,
	};

	return ioctl(iommu, IOMMU_IOAS_MAP, &call);
}

int ioas_unmap(int iommu, uint32_t ioas_id, uint64_t iova, uint64_t *bytes)
{
	struct iommu_ioas_unmap call = { .size = sizeof(call), .ioas_id = ioas_id, .iova = iova, .length = *bytes };
	int result = ioctl(iommu, IOMMU_IOAS_UNMAP, &call);

	*bytes = call.length;
	return result;
}

int map_dma(const struct opened *opened, const void *memory, uint64_t iova, uint64_t bytes)
{
	if (opened->cdev)
		return ioas_map(opened->iommu, opened->ioas_id, memory, iova, bytes);
	return container_map(opened->iommu, MAP_READ_WRITE, memory, iova, bytes);
}

int unmap_dma(const struct opened *opened, uint64_t iova, uint64_t *bytes)
{
	if (opened->cdev)
		return ioas_unmap(opened->iommu, opened->ioas_id, iova, bytes);
	return container_unmap(opened->iommu, 0, iova, bytes);
}

int unmap_dma_all(const struct opened *opened, uint64_t *bytes)
{
	if (opened->cdev) {
		*bytes = UINT64_MAX;
		return ioas_unmap(opened->iommu, opened->ioas_id, 0, bytes);
	}
	*bytes = 0;
	return container_unmap(opened->iommu, VFIO_DMA_UNMAP_FLAG_ALL, 0, bytes);
}

static unsigned ranges_of_container(int fd, struct iommu_iova_range ranges[RANGES_MAX])
{
	_Alignas(8) uint8_t buffer[INFO_BYTES_MAX] = { 0 };
	struct vfio_iommu_type1_info *info = (void *)buffer;

	info->argsz = sizeof(*info);
	EXPECT_OK(ioctl(fd, VFIO_IOMMU_GET_INFO, info));
	EXPECT(info->argsz >= sizeof(*info) && info->argsz <= sizeof(buffer));
	EXPECT_OK(ioctl(fd, VFIO_IOMMU_GET_INFO, info));
	for (uint32_t at = info->cap_offset; at != 0;) {
		const struct vfio_info_cap_header *header = (void *)(buffer + at);
		const struct vfio_iommu_type1_info_cap_iova_range *found = (void *)header;

		at = header->next;
		if (header->id != VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE)
			continue;
		EXPECT(found->nr_iovas > 0 && found->nr_iovas <= RANGES_MAX);
		for (uint32_t i = 0; i < found->nr_iovas; i++)
			ranges[i] = (struct iommu_iova_range){ found->iova_ranges[i].start, found->iova_ranges[i].end };
		return found->nr_iovas;
	}
	FAIL("GET_INFO has no capability IOVA_RANGE");
}

static unsigned ranges_of_ioas(int iommu, uint32_t ioas_id, struct iommu_iova_range ranges[RANGES_MAX])
{
	struct iommu_ioas_iova_ranges call = { .size = sizeof(call), .ioas_id = ioas_id };

	EXPECT_ERRNO(ioctl(iommu, IOMMU_IOAS_IOVA_RANGES, &call), EMSGSIZE);
	EXPECT(call.num_iovas > 0 && call.num_iovas <= RANGES_MAX);
	call.allowed_iovas = (uintptr_t)ranges;
	EXPECT_OK(ioctl(iommu, IOMMU_IOAS_IOVA_RANGES, &call));
	return call.num_iovas;
}

unsigned iova_ranges(const struct opened *opened, struct iommu_iova_range ranges[RANGES_MAX])
{
	unsigned count = opened->cdev ? ranges_of_ioas(opened->iommu, opened->ioas_id, ranges) :
					ranges_of_container(opened->iommu, ranges);

	for (unsigned i = 0; i < count; i++) {
		EXPECT(ranges[i].start < ranges[i].last);
		EXPECT(i == 0 || ranges[i - 1].last < ranges[i].start);
	}
	return count;
}

uint64_t find_iova(const struct opened *opened, uint64_t bytes, uint64_t from)
{
	struct iommu_iova_range ranges[RANGES_MAX];
	unsigned count = iova_ranges(opened, ranges);

	for (unsigned i = 0; i < count; i++) {
		uint64_t start = ranges[i].start > from ? ranges[i].start : from;

		start = (start + bytes - 1) & ~(bytes - 1);
		if (start >= ranges[i].start && start <= ranges[i].last && ranges[i].last - start >= bytes - 1)
			return start;
	}
	SKIP("no IOVA range has room for 0x%llx bytes", (unsigned long long)bytes);
}

struct vfio_device_info device_info(int device)
{
	struct vfio_device_info call = { .argsz = sizeof(call) };

	EXPECT_OK(ioctl(device, VFIO_DEVICE_GET_INFO, &call));
	return call;
}

struct vfio_region_info region_info(int device, uint32_t index)
{
	struct vfio_region_info call = { .argsz = sizeof(call), .index = index };

	EXPECT_OK(ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &call));
	return call;
}

struct vfio_irq_info irq_info(int device, uint32_t index)
{
	struct vfio_irq_info call = { .argsz = sizeof(call), .index = index };

	EXPECT_OK(ioctl(device, VFIO_DEVICE_GET_IRQ_INFO, &call));
	return call;
}

int find_bar(int device, uint32_t flags)
{
	for (int bar = 0; bar < BARS; bar++) {
		struct vfio_region_info info = region_info(device, (uint32_t)bar);

		if (info.size && (info.flags & flags) == flags)
			return bar;
	}
	return -1;
}

void *map_region(int device, uint32_t index)
{
	struct vfio_region_info info = region_info(device, index);
	int protection = 0;
	void *mapped;

	if (info.flags & VFIO_REGION_INFO_FLAG_READ)
		protection |= PROT_READ;
	if (info.flags & VFIO_REGION_INFO_FLAG_WRITE)
		protection |= PROT_WRITE;
	mapped = mmap(NULL, info.size, protection, MAP_SHARED, device, (off_t)info.offset);
	if (mapped == MAP_FAILED)
		FAIL("mmap of region %u fails with %s", index, errno_name(errno));
	return mapped;
}

uint32_t config_read(int device, uint32_t offset, unsigned bytes)
{
	uint32_t value = 0;

	EXPECT_EQ(
		pread(device, &value, bytes, (off_t)(VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX) + offset)),
		bytes);
	return value;
}

void config_write(int device, uint32_t offset, unsigned bytes, uint32_t value)
{
	EXPECT_EQ(
		pwrite(device, &value, bytes, (off_t)(VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX) + offset)),
		bytes);
}

uint32_t find_capability(int device, uint8_t id)
{
	unsigned steps = 0;

	for (uint32_t at = config_read(device, 0x34, 1); at != 0; at = config_read(device, at + 1, 1)) {
		EXPECT(steps++ < 48);
		if (config_read(device, at, 1) == id)
			return at;
	}
	return 0;
}

void change_command(int device, uint32_t set, uint32_t clear)
{
	config_write(device, PCI_COMMAND, 2, (config_read(device, PCI_COMMAND, 2) | set) & ~clear);
}

void *new_memory(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	EXPECT(memory != MAP_FAILED);
	return memory;
}

void *memory_before_a_hole(size_t bytes)
{
	uint8_t *memory = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EXPECT(memory != MAP_FAILED && bytes <= PAGE);
	/* Not unmapped: the next mapping could come to lie there. */
	EXPECT_OK(mprotect(memory + PAGE, PAGE, PROT_NONE));
	return memory + PAGE - bytes;
}

void *read_only_copy(const void *from, size_t bytes)
{
	void *memory = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	EXPECT(memory != MAP_FAILED && bytes <= PAGE);
	memcpy(memory, from, bytes);
	EXPECT_OK(mprotect(memory, PAGE, PROT_READ));
	return memory;
}

int closed_fd(void)
{
	int null = open_file("/dev/null"), fd = EXPECT_FD(fcntl(null, F_DUPFD_CLOEXEC, CLOSED_FD_FIRST));

	EXPECT_OK(close(fd));
	EXPECT_OK(close(null));
	return fd;
}

int set_irqs(int device, uint32_t index, uint32_t flags, uint32_t start, uint32_t count, const void *data)
{
	_Alignas(8) uint8_t buffer[sizeof(struct vfio_irq_set) + PAGE];
	struct vfio_irq_set *call = (void *)buffer;
	size_t bytes = 0;

	if (flags & VFIO_IRQ_SET_DATA_BOOL)
		bytes = count;
	else if (flags & VFIO_IRQ_SET_DATA_EVENTFD)
		bytes = count * sizeof(int32_t);
	EXPECT(bytes <= PAGE);
	*call = (struct vfio_irq_set){
		.argsz = (uint32_t)(sizeof(*call) + bytes),
		.flags = flags,
		.index = index,
		.start = start,
		.count = count,
	};
	if (bytes)
		memcpy(call->data, data, bytes);
	return ioctl(device, VFIO_DEVICE_SET_IRQS, call);
}

int new_eventfd(void)
{
	return EXPECT_FD(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
}

uint64_t event_count(int eventfd)
{
	uint64_t count = 0;
	ssize_t length = read(eventfd, &count, sizeof(count));

	if (length == -1 && errno == EAGAIN)
		return 0;
	EXPECT_EQ(length, sizeof(count));
	return count;
}

static sigjmp_buf after_fault;
static const volatile void *volatile fault_address;

static void on_bus_error(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	fault_address = info->si_addr;
	siglongjmp(after_fault, 1);
}

bool can_load(const volatile void *address)
{
	struct sigaction action = { .sa_sigaction = on_bus_error, .sa_flags = SA_SIGINFO }, before;
	volatile bool loaded = false;

	EXPECT_OK(sigaction(SIGBUS, &action, &before));
	if (sigsetjmp(after_fault, 1) == 0) {
		(void)*(const volatile uint32_t *)address;
		loaded = true;
	} else {
		EXPECT_EQ((uintptr_t)fault_address, (uintptr_t)address);
	}
	EXPECT_OK(sigaction(SIGBUS, &before, NULL));
	return loaded;
}
