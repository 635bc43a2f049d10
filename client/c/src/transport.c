/* A connection to the daemon; see transport.h. */
#include "transport.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "system.h"

#ifndef EMU_VERSION
#error "the build defines EMU_VERSION"
#endif

#ifndef PR_SET_PTRACER
#define PR_SET_PTRACER 0x59616d61
#endif

/* What every daemon takes; assumed until its Hello says more. */
#define FRAME_BYTES_LEAST 4096

/* Longer texts of an Error frame are cut. */
#define REFUSAL_BYTES (sizeof(((struct emu_connection *)0)->refusal) - 1)

/* Appends, or returns false when the path does not fit with its terminating zero. */
static bool append(struct emu_address *address, const char *text)
{
	size_t used = strlen(address->name.sun_path), more = strlen(text);

	if (used + more >= sizeof(address->name.sun_path))
		return false;
	memcpy(address->name.sun_path + used, text, more + 1);
	return true;
}

static bool append_number(struct emu_address *address, unsigned int value)
{
	char digits[11];
	size_t at = sizeof(digits) - 1;

	digits[at] = 0;
	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	return append(address, digits + at);
}

static int finish_address(struct emu_address *address, bool fits)
{
	if (!fits)
		return -ENAMETOOLONG;
	address->length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(address->name.sun_path) + 1);
	return 0;
}

int emu_find_daemon(const char *path, struct emu_address *address)
{
	const char *directory;
	struct stat status;
	long error;
	bool fits;

	memset(address, 0, sizeof(*address));
	address->name.sun_family = AF_UNIX;
	if (!path || !*path)
		path = getenv("IOMMUFD_EMU_SOCKET");
	if (path && *path)
		return finish_address(address, append(address, path));
	directory = getenv("XDG_RUNTIME_DIR");
	if (directory && *directory) {
		fits = append(address, directory) && append(address, "/iommufd-emu/iommufd.sock");
		return finish_address(address, fits);
	}
	directory = getenv("TMPDIR");
	fits = append(address, directory && *directory ? directory : "/tmp") && append(address, "/iommufd-emu-") &&
	       append_number(address, (unsigned int)emu_sys(getuid, 0));
	if (!fits)
		return -ENAMETOOLONG;
	/* Anybody may create a directory of that name in a shared place, so whose it is has to be looked at. */
	error = emu_sys(newfstatat, AT_FDCWD, address->name.sun_path, &status, AT_SYMLINK_NOFOLLOW);
	if (error)
		return (int)error;
	if (!S_ISDIR(status.st_mode) || status.st_uid != (uid_t)emu_sys(getuid, 0) || (status.st_mode & 077))
		return -EACCES;
	return finish_address(address, append(address, "/iommufd.sock"));
}

int emu_connect_on(int fd, const struct emu_address *daemon, const struct emu_address *own)
{
	long error = own ? emu_sys(bind, fd, &own->name, own->length) : 0;

	if (error)
		return (int)error;
	do
		error = emu_sys(connect, fd, &daemon->name, daemon->length);
	while (error == -EINTR);
	return (int)error;
}

int emu_connect(const struct emu_address *daemon, const struct emu_address *own, int flags)
{
	long fd = emu_sys(socket, AF_UNIX, SOCK_STREAM | flags, 0);
	int error;

	if (fd < 0)
		return (int)fd;
	error = emu_connect_on((int)fd, daemon, own);
	if (!error)
		return (int)fd;
	emu_sys(close, fd);
	return error;
}

int emu_send_all(int fd, const void *data, size_t length)
{
	const uint8_t *at = data;

	while (length) {
		long sent = emu_sys(sendto, fd, at, length, MSG_NOSIGNAL, 0, 0);

		if (sent == -EINTR)
			continue;
		if (sent < 0)
			return (int)sent;
		at += sent;
		length -= (size_t)sent;
	}
	return 0;
}

int emu_send_frames(struct emu_connection *connection, const void *data, size_t length)
{
	if (connection->ring.memory)
		return emu_ring_send(connection, data, length);
	return emu_send_all(connection->fd, data, length);
}

/* What is needed to receive at all: a byte, or what a slot has. */
static size_t receive_least(const struct emu_connection *connection)
{
	return connection->ring.memory ? emu_ring_payload_max(&connection->ring) : 1;
}

