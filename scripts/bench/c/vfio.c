/* SPDX-License-Identifier: MIT */
/*
 * Times what a driver of an emulated IOAT does through VFIO, turn by turn with its yardsticks. Runs under the preload shim.
 *
 *   vfio WARM_UPS ROUNDS CALLS COPY_BYTES ADDRESS ECHO_SOCKET
 *
 * ADDRESS is that of the PCI function, ECHO_SOCKET that of a server that writes back what it reads. Every round prints a line
 * with nanoseconds for one of each: DESTROY of an object that is not there, a message there and back, pread and pwrite of a
 * register, load and store of a mapped one, interrupt, eventfd ping-pong between two threads; then for every kind of copy a
 * copy by the engine and one by memcpy. CALLS of each are made, and copies of COPY_BYTES in total, but at least one and at
 * most CALLS. The first WARM_UPS rounds print nothing. Registers and descriptors are named as in the datasheet.
 * Exit status 77: the daemon cannot reach this process's memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"
#include "iommufd_emu_uapi.h"

#define EXIT_LEFT_OUT 77
#define PAGE_BYTES 4096u
#define MIB (1024u * 1024u)

/* No object of a new context has it. */
#define MISSING_ID 0x7ffffff0u

/* As long as the frame of a read or write of a region, and its answer, are about. */
#define MESSAGE_BYTES 48

/* ---- registers and descriptors */

#define INTRCTRL 0x03
#define INTRCTRL_MSIX_VECTOR_CONTROL 0x08
#define CHANCTRL 0x80
#define CHANCTRL_INT_REARM 0x0001
#define CHANCMD 0x84
#define CHANCMD_RESET 0x20
#define DMACOUNT 0x86
#define CHANSTS 0x88
#define CHANSTS_IDLE 1u
#define CHAINADDR 0x90
#define CHANCMP 0x98
/* Can be written, without effect. */
#define CHANERRMASK 0xac

#define DESCRIPTOR_INT_EN 0x01u
#define DESCRIPTOR_COMPL_WRITE 0x08u
#define DESCRIPTOR_NULL 0x20u

#define COMMAND 0x04
#define COMMAND_MEMORY_AND_MASTER 0x0006

struct descriptor {
	uint32_t size;
	uint32_t control;
	uint64_t source, destination, next;
	uint64_t reserved[4];
};

/* ---- memory: what the device sees as one range */

#define IOVA 0x100000000ull
#define COPY_BYTES_MAX (16 * MIB)
#define SOURCE 0u
#define DESTINATION COPY_BYTES_MAX
#define RING (2 * COPY_BYTES_MAX)
#define WORD (RING + PAGE_BYTES)
#define MEMORY_BYTES (WORD + PAGE_BYTES)

/* How much at a time, and how many times for one store to DMACOUNT. */
static const struct kind {
	size_t bytes;
	unsigned int burst;
} kinds[] = {
	{ 4096, 1 }, { 4096, 32 }, { 64 * 1024, 1 }, { MIB, 1 }, { COPY_BYTES_MAX, 1 },
};

struct bench {
	int iommufd, echo, device, event;
	/* Of BAR 0 and the configuration space, in the device's file. */
	uint64_t bar_offset, config_offset;
	volatile uint8_t *bar;
	uint8_t *memory;
	unsigned int calls;
	size_t copy_bytes;
};

static void check(const char *what, long result)
{
	if (result < 0)
		fail(what, errno);
}

static void store16(const struct bench *bench, unsigned int offset, uint16_t value)
{
	*(volatile uint16_t *)(bench->bar + offset) = value;
}

static void store64(const struct bench *bench, unsigned int offset, uint64_t value)
{
	*(volatile uint64_t *)(bench->bar + offset) = value;
}

/* ---- the device */

static int open_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	check(path, fd);
	return fd;
}

static int open_group(const char *address)
{
	char link[128], target[256], path[64];
	ssize_t length;

	snprintf(link, sizeof(link), "/sys/bus/pci/devices/%s/iommu_group", address);
	length = readlink(link, target, sizeof(target) - 1);
	check(link, length);
	target[length] = 0;
	snprintf(path, sizeof(path), "/dev/vfio/%d", atoi(strrchr(target, '/') + 1));
	return open_file(path);
}

