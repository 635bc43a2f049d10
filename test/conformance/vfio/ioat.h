/*
 * A driver of one channel of Intel's IOAT DMA engine on a mapped BAR: registers and descriptor under the names of the
 * datasheet, and the sequences of the kernel's selftest driver and of DPDK's (specification, 6.4 to 6.7).
 */
#ifndef IOAT_H
#define IOAT_H

#include "models.h"

#define IOAT_CHANCNT 0x00
#define IOAT_XFERCAP 0x01
#define IOAT_INTRCTRL 0x03
#define IOAT_CBVER 0x08
#define IOAT_CHANCTRL 0x80
#define IOAT_DMA_COMP 0x82
#define IOAT_CHANCMD 0x84
#define IOAT_DMACOUNT 0x86
#define IOAT_CHANSTS 0x88
#define IOAT_CHAINADDR 0x90
#define IOAT_CHANCMP 0x98
#define IOAT_CHANERR 0xa8
#define IOAT_CHANERRMASK 0xac

#define IOAT_INTRCTRL_MSIX_VECTOR_CONTROL 8
#define IOAT_CHANCTRL_INT_REARM 1
#define IOAT_CHANCTRL_ERR_COMPLETION_EN 4
#define IOAT_CHANCTRL_ANY_ERR_ABORT_EN 8
#define IOAT_CHANCMD_SUSPEND 0x04
#define IOAT_CHANCMD_RESUME 0x10
#define IOAT_CHANCMD_RESET 0x20

#define IOAT_STATE 7u
enum ioat_state {
	IOAT_ACTIVE,
	IOAT_IDLE,
	IOAT_SUSPENDED,
	IOAT_HALTED,
	IOAT_ARMED,
};

#define IOAT_CHANERR_SOURCE_ADDRESS 1u
#define IOAT_CHANERR_DESTINATION_ADDRESS 2u
#define IOAT_CHANERR_DESCRIPTOR_CONTROL (1u << 10)

#define IOAT_PCI_DMAUNCERRSTS 0x148
#define IOAT_PCI_CHANERR_INT 0x180

struct ioat_descriptor {
	uint32_t size;
	uint32_t control;
	uint64_t src;
	uint64_t dst;
	uint64_t next;
	uint64_t user[4];
};
#define IOAT_CONTROL_INT_EN 1u
#define IOAT_CONTROL_COMPL_WRITE 8u
#define IOAT_CONTROL_NULL 0x20u
#define IOAT_OP_FILL (1u << 24)

/* Memory that the device reaches. */
struct dma_memory {
	uint8_t *bytes;
	uint64_t iova;
	size_t size;
};

struct ioat {
	struct opened opened;
	volatile uint8_t *bar;
	/* Of MSI-X vector 0. */
	int eventfd;
	/* Descriptors, and a page that holds the completion word. */
	struct dma_memory ring, status;
	/* The next IOVA to give out. */
	uint64_t next_iova;
	uint64_t copy_bytes_max;
};

uint8_t ioat_read8(const struct ioat *ioat, unsigned offset);
uint16_t ioat_read16(const struct ioat *ioat, unsigned offset);
uint32_t ioat_read32(const struct ioat *ioat, unsigned offset);
uint64_t ioat_read64(const struct ioat *ioat, unsigned offset);
void ioat_write8(const struct ioat *ioat, unsigned offset, uint8_t value);
void ioat_write16(const struct ioat *ioat, unsigned offset, uint16_t value);
void ioat_write32(const struct ioat *ioat, unsigned offset, uint32_t value);
void ioat_write64(const struct ioat *ioat, unsigned offset, uint64_t value);

/* Opens the subject's device and initialises it as the selftest driver does. Skips if it is no IOAT. */
struct ioat open_ioat(const struct subject *subject);
void ioat_init(struct ioat *ioat);
void ioat_remove(struct ioat *ioat);
void ioat_reset(const struct ioat *ioat);

/* Memory at an IOVA of its own, a multiple of its size's power of two. */
struct dma_memory ioat_memory(struct ioat *ioat, size_t bytes);
/* An IOVA of so many bytes that is not mapped. */
uint64_t ioat_unmapped(struct ioat *ioat, size_t bytes);

/*
 * The selftest driver's copy: `count` times the same descriptor, with an interrupt at each if asked for. 0, or -1 after
 * an error, when the channel has been reset.
 */
int ioat_copy(struct ioat *ioat, uint64_t destination, uint64_t source, size_t bytes, uint16_t count, bool interrupt);

/* Waits for the channel to be in one of two states, and returns CHANSTS. */
uint64_t ioat_wait(const struct ioat *ioat, enum ioat_state first, enum ioat_state second);

/* DPDK's start: ring, completion word, no interrupt. */
void ioat_start(const struct ioat *ioat, uint64_t chain);
/* The completion word. */
uint64_t ioat_completion(const struct ioat *ioat);
/* Descriptor `index` of the ring, which leads to the next one. */
struct ioat_descriptor *ioat_descriptor(const struct ioat *ioat, unsigned index);
#define IOAT_RING_DESCRIPTORS 64u
#define IOAT_DESCRIPTOR_BYTES 64u

#endif
