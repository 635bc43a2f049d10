/*
 * Channels: the shim's private connections to the daemon, on which the calls travel. The program's own descriptor
 * carries none, because other processes and threads may hold it. A channel is checked out for one exchange by one
 * thread; there are no locks and no allocation, so a signal handler that interrupts a call makes its own call on
 * another channel. Invariant: a channel is used only by the process that connected it, never by a forked or vforked
 * child.
 */
#ifndef SHIM_CHANNEL_H
#define SHIM_CHANNEL_H

#include "description.h"

/* Runs an ioctl for the description behind `fd`. Returns what ioctl(2) returns, or a negative errno. */
long shim_call(int fd, const struct shim_description *description, uint32_t request, uint64_t argument);

/*
 * Reads or writes the description behind `fd`, a queue, a device or an attribute. Returns what read(2) or write(2)
 * returns, or a negative errno.
 */
long shim_transfer(int fd, const struct shim_description *description, bool reads, uint64_t address, uint64_t count);

/* The same of a device at an offset, as pread(2) and pwrite(2). */
long shim_transfer_at(int fd, const struct shim_description *description, bool reads, uint64_t address, uint64_t count,
		      uint64_t offset);

/*
 * Asks for the memory at an offset of the iommufd or device behind `fd`. 0 or a negative errno; the description that
 * comes with it is held by a channel until somebody joins it.
 */
int shim_ask_map(int fd, const struct shim_description *description, uint64_t offset, uint64_t length,
		 struct emu_mappable *mappable);

/*
 * A load or store of registers in the mapping that `fd` keeps, at most EMU_ACCESS_BYTES_MAX bytes. 0, -EFAULT: nothing
 * answers there now, or why the daemon could not be asked.
 */
int shim_access(int fd, const struct shim_description *description, bool loads, uint64_t offset, void *bytes,
		size_t length);

/* Moves a descriptor of the shim's to a high number, where programs have none. Returns the number. */
int shim_raise_fd(int fd);

/* The bytes of the description behind `fd`, 0 if it has no size. 0, or a negative errno. */
long shim_size(int fd, const struct shim_description *description, uint64_t *size);

/*
 * Waits until the daemon has handled the closes that this process made, and gives up the description's channels if it
 * is not open any more.
 */
void shim_settle(const struct emu_address *daemon, const struct shim_description *description);

/* As shim_settle for every description that has a channel. */
void shim_settle_all(void);

/* Connects a channel for `fd` in advance, so that a program without descriptors left finds out when it opens. */
void shim_prepare(int fd, const struct shim_description *description);

/* Whether this is a vforked child, which has its parent's memory and must not change the shim's state in it. */
bool shim_is_vforked(void);

/* Whether `fd` is the descriptor of a channel or a mapping, which the program does not know about. */
bool shim_is_private(int fd);

/* The lowest such descriptor in [first, last], or -1. */
int shim_next_private(unsigned int first, unsigned int last);

/* Moves a channel away from `fd`, which the program wants to use. 0, or -EBUSY if a call on it does not end. */
int shim_vacate(int fd);

#endif