static struct vfio_region_info region(int device, uint32_t index)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = index };

	check("GET_REGION_INFO", ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &info));
	return info;
}

/* Vector 0 of MSI-X. */
static void take_interrupts(struct bench *bench)
{
	struct {
		struct vfio_irq_set set;
		int32_t event;
	} request = {
		.set = {
			.argsz = sizeof(request),
			.flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
			.index = VFIO_PCI_MSIX_IRQ_INDEX,
			.count = 1,
		},
	};

	bench->event = eventfd(0, EFD_CLOEXEC);
	check("eventfd", bench->event);
	request.event = bench->event;
	check("SET_IRQS", ioctl(bench->device, VFIO_DEVICE_SET_IRQS, &request));
}

/* A file in memory that is mapped shared, as DPDK's is. Returns false where the daemon cannot reach it. */
static bool map_memory(struct bench *bench, int container)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.iova = IOVA,
		.size = MEMORY_BYTES,
	};
	int file = memfd_create("bench", MFD_CLOEXEC);

	check("memfd_create", file);
	check("ftruncate", ftruncate(file, MEMORY_BYTES));
	bench->memory = mmap(NULL, MEMORY_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);
	if (bench->memory == MAP_FAILED)
		fail("mmap of memory", errno);
	memset(bench->memory, 1, COPY_BYTES_MAX);
	map.vaddr = (uintptr_t)bench->memory;
	if (!ioctl(container, VFIO_IOMMU_MAP_DMA, &map))
		return true;
	if (errno != EFAULT)
		fail("MAP_DMA", errno);
	return false;
}

static bool open_device(struct bench *bench, const char *address)
{
	uint16_t command = COMMAND_MEMORY_AND_MASTER;
	int container = open_file("/dev/vfio/vfio"), group = open_group(address);
	struct vfio_region_info bar;

	check("SET_CONTAINER", ioctl(group, VFIO_GROUP_SET_CONTAINER, &container));
	check("SET_IOMMU", ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU));
	bench->device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, address);
	check("GET_DEVICE_FD", bench->device);
	bar = region(bench->device, VFIO_PCI_BAR0_REGION_INDEX);
	bench->bar_offset = bar.offset;
	bench->config_offset = region(bench->device, VFIO_PCI_CONFIG_REGION_INDEX).offset;
	bench->bar = mmap(NULL, bar.size, PROT_READ | PROT_WRITE, MAP_SHARED, bench->device, (off_t)bar.offset);
	if (bench->bar == MAP_FAILED)
		fail("mmap of BAR 0", errno);
	check("COMMAND", pwrite(bench->device, &command, sizeof(command), (off_t)bench->config_offset + COMMAND));
	take_interrupts(bench);
	bench->bar[INTRCTRL] = INTRCTRL_MSIX_VECTOR_CONTROL;
	return map_memory(bench, container);
}

/* A channel that follows a ring of `count` descriptors, each with this as its content. */
static void follow_ring(const struct bench *bench, unsigned int count, struct descriptor content)
{
	struct descriptor *ring = (struct descriptor *)(bench->memory + RING);
	unsigned int i;

	for (i = 0; i < count; i++) {
		ring[i] = content;
		ring[i].next = IOVA + RING + (i + 1) % count * sizeof(*ring);
	}
	bench->bar[CHANCMD] = CHANCMD_RESET;
	store64(bench, CHAINADDR, IOVA + RING);
	store64(bench, CHANCMP, IOVA + WORD);
}

/* ---- calls: nanoseconds for one */

static double destroy_ns(const struct bench *bench)
{
	uint64_t start = now_ns();
	unsigned int i;

	for (i = 0; i < bench->calls; i++) {
		struct iommu_destroy argument = { .size = sizeof(argument), .id = MISSING_ID };

		if (!ioctl(bench->iommufd, IOMMU_DESTROY, &argument) || errno != ENOENT)
			fail("the destroy of a missing object", errno);
	}
	return (double)(now_ns() - start) / bench->calls;
}

