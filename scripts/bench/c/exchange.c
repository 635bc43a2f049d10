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
#include <stdbool.h>
#include <unistd.h>

#include "frames.h"
#include "iommufd_emu.h"
#include "iommufd_emu_uapi.h"

/* No object of a new context has it. */
#define MISSING_ID 0x7ffffff0u

struct target {
	/* Of the C library; NULL for a target that takes frames. */
	struct iommufd_emu *context;
	int fd;
	size_t answer_bytes;
};

/* ---- frames */

static void open_frames(struct target *target, const char *path, struct bytes setup, struct bytes request)
{
	target->fd = connect_to(path);
	exchange_frames(target->fd, setup);
	target->answer_bytes = exchange_frames(target->fd, request);
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
