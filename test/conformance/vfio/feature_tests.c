/*
 * Device files: RESET, hot reset, and device features with low power and dma-bufs (specification, 4.6 to 4.8 and 4.10).
 */
#include "device.h"

#define FEATURE_BYTES_MAX 256

static int feature(int device, uint32_t flags, const void *data, size_t bytes)
{
	_Alignas(8) uint8_t buffer[sizeof(struct vfio_device_feature) + FEATURE_BYTES_MAX] = { 0 };
	struct vfio_device_feature *call = (void *)buffer;

	EXPECT(bytes <= FEATURE_BYTES_MAX);
	call->argsz = (uint32_t)(sizeof(*call) + bytes);
	call->flags = flags;
	if (bytes)
		memcpy(call->data, data, bytes);
	return ioctl(device, VFIO_DEVICE_FEATURE, call);
}

static int get(int device, uint32_t number, const void *data, size_t bytes)
{
	return feature(device, VFIO_DEVICE_FEATURE_GET | number, data, bytes);
}

static int set(int device, uint32_t number, const void *data, size_t bytes)
{
	return feature(device, VFIO_DEVICE_FEATURE_SET | number, data, bytes);
}

static int probe(int device, uint32_t flags)
{
	return feature(device, VFIO_DEVICE_FEATURE_PROBE | flags, NULL, 0);
}

/* ---- FEATURE ----------------------------------------------------------------------------------------------------- */

TEST_ROUTES(feature_struct, "FEATURE fails EFAULT, EINVAL for argsz below 8, for unknown flags and for GET with SET "
			    "without PROBE")
{
	struct opened opened = open_device(subject);
	const uint32_t low_power = VFIO_DEVICE_FEATURE_LOW_POWER_EXIT;
	struct vfio_device_feature call = { .argsz = 7, .flags = VFIO_DEVICE_FEATURE_PROBE | low_power };

	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_FEATURE, memory_before_a_hole(7)), EFAULT);
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_FEATURE, &call), EINVAL);
	EXPECT_ERRNO(probe(opened.device, 0x80000 | low_power), EINVAL);
	EXPECT_ERRNO(get(opened.device, VFIO_DEVICE_FEATURE_SET | low_power, NULL, 0), EINVAL);
	/* Before the feature is looked at. */
	EXPECT_ERRNO(get(opened.device, VFIO_DEVICE_FEATURE_SET | 0xffff, NULL, 0), EINVAL);
}

TEST_ROUTES(feature_absent, "features that vfio-pci or the device does not have fail ENOTTY, also to PROBE")
{
	const uint32_t numbers[] = {
		VFIO_DEVICE_FEATURE_BUS_MASTER,
		VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2 + 1,
		100,
		0xffff,
	};
	struct opened opened = open_device(subject);
	uint8_t data[FEATURE_BYTES_MAX] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		EXPECT_ERRNO(probe(opened.device, numbers[i]), ENOTTY);
		EXPECT_ERRNO(get(opened.device, numbers[i], data, sizeof(data)), ENOTTY);
		EXPECT_ERRNO(set(opened.device, numbers[i], data, sizeof(data)), ENOTTY);
		EXPECT_ERRNO(feature(opened.device, numbers[i], data, sizeof(data)), ENOTTY);
	}
}

TEST_ROUTES(feature_migration, "without migration all of its features but MIG_PRECOPY_INFOv2 fail ENOTTY, and that "
			       "EINVAL")
{
	const uint32_t numbers[] = {
		VFIO_DEVICE_FEATURE_MIGRATION,		VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE,
		VFIO_DEVICE_FEATURE_DMA_LOGGING_START,	VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP,
		VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT, VFIO_DEVICE_FEATURE_MIG_DATA_SIZE,
	};
	struct opened opened = open_device(subject);
	uint8_t data[FEATURE_BYTES_MAX] = { 0 };

	if (probe(opened.device, VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_MIGRATION) == 0)
		SKIP("the device has migration");
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		EXPECT_ERRNO(get(opened.device, numbers[i], data, sizeof(data)), ENOTTY);
		EXPECT_ERRNO(set(opened.device, numbers[i], data, sizeof(data)), ENOTTY);
	}
	EXPECT_ERRNO(set(opened.device, VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2, NULL, 0), EINVAL);
}

