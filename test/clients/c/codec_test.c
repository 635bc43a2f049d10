/*
 * The wire codec and the frames: every message that the writer makes the reader reads back, no input makes it leave its
 * buffer, and frames may arrive cut anywhere. The sanitizer build runs the same tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "call.h"
#include "transport.h"

/* A copy that ends where its allocation does, so that the sanitizer sees a read beyond it. */
static struct emu_bytes exactly(const void *data, size_t length)
{
	uint8_t *copy = test_malloc(length + 1);
	struct emu_bytes bytes = { copy + 1, length };

	memcpy(copy + 1, data, length);
	return bytes;
}

static void release(struct emu_bytes bytes)
{
	test_free((void *)(uintptr_t)(bytes.data - 1));
}

static struct emu_bytes written(const struct emu_writer *writer)
{
	struct emu_bytes bytes = { writer->start, emu_written(writer) };

	return bytes;
}

static void numbers_of_any_size_come_back(void **state)
{
	static const uint64_t values[] = { 0, 1, 127, 128, 300, UINT32_MAX, 1ull << 32, 1ull << 63, UINT64_MAX };
	uint8_t buffer[256];
	struct emu_writer writer;
	size_t i;

	(void)state;
	emu_writer_init(&writer, buffer, sizeof(buffer));
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		emu_put_varint(&writer, (uint32_t)i + 1, values[i]);
	assert_false(writer.overflow);
	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		assert_true(emu_get_varint(written(&writer), (uint32_t)i + 1) == values[i]);
}

static void a_field_number_of_29_bits_comes_back(void **state)
{
	uint8_t buffer[32];
	struct emu_writer writer;

	(void)state;
	emu_writer_init(&writer, buffer, sizeof(buffer));
	emu_put_varint(&writer, (1u << 29) - 1, 7);
	assert_int_equal(emu_get_varint(written(&writer), (1u << 29) - 1), 7);
}

static void zigzag_gives_both_signs(void **state)
{
	(void)state;
	assert_int_equal(emu_zigzag(0), 0);
	assert_int_equal(emu_zigzag(1), -1);
	assert_int_equal(emu_zigzag(2), 1);
	assert_int_equal(emu_zigzag(UINT32_MAX), INT32_MIN);
	assert_int_equal(emu_zigzag(UINT32_MAX - 1), INT32_MAX);
}

static void nested_messages_come_back(void **state)
{
	uint8_t buffer[128];
	struct emu_writer writer;
	struct emu_bytes outer, inner;
	size_t first, second;

	(void)state;
	emu_writer_init(&writer, buffer, sizeof(buffer));
	first = emu_message_begin(&writer, 5);
	second = emu_message_begin(&writer, 3);
	emu_put_string(&writer, 1, "abc");
	emu_message_end(&writer, second);
	emu_put_varint(&writer, 2, 9);
	emu_message_end(&writer, first);
	outer = emu_get_bytes(written(&writer), 5);
	inner = emu_get_bytes(emu_get_bytes(outer, 3), 1);
	assert_int_equal(emu_get_varint(outer, 2), 9);
	assert_int_equal(inner.length, 3);
	assert_memory_equal(inner.data, "abc", 3);
}

static void an_empty_message_is_present(void **state)
{
	uint8_t buffer[32];
	struct emu_writer writer;
	struct emu_answer answer;

	(void)state;
	emu_writer_init(&writer, buffer, sizeof(buffer));
	emu_message_end(&writer, emu_message_begin(&writer, EMU_ANSWER_CLOSE));
	assert_true(emu_parse_answer(written(&writer), &answer));
	assert_int_equal(answer.kind, EMU_ANSWER_CLOSE);
}

static void unknown_fields_of_every_type_are_skipped(void **state)
{
	/* 100: varint 5; 101: fixed64; 102: bytes "x"; 103: fixed32; 1: varint 42 */
	static const uint8_t message[] = { 0xa0, 0x06, 0x05, 0xa9, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0xb2, 0x06, 0x01,
					   'x',	 0xbd, 0x06, 1,	   2,	 3, 4, 0x08, 42 };
	struct emu_bytes bytes = exactly(message, sizeof(message));

	(void)state;
	assert_true(emu_message_valid(bytes));
	assert_int_equal(emu_get_varint(bytes, 1), 42);
	release(bytes);
}

