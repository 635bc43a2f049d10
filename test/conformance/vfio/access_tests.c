/* Device files: read and write of regions, and ioeventfds (specification, 4.9, 4.11 and 4.14). */
#include <sys/uio.h>

#include "models.h"

#define CONFIG_OFFSET ((off_t)VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX))
#define ROM_OFFSET ((off_t)VFIO_PCI_INDEX_TO_OFFSET(VFIO_PCI_ROM_REGION_INDEX))

static off_t bar_offset(int bar)
{
	return (off_t)VFIO_PCI_INDEX_TO_OFFSET(bar);
}

/* A memory BAR; skips if there is none. */
static int memory_bar(int device)
{
	for (int bar = 0; bar < BARS; bar++)
		if (region_info(device, (uint32_t)bar).size && !(config_read(device, 0x10 + 4 * (uint32_t)bar, 4) & 1))
			return bar;
	SKIP("the device has no memory BAR");
}

/* ---- read and write ---------------------------------------------------------------------------------------------- */

TEST_ROUTES(access_unknown_region, "pread and pwrite of a region that is not there fail EINVAL, also of no bytes")
{
	struct opened opened = open_device(subject);
	off_t beyond = bar_offset((int)device_info(opened.device).num_regions);
	uint32_t word = 0;

	EXPECT_ERRNO(pread(opened.device, &word, 4, beyond), EINVAL);
	EXPECT_ERRNO(pwrite(opened.device, &word, 4, beyond), EINVAL);
	EXPECT_ERRNO(pread(opened.device, &word, 0, beyond), EINVAL);
	EXPECT_ERRNO(pread(opened.device, &word, 4, bar_offset(VFIO_PCI_VGA_REGION_INDEX) + 0x3c0), EINVAL);
}

TEST_ROUTES(access_nothing, "pread and pwrite of no bytes return 0, even where there is nothing to read")
{
	struct opened opened = open_device(subject);
	uint32_t word;

	for (int index = 0; index <= VFIO_PCI_CONFIG_REGION_INDEX; index++)
		EXPECT_EQ(pread(opened.device, &word, 0, bar_offset(index)), 0);
	EXPECT_EQ(pwrite(opened.device, &word, 0, CONFIG_OFFSET + 0x2000), 0);
}

TEST_ROUTES(access_bar_end, "pread of a BAR is cut at its end and fails EINVAL behind it and for a BAR that is not "
			    "there")
{
	struct opened opened = open_device(subject);
	int bar = memory_bar(opened.device);
	off_t size = (off_t)region_info(opened.device, (uint32_t)bar).size;
	uint64_t words[2];

	EXPECT_EQ(pread(opened.device, words, 8, bar_offset(bar) + size - 2), 2);
	EXPECT_ERRNO(pread(opened.device, words, 4, bar_offset(bar) + size), EINVAL);
	EXPECT_ERRNO(pread(opened.device, words, 4, bar_offset(bar) + size + (off_t)PAGE), EINVAL);
	for (bar = 0; bar < BARS; bar++)
		if (region_info(opened.device, (uint32_t)bar).size == 0)
			EXPECT_ERRNO(pread(opened.device, words, 4, bar_offset(bar)), EINVAL);
}

TEST_ROUTES(access_file_position, "read starts at 0, which is BAR 0, and advances; lseek fails ESPIPE")
{
	struct opened opened = open_device(subject);
	struct vfio_region_info info = region_info(opened.device, VFIO_PCI_BAR0_REGION_INDEX);
	uint32_t by_position[2], by_offset;

	if (info.size < 8)
		SKIP("BAR 0 is no 8 bytes long");
	EXPECT_EQ(read(opened.device, &by_position[0], 4), 4);
	EXPECT_EQ(read(opened.device, &by_position[1], 4), 4);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(pread(opened.device, &by_offset, 4, 4 * i), 4);
		EXPECT_EQ(by_position[i], by_offset);
	}
	EXPECT_ERRNO(lseek(opened.device, 0, SEEK_SET), ESPIPE);
}

TEST_ROUTES(access_memory_off, "with memory decoding off, access to a memory BAR fails EIO; a BAR of I/O ports does "
			       "not mind")
{
	struct opened opened = open_device(subject);
	int bar = memory_bar(opened.device);
	uint32_t word;

	change_command(opened.device, 0, PCI_COMMAND_MEMORY);
	EXPECT_ERRNO(pread(opened.device, &word, 4, bar_offset(bar)), EIO);
	EXPECT_EQ(pread(opened.device, &word, 0, bar_offset(bar)), 0);
	for (int other = 0; other < BARS; other++)
		if (config_read(opened.device, 0x10 + 4 * (uint32_t)other, 4) & 1 &&
		    region_info(opened.device, (uint32_t)other).size)
			EXPECT_EQ(pread(opened.device, &word, 4, bar_offset(other)), 4);
	change_command(opened.device, PCI_COMMAND_MEMORY, 0);
	EXPECT_EQ(pread(opened.device, &word, 4, bar_offset(bar)), 4);
}

