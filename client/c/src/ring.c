/* Rings; see ring.h. */
#include "ring.h"

#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "system.h"
#include "transport.h"

/* Where the words lie, each on a cache line of its own, and the slots behind them. */
enum {
	SUBMISSION_HEAD = 0x000,
	COMPLETION_HEAD = 0x040,
	DAEMON_STATE = 0x080,
	CLIENT_STATE = 0x0c0,
	SLOTS_AT = 0x1000,
};

#define CLIENT_ASLEEP 1
#define DAEMON_ASLEEP 1
#define DAEMON_WANTS_ROOM 2
#define DAEMON_GONE 3

/* Before the payload of a slot. */
struct header {
	/* The length of the payload, and above it the slot's turn, which says that it is filled. */
	uint32_t filled;
	/* FRAMES, the number of an ioctl, or ANSWER. */
	uint32_t kind;
	uint32_t sequence;
	/* Of the struct: bytes that can be read, and above them those that can be written. Of an answer: the result. */
	uint32_t word;
	/* The argument. Of an answer: the bytes to be stored there. */
	uint64_t argument;
};

#define SLOT_HEADER_BYTES sizeof(struct header)
#define FRAMES 0
#define ANSWER 1

/* The length of a payload has 16 bits. */
#define PAYLOAD_MAX 0xffffu

/* Calls on a connection until it gets a ring. */
#define USES_BEFORE 16

/* How long an answer is looked for before this side sleeps. */
#define SPIN_NS 50000
/* Looks between two at the clock. */
#define SPINS_BETWEEN 32
/* So many times for nothing, one after the other: the daemon has no processor to run on while this side looks. */
#define FAILURES_MAX 4
/* Then it is tried anew once in so many times. */
#define RETRY_EVERY 64
/* How often room for a submission is looked for between two looks at whether the daemon is still there. */
#define SPINS_FOR_ROOM 100000

/* What is asked for is bounded whatever the daemon says. */
#define SLOTS_MAX 4096
#define BYTES_MAX (64u << 20)

static inline void relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#endif
}

static _Atomic uint32_t *word(const struct emu_ring *ring, size_t offset)
{
	return (_Atomic uint32_t *)(void *)(ring->memory + offset);
}

static size_t circle_bytes(const struct emu_ring *ring)
{
	return (size_t)ring->slots * ring->slot_bytes;
}

static size_t data_bytes(const struct emu_ring *ring)
{
	return (size_t)ring->slots * ring->piece_bytes;
}

static size_t ring_bytes(const struct emu_ring *ring)
{
	return SLOTS_AT + 2 * circle_bytes(ring) + 2 * data_bytes(ring);
}

/* Slots of submissions, then of completions; the data of both likewise. */
static uint8_t *slot(const struct emu_ring *ring, bool completion, uint32_t position)
{
	size_t index = position & (ring->slots - 1);

	return ring->memory + SLOTS_AT + completion * circle_bytes(ring) + index * ring->slot_bytes;
}

/* Where the payload of a slot lies: behind its header, or if it is too long for that in the slot's piece of the data area. */
static uint8_t *payload_of(const struct emu_ring *ring, bool completion, uint32_t position, size_t length)
{
	size_t index = position & (ring->slots - 1);

	if (length <= ring->slot_bytes - SLOT_HEADER_BYTES)
		return slot(ring, completion, position) + SLOT_HEADER_BYTES;
	return ring->memory + SLOTS_AT + 2 * circle_bytes(ring) + completion * data_bytes(ring) +
	       index * ring->piece_bytes;
}

/* What says that the slot of a position is filled. */
static uint32_t turn_of(uint32_t position)
{
	return (position + 1) & 0xffff;
}

/* ---- start */

static bool is_wanted(void)
{
	const char *value = getenv("IOMMUFD_EMU_RING");

	return !value || strcmp(value, "0") != 0;
}

static bool is_power_of_two(uint32_t value)
{
	return value && !(value & (value - 1));
}

/* Whether a path in /proc means the daemon's there, which a daemon of another PID namespace does not know how to say. */
static bool is_of_daemon(const struct emu_connection *connection, const char *path)
{
	static const char folder[] = "/proc/";
	unsigned long process = 0;

	if (strncmp(path, folder, strlen(folder)))
		return false;
	for (path += strlen(folder); *path >= '0' && *path <= '9'; path++)
		process = 10 * process + (unsigned long)(*path - '0');
	return *path == '/' && process && process == (unsigned long)connection->daemon;
}