TEST_ROUTES(feature_vf_token, "PCI_VF_TOKEN of a device that is no SR-IOV physical function fails ENOTTY")
{
	struct opened opened = open_device(subject);
	uint8_t token[16] = { 0 };

	if (subject->device->sriov)
		SKIP("the device has SR-IOV");
	EXPECT_ERRNO(probe(opened.device, VFIO_DEVICE_FEATURE_PCI_VF_TOKEN), ENOTTY);
	EXPECT_ERRNO(set(opened.device, VFIO_DEVICE_FEATURE_PCI_VF_TOKEN, token, sizeof(token)), ENOTTY);
}

TEST_ROUTES(feature_probe, "PROBE with the operations that a feature has is 0, with others EINVAL; without GET and SET "
			   "the feature fails EINVAL")
{
	const struct {
		uint32_t number, has, lacks;
	} features[] = {
		{ VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY, VFIO_DEVICE_FEATURE_SET, VFIO_DEVICE_FEATURE_GET },
		{ VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP, VFIO_DEVICE_FEATURE_SET, VFIO_DEVICE_FEATURE_GET },
		{ VFIO_DEVICE_FEATURE_LOW_POWER_EXIT, VFIO_DEVICE_FEATURE_SET, VFIO_DEVICE_FEATURE_GET },
		{ VFIO_DEVICE_FEATURE_DMA_BUF, VFIO_DEVICE_FEATURE_GET, VFIO_DEVICE_FEATURE_SET },
	};
	struct opened opened = open_device(subject);
	uint8_t data[FEATURE_BYTES_MAX] = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(features); i++) {
		uint32_t both = features[i].has | features[i].lacks;

		EXPECT_OK(probe(opened.device, features[i].number));
		EXPECT_OK(probe(opened.device, features[i].number | features[i].has));
		EXPECT_ERRNO(probe(opened.device, features[i].number | features[i].lacks), EINVAL);
		EXPECT_ERRNO(probe(opened.device, features[i].number | both), EINVAL);
		EXPECT_ERRNO(feature(opened.device, features[i].number, data, sizeof(data)), EINVAL);
		EXPECT_ERRNO(feature(opened.device, features[i].number | features[i].lacks, data, sizeof(data)),
			     EINVAL);
	}
}

TEST_ROUTES(feature_room, "a feature with less room for its data than it needs fails EINVAL")
{
	struct opened opened = open_device(subject);
	uint8_t data[16] = { 0 };

	EXPECT_ERRNO(set(opened.device, VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP, data, 7), EINVAL);
	EXPECT_ERRNO(get(opened.device, VFIO_DEVICE_FEATURE_DMA_BUF, data, 15), EINVAL);
}

/* ---- low power --------------------------------------------------------------------------------------------------- */

TEST_ROUTES(low_power, "LOW_POWER_ENTRY works once, then fails EINVAL until LOW_POWER_EXIT, which always works")
{
	struct opened opened = open_device(subject);

	EXPECT_OK(set(opened.device, VFIO_DEVICE_FEATURE_LOW_POWER_EXIT, NULL, 0));
	for (int round = 0; round < 2; round++) {
		EXPECT_OK(set(opened.device, VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY, NULL, 0));
		EXPECT_ERRNO(set(opened.device, VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY, NULL, 0), EINVAL);
		EXPECT_OK(set(opened.device, VFIO_DEVICE_FEATURE_LOW_POWER_EXIT, NULL, 0));
		EXPECT_OK(set(opened.device, VFIO_DEVICE_FEATURE_LOW_POWER_EXIT, NULL, 0));
	}
}

