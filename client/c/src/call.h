/*
 * One ioctl on its way to the daemon and back: the struct's own bytes and the user memory that its pointers name go
 * along as segments (ioctl_table.h says which), what may be written as windows, and what the daemon wrote is stored
 * here. Invariant: nothing is stored outside the windows of the call.
 */
#ifndef EMU_CALL_H
#define EMU_CALL_H

#include "wire.h"

/* The struct, and the memory that one pointer names. */
#define EMU_WINDOWS_MAX 2

struct emu_window {
	uint64_t address;
	size_t length;
	/* It is the struct of a call that said EMU_OWN_STRUCT. */
	bool own;
};

/* Whose the argument of an ioctl is. */
enum emu_struct {
	/* A program's, at an address that may be bad: it is read and written as the kernel would. */
	EMU_ANY_STRUCT,
	/* This library's or its caller's, as long as its `size` says: it is read and written directly. */
	EMU_OWN_STRUCT,
};

struct emu_call {
	struct emu_window windows[EMU_WINDOWS_MAX];
	unsigned int count;
};

/*
 * Puts the fields of an Ioctl message. What the caller's memory does not hold is left out, and the daemon decides what
 * that means. At most EMU_MEMORY_BYTES_MAX of each piece go along: for the rest the daemon has to reach this process.
 */
void emu_put_ioctl(struct emu_writer *writer, uint32_t request, uint64_t argument, enum emu_struct whose,
		   struct emu_call *call);

/*
 * Takes an IoctlReply: stores what was written and gives what ioctl(2) returns, or a negative errno, in `result`.
 * Returns 0, or -EPROTO for a reply that makes no sense.
 */
int emu_take_reply(struct emu_bytes reply, const struct emu_call *call, int32_t *result);

#endif
