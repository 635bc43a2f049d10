/*
 * The library's calls on what ioctls make, and fault injection, against a daemon at IOMMUFD_EMU_SOCKET. The sanitizer
 * build runs the same tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "iommufd_emu_uapi.h"

#include "iommufd_emu.h"

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

static int test_call(struct iommufd_emu *context, uint32_t operation, struct iommu_test_cmd *call)
{
	call->size = sizeof(*call);
	call->op = operation;
	return iommufd_emu_ioctl(context, IOMMU_TEST_CMD, call);
}

/* A mock device that is attached to a nesting parent. */
struct device {
	uint32_t ioas, mock, id, parent;
};

static struct device new_device(struct iommufd_emu *context)
{
	struct iommu_hwpt_alloc table = { .size = sizeof(table), .flags = IOMMU_HWPT_ALLOC_NEST_PARENT };
	struct iommu_test_cmd call = { 0 };
	struct device device;

	assert_int_equal(iommufd_emu_ioas_alloc(context, &device.ioas), 0);
	call.id = device.ioas;
	assert_int_equal(test_call(context, IOMMU_TEST_OP_MOCK_DOMAIN, &call), 0);
	device.mock = call.mock_domain.out_stdev_id;
	table.dev_id = device.id = call.mock_domain.out_idev_id;
	table.pt_id = device.ioas;
	assert_int_equal(iommufd_emu_ioctl(context, IOMMU_HWPT_ALLOC, &table), 0);
	device.parent = table.out_hwpt_id;
	return device;
}

static short ready(int fd)
{
	struct pollfd list = { .fd = fd, .events = POLLIN };

	assert_true(poll(&list, 1, 0) >= 0);
	return list.revents;
}

static void page_requests_are_waited_for_read_and_answered(void **state)
{
	struct iommufd_emu *context = *state, *queue = NULL, *second = NULL;
	struct iommu_fault_alloc fault = { .size = sizeof(fault) };
	struct iommu_hwpt_alloc table = { .size = sizeof(table), .flags = IOMMU_HWPT_FAULT_ID_VALID };
	struct device device = new_device(context);
	struct iommu_hwpt_page_response response = { .code = IOMMUFD_PAGE_RESP_SUCCESS };
	struct iommu_test_cmd call = { .id = device.mock };
	struct iommu_hwpt_pgfault requests[2];
	struct iommufd_emu_token made;
	int fd;

	assert_int_equal(iommufd_emu_ioctl_naming(context, IOMMU_FAULT_QUEUE_ALLOC, &fault, NULL, 0, &made), 0);
	assert_int_equal(iommufd_emu_join(NULL, &made, true, &queue), 0);
	table.dev_id = device.id;
	table.pt_id = device.ioas;
	table.fault_id = fault.out_fault_id;
	assert_int_equal(iommufd_emu_ioctl(context, IOMMU_HWPT_ALLOC, &table), 0);
	call.mock_domain_replace.pt_id = table.out_hwpt_id;
	assert_int_equal(test_call(context, IOMMU_TEST_OP_MOCK_DOMAIN_REPLACE, &call), 0);

	fd = iommufd_emu_poll_fd(queue);
	assert_true(fd >= 0);
	assert_int_equal(iommufd_emu_poll_fd(queue), fd);
	assert_int_equal(iommufd_emu_join(NULL, &made, false, &second), 0);
	assert_int_equal(iommufd_emu_poll_fd(second), -EBUSY);
	assert_true(iommufd_emu_close(second) >= 0);

	assert_int_equal(ready(fd), 0);
	assert_int_equal(iommufd_emu_read(queue, requests, sizeof(requests)), 0);
	memset(&call, 0, sizeof(call));
	call.trigger_iopf.dev_id = device.id;
	call.trigger_iopf.grpid = 7;
	call.trigger_iopf.addr = 0x1000;
	assert_int_equal(test_call(context, IOMMU_TEST_OP_TRIGGER_IOPF, &call), 0);
	assert_int_equal(ready(fd), POLLIN);
	assert_int_equal(iommufd_emu_read(queue, requests, 8), -ESPIPE);
	assert_int_equal(iommufd_emu_read(queue, requests, sizeof(requests)), sizeof(requests[0]));
	assert_int_equal(requests[0].grpid, 7);
	assert_int_equal(requests[0].addr, 0x1000);
	assert_int_equal(ready(fd), 0);

	response.cookie = requests[0].cookie;
	assert_int_equal(iommufd_emu_write(queue, &response, sizeof(response)), sizeof(response));
	assert_int_equal(iommufd_emu_write(queue, &response, sizeof(response)), -EINVAL);
	assert_int_equal(iommufd_emu_read(queue, (void *)8, sizeof(requests)), 0);
	assert_int_equal(iommufd_emu_close(queue), 1);
}

