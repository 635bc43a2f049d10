/*
 * What else a program may do with one of ours as a file; mmap.c has mmap. The queues of page requests and events are read, written and
 * polled, by the rules of Linux; the rest cannot be read, written or watched by epoll. poll and select need nothing for
 * them: their sockets are always ready, as an iommufd and an access are.
 */
#include <limits.h>

#include "channel.h"
#include "inject.h"
#include "system.h"
#include "wrapped.h"

/* What read(2) returns for one of ours, which is not asked itself: on the socket of a queue lie notices. */
static ssize_t read_ours(int fd, const struct shim_description *description, void *buffer, size_t count)
{
	if (description->access == O_WRONLY)
		return shim_return(-EBADF);
	if (!shim_is_queue(description->node))
		return shim_return(-EINVAL);
	return shim_return(shim_transfer(fd, description, true, (uintptr_t)buffer, count));
}

static ssize_t write_ours(int fd, const struct shim_description *description, const void *buffer, size_t count)
{
	if (description->access == O_RDONLY)
		return shim_return(-EBADF);
	if (!shim_is_queue(description->node))
		return shim_return(-EINVAL);
	return shim_return(shim_transfer(fd, description, false, (uintptr_t)buffer, count));
}

SHIM_EXPORT ssize_t read(int fd, void *buffer, size_t count)
{
	struct shim_description description;

	if (shim_identify(fd, &description))
		return read_ours(fd, &description, buffer, count);
	shim_inject_refresh(fd);
	return NEXT(read)(fd, buffer, count);
}

SHIM_EXPORT ssize_t __read_chk(int fd, void *buffer, size_t count, size_t capacity)
{
	struct shim_description description;

	if (count <= capacity && shim_identify(fd, &description))
		return read_ours(fd, &description, buffer, count);
	shim_inject_refresh(fd);
	return NEXT(__read_chk)(fd, buffer, count, capacity);
}

SHIM_EXPORT ssize_t write(int fd, const void *buffer, size_t count)
{
	struct shim_description description;
	long result;

	if (shim_identify(fd, &description))
		return write_ours(fd, &description, buffer, count);
	if (shim_inject_write(fd, buffer, count, &result))
		return shim_return(result);
	return NEXT(write)(fd, buffer, count);
}

/* At an offset nothing of ours can be read or written but the files of fault injection: the rest are streams. */
SHIM_EXPORT ssize_t pread(int fd, void *buffer, size_t count, off_t offset)
{
	shim_inject_refresh(fd);
	return NEXT(pread)(fd, buffer, count, offset);
}

SHIM_EXPORT ssize_t pread64(int fd, void *buffer, size_t count, off64_t offset)
{
	shim_inject_refresh(fd);
	return NEXT(pread64)(fd, buffer, count, offset);
}

SHIM_EXPORT ssize_t __pread_chk(int fd, void *buffer, size_t count, off_t offset, size_t capacity)
{
	shim_inject_refresh(fd);
	return NEXT(__pread_chk)(fd, buffer, count, offset, capacity);
}

SHIM_EXPORT ssize_t __pread64_chk(int fd, void *buffer, size_t count, off64_t offset, size_t capacity)
{
	shim_inject_refresh(fd);
	return NEXT(__pread64_chk)(fd, buffer, count, offset, capacity);
}

SHIM_EXPORT ssize_t pwrite(int fd, const void *buffer, size_t count, off_t offset)
{
	long result;

	if (shim_inject_write(fd, buffer, count, &result))
		return shim_return(result);
	return NEXT(pwrite)(fd, buffer, count, offset);
}

SHIM_EXPORT ssize_t pwrite64(int fd, const void *buffer, size_t count, off64_t offset)
{
	long result;

	if (shim_inject_write(fd, buffer, count, &result))
		return shim_return(result);
	return NEXT(pwrite64)(fd, buffer, count, offset);
}

/* One transfer after the other, until one is short; what was transferred before an error counts. */
static ssize_t transfer_list(int fd, const struct shim_description *description, const struct iovec *list, int count,
			     bool reads)
{
	ssize_t done = 0;
	int i;

	if (count < 0 || count > IOV_MAX)
		return shim_return(-EINVAL);
	for (i = 0; i < count; i++) {
		size_t length = list[i].iov_len;
		ssize_t part;

		if (reads)
			part = read_ours(fd, description, list[i].iov_base, length);
		else
			part = write_ours(fd, description, list[i].iov_base, length);
		if (part < 0)
			return done ? done : part;
		done += part;
		if ((size_t)part < length)
			break;
	}
	return done;
}

