/*
 * Memory that the program has mapped from an iommufd: the pages that a vIOMMU offers. Such a mapping keeps the vIOMMU, as
 * a connection to the daemon does that lives as long as some part of the mapping, in this process or in a forked child.
 */
#ifndef SHIM_MAPPING_H
#define SHIM_MAPPING_H

#include "description.h"

/* mmap(2) of the iommufd behind `fd`, which has passed the checks of the VFS. The address, or a negative errno. */
long shim_map(int fd, const struct shim_description *description, void *address, size_t length, int protection,
	      int flags, off_t offset);

/* The program has unmapped [start, start + length), or mapped something else there. */
void shim_unmapped(uintptr_t start, size_t length);

/* The program has moved the mapping of `from_length` bytes at `from`. */
void shim_moved(uintptr_t from, size_t from_length, uintptr_t to, size_t to_length);

/* The lowest descriptor in [first, last] that keeps a mapping, or -1. */
int shim_next_mapping(unsigned int first, unsigned int last);

/* Gives a mapping that is kept by `fd` another descriptor. */
void shim_vacate_mapping(int fd);

#endif
