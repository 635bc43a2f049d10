/*
 * What else a program may try on one of ours as a file: it cannot be read, written or watched by epoll, and none of its
 * offsets can be mapped. poll and select need nothing: the socket is always ready, as an iommufd and an access are.
 */
#include "description.h"
#include "system.h"
#include "wrapped.h"

/*
 * The end of a read that returned `result`. Nothing ever arrives on our sockets, so a read of one comes back at once
 * with 0, and only then has to be told from the end of an ordinary file.
 */
static ssize_t after_read(int fd, ssize_t result)
{
	struct shim_description description;

	if (result || !shim_identify(fd, &description))
		return result;
	return shim_return(description.access == O_WRONLY ? -EBADF : -EINVAL);
}

SHIM_EXPORT ssize_t read(int fd, void *buffer, size_t count)
{
	return after_read(fd, NEXT(read)(fd, buffer, count));
}

SHIM_EXPORT ssize_t __read_chk(int fd, void *buffer, size_t count, size_t capacity)
{
	return after_read(fd, NEXT(__read_chk)(fd, buffer, count, capacity));
}

SHIM_EXPORT ssize_t readv(int fd, const struct iovec *list, int count)
{
	return after_read(fd, NEXT(readv)(fd, list, count));
}

/* Whether `fd` is ours; then a write to it fails. The bytes must not reach the daemon. */
static bool refuses_write(int fd, ssize_t *result)
{
	struct shim_description description;

	if (!shim_identify(fd, &description))
		return false;
	*result = shim_return(description.access == O_RDONLY ? -EBADF : -EINVAL);
	return true;
}

SHIM_EXPORT ssize_t write(int fd, const void *buffer, size_t count)
{
	ssize_t result;

	return refuses_write(fd, &result) ? result : NEXT(write)(fd, buffer, count);
}

SHIM_EXPORT ssize_t writev(int fd, const struct iovec *list, int count)
{
	ssize_t result;

	return refuses_write(fd, &result) ? result : NEXT(writev)(fd, list, count);
}

/* Linux answers in this order: the call's own form, what the file was opened for, then the driver. */
static int mmap_error(const struct shim_description *description, size_t length, int protection, int flags,
		      off_t offset)
{
	bool shared = (flags & MAP_TYPE) == MAP_SHARED || (flags & MAP_TYPE) == MAP_SHARED_VALIDATE;
	bool read_only = description->access == O_RDONLY;

	if (!length || offset & 4095 || (!shared && (flags & MAP_TYPE) != MAP_PRIVATE))
		return -EINVAL;
	if (description->node == SHIM_ACCESS)
		return -ENODEV;
	if ((shared && protection & PROT_WRITE && read_only) || description->access == O_WRONLY)
		return -EACCES;
	if (!shared || read_only)
		return -EINVAL;
	return protection & PROT_EXEC ? -EPERM : -ENXIO;
}

static bool refuses_mmap(int fd, size_t length, int protection, int flags, off_t offset)
{
	struct shim_description description;

	if (fd < 0 || flags & MAP_ANONYMOUS || !shim_identify(fd, &description))
		return false;
	shim_return(mmap_error(&description, length, protection, flags, offset));
	return true;
}

SHIM_EXPORT void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t offset)
{
	if (refuses_mmap(fd, length, protection, flags, offset))
		return MAP_FAILED;
	return NEXT(mmap)(address, length, protection, flags, fd, offset);
}

SHIM_EXPORT void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t offset)
{
	if (refuses_mmap(fd, length, protection, flags, offset))
		return MAP_FAILED;
	return NEXT(mmap64)(address, length, protection, flags, fd, offset);
}

SHIM_EXPORT int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	struct shim_description description;

	if (operation == EPOLL_CTL_ADD && shim_identify(fd, &description))
		return (int)shim_return(-EPERM);
	return NEXT(epoll_ctl)(epoll, operation, fd, event);
}
