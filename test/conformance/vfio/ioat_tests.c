/*
 * DMA by an IOAT engine in every mode: the kernel's driver tests, and what DPDK's driver does (specification, 6.3
 * to 6.7).
 */
#include "ioat.h"

#define COPY_BYTES_MAX (1ul << 20)
#define STORM_COPIES 2000
#define BURST 16u

/* Source and destination of a copy, of the largest size that the device and the time allow; the source is filled. */
struct buffers {
	struct dma_memory source, destination;
	size_t bytes;
};

static void fill(uint8_t *bytes, size_t count, uint32_t seed)
{
	for (size_t i = 0; i < count; i++) {
		seed = seed * 1664525u + 1013904223u;
		bytes[i] = (uint8_t)(seed >> 24);
	}
}

static struct buffers new_buffers(struct ioat *ioat)
{
	struct buffers buffers = { .bytes = ioat->copy_bytes_max < COPY_BYTES_MAX ? ioat->copy_bytes_max :
										    COPY_BYTES_MAX };

	buffers.source = ioat_memory(ioat, buffers.bytes);
	buffers.destination = ioat_memory(ioat, buffers.bytes);
	fill(buffers.source.bytes, buffers.bytes, 1);
	return buffers;
}

static int copy(struct ioat *ioat, const struct buffers *buffers, uint16_t count)
{
	return ioat_copy(ioat, buffers->destination.iova, buffers->source.iova, buffers->bytes, count, false);
}

static void expect_copied(const struct buffers *buffers)
{
	EXPECT(memcmp(buffers->source.bytes, buffers->destination.bytes, buffers->bytes) == 0);
}

static void expect_zeros(const struct dma_memory *memory)
{
	for (size_t i = 0; i < memory->size; i++)
		if (memory->bytes[i] != 0)
			FAIL("byte %zu was written late", i);
}

static void expect_message(struct ioat *ioat, const struct buffers *buffers)
{
	EXPECT_OK(ioat_copy(ioat, buffers->destination.iova, buffers->source.iova, 8, 1, true));
	EXPECT_EQ(event_count(ioat->eventfd), 1);
}

/* ---- the kernel's driver tests ----------------------------------------------------------------------------------- */

TEST_MODES(ioat_init_remove, "the driver can be removed and initialised ten times")
{
	struct ioat ioat = open_ioat(subject);

	for (int round = 0; round < 10; round++) {
		ioat_remove(&ioat);
		ioat_init(&ioat);
	}
}

TEST_MODES(ioat_memcpy_success, "a copy succeeds, the buffers are equal, and no interrupt comes")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);

	EXPECT_OK(copy(&ioat, &buffers, 1));
	expect_copied(&buffers);
	EXPECT_EQ(event_count(ioat.eventfd), 0);
}

TEST_MODES(ioat_memcpy_from_unmapped, "a copy from an IOVA that is not mapped halts the channel; after a reset the "
				      "next copy works")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);
	uint64_t unmapped = ioat_unmapped(&ioat, buffers.bytes);

	EXPECT_EQ(ioat_copy(&ioat, buffers.destination.iova, unmapped, buffers.bytes, 1, false), (uint64_t)-1);
	EXPECT_EQ(event_count(ioat.eventfd), 0);
	EXPECT_OK(copy(&ioat, &buffers, 1));
	expect_copied(&buffers);
}

TEST_MODES(ioat_memcpy_to_unmapped, "a copy to an IOVA that is not mapped halts the channel; after a reset the next "
				    "copy works")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);
	uint64_t unmapped = ioat_unmapped(&ioat, buffers.bytes);

	EXPECT_EQ(ioat_copy(&ioat, unmapped, buffers.source.iova, buffers.bytes, 1, false), (uint64_t)-1);
	EXPECT_EQ(event_count(ioat.eventfd), 0);
	EXPECT_OK(copy(&ioat, &buffers, 1));
	expect_copied(&buffers);
}

TEST_MODES(ioat_send_msi, "a descriptor with an interrupt signals the eventfd of vector 0 exactly once")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);

	for (int round = 0; round < 3; round++)
		expect_message(&ioat, &buffers);
}

TEST_MODES(ioat_mix_and_match, "good copies, copies from nowhere and interrupts follow each other ten times")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);
	uint64_t unmapped = ioat_unmapped(&ioat, buffers.bytes);

	for (uint32_t round = 0; round < 10; round++) {
		fill(buffers.source.bytes, buffers.bytes, round);
		EXPECT_OK(copy(&ioat, &buffers, 1));
		expect_copied(&buffers);
		EXPECT_EQ(ioat_copy(&ioat, buffers.destination.iova, unmapped, buffers.bytes, 1, false), (uint64_t)-1);
		expect_message(&ioat, &buffers);
	}
}

