/* Scenarios: VFIO groups and device files, and what goes along with their ioctls. */
#include "shim_device.h"

#include <stddef.h>
#include <sys/uio.h>

/* Newer than the headers may be. */
#ifndef VFIO_DEVICE_BIND_IOMMUFD
#define VFIO_DEVICE_BIND_IOMMUFD _IO(VFIO_TYPE, VFIO_BASE + 18)
struct vfio_device_bind_iommufd {
	uint32_t argsz, flags;
	int32_t iommufd;
	uint32_t out_devid;
};
#endif
#define FEATURE_DMA_BUF 11
#ifndef VFIO_DEVICE_FEATURE_PROBE
#define VFIO_DEVICE_FEATURE_PROBE (1 << 18)
#endif

int open_device(void)
{
	int group = open(GROUP_PATH, O_RDWR), device;

	CHECK(group >= 0);
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, DEVICE_NAME);
	CHECK(device >= 0);
	CHECK(close(group) == 0);
	return device;
}

uint8_t *map_bar(int device, int protection)
{
	uint8_t *bar = mmap(NULL, BAR_BYTES, protection, MAP_SHARED, device, 0);

	CHECK(bar != MAP_FAILED);
	return bar;
}

static void group_ioctls(void)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	int group = open(GROUP_PATH, O_RDWR), iommufd = open_iommu();

	CHECK(group >= 0);
	CHECK(ioctl(group, VFIO_GROUP_GET_STATUS, &status) == 0);
	CHECK(status.flags == VFIO_GROUP_FLAGS_VIABLE);
	CHECK(ioctl(group, VFIO_GROUP_SET_CONTAINER, &iommufd) == 0);
	CHECK_ERRNO(ioctl(group, VFIO_GROUP_SET_CONTAINER, &group), EBADFD);
	CHECK(ioctl(group, VFIO_GROUP_UNSET_CONTAINER) == 0);
	CHECK_ERRNO(ioctl(group, VFIO_DEVICE_RESET), ENOTTY);
	CHECK_ERRNO(read(group, &status, sizeof(status)), EINVAL);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, group, 0) == MAP_FAILED && errno == ENODEV);
	CHECK_ERRNO(open("/dev/vfio/8", O_RDWR), ENOENT);
	CHECK(close(group) == 0 && close(iommufd) == 0);
}

static void device_descriptor(void)
{
	int group = open(GROUP_PATH, O_RDWR), device;
	char name[] = DEVICE_NAME "x";

	CHECK_ERRNO(ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name), ENODEV);
	CHECK_ERRNO(ioctl(group, VFIO_GROUP_GET_DEVICE_FD, NULL), EINVAL);
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, DEVICE_NAME);
	CHECK(device == group + 1);
	CHECK(fcntl(device, F_GETFD) == FD_CLOEXEC);
	CHECK((fcntl(device, F_GETFL) & O_ACCMODE) == O_RDWR);
	CHECK(ioctl(device, VFIO_DEVICE_RESET) == 0);
	CHECK_ERRNO(ioctl(device, VFIO_GROUP_GET_STATUS, name), ENOTTY);
	CHECK_ERRNO(lseek(device, 0, SEEK_SET), ESPIPE);
	CHECK(close(device) == 0);
	CHECK(close(group) == 0);
}

/* The name ends with its page, behind which there is none. */
static void device_name_at_the_end_of_memory(void)
{
	char *memory = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *name = memory + PAGE - sizeof(DEVICE_NAME);
	int group = open(GROUP_PATH, O_RDWR), device;

	CHECK(munmap(memory + PAGE, PAGE) == 0);
	memcpy(name, DEVICE_NAME, sizeof(DEVICE_NAME));
	device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name);
	CHECK(device >= 0 && close(device) == 0);
	memset(name, '0', sizeof(DEVICE_NAME));
	CHECK_ERRNO(ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name), EINVAL);
	CHECK(close(group) == 0);
}

static void data_behind_a_struct(void)
{
	struct {
		struct vfio_region_info info;
		struct vfio_info_cap_header header;
	} region = { .info = { .argsz = sizeof(region.info), .index = 2 } };
	int device = open_device();

	CHECK(ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &region) == 0);
	CHECK(region.info.argsz == sizeof(region) && region.info.cap_offset == 0 && region.header.id == 0);
	CHECK(ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &region) == 0);
	CHECK(region.info.cap_offset == sizeof(region.info) && region.header.id == 3 && region.header.version == 1);
	CHECK(region.info.offset == 2ul << 40 && region.info.size == BAR_BYTES);
	CHECK(close(device) == 0);
}

/* More than are looked at in one go. */
#define EVENTS 150

static void arrays_of_descriptors(void)
{
	struct {
		struct vfio_irq_set set;
		int32_t fds[EVENTS];
	} irqs = { .set = {
			   .argsz = sizeof(irqs),
			   .flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			   .count = EVENTS,
		   } };
	int device = open_device(), iommufd = open_iommu(), i;

	for (i = 0; i < EVENTS; i++)
		irqs.fds[i] = -1;
	irqs.fds[0] = device;
	irqs.fds[70] = STDIN_FILENO;
	irqs.fds[EVENTS - 1] = iommufd;
	CHECK(ioctl(device, VFIO_DEVICE_SET_IRQS, &irqs) == 2);
	/* Only eventfds are descriptors. */
	irqs.set.flags = VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER;
	CHECK(ioctl(device, VFIO_DEVICE_SET_IRQS, &irqs) == 0);
	CHECK(close(device) == 0 && close(iommufd) == 0);
}

