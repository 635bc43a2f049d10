/* Cdevs: what an unbound descriptor can do, BIND_IOMMUFD, ATTACH and DETACH, and closing (specification, part 3). */
#include <stdio.h>

#include "device.h"

struct long_bind {
	struct vfio_device_bind_iommufd call;
	uint64_t tail;
};

static int attach_raw(int cdev, uint32_t argsz, uint32_t flags, uint32_t pt_id, uint32_t pasid)
{
	struct vfio_device_attach_iommufd_pt call = { .argsz = argsz, .flags = flags, .pt_id = pt_id, .pasid = pasid };

	return ioctl(cdev, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &call);
}

static int detach_raw(int cdev, uint32_t argsz, uint32_t flags, uint32_t pasid)
{
	struct vfio_device_detach_iommufd_pt call = { .argsz = argsz, .flags = flags, .pasid = pasid };

	return ioctl(cdev, VFIO_DEVICE_DETACH_IOMMUFD_PT, &call);
}

/* A bound cdev that is attached to nothing. */
static struct opened open_bound(const struct pci_device *device)
{
	struct opened opened = { .iommu = open_iommu(), .group = -1, .cdev = true };

	opened.device = EXPECT_FD(open_cdev(device));
	EXPECT_OK(bind_cdev(opened.device, opened.iommu, &opened.device_id));
	opened.ioas_id = new_ioas(opened.iommu);
	return opened;
}

/* ---- unbound ----------------------------------------------------------------------------------------------------- */

TEST_DEVICES(cdev_unbound_ioctls, "every ioctl but BIND on an unbound cdev fails EINVAL, whatever its argument; "
				  "FIONBIO works")
{
	const unsigned long calls[] = {
		VFIO_DEVICE_GET_INFO,	       VFIO_DEVICE_GET_REGION_INFO, VFIO_DEVICE_GET_IRQ_INFO,
		VFIO_DEVICE_SET_IRQS,	       VFIO_DEVICE_RESET,	    VFIO_DEVICE_GET_PCI_HOT_RESET_INFO,
		VFIO_DEVICE_IOEVENTFD,	       VFIO_DEVICE_FEATURE,	    VFIO_DEVICE_ATTACH_IOMMUFD_PT,
		VFIO_DEVICE_DETACH_IOMMUFD_PT, VFIO_GROUP_GET_STATUS,	    VFIO_CALL(50),
	};
	int cdev = EXPECT_FD(open_cdev(subject->device)), off = 0;

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		EXPECT_ERRNO(ioctl(cdev, calls[i], (void *)1), EINVAL);
	EXPECT_OK(ioctl(cdev, FIONBIO, &off));
}

TEST_DEVICES(cdev_unbound_access, "read, write, pread, pwrite and mmap of an unbound cdev fail EINVAL, lseek ESPIPE")
{
	const off_t config = (off_t)VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX);
	int cdev = EXPECT_FD(open_cdev(subject->device));
	uint32_t word = 0;

	EXPECT_ERRNO(read(cdev, &word, sizeof(word)), EINVAL);
	EXPECT_ERRNO(write(cdev, &word, sizeof(word)), EINVAL);
	EXPECT_ERRNO(pread(cdev, &word, sizeof(word), config), EINVAL);
	EXPECT_ERRNO(pwrite(cdev, &word, sizeof(word), config), EINVAL);
	EXPECT_ERRNO((long)mmap(NULL, PAGE, PROT_READ, MAP_SHARED, cdev, 0), EINVAL);
	EXPECT_ERRNO(lseek(cdev, 0, SEEK_SET), ESPIPE);
}

TEST_DEVICES(cdev_second_descriptor, "another descriptor of a bound device has no access: EINVAL")
{
	struct opened opened = open_bound(subject->device);
	struct vfio_device_info info = { .argsz = sizeof(info) };
	int second = EXPECT_FD(open_cdev(subject->device));

	EXPECT_ERRNO(ioctl(second, VFIO_DEVICE_GET_INFO, &info), EINVAL);
	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_GET_INFO, &info));
}

