/*
 * A ring: memory shared with the daemon that carries a connection's ioctls and frames while both sides are awake (docs/protocol.md).
 * Each side writes its own words and slots only. Invariant: without a ring, or where none can be had, the socket does all of it.
 */
#ifndef EMU_RING_H
#define EMU_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

struct emu_connection;

struct emu_ring {
	/* NULL: there is none. */
	uint8_t *memory;
	size_t bytes;
	uint32_t slots, slot_bytes, piece_bytes;
	/* Of the connection's socket, which a program can close behind our back. */
	uint64_t inode;
	/* Positions of this side's own. */
	uint32_t submission_tail, completion_head;
	/* As it was when there was no room: to look at it takes the cache line from the daemon. */
	uint32_t submission_head;
	/* Times that spinning was for nothing, since it was last good for something. */
	unsigned int failures;
	/* Calls so far: a program that makes a few only needs none. */
	unsigned int uses;
};

/*
 * Before a call, while no request is unanswered: gets the connection a ring when it has made a number of calls, if the daemon has
 * rings and the environment does not say IOMMUFD_EMU_RING=0. 0, also without a ring, or the negative errno by which the connection is lost.
 */
int emu_ring_use(struct emu_connection *connection);

/* The same at once: who has many calls in flight makes many, and may have no moment without. */
int emu_ring_use_now(struct emu_connection *connection);

/* Whether the daemon takes what is submitted, as far as it has said. Without a ring: false. */
bool emu_ring_is_served(const struct emu_ring *ring);

/* Gives the memory back. The connection is closed by the caller. */
void emu_ring_stop(struct emu_ring *ring);

/* What a slot carries beside frames: an ioctl, or the answer to one. */
struct emu_slot {
	/* The number of the ioctl. */
	uint32_t kind;
	uint32_t sequence;
	/* Bytes of the struct that can be read, with which the payload begins, and that can be written. */
	uint16_t readable, writable;
	uint64_t argument;
	/* Of an answer: what ioctl(2) returns, and the bytes to be stored at the argument, with which the payload begins. */
	int32_t result;
	uint32_t stored;
	struct emu_bytes payload;
};

/* The most that a slot's payload takes; 0: there is no ring. */
size_t emu_ring_payload_max(const struct emu_ring *ring);

/* Submits an ioctl; waits for room. 0, or the negative errno by which the connection is lost. */
int emu_ring_submit(struct emu_connection *connection, const struct emu_slot *slot);

/*
 * Waits for a completion. 1: it is an answer, whose payload lies in the slot until emu_ring_taken. 0: it is frames, or the socket had
 * something, for emu_receive_some. Or a negative errno.
 */
int emu_ring_next(struct emu_connection *connection, struct emu_slot *answer);

/* Gives the slot of an answer back. 0, or the negative errno by which the connection is lost. */
int emu_ring_taken(struct emu_connection *connection);

/* Submits bytes of frames; waits for room. 0, or the negative errno by which the connection is lost. */
int emu_ring_send(struct emu_connection *connection, const uint8_t *data, size_t length);

/*
 * Appends frames that have come to [filled, capacity) of the receive buffer, as many as there are and fit. `waits`: until something has. 1, 0 if there
 * is nothing, or the negative errno by which the connection is lost.
 */
int emu_ring_receive(struct emu_connection *connection, bool waits);

#endif