static void dmabuf_of_a_device(void)
{
	struct {
		struct vfio_device_feature feature;
		uint32_t region_index, open_flags, flags, nr_ranges;
		uint64_t offset, length;
	} call = {
		.feature = { .argsz = sizeof(call), .flags = FEATURE_DMA_BUF | VFIO_DEVICE_FEATURE_GET },
		.open_flags = O_RDONLY | O_CLOEXEC,
		.nr_ranges = 1,
		.length = PAGE,
	};
	int device = open_device(), dmabuf = ioctl(device, VFIO_DEVICE_FEATURE, &call);

	CHECK(dmabuf >= 0 && dmabuf != device);
	CHECK(fcntl(dmabuf, F_GETFD) == FD_CLOEXEC && (fcntl(dmabuf, F_GETFL) & O_ACCMODE) == O_RDONLY);
	call.feature.flags |= VFIO_DEVICE_FEATURE_PROBE;
	CHECK(ioctl(device, VFIO_DEVICE_FEATURE, &call) == 0);
	CHECK(close(dmabuf) == 0 && close(device) == 0);
}

static void device_cdev(void)
{
	struct vfio_device_bind_iommufd call = { .argsz = 16 };
	int device = open(CDEV_PATH, O_RDWR), iommufd = open_iommu();

	CHECK(device >= 0);
	call.iommufd = device;
	CHECK_ERRNO(ioctl(device, VFIO_DEVICE_BIND_IOMMUFD, &call), EBADFD);
	CHECK_ERRNO(ioctl(device, _IO(VFIO_TYPE, VFIO_BASE + 99), &call), ENOTTY);
	CHECK(close(device) == 0 && close(iommufd) == 0);
}

static void config_space(void)
{
	uint8_t bytes[8] = { 0 };
	struct iovec list[] = { { bytes, 2 }, { bytes + 2, 6 } };
	int device = open_device();

	CHECK(pread(device, bytes, 4, CONFIG_OFFSET + 8) == 4 && bytes[0] == 8 && bytes[3] == 11);
	CHECK(pread64(device, bytes, 8, CONFIG_OFFSET + 252) == 4 && bytes[3] == 255);
	CHECK(pwrite(device, "ab", 2, CONFIG_OFFSET + 4) == 2);
	CHECK(preadv(device, list, 2, CONFIG_OFFSET + 2) == 8 && !memcmp(bytes, "\2\3ab\6\7\10\11", 8));
	CHECK(pwritev(device, list, 2, CONFIG_OFFSET + 2) == 8);
	CHECK(preadv(device, list, 2, CONFIG_OFFSET + 253) == 3);
	CHECK(preadv2(device, list, 1, CONFIG_OFFSET + 4, 0) == 2 && !memcmp(bytes, "ab", 2));
	CHECK_ERRNO(pread(device, bytes, 1, -1), EINVAL);
	CHECK_ERRNO(pread(device, bytes, 1, CONFIG_OFFSET + 257), EINVAL);
	CHECK_ERRNO(write(device, bytes, 1), EINVAL);
	CHECK(read(device, bytes, 2) == 2);
	CHECK(close(device) == 0);
}

static void device_through_copies(void)
{
	uint8_t byte = 0;
	int device = open_device(), copy = dup(device);
	const char *name = iommufd_name(device);
	pid_t child;

	CHECK(close(device) == 0 && still_open(name));
	child = fork();
	if (!child) {
		CHECK(pread(copy, &byte, 1, CONFIG_OFFSET + 1) == 1 && byte == 1);
		_exit(0);
	}
	expect_success(child);
	CHECK(close(copy) == 0 && !still_open(name));
}

const struct scenario device_scenarios[] = {
	{ "group_ioctls", "a group's ioctls go to the daemon, with the container that they name", group_ioctls },
	{ "device_descriptor", "GET_DEVICE_FD gives the lowest number, close-on-exec", device_descriptor },
	{ "device_name_at_the_end_of_memory", "a name goes along up to its end, or a page",
	  device_name_at_the_end_of_memory },
	{ "data_behind_a_struct", "what is behind a struct goes along as far as argsz says", data_behind_a_struct },
	{ "arrays_of_descriptors", "the descriptors behind a struct are named if they are the daemon's",
	  arrays_of_descriptors },
	{ "dmabuf_of_a_device", "a feature makes a dma-buf, a probe of it none", dmabuf_of_a_device },
	{ "device_cdev", "a device cdev is bound to the iommufd that it names", device_cdev },
	{ "config_space", "pread, pwrite and their vector forms reach the daemon with their offsets", config_space },
	{ "device_through_copies", "a device lives as long as one copy of its descriptor", device_through_copies },
	{ NULL, NULL, NULL },
};
