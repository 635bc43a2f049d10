/*
 * Configuration space as the user sees it: the header, sizing of BARs, and the list of capabilities
 * (specification, 4.13).
 */
#include "device.h"

#define HEADER_BYTES 0x40u
#define EXTENDED_START 0x100u

static void expect_read_only(int device, uint32_t offset, unsigned bytes)
{
	uint32_t before = config_read(device, offset, bytes);

	config_write(device, offset, bytes, ~before);
	EXPECT_EQ(config_read(device, offset, bytes), before);
	config_write(device, offset, bytes, 0);
	EXPECT_EQ(config_read(device, offset, bytes), before);
}

TEST_ROUTES(config_ids, "vendor and device are those of sysfs, and read-only")
{
	struct opened opened = open_device(subject);

	EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
	EXPECT_EQ(config_read(opened.device, 2, 2), subject->device->device);
	expect_read_only(opened.device, 0, 2);
	expect_read_only(opened.device, 2, 2);
}

TEST_ROUTES(config_read_only, "revision, class, header type, CIS, subsystem, capability pointer, pin, grant and "
			      "latency are read-only")
{
	const struct {
		uint32_t offset;
		unsigned bytes;
	} fields[] = { { 0x08, 4 }, { 0x0e, 1 }, { 0x28, 4 }, { 0x2c, 4 }, { 0x34, 1 }, { 0x3d, 1 }, { 0x3e, 2 } };
	struct opened opened = open_device(subject);

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		expect_read_only(opened.device, fields[i].offset, fields[i].bytes);
}

TEST_ROUTES(config_command_at_open, "at open COMMAND has memory decoding if there is a memory BAR, and no bus "
				    "mastering")
{
	struct opened opened = open_device(subject);
	uint32_t command = config_read(opened.device, PCI_COMMAND, 2);
	bool memory = false;

	for (uint32_t bar = 0; bar < BARS; bar++)
		if (region_info(opened.device, bar).size && !(config_read(opened.device, 0x10 + 4 * bar, 4) & 1))
			memory = true;
	EXPECT_EQ(command & PCI_COMMAND_MASTER, 0);
	if (memory)
		EXPECT(command & PCI_COMMAND_MEMORY);
}

