/* Channels; see channel.h. */
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "call.h"
#include "inject.h"
#include "made.h"
#include "mapping.h"
#include "memory.h"
#include "report.h"
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

/*
 * Closes a channel's socket, unless the program got rid of it behind the shim's back and the number is another file's.
 */
static void drop(struct channel *channel)
{
	int fd = atomic_exchange(&channel->fd, -1);

	if (fd >= 0 && inode_of(fd) == channel->inode)
		emu_sys(close, fd);
}

static bool ours(void)
{
	return atomic_load(&fork_mark.state) == OURS && atomic_load(&owner) == emu_sys(getpid, 0);
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
	emu_sys(madvise, &fork_mark, sizeof(fork_mark), MADV_WIPEONFORK);
	for (i = 0; i < CHANNELS_MAX; i++) {
		/* What a child inherited is a copy: the parent's stays open. Before the first use there is none. */
		if (atomic_load(&owner))
			drop(&channels[i]);
		atomic_store(&channels[i].fd, -1);
		atomic_store(&channels[i].state, EMPTY);
	}
	atomic_store(&owner, emu_sys(getpid, 0));
	atomic_store(&fork_mark.state, OURS);
	return true;
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
		drop(channel);
	return error;
}

/* An idle channel of that description, checked out, or NULL. */
static struct channel *find_idle(const char *token)
{
	uint64_t key = key_of(token);
	size_t i;

	for (i = 0; i < CHANNELS_MAX; i++) {
		struct channel *channel = &channels[i];

		if (atomic_load(&channel->state) != IDLE || atomic_load(&channel->key) != key)
			continue;
		if (!check_out(channel, IDLE))
			continue;
		if (!memcmp(channel->token, token, SHIM_TOKEN_BYTES)) {
			if (inode_of(atomic_load(&channel->fd)) == channel->inode)
				return channel;
			drop(channel);
		}
		give_back(channel);
	}
	return NULL;
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
			drop(&channels[i]);
			return &channels[i];
		}
	}
	return NULL;
}

