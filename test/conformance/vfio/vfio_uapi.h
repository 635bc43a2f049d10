/*
 * The uAPI of VFIO as Linux 7.1 has it: numbers, layouts and flags under their Linux names, and what of iommufd the
 * tests use beside it. Written from the specification, so that the tests can be built where the system's headers are
 * older.
 */
#ifndef VFIO_UAPI_H
#define VFIO_UAPI_H

#include <assert.h>
#include <stdint.h>
#include <sys/ioctl.h>

#define VFIO_CALL(number) _IO(';', 100 + (number))

/* Of containers. */
#define VFIO_GET_API_VERSION VFIO_CALL(0)
#define VFIO_CHECK_EXTENSION VFIO_CALL(1)
#define VFIO_SET_IOMMU VFIO_CALL(2)
#define VFIO_IOMMU_GET_INFO VFIO_CALL(12)
#define VFIO_IOMMU_MAP_DMA VFIO_CALL(13)
#define VFIO_IOMMU_UNMAP_DMA VFIO_CALL(14)
#define VFIO_IOMMU_ENABLE VFIO_CALL(15)
#define VFIO_IOMMU_DISABLE VFIO_CALL(16)
#define VFIO_IOMMU_DIRTY_PAGES VFIO_CALL(17)
/* Of groups. */
#define VFIO_GROUP_GET_STATUS VFIO_CALL(3)
#define VFIO_GROUP_SET_CONTAINER VFIO_CALL(4)
#define VFIO_GROUP_UNSET_CONTAINER VFIO_CALL(5)
#define VFIO_GROUP_GET_DEVICE_FD VFIO_CALL(6)
/* Of devices. */
#define VFIO_DEVICE_GET_INFO VFIO_CALL(7)
#define VFIO_DEVICE_GET_REGION_INFO VFIO_CALL(8)
#define VFIO_DEVICE_GET_IRQ_INFO VFIO_CALL(9)
#define VFIO_DEVICE_SET_IRQS VFIO_CALL(10)
#define VFIO_DEVICE_RESET VFIO_CALL(11)
#define VFIO_DEVICE_GET_PCI_HOT_RESET_INFO VFIO_CALL(12)
#define VFIO_DEVICE_PCI_HOT_RESET VFIO_CALL(13)
#define VFIO_DEVICE_QUERY_GFX_PLANE VFIO_CALL(14)
#define VFIO_DEVICE_GET_GFX_DMABUF VFIO_CALL(15)
#define VFIO_DEVICE_IOEVENTFD VFIO_CALL(16)
#define VFIO_DEVICE_FEATURE VFIO_CALL(17)
#define VFIO_DEVICE_BIND_IOMMUFD VFIO_CALL(18)
#define VFIO_DEVICE_ATTACH_IOMMUFD_PT VFIO_CALL(19)
#define VFIO_DEVICE_DETACH_IOMMUFD_PT VFIO_CALL(20)

/* Extensions, and types of SET_IOMMU. */
#define VFIO_TYPE1_IOMMU 1
#define VFIO_SPAPR_TCE_IOMMU 2
#define VFIO_TYPE1v2_IOMMU 3
#define VFIO_DMA_CC_IOMMU 4
#define VFIO_EEH 5
#define VFIO_TYPE1_NESTING_IOMMU 6
#define VFIO_SPAPR_TCE_v2_IOMMU 7
#define VFIO_NOIOMMU_IOMMU 8
#define VFIO_UNMAP_ALL 9
#define VFIO_UPDATE_VADDR 10

struct vfio_info_cap_header {
	uint16_t id;
	uint16_t version;
	uint32_t next;
};

struct vfio_iommu_type1_info {
	uint32_t argsz;
	uint32_t flags;
	uint64_t iova_pgsizes;
	uint32_t cap_offset;
	uint32_t pad;
};
#define VFIO_IOMMU_INFO_PGSIZES 1
#define VFIO_IOMMU_INFO_CAPS 2
#define VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE 1
#define VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL 3

struct vfio_iova_range {
	uint64_t start;
	uint64_t end;
};

struct vfio_iommu_type1_info_cap_iova_range {
	struct vfio_info_cap_header header;
	uint32_t nr_iovas;
	uint32_t reserved;
	struct vfio_iova_range iova_ranges[];
};

