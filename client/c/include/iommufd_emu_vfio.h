/* SPDX-License-Identifier: MIT */
/*
 * libiommufd-emu: VFIO, as a VMM uses it. C99 and C++. Requests, flags and structs are in iommufd_emu_vfio_uapi.h, or in the
 * system's <linux/vfio.h>.
 *
 * Containers, groups, devices and events are contexts (iommufd_emu.h): the rules for results and threads are the same, and
 * iommufd_emu_close, iommufd_emu_token and iommufd_emu_ioctl work on all of them. A container is a context of
 * "/dev/vfio/vfio" or of "/dev/iommu".
 */
#ifndef IOMMUFD_EMU_VFIO_H
#define IOMMUFD_EMU_VFIO_H

#include "iommufd_emu.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- containers -------------------------------------------------------------------------------------------------- */

/* VFIO_CHECK_EXTENSION: 1 if there is the extension, 0 if not. */
IOMMUFD_EMU_API int iommufd_emu_vfio_check_extension(struct iommufd_emu *container, uint32_t extension);

/* VFIO_SET_IOMMU. type: VFIO_TYPE1_IOMMU 1, VFIO_TYPE1v2_IOMMU 3. */
IOMMUFD_EMU_API int iommufd_emu_vfio_set_iommu(struct iommufd_emu *container, uint32_t type);

/*
 * VFIO_IOMMU_GET_INFO: fills up to *count ranges of usable IOVA and sets *count to how many there are. `page_sizes`, a bit
 * for each size, may be NULL. -EMSGSIZE: there are more than there was room for, and *count is set.
 */
IOMMUFD_EMU_API int iommufd_emu_vfio_get_info(struct iommufd_emu *container, struct iommufd_emu_range *ranges,
					      uint32_t *count, uint64_t *page_sizes);

/* VFIO_IOMMU_MAP_DMA. flags: VFIO_DMA_MAP_FLAG_READ 1, _WRITE 2. size is in bytes. */
IOMMUFD_EMU_API int iommufd_emu_vfio_map_dma(struct iommufd_emu *container, uint32_t flags, const void *memory,
					     uint64_t iova, uint64_t size);

/* VFIO_IOMMU_UNMAP_DMA. `unmapped`, which may be NULL: the bytes removed, also where it failed on the way. */
IOMMUFD_EMU_API int iommufd_emu_vfio_unmap_dma(struct iommufd_emu *container, uint64_t iova, uint64_t size,
					       uint64_t *unmapped);

/* The same of everything: VFIO_DMA_UNMAP_FLAG_ALL. */
IOMMUFD_EMU_API int iommufd_emu_vfio_unmap_all_dma(struct iommufd_emu *container, uint64_t *unmapped);

/* ---- groups ------------------------------------------------------------------------------------------------------ */

/* Opens /dev/vfio/GROUP. Errors: as iommufd_emu_open; -ENODEV: there is none, -EBUSY: it is open. */
IOMMUFD_EMU_API int iommufd_emu_vfio_group_open(const char *socket_path, uint32_t number, struct iommufd_emu **group);

/* VFIO_GROUP_GET_STATUS. flags: VFIO_GROUP_FLAGS_VIABLE 1, _CONTAINER_SET 2. */
IOMMUFD_EMU_API int iommufd_emu_vfio_group_status(struct iommufd_emu *group, uint32_t *flags);

/* VFIO_GROUP_SET_CONTAINER, VFIO_GROUP_UNSET_CONTAINER */
IOMMUFD_EMU_API int iommufd_emu_vfio_group_set_container(struct iommufd_emu *group,
							 const struct iommufd_emu *container);
IOMMUFD_EMU_API int iommufd_emu_vfio_group_unset_container(struct iommufd_emu *group);

/* VFIO_GROUP_GET_DEVICE_FD: opens a device of the group by its address, such as "0000:00:04.0". */
IOMMUFD_EMU_API int iommufd_emu_vfio_group_get_device(struct iommufd_emu *group, const char *address,
						      struct iommufd_emu **device);

