/* Scenarios: opening the nodes and calling ioctl. */
#include <signal.h>
#include <sys/time.h>
#include <termios.h>

#include "shim_program.h"

#ifndef FIGETBSZ
#define FIGETBSZ 2
#endif
#define VFIO_GET_API_VERSION 0x3b64
#define VFIO_CHECK_EXTENSION 0x3b65

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int directory, const char *path, int flags);
int __openat64_2(int directory, const char *path, int flags);

static void every_way_to_open(void)
{
	int fds[11], i, count = 0;

	fds[count++] = open("/dev/iommu", O_RDWR);
	fds[count++] = open64("/dev/iommu", O_RDONLY);
	fds[count++] = openat(AT_FDCWD, "/dev/iommu", O_WRONLY);
	fds[count++] = openat64(-1, "/dev/iommu", O_RDWR | O_NONBLOCK);
	fds[count++] = __open_2("/dev/iommu", O_RDWR);
	fds[count++] = __open64_2("/dev/iommu", O_RDWR);
	fds[count++] = __openat_2(AT_FDCWD, "/dev/iommu", O_RDWR);
	fds[count++] = __openat64_2(AT_FDCWD, "/dev/iommu", O_RDWR);
	fds[count++] = creat("/dev/iommu", 0600);
	fds[count++] = open("//dev/./vfio/../iommu", O_RDWR | O_CREAT, 0600);
	fds[count++] = open("/dev/vfio/vfio", O_RDWR);
	for (i = 0; i < count; i++) {
		CHECK(fds[i] >= 0);
		/* A context of its own. */
		CHECK(new_ioas(fds[i]) == 1);
	}
}

static void open_errors(void)
{
	const char *volatile nowhere = NULL;

	CHECK_ERRNO(open("/dev/iommu", O_RDWR | O_DIRECTORY), ENOTDIR);
	CHECK_ERRNO(open("/dev/iommu", O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
	CHECK(open("/dev/iommu/", O_RDWR) == -1);
	CHECK(open("/dev/iommux", O_RDWR) == -1);
	CHECK_ERRNO(open(nowhere, O_RDWR), EFAULT);
}

static void open_flags(void)
{
	int with = open("/dev/iommu", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int without = open("/dev/iommu", O_RDWR);

	CHECK(fcntl(with, F_GETFD) == FD_CLOEXEC);
	CHECK(fcntl(without, F_GETFD) == 0);
	CHECK((fcntl(with, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == (O_RDONLY | O_NONBLOCK));
	CHECK((fcntl(without, F_GETFL) & (O_ACCMODE | O_NONBLOCK)) == O_RDWR);
	CHECK((fcntl(open("/dev/iommu", O_WRONLY), F_GETFL) & O_ACCMODE) == O_WRONLY);
}

static void vfio_node(void)
{
	struct iommu_option call = { .size = sizeof(call), .op = IOMMU_OPTION_OP_GET };
	int fd = open("/dev/vfio/vfio", O_RDWR);

	CHECK(ioctl(fd, IOMMU_OPTION, &call) == 0);
	CHECK(call.val64 == 1);
	CHECK(ioctl(open_iommu(), IOMMU_OPTION, &call) == 0);
	CHECK(call.val64 == 0);
}

static void map_and_unmap(void)
{
	static uint8_t memory[4 * PAGE];
	struct iommu_iova_range ranges[4];
	struct iommu_ioas_iova_ranges get = { .size = sizeof(get), .num_iovas = 4 };
	struct iommu_ioas_allow_iovas allow = { .size = sizeof(allow), .num_iovas = 1 };
	int fd = open_iommu();
	uint32_t ioas = new_ioas(fd);

	CHECK(map_at(fd, ioas, memory, 4, 0x10000) == 0);
	CHECK(map_at(fd, ioas, memory, 1, 0x13000) == EEXIST);
	CHECK(unmap_all(fd, ioas) == 4 * PAGE);
	get.ioas_id = allow.ioas_id = ioas;
	get.allowed_iovas = allow.allowed_iovas = (uintptr_t)ranges;
	CHECK(ioctl(fd, IOMMU_IOAS_IOVA_RANGES, &get) == 0);
	CHECK(get.num_iovas == 1 && ranges[0].start == 0 && ranges[0].last == UINT64_MAX);
	ranges[0].start = 0x5000;
	ranges[0].last = 0x5fff;
	CHECK(ioctl(fd, IOMMU_IOAS_ALLOW_IOVAS, &allow) == 0);
	ranges[0].last = 0x5000;
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOW_IOVAS, &allow), EINVAL);
}

/* A page, then one that is not mapped. */
static uint8_t *last_page(int protection)
{
	uint8_t *memory = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(memory != MAP_FAILED);
	CHECK(munmap(memory + PAGE, PAGE) == 0);
	CHECK(mprotect(memory, PAGE, protection) == 0);
	return memory;
}

static void bad_pointers(void)
{
	uint8_t *memory = last_page(PROT_READ | PROT_WRITE);
	uint32_t size = sizeof(struct iommu_ioas_alloc);
	int fd = open_iommu();

	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, NULL), EFAULT);
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, memory + PAGE), EFAULT);
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, (void *)-8ul), EFAULT);
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, (void *)0x8000000000000000ul), EFAULT);
	/* A struct whose tail is not there, and one that is shorter than its minimum. */
	memcpy(memory + PAGE - 8, &size, sizeof(size));
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, memory + PAGE - 8), EFAULT);
	size = 8;
	memcpy(memory + PAGE - 8, &size, sizeof(size));
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, memory + PAGE - 8), EINVAL);
	/* Just enough of it. */
	size = sizeof(struct iommu_ioas_alloc);
	memset(memory, 0, PAGE);
	memcpy(memory + PAGE - size, &size, sizeof(size));
	CHECK(ioctl(fd, IOMMU_IOAS_ALLOC, memory + PAGE - size) == 0);
	memcpy(&size, memory + PAGE - 4, sizeof(size));
	CHECK(size == 1);
}

