/*
 * Interrupts that the device itself raises, masking of INTX, and its DMA, with the emulator's testdev, whose registers
 * docs/device-models.md describes (specification, 4.5, 4.11 and 4.12).
 */
#include "models.h"

#define TESTDEV_DOORBELL 0x20
#define TESTDEV_INTX 0x24
#define TESTDEV_DMA_SOURCE 0x40
#define TESTDEV_DMA_DESTINATION 0x48
#define TESTDEV_DMA_LENGTH 0x50
#define TESTDEV_DMA_COMMAND 0x58
#define TESTDEV_DMA_STATUS 0x5c
#define TESTDEV_DMA_COPY 1u
#define TESTDEV_DMA_BUSY 1u
#define TESTDEV_DMA_DONE 2u

#define UNMASK_NONE (VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_UNMASK)
#define UNMASK_EVENTFD (VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK)
#define MASK_NONE (VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_MASK)

static struct opened open_test_device(const struct subject *subject)
{
	struct opened opened;

	if (!is_test_device(subject->device))
		SKIP("the device is no testdev");
	opened = open_device(subject);
	change_command(opened.device, PCI_COMMAND_MASTER, 0);
	return opened;
}

static void store(const struct opened *opened, unsigned offset, uint64_t value, unsigned bytes)
{
	EXPECT_EQ(pwrite(opened->device, &value, bytes, offset), bytes);
}

static void set_pin(const struct opened *opened, bool asserted)
{
	store(opened, TESTDEV_INTX, asserted, 4);
}

static int intx(const struct opened *opened, uint32_t flags, const int32_t *fd)
{
	return set_irqs(opened->device, VFIO_PCI_INTX_IRQ_INDEX, flags, 0, 1, fd);
}

/* Interrupts are signalled before the access that raises them returns, or soon after. */
static uint64_t events_soon(int eventfd)
{
	uint64_t count = event_count(eventfd);

	for (int tries = 0; count == 0 && tries < 100; tries++) {
		usleep(1000);
		count = event_count(eventfd);
	}
	return count;
}

static void expect_no_event(int eventfd)
{
	usleep(20000);
	EXPECT_EQ(event_count(eventfd), 0);
}

/* ---- messages ---------------------------------------------------------------------------------------------------- */

static void each_message(const struct subject *subject,
			 void (*check)(const struct opened *, uint32_t index, uint32_t count))
{
	static const uint32_t indexes[] = { VFIO_PCI_MSI_IRQ_INDEX, VFIO_PCI_MSIX_IRQ_INDEX };

	for (size_t i = 0; i < ARRAY_SIZE(indexes); i++) {
		struct opened opened = open_test_device(subject);

		check(&opened, indexes[i], irq_info(opened.device, indexes[i]).count);
		close_device(&opened);
	}
}

static void check_messages(const struct opened *opened, uint32_t index, uint32_t count)
{
	int32_t eventfds[8];

	EXPECT(count > 1 && count <= ARRAY_SIZE(eventfds));
	for (uint32_t vector = 0; vector < count; vector++)
		eventfds[vector] = new_eventfd();
	store(opened, TESTDEV_DOORBELL, 0, 4);
	EXPECT_OK(set_irqs(opened->device, index, TRIGGER_EVENTFD, 0, count, eventfds));
	for (uint32_t vector = 0; vector < count; vector++) {
		store(opened, TESTDEV_DOORBELL, vector, 4);
		EXPECT_EQ(events_soon(eventfds[vector]), 1);
		for (uint32_t other = 0; other < count; other++)
			EXPECT_EQ(event_count(eventfds[other]), 0);
	}
	change_command(opened->device, 0, PCI_COMMAND_MASTER);
	store(opened, TESTDEV_DOORBELL, 0, 4);
	expect_no_event(eventfds[0]);
	change_command(opened->device, PCI_COMMAND_MASTER, 0);
	EXPECT_OK(set_irqs(opened->device, index, TRIGGER_NONE, 0, 0, NULL));
	store(opened, TESTDEV_DOORBELL, 0, 4);
	expect_no_event(eventfds[0]);
}

TEST_ROUTES(testdev_messages, "a message of the device signals its vector's eventfd, not without bus mastering nor "
			      "while disabled")
{
	each_message(subject, check_messages);
}

static void check_reset(const struct opened *opened, uint32_t index, uint32_t count)
{
	int32_t eventfds[8];

	for (uint32_t vector = 0; vector < count; vector++)
		eventfds[vector] = new_eventfd();
	EXPECT_OK(set_irqs(opened->device, index, TRIGGER_EVENTFD, 0, count, eventfds));
	EXPECT_OK(ioctl(opened->device, VFIO_DEVICE_RESET));
	store(opened, TESTDEV_DOORBELL, count - 1, 4);
	EXPECT_EQ(events_soon(eventfds[count - 1]), 1);
}

TEST_ROUTES(testdev_messages_after_reset, "messages of the device still signal their eventfds after RESET")
{
	each_message(subject, check_reset);
}

/* ---- INTX -------------------------------------------------------------------------------------------------------- */

TEST_ROUTES(testdev_intx, "the pin signals the eventfd once and masks itself; UNMASK delivers again what is still "
			  "pending")
{
	struct opened opened = open_test_device(subject);
	int32_t eventfd = new_eventfd();

	EXPECT_OK(intx(&opened, TRIGGER_EVENTFD, &eventfd));
	set_pin(&opened, true);
	EXPECT_EQ(events_soon(eventfd), 1);
	expect_no_event(eventfd);
	EXPECT_OK(intx(&opened, UNMASK_NONE, NULL));
	EXPECT_EQ(events_soon(eventfd), 1);
	set_pin(&opened, false);
	EXPECT_OK(intx(&opened, UNMASK_NONE, NULL));
	expect_no_event(eventfd);
	set_pin(&opened, true);
	EXPECT_EQ(events_soon(eventfd), 1);
}

