/* SPDX-License-Identifier: MIT */
/*
 * Times one request over several servers, turn by turn.
 *
 *   exchange WARM_UPS ROUNDS CALLS IN_FLIGHT SETUP REQUEST TARGET...
 *
 * SETUP (frames, each of which is answered by one frame) and REQUEST (one frame) are in hexadecimal. A TARGET is
 * frames:SOCKET, where the bytes are sent and answers counted by their length, which is the same code whether a daemon
 * or an echo answers, or library:SOCKET, where the C library destroys an object that is not there. At most IN_FLIGHT
 * requests are unanswered. Every round prints a line with the nanoseconds that each target took for CALLS requests;
 * the first WARM_UPS ones print nothing.
 */
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "bench.h"
#include "iommufd_emu.h"
#include "iommufd_emu_uapi.h"

#define FRAME_HEADER 4

/* No object of a new context has it. */
#define MISSING_ID 0x7ffffff0u

struct bytes {
	uint8_t *data;
	size_t length;
};

struct target {
	/* Of the C library; NULL for a target that takes frames. */
	struct iommufd_emu *context;
	int fd;
	size_t answer_bytes;
};

static struct bytes from_hexadecimal(const char *text)
{
	struct bytes bytes = { malloc(strlen(text) / 2 + 1), strlen(text) / 2 };
	size_t i;

	for (i = 0; i < bytes.length; i++) {
		unsigned int value;

		if (sscanf(text + 2 * i, "%2x", &value) != 1)
			fail("no hexadecimal number", 0);
		bytes.data[i] = (uint8_t)value;
	}
	return bytes;
}

/* ---- frames */

static void send_all(int fd, const uint8_t *data, size_t length)
{
	while (length) {
		ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);

		if (sent < 0)
			fail("send", errno);
		data += sent;
		length -= (size_t)sent;
	}
}

static size_t receive_some(int fd, void *data, size_t length)
{
	ssize_t got = recv(fd, data, length, 0);

	if (got <= 0)
		fail("recv", got ? errno : ECONNRESET);
	return (size_t)got;
}

static size_t frame_bytes(const uint8_t *header)
{
	return FRAME_HEADER + ((size_t)header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16 | (size_t)header[3] << 24);
}

/* Takes in one whole frame and returns how long it was. */
static size_t receive_frame(int fd)
{
	uint8_t bytes[4096];
	size_t have = 0;

	while (have < FRAME_HEADER)
		have += receive_some(fd, bytes + have, FRAME_HEADER - have);
	if (frame_bytes(bytes) > sizeof(bytes))
		fail("the answer is too long", 0);
	while (have < frame_bytes(bytes))
		have += receive_some(fd, bytes + have, frame_bytes(bytes) - have);
	return have;
}

static void open_frames(struct target *target, const char *path, struct bytes setup, struct bytes request)
{
	struct sockaddr_un address = socket_address(path);
	size_t at;

	target->fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (target->fd < 0 || connect(target->fd, (struct sockaddr *)&address, sizeof(address)))
		fail(path, errno);
	for (at = 0; at < setup.length; at += frame_bytes(setup.data + at)) {
		send_all(target->fd, setup.data + at, frame_bytes(setup.data + at));
		receive_frame(target->fd);
	}
	send_all(target->fd, request.data, request.length);
	target->answer_bytes = receive_frame(target->fd);
}

/* `burst` is `in_flight` requests in a row. */
static void run_frames(const struct target *target, unsigned int calls, unsigned int in_flight, struct bytes burst)
{
	static uint8_t answers[64 * 1024];
	size_t request_bytes = burst.length / in_flight, received = 0;
	unsigned int sent = 0, done = 0;

	while (done < calls) {
		unsigned int free_places = in_flight - (sent - done);
		unsigned int now = calls - sent < free_places ? calls - sent : free_places;

		if (now)
			send_all(target->fd, burst.data, now * request_bytes);
		sent += now;
		received += receive_some(target->fd, answers, sizeof(answers));
		done = (unsigned int)(received / target->answer_bytes);
	}
	if (received != calls * target->answer_bytes)
		fail("answers of different lengths", 0);
}

/* ---- the library */

static void run_library(struct iommufd_emu *context, unsigned int calls, unsigned int in_flight)
{
	struct iommu_destroy argument = { .size = sizeof(argument), .id = MISSING_ID };
	unsigned int done;

	for (done = 0; done < calls; done++) {
		int result;

		if (in_flight == 1) {
			result = iommufd_emu_destroy(context, MISSING_ID);
		} else {
			while (iommufd_emu_in_flight(context) < in_flight &&
			       iommufd_emu_in_flight(context) < calls - done)
				if (iommufd_emu_submit(context, IOMMU_DESTROY, &argument))
					fail("submit", 0);
			if (iommufd_emu_complete(context, &result))
				fail("complete", 0);
		}
		if (result != -ENOENT)
			fail("the destroy of a missing object", -result);
	}
}

/* ---- rounds */

static bool has_prefix(const char *text, const char *prefix)
{
	return !strncmp(text, prefix, strlen(prefix));
}

static uint64_t run_ns(const struct target *target, unsigned int calls, unsigned int in_flight, struct bytes burst)
{
	uint64_t start = now_ns();

	if (target->context)
		run_library(target->context, calls, in_flight);
	else
		run_frames(target, calls, in_flight, burst);
	return now_ns() - start;
}

int main(int argc, char **argv)
{
	enum { WARM_UPS = 1, ROUNDS, CALLS, IN_FLIGHT, SETUP, REQUEST, TARGETS };
	unsigned int warm_ups, rounds, calls, in_flight, count, round, i;
	struct bytes setup, request, burst;
	struct target *targets;

	if (argc <= TARGETS)
		fail("usage: exchange WARM_UPS ROUNDS CALLS IN_FLIGHT SETUP REQUEST TARGET...", 0);
	warm_ups = (unsigned int)atoi(argv[WARM_UPS]);
	rounds = (unsigned int)atoi(argv[ROUNDS]);
	calls = (unsigned int)atoi(argv[CALLS]);
	in_flight = (unsigned int)atoi(argv[IN_FLIGHT]);
	setup = from_hexadecimal(argv[SETUP]);
	request = from_hexadecimal(argv[REQUEST]);
	burst.length = in_flight * request.length;
	burst.data = malloc(burst.length);
	for (i = 0; i < in_flight; i++)
		memcpy(burst.data + i * request.length, request.data, request.length);

	count = (unsigned int)(argc - TARGETS);
	targets = calloc(count, sizeof(*targets));
	for (i = 0; i < count; i++) {
		const char *name = argv[TARGETS + (int)i], *path = strchr(name, ':') + 1;

		if (has_prefix(name, "frames:")) {
			open_frames(&targets[i], path, setup, request);
		} else {
			int error = iommufd_emu_open(path, NULL, &targets[i].context);

			if (error)
				fail(path, -error);
		}
	}

	for (round = 0; round < warm_ups + rounds; round++) {
		for (i = 0; i < count; i++) {
			uint64_t took = run_ns(&targets[i], calls, in_flight, burst);

			if (round >= warm_ups)
				printf("%llu%c", (unsigned long long)took, i + 1 < count ? ' ' : '\n');
		}
	}
	return 0;
}
