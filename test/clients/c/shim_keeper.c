/* Scenarios: private memory of a process that is gone, of which pages are pinned, and the task that keeps it. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>

#include "shim_program.h"

#define IOVA 0x1000000ul
#define PAGES 4ul
#define READ 0
#define KEEPER "iommufd-keeper"

/* Keepers are gone or there within this time. */
#define TRIES 500
#define TRY_US 10000

/* Of the process under test: an IOAS with a mock domain, in which everything that is mapped is pinned, and an access. */
struct machine {
	int fd, access;
	uint32_t ioas, device;
};

static struct iommu_test_cmd test_call(uint32_t operation, uint32_t id)
{
	struct iommu_test_cmd call = { .size = sizeof(call), .op = operation, .id = id };

	return call;
}

/* Attaches another mock device to the IOAS: its id, or 0 with errno. */
static uint32_t attach_device(const struct machine *machine)
{
	struct iommu_test_cmd call = test_call(IOMMU_TEST_OP_MOCK_DOMAIN, machine->ioas);

	return ioctl(machine->fd, IOMMU_TEST_CMD, &call) ? 0 : call.mock_domain.out_stdev_id;
}

/* ACCESS_RW: 0, or the errno. */
static int transfer(const struct machine *machine, uint64_t iova, void *data, size_t length, uint32_t flags)
{
	struct iommu_test_cmd call = test_call(IOMMU_TEST_OP_ACCESS_RW, (uint32_t)machine->access);

	call.access_rw.iova = iova;
	call.access_rw.length = length;
	call.access_rw.uptr = (uintptr_t)data;
	call.access_rw.flags = flags;
	return ioctl(machine->fd, IOMMU_TEST_CMD, &call) ? errno : 0;
}

static uint8_t pattern(size_t at, int seed)
{
	return (uint8_t)(at * 31 + (at >> 8) * 7 + (size_t)seed);
}

/* Maps PAGES pages of the caller's own memory with a pattern in them. */
static uint8_t *map_pattern(const struct machine *machine, int seed)
{
	struct iommu_ioas_map call = {
		.size = sizeof(call),
		.flags = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE,
		.ioas_id = machine->ioas,
		.length = PAGES * PAGE,
		.iova = IOVA,
	};
	uint8_t *memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	size_t i;

	CHECK(memory != MAP_FAILED);
	for (i = 0; i < PAGES * PAGE; i++)
		memory[i] = pattern(i, seed);
	call.user_va = (uintptr_t)memory;
	CHECK(ioctl(machine->fd, IOMMU_IOAS_MAP, &call) == 0);
	return memory;
}

/* What is pinned has the pattern, over the border of a page and in one, and takes new bytes. */
static void check_pinned(const struct machine *machine, int seed)
{
	uint8_t data[PAGES * PAGE], byte;
	size_t i;

	CHECK(transfer(machine, IOVA, data, sizeof(data), READ) == 0);
	for (i = 0; i < sizeof(data); i++)
		CHECK(data[i] == pattern(i, seed));
	CHECK(transfer(machine, IOVA + PAGE - 2, data, 4, MOCK_ACCESS_RW_WRITE) == 0);
	CHECK(transfer(machine, IOVA + PAGE, &byte, 1, READ) == 0 && byte == pattern(2, seed));
	for (i = 0; i < 4; i++)
		data[i] = pattern(PAGE - 2 + i, seed);
	CHECK(transfer(machine, IOVA + PAGE - 2, data, 4, MOCK_ACCESS_RW_WRITE) == 0);
}

/* Reads a file of /proc/PID; the bytes, a zero behind them. */
static size_t read_process(const char *pid, const char *name, char *into, size_t capacity)
{
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	got = fd < 0 ? -1 : read(fd, into, capacity - 1);
	if (fd >= 0)
		close(fd);
	into[got < 0 ? 0 : got] = 0;
	return got < 0 ? 0 : (size_t)got;
}

/* Whether the process has the same daemon: its environment names its socket. */
static bool same_daemon(const char *pid)
{
	static char environment[65536];
	size_t length = read_process(pid, "environ", environment, sizeof(environment)), at;

	for (at = 0; at < length; at += strlen(environment + at) + 1)
		if (!strncmp(environment + at, "IOMMUFD_EMU_SOCKET=", 19))
			return !strcmp(environment + at + 19, getenv("IOMMUFD_EMU_SOCKET"));
	return false;
}