TEST_DEVICES(cdev_open_modes, "a cdev can be opened in any mode and any number of times; a read-only descriptor can "
			      "bind and be used")
{
	int iommu = open_iommu(), write_only, read_only;
	char path[64];

	snprintf(path, sizeof(path), "/dev/vfio/devices/%s", subject->device->cdev);
	write_only = EXPECT_FD(open(path, O_WRONLY));
	read_only = EXPECT_FD(open(path, O_RDONLY));
	EXPECT_OK(bind_cdev(read_only, iommu, NULL));
	EXPECT(device_info(read_only).flags & VFIO_DEVICE_FLAGS_PCI);
	EXPECT_EQ(config_read(read_only, 0, 2), subject->device->vendor);
	EXPECT_ERRNO(bind_cdev(write_only, iommu, NULL), EINVAL);
}

TEST_DEVICES(cdev_fdinfo, "fdinfo of a cdev has a line vfio-device-syspath")
{
	int cdev = EXPECT_FD(open_cdev(subject->device)), info;
	char path[64], text[1024] = "";

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", cdev);
	info = EXPECT_FD(open(path, O_RDONLY));
	EXPECT(read(info, text, sizeof(text) - 1) > 0);
	EXPECT(strstr(text, "vfio-device-syspath: /sys/devices/"));
}

/* ---- BIND_IOMMUFD ------------------------------------------------------------------------------------------------ */

TEST_DEVICES(bind_struct, "BIND fails EFAULT for argsz, EINVAL below 16, EFAULT for the rest, E2BIG for a tail that is "
			  "not 0")
{
	int iommu = open_iommu(), cdev = EXPECT_FD(open_cdev(subject->device));
	struct vfio_device_bind_iommufd *at_the_edge = memory_before_a_hole(VFIO_DEVICE_BIND_BYTES_MIN);
	struct long_bind call = { .call = { .argsz = sizeof(call), .iommufd = -1 }, .tail = 1ull << 63 };

	EXPECT_ERRNO(ioctl(cdev, VFIO_DEVICE_BIND_IOMMUFD, memory_before_a_hole(3)), EFAULT);
	at_the_edge->argsz = VFIO_DEVICE_BIND_BYTES_MIN - 1;
	at_the_edge->flags = 0;
	at_the_edge->iommufd = iommu;
	EXPECT_ERRNO(ioctl(cdev, VFIO_DEVICE_BIND_IOMMUFD, at_the_edge), EINVAL);
	at_the_edge->argsz = sizeof(*at_the_edge);
	EXPECT_ERRNO(ioctl(cdev, VFIO_DEVICE_BIND_IOMMUFD, at_the_edge), EFAULT);
	EXPECT_ERRNO(ioctl(cdev, VFIO_DEVICE_BIND_IOMMUFD, &call), E2BIG);
	at_the_edge->argsz = VFIO_DEVICE_BIND_BYTES_MIN;
	EXPECT_OK(ioctl(cdev, VFIO_DEVICE_BIND_IOMMUFD, at_the_edge));
}

TEST_DEVICES(bind_long_struct, "BIND takes an argsz above 24 if the tail is 0, and writes nothing but out_devid")
{
	int iommu = open_iommu(), cdev = EXPECT_FD(open_cdev(subject->device));
	struct long_bind call = {
		.call = { .argsz = sizeof(call), .iommufd = iommu, .out_devid = ~0u, .token_uuid_ptr = 0x123 },
	};

	EXPECT_OK(ioctl(cdev, VFIO_DEVICE_BIND_IOMMUFD, &call));
	EXPECT(call.call.out_devid != ~0u);
	EXPECT_EQ(call.call.argsz, sizeof(call));
	EXPECT_EQ(call.call.iommufd, iommu);
	EXPECT_EQ(call.call.token_uuid_ptr, 0x123);
}

