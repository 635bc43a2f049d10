/*
 * VFIO by the library as a VMM uses it, against a daemon at IOMMUFD_EMU_SOCKET with an IOAT at 0000:00:08.0 in group 8 and a
 * test device at 0000:01:00.0 in group 9. The sanitizer build runs the same tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "iommufd_emu_uapi.h"
#include "iommufd_emu_vfio_uapi.h"

#include "iommufd_emu_vfio.h"

#define IOAT "0000:00:08.0"
#define IOAT_GROUP 8
#define IOAT_NODE 0
#define TESTDEV "0000:01:00.0"
#define TESTDEV_GROUP 9
#define TESTDEV_NODE 1
#define PAGE 4096

/* Registers of the IOAT's BAR 0. */
enum {
	INTRCTRL = 0x03,
	CBVER = 0x08,
	CHANCTRL = 0x80,
	DMACOUNT = 0x86,
	CHANSTS = 0x88,
	CHAINADDR = 0x90,
	CHANCMP = 0x98,
};
#define STATE 7
#define IDLE 1
#define HALTED 3

/* Registers of the test device's BARs 0 and 2. */
enum { ID = 0x00, SCRATCH0 = 0x10, DOORBELL = 0x20 };
#define IDENTITY 0x54534554
#define MEMORY_BAR 2

#define COMMAND 4
#define COMMAND_MEMORY 2
#define COMMAND_MASTER 4

struct descriptor {
	uint32_t size, control;
	uint64_t source, destination, next;
	uint64_t reserved[4];
};

#define INT_EN 1
#define COMPL_WRITE 8

/* Guest memory, at IOVA. */
static _Alignas(PAGE) struct {
	_Alignas(PAGE) struct descriptor descriptor;
	uint64_t completion;
	_Alignas(PAGE) char source[PAGE];
	_Alignas(PAGE) char destination[PAGE];
} guest;

#define IOVA 0x100000ull
#define IOVA_OF(member) (IOVA + offsetof(__typeof__(guest), member))
#define TEXT "copied by the DMA engine"

static void prepare_guest(void)
{
	memset(&guest, 0, sizeof(guest));
	strcpy(guest.source, TEXT);
	guest.descriptor = (struct descriptor){
		.size = sizeof(TEXT),
		.control = INT_EN | COMPL_WRITE,
		.source = IOVA_OF(source),
		.destination = IOVA_OF(destination),
		.next = IOVA_OF(descriptor),
	};
}

/* ---- ways to a device -------------------------------------------------------------------------------------------- */

struct by_container {
	struct iommufd_emu *container, *group, *device;
};

static struct by_container open_by_container(uint32_t number, const char *address)
{
	struct by_container opened;
	uint32_t flags;

	assert_int_equal(iommufd_emu_open(NULL, "/dev/vfio/vfio", &opened.container), 0);
	assert_int_equal(iommufd_emu_vfio_check_extension(opened.container, VFIO_TYPE1v2_IOMMU), 1);
	assert_int_equal(iommufd_emu_vfio_group_open(NULL, number, &opened.group), 0);
	assert_int_equal(iommufd_emu_vfio_group_status(opened.group, &flags), 0);
	assert_int_equal(flags, VFIO_GROUP_FLAGS_VIABLE);
	assert_int_equal(iommufd_emu_vfio_group_set_container(opened.group, opened.container), 0);
	assert_int_equal(iommufd_emu_vfio_group_status(opened.group, &flags), 0);
	assert_int_equal(flags, VFIO_GROUP_FLAGS_VIABLE | VFIO_GROUP_FLAGS_CONTAINER_SET);
	assert_int_equal(iommufd_emu_vfio_set_iommu(opened.container, VFIO_TYPE1v2_IOMMU), 0);
	assert_int_equal(iommufd_emu_vfio_group_get_device(opened.group, address, &opened.device), 0);
	return opened;
}

