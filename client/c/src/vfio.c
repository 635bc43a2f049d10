/*
 * VFIO's ioctls as functions: each fills the uAPI's struct, runs the ioctl and takes the outputs. Files of this process's own
 * that a call takes are named by their tokens, under numbers that mean nothing elsewhere.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "iommufd_emu_vfio_uapi.h"

#include "context.h"
#include "iommufd_emu_vfio.h"

#define GROUP_NODE "/dev/vfio/%u"
#define DEVICE_NODE "/dev/vfio/devices/vfio%u"

/* The longest path of a node. */
#define NODE_BYTES_MAX 40

static void *value(uint32_t argument)
{
	return (void *)(uintptr_t)argument;
}

static struct iommufd_emu_descriptor named(int32_t number, const struct iommufd_emu *context)
{
	struct iommufd_emu_descriptor descriptor = { .number = number };

	iommufd_emu_token(context, &descriptor.token);
	return descriptor;
}

static int open_numbered(const char *socket_path, const char *format, uint32_t number, struct iommufd_emu **context)
{
	char node[NODE_BYTES_MAX];

	snprintf(node, sizeof(node), format, number);
	return iommufd_emu_open(socket_path, node, context);
}

/* ---- containers -------------------------------------------------------------------------------------------------- */

int iommufd_emu_vfio_check_extension(struct iommufd_emu *container, uint32_t extension)
{
	return iommufd_emu_ioctl(container, VFIO_CHECK_EXTENSION, value(extension));
}

int iommufd_emu_vfio_set_iommu(struct iommufd_emu *container, uint32_t type)
{
	return iommufd_emu_ioctl(container, VFIO_SET_IOMMU, value(type));
}

/* The info with its capabilities, to be given to free(3); NULL: *error says why. */
static struct vfio_iommu_type1_info *get_info(struct iommufd_emu *container, int *error)
{
	uint32_t bytes = sizeof(struct vfio_iommu_type1_info);

	for (;;) {
		struct vfio_iommu_type1_info *info = calloc(1, bytes);

		*error = -ENOMEM;
		if (!info)
			return NULL;
		info->argsz = bytes;
		*error = emu_own_ioctl(container, VFIO_IOMMU_GET_INFO, info);
		if (!*error && info->argsz <= bytes)
			return info;
		bytes = info->argsz;
		free(info);
		if (*error)
			return NULL;
	}
}

static const struct vfio_info_cap_header *next_capability(const struct vfio_iommu_type1_info *info, uint32_t offset)
{
	if (!offset || offset + sizeof(struct vfio_iommu_type1_info_cap_iova_range) > info->argsz)
		return NULL;
	return (const void *)((const uint8_t *)info + offset);
}

/* Takes the ranges that there is room for; returns how many there are. */
static uint32_t take_ranges(const struct vfio_iommu_type1_info *info, struct iommufd_emu_range *ranges, uint32_t room)
{
	const struct vfio_iommu_type1_info_cap_iova_range *capability;
	const struct vfio_info_cap_header *header;
	const struct vfio_iova_range *range;
	uint32_t i;

	header = next_capability(info, info->cap_offset);
	while (header && header->id != VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE)
		header = next_capability(info, header->next);
	if (!header)
		return 0;
	capability = (const void *)header;
	range = (const void *)(capability + 1);
	for (i = 0; i < capability->nr_iovas && i < room; i++) {
		ranges[i].start = range[i].start;
		ranges[i].last = range[i].end;
	}
	return capability->nr_iovas;
}

int iommufd_emu_vfio_get_info(struct iommufd_emu *container, struct iommufd_emu_range *ranges, uint32_t *count,
			      uint64_t *page_sizes)
{
	struct vfio_iommu_type1_info *info;
	uint32_t room = *count;
	int error;

	info = get_info(container, &error);
	if (!info)
		return error;
	if (page_sizes)
		*page_sizes = info->iova_pgsizes;
	*count = take_ranges(info, ranges, room);
	free(info);
	return *count > room ? -EMSGSIZE : 0;
}

