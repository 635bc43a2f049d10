/*
 * The nodes and our descriptors as files: character devices that belong to the caller, there as long as the daemon's
 * socket is; groups and devices as the tree has them; what ioctls made is an anonymous file. Other paths are looked up
 * where the tree has them.
 */
#include <string.h>
#include <sys/sysmacros.h>

#include "description.h"
#include "system.h"
#include "tree.h"
#include "wrapped.h"

_Static_assert(sizeof(struct stat) == sizeof(struct stat64), "one layout for both families of functions");

/* misc devices; the minor of /dev/iommu is dynamic on Linux, that of /dev/vfio/vfio fixed. */
#define MISC_MAJOR 10
static const struct {
	unsigned int minor;
	mode_t permissions;
} misc_devices[] = { [SHIM_IOMMU] = { 123, 0660 }, [SHIM_VFIO] = { 196, 0666 } };

/* devtmpfs */
#define FILE_SYSTEM_MAJOR 0
#define FILE_SYSTEM_MINOR 5

/* Of files without a path, which share one inode and have no type: the owner may read and write. */
#define ANONYMOUS_MINOR 15
#define ANONYMOUS_INODE 1
#define ANONYMOUS_MODE 0600

/* What sysfs says of the size of an attribute. */
#define ATTRIBUTE_BYTES 4096

static bool is_misc(enum shim_node node)
{
	return node == SHIM_IOMMU || node == SHIM_VFIO;
}

/* A group or a device as the tree has it. False: it has it no more. */
static bool describe_numbered(const struct shim_description *description, struct stat *status)
{
	char path[SHIM_PATH_BYTES], buffer[SHIM_TREE_BYTES];
	const char *place;

	if (description->node != SHIM_GROUP && description->node != SHIM_CDEV)
		return false;
	shim_path_of(description, path);
	place = shim_tree_path(path, buffer);
	if (place == path || emu_sys(newfstatat, AT_FDCWD, place, status, 0))
		return false;
	shim_tree_show_device(AT_FDCWD, place, status);
	return true;
}

static void describe(const struct shim_description *description, struct stat *status)
{
	if (describe_numbered(description, status))
		return;
	memset(status, 0, sizeof(*status));
	status->st_nlink = 1;
	status->st_blksize = 4096;
	if (description->node == SHIM_ATTRIBUTE) {
		status->st_mode = S_IFREG | (mode_t)description->number;
		status->st_size = ATTRIBUTE_BYTES;
		return;
	}
	if (description->node == SHIM_GROUP || description->node == SHIM_CDEV) {
		/* Its node has gone, and with it the major. */
		status->st_mode = S_IFCHR | 0600;
		status->st_rdev = makedev(0, description->number);
		return;
	}
	if (!is_misc(description->node)) {
		status->st_dev = makedev(FILE_SYSTEM_MAJOR, ANONYMOUS_MINOR);
		status->st_ino = ANONYMOUS_INODE;
		status->st_mode = ANONYMOUS_MODE;
		return;
	}
	status->st_dev = makedev(FILE_SYSTEM_MAJOR, FILE_SYSTEM_MINOR);
	status->st_ino = misc_devices[description->node].minor;
	status->st_mode = S_IFCHR | misc_devices[description->node].permissions;
	status->st_uid = (uid_t)emu_sys(geteuid, 0);
	status->st_gid = (gid_t)emu_sys(getegid, 0);
	status->st_rdev = makedev(MISC_MAJOR, misc_devices[description->node].minor);
}

/* Whether `path` is a misc device; then *result is that of stat on it. */
static bool describes_path(const char *path, void *status, int *result)
{
	struct shim_description description = { .node = shim_node_of(path) };

	if (!is_misc(description.node))
		return false;
	*result = (int)shim_return(shim_node_present());
	if (!*result)
		describe(&description, status);
	return true;
}

/* The end of an fstat that returned `result`: a socket may be one of ours. */
static int after_fstat(int fd, void *buffer, int result)
{
	struct shim_description description;
	struct stat *status = buffer;

	if (!result && S_ISSOCK(status->st_mode) && shim_identify(fd, &description))
		describe(&description, status);
	return result;
}

/* Whether a call by directory and path is about the descriptor itself. */
static bool is_by_descriptor(const char *path, int flags)
{
	return flags & AT_EMPTY_PATH && path && !*path;
}

static int after_fstatat(int fd, const char *path, void *status, int flags, int result)
{
	if (is_by_descriptor(path, flags))
		return after_fstat(fd, status, result);
	if (!result)
		shim_tree_show_device(fd, path, status);
	return result;
}

#define WRAP_STAT(name, type)                                                                                          \
	SHIM_EXPORT int name(const char *path, type *status)                                                           \
	{                                                                                                              \
		char buffer[SHIM_TREE_BYTES];                                                                          \
		int result;                                                                                            \
		if (describes_path(path, status, &result))                                                             \
			return result;                                                                                 \
		path = shim_tree_path(path, buffer);                                                                   \
		return after_fstatat(AT_FDCWD, path, status, 0, NEXT(name)(path, status));                             \
	}
