/*
 * The library's calls that name or make descriptors, against a daemon at IOMMUFD_EMU_SOCKET that has the selftest's
 * accesses and reaches no memory of this process. The sanitizer build runs the same tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "iommufd_emu_uapi.h"

#include "iommufd_emu.h"

#define NUMBER 3

static int open_context(void **state)
{
	struct iommufd_emu *context = NULL;
	int error = iommufd_emu_open(NULL, NULL, &context);

	*state = context;
	return error;
}

static int close_context(void **state)
{
	return iommufd_emu_close(*state) < 0;
}

/* CREATE_ACCESS on a new IOAS: what the call made. */
static struct iommufd_emu_token new_access(struct iommufd_emu *context)
{
	struct iommu_test_cmd call = { .size = sizeof(call), .op = IOMMU_TEST_OP_CREATE_ACCESS };
	struct iommufd_emu_token made;

	assert_int_equal(iommufd_emu_ioas_alloc(context, &call.id), 0);
	assert_int_equal(iommufd_emu_ioctl_naming(context, IOMMU_TEST_CMD, &call, NULL, 0, &made), 0);
	assert_true(made.length >= 16);
	return made;
}

/* ACCESS_RW of `length` bytes through the access that NUMBER stands for. */
static int transfer(struct iommufd_emu *context, const struct iommufd_emu_token *token, void *bytes, size_t length,
		    uint32_t flags)
{
	struct iommufd_emu_descriptor named[2] = { { .number = 0 }, { .number = NUMBER } };
	struct iommu_test_cmd call = { .size = sizeof(call), .op = IOMMU_TEST_OP_ACCESS_RW, .id = NUMBER };

	named[1].token = *token;
	call.access_rw.length = length;
	call.access_rw.uptr = (uintptr_t)bytes;
	call.access_rw.flags = flags;
	return iommufd_emu_ioctl_naming(context, IOMMU_TEST_CMD, &call, named, 2, NULL);
}

static void a_call_names_what_another_made(void **state)
{
	struct iommufd_emu_token access = new_access(*state);
	char out[] = "named", in[sizeof(out)] = { 0 };

	assert_int_equal(transfer(*state, &access, out, sizeof(out), MOCK_ACCESS_RW_WRITE), 0);
	assert_int_equal(transfer(*state, &access, in, sizeof(in), 0), 0);
	assert_memory_equal(in, out, sizeof(out));
}

static void a_number_that_nothing_is_named_for_is_no_descriptor(void **state)
{
	struct iommu_test_cmd call = { .size = sizeof(call), .op = IOMMU_TEST_OP_ACCESS_RW, .id = NUMBER };
	struct iommufd_emu_token none = { .length = 0 }, made = { .length = 5 };

	assert_int_equal(iommufd_emu_ioctl(*state, IOMMU_TEST_CMD, &call), -EBADFD);
	assert_int_equal(transfer(*state, &none, NULL, 0, 0), -EBADFD);
	/* A call that makes nothing says so, also one that fails. */
	assert_int_equal(iommufd_emu_ioctl_naming(*state, IOMMU_TEST_CMD, &call, NULL, 0, &made), -EBADFD);
	assert_int_equal(made.length, 0);
}

static void what_a_call_made_is_kept_by_joining_it(void **state)
{
	struct iommufd_emu *maker = NULL, *holder = NULL;
	struct iommufd_emu_token access;
	char byte = 'x';

	assert_int_equal(iommufd_emu_open(NULL, NULL, &maker), 0);
	access = new_access(maker);
	assert_int_equal(iommufd_emu_join(NULL, &access, true, &holder), 0);
	assert_true(iommufd_emu_close(maker) >= 0);
	assert_int_equal(transfer(*state, &access, &byte, 1, MOCK_ACCESS_RW_WRITE), 0);
	assert_int_equal(iommufd_emu_close(holder), 1);
	assert_int_equal(transfer(*state, &access, &byte, 1, MOCK_ACCESS_RW_WRITE), -EBADFD);
}

static void what_a_call_made_goes_with_its_context_otherwise(void **state)
{
	struct iommufd_emu *maker = NULL, *holder = NULL;
	struct iommufd_emu_token access;

	(void)state;
	assert_int_equal(iommufd_emu_open(NULL, NULL, &maker), 0);
	access = new_access(maker);
	assert_true(iommufd_emu_close(maker) >= 0);
	assert_int_equal(iommufd_emu_join(NULL, &access, true, &holder), -EBADF);
}

#define WITH_CONTEXT(test) cmocka_unit_test_setup_teardown(test, open_context, close_context)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_CONTEXT(a_call_names_what_another_made),
		WITH_CONTEXT(a_number_that_nothing_is_named_for_is_no_descriptor),
		WITH_CONTEXT(what_a_call_made_is_kept_by_joining_it),
		WITH_CONTEXT(what_a_call_made_goes_with_its_context_otherwise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
