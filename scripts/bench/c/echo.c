/* SPDX-License-Identifier: MIT */
/*
 * The least that a server in C can do: writes back what it reads, one connection after another. `echo SOCKET [spin]`; prints
 * a line when it listens, and runs until a signal ends it. With `spin` it does not sleep while a connection is open.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "bench.h"

static void echo(int connection)
{
	static char bytes[64 * 1024];
	ssize_t got;

	while ((got = read(connection, bytes, sizeof(bytes))) > 0 || (got < 0 && errno == EAGAIN)) {
		ssize_t sent = 0;

		while (sent < got) {
			ssize_t part = send(connection, bytes + sent, (size_t)(got - sent), MSG_NOSIGNAL);

			if (part < 0)
				return;
			sent += part;
		}
	}
}

int main(int argc, char **argv)
{
	struct sockaddr_un address;
	int listener;

	if (argc != 2 && (argc != 3 || strcmp(argv[2], "spin") != 0))
		fail("usage: echo SOCKET [spin]", 0);
	address = socket_address(argv[1]);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 8))
		fail(argv[1], errno);
	puts("listening");
	fflush(stdout);
	for (;;) {
		int connection = accept(listener, NULL, NULL);

		if (connection < 0 || (argc == 3 && fcntl(connection, F_SETFL, O_NONBLOCK)))
			fail("accept", errno);
		echo(connection);
		close(connection);
	}
}