TEST_ROUTES(access_bad_memory, "pread and pwrite fail EFAULT if the caller's memory cannot be accessed")
{
	struct opened opened = open_device(subject);
	uint8_t *hole = (uint8_t *)memory_before_a_hole(1) + 1;

	EXPECT_ERRNO(pread(opened.device, hole, 4, CONFIG_OFFSET), EFAULT);
	EXPECT_ERRNO(pwrite(opened.device, hole, 4, CONFIG_OFFSET + 0x3c), EFAULT);
	EXPECT_ERRNO(pread(opened.device, hole, 4, bar_offset(memory_bar(opened.device))), EFAULT);
}

TEST_ROUTES(access_widths, "a register reads the same in accesses of 1, 2, 4 and 8 bytes")
{
	struct opened opened = open_device(subject);
	struct scratch scratch = find_scratch(subject);
	off_t at = bar_offset((int)scratch.bar) + (off_t)(scratch.offset & ~7ull);
	uint8_t whole[8], parts[8];

	for (unsigned width = 1; width <= 8; width *= 2) {
		EXPECT_EQ(pread(opened.device, whole, 8, at), 8);
		for (unsigned i = 0; i < 8; i += width)
			EXPECT_EQ(pread(opened.device, parts + i, width, at + i), width);
		EXPECT(memcmp(whole, parts, 8) == 0);
	}
}

TEST_ROUTES(access_unaligned, "an unaligned pread is made of aligned accesses and complete")
{
	struct opened opened = open_device(subject);
	struct scratch scratch = find_scratch(subject);
	off_t at = bar_offset((int)scratch.bar) + (off_t)(scratch.offset & ~7ull);
	uint8_t whole[16], part[16];

	EXPECT_EQ(pread(opened.device, whole, 16, at), 16);
	for (unsigned start = 0; start < 8; start++)
		for (unsigned length = 1; length <= 8; length++) {
			EXPECT_EQ(pread(opened.device, part, length, at + start), length);
			EXPECT(memcmp(part, whole + start, length) == 0);
		}
}

TEST_ROUTES(access_write, "pwrite of a register is seen by pread")
{
	struct opened opened = open_device(subject);
	struct scratch scratch = find_scratch(subject);
	off_t at = bar_offset((int)scratch.bar) + (off_t)scratch.offset;
	uint32_t before, word = 0x3, after;

	EXPECT_EQ(pread(opened.device, &before, 4, at), 4);
	EXPECT_EQ(pwrite(opened.device, &word, 4, at), 4);
	EXPECT_EQ(pread(opened.device, &after, 4, at), 4);
	EXPECT_EQ(after, word);
	EXPECT_EQ(pwrite(opened.device, &before, 4, at), 4);
}

TEST_ROUTES(access_msix_table, "the MSI-X table reads as ones, and writes to it are complete and dropped")
{
	struct opened opened = open_device(subject);
	uint32_t capability = find_capability(opened.device, PCI_CAP_ID_MSIX), word;
	uint8_t entry[16], ones[16];
	off_t at;

	if (!capability)
		SKIP("the device has no MSI-X");
	word = config_read(opened.device, capability + 4, 4);
	at = bar_offset((int)(word & 7)) + (word & ~7u);
	memset(ones, 0xff, sizeof(ones));
	EXPECT_EQ(pread(opened.device, entry, sizeof(entry), at), sizeof(entry));
	EXPECT(memcmp(entry, ones, sizeof(entry)) == 0);
	memset(entry, 0, sizeof(entry));
	EXPECT_EQ(pwrite(opened.device, entry, sizeof(entry), at), sizeof(entry));
	EXPECT_EQ(pread(opened.device, entry, sizeof(entry), at), sizeof(entry));
	EXPECT(memcmp(entry, ones, sizeof(entry)) == 0);
}

