/*
 * Channels as those see them who use one: checked out for an exchange, and given back or, after an error of the
 * connection, dropped.
 */
#ifndef SHIM_CHANNEL_TABLE_H
#define SHIM_CHANNEL_TABLE_H

#include <stdatomic.h>
#include <sys/stat.h>

#include "channel.h"

struct channel {
	_Atomic int state;
	/* -1 while EMPTY. */
	_Atomic int fd;
	/* The first half of the token, to pass over channels of others without checking them out. */
	_Atomic uint64_t key;
	/* The rest belongs to whoever made the channel BUSY. */
	ino_t inode;
	char token[SHIM_TOKEN_BYTES];
	struct emu_connection connection;
};

/*
 * A connected channel for the description behind `fd`: from the table, or `spare`, which is then transient.
 * 0 or a negative errno.
 */
int shim_obtain(int fd, const struct shim_description *description, struct channel *spare, struct channel **channel);

/*
 * Closes a channel's socket, unless the program got rid of it behind the shim's back and the number is another file's.
 */
void shim_drop(struct channel *channel);

/* Gives back what was obtained. */
void shim_finish(struct channel *channel, const struct channel *spare);

#endif
