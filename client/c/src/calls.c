/* The native ioctls as functions: each fills the uAPI's struct, runs the ioctl and takes the outputs. */
#include "iommufd_emu_uapi.h"

#include "context.h"

_Static_assert(sizeof(struct iommufd_emu_range) == sizeof(struct iommu_iova_range),
	       "ranges go to the ioctl as they are");

static uint64_t address_of(const void *memory)
{
	return (uintptr_t)memory;
}

int iommufd_emu_destroy(struct iommufd_emu *context, uint32_t id)
{
	struct iommu_destroy call = { .size = sizeof(call), .id = id };

	return emu_own_ioctl(context, IOMMU_DESTROY, &call);
}

int iommufd_emu_ioas_alloc(struct iommufd_emu *context, uint32_t *ioas_id)
{
	struct iommu_ioas_alloc call = { .size = sizeof(call) };
	int result = emu_own_ioctl(context, IOMMU_IOAS_ALLOC, &call);

	if (!result)
		*ioas_id = call.out_ioas_id;
	return result;
}

int iommufd_emu_iova_ranges(struct iommufd_emu *context, uint32_t ioas_id, struct iommufd_emu_range *ranges,
			    uint32_t *count, uint64_t *alignment)
{
	struct iommu_ioas_iova_ranges call = {
		.size = sizeof(call),
		.ioas_id = ioas_id,
		.num_iovas = *count,
		.allowed_iovas = address_of(ranges),
	};
	uint32_t capacity = *count;
	int result = emu_own_ioctl(context, IOMMU_IOAS_IOVA_RANGES, &call);

	/* EMSGSIZE of the ioctl has written the struct; that of the transport has not. */
	if (result && call.num_iovas <= capacity)
		return result;
	*count = call.num_iovas;
	if (alignment)
		*alignment = call.out_iova_alignment;
	return result;
}

int iommufd_emu_allow_iovas(struct iommufd_emu *context, uint32_t ioas_id, const struct iommufd_emu_range *ranges,
			    uint32_t count)
{
	struct iommu_ioas_allow_iovas call = {
		.size = sizeof(call),
		.ioas_id = ioas_id,
		.num_iovas = count,
		.allowed_iovas = address_of(ranges),
	};

	return emu_own_ioctl(context, IOMMU_IOAS_ALLOW_IOVAS, &call);
}

int iommufd_emu_map(struct iommufd_emu *context, uint32_t ioas_id, uint32_t flags, const void *memory, uint64_t length,
		    uint64_t *iova)
{
	struct iommu_ioas_map call = {
		.size = sizeof(call),
		.flags = flags,
		.ioas_id = ioas_id,
		.user_va = address_of(memory),
		.length = length,
		.iova = flags & IOMMU_IOAS_MAP_FIXED_IOVA ? *iova : 0,
	};
	int result = emu_own_ioctl(context, IOMMU_IOAS_MAP, &call);

	if (!result)
		*iova = call.iova;
	return result;
}

int iommufd_emu_map_file(struct iommufd_emu *context, uint32_t ioas_id, uint32_t flags, int fd, uint64_t start,
			 uint64_t length, uint64_t *iova)
{
	struct iommu_ioas_map_file call = {
		.size = sizeof(call),
		.flags = flags,
		.ioas_id = ioas_id,
		.fd = fd,
		.start = start,
		.length = length,
		.iova = flags & IOMMU_IOAS_MAP_FIXED_IOVA ? *iova : 0,
	};
	int result = emu_own_ioctl(context, IOMMU_IOAS_MAP_FILE, &call);

	if (!result)
		*iova = call.iova;
	return result;
}

int iommufd_emu_copy(struct iommufd_emu *context, uint32_t source_ioas_id, uint64_t source_iova, uint64_t length,
		     uint32_t destination_ioas_id, uint32_t flags, uint64_t *destination_iova)
{
	struct iommu_ioas_copy call = {
		.size = sizeof(call),
		.flags = flags,
		.dst_ioas_id = destination_ioas_id,
		.src_ioas_id = source_ioas_id,
		.length = length,
		.dst_iova = flags & IOMMU_IOAS_MAP_FIXED_IOVA ? *destination_iova : 0,
		.src_iova = source_iova,
	};
	int result = emu_own_ioctl(context, IOMMU_IOAS_COPY, &call);

	if (!result)
		*destination_iova = call.dst_iova;
	return result;
}