static void close_by_container(struct by_container *opened)
{
	assert_int_equal(iommufd_emu_close(opened->device), 1);
	assert_int_equal(iommufd_emu_close(opened->group), 1);
	assert_int_equal(iommufd_emu_close(opened->container), 1);
}

struct by_node {
	struct iommufd_emu *iommufd, *device;
	uint32_t id, ioas;
};

static struct by_node open_by_node(uint32_t index)
{
	struct by_node opened;
	uint32_t hwpt;

	assert_int_equal(iommufd_emu_open(NULL, NULL, &opened.iommufd), 0);
	assert_int_equal(iommufd_emu_vfio_device_open(NULL, index, &opened.device), 0);
	assert_int_equal(iommufd_emu_vfio_bind(opened.device, opened.iommufd, &opened.id), 0);
	assert_int_equal(iommufd_emu_ioas_alloc(opened.iommufd, &opened.ioas), 0);
	assert_int_equal(iommufd_emu_vfio_attach(opened.device, opened.ioas, &hwpt), 0);
	assert_int_not_equal(hwpt, opened.ioas);
	return opened;
}

static void close_by_node(struct by_node *opened)
{
	assert_int_equal(iommufd_emu_close(opened->device), 1);
	assert_int_equal(iommufd_emu_close(opened->iommufd), 1);
}

/* ---- registers --------------------------------------------------------------------------------------------------- */

static void put(struct iommufd_emu *device, uint32_t region, uint64_t offset, uint64_t value, size_t bytes)
{
	assert_int_equal(iommufd_emu_pwrite(device, &value, bytes, IOMMUFD_EMU_VFIO_OFFSET(region, offset)), bytes);
}

static uint64_t get(struct iommufd_emu *device, uint32_t region, uint64_t offset, size_t bytes)
{
	uint64_t value = 0;

	assert_int_equal(iommufd_emu_pread(device, &value, bytes, IOMMUFD_EMU_VFIO_OFFSET(region, offset)), bytes);
	return value;
}

static void set_command(struct iommufd_emu *device, uint64_t bits)
{
	put(device, VFIO_PCI_CONFIG_REGION_INDEX, COMMAND, bits, 2);
}

static void store(struct iommufd_emu_vfio_mapping *mapping, uint64_t offset, uint64_t value, size_t bytes)
{
	assert_int_equal(iommufd_emu_vfio_store(mapping, offset, &value, bytes), 0);
}

static uint64_t load(struct iommufd_emu_vfio_mapping *mapping, uint64_t offset, size_t bytes)
{
	uint64_t value = 0;

	assert_int_equal(iommufd_emu_vfio_load(mapping, offset, &value, bytes), 0);
	return value;
}

/* ---- sessions ---------------------------------------------------------------------------------------------------- */

static void a_device_of_a_container_copies_and_signals_an_eventfd(void **state)
{
	struct by_container opened = open_by_container(IOAT_GROUP, IOAT);
	uint32_t flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE;
	uint64_t signalled, unmapped;
	int32_t event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	(void)state;
	assert_true(event >= 0);
	prepare_guest();
	assert_int_equal(iommufd_emu_vfio_map_dma(opened.container, flags, &guest, IOVA, sizeof(guest)), 0);
	assert_int_equal(iommufd_emu_vfio_set_eventfds(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, 0, &event, 1), 0);
	assert_int_equal(read(event, &signalled, sizeof(signalled)), -1);
	set_command(opened.device, COMMAND_MEMORY | COMMAND_MASTER);
	put(opened.device, 0, INTRCTRL, 8, 1);
	put(opened.device, 0, CHANCMP, IOVA_OF(completion), 8);
	put(opened.device, 0, CHAINADDR, IOVA_OF(descriptor), 8);
	put(opened.device, 0, CHANCTRL, 1, 2);
	put(opened.device, 0, DMACOUNT, 1, 2);
	assert_int_equal(get(opened.device, 0, CHANSTS, 8), IOVA_OF(descriptor) | IDLE);
	assert_string_equal(guest.destination, TEXT);
	assert_int_equal(guest.completion, IOVA_OF(descriptor) | IDLE);
	assert_int_equal(read(event, &signalled, sizeof(signalled)), sizeof(signalled));
	assert_int_equal(signalled, 1);

	assert_int_equal(iommufd_emu_vfio_unmap_dma(opened.container, IOVA, sizeof(guest), &unmapped), 0);
	assert_int_equal(unmapped, sizeof(guest));
	put(opened.device, 0, CHAINADDR, IOVA_OF(descriptor), 8);
	put(opened.device, 0, DMACOUNT, 1, 2);
	assert_int_equal(get(opened.device, 0, CHANSTS, 8) & STATE, HALTED);
	close(event);
	close_by_container(&opened);
}

