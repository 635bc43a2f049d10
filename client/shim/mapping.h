/*
 * Memory that the program has mapped from one of ours: pages that a vIOMMU offers, BARs of a device. Such a mapping keeps
 * what it is of, as a connection to the daemon does that lives as long as some part of the mapping, in this process or in
 * a forked child. Invariant: pages of registers cannot be touched, so that each access to them traps (trap.h).
 */
#ifndef SHIM_MAPPING_H
#define SHIM_MAPPING_H

#include "description.h"

/* mmap(2) of the iommufd or device behind `fd`, which has passed the checks of the VFS. The address, or a negative errno. */
long shim_map(int fd, const struct shim_description *description, void *address, size_t length, int protection,
	      int flags, off_t offset);

/* The program has unmapped [start, start + length), or mapped something else there. */
void shim_unmapped(uintptr_t start, size_t length);

/* The program has moved the mapping of `from_length` bytes at `from`. */
void shim_moved(uintptr_t from, size_t from_length, uintptr_t to, size_t to_length);

/* Registers at an address. */
struct shim_registers {
	/* What keeps the mapping, and where in it the address is. */
	int fd;
	uint64_t offset;
	/* Bytes of registers from there on. */
	size_t room;
	/* What the program may do there. */
	int protection;
};

/* Whether there are registers at `address`. It may be asked in a signal handler. */
bool shim_find_registers(uintptr_t address, struct shim_registers *registers);

/* Whether some of [start, start + length) are registers. */
bool shim_has_registers(uintptr_t start, size_t length);

/* mprotect(2) where some are. 0 or a negative errno. */
long shim_protect(uintptr_t start, size_t length, int protection);

/* Whether mremap(2) may not make this mapping longer: it is of a device. */
bool shim_is_fixed(uintptr_t start, size_t length);

/* The lowest descriptor in [first, last] that keeps a mapping, or -1. */
int shim_next_mapping(unsigned int first, unsigned int last);

/* Gives a mapping that is kept by `fd` another descriptor. */
void shim_vacate_mapping(int fd);

#endif