TEST_DEVICES(bind_arguments, "BIND with a negative iommufd or an unknown flag fails EINVAL, even if the group is open")
{
	int iommu = open_iommu(), cdev = EXPECT_FD(open_cdev(subject->device));
	struct vfio_device_bind_iommufd call = { .argsz = sizeof(call), .flags = 2, .iommufd = iommu };

	for (int with_group = 0; with_group < 2; with_group++) {
		if (with_group)
			EXPECT_FD(open_group(subject->device));
		EXPECT_ERRNO(bind_cdev(cdev, -1, NULL), EINVAL);
		EXPECT_ERRNO(bind_cdev(cdev, -2, NULL), EINVAL);
		EXPECT_ERRNO(ioctl(cdev, VFIO_DEVICE_BIND_IOMMUFD, &call), EINVAL);
	}
}

TEST_DEVICES(bind_descriptor, "BIND fails EBADF for a closed iommufd and EBADFD for another file; the cdev can be "
			      "bound after that")
{
	int iommu = open_iommu(), cdev = EXPECT_FD(open_cdev(subject->device));

	EXPECT_ERRNO(bind_cdev(cdev, closed_fd(), NULL), EBADF);
	EXPECT_ERRNO(bind_cdev(cdev, open_file("/dev/null"), NULL), EBADFD);
	EXPECT_ERRNO(bind_cdev(cdev, cdev, NULL), EBADFD);
	EXPECT_OK(bind_cdev(cdev, iommu, NULL));
}

TEST_DEVICES(bind_with_group_open, "BIND while the group is open fails EBUSY, even without a container, before the "
				   "iommufd is looked at")
{
	int iommu = open_iommu(), cdev = EXPECT_FD(open_cdev(subject->device));
	int group = EXPECT_FD(open_group(subject->device));

	EXPECT_ERRNO(bind_cdev(cdev, iommu, NULL), EBUSY);
	EXPECT_ERRNO(bind_cdev(cdev, closed_fd(), NULL), EBUSY);
	EXPECT_OK(close(group));
	EXPECT_OK(bind_cdev(cdev, iommu, NULL));
}

TEST_DEVICES(bind_twice, "a second BIND of the descriptor fails EINVAL before the iommufd is looked at, of another one "
			 "EBADF first")
{
	struct opened opened = open_bound(subject->device);
	int second = EXPECT_FD(open_cdev(subject->device));

	EXPECT_ERRNO(bind_cdev(opened.device, opened.iommu, NULL), EINVAL);
	EXPECT_ERRNO(bind_cdev(opened.device, closed_fd(), NULL), EINVAL);
	EXPECT_ERRNO(bind_cdev(second, closed_fd(), NULL), EBADF);
	EXPECT_ERRNO(bind_cdev(second, opened.iommu, NULL), EINVAL);
	EXPECT_ERRNO(open_group(subject->device), EBUSY);
}

TEST_DEVICES(bind_token, "BIND with a token fails EFAULT if it cannot be read, and EINVAL for a device without SR-IOV")
{
	const uint8_t token[16] = { 1, 2, 3 };
	int iommu = open_iommu(), cdev = EXPECT_FD(open_cdev(subject->device));
	struct vfio_device_bind_iommufd call = {
		.argsz = sizeof(call),
		.flags = VFIO_DEVICE_BIND_FLAG_TOKEN,
		.iommufd = iommu,
		.token_uuid_ptr = (uintptr_t)memory_before_a_hole(15),
	};

	if (subject->device->sriov)
		SKIP("the device has SR-IOV");
	EXPECT_ERRNO(ioctl(cdev, VFIO_DEVICE_BIND_IOMMUFD, &call), EFAULT);
	call.token_uuid_ptr = (uintptr_t)token;
	EXPECT_ERRNO(ioctl(cdev, VFIO_DEVICE_BIND_IOMMUFD, &call), EINVAL);
}

TEST_DEVICES(bind_read_only_struct, "BIND that cannot write out_devid fails EFAULT and is undone")
{
	int iommu = open_iommu(), cdev = EXPECT_FD(open_cdev(subject->device));
	const struct vfio_device_bind_iommufd call = { .argsz = sizeof(call), .iommufd = iommu };

	EXPECT_ERRNO(ioctl(cdev, VFIO_DEVICE_BIND_IOMMUFD, read_only_copy(&call, sizeof(call))), EFAULT);
	EXPECT_OK(bind_cdev(cdev, iommu, NULL));
}