TEST_ROUTES(access_rom, "the ROM can be read up to its end and not written: EINVAL")
{
	struct opened opened = open_device(subject);
	uint64_t size = region_info(opened.device, VFIO_PCI_ROM_REGION_INDEX).size;
	uint8_t image[4];

	EXPECT_ERRNO(pwrite(opened.device, image, 4, ROM_OFFSET), EINVAL);
	if (size == 0)
		SKIP("the device has no ROM");
	EXPECT_EQ(pread(opened.device, image, 4, ROM_OFFSET), 4);
	EXPECT_EQ(image[0], 0x55);
	EXPECT_EQ(image[1], 0xaa);
	EXPECT_EQ(pread(opened.device, image, 4, ROM_OFFSET + (off_t)size - 1), 1);
	EXPECT_ERRNO(pread(opened.device, image, 4, ROM_OFFSET + (off_t)size), EINVAL);
}

TEST_ROUTES(access_config_end, "pread and pwrite that go beyond configuration space fail EFAULT and do nothing")
{
	struct opened opened = open_device(subject);
	off_t size = (off_t)region_info(opened.device, VFIO_PCI_CONFIG_REGION_INDEX).size;
	uint32_t word = 0x12345678;

	EXPECT_ERRNO(pread(opened.device, &word, 4, CONFIG_OFFSET + size - 2), EFAULT);
	EXPECT_EQ(word, 0x12345678);
	EXPECT_ERRNO(pwrite(opened.device, &word, 4, CONFIG_OFFSET + size - 2), EFAULT);
	EXPECT_ERRNO(pread(opened.device, &word, 4, CONFIG_OFFSET + size), EFAULT);
	EXPECT_EQ(pread(opened.device, &word, 4, CONFIG_OFFSET + size - 4), 4);
}

TEST_ROUTES(access_config_whole, "one pread gets all of configuration space, the same bytes as in accesses of 1, 2 and "
				 "4")
{
	struct opened opened = open_device(subject);
	size_t size = region_info(opened.device, VFIO_PCI_CONFIG_REGION_INDEX).size;
	static uint8_t whole[4096], parts[4096];

	EXPECT_EQ(pread(opened.device, whole, size, CONFIG_OFFSET), size);
	for (unsigned width = 1; width <= 4; width *= 2) {
		for (size_t at = 0; at < 256; at += width)
			EXPECT_EQ(pread(opened.device, parts + at, width, CONFIG_OFFSET + (off_t)at), width);
		EXPECT(memcmp(whole, parts, 256) == 0);
	}
}

TEST_ROUTES(access_vectors, "preadv and pwritev transfer as pread and pwrite do")
{
	struct opened opened = open_device(subject);
	uint8_t first[2] = { 0 }, second[6] = { 0 }, whole[8];
	struct iovec vector[] = { { first, sizeof(first) }, { second, sizeof(second) } };
	uint8_t line = 0x33;

	EXPECT_EQ(preadv(opened.device, vector, 2, CONFIG_OFFSET), 8);
	EXPECT_EQ(pread(opened.device, whole, sizeof(whole), CONFIG_OFFSET), sizeof(whole));
	EXPECT(memcmp(whole, first, 2) == 0 && memcmp(whole + 2, second, 6) == 0);
	vector[0] = (struct iovec){ &line, 1 };
	EXPECT_EQ(pwritev(opened.device, vector, 1, CONFIG_OFFSET + 0x3c), 1);
	EXPECT_EQ(config_read(opened.device, 0x3c, 1), 0x33);
}

/* ---- IOEVENTFD --------------------------------------------------------------------------------------------------- */

#define IOEVENTFDS_MAX 1000

static int ioeventfd(int device, uint32_t width, off_t offset, uint64_t data, int32_t fd)
{
	struct vfio_device_ioeventfd call = {
		.argsz = VFIO_DEVICE_IOEVENTFD_BYTES_MIN,
		.flags = width,
		.offset = (uint64_t)offset,
		.data = data,
		.fd = fd,
	};

	return ioctl(device, VFIO_DEVICE_IOEVENTFD, &call);
}

TEST_ROUTES(ioeventfd_struct, "IOEVENTFD fails EFAULT, EINVAL for argsz below 28, for not exactly one width and for a "
			      "descriptor below -1")
{
	const uint32_t widths[] = { 0, 3, 5, 6, 15, 16, 20 };
	struct opened opened = open_device(subject);
	struct vfio_device_ioeventfd call = { .argsz = 27, .flags = VFIO_DEVICE_IOEVENTFD_32, .fd = -1 };
	off_t at = bar_offset(memory_bar(opened.device));

	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_IOEVENTFD, memory_before_a_hole(27)), EFAULT);
	EXPECT_ERRNO(ioctl(opened.device, VFIO_DEVICE_IOEVENTFD, &call), EINVAL);
	for (size_t i = 0; i < ARRAY_SIZE(widths); i++)
		EXPECT_ERRNO(ioeventfd(opened.device, widths[i], at, 0, -1), EINVAL);
	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, at, 0, -2), EINVAL);
}