int emu_receive_some(struct emu_connection *connection, int flags)
{
	long got;

	if (connection->taken) {
		connection->filled -= connection->taken;
		memmove(connection->receive, connection->receive + connection->taken, connection->filled);
		connection->taken = 0;
	}
	if (connection->receive_capacity - connection->filled < receive_least(connection) &&
	    !(connection->grow && connection->grow(connection, 2 * connection->receive_capacity)))
		return -EPROTO;
	if (connection->ring.memory)
		return emu_ring_receive(connection, !(flags & MSG_DONTWAIT));
	do
		got = emu_sys(recvfrom, connection->fd, connection->receive + connection->filled,
			      connection->receive_capacity - connection->filled, flags, 0, 0);
	while (got == -EINTR);
	if (got == -EAGAIN)
		return 0;
	if (got <= 0)
		return got ? (int)got : -EPIPE;
	connection->filled += (size_t)got;
	return 1;
}

bool emu_answer_is_here(const struct emu_connection *connection)
{
	size_t have = connection->filled - connection->taken;

	return have >= EMU_FRAME_HEADER &&
	       have - EMU_FRAME_HEADER >= emu_frame_length(connection->receive + connection->taken);
}

int emu_next_answer(struct emu_connection *connection, struct emu_answer *answer)
{
	size_t have = connection->filled - connection->taken;
	const uint8_t *frame = connection->receive + connection->taken;
	struct emu_bytes message;

	if (have < EMU_FRAME_HEADER)
		return 0;
	message.data = frame + EMU_FRAME_HEADER;
	message.length = emu_frame_length(frame);
	if (have - EMU_FRAME_HEADER < message.length) {
		size_t whole = EMU_FRAME_HEADER + message.length;

		if (whole > connection->receive_capacity && !(connection->grow && connection->grow(connection, whole)))
			return -EPROTO;
		return 0;
	}
	connection->taken += EMU_FRAME_HEADER + message.length;
	return emu_parse_answer(message, answer) ? 1 : -EPROTO;
}

static void keep_refusal(struct emu_connection *connection, struct emu_bytes error)
{
	struct emu_bytes code = emu_get_bytes(error, EMU_ERROR_CODE);
	size_t length = code.length < REFUSAL_BYTES ? code.length : REFUSAL_BYTES;

	memcpy(connection->refusal, code.data, length);
	connection->refusal[length] = 0;
}

int emu_wait_answer(struct emu_connection *connection, uint32_t sequence, enum emu_answer_kind kind,
		    struct emu_bytes *body)
{
	struct emu_answer answer;
	int got;

	while ((got = emu_next_answer(connection, &answer)) == 0) {
		got = emu_receive_some(connection, 0);
		if (got < 0)
			return got;
	}
	if (got < 0)
		return got;
	if (answer.kind == EMU_ANSWER_ERROR)
		keep_refusal(connection, answer.body);
	if (answer.kind != (uint32_t)kind || answer.sequence != sequence)
		return -EPROTO;
	*body = answer.body;
	return 0;
}

uint32_t emu_next_sequence(struct emu_connection *connection)
{
	/* 0 marks frames that answer nothing. */
	if (++connection->sequence == 0)
		connection->sequence = 1;
	return connection->sequence;
}

void emu_request_begin(struct emu_connection *connection, struct emu_pending *pending, enum emu_request kind)
{
	size_t room = connection->send_capacity - connection->queued;
	size_t frame_max = (size_t)connection->limits.frame_bytes + EMU_FRAME_HEADER;

	emu_writer_init(&pending->writer, connection->send + connection->queued, room < frame_max ? room : frame_max);
	pending->frame = emu_frame_begin(&pending->writer);
	emu_put_varint(&pending->writer, EMU_FRAME_SEQUENCE, emu_next_sequence(connection));
	pending->message = emu_message_begin(&pending->writer, (uint32_t)kind);
}

bool emu_request_end(struct emu_pending *pending, struct emu_bytes *frame)
{
	emu_message_end(&pending->writer, pending->message);
	emu_frame_end(&pending->writer, pending->frame);
	frame->data = pending->writer.start;
	frame->length = emu_written(&pending->writer);
	return !pending->writer.overflow;
}

int emu_exchange(struct emu_connection *connection, struct emu_pending *pending, enum emu_answer_kind kind,
		 struct emu_bytes *body)
{
	struct emu_bytes frame;
	int error;

	if (!emu_request_end(pending, &frame))
		return -EMSGSIZE;
	error = emu_send_frames(connection, frame.data, frame.length);
	if (error)
		return error;
	return emu_wait_answer(connection, connection->sequence, kind, body);
}

/* A limit of the daemon; one that it left out is what every daemon must take. */
static uint32_t limit(struct emu_bytes limits, uint32_t number, uint32_t otherwise)
{
	uint64_t value = emu_get_varint(limits, number);

	return value && value <= UINT32_MAX ? (uint32_t)value : otherwise;
}