/* How many keepers of this daemon's clients there are that have not ended; `*last` is one of them. */
static int count_keepers(pid_t *last)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	char comm[32];
	int count = 0;

	CHECK(processes);
	while ((entry = readdir(processes))) {
		if (*entry->d_name < '1' || *entry->d_name > '9')
			continue;
		read_process(entry->d_name, "comm", comm, sizeof(comm));
		/* One that has ended has no environment. */
		if (strcmp(comm, KEEPER "\n") || !same_daemon(entry->d_name))
			continue;
		count++;
		if (last)
			*last = (pid_t)atoi(entry->d_name);
	}
	closedir(processes);
	return count;
}

static bool keepers_become(int count)
{
	int tries;

	for (tries = 0; tries < TRIES && count_keepers(NULL) != count; tries++)
		usleep(TRY_US);
	return count_keepers(NULL) == count;
}

static struct machine new_machine(bool pins)
{
	struct machine machine = { .fd = open_iommu() };
	struct iommu_test_cmd call;

	/* Of an earlier program that has just ended. */
	CHECK(keepers_become(0));
	machine.ioas = new_ioas(machine.fd);
	if (pins)
		CHECK((machine.device = attach_device(&machine)) != 0);
	call = test_call(IOMMU_TEST_OP_CREATE_ACCESS, machine.ioas);
	CHECK(ioctl(machine.fd, IOMMU_TEST_CMD, &call) == 0);
	machine.access = call.create_access.out_access_fd;
	return machine;
}

/* A child that maps its own memory, says so, and then does what `finish` does. */
static pid_t start_mapper(const struct machine *machine, int seed, void (*finish)(const struct machine *machine))
{
	int pipes[2];
	pid_t child;
	char byte;

	CHECK(pipe(pipes) == 0);
	child = fork();
	if (!child) {
		map_pattern(machine, seed);
		CHECK(write(pipes[1], "", 1) == 1);
		close(pipes[0]);
		close(pipes[1]);
		finish(machine);
		_exit(0);
	}
	close(pipes[1]);
	CHECK(child > 0 && read(pipes[0], &byte, 1) == 1);
	/* Nobody has the other end once the child is gone, or has executed what does not inherit it. */
	close(pipes[0]);
	return child;
}

static void end_at_once(const struct machine *machine)
{
	(void)machine;
}

static void wait_for_signal(const struct machine *machine)
{
	(void)machine;
	for (;;)
		pause();
}

static void crash(const struct machine *machine)
{
	(void)machine;
	abort();
}

static void execute(const struct machine *machine)
{
	(void)machine;
	execl("/bin/sleep", "sleep", "1000", (char *)NULL);
}

static void kept_after_exit(void)
{
	struct machine machine = new_machine(true);

	expect_success(start_mapper(&machine, 1, end_at_once));
	check_pinned(&machine, 1);
	CHECK(count_keepers(NULL) == 1);
	/* As on Linux, other domains get the pages that are pinned. */
	CHECK(attach_device(&machine) != 0);
	check_pinned(&machine, 1);
	CHECK(unmap_all(machine.fd, machine.ioas) == PAGES * PAGE);
	CHECK(keepers_become(0));
}

static void kept_for_a_device(void)
{
	struct iommufd_emu_endpoint *endpoint;
	struct machine machine = new_machine(false);
	struct iommufd_emu *context = join(iommufd_name(machine.fd));
	struct iommufd_emu_dma dma;
	uint8_t data[PAGES * PAGE];
	uint32_t device;
	size_t i;

	CHECK(context);
	CHECK(iommufd_emu_endpoint_open(NULL, "dma0", &endpoint) == 0);
	CHECK(iommufd_emu_endpoint_bind(endpoint, context, &device) == 0);
	CHECK(iommufd_emu_endpoint_attach(endpoint, machine.ioas, NULL) == 0);
	expect_success(start_mapper(&machine, 20, end_at_once));
	CHECK(iommufd_emu_dma_read(endpoint, IOVA, data, sizeof(data), &dma) == 0);
	for (i = 0; i < sizeof(data); i++)
		CHECK(data[i] == pattern(i, 20));
	CHECK(iommufd_emu_dma_write(endpoint, IOVA + 5, "device", 6, &dma) == 0);
	CHECK(transfer(&machine, IOVA + 5, data, 6, READ) == 0 && !memcmp(data, "device", 6));
	CHECK(iommufd_emu_endpoint_detach(endpoint) == 0);
	CHECK(keepers_become(0));
	CHECK(transfer(&machine, IOVA + 5, data, 6, READ) == EFAULT);
	CHECK(iommufd_emu_endpoint_close(endpoint) >= 0);
	CHECK(iommufd_emu_close(context) >= 0);
}

