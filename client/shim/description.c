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

static const char *const paths[SHIM_NODES] = { "/dev/iommu", "/dev/vfio/vfio", "anon_inode:[iommufd_test_staccess]",
					       "anon_inode:[iommufd-pgfault]", "anon_inode:[iommufd-veventq]",
					       "/dmabuf:", "" };
static const char *const node_names[SHIM_NODES] = { "/iommu/",	"/vfio/",   "/access/", "/fault/",
						    "/veventq/", "/dmabuf/", "/mapping/" };

const char *shim_node_path(enum shim_node node)
{
	return paths[node];
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
		if (bytes == NODE_AT + node_bytes + 1 && !memcmp(name + NODE_AT, node_names[node], node_bytes))
			break;
	}
	if (node == SHIM_NODES)
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

enum shim_node shim_node_of(const char *path)
{
	char normal[32];
	size_t node;

	/* Most paths are dismissed by their first letters, before anything is copied. */
	if (!path || path[0] != '/' || !normalise(path, normal, sizeof(normal)))
		return SHIM_NODES;
	for (node = 0; node < SHIM_PATHS; node++)
		if (!strcmp(normal, paths[node]))
			return (enum shim_node)node;
	return SHIM_NODES;
}

int shim_node_present(void)
{
	struct emu_address daemon;
	struct stat status;

	if (emu_find_daemon(NULL, &daemon) || emu_sys(newfstatat, AT_FDCWD, daemon.name.sun_path, &status, 0))
		return -ENOENT;
	return S_ISSOCK(status.st_mode) ? 0 : -ENOENT;
}