static void a_message_cut_anywhere_is_broken_or_shorter(void **state)
{
	uint8_t buffer[128];
	struct emu_writer writer;
	size_t ends[3], length, i;

	(void)state;
	emu_writer_init(&writer, buffer, sizeof(buffer));
	emu_put_varint(&writer, 1, UINT64_MAX);
	ends[0] = emu_written(&writer);
	emu_put_string(&writer, 2, "some text");
	ends[1] = emu_written(&writer);
	emu_message_end(&writer, emu_message_begin(&writer, 3));
	ends[2] = emu_written(&writer);
	for (length = 1; length <= ends[2]; length++) {
		struct emu_bytes bytes = exactly(buffer, length);
		bool whole = false;

		for (i = 0; i < 3; i++)
			whole |= length == ends[i];
		assert_int_equal(emu_message_valid(bytes), whole);
		release(bytes);
	}
}

static void hostile_messages_are_broken(void **state)
{
	static const struct {
		uint8_t bytes[16];
		size_t length;
	} cases[] = {
		{ { 0x12, 0xff, 0xff, 0xff, 0xff, 0x0f, 1 }, 7 },			       /* bytes: 4 GiB */
		{ { 0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 1 }, 12 }, /* bytes: 2^64 - 1 */
		{ { 0x12, 0x02, 1 }, 3 },						       /* one byte short */
		{ { 0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01 }, 12 }, /* 11 byte varint */
		{ { 0x00, 0x01 }, 2 },							       /* field number 0 */
		{ { 0x0b }, 1 },							       /* group */
		{ { 0x0c }, 1 },							       /* end of group */
		{ { 0x0e, 0x00 }, 2 },							       /* type 6 */
		{ { 0xff, 0xff, 0xff, 0xff, 0x7f, 0x00 }, 6 },				       /* tag beyond 32 bits */
		{ { 0x09, 1, 2, 3 }, 4 },						       /* fixed64 cut */
		{ { 0x0d, 1, 2, 3 }, 4 },						       /* fixed32 cut */
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct emu_bytes bytes = exactly(cases[i].bytes, cases[i].length);

		assert_false(emu_message_valid(bytes));
		assert_int_equal(emu_get_varint(bytes, 1), 0);
		release(bytes);
	}
}

