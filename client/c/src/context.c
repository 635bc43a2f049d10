/* Contexts: open, join, close, one ioctl at a time, and the daemon's status. The public header documents the calls. */
#include "context.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"

_Static_assert(IOMMUFD_EMU_TOKEN_BYTES_MAX == EMU_TOKEN_BYTES_MAX, "a context keeps any token");

static bool grow(struct emu_connection *connection, size_t bytes)
{
	uint8_t *larger;

	if (bytes > EMU_RECEIVE_BYTES_MAX)
		return false;
	larger = realloc(connection->receive, bytes);
	if (!larger)
		return false;
	connection->receive = larger;
	connection->receive_capacity = bytes;
	return true;
}

void emu_connection_stop(struct emu_connection *connection)
{
	emu_ring_stop(&connection->ring);
	if (connection->fd >= 0)
		emu_sys(close, connection->fd);
	free(connection->send);
	free(connection->receive);
}

int emu_connection_start(struct emu_connection *connection, const char *socket_path)
{
	struct emu_address daemon;
	int error = emu_find_daemon(socket_path, &daemon);
	int fd;

	if (error)
		return error;
	fd = emu_connect(&daemon, NULL, SOCK_CLOEXEC);
	if (fd < 0)
		return fd;
	memset(connection, 0, sizeof(*connection));
	connection->fd = fd;
	connection->grow = grow;
	connection->send_capacity = EMU_SEND_BYTES;
	connection->receive_capacity = EMU_RECEIVE_BYTES;
	connection->send = malloc(connection->send_capacity);
	connection->receive = malloc(connection->receive_capacity);
	error = connection->send && connection->receive ? emu_hello(connection, fd) : -ENOMEM;
	if (error)
		emu_connection_stop(connection);
	return error;
}

int emu_connection_leave(struct emu_connection *connection)
{
	struct emu_pending pending;
	struct emu_bytes body;
	int error;

	emu_request_begin(connection, &pending, EMU_CLOSE);
	error = emu_exchange(connection, &pending, EMU_ANSWER_CLOSE, &body);
	return error ? error : emu_get_varint(body, 1) != 0;
}

int emu_exchange_result(struct emu_connection *connection, struct emu_pending *pending, uint32_t *id)
{
	struct emu_bytes body;
	int error = emu_exchange(connection, pending, EMU_ANSWER_RESULT, &body);

	if (error)
		return error;
	error = -(int)emu_get_varint(body, EMU_REPLY_ERROR);
	if (!error && id)
		*id = (uint32_t)emu_get_varint(body, EMU_RESULT_ID);
	return error;
}

/* A context with a connection that has not opened or joined anything yet. */
static int start(const char *socket_path, struct iommufd_emu **context)
{
	struct iommufd_emu *made = calloc(1, sizeof(*made));
	int error;

	if (!made)
		return -ENOMEM;
	made->notified_fd = -1;
	error = emu_connection_start(&made->connection, socket_path);
	if (error)
		free(made);
	else
		*context = made;
	return error;
}

static void stop(struct iommufd_emu *context)
{
	if (context->notified_fd >= 0)
		emu_sys(close, context->notified_fd);
	emu_connection_stop(&context->connection);
	free(context);
}

int iommufd_emu_open(const char *socket_path, const char *node, struct iommufd_emu **context)
{
	struct iommufd_emu *made;
	struct emu_bytes token;
	int error = start(socket_path, &made);

	if (error)
		return error;
	error = emu_open_node(&made->connection, node ? node : "/dev/iommu", NULL, 0, &token);
	if (!error && token.length > sizeof(made->token.bytes))
		error = -EPROTO;
	if (error) {
		stop(made);
		return error;
	}
	memcpy(made->token.bytes, token.data, token.length);
	made->token.length = token.length;
	made->file = emu_file_of(node ? node : "/dev/iommu");
	*context = made;
	return 0;
}

int iommufd_emu_join(const char *socket_path, const struct iommufd_emu_token *token, bool hold,
		     struct iommufd_emu **context)
{
	struct iommufd_emu *made;
	int error;

	if (token->length > sizeof(token->bytes))
		return -EINVAL;
	error = start(socket_path, &made);
	if (error)
		return error;
	made->token = *token;
	error = emu_join(&made->connection, token->bytes, token->length, hold ? EMU_JOIN_AS_HOLDER : 0);
	if (error)
		stop(made);
	else
		*context = made;
	return error;
}

void iommufd_emu_token(const struct iommufd_emu *context, struct iommufd_emu_token *token)
{
	*token = context->token;
}

