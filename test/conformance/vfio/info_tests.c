/*
 * Device files: dispatch, GET_INFO, GET_REGION_INFO and GET_IRQ_INFO, whichever way the device was opened
 * (specification, 4.1 to 4.4).
 */
#include "device.h"

#define PCI_CLASS_VGA 0x0300
#define DYNAMIC_MSIX_FLAGS VFIO_IRQ_INFO_EVENTFD
#define FIXED_FLAGS (VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_NORESIZE)

static int region_info_raw(int device, uint32_t argsz, uint32_t index, void *buffer)
{
	struct vfio_region_info *call = buffer;

	call->argsz = argsz;
	call->index = index;
	return ioctl(device, VFIO_DEVICE_GET_REGION_INFO, call);
}

/* The BAR number of the MSI-X table, or -1. */
static int table_bar(int device)
{
	uint32_t capability = find_capability(device, PCI_CAP_ID_MSIX);

	return capability ? (int)(config_read(device, capability + 4, 4) & 7) : -1;
}

TEST_ROUTES(device_unknown_ioctl, "an ioctl that PCI devices do not have fails ENOTTY, whatever its argument")
{
	const unsigned long calls[] = { VFIO_DEVICE_QUERY_GFX_PLANE,
					VFIO_DEVICE_GET_GFX_DMABUF,
					VFIO_GROUP_GET_STATUS,
					VFIO_GET_API_VERSION,
					VFIO_CALL(21),
					VFIO_CALL(60),
					_IOW(';', 107, uint32_t) };
	struct opened opened = open_device(subject);

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
		EXPECT_ERRNO(ioctl(opened.device, calls[i], (void *)1), ENOTTY);
}

/* ---- GET_INFO ---------------------------------------------------------------------------------------------------- */

TEST_ROUTES(device_info_struct, "GET_INFO fails EFAULT, then EINVAL for argsz below 16, and EFAULT if it cannot be "
				"written")
{
	struct opened opened = open_device(subject);
	struct vfio_device_info call = { .argsz = 15, .flags = 77 };

	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_INFO, memory_before_a_hole(15)), EFAULT);
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_INFO, &call), EINVAL);
	EXPECT_EQ(call.flags, 77);
	call.argsz = sizeof(call);
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_INFO, read_only_copy(&call, sizeof(call))), EFAULT);
}

TEST_ROUTES(device_info_short, "GET_INFO writes min(argsz, 24) bytes and leaves argsz")
{
	struct opened opened = open_device(subject);
	struct vfio_device_info *at_the_edge = memory_before_a_hole(16), call = { .argsz = 200 };

	at_the_edge->argsz = 16;
	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_GET_INFO, at_the_edge));
	EXPECT_EQ(at_the_edge->num_irqs, VFIO_PCI_NUM_IRQS);
	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_GET_INFO, &call));
	if (!(call.flags & VFIO_DEVICE_FLAGS_CAPS))
		EXPECT_EQ(call.argsz, 200);
}

TEST_ROUTES(device_info_values, "GET_INFO says PCI, at least 9 regions and 5 interrupts; without capabilities "
				"cap_offset and pad are 0")
{
	struct opened opened = open_device(subject);
	struct vfio_device_info call = { .argsz = sizeof(call), .cap_offset = 99, .pad = 99 };
	const uint32_t known = VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET | VFIO_DEVICE_FLAGS_CAPS;

	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_GET_INFO, &call));
	EXPECT(call.flags & VFIO_DEVICE_FLAGS_PCI);
	EXPECT_EQ(call.flags & ~known, 0);
	EXPECT(call.num_regions >= VFIO_PCI_NUM_REGIONS);
	EXPECT_EQ(call.num_irqs, VFIO_PCI_NUM_IRQS);
	if (!(call.flags & VFIO_DEVICE_FLAGS_CAPS))
		EXPECT_EQ(call.cap_offset, 0);
	EXPECT_EQ(call.pad, 0);
}

/* ---- GET_REGION_INFO --------------------------------------------------------------------------------------------- */

TEST_ROUTES(region_info_struct, "GET_REGION_INFO fails EFAULT, EINVAL for argsz below 32 and for an index that is no "
				"region")
{
	struct opened opened = open_device(subject);
	uint32_t regions = device_info(opened.device).num_regions;
	struct vfio_region_info call;

	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_REGION_INFO, memory_before_a_hole(31)), EFAULT);
	EXPECT_ERRNO(region_info_raw(opened.device, 31, VFIO_PCI_CONFIG_REGION_INDEX, &call), EINVAL);
	EXPECT_ERRNO(region_info_raw(opened.device, sizeof(call), regions, &call), EINVAL);
	EXPECT_ERRNO(region_info_raw(opened.device, sizeof(call), ~0u, &call), EINVAL);
	call.index = VFIO_PCI_CONFIG_REGION_INDEX;
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_REGION_INFO, read_only_copy(&call, sizeof(call))), EFAULT);
}