TEST_MODES(ioat_memcpy_storm, "the same descriptor is executed thousands of times in one go, without an interrupt")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);

	allow_seconds(60);
	EXPECT_OK(copy(&ioat, &buffers, STORM_COPIES));
	expect_copied(&buffers);
	EXPECT_EQ(event_count(ioat.eventfd), 0);
}

/* ---- registers --------------------------------------------------------------------------------------------------- */

TEST_ROUTES(ioat_registers, "the identification: one channel, CBVER 3.2 to 3.4; after a reset the channel is halted "
			    "and all else 0")
{
	struct ioat ioat = open_ioat(subject);

	EXPECT_EQ(ioat_read8(&ioat, IOAT_CHANCNT), 1);
	EXPECT(ioat_read8(&ioat, IOAT_CBVER) >= 0x32 && ioat_read8(&ioat, IOAT_CBVER) <= 0x34);
	ioat_reset(&ioat);
	EXPECT_EQ(ioat_read64(&ioat, IOAT_CHANSTS), IOAT_HALTED);
	EXPECT_EQ(ioat_read16(&ioat, IOAT_DMACOUNT), 0);
	EXPECT_EQ(ioat_read32(&ioat, IOAT_CHANERR), 0);
	EXPECT_EQ(ioat_read8(&ioat, IOAT_CHANCMD) & IOAT_CHANCMD_RESET, 0);
}

TEST_ROUTES(ioat_mapped_equals_pread, "the registers read the same through the mapping and by pread, in every width")
{
	struct ioat ioat = open_ioat(subject);
	/* Not CHANCTRL, where a read may set IN_USE. */
	static const unsigned offsets[] = { IOAT_CHANCNT,   IOAT_CBVER,	  IOAT_CHANSTS,
					    IOAT_CHAINADDR, IOAT_CHANCMP, IOAT_CHANERR };

	ioat_start(&ioat, ioat.ring.iova);
	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		unsigned offset = offsets[i];
		uint64_t word;

		EXPECT_EQ(offset % 8, 0);
		EXPECT_EQ(pread(ioat.opened.device, &word, 8, offset), 8);
		EXPECT_EQ(ioat_read64(&ioat, offset), word);
		for (unsigned at = 0; at < 8; at++)
			EXPECT_EQ(ioat_read8(&ioat, offset + at), word >> 8 * at & 0xff);
		for (unsigned at = 0; at < 8; at += 2)
			EXPECT_EQ(ioat_read16(&ioat, offset + at), word >> 8 * at & 0xffff);
		for (unsigned at = 0; at < 8; at += 4)
			EXPECT_EQ(ioat_read32(&ioat, offset + at), word >> 8 * at & 0xffffffff);
	}
}

TEST_ROUTES(ioat_chain_arms, "CHAINADDR arms the channel from every state, and clears its counts, in one write or in "
			     "two halves")
{
	struct ioat ioat = open_ioat(subject);

	ioat_write64(&ioat, IOAT_CHAINADDR, ioat.ring.iova);
	EXPECT_EQ(ioat_read64(&ioat, IOAT_CHANSTS), IOAT_ARMED);
	ioat_write8(&ioat, IOAT_CHANCMD, IOAT_CHANCMD_SUSPEND);
	EXPECT_EQ(ioat_wait(&ioat, IOAT_SUSPENDED, IOAT_SUSPENDED) & IOAT_STATE, IOAT_SUSPENDED);
	ioat_start(&ioat, ioat.ring.iova);
	ioat_descriptor(&ioat, 0)->control = IOAT_CONTROL_NULL;
	ioat_write16(&ioat, IOAT_DMACOUNT, 1);
	EXPECT_EQ(ioat_wait(&ioat, IOAT_IDLE, IOAT_HALTED), ioat.ring.iova | IOAT_IDLE);
	ioat_start(&ioat, ioat.ring.iova + IOAT_DESCRIPTOR_BYTES);
	EXPECT_EQ(ioat_read16(&ioat, IOAT_DMACOUNT), 0);
}

