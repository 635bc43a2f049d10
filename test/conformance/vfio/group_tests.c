/*
 * Groups: opening them, their status, their container, devices by name, and closing in every order (specification, part
 * 2).
 */
#include <stdio.h>

#include "device.h"

#define UUID "0f2f6b9c-5f0c-4a4e-9a3f-0123456789ab"

static uint32_t status_of(int group)
{
	uint32_t flags;

	EXPECT_OK(group_status(group, &flags));
	return flags;
}

/* The group and an iommufd that is set as its container. */
static int open_group_with(const struct pci_device *device, int *iommu)
{
	int group = EXPECT_FD(open_group(device));

	*iommu = open_iommu();
	EXPECT_OK(set_container(group, *iommu));
	return group;
}

/* ---- the file ---------------------------------------------------------------------------------------------------- */

TEST_DEVICES(group_open_once, "a second open of a group fails EBUSY; a duplicate is the same file")
{
	int group = EXPECT_FD(open_group(subject->device)), duplicate = EXPECT_FD(dup(group));

	EXPECT_ERRNO(open_group(subject->device), EBUSY);
	EXPECT_OK(close(group));
	EXPECT_ERRNO(open_group(subject->device), EBUSY);
	EXPECT_OK(close(duplicate));
	EXPECT_FD(open_group(subject->device));
}

TEST_DEVICES(group_open_modes, "a group that is open cannot be opened in any other mode either: EBUSY")
{
	const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };
	char path[64];

	snprintf(path, sizeof(path), "/dev/vfio/%u", subject->device->group);
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		int group = EXPECT_FD(open(path, modes[i]));

		for (size_t j = 0; j < ARRAY_SIZE(modes); j++)
			EXPECT_ERRNO(open(path, modes[j]), EBUSY);
		EXPECT_EQ(status_of(group), VFIO_GROUP_FLAGS_VIABLE);
		EXPECT_OK(close(group));
	}
}

TEST_DEVICES(group_open_cdev, "a group cannot be opened while a device is bound by its cdev (EBUSY); an unbound cdev "
			      "does not matter")
{
	int iommu = open_iommu(), cdev = EXPECT_FD(open_cdev(subject->device));
	int group = EXPECT_FD(open_group(subject->device));

	EXPECT_OK(close(group));
	EXPECT_OK(bind_cdev(cdev, iommu, NULL));
	EXPECT_ERRNO(open_group(subject->device), EBUSY);
	EXPECT_OK(close(cdev));
	EXPECT_FD(open_group(subject->device));
}

TEST_DEVICES(group_file_operations, "a group file has ioctls only: unknown ones fail ENOTTY, read and write EINVAL, "
				    "mmap ENODEV")
{
	const unsigned long calls[] = { VFIO_GET_API_VERSION, VFIO_DEVICE_GET_INFO, VFIO_IOMMU_MAP_DMA, VFIO_CALL(21),
					VFIO_DEVICE_BIND_IOMMUFD };
	int group = EXPECT_FD(open_group(subject->device));
	char byte = 0;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		EXPECT_ERRNO(ioctl(group, calls[i], (void *)1), ENOTTY);
	EXPECT_ERRNO(read(group, &byte, 1), EINVAL);
	EXPECT_ERRNO(write(group, &byte, 1), EINVAL);
	EXPECT_ERRNO((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, group, 0), ENODEV);
}

/* ---- GET_STATUS -------------------------------------------------------------------------------------------------- */

TEST_DEVICES(group_status_struct, "GET_STATUS fails EFAULT, then EINVAL for argsz below 8; a larger argsz is left as "
				  "it is")
{
	struct vfio_group_status call = { .argsz = 7, .flags = 77 };
	int group = EXPECT_FD(open_group(subject->device));

	EXPECT_ERRNO(ioctl(group, VFIO_GROUP_GET_STATUS, memory_before_a_hole(7)), EFAULT);
	EXPECT_ERRNO(ioctl(group, VFIO_GROUP_GET_STATUS, &call), EINVAL);
	EXPECT_EQ(call.flags, 77);
	call.argsz = 100;
	EXPECT_ERRNO(ioctl(group, VFIO_GROUP_GET_STATUS, read_only_copy(&call, sizeof(call))), EFAULT);
	EXPECT_OK(ioctl(group, VFIO_GROUP_GET_STATUS, &call));
	EXPECT_EQ(call.argsz, 100);
	EXPECT_EQ(call.flags, VFIO_GROUP_FLAGS_VIABLE);
}

