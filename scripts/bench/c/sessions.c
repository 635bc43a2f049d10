/* SPDX-License-Identifier: MIT */
/*
 * Many connections to each of several servers, turn by turn.
 *
 *   sessions crowd ROUNDS CALLS CLIENTS BUSY IDLE SETUP REQUEST SOCKET...
 *   sessions contexts ROUNDS CONTEXTS SETUP CLOSE SOCKET...
 *
 * SETUP, REQUEST and CLOSE are frames in hexadecimal, each of which is answered by one frame. A line is printed for each round, with
 * the columns of one server after those of another.
 *
 * crowd: CLIENTS are connected, and BUSY of them send CALLS requests in a round, each when its last one is answered. Columns:
 * nanoseconds from a request to its answer, median, 99 of 100, 999 of 1000; answers that the slowest client got, and
 * the mean client; bytes of memory by which the server grew for each of IDLE clients that were connected for a while, before the
 * rounds and after the others: these are the same in every line.
 *
 * contexts: in a round CONTEXTS connections are made with SETUP, and when all are there ended with CLOSE. Columns: nanoseconds
 * for the one and for the other.
 */
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "frames.h"

/* The benchmark's word for "cannot be measured here". */
#define EXIT_LEFT_OUT 77

/* Descriptors that are no connections. */
#define DESCRIPTORS_KEPT 64

#define EVENTS_MAX 64

/* An idle server may still clean up after its start. */
#define SETTLE_MICROSECONDS 200000

static unsigned int number(const char *text)
{
	return (unsigned int)strtoul(text, NULL, 10);
}

static void allow_descriptors(unsigned int count)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		fail("getrlimit", errno);
	if (limit.rlim_max < count + DESCRIPTORS_KEPT) {
		fprintf(stderr, "%u connections need more descriptors than the %llu that are allowed\n", count,
			(unsigned long long)limit.rlim_max);
		exit(EXIT_LEFT_OUT);
	}
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit))
		fail("setrlimit", errno);
}

/* ---- crowd */

struct client {
	int fd;
	uint64_t sent_ns;
	size_t received;
	unsigned int answers;
};

struct server {
	struct client *clients;
	int epoll;
	size_t answer_bytes;
	double client_bytes;
};

struct crowd {
	unsigned int calls, clients, busy, idle;
	struct bytes setup, request;
	uint32_t *took_ns;
};

/* Bytes that the process at the other end has in memory. */
static double resident_bytes(int fd)
{
	struct ucred credentials;
	socklen_t length = sizeof(credentials);
	unsigned long total, resident;
	char path[64];
	FILE *file;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &length))
		fail("SO_PEERCRED", errno);
	snprintf(path, sizeof(path), "/proc/%d/statm", (int)credentials.pid);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%lu %lu", &total, &resident) != 2)
		fail(path, errno);
	fclose(file);
	return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static int connect_client(const char *path, struct bytes setup)
{
	int fd = connect_to(path);

	exchange_frames(fd, setup);
	return fd;
}

static void connect_crowd(struct server *server, const struct crowd *crowd, const char *path)
{
	unsigned int i;

	server->clients = calloc(crowd->clients, sizeof(*server->clients));
	server->epoll = epoll_create1(0);
	for (i = 0; i < crowd->clients; i++) {
		struct client *client = &server->clients[i];

		client->fd = connect_client(path, crowd->setup);
		/* The busy ones are spread over all. */
		if (i % (crowd->clients / crowd->busy) == 0) {
			struct epoll_event event = { .events = EPOLLIN, .data.ptr = client };

			if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, client->fd, &event))
				fail("epoll_ctl", errno);
		}
	}
	server->answer_bytes = exchange_frames(server->clients[0].fd, crowd->request);
}

static void measure_memory(struct server *server, const struct crowd *crowd, const char *path)
{
	int *fds = calloc(crowd->idle, sizeof(*fds));
	double before;
	unsigned int i;

	usleep(SETTLE_MICROSECONDS);
	before = resident_bytes(server->clients[0].fd);
	for (i = 0; i < crowd->idle; i++)
		fds[i] = connect_client(path, crowd->setup);
	usleep(SETTLE_MICROSECONDS);
	server->client_bytes = (resident_bytes(server->clients[0].fd) - before) / crowd->idle;
	for (i = 0; i < crowd->idle; i++)
		close(fds[i]);
	free(fds);
}

static void send_request(struct client *client, struct bytes request)
{
	client->received = 0;
	client->sent_ns = now_ns();
	send_all(client->fd, request.data, request.length);
}