TEST_ROUTES(ioat_reset_then_chain, "CHAINADDR written directly after RESET is not lost")
{
	struct ioat ioat = open_ioat(subject);

	for (int round = 0; round < 10; round++) {
		ioat_write8(&ioat, IOAT_CHANCMD, IOAT_CHANCMD_RESET);
		ioat_write64(&ioat, IOAT_CHAINADDR, ioat.ring.iova);
		ioat_write16(&ioat, IOAT_CHANCTRL, IOAT_CHANCTRL_ERR_COMPLETION_EN | IOAT_CHANCTRL_ANY_ERR_ABORT_EN);
		ioat_write64(&ioat, IOAT_CHANCMP, ioat.status.iova);
		EXPECT_EQ(ioat_read64(&ioat, IOAT_CHANSTS), IOAT_ARMED);
	}
}

TEST_ROUTES(ioat_suspend, "SUSPEND keeps what is asked for later until RESUME")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);

	ioat_start(&ioat, ioat.ring.iova);
	*ioat_descriptor(&ioat, 0) = (struct ioat_descriptor){
		.size = 16,
		.src = buffers.source.iova,
		.dst = buffers.destination.iova,
		.next = ioat.ring.iova + IOAT_DESCRIPTOR_BYTES,
	};
	ioat_write8(&ioat, IOAT_CHANCMD, IOAT_CHANCMD_SUSPEND);
	ioat_wait(&ioat, IOAT_SUSPENDED, IOAT_SUSPENDED);
	ioat_write16(&ioat, IOAT_DMACOUNT, 1);
	usleep(10000);
	EXPECT_EQ(ioat_read64(&ioat, IOAT_CHANSTS) & IOAT_STATE, IOAT_SUSPENDED);
	EXPECT_EQ(buffers.destination.bytes[0] | buffers.destination.bytes[15], 0);
	ioat_write8(&ioat, IOAT_CHANCMD, IOAT_CHANCMD_RESUME);
	EXPECT_EQ(ioat_wait(&ioat, IOAT_IDLE, IOAT_HALTED), ioat.ring.iova | IOAT_IDLE);
	EXPECT(memcmp(buffers.source.bytes, buffers.destination.bytes, 16) == 0);
}

/* ---- DPDK's driver ----------------------------------------------------------------------------------------------- */

/* A burst of copies of 64 bytes, the last with a completion write. One of them may have the source address 0. */
static void write_burst(const struct ioat *ioat, const struct buffers *buffers, unsigned first, unsigned count,
			unsigned bad)
{
	for (unsigned i = first; i < first + count; i++) {
		struct ioat_descriptor *descriptor = ioat_descriptor(ioat, i);

		descriptor->size = 64;
		descriptor->control = i == first + count - 1 ? IOAT_CONTROL_COMPL_WRITE : 0;
		descriptor->src = i == bad ? 0 : buffers->source.iova + 64 * (i % BURST);
		descriptor->dst = buffers->destination.iova + 64 * (i % BURST);
	}
}

static uint64_t ring_address(const struct ioat *ioat, unsigned index)
{
	return ioat->ring.iova + index % IOAT_RING_DESCRIPTORS * IOAT_DESCRIPTOR_BYTES;
}

TEST_ROUTES(ioat_bursts, "bursts are submitted by the absolute count, and the completion word names the last "
			 "descriptor of each")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);

	ioat_start(&ioat, ioat.ring.iova);
	for (unsigned burst = 0; burst < 3 * IOAT_RING_DESCRIPTORS / BURST; burst++) {
		unsigned first = burst * BURST;
		uint64_t last = ring_address(&ioat, first + BURST - 1);

		memset(buffers.destination.bytes, 0, 64 * BURST);
		write_burst(&ioat, &buffers, first, BURST, ~0u);
		ioat_write16(&ioat, IOAT_DMACOUNT, (uint16_t)(first + BURST));
		EXPECT_EQ(ioat_wait(&ioat, IOAT_IDLE, IOAT_HALTED), last | IOAT_IDLE);
		EXPECT_EQ(ioat_completion(&ioat), last | IOAT_IDLE);
		EXPECT(memcmp(buffers.source.bytes, buffers.destination.bytes, 64 * BURST) == 0);
	}
	ioat_write8(&ioat, IOAT_CHANCMD, IOAT_CHANCMD_SUSPEND);
	EXPECT_EQ(ioat_wait(&ioat, IOAT_SUSPENDED, IOAT_SUSPENDED) & IOAT_STATE, IOAT_SUSPENDED);
}