TEST_ROUTES(low_power_access, "in low power ioctls, pread and pwrite of configuration space work; accesses by mmap are "
			      "SIGBUS until EXIT")
{
	struct opened opened = open_device(subject);
	int bar = find_bar(opened.device, VFIO_REGION_INFO_FLAG_MMAP);
	void *mapped = bar < 0 ? NULL : map_region(opened.device, (uint32_t)bar);

	EXPECT_OK(set(opened.device, VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY, NULL, 0));
	EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
	EXPECT_EQ(device_info(opened.device).num_irqs, VFIO_PCI_NUM_IRQS);
	EXPECT(!mapped || !can_load(mapped));
	EXPECT_OK(set(opened.device, VFIO_DEVICE_FEATURE_LOW_POWER_EXIT, NULL, 0));
	EXPECT(!mapped || can_load(mapped));
}

TEST_ROUTES(low_power_wakeup_descriptor, "LOW_POWER_ENTRY_WITH_WAKEUP fails EINVAL for a negative descriptor and EBADF "
					 "for a closed one")
{
	struct vfio_device_low_power_entry_with_wakeup entry = { .wakeup_eventfd = -1 };
	const uint32_t number = VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP;
	struct opened opened = open_device(subject);

	EXPECT_ERRNO(set(opened.device, number, &entry, sizeof(entry)), EINVAL);
	entry.wakeup_eventfd = closed_fd();
	EXPECT_ERRNO(set(opened.device, number, &entry, sizeof(entry)), EBADF);
	EXPECT_OK(set(opened.device, VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY, NULL, 0));
}

TEST_ROUTES(low_power_wakeup, "with wakeup any access signals the eventfd once and ends low power")
{
	struct vfio_device_low_power_entry_with_wakeup entry = { .wakeup_eventfd = new_eventfd() };
	const uint32_t number = VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP;
	struct opened opened = open_device(subject);

	EXPECT_OK(set(opened.device, number, &entry, sizeof(entry)));
	EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
	EXPECT_EQ(event_count(entry.wakeup_eventfd), 1);
	EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
	EXPECT_EQ(event_count(entry.wakeup_eventfd), 0);
	EXPECT_OK(set(opened.device, VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY, NULL, 0));
}

/* ---- dma-bufs ---------------------------------------------------------------------------------------------------- */

struct buffer_request {
	struct vfio_device_feature_dma_buf head;
	struct vfio_region_dma_range ranges[2];
};

static int get_buffer(int device, const struct buffer_request *request)
{
	return get(device, VFIO_DEVICE_FEATURE_DMA_BUF, request, sizeof(*request));
}

TEST_ROUTES(dma_buf_checks, "DMA_BUF fails EINVAL for flags or no ranges, then ENODEV for a region that is no BAR")
{
	struct buffer_request request = { .head = { .region_index = BARS, .nr_ranges = 1 }, .ranges = { { 0, PAGE } } };
	struct opened opened = open_device(subject);

	EXPECT_ERRNO(get_buffer(opened.device, &request), ENODEV);
	request.head.flags = 1;
	EXPECT_ERRNO(get_buffer(opened.device, &request), EINVAL);
	request.head.flags = 0;
	request.head.nr_ranges = 0;
	EXPECT_ERRNO(get_buffer(opened.device, &request), EINVAL);
}

TEST_ROUTES(dma_buf_ranges, "DMA_BUF fails EINVAL for a range that is empty, not of whole pages or beyond the BAR, "
			    "EFAULT for unreadable ones")
{
	struct opened opened = open_device(subject);
	int bar = find_bar(opened.device, VFIO_REGION_INFO_FLAG_MMAP);
	uint64_t size;
	const size_t readable = sizeof(struct vfio_device_feature) + sizeof(struct vfio_device_feature_dma_buf);
	struct vfio_device_feature *call = memory_before_a_hole(readable);
	struct buffer_request request = { .head = { .nr_ranges = 1 } };

	if (bar < 0)
		SKIP("no BAR can be mapped");
	size = region_info(opened.device, (uint32_t)bar).size;
	request.head.region_index = (uint32_t)bar;
	const struct vfio_region_dma_range bad[] = {
		{ 0, 0 },	{ 0, PAGE - 1 },    { 1, PAGE },
		{ size, PAGE }, { 0, size + PAGE }, { UINT64_MAX - PAGE + 1, 2 * PAGE },
	};
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		request.ranges[0] = bad[i];
		EXPECT_ERRNO(get_buffer(opened.device, &request), EINVAL);
	}
	call->argsz = (uint32_t)readable + sizeof(request.ranges);
	call->flags = VFIO_DEVICE_FEATURE_GET | VFIO_DEVICE_FEATURE_DMA_BUF;
	memcpy(call->data, &request.head, sizeof(request.head));
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_FEATURE, call), EFAULT);
}