TEST_DEVICES(bind_makes_object, "BIND makes an object of the iommufd: GET_HW_INFO takes it, DESTROY fails EBUSY until "
				"close")
{
	struct opened opened = open_bound(subject->device);
	struct iommu_hw_info info = { .size = sizeof(info), .dev_id = opened.device_id };

	EXPECT_OK(ioctl(opened.iommu, IOMMU_GET_HW_INFO, &info));
	EXPECT_ERRNO(destroy_object(opened.iommu, opened.device_id), EBUSY);
	EXPECT_OK(close(opened.device));
	EXPECT_ERRNO(destroy_object(opened.iommu, opened.device_id), ENOENT);
}

TEST_DEVICES(bind_keeps_context, "a bound cdev works on after the iommufd is closed, and can be attached to its "
				 "objects")
{
	struct opened opened = open_bound(subject->device);
	uint32_t pt_id = opened.ioas_id;

	EXPECT_OK(close(opened.iommu));
	EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
	EXPECT_OK(attach_cdev(opened.device, &pt_id));
}

TEST_DEVICES(bind_before_attach, "between BIND and ATTACH everything of the device works: information, regions, "
				 "interrupts, mmap")
{
	struct opened opened = open_bound(subject->device);
	int bar;

	EXPECT(device_info(opened.device).num_regions >= VFIO_PCI_NUM_REGIONS);
	EXPECT_EQ(region_info(opened.device, VFIO_PCI_CONFIG_REGION_INDEX).flags, 3);
	EXPECT_EQ(irq_info(opened.device, VFIO_PCI_REQ_IRQ_INDEX).count, 1);
	EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
	bar = find_bar(opened.device, VFIO_REGION_INFO_FLAG_MMAP);
	if (bar >= 0)
		EXPECT(can_load(map_region(opened.device, (uint32_t)bar)));
}

/* ---- ATTACH and DETACH ------------------------------------------------------------------------------------------- */

TEST_DEVICES(attach_struct, "ATTACH fails EFAULT, EINVAL for argsz below 12 and for an unknown flag")
{
	struct opened opened = open_bound(subject->device);

	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, memory_before_a_hole(11)), EFAULT);
	EXPECT_ERRNO(attach_raw(opened.device, 11, 0, opened.ioas_id, 0), EINVAL);
	EXPECT_ERRNO(attach_raw(opened.device, 16, 2, opened.ioas_id, 0), EINVAL);
	EXPECT_OK(attach_raw(opened.device, 12, 0, opened.ioas_id, 0));
}

TEST_DEVICES(attach_wrong_object, "ATTACH fails ENOENT for an unknown id, EINVAL for an object of another type, and "
				  "leaves pt_id")
{
	struct opened opened = open_bound(subject->device);
	uint32_t pt_id = ~0u;

	EXPECT_ERRNO(attach_cdev(opened.device, &pt_id), ENOENT);
	EXPECT_EQ(pt_id, ~0u);
	pt_id = opened.device_id;
	EXPECT_ERRNO(attach_cdev(opened.device, &pt_id), EINVAL);
	EXPECT_EQ(pt_id, opened.device_id);
}

TEST_DEVICES(attach_ioas, "ATTACH to an IOAS gives the id of its automatic hwpt; again, it is the same; after DETACH "
			  "it is gone")
{
	struct opened opened = open_bound(subject->device);
	uint32_t hwpt = opened.ioas_id, again = opened.ioas_id;

	EXPECT_OK(attach_cdev(opened.device, &hwpt));
	EXPECT(hwpt != opened.ioas_id);
	EXPECT_OK(attach_cdev(opened.device, &again));
	EXPECT_EQ(again, hwpt);
	EXPECT_OK(attach_cdev(opened.device, &again));
	EXPECT_ERRNO(destroy_object(opened.iommu, opened.ioas_id), EBUSY);
	EXPECT_ERRNO(destroy_object(opened.iommu, hwpt), EBUSY);
	EXPECT_OK(detach_cdev(opened.device));
	EXPECT_ERRNO(attach_cdev(opened.device, &hwpt), ENOENT);
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
}

