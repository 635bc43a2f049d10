/*
 * What ioctls make, for callers of the library: reading, writing and waiting for queues, memory of virtual IOMMUs. The
 * public header documents the calls. Invariant: on the descriptor to poll lie as many notices as the queue has to read.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "context.h"
#include "system.h"

int emu_context_transfer(struct iommufd_emu *context, bool reads, uint64_t address, size_t count,
			 const uint64_t *offset)
{
	struct emu_transfer transfer = {
		.reads = reads,
		.address = address,
		.count = count < INT32_MAX ? count : INT32_MAX,
		.positioned = offset,
		.offset = offset ? *offset : 0,
	};
	int error;

	if (context->in_flight)
		return -EBUSY;
	error = emu_run_transfer(&context->connection, &transfer);
	if (error)
		return error;
	emu_withdraw(context->notified_fd, transfer.withdrawn);
	return transfer.result;
}

int iommufd_emu_read(struct iommufd_emu *context, void *buffer, size_t count)
{
	return emu_context_transfer(context, true, (uintptr_t)buffer, count, NULL);
}

int iommufd_emu_write(struct iommufd_emu *context, const void *buffer, size_t count)
{
	return emu_context_transfer(context, false, (uintptr_t)buffer, count, NULL);
}

uint64_t iommufd_emu_size(const struct iommufd_emu *context)
{
	return context->connection.size;
}

int emu_daemon_of(const struct iommufd_emu *context, struct emu_address *daemon)
{
	memset(daemon, 0, sizeof(*daemon));
	daemon->length = sizeof(daemon->name);
	return (int)emu_sys(getpeername, context->connection.fd, &daemon->name, &daemon->length);
}

/* Joins the context's description to be notified of arrivals; the socket, or a negative errno. */
static int join_notified(const struct iommufd_emu *context)
{
	uint8_t send[EMU_SMALL_BUFFER_BYTES], receive[EMU_SMALL_BUFFER_BYTES];
	struct emu_connection connection = {
		.send = send,
		.send_capacity = sizeof(send),
		.receive = receive,
		.receive_capacity = sizeof(receive),
	};
	struct emu_address daemon;
	int fd, error = emu_daemon_of(context, &daemon);

	if (error)
		return error;
	fd = emu_connect(&daemon, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return fd;
	error = emu_hello(&connection, fd);
	if (!error)
		error = emu_join(&connection, context->token.bytes, context->token.length, EMU_JOIN_NOTIFIED);
	if (!error)
		return fd;
	emu_sys(close, fd);
	return error;
}

int iommufd_emu_poll_fd(struct iommufd_emu *context)
{
	int fd = context->notified_fd;

	if (fd >= 0)
		return fd;
	fd = join_notified(context);
	if (fd >= 0)
		context->notified_fd = fd;
	return fd;
}

long emu_map_file(const char *path, size_t length, uint64_t offset)
{
	long fd = emu_sys(openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
	long address;

	if (fd < 0)
		return fd;
	address = emu_sys(mmap, 0, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);
	emu_sys(close, fd);
	return address;
}

int emu_context_map(struct iommufd_emu *context, uint64_t offset, size_t length, struct emu_mappable *mappable,
		    struct iommufd_emu **holder)
{
	struct iommufd_emu_token token;
	struct emu_address daemon;
	int error;

	if (context->in_flight)
		return -EBUSY;
	error = emu_daemon_of(context, &daemon);
	if (!error)
		error = emu_map(&context->connection, offset, length, mappable);
	if (error)
		return error;
	token.length = mappable->token_bytes;
	memcpy(token.bytes, mappable->token, token.length);
	return iommufd_emu_join(daemon.name.sun_path, &token, true, holder);
}

int iommufd_emu_mmap(struct iommufd_emu *context, uint64_t offset, size_t length, struct iommufd_emu_memory *memory)
{
	struct emu_mappable mappable;
	long address;
	int error = emu_context_map(context, offset, length, &mappable, &memory->holder);

	if (error)
		return error;
	/* Registers would need the program's faults, which are not the library's. */
	if (mappable.count != 1 || mappable.pieces[0].registers || mappable.pieces[0].file_offset) {
		iommufd_emu_close(memory->holder);
		return -EOPNOTSUPP;
	}
	address = emu_map_file(mappable.path, length, 0);
	if (address < 0 && address > -4096) {
		iommufd_emu_close(memory->holder);
		return (int)address;
	}
	memory->address = (void *)address;
	memory->length = length;
	return 0;
}

int iommufd_emu_munmap(struct iommufd_emu_memory *memory)
{
	int error = (int)emu_sys(munmap, memory->address, memory->length);

	return error ? error : iommufd_emu_close(memory->holder);
}
