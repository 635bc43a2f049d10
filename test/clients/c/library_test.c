/*
 * The C library against a running daemon, at IOMMUFD_EMU_SOCKET: every call of the public header, its errors, batches,
 * pipelines, regions and endpoints. The sanitizer build runs the same tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "iommufd_emu_uapi.h"

#include "iommufd_emu.h"

#define PAGE 4096u
#define RW (IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE)
#define FIXED IOMMU_IOAS_MAP_FIXED_IOVA

/* Endpoints of the default topology; they are in groups of their own. */
#define ENDPOINT "dma0"
#define OTHER_ENDPOINT "dma1"

static _Alignas(4096) uint8_t memory[16 * PAGE];

static int open_context(void **state)
{
	struct iommufd_emu *context = NULL;
	int error = iommufd_emu_open(NULL, NULL, &context);

	*state = context;
	return error;
}

static int close_context(void **state)
{
	return iommufd_emu_close(*state) < 0;
}

static uint32_t new_ioas(struct iommufd_emu *context)
{
	uint32_t id = 0;

	assert_int_equal(iommufd_emu_ioas_alloc(context, &id), 0);
	return id;
}

static void contexts_are_independent_and_close_releases(void **state)
{
	struct iommufd_emu *one, *two;
	struct iommufd_emu_token token;

	(void)state;
	assert_int_equal(iommufd_emu_open(NULL, NULL, &one), 0);
	assert_int_equal(iommufd_emu_open(NULL, "/dev/iommu", &two), 0);
	assert_int_equal(new_ioas(one), 1);
	assert_int_equal(new_ioas(two), 1);
	iommufd_emu_token(one, &token);
	assert_true(token.length >= 16);
	assert_int_equal(iommufd_emu_close(one), 1);
	assert_int_equal(iommufd_emu_join(NULL, &token, false, &one), -EBADF);
	assert_int_equal(iommufd_emu_close(two), 1);
	assert_int_equal(iommufd_emu_close(NULL), 0);
}

static void a_joined_context_shares_and_may_hold(void **state)
{
	struct iommufd_emu *first, *guest, *holder;
	struct iommufd_emu_token token;
	uint32_t id;

	(void)state;
	assert_int_equal(iommufd_emu_open(NULL, NULL, &first), 0);
	iommufd_emu_token(first, &token);
	assert_int_equal(iommufd_emu_join(NULL, &token, false, &guest), 0);
	assert_int_equal(iommufd_emu_join(NULL, &token, true, &holder), 0);
	assert_int_equal(new_ioas(first), 1);
	assert_int_equal(new_ioas(guest), 2);
	assert_int_equal(iommufd_emu_close(first), 0);
	assert_int_equal(new_ioas(guest), 3);
	assert_int_equal(iommufd_emu_close(holder), 1);
	assert_int_equal(iommufd_emu_ioas_alloc(guest, &id), -EBADF);
	assert_int_equal(iommufd_emu_close(guest), 0);
}

static void opening_what_is_not_there_fails(void **state)
{
	struct iommufd_emu *context;
	char text[300];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = 0;
	assert_int_equal(iommufd_emu_open("/nonexistent/socket", NULL, &context), -ENOENT);
	assert_int_equal(iommufd_emu_open(text, NULL, &context), -ENAMETOOLONG);
	assert_true(iommufd_emu_open(NULL, "/dev/nothing", &context) < 0);
}

static void ioctl_takes_any_request_and_any_pointer(void **state)
{
	struct iommu_ioas_alloc call = { .size = sizeof(call) };

	assert_int_equal(iommufd_emu_ioctl(*state, IOMMU_IOAS_ALLOC, &call), 0);
	assert_int_equal(call.out_ioas_id, 1);
	assert_int_equal(iommufd_emu_ioctl(*state, IOMMU_IOAS_ALLOC, NULL), -EFAULT);
	assert_int_equal(iommufd_emu_ioctl(*state, 0x3b7f, NULL), -ENOTTY);
	call.flags = 1;
	assert_int_equal(iommufd_emu_ioctl(*state, IOMMU_IOAS_ALLOC, &call), -EOPNOTSUPP);
}

static void destroy_frees_the_id(void **state)
{
	uint32_t id = new_ioas(*state);

	assert_int_equal(iommufd_emu_destroy(*state, id), 0);
	assert_int_equal(iommufd_emu_destroy(*state, id), -ENOENT);
	assert_int_equal(new_ioas(*state), id);
}