int iommufd_emu_vfio_map_dma(struct iommufd_emu *container, uint32_t flags, const void *memory, uint64_t iova,
			     uint64_t size)
{
	struct vfio_iommu_type1_dma_map call = {
		.argsz = sizeof(call),
		.flags = flags,
		.vaddr = (uintptr_t)memory,
		.iova = iova,
		.size = size,
	};

	return emu_own_ioctl(container, VFIO_IOMMU_MAP_DMA, &call);
}

static int unmap_dma(struct iommufd_emu *container, uint32_t flags, uint64_t iova, uint64_t size, uint64_t *unmapped)
{
	struct vfio_iommu_type1_dma_unmap call = { .argsz = sizeof(call), .flags = flags, .iova = iova, .size = size };
	int result = emu_own_ioctl(container, VFIO_IOMMU_UNMAP_DMA, &call);

	/* What was refused before anything was removed has left the size as it was. */
	if (unmapped)
		*unmapped = result && call.size == size ? 0 : call.size;
	return result;
}

int iommufd_emu_vfio_unmap_dma(struct iommufd_emu *container, uint64_t iova, uint64_t size, uint64_t *unmapped)
{
	return unmap_dma(container, 0, iova, size, unmapped);
}

int iommufd_emu_vfio_unmap_all_dma(struct iommufd_emu *container, uint64_t *unmapped)
{
	return unmap_dma(container, VFIO_DMA_UNMAP_FLAG_ALL, 0, 0, unmapped);
}

/* ---- groups ------------------------------------------------------------------------------------------------------ */

int iommufd_emu_vfio_group_open(const char *socket_path, uint32_t number, struct iommufd_emu **group)
{
	return open_numbered(socket_path, GROUP_NODE, number, group);
}

int iommufd_emu_vfio_group_status(struct iommufd_emu *group, uint32_t *flags)
{
	struct vfio_group_status call = { .argsz = sizeof(call) };
	int result = emu_own_ioctl(group, VFIO_GROUP_GET_STATUS, &call);

	if (!result)
		*flags = call.flags;
	return result;
}

int iommufd_emu_vfio_group_set_container(struct iommufd_emu *group, const struct iommufd_emu *container)
{
	struct iommufd_emu_descriptor descriptor = named(0, container);
	int32_t number = descriptor.number;

	return iommufd_emu_ioctl_naming(group, VFIO_GROUP_SET_CONTAINER, &number, &descriptor, 1, NULL);
}

int iommufd_emu_vfio_group_unset_container(struct iommufd_emu *group)
{
	return iommufd_emu_ioctl(group, VFIO_GROUP_UNSET_CONTAINER, NULL);
}

/* A context of a device that the daemon of `near` has open. */
static int join_device(const struct iommufd_emu *near, const struct iommufd_emu_token *token,
		       struct iommufd_emu **device)
{
	struct emu_address daemon;
	int error = emu_daemon_of(near, &daemon);

	return error ? error : iommufd_emu_vfio_device_join(daemon.name.sun_path, token, true, device);
}

int iommufd_emu_vfio_group_get_device(struct iommufd_emu *group, const char *address, struct iommufd_emu **device)
{
	struct iommufd_emu_token made;
	int result = iommufd_emu_ioctl_naming(group, VFIO_GROUP_GET_DEVICE_FD, (void *)(uintptr_t)address, NULL, 0,
					      &made);

	return result ? result : join_device(group, &made, device);
}

/* ---- devices ----------------------------------------------------------------------------------------------------- */

int iommufd_emu_vfio_device_open(const char *socket_path, uint32_t index, struct iommufd_emu **device)
{
	return open_numbered(socket_path, DEVICE_NODE, index, device);
}

int iommufd_emu_vfio_device_join(const char *socket_path, const struct iommufd_emu_token *token, bool hold,
				 struct iommufd_emu **device)
{
	int error = iommufd_emu_join(socket_path, token, hold, device);

	if (!error)
		(*device)->file = emu_file_of(DEVICE_NODE);
	return error;
}

