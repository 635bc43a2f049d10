/*
 * One ioctl on its way and back: memory that is not there gives short counts and no signals, the struct and what it
 * names go along, and what a daemon writes lands inside the windows of the call or nowhere. The sanitizer build runs
 * the same tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "call.h"
#include "ioctl_table.h"
#include "iommufd_emu_uapi.h"
#include "memory.h"
#include "messages.h"

#define PAGE 4096u

/* Pages with the protections given; the page after the last is not mapped. */
static uint8_t *pages(size_t count, const int *protections)
{
	uint8_t *memory = mmap(NULL, (count + 1) * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	assert_true(memory != MAP_FAILED);
	assert_int_equal(munmap(memory + count * PAGE, PAGE), 0);
	for (i = 0; i < count; i++)
		assert_int_equal(mprotect(memory + i * PAGE, PAGE, protections[i]), 0);
	return memory;
}

static uint64_t address_of(const void *memory)
{
	return (uintptr_t)memory;
}

static void memory_is_read_up_to_the_first_bad_page(void **state)
{
	static const int protections[] = { PROT_READ | PROT_WRITE, PROT_READ, PROT_NONE };
	uint8_t *memory = pages(3, protections), copy[3 * PAGE];

	(void)state;
	memory[PAGE - 1] = 9;
	assert_int_equal(emu_memory_read(copy, address_of(memory) + PAGE - 1, 2 * PAGE), PAGE + 1);
	assert_int_equal(copy[0], 9);
	assert_int_equal(emu_memory_read(copy, address_of(memory) + 2 * PAGE, 1), 0);
	assert_int_equal(emu_memory_read(copy, 0, 4), 0);
	assert_int_equal(emu_memory_read(copy, UINT64_MAX - 3, 16), 0);
	munmap(memory, 3 * PAGE);
}

static void memory_is_writable_up_to_the_first_read_only_page_and_keeps_its_content(void **state)
{
	static const int protections[] = { PROT_READ | PROT_WRITE, PROT_READ | PROT_WRITE, PROT_READ };
	uint8_t *memory = pages(3, protections);

	(void)state;
	memory[PAGE] = 5;
	assert_int_equal(emu_memory_writable(address_of(memory) + 100, 3 * PAGE), 2 * PAGE - 100);
	assert_int_equal(emu_memory_writable(address_of(memory) + 100, 50), 50);
	assert_int_equal(emu_memory_writable(address_of(memory) + 2 * PAGE, 1), 0);
	assert_int_equal(emu_memory_writable(0, 8), 0);
	assert_int_equal(emu_memory_write(address_of(memory) + 2 * PAGE, "x", 1), 0);
	assert_int_equal(memory[PAGE], 5);
	munmap(memory, 3 * PAGE);
}

/* ---- ioctls */

/* The Ioctl message for a call, with the windows kept. */
static struct emu_bytes message_of(const struct emu_caller *caller, uint8_t *buffer, size_t capacity, uint32_t request,
				   const void *argument, struct emu_call *call)
{
	struct emu_writer writer;

	emu_writer_init(&writer, buffer, capacity);
	emu_put_ioctl(&writer, request, address_of(argument), caller, call);
	assert_false(writer.overflow);
	return (struct emu_bytes){ buffer, emu_written(&writer) };
}

/* The same of a caller whose descriptors are none of the daemon's. */
static struct emu_bytes ioctl_message(uint8_t *buffer, size_t capacity, uint32_t request, const void *argument,
				      struct emu_call *call)
{
	static const struct emu_caller caller = { .process_memory = true };

	return message_of(&caller, buffer, capacity, request, argument, call);
}

static void an_ioctl_carries_its_struct_and_what_its_pointer_names(void **state)
{
	struct iommu_iova_range ranges[2] = { { 1, 2 }, { 3, 4 } };
	struct iommu_ioas_allow_iovas argument = { .size = sizeof(argument), .num_iovas = 2 };
	struct emu_bytes message, last;
	uint8_t buffer[1024];
	struct emu_call call;

	(void)state;
	argument.allowed_iovas = address_of(ranges);
	message = ioctl_message(buffer, sizeof(buffer), IOMMU_IOAS_ALLOW_IOVAS, &argument, &call);
	assert_int_equal(emu_get_varint(message, EMU_IOCTL_REQUEST), IOMMU_IOAS_ALLOW_IOVAS);
	assert_true(emu_get_varint(message, EMU_IOCTL_ARGUMENT) == address_of(&argument));
	last = emu_get_bytes(message, EMU_IOCTL_READABLE);
	assert_true(emu_get_varint(last, EMU_SEGMENT_ADDRESS) == address_of(ranges));
	assert_int_equal(emu_get_bytes(last, EMU_SEGMENT_DATA).length, sizeof(ranges));
	assert_memory_equal(emu_get_bytes(last, EMU_SEGMENT_DATA).data, ranges, sizeof(ranges));
	/* Array and struct are only read. */
	assert_int_equal(call.count, 0);
}

static void a_struct_that_may_be_written_has_a_window(void **state)
{
	struct iommu_ioas_alloc argument = { .size = sizeof(argument) };
	uint8_t buffer[1024];
	struct emu_call call;

	(void)state;
	ioctl_message(buffer, sizeof(buffer), IOMMU_IOAS_ALLOC, &argument, &call);
	assert_int_equal(call.count, 1);
	assert_true(call.windows[0].address == address_of(&argument));
	assert_int_equal(call.windows[0].length, sizeof(argument));
}

static void an_ioctl_on_a_bad_pointer_carries_nothing(void **state)
{
	struct emu_bytes message;
	uint8_t buffer[1024];
	struct emu_call call;

	(void)state;
	message = ioctl_message(buffer, sizeof(buffer), IOMMU_IOAS_ALLOC, NULL, &call);
	assert_int_equal(emu_get_bytes(message, EMU_IOCTL_READABLE).length, 0);
	assert_int_equal(call.count, 0);
}

static void an_ioctl_by_value_reads_no_memory(void **state)
{
	uint32_t readable = 24;
	struct emu_bytes message;
	uint8_t buffer[1024];
	struct emu_call call;

	(void)state;
	message = ioctl_message(buffer, sizeof(buffer), 0x3b65, &readable, &call);
	assert_int_equal(emu_get_bytes(message, EMU_IOCTL_READABLE).length, 0);
	assert_int_equal(call.count, 0);
}

static void a_struct_in_read_only_memory_has_no_window(void **state)
{
	static const int protections[] = { PROT_READ | PROT_WRITE };
	uint8_t *memory = pages(1, protections), buffer[1024];
	uint32_t size = sizeof(struct iommu_ioas_alloc);
	struct emu_bytes message;
	struct emu_call call;

	(void)state;
	memcpy(memory, &size, sizeof(size));
	assert_int_equal(mprotect(memory, PAGE, PROT_READ), 0);
	message = ioctl_message(buffer, sizeof(buffer), IOMMU_IOAS_ALLOC, memory, &call);
	assert_true(emu_get_bytes(message, EMU_IOCTL_READABLE).length > 0);
	assert_int_equal(call.count, 0);
	munmap(memory, PAGE);
}

static void a_struct_of_4_gib_goes_along_as_far_as_it_is_looked_at(void **state)
{
	size_t capacity = 4 * EMU_MEMORY_BYTES_MAX, mapped = 2 * EMU_MEMORY_BYTES_MAX;
	uint8_t *memory = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint8_t *buffer = test_malloc(capacity);
	uint32_t size = UINT32_MAX;
	struct emu_bytes message;
	struct emu_call call;

	(void)state;
	memcpy(memory, &size, sizeof(size));
	message = ioctl_message(buffer, capacity, IOMMU_IOAS_ALLOC, memory, &call);
	message = emu_get_bytes(message, EMU_IOCTL_READABLE);
	assert_int_equal(emu_get_bytes(message, EMU_SEGMENT_DATA).length, EMU_MEMORY_BYTES_MAX);
	munmap(memory, mapped);
	test_free(buffer);
}

static void a_bitmap_is_as_long_as_its_range_has_pages(void **state)
{
	static const struct {
		uint64_t length, page_size;
		size_t bytes;
	} cases[] = { { 1, 4096, 1 }, { 8 * 4096, 4096, 1 }, { 8 * 4096 + 1, 4096, 2 }, { 64 * 4096, 3 * 4096, 8 },
		      { 4096, 0, 0 } };
	uint8_t bitmap[64], buffer[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iommu_hwpt_get_dirty_bitmap argument = {
			.size = sizeof(argument),
			.length = cases[i].length,
			.page_size = cases[i].page_size,
			.data = address_of(bitmap),
		};
		struct emu_call call;

		ioctl_message(buffer, sizeof(buffer), IOMMU_HWPT_GET_DIRTY_BITMAP, &argument, &call);
		/* The struct itself is only read. */
		assert_int_equal(call.count, cases[i].bytes ? 1 : 0);
		if (cases[i].bytes)
			assert_int_equal(call.windows[0].length, cases[i].bytes);
	}
}

/* The description behind descriptor 5, and behind no other. */
static size_t token_of_five(const struct emu_caller *caller, int fd, uint8_t token[EMU_TOKEN_BYTES_MAX])
{
	(void)caller;
	if (fd != 5)
		return 0;
	memset(token, 0x55, 20);
	return 20;
}

static void a_descriptor_that_is_named_goes_along_as_its_token(void **state)
{
	static const struct emu_caller caller = { .process_memory = true, .token_of = token_of_five };
	/* Only what is a descriptor with this operation. */
	static const struct {
		uint32_t operation, id;
		size_t token;
	} cases[] = { { IOMMU_TEST_OP_DESTROY_ACCESS_PAGES, 5, 20 },
		      { IOMMU_TEST_OP_ACCESS_PAGES, 5, 20 },
		      { IOMMU_TEST_OP_ACCESS_RW, 5, 20 },
		      { IOMMU_TEST_OP_ACCESS_REPLACE_IOAS, 5, 20 },
		      { IOMMU_TEST_OP_ACCESS_RW, 6, 0 },
		      { IOMMU_TEST_OP_CREATE_ACCESS, 5, 0 },
		      { IOMMU_TEST_OP_MOCK_DOMAIN, 5, 0 },
		      { 32 + IOMMU_TEST_OP_ACCESS_RW, 5, 0 } };
	struct iommu_ioas_map_file map = { .size = sizeof(map), .fd = 5 };
	struct emu_bytes message, descriptor;
	uint8_t buffer[1024];
	struct emu_call call;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct iommu_test_cmd argument = { .size = sizeof(argument) };

		argument.op = cases[i].operation;
		argument.id = cases[i].id;
		message = message_of(&caller, buffer, sizeof(buffer), IOMMU_TEST_CMD, &argument, &call);
		descriptor = emu_get_bytes(message, EMU_IOCTL_DESCRIPTORS);
		assert_int_equal(emu_get_bytes(descriptor, EMU_DESCRIPTOR_TOKEN).length, cases[i].token);
		if (cases[i].token)
			assert_int_equal(emu_get_varint(descriptor, EMU_DESCRIPTOR_FD), 5);
	}
	message = message_of(&caller, buffer, sizeof(buffer), IOMMU_IOAS_MAP_FILE, &map, &call);
	descriptor = emu_get_bytes(message, EMU_IOCTL_DESCRIPTORS);
	assert_int_equal(emu_get_bytes(descriptor, EMU_DESCRIPTOR_TOKEN).length, 20);
}

