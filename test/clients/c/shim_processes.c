/* Scenarios: threads, forked and executed processes, and descriptors that are passed. */
#include <pthread.h>

#include "shim_program.h"

#define THREADS 8
#define MAPS_PER_THREAD 100

struct worker {
	pthread_t thread;
	int fd;
	uint32_t ioas;
	uint64_t iova;
	int errors;
};

static uint8_t shared_memory[PAGE];

static void *map_many(void *argument)
{
	struct worker *worker = argument;
	int i;

	for (i = 0; i < MAPS_PER_THREAD; i++)
		if (map_at(worker->fd, worker->ioas, shared_memory, 1, worker->iova + (uint64_t)i * PAGE))
			worker->errors++;
	return NULL;
}

static void threads(void)
{
	struct worker workers[THREADS];
	int fd = open_iommu(), i;
	uint32_t ioas = new_ioas(fd);

	for (i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .fd = fd, .ioas = ioas, .iova = 0x100000ul * (uint64_t)(i + 1) };
		CHECK(pthread_create(&workers[i].thread, NULL, map_many, &workers[i]) == 0);
	}
	for (i = 0; i < THREADS; i++) {
		CHECK(pthread_join(workers[i].thread, NULL) == 0);
		CHECK(workers[i].errors == 0);
	}
	CHECK(unmap_all(fd, ioas) == THREADS * MAPS_PER_THREAD * PAGE);
}

static void *open_and_close(void *argument)
{
	int i;

	(void)argument;
	for (i = 0; i < 20; i++) {
		int fd = open_iommu();

		CHECK(new_ioas(fd) == 1);
		CHECK(close(fd) == 0);
	}
	return NULL;
}

static void threads_that_open(void)
{
	pthread_t workers[THREADS];
	int i;

	for (i = 0; i < THREADS; i++)
		CHECK(pthread_create(&workers[i], NULL, open_and_close, NULL) == 0);
	for (i = 0; i < THREADS; i++)
		CHECK(pthread_join(workers[i], NULL) == 0);
}

static volatile bool stop_calling;

static void *keep_calling(void *argument)
{
	struct iommu_option call = { .size = sizeof(call), .op = IOMMU_OPTION_OP_GET };
	const int *fd = argument;

	while (!stop_calling)
		CHECK(ioctl(*fd, IOMMU_OPTION, &call) == 0);
	return NULL;
}

static void numbers_taken_during_calls(void)
{
	int fd = open_iommu(), null = open("/dev/null", O_RDWR), taken = 0, channel, i;
	pthread_t workers[2];

	new_ioas(fd);
	for (i = 0; i < 2; i++)
		CHECK(pthread_create(&workers[i], NULL, keep_calling, &fd) == 0);
	while (taken < 200) {
		channel = next_channel(PRIVATE_FD_FIRST);
		if (channel < 0)
			continue;
		/* Not one that another thread is opening at this moment: nobody could take that from it safely. */
		if (dup2(channel, 50) == 50) {
			CHECK(close(50) == 0);
			continue;
		}
		if (dup2(null, channel) < 0) {
			CHECK(errno == EBUSY);
			continue;
		}
		CHECK(close(channel) == 0);
		taken++;
	}
	stop_calling = true;
	for (i = 0; i < 2; i++)
		CHECK(pthread_join(workers[i], NULL) == 0);
}

static void forked_child(void)
{
	int fd = open_iommu();
	uint32_t ioas = new_ioas(fd);
	pid_t child = fork();

	if (!child) {
		CHECK(map_at(fd, ioas, shared_memory, 1, 0x10000) == 0);
		CHECK(new_ioas(fd) == 2);
		_exit(0);
	}
	expect_success(child);
	CHECK(map_at(fd, ioas, shared_memory, 1, 0x10000) == EEXIST);
	CHECK(unmap_all(fd, ioas) == PAGE);
}

