/* One ioctl on its way to the daemon and back; see call.h. */
#include "call.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "ioctl_table.h"
#include "memory.h"
#include "messages.h"

_Static_assert(1 + IOMMUFD_EMU_MEMORY_MAX <= EMU_WINDOWS_MAX, "a window for the struct and for each pointer");

/* The operation of an ioctl that has only one: any, as its sets have all. */
#define ANY_OPERATION 0u

/* Every struct starts with a u32: `size`, or `argsz` for VFIO. */
#define SIZE_BYTES 4u

/* Looked at before the struct's own size is known: any struct of this uAPI, so that one read is enough. */
#define HEAD_BYTES 128u

/* Of a text that an argument points to, with its end: a page. */
#define TEXT_BYTES_MAX 4096u

static const struct iommufd_emu_ioctl_row *find_row(uint8_t file, uint32_t request)
{
	size_t i;

	for (i = 0; i < IOMMUFD_EMU_IOCTL_COUNT; i++)
		if (iommufd_emu_ioctl_table[i].request == request && iommufd_emu_ioctl_table[i].file == file)
			return &iommufd_emu_ioctl_table[i];
	return NULL;
}

static bool begins_with(const char *text, const char *beginning)
{
	return !strncmp(text, beginning, strlen(beginning));
}

uint8_t emu_file_of(const char *node)
{
	if (begins_with(node, "/dev/vfio/devices/"))
		return IOMMUFD_EMU_ON_DEVICE;
	if (begins_with(node, "/dev/vfio/") && strcmp(node, "/dev/vfio/vfio") != 0)
		return IOMMUFD_EMU_ON_GROUP;
	return IOMMUFD_EMU_ON_IOMMUFD;
}

/* A field of the struct: what lies beyond its end reads as zero, as in the kernel. */
static uint64_t field(const uint8_t *head, size_t bytes, struct iommufd_emu_place place)
{
	uint64_t value = 0;

	if (place.bytes <= sizeof(value) && (size_t)place.offset + place.bytes <= bytes)
		memcpy(&value, head + place.offset, place.bytes);
	return value;
}

/* Which of the row's operations the struct asks for; one beyond all sets is in none. */
static uint32_t operation_of(const struct iommufd_emu_ioctl_row *row, const uint8_t *head, size_t bytes)
{
	struct iommufd_emu_place place = { row->operation, 4 };

	return row->operation ? (uint32_t)field(head, bytes, place) & row->operation_mask : ANY_OPERATION;
}

static bool among(uint32_t operations, uint32_t operation)
{
	return operations == IOMMUFD_EMU_ALWAYS || (operation < 32 && operations >> operation & 1);
}

static size_t bounded_product(uint64_t count, uint64_t bytes)
{
	if (bytes && count > EMU_MEMORY_BYTES_MAX / bytes)
		return EMU_MEMORY_BYTES_MAX;
	return (size_t)(count * bytes);
}

/* Bytes that a pointer names, EMU_MEMORY_BYTES_MAX for anything longer. */
static size_t extent(const struct iommufd_emu_memory *memory, const uint8_t *head, size_t bytes)
{
	uint64_t amount = field(head, bytes, memory->amount), unit = field(head, bytes, memory->unit);

	switch ((enum iommufd_emu_extent)memory->extent) {
	case IOMMUFD_EMU_FIXED:
		return memory->unit_bytes;
	case IOMMUFD_EMU_ARRAY:
		return bounded_product(amount, memory->unit_bytes);
	case IOMMUFD_EMU_BYTES:
		return bounded_product(amount, 1);
	case IOMMUFD_EMU_TABLE:
		return bounded_product(amount, unit);
	case IOMMUFD_EMU_BITMAP:
		if (!unit || !amount)
			return 0;
		return bounded_product((amount - 1) / (unit & (0 - unit)) / 8 + 1, 1);
	}
	return 0;
}

static void put_writable(struct emu_form *form, uint64_t address, size_t length, bool own, struct emu_call *call)
{
	struct emu_window *window = &call->windows[call->count];

	window->address = address;
	window->own = own;
	window->length = own ? length : emu_memory_writable(address, length);
	if (!window->length)
		return;
	call->count++;
	emu_form_window(form, address, window->length);
}

