/* Scenarios: the descriptor as a file, the nodes in the file system, and files that are not ours. */
#include <poll.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#include "shim_program.h"

static void reads_and_writes(void)
{
	int fd = open_iommu(), reader = open("/dev/iommu", O_RDONLY), writer = open("/dev/iommu", O_WRONLY);
	char buffer[8] = { 0 };
	struct iovec list = { buffer, sizeof(buffer) };

	CHECK_ERRNO(read(fd, buffer, sizeof(buffer)), EINVAL);
	CHECK_ERRNO(readv(fd, &list, 1), EINVAL);
	CHECK_ERRNO(write(fd, buffer, sizeof(buffer)), EINVAL);
	CHECK_ERRNO(writev(fd, &list, 1), EINVAL);
	CHECK_ERRNO(read(writer, buffer, sizeof(buffer)), EBADF);
	CHECK_ERRNO(write(reader, buffer, sizeof(buffer)), EBADF);
	CHECK_ERRNO(lseek(fd, 0, SEEK_SET), ESPIPE);
	/* None of that reached the daemon. */
	CHECK(new_ioas(fd) == 1);
}

static void readiness(void)
{
	struct pollfd poll_fd = { .fd = open_iommu(), .events = POLLIN | POLLOUT };
	struct epoll_event event = { .events = EPOLLIN };
	struct timeval no_time = { 0, 0 };
	fd_set readable, writable;

	CHECK(poll(&poll_fd, 1, 0) == 1);
	CHECK(poll_fd.revents == (POLLIN | POLLOUT));
	FD_ZERO(&readable);
	FD_SET(poll_fd.fd, &readable);
	writable = readable;
	CHECK(select(poll_fd.fd + 1, &readable, &writable, NULL, &no_time) == 2);
	CHECK_ERRNO(epoll_ctl(epoll_create1(0), EPOLL_CTL_ADD, poll_fd.fd, &event), EPERM);
}

static void *map(int fd, int protection, int flags, off_t offset)
{
	return mmap(NULL, PAGE, protection, flags, fd, offset);
}

static void mmap_errors(void)
{
	int fd = open_iommu(), reader = open("/dev/iommu", O_RDONLY), writer = open("/dev/iommu", O_WRONLY);

	CHECK_ERRNO(map(fd, PROT_READ, MAP_PRIVATE, 0), EINVAL);
	CHECK_ERRNO(map(reader, PROT_READ, MAP_SHARED, 0), EINVAL);
	CHECK_ERRNO(map(reader, PROT_READ | PROT_WRITE, MAP_SHARED, 0), EACCES);
	CHECK_ERRNO(map(writer, PROT_READ, MAP_SHARED, 0), EACCES);
	CHECK_ERRNO(map(fd, PROT_READ | PROT_EXEC, MAP_SHARED, 0), EPERM);
	CHECK_ERRNO(map(fd, PROT_READ | PROT_WRITE, MAP_SHARED, 0x1000), ENXIO);
	CHECK_ERRNO(map(fd, PROT_READ, MAP_SHARED, 1), EINVAL);
	CHECK_ERRNO(mmap(NULL, 0, PROT_READ, MAP_SHARED, fd, 0), EINVAL);
	CHECK(map(fd, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, 0) != MAP_FAILED);
}

static void check_device(const struct stat *status, unsigned int minor_number)
{
	CHECK(S_ISCHR(status->st_mode));
	CHECK(major(status->st_rdev) == 10);
	CHECK(!minor_number || minor(status->st_rdev) == minor_number);
}

static void status_of_descriptors(void)
{
	int fd = open_iommu(), vfio = open("/dev/vfio/vfio", O_RDWR);
	struct stat status, by_path;
	struct statx extended;

	CHECK(fstat(fd, &status) == 0);
	check_device(&status, 0);
	CHECK((status.st_mode & 07777) == 0660);
	CHECK(stat("/dev/iommu", &by_path) == 0);
	CHECK(!memcmp(&status, &by_path, sizeof(status)));
	CHECK(fstat(vfio, &status) == 0);
	check_device(&status, 196);
	CHECK(fstatat(fd, "", &status, AT_EMPTY_PATH) == 0);
	check_device(&status, 0);
	CHECK(statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &extended) == 0);
	CHECK(S_ISCHR(extended.stx_mode) && extended.stx_rdev_major == 10);
}