static void child_is_the_caller(void)
{
	struct iommu_ioas_map_file call = {
		.size = sizeof(call),
		.flags = IOMMU_IOAS_MAP_READABLE,
		.fd = 60,
		.length = PAGE,
	};
	int fd = open_iommu();
	pid_t child;

	call.ioas_id = new_ioas(fd);
	child = fork();
	if (!child) {
		/* Only the child has this number open. */
		CHECK(dup2(open("/dev/null", O_RDONLY), 60) == 60);
		CHECK(ioctl(fd, IOMMU_IOAS_MAP_FILE, &call) == 0);
		_exit(0);
	}
	expect_success(child);
	CHECK_ERRNO(ioctl(fd, IOMMU_IOAS_MAP_FILE, &call), EBADF);
}

static ino_t inode_of(int fd)
{
	struct stat status;

	return fd >= 0 && fstat(fd, &status) == 0 ? status.st_ino : 0;
}

static void child_has_its_own_channel(void)
{
	int fd = open_iommu();
	ino_t parents;
	pid_t child;

	new_ioas(fd);
	parents = inode_of(next_channel(PRIVATE_FD_FIRST));
	CHECK(parents != 0);
	child = fork();
	if (!child) {
		int number, channels = 0;

		new_ioas(fd);
		for (number = next_channel(PRIVATE_FD_FIRST); number >= 0; number = next_channel(number + 1)) {
			CHECK(inode_of(number) != parents);
			channels++;
		}
		CHECK(channels == 1);
		_exit(0);
	}
	expect_success(child);
	CHECK(inode_of(next_channel(PRIVATE_FD_FIRST)) == parents);
}

static void child_keeps_it_open(void)
{
	int fd = open_iommu(), go[2];
	char token[64], byte;
	pid_t child;

	strcpy(token, iommufd_name(fd));
	new_ioas(fd);
	CHECK(pipe(go) == 0);
	child = fork();
	if (!child) {
		close(go[1]);
		CHECK(read(go[0], &byte, 1) == 0);
		CHECK(new_ioas(fd) == 2);
		CHECK(close(fd) == 0 && !still_open(token));
		_exit(0);
	}
	CHECK(close(fd) == 0 && still_open(token));
	close(go[1]);
	expect_success(child);
}

static void child_closes_everything(void)
{
	int fd = open_iommu();
	pid_t child;

	new_ioas(fd);
	child = fork();
	if (!child) {
		int number;

		for (number = 3; number < 4096; number++)
			close(number);
		fd = open_iommu();
		CHECK(fd == 3 && new_ioas(fd) == 1);
		_exit(0);
	}
	expect_success(child);
	CHECK(new_ioas(fd) == 2);
}

static void vforked_child(void)
{
	int fd = open_iommu(), channel;
	pid_t child;

	new_ioas(fd);
	channel = next_channel(PRIVATE_FD_FIRST);
	child = vfork();
	if (!child) {
		close(fd);
		_exit(0);
	}
	expect_success(child);
	CHECK(new_ioas(fd) == 2);
	CHECK(next_channel(PRIVATE_FD_FIRST) == channel);
}

static void generations(void)
{
	int fd = open_iommu(), depth;
	pid_t child;

	CHECK(new_ioas(fd) == 1);
	for (depth = 2; depth < 6; depth++) {
		child = fork();
		if (child) {
			expect_success(child);
			break;
		}
		CHECK(new_ioas(fd) == (uint32_t)depth);
	}
	if (depth > 2)
		_exit(0);
}

static void execute(int fd, int expected)
{
	char number[16];
	pid_t child = fork();
	int status;

	if (!child) {
		snprintf(number, sizeof(number), "%d", fd);
		execl("/proc/self/exe", "shim_program", "--inherited", number, (char *)NULL);
		_exit(9);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status));
	CHECK(WEXITSTATUS(status) == expected);
}