TEST_ROUTES(ioat_burst_errors, "a bad source in a burst halts with the last good descriptor in the completion word; "
			       "the rest can be resumed")
{
	static const unsigned positions[] = { 0, 7, 14, 15 };
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);

	for (size_t i = 0; i < ARRAY_SIZE(positions); i++) {
		unsigned bad = positions[i], rest = BURST - 1 - bad;
		uint64_t good = bad ? ring_address(&ioat, bad - 1) : 0;

		memset(buffers.destination.bytes, 0, 64 * BURST);
		ioat_start(&ioat, ioat.ring.iova);
		write_burst(&ioat, &buffers, 0, BURST, bad);
		ioat_write16(&ioat, IOAT_DMACOUNT, BURST);
		EXPECT_EQ(ioat_wait(&ioat, IOAT_HALTED, IOAT_IDLE), good | IOAT_HALTED);
		EXPECT_EQ(ioat_completion(&ioat), good | IOAT_HALTED);
		EXPECT(ioat_read32(&ioat, IOAT_CHANERR) & IOAT_CHANERR_SOURCE_ADDRESS);
		EXPECT(memcmp(buffers.source.bytes, buffers.destination.bytes, 64 * bad) == 0);
		/* DPDK's recovery, without waiting for the reset. */
		ioat_write8(&ioat, IOAT_CHANCMD, IOAT_CHANCMD_RESET);
		ioat_start(&ioat, ring_address(&ioat, bad + 1));
		ioat_write16(&ioat, IOAT_DMACOUNT, (uint16_t)rest);
		if (rest == 0) {
			EXPECT_EQ(ioat_read64(&ioat, IOAT_CHANSTS), IOAT_ARMED);
			continue;
		}
		EXPECT_EQ(ioat_wait(&ioat, IOAT_IDLE, IOAT_HALTED), ring_address(&ioat, BURST - 1) | IOAT_IDLE);
		EXPECT_EQ(ioat_read32(&ioat, IOAT_CHANERR), 0);
		EXPECT(memcmp(buffers.source.bytes + 64 * (bad + 1), buffers.destination.bytes + 64 * (bad + 1),
			      64 * rest) == 0);
	}
}

TEST_ROUTES(ioat_fill, "FILL repeats its pattern from the start of the destination and touches no byte behind its end")
{
	static const size_t sizes[] = { 1, 7, 8, 9, 100, 4095 };
	const uint8_t pattern[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		struct ioat_descriptor *descriptor = ioat_descriptor(&ioat, 0);

		memset(buffers.destination.bytes, 0xee, PAGE);
		descriptor->size = (uint32_t)sizes[i];
		descriptor->control = IOAT_OP_FILL;
		memcpy(&descriptor->src, pattern, sizeof(pattern));
		descriptor->dst = buffers.destination.iova;
		ioat_start(&ioat, ioat.ring.iova);
		ioat_write16(&ioat, IOAT_DMACOUNT, 1);
		EXPECT_EQ(ioat_wait(&ioat, IOAT_IDLE, IOAT_HALTED) & IOAT_STATE, IOAT_IDLE);
		for (size_t byte = 0; byte < sizes[i]; byte++)
			EXPECT_EQ(buffers.destination.bytes[byte], pattern[byte % 8]);
		EXPECT_EQ(buffers.destination.bytes[sizes[i]], 0xee);
	}
}

TEST_ROUTES(ioat_unknown_operation, "an operation that the engine does not have halts it")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);
	struct ioat_descriptor *descriptor = ioat_descriptor(&ioat, 0);

	descriptor->size = 64;
	descriptor->control = 0x55u << 24;
	descriptor->src = buffers.source.iova;
	descriptor->dst = buffers.destination.iova;
	ioat_start(&ioat, ioat.ring.iova);
	ioat_write16(&ioat, IOAT_DMACOUNT, 1);
	EXPECT_EQ(ioat_wait(&ioat, IOAT_IDLE, IOAT_HALTED), IOAT_HALTED);
	EXPECT(ioat_read32(&ioat, IOAT_CHANERR) & IOAT_CHANERR_DESCRIPTOR_CONTROL);
}

