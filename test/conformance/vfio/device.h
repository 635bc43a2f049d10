/*
 * The devices under test: where they are found, how they are opened through group or cdev, how memory is mapped for
 * them, and the shorthands for their ioctls that most tests use.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness.h"
#include "vfio_uapi.h"

#define PAGE 4096ul
#define PAGE_MASK (PAGE - 1)

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define BARS 6

struct pci_device {
	/* "0000:00:04.0" */
	char address[16];
	unsigned vendor, device;
	unsigned group;
	/* A device of its IOMMU group is bound to a driver that owns DMA: neither vfio-pci nor one of a bridge. */
	bool group_has_host_driver;
	/* "vfio0" */
	char cdev[32];
	/* An SR-IOV physical or virtual function, for which tokens have other rules. */
	bool sriov;
	/* Sizes of the BARs and the ROM, from sysfs. */
	uint64_t resource_bytes[BARS + 1];
};

/* Finds a device in sysfs. Returns NULL, or what is wrong. */
const char *find_device(struct pci_device *device, const char *address);

/* The first reserved region of the device's group that is this far from both ends of the address space; false: none. */
bool reserved_region(const struct pci_device *device, struct iommu_iova_range *region);

/* Opens a file, which must work. */
int open_file(const char *path);
/* /dev/iommu */
int open_iommu(void);
/* These return what open returns. */
int open_group(const struct pci_device *device);
int open_cdev(const struct pci_device *device);

/* Whether this file is a container of the type1 driver rather than an iommufd. */
bool is_native_container(int fd);

/* A device that is open, with what it was opened through; what is not used is -1. */
struct opened {
	int iommu;
	int group;
	int device;
	/*
	 * Of the IOAS that the device is attached to: the compatibility IOAS, or one made for it. 0 in a native
	 * container.
	 */
	uint32_t ioas_id;
	/* Of the cdev route. */
	uint32_t device_id;
	bool cdev;
};

/* Opens the subject's device by its route or in its mode. Everything must work. */
struct opened open_device(const struct subject *subject);
struct opened open_by_group(const struct pci_device *device, const char *container, int type);
struct opened open_by_cdev(const struct pci_device *device);
/* Device first, as programs do. Every close must return 0. */
void close_device(struct opened *opened);

/* BIND with the whole struct: 0, or -1 and errno. The id is left in *device_id unless that is NULL. */
int bind_cdev(int cdev, int iommu, uint32_t *device_id);
int attach_cdev(int cdev, uint32_t *pt_id);
int detach_cdev(int cdev);
int group_status(int group, uint32_t *flags);
int set_container(int group, int container);
int get_device_fd(int group, const char *name);

uint32_t new_ioas(int iommu);
int destroy_object(int iommu, uint32_t id);
/* IOMMU_VFIO_IOAS; SET takes and GET leaves the id in *ioas_id. */
int vfio_ioas(int iommu, uint16_t op, uint32_t *ioas_id);

/* Ioctls of a container. */
int container_map(int fd, uint32_t flags, const void *memory, uint64_t iova, uint64_t bytes);
int container_unmap(int fd, uint32_t flags, uint64_t iova, uint64_t *bytes);
#define MAP_READ_WRITE (VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE)
int ioas_map(int iommu, uint32_t ioas_id, const void *memory, uint64_t iova, uint64_t bytes);
int ioas_unmap(int iommu, uint32_t ioas_id, uint64_t iova, uint64_t *bytes);

/* Maps for a device however it was opened: 0, or -1 and errno. */
int map_dma(const struct opened *opened, const void *memory, uint64_t iova, uint64_t bytes);
/* Leaves in *bytes what was unmapped. */
int unmap_dma(const struct opened *opened, uint64_t iova, uint64_t *bytes);
int unmap_dma_all(const struct opened *opened, uint64_t *bytes);

#define RANGES_MAX 64
/* The IOVA ranges that can be mapped, ascending; how many. */
unsigned iova_ranges(const struct opened *opened, struct iommu_iova_range ranges[RANGES_MAX]);
/* An IOVA of so many bytes (a power of two, and aligned to them) in the ranges, from `from` on. */
uint64_t find_iova(const struct opened *opened, uint64_t bytes, uint64_t from);

struct vfio_device_info device_info(int device);
struct vfio_region_info region_info(int device, uint32_t index);
struct vfio_irq_info irq_info(int device, uint32_t index);

/* The first BAR whose region has all of these flags, or -1. */
int find_bar(int device, uint32_t flags);
/* Maps the whole region, which must work. */
void *map_region(int device, uint32_t index);

/* Configuration space. Each must transfer all bytes. */
uint32_t config_read(int device, uint32_t offset, unsigned bytes);
void config_write(int device, uint32_t offset, unsigned bytes, uint32_t value);
/* Where a capability of this id lies, or 0. */
uint32_t find_capability(int device, uint8_t id);

#define PCI_COMMAND 0x04
#define PCI_COMMAND_MEMORY 2u
#define PCI_COMMAND_MASTER 4u
#define PCI_COMMAND_INTX_DISABLE 0x400u
#define PCI_CAP_ID_PM 0x01
#define PCI_CAP_ID_MSI 0x05
#define PCI_CAP_ID_EXP 0x10
#define PCI_CAP_ID_MSIX 0x11
#define PCI_CAP_ID_AF 0x13

/* Sets and clears bits of COMMAND. */
void change_command(int device, uint32_t set, uint32_t clear);

/* Shared anonymous memory, filled with zeros. */
void *new_memory(size_t bytes);
/* An address where nothing can be mapped. */
#define NO_MEMORY ((void *)0x8000)

/* `bytes` accessible bytes, then a page that is not. */
void *memory_before_a_hole(size_t bytes);
/* A copy of these bytes in memory that can only be read. */
void *read_only_copy(const void *from, size_t bytes);

/* A number that no descriptor has. */
int closed_fd(void);

/* SET_IRQS of a data type and an action. */
int set_irqs(int device, uint32_t index, uint32_t flags, uint32_t start, uint32_t count, const void *data);
#define TRIGGER_NONE (VFIO_IRQ_SET_DATA_NONE | VFIO_IRQ_SET_ACTION_TRIGGER)
#define TRIGGER_BOOL (VFIO_IRQ_SET_DATA_BOOL | VFIO_IRQ_SET_ACTION_TRIGGER)
#define TRIGGER_EVENTFD (VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER)
int new_eventfd(void);
/* What a non-blocking read of an eventfd gives, 0 if it would block. */
uint64_t event_count(int eventfd);

/* Loads a word of this address: false if that ends in SIGBUS. */
bool can_load(const volatile void *address);

#endif