int iommufd_emu_close(struct iommufd_emu *context)
{
	int result, ignored;

	if (!context)
		return 0;
	/* The answers still to come stand before that to the close. */
	while (context->in_flight && !iommufd_emu_complete(context, &ignored))
		;
	result = emu_connection_leave(&context->connection);
	stop(context);
	return result;
}

const char *iommufd_emu_refusal(const struct iommufd_emu *context)
{
	return context->connection.refusal;
}

bool iommufd_emu_process_memory(const struct iommufd_emu *context)
{
	return context->connection.limits.process_memory;
}

int emu_context_begin(struct iommufd_emu *context, struct emu_pending *pending, enum emu_request kind)
{
	int error;

	if (context->in_flight)
		return -EBUSY;
	error = emu_ring_use(&context->connection);
	if (!error)
		emu_request_begin(&context->connection, pending, kind);
	return error;
}

struct emu_caller emu_context_caller(const struct iommufd_emu *context)
{
	struct emu_caller caller = {
		.file = context->file,
		.process_memory = context->connection.limits.process_memory,
	};

	return caller;
}

/* A caller with the descriptors that a call may name. */
struct naming_caller {
	struct emu_caller caller;
	const struct iommufd_emu_descriptor *named;
	size_t count;
};

static size_t token_of(const struct emu_caller *caller, int fd, uint8_t token[EMU_TOKEN_BYTES_MAX])
{
	const struct naming_caller *naming = (const struct naming_caller *)caller;
	size_t i;

	for (i = 0; i < naming->count; i++) {
		const struct iommufd_emu_token *found = &naming->named[i].token;

		if (naming->named[i].number != fd || found->length > sizeof(found->bytes))
			continue;
		memcpy(token, found->bytes, found->length);
		return found->length;
	}
	return 0;
}

/* One ioctl alone: what ioctl(2) returns, or a negative errno. `made` is what it made. */
static int run_ioctl(struct iommufd_emu *context, uint32_t request, void *argument, struct emu_caller *caller,
		     struct emu_made *made)
{
	struct emu_connection *connection = &context->connection;
	struct emu_outgoing outgoing;
	struct emu_call call;
	int32_t result;
	int error = context->in_flight ? -EBUSY : emu_ring_use(connection);

	made->bytes = 0;
	if (error)
		return error;
	caller->fail_nth = context->fail_nth;
	caller->fail_ordinary = context->fail_ordinary;
	emu_call_begin(connection, &outgoing, request, (uintptr_t)argument, caller, &call);
	error = emu_call_send(connection, &outgoing);
	if (!error)
		error = emu_call_finish(connection, &call, &result, made);
	if (error)
		return error;
	context->fail_nth = made->fail_nth;
	return result;
}

int iommufd_emu_ioctl_naming(struct iommufd_emu *context, uint32_t request, void *argument,
			     const struct iommufd_emu_descriptor *named, size_t count, struct iommufd_emu_token *made)
{
	struct naming_caller naming = { .caller = emu_context_caller(context), .named = named, .count = count };
	struct emu_made found;
	int result;

	naming.caller.token_of = token_of;
	result = run_ioctl(context, request, argument, &naming.caller, &found);
	if (made) {
		memcpy(made->bytes, found.token, found.bytes);
		made->length = found.bytes;
	}
	return result;
}

void iommufd_emu_fail_nth(struct iommufd_emu *context, uint32_t nth, bool ordinary)
{
	context->fail_nth = nth;
	context->fail_ordinary = ordinary;
}

uint32_t iommufd_emu_fail_nth_left(const struct iommufd_emu *context)
{
	return context->fail_nth;
}

int iommufd_emu_ioctl(struct iommufd_emu *context, uint32_t request, void *argument)
{
	return iommufd_emu_ioctl_naming(context, request, argument, NULL, 0, NULL);
}

int emu_own_ioctl(struct iommufd_emu *context, uint32_t request, void *argument)
{
	struct emu_caller caller = emu_context_caller(context);
	struct emu_made made;

	caller.own_struct = true;
	return run_ioctl(context, request, argument, &caller, &made);
}

int iommufd_emu_status(const char *socket_path, char **json)
{
	struct emu_connection connection;
	struct emu_pending pending;
	struct emu_bytes body, text;
	int error = emu_connection_start(&connection, socket_path);

	if (error)
		return error;
	emu_request_begin(&connection, &pending, EMU_STATUS);
	error = emu_exchange(&connection, &pending, EMU_ANSWER_STATUS, &body);
	if (!error) {
		text = emu_get_bytes(body, EMU_STATUS_JSON);
		*json = malloc(text.length + 1);
		if (*json) {
			memcpy(*json, text.data, text.length);
			(*json)[text.length] = 0;
		} else {
			error = -ENOMEM;
		}
	}
	emu_connection_stop(&connection);
	return error;
}