static int by_number(const void *a, const void *b)
{
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	return (left > right) - (left < right);
}

static void print_round(const struct server *server, const struct crowd *crowd)
{
	unsigned int slowest = crowd->calls, i, stride = crowd->clients / crowd->busy;

	qsort(crowd->took_ns, crowd->calls, sizeof(*crowd->took_ns), by_number);
	for (i = 0; i < crowd->busy; i++)
		if (server->clients[i * stride].answers < slowest)
			slowest = server->clients[i * stride].answers;
	printf("%u %u %u %u %f %f", crowd->took_ns[crowd->calls / 2], crowd->took_ns[(uint64_t)crowd->calls * 99 / 100],
	       crowd->took_ns[(uint64_t)crowd->calls * 999 / 1000], slowest, (double)crowd->calls / crowd->busy,
	       server->client_bytes);
}

static void run_crowd(struct server *server, const struct crowd *crowd)
{
	unsigned int sent = 0, done = 0, i, stride = crowd->clients / crowd->busy;

	for (i = 0; i < crowd->busy; i++) {
		server->clients[i * stride].answers = 0;
		send_request(&server->clients[i * stride], crowd->request);
		sent++;
	}
	while (done < crowd->calls) {
		struct epoll_event events[EVENTS_MAX];
		int ready = epoll_wait(server->epoll, events, EVENTS_MAX, -1), at;

		if (ready < 0)
			fail("epoll_wait", errno);
		for (at = 0; at < ready; at++) {
			struct client *client = events[at].data.ptr;
			uint8_t answer[4096];

			client->received += receive_some(client->fd, answer, sizeof(answer));
			if (client->received < server->answer_bytes)
				continue;
			crowd->took_ns[done++] = (uint32_t)(now_ns() - client->sent_ns);
			client->answers++;
			if (sent < crowd->calls) {
				send_request(client, crowd->request);
				sent++;
			}
		}
	}
}

static void measure_crowd(unsigned int rounds, struct crowd *crowd, unsigned int count, char **paths)
{
	struct server *servers = calloc(count, sizeof(*servers));
	unsigned int round, i;

	allow_descriptors(crowd->clients * count + crowd->idle);
	crowd->took_ns = calloc(crowd->calls, sizeof(*crowd->took_ns));
	for (i = 0; i < count; i++) {
		connect_crowd(&servers[i], crowd, paths[i]);
		measure_memory(&servers[i], crowd, paths[i]);
	}
	/* The first is not printed: a server runs at full speed only after thousands of requests. */
	for (round = 0; round <= rounds; round++) {
		for (i = 0; i < count; i++) {
			run_crowd(&servers[i], crowd);
			if (round > 0) {
				print_round(&servers[i], crowd);
				putchar(i + 1 < count ? ' ' : '\n');
			}
		}
	}
}

/* ---- contexts */

static void measure_contexts(unsigned int rounds, unsigned int contexts, struct bytes setup, struct bytes end,
			     unsigned int count, char **paths)
{
	int *fds = calloc(contexts, sizeof(*fds));
	unsigned int round, i, at;

	allow_descriptors(contexts);
	for (round = 0; round < rounds; round++) {
		for (i = 0; i < count; i++) {
			uint64_t start = now_ns(), there;

			for (at = 0; at < contexts; at++)
				fds[at] = connect_client(paths[i], setup);
			there = now_ns();
			for (at = 0; at < contexts; at++) {
				exchange_frames(fds[at], end);
				close(fds[at]);
			}
			printf("%llu %llu%c", (unsigned long long)(there - start),
			       (unsigned long long)(now_ns() - there), i + 1 < count ? ' ' : '\n');
		}
	}
}

int main(int argc, char **argv)
{
	bool is_crowd = argc > 9 && !strcmp(argv[1], "crowd");

	if (is_crowd) {
		struct crowd crowd = {
			.calls = number(argv[3]),
			.clients = number(argv[4]),
			.busy = number(argv[5]),
			.idle = number(argv[6]),
			.setup = from_hexadecimal(argv[7]),
			.request = from_hexadecimal(argv[8]),
		};

		measure_crowd(number(argv[2]), &crowd, (unsigned int)argc - 9, argv + 9);
	} else if (argc > 6 && !strcmp(argv[1], "contexts")) {
		measure_contexts(number(argv[2]), number(argv[3]), from_hexadecimal(argv[4]), from_hexadecimal(argv[5]),
				 (unsigned int)argc - 6, argv + 6);
	} else {
		fail("usage: sessions crowd|contexts ...", 0);
	}
	return 0;
}
