/* The channels that this process has; see channel.h. exchange.c has what travels on them. */
#include "channel_table.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "mapping.h"
#include "memory.h"
#include "system.h"

#ifndef MADV_WIPEONFORK
#define MADV_WIPEONFORK 18
#endif

/* As many threads can be in a call at a time without connecting anew for each. */
#define CHANNELS_MAX 64

/*
 * An ioctl brings the struct and what a pointer names; its reply may carry both in small pieces with their envelopes.
 */
#define SEND_BYTES (3 * EMU_MEMORY_BYTES_MAX)
#define RECEIVE_BYTES (8 * EMU_MEMORY_BYTES_MAX)

/* Channels take descriptors from here on, or from as high as the limit allows: programs count theirs from 0. */
#define CHANNEL_FD_FIRST (1024 - CHANNELS_MAX)

/* How often shim_vacate lets others run until it gives up. */
#define VACATE_TRIES 100000

enum { EMPTY, IDLE, BUSY };

static struct channel channels[CHANNELS_MAX];

/* Of the process that the channels belong to. */
static _Atomic long owner;

/*
 * Tells a forked child, where this page reads as zero, from a vforked one, which shares it (and must not touch the
 * channels). Where the kernel cannot wipe it, a child sees another owner and makes each call on a connection of its
 * own.
 */
enum { FORKED, TAKING_OVER, OURS };
static _Alignas(4096) union {
	_Atomic int state;
	char page[4096];
} fork_mark;

/* The kernel wipes it. */
static _Atomic bool fork_is_marked;

static uint64_t key_of(const char *token)
{
	uint64_t key;

	memcpy(&key, token, sizeof(key));
	return key;
}

static ino_t inode_of(int fd)
{
	struct stat status;

	if (emu_sys(newfstatat, fd, "", &status, AT_EMPTY_PATH) || !S_ISSOCK(status.st_mode))
		return 0;
	return status.st_ino;
}

void shim_drop(struct channel *channel)
{
	int fd = atomic_exchange(&channel->fd, -1);

	emu_ring_stop(&channel->connection.ring);
	if (fd >= 0 && inode_of(fd) == channel->inode)
		emu_sys(close, fd);
}

static bool ours(void)
{
	return atomic_load(&fork_mark.state) == OURS && atomic_load(&owner) == emu_sys(getpid, 0);
}

bool shim_is_vforked(void)
{
	return atomic_load(&fork_mark.state) == OURS && atomic_load(&owner) != emu_sys(getpid, 0);
}

/* Makes the channels this process's, if nobody else's thread does at the moment. False: use none of them. */
static bool take_over(void)
{
	int expected = FORKED;
	size_t i;

	if (ours())
		return true;
	if (!atomic_compare_exchange_strong(&fork_mark.state, &expected, TAKING_OVER))
		return false;
	atomic_store(&fork_is_marked, !emu_sys(madvise, &fork_mark, sizeof(fork_mark), MADV_WIPEONFORK));
	for (i = 0; i < CHANNELS_MAX; i++) {
		/* What a child inherited is a copy: the parent's stays open. Before the first use there is none. */
		if (atomic_load(&owner))
			shim_drop(&channels[i]);
		atomic_store(&channels[i].fd, -1);
		atomic_store(&channels[i].state, EMPTY);
	}
	atomic_store(&owner, emu_sys(getpid, 0));
	atomic_store(&fork_mark.state, OURS);
	return true;
}

/* Whether a BUSY channel can still carry an exchange. With a ring the daemon tells. */
static bool is_usable(const struct channel *channel)
{
	if (channel->connection.ring.memory)
		return emu_ring_is_served(&channel->connection.ring);
	return inode_of(atomic_load(&channel->fd)) == channel->inode;
}

static bool check_out(struct channel *channel, int from)
{
	return atomic_compare_exchange_strong(&channel->state, &from, BUSY);
}

static void give_back(struct channel *channel)
{
	atomic_store(&channel->state, atomic_load(&channel->fd) < 0 ? EMPTY : IDLE);
}

static int descriptor_first(void)
{
	struct rlimit limit = { CHANNEL_FD_FIRST, CHANNEL_FD_FIRST };

	emu_sys(prlimit64, 0, RLIMIT_NOFILE, 0, &limit);
	if (limit.rlim_cur >= CHANNEL_FD_FIRST + CHANNELS_MAX)
		return CHANNEL_FD_FIRST;
	return (int)(limit.rlim_cur > 2 * CHANNELS_MAX ? limit.rlim_cur - CHANNELS_MAX : limit.rlim_cur / 2);
}