static void memory_of_a_viommu_is_mapped(void **state)
{
	struct iommufd_emu *context = *state;
	struct device device = new_device(context);
	struct iommu_viommu_selftest data = { 0 };
	struct iommu_viommu_alloc viommu = {
		.size = sizeof(viommu),
		.type = IOMMU_VIOMMU_TYPE_SELFTEST,
		.dev_id = device.id,
		.hwpt_id = device.parent,
		.data_len = sizeof(data),
		.data_uptr = (uintptr_t)&data,
	};
	struct iommufd_emu_memory one, other;
	uint64_t offset;

	assert_int_equal(iommufd_emu_ioctl(context, IOMMU_VIOMMU_ALLOC, &viommu), 0);
	offset = data.out_mmap_offset;
	assert_int_equal(iommufd_emu_mmap(context, offset, 2 * data.out_mmap_length, &one), -ENXIO);
	assert_int_equal(iommufd_emu_mmap(context, offset, data.out_mmap_length, &one), 0);
	assert_int_equal(iommufd_emu_mmap(context, offset, data.out_mmap_length, &other), 0);
	strcpy(one.address, "the same");
	assert_string_equal(other.address, "the same");
	assert_true(iommufd_emu_munmap(&one) >= 0);
	assert_int_equal(iommufd_emu_destroy(context, viommu.out_viommu_id), -EBUSY);
	assert_int_equal(iommufd_emu_munmap(&other), 1);
	assert_int_equal(iommufd_emu_destroy(context, viommu.out_viommu_id), 0);
}

static void a_dmabuf_has_a_size_and_is_no_stream(void **state)
{
	struct iommu_test_cmd call = { .size = sizeof(call), .op = IOMMU_TEST_OP_DMABUF_GET };
	struct iommufd_emu *buffer = NULL;
	struct iommufd_emu_token made;
	char byte;

	call.dmabuf_get.length = 8192;
	call.dmabuf_get.open_flags = 2;
	assert_true(iommufd_emu_ioctl_naming(*state, IOMMU_TEST_CMD, &call, NULL, 0, &made) >= 0);
	assert_int_equal(iommufd_emu_join(NULL, &made, true, &buffer), 0);
	assert_int_equal(iommufd_emu_size(buffer), 8192);
	assert_int_equal(iommufd_emu_size(*state), 0);
	assert_int_equal(iommufd_emu_read(buffer, &byte, 1), -EINVAL);
	assert_int_equal(iommufd_emu_read(*state, &byte, 1), -EINVAL);
	assert_int_equal(iommufd_emu_close(buffer), 1);
}

static void the_nth_step_fails(void **state)
{
	uint32_t nth, id;
	int error;

	for (nth = 1;; nth++) {
		iommufd_emu_fail_nth(*state, nth, true);
		error = iommufd_emu_ioas_alloc(*state, &id);
		if (!error)
			break;
		assert_true(error == -ENOMEM || error == -EFAULT);
		assert_int_equal(iommufd_emu_fail_nth_left(*state), 0);
	}
	assert_true(nth > 3);
	assert_int_equal(iommufd_emu_fail_nth_left(*state), 1);
	/* Nothing of what failed took an id. */
	assert_int_equal(id, 1);
	assert_int_equal(iommufd_emu_destroy(*state, id), -EFAULT);
	assert_int_equal(iommufd_emu_destroy(*state, id), 0);
}

#define WITH_CONTEXT(test) cmocka_unit_test_setup_teardown(test, open_context, close_context)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_CONTEXT(page_requests_are_waited_for_read_and_answered),
		WITH_CONTEXT(memory_of_a_viommu_is_mapped),
		WITH_CONTEXT(a_dmabuf_has_a_size_and_is_no_stream),
		WITH_CONTEXT(the_nth_step_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