TEST_DEVICES(group_status_flags, "a group is VIABLE, with CONTAINER_SET while it has a container, and neither while "
				 "only a device is open")
{
	int iommu, group = EXPECT_FD(open_group(subject->device)), device;

	EXPECT_EQ(status_of(group), VFIO_GROUP_FLAGS_VIABLE);
	iommu = open_iommu();
	EXPECT_OK(set_container(group, iommu));
	EXPECT_EQ(status_of(group), VFIO_GROUP_FLAGS_VIABLE | VFIO_GROUP_FLAGS_CONTAINER_SET);
	device = EXPECT_FD(get_device_fd(group, subject->device->address));
	EXPECT_EQ(status_of(group), VFIO_GROUP_FLAGS_VIABLE | VFIO_GROUP_FLAGS_CONTAINER_SET);
	EXPECT_OK(ioctl(group, VFIO_GROUP_UNSET_CONTAINER));
	EXPECT_EQ(status_of(group), 0);
	EXPECT_OK(close(group));
	group = EXPECT_FD(open_group(subject->device));
	EXPECT_EQ(status_of(group), 0);
	EXPECT_OK(close(device));
	EXPECT_EQ(status_of(group), VFIO_GROUP_FLAGS_VIABLE);
}

/* ---- SET_CONTAINER and UNSET_CONTAINER --------------------------------------------------------------------------- */

TEST_DEVICES(set_container_errors, "SET_CONTAINER fails EFAULT, EBADF for a closed descriptor, EBADFD for another file "
				   "than a container")
{
	int group = EXPECT_FD(open_group(subject->device)), cdev = EXPECT_FD(open_cdev(subject->device));

	EXPECT_ERRNO(ioctl(group, VFIO_GROUP_SET_CONTAINER, NULL), EFAULT);
	EXPECT_ERRNO(ioctl(group, VFIO_GROUP_SET_CONTAINER, memory_before_a_hole(3)), EFAULT);
	EXPECT_ERRNO(set_container(group, -1), EBADF);
	EXPECT_ERRNO(set_container(group, closed_fd()), EBADF);
	EXPECT_ERRNO(set_container(group, open_file("/dev/null")), EBADFD);
	EXPECT_ERRNO(set_container(group, group), EBADFD);
	EXPECT_ERRNO(set_container(group, cdev), EBADFD);
	EXPECT_EQ(status_of(group), VFIO_GROUP_FLAGS_VIABLE);
}

TEST_DEVICES(set_container_twice, "SET_CONTAINER with a container set fails EINVAL, but EBADF first for a closed "
				  "descriptor")
{
	int iommu, group = open_group_with(subject->device, &iommu);

	EXPECT_ERRNO(set_container(group, closed_fd()), EBADF);
	EXPECT_ERRNO(set_container(group, iommu), EINVAL);
	EXPECT_ERRNO(set_container(group, open_iommu()), EINVAL);
	EXPECT_ERRNO(set_container(group, open_file("/dev/null")), EINVAL);
}

TEST_DEVICES(set_container_reads_only, "SET_CONTAINER writes nothing to the descriptor's number")
{
	int iommu = open_iommu(), group = EXPECT_FD(open_group(subject->device));
	int32_t fd = iommu;

	EXPECT_OK(ioctl(group, VFIO_GROUP_SET_CONTAINER, read_only_copy(&fd, sizeof(fd))));
}

TEST_DEVICES(unset_container, "UNSET_CONTAINER fails EINVAL without a container, else works, also with an open device")
{
	int iommu, group = open_group_with(subject->device, &iommu), device;

	device = EXPECT_FD(get_device_fd(group, subject->device->address));
	EXPECT_OK(ioctl(group, VFIO_GROUP_UNSET_CONTAINER));
	EXPECT_ERRNO(ioctl(group, VFIO_GROUP_UNSET_CONTAINER), EINVAL);
	EXPECT_EQ(config_read(device, 0, 2), subject->device->vendor);
	EXPECT_OK(set_container(group, open_iommu()));
}

