/*
 * The C library's calls for PASIDs, against a running daemon at IOMMUFD_EMU_SOCKET: each PASID of an endpoint has a table of
 * its own. The sanitizer build runs the same tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "iommufd_emu_uapi.h"

#include "iommufd_emu.h"

#define PAGE 4096u
#define RW (IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE)
#define IOVA 0x10000u
#define PASID 5

static _Alignas(4096) uint8_t memory[2 * PAGE];

struct machine {
	struct iommufd_emu *context;
	struct iommufd_emu_endpoint *endpoint;
	/* Of requests without PASID, and of PASID. */
	uint32_t hwpt, pasid_hwpt;
};

/* An HWPT for PASIDs whose IOAS maps a page of this process at IOVA, if the daemon can reach it. */
static uint32_t new_hwpt(struct iommufd_emu *context, uint32_t device, uint8_t *page)
{
	uint32_t ioas, hwpt;
	uint64_t iova = IOVA;

	assert_int_equal(iommufd_emu_ioas_alloc(context, &ioas), 0);
	assert_int_equal(iommufd_emu_hwpt_alloc(context, device, ioas, IOMMU_HWPT_ALLOC_PASID, &hwpt), 0);
	if (iommufd_emu_process_memory(context))
		assert_int_equal(iommufd_emu_map(context, ioas, RW | IOMMU_IOAS_MAP_FIXED_IOVA, page, PAGE, &iova), 0);
	return hwpt;
}

static int set_up(void **state)
{
	static struct machine machine;
	uint32_t device;

	assert_int_equal(iommufd_emu_open(NULL, NULL, &machine.context), 0);
	assert_int_equal(iommufd_emu_endpoint_open(NULL, "dma0", &machine.endpoint), 0);
	assert_int_equal(iommufd_emu_endpoint_bind(machine.endpoint, machine.context, &device), 0);
	machine.hwpt = new_hwpt(machine.context, device, memory);
	machine.pasid_hwpt = new_hwpt(machine.context, device, memory + PAGE);
	*state = &machine;
	return 0;
}

static int tear_down(void **state)
{
	struct machine *machine = *state;

	assert_true(iommufd_emu_endpoint_close(machine->endpoint) >= 0);
	return iommufd_emu_close(machine->context) < 0;
}

static void a_pasid_reaches_what_it_is_attached_to(void **state)
{
	struct machine *machine = *state;
	struct iommufd_emu_endpoint *endpoint = machine->endpoint;
	struct iommufd_emu_dma dma;
	uint32_t hwpt;
	char text[6];

	if (!iommufd_emu_process_memory(machine->context))
		skip();
	assert_int_equal(iommufd_emu_endpoint_attach(endpoint, machine->hwpt, NULL), 0);
	assert_int_equal(iommufd_emu_endpoint_attach_pasid(endpoint, PASID, machine->pasid_hwpt, &hwpt), 0);
	assert_int_equal(hwpt, machine->pasid_hwpt);
	assert_int_equal(iommufd_emu_dma_write(endpoint, IOVA, "plain", 6, &dma), 0);
	assert_int_equal(iommufd_emu_dma_write_pasid(endpoint, PASID, IOVA, "pasid", 6, &dma), 0);
	assert_int_equal(dma.transferred, 6);
	assert_string_equal((char *)memory, "plain");
	assert_string_equal((char *)memory + PAGE, "pasid");
	assert_int_equal(iommufd_emu_dma_read_pasid(endpoint, PASID, IOVA, text, sizeof(text), NULL), 0);
	assert_string_equal(text, "pasid");
	assert_int_equal(iommufd_emu_dma_fill_pasid(endpoint, PASID, IOVA + 16, 4, 0x5a, NULL), 0);
	assert_int_equal(iommufd_emu_dma_copy_pasid(endpoint, PASID, IOVA + 16, IOVA + 32, 4, NULL), 0);
	assert_int_equal(memory[PAGE + 35], 0x5a);
	assert_int_equal(memory[35], 0);
}

static void a_detached_pasid_faults_with_its_number(void **state)
{
	struct machine *machine = *state;
	struct iommufd_emu_endpoint *endpoint = machine->endpoint;
	struct iommufd_emu_dma dma;

	assert_int_equal(iommufd_emu_endpoint_attach(endpoint, machine->hwpt, NULL), 0);
	assert_int_equal(iommufd_emu_endpoint_attach_pasid(endpoint, PASID, machine->hwpt, NULL), 0);
	assert_int_equal(iommufd_emu_endpoint_detach_pasid(endpoint, PASID), 0);
	assert_int_equal(iommufd_emu_dma_write_pasid(endpoint, PASID, IOVA, "x", 1, &dma), -EIO);
	assert_true(dma.faulted);
	assert_int_equal(dma.fault.pasid, PASID);
	assert_int_equal(iommufd_emu_dma_write(endpoint, IOVA + PAGE, "x", 1, &dma), -EIO);
	assert_int_equal(dma.fault.pasid, 0);
}

static void pasids_that_the_device_does_not_have_are_refused(void **state)
{
	struct machine *machine = *state;
	struct iommufd_emu_endpoint *endpoint = machine->endpoint;

	assert_int_equal(iommufd_emu_endpoint_attach_pasid(endpoint, 1u << 20, machine->hwpt, NULL), -EINVAL);
	assert_int_equal(iommufd_emu_dma_write_pasid(endpoint, 1u << 20, IOVA, "x", 1, NULL), -EINVAL);
	assert_int_equal(iommufd_emu_endpoint_detach_pasid(endpoint, 1u << 20), 0);
}

#define WITH_MACHINE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_MACHINE(a_pasid_reaches_what_it_is_attached_to),
		WITH_MACHINE(a_detached_pasid_faults_with_its_number),
		WITH_MACHINE(pasids_that_the_device_does_not_have_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
