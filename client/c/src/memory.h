/*
 * This process's own memory at addresses that may be bad: what copy_from_user and copy_to_user are to the kernel. An
 * address without memory gives a short count, never a signal.
 */
#ifndef EMU_MEMORY_H
#define EMU_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More than this is not looked at in one call. */
#define EMU_MEMORY_BYTES_MAX 65536u

/* Copies from `address` on as long as memory can be read; returns how many of the `length` bytes those were. */
size_t emu_memory_read(void *to, uint64_t address, size_t length);

/* Copies to `address` on as long as memory can be written; returns how many of the `length` bytes those were. */
size_t emu_memory_write(uint64_t address, const void *from, size_t length);

/* How many of the `length` bytes from `address` on can be written. Their content does not change. */
size_t emu_memory_writable(uint64_t address, size_t length);

/*
 * Whether [address, address + length) lies on the stack of the calling thread, not far above this call, and can be read
 * and written: then that holds until the caller returns. False is no answer.
 */
bool emu_memory_on_stack(uint64_t address, size_t length);

/*
 * memcpy(3) as the kernel would do it: what checks a program's own accesses does not see it, and a caller may say that
 * its struct is longer than the variable that it is in.
 */
void emu_memory_copy(void *to, const void *from, size_t length);

#endif
