/* Scenarios: descriptors that an ioctl makes, accesses to an IOAS, and ioctls that name them. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "shim_program.h"

#define IOVA 0x1000000ul
#define READ_BACK 0
#define WRITE_FLAG 1

/* IOMMU_TEST_CMD by its offsets: 8 is the id, 16 starts what the operation defines. */
struct test_command {
	uint32_t size, operation;
	int32_t id;
	uint32_t reserved;
	union {
		struct {
			int32_t fd;
			uint32_t flags;
		} create;
		struct {
			uint64_t iova, length, memory;
			uint32_t flags;
		} transfer;
		uint64_t words[6];
	};
	uint64_t last;
};

#define TEST_COMMAND 0x3ba0
#define CREATE_ACCESS 5
#define ACCESS_RW 8

_Static_assert(sizeof(struct test_command) == 72, "the layout of the uAPI");

/* CREATE_ACCESS: the new descriptor, or -1 with errno. */
static int create_access(int fd, uint32_t ioas)
{
	struct test_command command = { .size = sizeof(command), .operation = CREATE_ACCESS, .id = (int32_t)ioas };

	command.create.fd = -7;
	if (!ioctl(fd, TEST_COMMAND, &command))
		return command.create.fd;
	CHECK(command.create.fd == -7);
	return -1;
}

/* ACCESS_RW of `length` bytes at IOVA: 0, or -1 with errno. */
static int transfer(int fd, int access_fd, void *memory, size_t length, uint32_t flags)
{
	struct test_command command = { .size = sizeof(command), .operation = ACCESS_RW, .id = access_fd };

	command.transfer.iova = IOVA;
	command.transfer.length = length;
	command.transfer.memory = (uintptr_t)memory;
	command.transfer.flags = flags;
	return ioctl(fd, TEST_COMMAND, &command);
}

/* An IOAS with a page of memory at IOVA. */
static uint32_t mapped_ioas(int fd)
{
	static _Alignas(4096) uint8_t memory[PAGE];
	struct iommu_ioas_map call = {
		.size = sizeof(call),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = new_ioas(fd),
		.user_va = (uintptr_t)memory,
		.length = PAGE,
		.iova = IOVA,
	};

	CHECK(ioctl(fd, IOMMU_IOAS_MAP, &call) == 0);
	return call.ioas_id;
}