static void memory_of_an_operation_goes_along_where_the_daemon_cannot_reach_it(void **state)
{
	struct iommu_test_cmd argument = { .size = sizeof(argument), .op = IOMMU_TEST_OP_ACCESS_RW };
	struct emu_caller caller = { .process_memory = false };
	uint8_t data[100], buffer[1024];
	struct emu_bytes message;
	struct emu_call call;

	(void)state;
	memset(data, 7, sizeof(data));
	argument.access_rw.length = sizeof(data);
	argument.access_rw.uptr = address_of(data);
	message = emu_get_bytes(message_of(&caller, buffer, sizeof(buffer), IOMMU_TEST_CMD, &argument, &call),
				EMU_IOCTL_READABLE);
	assert_true(emu_get_varint(message, EMU_SEGMENT_ADDRESS) == address_of(data));
	assert_int_equal(emu_get_bytes(message, EMU_SEGMENT_DATA).length, sizeof(data));
	assert_int_equal(call.count, 2);
	assert_int_equal(call.windows[1].length, sizeof(data));
	/* A bit for each 2 KiB. */
	memset(&argument, 0, sizeof(argument));
	argument.size = sizeof(argument);
	argument.op = IOMMU_TEST_OP_DIRTY;
	argument.dirty.length = 9 * 2048;
	argument.dirty.page_size = 2048;
	argument.dirty.uptr = address_of(data);
	message = emu_get_bytes(message_of(&caller, buffer, sizeof(buffer), IOMMU_TEST_CMD, &argument, &call),
				EMU_IOCTL_READABLE);
	assert_int_equal(emu_get_bytes(message, EMU_SEGMENT_DATA).length, 2);
	assert_int_equal(call.count, 1);

	caller.process_memory = true;
	message = emu_get_bytes(message_of(&caller, buffer, sizeof(buffer), IOMMU_TEST_CMD, &argument, &call),
				EMU_IOCTL_READABLE);
	assert_true(emu_get_varint(message, EMU_SEGMENT_ADDRESS) == address_of(&argument));
}

