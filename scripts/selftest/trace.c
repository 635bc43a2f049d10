/*
 * Preloaded before the shim: prints each ioctl of /dev/iommu that a program makes as one line on standard error,
 * "trace REQUEST RESULT ERRNO BYTES", all hexadecimal but RESULT and ERRNO. BYTES is the argument's struct after the call.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <unistd.h>

/* Of iommufd and VFIO, in bits 8 to 15 of the request. */
#define IOCTL_TYPE 0x3b
/* The largest struct is shorter. */
#define STRUCT_BYTES_MAX 256
#define LINE_BYTES_MAX (64 + 2 * STRUCT_BYTES_MAX)

/* As the kernel reads it: a bad pointer yields nothing. */
static ssize_t read_memory(const void *address, void *buffer, size_t bytes)
{
	struct iovec local = {.iov_base = buffer, .iov_len = bytes};
	struct iovec remote = {.iov_base = (void *)address, .iov_len = bytes};

	return process_vm_readv(getpid(), &local, 1, &remote, 1, 0);
}

static void print_call(unsigned long request, const void *argument, int result, int error)
{
	unsigned char bytes[STRUCT_BYTES_MAX];
	unsigned int size = 0;
	char line[LINE_BYTES_MAX];
	int length = snprintf(line, sizeof(line), "trace %lx %d %d ", request, result, result < 0 ? error : 0);

	if (read_memory(argument, &size, sizeof(size)) == sizeof(size)) {
		if (size > sizeof(bytes))
			size = sizeof(bytes);
		if (read_memory(argument, bytes, size) != (ssize_t)size)
			size = 0;
	} else {
		size = 0;
	}
	for (unsigned int i = 0; i < size; i++)
		length += snprintf(line + length, sizeof(line) - length, "%02x", bytes[i]);
	line[length++] = '\n';
	if (write(STDERR_FILENO, line, length) != length)
		return;
}

int ioctl(int fd, unsigned long request, ...)
{
	static int (*next)(int, unsigned long, ...);
	va_list arguments;
	void *argument;
	int result, error;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (next == NULL)
		next = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
	result = next(fd, request, argument);
	error = errno;
	if ((request >> 8 & 0xff) == IOCTL_TYPE)
		print_call(request, argument, result, error);
	errno = error;
	return result;
}
