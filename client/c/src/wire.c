/*
 * The protobuf encoding; see wire.h. It follows the protobuf encoding guide. A message field gets a length of fixed
 * width (a varint with padding, which every decoder takes), so that it can be filled in after its content is known.
 */
#include "wire.h"

#include <string.h>

/* Bytes of a padded message length: 4 * 7 bits, 256 MiB, far beyond every frame limit. */
#define LENGTH_BYTES 4
#define LENGTH_MAX ((1u << (7 * LENGTH_BYTES)) - 1)

/* A 64-bit varint has at most this many bytes. */
#define VARINT_BYTES_MAX 10

/* The most that the tag (5) and length (5) of a delimited field take. */
#define FIELD_OVERHEAD_MAX 10

void emu_writer_init(struct emu_writer *writer, void *buffer, size_t capacity)
{
	writer->start = writer->at = buffer;
	writer->end = writer->start + capacity;
	writer->overflow = false;
}

size_t emu_written(const struct emu_writer *writer)
{
	return (size_t)(writer->at - writer->start);
}

size_t emu_room(const struct emu_writer *writer)
{
	size_t left = (size_t)(writer->end - writer->at);

	return writer->overflow || left < FIELD_OVERHEAD_MAX ? 0 : left - FIELD_OVERHEAD_MAX;
}

/* The place for `length` bytes, or NULL. */
static uint8_t *take(struct emu_writer *writer, size_t length)
{
	uint8_t *place = writer->at;

	if (writer->overflow || (size_t)(writer->end - writer->at) < length) {
		writer->overflow = true;
		return NULL;
	}
	writer->at += length;
	return place;
}

static void raw_varint(struct emu_writer *writer, uint64_t value)
{
	uint8_t *at = writer->at;

	for (; !writer->overflow; value >>= 7) {
		if (at == writer->end) {
			writer->overflow = true;
		} else if (value <= 0x7f) {
			*at++ = (uint8_t)value;
			writer->at = at;
			return;
		} else {
			*at++ = (uint8_t)(value & 0x7f) | 0x80;
		}
	}
}

static void put_tag(struct emu_writer *writer, uint32_t field, enum emu_wire_type type)
{
	raw_varint(writer, (uint64_t)field << 3 | type);
}

void emu_put_varint(struct emu_writer *writer, uint32_t field, uint64_t value)
{
	put_tag(writer, field, EMU_VARINT);
	raw_varint(writer, value);
}

uint8_t *emu_put_space(struct emu_writer *writer, uint32_t field, size_t length)
{
	if (length > LENGTH_MAX) {
		writer->overflow = true;
		return NULL;
	}
	put_tag(writer, field, EMU_DELIMITED);
	raw_varint(writer, length);
	return take(writer, length);
}

void emu_put_bytes(struct emu_writer *writer, uint32_t field, const void *data, size_t length)
{
	uint8_t *place = emu_put_space(writer, field, length);

	if (place && length)
		memcpy(place, data, length);
}

uint8_t *emu_place(struct emu_writer *writer)
{
	return writer->at;
}

void emu_advance(struct emu_writer *writer, size_t length)
{
	take(writer, length);
}

void emu_put_string(struct emu_writer *writer, uint32_t field, const char *text)
{
	emu_put_bytes(writer, field, text, strlen(text));
}

size_t emu_message_begin(struct emu_writer *writer, uint32_t field)
{
	put_tag(writer, field, EMU_DELIMITED);
	take(writer, LENGTH_BYTES);
	return emu_written(writer);
}

void emu_message_end(struct emu_writer *writer, size_t mark)
{
	size_t length, i;

	if (writer->overflow)
		return;
	length = emu_written(writer) - mark;
	if (length > LENGTH_MAX) {
		writer->overflow = true;
		return;
	}
	for (i = 0; i < LENGTH_BYTES; i++) {
		uint8_t more = i + 1 < LENGTH_BYTES ? 0x80 : 0;

		writer->start[mark - LENGTH_BYTES + i] = (uint8_t)((length >> (7 * i)) & 0x7f) | more;
	}
}

size_t emu_frame_begin(struct emu_writer *writer)
{
	take(writer, EMU_FRAME_HEADER);
	return emu_written(writer);
}

void emu_frame_end(struct emu_writer *writer, size_t mark)
{
	size_t length, i;

	if (writer->overflow)
		return;
	length = emu_written(writer) - mark;
	if (length > LENGTH_MAX) {
		writer->overflow = true;
		return;
	}
	for (i = 0; i < EMU_FRAME_HEADER; i++)
		writer->start[mark - EMU_FRAME_HEADER + i] = (uint8_t)(length >> (8 * i));
}

uint32_t emu_frame_length(const uint8_t header[EMU_FRAME_HEADER])
{
	return header[0] | (uint32_t)header[1] << 8 | (uint32_t)header[2] << 16 | (uint32_t)header[3] << 24;
}

void emu_reader_init(struct emu_reader *reader, struct emu_bytes message)
{
	reader->at = message.data;
	reader->end = message.data + message.length;
	reader->broken = false;
}

static bool fail(struct emu_reader *reader)
{
	reader->broken = true;
	reader->at = reader->end;
	return false;
}

static bool get_varint(struct emu_reader *reader, uint64_t *value)
{
	unsigned int i;

	*value = 0;
	for (i = 0; i < VARINT_BYTES_MAX && reader->at < reader->end; i++) {
		uint8_t byte = *reader->at++;

		*value |= (uint64_t)(byte & 0x7f) << (7 * i);
		if (!(byte & 0x80))
			return true;
	}
	return fail(reader);
}

static bool get_fixed(struct emu_reader *reader, unsigned int count, uint64_t *value)
{
	unsigned int i;

	if ((size_t)(reader->end - reader->at) < count)
		return fail(reader);
	*value = 0;
	for (i = 0; i < count; i++)
		*value |= (uint64_t)*reader->at++ << (8 * i);
	return true;
}

bool emu_next_field(struct emu_reader *reader, struct emu_field *field)
{
	uint64_t tag, length;

	if (reader->broken || reader->at == reader->end)
		return false;
	if (!get_varint(reader, &tag))
		return false;
	if (tag > UINT32_MAX || tag >> 3 == 0)
		return fail(reader);
	field->number = (uint32_t)(tag >> 3);
	field->type = (enum emu_wire_type)(tag & 7);
	field->value = 0;
	field->bytes.data = reader->at;
	field->bytes.length = 0;
	switch (field->type) {
	case EMU_VARINT:
		return get_varint(reader, &field->value);
	case EMU_FIXED64:
		return get_fixed(reader, 8, &field->value);
	case EMU_FIXED32:
		return get_fixed(reader, 4, &field->value);
	case EMU_DELIMITED:
		if (!get_varint(reader, &length))
			return false;
		if (length > (uint64_t)(reader->end - reader->at))
			return fail(reader);
		field->bytes.data = reader->at;
		field->bytes.length = (size_t)length;
		reader->at += length;
		return true;
	}
	/* Groups (3, 4) and unassigned types: their end cannot be found. */
	return fail(reader);
}

int32_t emu_zigzag(uint64_t value)
{
	uint32_t word = (uint32_t)value;

	return (int32_t)(word >> 1 ^ (0u - (word & 1)));
}