static void kept_after_a_signal(void)
{
	static const int signals[] = { SIGKILL, SIGTERM, SIGHUP };
	struct machine machine = new_machine(true);
	size_t i;
	int status;

	for (i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		pid_t child = start_mapper(&machine, 2, wait_for_signal);

		CHECK(kill(child, signals[i]) == 0);
		CHECK(waitpid(child, &status, 0) == child && WTERMSIG(status) == signals[i]);
		check_pinned(&machine, 2);
		CHECK(unmap_all(machine.fd, machine.ioas) == PAGES * PAGE);
		CHECK(keepers_become(0));
	}
}

static void kept_after_a_crash(void)
{
	struct machine machine = new_machine(true);
	int status;
	pid_t child;

	CHECK(chdir("/tmp") == 0);
	child = start_mapper(&machine, 3, crash);
	CHECK(waitpid(child, &status, 0) == child && WTERMSIG(status) == SIGABRT);
	check_pinned(&machine, 3);
	CHECK(unmap_all(machine.fd, machine.ioas) == PAGES * PAGE);
	CHECK(keepers_become(0));
}

static void kept_after_exec(void)
{
	struct machine machine = new_machine(true);
	pid_t child = start_mapper(&machine, 4, execute);
	char comm[32], pid[16];
	int tries;

	snprintf(pid, sizeof(pid), "%d", child);
	for (tries = 0; tries < TRIES; tries++) {
		read_process(pid, "comm", comm, sizeof(comm));
		if (!strcmp(comm, "sleep\n"))
			break;
		usleep(TRY_US);
	}
	CHECK(tries < TRIES);
	check_pinned(&machine, 4);
	CHECK(unmap_all(machine.fd, machine.ioas) == PAGES * PAGE);
	/* The process lives on, with other memory. */
	CHECK(keepers_become(0));
	CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
}

static void not_pinned_is_not_kept(void)
{
	struct machine machine = new_machine(false);
	uint8_t data[2 * PAGE];
	pid_t child;

	expect_success(start_mapper(&machine, 5, end_at_once));
	CHECK(transfer(&machine, IOVA, data, 1, READ) == EFAULT);
	CHECK(transfer(&machine, IOVA, data, sizeof(data), READ) == EFAULT);
	CHECK(attach_device(&machine) == 0 && errno == EFAULT);
	CHECK(keepers_become(0));
	CHECK(unmap_all(machine.fd, machine.ioas) == PAGES * PAGE);

	/* While it lives they can be pinned, and the first end of the process leaves the others' memory alone. */
	child = start_mapper(&machine, 6, wait_for_signal);
	CHECK(attach_device(&machine) != 0);
	CHECK(kill(child, SIGKILL) == 0 && waitpid(child, NULL, 0) == child);
	check_pinned(&machine, 6);
	CHECK(unmap_all(machine.fd, machine.ioas) == PAGES * PAGE);
	CHECK(keepers_become(0));
}

static void kept_until_the_last_close(void)
{
	struct machine machine = new_machine(true);

	expect_success(start_mapper(&machine, 7, end_at_once));
	CHECK(close(machine.access) == 0);
	CHECK(count_keepers(NULL) == 1);
	CHECK(close(machine.fd) == 0);
	CHECK(keepers_become(0));
}

/* The number of entries of /proc/PID/fd that can be seen. */
static int count_descriptors(pid_t pid)
{
	struct dirent *entry;
	char path[64];
	DIR *directory;
	int count = 0;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	directory = opendir(path);
	CHECK(directory);
	while ((entry = readdir(directory)))
		count += *entry->d_name != '.';
	closedir(directory);
	return count;
}

