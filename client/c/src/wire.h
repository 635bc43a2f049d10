/*
 * The protobuf encoding of proto/wire/iommufd_emu.proto, as far as a client needs it: varints and length-delimited
 * fields, on buffers of the caller. Nothing here allocates, locks or reads a file, so it may run in a signal handler.
 * Invariant: neither side ever touches a byte outside the buffer it was given, whatever the input.
 */
#ifndef EMU_WIRE_H
#define EMU_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes before a message: its length as a little-endian u32. */
#define EMU_FRAME_HEADER 4

/* The longest token of an open file description. */
#define EMU_TOKEN_BYTES_MAX 64

struct emu_bytes {
	const uint8_t *data;
	size_t length;
};

struct emu_writer {
	uint8_t *start;
	uint8_t *at;
	uint8_t *end;
	/* A field did not fit: nothing more is written and the result must not be sent. */
	bool overflow;
};

void emu_writer_init(struct emu_writer *writer, void *buffer, size_t capacity);

/* Bytes written so far. */
size_t emu_written(const struct emu_writer *writer);

/* Bytes that a length-delimited field can still take beside its tag and length. */
size_t emu_room(const struct emu_writer *writer);

/* A uint32, uint64, int32 (sign extended by the caller) or bool field. Zero is written too, as a oneof needs it. */
void emu_put_varint(struct emu_writer *writer, uint32_t field, uint64_t value);

/* A bytes or string field. */
void emu_put_bytes(struct emu_writer *writer, uint32_t field, const void *data, size_t length);
void emu_put_string(struct emu_writer *writer, uint32_t field, const char *text);

/* A bytes field whose `length` bytes the caller stores at the address returned; NULL if they do not fit. */
uint8_t *emu_put_space(struct emu_writer *writer, uint32_t field, size_t length);

/* Where the next emu_room() or fewer bytes of content go, and that `length` of them were stored there. */
uint8_t *emu_place(struct emu_writer *writer);
void emu_advance(struct emu_writer *writer, size_t length);

/* A message field, or a bytes field whose length is not known yet: what is put between begin and end is its content. */
size_t emu_message_begin(struct emu_writer *writer, uint32_t field);
void emu_message_end(struct emu_writer *writer, size_t mark);

/* A frame: what is put between begin and end is its message. */
size_t emu_frame_begin(struct emu_writer *writer);
void emu_frame_end(struct emu_writer *writer, size_t mark);

/* The length in a frame header. */
uint32_t emu_frame_length(const uint8_t header[EMU_FRAME_HEADER]);

enum emu_wire_type { EMU_VARINT = 0, EMU_FIXED64 = 1, EMU_DELIMITED = 2, EMU_FIXED32 = 5 };

struct emu_field {
	uint32_t number;
	enum emu_wire_type type;
	/* The value of a varint or fixed field; 0 for a delimited one. */
	uint64_t value;
	/* The content of a delimited field; empty for the others. */
	struct emu_bytes bytes;
};

struct emu_reader {
	const uint8_t *at;
	const uint8_t *end;
	/* The message is not valid protobuf: what was read before still holds, nothing after does. */
	bool broken;
};

void emu_reader_init(struct emu_reader *reader, struct emu_bytes message);

/* The next field, known or not; false at the end of the message and when it is broken. */
bool emu_next_field(struct emu_reader *reader, struct emu_field *field);

/* The value of a sint32 field. */
int32_t emu_zigzag(uint64_t value);

#endif
