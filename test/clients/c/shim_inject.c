/* Scenarios: fault injection, by fail-nth of a task and by failslab's knob. */
#include <pthread.h>

#include "shim_program.h"

#define FAIL_NTH "/proc/thread-self/fail-nth"
#define KNOB "/sys/kernel/debug/failslab/ignore-gfp-wait"

static int open_file(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	CHECK(fd >= 0);
	return fd;
}

static void set(int fd, const char *text)
{
	CHECK(pwrite(fd, text, strlen(text), 0) == (ssize_t)strlen(text));
}

static void expect(int fd, const char *text)
{
	char buffer[16] = { 0 };

	CHECK(pread(fd, buffer, sizeof(buffer) - 1, 0) == (ssize_t)strlen(text));
	CHECK(!strcmp(buffer, text));
}

static void fail_ordinary(void)
{
	int knob = open_file(KNOB);

	CHECK(write(knob, "N", 1) == 1);
	close(knob);
}

/* IOMMU_IOAS_ALLOC: 0, or the errno. */
static int alloc(int fd)
{
	struct iommu_ioas_alloc call = { .size = sizeof(call) };

	return ioctl(fd, IOMMU_IOAS_ALLOC, &call) ? errno : 0;
}

static void nth_step_fails(void)
{
	int fd = open_iommu(), nth = open_file(FAIL_NTH), n, error;
	char text[16];

	fail_ordinary();
	for (n = 1;; n++) {
		snprintf(text, sizeof(text), "%d", n);
		set(nth, text);
		error = alloc(fd);
		if (!error)
			break;
		CHECK(error == ENOMEM || error == EFAULT);
		/* That was all: the next one works. */
		expect(nth, "0\n");
		CHECK(alloc(fd) == 0);
	}
	/* Reading the struct, the object and writing the struct at least. */
	CHECK(n > 3);
	expect(nth, "1\n");
	/* The count goes on from call to call. */
	CHECK(alloc(fd) != 0);
	expect(nth, "0\n");
}

static void count_is_a_number(void)
{
	int nth = open_file(FAIL_NTH);
	char buffer[8];

	expect(nth, "0\n");
	set(nth, "12\n");
	expect(nth, "12\n");
	set(nth, "0x10");
	expect(nth, "16\n");
	set(nth, "3");
	/* To its end and no further, as cat does. */
	CHECK(read(nth, buffer, sizeof(buffer)) == 2 && read(nth, buffer, sizeof(buffer)) == 0);
	CHECK_ERRNO(write(nth, "", 0), EINVAL);
	CHECK_ERRNO(write(nth, "-1", 2), EINVAL);
	CHECK_ERRNO(write(nth, "1 ", 2), EINVAL);
	CHECK_ERRNO(write(nth, "1\n\n", 3), EINVAL);
	CHECK_ERRNO(write(nth, "4294967296", 10), ERANGE);
	CHECK_ERRNO(write(nth, (const void *)(uintptr_t)PAGE, 1), EFAULT);
	expect(nth, "3\n");
	set(nth, "0");
}

static void *alloc_in_thread(void *fd)
{
	return (void *)(uintptr_t)alloc(*(int *)fd);
}

static void task_has_its_own(void)
{
	int fd = open_iommu(), nth = open_file(FAIL_NTH);
	pthread_t thread;
	void *error;
	pid_t child;

	fail_ordinary();
	set(nth, "1");
	CHECK(pthread_create(&thread, NULL, alloc_in_thread, &fd) == 0);
	CHECK(pthread_join(thread, &error) == 0 && !error);
	child = fork();
	if (!child)
		_exit(alloc(fd));
	expect_success(child);
	expect(nth, "1\n");
	CHECK(alloc(fd) != 0);
	expect(nth, "0\n");
}

static void ordinary_steps_count(void)
{
	int fd = open_iommu(), nth = open_file(FAIL_NTH), knob = open_file(KNOB);
	int debugfs = open("/sys/kernel/debug", O_RDONLY | O_DIRECTORY);

	expect(knob, "Y\n");
	set(nth, "1");
	/* It looks nothing up: no step of iommufd's own is in it. */
	CHECK(alloc(fd) == 0);
	expect(nth, "1\n");
	CHECK(write(knob, "N\n", 2) == 2);
	expect(knob, "N\n");
	CHECK(alloc(fd) == EFAULT);
	CHECK_ERRNO(write(knob, "maybe", 5), EINVAL);
	CHECK(debugfs < 0 || openat(debugfs, "failslab/ignore-gfp-wait", O_RDONLY) >= 0);
}

const struct scenario inject_scenarios[] = {
	{ "nth_step_fails", "the nth fallible step fails, then none", nth_step_fails },
	{ "count_is_a_number", "fail-nth takes a number and nothing else", count_is_a_number },
	{ "task_has_its_own", "a thread and a forked child have a count of their own", task_has_its_own },
	{ "ordinary_steps_count", "ignore-gfp-wait N makes allocations and copies fail", ordinary_steps_count },
	{ NULL, NULL, NULL },
};
