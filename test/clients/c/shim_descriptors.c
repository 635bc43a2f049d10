/* Scenarios: descriptors as numbers, the order of closes, and the channels that the program does not know about. */
#include <pthread.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "shim_program.h"

static void copies_share(void)
{
	int fd = open_iommu(), second = dup(fd), third = fcntl(fd, F_DUPFD_CLOEXEC, 30), name;
	char token[64];

	CHECK(second >= 0 && third >= 30 && fcntl(third, F_GETFD) == FD_CLOEXEC);
	strcpy(token, iommufd_name(fd));
	CHECK(new_ioas(fd) == 1 && new_ioas(second) == 2 && new_ioas(third) == 3);
	CHECK(dup2(fd, 40) == 40 && dup3(fd, 41, O_CLOEXEC) == 41 && fcntl(41, F_GETFD) == FD_CLOEXEC);
	CHECK(new_ioas(40) == 4 && new_ioas(41) == 5);
	for (name = 0; name < 2; name++)
		CHECK(close(40 + name) == 0);
	CHECK(close(fd) == 0 && close(third) == 0 && still_open(token));
	CHECK(new_ioas(second) == 6);
	CHECK(close(second) == 0 && !still_open(token));
	CHECK_ERRNO(close(second), EBADF);
}

static void close_waits_for_the_release(void)
{
	int round;

	for (round = 0; round < 200; round++) {
		int fd = open_iommu();
		struct iommufd_emu *guest = join(iommufd_name(fd));
		uint32_t id;

		new_ioas(fd);
		CHECK(iommufd_emu_ioas_alloc(guest, &id) == 0);
		CHECK(close(fd) == 0);
		/* On a connection that was there before, so that it could overtake the release. */
		CHECK(iommufd_emu_ioas_alloc(guest, &id) == -EBADF);
		iommufd_emu_close(guest);
	}
}

static void replacing_is_closing(void)
{
	int fd = open_iommu(), other = open("/dev/null", O_RDWR);
	char token[64];

	strcpy(token, iommufd_name(fd));
	new_ioas(fd);
	CHECK(dup2(fd, fd) == fd && still_open(token));
	CHECK_ERRNO(dup2(-1, fd), EBADF);
	CHECK(still_open(token));
	CHECK(dup2(other, fd) == fd && !still_open(token));
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, NULL), ENOTTY);
	fd = open_iommu();
	strcpy(token, iommufd_name(fd));
	CHECK(dup3(other, fd, 0) == fd && !still_open(token));
}

/* The shim has used each number before it becomes another one. */
static void numbers_that_change(void)
{
	int fd = open_iommu(), other = open_iommu();
	FILE *stream;
	char token[64];

	CHECK(new_ioas(fd) == 1 && new_ioas(fd) == 2 && new_ioas(other) == 1);
	CHECK(dup2(other, fd) == fd && new_ioas(fd) == 2 && new_ioas(other) == 3);
	CHECK(close(fd) == 0);
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, NULL), EBADF);
	CHECK(open("/dev/null", O_RDWR) == fd);
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_ALLOC, NULL), ENOTTY);
	CHECK(new_ioas(other) == 4 && close_range((unsigned int)other, (unsigned int)other, 0) == 0);
	CHECK(open_iommu() == other && new_ioas(other) == 1);

	stream = fdopen(other, "r+");
	CHECK(stream && freopen("/dev/null", "r+", stream) && fileno(stream) == other);
	CHECK_ERRNO(ioctl(other, IOMMU_IOAS_ALLOC, NULL), ENOTTY);
	CHECK(fclose(stream) == 0 && open_iommu() == other && new_ioas(other) == 1);
	stream = fdopen(other, "r+");
	CHECK(stream && fclose(stream) == 0 && open("/dev/null", O_RDWR) == other);
	CHECK_ERRNO(ioctl(other, IOMMU_IOAS_ALLOC, NULL), ENOTTY);
	CHECK(close(other) == 0 && open_iommu() == other && new_ioas(other) == 1);

	/* Behind the C library's back: the daemon knows. */
	strcpy(token, iommufd_name(other));
	CHECK(new_ioas(other) == 2 && syscall(SYS_close, other) == 0);
	while (still_open(token))
		usleep(1000);
	CHECK(open("/dev/null", O_RDWR) == other);
	CHECK_ERRNO(ioctl(other, IOMMU_IOAS_ALLOC, NULL), ENOTTY);
	CHECK(close(other) == 0 && open_iommu() == other && new_ioas(other) == 1);
	CHECK(syscall(SYS_close, other) == 0 && open_iommu() == other && new_ioas(other) == 1);
}