static double echo_ns(const struct bench *bench)
{
	char message[MESSAGE_BYTES] = { 0 };
	uint64_t start = now_ns();
	unsigned int i;

	for (i = 0; i < bench->calls; i++) {
		ssize_t got = 0, part;

		check("send", send(bench->echo, message, sizeof(message), MSG_NOSIGNAL));
		for (; got < MESSAGE_BYTES; got += part) {
			part = recv(bench->echo, message, (size_t)(MESSAGE_BYTES - got), 0);
			if (part <= 0)
				fail("recv", part ? errno : ECONNRESET);
		}
	}
	return (double)(now_ns() - start) / bench->calls;
}

static double pread_ns(const struct bench *bench)
{
	off_t at = (off_t)bench->bar_offset + CHANERRMASK;
	uint64_t start = now_ns();
	unsigned int i;
	uint32_t value;

	for (i = 0; i < bench->calls; i++)
		if (pread(bench->device, &value, sizeof(value), at) != sizeof(value))
			fail("pread", errno);
	return (double)(now_ns() - start) / bench->calls;
}

static double pwrite_ns(const struct bench *bench)
{
	off_t at = (off_t)bench->bar_offset + CHANERRMASK;
	uint64_t start = now_ns();
	uint32_t i;

	for (i = 0; i < bench->calls; i++)
		if (pwrite(bench->device, &i, sizeof(i), at) != sizeof(i))
			fail("pwrite", errno);
	return (double)(now_ns() - start) / bench->calls;
}

static double load_ns(const struct bench *bench)
{
	const volatile uint32_t *mask = (const volatile uint32_t *)(bench->bar + CHANERRMASK);
	uint64_t start = now_ns();
	unsigned int i;

	for (i = 0; i < bench->calls; i++)
		(void)*mask;
	return (double)(now_ns() - start) / bench->calls;
}

static double store_ns(const struct bench *bench)
{
	volatile uint32_t *mask = (volatile uint32_t *)(bench->bar + CHANERRMASK);
	uint64_t start = now_ns();
	uint32_t i;

	for (i = 0; i < bench->calls; i++)
		*mask = i;
	return (double)(now_ns() - start) / bench->calls;
}

/* ---- interrupts: nanoseconds for one */

static uint64_t wait_for(int event)
{
	uint64_t count;

	if (read(event, &count, sizeof(count)) != sizeof(count))
		fail("read of an eventfd", errno);
	return count;
}

static void signal_event(int event)
{
	uint64_t one = 1;

	if (write(event, &one, sizeof(one)) != sizeof(one))
		fail("write of an eventfd", errno);
}

/* From the store that starts a descriptor without data to the return of the read; arming is not counted. */
static double interrupt_ns(const struct bench *bench)
{
	uint64_t total = 0;
	unsigned int i;

	follow_ring(bench, 1, (struct descriptor){ .control = DESCRIPTOR_NULL | DESCRIPTOR_INT_EN });
	for (i = 1; i <= bench->calls; i++) {
		uint64_t start;

		store16(bench, CHANCTRL, CHANCTRL_INT_REARM);
		start = now_ns();
		store16(bench, DMACOUNT, (uint16_t)i);
		if (wait_for(bench->event) != 1)
			fail("more than one interrupt", 0);
		total += now_ns() - start;
	}
	return (double)total / bench->calls;
}

struct table {
	int there, back;
	unsigned int calls;
};

static void *play(void *argument)
{
	const struct table *table = argument;
	unsigned int i;

	for (i = 0; i < table->calls; i++) {
		wait_for(table->there);
		signal_event(table->back);
	}
	return NULL;
}

static double ping_pong_ns(const struct bench *bench)
{
	struct table table = { eventfd(0, EFD_CLOEXEC), eventfd(0, EFD_CLOEXEC), bench->calls };
	pthread_t other;
	uint64_t start;
	unsigned int i;
	int error = pthread_create(&other, NULL, play, &table);

	if (error)
		fail("pthread_create", error);
	start = now_ns();
	for (i = 0; i < bench->calls; i++) {
		signal_event(table.there);
		wait_for(table.back);
	}
	start = now_ns() - start;
	pthread_join(other, NULL);
	close(table.there);
	close(table.back);
	return (double)start / bench->calls;
}

/* ---- copies: nanoseconds for one */