#define WRAP_XSTAT(name, type)                                                                                         \
	SHIM_EXPORT int name(int version, const char *path, type *status)                                              \
	{                                                                                                              \
		char buffer[SHIM_TREE_BYTES];                                                                          \
		int result;                                                                                            \
		if (describes_path(path, status, &result))                                                             \
			return result;                                                                                 \
		path = shim_tree_path(path, buffer);                                                                   \
		return after_fstatat(AT_FDCWD, path, status, 0, NEXT(name)(version, path, status));                    \
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
		char buffer[SHIM_TREE_BYTES];                                                                          \
		int result;                                                                                            \
		if (describes_path(path, status, &result))                                                             \
			return result;                                                                                 \
		path = shim_tree_path(path, buffer);                                                                   \
		return after_fstatat(directory, path, status, flags, NEXT(name)(directory, path, status, flags));      \
	}
#define WRAP_FXSTATAT(name, type)                                                                                      \
	SHIM_EXPORT int name(int version, int directory, const char *path, type *status, int flags)                    \
	{                                                                                                              \
		char buffer[SHIM_TREE_BYTES];                                                                          \
		int result;                                                                                            \
		if (describes_path(path, status, &result))                                                             \
			return result;                                                                                 \
		path = shim_tree_path(path, buffer);                                                                   \
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

static void describe_statx(const struct stat *plain, struct statx *status)
{
	memset(status, 0, sizeof(*status));
	status->stx_mask = STATX_BASIC_STATS;
	status->stx_blksize = (uint32_t)plain->st_blksize;
	status->stx_nlink = (uint32_t)plain->st_nlink;
	status->stx_uid = plain->st_uid;
	status->stx_gid = plain->st_gid;
	status->stx_mode = (uint16_t)plain->st_mode;
	status->stx_ino = plain->st_ino;
	status->stx_size = (uint64_t)plain->st_size;
	status->stx_rdev_major = major(plain->st_rdev);
	status->stx_rdev_minor = minor(plain->st_rdev);
	status->stx_dev_major = major(plain->st_dev);
	status->stx_dev_minor = minor(plain->st_dev);
}

/* Makes of the file that stands for a device the device, with the file's own times. */
static void show_device_statx(int directory, const char *path, struct statx *status)
{
	struct stat plain = { .st_mode = status->stx_mode, .st_size = (off_t)status->stx_size };

	shim_tree_show_device(directory, path, &plain);
	if (!S_ISCHR(plain.st_mode))
		return;
	status->stx_mode = (uint16_t)plain.st_mode;
	status->stx_size = 0;
	status->stx_blocks = 0;
	status->stx_uid = plain.st_uid;
	status->stx_gid = plain.st_gid;
	status->stx_rdev_major = major(plain.st_rdev);
	status->stx_rdev_minor = minor(plain.st_rdev);
}

SHIM_EXPORT int statx(int directory, const char *path, int flags, unsigned int mask, struct statx *status)
{
	struct shim_description description;
	char buffer[SHIM_TREE_BYTES];
	struct stat plain;
	int result;

	if (describes_path(path, &plain, &result)) {
		if (!result)
			describe_statx(&plain, status);
		return result;
	}
	path = shim_tree_path(path, buffer);
	result = NEXT(statx)(directory, path, flags, mask, status);
	if (result)
		return result;
	if (!is_by_descriptor(path, flags)) {
		show_device_statx(directory, path, status);
	} else if (S_ISSOCK(status->stx_mode) && shim_identify(directory, &description)) {
		describe(&description, &plain);
		describe_statx(&plain, status);
	}
	return 0;
}

/* Whether `path` is a misc device; then *result is that of access(2), which grants all but execution. */
static bool grants_path(const char *path, int mode, int *result)
{
	int error;

	if (!is_misc(shim_node_of(path)))
		return false;
	error = shim_node_present();
	*result = (int)shim_return(error ? error : mode & X_OK ? -EACCES : 0);
	return true;
}

#define WRAP_ACCESS(name)                                                                                              \
	SHIM_EXPORT int name(const char *path, int mode)                                                               \
	{                                                                                                              \
		char buffer[SHIM_TREE_BYTES];                                                                          \
		int result;                                                                                            \
		return grants_path(path, mode, &result) ? result : NEXT(name)(shim_tree_path(path, buffer), mode);     \
	}

WRAP_ACCESS(access)
WRAP_ACCESS(euidaccess)
WRAP_ACCESS(eaccess)

SHIM_EXPORT int faccessat(int directory, const char *path, int mode, int flags)
{
	char buffer[SHIM_TREE_BYTES];
	int result;

	if (grants_path(path, mode, &result))
		return result;
	return NEXT(faccessat)(directory, shim_tree_path(path, buffer), mode, flags);
}