static void access_is_made(void)
{
	int gap = open("/dev/null", O_RDONLY), fd = open_iommu(), made, next;
	uint32_t ioas = new_ioas(fd);

	CHECK(close(gap) == 0);
	made = create_access(fd, ioas);
	CHECK(made == gap);
	CHECK(fcntl(made, F_GETFD) == FD_CLOEXEC);
	CHECK((fcntl(made, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_RDWR);
	/* A call that fails leaves the number free. */
	CHECK_ERRNO(create_access(fd, 0xffff), ENOENT);
	next = create_access(fd, ioas);
	CHECK(next == fd + 1);
}

static void access_is_named(void)
{
	int fd = open_iommu(), other = open_iommu(), made = create_access(fd, mapped_ioas(fd)), copy = dup(made);
	char byte = 'x';
	pid_t child;

	CHECK(transfer(fd, made, &byte, 1, WRITE_FLAG) == 0);
	CHECK(transfer(fd, copy, &byte, 1, WRITE_FLAG) == 0);
	CHECK(transfer(other, made, &byte, 1, WRITE_FLAG) == 0);
	child = fork();
	if (!child) {
		CHECK(transfer(other, copy, &byte, 1, WRITE_FLAG) == 0);
		_exit(0);
	}
	expect_success(child);
	/* No descriptor, an ordinary file and an iommufd. */
	CHECK_ERRNO(transfer(fd, -1, &byte, 1, WRITE_FLAG), EBADFD);
	CHECK_ERRNO(transfer(fd, 900, &byte, 1, WRITE_FLAG), EBADFD);
	CHECK_ERRNO(transfer(fd, STDERR_FILENO, &byte, 1, WRITE_FLAG), EBADFD);
	CHECK_ERRNO(transfer(fd, fd, &byte, 1, WRITE_FLAG), EBADFD);
}

static void access_moves_bytes(void)
{
	int fd = open_iommu(), made = create_access(fd, mapped_ioas(fd));
	char out[] = "through the access", in[sizeof(out)] = { 0 };

	CHECK(transfer(fd, made, out, sizeof(out), WRITE_FLAG) == 0);
	CHECK(transfer(fd, made, in, sizeof(in), READ_BACK) == 0);
	CHECK(!memcmp(in, out, sizeof(out)));
	CHECK_ERRNO(transfer(fd, made, NULL, sizeof(in), WRITE_FLAG), EFAULT);
	CHECK_ERRNO(transfer(fd, made, NULL, sizeof(in), READ_BACK), EFAULT);
}

static void access_as_a_file(void)
{
	const short all = POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM;
	int fd = open_iommu(), made = create_access(fd, new_ioas(fd));
	struct pollfd ready = { .fd = made, .events = all };
	struct epoll_event event = { .events = EPOLLIN };
	struct iommu_ioas_alloc call = { .size = sizeof(call) };
	struct stat status;
	struct statx extended;
	char byte = 0;

	CHECK_ERRNO(read(made, &byte, 1), EINVAL);
	CHECK_ERRNO(write(made, &byte, 1), EINVAL);
	CHECK_ERRNO(lseek(made, 0, SEEK_SET), ESPIPE);
	CHECK_ERRNO(ioctl(made, IOMMU_IOAS_ALLOC, &call), ENOTTY);
	CHECK_ERRNO(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, made, 0), ENODEV);
	CHECK_ERRNO(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, made, 0), ENODEV);
	CHECK_ERRNO(mmap(NULL, 0, PROT_READ, MAP_SHARED, made, 0), EINVAL);
	CHECK(poll(&ready, 1, 0) == 1 && ready.revents == all);
	CHECK_ERRNO(epoll_ctl(epoll_create1(0), EPOLL_CTL_ADD, made, &event), EPERM);
	CHECK(fstat(made, &status) == 0 && status.st_mode == 0600);
	CHECK(statx(made, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &extended) == 0 && extended.stx_mode == 0600);
}

static void access_is_released(void)
{
	int fd = open_iommu(), made = create_access(fd, mapped_ioas(fd)), other = open_iommu(), copy = dup(made), next;
	char name[33] = { 0 }, byte = 'x';

	CHECK(close(create_access(fd, 1)) == 0);
	next = create_access(fd, 1);
	memcpy(name, iommufd_name(next), 32);
	CHECK(still_open(name));
	CHECK(close(next) == 0);
	CHECK(!still_open(name));
	/* It outlives the iommufd that it was made on. */
	memcpy(name, iommufd_name(made), 32);
	CHECK(close(fd) == 0);
	CHECK(transfer(other, made, &byte, 1, WRITE_FLAG) == 0);
	CHECK(close(made) == 0);
	CHECK(transfer(other, copy, &byte, 1, WRITE_FLAG) == 0);
	CHECK(still_open(name));
	CHECK(close(copy) == 0);
	CHECK(!still_open(name));
}

static void access_without_a_number(void)
{
	int fd = open_iommu(), made;
	struct rlimit before, none;
	uint32_t ioas = new_ioas(fd);

	CHECK(getrlimit(RLIMIT_NOFILE, &before) == 0);
	none = before;
	none.rlim_cur = 0;
	CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0);
	CHECK_ERRNO(create_access(fd, ioas), ENOMEM);
	CHECK(setrlimit(RLIMIT_NOFILE, &before) == 0);
	made = create_access(fd, ioas);
	CHECK(made == fd + 1);
}

const struct scenario access_scenarios[] = {
	{ "access_is_made", "the access takes the lowest free number, close-on-exec; a call that fails takes none",
	  access_is_made },
	{ "access_is_named", "an ioctl on any iommufd finds the access behind any copy; other numbers are EBADFD",
	  access_is_named },
	{ "access_moves_bytes", "bytes go both ways; a bad address is EFAULT", access_moves_bytes },
	{ "access_as_a_file", "an access is ready and has no operations of its own", access_as_a_file },
	{ "access_is_released", "it lives until the last close of it, which returns after the release", access_is_released },
	{ "access_without_a_number", "with no number left nothing is made and the ioctl is ENOMEM",
	  access_without_a_number },
	{ NULL, NULL, NULL },
};
