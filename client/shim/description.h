/*
 * Which of the program's file descriptors are ours: iommufds, and what their ioctls made. Such a descriptor is a Unix
 * stream socket that is connected to the daemon and bound to an abstract address which names the open file description:
 *   "\0iommufd-emu/" TOKEN "/" NODE "/" ACCESS
 * TOKEN is 32 bytes: of an iommufd hexadecimal digits from getrandom(2), else those that the daemon chose. NODE is
 * "iommu", "vfio", "access", "fault", "veventq", "dmabuf" or "mapping", ACCESS the digit of O_RDONLY, O_WRONLY or O_RDWR. So dup, fork, exec and SCM_RIGHTS
 * carry everything along, and the last close is the release.
 */
#ifndef SHIM_DESCRIPTION_H
#define SHIM_DESCRIPTION_H

#include <stdbool.h>

#include "transport.h"

#define SHIM_TOKEN_BYTES 32

/* What is open: a node of /dev, what an ioctl made, or what keeps mapped memory (mapping.h). */
enum shim_node { SHIM_IOMMU, SHIM_VFIO, SHIM_ACCESS, SHIM_FAULT, SHIM_VEVENTQ, SHIM_DMABUF, SHIM_MAPPING, SHIM_NODES };

/* Those that are nodes of /dev come first. */
#define SHIM_PATHS SHIM_ACCESS

struct shim_description {
	char token[SHIM_TOKEN_BYTES];
	enum shim_node node;
	/* O_RDONLY, O_WRONLY, O_RDWR, or 3, which open(2) takes for ioctls only. */
	int access;
};

/* Whether `fd` is one of ours, and which. Looks at the socket every time: a remembered answer could be out of date. */
bool shim_identify(int fd, struct shim_description *description);

/* One of the process's descriptors of the description with this token, or -1. */
int shim_find(const char *token, struct shim_description *description);

/* Gives a description a token that nobody can guess; 0 or a negative errno. */
int shim_choose_token(struct shim_description *description);

/* The address of a description's sockets. */
void shim_name(const struct shim_description *description, struct emu_address *address);

/* The daemon that one of ours is connected to, so that a changed environment or directory does not matter. */
int shim_daemon_of(int fd, struct emu_address *daemon);

/* The node that an absolute path names after "//", "/./" and "/../" are taken out; SHIM_NODES: none of ours. */
enum shim_node shim_node_of(const char *path);

/* "/dev/iommu", "/dev/vfio/vfio"; what /proc/PID/fd shows on Linux of what has no path */
const char *shim_node_path(enum shim_node node);

/* Whether it is a queue: the socket then holds notices of what can be read, and reads and writes go to the daemon. */
static inline bool shim_is_queue(enum shim_node node)
{
	return node == SHIM_FAULT || node == SHIM_VEVENTQ;
}

/* Whether the nodes exist for this program, which is so while the daemon's socket does. 0, or -ENOENT. */
int shim_node_present(void);

#endif
