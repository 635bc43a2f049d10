/*
 * What a context and an endpoint are inside the library: a connection with buffers of its own, and what the token and
 * the calls in flight need.
 */
#ifndef EMU_CONTEXT_H
#define EMU_CONTEXT_H

#include "call.h"
#include "iommufd_emu.h"
#include "transport.h"

/* Requests: an ioctl brings at most two pieces of 64 KiB, and a batch or pipeline shall not be sent piecemeal. */
#define EMU_SEND_BYTES (512u * 1024)

/* Replies: what most need; the buffer grows for longer ones. */
#define EMU_RECEIVE_BYTES (64u * 1024)

/* A frame of the daemon beyond this is refused. The longest are status reports of large states. */
#define EMU_RECEIVE_BYTES_MAX (256u * 1024 * 1024)

struct iommufd_emu {
	struct emu_connection connection;
	/* What its ioctls are made on: enum iommufd_emu_file. */
	uint8_t file;
	struct iommufd_emu_token token;
	/* A circle: `in_flight` calls, the oldest at `oldest`. */
	struct emu_call calls[IOMMUFD_EMU_IN_FLIGHT_MAX];
	size_t oldest, in_flight;
	/* The socket on which notices of arrivals come; -1: there is none. */
	int notified_fd;
	/* Which fallible step of the next calls fails, 0: none; whether allocations and copies are steps. */
	uint32_t fail_nth;
	bool fail_ordinary;
};

struct iommufd_emu_endpoint {
	struct emu_connection connection;
};

/* Connects and says Hello, with new buffers. 0 or a negative errno, then nothing is left behind. */
int emu_connection_start(struct emu_connection *connection, const char *socket_path);

/* Closes it and frees its buffers. */
void emu_connection_stop(struct emu_connection *connection);

/* Gives up the connection's part in its open file description: 1 if that released it, 0 if not, or a negative errno. */
int emu_connection_leave(struct emu_connection *connection);

/* Runs a request that a Result answers. `id` may be NULL. 0, or the negative errno of either level. */
int emu_exchange_result(struct emu_connection *connection, struct emu_pending *pending, uint32_t *id);

/* This process as a caller that names no descriptors, with no step that is to fail. */
struct emu_caller emu_context_caller(const struct iommufd_emu *context);

/* As iommufd_emu_ioctl, for a struct that is there: it is read and written directly. */
int emu_own_ioctl(struct iommufd_emu *context, uint32_t request, void *argument);

/* Begins a request of a context, or returns -EBUSY while calls are in flight. */
int emu_context_begin(struct iommufd_emu *context, struct emu_pending *pending, enum emu_request kind);

/* read(2), write(2); with an offset, which may be NULL, pread(2), pwrite(2). The bytes or a negative errno. */
int emu_context_transfer(struct iommufd_emu *context, bool reads, uint64_t address, size_t count,
			 const uint64_t *offset);

/* The daemon that the context is connected to. 0 or a negative errno. */
int emu_daemon_of(const struct iommufd_emu *context, struct emu_address *daemon);

/* mmap(2): what there is to map, and a context that keeps it and speaks for it. 0 or a negative errno. */
int emu_context_map(struct iommufd_emu *context, uint64_t offset, size_t length, struct emu_mappable *mappable,
		    struct iommufd_emu **holder);

/* Maps the daemon's file; its address or a negative errno. */
long emu_map_file(const char *path, size_t length, uint64_t offset);

#endif
