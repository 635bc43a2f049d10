/*
 * Descriptors as numbers: closing, duplicating and their flags. Closing returns when the daemon has finished the
 * release, if it was the last copy. The channels' own descriptors look closed to the program, and give way to it.
 */
#include <stdarg.h>

#include "channel.h"
#include "recall.h"
#include "system.h"
#include "wrapped.h"

/* The kernel's value, which open(2) sets on every file of a 64-bit process; the C library's O_LARGEFILE is 0 there. */
#ifdef __aarch64__
#define KERNEL_O_LARGEFILE 0400000
#else
#define KERNEL_O_LARGEFILE 0100000
#endif

SHIM_EXPORT int close(int fd)
{
	struct shim_description description;
	struct emu_address daemon;
	bool reached;
	int result;

	if (shim_is_private(fd))
		return (int)shim_return(-EBADF);
	if (!shim_identify(fd, &description))
		return NEXT(close)(fd);
	reached = !shim_daemon_of(fd, &daemon);
	shim_forget();
	result = NEXT(close)(fd);
	shim_forget();
	if (!result && reached)
		shim_settle(&daemon, &description);
	return result;
}

/* Runs close_range on what of [first, last] is not the shim's. */
static long close_around(unsigned int first, unsigned int last, int flags)
{
	for (;;) {
		int keep = shim_next_private(first, last);
		unsigned int end = keep < 0 ? last : (unsigned int)keep - 1;
		long error = 0;

		if (keep < 0 || (unsigned int)keep > first)
			error = emu_sys(close_range, first, end, flags);
		if (error || keep < 0 || (unsigned int)keep == last)
			return error;
		first = (unsigned int)keep + 1;
	}
}

SHIM_EXPORT int close_range(unsigned int first, unsigned int last, int flags)
{
	long result;

	if (first > last || flags & CLOSE_RANGE_CLOEXEC)
		return NEXT(close_range)(first, last, flags);
	shim_forget();
	if (shim_next_private(0, ~0u) < 0) {
		result = NEXT(close_range)(first, last, flags);
		shim_forget();
		return (int)result;
	}
	result = close_around(first, last, flags);
	shim_forget();
	shim_settle_all();
	return (int)shim_return(result);
}

SHIM_EXPORT void closefrom(int low)
{
	shim_forget();
	if (shim_next_private(0, ~0u) < 0) {
		NEXT(closefrom)(low);
		shim_forget();
		return;
	}
	close_around(low < 0 ? 0 : (unsigned int)low, ~0u, 0);
	shim_forget();
	shim_settle_all();
}

/* What happens to `to` when it is about to become a copy of another descriptor. */
struct replaced {
	bool ours;
	struct shim_description description;
	struct emu_address daemon;
};

/* 0, or a negative errno of dup2. */
static int prepare(int from, int to, struct replaced *replaced)
{
	replaced->ours = false;
	if (shim_is_private(from) || emu_sys(fcntl, from, F_GETFD, 0) < 0)
		return -EBADF;
	if (shim_is_private(to))
		return shim_vacate(to);
	if (!shim_identify(to, &replaced->description))
		return 0;
	replaced->ours = !shim_daemon_of(to, &replaced->daemon);
	shim_forget();
	return 0;
}

static int finish(int result, const struct replaced *replaced)
{
	shim_forget();
	if (result >= 0 && replaced->ours)
		shim_settle(&replaced->daemon, &replaced->description);
	return result;
}

SHIM_EXPORT int dup2(int from, int to)
{
	struct replaced replaced;
	int error;

	if (from == to)
		return NEXT(dup2)(from, to);
	error = prepare(from, to, &replaced);
	if (error)
		return (int)shim_return(error);
	return finish(NEXT(dup2)(from, to), &replaced);
}

SHIM_EXPORT int dup3(int from, int to, int flags)
{
	struct replaced replaced;
	int error;

	if (from == to || flags & ~O_CLOEXEC)
		return NEXT(dup3)(from, to, flags);
	error = prepare(from, to, &replaced);
	if (error)
		return (int)shim_return(error);
	return finish(NEXT(dup3)(from, to, flags), &replaced);
}

/* The status flags that the program opened the node with; a socket's say that it can be read and written. */
static int opened_with(int fd, int flags)
{
	struct shim_description description;

	if (flags < 0 || !shim_identify(fd, &description))
		return flags;
	return (flags & ~O_ACCMODE) | description.access | KERNEL_O_LARGEFILE;
}

SHIM_EXPORT int fcntl(int fd, int command, ...)
{
	unsigned long argument;
	va_list arguments;
	int result;

	va_start(arguments, command);
	argument = va_arg(arguments, unsigned long);
	va_end(arguments);
	result = NEXT(fcntl)(fd, command, argument);
	return command == F_GETFL ? opened_with(fd, result) : result;
}

SHIM_EXPORT int fcntl64(int fd, int command, ...)
{
	unsigned long argument;
	va_list arguments;
	int result;

	va_start(arguments, command);
	argument = va_arg(arguments, unsigned long);
	va_end(arguments);
	result = NEXT(fcntl64)(fd, command, argument);
	return command == F_GETFL ? opened_with(fd, result) : result;
}
