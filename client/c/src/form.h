/*
 * The forms in which an ioctl and the memory that it names are written down: an Ioctl message, or what the slot of a ring
 * carries (docs/protocol.md, "Rings"). Memory is read as far as it is there and fits.
 */
#ifndef EMU_FORM_H
#define EMU_FORM_H

#include "ring.h"
#include "wire.h"

/* A range of user memory beside the struct, in a payload; then come its bytes, unless it is a window. */
struct emu_item {
	uint64_t address;
	uint32_t bytes, kind;
};

enum { EMU_ITEM_DATA = 0, EMU_ITEM_WINDOW = 1 };

struct emu_form {
	/* Of the message, or of a slot's payload. */
	struct emu_writer *writer;
	/* What the slot says beside its payload; NULL: it is a message. */
	struct emu_slot *slot;
};

void emu_form_begin(struct emu_form *form, uint32_t request, uint64_t argument);

/* Fault injection. A slot has no room for it, and overflows. */
void emu_form_failure(struct emu_form *form, uint32_t nth, bool ordinary);

/*
 * As much of [address, address + length) as can be read and fits. `head`, which has `known` bytes of it, is enough if it
 * has all of them.
 */
void emu_form_readable(struct emu_form *form, uint64_t address, size_t length, const uint8_t *head, size_t known);

/* The caller can write [address, address + length). */
void emu_form_window(struct emu_form *form, uint64_t address, size_t length);

/* What a descriptor that the call names stands for. A slot has no room for it, and overflows. */
void emu_form_descriptor(struct emu_form *form, int fd, const uint8_t *token, size_t bytes);

#endif