struct vfio_iommu_type1_info_dma_avail {
	struct vfio_info_cap_header header;
	uint32_t avail;
};

struct vfio_iommu_type1_dma_map {
	uint32_t argsz;
	uint32_t flags;
	uint64_t vaddr;
	uint64_t iova;
	uint64_t size;
};
#define VFIO_DMA_MAP_FLAG_READ 1
#define VFIO_DMA_MAP_FLAG_WRITE 2
#define VFIO_DMA_MAP_FLAG_VADDR 4

struct vfio_iommu_type1_dma_unmap {
	uint32_t argsz;
	uint32_t flags;
	uint64_t iova;
	uint64_t size;
};
#define VFIO_DMA_UNMAP_FLAG_GET_DIRTY_BITMAP 1
#define VFIO_DMA_UNMAP_FLAG_ALL 2
#define VFIO_DMA_UNMAP_FLAG_VADDR 4

struct vfio_group_status {
	uint32_t argsz;
	uint32_t flags;
};
#define VFIO_GROUP_FLAGS_VIABLE 1
#define VFIO_GROUP_FLAGS_CONTAINER_SET 2

struct vfio_device_bind_iommufd {
	uint32_t argsz;
	uint32_t flags;
	int32_t iommufd;
	uint32_t out_devid;
	uint64_t token_uuid_ptr;
};
#define VFIO_DEVICE_BIND_FLAG_TOKEN 1
#define VFIO_DEVICE_BIND_BYTES_MIN 16

struct vfio_device_attach_iommufd_pt {
	uint32_t argsz;
	uint32_t flags;
	uint32_t pt_id;
	uint32_t pasid;
};
#define VFIO_DEVICE_ATTACH_PASID 1
#define VFIO_DEVICE_ATTACH_BYTES_MIN 12

struct vfio_device_detach_iommufd_pt {
	uint32_t argsz;
	uint32_t flags;
	uint32_t pasid;
};
#define VFIO_DEVICE_DETACH_PASID 1
#define VFIO_DEVICE_DETACH_BYTES_MIN 8

struct vfio_device_info {
	uint32_t argsz;
	uint32_t flags;
	uint32_t num_regions;
	uint32_t num_irqs;
	uint32_t cap_offset;
	uint32_t pad;
};
#define VFIO_DEVICE_FLAGS_RESET 1
#define VFIO_DEVICE_FLAGS_PCI 2
#define VFIO_DEVICE_FLAGS_CAPS 0x80

struct vfio_region_info {
	uint32_t argsz;
	uint32_t flags;
	uint32_t index;
	uint32_t cap_offset;
	uint64_t size;
	uint64_t offset;
};
#define VFIO_REGION_INFO_FLAG_READ 1
#define VFIO_REGION_INFO_FLAG_WRITE 2
#define VFIO_REGION_INFO_FLAG_MMAP 4
#define VFIO_REGION_INFO_FLAG_CAPS 8
#define VFIO_REGION_INFO_CAP_MSIX_MAPPABLE 3

enum {
	VFIO_PCI_BAR0_REGION_INDEX,
	VFIO_PCI_BAR5_REGION_INDEX = 5,
	VFIO_PCI_ROM_REGION_INDEX,
	VFIO_PCI_CONFIG_REGION_INDEX,
	VFIO_PCI_VGA_REGION_INDEX,
	VFIO_PCI_NUM_REGIONS,
};
#define VFIO_PCI_INDEX_TO_OFFSET(index) ((uint64_t)(index) << 40)

struct vfio_irq_info {
	uint32_t argsz;
	uint32_t flags;
	uint32_t index;
	uint32_t count;
};
#define VFIO_IRQ_INFO_EVENTFD 1
#define VFIO_IRQ_INFO_MASKABLE 2
#define VFIO_IRQ_INFO_AUTOMASKED 4
#define VFIO_IRQ_INFO_NORESIZE 8

enum {
	VFIO_PCI_INTX_IRQ_INDEX,
	VFIO_PCI_MSI_IRQ_INDEX,
	VFIO_PCI_MSIX_IRQ_INDEX,
	VFIO_PCI_ERR_IRQ_INDEX,
	VFIO_PCI_REQ_IRQ_INDEX,
	VFIO_PCI_NUM_IRQS,
};

