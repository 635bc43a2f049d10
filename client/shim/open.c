/*
 * Opening the nodes and attributes: a socket to the daemon under a name of its own takes the lowest free descriptor, as
 * open(2) does.
 */
#include <stdarg.h>
#include <string.h>

#include "channel.h"
#include "inject.h"
#include "open.h"
#include "recall.h"
#include "report.h"
#include "system.h"
#include "tree.h"
#include "wrapped.h"

/* A send and a receive buffer for Hello and Open, on the stack. */
struct buffers {
	uint8_t send[EMU_SMALL_BUFFER_BYTES];
	uint8_t receive[EMU_SMALL_BUFFER_BYTES];
};

/* Makes the connected `fd` an open file description of its node at `path`; 0, or a negative errno. */
static int open_on(int fd, const struct shim_description *description, const char *path)
{
	struct buffers buffers;
	struct emu_connection connection = {
		.send = buffers.send,
		.send_capacity = sizeof(buffers.send),
		.receive = buffers.receive,
		.receive_capacity = sizeof(buffers.receive),
	};
	struct emu_bytes token;
	int error = emu_hello(&connection, fd);

	if (error)
		return error;
	/* stdio writes to the descriptor itself, without a wrapper in between. */
	if (description->node == SHIM_ATTRIBUTE)
		return emu_open_raw(&connection, path, description->token, SHIM_TOKEN_BYTES);
	return emu_open_node(&connection, path, description->token, SHIM_TOKEN_BYTES, &token);
}

long shim_open_node(struct shim_description *description, const char *path, int flags)
{
	char node_path[SHIM_PATH_BYTES];
	struct emu_address daemon, own;
	int error, fd;

	if (flags & O_DIRECTORY)
		return -ENOTDIR;
	if ((flags & O_CREAT) && (flags & O_EXCL))
		return -EEXIST;
	if (description->node != SHIM_ATTRIBUTE) {
		shim_path_of(description, node_path);
		path = node_path;
	}
	memset(&daemon, 0, sizeof(daemon));
	error = emu_find_daemon(NULL, &daemon);
	if (!error)
		error = shim_choose_token(description);
	if (!error)
		shim_name(description, &own);
	fd = error ? error : emu_connect(&daemon, &own, flags & O_CLOEXEC ? SOCK_CLOEXEC : 0);
	if (fd < 0) {
		if (fd != -EMFILE && fd != -ENFILE && fd != -ENOMEM)
			shim_report("cannot reach", daemon.name.sun_path, fd);
		return fd == -ECONNREFUSED ? -ENOENT : fd;
	}
	error = open_on(fd, description, path);
	if (error) {
		emu_sys(close, fd);
		if (error == -EPROTO || error == -EPIPE || error == -ECONNRESET) {
			shim_report("cannot use", daemon.name.sun_path, error);
			return -EIO;
		}
		return error;
	}
	/* Nothing more comes on this socket. Shut down it is always ready, as an iommufd is to poll and select. */
	emu_sys(shutdown, fd, SHUT_RD);
	if (flags & O_NONBLOCK)
		emu_sys(fcntl, fd, F_SETFL, O_NONBLOCK);
	shim_forget();
	shim_prepare(fd, description);
	return fd;
}

/*
 * Whether openat(directory, path, flags) is for us; then *result is the descriptor or a negative errno. O_PATH opens a
 * file system object, not the device.
 */
static bool opens_ours(int directory, const char *path, int flags, long *result)
{
	struct shim_description description = { .node = shim_node_of(path), .access = flags & O_ACCMODE };

	if (shim_inject_open(directory, path, flags, result))
		return true;
	/* Of the numbered nodes the tree knows which there are. */
	description.number = shim_number_of(path);
	if (description.node != SHIM_IOMMU && description.node != SHIM_VFIO) {
		if (shim_tree_open(directory, path, flags, result))
			return true;
		if (description.node == SHIM_NODES || shim_tree_present())
			return false;
	}
	if (flags & O_PATH)
		return false;
	*result = shim_open_node(&description, path, flags);
	return true;
}

static bool has_mode(int flags)
{
	return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE;
}

#define TAKE_MODE(mode, flags)                                                                                         \
	do {                                                                                                           \
		va_list arguments;                                                                                     \
		va_start(arguments, flags);                                                                            \
		if (has_mode(flags))                                                                                   \
			mode = va_arg(arguments, mode_t);                                                              \
		va_end(arguments);                                                                                     \
	} while (0)

SHIM_EXPORT int open(const char *path, int flags, ...)
{
	long result;
	mode_t mode = 0;

	TAKE_MODE(mode, flags);
	if (opens_ours(AT_FDCWD, path, flags, &result))
		return (int)shim_return(result);
	return NEXT(open)(path, flags, mode);
}

SHIM_EXPORT int open64(const char *path, int flags, ...)
{
	long result;
	mode_t mode = 0;

	TAKE_MODE(mode, flags);
	if (opens_ours(AT_FDCWD, path, flags, &result))
		return (int)shim_return(result);
	return NEXT(open64)(path, flags, mode);
}

SHIM_EXPORT int openat(int directory, const char *path, int flags, ...)
{
	long result;
	mode_t mode = 0;

	TAKE_MODE(mode, flags);
	if (opens_ours(directory, path, flags, &result))
		return (int)shim_return(result);
	return NEXT(openat)(directory, path, flags, mode);
}

SHIM_EXPORT int openat64(int directory, const char *path, int flags, ...)
{
	long result;
	mode_t mode = 0;

	TAKE_MODE(mode, flags);
	if (opens_ours(directory, path, flags, &result))
		return (int)shim_return(result);
	return NEXT(openat64)(directory, path, flags, mode);
}

SHIM_EXPORT int __open_2(const char *path, int flags)
{
	long result;

	if (opens_ours(AT_FDCWD, path, flags, &result))
		return (int)shim_return(result);
	return NEXT(__open_2)(path, flags);
}

SHIM_EXPORT int __open64_2(const char *path, int flags)
{
	long result;

	if (opens_ours(AT_FDCWD, path, flags, &result))
		return (int)shim_return(result);
	return NEXT(__open64_2)(path, flags);
}

SHIM_EXPORT int __openat_2(int directory, const char *path, int flags)
{
	long result;

	if (opens_ours(directory, path, flags, &result))
		return (int)shim_return(result);
	return NEXT(__openat_2)(directory, path, flags);
}

SHIM_EXPORT int __openat64_2(int directory, const char *path, int flags)
{
	long result;

	if (opens_ours(directory, path, flags, &result))
		return (int)shim_return(result);
	return NEXT(__openat64_2)(directory, path, flags);
}

SHIM_EXPORT int creat(const char *path, mode_t mode)
{
	long result;

	if (opens_ours(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, &result))
		return (int)shim_return(result);
	return NEXT(creat)(path, mode);
}

SHIM_EXPORT int creat64(const char *path, mode_t mode)
{
	long result;

	if (opens_ours(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, &result))
		return (int)shim_return(result);
	return NEXT(creat64)(path, mode);
}