struct user {
	int fd;
	pthread_barrier_t turn;
};

static void *use_twice(void *argument)
{
	struct user *user = argument;

	CHECK(new_ioas(user->fd) == 1);
	pthread_barrier_wait(&user->turn);
	pthread_barrier_wait(&user->turn);
	CHECK(new_ioas(user->fd) == 2);
	return NULL;
}

static void numbers_that_other_threads_change(void)
{
	struct user user = { .fd = open_iommu() };
	int other = open_iommu();
	pthread_t thread;

	CHECK(new_ioas(other) == 1 && pthread_barrier_init(&user.turn, NULL, 2) == 0);
	CHECK(pthread_create(&thread, NULL, use_twice, &user) == 0);
	pthread_barrier_wait(&user.turn);
	CHECK(dup2(other, user.fd) == user.fd);
	pthread_barrier_wait(&user.turn);
	CHECK(pthread_join(thread, NULL) == 0 && new_ioas(other) == 3);
}

static void numbers_that_a_vforked_child_changes(void)
{
	int fd = open_iommu(), other = open_iommu();
	pid_t child;

	CHECK(new_ioas(fd) == 1 && new_ioas(other) == 1);
	child = vfork();
	if (!child) {
		if (dup2(other, fd) != fd || new_ioas(fd) != 2)
			_exit(1);
		_exit(0);
	}
	expect_success(child);
	CHECK(new_ioas(fd) == 2 && new_ioas(other) == 3);
}

static void numbering(void)
{
	int free_number = dup(0), fd, number;
	bool used[PRIVATE_FD_FIRST];

	CHECK(free_number >= 0 && close(free_number) == 0);
	for (number = 0; number < PRIVATE_FD_FIRST; number++)
		used[number] = fcntl(number, F_GETFD) >= 0;
	fd = open_iommu();
	CHECK(fd == free_number);
	new_ioas(fd);
	for (number = 0; number < PRIVATE_FD_FIRST; number++)
		CHECK((fcntl(number, F_GETFD) >= 0) == (used[number] || number == fd));
	CHECK(close(fd) == 0);
	CHECK(open_iommu() == fd);
}

static void channels_look_closed(void)
{
	int fd = open_iommu(), channel;

	new_ioas(fd);
	channel = next_channel(PRIVATE_FD_FIRST);
	CHECK(channel >= 0);
	CHECK_ERRNO(close(channel), EBADF);
	CHECK_ERRNO(dup2(channel, 50), EBADF);
	CHECK(new_ioas(fd) == 2);
}

static void closing_everything_by_number(void)
{
	int fd, number;

	new_ioas(open_iommu());
	for (number = 3; number < 4096; number++)
		close(number);
	fd = open_iommu();
	CHECK(fd == 3 && new_ioas(fd) == 1);
}

static void closing_everything_by_range(void)
{
	int fd = open_iommu();
	char token[64];

	strcpy(token, iommufd_name(fd));
	new_ioas(fd);
	CHECK(close_range(3, ~0u, 0) == 0);
	CHECK_ERRNO(fcntl(fd, F_GETFD), EBADF);
	CHECK(!still_open(token));
	fd = open_iommu();
	strcpy(token, iommufd_name(fd));
	CHECK(fd == 3 && new_ioas(fd) == 1);
	closefrom(3);
	CHECK(!still_open(token));
	/* A part that holds a channel in its middle. */
	fd = open_iommu();
	CHECK(new_ioas(fd) == 1);
	CHECK(close_range(PRIVATE_FD_FIRST, ~0u, 0) == 0);
	CHECK(new_ioas(fd) == 2);
	CHECK_ERRNO(close_range(9, 8, 0), EINVAL);
	CHECK(close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) == 0 && new_ioas(fd) == 3);
}

