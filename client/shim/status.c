/*
 * The nodes and our descriptors as files: character devices of the misc major that belong to the caller, there as long
 * as the daemon's socket is; what ioctls made is an anonymous file.
 */
#include <string.h>
#include <sys/sysmacros.h>

#include "description.h"
#include "system.h"
#include "wrapped.h"

_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "one layout for both families of functions");

/* misc devices; the minor of /dev/iommu is dynamic on Linux, that of /dev/vfio/vfio fixed. */
#define MISC_MAJOR 10
static const unsigned int minors[SHIM_PATHS] = { 123, 196 };
static const mode_t permissions[SHIM_PATHS] = { 0660, 0666 };

/* devtmpfs */
#define FILE_SYSTEM_MAJOR 0
#define FILE_SYSTEM_MINOR 5

/* Of files without a path, which share one inode and have no type: the owner may read and write. */
#define ANONYMOUS_MINOR 15
#define ANONYMOUS_INODE 1
#define ANONYMOUS_MODE 0600

static void describe(enum shim_node node, struct stat *status)
{
	memset(status, 0, sizeof(*status));
	status->st_nlink = 1;
	status->st_blksize = 4096;
	if (node >= SHIM_PATHS) {
		status->st_dev = makedev(FILE_SYSTEM_MAJOR, ANONYMOUS_MINOR);
		status->st_ino = ANONYMOUS_INODE;
		status->st_mode = ANONYMOUS_MODE;
		return;
	}
	status->st_dev = makedev(FILE_SYSTEM_MAJOR, FILE_SYSTEM_MINOR);
	status->st_ino = minors[node];
	status->st_mode = S_IFCHR | permissions[node];
	status->st_uid = (uid_t)emu_sys(geteuid, 0);
	status->st_gid = (gid_t)emu_sys(getegid, 0);
	status->st_rdev = makedev(MISC_MAJOR, minors[node]);
}

/* Whether `path` is a node; then *result is that of stat on it. */
static bool describes_path(const char *path, void *status, int *result)
{
	enum shim_node node = shim_node_of(path);

	if (node == SHIM_NODES)
		return false;
	*result = (int)shim_return(shim_node_present());
	if (!*result)
		describe(node, status);
	return true;
}

/* The end of an fstat that returned `result`: a socket may be one of ours. */
static int after_fstat(int fd, void *buffer, int result)
{
	struct shim_description description;
	struct stat *status = buffer;

	if (!result && S_ISSOCK(status->st_mode) && shim_identify(fd, &description))
		describe(description.node, status);
	return result;
}

/* Whether a call by directory and path is about the descriptor itself. */
static bool is_by_descriptor(const char *path, int flags)
{
	return flags & AT_EMPTY_PATH && path && !*path;
}

static int after_fstatat(int fd, const char *path, void *status, int flags, int result)
{
	return is_by_descriptor(path, flags) ? after_fstat(fd, status, result) : result;
}

#define WRAP_STAT(name, type)                                                                                          \
	SHIM_EXPORT int name(const char *path, type *status)                                                           \
	{                                                                                                              \
		int result;                                                                                            \
		return describes_path(path, status, &result) ? result : NEXT(name)(path, status);                      \
	}
#define WRAP_XSTAT(name, type)                                                                                         \
	SHIM_EXPORT int name(int version, const char *path, type *status)                                              \
	{                                                                                                              \
		int result;                                                                                            \
		return describes_path(path, status, &result) ? result : NEXT(name)(version, path, status);             \
	}
#define WRAP_FSTAT(name, type)                                                                                         \
	SHIM_EXPORT int name(int fd, type *status)                                                                     \
	{                                                                                                              \
		return after_fstat(fd, status, NEXT(name)(fd, status));                                                \
	}
#define WRAP_FXSTAT(name, type)                                                                                        \
	SHIM_EXPORT int name(int version, int fd, type *status)                                                        \
	{                                                                                                              \
		return after_fstat(fd, status, NEXT(name)(version, fd, status));                                       \
	}