int iommufd_emu_vfio_bind(struct iommufd_emu *device, const struct iommufd_emu *iommufd, uint32_t *dev_id)
{
	struct iommufd_emu_descriptor descriptor = named(0, iommufd);
	struct vfio_device_bind_iommufd call = { .argsz = sizeof(call), .iommufd = descriptor.number };
	int result = iommufd_emu_ioctl_naming(device, VFIO_DEVICE_BIND_IOMMUFD, &call, &descriptor, 1, NULL);

	if (!result)
		*dev_id = call.out_devid;
	return result;
}

static int attach(struct iommufd_emu *device, uint32_t flags, uint32_t pasid, uint32_t pt_id, uint32_t *hwpt_id)
{
	struct vfio_device_attach_iommufd_pt call = {
		.argsz = sizeof(call),
		.flags = flags,
		.pt_id = pt_id,
		.pasid = pasid,
	};
	int result = emu_own_ioctl(device, VFIO_DEVICE_ATTACH_IOMMUFD_PT, &call);

	if (!result && hwpt_id)
		*hwpt_id = call.pt_id;
	return result;
}

static int detach(struct iommufd_emu *device, uint32_t flags, uint32_t pasid)
{
	struct vfio_device_detach_iommufd_pt call = { .argsz = sizeof(call), .flags = flags, .pasid = pasid };

	return emu_own_ioctl(device, VFIO_DEVICE_DETACH_IOMMUFD_PT, &call);
}

int iommufd_emu_vfio_attach(struct iommufd_emu *device, uint32_t pt_id, uint32_t *hwpt_id)
{
	return attach(device, 0, 0, pt_id, hwpt_id);
}

int iommufd_emu_vfio_detach(struct iommufd_emu *device)
{
	return detach(device, 0, 0);
}

int iommufd_emu_vfio_attach_pasid(struct iommufd_emu *device, uint32_t pasid, uint32_t pt_id, uint32_t *hwpt_id)
{
	return attach(device, VFIO_DEVICE_ATTACH_PASID, pasid, pt_id, hwpt_id);
}

int iommufd_emu_vfio_detach_pasid(struct iommufd_emu *device, uint32_t pasid)
{
	return detach(device, VFIO_DEVICE_DETACH_PASID, pasid);
}

int iommufd_emu_vfio_device_info(struct iommufd_emu *device, uint32_t *flags, uint32_t *regions, uint32_t *interrupts)
{
	struct vfio_device_info call = { .argsz = sizeof(call) };
	int result = emu_own_ioctl(device, VFIO_DEVICE_GET_INFO, &call);

	if (result)
		return result;
	if (flags)
		*flags = call.flags;
	if (regions)
		*regions = call.num_regions;
	if (interrupts)
		*interrupts = call.num_irqs;
	return 0;
}

int iommufd_emu_vfio_region_info(struct iommufd_emu *device, uint32_t index, struct iommufd_emu_vfio_region *region)
{
	struct {
		struct vfio_region_info info;
		struct vfio_info_cap_header capability;
	} call = { .info = { .argsz = sizeof(call), .index = index } };
	int result = emu_own_ioctl(device, VFIO_DEVICE_GET_REGION_INFO, &call);

	if (result)
		return result;
	region->flags = call.info.flags & ~VFIO_REGION_INFO_FLAG_CAPS;
	region->msix_mappable = call.info.cap_offset && call.capability.id == VFIO_REGION_INFO_CAP_MSIX_MAPPABLE;
	region->size = call.info.size;
	region->offset = call.info.offset;
	return 0;
}

int iommufd_emu_vfio_irq_info(struct iommufd_emu *device, uint32_t index, uint32_t *count, uint32_t *flags)
{
	struct vfio_irq_info call = { .argsz = sizeof(call), .index = index };
	int result = emu_own_ioctl(device, VFIO_DEVICE_GET_IRQ_INFO, &call);

	if (result)
		return result;
	*count = call.count;
	if (flags)
		*flags = call.flags;
	return 0;
}

/* ---- interrupts and resets --------------------------------------------------------------------------------------- */

/* A struct with numbers of descriptors behind it, and what those stand for. */
struct call_naming {
	uint32_t argsz;
	int32_t *numbers;
	struct iommufd_emu_descriptor *named;
	size_t count;
	void *call;
};

