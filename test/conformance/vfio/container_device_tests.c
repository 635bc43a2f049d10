/*
 * Containers of an iommufd with a device: what SET_CONTAINER makes, what the device's domain and its reserved regions
 * change for MAP, GET_INFO and SET_IOMMU (specification, 1.2 to 1.6 and 1.9).
 */
#include "container.h"

/* A group with an iommufd set and no device open. */
static struct opened open_group_only(const struct pci_device *device, const char *container)
{
	struct opened opened = {
		.iommu = open_file(container),
		.group = EXPECT_FD(open_group(device)),
		.device = -1,
	};

	if (is_native_container(opened.iommu))
		SKIP("%s is a native container", container);
	EXPECT_OK(set_container(opened.group, opened.iommu));
	EXPECT_OK(vfio_ioas(opened.iommu, IOMMU_VFIO_IOAS_GET, &opened.ioas_id));
	return opened;
}

static struct opened open_with_device(const struct pci_device *device)
{
	struct opened opened = open_group_only(device, "/dev/iommu");

	opened.device = EXPECT_FD(get_device_fd(opened.group, device->address));
	return opened;
}

TEST_DEVICES(set_container_makes_ioas, "SET_CONTAINER makes a compatibility IOAS with the lowest free id; it can be "
				       "used natively")
{
	int iommu = open_iommu(), group = EXPECT_FD(open_group(subject->device));
	uint32_t first = new_ioas(iommu), second = new_ioas(iommu), id;

	EXPECT_OK(destroy_object(iommu, first));
	EXPECT_OK(set_container(group, iommu));
	EXPECT_OK(vfio_ioas(iommu, IOMMU_VFIO_IOAS_GET, &id));
	EXPECT_EQ(id, first);
	EXPECT_OK(ioas_map(iommu, id, new_memory(PAGE), 0, PAGE));
	EXPECT_ERRNO(container_map(iommu, MAP_READ_WRITE, NULL, 0, PAGE), EEXIST);
	EXPECT_OK(destroy_object(iommu, second));
}

TEST_DEVICES(set_container_keeps_ioas, "SET_CONTAINER leaves a compatibility IOAS that is there, and no trace in the "
				       "id space")
{
	int iommu = open_iommu(), group = EXPECT_FD(open_group(subject->device));
	uint32_t mine = new_ioas(iommu), id;

	EXPECT_OK(vfio_ioas(iommu, IOMMU_VFIO_IOAS_SET, &mine));
	EXPECT_OK(set_container(group, iommu));
	EXPECT_OK(vfio_ioas(iommu, IOMMU_VFIO_IOAS_GET, &id));
	EXPECT_EQ(id, mine);
	EXPECT_EQ(new_ioas(iommu), mine + 1);
}

TEST_DEVICES(compat_ioas_outlives_group, "UNSET_CONTAINER and close of the group leave the compatibility IOAS and its "
					 "mappings")
{
	struct opened opened = open_group_only(subject->device, "/dev/iommu");
	uint64_t bytes = 0;
	uint32_t id;

	EXPECT_OK(map_dma(&opened, new_memory(PAGE), PAGE, PAGE));
	EXPECT_OK(ioctl(opened.group, VFIO_GROUP_UNSET_CONTAINER));
	EXPECT_OK(close(opened.group));
	EXPECT_OK(vfio_ioas(opened.iommu, IOMMU_VFIO_IOAS_GET, &id));
	EXPECT_EQ(id, opened.ioas_id);
	EXPECT_OK(unmap_dma_all(&opened, &bytes));
	EXPECT_EQ(bytes, PAGE);
}

TEST_DEVICES(everything_before_set_iommu, "CHECK_EXTENSION, GET_INFO, MAP and GET_DEVICE_FD work without SET_IOMMU")
{
	struct vfio_iommu_type1_info info = { .argsz = sizeof(info) };
	struct opened opened = open_group_only(subject->device, "/dev/iommu");

	EXPECT_EQ(ioctl(opened.iommu, VFIO_CHECK_EXTENSION, VFIO_TYPE1_IOMMU), 1);
	EXPECT_OK(ioctl(opened.iommu, VFIO_IOMMU_GET_INFO, &info));
	EXPECT_OK(map_dma(&opened, new_memory(PAGE), find_iova(&opened, PAGE, PAGE), PAGE));
	opened.device = EXPECT_FD(get_device_fd(opened.group, subject->device->address));
	close_device(&opened);
}

TEST_DEVICES(coherency_with_device, "CHECK_EXTENSION of DMA_CC fails ENODEV before SET_CONTAINER and is 1 after it and "
				    "with the device")
{
	int iommu = open_iommu(), group = EXPECT_FD(open_group(subject->device));

	EXPECT_ERRNO(ioctl(iommu, VFIO_CHECK_EXTENSION, VFIO_DMA_CC_IOMMU), ENODEV);
	EXPECT_OK(set_container(group, iommu));
	EXPECT_EQ(ioctl(iommu, VFIO_CHECK_EXTENSION, VFIO_DMA_CC_IOMMU), 1);
	EXPECT_FD(get_device_fd(group, subject->device->address));
	EXPECT_EQ(ioctl(iommu, VFIO_CHECK_EXTENSION, VFIO_DMA_CC_IOMMU), 1);
}