static void executed_program(void)
{
	int fd = open("/dev/iommu", O_RDWR);

	CHECK(new_ioas(fd) == 1);
	execute(fd, 0);
	CHECK(map_at(fd, 1, shared_memory, 1, 0x20000) == EEXIST);
}

static void exec_with_cloexec(void)
{
	int fd = open_iommu();
	char token[64];

	strcpy(token, iommufd_name(fd));
	CHECK(new_ioas(fd) == 1);
	/* The program complains that its descriptor is not open. */
	fclose(stderr);
	execute(fd, 1);
	CHECK(still_open(token));
	CHECK(close(fd) == 0 && !still_open(token));
}

static void exec_without_a_close(void)
{
	int fd = open_iommu();
	char token[64];
	pid_t child;

	strcpy(token, iommufd_name(fd));
	child = fork();
	if (!child) {
		new_ioas(fd);
		execl("/bin/true", "true", (char *)NULL);
		_exit(9);
	}
	expect_success(child);
	CHECK(still_open(token));
	CHECK(close(fd) == 0 && !still_open(token));
}

/* Sends `fd` with one byte. */
static void send_descriptor(int socket, int fd)
{
	char byte = 'f', control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec list = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &list,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	CHECK(sendmsg(socket, &message, 0) == 1);
}

static int receive_descriptor(int socket)
{
	char byte, control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec list = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &list,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	CHECK(recvmsg(socket, &message, 0) == 1 && CMSG_FIRSTHDR(&message));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	return fd;
}

static void passed_descriptor(void)
{
	char token[64];
	int pair[2], fd, status;
	pid_t child;

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	child = fork();
	if (!child) {
		close(pair[0]);
		fd = receive_descriptor(pair[1]);
		CHECK(new_ioas(fd) == 2);
		CHECK(map_at(fd, 1, shared_memory, 1, 0x10000) == EEXIST);
		strcpy(token, iommufd_name(fd));
		/* The sender closes its copy. */
		CHECK(read(pair[1], &status, 1) == 0);
		CHECK(new_ioas(fd) == 3 && close(fd) == 0 && !still_open(token));
		_exit(0);
	}
	close(pair[1]);
	fd = open_iommu();
	CHECK(new_ioas(fd) == 1 && map_at(fd, 1, shared_memory, 1, 0x10000) == 0);
	send_descriptor(pair[0], fd);
	strcpy(token, iommufd_name(fd));
	CHECK(close(fd) == 0 && still_open(token));
	close(pair[0]);
	expect_success(child);
}

const struct scenario process_scenarios[] = {
	{ "threads", "8 threads map at a time", threads },
	{ "threads_that_open", "8 threads open, call and close at a time", threads_that_open },
	{ "numbers_taken_during_calls", "dup2 onto channels' numbers disturbs no call of other threads",
	  numbers_taken_during_calls },
	{ "forked_child", "a forked child's calls act on its parent's context", forked_child },
	{ "child_is_the_caller", "the daemon sees the child's descriptors in a child's call", child_is_the_caller },
	{ "child_has_its_own_channel", "a forked child keeps no channel of its parent's, and one of its own",
	  child_has_its_own_channel },
	{ "child_keeps_it_open", "a context lives until its last process has closed it", child_keeps_it_open },
	{ "child_closes_everything", "a child that closes every number does not disturb its parent",
	  child_closes_everything },
	{ "vforked_child", "a vforked child's close leaves the parent's channels alone", vforked_child },
	{ "generations", "children of children of children call", generations },
	{ "executed_program", "an executed program uses the descriptor that it inherits", executed_program },
	{ "exec_with_cloexec", "with O_CLOEXEC an executed program does not get it", exec_with_cloexec },
	{ "exec_without_a_close", "a child that called and executes holds nothing open", exec_without_a_close },
	{ "passed_descriptor", "a descriptor passed by SCM_RIGHTS works and keeps the context open",
	  passed_descriptor },
	{ NULL, NULL, NULL },
};