static void ranges_are_read_and_allowed(void **state)
{
	struct iommufd_emu_range ranges[2] = { { 0x4000, 0x4fff }, { 0x8000, 0x9fff } };
	uint32_t ioas = new_ioas(*state), count;
	uint64_t alignment, iova;

	assert_int_equal(iommufd_emu_allow_iovas(*state, ioas, ranges, 2), 0);
	assert_int_equal(iommufd_emu_map(*state, ioas, RW, memory, 2 * PAGE, &iova), 0);
	assert_int_equal(iova, 0x8000);
	count = 2;
	assert_int_equal(iommufd_emu_iova_ranges(*state, ioas, ranges, &count, &alignment), 0);
	assert_int_equal(count, 1);
	assert_true(ranges[0].start == 0 && ranges[0].last == UINT64_MAX);
	assert_int_equal(alignment, 1);
	count = 0;
	assert_int_equal(iommufd_emu_iova_ranges(*state, ioas, NULL, &count, NULL), -EMSGSIZE);
	assert_int_equal(count, 1);
	assert_int_equal(iommufd_emu_iova_ranges(*state, 99, NULL, &count, NULL), -ENOENT);
	assert_int_equal(iommufd_emu_allow_iovas(*state, ioas, (void *)16, 1), -EFAULT);
}

static void map_copy_and_unmap(void **state)
{
	uint32_t ioas = new_ioas(*state), other = new_ioas(*state);
	uint64_t iova = 0x100000, copy = 0, unmapped;

	assert_int_equal(iommufd_emu_map(*state, ioas, RW | FIXED, memory, 4 * PAGE, &iova), 0);
	assert_int_equal(iommufd_emu_map(*state, ioas, RW | FIXED, memory, PAGE, &iova), -EEXIST);
	assert_int_equal(iommufd_emu_copy(*state, ioas, iova + PAGE, PAGE, other, RW, &copy), 0);
	assert_true(copy != 0);
	assert_int_equal(iommufd_emu_copy(*state, ioas, 0, PAGE, other, RW, &copy), -ENOENT);
	assert_int_equal(iommufd_emu_unmap(*state, ioas, iova + PAGE, PAGE, &unmapped), -ENOENT);
	assert_int_equal(iommufd_emu_unmap(*state, ioas, 0, UINT64_MAX, &unmapped), 0);
	assert_int_equal(unmapped, 4 * PAGE);
	assert_int_equal(iommufd_emu_unmap(*state, other, copy, PAGE, NULL), 0);
}