static void a_call_that_makes_a_descriptor_says_so_before_it_is_sent(void **state)
{
	struct iommu_test_cmd argument = { .size = sizeof(argument), .op = IOMMU_TEST_OP_CREATE_ACCESS };
	uint8_t buffer[1024];
	struct emu_call call;

	(void)state;
	ioctl_message(buffer, sizeof(buffer), IOMMU_TEST_CMD, &argument, &call);
	assert_int_equal(call.makes, IOMMUFD_EMU_MAKES_ACCESS);
	assert_int_equal(call.none_free, ENOMEM);
	argument.op = IOMMU_TEST_OP_ACCESS_RW;
	ioctl_message(buffer, sizeof(buffer), IOMMU_TEST_CMD, &argument, &call);
	assert_int_equal(call.makes, IOMMUFD_EMU_MAKES_NONE);
	ioctl_message(buffer, sizeof(buffer), IOMMU_TEST_CMD, NULL, &call);
	assert_int_equal(call.makes, IOMMUFD_EMU_MAKES_NONE);
}

/* Adds a NewDescriptor. */
static void put_made(struct emu_writer *writer, size_t token_bytes, uint64_t address)
{
	static const uint8_t token[EMU_TOKEN_BYTES_MAX + 1] = { 9 };
	size_t message = emu_message_begin(writer, EMU_IOCTL_REPLY_DESCRIPTORS);

	emu_put_bytes(writer, EMU_NEW_DESCRIPTOR_TOKEN, token, token_bytes);
	emu_put_varint(writer, EMU_NEW_DESCRIPTOR_ADDRESS, address);
	emu_message_end(writer, message);
}