SHIM_EXPORT ssize_t readv(int fd, const struct iovec *list, int count)
{
	struct shim_description description;

	if (shim_identify(fd, &description))
		return transfer_list(fd, &description, list, count, true);
	return NEXT(readv)(fd, list, count);
}

SHIM_EXPORT ssize_t writev(int fd, const struct iovec *list, int count)
{
	struct shim_description description;

	if (shim_identify(fd, &description))
		return transfer_list(fd, &description, list, count, false);
	return NEXT(writev)(fd, list, count);
}

/* A dma-buf can be asked where its ends are. */
static long seek_dmabuf(int fd, const struct shim_description *description, off_t offset, int whence)
{
	uint64_t size;
	long error;

	if (offset || (whence != SEEK_SET && whence != SEEK_END))
		return -EINVAL;
	error = shim_size(fd, description, &size);
	if (error)
		return error;
	return whence == SEEK_END ? (long)size : 0;
}

static bool is_dmabuf(int fd, struct shim_description *description)
{
	return shim_identify(fd, description) && description->node == SHIM_DMABUF;
}

SHIM_EXPORT off_t lseek(int fd, off_t offset, int whence)
{
	struct shim_description description;
	off_t result = NEXT(lseek)(fd, offset, whence);

	if (result >= 0 || errno != ESPIPE || !is_dmabuf(fd, &description))
		return result;
	return shim_return(seek_dmabuf(fd, &description, offset, whence));
}

SHIM_EXPORT off64_t lseek64(int fd, off64_t offset, int whence)
{
	struct shim_description description;
	off64_t result = NEXT(lseek64)(fd, offset, whence);

	if (result >= 0 || errno != ESPIPE || !is_dmabuf(fd, &description))
		return result;
	return shim_return(seek_dmabuf(fd, &description, offset, whence));
}

/*
 * The socket of an event queue can be written to; the queue cannot. Takes the wish to write out of `list`, and says in
 * `hidden` where it was. False if there was none.
 */
static bool hide_writing(struct pollfd *list, nfds_t count, bool hidden[])
{
	struct shim_description description;
	bool any = false;
	nfds_t i;

	for (i = 0; i < count; i++) {
		hidden[i] = list[i].events & (POLLOUT | POLLWRNORM) && shim_identify(list[i].fd, &description) &&
			    description.node == SHIM_VEVENTQ;
		any |= hidden[i];
	}
	return any;
}

/* Longer lists are polled as they are: an event queue in them then seems to be writable. */
#define POLL_LIST_MAX 256

/* Runs poll with what an event queue can be asked. */
static int poll_around(struct pollfd *list, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	struct pollfd asked[POLL_LIST_MAX];
	bool hidden[POLL_LIST_MAX];
	nfds_t i;
	int result;

	if (count > POLL_LIST_MAX || !hide_writing(list, count, hidden))
		return NEXT(ppoll)(list, count, timeout, mask);
	for (i = 0; i < count; i++) {
		asked[i] = list[i];
		if (hidden[i])
			asked[i].events &= (short)~(POLLOUT | POLLWRNORM);
	}
	result = NEXT(ppoll)(asked, count, timeout, mask);
	for (i = 0; i < count; i++)
		list[i].revents = asked[i].revents;
	return result;
}

static int poll_for(struct pollfd *list, nfds_t count, int timeout_ms)
{
	struct timespec timeout = { timeout_ms / 1000, timeout_ms % 1000 * 1000000L };

	return poll_around(list, count, timeout_ms < 0 ? NULL : &timeout, NULL);
}

SHIM_EXPORT int poll(struct pollfd *list, nfds_t count, int timeout_ms)
{
	return poll_for(list, count, timeout_ms);
}

SHIM_EXPORT int __poll_chk(struct pollfd *list, nfds_t count, int timeout_ms, size_t bytes)
{
	if (bytes / sizeof(*list) < count)
		return NEXT(__poll_chk)(list, count, timeout_ms, bytes);
	return poll_for(list, count, timeout_ms);
}

SHIM_EXPORT int ppoll(struct pollfd *list, nfds_t count, const struct timespec *timeout, const sigset_t *mask)
{
	return poll_around(list, count, timeout, mask);
}

SHIM_EXPORT int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
	struct shim_description description;

	if (operation == EPOLL_CTL_ADD && shim_identify(fd, &description) && !shim_is_queue(description.node) &&
	    description.node != SHIM_DMABUF)
		return (int)shim_return(-EPERM);
	return NEXT(epoll_ctl)(epoll, operation, fd, event);
}