static int memory_file(size_t bytes)
{
	int fd = memfd_create("library-test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)bytes), 0);
	return fd;
}

static void map_file_takes_a_descriptor_of_this_process(void **state)
{
	uint32_t ioas = new_ioas(*state);
	int fd = memory_file(4 * PAGE);
	uint64_t iova;

	assert_int_equal(iommufd_emu_map_file(*state, ioas, RW, fd, PAGE, 2 * PAGE, &iova), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(iommufd_emu_map_file(*state, ioas, RW, fd, PAGE, 2 * PAGE, &iova), -EBADF);
}

static void options(void **state)
{
	uint32_t ioas = new_ioas(*state);
	uint64_t value = 7;

	assert_int_equal(iommufd_emu_option_get(*state, IOMMU_OPTION_HUGE_PAGES, ioas, &value), 0);
	assert_int_equal(value, 1);
	assert_int_equal(iommufd_emu_option_set(*state, IOMMU_OPTION_HUGE_PAGES, ioas, 0), 0);
	assert_int_equal(iommufd_emu_option_get(*state, IOMMU_OPTION_HUGE_PAGES, ioas, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(iommufd_emu_option_get(*state, IOMMU_OPTION_RLIMIT_MODE, 0, &value), 0);
	assert_int_equal(iommufd_emu_option_get(*state, 99, 0, &value), -EOPNOTSUPP);
}

static void vfio_ioas(void **state)
{
	uint32_t ioas = new_ioas(*state), got;

	assert_int_equal(iommufd_emu_vfio_ioas_get(*state, &got), -ENODEV);
	assert_int_equal(iommufd_emu_vfio_ioas_set(*state, ioas), 0);
	assert_int_equal(iommufd_emu_vfio_ioas_get(*state, &got), 0);
	assert_int_equal(got, ioas);
	assert_int_equal(iommufd_emu_vfio_ioas_clear(*state), 0);
	assert_int_equal(iommufd_emu_vfio_ioas_get(*state, &got), -ENODEV);
}

static void change_process(void **state)
{
	uint32_t ioas = new_ioas(*state);
	uint64_t iova;

	assert_int_equal(iommufd_emu_change_process(*state), 0);
	assert_int_equal(iommufd_emu_map(*state, ioas, RW, memory, PAGE, &iova), 0);
	assert_int_equal(iommufd_emu_change_process(*state), -EINVAL);
}

/* ---- many at a time */

#define MANY 3000

static struct iommu_ioas_map map_call(uint32_t ioas, size_t index)
{
	struct iommu_ioas_map call = {
		.size = sizeof(call),
		.flags = RW | FIXED,
		.ioas_id = ioas,
		.user_va = (uintptr_t)memory,
		.length = PAGE,
		.iova = (index + 1) * PAGE,
	};

	return call;
}

static void a_batch_longer_than_a_frame_runs_whole(void **state)
{
	/* More than fit into one send buffer. */
	static struct iommu_ioas_map maps[3 * MANY];
	static struct iommufd_emu_call calls[3 * MANY];
	uint32_t ioas = new_ioas(*state);
	uint64_t unmapped;
	size_t i;

	for (i = 0; i < 3 * MANY; i++) {
		maps[i] = map_call(ioas, i);
		calls[i] = (struct iommufd_emu_call){ .request = IOMMU_IOAS_MAP, .argument = &maps[i], .result = 1 };
	}
	assert_int_equal(iommufd_emu_batch(*state, calls, 3 * MANY, false), 3 * MANY);
	for (i = 0; i < 3 * MANY; i++)
		assert_int_equal(calls[i].result, 0);
	assert_int_equal(iommufd_emu_unmap(*state, ioas, 0, UINT64_MAX, &unmapped), 0);
	assert_int_equal(unmapped, 3ull * MANY * PAGE);
	assert_int_equal(iommufd_emu_batch(*state, calls, 0, false), 0);
}

static void a_batch_stops_at_an_error_if_asked_to(void **state)
{
	struct iommu_ioas_alloc allocs[3] = { { .size = sizeof(*allocs) },
					      { .size = sizeof(*allocs), .flags = 1 },
					      { .size = sizeof(*allocs) } };
	struct iommufd_emu_call calls[4];
	size_t i;

	for (i = 0; i < 3; i++)
		calls[i] = (struct iommufd_emu_call){ .request = IOMMU_IOAS_ALLOC, .argument = &allocs[i] };
	calls[3] = (struct iommufd_emu_call){ .request = IOMMU_IOAS_ALLOC, .argument = NULL };
	assert_int_equal(iommufd_emu_batch(*state, calls, 3, true), 2);
	assert_int_equal(calls[0].result, 0);
	assert_int_equal(allocs[0].out_ioas_id, 1);
	assert_int_equal(calls[1].result, -EOPNOTSUPP);
	assert_int_equal(calls[2].result, -ECANCELED);
	assert_int_equal(iommufd_emu_batch(*state, calls, 4, false), 4);
	assert_int_equal(calls[2].result, 0);
	assert_int_equal(allocs[2].out_ioas_id, 3);
	assert_int_equal(calls[3].result, -EFAULT);
}

static void a_pipeline_completes_in_order(void **state)
{
	static struct iommu_ioas_map maps[IOMMUFD_EMU_IN_FLIGHT_MAX];
	uint32_t ioas = new_ioas(*state), id;
	int result = 1, round;
	size_t i;

	assert_int_equal(iommufd_emu_complete(*state, &result), -ENOENT);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < IOMMUFD_EMU_IN_FLIGHT_MAX; i++) {
			maps[i] = map_call(ioas, i);
			assert_int_equal(iommufd_emu_submit(*state, IOMMU_IOAS_MAP, &maps[i]), 0);
		}
		assert_int_equal(iommufd_emu_submit(*state, IOMMU_IOAS_MAP, &maps[0]), -EAGAIN);
		assert_int_equal(iommufd_emu_in_flight(*state), IOMMUFD_EMU_IN_FLIGHT_MAX);
		assert_int_equal(iommufd_emu_ioas_alloc(*state, &id), -EBUSY);
		for (i = 0; i < IOMMUFD_EMU_IN_FLIGHT_MAX; i++) {
			assert_int_equal(iommufd_emu_complete(*state, &result), 0);
			assert_int_equal(result, round ? -EEXIST : 0);
		}
	}
	assert_int_equal(new_ioas(*state), ioas + 1);
}

static void a_pipeline_of_long_calls_does_not_block_itself(void **state)
{
	/* Sends and answers that both exceed what sockets buffer. */
	static uint8_t long_struct[60000];
	uint32_t size = sizeof(long_struct);
	int result = 1, i;

	memcpy(long_struct, &size, sizeof(size));
	for (i = 0; i < 200; i++)
		assert_int_equal(iommufd_emu_submit(*state, IOMMU_IOAS_ALLOC, long_struct), 0);
	for (i = 0; i < 200; i++) {
		assert_int_equal(iommufd_emu_complete(*state, &result), 0);
		assert_int_equal(result, 0);
	}
}

static void closing_with_calls_in_flight_is_fine(void **state)
{
	struct iommu_ioas_alloc call = { .size = sizeof(call) };
	struct iommufd_emu *context;

	(void)state;
	assert_int_equal(iommufd_emu_open(NULL, NULL, &context), 0);
	assert_int_equal(iommufd_emu_submit(context, IOMMU_IOAS_ALLOC, &call), 0);
	assert_int_equal(iommufd_emu_submit(context, IOMMU_IOAS_ALLOC, &call), 0);
	assert_int_equal(iommufd_emu_close(context), 1);
}

/* ---- endpoints and regions */

struct machine {
	struct iommufd_emu_endpoint *endpoint;
	uint32_t device, ioas, hwpt;
};

static struct machine attach(struct iommufd_emu *context, const char *name)
{
	struct machine machine = { .ioas = new_ioas(context) };

	assert_int_equal(iommufd_emu_endpoint_open(NULL, name, &machine.endpoint), 0);
	assert_int_equal(iommufd_emu_endpoint_bind(machine.endpoint, context, &machine.device), 0);
	assert_int_equal(iommufd_emu_endpoint_attach(machine.endpoint, machine.ioas, &machine.hwpt), 0);
	assert_true(machine.device && machine.hwpt && machine.device != machine.hwpt);
	return machine;
}

static void detach(struct machine *machine)
{
	assert_int_equal(iommufd_emu_endpoint_detach(machine->endpoint), 0);
	assert_true(iommufd_emu_endpoint_close(machine->endpoint) >= 0);
}

/* A megabyte of this process's memory is too much for one frame of the library, so that DMA goes in pieces. */
#define LONG_DMA (1024u * 1024)

static void dma_moves_bytes_of_this_process(void **state)
{
	uint8_t *target = mmap(NULL, LONG_DMA, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *data = malloc(LONG_DMA);
	struct machine machine;
	struct iommufd_emu_dma dma;
	uint64_t iova = 0x200000;
	size_t i;

	if (!iommufd_emu_process_memory(*state)) {
		munmap(target, LONG_DMA);
		free(data);
		skip();
	}
	machine = attach(*state, ENDPOINT);
	for (i = 0; i < LONG_DMA; i++)
		data[i] = (uint8_t)(i * 7 + i / 256);
	assert_int_equal(iommufd_emu_map(*state, machine.ioas, RW | FIXED, target, LONG_DMA, &iova), 0);
	assert_int_equal(iommufd_emu_dma_write(machine.endpoint, iova + 1, data, LONG_DMA - 1, &dma), 0);
	assert_int_equal(dma.transferred, LONG_DMA - 1);
	assert_false(dma.faulted);
	assert_memory_equal(target + 1, data, LONG_DMA - 1);
	memset(data, 0, LONG_DMA);
	assert_int_equal(iommufd_emu_dma_read(machine.endpoint, iova, data, LONG_DMA, NULL), 0);
	assert_memory_equal(target, data, LONG_DMA);
	assert_int_equal(iommufd_emu_dma_fill(machine.endpoint, iova, PAGE, 0x5a, &dma), 0);
	assert_int_equal(iommufd_emu_dma_copy(machine.endpoint, iova, iova + 8 * PAGE, PAGE, &dma), 0);
	assert_int_equal(target[8 * PAGE + 100], 0x5a);
	assert_int_equal(iommufd_emu_dma_read(machine.endpoint, iova, data, 0, NULL), -EINVAL);
	assert_int_equal(iommufd_emu_dma_read(machine.endpoint, UINT64_MAX, data, 2, NULL), -EINVAL);
	detach(&machine);
	munmap(target, LONG_DMA);
	free(data);
}

static void a_fault_comes_with_its_record(void **state)
{
	struct machine machine = attach(*state, ENDPOINT);
	struct iommufd_emu_fault faults[4];
	struct iommufd_emu_dma dma;
	uint64_t lost = 99;
	uint8_t byte = 1;

	assert_true(iommufd_emu_endpoint_faults(machine.endpoint, NULL, 0, true, NULL) >= 0);
	assert_int_equal(iommufd_emu_dma_write(machine.endpoint, 0x1234567, &byte, 1, &dma), -EIO);
	assert_true(dma.faulted && dma.fault.write);
	assert_int_equal(dma.transferred, 0);
	assert_int_equal(dma.fault.address, 0x1234567);
	assert_int_equal(dma.fault.requester_id, 4 << 3);
	assert_true(dma.fault.number > 0 && dma.fault.reason && dma.fault.name[0]);
	assert_int_equal(iommufd_emu_endpoint_faults(machine.endpoint, faults, 4, true, &lost), 1);
	assert_int_equal(lost, 0);
	assert_int_equal(faults[0].number, dma.fault.number);
	assert_string_equal(faults[0].name, dma.fault.name);
	assert_int_equal(iommufd_emu_endpoint_faults(machine.endpoint, faults, 4, false, NULL), 0);
	detach(&machine);
}

static void hwpts_and_hardware_information(void **state)
{
	struct machine machine = attach(*state, ENDPOINT);
	uint32_t hwpt, length, type;
	uint64_t capabilities;
	uint8_t information[64];
	int result;

	assert_int_equal(iommufd_emu_hwpt_alloc(*state, machine.device, machine.ioas, 0, &hwpt), 0);
	assert_int_equal(iommufd_emu_endpoint_attach(machine.endpoint, hwpt, NULL), 0);
	assert_int_equal(iommufd_emu_destroy(*state, hwpt), -EBUSY);
	result = iommufd_emu_get_hw_info(*state, machine.device, information, sizeof(information), &length, &type,
					 &capabilities);
	assert_int_equal(result, 0);
	assert_int_equal(type, IOMMU_HW_INFO_TYPE_INTEL_VTD);
	assert_true(length > 0);
	assert_int_equal(iommufd_emu_get_hw_info(*state, 99, NULL, 0, NULL, NULL, NULL), -ENOENT);
	detach(&machine);
	assert_int_equal(iommufd_emu_destroy(*state, hwpt), 0);
}

static void endpoint_errors(void **state)
{
	struct iommufd_emu_endpoint *endpoint, *again;
	uint32_t device;

	assert_int_equal(iommufd_emu_endpoint_open(NULL, "no-such-endpoint", &endpoint), -ENOENT);
	assert_int_equal(iommufd_emu_endpoint_open(NULL, OTHER_ENDPOINT, &endpoint), 0);
	assert_true(iommufd_emu_endpoint_attach(endpoint, 1, NULL) < 0);
	assert_int_equal(iommufd_emu_endpoint_bind(endpoint, *state, &device), 0);
	if (!iommufd_emu_endpoint_open(NULL, OTHER_ENDPOINT, &again)) {
		assert_true(iommufd_emu_endpoint_bind(again, *state, &device) < 0);
		iommufd_emu_endpoint_close(again);
	}
	assert_true(iommufd_emu_endpoint_attach(endpoint, 12345, NULL) < 0);
	assert_true(iommufd_emu_endpoint_close(endpoint) >= 0);
}

/* An address where this process has nothing, so only the region can be what is mapped. */
#define REGION ((uint64_t)0x123400000000)

static void check_region(struct iommufd_emu *context, int fd)
{
	struct machine machine = attach(context, ENDPOINT);
	uint64_t iova = 0x10000;
	char text[8] = { 0 };

	assert_int_equal(iommufd_emu_map(context, machine.ioas, RW | FIXED, (void *)REGION, 4 * PAGE, &iova), 0);
	assert_int_equal(iommufd_emu_dma_write(machine.endpoint, iova + 10, "region", 6, NULL), 0);
	assert_int_equal(pread(fd, text, 6, PAGE + 10), 6);
	assert_string_equal(text, "region");
	detach(&machine);
	assert_int_equal(iommufd_emu_destroy(context, machine.ioas), 0);
	assert_int_equal(iommufd_emu_region_remove(context, REGION), 0);
	assert_true(iommufd_emu_region_remove(context, REGION) < 0);
}

static void a_region_on_a_path(void **state)
{
	char path[] = "/dev/shm/iommufd-emu-library-test-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 8 * PAGE), 0);
	assert_int_equal(iommufd_emu_region_add_path(*state, REGION, 4 * PAGE, path, PAGE, true), 0);
	assert_true(iommufd_emu_region_add_path(*state, REGION, 4 * PAGE, path, PAGE, true) < 0);
	assert_int_equal(unlink(path), 0);
	check_region(*state, fd);
	close(fd);
}

static void a_region_on_a_descriptor(void **state)
{
	int fd = memory_file(8 * PAGE);
	int error = iommufd_emu_region_add_fd(*state, REGION, 4 * PAGE, fd, PAGE, true);

	if (error == -EOPNOTSUPP) {
		close(fd);
		skip();
	}
	assert_int_equal(error, 0);
	check_region(*state, fd);
	close(fd);
}

static void a_child_joins_what_its_parent_opened(void **state)
{
	struct iommufd_emu_token token;
	pid_t child;
	int status;

	iommufd_emu_token(*state, &token);
	assert_int_equal(new_ioas(*state), 1);
	child = fork();
	if (!child) {
		struct iommufd_emu *joined;
		uint32_t id = 0;

		if (iommufd_emu_join(NULL, &token, false, &joined) || iommufd_emu_ioas_alloc(joined, &id))
			_exit(1);
		_exit(id == 2 ? 0 : 2);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(new_ioas(*state), 3);
}

static void status_is_json(void **state)
{
	char *json = NULL;

	(void)state;
	assert_int_equal(iommufd_emu_status(NULL, &json), 0);
	assert_int_equal(json[0], '{');
	assert_int_equal(json[strlen(json) - 1], '}');
	free(json);
}

static void a_refused_connection_says_why(void **state)
{
	struct iommufd_emu_token token = { .length = 1 };
	struct iommufd_emu *context;

	/* A token that is too short is against the protocol. */
	(void)state;
	assert_int_equal(iommufd_emu_join(NULL, &token, false, &context), -EPROTO);
	token.length = sizeof(token.bytes) + 1;
	assert_int_equal(iommufd_emu_join(NULL, &token, false, &context), -EINVAL);
	assert_int_equal(iommufd_emu_open(NULL, NULL, &context), 0);
	assert_string_equal(iommufd_emu_refusal(context), "");
	assert_int_equal(iommufd_emu_close(context), 1);
}

#define WITH_CONTEXT(test) cmocka_unit_test_setup_teardown(test, open_context, close_context)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(contexts_are_independent_and_close_releases),
		cmocka_unit_test(a_joined_context_shares_and_may_hold),
		cmocka_unit_test(opening_what_is_not_there_fails),
		WITH_CONTEXT(ioctl_takes_any_request_and_any_pointer),
		WITH_CONTEXT(destroy_frees_the_id),
		WITH_CONTEXT(ranges_are_read_and_allowed),
		WITH_CONTEXT(map_copy_and_unmap),
		WITH_CONTEXT(map_file_takes_a_descriptor_of_this_process),
		WITH_CONTEXT(options),
		WITH_CONTEXT(vfio_ioas),
		WITH_CONTEXT(change_process),
		WITH_CONTEXT(a_batch_longer_than_a_frame_runs_whole),
		WITH_CONTEXT(a_batch_stops_at_an_error_if_asked_to),
		WITH_CONTEXT(a_pipeline_completes_in_order),
		WITH_CONTEXT(a_pipeline_of_long_calls_does_not_block_itself),
		cmocka_unit_test(closing_with_calls_in_flight_is_fine),
		WITH_CONTEXT(dma_moves_bytes_of_this_process),
		WITH_CONTEXT(a_fault_comes_with_its_record),
		WITH_CONTEXT(hwpts_and_hardware_information),
		WITH_CONTEXT(endpoint_errors),
		WITH_CONTEXT(a_region_on_a_path),
		WITH_CONTEXT(a_region_on_a_descriptor),
		WITH_CONTEXT(a_child_joins_what_its_parent_opened),
		cmocka_unit_test(status_is_json),
		cmocka_unit_test(a_refused_connection_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