/* What a call names beside its struct goes along: memory of pointers, tokens of descriptors. */
struct named {
	const struct iommufd_emu_ioctl_row *row;
	uint64_t address;
	const uint8_t *head;
	size_t bytes;
	uint32_t operation;
};

static void put_memory(struct emu_form *form, const struct named *named, const struct emu_caller *caller,
		       struct emu_call *call)
{
	unsigned int i;

	for (i = 0; i < named->row->memory_count; i++) {
		const struct iommufd_emu_memory *memory = &named->row->memory[i];
		struct iommufd_emu_place pointer = { memory->pointer, 8 };
		uint64_t address = field(named->head, named->bytes, pointer);
		size_t length = extent(memory, named->head, named->bytes);

		if (!among(memory->operations, named->operation))
			continue;
		if (memory->operations != IOMMUFD_EMU_ALWAYS && caller->process_memory)
			continue;
		if (length && memory->direction & IOMMUFD_EMU_READ)
			emu_form_readable(form, address, length, NULL, 0);
		if (length && memory->direction & IOMMUFD_EMU_WRITTEN)
			put_writable(form, address, length, false, call);
	}
}

/* The struct's first bytes; returns how many. */
static size_t read_head(uint8_t head[HEAD_BYTES], uint64_t argument, bool own)
{
	uint32_t size;

	if (!own)
		return emu_memory_read(head, argument, HEAD_BYTES);
	emu_memory_copy(&size, (const void *)(uintptr_t)argument, sizeof(size));
	if (size < SIZE_BYTES)
		size = SIZE_BYTES;
	if (size > HEAD_BYTES)
		size = HEAD_BYTES;
	emu_memory_copy(head, (const void *)(uintptr_t)argument, size);
	return size;
}

/* Tells what a descriptor that the call names stands for, if it is one of the daemon's. */
static void put_descriptor(struct emu_form *form, int fd, const struct emu_caller *caller)
{
	uint8_t token[EMU_TOKEN_BYTES_MAX];
	size_t bytes = caller->token_of ? caller->token_of(caller, fd, token) : 0;

	if (bytes)
		emu_form_descriptor(form, fd, token, bytes);
}

/* As many descriptors as are looked at in one go. */
#define DESCRIPTORS_AT_ONCE 64u

/* An array of descriptors behind the struct, as far as it goes along. */
static void put_descriptor_array(struct emu_form *form, uint64_t address, uint64_t count,
				 const struct emu_caller *caller)
{
	size_t left = bounded_product(count, sizeof(int32_t)) / sizeof(int32_t), i, got;
	int32_t numbers[DESCRIPTORS_AT_ONCE];

	while (left) {
		got = left < DESCRIPTORS_AT_ONCE ? left : DESCRIPTORS_AT_ONCE;
		got = emu_memory_read(numbers, address, got * sizeof(*numbers)) / sizeof(*numbers);
		for (i = 0; i < got; i++)
			put_descriptor(form, numbers[i], caller);
		if (!got)
			return;
		address += got * sizeof(*numbers);
		left -= got;
	}
}

static void put_descriptors(struct emu_form *form, const struct named *named, const struct emu_caller *caller)
{
	unsigned int i;

	for (i = 0; caller->token_of && i < named->row->descriptor_count; i++) {
		const struct iommufd_emu_descriptor_field *descriptor = &named->row->descriptors[i];
		struct iommufd_emu_place place = { descriptor->field, 4 };

		if (!among(descriptor->operations, named->operation))
			continue;
		if (descriptor->amount.bytes)
			put_descriptor_array(form, named->address + descriptor->field,
					     field(named->head, named->bytes, descriptor->amount), caller);
		else
			put_descriptor(form, (int)(uint32_t)field(named->head, named->bytes, place), caller);
	}
}