int iommufd_emu_unmap(struct iommufd_emu *context, uint32_t ioas_id, uint64_t iova, uint64_t length, uint64_t *unmapped)
{
	struct iommu_ioas_unmap call = { .size = sizeof(call), .ioas_id = ioas_id, .iova = iova, .length = length };
	int result = emu_own_ioctl(context, IOMMU_IOAS_UNMAP, &call);

	if (!result && unmapped)
		*unmapped = call.length;
	return result;
}

int iommufd_emu_option_get(struct iommufd_emu *context, uint32_t option, uint32_t object_id, uint64_t *value)
{
	struct iommu_option call = {
		.size = sizeof(call),
		.option_id = option,
		.op = IOMMU_OPTION_OP_GET,
		.object_id = object_id,
	};
	int result = emu_own_ioctl(context, IOMMU_OPTION, &call);

	if (!result)
		*value = call.val64;
	return result;
}

int iommufd_emu_option_set(struct iommufd_emu *context, uint32_t option, uint32_t object_id, uint64_t value)
{
	struct iommu_option call = {
		.size = sizeof(call),
		.option_id = option,
		.op = IOMMU_OPTION_OP_SET,
		.object_id = object_id,
		.val64 = value,
	};

	return emu_own_ioctl(context, IOMMU_OPTION, &call);
}

int iommufd_emu_vfio_ioas_get(struct iommufd_emu *context, uint32_t *ioas_id)
{
	struct iommu_vfio_ioas call = { .size = sizeof(call), .op = IOMMU_VFIO_IOAS_GET };
	int result = emu_own_ioctl(context, IOMMU_VFIO_IOAS, &call);

	if (!result)
		*ioas_id = call.ioas_id;
	return result;
}

int iommufd_emu_vfio_ioas_set(struct iommufd_emu *context, uint32_t ioas_id)
{
	struct iommu_vfio_ioas call = { .size = sizeof(call), .ioas_id = ioas_id, .op = IOMMU_VFIO_IOAS_SET };

	return emu_own_ioctl(context, IOMMU_VFIO_IOAS, &call);
}

int iommufd_emu_vfio_ioas_clear(struct iommufd_emu *context)
{
	struct iommu_vfio_ioas call = { .size = sizeof(call), .op = IOMMU_VFIO_IOAS_CLEAR };

	return emu_own_ioctl(context, IOMMU_VFIO_IOAS, &call);
}

int iommufd_emu_change_process(struct iommufd_emu *context)
{
	struct iommu_ioas_change_process call = { .size = sizeof(call) };

	return emu_own_ioctl(context, IOMMU_IOAS_CHANGE_PROCESS, &call);
}

int iommufd_emu_hwpt_alloc(struct iommufd_emu *context, uint32_t dev_id, uint32_t pt_id, uint32_t flags,
			   uint32_t *hwpt_id)
{
	struct iommu_hwpt_alloc call = { .size = sizeof(call), .flags = flags, .dev_id = dev_id, .pt_id = pt_id };
	int result = emu_own_ioctl(context, IOMMU_HWPT_ALLOC, &call);

	if (!result)
		*hwpt_id = call.out_hwpt_id;
	return result;
}

int iommufd_emu_get_hw_info(struct iommufd_emu *context, uint32_t dev_id, void *data, uint32_t capacity,
			    uint32_t *length, uint32_t *type, uint64_t *capabilities)
{
	struct iommu_hw_info call = {
		.size = sizeof(call),
		.dev_id = dev_id,
		.data_len = capacity,
		.data_uptr = address_of(data),
	};
	int result = emu_own_ioctl(context, IOMMU_GET_HW_INFO, &call);

	if (result)
		return result;
	if (length)
		*length = call.data_len;
	if (type)
		*type = call.out_data_type;
	if (capabilities)
		*capabilities = call.out_capabilities;
	return 0;
}