TEST_ROUTES(ioeventfd_places, "IOEVENTFD outside a BAR, at its end, in the MSI-X table, or of 8 bytes fails EINVAL")
{
	struct opened opened = open_device(subject);
	int bar = memory_bar(opened.device), eventfd = new_eventfd();
	off_t end = bar_offset(bar) + (off_t)region_info(opened.device, (uint32_t)bar).size;
	uint32_t capability = find_capability(opened.device, PCI_CAP_ID_MSIX);

	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, CONFIG_OFFSET, 0, eventfd), EINVAL);
	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, ROM_OFFSET, 0, eventfd), EINVAL);
	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_8, end, 0, eventfd), EINVAL);
	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, end - 2, 0, eventfd), EINVAL);
	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_64, bar_offset(bar), 0, eventfd), EINVAL);
	if (capability) {
		uint32_t table = config_read(opened.device, capability + 4, 4);

		EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32,
				       bar_offset((int)(table & 7)) + (table & ~7u), 0, eventfd),
			     EINVAL);
	}
}

TEST_ROUTES(ioeventfd_set, "the same IOEVENTFD again fails EEXIST, other data or width is another; -1 removes it, and "
			   "then fails ENODEV")
{
	struct opened opened = open_device(subject);
	off_t at = bar_offset(memory_bar(opened.device));
	int eventfd = new_eventfd();

	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, at, 1, -1), ENODEV);
	EXPECT_OK(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, at, 1, eventfd));
	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, at, 1, eventfd), EEXIST);
	EXPECT_OK(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, at, 2, eventfd));
	EXPECT_OK(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_16, at, 1, eventfd));
	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_8, at, 1, -1), ENODEV);
	EXPECT_OK(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, at, 1, -1));
	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, at, 1, -1), ENODEV);
}

TEST_ROUTES(ioeventfd_descriptor, "IOEVENTFD with a closed descriptor fails EBADF, with another file EINVAL")
{
	struct opened opened = open_device(subject);
	off_t at = bar_offset(memory_bar(opened.device));

	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, at, 1, closed_fd()), EBADF);
	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, at, 1, open_file("/dev/null")), EINVAL);
}

TEST_ROUTES(ioeventfd_limit, "a device has at most 1000 of them: ENOSPC")
{
	struct opened opened = open_device(subject);
	off_t at = bar_offset(memory_bar(opened.device));
	int eventfd = new_eventfd();

	for (uint64_t data = 0; data < IOEVENTFDS_MAX; data++)
		EXPECT_OK(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_16, at, data, eventfd));
	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_16, at, IOEVENTFDS_MAX, closed_fd()), ENOSPC);
	EXPECT_ERRNO(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_16, at, 0, eventfd), EEXIST);
	EXPECT_OK(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_16, at, 0, -1));
	EXPECT_OK(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_16, at, IOEVENTFDS_MAX, eventfd));
}

/* Waits up to a second for a register to have this value. */
static bool becomes(int device, off_t at, uint32_t wanted)
{
	for (int tries = 0; tries < 1000; tries++) {
		uint32_t word;

		EXPECT_EQ(pread(device, &word, 4, at), 4);
		if (word == wanted)
			return true;
		usleep(1000);
	}
	return false;
}

TEST_ROUTES(ioeventfd_writes, "a signal of the eventfd writes the data to the register, unless memory decoding is off")
{
	struct opened opened = open_device(subject);
	struct scratch scratch = find_scratch(subject);
	off_t at = bar_offset((int)scratch.bar) + (off_t)scratch.offset;
	int three = new_eventfd(), five = new_eventfd();
	const uint64_t one = 1;
	uint32_t zero = 0;

	EXPECT_EQ(pwrite(opened.device, &zero, 4, at), 4);
	EXPECT_OK(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, at, 3, three));
	EXPECT_OK(ioeventfd(opened.device, VFIO_DEVICE_IOEVENTFD_32, at, 5, five));
	EXPECT_EQ(write(three, &one, sizeof(one)), sizeof(one));
	EXPECT(becomes(opened.device, at, 3));
	change_command(opened.device, 0, PCI_COMMAND_MEMORY);
	EXPECT_EQ(write(five, &one, sizeof(one)), sizeof(one));
	usleep(50000);
	change_command(opened.device, PCI_COMMAND_MEMORY, 0);
	EXPECT(becomes(opened.device, at, 3));
	EXPECT_EQ(write(five, &one, sizeof(one)), sizeof(one));
	EXPECT(becomes(opened.device, at, 5));
	EXPECT_EQ(pwrite(opened.device, &zero, 4, at), 4);
}
