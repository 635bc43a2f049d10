/* The driver of ioat.h. */
#include "ioat.h"

#include <time.h>

#define RESET_MS_MAX 5000
#define WAIT_SECONDS_MAX 30

#define REGISTER(bits)                                                                                                 \
	uint##bits##_t ioat_read##bits(const struct ioat *ioat, unsigned offset)                                       \
	{                                                                                                              \
		return *(volatile uint##bits##_t *)(ioat->bar + offset);                                               \
	}                                                                                                              \
	void ioat_write##bits(const struct ioat *ioat, unsigned offset, uint##bits##_t value)                          \
	{                                                                                                              \
		*(volatile uint##bits##_t *)(ioat->bar + offset) = value;                                              \
	}

REGISTER(8)
REGISTER(16)
REGISTER(32)
REGISTER(64)

static_assert(sizeof(struct ioat_descriptor) == IOAT_DESCRIPTOR_BYTES, "ioat_descriptor");

static void clear_errors(const struct ioat *ioat)
{
	int device = ioat->opened.device;

	config_write(device, IOAT_PCI_CHANERR_INT, 4, config_read(device, IOAT_PCI_CHANERR_INT, 4));
	config_write(device, IOAT_PCI_CHANERR_INT, 4, config_read(device, IOAT_PCI_DMAUNCERRSTS, 4));
	ioat_write32(ioat, IOAT_CHANERR, ioat_read32(ioat, IOAT_CHANERR));
}

void ioat_reset(const struct ioat *ioat)
{
	clear_errors(ioat);
	ioat_write8(ioat, IOAT_CHANCMD, IOAT_CHANCMD_RESET);
	for (int ms = 0; ioat_read8(ioat, IOAT_CHANCMD) & IOAT_CHANCMD_RESET; ms++) {
		if (ms == RESET_MS_MAX)
			FAIL("CHANCMD still says RESET after %d ms", ms);
		usleep(1000);
	}
	EXPECT_EQ(ioat_read64(ioat, IOAT_CHANSTS) & IOAT_STATE, IOAT_HALTED);
}

void ioat_init(struct ioat *ioat)
{
	const uint32_t vectors = irq_info(ioat->opened.device, VFIO_PCI_MSIX_IRQ_INDEX).count;
	uint8_t lg2;
	int32_t eventfds[16];

	EXPECT(vectors >= 1 && vectors <= ARRAY_SIZE(eventfds));
	config_write(ioat->opened.device, PCI_COMMAND, 2,
		     PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_INTX_DISABLE);
	ioat_reset(ioat);
	ioat_write8(ioat, IOAT_INTRCTRL, IOAT_INTRCTRL_MSIX_VECTOR_CONTROL);
	eventfds[0] = ioat->eventfd;
	for (uint32_t vector = 1; vector < vectors; vector++)
		eventfds[vector] = -1;
	EXPECT_OK(set_irqs(ioat->opened.device, VFIO_PCI_MSIX_IRQ_INDEX, TRIGGER_EVENTFD, 0, vectors, eventfds));
	lg2 = ioat_read8(ioat, IOAT_XFERCAP) & 31;
	ioat->copy_bytes_max = lg2 ? 1ull << lg2 : 1ull << 35;
}

void ioat_remove(struct ioat *ioat)
{
	ioat_reset(ioat);
	EXPECT_OK(set_irqs(ioat->opened.device, VFIO_PCI_MSIX_IRQ_INDEX, TRIGGER_NONE, 0, 0, NULL));
}

struct ioat open_ioat(const struct subject *subject)
{
	struct ioat ioat = { .next_iova = 1ull << 30 };

	if (!is_ioat(subject->device))
		SKIP("the device is no IOAT");
	ioat.opened = open_device(subject);
	ioat.bar = map_region(ioat.opened.device, VFIO_PCI_BAR0_REGION_INDEX);
	ioat.eventfd = new_eventfd();
	ioat_init(&ioat);
	ioat.ring = ioat_memory(&ioat, PAGE);
	ioat.status = ioat_memory(&ioat, PAGE);
	for (unsigned index = 0; index < IOAT_RING_DESCRIPTORS; index++)
		ioat_descriptor(&ioat, index)->next =
			ioat.ring.iova + (index + 1) % IOAT_RING_DESCRIPTORS * IOAT_DESCRIPTOR_BYTES;
	return ioat;
}

uint64_t ioat_unmapped(struct ioat *ioat, size_t bytes)
{
	uint64_t aligned = PAGE, iova;

	while (aligned < bytes)
		aligned *= 2;
	iova = find_iova(&ioat->opened, aligned, ioat->next_iova);
	ioat->next_iova = iova + aligned;
	return iova;
}

struct dma_memory ioat_memory(struct ioat *ioat, size_t bytes)
{
	struct dma_memory memory = { .bytes = new_memory(bytes), .iova = ioat_unmapped(ioat, bytes), .size = bytes };

	EXPECT_OK(map_dma(&ioat->opened, memory.bytes, memory.iova, bytes));
	return memory;
}

struct ioat_descriptor *ioat_descriptor(const struct ioat *ioat, unsigned index)
{
	return (struct ioat_descriptor *)ioat->ring.bytes + index % IOAT_RING_DESCRIPTORS;
}

static time_t seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

uint64_t ioat_wait(const struct ioat *ioat, enum ioat_state first, enum ioat_state second)
{
	time_t start = seconds_now();

	for (;;) {
		uint64_t status = ioat_read64(ioat, IOAT_CHANSTS);

		if ((status & IOAT_STATE) == first || (status & IOAT_STATE) == second)
			return status;
		if (seconds_now() - start > WAIT_SECONDS_MAX)
			FAIL("CHANSTS stays 0x%llx", (unsigned long long)status);
	}
}

int ioat_copy(struct ioat *ioat, uint64_t destination, uint64_t source, size_t bytes, uint16_t count, bool interrupt)
{
	struct ioat_descriptor *descriptor = ioat_descriptor(ioat, 0);
	uint64_t status;

	*descriptor = (struct ioat_descriptor){
		.size = (uint32_t)bytes,
		.control = interrupt ? IOAT_CONTROL_INT_EN : 0,
		.src = source,
		.dst = destination,
		.next = ioat->ring.iova,
	};
	ioat_write64(ioat, IOAT_CHAINADDR, ioat->ring.iova);
	ioat_write16(ioat, IOAT_CHANCTRL, IOAT_CHANCTRL_INT_REARM | IOAT_CHANCTRL_ANY_ERR_ABORT_EN);
	ioat_write16(ioat, IOAT_DMACOUNT, count);
	status = ioat_wait(ioat, IOAT_IDLE, IOAT_HALTED);
	if ((status & IOAT_STATE) == IOAT_HALTED) {
		EXPECT(ioat_read32(ioat, IOAT_CHANERR) != 0);
		ioat_reset(ioat);
		return -1;
	}
	ioat_write8(ioat, IOAT_CHANCMD, IOAT_CHANCMD_SUSPEND);
	ioat_wait(ioat, IOAT_SUSPENDED, IOAT_SUSPENDED);
	return 0;
}

void ioat_start(const struct ioat *ioat, uint64_t chain)
{
	ioat_write32(ioat, IOAT_CHAINADDR, (uint32_t)chain);
	ioat_write32(ioat, IOAT_CHAINADDR + 4, (uint32_t)(chain >> 32));
	ioat_write64(ioat, IOAT_CHANCMP, ioat->status.iova);
	ioat_write16(ioat, IOAT_CHANCTRL, IOAT_CHANCTRL_ERR_COMPLETION_EN | IOAT_CHANCTRL_ANY_ERR_ABORT_EN);
	EXPECT_EQ(ioat_read64(ioat, IOAT_CHANSTS), IOAT_ARMED);
}

uint64_t ioat_completion(const struct ioat *ioat)
{
	return *(volatile uint64_t *)ioat->status.bytes;
}