TEST_DEVICES(set_iommu_v1_with_device, "SET_IOMMU 1 with a domain is refused EINVAL as long as something is mapped")
{
	struct opened opened = open_with_device(subject->device);
	uint64_t iova = find_iova(&opened, PAGE, PAGE), bytes = PAGE;

	EXPECT_OK(map_dma(&opened, new_memory(PAGE), iova, PAGE));
	EXPECT_ERRNO(ioctl(opened.iommu, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU), EINVAL);
	EXPECT_OK(ioctl(opened.iommu, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU));
	EXPECT_EQ(huge_pages_option(opened.iommu, opened.ioas_id), 1);
	EXPECT_OK(unmap_dma(&opened, iova, &bytes));
	EXPECT_OK(ioctl(opened.iommu, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU));
	EXPECT_OK(map_dma(&opened, new_memory(PAGE), iova, PAGE));
	/* In v1 mode already. */
	EXPECT_OK(ioctl(opened.iommu, VFIO_SET_IOMMU, VFIO_TYPE1_IOMMU));
	EXPECT_OK(ioctl(opened.iommu, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU));
	EXPECT_EQ(huge_pages_option(opened.iommu, opened.ioas_id), 0);
}

TEST_DEVICES(get_info_with_device, "GET_INFO has the domain's page sizes and the holes between reserved regions, in 40 "
				   "+ 16 + 16 bytes each")
{
	struct opened opened = open_with_device(subject->device);
	struct iommu_iova_range ranges[RANGES_MAX], reserved;
	struct vfio_iommu_type1_info info = { .argsz = sizeof(info) };
	unsigned count = iova_ranges(&opened, ranges);

	EXPECT_OK(ioctl(opened.iommu, VFIO_IOMMU_GET_INFO, &info));
	EXPECT_EQ(info.argsz, 56 + 16 * count);
	EXPECT_EQ(info.flags, VFIO_IOMMU_INFO_PGSIZES | VFIO_IOMMU_INFO_CAPS);
	EXPECT(info.iova_pgsizes & PAGE);
	EXPECT((info.iova_pgsizes & PAGE_MASK) == 0);
	if (!reserved_region(subject->device, &reserved))
		SKIP("the group has no reserved region");
	for (unsigned i = 0; i < count; i++)
		EXPECT(ranges[i].last < reserved.start || ranges[i].start > reserved.last);
}

TEST_DEVICES(map_reserved, "MAP that overlaps a reserved region of the device fails EINVAL, also where an area is")
{
	struct opened opened = open_with_device(subject->device);
	struct iommu_iova_range reserved;

	if (!reserved_region(subject->device, &reserved))
		SKIP("the group has no reserved region");
	reserved.start &= ~PAGE_MASK;
	EXPECT_ERRNO(map_dma(&opened, new_memory(PAGE), reserved.start, PAGE), EINVAL);
	EXPECT_ERRNO(map_dma(&opened, new_memory(2 * PAGE), reserved.start - PAGE, 2 * PAGE), EINVAL);
	EXPECT_OK(map_dma(&opened, new_memory(PAGE), reserved.start - PAGE, PAGE));
	EXPECT_ERRNO(map_dma(&opened, new_memory(2 * PAGE), reserved.start - PAGE, 2 * PAGE), EINVAL);
}

TEST_DEVICES(map_unaligned_with_device, "MAP with a domain wants size, IOVA and address aligned to its smallest page: "
					"EINVAL")
{
	struct opened opened = open_with_device(subject->device);
	uint64_t iova = find_iova(&opened, 4 * PAGE, PAGE);
	uint8_t *memory = new_memory(2 * PAGE);

	EXPECT_ERRNO(map_dma(&opened, memory, iova, 0x800), EINVAL);
	EXPECT_ERRNO(map_dma(&opened, memory, iova + 0x800, PAGE), EINVAL);
	EXPECT_ERRNO(map_dma(&opened, memory + 0x800, iova, PAGE), EINVAL);
	EXPECT_OK(map_dma(&opened, memory, iova, PAGE));
}

TEST_DEVICES(map_bad_memory, "MAP with a domain fails EFAULT for memory that is not there or not accessible, and to "
			     "write what is read-only")
{
	struct opened opened = open_with_device(subject->device);
	uint64_t iova = find_iova(&opened, 4 * PAGE, PAGE);
	const char byte = 0;
	void *hole = (uint8_t *)memory_before_a_hole(PAGE) + PAGE, *read_only = read_only_copy(&byte, 1);

	EXPECT_ERRNO(map_dma(&opened, NO_MEMORY, iova, PAGE), EFAULT);
	EXPECT_ERRNO(map_dma(&opened, hole, iova, PAGE), EFAULT);
	EXPECT_ERRNO(map_dma(&opened, (uint8_t *)hole - PAGE, iova, 2 * PAGE), EFAULT);
	EXPECT_ERRNO(container_map(opened.iommu, VFIO_DMA_MAP_FLAG_WRITE, read_only, iova, PAGE), EFAULT);
	EXPECT_OK(container_map(opened.iommu, VFIO_DMA_MAP_FLAG_READ, read_only, iova, PAGE));
}