/* ---- devices ----------------------------------------------------------------------------------------------------- */

/* Opens /dev/vfio/devices/vfioINDEX, which can do nothing until it is bound. -ENODEV: there is none. */
IOMMUFD_EMU_API int iommufd_emu_vfio_device_open(const char *socket_path, uint32_t index, struct iommufd_emu **device);

/* A further context of an open device: as iommufd_emu_join, which does not know what a token is of. */
IOMMUFD_EMU_API int iommufd_emu_vfio_device_join(const char *socket_path, const struct iommufd_emu_token *token,
						 bool hold, struct iommufd_emu **device);

/* VFIO_DEVICE_BIND_IOMMUFD. *dev_id is the device's object id in the iommufd. */
IOMMUFD_EMU_API int iommufd_emu_vfio_bind(struct iommufd_emu *device, const struct iommufd_emu *iommufd,
					  uint32_t *dev_id);

/*
 * VFIO_DEVICE_ATTACH_IOMMUFD_PT: attaches it to an IOAS or HWPT, or replaces what it is attached to. *hwpt_id, which may
 * be NULL: the HWPT in use. VFIO_DEVICE_DETACH_IOMMUFD_PT.
 */
IOMMUFD_EMU_API int iommufd_emu_vfio_attach(struct iommufd_emu *device, uint32_t pt_id, uint32_t *hwpt_id);
IOMMUFD_EMU_API int iommufd_emu_vfio_detach(struct iommufd_emu *device);

/* The same for one PASID of the device, from 1. */
IOMMUFD_EMU_API int iommufd_emu_vfio_attach_pasid(struct iommufd_emu *device, uint32_t pasid, uint32_t pt_id,
						  uint32_t *hwpt_id);
IOMMUFD_EMU_API int iommufd_emu_vfio_detach_pasid(struct iommufd_emu *device, uint32_t pasid);

/* VFIO_DEVICE_GET_INFO. flags: VFIO_DEVICE_FLAGS_RESET 1, _PCI 2. Each of the three may be NULL. */
IOMMUFD_EMU_API int iommufd_emu_vfio_device_info(struct iommufd_emu *device, uint32_t *flags, uint32_t *regions,
						 uint32_t *interrupts);

/* A region: 0 to 5 are BARs, 6 is the ROM, 7 configuration space. */
struct iommufd_emu_vfio_region {
	uint32_t flags;     /* VFIO_REGION_INFO_FLAG_READ 1, _WRITE 2, _MMAP 4 */
	bool msix_mappable; /* the MSI-X table lies in it, and all of it can be mapped */
	uint64_t size;      /* bytes; 0: there is none */
	uint64_t offset;    /* in the device file */
};

/* VFIO_DEVICE_GET_REGION_INFO */
IOMMUFD_EMU_API int iommufd_emu_vfio_region_info(struct iommufd_emu *device, uint32_t index,
						 struct iommufd_emu_vfio_region *region);

/* VFIO_DEVICE_GET_IRQ_INFO. index: VFIO_PCI_*_IRQ_INDEX. flags: VFIO_IRQ_INFO_*; may be NULL. */
IOMMUFD_EMU_API int iommufd_emu_vfio_irq_info(struct iommufd_emu *device, uint32_t index, uint32_t *count,
					      uint32_t *flags);

/* As many interrupts as MSI-X can have. */
#define IOMMUFD_EMU_VFIO_IRQS_MAX 2048

/*
 * VFIO_DEVICE_SET_IRQS with VFIO_IRQ_SET_DATA_EVENTFD and VFIO_IRQ_SET_ACTION_TRIGGER: `count` interrupts from `start` on
 * signal these descriptors of eventfd(2), -1: none. The daemon takes them from this process: -EBADF where it cannot.
 * More than 0: only so many vectors can be had, and none is enabled.
 */
IOMMUFD_EMU_API int iommufd_emu_vfio_set_eventfds(struct iommufd_emu *device, uint32_t index, uint32_t start,
						  const int32_t *eventfds, uint32_t count);

