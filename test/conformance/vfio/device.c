/* Finding the devices under test in sysfs, and opening them through their group or their cdev. */
#include "device.h"

#include <dirent.h>
#include <stdio.h>

#define SYSFS_DEVICES "/sys/bus/pci/devices"
#define GROUP_NONE (~0u)

static bool read_text(const char *path, char *text, size_t bytes)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, text, bytes - 1);

	if (fd >= 0)
		close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length > 0;
}

static bool read_hexadecimal(const char *address, const char *name, unsigned *value)
{
	char path[256], text[64];

	snprintf(path, sizeof(path), SYSFS_DEVICES "/%s/%s", address, name);
	if (!read_text(path, text, sizeof(text)))
		return false;
	*value = (unsigned)strtoul(text, NULL, 16);
	return true;
}

static void copy_name(char *to, size_t bytes, const char *from)
{
	size_t length = strnlen(from, bytes - 1);

	memcpy(to, from, length);
	to[length] = '\0';
}

/* The last part of what a link of the device leads to. */
static bool read_link(const char *address, const char *name, char *base, size_t bytes)
{
	char path[256], target[512];
	ssize_t length;
	const char *slash;

	snprintf(path, sizeof(path), SYSFS_DEVICES "/%s/%s", address, name);
	length = readlink(path, target, sizeof(target) - 1);
	if (length <= 0)
		return false;
	target[length] = '\0';
	slash = strrchr(target, '/');
	copy_name(base, bytes, slash ? slash + 1 : target);
	return true;
}

/* The first name in a directory that begins so. */
static bool find_name(const char *path, const char *prefix, char *name, size_t bytes)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	bool found = false;

	while (!found && directory && (entry = readdir(directory))) {
		found = strncmp(entry->d_name, prefix, strlen(prefix)) == 0;
		if (found)
			copy_name(name, bytes, entry->d_name);
	}
	if (directory)
		closedir(directory);
	return found;
}

/* Ports share the group of what is behind them, and their driver does no DMA. */
static bool is_host_driver(const char *driver)
{
	return strncmp(driver, "vfio", 4) != 0 && strcmp(driver, "pcieport") != 0 && strcmp(driver, "pci-stub") != 0;
}

static bool group_has_host_driver(unsigned group)
{
	char path[64], driver[64];
	DIR *directory;
	struct dirent *entry;
	bool found = false;

	snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%u/devices", group);
	directory = opendir(path);
	while (directory && (entry = readdir(directory)))
		if (entry->d_name[0] != '.' && read_link(entry->d_name, "driver", driver, sizeof(driver)))
			found = found || is_host_driver(driver);
	if (directory)
		closedir(directory);
	return found;
}

static void read_resources(struct pci_device *device)
{
	char path[256], text[4096], *line = text;

	snprintf(path, sizeof(path), SYSFS_DEVICES "/%s/resource", device->address);
	if (!read_text(path, text, sizeof(text)))
		return;
	for (unsigned index = 0; index < ARRAY_SIZE(device->resource_bytes) && line && *line; index++) {
		unsigned long long start, end;

		if (sscanf(line, "%llx %llx", &start, &end) == 2 && end)
			device->resource_bytes[index] = end - start + 1;
		line = strchr(line, '\n');
		if (line)
			line++;
	}
}

const char *find_device(struct pci_device *device, const char *address)
{
	char path[256], name[64];
	unsigned unused;

	*device = (struct pci_device){ .group = GROUP_NONE };
	if (strlen(address) != strlen("0000:00:04.0"))
		return "is no address of the form 0000:00:04.0";
	copy_name(device->address, sizeof(device->address), address);
	if (!read_hexadecimal(address, "vendor", &device->vendor) ||
	    !read_hexadecimal(address, "device", &device->device))
		return "is not in " SYSFS_DEVICES;
	if (!read_link(address, "driver", name, sizeof(name)) || strcmp(name, "vfio-pci") != 0)
		return "is not bound to vfio-pci";
	if (!read_link(address, "iommu_group", name, sizeof(name)))
		return "has no IOMMU group";
	device->group = (unsigned)strtoul(name, NULL, 10);
	snprintf(path, sizeof(path), SYSFS_DEVICES "/%s/vfio-dev", address);
	if (!find_name(path, "vfio", device->cdev, sizeof(device->cdev)))
		return "has no cdev below vfio-dev";
	device->group_has_host_driver = group_has_host_driver(device->group);
	device->sriov = read_link(address, "physfn", name, sizeof(name)) ||
			read_hexadecimal(address, "sriov_totalvfs", &unused);
	read_resources(device);
	return NULL;
}

