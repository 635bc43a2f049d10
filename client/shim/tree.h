/*
 * The tree of files that the daemon keeps beside its socket, `<socket>.tree`: what a program sees of the simulated PCI
 * devices, IOMMU groups and VFIO files at their usual paths in /sys, /dev and /proc. A path that it is for is the
 * tree's whether it exists there or not, for the tree has the machine's own entries as links; where one of these is
 * the link to itself, the path stays real. A character device is a regular file with the sticky bit that says
 * "c MAJOR MINOR MODE".
 */
#ifndef SHIM_TREE_H
#define SHIM_TREE_H

#include <stdbool.h>
#include <sys/stat.h>

/* Room for a path in the tree. A longer one is not there; signal handlers open files on small stacks, too. */
#define SHIM_TREE_BYTES 512

/* Where `path` is in the tree, in `buffer`; `path` itself if the tree is not for it. */
const char *shim_tree_path(const char *path, char buffer[SHIM_TREE_BYTES]);

/* Whether there is a tree. */
bool shim_tree_present(void);

/* Makes of an absolute path in the tree the one that the program knows. False: it is not in the tree. */
bool shim_tree_strip(char *path);

/* What a path leads to in the tree. */
struct shim_tree_file {
	/* As the program knows it, without links in it. */
	char path[SHIM_TREE_BYTES];
	struct stat status;
};

/*
 * Looks at `path` relative to `directory`. 1: it is in the tree; 0: it is not, as far as it leads; else a negative
 * errno: it would be in the tree. *place is what to hand to the kernel instead of `path`; it may lie in `buffer`.
 */
int shim_tree_find(int directory, const char *path, bool follow, char buffer[SHIM_TREE_BYTES], const char **place,
		   struct shim_tree_file *file);

/*
 * Whether open(path, flags) relative to `directory` is about something in the tree. Then *result is the descriptor or a
 * negative errno: of a file of the tree, of a device, or of an attribute at the daemon.
 */
bool shim_tree_open(int directory, const char *path, int flags, long *result);

/* Makes of the status of a file that stands for a character device, at `path` relative to `directory`, the device's. */
void shim_tree_show_device(int directory, const char *path, struct stat *status);

#endif
