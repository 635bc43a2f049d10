/*
 * Running the tests. Each run is a child process in a process group of its own, with a limit of time; whatever it
 * leaves behind is killed and waited for before the next one starts, so that no test finds a device in use by an
 * earlier one.
 */
#include "harness.h"

#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "device.h"

/* For a test that says nothing else. */
#define SECONDS_MAX 20

/* Above what the tests use, and where EBADF is tested. */
#define REPORT_FD 480

#define REPORT_BYTES_MAX 4000

enum status {
	STATUS_FAILED = 1,
	STATUS_SKIPPED = 4,
};

const struct run_options *running;

static struct test *tests;

void register_test(struct test *test)
{
	struct test **place = &tests;

	/* By file and line, whatever order the files were linked in. */
	while (*place) {
		int files = strcmp((*place)->file, test->file);

		if (files > 0 || (files == 0 && (*place)->line > test->line))
			break;
		place = &(*place)->next;
	}
	test->next = *place;
	*place = test;
}

void allow_seconds(unsigned seconds)
{
	alarm(seconds);
}

static void report(const char *format, va_list arguments)
{
	char text[REPORT_BYTES_MAX];
	int length = vsnprintf(text, sizeof(text), format, arguments);

	if (length < 0)
		return;
	if ((size_t)length >= sizeof(text))
		length = sizeof(text) - 1;
	if (write(REPORT_FD, text, (size_t)length) != length)
		_exit(STATUS_FAILED);
}

static __attribute__((format(printf, 1, 2))) void report_text(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(format, arguments);
	va_end(arguments);
}

_Noreturn void fail_test(const char *file, int line, const char *format, ...)
{
	const char *base = strrchr(file, '/');
	va_list arguments;

	report_text("%s:%d: ", base ? base + 1 : file, line);
	va_start(arguments, format);
	report(format, arguments);
	va_end(arguments);
	report_text("\n");
	_exit(STATUS_FAILED);
}

_Noreturn void skip_test(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	report(format, arguments);
	va_end(arguments);
	_exit(STATUS_SKIPPED);
}

const char *errno_name(int number)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ 0, "0" },
		{ EPERM, "EPERM" },
		{ ENOENT, "ENOENT" },
		{ EIO, "EIO" },
		{ E2BIG, "E2BIG" },
		{ EBADF, "EBADF" },
		{ EAGAIN, "EAGAIN" },
		{ ENOMEM, "ENOMEM" },
		{ EACCES, "EACCES" },
		{ EFAULT, "EFAULT" },
		{ EBUSY, "EBUSY" },
		{ EEXIST, "EEXIST" },
		{ ENODEV, "ENODEV" },
		{ EINVAL, "EINVAL" },
		{ ENOTTY, "ENOTTY" },
		{ ENOSPC, "ENOSPC" },
		{ ESPIPE, "ESPIPE" },
		{ ERANGE, "ERANGE" },
		{ ENXIO, "ENXIO" },
		{ EBADFD, "EBADFD" },
		{ EMSGSIZE, "EMSGSIZE" },
		{ EOVERFLOW, "EOVERFLOW" },
		{ EOPNOTSUPP, "EOPNOTSUPP" },
		{ EADDRINUSE, "EADDRINUSE" },
	};
	static char other[24];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == number)
			return names[i].name;
	snprintf(other, sizeof(other), "errno %d", number);
	return other;
}

void check_ok(const char *file, int line, const char *text, long result)
{
	if (result == -1)
		fail_test(file, line, "%s: 0 expected, fails with %s", text, errno_name(errno));
	if (result != 0)
		fail_test(file, line, "%s: 0 expected, returns %ld", text, result);
}

void check_errno(const char *file, int line, const char *text, long result, int expected)
{
	if (result != -1)
		fail_test(file, line, "%s: %s expected, returns %ld", text, errno_name(expected), result);
	if (errno == expected)
		return;
	/* The name of a number without one is in a buffer of its own. */
	report_text("(%s expected) ", errno_name(expected));
	fail_test(file, line, "%s: fails with %s", text, errno_name(errno));
}

void check_equal(const char *file, int line, const char *text, uint64_t got, uint64_t wanted)
{
	if (got != wanted)
		fail_test(file, line, "%s: 0x%llx expected, is 0x%llx (%s)", text, (unsigned long long)wanted,
			  (unsigned long long)got, errno_name(errno));
}

int check_fd(const char *file, int line, const char *text, int fd)
{
	if (fd < 0)
		fail_test(file, line, "%s: a descriptor expected, fails with %s", text, errno_name(errno));
	return fd;
}

void expect_child(pid_t child)
{
	int status;

	EXPECT(child > 0);
	EXPECT(waitpid(child, &status, 0) == child);
	if (WIFSIGNALED(status))
		FAIL("a child was ended by signal %d", WTERMSIG(status));
	/* It has said why. */
	if (WEXITSTATUS(status) != 0)
		_exit(WEXITSTATUS(status));
}

static _Noreturn void run_in_child(const struct test *test, const struct subject *subject, const int pipe_ends[2])
{
	if (setpgid(0, 0) != 0 || dup2(pipe_ends[1], REPORT_FD) != REPORT_FD)
		_exit(STATUS_FAILED);
	close(pipe_ends[0]);
	close(pipe_ends[1]);
	alarm(SECONDS_MAX);
	test->run(subject);
	_exit(0);
}

