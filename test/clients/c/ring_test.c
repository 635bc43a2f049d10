/*
 * Ioctls in the slots of a ring, whose daemon is this program: what a slot says of a call, which calls go as frames instead, and
 * that an answer is stored inside the windows of its call or refused. Written from docs/protocol.md. The sanitizer build runs the same
 * tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "iommufd_emu_uapi.h"
#include "messages.h"

enum { SLOTS = 4, SLOT_BYTES = 128, PIECE_BYTES = 512, SLOTS_AT = 0x1000, HEADER_BYTES = 24 };
enum { SUBMISSION_HEAD = 0x000, COMPLETION_HEAD = 0x040 };
#define INLINE_BYTES (SLOT_BYTES - HEADER_BYTES)
#define RING_BYTES (SLOTS_AT + 2 * SLOTS * (SLOT_BYTES + PIECE_BYTES))

struct header {
	uint16_t length, turn;
	uint32_t kind, sequence;
	union {
		struct {
			uint16_t readable, writable;
		} bytes;
		int32_t result;
	} word;
	uint64_t argument;
};

struct rig {
	struct emu_connection connection;
	uint8_t *memory;
	uint8_t send[4096], receive[4096];
	/* Slots that the daemon has filled. */
	uint32_t answers;
};

static const struct emu_caller caller = { .process_memory = true };

static struct rig *start(void)
{
	struct rig *rig = calloc(1, sizeof(*rig));
	struct emu_connection *connection;

	assert_non_null(rig);
	rig->memory = aligned_alloc(64, RING_BYTES);
	assert_non_null(rig->memory);
	memset(rig->memory, 0, RING_BYTES);
	connection = &rig->connection;
	connection->fd = -1;
	connection->limits.frame_bytes = sizeof(rig->send);
	connection->send = rig->send;
	connection->send_capacity = sizeof(rig->send);
	connection->receive = rig->receive;
	connection->receive_capacity = sizeof(rig->receive);
	connection->ring = (struct emu_ring){ .memory = rig->memory,
					      .bytes = RING_BYTES,
					      .slots = SLOTS,
					      .slot_bytes = SLOT_BYTES,
					      .piece_bytes = PIECE_BYTES };
	return rig;
}

static void stop(struct rig *rig)
{
	free(rig->memory);
	free(rig);
}

static uint64_t address_of(const void *memory)
{
	return (uintptr_t)memory;
}

static uint8_t *slot(struct rig *rig, bool completion, uint32_t position)
{
	return rig->memory + SLOTS_AT + (completion * SLOTS + position % SLOTS) * SLOT_BYTES;
}

static uint8_t *payload(struct rig *rig, bool completion, uint32_t position, size_t length)
{
	if (length <= INLINE_BYTES)
		return slot(rig, completion, position) + HEADER_BYTES;
	return rig->memory + SLOTS_AT + 2 * SLOTS * SLOT_BYTES + (completion * SLOTS + position % SLOTS) * PIECE_BYTES;
}

static uint32_t head(const struct rig *rig, size_t at)
{
	uint32_t value;

	memcpy(&value, rig->memory + at, sizeof(value));
	return value;
}

/* What the client has put into the slot of a position. */
static struct header submission(struct rig *rig, uint32_t position)
{
	struct header header;

	memcpy(&header, slot(rig, false, position), sizeof(header));
	assert_int_equal(header.turn, (position + 1) & 0xffff);
	return header;
}

/* The daemon has taken so many. */
static void take(struct rig *rig, uint32_t count)
{
	memcpy(rig->memory + SUBMISSION_HEAD, &count, sizeof(count));
}

/* Fills the next completion. */
static void complete(struct rig *rig, struct header header, const void *data, size_t length)
{
	uint32_t position = rig->answers++;

	header.length = (uint16_t)length;
	header.turn = (uint16_t)(position + 1);
	if (length && length <= PIECE_BYTES)
		memcpy(payload(rig, true, position, length), data, length);
	memcpy(slot(rig, true, position), &header, sizeof(header));
}

static struct header answer(uint32_t sequence, int32_t result, uint64_t stored)
{
	return (struct header){ .kind = 1, .sequence = sequence, .word.result = result, .argument = stored };
}

static bool send_call(struct rig *rig, uint32_t request, const void *argument, const struct emu_caller *by,
		      struct emu_call *call)
{
	struct emu_outgoing outgoing;

	emu_call_begin(&rig->connection, &outgoing, request, address_of(argument), by, call);
	assert_int_equal(emu_call_send(&rig->connection, &outgoing), 0);
	return outgoing.by_slot;
}

/* ---- calls */