TEST_ROUTES(ioat_interrupt_rearm, "an interrupt is raised once per write of INT_REARM, and by a descriptor that asks "
				  "for it only")
{
	struct ioat ioat = open_ioat(subject);
	struct ioat_descriptor *descriptor = ioat_descriptor(&ioat, 0);

	descriptor->control = IOAT_CONTROL_NULL | IOAT_CONTROL_INT_EN;
	descriptor->next = ioat.ring.iova;
	ioat_write64(&ioat, IOAT_CHAINADDR, ioat.ring.iova);
	ioat_write16(&ioat, IOAT_CHANCTRL, IOAT_CHANCTRL_INT_REARM);
	ioat_write16(&ioat, IOAT_DMACOUNT, 3);
	ioat_wait(&ioat, IOAT_IDLE, IOAT_HALTED);
	EXPECT_EQ(event_count(ioat.eventfd), 1);
	ioat_write16(&ioat, IOAT_CHANCTRL, IOAT_CHANCTRL_INT_REARM);
	ioat_write16(&ioat, IOAT_DMACOUNT, 4);
	ioat_wait(&ioat, IOAT_IDLE, IOAT_HALTED);
	EXPECT_EQ(event_count(ioat.eventfd), 1);
}

/* ---- the device and the rest of VFIO ----------------------------------------------------------------------------- */

TEST_ROUTES(ioat_without_master, "without bus mastering the device does no DMA and sends no interrupt")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);

	change_command(ioat.opened.device, 0, PCI_COMMAND_MASTER);
	*ioat_descriptor(&ioat, 0) = (struct ioat_descriptor){
		.size = 64,
		.control = IOAT_CONTROL_INT_EN,
		.src = buffers.source.iova,
		.dst = buffers.destination.iova,
		.next = ioat.ring.iova,
	};
	ioat_write64(&ioat, IOAT_CHAINADDR, ioat.ring.iova);
	ioat_write16(&ioat, IOAT_CHANCTRL, IOAT_CHANCTRL_INT_REARM);
	ioat_write16(&ioat, IOAT_DMACOUNT, 1);
	usleep(20000);
	EXPECT_EQ(buffers.destination.bytes[0] | buffers.destination.bytes[63], 0);
	EXPECT_EQ(event_count(ioat.eventfd), 0);
	change_command(ioat.opened.device, PCI_COMMAND_MASTER, 0);
	ioat_reset(&ioat);
	EXPECT_OK(copy(&ioat, &buffers, 1));
	expect_copied(&buffers);
}

TEST_ROUTES(ioat_context_closed, "DMA goes on after container or iommufd and group are closed: the device holds its "
				 "mappings")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);

	EXPECT_OK(close(ioat.opened.iommu));
	EXPECT_OK(copy(&ioat, &buffers, 1));
	expect_copied(&buffers);
	if (ioat.opened.group >= 0) {
		fill(buffers.source.bytes, buffers.bytes, 2);
		EXPECT_OK(ioctl(ioat.opened.group, VFIO_GROUP_UNSET_CONTAINER));
		EXPECT_OK(close(ioat.opened.group));
		EXPECT_OK(copy(&ioat, &buffers, 1));
		expect_copied(&buffers);
	}
}

TEST_ROUTES(ioat_unmapped_memory, "memory that was unmapped is out of the device's reach at once")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);
	uint64_t bytes = buffers.bytes;

	EXPECT_OK(copy(&ioat, &buffers, 1));
	expect_copied(&buffers);
	memset(buffers.destination.bytes, 0, buffers.bytes);
	EXPECT_OK(unmap_dma(&ioat.opened, buffers.destination.iova, &bytes));
	EXPECT_EQ(copy(&ioat, &buffers, 1), (uint64_t)-1);
	EXPECT_EQ(buffers.destination.bytes[0], 0);
	EXPECT_OK(map_dma(&ioat.opened, buffers.destination.bytes, buffers.destination.iova, buffers.bytes));
	EXPECT_OK(copy(&ioat, &buffers, 1));
	expect_copied(&buffers);
}

TEST_ROUTES(ioat_read_only_memory, "the device can read memory that is mapped for reading only, and not write it")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);
	uint64_t iova = ioat_unmapped(&ioat, PAGE);
	uint8_t *memory = new_memory(PAGE);

	if (ioat.opened.cdev) {
		struct iommu_ioas_map call = {
			.size = sizeof(call),
			.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE,
			.ioas_id = ioat.opened.ioas_id,
			.user_va = (uintptr_t)memory,
			.length = PAGE,
			.iova = iova,
		};

		EXPECT_OK(ioctl(ioat.opened.iommu, IOMMU_IOAS_MAP, &call));
	} else {
		EXPECT_OK(container_map(ioat.opened.iommu, VFIO_DMA_MAP_FLAG_READ, memory, iova, PAGE));
	}
	memset(memory, 0x77, PAGE);
	EXPECT_EQ(ioat_copy(&ioat, iova, buffers.source.iova, 64, 1, false), (uint64_t)-1);
	EXPECT_EQ(memory[0], 0x77);
	EXPECT_OK(ioat_copy(&ioat, buffers.destination.iova, iova, 64, 1, false));
	EXPECT_EQ(buffers.destination.bytes[63], 0x77);
}