TEST_ROUTES(region_info_unchanged, "without capabilities argsz and cap_offset are left as they are")
{
	struct opened opened = open_device(subject);
	struct vfio_region_info call = { .cap_offset = 0x1234 };

	EXPECT_OK(region_info_raw(opened.device, 1000, VFIO_PCI_CONFIG_REGION_INDEX, &call));
	EXPECT_EQ(call.argsz, 1000);
	EXPECT_EQ(call.cap_offset, 0x1234);
	EXPECT_EQ(call.index, VFIO_PCI_CONFIG_REGION_INDEX);
}

TEST_ROUTES(region_info_offsets, "every region is at its index shifted by 40")
{
	struct opened opened = open_device(subject);

	for (uint32_t index = 0; index <= VFIO_PCI_CONFIG_REGION_INDEX; index++)
		EXPECT_EQ(region_info(opened.device, index).offset, (uint64_t)index << 40);
}

TEST_ROUTES(region_info_bars, "a BAR is as large as in sysfs and in configuration space, readable and writable; one "
			      "that is not there is 0")
{
	struct opened opened = open_device(subject);

	for (uint32_t bar = 0; bar < BARS; bar++) {
		struct vfio_region_info info = region_info(opened.device, bar);

		EXPECT_EQ(info.size, subject->device->resource_bytes[bar]);
		EXPECT_EQ(info.size & (info.size - 1), 0);
		if (info.size == 0) {
			EXPECT_EQ(info.flags, 0);
			continue;
		}
		EXPECT_EQ(info.flags & 3, VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE);
		if (config_read(opened.device, 0x10 + 4 * bar, 4) & 1)
			EXPECT_EQ(info.flags, 3);
	}
}

TEST_ROUTES(region_info_mappable, "a memory BAR of at least a page can be mapped, and mmap works exactly where the "
				  "flag says so")
{
	struct opened opened = open_device(subject);

	for (uint32_t bar = 0; bar < BARS; bar++) {
		struct vfio_region_info info = region_info(opened.device, bar);
		bool memory = info.size && !(config_read(opened.device, 0x10 + 4 * bar, 4) & 1);
		void *mapped;

		if (memory && info.size >= PAGE)
			EXPECT(info.flags & VFIO_REGION_INFO_FLAG_MMAP);
		if (!memory)
			EXPECT(!(info.flags & VFIO_REGION_INFO_FLAG_MMAP));
		mapped = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, opened.device, (off_t)info.offset);
		EXPECT((mapped != MAP_FAILED) == !!(info.flags & VFIO_REGION_INFO_FLAG_MMAP));
		if (mapped == MAP_FAILED)
			EXPECT_EQ(errno, EINVAL);
	}
}

TEST_ROUTES(region_info_config, "the CONFIG region is 256 or 4096 bytes, readable and writable, and cannot be mapped")
{
	struct opened opened = open_device(subject);
	struct vfio_region_info info = region_info(opened.device, VFIO_PCI_CONFIG_REGION_INDEX);

	EXPECT_EQ(info.flags, VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE);
	EXPECT(info.size == 256 || info.size == 4096);
	if (find_capability(opened.device, PCI_CAP_ID_EXP))
		EXPECT_EQ(info.size, 4096);
}

TEST_ROUTES(region_info_rom, "the ROM region is readable only, or of size 0 without flags")
{
	struct opened opened = open_device(subject);
	struct vfio_region_info info = region_info(opened.device, VFIO_PCI_ROM_REGION_INDEX);

	if (info.size == 0)
		EXPECT_EQ(info.flags, 0);
	else
		EXPECT_EQ(info.flags, VFIO_REGION_INFO_FLAG_READ);
}

TEST_ROUTES(region_info_vga, "the VGA region of a device that is not of class VGA fails EINVAL")
{
	struct opened opened = open_device(subject);
	struct vfio_region_info call;

	if (config_read(opened.device, 0x0a, 2) == PCI_CLASS_VGA)
		SKIP("the device is of class VGA");
	EXPECT_ERRNO(region_info_raw(opened.device, sizeof(call), VFIO_PCI_VGA_REGION_INDEX, &call), EINVAL);
}

TEST_ROUTES(region_info_msix_mappable, "the BAR of the MSI-X table has MSIX_MAPPABLE: argsz below 40 becomes 40 with "
				       "cap_offset 0, from 40 on it is at 32")
{
	struct opened opened = open_device(subject);
	int bar = table_bar(opened.device);
	_Alignas(8) uint8_t buffer[64];
	struct vfio_region_info *info = (void *)buffer;
	struct vfio_info_cap_header *header = (void *)(buffer + sizeof(*info));

	if (bar < 0)
		SKIP("the device has no MSI-X");
	for (uint32_t argsz = sizeof(*info); argsz <= sizeof(buffer); argsz += 4) {
		memset(buffer, 0xa5, sizeof(buffer));
		EXPECT_OK(region_info_raw(opened.device, argsz, (uint32_t)bar, buffer));
		EXPECT(info->flags & VFIO_REGION_INFO_FLAG_CAPS);
		EXPECT_EQ(info->argsz, argsz < 40 ? 40 : argsz);
		EXPECT_EQ(info->cap_offset, argsz < 40 ? 0 : 32);
		EXPECT_EQ(header->id, argsz < 40 ? 0xa5a5 : VFIO_REGION_INFO_CAP_MSIX_MAPPABLE);
		EXPECT_EQ(header->version, argsz < 40 ? 0xa5a5 : 1);
		EXPECT_EQ(header->next, argsz < 40 ? 0xa5a5a5a5 : 0);
	}
}

