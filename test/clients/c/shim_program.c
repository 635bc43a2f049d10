/* The runner of the scenarios, and what they share; see shim_program.h. */
#include "shim_program.h"

#include <sys/un.h>

#define TOKEN_BYTES 32

_Noreturn void failed(const char *file, int line, const char *what)
{
	int error = errno;

	fprintf(stderr, "%s:%d: not so: %s (errno %d, %s)\n", file, line, what, error, strerror(error));
	_exit(1);
}

int open_iommu(void)
{
	int fd = open("/dev/iommu", O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0);
	return fd;
}

uint32_t new_ioas(int fd)
{
	struct iommu_ioas_alloc call = { .size = sizeof(call) };

	CHECK(ioctl(fd, IOMMU_IOAS_ALLOC, &call) == 0);
	return call.out_ioas_id;
}

int map_at(int fd, uint32_t ioas, const void *memory, size_t pages, uint64_t iova)
{
	struct iommu_ioas_map call = {
		.size = sizeof(call),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE,
		.ioas_id = ioas,
		.user_va = (uintptr_t)memory,
		.length = pages * PAGE,
		.iova = iova,
	};

	return ioctl(fd, IOMMU_IOAS_MAP, &call) ? errno : 0;
}

uint64_t unmap_all(int fd, uint32_t ioas)
{
	struct iommu_ioas_unmap call = { .size = sizeof(call), .ioas_id = ioas, .length = UINT64_MAX };

	CHECK(ioctl(fd, IOMMU_IOAS_UNMAP, &call) == 0);
	return call.length;
}

const char *iommufd_name(int fd)
{
	static char name[TOKEN_BYTES + 1];
	struct sockaddr_un address;
	socklen_t length = sizeof(address);

	memset(&address, 0, sizeof(address));
	CHECK(getsockname(fd, (struct sockaddr *)&address, &length) == 0);
	memcpy(name, address.sun_path + 1 + strlen("iommufd-emu/"), TOKEN_BYTES);
	return name;
}

struct iommufd_emu *join(const char *name)
{
	struct iommufd_emu_token token = { .length = TOKEN_BYTES };
	struct iommufd_emu *context = NULL;
	int error;

	memcpy(token.bytes, name, TOKEN_BYTES);
	error = iommufd_emu_join(NULL, &token, false, &context);
	CHECK(error == 0 || error == -EBADF);
	return context;
}

bool still_open(const char *name)
{
	struct iommufd_emu *context = join(name);

	return context && iommufd_emu_close(context) >= 0;
}

void expect_success(pid_t child)
{
	int status;

	CHECK(child > 0);
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int next_channel(int from)
{
	int fd;

	for (fd = from; fd < 4096; fd++)
		if (syscall(SYS_fcntl, fd, F_GETFD, 0) >= 0)
			return fd;
	return -1;
}

/* `shim_program --inherited FD`: what a scenario executes to use a descriptor that it was given. */
static int inherited(const char *number)
{
	int fd = atoi(number);

	CHECK(new_ioas(fd) == 2);
	CHECK(map_at(fd, 1, &fd, 1, 0x20000) == 0);
	return 0;
}

/* `shim_program --outlive`: opens and maps, says so, waits for its input to end, and finds the daemon gone. */
static int outlive(void)
{
	static _Alignas(PAGE) uint8_t memory[PAGE];
	int fd = open_iommu();
	struct iommu_ioas_alloc call = { .size = sizeof(call) };
	char byte;

	CHECK(map_at(fd, new_ioas(fd), memory, 1, 0x10000) == 0);
	puts("ready");
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, &call), EIO);
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, &call), EIO);
	CHECK(close(fd) == 0);
	CHECK_ERRNO(open("/dev/iommu", O_RDWR), ENOENT);
	return 0;
}

/* `shim_program --absent`: there is no daemon. */
static int absent(void)
{
	struct stat status;

	CHECK_ERRNO(open("/dev/iommu", O_RDWR), ENOENT);
	CHECK_ERRNO(open("/dev/vfio/vfio", O_RDWR), ENOENT);
	CHECK_ERRNO(stat("/dev/iommu", &status), ENOENT);
	CHECK_ERRNO(access("/dev/iommu", F_OK), ENOENT);
	return 0;
}

static const struct scenario *const groups[] = {
	call_scenarios,
	file_scenarios,
	descriptor_scenarios,
	process_scenarios,
	access_scenarios,
	queue_scenarios,
	inject_scenarios,
	keeper_scenarios,
	device_scenarios,
	register_scenarios,
	signal_scenarios,
	tree_scenarios,
};

int main(int argc, char **argv)
{
	const struct scenario *scenario;
	size_t group;

	if (argc == 3 && !strcmp(argv[1], "--inherited"))
		return inherited(argv[2]);
	if (argc == 2 && !strcmp(argv[1], "--outlive"))
		return outlive();
	if (argc == 2 && !strcmp(argv[1], "--absent"))
		return absent();
	for (group = 0; group < sizeof(groups) / sizeof(groups[0]); group++) {
		for (scenario = groups[group]; scenario->name; scenario++) {
			if (argc == 2 && !strcmp(argv[1], "--list")) {
				printf("%s\t%s\n", scenario->name, scenario->rule);
			} else if (argc == 2 && !strcmp(argv[1], scenario->name)) {
				scenario->run();
				return 0;
			}
		}
	}
	return argc == 2 && !strcmp(argv[1], "--list") ? 0 : 2;
}
