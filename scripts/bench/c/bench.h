/* SPDX-License-Identifier: MIT */
/* What the benchmark's C programs share: a clock, and the end of a program that cannot go on. */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

static inline uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* `error`: a positive errno, or 0 when there is none to tell. */
static inline void fail(const char *what, int error)
{
	fprintf(stderr, "%s%s%s\n", what, error ? ": " : "", error ? strerror(error) : "");
	exit(1);
}

static inline struct sockaddr_un socket_address(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		fail("the socket path is too long", 0);
	memcpy(address.sun_path, path, strlen(path) + 1);
	return address;
}

#endif
