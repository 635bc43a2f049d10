/*
 * ioctl(2) on an iommufd, a VFIO group or device: what the VFS answers before any driver sees it, here; everything else,
 * also numbers that are no ioctls of theirs, by the daemon, which knows the order of the checks.
 */
#include <stdarg.h>

#include "channel.h"
#include "keeper.h"
#include "memory.h"
#include "recall.h"
#include "system.h"
#include "wrapped.h"

/* What a block device file system reports; devtmpfs, where the real node is, has pages. */
#define BLOCK_BYTES 4096

#ifndef FIGETBSZ
#define FIGETBSZ 2
#endif

static long get_block_size(uint64_t argument)
{
	int bytes = BLOCK_BYTES;

	return emu_memory_write(argument, &bytes, sizeof(bytes)) == sizeof(bytes) ? 0 : -EFAULT;
}

/* An iommufd cannot signal: asking for it fails, asking for nothing does not. */
static long set_async(uint64_t argument)
{
	int on;

	if (emu_memory_read(&on, argument, sizeof(on)) != sizeof(on))
		return -EFAULT;
	return on ? -ENOTTY : 0;
}

static long run(int fd, const struct shim_description *description, uint32_t request, uint64_t argument)
{
	/* What else an ioctl made is only an argument of ioctls. */
	if (description->node >= SHIM_PATHS && description->node != SHIM_DEVICE)
		return -ENOTTY;
	if (description->node == SHIM_IOMMU || description->node == SHIM_VFIO)
		shim_keep_for(fd, request);
	return shim_call(fd, description, request, argument);
}

SHIM_EXPORT int ioctl(int fd, unsigned long request, ...)
{
	struct shim_description description;
	uint64_t argument;
	va_list arguments;
	long result;

	va_start(arguments, request);
	argument = va_arg(arguments, unsigned long);
	va_end(arguments);
	do {
		if (!shim_recall(fd, &description))
			return NEXT(ioctl)(fd, request, argument);
		switch ((uint32_t)request) {
		case FIOCLEX:
		case FIONCLEX:
		case FIONBIO:
			/* They change the descriptor or the open file, which the socket is. */
			return NEXT(ioctl)(fd, request, argument);
		case FIGETBSZ:
			return (int)shim_return(get_block_size(argument));
		case FIOASYNC:
			return (int)shim_return(set_async(argument));
		default:
			result = run(fd, &description, (uint32_t)request, argument);
		}
	} while (shim_misremembered(fd, &description, result));
	return (int)shim_return(result);
}