/* Room for them; 0, -EINVAL: too many, -ENOMEM. */
static int prepare(struct call_naming *naming, size_t struct_bytes, uint32_t count)
{
	if (count > IOMMUFD_EMU_VFIO_IRQS_MAX)
		return -EINVAL;
	memset(naming, 0, sizeof(*naming));
	naming->argsz = (uint32_t)(struct_bytes + count * sizeof(int32_t));
	naming->call = calloc(1, naming->argsz);
	naming->named = calloc(count + 1, sizeof(*naming->named));
	if (!naming->call || !naming->named) {
		free(naming->call);
		free(naming->named);
		return -ENOMEM;
	}
	naming->numbers = (int32_t *)((uint8_t *)naming->call + struct_bytes);
	return 0;
}

static void name_all(struct call_naming *naming, struct iommufd_emu *const *contexts, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++) {
		naming->numbers[i] = contexts[i] ? (int32_t)i : -1;
		if (contexts[i])
			naming->named[naming->count++] = named((int32_t)i, contexts[i]);
	}
}

static int run(struct call_naming *naming, struct iommufd_emu *device, uint32_t request)
{
	int result = iommufd_emu_ioctl_naming(device, request, naming->call, naming->named, naming->count, NULL);

	free(naming->call);
	free(naming->named);
	return result;
}

static int prepare_trigger(struct call_naming *naming, uint32_t index, uint32_t start, uint32_t count)
{
	int error = prepare(naming, sizeof(struct vfio_irq_set), count);
	struct vfio_irq_set *call = naming->call;

	if (error)
		return error;
	call->argsz = naming->argsz;
	call->flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER;
	call->index = index;
	call->start = start;
	call->count = count;
	return 0;
}

int iommufd_emu_vfio_set_eventfds(struct iommufd_emu *device, uint32_t index, uint32_t start, const int32_t *eventfds,
				  uint32_t count)
{
	struct call_naming naming;
	int error = prepare_trigger(&naming, index, start, count);

	if (error)
		return error;
	if (count)
		memcpy(naming.numbers, eventfds, count * sizeof(*eventfds));
	return run(&naming, device, VFIO_DEVICE_SET_IRQS);
}

int iommufd_emu_vfio_set_events(struct iommufd_emu *device, uint32_t index, uint32_t start,
				struct iommufd_emu *const *events, uint32_t count)
{
	struct call_naming naming;
	int error = prepare_trigger(&naming, index, start, count);

	if (error)
		return error;
	name_all(&naming, events, count);
	return run(&naming, device, VFIO_DEVICE_SET_IRQS);
}

int iommufd_emu_vfio_irqs(struct iommufd_emu *device, uint32_t index, uint32_t action, uint32_t start, uint32_t count)
{
	struct vfio_irq_set call = {
		.argsz = sizeof(call),
		.flags = VFIO_IRQ_SET_DATA_NONE | action,
		.index = index,
		.start = start,
		.count = count,
	};

	return emu_own_ioctl(device, VFIO_DEVICE_SET_IRQS, &call);
}

int iommufd_emu_vfio_reset(struct iommufd_emu *device)
{
	return iommufd_emu_ioctl(device, VFIO_DEVICE_RESET, NULL);
}

int iommufd_emu_vfio_hot_reset(struct iommufd_emu *device, struct iommufd_emu *const *groups, uint32_t count)
{
	struct call_naming naming;
	int error = prepare(&naming, sizeof(struct vfio_pci_hot_reset), count);
	struct vfio_pci_hot_reset *call = naming.call;

	if (error)
		return error;
	call->argsz = naming.argsz;
	call->count = count;
	name_all(&naming, groups, count);
	return run(&naming, device, VFIO_DEVICE_PCI_HOT_RESET);
}

/* ---- events ------------------------------------------------------------------------------------------------------ */

int iommufd_emu_event_open(const char *socket_path, struct iommufd_emu **event)
{
	return iommufd_emu_open(socket_path, "eventfd", event);
}