static void a_device_of_its_node_does_the_same_by_mapped_registers_and_an_event_of_the_daemon(void **state)
{
	struct by_node opened = open_by_node(IOAT_NODE);
	uint32_t flags = IOMMU_IOAS_MAP_READABLE | IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_FIXED_IOVA;
	struct iommufd_emu_vfio_mapping *bar;
	struct iommufd_emu *event;
	struct pollfd waited = { .events = POLLIN };
	uint64_t iova = IOVA, signalled = 0;
	size_t length;

	(void)state;
	prepare_guest();
	assert_int_equal(iommufd_emu_map(opened.iommufd, opened.ioas, flags, &guest, sizeof(guest), &iova), 0);
	assert_int_equal(iommufd_emu_event_open(NULL, &event), 0);
	assert_int_equal(iommufd_emu_vfio_set_events(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, 0, &event, 1), 0);
	assert_int_equal(iommufd_emu_read(event, &signalled, sizeof(signalled)), -EAGAIN);
	waited.fd = iommufd_emu_poll_fd(event);
	assert_int_equal(poll(&waited, 1, 0), 0);
	set_command(opened.device, COMMAND_MEMORY | COMMAND_MASTER);
	assert_int_equal(iommufd_emu_vfio_map(opened.device, IOMMUFD_EMU_VFIO_OFFSET(0, 0), 4 * PAGE, &bar), 0);
	assert_null(iommufd_emu_vfio_memory(bar, 0, &length));
	assert_int_equal(length, 0);
	assert_int_equal(load(bar, CBVER, 1), 0x33);
	store(bar, INTRCTRL, 8, 1);
	store(bar, CHAINADDR, IOVA_OF(descriptor), 8);
	store(bar, CHANCMP, IOVA_OF(completion), 8);
	store(bar, CHANCTRL, 1, 2);
	store(bar, DMACOUNT, 1, 2);
	assert_int_equal(poll(&waited, 1, 10000), 1);
	assert_int_equal(iommufd_emu_read(event, &signalled, sizeof(signalled)), sizeof(signalled));
	assert_int_equal(signalled, 1);
	assert_int_equal(poll(&waited, 1, 0), 0);
	assert_int_equal(load(bar, CHANSTS, 8), IOVA_OF(descriptor) | IDLE);
	assert_string_equal(guest.destination, TEXT);

	assert_int_equal(iommufd_emu_vfio_detach(opened.device), 0);
	store(bar, CHAINADDR, IOVA_OF(descriptor), 8);
	store(bar, DMACOUNT, 1, 2);
	assert_int_equal(load(bar, CHANSTS, 8) & STATE, HALTED);
	assert_int_equal(iommufd_emu_vfio_reset(opened.device), 0);
	assert_int_equal(load(bar, CHANSTS, 8), HALTED);
	assert_int_equal(iommufd_emu_close(event), 1);
	assert_int_equal(iommufd_emu_vfio_unmap(bar), 1);
	close_by_node(&opened);
}

/* ---- containers and groups --------------------------------------------------------------------------------------- */