static void a_reply_tells_of_one_descriptor_at_most(void **state)
{
	static const struct {
		size_t count, token_bytes;
		int taken;
	} cases[] = { { 0, 0, 0 },
		      { 1, 32, 0 },
		      { 1, EMU_TOKEN_BYTES_MAX, 0 },
		      { 1, EMU_TOKEN_BYTES_MAX + 1, -EPROTO },
		      { 1, 0, -EPROTO },
		      { 2, 32, -EPROTO } };
	struct emu_call call = { .count = 0 };
	size_t i, put;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct emu_made made;
		struct emu_writer writer;
		uint8_t buffer[256];
		struct emu_bytes reply = { buffer, 0 };
		int32_t result;

		emu_writer_init(&writer, buffer, sizeof(buffer));
		for (put = 0; put < cases[i].count; put++)
			put_made(&writer, cases[i].token_bytes, 0x1234);
		reply.length = emu_written(&writer);
		assert_int_equal(emu_take_reply(reply, &call, &result, &made), cases[i].taken);
		assert_int_equal(emu_take_reply(reply, &call, &result, NULL), cases[i].taken);
		if (cases[i].taken)
			continue;
		assert_int_equal(made.bytes, cases[i].token_bytes);
		if (made.bytes)
			assert_true(made.token[0] == 9 && made.address == 0x1234);
	}
}