/* Ends what is left of a test and waits for all of it: its orphans are children of this process. */
static void end_group(pid_t group)
{
	kill(-group, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

static void print_comment(char *text)
{
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		printf("# %s\n", line);
}

/* Returns whether it passed, or was skipped. */
static bool run_one(const struct test *test, const struct subject *subject, unsigned number, const char *id)
{
	char text[REPORT_BYTES_MAX + 1];
	int pipe_ends[2], status = 0;
	ssize_t length;
	bool passed, skipped;
	pid_t child;

	fflush(stdout);
	if (pipe2(pipe_ends, O_NONBLOCK | O_CLOEXEC) != 0 || (child = fork()) < 0) {
		perror("vfio_conformance");
		exit(STATUS_FAILED);
	}
	if (child == 0)
		run_in_child(test, subject, pipe_ends);
	close(pipe_ends[1]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	end_group(child);
	length = read(pipe_ends[0], text, REPORT_BYTES_MAX);
	text[length > 0 ? length : 0] = '\0';
	close(pipe_ends[0]);

	skipped = WIFEXITED(status) && WEXITSTATUS(status) == STATUS_SKIPPED;
	passed = skipped || (WIFEXITED(status) && WEXITSTATUS(status) == 0);
	printf("%sok %u - %s: %s", passed ? "" : "not ", number, id, test->rule);
	if (skipped)
		printf(" # SKIP %s\n", text);
	else
		printf("\n");
	if (!passed) {
		print_comment(text);
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
			printf("# took too long\n");
		else if (WIFSIGNALED(status))
			printf("# ended by signal %d\n", WTERMSIG(status));
	}
	return passed;
}

static const struct mode modes[] = {
	{ "vfio_type1_iommu", "/dev/vfio/vfio", 1 },
	{ "vfio_type1v2_iommu", "/dev/vfio/vfio", 3 },
	{ "iommufd_compat_type1", "/dev/iommu", 1 },
	{ "iommufd_compat_type1v2", "/dev/iommu", 3 },
	{ "iommufd", "/dev/iommu", 0 },
};

static const char *const containers[] = { "/dev/iommu", "/dev/vfio/vfio" };
static const char *const routes[] = { "group", "cdev" };

static unsigned variants_of(enum scope scope)
{
	switch (scope) {
	case SCOPE_CONTAINERS:
		return sizeof(containers) / sizeof(containers[0]);
	case SCOPE_ROUTES:
		return sizeof(routes) / sizeof(routes[0]);
	case SCOPE_MODES:
		return sizeof(modes) / sizeof(modes[0]);
	default:
		return 1;
	}
}

static bool needs_device(enum scope scope)
{
	return scope == SCOPE_DEVICES || scope == SCOPE_ROUTES || scope == SCOPE_MODES;
}

/* The subject of a run, and its name: TEST[/DEVICE][/VARIANT]. */
static struct subject subject_of(const struct test *test, unsigned device, unsigned variant, char *id, size_t bytes)
{
	struct subject subject = { .device = NULL };
	const char *name = NULL;

	if (test->scope == SCOPE_CONTAINERS) {
		subject.container = containers[variant];
		name = variant ? "vfio" : "iommu";
	} else if (test->scope == SCOPE_ROUTES) {
		subject.route = (enum route)variant;
		name = routes[variant];
	} else if (test->scope == SCOPE_MODES) {
		subject.mode = &modes[variant];
		name = modes[variant].name;
	}
	if (needs_device(test->scope))
		subject.device = &running->devices[device];
	snprintf(id, bytes, "%s%s%s%s%s", test->name, subject.device ? "/" : "",
		 subject.device ? subject.device->address : "", name ? "/" : "", name ? name : "");
	return subject;
}

static bool is_chosen(const char *id)
{
	for (unsigned i = 0; i < running->filter_count; i++)
		if (strstr(id, running->filters[i]))
			return true;
	return running->filter_count == 0;
}

/* Calls `visit` for each run of the tests, and returns how many there are. */
static unsigned each_run(bool (*visit)(const struct test *, const struct subject *, unsigned, const char *),
			 bool *passed)
{
	unsigned number = 0;

	for (const struct test *test = tests; test; test = test->next) {
		unsigned devices = needs_device(test->scope) ? running->device_count : 1;

		for (unsigned device = 0; device < devices; device++)
			for (unsigned variant = 0; variant < variants_of(test->scope); variant++) {
				char id[160];
				struct subject subject = subject_of(test, device, variant, id, sizeof(id));

				if (!is_chosen(id))
					continue;
				number++;
				if (visit && !visit(test, &subject, number, id))
					*passed = false;
			}
	}
	return number;
}

static const char *const scope_names[] = { "once", "containers", "devices", "routes", "modes" };

int run_tests(const struct run_options *options)
{
	bool passed = true;

	running = options;
	if (options->list) {
		for (const struct test *test = tests; test; test = test->next)
			if (is_chosen(test->name))
				printf("%s\t%s\t%s\n", test->name, scope_names[test->scope], test->rule);
		return 0;
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	printf("TAP version 13\n1..%u\n", each_run(NULL, &passed));
	each_run(run_one, &passed);
	fflush(stdout);
	return passed ? 0 : 1;
}