static void a_channel_gives_way(void)
{
	int fd = open_iommu(), ends[2], channel;
	char byte = 0;

	new_ioas(fd);
	channel = next_channel(PRIVATE_FD_FIRST);
	CHECK(pipe(ends) == 0);
	CHECK_ERRNO(dup2(-1, channel), EBADF);
	CHECK(new_ioas(fd) == 2);
	CHECK(dup2(ends[1], channel) == channel);
	CHECK(new_ioas(fd) == 3);
	CHECK(write(channel, "p", 1) == 1 && read(ends[0], &byte, 1) == 1 && byte == 'p');
	CHECK(close(channel) == 0);
	CHECK(new_ioas(fd) == 4);
}

static void a_channel_that_was_taken_away(void)
{
	int fd = open_iommu(), ends[2], channel;
	char byte = 0;

	new_ioas(fd);
	channel = next_channel(PRIVATE_FD_FIRST);
	CHECK(pipe(ends) == 0);
	/* Past the shim: by system call. */
	CHECK(syscall(SYS_dup3, ends[1], channel, 0) == channel);
	CHECK(new_ioas(fd) == 2);
	CHECK(syscall(SYS_write, channel, "p", 1) == 1 && read(ends[0], &byte, 1) == 1 && byte == 'p');
	CHECK(close(fd) == 0);
}

static void more_contexts_than_channels(void)
{
	int fds[100], i, round;

	for (i = 0; i < 100; i++)
		fds[i] = open_iommu();
	for (round = 1; round <= 2; round++)
		for (i = 0; i < 100; i++)
			CHECK(new_ioas(fds[i]) == (uint32_t)round);
	for (i = 0; i < 100; i++)
		CHECK(close(fds[i]) == 0);
}

static void few_descriptors(void)
{
	struct rlimit limit = { 16, 16 };
	int fds[32], count = 0, fd;

	CHECK(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	fd = open_iommu();
	CHECK(new_ioas(fd) == 1);
	while (count < 32 && (fds[count] = open("/dev/null", O_RDONLY)) >= 0)
		count++;
	CHECK(errno == EMFILE);
	/* The channel is there already. */
	CHECK(new_ioas(fd) == 2);
	CHECK_ERRNO(open("/dev/iommu", O_RDWR), EMFILE);
	while (count)
		CHECK(close(fds[--count]) == 0);
	CHECK(close(fd) == 0);
}

const struct scenario descriptor_scenarios[] = {
	{ "copies_share", "dup, dup2, dup3 and F_DUPFD share the context, and the last close releases it",
	  copies_share },
	{ "close_waits_for_the_release", "close returns when the release is done", close_waits_for_the_release },
	{ "replacing_is_closing", "dup2 and dup3 onto an iommufd close it, unless they fail", replacing_is_closing },
	{ "numbers_that_change", "an ioctl is one on what a number stands for now", numbers_that_change },
	{ "numbers_that_other_threads_change", "also when another thread has changed that",
	  numbers_that_other_threads_change },
	{ "numbers_that_a_vforked_child_changes", "and not when a vforked child has, which has numbers of its own",
	  numbers_that_a_vforked_child_changes },
	{ "numbering", "open takes the lowest number and calls take none of the low ones", numbering },
	{ "channels_look_closed", "the shim's own descriptors are EBADF to close and dup2", channels_look_closed },
	{ "closing_everything_by_number", "a loop that closes every number disturbs nothing",
	  closing_everything_by_number },
	{ "closing_everything_by_range", "close_range and closefrom close iommufds only", closing_everything_by_range },
	{ "a_channel_gives_way", "dup2 onto a channel's number moves the channel", a_channel_gives_way },
	{ "a_channel_that_was_taken_away", "a number taken by system call is left alone",
	  a_channel_that_was_taken_away },
	{ "more_contexts_than_channels", "100 contexts in turn", more_contexts_than_channels },
	{ "few_descriptors", "with 16 descriptors it works, and running out is EMFILE at open", few_descriptors },
	{ NULL, NULL, NULL },
};