static size_t make_reply(uint8_t *buffer, size_t capacity, uint64_t address, const void *data, size_t length)
{
	struct emu_writer writer;
	size_t message;

	emu_writer_init(&writer, buffer, capacity);
	emu_put_varint(&writer, EMU_IOCTL_REPLY_RESULT, 2 * EINVAL - 1);
	message = emu_message_begin(&writer, EMU_IOCTL_REPLY_WRITTEN);
	emu_put_varint(&writer, EMU_SEGMENT_ADDRESS, address);
	emu_put_bytes(&writer, EMU_SEGMENT_DATA, data, length);
	emu_message_end(&writer, message);
	return emu_written(&writer);
}

static void a_reply_is_stored_inside_the_windows_or_not_at_all(void **state)
{
	static const struct {
		int offset;
		size_t length;
		int taken;
	} cases[] = { { 0, 8, 0 },  { 4, 4, 0 },  { 8, 0, 0 },	 { -1, 1, -EPROTO },
		      { 0, 9, -EPROTO }, { 7, 2, -EPROTO }, { 9, 0, -EPROTO } };
	uint8_t memory[24], before[24], buffer[128];
	size_t i;

	(void)state;
	memset(before, 0x11, sizeof(before));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct emu_call call = { .windows = { { address_of(memory) + 8, 8 } }, .count = 1 };
		struct emu_bytes reply = { buffer, 0 };
		uint8_t data[16];
		int32_t result;

		memset(data, 0x22, sizeof(data));
		memcpy(memory, before, sizeof(memory));
		reply.length = make_reply(buffer, sizeof(buffer),
					  call.windows[0].address + (uint64_t)cases[i].offset, data, cases[i].length);
		assert_int_equal(emu_take_reply(reply, &call, &result, NULL), cases[i].taken);
		if (cases[i].taken) {
			assert_memory_equal(memory, before, sizeof(memory));
			continue;
		}
		assert_int_equal(result, -EINVAL);
		assert_memory_equal(memory + 8 + cases[i].offset, data, cases[i].length);
		assert_memory_equal(memory, before, 8);
		assert_memory_equal(memory + 16, before, 8);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_read_up_to_the_first_bad_page),
		cmocka_unit_test(memory_is_writable_up_to_the_first_read_only_page_and_keeps_its_content),
		cmocka_unit_test(an_ioctl_carries_its_struct_and_what_its_pointer_names),
		cmocka_unit_test(a_struct_that_may_be_written_has_a_window),
		cmocka_unit_test(an_ioctl_on_a_bad_pointer_carries_nothing),
		cmocka_unit_test(an_ioctl_by_value_reads_no_memory),
		cmocka_unit_test(a_struct_in_read_only_memory_has_no_window),
		cmocka_unit_test(a_struct_of_4_gib_goes_along_as_far_as_it_is_looked_at),
		cmocka_unit_test(a_bitmap_is_as_long_as_its_range_has_pages),
		cmocka_unit_test(a_descriptor_that_is_named_goes_along_as_its_token),
		cmocka_unit_test(memory_of_an_operation_goes_along_where_the_daemon_cannot_reach_it),
		cmocka_unit_test(a_call_that_makes_a_descriptor_says_so_before_it_is_sent),
		cmocka_unit_test(a_reply_tells_of_one_descriptor_at_most),
		cmocka_unit_test(a_reply_is_stored_inside_the_windows_or_not_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