/* The same with events of the daemon's, which always work; NULL: none. */
IOMMUFD_EMU_API int iommufd_emu_vfio_set_events(struct iommufd_emu *device, uint32_t index, uint32_t start,
						struct iommufd_emu *const *events, uint32_t count);

/*
 * VFIO_DEVICE_SET_IRQS with VFIO_IRQ_SET_DATA_NONE. action: VFIO_IRQ_SET_ACTION_MASK 8, _UNMASK 16, _TRIGGER 32, which with a
 * count of 0 disables the index.
 */
IOMMUFD_EMU_API int iommufd_emu_vfio_irqs(struct iommufd_emu *device, uint32_t index, uint32_t action, uint32_t start,
					  uint32_t count);

/* VFIO_DEVICE_RESET */
IOMMUFD_EMU_API int iommufd_emu_vfio_reset(struct iommufd_emu *device);

/* VFIO_DEVICE_PCI_HOT_RESET. groups: open ones of the devices that it affects; none for a device that was bound. */
IOMMUFD_EMU_API int iommufd_emu_vfio_hot_reset(struct iommufd_emu *device, struct iommufd_emu *const *groups,
					       uint32_t count);

/* ---- registers and memory of a device ---------------------------------------------------------------------------- */

/* Where a byte of a region lies in the device file. */
#define IOMMUFD_EMU_VFIO_OFFSET(region, offset) (((uint64_t)(region) << 40) + (offset))

/* pread(2) and pwrite(2): the bytes, fewer at the end of a BAR. -EINVAL, -EIO, -EFAULT as the kernel has them. */
IOMMUFD_EMU_API int iommufd_emu_pread(struct iommufd_emu *context, void *buffer, size_t count, uint64_t offset);
IOMMUFD_EMU_API int iommufd_emu_pwrite(struct iommufd_emu *context, const void *buffer, size_t count, uint64_t offset);

/* mmap(2) of a part of a BAR, whole pages. It keeps the device bound, and is as little thread-safe as a context. */
struct iommufd_emu_vfio_mapping;

/* -EINVAL: it cannot be mapped; -EACCES, -ENOENT: there is memory in it, and this process may not open the daemon's file. */
IOMMUFD_EMU_API int iommufd_emu_vfio_map(struct iommufd_emu *device, uint64_t offset, size_t length,
					 struct iommufd_emu_vfio_mapping **mapping);

/*
 * Loads and stores, offsets being from the start of the mapping. Of registers each is one access of the device's, of at most
 * 64 bytes that do not cross a page; of memory, any bytes in its pages. -EFAULT: nothing answers there now, which a program
 * sees as SIGBUS; -EINVAL: not inside pages of one kind.
 */
IOMMUFD_EMU_API int iommufd_emu_vfio_load(struct iommufd_emu_vfio_mapping *mapping, uint64_t offset, void *to,
					  size_t length);
IOMMUFD_EMU_API int iommufd_emu_vfio_store(struct iommufd_emu_vfio_mapping *mapping, uint64_t offset, const void *from,
					   size_t length);

/*
 * The memory at this offset as an address, and how many bytes of it follow there; NULL: there are registers. Touching it
 * while nothing answers is SIGBUS.
 */
IOMMUFD_EMU_API void *iommufd_emu_vfio_memory(const struct iommufd_emu_vfio_mapping *mapping, uint64_t offset,
					      size_t *length);

/* munmap(2) of all of it, and frees it; NULL is allowed. As iommufd_emu_close. */
IOMMUFD_EMU_API int iommufd_emu_vfio_unmap(struct iommufd_emu_vfio_mapping *mapping);

/* ---- events ------------------------------------------------------------------------------------------------------ */

/*
 * A counter of the daemon's, as eventfd(2) with EFD_NONBLOCK: iommufd_emu_read and iommufd_emu_write of 8 bytes, -EAGAIN
 * where eventfd(2) would wait, and poll(2) of iommufd_emu_poll_fd.
 */
IOMMUFD_EMU_API int iommufd_emu_event_open(const char *socket_path, struct iommufd_emu **event);

#ifdef __cplusplus
}
#endif

#endif
