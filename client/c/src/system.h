/*
 * System calls without the C library's wrappers. The shim exports functions named open, close, fcntl and so on; code
 * that the shim is made of must not run into them. None of these is a cancellation point and none changes errno: the
 * result is the call's value or a negative errno.
 */
#ifndef EMU_SYSTEM_H
#define EMU_SYSTEM_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(sizeof(void *) == 8 && sizeof(long) == 8, "the uAPI is implemented for 64-bit programs");

static inline long emu_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	int saved = errno;
	long result = syscall(number, a, b, c, d, e, f);

	if (result == -1) {
		result = -errno;
		errno = saved;
	}
	return result;
}

/* emu_sys(close, fd): the system call of that name, with up to six arguments. */
#define EMU_ARGUMENTS(number, a, b, c, d, e, f, ...)                                                                   \
	emu_syscall(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#define emu_sys(name, ...) EMU_ARGUMENTS(SYS_##name, __VA_ARGS__, 0, 0, 0, 0, 0, 0)

#endif
