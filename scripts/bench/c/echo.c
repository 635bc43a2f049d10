/* SPDX-License-Identifier: MIT */
/*
 * The least that a server in C can do: writes back what it reads, one connection after another. `echo SOCKET`; prints a
 * line when it listens, and runs until a signal ends it.
 */
#include <errno.h>
#include <unistd.h>

#include "bench.h"

static void echo(int connection)
{
	static char bytes[64 * 1024];
	ssize_t got;

	while ((got = read(connection, bytes, sizeof(bytes))) > 0) {
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

	if (argc != 2)
		fail("usage: echo SOCKET", 0);
	address = socket_address(argv[1]);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 8))
		fail(argv[1], errno);
	puts("listening");
	fflush(stdout);
	for (;;) {
		int connection = accept(listener, NULL, NULL);

		if (connection < 0)
			fail("accept", errno);
		echo(connection);
		close(connection);
	}
}