TEST_ROUTES(region_info_no_other_capabilities, "a BAR without the MSI-X table has no capabilities")
{
	struct opened opened = open_device(subject);

	for (int bar = 0; bar < BARS; bar++)
		if (bar != table_bar(opened.device))
			EXPECT(!(region_info(opened.device, (uint32_t)bar).flags & VFIO_REGION_INFO_FLAG_CAPS));
}

/* ---- GET_IRQ_INFO ------------------------------------------------------------------------------------------------ */

TEST_ROUTES(irq_info_struct, "GET_IRQ_INFO fails EFAULT, EINVAL for argsz below 16 and for an index from 5 on; argsz "
			     "and index stay")
{
	struct opened opened = open_device(subject);
	struct vfio_irq_info call = { .argsz = 15, .index = VFIO_PCI_REQ_IRQ_INDEX };

	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_IRQ_INFO, memory_before_a_hole(15)), EFAULT);
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_IRQ_INFO, &call), EINVAL);
	call.argsz = 500;
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_IRQ_INFO, read_only_copy(&call, sizeof(call))), EFAULT);
	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_GET_IRQ_INFO, &call));
	EXPECT_EQ(call.argsz, 500);
	EXPECT_EQ(call.index, VFIO_PCI_REQ_IRQ_INDEX);
	call.index = VFIO_PCI_NUM_IRQS;
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_IRQ_INFO, &call), EINVAL);
}

TEST_ROUTES(irq_info_intx, "INTX has one interrupt if there is a pin, is maskable and masks itself")
{
	struct opened opened = open_device(subject);
	struct vfio_irq_info info = irq_info(opened.device, VFIO_PCI_INTX_IRQ_INDEX);

	EXPECT_EQ(info.count, config_read(opened.device, 0x3d, 1) != 0);
	EXPECT_EQ(info.flags, VFIO_IRQ_INFO_EVENTFD | VFIO_IRQ_INFO_MASKABLE | VFIO_IRQ_INFO_AUTOMASKED);
}

TEST_ROUTES(irq_info_msi, "MSI has as many interrupts as its capability announces, none without one, and cannot be "
			  "resized")
{
	struct opened opened = open_device(subject);
	struct vfio_irq_info info = irq_info(opened.device, VFIO_PCI_MSI_IRQ_INDEX);
	uint32_t capability = find_capability(opened.device, PCI_CAP_ID_MSI);

	EXPECT_EQ(info.count, capability ? 1u << (config_read(opened.device, capability + 2, 2) >> 1 & 7) : 0);
	EXPECT_EQ(info.flags, FIXED_FLAGS);
}

TEST_ROUTES(irq_info_msix, "MSIX has as many interrupts as its table; without one it cannot be resized")
{
	struct opened opened = open_device(subject);
	struct vfio_irq_info info = irq_info(opened.device, VFIO_PCI_MSIX_IRQ_INDEX);
	uint32_t capability = find_capability(opened.device, PCI_CAP_ID_MSIX);

	EXPECT_EQ(info.count, capability ? (config_read(opened.device, capability + 2, 2) & 0x7ff) + 1 : 0);
	if (capability)
		EXPECT(info.flags == DYNAMIC_MSIX_FLAGS || info.flags == FIXED_FLAGS);
	else
		EXPECT_EQ(info.flags, FIXED_FLAGS);
}

TEST_ROUTES(irq_info_err_req, "ERR of a PCI Express device and REQ have one interrupt that cannot be resized; ERR of "
			      "another fails EINVAL")
{
	struct opened opened = open_device(subject);
	struct vfio_irq_info call = { .argsz = sizeof(call), .index = VFIO_PCI_ERR_IRQ_INDEX };

	EXPECT_EQ(irq_info(opened.device, VFIO_PCI_REQ_IRQ_INDEX).count, 1);
	EXPECT_EQ(irq_info(opened.device, VFIO_PCI_REQ_IRQ_INDEX).flags, FIXED_FLAGS);
	if (!find_capability(opened.device, PCI_CAP_ID_EXP)) {
		EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_GET_IRQ_INFO, &call), EINVAL);
		return;
	}
	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_GET_IRQ_INFO, &call));
	EXPECT_EQ(call.count, 1);
	EXPECT_EQ(call.flags, FIXED_FLAGS);
}
