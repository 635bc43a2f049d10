/* Which paths are the tree's, and where they are in it; see tree.h. */
#include "tree.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "system.h"
#include "transport.h"

static const char suffix[] = ".tree";

/* What the tree is for. */
static const struct {
	const char *path;
	/* The directory or file alone; what is in it as well; every path that begins so. */
	enum { ITSELF, WHOLE, BEGINNING } extent;
} covered[] = {
	{ "/sys/bus/pci", WHOLE },
	{ "/sys/devices/pci", BEGINNING },
	{ "/sys/devices/virtual/iommu", WHOLE },
	{ "/sys/devices/virtual/vfio", WHOLE },
	{ "/sys/devices/virtual/misc", WHOLE },
	{ "/sys/class/iommu", WHOLE },
	{ "/sys/class/misc", WHOLE },
	{ "/sys/class/vfio", WHOLE },
	{ "/sys/class/vfio-dev", WHOLE },
	{ "/sys/kernel/iommu_groups", WHOLE },
	/* A program that finds it takes the machine's IOMMU for the simulated one. */
	{ "/sys/kernel/debug/iommu", WHOLE },
	{ "/sys/module", ITSELF },
	{ "/sys/module/vfio", WHOLE },
	{ "/sys/module/vfio_pci", WHOLE },
	{ "/sys/module/vfio_iommu_type1", WHOLE },
	{ "/sys/module/iommufd", WHOLE },
	{ "/dev/vfio", WHOLE },
	{ "/proc/devices", ITSELF },
	{ "/proc/misc", ITSELF },
};

static bool is_covered(const char *path)
{
	size_t i;

	for (i = 0; i < sizeof(covered) / sizeof(covered[0]); i++) {
		size_t bytes = strlen(covered[i].path);

		if (strncmp(path, covered[i].path, bytes))
			continue;
		if (covered[i].extent == BEGINNING || !path[bytes])
			return true;
		if (covered[i].extent == WHOLE && path[bytes] == '/')
			return true;
	}
	return false;
}

/*
 * Writes `path` without empty and "." components, up to the first ".." component, from where on it is the kernel's to
 * resolve. False if it is too long.
 */
static bool tidy(const char *path, char *to, size_t capacity)
{
	size_t length = 0, bytes = strlen(path);
	bool slash = bytes && path[bytes - 1] == '/';

	while (*path) {
		while (*path == '/')
			path++;
		bytes = strcspn(path, "/");
		if (bytes == 2 && path[0] == '.' && path[1] == '.') {
			bytes = strlen(path);
			slash = false;
		}
		if (bytes && !(bytes == 1 && *path == '.')) {
			if (length + bytes + 3 > capacity)
				return false;
			to[length++] = '/';
			memcpy(to + length, path, bytes);
			length += bytes;
		}
		path += bytes;
	}
	if (slash)
		to[length++] = '/';
	to[length] = 0;
	return true;
}

/* Where the tree is, if anywhere. Its length, or 0. */
static size_t root_of(char root[SHIM_TREE_BYTES])
{
	struct emu_address daemon;
	size_t bytes;

	if (emu_find_daemon(NULL, &daemon))
		return 0;
	bytes = strnlen(daemon.name.sun_path, sizeof(daemon.name.sun_path));
	memcpy(root, daemon.name.sun_path, bytes);
	memcpy(root + bytes, suffix, sizeof(suffix));
	return bytes + sizeof(suffix) - 1;
}

static bool exists(const char *path)
{
	struct stat status;

	return !emu_sys(newfstatat, AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW);
}

bool shim_tree_present(void)
{
	char root[SHIM_TREE_BYTES];

	return root_of(root) && exists(root);
}

/* Whether a link of the tree leads to the same path outside of it. */
static bool leads_to_itself(const char *link, const char *path)
{
	char text[SHIM_TREE_BYTES];
	long bytes = emu_sys(readlinkat, AT_FDCWD, link, text, sizeof(text));

	return bytes > 0 && (size_t)bytes == strlen(path) && !memcmp(text, path, (size_t)bytes);
}