int emu_hello(struct emu_connection *connection, int fd)
{
	struct emu_pending pending;
	struct emu_bytes body, limits;
	struct ucred credentials;
	socklen_t length = sizeof(credentials);
	int error;

	connection->fd = fd;
	connection->sequence = 0;
	connection->queued = connection->filled = connection->taken = 0;
	connection->refusal[0] = 0;
	memset(&connection->ring, 0, sizeof(connection->ring));
	connection->limits.frame_bytes = FRAME_BYTES_LEAST;
	connection->daemon = 0;
	if (!emu_sys(getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length) && credentials.pid > 0) {
		connection->daemon = credentials.pid;
		/* Without Yama this fails and is not needed. */
		emu_sys(prctl, PR_SET_PTRACER, credentials.pid, 0, 0, 0);
	}
	emu_request_begin(connection, &pending, EMU_HELLO);
	emu_put_varint(&pending.writer, EMU_HELLO_VERSION, EMU_PROTOCOL_VERSION);
	emu_put_string(&pending.writer, EMU_HELLO_CLIENT, "iommufd-emu C " EMU_VERSION);
	error = emu_exchange(connection, &pending, EMU_ANSWER_HELLO, &body);
	if (error)
		return error;
	limits = emu_get_bytes(body, EMU_HELLO_REPLY_LIMITS);
	connection->limits.frame_bytes = limit(limits, EMU_LIMITS_FRAME, FRAME_BYTES_LEAST);
	if (emu_get_varint(body, EMU_HELLO_REPLY_VERSION) != EMU_PROTOCOL_VERSION ||
	    connection->limits.frame_bytes < FRAME_BYTES_LEAST)
		return -EPROTO;
	connection->limits.batch_ioctls = limit(limits, EMU_LIMITS_BATCH, 1);
	connection->limits.in_flight = limit(limits, EMU_LIMITS_IN_FLIGHT, 1);
	connection->limits.dma_bytes = limit(limits, EMU_LIMITS_DMA, 1);
	connection->limits.peer_known = emu_get_varint(body, EMU_HELLO_REPLY_PEER_KNOWN) != 0;
	connection->limits.process_memory = emu_get_varint(body, EMU_HELLO_REPLY_PROCESS_MEMORY) != 0;
	return 0;
}

static int open_node(struct emu_connection *connection, const char *node, const void *token, size_t token_bytes,
		     bool raw, struct emu_bytes *token_given)
{
	struct emu_pending pending;
	struct emu_bytes body;
	int error;

	emu_request_begin(connection, &pending, EMU_OPEN);
	emu_put_string(&pending.writer, EMU_OPEN_NODE, node);
	if (token_bytes)
		emu_put_bytes(&pending.writer, EMU_OPEN_TOKEN, token, token_bytes);
	if (raw)
		emu_put_varint(&pending.writer, EMU_OPEN_RAW, 1);
	error = emu_exchange(connection, &pending, EMU_ANSWER_OPEN, &body);
	if (error)
		return error;
	*token_given = emu_get_bytes(body, EMU_OPEN_REPLY_TOKEN);
	return -(int)emu_get_varint(body, EMU_REPLY_ERROR);
}

int emu_open_node(struct emu_connection *connection, const char *node, const void *token, size_t token_bytes,
		  struct emu_bytes *token_given)
{
	return open_node(connection, node, token, token_bytes, false, token_given);
}

int emu_open_raw(struct emu_connection *connection, const char *node, const void *token, size_t token_bytes)
{
	struct emu_bytes token_given;

	return open_node(connection, node, token, token_bytes, true, &token_given);
}

int emu_join(struct emu_connection *connection, const void *token, size_t token_bytes, unsigned int how)
{
	struct emu_pending pending;
	struct emu_bytes body;
	int error;

	emu_request_begin(connection, &pending, EMU_JOIN);
	emu_put_bytes(&pending.writer, EMU_JOIN_TOKEN, token, token_bytes);
	if (how & EMU_JOIN_AS_HOLDER)
		emu_put_varint(&pending.writer, EMU_JOIN_HOLD, 1);
	if (how & EMU_JOIN_NOTIFIED)
		emu_put_varint(&pending.writer, EMU_JOIN_NOTIFY, 1);
	error = emu_exchange(connection, &pending, EMU_ANSWER_JOIN, &body);
	if (error)
		return error;
	connection->size = emu_get_varint(body, EMU_JOIN_REPLY_SIZE);
	return -(int)emu_get_varint(body, EMU_REPLY_ERROR);
}