/* What the call makes a descriptor of, and how that is opened. */
static void note_made(const struct named *named, struct emu_call *call)
{
	unsigned int i;

	for (i = 0; i < named->row->made_count; i++) {
		const struct iommufd_emu_made_descriptor *made = &named->row->made[i];
		struct iommufd_emu_place place = { made->open_flags, 4 };

		if (!among(made->operations, named->operation))
			continue;
		call->makes = made->kind;
		call->none_free = made->none_free;
		call->open_flags = O_RDWR | O_CLOEXEC;
		if (made->open_flags)
			call->open_flags = (int)field(named->head, named->bytes, place);
	}
}

/* An argument that points to the number of a descriptor. */
static void put_descriptor_argument(struct emu_form *form, uint64_t argument, const struct emu_caller *caller)
{
	int32_t fd;

	emu_form_readable(form, argument, sizeof(fd), NULL, 0);
	if (emu_memory_read(&fd, argument, sizeof(fd)) == sizeof(fd))
		put_descriptor(form, fd, caller);
}

/* An argument that points to a text: as much as the kernel reads of one. */
static void put_text_argument(struct emu_form *form, uint64_t argument)
{
	char text[TEXT_BYTES_MAX];
	size_t known = emu_memory_read(text, argument, sizeof(text));

	emu_form_readable(form, argument, strnlen(text, known) + (strnlen(text, known) < known), (const uint8_t *)text,
		     known);
}

/* An argument that points to a struct, of a request that has a row or, NULL, has none. */
static void put_struct_argument(struct emu_form *form, const struct iommufd_emu_ioctl_row *row, uint64_t argument,
				const struct emu_caller *caller, struct emu_call *call)
{
	uint8_t head[HEAD_BYTES];
	bool own = caller->own_struct || emu_memory_on_stack(argument, HEAD_BYTES);
	size_t known = read_head(head, argument, own), length = row ? row->bytes : SIZE_BYTES;
	struct named named = { .row = row, .address = argument, .head = head };
	uint32_t size;

	/* A request that is not in the table may still have its `size` read before it is refused. */
	if (known < SIZE_BYTES)
		return;
	memcpy(&size, head, sizeof(size));
	emu_form_readable(form, argument, size > length ? size : length, head, known);
	if (!row)
		return;
	if (size < length || row->tail)
		length = size;
	if (row->written)
		put_writable(form, argument, length, caller->own_struct || (own && length <= HEAD_BYTES), call);
	named.bytes = known < size ? known : size;
	named.operation = operation_of(row, head, named.bytes);
	/* Memory may take all the room that is left. */
	put_descriptors(form, &named, caller);
	put_memory(form, &named, caller, call);
	note_made(&named, call);
}

static void put_ioctl(struct emu_form *form, uint32_t request, uint64_t argument, const struct emu_caller *caller,
		      struct emu_call *call)
{
	const struct iommufd_emu_ioctl_row *row = find_row(caller->file, request);
	struct named none = { .row = row };

	call->count = 0;
	call->makes = IOMMUFD_EMU_MAKES_NONE;
	call->none_free = 0;
	call->argument = argument;
	emu_form_begin(form, request, argument);
	if (caller->fail_nth)
		emu_form_failure(form, caller->fail_nth, caller->fail_ordinary);
	switch (row ? (enum iommufd_emu_argument)row->argument : IOMMUFD_EMU_POINTER) {
	case IOMMUFD_EMU_POINTER:
		put_struct_argument(form, row, argument, caller, call);
		break;
	case IOMMUFD_EMU_DESCRIPTOR:
		put_descriptor_argument(form, argument, caller);
		break;
	case IOMMUFD_EMU_TEXT:
		put_text_argument(form, argument);
		note_made(&none, call);
		break;
	case IOMMUFD_EMU_VALUE:
	case IOMMUFD_EMU_IGNORED:
		break;
	}
}

void emu_put_ioctl(struct emu_writer *writer, uint32_t request, uint64_t argument, const struct emu_caller *caller,
		   struct emu_call *call)
{
	struct emu_form form = { .writer = writer };

	put_ioctl(&form, request, argument, caller, call);
}

