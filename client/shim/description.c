/* Which of the program's file descriptors and paths are ours; see description.h. */
#include "description.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "system.h"

static const char prefix[] = "iommufd-emu/";
#define PREFIX_BYTES (sizeof(prefix) - 1)

/* In the address after its first zero byte. */
#define TOKEN_AT PREFIX_BYTES
#define NODE_AT (TOKEN_AT + SHIM_TOKEN_BYTES)
/* "/" and the digit at the end */
#define ACCESS_BYTES 2

/* Of a group and a cdev their number follows. */
static const char *const paths[SHIM_NODES] = {
	[SHIM_IOMMU] = "/dev/iommu",
	[SHIM_VFIO] = "/dev/vfio/vfio",
	[SHIM_GROUP] = "/dev/vfio/",
	[SHIM_CDEV] = "/dev/vfio/devices/vfio",
	[SHIM_ATTRIBUTE] = "",
	[SHIM_ACCESS] = "anon_inode:[iommufd_test_staccess]",
	[SHIM_FAULT] = "anon_inode:[iommufd-pgfault]",
	[SHIM_VEVENTQ] = "anon_inode:[iommufd-veventq]",
	[SHIM_DMABUF] = "/dmabuf:",
	[SHIM_DEVICE] = "anon_inode:[vfio-device]",
	[SHIM_MAPPING] = "",
};
static const char *const node_names[SHIM_NODES] = {
	[SHIM_IOMMU] = "/iommu/",
	[SHIM_VFIO] = "/vfio/",
	[SHIM_GROUP] = "/group/",
	[SHIM_CDEV] = "/cdev/",
	[SHIM_ATTRIBUTE] = "/attribute/",
	[SHIM_ACCESS] = "/access/",
	[SHIM_FAULT] = "/fault/",
	[SHIM_VEVENTQ] = "/veventq/",
	[SHIM_DMABUF] = "/dmabuf/",
	[SHIM_DEVICE] = "/device/",
	[SHIM_MAPPING] = "/mapping/",
};

/* Digits of the greatest number, and the zero behind them. */
#define NUMBER_BYTES 11

static bool is_numbered(enum shim_node node)
{
	return node == SHIM_GROUP || node == SHIM_CDEV;
}

/* Writes `number` in decimal digits and a zero behind them; returns how many digits. */
static size_t put_number(char *to, uint32_t number)
{
	char digits[NUMBER_BYTES];
	size_t count = 0, i;

	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	for (i = 0; i < count; i++)
		to[i] = digits[count - 1 - i];
	to[count] = 0;
	return count;
}

/*
 * Takes [text, end) as a number in decimal digits, as the kernel writes it: without leading zeros. False if it is none.
 */
static bool take_number(const char *text, const char *end, uint32_t *number)
{
	uint64_t value = 0;

	if (text == end || end - text >= NUMBER_BYTES || (*text == '0' && end - text > 1))
		return false;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return false;
		value = 10 * value + (uint64_t)(*text - '0');
	}
	*number = (uint32_t)value;
	return value <= UINT32_MAX;
}

const char *shim_node_path(enum shim_node node)
{
	return paths[node];
}

void shim_path_of(const struct shim_description *description, char path[SHIM_PATH_BYTES])
{
	const char *prefix = paths[description->node];
	size_t bytes = strlen(prefix);

	memcpy(path, prefix, bytes + 1);
	if (is_numbered(description->node))
		put_number(path + bytes, description->number);
}

bool shim_identify(int fd, struct shim_description *description)
{
	struct sockaddr_un address;
	socklen_t length = sizeof(address);
	const char *name = address.sun_path + 1;
	size_t bytes, node, node_bytes;

	if (fd < 0 || emu_sys(getsockname, fd, &address, &length))
		return false;
	if (length <= offsetof(struct sockaddr_un, sun_path) + 1 || length > sizeof(address))
		return false;
	bytes = length - offsetof(struct sockaddr_un, sun_path) - 1;
	if (address.sun_family != AF_UNIX || address.sun_path[0])
		return false;
	if (bytes < NODE_AT || memcmp(name, prefix, PREFIX_BYTES))
		return false;
	for (node = 0; node < SHIM_NODES; node++) {
		node_bytes = strlen(node_names[node]);
		if (bytes >= NODE_AT + node_bytes + ACCESS_BYTES &&
		    !memcmp(name + NODE_AT, node_names[node], node_bytes))
			break;
	}
	if (node == SHIM_NODES || name[bytes - ACCESS_BYTES] != '/' ||
	    !take_number(name + NODE_AT + node_bytes, name + bytes - ACCESS_BYTES, &description->number))
		return false;
	memcpy(description->token, name + TOKEN_AT, SHIM_TOKEN_BYTES);
	description->node = (enum shim_node)node;
	description->access = (name[bytes - 1] - '0') & O_ACCMODE;
	return true;
}