TEST_ROUTES(dma_buf_map, "a dma-buf of one range of a BAR is a descriptor that IOAS_MAP_FILE takes")
{
	struct opened opened = open_device(subject);
	int bar = find_bar(opened.device, VFIO_REGION_INFO_FLAG_MMAP);
	struct buffer_request request = {
		.head = { .open_flags = O_CLOEXEC | O_RDWR, .nr_ranges = 1 },
		.ranges = { { 0, PAGE } },
	};
	struct iommu_ioas_map_file map = {
		.size = sizeof(map),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE,
		.length = PAGE,
	};
	uint64_t bytes = PAGE;

	if (bar < 0)
		SKIP("no BAR can be mapped");
	request.head.region_index = (uint32_t)bar;
	map.fd = EXPECT_FD(get_buffer(opened.device, &request));
	EXPECT_EQ(fcntl(map.fd, F_GETFD), FD_CLOEXEC);
	map.ioas_id = opened.ioas_id;
	map.iova = find_iova(&opened, PAGE, PAGE);
	EXPECT_OK(ioctl(opened.iommu, IOMMU_IOAS_MAP_FILE, &map));
	EXPECT_OK(ioas_unmap(opened.iommu, opened.ioas_id, map.iova, &bytes));
	EXPECT_EQ(bytes, PAGE);
}

/* ---- RESET ------------------------------------------------------------------------------------------------------- */

static struct opened open_resettable(const struct subject *subject)
{
	struct opened opened = open_device(subject);

	if (!(device_info(opened.device).flags & VFIO_DEVICE_FLAGS_RESET))
		SKIP("the device has no function reset");
	return opened;
}

TEST_ROUTES(reset_flag, "RESET works if GET_INFO says so, else it fails EINVAL; its argument is ignored")
{
	struct opened opened = open_device(subject);

	if (!(device_info(opened.device).flags & VFIO_DEVICE_FLAGS_RESET)) {
		EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_RESET), EINVAL);
		return;
	}
	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_RESET));
	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_RESET, (void *)1));
}

TEST_ROUTES(reset_keeps_config, "RESET leaves COMMAND, the virtual BARs and the interrupt line as they are")
{
	struct opened opened = open_resettable(subject);
	uint32_t bars[BARS], command;

	config_write(opened.device, 0x3c, 1, 0x5a);
	change_command(opened.device, PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE, 0);
	command = config_read(opened.device, PCI_COMMAND, 2);
	for (uint32_t bar = 0; bar < BARS; bar++)
		bars[bar] = config_read(opened.device, 0x10 + 4 * bar, 4);
	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_RESET));
	EXPECT_EQ(config_read(opened.device, PCI_COMMAND, 2), command);
	EXPECT_EQ(config_read(opened.device, 0x3c, 1), 0x5a);
	for (uint32_t bar = 0; bar < BARS; bar++)
		EXPECT_EQ(config_read(opened.device, 0x10 + 4 * bar, 4), bars[bar]);
}

TEST_ROUTES(reset_keeps_interrupts, "RESET leaves interrupts enabled with their eventfds")
{
	struct opened opened = open_resettable(subject);
	uint32_t index = VFIO_PCI_MSIX_IRQ_INDEX;
	int eventfd = new_eventfd();

	if (irq_info(opened.device, index).count == 0)
		index = VFIO_PCI_MSI_IRQ_INDEX;
	if (irq_info(opened.device, index).count == 0)
		SKIP("neither MSI nor MSI-X");
	EXPECT_OK(set_irqs(opened.device, index, TRIGGER_EVENTFD, 0, 1, &eventfd));
	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_RESET));
	EXPECT_OK(set_irqs(opened.device, index, TRIGGER_NONE, 0, 1, NULL));
	EXPECT_EQ(event_count(eventfd), 1);
}