static void a_slot_has_the_struct(void **state)
{
	struct iommu_ioas_map argument = { .size = sizeof(argument), .length = 4096 };
	struct rig *rig = start();
	struct header header;
	struct emu_call call;

	(void)state;
	assert_true(send_call(rig, IOMMU_IOAS_MAP, &argument, &caller, &call));
	header = submission(rig, 0);
	assert_int_equal(header.kind, IOMMU_IOAS_MAP);
	assert_int_equal(header.sequence, call.sequence);
	assert_int_equal(header.length, sizeof(argument));
	assert_int_equal(header.word.bytes.readable, sizeof(argument));
	assert_int_equal(header.word.bytes.writable, sizeof(argument));
	assert_true(header.argument == address_of(&argument));
	assert_memory_equal(payload(rig, false, 0, header.length), &argument, sizeof(argument));
	stop(rig);
}

static void other_memory_lies_behind_it(void **state)
{
	struct iommu_iova_range ranges[8] = { { 1, 2 }, { 3, 4 } };
	struct iommu_ioas_allow_iovas allow = { .size = sizeof(allow), .num_iovas = 8 };
	struct iommu_ioas_iova_ranges list = { .size = sizeof(list), .num_iovas = 8 };
	struct rig *rig = start();
	struct emu_item item;
	struct header header;
	struct emu_call call;
	uint8_t *data;

	(void)state;
	allow.allowed_iovas = list.allowed_iovas = address_of(ranges);
	assert_true(send_call(rig, IOMMU_IOAS_ALLOW_IOVAS, &allow, &caller, &call));
	header = submission(rig, 0);
	/* Too long for the slot. */
	assert_int_equal(header.length, sizeof(allow) + sizeof(item) + sizeof(ranges));
	assert_true(header.length > INLINE_BYTES);
	data = payload(rig, false, 0, header.length);
	assert_memory_equal(data, &allow, sizeof(allow));
	memcpy(&item, data + sizeof(allow), sizeof(item));
	assert_true(item.address == address_of(ranges) && item.bytes == sizeof(ranges) && item.kind == 0);
	assert_memory_equal(data + sizeof(allow) + sizeof(item), ranges, sizeof(ranges));

	assert_true(send_call(rig, IOMMU_IOAS_IOVA_RANGES, &list, &caller, &call));
	header = submission(rig, 1);
	assert_int_equal(header.length, sizeof(list) + sizeof(item));
	memcpy(&item, payload(rig, false, 1, header.length) + sizeof(list), sizeof(item));
	assert_true(item.address == address_of(ranges) && item.bytes == sizeof(ranges) && item.kind == 1);
	stop(rig);
}

static void a_bad_pointer_brings_nothing(void **state)
{
	struct rig *rig = start();
	struct header header;
	struct emu_call call;

	(void)state;
	assert_true(send_call(rig, IOMMU_DESTROY, (void *)8, &caller, &call));
	header = submission(rig, 0);
	assert_true(header.argument == 8 && header.length == 0 && header.word.result == 0);
	stop(rig);
}

static size_t token_of(const struct emu_caller *by, int fd, uint8_t token[EMU_TOKEN_BYTES_MAX])
{
	(void)by;
	(void)fd;
	memset(token, 5, 32);
	return 32;
}

static void what_a_slot_has_no_room_for_goes_as_frames(void **state)
{
	static struct iommu_iova_range many[100];
	struct iommu_ioas_allow_iovas allow = { .size = sizeof(allow), .num_iovas = 100 };
	struct iommu_destroy destroy = { .size = sizeof(destroy) };
	struct iommu_ioas_map_file map = { .size = sizeof(map) };
	struct emu_caller failing = { .process_memory = true, .fail_nth = 3 }, naming = { .token_of = token_of };
	struct rig *rig = start();
	struct emu_call call;
	uint32_t position;

	(void)state;
	allow.allowed_iovas = address_of(many);
	assert_false(send_call(rig, IOMMU_DESTROY, &destroy, &failing, &call));
	assert_false(send_call(rig, IOMMU_IOAS_MAP_FILE, &map, &naming, &call));
	/* Its ioctl's number is that of a slot of frames. */
	assert_false(send_call(rig, 0, &destroy, &caller, &call));
	for (position = 0; position < 3; position++)
		assert_int_equal(submission(rig, position).kind, 0);
	take(rig, 3);
	/* In several slots. */
	assert_false(send_call(rig, IOMMU_IOAS_ALLOW_IOVAS, &allow, &caller, &call));
	assert_int_equal(submission(rig, 3).length, PIECE_BYTES);
	assert_int_equal(submission(rig, 4).length, PIECE_BYTES);
	stop(rig);
}

/* ---- answers */

