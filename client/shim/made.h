/*
 * Descriptors that ioctls make. A number is reserved before such a call is sent, because the daemon cannot undo what it
 * did when it turns out that none is free; the new descriptor is a socket as description.h says, close-on-exec.
 * Invariant: a number that was reserved is the program's descriptor after a call that made one, else it is free again.
 */
#ifndef SHIM_MADE_H
#define SHIM_MADE_H

#include "call.h"
#include "description.h"

struct shim_reserved {
	/* An unconnected socket; -1: nothing is reserved. */
	int fd;
	enum shim_node node;
	struct emu_address daemon;
};

/*
 * Reserves what `call` needs, if it makes a descriptor, for an ioctl on the program's `fd`. 0, or the errno with which
 * the ioctl fails, and nothing is reserved.
 */
int shim_reserve(int fd, const struct emu_call *call, struct shim_reserved *reserved);

/*
 * Makes the reserved number a descriptor of what the call made, and stores it in the caller's memory or in `result`.
 * 0, or a negative errno if the daemon's answer makes no sense or it has gone.
 */
int shim_adopt(struct shim_reserved *reserved, const struct emu_made *made, const struct emu_call *call,
	       int32_t *result);

/* Frees the number unless it was adopted. */
void shim_give_up(struct shim_reserved *reserved);

/* Connects `fd`, an unconnected socket, as a holder of the description. 0 or a negative errno. */
int shim_hold(int fd, const struct shim_description *description, const struct emu_address *daemon);

#endif