struct vfio_irq_set {
	uint32_t argsz;
	uint32_t flags;
	uint32_t index;
	uint32_t start;
	uint32_t count;
	uint8_t data[];
};
#define VFIO_IRQ_SET_DATA_NONE 1
#define VFIO_IRQ_SET_DATA_BOOL 2
#define VFIO_IRQ_SET_DATA_EVENTFD 4
#define VFIO_IRQ_SET_ACTION_MASK 8
#define VFIO_IRQ_SET_ACTION_UNMASK 16
#define VFIO_IRQ_SET_ACTION_TRIGGER 32

struct vfio_pci_dependent_device {
	uint32_t group_id; /* or devid */
	uint16_t segment;
	uint8_t bus;
	uint8_t devfn;
};

struct vfio_pci_hot_reset_info {
	uint32_t argsz;
	uint32_t flags;
	uint32_t count;
	struct vfio_pci_dependent_device devices[];
};
#define VFIO_PCI_HOT_RESET_FLAG_DEV_ID 1
#define VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED 2
#define VFIO_PCI_DEVID_OWNED 0
#define VFIO_PCI_DEVID_NOT_OWNED 0xffffffffu

struct vfio_pci_hot_reset {
	uint32_t argsz;
	uint32_t flags;
	uint32_t count;
	int32_t group_fds[];
};

struct vfio_device_ioeventfd {
	uint32_t argsz;
	uint32_t flags;
	uint64_t offset;
	uint64_t data;
	int32_t fd;
	uint32_t reserved;
};
#define VFIO_DEVICE_IOEVENTFD_8 1
#define VFIO_DEVICE_IOEVENTFD_16 2
#define VFIO_DEVICE_IOEVENTFD_32 4
#define VFIO_DEVICE_IOEVENTFD_64 8
#define VFIO_DEVICE_IOEVENTFD_BYTES_MIN 28

struct vfio_device_feature {
	uint32_t argsz;
	uint32_t flags;
	uint8_t data[];
};
#define VFIO_DEVICE_FEATURE_GET 0x10000
#define VFIO_DEVICE_FEATURE_SET 0x20000
#define VFIO_DEVICE_FEATURE_PROBE 0x40000

enum {
	VFIO_DEVICE_FEATURE_PCI_VF_TOKEN,
	VFIO_DEVICE_FEATURE_MIGRATION,
	VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE,
	VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY,
	VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP,
	VFIO_DEVICE_FEATURE_LOW_POWER_EXIT,
	VFIO_DEVICE_FEATURE_DMA_LOGGING_START,
	VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP,
	VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT,
	VFIO_DEVICE_FEATURE_MIG_DATA_SIZE,
	VFIO_DEVICE_FEATURE_BUS_MASTER,
	VFIO_DEVICE_FEATURE_DMA_BUF,
	VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2,
};

struct vfio_device_low_power_entry_with_wakeup {
	int32_t wakeup_eventfd;
	uint32_t reserved;
};

struct vfio_region_dma_range {
	uint64_t offset;
	uint64_t length;
};

struct vfio_device_feature_dma_buf {
	uint32_t region_index;
	uint32_t open_flags;
	uint32_t flags;
	uint32_t nr_ranges;
	struct vfio_region_dma_range dma_ranges[];
};

/* Of /dev/iommu itself. */
#define IOMMU_CALL(number) _IO(';', (number))
#define IOMMU_DESTROY IOMMU_CALL(0x80)
#define IOMMU_IOAS_ALLOC IOMMU_CALL(0x81)
#define IOMMU_IOAS_IOVA_RANGES IOMMU_CALL(0x84)
#define IOMMU_IOAS_MAP IOMMU_CALL(0x85)
#define IOMMU_IOAS_UNMAP IOMMU_CALL(0x86)
#define IOMMU_OPTION IOMMU_CALL(0x87)
#define IOMMU_VFIO_IOAS IOMMU_CALL(0x88)
#define IOMMU_HWPT_ALLOC IOMMU_CALL(0x89)
#define IOMMU_GET_HW_INFO IOMMU_CALL(0x8a)
#define IOMMU_IOAS_MAP_FILE IOMMU_CALL(0x8f)