TEST_DEVICES(device_stays_with_context, "GET_DEVICE_FD of an open device works with another container, and the device "
					"stays where it was")
{
	struct opened opened = open_by_group(subject->device, "/dev/iommu", VFIO_TYPE1v2_IOMMU);
	int other = open_iommu(), second;
	uint32_t other_ioas;

	EXPECT_OK(close(opened.group));
	opened.group = EXPECT_FD(open_group(subject->device));
	EXPECT_OK(set_container(opened.group, other));
	second = EXPECT_FD(get_device_fd(opened.group, subject->device->address));
	EXPECT_OK(vfio_ioas(other, IOMMU_VFIO_IOAS_GET, &other_ioas));
	EXPECT_OK(destroy_object(other, other_ioas));
	EXPECT_ERRNO(destroy_object(opened.iommu, opened.ioas_id), EBUSY);
	EXPECT_OK(close(opened.device));
	EXPECT_ERRNO(destroy_object(opened.iommu, opened.ioas_id), EBUSY);
	EXPECT_OK(close(second));
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
}

/* ---- GET_DEVICE_FD ----------------------------------------------------------------------------------------------- */

TEST_DEVICES(device_name_memory, "GET_DEVICE_FD fails EFAULT for an unreadable name and EINVAL for one of a page or "
				 "more")
{
	int iommu, group = open_group_with(subject->device, &iommu);
	char *name = memory_before_a_hole(PAGE);

	EXPECT_ERRNO(get_device_fd(group, NULL), EFAULT);
	EXPECT_ERRNO(get_device_fd(group, name + PAGE), EFAULT);
	memset(name, 'a', PAGE);
	EXPECT_ERRNO(get_device_fd(group, name + 1), EFAULT);
	EXPECT_ERRNO(get_device_fd(group, name), EINVAL);
	name[PAGE - 1] = '\0';
	EXPECT_ERRNO(get_device_fd(group, name), ENODEV);
	/* Ends with the last byte that can be read. */
	memcpy(name + PAGE - 13, subject->device->address, 13);
	EXPECT_FD(get_device_fd(group, name + PAGE - 13));
}

TEST_DEVICES(device_name_unknown, "GET_DEVICE_FD of a name that is no device of the group fails ENODEV, also without a "
				  "container")
{
	const char *const names[] = { "", " ", "0000", "0000:00:04", "ffff:ff:1f.7", "vfio0", "vf_token=" UUID };
	char longer[32], shorter[32], indented[32];
	int group = EXPECT_FD(open_group(subject->device));

	snprintf(longer, sizeof(longer), "%sx", subject->device->address);
	snprintf(shorter, sizeof(shorter), "%.11s", subject->device->address);
	snprintf(indented, sizeof(indented), " %s", subject->device->address);
	for (int with_container = 0; with_container < 2; with_container++) {
		for (size_t i = 0; i < ARRAY_SIZE(names); i++)
			EXPECT_ERRNO(get_device_fd(group, names[i]), ENODEV);
		EXPECT_ERRNO(get_device_fd(group, longer), ENODEV);
		EXPECT_ERRNO(get_device_fd(group, shorter), ENODEV);
		EXPECT_ERRNO(get_device_fd(group, indented), ENODEV);
		if (!with_container)
			EXPECT_OK(set_container(group, open_iommu()));
	}
}

TEST_DEVICES(device_name_without_container, "GET_DEVICE_FD of a device of the group fails EINVAL without a container")
{
	int group = EXPECT_FD(open_group(subject->device));

	EXPECT_ERRNO(get_device_fd(group, subject->device->address), EINVAL);
}

TEST_DEVICES(device_name_tail, "behind the name only spaces and one well-formed vf_token may follow: EINVAL")
{
	const char *const tails[] = {
		" token",
		" vf_token",
		" vf_token=",
		" vf_token=short",
		" vf_token=" UUID " x",
		" vf_token=" UUID " vf_token=" UUID,
		" vf_token=0f2f6b9c-5f0c-4a4e-9a3f-0123456789xy",
	};
	int iommu, group = open_group_with(subject->device, &iommu), device;
	char name[160];

	for (size_t i = 0; i < ARRAY_SIZE(tails); i++) {
		snprintf(name, sizeof(name), "%s%s", subject->device->address, tails[i]);
		EXPECT_ERRNO(get_device_fd(group, name), EINVAL);
	}
	snprintf(name, sizeof(name), "%s  ", subject->device->address);
	device = EXPECT_FD(get_device_fd(group, name));
	EXPECT_OK(close(device));
}