static void ranges_of_a_container_are_told_as_far_as_there_is_room(void **state)
{
	struct by_container opened = open_by_container(IOAT_GROUP, IOAT);
	struct iommufd_emu_range ranges[16];
	uint32_t count = 0, all;
	uint64_t sizes;

	(void)state;
	assert_int_equal(iommufd_emu_vfio_get_info(opened.container, NULL, &count, NULL), -EMSGSIZE);
	assert_in_range(count, 2, 16);
	all = count;
	assert_int_equal(iommufd_emu_vfio_get_info(opened.container, ranges, &count, &sizes), 0);
	assert_int_equal(count, all);
	assert_int_equal(ranges[0].start, 0);
	assert_int_equal(ranges[0].last, 0xfedfffff);
	assert_int_equal(ranges[1].start, 0xfef00000);
	assert_true(sizes & PAGE);
	close_by_container(&opened);
}

static void a_container_answers_errors_as_the_kernel_does(void **state)
{
	struct by_container opened;
	uint32_t flags = VFIO_DMA_MAP_FLAG_READ, count = 0;
	uint64_t unmapped = 7;
	struct iommufd_emu *alone;

	(void)state;
	assert_int_equal(iommufd_emu_open(NULL, "/dev/vfio/vfio", &alone), 0);
	assert_int_equal(iommufd_emu_vfio_get_info(alone, NULL, &count, NULL), -ENODEV);
	assert_int_equal(iommufd_emu_vfio_map_dma(alone, flags, &guest, IOVA, PAGE), -ENODEV);
	assert_int_equal(iommufd_emu_close(alone), 1);

	opened = open_by_container(IOAT_GROUP, IOAT);
	assert_int_equal(iommufd_emu_vfio_set_iommu(opened.container, VFIO_SPAPR_TCE_IOMMU), -EINVAL);
	assert_int_equal(iommufd_emu_vfio_map_dma(opened.container, flags, &guest, IOVA, PAGE), 0);
	assert_int_equal(iommufd_emu_vfio_map_dma(opened.container, flags, &guest, IOVA, PAGE), -EEXIST);
	assert_int_equal(iommufd_emu_vfio_map_dma(opened.container, flags, (void *)PAGE, 2 * IOVA, PAGE), -EFAULT);
	assert_int_equal(iommufd_emu_vfio_map_dma(opened.container, flags, guest.source, IOVA + PAGE, 2 * PAGE), 0);
	assert_int_equal(iommufd_emu_vfio_unmap_dma(opened.container, IOVA, 2 * PAGE, &unmapped), -ENOENT);
	assert_int_equal(unmapped, PAGE);
	assert_int_equal(iommufd_emu_vfio_unmap_dma(opened.container, IOVA, 0, &unmapped), -EINVAL);
	assert_int_equal(unmapped, 0);
	assert_int_equal(iommufd_emu_vfio_unmap_all_dma(opened.container, &unmapped), 0);
	assert_int_equal(unmapped, 2 * PAGE);
	assert_int_equal(iommufd_emu_vfio_unmap_all_dma(opened.container, NULL), 0);
	close_by_container(&opened);
}

static void a_group_is_open_once_and_gives_its_own_devices_to_who_has_a_container(void **state)
{
	struct iommufd_emu *group, *second, *container, *device;

	(void)state;
	assert_int_equal(iommufd_emu_vfio_group_open(NULL, 4711, &group), -ENODEV);
	assert_int_equal(iommufd_emu_vfio_group_open(NULL, IOAT_GROUP, &group), 0);
	assert_int_equal(iommufd_emu_vfio_group_open(NULL, IOAT_GROUP, &second), -EBUSY);
	assert_int_equal(iommufd_emu_vfio_group_unset_container(group), -EINVAL);
	assert_int_equal(iommufd_emu_vfio_group_set_container(group, group), -EBADFD);
	assert_int_equal(iommufd_emu_vfio_group_get_device(group, IOAT, &device), -EINVAL);
	assert_int_equal(iommufd_emu_open(NULL, NULL, &container), 0);
	assert_int_equal(iommufd_emu_vfio_group_set_container(group, container), 0);
	assert_int_equal(iommufd_emu_vfio_group_get_device(group, TESTDEV, &device), -ENODEV);
	assert_int_equal(iommufd_emu_vfio_group_get_device(group, NULL, &device), -EFAULT);
	assert_int_equal(iommufd_emu_vfio_group_get_device(group, IOAT, &device), 0);
	assert_int_equal(iommufd_emu_vfio_group_unset_container(group), 0);
	assert_int_equal(iommufd_emu_close(group), 1);
	assert_int_equal(iommufd_emu_close(container), 1);
	assert_int_equal(get(device, VFIO_PCI_CONFIG_REGION_INDEX, 0, 2), 0x8086);
	assert_int_equal(iommufd_emu_close(device), 1);
}

