/*
 * Streams on files of the tree. The C library opens, writes and closes them by itself: a stream of an attribute writes
 * to its socket, where the daemon takes it as text without an answer, and flushing asks for the answer.
 */
#include <string.h>

#include "channel.h"
#include "recall.h"
#include "system.h"
#include "tree.h"
#include "wrapped.h"

/* The flags of open(2) for a mode of fopen(3); -1: it is none. */
static int flags_of(const char *mode)
{
	int flags;

	switch (mode ? *mode : 0) {
	case 'r':
		flags = O_RDONLY;
		break;
	case 'w':
		flags = O_WRONLY | O_CREAT | O_TRUNC;
		break;
	case 'a':
		flags = O_WRONLY | O_CREAT | O_APPEND;
		break;
	default:
		return -1;
	}
	for (mode++; *mode && *mode != ','; mode++) {
		if (*mode == '+')
			flags = (flags & ~O_ACCMODE) | O_RDWR;
		else if (*mode == 'e')
			flags |= O_CLOEXEC;
		else if (*mode == 'x')
			flags |= O_EXCL;
	}
	return flags;
}

/* Whether fopen(path, mode) is about the tree; then *stream is what it returns. */
static bool opens_stream(const char *path, const char *mode, FILE **stream)
{
	int flags = flags_of(mode);
	long fd;

	if (flags < 0 || !shim_tree_open(AT_FDCWD, path, flags, &fd))
		return false;
	*stream = fd < 0 ? NULL : fdopen((int)fd, mode);
	if (fd < 0)
		shim_return(fd);
	else if (!*stream)
		emu_sys(close, fd);
	return true;
}

SHIM_EXPORT FILE *fopen(const char *path, const char *mode)
{
	FILE *stream;

	return opens_stream(path, mode, &stream) ? stream : NEXT(fopen)(path, mode);
}

SHIM_EXPORT FILE *fopen64(const char *path, const char *mode)
{
	FILE *stream;

	return opens_stream(path, mode, &stream) ? stream : NEXT(fopen64)(path, mode);
}

/* The stream is opened on something harmless, whose descriptor then becomes the right one. */
static bool reopens_stream(const char *path, const char *mode, FILE *stream, FILE **result)
{
	int flags = flags_of(mode);
	long fd;

	if (!path || flags < 0 || !shim_tree_open(AT_FDCWD, path, flags, &fd))
		return false;
	*result = NULL;
	if (fd < 0) {
		NEXT(fclose)(stream);
		shim_return(fd);
		return true;
	}
	*result = NEXT(freopen)("/dev/null", mode, stream);
	if (*result)
		emu_sys(dup3, fd, fileno(*result), flags & O_CLOEXEC);
	emu_sys(close, fd);
	return true;
}

SHIM_EXPORT FILE *freopen(const char *path, const char *mode, FILE *stream)
{
	FILE *result;

	shim_forget();
	if (!reopens_stream(path, mode, stream, &result))
		result = NEXT(freopen)(path, mode, stream);
	shim_forget();
	return result;
}

SHIM_EXPORT FILE *freopen64(const char *path, const char *mode, FILE *stream)
{
	FILE *result;

	shim_forget();
	if (!reopens_stream(path, mode, stream, &result))
		result = NEXT(freopen64)(path, mode, stream);
	shim_forget();
	return result;
}

/* Whether a stream writes to an attribute. Changes no errno: most streams that are flushed are others. */
static bool is_attribute(FILE *stream, int *fd, struct shim_description *description)
{
	int saved = errno;

	*fd = stream ? fileno(stream) : -1;
	errno = saved;
	return *fd >= 0 && shim_identify(*fd, description) && description->node == SHIM_ATTRIBUTE;
}

/* Flushes; an attribute that refused the text makes it an error of the stream, as if write(2) had said so. */
static int flush(FILE *stream)
{
	struct shim_description description;
	struct emu_address daemon;
	int fd, result = NEXT(fflush)(stream);
	long error;

	if (result || !is_attribute(stream, &fd, &description) || shim_daemon_of(fd, &daemon))
		return result;
	/* The text went before, but on another socket. */
	shim_settle(&daemon, &description);
	error = shim_transfer(fd, &description, false, 0, 0);
	if (error >= 0)
		return result;
	stream->_flags |= _IO_ERR_SEEN;
	shim_return(error);
	return EOF;
}

SHIM_EXPORT int fflush(FILE *stream)
{
	return flush(stream);
}

SHIM_EXPORT int fclose(FILE *stream)
{
	struct shim_description description;
	int fd, result, error = 0;

	if (is_attribute(stream, &fd, &description) && flush(stream))
		error = errno;
	shim_forget();
	result = NEXT(fclose)(stream);
	shim_forget();
	if (!error)
		return result;
	errno = error;
	return EOF;
}