static void status_of_paths(void)
{
	struct stat status;
	struct statx extended;

	CHECK(lstat("/dev/iommu", &status) == 0);
	check_device(&status, 0);
	CHECK(fstatat(AT_FDCWD, "/dev/vfio/vfio", &status, 0) == 0);
	check_device(&status, 196);
	CHECK(statx(AT_FDCWD, "/dev/iommu", 0, STATX_BASIC_STATS, &extended) == 0);
	CHECK(S_ISCHR(extended.stx_mode));
	CHECK(access("/dev/iommu", R_OK | W_OK) == 0);
	CHECK(faccessat(AT_FDCWD, "/dev/iommu", F_OK, 0) == 0);
	CHECK(euidaccess("/dev/vfio/vfio", R_OK) == 0);
	CHECK_ERRNO(access("/dev/iommu", X_OK), EACCES);
}

static void ordinary_files(void)
{
	char path[] = "/tmp/shim-program-XXXXXX", buffer[16] = { 0 };
	int fd = mkstemp(path), ends[2], pair[2];
	struct epoll_event event = { .events = EPOLLIN };
	struct stat status;
	void *memory;

	CHECK(fd >= 0 && write(fd, "0123456789", 10) == 10 && close(fd) == 0);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && read(fd, buffer, sizeof(buffer)) == 10 && !memcmp(buffer, "0123456789", 10));
	CHECK(read(fd, buffer, sizeof(buffer)) == 0);
	CHECK_ERRNO(write(fd, "x", 1), EBADF);
	CHECK((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, NULL), ENOTTY);
	memory = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	CHECK(memory != MAP_FAILED && !memcmp(memory, "0123456789", 10));
	CHECK(fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && status.st_size == 10);
	CHECK(close(fd) == 0);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
	CHECK(fd >= 0 && write(fd, "abc", 3) == 3);
	CHECK(unlink(path) == 0);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0640);
	CHECK(fd >= 0 && fstat(fd, &status) == 0 && (status.st_mode & 07777) == 0640);
	CHECK(unlink(path) == 0);

	CHECK(pipe(ends) == 0 && write(ends[1], "pipe", 4) == 4 && close(ends[1]) == 0);
	CHECK(read(ends[0], buffer, sizeof(buffer)) == 4 && read(ends[0], buffer, sizeof(buffer)) == 0);

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	CHECK(fstat(pair[0], &status) == 0 && S_ISSOCK(status.st_mode));
	CHECK(write(pair[0], "hello", 5) == 5 && read(pair[1], buffer, sizeof(buffer)) == 5);
	CHECK(epoll_ctl(epoll_create1(0), EPOLL_CTL_ADD, pair[0], &event) == 0);
	CHECK(ioctl(pair[1], FIONREAD, buffer) == 0);
	CHECK(close(pair[0]) == 0 && read(pair[1], buffer, sizeof(buffer)) == 0);
}

const struct scenario file_scenarios[] = {
	{ "reads_and_writes", "read and write are EINVAL, EBADF against the access mode; lseek is ESPIPE",
	  reads_and_writes },
	{ "readiness", "poll and select find it always ready; epoll refuses it with EPERM", readiness },
	{ "mmap_errors", "mmap fails with EACCES, EINVAL, EPERM or ENXIO, in that order", mmap_errors },
	{ "status_of_descriptors", "fstat and its variants see a character device of major 10", status_of_descriptors },
	{ "status_of_paths", "stat, statx and access find the nodes", status_of_paths },
	{ "ordinary_files", "a read-only file, a pipe and a socket work as without the shim", ordinary_files },
	{ NULL, NULL, NULL },
};