bool reserved_region(const struct pci_device *device, struct iommu_iova_range *region)
{
	char path[256], text[4096], *line = text;

	snprintf(path, sizeof(path), "/sys/kernel/iommu_groups/%u/reserved_regions", device->group);
	if (!read_text(path, text, sizeof(text)))
		return false;
	while (line && *line) {
		unsigned long long start, last;

		if (sscanf(line, "%llx %llx", &start, &last) == 2 && start > PAGE && last < 1ull << 36) {
			*region = (struct iommu_iova_range){ start, last };
			return true;
		}
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return false;
}

int open_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		FAIL("open of %s fails with %s", path, errno_name(errno));
	return fd;
}

int open_iommu(void)
{
	return open_file("/dev/iommu");
}

int open_group(const struct pci_device *device)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/vfio/%u", device->group);
	return open(path, O_RDWR | O_CLOEXEC);
}

int open_cdev(const struct pci_device *device)
{
	char path[64];

	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", device->cdev);
	return open(path, O_RDWR | O_CLOEXEC);
}

bool is_native_container(int fd)
{
	struct iommu_option option = {
		.size = sizeof(option),
		.option_id = IOMMU_OPTION_HUGE_PAGES,
		.op = IOMMU_OPTION_OP_GET,
		.object_id = ~0u,
	};

	/* An iommufd looks for the object. */
	return ioctl(fd, IOMMU_OPTION, &option) == -1 && errno == ENOTTY;
}

struct opened open_by_group(const struct pci_device *device, const char *container, int type)
{
	struct opened opened = { .iommu = open_file(container), .group = EXPECT_FD(open_group(device)) };
	uint32_t flags;

	EXPECT_EQ(ioctl(opened.iommu, VFIO_GET_API_VERSION), 0);
	EXPECT_OK(group_status(opened.group, &flags));
	EXPECT(flags & VFIO_GROUP_FLAGS_VIABLE);
	EXPECT_OK(set_container(opened.group, opened.iommu));
	EXPECT(ioctl(opened.iommu, VFIO_CHECK_EXTENSION, (unsigned long)type) > 0);
	EXPECT_OK(ioctl(opened.iommu, VFIO_SET_IOMMU, (unsigned long)type));
	opened.device = EXPECT_FD(get_device_fd(opened.group, device->address));
	if (!is_native_container(opened.iommu))
		EXPECT_OK(vfio_ioas(opened.iommu, IOMMU_VFIO_IOAS_GET, &opened.ioas_id));
	return opened;
}

struct opened open_by_cdev(const struct pci_device *device)
{
	struct opened opened = { .iommu = open_iommu(), .group = -1, .cdev = true };
	uint32_t pt_id;

	opened.ioas_id = new_ioas(opened.iommu);
	opened.device = EXPECT_FD(open_cdev(device));
	EXPECT_OK(bind_cdev(opened.device, opened.iommu, &opened.device_id));
	pt_id = opened.ioas_id;
	EXPECT_OK(attach_cdev(opened.device, &pt_id));
	return opened;
}

struct opened open_device(const struct subject *subject)
{
	if (subject->mode && subject->mode->type)
		return open_by_group(subject->device, subject->mode->container, subject->mode->type);
	if (!subject->mode && subject->route == ROUTE_GROUP)
		return open_by_group(subject->device, "/dev/iommu", VFIO_TYPE1v2_IOMMU);
	return open_by_cdev(subject->device);
}

void close_device(struct opened *opened)
{
	int *const fds[] = { &opened->device, &opened->group, &opened->iommu };

	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		if (*fds[i] >= 0)
			EXPECT_OK(close(*fds[i]));
		*fds[i] = -1;
	}
}

int bind_cdev(int cdev, int iommu, uint32_t *device_id)
{
	struct vfio_device_bind_iommufd call = { .argsz = sizeof(call), .iommufd = iommu };
	int result = ioctl(cdev, VFIO_DEVICE_BIND_IOMMUFD, &call);

	if (result == 0 && device_id)
		*device_id = call.out_devid;
	return result;
}

int attach_cdev(int cdev, uint32_t *pt_id)
{
	struct vfio_device_attach_iommufd_pt call = { .argsz = sizeof(call), .pt_id = *pt_id };
	int result = ioctl(cdev, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &call);

	*pt_id = call.pt_id;
	return result;
}

int detach_cdev(int cdev)
{
	struct vfio_device_detach_iommufd_pt call = { .argsz = VFIO_DEVICE_DETACH_BYTES_MIN };

	return ioctl(cdev, VFIO_DEVICE_DETACH_IOMMUFD_PT, &call);
}

int group_status(int group, uint32_t *flags)
{
	struct vfio_group_status call = { .argsz = sizeof(call) };
	int result = ioctl(group, VFIO_GROUP_GET_STATUS, &call);

	*flags = call.flags;
	return result;
}

int set_container(int group, int container)
{
	int32_t fd = container;

	return ioctl(group, VFIO_GROUP_SET_CONTAINER, &fd);
}

int get_device_fd(int group, const char *name)
{
	return ioctl(group, VFIO_GROUP_GET_DEVICE_FD, name);
}
