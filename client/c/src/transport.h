/*
 * A connection to the daemon: where its socket is, whole frames out and in, and the Hello that opens every
 * conversation. Buffers belong to the caller; nothing allocates, and every wait survives EINTR.
 * Invariant: an exchange leaves no answer behind, so the next answer read is that of the next request.
 */
#ifndef EMU_TRANSPORT_H
#define EMU_TRANSPORT_H

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include "messages.h"
#include "ring.h"

struct emu_address {
	struct sockaddr_un name;
	socklen_t length;
};

/* What the daemon takes, from its Hello. */
struct emu_limits {
	uint32_t frame_bytes;
	uint32_t batch_ioctls;
	uint32_t in_flight;
	uint32_t dma_bytes;
	/* The daemon identified this process, and can read and write its memory. */
	bool peer_known;
	bool process_memory;
};

struct emu_connection {
	int fd;
	/* Of the request sent last. */
	uint32_t sequence;
	struct emu_limits limits;
	/* Bytes of what it joined, if that has a size. */
	uint64_t size;
	/* The daemon's process, 0 if it is in another PID namespace. */
	pid_t daemon;
	/* Requests are written here, behind the first `queued` bytes, which are frames that wait to be sent. */
	uint8_t *send;
	size_t send_capacity, queued;
	/* Bytes received: [taken, filled) are not consumed yet. */
	uint8_t *receive;
	size_t receive_capacity, filled, taken;
	/* Makes `receive` hold a frame of `bytes` and returns true; false: that is too long. NULL: it never grows. */
	bool (*grow)(struct emu_connection *connection, size_t bytes);
	/* Carries the frames in place of the socket, once there is one. */
	struct emu_ring ring;
	/* Code of the Error frame that ended the connection, as a C string; empty if there was none. */
	char refusal[64];
};

/*
 * The address of the daemon: `path` if it is not NULL or empty, else IOMMUFD_EMU_SOCKET, else
 * $XDG_RUNTIME_DIR/iommufd-emu/iommufd.sock, else ${TMPDIR:-/tmp}/iommufd-emu-UID/iommufd.sock.
 * Returns 0, -ENAMETOOLONG, or for the last one -ENOENT (no such directory) and -EACCES (not ours alone, so anybody
 * could pose as the daemon).
 */
int emu_find_daemon(const char *path, struct emu_address *address);

/*
 * A connected stream socket, or a negative errno. `own`, if not NULL, is the address it is bound to first; `flags`
 * is 0 or SOCK_CLOEXEC.
 */
int emu_connect(const struct emu_address *daemon, const struct emu_address *own, int flags);

/* Binds the unconnected stream socket `fd` to `own`, if that is not NULL, and connects it. 0 or a negative errno. */
int emu_connect_on(int fd, const struct emu_address *daemon, const struct emu_address *own);

/*
 * Starts using `fd`: exchanges Hello, fills in the limits, and lets the daemon read this process where Yama asks for
 * that. The connection's buffers are set already. Returns 0 or a negative errno; the fd stays open either way.
 */
int emu_hello(struct emu_connection *connection, int fd);

/* That of the next request. */
uint32_t emu_next_sequence(struct emu_connection *connection);

/* Starts a request in the connection's send buffer, `kind` being its (empty so far) message. */
struct emu_pending {
	struct emu_writer writer;
	size_t frame, message;
};
void emu_request_begin(struct emu_connection *connection, struct emu_pending *pending, enum emu_request kind);

/*
 * Sends it and waits for its answer, which lies in the receive buffer until the next exchange.
 * Returns 0, or -EMSGSIZE (it did not fit, nothing was sent), -EPROTO (refused, or an answer that makes no sense),
 * -EPIPE (the daemon is gone), or what the socket says.
 */
int emu_exchange(struct emu_connection *connection, struct emu_pending *pending, enum emu_answer_kind kind,
		 struct emu_bytes *body);