static void read_only_outputs(void)
{
	struct iommu_ioas_alloc call = { .size = sizeof(call) };
	struct iommu_destroy destroy = { .size = sizeof(destroy), .id = 1 };
	uint8_t *memory = last_page(PROT_READ | PROT_WRITE);
	int fd = open_iommu();

	memcpy(memory, &call, sizeof(call));
	memcpy(memory + 64, &destroy, sizeof(destroy));
	CHECK(mprotect(memory, PAGE, PROT_READ) == 0);
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, memory), EFAULT);
	/* The failed call took no id, and one that writes nothing works there. */
	CHECK(new_ioas(fd) == 1);
	CHECK(ioctl(fd, IOMMU_DESTROY, memory + 64) == 0);
}

static void bad_named_memory(void)
{
	struct iommu_ioas_iova_ranges get = { .size = sizeof(get), .num_iovas = 1, .allowed_iovas = 0x10 };
	struct iommu_ioas_allow_iovas allow = { .size = sizeof(allow), .num_iovas = 1, .allowed_iovas = 0x10 };
	int fd = open_iommu();

	get.ioas_id = allow.ioas_id = new_ioas(fd);
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_IOVA_RANGES, &get), EFAULT);
	CHECK(get.num_iovas == 1);
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOW_IOVAS, &allow), EFAULT);
	get.allowed_iovas = (uintptr_t)last_page(PROT_READ);
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_IOVA_RANGES, &get), EFAULT);
}

static void long_structs(void)
{
	uint32_t *memory = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open_iommu();

	CHECK(memory != MAP_FAILED);
	memory[0] = 16;
	CHECK(ioctl(fd, IOMMU_IOAS_ALLOC, memory) == 0);
	memory[3] = 1;
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, memory), E2BIG);
	memory[0] = UINT32_MAX;
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, memory), E2BIG);
	memory[3] = 0;
	memory[0] = 64 * PAGE;
	CHECK(ioctl(fd, IOMMU_IOAS_ALLOC, memory) == 0);
}

static void numbers_that_are_not_iommufd(void)
{
	struct termios terminal;
	uint32_t value = sizeof(struct iommu_ioas_alloc);
	int fd = open_iommu();

	CHECK_ERRNO(ioctl(fd, TCGETS, &terminal), ENOTTY);
	CHECK_ERRNO(ioctl(fd, FIONREAD, &value), ENOTTY);
	CHECK_ERRNO(ioctl(fd, 0x1260, NULL), ENOTTY);
	CHECK_ERRNO(ioctl(fd, FIOQSIZE, &value), ENOTTY);
	CHECK_ERRNO(ioctl(fd, 0x80086601, &value), ENOTTY);
	/* A bad pointer wins over a wrong type, inside the table of numbers only. */
	CHECK_ERRNO(ioctl(fd, 0x5881, NULL), EFAULT);
	CHECK_ERRNO(ioctl(fd, 0x5881, &value), ENOTTY);
	CHECK_ERRNO(ioctl(fd, 0x3b7f, NULL), ENOTTY);
	/* Only 32 bits of the request count. */
	CHECK_ERRNO(ioctl(fd, 0x100003b81ul, NULL), EFAULT);
}