#define WRAP_FSTATAT(name, type)                                                                                       \
	SHIM_EXPORT int name(int directory, const char *path, type *status, int flags)                                 \
	{                                                                                                              \
		int result;                                                                                            \
		if (describes_path(path, status, &result))                                                             \
			return result;                                                                                 \
		return after_fstatat(directory, path, status, flags, NEXT(name)(directory, path, status, flags));      \
	}
#define WRAP_FXSTATAT(name, type)                                                                                      \
	SHIM_EXPORT int name(int version, int directory, const char *path, type *status, int flags)                    \
	{                                                                                                              \
		int result;                                                                                            \
		if (describes_path(path, status, &result))                                                             \
			return result;                                                                                 \
		result = NEXT(name)(version, directory, path, status, flags);                                          \
		return after_fstatat(directory, path, status, flags, result);                                          \
	}

WRAP_STAT(stat, struct stat)
WRAP_STAT(stat64, struct stat64)
WRAP_STAT(lstat, struct stat)
WRAP_STAT(lstat64, struct stat64)
WRAP_XSTAT(__xstat, struct stat)
WRAP_XSTAT(__xstat64, struct stat64)
WRAP_XSTAT(__lxstat, struct stat)
WRAP_XSTAT(__lxstat64, struct stat64)
WRAP_FSTAT(fstat, struct stat)
WRAP_FSTAT(fstat64, struct stat64)
WRAP_FXSTAT(__fxstat, struct stat)
WRAP_FXSTAT(__fxstat64, struct stat64)
WRAP_FSTATAT(fstatat, struct stat)
WRAP_FSTATAT(fstatat64, struct stat64)
WRAP_FXSTATAT(__fxstatat, struct stat)
WRAP_FXSTATAT(__fxstatat64, struct stat64)

static void describe_statx(enum shim_node node, struct statx *status)
{
	struct stat plain;

	describe(node, &plain);
	memset(status, 0, sizeof(*status));
	status->stx_mask = STATX_BASIC_STATS;
	status->stx_blksize = (uint32_t)plain.st_blksize;
	status->stx_nlink = (uint32_t)plain.st_nlink;
	status->stx_uid = plain.st_uid;
	status->stx_gid = plain.st_gid;
	status->stx_mode = (uint16_t)plain.st_mode;
	status->stx_ino = plain.st_ino;
	status->stx_rdev_major = major(plain.st_rdev);
	status->stx_rdev_minor = minor(plain.st_rdev);
	status->stx_dev_major = major(plain.st_dev);
	status->stx_dev_minor = minor(plain.st_dev);
}

SHIM_EXPORT int statx(int directory, const char *path, int flags, unsigned int mask, struct statx *status)
{
	struct shim_description description;
	enum shim_node node = shim_node_of(path);
	int result;

	if (node != SHIM_NODES) {
		result = (int)shim_return(shim_node_present());
		if (!result)
			describe_statx(node, status);
		return result;
	}
	result = NEXT(statx)(directory, path, flags, mask, status);
	if (!result && is_by_descriptor(path, flags) && S_ISSOCK(status->stx_mode) &&
	    shim_identify(directory, &description))
		describe_statx(description.node, status);
	return result;
}

/* Whether `path` is a node; then *result is that of access(2), which grants all but execution. */
static bool grants_path(const char *path, int mode, int *result)
{
	int error;

	if (shim_node_of(path) == SHIM_NODES)
		return false;
	error = shim_node_present();
	*result = (int)shim_return(error ? error : mode & X_OK ? -EACCES : 0);
	return true;
}

SHIM_EXPORT int access(const char *path, int mode)
{
	int result;

	return grants_path(path, mode, &result) ? result : NEXT(access)(path, mode);
}

SHIM_EXPORT int faccessat(int directory, const char *path, int mode, int flags)
{
	int result;

	return grants_path(path, mode, &result) ? result : NEXT(faccessat)(directory, path, mode, flags);
}

SHIM_EXPORT int euidaccess(const char *path, int mode)
{
	int result;

	return grants_path(path, mode, &result) ? result : NEXT(euidaccess)(path, mode);
}

SHIM_EXPORT int eaccess(const char *path, int mode)
{
	int result;

	return grants_path(path, mode, &result) ? result : NEXT(eaccess)(path, mode);
}