/* Ends the frame of a request and gives its bytes; false if it is too long for the buffer or the daemon. */
bool emu_request_end(struct emu_pending *pending, struct emu_bytes *frame);

/* Sends frames, by the ring if there is one. 0 or a negative errno. */
int emu_send_frames(struct emu_connection *connection, const void *data, size_t length);

/* Sends all bytes; 0 or a negative errno. */
int emu_send_all(int fd, const void *data, size_t length);

/* Takes up to what the socket has, once: 1 if bytes came, 0 if it would block (only with MSG_DONTWAIT), else errno. */
int emu_receive_some(struct emu_connection *connection, int flags);

/* Whether emu_next_answer has one without receiving more. */
bool emu_answer_is_here(const struct emu_connection *connection);

/* The next whole frame that was received already: 1, 0 if it is not complete yet, -EPROTO. */
int emu_next_answer(struct emu_connection *connection, struct emu_answer *answer);

/* Waits for a frame and checks that it is `kind` for `sequence`. */
int emu_wait_answer(struct emu_connection *connection, uint32_t sequence, enum emu_answer_kind kind,
		    struct emu_bytes *body);

/* Opens `node` under `token` (EMU_TOKEN_BYTES_MAX at most; none: the daemon chooses). 0 or a negative errno. */
int emu_open_node(struct emu_connection *connection, const char *node, const void *token, size_t token_bytes,
		  struct emu_bytes *token_given);

/* As emu_open_node; what is sent on the connection after it is text that is written to the node, without an answer. */
int emu_open_raw(struct emu_connection *connection, const char *node, const void *token, size_t token_bytes);

/* How to join: as a dup does, and to be sent Readable frames. */
enum { EMU_JOIN_AS_HOLDER = 1, EMU_JOIN_NOTIFIED = 2 };

/*
 * Speaks for the open file description of that token from now on. 0, -EBADF: there is none, -EBUSY: another connection
 * is notified, or a negative errno.
 */
int emu_join(struct emu_connection *connection, const void *token, size_t token_bytes, unsigned int how);

/* A Readable frame, header included. */
#define EMU_NOTICE_BYTES 7

/* Takes so many of them off a notified socket, which has at least as many: they were sent before the reply that says so. */
void emu_withdraw(int fd, uint64_t notices);

/* Waits until ends of connections have been handled. 1: the description is still open, 0: it is not, or errno. */
int emu_sync(struct emu_connection *connection, const void *token, size_t token_bytes);

/* Whole pages of a mapping: registers, or memory of the file. */
struct emu_piece {
	/* From the start of the mapping. */
	uint64_t offset, length;
	bool registers;
	uint64_t file_offset;
};

#define EMU_PIECES_MAX 32

/* Memory and registers that a Map gave. */
struct emu_mappable {
	/* A file to be opened and mapped shared; empty: there is no memory. */
	char path[64];
	uint8_t token[EMU_TOKEN_BYTES_MAX];
	size_t token_bytes;
	/* Together all of the mapping, ascending. */
	struct emu_piece pieces[EMU_PIECES_MAX];
	unsigned int count;
};

/* Asks for memory to map, `length` being whole pages: 0, -ENXIO: there is none, or another negative errno. */
int emu_map(struct emu_connection *connection, uint64_t offset, uint64_t length, struct emu_mappable *mappable);

/* The most bytes of one load or store of registers. */
#define EMU_ACCESS_BYTES_MAX 64

/*
 * Loads or stores `length` bytes of registers, at an offset of the mapping that the connection has joined. 0, -EFAULT:
 * nothing answers there now, or another negative errno.
 */
int emu_access_load(struct emu_connection *connection, uint64_t offset, void *to, size_t length);
int emu_access_store(struct emu_connection *connection, uint64_t offset, const void *from, size_t length);

/* What a connection needs to say Hello and to open, join or sync; ioctls need more. */
#define EMU_SMALL_BUFFER_BYTES 2048

#endif
