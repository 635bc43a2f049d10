/*
 * This process's own memory at addresses that may be bad; see memory.h. process_vm_readv(2) on oneself does the work.
 * It promises partial results only between the elements of its list, so the list has one element for each page.
 */
#include "memory.h"

#include <pthread.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/uio.h>

#include "system.h"

#define PAGE_BYTES 4096u

/* A range of EMU_MEMORY_BYTES_MAX that is not page aligned touches one page more. */
#define PAGES_MAX (EMU_MEMORY_BYTES_MAX / PAGE_BYTES + 1)

/* How far above the frame of a call its caller's variables are looked for. */
#define STACK_BYTES_MAX 65536u
/* How far its frames are from the top of the first thread's stack; other stacks are farther from it. */
#define FIRST_STACK_BYTES_MAX (1u << 20)

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* What of [address, address + length) exists as addresses and is within the limit of one call. */
static size_t bounded(uint64_t address, size_t length)
{
	if (length > EMU_MEMORY_BYTES_MAX)
		length = EMU_MEMORY_BYTES_MAX;
	if (address && length > 0 - address)
		length = (size_t)(0 - address);
	return length;
}

static size_t bytes_to_page_end(uint64_t address)
{
	return PAGE_BYTES - (size_t)(address % PAGE_BYTES);
}

static size_t transfer(bool write, void *local, uint64_t address, size_t length)
{
	struct iovec here = { local, bounded(address, length) };
	struct iovec there[PAGES_MAX];
	size_t left = here.iov_len;
	unsigned int count = 0;
	long process, done;

	while (left) {
		size_t part = bytes_to_page_end(address);

		if (part > left)
			part = left;
		there[count].iov_base = (void *)(uintptr_t)address;
		there[count++].iov_len = part;
		address += part;
		left -= part;
	}
	if (!count)
		return 0;
	/* The calling thread: the first one, by which the process is named, may have ended. */
	process = emu_sys(gettid, 0);
	if (write)
		done = emu_sys(process_vm_writev, process, &here, 1, there, count, 0);
	else
		done = emu_sys(process_vm_readv, process, &here, 1, there, count, 0);
	return done > 0 ? (size_t)done : 0;
}

size_t emu_memory_read(void *to, uint64_t address, size_t length)
{
	return transfer(false, to, address, length);
}

size_t emu_memory_write(uint64_t address, const void *from, size_t length)
{
	return transfer(true, (void *)(uintptr_t)from, address, length);
}

/* Whether the page that holds `address` can be written, where MADV_POPULATE_WRITE (Linux 5.14) is not known. */
static bool rewrite_byte(uint64_t address)
{
	uint8_t byte;

	return emu_memory_read(&byte, address, 1) && emu_memory_write(address, &byte, 1);
}

static bool page_writable(uint64_t page)
{
	long error = emu_sys(madvise, page, PAGE_BYTES, MADV_POPULATE_WRITE);

	return error == -EINVAL ? rewrite_byte(page) : !error;
}

size_t emu_memory_writable(uint64_t address, size_t length)
{
	uint64_t page = address - address % PAGE_BYTES;
	size_t found = 0;

	length = bounded(address, length);
	if (!length)
		return 0;
	if (!emu_sys(madvise, page, address - page + length, MADV_POPULATE_WRITE))
		return length;
	while (found < length && page_writable(page)) {
		found += bytes_to_page_end(address + found);
		page += PAGE_BYTES;
	}
	return found < length ? found : length;
}

/* Whether the stack of `frame` goes on up to `end`: on a thread's own stack lies its descriptor, on the first thread's the program's name. */
static bool goes_on(uint64_t frame, uint64_t end)
{
	uint64_t descriptor = (uint64_t)(uintptr_t)pthread_self(), name = getauxval(AT_EXECFN);

	return (frame < descriptor && end <= descriptor && descriptor - frame <= STACK_BYTES_MAX) ||
	       (frame < name && end <= name && name - frame <= FIRST_STACK_BYTES_MAX);
}

bool emu_memory_on_stack(uint64_t address, size_t length)
{
	uint64_t frame = (uint64_t)(uintptr_t)__builtin_frame_address(0), page = address - address % PAGE_BYTES;

	if (address < frame || length > STACK_BYTES_MAX || address - frame > STACK_BYTES_MAX - length)
		return false;
	/* The page of the frame is in use. */
	if ((address + length - 1) / PAGE_BYTES == frame / PAGE_BYTES || goes_on(frame, address + length))
		return true;
	return !emu_sys(madvise, page, address - page + length, MADV_POPULATE_WRITE);
}

struct unaligned {
	uint64_t word;
} __attribute__((packed));

/* Volatile: else the compiler makes a call of memcpy of the loops. */
__attribute__((no_sanitize("address"))) void emu_memory_copy(void *to, const void *from, size_t length)
{
	volatile uint8_t *target = to;
	const volatile uint8_t *source = from;

	for (; length >= sizeof(uint64_t); length -= sizeof(uint64_t)) {
		((volatile struct unaligned *)target)->word = ((const volatile struct unaligned *)source)->word;
		target += sizeof(uint64_t);
		source += sizeof(uint64_t);
	}
	while (length--)
		*target++ = *source++;
}