TEST_ROUTES(testdev_intx_mask, "a masked pin signals nothing, and what came meanwhile once it is unmasked")
{
	struct opened opened = open_test_device(subject);
	int32_t eventfd = new_eventfd();

	EXPECT_OK(intx(&opened, TRIGGER_EVENTFD, &eventfd));
	EXPECT_OK(intx(&opened, MASK_NONE, NULL));
	set_pin(&opened, true);
	expect_no_event(eventfd);
	EXPECT_OK(intx(&opened, UNMASK_NONE, NULL));
	EXPECT_EQ(events_soon(eventfd), 1);
}

TEST_ROUTES(testdev_intx_unmask_eventfd, "a signal of the unmask eventfd unmasks the pin")
{
	struct opened opened = open_test_device(subject);
	int32_t eventfd = new_eventfd(), unmask = new_eventfd();
	const uint64_t one = 1;

	EXPECT_OK(intx(&opened, TRIGGER_EVENTFD, &eventfd));
	EXPECT_OK(intx(&opened, UNMASK_EVENTFD, &unmask));
	set_pin(&opened, true);
	EXPECT_EQ(events_soon(eventfd), 1);
	for (int round = 0; round < 3; round++) {
		EXPECT_EQ(write(unmask, &one, sizeof(one)), sizeof(one));
		EXPECT_EQ(events_soon(eventfd), 1);
		expect_no_event(eventfd);
	}
}

TEST_ROUTES(testdev_intx_disable_bit, "COMMAND's INTx disable masks the pin, and STATUS says that it is asserted")
{
	struct opened opened = open_test_device(subject);
	int32_t eventfd = new_eventfd();

	EXPECT_OK(intx(&opened, TRIGGER_EVENTFD, &eventfd));
	change_command(opened.device, PCI_COMMAND_INTX_DISABLE, 0);
	set_pin(&opened, true);
	expect_no_event(eventfd);
	EXPECT(config_read(opened.device, 0x06, 2) & 8);
	change_command(opened.device, 0, PCI_COMMAND_INTX_DISABLE);
	EXPECT_EQ(events_soon(eventfd), 1);
}

/* ---- the rest ---------------------------------------------------------------------------------------------------- */

TEST_MODES(testdev_dma, "the device copies memory across pages, and nothing once it is unmapped")
{
	struct opened opened;
	uint8_t *memory;
	uint64_t iova, left;
	uint32_t status;

	if (!is_test_device(subject->device))
		SKIP("the device is no testdev");
	opened = open_device(subject);
	memory = new_memory(4 * PAGE);
	iova = find_iova(&opened, 4 * PAGE, 4 * PAGE);
	change_command(opened.device, PCI_COMMAND_MASTER, 0);
	EXPECT_OK(map_dma(&opened, memory, iova, 4 * PAGE));
	for (size_t i = 0; i < 2 * PAGE; i++)
		memory[i] = (uint8_t)(i * 7);
	for (int mapped = 1; mapped >= 0; mapped--) {
		memset(memory + 2 * PAGE, 0, 2 * PAGE);
		store(&opened, TESTDEV_DMA_SOURCE, iova + 100, 8);
		store(&opened, TESTDEV_DMA_DESTINATION, iova + 2 * PAGE + 300, 8);
		store(&opened, TESTDEV_DMA_LENGTH, PAGE + 500, 4);
		store(&opened, TESTDEV_DMA_COMMAND, TESTDEV_DMA_COPY, 4);
		do {
			EXPECT_EQ(pread(opened.device, &status, 4, TESTDEV_DMA_STATUS), 4);
		} while (status == TESTDEV_DMA_BUSY);
		EXPECT((status == TESTDEV_DMA_DONE) == mapped);
		if (mapped)
			EXPECT(memcmp(memory + 100, memory + 2 * PAGE + 300, PAGE + 500) == 0);
		else
			EXPECT_EQ(memory[2 * PAGE + 300], 0);
		EXPECT_OK(unmap_dma_all(&opened, &left));
	}
}

TEST_ROUTES(testdev_bar_memory, "pages of a BAR that are memory can be stored to and loaded from, by mmap and by pread "
				"alike, after RESET too")
{
	struct opened opened = open_test_device(subject);
	struct vfio_region_info info = region_info(opened.device, 2);
	volatile uint64_t *word;
	uint64_t by_pread;

	EXPECT(info.size >= 4 * PAGE && info.flags & VFIO_REGION_INFO_FLAG_MMAP);
	word = (void *)((uint8_t *)map_region(opened.device, 2) + info.size - PAGE);
	*word = 0x1122334455667788;
	EXPECT_EQ(pread(opened.device, &by_pread, 8, (off_t)(info.offset + info.size - PAGE)), 8);
	EXPECT_EQ(by_pread, 0x1122334455667788);
	by_pread = 0x99aabbccddeeff00;
	EXPECT_EQ(pwrite(opened.device, &by_pread, 8, (off_t)(info.offset + info.size - PAGE)), 8);
	EXPECT_EQ(*word, by_pread);
	change_command(opened.device, 0, PCI_COMMAND_MEMORY);
	EXPECT(!can_load((const volatile void *)word));
	change_command(opened.device, PCI_COMMAND_MEMORY, 0);
	EXPECT_EQ(*word, by_pread);
	EXPECT_OK(ioctl(opened.device, VFIO_DEVICE_RESET));
	EXPECT(can_load((const volatile void *)word));
}
