/*
 * Many ioctls at a time: batches (one frame each way) and pipelining (many frames in flight). The public header
 * documents the calls. Invariant: a send never waits for a daemon that waits for us to receive.
 */
#include "context.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "system.h"

/* Frames are collected up to this, so that a pipeline costs few system calls. */
#define QUEUED_BYTES_MAX (EMU_SEND_BYTES / 2)

/* ---- batches */

/*
 * Puts as many of the calls into one frame as fit, at least one, and sends it. A call that does not fit is taken back
 * and starts the next frame; one that does not fit alone fails the batch.
 */
static int send_batch(struct iommufd_emu *context, struct emu_pending *pending, const struct iommufd_emu_call *calls,
		      size_t count, bool stop_on_error, struct emu_call *sent)
{
	struct emu_caller caller = emu_context_caller(context);
	size_t put;

	emu_request_begin(&context->connection, pending, EMU_BATCH);
	if (stop_on_error)
		emu_put_varint(&pending->writer, EMU_BATCH_STOP, 1);
	for (put = 0; put < count; put++) {
		struct emu_writer before = pending->writer;
		size_t mark = emu_message_begin(&pending->writer, EMU_BATCH_IOCTLS);

		emu_put_ioctl(&pending->writer, calls[put].request, (uintptr_t)calls[put].argument, &caller, &sent[put]);
		emu_message_end(&pending->writer, mark);
		if (pending->writer.overflow) {
			pending->writer = before;
			break;
		}
	}
	return put ? (int)put : -EMSGSIZE;
}

/* Stores the results of one frame: how many calls ran, or -EPROTO. */
static int take_batch(struct emu_bytes body, struct iommufd_emu_call *calls, size_t count, const struct emu_call *sent)
{
	struct emu_reader reader;
	struct emu_field field;
	size_t taken = 0;

	emu_reader_init(&reader, body);
	while (emu_next_field(&reader, &field)) {
		int32_t result;

		if (field.number != EMU_BATCH_REPLIES || field.type != EMU_DELIMITED)
			continue;
		if (taken == count || emu_take_reply(field.bytes, &sent[taken], &result, NULL))
			return -EPROTO;
		calls[taken++].result = result;
	}
	return (int)taken;
}

static int run_batch(struct iommufd_emu *context, struct iommufd_emu_call *calls, size_t count, bool stop_on_error,
		     struct emu_call *sent)
{
	size_t per_frame = context->connection.limits.batch_ioctls;
	size_t done = 0;

	while (done < count) {
		size_t want = count - done < per_frame ? count - done : per_frame;
		struct emu_pending pending;
		struct emu_bytes body;
		int put, ran, error;

		put = send_batch(context, &pending, calls + done, want, stop_on_error, sent);
		if (put < 0)
			return put;
		error = emu_exchange(&context->connection, &pending, EMU_ANSWER_BATCH, &body);
		if (error)
			return error;
		ran = take_batch(body, calls + done, (size_t)put, sent);
		if (ran < 0)
			return ran;
		done += (size_t)ran;
		if (ran < put)
			return stop_on_error ? (int)done : -EPROTO;
		if (stop_on_error && calls[done - 1].result < 0)
			return (int)done;
	}
	return (int)done;
}

int iommufd_emu_batch(struct iommufd_emu *context, struct iommufd_emu_call *calls, size_t count, bool stop_on_error)
{
	size_t per_frame = context->connection.limits.batch_ioctls;
	struct emu_call *sent;
	size_t i;
	int result;

	if (context->in_flight)
		return -EBUSY;
	if (count > INT32_MAX)
		return -EINVAL;
	result = emu_ring_use(&context->connection);
	if (result)
		return result;
	for (i = 0; i < count; i++)
		calls[i].result = -ECANCELED;
	sent = malloc((count < per_frame ? count : per_frame) * sizeof(*sent) + 1);
	if (!sent)
		return -ENOMEM;
	result = run_batch(context, calls, count, stop_on_error, sent);
	free(sent);
	return result;
}

/* ---- pipelining */

/* Sends what is queued, taking answers in as they come whenever the daemon does not take more. */
static int flush(struct emu_connection *connection)
{
	size_t sent = 0;

	while (sent < connection->queued) {
		struct pollfd ready = { .fd = connection->fd, .events = POLLIN | POLLOUT };
		long count = emu_sys(sendto, connection->fd, connection->send + sent, connection->queued - sent,
				     MSG_NOSIGNAL | MSG_DONTWAIT, 0, 0);

		if (count > 0)
			sent += (size_t)count;
		if (count >= 0 || count == -EINTR)
			continue;
		if (count != -EAGAIN)
			return (int)count;
		count = emu_sys(ppoll, &ready, 1, 0, 0);
		if (count > 0 && ready.revents & POLLIN)
			count = emu_receive_some(connection, MSG_DONTWAIT);
		if (count < 0 && count != -EINTR)
			return (int)count;
	}
	connection->queued = 0;
	return 0;
}

static size_t in_flight_max(const struct iommufd_emu *context)
{
	size_t most = context->connection.limits.in_flight;

	return most < IOMMUFD_EMU_IN_FLIGHT_MAX ? most : IOMMUFD_EMU_IN_FLIGHT_MAX;
}

/* Queues it, or if there is a ring, by which sending costs no system call, sends it. */
static int send_or_queue(struct emu_connection *connection, struct emu_outgoing *outgoing)
{
	struct emu_bytes frame;

	if (connection->ring.memory)
		return emu_call_send(connection, outgoing);
	if (!emu_request_end(&outgoing->pending, &frame))
		return -EMSGSIZE;
	connection->queued += frame.length;
	return 0;
}

int iommufd_emu_submit(struct iommufd_emu *context, uint32_t request, void *argument)
{
	struct emu_connection *connection = &context->connection;
	struct emu_caller caller = emu_context_caller(context);
	size_t place = (context->oldest + context->in_flight) % IOMMUFD_EMU_IN_FLIGHT_MAX;
	struct emu_outgoing outgoing;
	int error = 0;

	if (context->in_flight >= in_flight_max(context))
		return -EAGAIN;
	if (!context->in_flight && !connection->queued)
		error = emu_ring_use_now(connection);
	if (!error && connection->queued > QUEUED_BYTES_MAX)
		error = flush(connection);
	if (error)
		return error;
	caller.own_struct = true;
	emu_call_begin(connection, &outgoing, request, (uintptr_t)argument, &caller, &context->calls[place]);
	error = send_or_queue(connection, &outgoing);
	if (!error)
		context->in_flight++;
	return error;
}

int iommufd_emu_complete(struct iommufd_emu *context, int *result)
{
	struct emu_connection *connection = &context->connection;
	int32_t value = 0;
	int error;

	if (!context->in_flight)
		return -ENOENT;
	/* What is queued can wait while there are answers to take: so a steady pipeline sends many frames at a time. */
	error = emu_answer_is_here(connection) ? 0 : flush(connection);
	if (!error)
		error = emu_call_finish(connection, &context->calls[context->oldest], &value, NULL);
	if (error)
		return error;
	context->oldest = (context->oldest + 1) % IOMMUFD_EMU_IN_FLIGHT_MAX;
	context->in_flight--;
	*result = value;
	return 0;
}

size_t iommufd_emu_in_flight(const struct iommufd_emu *context)
{
	return context->in_flight;
}