int emu_sync(struct emu_connection *connection, const void *token, size_t token_bytes)
{
	struct emu_pending pending;
	struct emu_bytes body;
	int error;

	emu_request_begin(connection, &pending, EMU_SYNC);
	emu_put_bytes(&pending.writer, EMU_SYNC_TOKEN, token, token_bytes);
	error = emu_exchange(connection, &pending, EMU_ANSWER_SYNC, &body);
	if (error)
		return error;
	return emu_get_varint(body, EMU_SYNC_REPLY_OPEN) != 0;
}

/* Takes the pieces of a MapReply; false if they are not together all of [0, length). */
static bool take_pieces(struct emu_bytes reply, uint64_t length, struct emu_mappable *mappable)
{
	struct emu_reader reader;
	struct emu_field field;
	uint64_t end = 0;

	mappable->count = 0;
	emu_reader_init(&reader, reply);
	while (emu_next_field(&reader, &field)) {
		struct emu_piece *piece = &mappable->pieces[mappable->count];

		if (field.number != EMU_MAP_REPLY_PIECES || field.type != EMU_DELIMITED)
			continue;
		if (mappable->count == EMU_PIECES_MAX)
			return false;
		piece->offset = emu_get_varint(field.bytes, EMU_PIECE_OFFSET);
		piece->length = emu_get_varint(field.bytes, EMU_PIECE_LENGTH);
		piece->registers = emu_get_varint(field.bytes, EMU_PIECE_REGISTERS) != 0;
		piece->file_offset = emu_get_varint(field.bytes, EMU_PIECE_FILE_OFFSET);
		if (piece->offset != end || !piece->length || piece->length > length - end)
			return false;
		end += piece->length;
		mappable->count++;
	}
	/* None: all of it is the file. */
	if (!mappable->count) {
		mappable->pieces[0] = (struct emu_piece){ .length = length };
		mappable->count = 1;
		return true;
	}
	return end == length;
}

int emu_map(struct emu_connection *connection, uint64_t offset, uint64_t length, struct emu_mappable *mappable)
{
	struct emu_bytes body, path, token;
	struct emu_pending pending;
	int error;

	emu_request_begin(connection, &pending, EMU_MAP);
	emu_put_varint(&pending.writer, EMU_MAP_OFFSET, offset);
	emu_put_varint(&pending.writer, EMU_MAP_LENGTH, length);
	error = emu_exchange(connection, &pending, EMU_ANSWER_MAP, &body);
	if (!error)
		error = -(int)emu_get_varint(body, EMU_REPLY_ERROR);
	if (error)
		return error;
	path = emu_get_bytes(body, EMU_MAP_REPLY_PATH);
	token = emu_get_bytes(body, EMU_MAP_REPLY_TOKEN);
	if (path.length >= sizeof(mappable->path) || token.length > sizeof(mappable->token) ||
	    !take_pieces(body, length, mappable))
		return -EPROTO;
	memcpy(mappable->path, path.data, path.length);
	mappable->path[path.length] = 0;
	memcpy(mappable->token, token.data, token.length);
	mappable->token_bytes = token.length;
	return 0;
}

int emu_access_load(struct emu_connection *connection, uint64_t offset, void *to, size_t length)
{
	struct emu_pending pending;
	struct emu_bytes body, data;
	int error;

	emu_request_begin(connection, &pending, EMU_ACCESS);
	emu_put_varint(&pending.writer, EMU_ACCESS_OFFSET, offset);
	emu_put_varint(&pending.writer, EMU_ACCESS_LENGTH, length);
	error = emu_exchange(connection, &pending, EMU_ANSWER_ACCESS, &body);
	if (!error)
		error = -(int)emu_get_varint(body, EMU_REPLY_ERROR);
	if (error)
		return error;
	data = emu_get_bytes(body, EMU_ACCESS_REPLY_DATA);
	if (data.length != length)
		return -EPROTO;
	memcpy(to, data.data, length);
	return 0;
}

int emu_access_store(struct emu_connection *connection, uint64_t offset, const void *from, size_t length)
{
	struct emu_pending pending;
	struct emu_bytes body;
	int error;

	emu_request_begin(connection, &pending, EMU_ACCESS);
	emu_put_varint(&pending.writer, EMU_ACCESS_OFFSET, offset);
	emu_put_bytes(&pending.writer, EMU_ACCESS_DATA, from, length);
	error = emu_exchange(connection, &pending, EMU_ANSWER_ACCESS, &body);
	return error ? error : -(int)emu_get_varint(body, EMU_REPLY_ERROR);
}

void emu_withdraw(int fd, uint64_t notices)
{
	uint8_t bytes[EMU_NOTICE_BYTES];

	while (notices-- && emu_sys(recvfrom, fd, bytes, sizeof(bytes), MSG_WAITALL, 0, 0) == sizeof(bytes))
		;
}