/* ---- devices ----------------------------------------------------------------------------------------------------- */

static void a_node_is_bound_once_and_does_nothing_before(void **state)
{
	struct iommufd_emu *device, *second, *iommufd;
	struct iommufd_emu_vfio_region region;
	struct iommufd_emu_vfio_mapping *bar;
	uint32_t id, again;
	uint64_t bytes;

	(void)state;
	assert_int_equal(iommufd_emu_vfio_device_open(NULL, 4711, &device), -ENODEV);
	assert_int_equal(iommufd_emu_open(NULL, NULL, &iommufd), 0);
	assert_int_equal(iommufd_emu_vfio_device_open(NULL, IOAT_NODE, &device), 0);
	assert_int_equal(iommufd_emu_vfio_device_open(NULL, IOAT_NODE, &second), 0);
	assert_int_equal(iommufd_emu_vfio_region_info(device, 0, &region), -EINVAL);
	assert_int_equal(iommufd_emu_pread(device, &bytes, 8, 0), -EINVAL);
	assert_int_equal(iommufd_emu_vfio_map(device, 0, PAGE, &bar), -EINVAL);
	assert_int_equal(iommufd_emu_vfio_bind(device, device, &id), -EBADFD);
	assert_int_equal(iommufd_emu_vfio_bind(device, iommufd, &id), 0);
	assert_int_equal(iommufd_emu_vfio_bind(device, iommufd, &again), -EINVAL);
	assert_int_equal(iommufd_emu_vfio_bind(second, iommufd, &again), -EINVAL);
	assert_int_equal(iommufd_emu_vfio_attach(device, 4711, NULL), -ENOENT);
	assert_int_equal(iommufd_emu_vfio_attach(device, id, NULL), -EINVAL);
	assert_int_equal(iommufd_emu_vfio_detach(device), 0);
	assert_int_equal(iommufd_emu_destroy(iommufd, id), -EBUSY);
	assert_int_equal(iommufd_emu_close(device), 1);
	assert_int_equal(iommufd_emu_destroy(iommufd, id), -ENOENT);
	assert_int_equal(iommufd_emu_vfio_bind(second, iommufd, &again), 0);
	assert_int_equal(iommufd_emu_close(second), 1);
	assert_int_equal(iommufd_emu_close(iommufd), 1);
}

static void pasids_are_attached_to_tables_that_take_them(void **state)
{
	struct by_node opened = open_by_node(TESTDEV_NODE);
	uint32_t hwpt, attached;

	(void)state;
	assert_int_equal(iommufd_emu_vfio_attach_pasid(opened.device, 5, opened.ioas, NULL), -EINVAL);
	assert_int_equal(iommufd_emu_hwpt_alloc(opened.iommufd, opened.id, opened.ioas, IOMMU_HWPT_ALLOC_PASID, &hwpt), 0);
	assert_int_equal(iommufd_emu_vfio_attach(opened.device, hwpt, NULL), 0);
	assert_int_equal(iommufd_emu_vfio_attach_pasid(opened.device, 5, hwpt, &attached), 0);
	assert_int_equal(attached, hwpt);
	assert_int_equal(iommufd_emu_vfio_detach_pasid(opened.device, 5), 0);
	assert_int_equal(iommufd_emu_vfio_detach(opened.device), 0);
	assert_int_equal(iommufd_emu_destroy(opened.iommufd, hwpt), 0);
	close_by_node(&opened);
}

