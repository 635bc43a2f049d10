/* SPDX-License-Identifier: MIT */
/*
 * Times calls over rings, turn by turn with their yardstick. Runs under the preload shim, on another processor than the servers.
 *
 *   ring WARM_UPS ROUNDS CALLS ECHO_SOCKET
 *
 * ECHO_SOCKET is that of a server that writes back what it reads and does not sleep. Every round prints a line with nanoseconds
 * for CALLS of each: a message there and back, for which this side does not sleep either; DESTROY of an object that is not
 * there, through the C library and by ioctl(2); MAP and UNMAP of one page by ioctl(2), half of the calls each. The first
 * WARM_UPS rounds print nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "bench.h"
#include "iommufd_emu.h"
#include "iommufd_emu_uapi.h"

/* No object of a new context has it. */
#define MISSING_ID 0x7ffffff0u
#define MESSAGE_BYTES 64
#define PAGE_BYTES 4096
#define IOVA 0x100000

static _Alignas(PAGE_BYTES) unsigned char page[PAGE_BYTES];

/* A connection of its own: while there is one, the server keeps its processor busy. */
static uint64_t run_echo(const char *path, unsigned int calls)
{
	struct sockaddr_un address = socket_address(path);
	char message[MESSAGE_BYTES] = { 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	uint64_t start, took;
	unsigned int i;

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) || fcntl(fd, F_SETFL, O_NONBLOCK))
		fail(path, errno);
	start = now_ns();
	for (i = 0; i < calls; i++) {
		size_t received = 0;

		if (send(fd, message, sizeof(message), MSG_NOSIGNAL) != sizeof(message))
			fail("send", errno);
		while (received < sizeof(message)) {
			ssize_t got = recv(fd, message + received, sizeof(message) - received, 0);

			if (!got || (got < 0 && errno != EAGAIN))
				fail("recv", got ? errno : ECONNRESET);
			received += got > 0 ? (size_t)got : 0;
		}
	}
	took = now_ns() - start;
	close(fd);
	return took;
}

static uint64_t run_library(struct iommufd_emu *context, unsigned int calls)
{
	uint64_t start = now_ns();
	unsigned int i;

	for (i = 0; i < calls; i++)
		if (iommufd_emu_destroy(context, MISSING_ID) != -ENOENT)
			fail("the destroy of a missing object", 0);
	return now_ns() - start;
}

static uint64_t run_destroy(int fd, unsigned int calls)
{
	uint64_t start = now_ns();
	unsigned int i;

	for (i = 0; i < calls; i++) {
		struct iommu_destroy destroy = { .size = sizeof(destroy), .id = MISSING_ID };

		if (!ioctl(fd, IOMMU_DESTROY, &destroy) || errno != ENOENT)
			fail("the destroy of a missing object", errno);
	}
	return now_ns() - start;
}

static uint64_t run_map(int fd, uint32_t ioas_id, unsigned int calls)
{
	uint64_t start = now_ns();
	unsigned int i;

	for (i = 0; i < calls; i += 2) {
		struct iommu_ioas_map map = {
			.size = sizeof(map),
			.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE,
			.ioas_id = ioas_id,
			.user_va = (uintptr_t)page,
			.length = sizeof(page),
			.iova = IOVA,
		};
		struct iommu_ioas_unmap unmap = {
			.size = sizeof(unmap),
			.ioas_id = ioas_id,
			.iova = IOVA,
			.length = sizeof(page),
		};

		if (ioctl(fd, IOMMU_IOAS_MAP, &map) || ioctl(fd, IOMMU_IOAS_UNMAP, &unmap))
			fail("map or unmap", errno);
	}
	return now_ns() - start;
}

int main(int argc, char **argv)
{
	enum { WARM_UPS = 1, ROUNDS, CALLS, ECHO_SOCKET, COUNT };
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
	unsigned int warm_ups, rounds, calls, round;
	struct iommufd_emu *context;
	int fd, error;

	if (argc != COUNT)
		fail("usage: ring WARM_UPS ROUNDS CALLS ECHO_SOCKET", 0);
	warm_ups = (unsigned int)atoi(argv[WARM_UPS]);
	rounds = (unsigned int)atoi(argv[ROUNDS]);
	calls = (unsigned int)atoi(argv[CALLS]);
	error = iommufd_emu_open(NULL, NULL, &context);
	if (error)
		fail("the daemon", -error);
	fd = open("/dev/iommu", O_RDWR);
	if (fd < 0 || ioctl(fd, IOMMU_IOAS_ALLOC, &alloc))
		fail("/dev/iommu", errno);
	for (round = 0; round < warm_ups + rounds; round++) {
		unsigned long long echo = run_echo(argv[ECHO_SOCKET], calls), library = run_library(context, calls);
		unsigned long long destroy = run_destroy(fd, calls), map = run_map(fd, alloc.out_ioas_id, calls);

		if (round >= warm_ups)
			printf("%llu %llu %llu %llu\n", echo, library, destroy, map);
	}
	iommufd_emu_close(context);
	return 0;
}
