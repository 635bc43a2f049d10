/* SPDX-License-Identifier: MIT */
/*
 * Times MAP and UNMAP of single pages, each as a call of its own and in batches, turn by turn.
 *
 *   batch WARM_UPS ROUNDS SOCKET BATCHES IOCTLS [ENDPOINT]
 *
 * With an ENDPOINT the device is attached, so every MAP pins its page and fills the page table. Every round prints a line
 * with the nanoseconds of all its single MAPs, single UNMAPs, batched MAPs and batched UNMAPs, BATCHES times IOCTLS each;
 * the first WARM_UPS ones print nothing.
 * Exit status 77: with an endpoint, but the daemon cannot reach this process's memory.
 */
#include <errno.h>
#include <sys/mman.h>

#include "bench.h"
#include "iommufd_emu.h"
#include "iommufd_emu_uapi.h"

#define PAGE_BYTES 4096u
#define EXIT_LEFT_OUT 77

/* Above the interrupt window, a page apart so that no two areas are neighbours. */
#define IOVA_FIRST 0x100000000ull
#define IOVA_STEP (2 * PAGE_BYTES)

struct work {
	struct iommufd_emu *context;
	unsigned int ioctls;
	struct iommu_ioas_map *maps;
	struct iommu_ioas_unmap *unmaps;
	struct iommufd_emu_call *calls;
};

static void check(const char *what, int result)
{
	if (result < 0)
		fail(what, -result);
}

/* Results overwrite some fields, so every pass starts from fresh ones. */
static void reset(struct work *work, uint32_t ioas_id, uint8_t *memory)
{
	unsigned int i;

	for (i = 0; i < work->ioctls; i++) {
		work->maps[i] = (struct iommu_ioas_map){
			.size = sizeof(struct iommu_ioas_map),
			.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_READABLE,
			.ioas_id = ioas_id,
			.user_va = (uintptr_t)(memory + (size_t)i * PAGE_BYTES),
			.length = PAGE_BYTES,
			.iova = IOVA_FIRST + (uint64_t)i * IOVA_STEP,
		};
		work->unmaps[i] = (struct iommu_ioas_unmap){
			.size = sizeof(struct iommu_ioas_unmap),
			.ioas_id = ioas_id,
			.iova = IOVA_FIRST + (uint64_t)i * IOVA_STEP,
			.length = PAGE_BYTES,
		};
	}
}

static uint64_t single_ns(struct work *work, uint32_t request, void *structs, size_t struct_bytes)
{
	uint64_t start = now_ns();
	unsigned int i;

	for (i = 0; i < work->ioctls; i++)
		check("ioctl", iommufd_emu_ioctl(work->context, request, (uint8_t *)structs + i * struct_bytes));
	return now_ns() - start;
}

static uint64_t batch_ns(struct work *work, uint32_t request, void *structs, size_t struct_bytes)
{
	uint64_t start = now_ns();
	unsigned int i;

	for (i = 0; i < work->ioctls; i++) {
		work->calls[i].request = request;
		work->calls[i].argument = (uint8_t *)structs + i * struct_bytes;
	}
	check("batch", iommufd_emu_batch(work->context, work->calls, work->ioctls, true));
	start = now_ns() - start;
	for (i = 0; i < work->ioctls; i++)
		check("ioctl of a batch", work->calls[i].result);
	return start;
}

int main(int argc, char **argv)
{
	struct work work = { 0 };
	struct iommufd_emu_endpoint *endpoint = NULL;
	unsigned int warm_ups, rounds, batches, round, i;
	uint32_t ioas_id, device_id;
	const char *socket_path;
	uint8_t *memory;

	if (argc < 6)
		fail("usage: batch WARM_UPS ROUNDS SOCKET BATCHES IOCTLS [ENDPOINT]", 0);
	warm_ups = (unsigned int)atoi(argv[1]);
	rounds = (unsigned int)atoi(argv[2]);
	socket_path = argv[3];
	batches = (unsigned int)atoi(argv[4]);
	work.ioctls = (unsigned int)atoi(argv[5]);
	work.maps = calloc(work.ioctls, sizeof(*work.maps));
	work.unmaps = calloc(work.ioctls, sizeof(*work.unmaps));
	work.calls = calloc(work.ioctls, sizeof(*work.calls));
	memory = mmap(NULL, (size_t)work.ioctls * PAGE_BYTES, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	if (memory == MAP_FAILED)
		fail("mmap", errno);

	check("open", iommufd_emu_open(socket_path, NULL, &work.context));
	check("IOAS_ALLOC", iommufd_emu_ioas_alloc(work.context, &ioas_id));
	if (argc > 6) {
		if (!iommufd_emu_process_memory(work.context)) {
			fprintf(stderr, "the daemon cannot reach the memory of a client process\n");
			return EXIT_LEFT_OUT;
		}
		check("endpoint", iommufd_emu_endpoint_open(socket_path, argv[6], &endpoint));
		check("bind", iommufd_emu_endpoint_bind(endpoint, work.context, &device_id));
		check("attach", iommufd_emu_endpoint_attach(endpoint, ioas_id, NULL));
	}

	for (round = 0; round < warm_ups + rounds; round++) {
		uint64_t took[4] = { 0 };

		for (i = 0; i < batches; i++) {
			reset(&work, ioas_id, memory);
			took[0] += single_ns(&work, IOMMU_IOAS_MAP, work.maps, sizeof(*work.maps));
			took[1] += single_ns(&work, IOMMU_IOAS_UNMAP, work.unmaps, sizeof(*work.unmaps));
			reset(&work, ioas_id, memory);
			took[2] += batch_ns(&work, IOMMU_IOAS_MAP, work.maps, sizeof(*work.maps));
			took[3] += batch_ns(&work, IOMMU_IOAS_UNMAP, work.unmaps, sizeof(*work.unmaps));
		}
		if (round >= warm_ups)
			printf("%llu %llu %llu %llu\n", (unsigned long long)took[0], (unsigned long long)took[1],
			       (unsigned long long)took[2], (unsigned long long)took[3]);
	}
	if (endpoint)
		iommufd_emu_endpoint_close(endpoint);
	iommufd_emu_close(work.context);
	return 0;
}
