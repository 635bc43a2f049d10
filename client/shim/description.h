/*
 * Which of the program's file descriptors are ours: nodes of /dev, attributes in /sys, and what ioctls made. Such a
 * descriptor is a Unix stream socket that is connected to the daemon and bound to an abstract address which names the
 * open file description:
 *   "\0iommufd-emu/" TOKEN "/" NODE "/" NUMBER "/" ACCESS
 * TOKEN is 32 bytes: of what was opened by its path hexadecimal digits from getrandom(2), else those that the daemon
 * chose. NODE is "iommu", "vfio", "group", "cdev", "attribute", "access", "fault", "veventq", "dmabuf", "device" or
 * "mapping", NUMBER in decimal digits that of a node which has one, else 0, ACCESS the digit of O_RDONLY, O_WRONLY or
 * O_RDWR. So dup, fork, exec and SCM_RIGHTS carry everything along, and the last close is the release.
 */
#ifndef SHIM_DESCRIPTION_H
#define SHIM_DESCRIPTION_H

#include <stdbool.h>

#include "transport.h"

#define SHIM_TOKEN_BYTES 32

/* What is open: a node of /dev, an attribute, what an ioctl made, or what keeps mapped memory (mapping.h). */
enum shim_node {
	SHIM_IOMMU,
	SHIM_VFIO,
	/* /dev/vfio/NUMBER */
	SHIM_GROUP,
	/* /dev/vfio/devices/vfioNUMBER */
	SHIM_CDEV,
	/* A file in /sys that can be written. */
	SHIM_ATTRIBUTE,
	SHIM_ACCESS,
	SHIM_FAULT,
	SHIM_VEVENTQ,
	SHIM_DMABUF,
	/* Of a device, from its group. */
	SHIM_DEVICE,
	SHIM_MAPPING,
	SHIM_NODES
};

/* Those that are nodes of /dev come first. */
#define SHIM_PATHS SHIM_ATTRIBUTE

/* The longest path of a node, with its terminating zero. */
#define SHIM_PATH_BYTES 40

struct shim_description {
	char token[SHIM_TOKEN_BYTES];
	enum shim_node node;
	/* Of a group or cdev that of its path; of an attribute what its opener chose; else 0. */
	uint32_t number;
	/* O_RDONLY, O_WRONLY, O_RDWR, or 3, which open(2) takes for ioctls only. */
	int access;
};

/* Whether `fd` is one of ours, and which. Looks at the socket every time: a remembered answer could be out of date (recall.h). */
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

/* The number of the group or cdev that a path names; 0: it names another node. */
uint32_t shim_number_of(const char *path);

/* "/dev/iommu", "/dev/vfio/"; what /proc/PID/fd shows on Linux of what has no path; "" of an attribute. */
const char *shim_node_path(enum shim_node node);

/* The whole of it: of a group or cdev with its number. */
void shim_path_of(const struct shim_description *description, char path[SHIM_PATH_BYTES]);

/* Whether it is a queue: the socket then holds notices of what can be read, and reads and writes go to the daemon. */
static inline bool shim_is_queue(enum shim_node node)
{
	return node == SHIM_FAULT || node == SHIM_VEVENTQ;
}

/* Whether it is a VFIO device, which is read, written and mapped at offsets. */
static inline bool shim_is_device(enum shim_node node)
{
	return node == SHIM_CDEV || node == SHIM_DEVICE;
}

/* Whether the nodes exist for this program, which is so while the daemon's socket does. 0, or -ENOENT. */
int shim_node_present(void);

#endif
