/*
 * Opening what is in the tree. Directories and files that are read are the tree's own; a device is opened at the
 * daemon, and so is a file that is to be written, which is an attribute: nothing is ever written to the tree.
 */
#include <fcntl.h>
#include <string.h>

#include "open.h"
#include "system.h"
#include "tree.h"

/* What creates or empties a file, which here is none of the program's. */
#define CREATING (O_CREAT | O_EXCL | O_TRUNC)

/* resource0 to resource5 and rom are memory of the device, which is reached through VFIO only. */
static bool is_device_memory(const char *path)
{
	static const char resource[] = "resource";
	const char *name = strrchr(path, '/') + 1;

	if (!strcmp(name, "rom"))
		return true;
	return !strncmp(name, resource, sizeof(resource) - 1) && name[sizeof(resource) - 1] >= '0' &&
	       name[sizeof(resource) - 1] <= '5';
}

static long open_file(const struct shim_tree_file *file, int directory, const char *place, int flags)
{
	struct shim_description description = { .access = flags & O_ACCMODE };

	if (flags & O_PATH)
		return emu_sys(openat, directory, place, flags);
	if ((flags & O_CREAT) && (flags & O_EXCL))
		return -EEXIST;
	description.node = shim_node_of(file->path);
	description.number = shim_number_of(file->path);
	if (description.node != SHIM_NODES)
		return shim_open_node(&description, file->path, flags);
	if (is_device_memory(file->path))
		return -EPERM;
	/* Also for root, as in sysfs. */
	if (((flags & O_ACCMODE) != O_RDONLY && !(file->status.st_mode & S_IWUSR)) ||
	    ((flags & O_ACCMODE) != O_WRONLY && !(file->status.st_mode & S_IRUSR)))
		return -EACCES;
	if (flags & O_ACCMODE) {
		description.node = SHIM_ATTRIBUTE;
		description.number = file->status.st_mode & 0777;
		return shim_open_node(&description, file->path, flags);
	}
	return emu_sys(openat, directory, place, flags & ~CREATING);
}

/* Nobody makes files in /sys: the error of open(2) for a name that is not there, in a directory that may be. */
static long refuse_creation(int directory, const char *place)
{
	char parent[SHIM_TREE_BYTES] = ".";
	const char *last = strrchr(place, '/');
	struct stat status;

	if (last && (size_t)(last - place) < sizeof(parent)) {
		memcpy(parent, place, (size_t)(last - place));
		parent[last - place] = 0;
	}
	return emu_sys(newfstatat, directory, parent, &status, 0) ? -ENOENT : -EACCES;
}

bool shim_tree_open(int directory, const char *path, int flags, long *result)
{
	char buffer[SHIM_TREE_BYTES];
	struct shim_tree_file file;
	const char *place;
	int found = shim_tree_find(directory, path, !(flags & O_NOFOLLOW), buffer, &place, &file);

	if (!found)
		return false;
	if (found < 0)
		*result = found == -ENOENT && flags & O_CREAT ? refuse_creation(directory, place) : found;
	else if (S_ISREG(file.status.st_mode))
		*result = open_file(&file, directory, place, flags);
	else
		*result = emu_sys(openat, directory, place, flags);
	return true;
}