TEST_DEVICES(ioat_detached, "after DETACH all DMA is blocked; after ATTACH it works again")
{
	const struct subject by_cdev = { .device = subject->device, .route = ROUTE_CDEV };
	struct ioat ioat = open_ioat(&by_cdev);
	struct buffers buffers = new_buffers(&ioat);
	uint32_t pt_id = ioat.opened.ioas_id;

	EXPECT_OK(detach_cdev(ioat.opened.device));
	EXPECT_EQ(copy(&ioat, &buffers, 1), (uint64_t)-1);
	EXPECT_EQ(buffers.destination.bytes[0], 0);
	EXPECT_OK(attach_cdev(ioat.opened.device, &pt_id));
	EXPECT_OK(copy(&ioat, &buffers, 1));
	expect_copied(&buffers);
}

TEST_DEVICES(ioat_replaced, "after an ATTACH to another IOAS the device sees the memory of that one")
{
	const struct subject by_cdev = { .device = subject->device, .route = ROUTE_CDEV };
	struct ioat ioat = open_ioat(&by_cdev);
	struct buffers buffers = new_buffers(&ioat);
	uint32_t other = new_ioas(ioat.opened.iommu), pt_id = other;
	uint8_t *elsewhere = new_memory(buffers.bytes);

	EXPECT_OK(ioas_map(ioat.opened.iommu, other, ioat.ring.bytes, ioat.ring.iova, PAGE));
	EXPECT_OK(ioas_map(ioat.opened.iommu, other, buffers.source.bytes, buffers.source.iova, buffers.bytes));
	EXPECT_OK(ioas_map(ioat.opened.iommu, other, elsewhere, buffers.destination.iova, buffers.bytes));
	EXPECT_OK(attach_cdev(ioat.opened.device, &pt_id));
	EXPECT_OK(copy(&ioat, &buffers, 1));
	EXPECT(memcmp(elsewhere, buffers.source.bytes, buffers.bytes) == 0);
	EXPECT_EQ(buffers.destination.bytes[0] | buffers.destination.bytes[1] | buffers.destination.bytes[2], 0);
}

TEST_ROUTES(ioat_function_reset, "RESET stops the channel: it is halted, its registers have their reset values, and "
				 "nothing lands later")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);

	if (!(device_info(ioat.opened.device).flags & VFIO_DEVICE_FLAGS_RESET))
		SKIP("the device has no function reset");
	*ioat_descriptor(&ioat, 0) = (struct ioat_descriptor){
		.size = (uint32_t)buffers.bytes,
		.src = buffers.source.iova,
		.dst = buffers.destination.iova,
		.next = ioat.ring.iova,
	};
	ioat_write64(&ioat, IOAT_CHAINADDR, ioat.ring.iova);
	ioat_write16(&ioat, IOAT_DMACOUNT, 0xffff);
	EXPECT_OK(ioctl(ioat.opened.device, VFIO_DEVICE_RESET));
	EXPECT_EQ(ioat_read64(&ioat, IOAT_CHANSTS), IOAT_HALTED);
	EXPECT_EQ(ioat_read8(&ioat, IOAT_INTRCTRL), 0);
	memset(buffers.destination.bytes, 0, buffers.bytes);
	usleep(20000);
	expect_zeros(&buffers.destination);
}

TEST_ROUTES(ioat_closed_while_busy, "close of a device that is busy stops its DMA before its mappings are released")
{
	struct ioat ioat = open_ioat(subject);
	struct buffers buffers = new_buffers(&ioat);

	*ioat_descriptor(&ioat, 0) = (struct ioat_descriptor){
		.size = (uint32_t)buffers.bytes,
		.src = buffers.source.iova,
		.dst = buffers.destination.iova,
		.next = ioat.ring.iova,
	};
	ioat_write64(&ioat, IOAT_CHAINADDR, ioat.ring.iova);
	ioat_write16(&ioat, IOAT_DMACOUNT, 0xffff);
	EXPECT_OK(munmap((void *)ioat.bar, region_info(ioat.opened.device, VFIO_PCI_BAR0_REGION_INDEX).size));
	close_device(&ioat.opened);
	memset(buffers.destination.bytes, 0, buffers.bytes);
	usleep(20000);
	expect_zeros(&buffers.destination);
}