/* Whether it could be put into a slot of the connection's ring. */
static bool put_slot(struct emu_connection *connection, struct emu_outgoing *outgoing, uint32_t request,
		     uint64_t argument, const struct emu_caller *caller, struct emu_call *call)
{
	struct emu_form form = { .writer = &outgoing->pending.writer, .slot = &outgoing->slot };
	size_t room = connection->send_capacity, most = emu_ring_payload_max(&connection->ring);

	/* 0 is that of frames. */
	if (!most || !request)
		return false;
	emu_writer_init(form.writer, connection->send, room < most ? room : most);
	put_ioctl(&form, request, argument, caller, call);
	outgoing->slot.payload.data = form.writer->start;
	outgoing->slot.payload.length = emu_written(form.writer);
	return !form.writer->overflow;
}

void emu_call_begin(struct emu_connection *connection, struct emu_outgoing *outgoing, uint32_t request,
		    uint64_t argument, const struct emu_caller *caller, struct emu_call *call)
{
	outgoing->by_slot = put_slot(connection, outgoing, request, argument, caller, call);
	if (outgoing->by_slot) {
		call->sequence = outgoing->slot.sequence = emu_next_sequence(connection);
		return;
	}
	emu_request_begin(connection, &outgoing->pending, EMU_IOCTL);
	call->sequence = connection->sequence;
	emu_put_ioctl(&outgoing->pending.writer, request, argument, caller, call);
}

int emu_call_send(struct emu_connection *connection, struct emu_outgoing *outgoing)
{
	struct emu_bytes frame;

	if (outgoing->by_slot)
		return emu_ring_submit(connection, &outgoing->slot);
	if (!emu_request_end(&outgoing->pending, &frame))
		return -EMSGSIZE;
	return emu_send_frames(connection, frame.data, frame.length);
}

bool emu_store(const struct emu_call *call, uint64_t address, const void *data, size_t length)
{
	unsigned int i;

	for (i = 0; i < call->count; i++) {
		uint64_t offset = address - call->windows[i].address;
		size_t room = call->windows[i].length;

		if (offset <= room && length <= room - offset) {
			/*
			 * Another thread may have unmapped it meanwhile; to the kernel, that thread came after the
			 * call.
			 */
			if (call->windows[i].own)
				emu_memory_copy((void *)(uintptr_t)address, data, length);
			else
				emu_memory_write(address, data, length);
			return true;
		}
	}
	return false;
}

/* Stores a Segment. */
static bool store_segment(struct emu_bytes segment, const struct emu_call *call)
{
	struct emu_bytes data = emu_get_bytes(segment, EMU_SEGMENT_DATA);

	return emu_store(call, emu_get_varint(segment, EMU_SEGMENT_ADDRESS), data.data, data.length);
}

/* Takes a NewDescriptor. No call makes two, and a token has a limit. */
static bool take_made(struct emu_bytes descriptor, struct emu_made *made)
{
	struct emu_bytes token = emu_get_bytes(descriptor, EMU_NEW_DESCRIPTOR_TOKEN);

	if (made->bytes || !token.length || token.length > sizeof(made->token))
		return false;
	memcpy(made->token, token.data, token.length);
	made->bytes = token.length;
	made->address = emu_get_varint(descriptor, EMU_NEW_DESCRIPTOR_ADDRESS);
	return true;
}

static void take_emptied(struct emu_bytes token, struct emu_emptied *emptied)
{
	struct emu_token *taken = &emptied->tokens[emptied->count];

	if (emptied->count == EMU_EMPTIED_MAX || token.length > sizeof(taken->data))
		return;
	memcpy(taken->data, token.data, token.length);
	taken->length = token.length;
	emptied->count++;
}

static void nothing_made(struct emu_made *made)
{
	made->bytes = 0;
	made->emptied.count = 0;
	made->fail_nth = 0;
}