static void an_answer_is_stored_and_its_slot_given_back(void **state)
{
	struct iommu_ioas_iova_ranges list = { .size = sizeof(list), .num_iovas = 2 };
	struct iommu_iova_range ranges[2] = { { 0 } };
	uint32_t round;
	struct rig *rig = start();

	(void)state;
	list.allowed_iovas = address_of(ranges);
	/* Around the circle, and beyond. */
	for (round = 1; round < 3 * SLOTS; round++) {
		struct {
			struct iommu_ioas_iova_ranges list;
			struct emu_item item;
			struct iommu_iova_range range;
		} data = { list, { address_of(&ranges[1]), sizeof(ranges[1]), 0 }, { round, 2 * round } };
		struct emu_call call;
		struct emu_made made;
		int32_t result;

		data.list.num_iovas = round;
		assert_true(send_call(rig, IOMMU_IOAS_IOVA_RANGES, &list, &caller, &call));
		take(rig, round);
		complete(rig, answer(call.sequence, -EMSGSIZE, sizeof(list)), &data, sizeof(data));
		assert_int_equal(emu_call_finish(&rig->connection, &call, &result, &made), 0);
		assert_true(result == -EMSGSIZE && made.bytes == 0);
		assert_true(list.num_iovas == round && ranges[0].last == 0 && ranges[1].start == round);
		assert_int_equal(head(rig, COMPLETION_HEAD), round);
		list.num_iovas = 2;
	}
	stop(rig);
}

static void an_answer_that_makes_no_sense_is_refused(void **state)
{
	struct memory {
		uint8_t before[8];
		struct iommu_destroy argument;
		uint8_t behind[8];
	} memory = { .argument = { .size = sizeof(memory.argument) } }, untouched = memory;
	struct {
		struct header header;
		struct emu_item item;
		size_t length;
	} cases[] = {
		{ answer(9, 0, 0), { 0 }, 0 },
		{ { .kind = 7, .sequence = 1 }, { 0 }, 0 },
		/* Nothing of the struct of a DESTROY is written. */
		{ answer(1, 0, 8), { 0 }, 16 },
		{ answer(1, 0, 17), { 0 }, 16 },
		{ answer(1, 0, 0), { 0 }, 15 },
		{ answer(1, 0, 0), { address_of(&memory.before), 0, 2 }, 16 },
		{ answer(1, 0, 0), { address_of(&memory.argument), 1, 0 }, 16 },
		{ answer(1, 0, 0), { address_of(&memory.behind), 0, 0 }, 16 },
		{ answer(1, 0, 0), { 0 }, PIECE_BYTES + 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rig *rig = start();
		struct emu_call call;
		int32_t result;

		assert_true(send_call(rig, IOMMU_DESTROY, &memory.argument, &caller, &call));
		assert_int_equal(call.sequence, 1);
		complete(rig, cases[i].header, &cases[i].item, cases[i].length);
		assert_int_equal(emu_call_finish(&rig->connection, &call, &result, NULL), -EPROTO);
		assert_memory_equal(&memory, &untouched, sizeof(memory));
		stop(rig);
	}
}

/* A frame that answers with -2. */
static size_t make_answer(uint8_t *buffer, size_t capacity, uint32_t sequence)
{
	struct emu_writer writer;
	size_t frame, message;

	emu_writer_init(&writer, buffer, capacity);
	frame = emu_frame_begin(&writer);
	emu_put_varint(&writer, EMU_FRAME_SEQUENCE, sequence);
	message = emu_message_begin(&writer, EMU_ANSWER_IOCTL);
	emu_put_varint(&writer, EMU_IOCTL_REPLY_RESULT, 3);
	emu_message_end(&writer, message);
	emu_frame_end(&writer, frame);
	return emu_written(&writer);
}

static void frames_and_slots_answer_in_turn(void **state)
{
	struct iommu_destroy argument = { .size = sizeof(argument) };
	struct emu_call calls[3];
	struct rig *rig = start();
	uint8_t frame[64];
	size_t length;
	uint32_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		assert_true(send_call(rig, IOMMU_DESTROY, &argument, &caller, &calls[i]));
	complete(rig, answer(calls[0].sequence, -1, 0), NULL, 0);
	length = make_answer(frame, sizeof(frame), calls[1].sequence);
	/* Cut in the middle. */
	complete(rig, (struct header){ .kind = 0 }, frame, 5);
	complete(rig, (struct header){ .kind = 0 }, frame + 5, length - 5);
	complete(rig, answer(calls[2].sequence, -3, 0), NULL, 0);
	for (i = 0; i < 3; i++) {
		int32_t result;

		assert_int_equal(emu_call_finish(&rig->connection, &calls[i], &result, NULL), 0);
		assert_int_equal(result, -1 - (int)i);
	}
	stop(rig);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_slot_has_the_struct),
		cmocka_unit_test(other_memory_lies_behind_it),
		cmocka_unit_test(a_bad_pointer_brings_nothing),
		cmocka_unit_test(what_a_slot_has_no_room_for_goes_as_frames),
		cmocka_unit_test(an_answer_is_stored_and_its_slot_given_back),
		cmocka_unit_test(an_answer_that_makes_no_sense_is_refused),
		cmocka_unit_test(frames_and_slots_answer_in_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