/* A seed that reproduces: the same generator as the oracle program's. */
static uint64_t random_state;
static uint64_t next_random(void)
{
	uint64_t z = (random_state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

static void random_bytes_never_leave_the_buffer(void **state)
{
	struct emu_call call = { .count = 0 };
	size_t round, i;

	(void)state;
	random_state = 1;
	for (round = 0; round < 20000; round++) {
		uint8_t noise[64];
		size_t length = next_random() % sizeof(noise);
		struct emu_answer answer;
		struct emu_bytes bytes;
		struct emu_made made;
		int32_t result;

		for (i = 0; i < length; i++)
			noise[i] = (uint8_t)next_random();
		bytes = exactly(noise, length);
		if (emu_parse_answer(bytes, &answer) && answer.body.length)
			assert_true(answer.body.data >= bytes.data &&
				    answer.body.data + answer.body.length <= bytes.data + bytes.length);
		emu_take_reply(bytes, &call, &result, &made);
		assert_true(made.bytes <= sizeof(made.token));
		release(bytes);
	}
}

static void a_full_buffer_overflows_without_a_write_beyond(void **state)
{
	uint8_t data[40] = { 0 };
	size_t capacity;

	(void)state;
	for (capacity = 0; capacity < 80; capacity++) {
		uint8_t *buffer = test_malloc(capacity + 1);
		struct emu_writer writer;
		size_t frame, message;

		buffer[capacity] = 0xa5;
		emu_writer_init(&writer, buffer, capacity);
		frame = emu_frame_begin(&writer);
		message = emu_message_begin(&writer, 4);
		emu_put_varint(&writer, 1, UINT64_MAX);
		emu_put_bytes(&writer, 2, data, sizeof(data));
		emu_message_end(&writer, message);
		emu_frame_end(&writer, frame);
		/* 4 + (1 + 4) + (1 + 10) + (1 + 1 + 40) */
		assert_int_equal(writer.overflow, capacity < 62);
		assert_int_equal(buffer[capacity], 0xa5);
		test_free(buffer);
	}
}

static void room_is_what_a_field_can_take(void **state)
{
	uint8_t buffer[300];
	struct emu_writer writer;
	size_t room;

	(void)state;
	emu_writer_init(&writer, buffer, sizeof(buffer));
	room = emu_room(&writer);
	assert_true(room > 0);
	assert_non_null(emu_put_space(&writer, (1u << 29) - 1, room));
	assert_int_equal(emu_room(&writer), 0);
}

/* ---- frames */

static struct emu_connection connection_on(int fd, uint8_t *send, uint8_t *receive, size_t capacity)
{
	struct emu_connection connection = {
		.fd = fd,
		.send = send,
		.send_capacity = capacity,
		.receive = receive,
		.receive_capacity = capacity,
		.limits = { .frame_bytes = (uint32_t)capacity },
	};

	return connection;
}

static size_t make_answer(uint8_t *buffer, size_t capacity, uint32_t sequence, uint32_t kind)
{
	struct emu_writer writer;
	size_t frame, message;

	emu_writer_init(&writer, buffer, capacity);
	frame = emu_frame_begin(&writer);
	emu_put_varint(&writer, EMU_FRAME_SEQUENCE, sequence);
	message = emu_message_begin(&writer, kind);
	emu_put_varint(&writer, 1, 1);
	emu_message_end(&writer, message);
	emu_frame_end(&writer, frame);
	return emu_written(&writer);
}

static void answers_may_arrive_cut_anywhere(void **state)
{
	uint8_t send[256], receive[256], frames[256];
	struct emu_connection connection;
	struct emu_answer answer;
	size_t one, both, i;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	connection = connection_on(ends[0], send, receive, sizeof(receive));
	one = make_answer(frames, sizeof(frames), 7, EMU_ANSWER_SYNC);
	both = one + make_answer(frames + one, sizeof(frames) - one, 8, EMU_ANSWER_CLOSE);
	for (i = 0; i < both; i++) {
		assert_int_equal(write(ends[1], frames + i, 1), 1);
		assert_int_equal(emu_receive_some(&connection, 0), 1);
		assert_int_equal(emu_next_answer(&connection, &answer), i + 1 == one || i + 1 == both);
	}
	assert_int_equal(answer.sequence, 8);
	assert_int_equal(answer.kind, EMU_ANSWER_CLOSE);
	assert_int_equal(emu_receive_some(&connection, MSG_DONTWAIT), 0);
	close(ends[1]);
	assert_int_equal(emu_receive_some(&connection, 0), -EPIPE);
	close(ends[0]);
}

static void a_frame_that_does_not_fit_is_refused(void **state)
{
	uint8_t send[64], receive[64], header[4] = { 61, 0, 0, 0 };
	struct emu_connection connection;
	struct emu_bytes body;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	connection = connection_on(ends[0], send, receive, sizeof(receive));
	assert_int_equal(write(ends[1], header, sizeof(header)), 4);
	assert_int_equal(emu_wait_answer(&connection, 1, EMU_ANSWER_SYNC, &body), -EPROTO);
	close(ends[0]);
	close(ends[1]);
}

static void an_answer_to_something_else_is_refused(void **state)
{
	uint8_t send[256], receive[256], frame[64];
	struct emu_connection connection;
	struct emu_bytes body;
	size_t length;
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	connection = connection_on(ends[0], send, receive, sizeof(receive));
	length = make_answer(frame, sizeof(frame), 5, EMU_ANSWER_SYNC);
	assert_int_equal(write(ends[1], frame, length), length);
	assert_int_equal(emu_wait_answer(&connection, 6, EMU_ANSWER_SYNC, &body), -EPROTO);
	assert_int_equal(write(ends[1], frame, length), length);
	assert_int_equal(emu_wait_answer(&connection, 5, EMU_ANSWER_CLOSE, &body), -EPROTO);
	assert_int_equal(write(ends[1], frame, length), length);
	assert_int_equal(emu_wait_answer(&connection, 5, EMU_ANSWER_SYNC, &body), 0);
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_any_size_come_back),
		cmocka_unit_test(a_field_number_of_29_bits_comes_back),
		cmocka_unit_test(zigzag_gives_both_signs),
		cmocka_unit_test(nested_messages_come_back),
		cmocka_unit_test(an_empty_message_is_present),
		cmocka_unit_test(unknown_fields_of_every_type_are_skipped),
		cmocka_unit_test(a_message_cut_anywhere_is_broken_or_shorter),
		cmocka_unit_test(hostile_messages_are_broken),
		cmocka_unit_test(random_bytes_never_leave_the_buffer),
		cmocka_unit_test(a_full_buffer_overflows_without_a_write_beyond),
		cmocka_unit_test(room_is_what_a_field_can_take),
		cmocka_unit_test(answers_may_arrive_cut_anywhere),
		cmocka_unit_test(a_frame_that_does_not_fit_is_refused),
		cmocka_unit_test(an_answer_to_something_else_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
