/* What travels on channels: ioctls, reads and writes, what is asked about a description; see channel.h. */
#include <errno.h>
#include <string.h>

#include "call.h"
#include "channel_table.h"
#include "inject.h"
#include "ioctl_table.h"
#include "made.h"
#include "report.h"
#include "system.h"

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
static int run_ioctl(struct emu_connection *connection, struct emu_outgoing *outgoing, const struct emu_call *call,
		     struct shim_reserved *reserved, int32_t *result, struct emu_made *made)
{
	int error = emu_call_send(connection, outgoing);

	if (!error)
		error = emu_call_finish(connection, call, result, made);
	/* The description is held by this connection until the descriptor holds it. */
	return error || !made->bytes ? error : shim_adopt(reserved, made, call, result);
}

/* What is to be done on a channel, and what came of it: a read or write, else an ioctl. */
struct work {
	struct emu_transfer *transfer;
	/* What the ioctl is made on: enum iommufd_emu_file. */
	uint8_t file;
	uint32_t request;
	uint64_t argument;
	/* What ioctl(2) returns, or a negative errno; descriptions that it emptied. */
	int32_t result;
	struct emu_emptied emptied;
};

/* 0, or why the daemon could not be asked; a call that fails has an errno in `result`. */
static int exchange_ioctl(int fd, struct emu_connection *connection, struct work *work)
{
	struct emu_caller caller = {
		.file = work->file,
		.process_memory = connection->limits.process_memory,
		.token_of = token_of,
	};
	struct shim_reserved reserved;
	struct emu_outgoing outgoing;
	struct emu_call call;
	struct emu_made made;
	int error;

	caller.fail_nth = shim_inject_armed(&caller.fail_ordinary);
	emu_call_begin(connection, &outgoing, work->request, work->argument, &caller, &call);
	work->result = shim_reserve(fd, &call, &reserved);
	if (work->result)
		return 0;
	error = run_ioctl(connection, &outgoing, &call, &reserved, &work->result, &made);
	shim_give_up(&reserved);
	if (error)
		return error;
	work->emptied = made.emptied;
	if (caller.fail_nth)
		shim_inject_left(made.fail_nth);
	return 0;
}

/* Why the daemon could not be asked, for people: one that has said why it ends the connection speaks the protocol. */
static int why_lost(const struct channel *channel, int error)
{
	return channel->connection.refusal[0] ? -ESHUTDOWN : error;
}

/* Does the work on a channel for the description behind `fd`; its result, or why the daemon could not be asked. */
static long run(int fd, const struct shim_description *description, struct work *work)
{
	struct channel spare, *channel;
	char path[SHIM_PATH_BYTES];
	int error = shim_obtain(fd, description, &spare, &channel);

	work->result = 0;
	work->emptied.count = 0;
	if (!error) {
		if (work->transfer)
			error = emu_run_transfer(&channel->connection, work->transfer);
		else
			error = exchange_ioctl(fd, &channel->connection, work);
		if (error) {
			error = why_lost(channel, error);
			shim_drop(channel);
		}
		shim_finish(channel, &spare);
	}
	if (!error)
		return work->transfer ? work->transfer->result : work->result;
	if (error == -EMFILE || error == -ENFILE || error == -ENOMEM)
		return error;
	shim_path_of(description, path);
	shim_report("lost", path, error);
	return -EIO;
}

static long transfer(int fd, const struct shim_description *description, struct emu_transfer *transfer)
{
	struct work work = { .transfer = transfer };
	long result = run(fd, description, &work);

	emu_withdraw(fd, transfer->withdrawn);
	return result;
}

long shim_transfer(int fd, const struct shim_description *description, bool reads, uint64_t address, uint64_t count)
{
	struct emu_transfer whole = { .reads = reads, .address = address, .count = count };

	return transfer(fd, description, &whole);
}

long shim_transfer_at(int fd, const struct shim_description *description, bool reads, uint64_t address, uint64_t count,
		      uint64_t offset)
{
	struct emu_transfer positioned = {
		.reads = reads, .address = address, .count = count, .positioned = true, .offset = offset,
	};

	return transfer(fd, description, &positioned);
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

/* What ioctls on a node are: those of VFIO have the same numbers on groups and devices. */
static uint8_t file_of(enum shim_node node)
{
	if (shim_is_device(node))
		return IOMMUFD_EMU_ON_DEVICE;
	return node == SHIM_GROUP ? IOMMUFD_EMU_ON_GROUP : IOMMUFD_EMU_ON_IOMMUFD;
}

long shim_call(int fd, const struct shim_description *description, uint32_t request, uint64_t argument)
{
	struct work work = { .file = file_of(description->node), .request = request, .argument = argument };
	long result = run(fd, description, &work);

	settle_emptied(&work.emptied);
	return result;
}

int shim_ask_map(int fd, const struct shim_description *description, uint64_t offset, uint64_t length,
		 struct emu_mappable *mappable)
{
	struct channel spare, *channel;
	int error = shim_obtain(fd, description, &spare, &channel);

	if (error)
		return error;
	error = emu_map(&channel->connection, offset, length, mappable);
	shim_finish(channel, &spare);
	return error;
}

int shim_access(int fd, const struct shim_description *description, bool loads, uint64_t offset, void *bytes,
		size_t length)
{
	struct channel spare, *channel;
	int error = shim_obtain(fd, description, &spare, &channel);

	if (error)
		return error;
	if (loads)
		error = emu_access_load(&channel->connection, offset, bytes, length);
	else
		error = emu_access_store(&channel->connection, offset, bytes, length);
	if (error && error != -EFAULT) {
		shim_report("lost", "", why_lost(channel, error));
		shim_drop(channel);
	}
	shim_finish(channel, &spare);
	return error;
}

long shim_size(int fd, const struct shim_description *description, uint64_t *size)
{
	struct channel spare, *channel;
	int error = shim_obtain(fd, description, &spare, &channel);

	if (error)
		return error;
	*size = channel->connection.size;
	shim_finish(channel, &spare);
	return 0;
}