static void a_device_tells_what_it_has(void **state)
{
	struct by_node opened = open_by_node(IOAT_NODE);
	struct iommufd_emu_vfio_region region;
	uint32_t flags, regions, interrupts, count;

	(void)state;
	assert_int_equal(iommufd_emu_vfio_device_info(opened.device, &flags, &regions, &interrupts), 0);
	assert_int_equal(flags, VFIO_DEVICE_FLAGS_PCI | VFIO_DEVICE_FLAGS_RESET);
	assert_int_equal(regions, VFIO_PCI_NUM_REGIONS);
	assert_int_equal(interrupts, VFIO_PCI_NUM_IRQS);
	assert_int_equal(iommufd_emu_vfio_device_info(opened.device, NULL, NULL, NULL), 0);
	assert_int_equal(iommufd_emu_vfio_region_info(opened.device, 0, &region), 0);
	assert_int_equal(region.flags, VFIO_REGION_INFO_FLAG_READ | VFIO_REGION_INFO_FLAG_WRITE |
					       VFIO_REGION_INFO_FLAG_MMAP);
	assert_int_equal(region.size, 4 * PAGE);
	assert_int_equal(region.offset, 0);
	assert_true(region.msix_mappable);
	assert_int_equal(iommufd_emu_vfio_region_info(opened.device, VFIO_PCI_CONFIG_REGION_INDEX, &region), 0);
	assert_int_equal(region.offset, IOMMUFD_EMU_VFIO_OFFSET(VFIO_PCI_CONFIG_REGION_INDEX, 0));
	assert_false(region.msix_mappable);
	assert_int_equal(iommufd_emu_vfio_region_info(opened.device, 9, &region), -EINVAL);
	assert_int_equal(iommufd_emu_vfio_irq_info(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, &count, &flags), 0);
	assert_int_equal(count, 1);
	assert_int_equal(flags, VFIO_IRQ_INFO_EVENTFD);
	assert_int_equal(iommufd_emu_vfio_irq_info(opened.device, 5, &count, NULL), -EINVAL);
	close_by_node(&opened);
}

static void regions_end_where_they_end(void **state)
{
	struct by_node opened = open_by_node(IOAT_NODE);
	uint64_t bytes;

	(void)state;
	assert_int_equal(iommufd_emu_pread(opened.device, &bytes, 8, IOMMUFD_EMU_VFIO_OFFSET(0, 4 * PAGE - 2)), 2);
	assert_int_equal(iommufd_emu_pread(opened.device, &bytes, 8, IOMMUFD_EMU_VFIO_OFFSET(0, 4 * PAGE)), -EINVAL);
	assert_int_equal(iommufd_emu_pread(opened.device, &bytes, 4, IOMMUFD_EMU_VFIO_OFFSET(7, PAGE - 2)), -EFAULT);
	assert_int_equal(iommufd_emu_pread(opened.device, NULL, 4, 0), -EFAULT);
	assert_int_equal(iommufd_emu_pread(opened.iommufd, &bytes, 8, 0), -ESPIPE);
	set_command(opened.device, 0);
	assert_int_equal(iommufd_emu_pwrite(opened.device, &bytes, 4, 0), -EIO);
	close_by_node(&opened);
}