const char *shim_tree_path(const char *path, char buffer[SHIM_TREE_BYTES])
{
	char normal[SHIM_TREE_BYTES];
	const char *name = path;
	struct stat status;
	size_t bytes;
	long error;

	if (!path || *path != '/')
		return path;
	/* Most paths are dismissed by their first letter, before anything is copied. */
	while (*name == '/' || (*name == '.' && name[1] == '/'))
		name++;
	if ((*name != 's' && *name != 'd' && *name != 'p') || !tidy(path, normal, sizeof(normal)) ||
	    !is_covered(normal))
		return path;
	bytes = root_of(buffer);
	if (!bytes || bytes + strlen(normal) >= SHIM_TREE_BYTES)
		return path;
	memcpy(buffer + bytes, normal, strlen(normal) + 1);
	error = emu_sys(newfstatat, AT_FDCWD, buffer, &status, AT_SYMLINK_NOFOLLOW);
	if (!error)
		return S_ISLNK(status.st_mode) && leads_to_itself(buffer, normal) ? path : buffer;
	return shim_tree_present() ? buffer : path;
}

/* The path behind one of this process's own links in /proc, with its end; its length, or 0 if it is longer than ours. */
static size_t path_behind(const char *link, char path[SHIM_TREE_BYTES])
{
	long bytes = emu_sys(readlinkat, AT_FDCWD, link, path, SHIM_TREE_BYTES - 1);

	if (bytes < 0 || bytes == SHIM_TREE_BYTES - 1)
		bytes = 0;
	path[bytes] = 0;
	return (size_t)bytes;
}

static size_t path_of_descriptor(int fd, char path[SHIM_TREE_BYTES])
{
	char link[32] = "/proc/self/fd/";
	char digits[12];
	size_t length = strlen(link), count = 0;

	if (fd == AT_FDCWD)
		return path_behind("/proc/self/cwd", path);
	if (fd < 0)
		return 0;
	do
		digits[count++] = (char)('0' + fd % 10);
	while (fd /= 10);
	while (count)
		link[length++] = digits[--count];
	link[length] = 0;
	return path_behind(link, path);
}

bool shim_tree_strip(char *path)
{
	char root[SHIM_TREE_BYTES], real[SHIM_TREE_BYTES];
	size_t bytes;
	int fd;

	if (*path != '/' || !strstr(path, suffix) || !root_of(root))
		return false;
	/* The socket's path may lead through links. */
	fd = (int)emu_sys(openat, AT_FDCWD, root, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return false;
	bytes = path_of_descriptor(fd, real);
	emu_sys(close, fd);
	if (!bytes || strncmp(path, real, bytes) || path[bytes] != '/')
		return false;
	memmove(path, path + bytes, strlen(path + bytes) + 1);
	return true;
}

int shim_tree_find(int directory, const char *path, bool follow, char buffer[SHIM_TREE_BYTES], const char **place,
		   struct shim_tree_file *file)
{
	int fd, found;

	*place = path;
	if (!path || !*path)
		return 0;
	if (*path == '/') {
		*place = shim_tree_path(path, buffer);
		if (*place == path)
			return 0;
	} else if (!path_of_descriptor(directory, file->path) || !shim_tree_strip(file->path)) {
		return 0;
	}
	fd = (int)emu_sys(openat, directory, *place, O_PATH | O_CLOEXEC | (follow ? 0 : O_NOFOLLOW));
	if (fd < 0)
		return fd;
	found = !emu_sys(newfstatat, fd, "", &file->status, AT_EMPTY_PATH) && path_of_descriptor(fd, file->path) &&
		shim_tree_strip(file->path);
	emu_sys(close, fd);
	return found;
}

/* The number at *text in `base`, and moves behind it. */
static unsigned long take_number(char **text, int base)
{
	return strtoul(*text, text, base);
}

void shim_tree_show_device(int directory, const char *path, struct stat *status)
{
	char text[32] = { 0 }, *at = text + 2;
	unsigned long major_number, minor_number, mode;
	long bytes;
	int fd;

	if (!S_ISREG(status->st_mode) || !(status->st_mode & S_ISVTX) || (size_t)status->st_size >= sizeof(text))
		return;
	fd = (int)emu_sys(openat, directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return;
	bytes = emu_sys(read, fd, text, sizeof(text) - 1);
	emu_sys(close, fd);
	if (bytes != status->st_size || text[0] != 'c' || text[1] != ' ')
		return;
	major_number = take_number(&at, 10);
	minor_number = take_number(&at, 10);
	mode = take_number(&at, 8);
	if (strcmp(at, "\n"))
		return;
	status->st_mode = S_IFCHR | (mode & 0777);
	status->st_rdev = makedev(major_number, minor_number);
	status->st_size = 0;
	status->st_blocks = 0;
	status->st_uid = (uid_t)emu_sys(geteuid, 0);
	status->st_gid = (gid_t)emu_sys(getegid, 0);
}
