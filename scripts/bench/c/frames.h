/* SPDX-License-Identifier: MIT */
/* Frames as the benchmark's C programs send and count them: bytes from a command line, and answers that nobody decodes. */
#ifndef FRAMES_H
#define FRAMES_H

#include <errno.h>
#include <stddef.h>

#include "bench.h"

#define FRAME_HEADER 4

struct bytes {
	uint8_t *data;
	size_t length;
};

static inline struct bytes from_hexadecimal(const char *text)
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

static inline void send_all(int fd, const uint8_t *data, size_t length)
{
	while (length) {
		ssize_t sent = send(fd, data, length, MSG_NOSIGNAL);

		if (sent < 0)
			fail("send", errno);
		data += sent;
		length -= (size_t)sent;
	}
}

static inline size_t receive_some(int fd, void *data, size_t length)
{
	ssize_t got = recv(fd, data, length, 0);

	if (got <= 0)
		fail("recv", got ? errno : ECONNRESET);
	return (size_t)got;
}

static inline size_t frame_bytes(const uint8_t *header)
{
	return FRAME_HEADER + ((size_t)header[0] | (size_t)header[1] << 8 | (size_t)header[2] << 16 | (size_t)header[3] << 24);
}

/* Takes in one whole frame and returns how long it was. */
static inline size_t receive_frame(int fd)
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

/* Sends frames one after the other, each when the one before is answered. Returns how long the last answer was. */
static inline size_t exchange_frames(int fd, struct bytes frames)
{
	size_t at, answer = 0;

	for (at = 0; at < frames.length; at += frame_bytes(frames.data + at)) {
		send_all(fd, frames.data + at, frame_bytes(frames.data + at));
		answer = receive_frame(fd);
	}
	return answer;
}

static inline int connect_to(const char *path)
{
	struct sockaddr_un address = socket_address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		fail(path, errno);
	return fd;
}

#endif