/* Buffers are mapped when a channel is first used and stay: untouched pages cost nothing. */
static int map_buffers(struct emu_connection *connection)
{
	long address;

	if (connection->send)
		return 0;
	address = emu_sys(mmap, 0, SEND_BYTES + RECEIVE_BYTES, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (address < 0 && address > -4096)
		return (int)address;
	connection->send = (uint8_t *)address;
	connection->send_capacity = SEND_BYTES;
	connection->receive = connection->send + SEND_BYTES;
	connection->receive_capacity = RECEIVE_BYTES;
	return 0;
}

/* Connects a BUSY channel, and joins the description if `join`. On an error it has no socket. */
static int connect_channel(struct channel *channel, const struct emu_address *daemon, const char *token, bool join)
{
	int error = map_buffers(&channel->connection);
	int fd;

	if (error)
		return error;
	fd = emu_connect(daemon, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return fd;
	fd = shim_raise_fd(fd);
	channel->inode = inode_of(fd);
	atomic_store(&channel->fd, fd);
	atomic_store(&channel->key, key_of(token));
	memcpy(channel->token, token, SHIM_TOKEN_BYTES);
	error = emu_hello(&channel->connection, fd);
	if (!error && join)
		error = emu_join(&channel->connection, token, SHIM_TOKEN_BYTES, 0);
	if (error)
		shim_drop(channel);
	return error;
}

/* An idle channel of that description that `suits`, checked out, or NULL. */
static struct channel *find(const char *token, bool (*suits)(struct channel *channel))
{
	uint64_t key = key_of(token);
	size_t i;

	for (i = 0; i < CHANNELS_MAX; i++) {
		struct channel *channel = &channels[i];

		if (atomic_load(&channel->state) != IDLE || atomic_load(&channel->key) != key ||
		    !check_out(channel, IDLE))
			continue;
		if (!memcmp(channel->token, token, SHIM_TOKEN_BYTES) && suits(channel))
			return channel;
		give_back(channel);
	}
	return NULL;
}

/* What is of no use any more is closed. */
static bool is_usable_or_goes(struct channel *channel)
{
	if (is_usable(channel))
		return true;
	shim_drop(channel);
	return false;
}

static struct channel *find_idle(const char *token)
{
	return find(token, is_usable_or_goes);
}

/* A channel to connect: an empty one, or one that other descriptions' calls do not need at the moment. */
static struct channel *find_free(void)
{
	size_t i;

	for (i = 0; i < CHANNELS_MAX; i++)
		if (check_out(&channels[i], EMPTY))
			return &channels[i];
	for (i = 0; i < CHANNELS_MAX; i++) {
		if (check_out(&channels[i], IDLE)) {
			shim_drop(&channels[i]);
			return &channels[i];
		}
	}
	return NULL;
}

/* Undoes begin_transient. */
static void end_transient(struct channel *channel)
{
	shim_drop(channel);
	if (channel->connection.send)
		emu_sys(munmap, channel->connection.send, SEND_BYTES + RECEIVE_BYTES);
}

/* A channel outside the table, for one exchange. */
static int begin_transient(struct channel *channel, const struct emu_address *daemon, const char *token, bool join)
{
	int error;

	memset(channel, 0, sizeof(*channel));
	atomic_init(&channel->fd, -1);
	error = connect_channel(channel, daemon, token, join);
	if (error)
		end_transient(channel);
	return error;
}

static bool is_served(struct channel *channel)
{
	return emu_ring_is_served(&channel->connection.ring);
}

/*
 * One whose ring is served. A vforked child may have its parent's: the calls are about the memory that they share, and nothing of
 * the table changes.
 */
static struct channel *find_served(const char *token)
{
	if (!atomic_load(&fork_is_marked) || atomic_load(&fork_mark.state) != OURS)
		return NULL;
	return find(token, is_served);
}

int shim_obtain(int fd, const struct shim_description *description, struct channel *spare, struct channel **channel)
{
	struct emu_address daemon;
	bool table;
	int error;

	*channel = find_served(description->token);
	if (*channel)
		return 0;
	table = take_over();
	*channel = table ? find_idle(description->token) : NULL;
	if (*channel) {
		if (!emu_ring_use(&(*channel)->connection))
			return 0;
		/* The connection is lost; another one may not be. */
		shim_drop(*channel);
		give_back(*channel);
	}
	error = shim_daemon_of(fd, &daemon);
	if (error)
		return error;
	*channel = table ? find_free() : NULL;
	if (*channel) {
		error = connect_channel(*channel, &daemon, description->token, true);
		if (error)
			give_back(*channel);
		return error;
	}
	*channel = spare;
	return begin_transient(spare, &daemon, description->token, true);
}

void shim_finish(struct channel *channel, const struct channel *spare)
{
	if (channel == spare)
		end_transient(channel);
	else
		give_back(channel);
}

int shim_raise_fd(int fd)
{
	long high = emu_sys(fcntl, fd, F_DUPFD_CLOEXEC, descriptor_first());

	if (high < 0)
		return fd;
	emu_sys(close, fd);
	return (int)high;
}

void shim_prepare(int fd, const struct shim_description *description)
{
	struct channel spare, *channel;

	if (!shim_obtain(fd, description, &spare, &channel))
		shim_finish(channel, &spare);
}

/* Closes the idle channels of a description that is gone. A busy one finds out by itself. */
static void forget(const char *token)
{
	struct channel *channel;

	while ((channel = find_idle(token)) != NULL) {
		shim_drop(channel);
		give_back(channel);
	}
}

/* `daemon` is NULL if only a channel of the table will do. */
static void settle(const struct emu_address *daemon, const char *token)
{
	bool table = ours();
	struct channel spare, *channel = table ? find_idle(token) : NULL;
	int open;

	if (!channel) {
		if (!daemon || begin_transient(&spare, daemon, token, false))
			return;
		channel = &spare;
	}
	open = emu_sync(&channel->connection, token, SHIM_TOKEN_BYTES);
	if (open < 0)
		shim_drop(channel);
	shim_finish(channel, &spare);
	if (!open && table)
		forget(token);
}

void shim_settle(const struct emu_address *daemon, const struct shim_description *description)
{
	settle(daemon, description->token);
}

void shim_settle_all(void)
{
	size_t i;

	if (!ours())
		return;
	for (i = 0; i < CHANNELS_MAX; i++) {
		char token[SHIM_TOKEN_BYTES];

		if (!check_out(&channels[i], IDLE))
			continue;
		memcpy(token, channels[i].token, sizeof(token));
		give_back(&channels[i]);
		settle(NULL, token);
	}
}

int shim_next_private(unsigned int first, unsigned int last)
{
	int lowest = shim_next_mapping(first, last);
	size_t i;

	/* The cheap question first: most processes that ask have no channel at all. */
	if (atomic_load(&fork_mark.state) != OURS || !ours())
		return lowest;
	for (i = 0; i < CHANNELS_MAX; i++) {
		int fd = atomic_load(&channels[i].fd);

		if (fd >= 0 && (unsigned int)fd >= first && (unsigned int)fd <= last && (lowest < 0 || fd < lowest))
			lowest = fd;
	}
	return lowest;
}

bool shim_is_private(int fd)
{
	return fd >= 0 && shim_next_private((unsigned int)fd, (unsigned int)fd) == fd;
}

/* Gives a BUSY channel another descriptor; the old one stays open, for whoever wants its number. */
static void renumber(struct channel *channel)
{
	int old = atomic_load(&channel->fd);
	long other = emu_sys(fcntl, old, F_DUPFD_CLOEXEC, descriptor_first());

	atomic_store(&channel->fd, other < 0 ? -1 : (int)other);
	channel->connection.fd = (int)other;
}

int shim_vacate(int fd)
{
	unsigned int tries;
	size_t i;

	shim_vacate_mapping(fd);

	for (tries = 0; tries < VACATE_TRIES && shim_is_private(fd); tries++) {
		for (i = 0; i < CHANNELS_MAX; i++) {
			if (atomic_load(&channels[i].fd) != fd || !check_out(&channels[i], IDLE))
				continue;
			if (atomic_load(&channels[i].fd) == fd)
				renumber(&channels[i]);
			give_back(&channels[i]);
		}
		if (shim_is_private(fd))
			emu_sys(sched_yield, 0);
	}
	return shim_is_private(fd) ? -EBUSY : 0;
}
