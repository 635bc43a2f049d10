/* Descriptors that ioctls make; see made.h. */
#include "made.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "ioctl_table.h"
#include "recall.h"
#include "system.h"

static const enum shim_node nodes[] = {
	[IOMMUFD_EMU_MAKES_ACCESS] = SHIM_ACCESS,
	[IOMMUFD_EMU_MAKES_FAULT] = SHIM_FAULT,
	[IOMMUFD_EMU_MAKES_VEVENTQ] = SHIM_VEVENTQ,
	[IOMMUFD_EMU_MAKES_DMABUF] = SHIM_DMABUF,
	[IOMMUFD_EMU_MAKES_DEVICE] = SHIM_DEVICE,
};

int shim_reserve(int fd, const struct emu_call *call, struct shim_reserved *reserved)
{
	int error;

	reserved->fd = -1;
	if (call->makes == IOMMUFD_EMU_MAKES_NONE)
		return 0;
	reserved->node = nodes[call->makes];
	error = shim_daemon_of(fd, &reserved->daemon);
	if (error)
		return error;
	reserved->fd = (int)emu_sys(socket, AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (reserved->fd >= 0)
		return 0;
	return call->none_free ? -call->none_free : reserved->fd;
}

int shim_hold(int fd, const struct shim_description *description, const struct emu_address *daemon)
{
	uint8_t send[EMU_SMALL_BUFFER_BYTES], receive[EMU_SMALL_BUFFER_BYTES];
	struct emu_connection connection = {
		.send = send,
		.send_capacity = sizeof(send),
		.receive = receive,
		.receive_capacity = sizeof(receive),
	};
	bool queue = shim_is_queue(description->node);
	struct emu_address own;
	int error;

	shim_name(description, &own);
	error = emu_connect_on(fd, daemon, &own);
	if (!error)
		error = emu_hello(&connection, fd);
	if (!error)
		error = emu_join(&connection, description->token, SHIM_TOKEN_BYTES,
				 queue ? EMU_JOIN_AS_HOLDER | EMU_JOIN_NOTIFIED : EMU_JOIN_AS_HOLDER);
	/* On the socket of a queue come notices. On others nothing comes: shut down they are always ready. */
	if (!error && !queue)
		emu_sys(shutdown, fd, SHUT_RD);
	return error;
}

int shim_adopt(struct shim_reserved *reserved, const struct emu_made *made, const struct emu_call *call,
	       int32_t *result)
{
	struct shim_description description = { .node = reserved->node, .access = call->open_flags & O_ACCMODE };
	int32_t number = reserved->fd;
	int error;

	if (number < 0 || made->bytes != SHIM_TOKEN_BYTES)
		return -EPROTO;
	memcpy(description.token, made->token, SHIM_TOKEN_BYTES);
	error = shim_hold(number, &description, &reserved->daemon);
	if (error)
		return error;
	if (call->open_flags & O_NONBLOCK)
		emu_sys(fcntl, number, F_SETFL, O_NONBLOCK);
	if (!(call->open_flags & O_CLOEXEC))
		emu_sys(fcntl, number, F_SETFD, 0);
	if (!made->address)
		*result = number;
	else if (!emu_store(call, made->address, &number, sizeof(number)))
		return -EPROTO;
	reserved->fd = -1;
	shim_forget();
	return 0;
}

void shim_give_up(struct shim_reserved *reserved)
{
	if (reserved->fd >= 0)
		emu_sys(close, reserved->fd);
	reserved->fd = -1;
}
