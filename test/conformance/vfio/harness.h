/*
 * The harness of the conformance tests: a test is a function with the rule that it states, it runs in a child process
 * of its own, and the program prints TAP. A check that fails ends the test's process with a line that says which; so
 * does SKIP.
 */
#ifndef HARNESS_H
#define HARNESS_H

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct pci_device;

/* What a device is reached through. */
enum route {
	ROUTE_GROUP,
	ROUTE_CDEV,
};

/* How memory of a device is mapped: the modes of the kernel's own selftests. */
struct mode {
	const char *name;
	const char *container;
	/* Of SET_IOMMU; 0: no container but a cdev with an IOAS. */
	int type;
};

/* What a run of a test is about. What the scope of the test does not name is not set. */
struct subject {
	const struct pci_device *device;
	enum route route;
	const struct mode *mode;
	/* The file that takes the container ioctls. */
	const char *container;
};

/* How often a test runs. */
enum scope {
	SCOPE_ONCE,
	/* On /dev/iommu and on /dev/vfio/vfio. */
	SCOPE_CONTAINERS,
	/* For each device. */
	SCOPE_DEVICES,
	/* For each device, through its group and through its cdev. */
	SCOPE_ROUTES,
	/* For each device, in each mode. */
	SCOPE_MODES,
};

struct test {
	const char *name;
	const char *rule;
	const char *file;
	int line;
	enum scope scope;
	void (*run)(const struct subject *subject);
	struct test *next;
};

void register_test(struct test *test);

#define DEFINE_TEST(scope_, name_, rule_)                                                                              \
	static void name_(const struct subject *subject);                                                              \
	__attribute__((constructor)) static void register_##name_(void)                                                \
	{                                                                                                              \
		static struct test test = {                                                                            \
			.name = #name_,                                                                                \
			.rule = (rule_),                                                                               \
			.file = __FILE__,                                                                              \
			.line = __LINE__,                                                                              \
			.scope = (scope_),                                                                             \
			.run = name_,                                                                                  \
		};                                                                                                     \
		register_test(&test);                                                                                  \
	}                                                                                                              \
	static void name_(__attribute__((unused)) const struct subject *subject)

#define TEST(name, rule) DEFINE_TEST(SCOPE_ONCE, name, rule)
#define TEST_CONTAINERS(name, rule) DEFINE_TEST(SCOPE_CONTAINERS, name, rule)
#define TEST_DEVICES(name, rule) DEFINE_TEST(SCOPE_DEVICES, name, rule)
#define TEST_ROUTES(name, rule) DEFINE_TEST(SCOPE_ROUTES, name, rule)
#define TEST_MODES(name, rule) DEFINE_TEST(SCOPE_MODES, name, rule)

#define FILTERS_MAX 8

struct run_options {
	/* Only tests whose name contains one of these; none: all tests. */
	const char *filters[FILTERS_MAX];
	unsigned filter_count;
	bool list;
	const struct pci_device *devices;
	unsigned device_count;
};

/* Runs or lists the tests. Returns the exit status: 0 if none failed. */
int run_tests(const struct run_options *options);

/* The devices of this run, for a test that needs several. */
extern const struct run_options *running;

/* A test that takes longer than usual has these seconds from now on. */
void allow_seconds(unsigned seconds);

/* Ends the process of the test, or a child of it. */
_Noreturn void fail_test(const char *file, int line, const char *format, ...) __attribute__((format(printf, 3, 4)));
_Noreturn void skip_test(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define FAIL(...) fail_test(__FILE__, __LINE__, __VA_ARGS__)
#define SKIP(...) skip_test(__VA_ARGS__)

const char *errno_name(int number);

void check_ok(const char *file, int line, const char *text, long result);
void check_errno(const char *file, int line, const char *text, long result, int expected);
void check_equal(const char *file, int line, const char *text, uint64_t got, uint64_t wanted);
int check_fd(const char *file, int line, const char *text, int fd);

#define EXPECT(condition)                                                                                              \
	do {                                                                                                           \
		if (!(condition))                                                                                      \
			FAIL("expected: %s", #condition);                                                              \
	} while (0)

/* A call that must return 0. */
#define EXPECT_OK(call) check_ok(__FILE__, __LINE__, #call, (errno = 0, (long)(call)))

/* A call that must return -1 with this errno. */
#define EXPECT_ERRNO(call, expected) check_errno(__FILE__, __LINE__, #call, (errno = 0, (long)(call)), expected)

#define EXPECT_EQ(got, wanted) check_equal(__FILE__, __LINE__, #got, (uint64_t)(got), (uint64_t)(wanted))

/* A call that must return a descriptor; its value. */
#define EXPECT_FD(call) check_fd(__FILE__, __LINE__, #call, (errno = 0, (call)))

/* Waits for a child of the test. If it failed or skipped, so does the test. */
void expect_child(pid_t child);

#endif