struct iommu_destroy {
	uint32_t size;
	uint32_t id;
};

struct iommu_ioas_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t out_ioas_id;
};

struct iommu_iova_range {
	uint64_t start;
	uint64_t last;
};

struct iommu_ioas_iova_ranges {
	uint32_t size;
	uint32_t ioas_id;
	uint32_t num_iovas;
	uint32_t reserved;
	uint64_t allowed_iovas;
	uint64_t out_iova_alignment;
};

struct iommu_ioas_map {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas_id;
	uint32_t reserved;
	uint64_t user_va;
	uint64_t length;
	uint64_t iova;
};
#define IOMMU_IOAS_MAP_FIXED_IOVA 1
#define IOMMU_IOAS_MAP_WRITEABLE 2
#define IOMMU_IOAS_MAP_READABLE 4

struct iommu_ioas_map_file {
	uint32_t size;
	uint32_t flags;
	uint32_t ioas_id;
	int32_t fd;
	uint64_t start;
	uint64_t length;
	uint64_t iova;
};

struct iommu_ioas_unmap {
	uint32_t size;
	uint32_t ioas_id;
	uint64_t iova;
	uint64_t length;
};

struct iommu_option {
	uint32_t size;
	uint32_t option_id;
	uint16_t op;
	uint16_t reserved;
	uint32_t object_id;
	uint64_t val64;
};
#define IOMMU_OPTION_HUGE_PAGES 1
#define IOMMU_OPTION_OP_SET 0
#define IOMMU_OPTION_OP_GET 1

struct iommu_vfio_ioas {
	uint32_t size;
	uint32_t ioas_id;
	uint16_t op;
	uint16_t reserved;
};
#define IOMMU_VFIO_IOAS_GET 0
#define IOMMU_VFIO_IOAS_SET 1
#define IOMMU_VFIO_IOAS_CLEAR 2

struct iommu_hwpt_alloc {
	uint32_t size;
	uint32_t flags;
	uint32_t dev_id;
	uint32_t pt_id;
	uint32_t out_hwpt_id;
	uint32_t reserved;
	uint32_t data_type;
	uint32_t data_len;
	uint64_t data_uptr;
	uint32_t fault_id;
	uint32_t reserved2;
};

struct iommu_hw_info {
	uint32_t size;
	uint32_t flags;
	uint32_t dev_id;
	uint32_t data_len;
	uint64_t data_uptr;
	uint32_t out_data_type;
	uint8_t out_max_pasid_log2;
	uint8_t reserved[3];
	uint64_t out_capabilities;
};

static_assert(sizeof(struct vfio_iommu_type1_info) == 24, "vfio_iommu_type1_info");
static_assert(sizeof(struct vfio_iommu_type1_dma_map) == 32, "vfio_iommu_type1_dma_map");
static_assert(sizeof(struct vfio_iommu_type1_dma_unmap) == 24, "vfio_iommu_type1_dma_unmap");
static_assert(sizeof(struct vfio_device_bind_iommufd) == 24, "vfio_device_bind_iommufd");
static_assert(sizeof(struct vfio_device_attach_iommufd_pt) == 16, "vfio_device_attach_iommufd_pt");
static_assert(sizeof(struct vfio_device_info) == 24, "vfio_device_info");
static_assert(sizeof(struct vfio_region_info) == 32, "vfio_region_info");
static_assert(sizeof(struct vfio_irq_set) == 20, "vfio_irq_set");
static_assert(sizeof(struct vfio_pci_dependent_device) == 8, "vfio_pci_dependent_device");
static_assert(sizeof(struct vfio_device_ioeventfd) == 32, "vfio_device_ioeventfd");
static_assert(sizeof(struct vfio_device_feature_dma_buf) == 16, "vfio_device_feature_dma_buf");
static_assert(sizeof(struct iommu_ioas_map) == 40, "iommu_ioas_map");
static_assert(sizeof(struct iommu_ioas_map_file) == 40, "iommu_ioas_map_file");
static_assert(sizeof(struct iommu_option) == 24, "iommu_option");
static_assert(sizeof(struct iommu_hwpt_alloc) == 48, "iommu_hwpt_alloc");
static_assert(sizeof(struct iommu_hw_info) == 40, "iommu_hw_info");

#endif