static void keeper_is_not_noticed(void)
{
	struct machine machine = new_machine(true);
	char path[64], target[256], pid[16], state[4096];
	int pipes[2], status;
	pid_t keeper = 0;
	ssize_t length;
	char byte;

	CHECK(pipe(pipes) == 0);
	map_pattern(&machine, 8);
	CHECK(count_keepers(&keeper) == 1);
	/* No child to wait for. */
	CHECK_ERRNO(waitpid(-1, &status, 0), ECHILD);
	CHECK_ERRNO(waitpid(-1, &status, WNOHANG), ECHILD);
	/* Nothing of the program is open in it, from the moment when the call returns. */
	CHECK(close(pipes[1]) == 0);
	CHECK(read(pipes[0], &byte, 1) == 0);
	CHECK(count_descriptors(keeper) == 2);
	/* Neither its session nor its directory. */
	CHECK(getsid(keeper) == keeper && getpgid(keeper) == keeper);
	snprintf(path, sizeof(path), "/proc/%d/cwd", keeper);
	length = readlink(path, target, sizeof(target));
	CHECK(length == 1 && target[0] == '/');
	/* Nor a right that the program may give up: it can do nothing any more. */
	snprintf(pid, sizeof(pid), "%d", keeper);
	read_process(pid, "status", state, sizeof(state));
	CHECK(strstr(state, "NoNewPrivs:\t1\n") && strstr(state, "Seccomp:\t2\n"));
	/* Signals other than those that nobody can block do not reach it. */
	CHECK(kill(keeper, SIGTERM) == 0 && kill(keeper, SIGINT) == 0 && kill(keeper, SIGHUP) == 0);
	usleep(TRY_US);
	CHECK(count_keepers(NULL) == 1);
	/* Without it everything works as before. */
	CHECK(kill(keeper, SIGKILL) == 0);
	CHECK(keepers_become(0));
	check_pinned(&machine, 8);
	CHECK(unmap_all(machine.fd, machine.ioas) == PAGES * PAGE);
	map_pattern(&machine, 9);
	CHECK(keepers_become(1));
	/* The one that ended has been waited for. */
	CHECK_ERRNO(waitpid(keeper, &status, __WALL | WNOHANG), ECHILD);
	check_pinned(&machine, 9);
}

static void *map_in_a_thread(void *argument)
{
	const struct machine *machine = argument;
	static _Alignas(4096) uint8_t memory[PAGE];
	static _Atomic uint64_t next = IOVA + (1ul << 30);
	int i;

	for (i = 0; i < 50; i++)
		CHECK(map_at(machine->fd, machine->ioas, memory, 1, next += PAGE) == 0);
	return NULL;
}

static void end_after_threads(const struct machine *machine)
{
	(void)machine;
	CHECK(count_keepers(NULL) == 1);
}

static void one_keeper_for_all_threads(void)
{
	struct machine machine = new_machine(true);
	pthread_t threads[8];
	pid_t child;
	size_t i;

	child = fork();
	if (!child) {
		for (i = 0; i < 8; i++)
			CHECK(pthread_create(&threads[i], NULL, map_in_a_thread, &machine) == 0);
		for (i = 0; i < 8; i++)
			CHECK(pthread_join(threads[i], NULL) == 0);
		/* The thread that made the keeper is gone, and what was its own. */
		map_pattern(&machine, 10);
		end_after_threads(&machine);
		_exit(0);
	}
	expect_success(child);
	check_pinned(&machine, 10);
	CHECK(close(machine.access) == 0 && close(machine.fd) == 0);
	CHECK(keepers_become(0));
}

static void *outlive_the_first_thread(void *argument)
{
	const struct machine *machine = argument;
	static _Alignas(PAGE) uint8_t memory[PAGE];
	char pid[16], status[256];
	int tries;

	snprintf(pid, sizeof(pid), "%d", getpid());
	for (tries = 0; tries < TRIES; tries++) {
		read_process(pid, "status", status, sizeof(status));
		if (strstr(status, "State:\tZ"))
			break;
		usleep(TRY_US);
	}
	CHECK(tries < TRIES);
	/* The process goes on, and so its memory can be pinned. */
	CHECK(map_at(machine->fd, machine->ioas, memory, 1, IOVA + (1ul << 30)) == 0);
	CHECK(count_keepers(NULL) == 1);
	exit(0);
}