int emu_take_reply(struct emu_bytes reply, const struct emu_call *call, int32_t *result, struct emu_made *made)
{
	struct emu_made unwanted;
	struct emu_reader reader;
	struct emu_field field;

	if (!made)
		made = &unwanted;
	nothing_made(made);
	*result = 0;
	emu_reader_init(&reader, reply);
	while (emu_next_field(&reader, &field)) {
		if (field.number == EMU_IOCTL_REPLY_RESULT && field.type == EMU_VARINT)
			*result = emu_zigzag(field.value);
		if (field.number == EMU_IOCTL_REPLY_FAIL_NTH && field.type == EMU_VARINT)
			made->fail_nth = (uint32_t)field.value;
		if (field.type != EMU_DELIMITED)
			continue;
		if (field.number == EMU_IOCTL_REPLY_WRITTEN && !store_segment(field.bytes, call))
			return -EPROTO;
		if (field.number == EMU_IOCTL_REPLY_DESCRIPTORS && !take_made(field.bytes, made))
			return -EPROTO;
		if (field.number == EMU_IOCTL_REPLY_EMPTIED)
			take_emptied(field.bytes, &made->emptied);
	}
	return reader.broken ? -EPROTO : 0;
}

static size_t aligned(size_t bytes)
{
	return (bytes + sizeof(uint64_t) - 1) & ~(sizeof(uint64_t) - 1);
}

/* Stores what an answer's payload holds: the beginning of the struct, then items. False: it makes no sense. */
static bool store_payload(const struct emu_slot *answer, const struct emu_call *call)
{
	struct emu_bytes payload = answer->payload;
	struct emu_item item;
	size_t at;

	if (answer->stored > payload.length)
		return false;
	if (answer->stored && !emu_store(call, call->argument, payload.data, answer->stored))
		return false;
	for (at = aligned(answer->stored); at < payload.length; at += aligned(item.bytes)) {
		if (payload.length - at < sizeof(item))
			return false;
		memcpy(&item, payload.data + at, sizeof(item));
		at += sizeof(item);
		if (item.kind != EMU_ITEM_DATA || item.bytes > payload.length - at ||
		    !emu_store(call, item.address, payload.data + at, item.bytes))
			return false;
	}
	return true;
}

int emu_call_finish(struct emu_connection *connection, const struct emu_call *call, int32_t *result,
		    struct emu_made *made)
{
	struct emu_slot answer;
	struct emu_bytes body;
	bool stored;
	int got = 0;

	/* The rest of a frame comes in frames. */
	if (connection->ring.memory && connection->filled == connection->taken)
		got = emu_ring_next(connection, &answer);
	if (got < 0)
		return got;
	if (!got) {
		got = emu_wait_answer(connection, call->sequence, EMU_ANSWER_IOCTL, &body);
		return got ? got : emu_take_reply(body, call, result, made);
	}
	if (made)
		nothing_made(made);
	*result = answer.result;
	stored = answer.sequence == call->sequence && store_payload(&answer, call);
	got = emu_ring_taken(connection);
	return stored ? got : -EPROTO;
}

/* At most EMU_MEMORY_BYTES_MAX of the buffer go along: for the rest the daemon has to reach this process. */
static void put_transfer(struct emu_writer *writer, const struct emu_transfer *transfer, struct emu_call *call)
{
	size_t length = transfer->count < EMU_MEMORY_BYTES_MAX ? (size_t)transfer->count : EMU_MEMORY_BYTES_MAX;
	struct emu_form form = { .writer = writer };

	call->count = 0;
	emu_put_varint(writer, EMU_FILE_ADDRESS, transfer->address);
	emu_put_varint(writer, EMU_FILE_COUNT, transfer->count);
	if (transfer->positioned)
		emu_put_varint(writer, EMU_FILE_OFFSET, transfer->offset);
	if (!length)
		return;
	if (transfer->reads)
		put_writable(&form, transfer->address, length, false, call);
	else
		emu_form_readable(&form, transfer->address, length, NULL, 0);
}

int emu_run_transfer(struct emu_connection *connection, struct emu_transfer *transfer)
{
	struct emu_pending pending;
	struct emu_bytes body;
	struct emu_call call;
	int error;

	emu_request_begin(connection, &pending, transfer->reads ? EMU_READ : EMU_WRITE);
	put_transfer(&pending.writer, transfer, &call);
	error = emu_exchange(connection, &pending, EMU_ANSWER_FILE, &body);
	if (!error)
		error = emu_take_reply(body, &call, &transfer->result, NULL);
	if (!error)
		transfer->withdrawn = emu_get_varint(body, EMU_FILE_REPLY_WITHDRAWN);
	return error;
}