TEST_ROUTES(config_command_bits, "COMMAND's memory decoding, bus mastering and INTx disable can be set and cleared, by "
				 "16 and by 8 bits")
{
	const uint32_t bits[] = { PCI_COMMAND_MEMORY, PCI_COMMAND_MASTER, PCI_COMMAND_INTX_DISABLE };
	struct opened opened = open_device(subject);

	for (size_t i = 0; i < ARRAY_SIZE(bits); i++) {
		change_command(opened.device, bits[i], 0);
		EXPECT(config_read(opened.device, PCI_COMMAND, 2) & bits[i]);
		change_command(opened.device, 0, bits[i]);
		EXPECT_EQ(config_read(opened.device, PCI_COMMAND, 2) & bits[i], 0);
	}
	config_write(opened.device, PCI_COMMAND, 1, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
	config_write(opened.device, PCI_COMMAND + 1, 1, PCI_COMMAND_INTX_DISABLE >> 8);
	EXPECT_EQ(config_read(opened.device, PCI_COMMAND, 2) & 0x406, 0x406);
}

TEST_ROUTES(config_command_restored, "what was set in COMMAND and the interrupt line is gone when the device is opened "
				     "again")
{
	struct opened opened = open_device(subject);
	uint32_t command = config_read(opened.device, PCI_COMMAND, 2), line = config_read(opened.device, 0x3c, 1);

	config_write(opened.device, 0x3c, 1, line ^ 0xff);
	EXPECT_EQ(config_read(opened.device, 0x3c, 1), line ^ 0xff);
	change_command(opened.device, PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE, PCI_COMMAND_MEMORY);
	close_device(&opened);
	opened = open_device(subject);
	EXPECT_EQ(config_read(opened.device, PCI_COMMAND, 2), command);
	EXPECT_EQ(config_read(opened.device, 0x3c, 1), line);
}

TEST_ROUTES(config_status, "STATUS cannot be written, and announces the list of capabilities")
{
	struct opened opened = open_device(subject);

	expect_read_only(opened.device, 0x06, 2);
	EXPECT_EQ(config_read(opened.device, 0x06, 2) >> 4 & 1, config_read(opened.device, 0x34, 1) != 0);
}

TEST_ROUTES(config_interrupt_line, "the interrupt line can hold any value; a write over both changes it but not the "
				   "pin")
{
	struct opened opened = open_device(subject);
	uint32_t pin = config_read(opened.device, 0x3d, 1);

	for (uint32_t line = 0; line < 256; line += 51) {
		config_write(opened.device, 0x3c, 2, line | (pin ^ 3) << 8);
		EXPECT_EQ(config_read(opened.device, 0x3c, 2), line | pin << 8);
	}
}

/* ---- BARs -------------------------------------------------------------------------------------------------------- */

TEST_ROUTES(config_bar_sizing, "a BAR written with ones reads its size and type; the old value restores it; one that "
			       "is not there reads 0")
{
	struct opened opened = open_device(subject);

	for (uint32_t bar = 0; bar < BARS; bar++) {
		uint32_t offset = 0x10 + 4 * bar, low = config_read(opened.device, offset, 4), high = 0, type;
		uint64_t size = region_info(opened.device, bar).size, sized;
		bool wide;

		config_write(opened.device, offset, 4, ~0u);
		if (size == 0) {
			EXPECT_EQ(low, 0);
			EXPECT_EQ(config_read(opened.device, offset, 4), 0);
			continue;
		}
		type = low & (low & 1 ? 3 : 15);
		wide = !(low & 1) && low & 4;
		sized = config_read(opened.device, offset, 4);
		EXPECT_EQ(sized & (low & 1 ? 3 : 15), type);
		sized &= low & 1 ? ~3ull : ~15ull;
		if (wide) {
			high = config_read(opened.device, offset + 4, 4);
			config_write(opened.device, offset + 4, 4, ~0u);
			sized |= (uint64_t)config_read(opened.device, offset + 4, 4) << 32;
			config_write(opened.device, offset + 4, 4, high);
			EXPECT_EQ(config_read(opened.device, offset + 4, 4), high);
		} else {
			sized |= ~0ull << 32;
		}
		EXPECT_EQ(~sized + 1, size);
		config_write(opened.device, offset, 4, low);
		EXPECT_EQ(config_read(opened.device, offset, 4), low);
		bar += wide;
	}
}

TEST_ROUTES(config_bar_stored, "a written BAR reads back as written, but for the bits below its size; the hardware "
			       "stays where it is")
{
	struct opened opened = open_device(subject);

	for (uint32_t bar = 0; bar < BARS; bar++) {
		struct vfio_region_info info = region_info(opened.device, bar);
		uint32_t offset = 0x10 + 4 * bar, low = config_read(opened.device, offset, 4), before, after;

		if (info.size == 0 || low & 1)
			continue;
		EXPECT_EQ(pread(opened.device, &before, 4, (off_t)info.offset), 4);
		config_write(opened.device, offset, 4, 0xa5a5a5a5);
		EXPECT_EQ(config_read(opened.device, offset, 4),
			  (0xa5a5a5a5 & ~(uint32_t)(info.size - 1)) | (low & 15));
		EXPECT_EQ(pread(opened.device, &after, 4, (off_t)info.offset), 4);
		EXPECT_EQ(after, before);
		config_write(opened.device, offset, 4, low);
	}
}

TEST_ROUTES(config_rom_sizing, "the ROM BAR written with ones reads its size and the enable bit; without a ROM it "
			       "reads 0")
{
	struct opened opened = open_device(subject);
	uint64_t size = subject->device->resource_bytes[BARS];
	uint32_t before = config_read(opened.device, 0x30, 4);

	config_write(opened.device, 0x30, 4, ~0u);
	EXPECT_EQ(config_read(opened.device, 0x30, 4), size ? (~(uint32_t)(size - 1) & ~0x7ffu) | 1 : 0);
	config_write(opened.device, 0x30, 4, before);
	EXPECT_EQ(config_read(opened.device, 0x30, 4), before);
}

/* ---- capabilities ------------------------------------------------------------------------------------------------ */

TEST_ROUTES(config_capability_list, "the list of capabilities ends, stays in 0x40 to 0xff, shows none that is hidden, "
				    "and cannot be relinked")
{
	/*
	 * Null, slot id, CompactPCI hot swap, debug port, CompactPCI resources, hot plug, subsystem ids, AGP, secure
	 * device.
	 */
	const uint8_t hidden[] = { 0x00, 0x04, 0x06, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f };
	struct opened opened = open_device(subject);
	unsigned steps = 0;

	for (uint32_t at = config_read(opened.device, 0x34, 1); at; at = config_read(opened.device, at + 1, 1)) {
		uint32_t id = config_read(opened.device, at, 1);

		EXPECT(steps++ < 48);
		EXPECT(at >= HEADER_BYTES && at % 4 == 0);
		EXPECT(id <= 0x15);
		EXPECT(!memchr(hidden, (int)id, sizeof(hidden)));
		expect_read_only(opened.device, at + 1, 1);
	}
}

TEST_ROUTES(config_msix, "writes to MSI-X's control word are dropped; SET_IRQS sets its enable bit")
{
	struct opened opened = open_device(subject);
	uint32_t at = find_capability(opened.device, PCI_CAP_ID_MSIX);
	const int32_t none = -1;

	if (!at)
		SKIP("the device has no MSI-X");
	for (uint32_t offset = 2; offset < 12; offset += 2)
		expect_read_only(opened.device, at + offset, 2);
	EXPECT_EQ(config_read(opened.device, at + 2, 2) & 0xc000, 0);
	EXPECT_OK(set_irqs(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, TRIGGER_EVENTFD, 0, 1, &none));
	EXPECT_EQ(config_read(opened.device, at + 2, 2) & 0xc000, 0x8000);
	config_write(opened.device, at + 2, 2, 0x4000);
	EXPECT_EQ(config_read(opened.device, at + 2, 2) & 0xc000, 0x8000);
	EXPECT_OK(set_irqs(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, TRIGGER_NONE, 0, 0, NULL));
	EXPECT_EQ(config_read(opened.device, at + 2, 2) & 0xc000, 0);
}

TEST_ROUTES(config_msi_enable, "MSI's enable bit can be set only after SET_IRQS enabled it, which does not set it by "
			       "itself")
{
	struct opened opened = open_device(subject);
	uint32_t at = find_capability(opened.device, PCI_CAP_ID_MSI), control;
	const int32_t none = -1;

	if (!at)
		SKIP("the device has no MSI");
	control = config_read(opened.device, at + 2, 2);
	EXPECT_EQ(control & 1, 0);
	config_write(opened.device, at + 2, 2, control | 1);
	EXPECT_EQ(config_read(opened.device, at + 2, 2), control);
	EXPECT_OK(set_irqs(opened.device, VFIO_PCI_MSI_IRQ_INDEX, TRIGGER_EVENTFD, 0, 1, &none));
	EXPECT_EQ(config_read(opened.device, at + 2, 2) & 1, 0);
	/* Queue size: 2 vectors, where 1 is enabled. */
	config_write(opened.device, at + 2, 2, control | 0x11);
	EXPECT_EQ(config_read(opened.device, at + 2, 2), control | 1);
}

TEST_ROUTES(config_msi_virtual, "MSI's address, data and low control byte are the user's own: every bit of them can be "
				"written")
{
	struct opened opened = open_device(subject);
	uint32_t at = find_capability(opened.device, PCI_CAP_ID_MSI), control;

	if (!at)
		SKIP("the device has no MSI");
	control = config_read(opened.device, at + 2, 2);
	expect_read_only(opened.device, at + 1, 1);
	config_write(opened.device, at + 4, 4, 0xfee01234);
	EXPECT_EQ(config_read(opened.device, at + 4, 4), 0xfee01234);
	config_write(opened.device, at + (control & 0x80 ? 12 : 8), 2, 0x4567);
	EXPECT_EQ(config_read(opened.device, at + (control & 0x80 ? 12 : 8), 2), 0x4567);
	if (control & 0x80) {
		config_write(opened.device, at + 8, 4, 0x89abcdef);
		EXPECT_EQ(config_read(opened.device, at + 8, 4), 0x89abcdef);
	}
	config_write(opened.device, at + 2, 2, 0);
	EXPECT_EQ(config_read(opened.device, at + 2, 1), 0);
}

TEST_ROUTES(config_pm, "power management says that no PME is supported, and its PME enable and status read 0")
{
	struct opened opened = open_device(subject);
	uint32_t at = find_capability(opened.device, PCI_CAP_ID_PM);

	if (!at)
		SKIP("the device has no power management");
	EXPECT_EQ(config_read(opened.device, at + 2, 2) & 0xf800, 0);
	config_write(opened.device, at + 4, 2, 0x8100 | (config_read(opened.device, at + 4, 2) & 3));
	EXPECT_EQ(config_read(opened.device, at + 4, 2) & 0x8100, 0);
}

TEST_ROUTES(config_power_state, "in D3 access to BARs fails EIO and SIGBUS; configuration space and the way back to D0 "
				"work")
{
	struct opened opened = open_device(subject);
	uint32_t at = find_capability(opened.device, PCI_CAP_ID_PM), control, word;
	int bar = find_bar(opened.device, VFIO_REGION_INFO_FLAG_MMAP);
	void *mapped;

	if (!at || bar < 0)
		SKIP("the device has no power management or no BAR that can be mapped");
	mapped = map_region(opened.device, (uint32_t)bar);
	control = config_read(opened.device, at + 4, 2) & ~3u;
	config_write(opened.device, at + 4, 2, control | 3);
	EXPECT_EQ(config_read(opened.device, at + 4, 2) & 3, 3);
	EXPECT_ERRNO(pread(opened.device, &word, 4, (off_t)VFIO_PCI_INDEX_TO_OFFSET(bar)), EIO);
	EXPECT(!can_load(mapped));
	config_write(opened.device, at + 4, 2, control);
	EXPECT_EQ(config_read(opened.device, at + 4, 2) & 3, 0);
	change_command(opened.device, PCI_COMMAND_MEMORY, 0);
	EXPECT_EQ(pread(opened.device, &word, 4, (off_t)VFIO_PCI_INDEX_TO_OFFSET(bar)), 4);
	EXPECT(can_load(mapped));
}

TEST_ROUTES(config_express, "PCI Express: only the control words can be written, payload and request size are the "
			    "user's own")
{
	struct opened opened = open_device(subject);
	uint32_t at = find_capability(opened.device, PCI_CAP_ID_EXP), control;

	if (!at)
		SKIP("the device has no PCI Express");
	expect_read_only(opened.device, at + 2, 2);
	expect_read_only(opened.device, at + 4, 4);
	control = config_read(opened.device, at + 8, 2);
	config_write(opened.device, at + 8, 2, (control & ~0x70e0u) | 0x5020);
	EXPECT_EQ(config_read(opened.device, at + 8, 2) & 0x70e0, 0x5020);
	config_write(opened.device, at + 8, 2, control);
}

TEST_ROUTES(config_flr, "a written function reset bit of PCI Express resets the function and reads 0")
{
	struct opened opened = open_device(subject);
	uint32_t at = find_capability(opened.device, PCI_CAP_ID_EXP), control, command;

	if (!at)
		SKIP("the device has no PCI Express");
	change_command(opened.device, PCI_COMMAND_MASTER, 0);
	command = config_read(opened.device, PCI_COMMAND, 2);
	control = config_read(opened.device, at + 8, 2);
	EXPECT_EQ(control & 0x8000, 0);
	config_write(opened.device, at + 8, 2, control | 0x8000);
	EXPECT_EQ(config_read(opened.device, at + 8, 2), control);
	EXPECT_EQ(config_read(opened.device, PCI_COMMAND, 2), command);
	EXPECT_EQ(config_read(opened.device, 0, 2), subject->device->vendor);
}

TEST_ROUTES(config_extended_list, "the list of extended capabilities ends, shows none that is hidden, and cannot be "
				  "relinked")
{
	/* Root complex ones, CAC, multi-root, secondary, PMUX, PASID. */
	const uint16_t hidden[] = { 0x05, 0x06, 0x07, 0x0a, 0x0c, 0x11, 0x19, 0x1a, 0x1b };
	struct opened opened = open_device(subject);
	unsigned steps = 0;
	uint32_t header;

	if (region_info(opened.device, VFIO_PCI_CONFIG_REGION_INDEX).size == 256)
		SKIP("the device has no extended configuration space");
	header = config_read(opened.device, EXTENDED_START, 4);
	if (header == 0)
		SKIP("the device has no extended capabilities");
	for (uint32_t at = EXTENDED_START; at; at = config_read(opened.device, at, 4) >> 20) {
		uint32_t id = config_read(opened.device, at, 2);

		EXPECT(steps++ < 960);
		EXPECT(at >= EXTENDED_START && at % 4 == 0);
		/* A hidden one at the start stays as the null capability. */
		EXPECT(at == EXTENDED_START || id != 0);
		for (size_t i = 0; i < ARRAY_SIZE(hidden); i++)
			EXPECT(id != hidden[i]);
		expect_read_only(opened.device, at, 4);
	}
}