TEST_DEVICES(attach_replaces, "ATTACH of an attached device replaces: the first IOAS is free, the second busy")
{
	struct opened opened = open_bound(subject->device);
	uint32_t first = opened.ioas_id, other_ioas = new_ioas(opened.iommu), second = other_ioas;

	EXPECT_OK(attach_cdev(opened.device, &first));
	EXPECT_OK(attach_cdev(opened.device, &second));
	EXPECT(first != second);
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
	EXPECT_ERRNO(destroy_object(opened.iommu, other_ioas), EBUSY);
}

TEST_DEVICES(attach_hwpt, "ATTACH takes a hwpt that was allocated for the device, which outlives DETACH")
{
	struct opened opened = open_bound(subject->device);
	struct iommu_hwpt_alloc call = {
		.size = sizeof(call),
		.dev_id = opened.device_id,
		.pt_id = opened.ioas_id,
	};
	uint32_t pt_id;

	EXPECT_OK(ioctl(opened.iommu, IOMMU_HWPT_ALLOC, &call));
	pt_id = call.out_hwpt_id;
	EXPECT_OK(attach_cdev(opened.device, &pt_id));
	EXPECT_EQ(pt_id, call.out_hwpt_id);
	EXPECT_ERRNO(destroy_object(opened.iommu, call.out_hwpt_id), EBUSY);
	EXPECT_OK(detach_cdev(opened.device));
	EXPECT_OK(destroy_object(opened.iommu, call.out_hwpt_id));
}

TEST_DEVICES(attach_bad_mapping, "ATTACH fails EFAULT for a mapping without memory, EADDRINUSE for one in a reserved "
				 "region, and attaches nothing")
{
	struct opened opened = open_bound(subject->device);
	struct iommu_iova_range reserved;
	uint64_t bytes = PAGE;
	uint32_t pt_id = opened.ioas_id;

	EXPECT_OK(ioas_map(opened.iommu, opened.ioas_id, NO_MEMORY, 16 * PAGE, PAGE));
	EXPECT_ERRNO(attach_cdev(opened.device, &pt_id), EFAULT);
	EXPECT_EQ(pt_id, opened.ioas_id);
	EXPECT_OK(ioas_unmap(opened.iommu, opened.ioas_id, 16 * PAGE, &bytes));
	if (reserved_region(subject->device, &reserved)) {
		EXPECT_OK(ioas_map(opened.iommu, opened.ioas_id, new_memory(PAGE), reserved.start & ~PAGE_MASK, PAGE));
		EXPECT_ERRNO(attach_cdev(opened.device, &pt_id), EADDRINUSE);
	}
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
}

TEST_DEVICES(attach_read_only_struct, "ATTACH that cannot write pt_id fails EFAULT and is detached again")
{
	struct opened opened = open_bound(subject->device);
	const struct vfio_device_attach_iommufd_pt call = { .argsz = sizeof(call), .pt_id = opened.ioas_id };

	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, read_only_copy(&call, sizeof(call))), EFAULT);
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
}

TEST_DEVICES(attach_pasid, "ATTACH with PASID fails EINVAL for argsz below 16, ENOSPC from 0x80000000 on, EINVAL for "
			   "an IOAS")
{
	struct opened opened = open_bound(subject->device);
	uint32_t argsz = sizeof(struct vfio_device_attach_iommufd_pt);

	EXPECT_ERRNO(attach_raw(opened.device, 12, VFIO_DEVICE_ATTACH_PASID, opened.ioas_id, 1), EINVAL);
	EXPECT_ERRNO(attach_raw(opened.device, argsz, VFIO_DEVICE_ATTACH_PASID, opened.ioas_id, 0x80000000), ENOSPC);
	EXPECT_ERRNO(attach_raw(opened.device, argsz, VFIO_DEVICE_ATTACH_PASID, opened.ioas_id, 1), EINVAL);
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
}