static void first_thread_may_end(void)
{
	struct machine machine = new_machine(true);
	pthread_t thread;
	pid_t child = fork();

	if (!child) {
		map_pattern(&machine, 15);
		CHECK(pthread_create(&thread, NULL, outlive_the_first_thread, &machine) == 0);
		pthread_exit(NULL);
	}
	expect_success(child);
	check_pinned(&machine, 15);
	CHECK(unmap_all(machine.fd, machine.ioas) == (PAGES + 1) * PAGE);
	CHECK(keepers_become(0));
}

static void each_process_has_its_own(void)
{
	struct machine machine = new_machine(false);
	pid_t children[2];

	map_pattern(&machine, 11);
	CHECK(count_keepers(NULL) == 1);
	CHECK(unmap_all(machine.fd, machine.ioas) == PAGES * PAGE);
	children[0] = start_mapper(&machine, 12, wait_for_signal);
	CHECK(count_keepers(NULL) == 2);
	/* A child that calls nothing holds copies of what its parent has, and does not hold up its end. */
	children[1] = fork();
	if (!children[1])
		wait_for_signal(&machine);
	CHECK(kill(children[0], SIGKILL) == 0 && waitpid(children[0], NULL, 0) == children[0]);
	CHECK(keepers_become(1));
	CHECK(kill(children[1], SIGKILL) == 0 && waitpid(children[1], NULL, 0) == children[1]);
	CHECK(count_keepers(NULL) == 1);
}

static int lifeline[2];

/* Leaves a child that lives on, with copies of the process's descriptors, until the scenario has ended. */
static void leave_a_child(const struct machine *machine)
{
	pid_t child = fork();
	char byte;

	(void)machine;
	CHECK(child >= 0);
	if (child)
		return;
	CHECK(close(lifeline[1]) == 0);
	CHECK(read(lifeline[0], &byte, 1) == 0);
}

static void children_do_not_hold_it(void)
{
	struct machine machine = new_machine(false);

	CHECK(pipe(lifeline) == 0);
	expect_success(start_mapper(&machine, 13, leave_a_child));
	CHECK(keepers_become(0));
}

static void refused_keeper(void)
{
	struct machine machine = new_machine(true);
	uint8_t byte;

	CHECK(setenv("IOMMUFD_EMU_NO_KEEPER", "1", 1) == 0);
	expect_success(start_mapper(&machine, 14, end_at_once));
	CHECK(count_keepers(NULL) == 0);
	CHECK(transfer(&machine, IOVA, &byte, 1, READ) == EFAULT);
	CHECK(unmap_all(machine.fd, machine.ioas) == PAGES * PAGE);
}

const struct scenario keeper_scenarios[] = {
	{ "kept_after_exit", "pinned private memory of a process that has exited is read, written and attached", kept_after_exit },
	{ "kept_for_a_device", "a device reads and writes it until it is detached", kept_for_a_device },
	{ "kept_after_a_signal", "so is that of a process that was killed", kept_after_a_signal },
	{ "kept_after_a_crash", "and that of one that crashed", kept_after_a_crash },
	{ "kept_after_exec", "and what was pinned before the process executed another program", kept_after_exec },
	{ "not_pinned_is_not_kept", "what is not pinned when its process ends is EFAULT", not_pinned_is_not_kept },
	{ "kept_until_the_last_close", "the last close of the context ends it", kept_until_the_last_close },
	{ "keeper_is_not_noticed", "it is no child to wait for and has nothing of the program open", keeper_is_not_noticed },
	{ "one_keeper_for_all_threads", "threads share one, and the one that made it may end", one_keeper_for_all_threads },
	{ "first_thread_may_end", "a process is there as long as one of its threads is", first_thread_may_end },
	{ "each_process_has_its_own", "a forked child has other memory, and another keeper", each_process_has_its_own },
	{ "children_do_not_hold_it", "children of a process that is gone do not hold its memory", children_do_not_hold_it },
	{ "refused_keeper", "with IOMMUFD_EMU_NO_KEEPER=1 it is EFAULT", refused_keeper },
	{ NULL, NULL, NULL },
};