/* Undoes begin_transient. */
static void end_transient(struct channel *channel)
{
	drop(channel);
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

/*
 * A connected channel for the description behind `fd`: from the table, or `spare`, which is then transient.
 * 0 or a negative errno.
 */
static int obtain(int fd, const struct shim_description *description, struct channel *spare, struct channel **channel)
{
	struct emu_address daemon;
	bool table = take_over();
	int error;

	*channel = table ? find_idle(description->token) : NULL;
	if (*channel)
		return 0;
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

static void finish(struct channel *channel, const struct channel *spare)
{
	if (channel == spare)
		end_transient(channel);
	else
		give_back(channel);
}

/* The token behind a descriptor of the program that an ioctl names. */
static size_t token_of(const struct emu_caller *caller, int fd, uint8_t token[EMU_TOKEN_BYTES_MAX])
{
	struct shim_description description;

	(void)caller;
	if (!shim_identify(fd, &description))
		return 0;
	memcpy(token, description.token, SHIM_TOKEN_BYTES);
	return SHIM_TOKEN_BYTES;
}

/* Sends the call and takes its answer; a new descriptor takes the number that is reserved for it. */
static int run_ioctl(struct emu_connection *connection, struct emu_pending *pending, const struct emu_call *call,
		     struct shim_reserved *reserved, int32_t *result, struct emu_made *made)
{
	struct emu_bytes body;
	int error = emu_exchange(connection, pending, EMU_ANSWER_IOCTL, &body);

	if (!error)
		error = emu_take_reply(body, call, result, made);
	/* The description is held by this connection until the descriptor holds it. */
	return error || !made->bytes ? error : shim_adopt(reserved, made, call, result);
}

int shim_raise_fd(int fd)
{
	long high = emu_sys(fcntl, fd, F_DUPFD_CLOEXEC, descriptor_first());

	if (high < 0)
		return fd;
	emu_sys(close, fd);
	return (int)high;
}

/* What is to be done on a channel, and what came of it: a read or write, else an ioctl. */
struct work {
	struct emu_transfer *transfer;
	uint32_t request;
	uint64_t argument;
	/* What ioctl(2) returns, or a negative errno; descriptions that it emptied. */
	int32_t result;
	struct emu_emptied emptied;
};

/* 0, or why the daemon could not be asked; a call that fails has an errno in `result`. */
static int exchange_ioctl(int fd, struct emu_connection *connection, struct work *work)
{
	struct emu_caller caller = { .process_memory = connection->limits.process_memory, .token_of = token_of };
	struct shim_reserved reserved;
	struct emu_pending pending;
	struct emu_call call;
	struct emu_made made;
	int error;

	caller.fail_nth = shim_inject_armed(&caller.fail_ordinary);
	emu_request_begin(connection, &pending, EMU_IOCTL);
	emu_put_ioctl(&pending.writer, work->request, work->argument, &caller, &call);
	work->result = shim_reserve(fd, &call, &reserved);
	if (work->result)
		return 0;
	error = run_ioctl(connection, &pending, &call, &reserved, &work->result, &made);
	shim_give_up(&reserved);
	if (error)
		return error;
	work->emptied = made.emptied;
	if (caller.fail_nth)
		shim_inject_left(made.fail_nth);
	return 0;
}

/* Does the work on a channel for the description behind `fd`; its result, or why the daemon could not be asked. */
static long run(int fd, const struct shim_description *description, struct work *work)
{
	struct channel spare, *channel;
	int error = obtain(fd, description, &spare, &channel);

	work->result = 0;
	work->emptied.count = 0;
	if (!error) {
		if (work->transfer)
			error = emu_run_transfer(&channel->connection, work->transfer);
		else
			error = exchange_ioctl(fd, &channel->connection, work);
		if (error)
			drop(channel);
		finish(channel, &spare);
	}
	if (!error)
		return work->transfer ? work->transfer->result : work->result;
	if (error == -EMFILE || error == -ENFILE || error == -ENOMEM)
		return error;
	shim_report("lost", shim_node_path(description->node), error);
	return -EIO;
}

long shim_transfer(int fd, const struct shim_description *description, bool reads, uint64_t address, uint64_t count)
{
	struct emu_transfer transfer = { .reads = reads, .address = address, .count = count };
	struct work work = { .transfer = &transfer };
	long result = run(fd, description, &work);

	emu_withdraw(fd, transfer.withdrawn);
	return result;
}

/* An empty read of each: its reply says which notices hold no longer. */
static void settle_emptied(const struct emu_emptied *emptied)
{
	struct shim_description description;
	unsigned int i;
	int fd;

	for (i = 0; i < emptied->count; i++) {
		if (emptied->tokens[i].length != SHIM_TOKEN_BYTES)
			continue;
		fd = shim_find((const char *)emptied->tokens[i].data, &description);
		if (fd >= 0)
			shim_transfer(fd, &description, true, 0, 0);
	}
}

long shim_call(int fd, const struct shim_description *description, uint32_t request, uint64_t argument)
{
	struct work work = { .request = request, .argument = argument };
	long result = run(fd, description, &work);

	settle_emptied(&work.emptied);
	return result;
}

int shim_ask_map(int fd, const struct shim_description *description, uint64_t offset, uint64_t length,
		 struct emu_mappable *mappable)
{
	struct channel spare, *channel;
	int error = obtain(fd, description, &spare, &channel);

	if (error)
		return error;
	error = emu_map(&channel->connection, offset, length, mappable);
	finish(channel, &spare);
	return error;
}

long shim_size(int fd, const struct shim_description *description, uint64_t *size)
{
	struct channel spare, *channel;
	int error = obtain(fd, description, &spare, &channel);

	if (error)
		return error;
	*size = channel->connection.size;
	finish(channel, &spare);
	return 0;
}

void shim_prepare(int fd, const struct shim_description *description)
{
	struct channel spare, *channel;

	if (!obtain(fd, description, &spare, &channel))
		finish(channel, &spare);
}

/* Closes the idle channels of a description that is gone. A busy one finds out by itself. */
static void forget(const char *token)
{
	struct channel *channel;

	while ((channel = find_idle(token)) != NULL) {
		drop(channel);
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
		drop(channel);
	finish(channel, &spare);
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