TEST_DEVICES(device_name_token, "a token for a device that is neither an SR-IOV function nor has any fails EINVAL")
{
	int iommu, group = open_group_with(subject->device, &iommu);
	char name[160];

	if (subject->device->sriov)
		SKIP("the device has SR-IOV");
	snprintf(name, sizeof(name), "%s vf_token=" UUID, subject->device->address);
	EXPECT_ERRNO(get_device_fd(group, name), EINVAL);
}

TEST_DEVICES(device_fd_flags, "the descriptor of GET_DEVICE_FD is O_RDWR and close-on-exec")
{
	int iommu, group = open_group_with(subject->device, &iommu);
	int device = EXPECT_FD(get_device_fd(group, subject->device->address));

	EXPECT_EQ(fcntl(device, F_GETFD), FD_CLOEXEC);
	EXPECT_EQ(fcntl(device, F_GETFL) & O_ACCMODE, O_RDWR);
}

TEST_DEVICES(device_fd_link, "the descriptor of GET_DEVICE_FD is anon_inode:[vfio-device] in /proc")
{
	int iommu, group = open_group_with(subject->device, &iommu);
	int device = EXPECT_FD(get_device_fd(group, subject->device->address));
	char path[64], text[64] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", device);
	EXPECT(readlink(path, text, sizeof(text) - 1) > 0);
	if (strcmp(text, "anon_inode:[vfio-device]") != 0)
		FAIL("the link is \"%s\"", text);
}

TEST_DEVICES(device_fd_several, "a device may be opened several times, and stays open until the last descriptor is "
				"closed")
{
	struct opened opened = open_by_group(subject->device, "/dev/iommu", VFIO_TYPE1v2_IOMMU);
	int second = EXPECT_FD(get_device_fd(opened.group, subject->device->address));

	EXPECT_OK(close(opened.device));
	EXPECT_EQ(config_read(second, 0, 2), subject->device->vendor);
	EXPECT_ERRNO(destroy_object(opened.iommu, opened.ioas_id), EBUSY);
	EXPECT_OK(close(second));
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
}

TEST_DEVICES(device_fd_no_cdev_ioctls, "on a device from a group BIND fails EINVAL, ATTACH and DETACH fail ENOTTY")
{
	struct opened opened = open_by_group(subject->device, "/dev/iommu", VFIO_TYPE1v2_IOMMU);
	uint32_t pt_id = opened.ioas_id;

	EXPECT_ERRNO(bind_cdev(opened.device, opened.iommu, NULL), EINVAL);
	EXPECT_ERRNO(attach_cdev(opened.device, &pt_id), ENOTTY);
	EXPECT_ERRNO(detach_cdev(opened.device), ENOTTY);
}

/* ---- closing ----------------------------------------------------------------------------------------------------- */

TEST_DEVICES(close_orders, "device, group and container can be closed in any order, after which the device can be "
			   "opened again")
{
	static const uint8_t orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
					     { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		struct opened opened = open_by_group(subject->device, "/dev/iommu", VFIO_TYPE1v2_IOMMU);
		const int fds[] = { opened.device, opened.group, opened.iommu };

		EXPECT_OK(map_dma(&opened, new_memory(PAGE), find_iova(&opened, PAGE, PAGE), PAGE));
		for (size_t j = 0; j < ARRAY_SIZE(fds); j++) {
			EXPECT_OK(close(fds[orders[i][j]]));
			/* As long as the device is open it works. */
			if (orders[i][0] != 0 && j == 0)
				EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
		}
	}
}

TEST_DEVICES(group_closed_first, "with the group closed, an open device stays usable and bound, and the group can be "
				 "opened")
{
	struct opened opened = open_by_group(subject->device, "/dev/iommu", VFIO_TYPE1v2_IOMMU);

	EXPECT_OK(close(opened.group));
	EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
	EXPECT_ERRNO(destroy_object(opened.iommu, opened.ioas_id), EBUSY);
	opened.group = EXPECT_FD(open_group(subject->device));
	close_device(&opened);
}
