/* An ioctl written down; see form.h. */
#include "form.h"

#include <string.h>

#include "memory.h"
#include "messages.h"

/* The header of a slot has 16 bits for each. */
#define STRUCT_BYTES_MAX 0xffffu

void emu_form_begin(struct emu_form *form, uint32_t request, uint64_t argument)
{
	if (form->slot) {
		form->slot->kind = request;
		form->slot->readable = form->slot->writable = 0;
		form->slot->argument = argument;
		return;
	}
	emu_put_varint(form->writer, EMU_IOCTL_REQUEST, request);
	emu_put_varint(form->writer, EMU_IOCTL_ARGUMENT, argument);
}

void emu_form_failure(struct emu_form *form, uint32_t nth, bool ordinary)
{
	if (form->slot) {
		form->writer->overflow = true;
		return;
	}
	emu_put_varint(form->writer, EMU_IOCTL_FAIL_NTH, nth);
	emu_put_varint(form->writer, EMU_IOCTL_FAIL_ORDINARY, ordinary);
}

/* Puts bytes of memory at the writer's place; how many. */
static size_t put_memory(struct emu_writer *writer, uint64_t address, size_t length, const uint8_t *head, size_t known)
{
	if (length > known)
		length = emu_memory_read(emu_place(writer), address, length);
	else
		memcpy(emu_place(writer), head, length);
	emu_advance(writer, length);
	return length;
}

/* ---- messages */

static void put_segment(struct emu_writer *writer, uint64_t address, size_t length, const uint8_t *head, size_t known)
{
	struct emu_writer before = *writer;
	size_t message = emu_message_begin(writer, EMU_IOCTL_READABLE);
	size_t data;

	emu_put_varint(writer, EMU_SEGMENT_ADDRESS, address);
	data = emu_message_begin(writer, EMU_SEGMENT_DATA);
	if (length > emu_room(writer))
		length = emu_room(writer);
	length = put_memory(writer, address, length, head, known);
	emu_message_end(writer, data);
	emu_message_end(writer, message);
	if (!length)
		*writer = before;
}

static void put_window(struct emu_writer *writer, uint64_t address, size_t length)
{
	size_t message = emu_message_begin(writer, EMU_IOCTL_WRITABLE);

	emu_put_varint(writer, EMU_WINDOW_ADDRESS, address);
	emu_put_varint(writer, EMU_WINDOW_LENGTH, length);
	emu_message_end(writer, message);
}

/* ---- slots */

/* What does not fit goes as a message, so a part of it is of no use. */
static bool has_room(struct emu_writer *writer, size_t length)
{
	if (writer->overflow || (size_t)(writer->end - writer->at) < length)
		writer->overflow = true;
	return !writer->overflow;
}

/* Up to the next multiple of 8 bytes. */
static void put_padding(struct emu_writer *writer)
{
	size_t padding = (0 - emu_written(writer)) % sizeof(uint64_t);

	if (!has_room(writer, padding))
		return;
	memset(emu_place(writer), 0, padding);
	emu_advance(writer, padding);
}

static void put_item(struct emu_writer *writer, const struct emu_item *item)
{
	put_padding(writer);
	if (!has_room(writer, sizeof(*item)))
		return;
	memcpy(emu_place(writer), item, sizeof(*item));
	emu_advance(writer, sizeof(*item));
}

static void put_data(struct emu_writer *writer, uint64_t address, size_t length, const uint8_t *head, size_t known)
{
	struct emu_writer before = *writer;
	struct emu_item item = { .address = address, .bytes = (uint32_t)length, .kind = EMU_ITEM_DATA };
	size_t at, got;

	put_item(writer, &item);
	at = emu_written(writer);
	if (!has_room(writer, length))
		return;
	got = put_memory(writer, address, length, head, known);
	if (!got)
		*writer = before;
	if (got == length)
		return;
	item.bytes = (uint32_t)got;
	memcpy(writer->start + at - sizeof(item), &item, sizeof(item));
}

/* The struct comes first, and its address is in the header. */
static bool put_struct(const struct emu_form *form, uint64_t address, size_t length, const uint8_t *head, size_t known)
{
	if (address != form->slot->argument || emu_written(form->writer) || length > STRUCT_BYTES_MAX)
		return false;
	if (has_room(form->writer, length))
		form->slot->readable = (uint16_t)put_memory(form->writer, address, length, head, known);
	return true;
}

/* ---- either */

void emu_form_readable(struct emu_form *form, uint64_t address, size_t length, const uint8_t *head, size_t known)
{
	if (!form->slot)
		put_segment(form->writer, address, length, head, known);
	else if (!put_struct(form, address, length, head, known))
		put_data(form->writer, address, length, head, known);
}

void emu_form_window(struct emu_form *form, uint64_t address, size_t length)
{
	struct emu_item item = { .address = address, .bytes = (uint32_t)length, .kind = EMU_ITEM_WINDOW };

	if (!form->slot)
		put_window(form->writer, address, length);
	else if (address == form->slot->argument && !form->slot->writable && length <= STRUCT_BYTES_MAX)
		form->slot->writable = (uint16_t)length;
	else
		put_item(form->writer, &item);
}

void emu_form_descriptor(struct emu_form *form, int fd, const uint8_t *token, size_t bytes)
{
	size_t message;

	if (form->slot) {
		form->writer->overflow = true;
		return;
	}
	message = emu_message_begin(form->writer, EMU_IOCTL_DESCRIPTORS);
	emu_put_varint(form->writer, EMU_DESCRIPTOR_FD, (uint64_t)(int64_t)fd);
	emu_put_bytes(form->writer, EMU_DESCRIPTOR_TOKEN, token, bytes);
	emu_message_end(form->writer, message);
}