static void vectors_are_set_triggered_and_dropped(void **state)
{
	struct by_node opened = open_by_node(TESTDEV_NODE);
	struct iommufd_emu *events[3] = { NULL };
	int32_t numbers[2] = { -1, 0 };
	uint64_t value;

	(void)state;
	assert_int_equal(iommufd_emu_event_open(NULL, &events[0]), 0);
	assert_int_equal(iommufd_emu_event_open(NULL, &events[2]), 0);
	assert_int_equal(iommufd_emu_vfio_set_events(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, 0, events, 3), 0);
	assert_int_equal(iommufd_emu_vfio_irqs(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_TRIGGER, 1, 2),
			 0);
	assert_int_equal(iommufd_emu_read(events[0], &value, sizeof(value)), -EAGAIN);
	assert_int_equal(iommufd_emu_read(events[2], &value, sizeof(value)), sizeof(value));
	assert_int_equal(value, 1);
	set_command(opened.device, COMMAND_MEMORY | COMMAND_MASTER);
	put(opened.device, 0, DOORBELL, 0, 4);
	put(opened.device, 0, DOORBELL, 1, 4);
	assert_int_equal(iommufd_emu_read(events[0], &value, sizeof(value)), sizeof(value));
	assert_int_equal(value, 1);
	assert_int_equal(iommufd_emu_vfio_irqs(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_MASK, 0, 1),
			 -ENOTTY);
	numbers[1] = STDIN_FILENO;
	assert_int_equal(iommufd_emu_vfio_set_eventfds(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, 0, numbers, 2), -EINVAL);
	numbers[1] = 999;
	assert_int_equal(iommufd_emu_vfio_set_eventfds(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, 0, numbers, 2), -EBADF);
	assert_int_equal(iommufd_emu_vfio_set_eventfds(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, 0, numbers,
						       IOMMUFD_EMU_VFIO_IRQS_MAX + 1),
			 -EINVAL);
	assert_int_equal(iommufd_emu_vfio_irqs(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_TRIGGER, 0, 0),
			 0);
	assert_int_equal(iommufd_emu_vfio_irqs(opened.device, VFIO_PCI_MSIX_IRQ_INDEX, VFIO_IRQ_SET_ACTION_TRIGGER, 0, 0),
			 -EINVAL);
	assert_int_equal(iommufd_emu_close(events[0]), 1);
	assert_int_equal(iommufd_emu_close(events[2]), 1);
	close_by_node(&opened);
}

static void mapped_memory_is_the_device_s_and_is_gone_while_nothing_is_decoded(void **state)
{
	struct by_node opened = open_by_node(TESTDEV_NODE);
	struct iommufd_emu_vfio_mapping *bar;
	uint64_t bytes = 0;
	size_t length;
	char *memory;

	(void)state;
	assert_int_equal(iommufd_emu_vfio_map(opened.device, IOMMUFD_EMU_VFIO_OFFSET(MEMORY_BAR, 0), 3 * PAGE, &bar), 0);
	memory = iommufd_emu_vfio_memory(bar, PAGE + 16, &length);
	assert_non_null(memory);
	assert_int_equal(length, 2 * PAGE - 16);
	memcpy(memory, "memory", 6);
	assert_int_equal(iommufd_emu_vfio_load(bar, PAGE + 16, &bytes, 6), 0);
	assert_memory_equal(&bytes, "memory", 6);
	bytes = get(opened.device, MEMORY_BAR, PAGE + 16, 6);
	assert_memory_equal(&bytes, "memory", 6);
	put(opened.device, MEMORY_BAR, PAGE + 16, 'M', 1);
	assert_int_equal(memory[0], 'M');
	assert_int_equal(load(bar, ID, 4), IDENTITY);
	store(bar, SCRATCH0, 0x1234, 4);
	assert_int_equal(get(opened.device, 0, SCRATCH0, 4), 0x1234);
	assert_int_equal(iommufd_emu_vfio_load(bar, PAGE - 2, &bytes, 4), -EINVAL);
	assert_int_equal(iommufd_emu_vfio_load(bar, 3 * PAGE - 2, &bytes, 4), -EINVAL);
	assert_int_equal(iommufd_emu_vfio_store(bar, ~0ull, &bytes, 4), -EINVAL);
	assert_int_equal(iommufd_emu_vfio_load(bar, 0, &bytes, 0), -EINVAL);

	set_command(opened.device, 0);
	assert_int_equal(iommufd_emu_vfio_load(bar, ID, &bytes, 4), -EFAULT);
	assert_int_equal(iommufd_emu_vfio_store(bar, SCRATCH0, &bytes, 4), -EFAULT);
	assert_int_equal(iommufd_emu_vfio_load(bar, PAGE, &bytes, 4), -EFAULT);
	assert_int_equal(iommufd_emu_vfio_store(bar, PAGE, &bytes, 4), -EFAULT);
	set_command(opened.device, COMMAND_MEMORY);
	assert_int_equal(load(bar, ID, 4), IDENTITY);
	assert_memory_equal(memory, "Memory", 6);

	assert_int_equal(iommufd_emu_close(opened.device), 1);
	assert_int_equal(load(bar, SCRATCH0, 4), 0x1234);
	assert_int_equal(iommufd_emu_vfio_unmap(bar), 1);
	assert_int_equal(iommufd_emu_vfio_unmap(NULL), 0);
	assert_int_equal(iommufd_emu_close(opened.iommufd), 1);
}

