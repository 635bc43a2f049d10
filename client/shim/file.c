/*
 * What else a program may do with one of ours as a file; mmap.c has mmap. VFIO devices are read and written at offsets,
 * attributes as they come, the queues of page requests and events are polled, too, by the rules of Linux; the rest
 * cannot be read, written or watched by epoll. poll and select need nothing for them: their sockets are always ready, as
 * an iommufd and an access are.
 */
#include <limits.h>

#include "channel.h"
#include "inject.h"
#include "system.h"
#include "wrapped.h"

/* Whether reads and writes of it are the daemon's to answer; the rest has no such operations. */
static bool is_read(enum shim_node node)
{
	return shim_is_queue(node) || shim_is_device(node) || node == SHIM_ATTRIBUTE;
}

/* What read(2) returns for one of ours, which is not asked itself: on the socket of a queue lie notices. */
static ssize_t read_ours(int fd, const struct shim_description *description, void *buffer, size_t count)
{
	if (description->access == O_WRONLY)
		return shim_return(-EBADF);
	if (!is_read(description->node))
		return shim_return(-EINVAL);
	return shim_return(shim_transfer(fd, description, true, (uintptr_t)buffer, count));
}

static ssize_t write_ours(int fd, const struct shim_description *description, const void *buffer, size_t count)
{
	if (description->access == O_RDONLY)
		return shim_return(-EBADF);
	if (!is_read(description->node))
		return shim_return(-EINVAL);
	return shim_return(shim_transfer(fd, description, false, (uintptr_t)buffer, count));
}

/* Whether `fd` is a device: nothing else of ours can be read or written at an offset, the rest are streams. */
static bool is_positioned(int fd, struct shim_description *description)
{
	return shim_identify(fd, description) && shim_is_device(description->node);
}