TEST_ROUTES(reset_keeps_mappings, "a mapped BAR can be accessed after RESET")
{
	struct opened opened = open_resettable(subject);
	int bar = find_bar(opened.device, VFIO_REGION_INFO_FLAG_MMAP);
	void *mapped;

	if (bar < 0)
		SKIP("no BAR can be mapped");
	mapped = map_region(opened.device, (uint32_t)bar);
	EXPECT(can_load(mapped));
	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_RESET));
	EXPECT(can_load(mapped));
}

/* ---- hot reset --------------------------------------------------------------------------------------------------- */

#define DEPENDENT_MAX 64

struct hot_reset_info {
	struct vfio_pci_hot_reset_info head;
	struct vfio_pci_dependent_device devices[DEPENDENT_MAX];
};

/* Whether the device can be reset with its slot or bus; false: it is on a root bus. */
static bool has_hot_reset(int device, struct hot_reset_info *info)
{
	*info = (struct hot_reset_info){ .head = { .argsz = sizeof(*info) } };
	if (ioctl(device, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, info) == 0)
		return true;
	EXPECT_EQ(errno, ENODEV);
	return false;
}

/* Whether the reset concerns no device outside the device's own group, or outside what its context owns. */
static bool all_owned(const struct opened *opened, const struct pci_device *device, const struct hot_reset_info *info)
{
	if (opened->cdev)
		return info->head.flags & VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED;
	for (uint32_t i = 0; i < info->head.count; i++)
		if (info->devices[i].group_id != device->group)
			return false;
	return true;
}

TEST_ROUTES(hot_reset_info_struct, "GET_PCI_HOT_RESET_INFO fails EFAULT, then EINVAL for argsz below 12")
{
	struct opened opened = open_device(subject);
	struct vfio_pci_hot_reset_info call = { .argsz = 11 };

	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, memory_before_a_hole(11)), EFAULT);
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, &call), EINVAL);
}

TEST_ROUTES(hot_reset_root_bus, "on a root bus hot reset and its information fail ENODEV, and nothing is written")
{
	struct opened opened = open_device(subject);
	struct hot_reset_info info;
	struct {
		struct vfio_pci_hot_reset head;
		int32_t group;
	} reset = { .head = { .argsz = sizeof(reset) } };

	if (has_hot_reset(opened.device, &info))
		SKIP("the device is behind a port");
	info.head = (struct vfio_pci_hot_reset_info){ .argsz = sizeof(info), .flags = 77, .count = 77 };
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, &info), ENODEV);
	EXPECT_EQ(info.head.flags, 77);
	EXPECT_EQ(info.head.count, 77);
	reset.head.count = opened.cdev ? 0 : 1;
	reset.group = opened.group;
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_PCI_HOT_RESET, &reset), ENODEV);
}

TEST_ROUTES(hot_reset_info, "behind a port argsz 12 fails ENOSPC with the count; with room the entries name all "
			    "devices of slot or bus")
{
	struct opened opened = open_device(subject);
	struct vfio_pci_hot_reset_info header = { .argsz = sizeof(header), .flags = 77 };
	struct hot_reset_info info;
	unsigned found = 0, segment, bus, device, function;

	if (!has_hot_reset(opened.device, &info))
		SKIP("the device is on a root bus");
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_PCI_HOT_RESET_INFO, &header), ENOSPC);
	EXPECT_EQ(header.flags, 0);
	EXPECT_EQ(header.count, info.head.count);
	if (opened.cdev)
		EXPECT(info.head.flags & VFIO_PCI_HOT_RESET_FLAG_DEV_ID);
	else
		EXPECT_EQ(info.head.flags, 0);
	segment = (unsigned)strtoul(subject->device->address, NULL, 16);
	bus = (unsigned)strtoul(subject->device->address + 5, NULL, 16);
	device = (unsigned)strtoul(subject->device->address + 8, NULL, 16);
	function = (unsigned)strtoul(subject->device->address + 11, NULL, 16);
	for (uint32_t i = 0; i < info.head.count; i++) {
		const struct vfio_pci_dependent_device *entry = &info.devices[i];

		if (entry->segment != segment || entry->bus != bus || entry->devfn != (device << 3 | function))
			continue;
		found++;
		EXPECT_EQ(entry->group_id, opened.cdev ? opened.device_id : subject->device->group);
	}
	EXPECT_EQ(found, 1);
}