static void a_device_is_joined_by_its_token(void **state)
{
	struct by_container opened = open_by_container(TESTDEV_GROUP, TESTDEV);
	struct iommufd_emu_token token;
	struct iommufd_emu *joined;
	uint32_t regions;

	(void)state;
	iommufd_emu_token(opened.device, &token);
	assert_int_equal(iommufd_emu_vfio_device_join(NULL, &token, true, &joined), 0);
	assert_int_equal(iommufd_emu_close(opened.device), 0);
	assert_int_equal(iommufd_emu_vfio_device_info(joined, NULL, &regions, NULL), 0);
	assert_int_equal(regions, VFIO_PCI_NUM_REGIONS);
	opened.device = joined;
	close_by_container(&opened);
}

static void functions_below_a_port_are_reset_together(void **state)
{
	struct by_container opened = open_by_container(TESTDEV_GROUP, TESTDEV);
	struct by_node bound;

	(void)state;
	put(opened.device, 0, SCRATCH0, 1, 4);
	assert_int_equal(iommufd_emu_vfio_hot_reset(opened.device, NULL, 0), -EINVAL);
	assert_int_equal(iommufd_emu_vfio_hot_reset(opened.device, &opened.group, 1), 0);
	assert_int_equal(get(opened.device, 0, SCRATCH0, 4), 0);
	close_by_container(&opened);
	bound = open_by_node(TESTDEV_NODE);
	put(bound.device, 0, SCRATCH0, 1, 4);
	assert_int_equal(iommufd_emu_vfio_hot_reset(bound.device, NULL, 0), 0);
	assert_int_equal(get(bound.device, 0, SCRATCH0, 4), 0);
	close_by_node(&bound);
	bound = open_by_node(IOAT_NODE);
	assert_int_equal(iommufd_emu_vfio_hot_reset(bound.device, NULL, 0), -ENODEV);
	close_by_node(&bound);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_of_a_container_copies_and_signals_an_eventfd),
		cmocka_unit_test(a_device_of_its_node_does_the_same_by_mapped_registers_and_an_event_of_the_daemon),
		cmocka_unit_test(ranges_of_a_container_are_told_as_far_as_there_is_room),
		cmocka_unit_test(a_container_answers_errors_as_the_kernel_does),
		cmocka_unit_test(a_group_is_open_once_and_gives_its_own_devices_to_who_has_a_container),
		cmocka_unit_test(a_node_is_bound_once_and_does_nothing_before),
		cmocka_unit_test(pasids_are_attached_to_tables_that_take_them),
		cmocka_unit_test(a_device_tells_what_it_has),
		cmocka_unit_test(regions_end_where_they_end),
		cmocka_unit_test(vectors_are_set_triggered_and_dropped),
		cmocka_unit_test(mapped_memory_is_the_device_s_and_is_gone_while_nothing_is_decoded),
		cmocka_unit_test(a_device_is_joined_by_its_token),
		cmocka_unit_test(functions_below_a_port_are_reset_together),
	};

	return cmocka_run_group_tests_name("vfio", tests, NULL, NULL);
}