int shim_find(const char *token, struct shim_description *description)
{
	/* Room for several entries of a directory. */
	_Alignas(struct dirent64) char entries[1024];
	long length, at;
	int found = -1;
	int directory = (int)emu_sys(openat, AT_FDCWD, "/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0)
		return -1;
	while (found < 0 && (length = emu_sys(getdents64, directory, entries, sizeof(entries))) > 0) {
		for (at = 0; at < length && found < 0;) {
			const struct dirent64 *entry = (const struct dirent64 *)(const void *)(entries + at);
			int fd = *entry->d_name == '.' ? -1 : atoi(entry->d_name);

			if (shim_identify(fd, description) && !memcmp(description->token, token, SHIM_TOKEN_BYTES))
				found = fd;
			at += entry->d_reclen;
		}
	}
	emu_sys(close, directory);
	return found;
}

int shim_choose_token(struct shim_description *description)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t random[SHIM_TOKEN_BYTES / 2];
	long got = emu_sys(getrandom, random, sizeof(random), 0);
	size_t i;

	if (got != (long)sizeof(random))
		return got < 0 ? (int)got : -EAGAIN;
	for (i = 0; i < sizeof(random); i++) {
		description->token[2 * i] = digits[random[i] >> 4];
		description->token[2 * i + 1] = digits[random[i] & 15];
	}
	return 0;
}

void shim_name(const struct shim_description *description, struct emu_address *address)
{
	const char *node = node_names[description->node];
	char *at = address->name.sun_path;

	address->name.sun_family = AF_UNIX;
	*at++ = 0;
	memcpy(at, prefix, PREFIX_BYTES);
	at += PREFIX_BYTES;
	memcpy(at, description->token, SHIM_TOKEN_BYTES);
	at += SHIM_TOKEN_BYTES;
	memcpy(at, node, strlen(node));
	at += strlen(node);
	at += put_number(at, description->number);
	*at++ = '/';
	*at++ = (char)('0' + description->access);
	address->length = (socklen_t)(at - (char *)&address->name);
}

int shim_daemon_of(int fd, struct emu_address *daemon)
{
	socklen_t length = sizeof(daemon->name);
	long error = emu_sys(getpeername, fd, &daemon->name, &length);

	/* A relative path held where the daemon's socket was opened from, which need not be here. */
	if (error || length > sizeof(daemon->name) || daemon->name.sun_path[0] != '/')
		return emu_find_daemon(NULL, daemon);
	daemon->length = length;
	return 0;
}

/*
 * Writes `path` with empty, "." and ".." components taken out. False if it is not absolute, too long for ours, or ends
 * in such a component: then it asks for a directory, which ours are not.
 */
static bool normalise(const char *path, char *to, size_t capacity)
{
	size_t length = 0;
	bool named = false;

	if (*path != '/')
		return false;
	while (*path) {
		size_t bytes;

		while (*path == '/')
			path++;
		bytes = strcspn(path, "/");
		named = false;
		if (bytes == 2 && path[0] == '.' && path[1] == '.') {
			while (length && to[--length] != '/')
				;
		} else if (bytes && !(bytes == 1 && *path == '.')) {
			if (length + 1 + bytes >= capacity)
				return false;
			to[length++] = '/';
			memcpy(to + length, path, bytes);
			length += bytes;
			named = true;
		}
		path += bytes;
	}
	to[length] = 0;
	return named;
}

/* Which node a normal path names; `number` is that of one which has it, else 0. */
static enum shim_node find_path(const char *normal, uint32_t *number)
{
	const char *end = normal + strlen(normal);
	size_t node, bytes;

	*number = 0;
	for (node = 0; node < SHIM_PATHS; node++) {
		bytes = strlen(paths[node]);
		if (is_numbered((enum shim_node)node)) {
			if (!strncmp(normal, paths[node], bytes) && take_number(normal + bytes, end, number))
				return (enum shim_node)node;
		} else if (!strcmp(normal, paths[node])) {
			return (enum shim_node)node;
		}
	}
	return SHIM_NODES;
}

enum shim_node shim_node_of(const char *path)
{
	char normal[SHIM_PATH_BYTES];
	uint32_t number;

	/* Most paths are dismissed by their first letters, before anything is copied. */
	if (!path || path[0] != '/' || !normalise(path, normal, sizeof(normal)))
		return SHIM_NODES;
	return find_path(normal, &number);
}

uint32_t shim_number_of(const char *path)
{
	char normal[SHIM_PATH_BYTES];
	uint32_t number;

	if (!path || path[0] != '/' || !normalise(path, normal, sizeof(normal)) ||
	    find_path(normal, &number) == SHIM_NODES)
		return 0;
	return number;
}

int shim_node_present(void)
{
	struct emu_address daemon;
	struct stat status;

	if (emu_find_daemon(NULL, &daemon) || emu_sys(newfstatat, AT_FDCWD, daemon.name.sun_path, &status, 0))
		return -ENOENT;
	return S_ISSOCK(status.st_mode) ? 0 : -ENOENT;
}