TEST_ROUTES(hot_reset_struct, "PCI_HOT_RESET fails EFAULT, EINVAL for argsz below 12, for flags, and for groups with a "
			      "cdev or none without")
{
	struct opened opened = open_device(subject);
	struct {
		struct vfio_pci_hot_reset head;
		int32_t group;
	} call = { .head = { .argsz = 11, .count = opened.cdev ? 0 : 1 }, .group = opened.group };

	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_PCI_HOT_RESET, memory_before_a_hole(11)), EFAULT);
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_PCI_HOT_RESET, &call), EINVAL);
	call.head.argsz = sizeof(call);
	call.head.flags = 1;
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_PCI_HOT_RESET, &call), EINVAL);
	call.head.flags = 0;
	call.head.count = opened.cdev ? 1 : 0;
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_PCI_HOT_RESET, &call), EINVAL);
}

TEST_ROUTES(hot_reset_groups, "PCI_HOT_RESET with too many groups fails EINVAL, with a closed one EBADF, with another "
			      "file EINVAL; owned it works")
{
	struct opened opened = open_device(subject);
	struct hot_reset_info info;
	struct {
		struct vfio_pci_hot_reset head;
		int32_t groups[DEPENDENT_MAX + 1];
	} call = { .head = { .argsz = sizeof(call) } };

	if (!has_hot_reset(opened.device, &info))
		SKIP("the device is on a root bus");
	if (!opened.cdev) {
		call.head.count = info.head.count + 1;
		EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_PCI_HOT_RESET, &call), EINVAL);
		call.head.count = 1;
		call.groups[0] = closed_fd();
		EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_PCI_HOT_RESET, &call), EBADF);
		call.groups[0] = open_file("/dev/null");
		EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_PCI_HOT_RESET, &call), EINVAL);
		call.groups[0] = opened.group;
	}
	if (!all_owned(&opened, subject->device, &info))
		SKIP("the reset would concern devices that others may use");
	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_PCI_HOT_RESET, &call));
	EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
}

TEST_ROUTES(hot_reset_not_owned, "PCI_HOT_RESET that concerns a device that the caller does not own fails EINVAL")
{
	struct opened opened = open_device(subject);
	struct hot_reset_info info;
	struct {
		struct vfio_pci_hot_reset head;
		int32_t group;
	} call = { .head = { .argsz = sizeof(call), .count = opened.cdev ? 0 : 1 }, .group = opened.group };

	if (!has_hot_reset(opened.device, &info))
		SKIP("the device is on a root bus");
	if (all_owned(&opened, subject->device, &info))
		SKIP("the caller owns every device that the reset concerns");
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_PCI_HOT_RESET, &call), EINVAL);
}

TEST_DEVICES(hot_reset_owned, "of a cdev DEV_ID_OWNED is set exactly if no entry is the id of a device that is not "
			      "owned")
{
	struct opened opened = open_by_cdev(subject->device);
	struct hot_reset_info info;
	bool owned = true;

	if (!has_hot_reset(opened.device, &info))
		SKIP("the device is on a root bus");
	for (uint32_t i = 0; i < info.head.count; i++)
		if (info.devices[i].group_id == VFIO_PCI_DEVID_NOT_OWNED)
			owned = false;
	EXPECT_EQ(info.head.flags, VFIO_PCI_HOT_RESET_FLAG_DEV_ID | (owned ? VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED : 0));
}