TEST_DEVICES(attach_pasid_zero, "ATTACH with PASID 0 is the plain attach, which only DETACH with PASID 0 undoes; a "
				"plain ATTACH fails EBUSY")
{
	struct opened opened = open_bound(subject->device);
	uint32_t pt_id = opened.ioas_id;

	EXPECT_OK(attach_raw(opened.device, 16, VFIO_DEVICE_ATTACH_PASID, opened.ioas_id, 0));
	EXPECT_ERRNO(attach_cdev(opened.device, &pt_id), EBUSY);
	EXPECT_OK(detach_cdev(opened.device));
	EXPECT_ERRNO(destroy_object(opened.iommu, opened.ioas_id), EBUSY);
	EXPECT_OK(detach_raw(opened.device, 12, VFIO_DEVICE_DETACH_PASID, 0));
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
}

TEST_DEVICES(detach_struct, "DETACH fails EFAULT, EINVAL for argsz below 8 (12 with PASID) and for an unknown flag")
{
	struct opened opened = open_bound(subject->device);

	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_DETACH_IOMMUFD_PT, memory_before_a_hole(7)), EFAULT);
	EXPECT_ERRNO(detach_raw(opened.device, 7, 0, 0), EINVAL);
	EXPECT_ERRNO(detach_raw(opened.device, 12, 2, 0), EINVAL);
	EXPECT_ERRNO(detach_raw(opened.device, 11, VFIO_DEVICE_DETACH_PASID, 1), EINVAL);
	EXPECT_OK(detach_raw(opened.device, 12, VFIO_DEVICE_DETACH_PASID, 1));
}

TEST_DEVICES(detach_twice, "DETACH always succeeds, also with nothing attached")
{
	struct opened opened = open_bound(subject->device);
	uint32_t pt_id = opened.ioas_id;

	EXPECT_OK(detach_cdev(opened.device));
	EXPECT_OK(attach_cdev(opened.device, &pt_id));
	EXPECT_OK(detach_cdev(opened.device));
	EXPECT_OK(detach_cdev(opened.device));
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
}

/* ---- closing ----------------------------------------------------------------------------------------------------- */

TEST_DEVICES(cdev_close, "close of a bound cdev detaches and unbinds it: its IOAS, the cdev and the group are free")
{
	struct opened opened = open_bound(subject->device);
	uint32_t pt_id = opened.ioas_id;
	int second = EXPECT_FD(open_cdev(subject->device));

	EXPECT_OK(attach_cdev(opened.device, &pt_id));
	EXPECT_OK(close(opened.device));
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
	EXPECT_OK(bind_cdev(second, open_iommu(), NULL));
	EXPECT_OK(close(second));
	EXPECT_FD(open_group(subject->device));
}

TEST_DEVICES(cdev_close_unbound, "close of an unbound descriptor does nothing to the bound one")
{
	struct opened opened = open_bound(subject->device);
	int second = EXPECT_FD(open_cdev(subject->device));

	EXPECT_OK(close(second));
	EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
	EXPECT_ERRNO(open_group(subject->device), EBUSY);
}

TEST_DEVICES(cdev_close_mapped, "a mapped BAR keeps a closed cdev bound until munmap")
{
	struct opened opened = open_bound(subject->device);
	int bar = find_bar(opened.device, VFIO_REGION_INFO_FLAG_MMAP), second = EXPECT_FD(open_cdev(subject->device));
	uint64_t bytes;
	void *mapped;

	if (bar < 0)
		SKIP("no BAR can be mapped");
	bytes = region_info(opened.device, (uint32_t)bar).size;
	mapped = map_region(opened.device, (uint32_t)bar);
	EXPECT_OK(close(opened.device));
	EXPECT(can_load(mapped));
	EXPECT_ERRNO(bind_cdev(second, opened.iommu, NULL), EINVAL);
	EXPECT_ERRNO(open_group(subject->device), EBUSY);
	EXPECT_OK(munmap(mapped, bytes));
	EXPECT_OK(bind_cdev(second, opened.iommu, NULL));
}