static uint64_t inode_of(int fd)
{
	struct stat status;

	return emu_sys(newfstatat, fd, "", &status, AT_EMPTY_PATH) ? 0 : status.st_ino;
}

/* Maps the file of a RingReply; false if it cannot be had: then the socket goes on. */
static bool map_ring(struct emu_connection *connection, struct emu_bytes reply)
{
	struct emu_ring *ring = &connection->ring;
	struct emu_bytes path = emu_get_bytes(reply, EMU_RING_REPLY_PATH);
	char name[64];
	long fd, memory;

	ring->slots = (uint32_t)emu_get_varint(reply, EMU_RING_REPLY_SLOTS);
	ring->slot_bytes = (uint32_t)emu_get_varint(reply, EMU_RING_REPLY_SLOT_BYTES);
	ring->piece_bytes = (uint32_t)emu_get_varint(reply, EMU_RING_REPLY_PIECE_BYTES);
	if (path.length >= sizeof(name) || !is_power_of_two(ring->slots) || ring->slots > SLOTS_MAX ||
	    ring->slot_bytes <= SLOT_HEADER_BYTES || ring->slot_bytes % 8 || !ring->piece_bytes ||
	    ring->piece_bytes % 8 || ring_bytes(ring) > BYTES_MAX)
		return false;
	memcpy(name, path.data, path.length);
	name[path.length] = 0;
	if (!is_of_daemon(connection, name))
		return false;
	fd = emu_sys(openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	ring->bytes = ring_bytes(ring);
	ring->inode = inode_of(connection->fd);
	memory = emu_sys(mmap, 0, ring->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	emu_sys(close, fd);
	if (memory < 0 && memory > -4096)
		return false;
	ring->memory = (uint8_t *)memory;
	ring->submission_tail = ring->submission_head = ring->completion_head = 0;
	ring->failures = 0;
	return true;
}

static int get_ring(struct emu_connection *connection)
{
	struct emu_pending pending;
	struct emu_bytes body;
	int error;

	if (!is_wanted())
		return 0;
	emu_request_begin(connection, &pending, EMU_RING);
	error = emu_exchange(connection, &pending, EMU_ANSWER_RING, &body);
	if (error)
		return error;
	if (!emu_get_varint(body, EMU_REPLY_ERROR))
		map_ring(connection, body);
	return 0;
}

bool emu_ring_is_served(const struct emu_ring *ring)
{
	return ring->memory && atomic_load(word(ring, DAEMON_STATE)) != DAEMON_GONE;
}

int emu_ring_use(struct emu_connection *connection)
{
	unsigned int *uses = &connection->ring.uses;

	return *uses < USES_BEFORE && ++*uses == USES_BEFORE ? get_ring(connection) : 0;
}

int emu_ring_use_now(struct emu_connection *connection)
{
	if (connection->ring.uses == USES_BEFORE)
		return 0;
	connection->ring.uses = USES_BEFORE;
	return get_ring(connection);
}

void emu_ring_stop(struct emu_ring *ring)
{
	if (ring->memory)
		emu_sys(munmap, ring->memory, ring->bytes);
	memset(ring, 0, sizeof(*ring));
}

/* ---- doorbells */

/* A Doorbell of the client's and one of the daemon's, headers included. */
static const uint8_t doorbell_out[] = { 3, 0, 0, 0, 0xda, 0x01, 0 };
static const uint8_t doorbell_in[] = { 3, 0, 0, 0, 0xaa, 0x01, 0 };

/* Whether the descriptor is still the connection's socket, and not closed or another file of the program's. */
static bool has_socket(const struct emu_connection *connection)
{
	return inode_of(connection->fd) == connection->ring.inode;
}

/* Wakes the daemon if it sleeps in a state from `least` on. */
static int wake_daemon(struct emu_connection *connection, uint32_t least)
{
	_Atomic uint32_t *state = word(&connection->ring, DAEMON_STATE);
	uint32_t seen = atomic_load(state);

	if (seen < least)
		return 0;
	if (seen == DAEMON_GONE || !has_socket(connection))
		return -EPIPE;
	if (!atomic_compare_exchange_strong(state, &seen, 0))
		return 0;
	return emu_send_all(connection->fd, doorbell_out, sizeof(doorbell_out));
}

/*
 * Waits on the socket for a doorbell. Anything else there is the end of the connection, and goes into the receive buffer as it is.
 * 1 if bytes were appended, 0 for a doorbell, or a negative errno.
 */
static int sleep_on_socket(struct emu_connection *connection)
{
	uint8_t bytes[sizeof(doorbell_in)];
	size_t room = connection->receive_capacity - connection->filled;
	long got;

	if (!has_socket(connection))
		return -EPIPE;
	do
		got = emu_sys(recvfrom, connection->fd, bytes, sizeof(bytes), MSG_WAITALL, 0, 0);
	while (got == -EINTR);
	if (got <= 0)
		return got ? (int)got : -EPIPE;
	if (got == sizeof(bytes) && !memcmp(bytes, doorbell_in, sizeof(bytes)))
		return 0;
	if ((size_t)got > room)
		return -EPROTO;
	memcpy(connection->receive + connection->filled, bytes, (size_t)got);
	connection->filled += (size_t)got;
	return 1;
}

/* ---- submissions */

static bool has_room(struct emu_ring *ring)
{
	if (ring->submission_tail - ring->submission_head < ring->slots)
		return true;
	ring->submission_head = atomic_load(word(ring, SUBMISSION_HEAD));
	return ring->submission_tail - ring->submission_head < ring->slots;
}

/* The daemon takes submissions also while its completions wait, so room comes as long as it lives. */
static int wait_for_room(struct emu_connection *connection)
{
	struct pollfd ended = { .fd = connection->fd, .events = POLLRDHUP };
	const struct timespec at_once = { 0 };
	unsigned int spins = 0;
	int error;

	while (!has_room(&connection->ring)) {
		relax();
		if (++spins < SPINS_FOR_ROOM)
			continue;
		spins = 0;
		error = wake_daemon(connection, DAEMON_ASLEEP);
		if (error)
			return error;
		if (emu_sys(ppoll, &ended, 1, &at_once, 0) > 0 &&
		    ended.revents & (POLLRDHUP | POLLHUP | POLLERR))
			return -EPIPE;
		emu_sys(sched_yield, 0);
	}
	return 0;
}

size_t emu_ring_payload_max(const struct emu_ring *ring)
{
	if (!ring->memory)
		return 0;
	return ring->piece_bytes < PAYLOAD_MAX ? ring->piece_bytes : PAYLOAD_MAX;
}

/* Fills the next slot, for which there is room, and wakes the daemon. */
static int put_slot(struct emu_connection *connection, struct header *header, const uint8_t *data, size_t length)
{
	struct emu_ring *ring = &connection->ring;
	uint32_t position = ring->submission_tail++;
	uint8_t *at = slot(ring, false, position);

	header->filled = turn_of(position) << 16 | (uint32_t)length;
	memcpy(at + sizeof(header->filled), (uint8_t *)header + sizeof(header->filled),
	       sizeof(*header) - sizeof(header->filled));
	memcpy(payload_of(ring, false, position, length), data, length);
	atomic_store((_Atomic uint32_t *)(void *)at, header->filled);
	return wake_daemon(connection, DAEMON_ASLEEP);
}

int emu_ring_submit(struct emu_connection *connection, const struct emu_slot *slot)
{
	struct header header = {
		.kind = slot->kind,
		.sequence = slot->sequence,
		.word = (uint32_t)slot->writable << 16 | slot->readable,
		.argument = slot->argument,
	};
	int error = wait_for_room(connection);

	return error ? error : put_slot(connection, &header, slot->payload.data, slot->payload.length);
}

int emu_ring_send(struct emu_connection *connection, const uint8_t *data, size_t length)
{
	struct header header = { .kind = FRAMES };
	size_t most = emu_ring_payload_max(&connection->ring);
	int error = 0;

	while (length && !error) {
		size_t part = length < most ? length : most;

		error = wait_for_room(connection);
		if (!error)
			error = put_slot(connection, &header, data, part);
		data += part;
		length -= part;
	}
	return error;
}

/* ---- completions */

static uint32_t completion_word(const struct emu_ring *ring)
{
	return atomic_load((_Atomic uint32_t *)(void *)slot(ring, true, ring->completion_head));
}

static bool has_completion(const struct emu_ring *ring)
{
	return completion_word(ring) >> 16 == turn_of(ring->completion_head);
}

/* The header and the payload of the completion that there is. False: it makes no sense. */
static bool read_slot(const struct emu_ring *ring, struct header *header, struct emu_bytes *payload)
{
	uint32_t filled = completion_word(ring);

	memcpy(header, slot(ring, true, ring->completion_head), sizeof(*header));
	payload->length = filled & 0xffff;
	payload->data = payload_of(ring, true, ring->completion_head, payload->length);
	return payload->length <= ring->piece_bytes || payload->length <= ring->slot_bytes - SLOT_HEADER_BYTES;
}

static void give_slot_back(struct emu_ring *ring)
{
	atomic_store(word(ring, COMPLETION_HEAD), ++ring->completion_head);
}

/* Takes the next slot, if it has frames that fit: 1, 0, or -EPROTO for one that makes no sense. */
static int take_frames(struct emu_connection *connection)
{
	struct emu_ring *ring = &connection->ring;
	struct emu_bytes payload;
	struct header header;

	if (!has_completion(ring))
		return 0;
	if (!read_slot(ring, &header, &payload))
		return -EPROTO;
	if (header.kind != FRAMES || payload.length > connection->receive_capacity - connection->filled)
		return 0;
	memcpy(connection->receive + connection->filled, payload.data, payload.length);
	connection->filled += payload.length;
	give_slot_back(ring);
	return 1;
}

static bool is_worth_spinning(const struct emu_ring *ring)
{
	return ring->failures < FAILURES_MAX || ring->failures % RETRY_EVERY == 0;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Looks for a completion for a while, where that has been good for something. */
static bool spin(struct emu_ring *ring)
{
	unsigned int spins;
	int64_t until;

	if (has_completion(ring))
		return true;
	if (is_worth_spinning(ring)) {
		until = now_ns() + SPIN_NS;
		do {
			for (spins = 0; spins < SPINS_BETWEEN; spins++) {
				relax();
				if (has_completion(ring)) {
					ring->failures = 0;
					return true;
				}
			}
		} while (now_ns() < until);
	}
	ring->failures++;
	return false;
}

/* 1 when there is a completion, 2 when the socket had something, or a negative errno. */
static int wait_for_completion(struct emu_connection *connection)
{
	struct emu_ring *ring = &connection->ring;
	int got;

	while (!spin(ring)) {
		atomic_store(word(ring, CLIENT_STATE), CLIENT_ASLEEP);
		if (has_completion(ring) && atomic_exchange(word(ring, CLIENT_STATE), 0))
			return 1;
		/* The daemon has woken this side, or will: its doorbell is on the way or comes. */
		got = sleep_on_socket(connection);
		if (got)
			return got < 0 ? got : 2;
	}
	return 1;
}

int emu_ring_next(struct emu_connection *connection, struct emu_slot *answer)
{
	struct header header;
	int got = wait_for_completion(connection);

	if (got != 1)
		return got < 0 ? got : 0;
	if (!read_slot(&connection->ring, &header, &answer->payload))
		return -EPROTO;
	answer->kind = header.kind;
	answer->sequence = header.sequence;
	answer->result = (int32_t)header.word;
	answer->stored = (uint32_t)header.argument;
	return answer->kind == ANSWER;
}

int emu_ring_taken(struct emu_connection *connection)
{
	give_slot_back(&connection->ring);
	return wake_daemon(connection, DAEMON_WANTS_ROOM);
}

int emu_ring_receive(struct emu_connection *connection, bool waits)
{
	int got, taken = 0;

	if (waits) {
		got = wait_for_completion(connection);
		if (got != 1)
			return got < 0 ? got : 1;
	}
	while ((got = take_frames(connection)) > 0)
		taken = 1;
	if (got < 0)
		return got;
	/* An answer that nobody waits for. */
	if (!taken)
		return waits ? -EPROTO : 0;
	got = wake_daemon(connection, DAEMON_WANTS_ROOM);
	return got ? got : 1;
}