static unsigned int copies_of(const struct bench *bench, const struct kind *kind)
{
	size_t bursts = bench->copy_bytes / kind->bytes / kind->burst;

	if (bursts > bench->calls)
		bursts = bench->calls;
	return (unsigned int)(bursts ? bursts : 1) * kind->burst;
}

/*
 * What is not complete when the store to DMACOUNT returns is waited for with loads of CHANSTS: where daemon and program share
 * a processor, who looks at memory keeps the daemon from working.
 */
static double engine_ns(const struct bench *bench, const struct kind *kind)
{
	volatile uint64_t *word = (volatile uint64_t *)(bench->memory + WORD);
	uint64_t complete = (IOVA + RING + (kind->burst - 1) * sizeof(struct descriptor)) | CHANSTS_IDLE;
	unsigned int copies = copies_of(bench, kind), done;
	uint64_t start;

	follow_ring(bench, kind->burst,
		    (struct descriptor){
			    .size = (uint32_t)kind->bytes,
			    .control = DESCRIPTOR_COMPL_WRITE,
			    .source = IOVA + SOURCE,
			    .destination = IOVA + DESTINATION,
		    });
	start = now_ns();
	for (done = kind->burst; done <= copies; done += kind->burst) {
		*word = 0;
		store16(bench, DMACOUNT, (uint16_t)done);
		while (*word != complete)
			(void)*(volatile uint64_t *)(bench->bar + CHANSTS);
	}
	start = now_ns() - start;
	if (memcmp(bench->memory + DESTINATION, bench->memory + SOURCE, kind->bytes))
		fail("the engine copied something else", 0);
	return (double)start / copies;
}

static double memcpy_ns(const struct bench *bench, const struct kind *kind)
{
	unsigned int copies = copies_of(bench, kind), done;
	uint64_t start = now_ns();

	for (done = 0; done < copies; done++) {
		memcpy(bench->memory + DESTINATION, bench->memory + SOURCE, kind->bytes);
		/* Or the compiler may leave out all but one. */
		__asm__ volatile("" ::: "memory");
	}
	return (double)(now_ns() - start) / copies;
}

/* ---- rounds */

static int connected(const char *path)
{
	struct sockaddr_un address = socket_address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		fail(path, errno);
	return fd;
}

static void run_round(const struct bench *bench, bool counts)
{
	double took[8 + 2 * sizeof(kinds) / sizeof(kinds[0])];
	unsigned int i, columns = 0;

	took[columns++] = destroy_ns(bench);
	took[columns++] = echo_ns(bench);
	took[columns++] = pread_ns(bench);
	took[columns++] = pwrite_ns(bench);
	took[columns++] = load_ns(bench);
	took[columns++] = store_ns(bench);
	took[columns++] = interrupt_ns(bench);
	took[columns++] = ping_pong_ns(bench);
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		took[columns++] = engine_ns(bench, &kinds[i]);
		took[columns++] = memcpy_ns(bench, &kinds[i]);
	}
	for (i = 0; counts && i < columns; i++)
		printf("%.1f%c", took[i], i + 1 < columns ? ' ' : '\n');
}

int main(int argc, char **argv)
{
	enum { WARM_UPS = 1, ROUNDS, CALLS, COPY_BYTES, ADDRESS, ECHO_SOCKET, END };
	unsigned int warm_ups, rounds, round;
	struct bench bench = { 0 };

	if (argc != END)
		fail("usage: vfio WARM_UPS ROUNDS CALLS COPY_BYTES ADDRESS ECHO_SOCKET", 0);
	warm_ups = (unsigned int)atoi(argv[WARM_UPS]);
	rounds = (unsigned int)atoi(argv[ROUNDS]);
	bench.calls = (unsigned int)atoi(argv[CALLS]);
	bench.copy_bytes = (size_t)atol(argv[COPY_BYTES]);
	bench.iommufd = open_file("/dev/iommu");
	bench.echo = connected(argv[ECHO_SOCKET]);
	if (!open_device(&bench, argv[ADDRESS])) {
		fprintf(stderr, "the daemon cannot reach the memory of a client process\n");
		return EXIT_LEFT_OUT;
	}
	for (round = 0; round < warm_ups + rounds; round++)
		run_round(&bench, round >= warm_ups);
	return 0;
}