static void calls_of_the_vfs(void)
{
	int fd = open_iommu(), value = 0;

	CHECK(ioctl(fd, FIONCLEX) == 0 && fcntl(fd, F_GETFD) == 0);
	CHECK(ioctl(fd, FIOCLEX) == 0 && fcntl(fd, F_GETFD) == FD_CLOEXEC);
	value = 1;
	CHECK(ioctl(fd, FIONBIO, &value) == 0 && fcntl(fd, F_GETFL) & O_NONBLOCK);
	CHECK_ERRNO(ioctl(fd, FIOASYNC, &value), ENOTTY);
	value = 0;
	CHECK(ioctl(fd, FIOASYNC, &value) == 0);
	CHECK_ERRNO(ioctl(fd, FIOASYNC, NULL), EFAULT);
	CHECK(ioctl(fd, FIGETBSZ, &value) == 0 && value > 0);
	CHECK_ERRNO(ioctl(fd, FIGETBSZ, NULL), EFAULT);
}

static void arguments_by_value(void)
{
	int fd = open("/dev/vfio/vfio", O_RDWR);

	/* Whatever the daemon makes of them, the value is not taken for an address. */
	CHECK(ioctl(fd, VFIO_GET_API_VERSION) >= 0 || errno == ENOTTY);
	CHECK(ioctl(fd, VFIO_CHECK_EXTENSION, 1ul) >= 0 || errno == ENOTTY);
}

static void errno_is_kept(void)
{
	struct iommu_ioas_alloc call = { .size = sizeof(call) };
	int fd;

	errno = 123;
	fd = open("/dev/iommu", O_RDWR);
	CHECK(fd >= 0 && errno == 123);
	CHECK(ioctl(fd, IOMMU_IOAS_ALLOC, &call) == 0 && errno == 123);
	CHECK(dup2(fd, 20) == 20 && errno == 123);
	CHECK(close(20) == 0 && errno == 123);
	CHECK(close(fd) == 0 && errno == 123);
}

static int signal_fd;
static volatile sig_atomic_t signals_handled;

static void call_from_handler(int number)
{
	int saved = errno;
	struct iommu_ioas_alloc alloc = { .size = sizeof(alloc) };
	struct iommu_destroy destroy = { .size = sizeof(destroy) };

	(void)number;
	if (ioctl(signal_fd, IOMMU_IOAS_ALLOC, &alloc))
		_exit(3);
	destroy.id = alloc.out_ioas_id;
	if (ioctl(signal_fd, IOMMU_DESTROY, &destroy))
		_exit(4);
	signals_handled++;
	errno = saved;
}

static void calls_from_a_signal_handler(void)
{
	struct itimerval often = { { 0, 2000 }, { 0, 2000 } };
	struct iommu_option call = { .size = sizeof(call), .op = IOMMU_OPTION_OP_GET };

	signal_fd = open_iommu();
	signal(SIGALRM, call_from_handler);
	setitimer(ITIMER_REAL, &often, NULL);
	while (signals_handled < 50)
		CHECK(ioctl(signal_fd, IOMMU_OPTION, &call) == 0);
}

const struct scenario call_scenarios[] = {
	{ "every_way_to_open", "open, its variants and other spellings of the path each open a context",
	  every_way_to_open },
	{ "open_errors", "O_DIRECTORY is ENOTDIR, O_CREAT | O_EXCL EEXIST, and other paths are not ours", open_errors },
	{ "open_flags", "O_CLOEXEC, O_NONBLOCK and the access mode are those given to open", open_flags },
	{ "vfio_node", "/dev/vfio/vfio opens with RLIMIT_MODE 1, /dev/iommu with 0", vfio_node },
	{ "map_and_unmap", "structs and arrays go in and come out", map_and_unmap },
	{ "bad_pointers", "a struct that is not there is EFAULT, and one that ends at its page is taken",
	  bad_pointers },
	{ "read_only_outputs", "an output in read-only memory is EFAULT and takes no id", read_only_outputs },
	{ "bad_named_memory", "an array that is not there, or cannot be written, is EFAULT", bad_named_memory },
	{ "long_structs", "a tail of zeroes is taken up to 256 KiB; anything else in it is E2BIG", long_structs },
	{ "numbers_that_are_not_iommufd", "other ioctls are ENOTTY, a bad pointer first",
	  numbers_that_are_not_iommufd },
	{ "calls_of_the_vfs", "FIOCLEX, FIONCLEX, FIONBIO, FIOASYNC and FIGETBSZ answer as on a device",
	  calls_of_the_vfs },
	{ "arguments_by_value", "an argument by value is not taken for an address", arguments_by_value },
	{ "errno_is_kept", "calls that succeed leave errno alone", errno_is_kept },
	{ "calls_from_a_signal_handler", "a handler that interrupts a call can make calls",
	  calls_from_a_signal_handler },
	{ NULL, NULL, NULL },
};