/* What pread(2) or pwrite(2) returns for a device. */
static ssize_t transfer_at(int fd, const struct shim_description *description, bool reads, const void *buffer,
			   size_t count, off_t offset)
{
	if (offset < 0)
		return shim_return(-EINVAL);
	if (description->access == (reads ? O_WRONLY : O_RDONLY))
		return shim_return(-EBADF);
	return shim_return(
		shim_transfer_at(fd, description, reads, (uintptr_t)buffer, count, (uint64_t)offset));
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

#define WRAP_PREAD(name, offset_type)                                                                                  \
	SHIM_EXPORT ssize_t name(int fd, void *buffer, size_t count, offset_type offset)                               \
	{                                                                                                              \
		struct shim_description description;                                                                   \
		if (is_positioned(fd, &description))                                                                   \
			return transfer_at(fd, &description, true, buffer, count, offset);                             \
		shim_inject_refresh(fd);                                                                               \
		return NEXT(name)(fd, buffer, count, offset);                                                          \
	}
#define WRAP_PREAD_CHK(name, offset_type)                                                                              \
	SHIM_EXPORT ssize_t name(int fd, void *buffer, size_t count, offset_type offset, size_t capacity)              \
	{                                                                                                              \
		struct shim_description description;                                                                   \
		if (count <= capacity && is_positioned(fd, &description))                                              \
			return transfer_at(fd, &description, true, buffer, count, offset);                             \
		shim_inject_refresh(fd);                                                                               \
		return NEXT(name)(fd, buffer, count, offset, capacity);                                                \
	}
#define WRAP_PWRITE(name, offset_type)                                                                                 \
	SHIM_EXPORT ssize_t name(int fd, const void *buffer, size_t count, offset_type offset)                         \
	{                                                                                                              \
		struct shim_description description;                                                                   \
		long result;                                                                                           \
		if (is_positioned(fd, &description))                                                                   \
			return transfer_at(fd, &description, false, buffer, count, offset);                            \
		if (shim_inject_write(fd, buffer, count, &result))                                                     \
			return shim_return(result);                                                                    \
		return NEXT(name)(fd, buffer, count, offset);                                                          \
	}

WRAP_PREAD(pread, off_t)
WRAP_PREAD(pread64, off64_t)
WRAP_PREAD_CHK(__pread_chk, off_t)
WRAP_PREAD_CHK(__pread64_chk, off64_t)
WRAP_PWRITE(pwrite, off_t)
WRAP_PWRITE(pwrite64, off64_t)

/* The offset of a list that goes on where the file stands. */
#define AT_POSITION (-1)

/* One transfer after the other, until one is short; what was transferred before an error counts. */
static ssize_t transfer_list(int fd, const struct shim_description *description, const struct iovec *list, int count,
			     bool reads, off_t offset)
{
	ssize_t done = 0;
	int i;

	if (count < 0 || count > IOV_MAX)
		return shim_return(-EINVAL);
	for (i = 0; i < count; i++) {
		size_t length = list[i].iov_len;
		ssize_t part;

		if (offset != AT_POSITION)
			part = transfer_at(fd, description, reads, list[i].iov_base, length, offset + done);
		else if (reads)
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
		return transfer_list(fd, &description, list, count, true, AT_POSITION);
	return NEXT(readv)(fd, list, count);
}

SHIM_EXPORT ssize_t writev(int fd, const struct iovec *list, int count)
{
	struct shim_description description;

	if (shim_identify(fd, &description))
		return transfer_list(fd, &description, list, count, false, AT_POSITION);
	return NEXT(writev)(fd, list, count);
}

/* preadv(2) and pwritev(2) of a device: an offset of -1 is an error, except where the call has flags. */
static ssize_t transfer_list_at(int fd, const struct shim_description *description, const struct iovec *list,
				int count, bool reads, off_t offset)
{
	return offset < 0 ? shim_return(-EINVAL) : transfer_list(fd, description, list, count, reads, offset);
}

/* The flags only say how to wait and to write back, which a device does not. */
static ssize_t transfer_list_with(int fd, const struct shim_description *description, const struct iovec *list,
				  int count, bool reads, off_t offset, int flags)
{
	if (flags & ~(RWF_HIPRI | RWF_DSYNC | RWF_SYNC))
		return shim_return(-EOPNOTSUPP);
	if (offset < AT_POSITION)
		return shim_return(-EINVAL);
	return transfer_list(fd, description, list, count, reads, offset);
}

#define WRAP_VECTOR_AT(name, reads, offset_type)                                                                       \
	SHIM_EXPORT ssize_t name(int fd, const struct iovec *list, int count, offset_type offset)                      \
	{                                                                                                              \
		struct shim_description description;                                                                   \
		if (is_positioned(fd, &description))                                                                   \
			return transfer_list_at(fd, &description, list, count, reads, offset);                         \
		return NEXT(name)(fd, list, count, offset);                                                            \
	}
#define WRAP_VECTOR_WITH(name, reads, offset_type)                                                                     \
	SHIM_EXPORT ssize_t name(int fd, const struct iovec *list, int count, offset_type offset, int flags)           \
	{                                                                                                              \
		struct shim_description description;                                                                   \
		if (is_positioned(fd, &description))                                                                   \
			return transfer_list_with(fd, &description, list, count, reads, offset, flags);                \
		return NEXT(name)(fd, list, count, offset, flags);                                                     \
	}

WRAP_VECTOR_AT(preadv, true, off_t)
WRAP_VECTOR_AT(preadv64, true, off64_t)
WRAP_VECTOR_AT(pwritev, false, off_t)
WRAP_VECTOR_AT(pwritev64, false, off64_t)
WRAP_VECTOR_WITH(preadv2, true, off_t)
WRAP_VECTOR_WITH(preadv64v2, true, off64_t)
WRAP_VECTOR_WITH(pwritev2, false, off_t)
WRAP_VECTOR_WITH(pwritev64v2, false, off64_t)

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