TEST_DEVICES(map_no_permission, "MAP with a domain and without permission fails EINVAL, but EFAULT first for a bad "
				"address")
{
	struct opened opened = open_with_device(subject->device);
	uint64_t iova = find_iova(&opened, 4 * PAGE, PAGE);

	EXPECT_ERRNO(container_map(opened.iommu, 0, new_memory(PAGE), iova, PAGE), EINVAL);
	EXPECT_ERRNO(container_map(opened.iommu, 0, NO_MEMORY, iova, PAGE), EFAULT);
}

TEST_DEVICES(map_bar, "MAP of a mapped BAR fails EFAULT")
{
	struct opened opened = open_with_device(subject->device);
	int bar = find_bar(opened.device, VFIO_REGION_INFO_FLAG_MMAP);

	if (bar < 0)
		SKIP("no BAR can be mapped");
	EXPECT_ERRNO(map_dma(&opened, map_region(opened.device, (uint32_t)bar), find_iova(&opened, PAGE, PAGE), PAGE),
		     EFAULT);
}

/* ---- GET_DEVICE_FD and the compatibility IOAS -------------------------------------------------------------------- */

/* The device must not have stayed open or bound: the group can be given to another context. */
static void expect_device_free(struct opened *opened, const struct pci_device *device)
{
	struct opened again;

	EXPECT_OK(close(opened->group));
	again = open_with_device(device);
	close_device(&again);
}

TEST_DEVICES(attach_without_ioas, "GET_DEVICE_FD fails ENODEV if the compatibility IOAS was cleared, and leaves the "
				  "device closed")
{
	struct opened opened = open_group_only(subject->device, "/dev/iommu");

	EXPECT_OK(vfio_ioas(opened.iommu, IOMMU_VFIO_IOAS_CLEAR, &opened.ioas_id));
	EXPECT_ERRNO(get_device_fd(opened.group, subject->device->address), ENODEV);
	expect_device_free(&opened, subject->device);
}

TEST_DEVICES(attach_reserved, "GET_DEVICE_FD fails EADDRINUSE if a mapping is in a reserved region, and leaves the "
			      "device closed")
{
	struct opened opened = open_group_only(subject->device, "/dev/iommu");
	struct iommu_iova_range reserved;
	uint64_t bytes;

	if (!reserved_region(subject->device, &reserved))
		SKIP("the group has no reserved region");
	EXPECT_OK(map_dma(&opened, new_memory(PAGE), reserved.start & ~PAGE_MASK, PAGE));
	EXPECT_ERRNO(get_device_fd(opened.group, subject->device->address), EADDRINUSE);
	EXPECT_OK(unmap_dma_all(&opened, &bytes));
	EXPECT_FD(get_device_fd(opened.group, subject->device->address));
}

TEST_DEVICES(attach_bad_memory, "GET_DEVICE_FD fails EFAULT if memory mapped before is not there, and leaves the "
				"device closed")
{
	struct opened opened = open_group_only(subject->device, "/dev/iommu");

	EXPECT_OK(map_dma(&opened, NO_MEMORY, 16 * PAGE, PAGE));
	EXPECT_ERRNO(get_device_fd(opened.group, subject->device->address), EFAULT);
	expect_device_free(&opened, subject->device);
}

TEST_DEVICES(attached_ioas_busy, "the compatibility IOAS cannot be destroyed (EBUSY) until the device is closed")
{
	struct opened opened = open_with_device(subject->device);

	EXPECT_ERRNO(destroy_object(opened.iommu, opened.ioas_id), EBUSY);
	EXPECT_OK(close(opened.device));
	EXPECT_OK(destroy_object(opened.iommu, opened.ioas_id));
}

TEST_DEVICES(set_container_paths, "SET_CONTAINER takes a descriptor of /dev/vfio/vfio as one of /dev/iommu")
{
	struct opened opened = open_group_only(subject->device, "/dev/vfio/vfio");

	opened.device = EXPECT_FD(get_device_fd(opened.group, subject->device->address));
	EXPECT_OK(map_dma(&opened, new_memory(PAGE), find_iova(&opened, PAGE, PAGE), PAGE));
	close_device(&opened);
}

TEST_DEVICES(group_keeps_context, "with the container closed, the group still opens the device and its mappings stay "
				  "in use")
{
	struct opened opened = open_group_only(subject->device, "/dev/iommu");
	uint32_t flags;

	EXPECT_OK(map_dma(&opened, new_memory(PAGE), find_iova(&opened, PAGE, PAGE), PAGE));
	EXPECT_OK(close(opened.iommu));
	opened.iommu = -1;
	EXPECT_OK(group_status(opened.group, &flags));
	EXPECT_EQ(flags, VFIO_GROUP_FLAGS_VIABLE | VFIO_GROUP_FLAGS_CONTAINER_SET);
	opened.device = EXPECT_FD(get_device_fd(opened.group, subject->device->address));
	EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
	close_device(&opened);
}
