/**
 * The numbers and driver data structs of the mock IOMMU that the kernel's selftest build brings along. No behaviour.
 */
import { record, u32, u64 } from "./layout.js";

/** The mock domain's aperture, inclusive. */
export const MOCK_APERTURE_START = 0x1000000;
export const MOCK_APERTURE_LAST = 0x7fffffff;
/** In bytes. */
export const MOCK_PAGE_SIZE = 2048;
/** In bytes. */
export const MOCK_HUGE_PAGE_SIZE = 512 * MOCK_PAGE_SIZE;

/** Of ACCESS_PAGES. */
export const MOCK_FLAGS_ACCESS_WRITE = 1;
/** Of ACCESS_PAGES, ACCESS_RW and IOMMU_IOAS_COPY: the IOVA counts areas. */
export const MOCK_FLAGS_ACCESS_SYZ = 0x10000;
/** Of ACCESS_RW. */
export const MOCK_ACCESS_RW_WRITE = 1;
export const MOCK_ACCESS_RW_SLOW_PATH = 4;
/** Of CREATE_ACCESS. */
export const MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES = 1;
/** Of MOCK_DOMAIN_FLAGS. */
export const MOCK_FLAGS_DEVICE_NO_DIRTY = 1;
export const MOCK_FLAGS_DEVICE_PASID = 4;

/** iommu_hwpt_selftest.pagetable_type */
export const MOCK_IOMMUPT_DEFAULT = 0;
export const MOCK_IOMMUPT_HUGE = 1;

export const MOCK_NESTED_DOMAIN_IOTLB_ID_MAX = 3;
export const MOCK_NESTED_DOMAIN_IOTLB_NUM = 4;
export const MOCK_DEV_CACHE_ID_MAX = 3;
export const MOCK_DEV_CACHE_NUM = 4;
/** In bits. */
export const MOCK_PASID_WIDTH = 20;
/** Attaching to this PASID fails every second time. */
export const IOMMU_TEST_PASID_RESERVED = 1024;

export const IOMMU_HW_INFO_TYPE_SELFTEST = 0xfeedbeef;
export const IOMMU_HW_INFO_SELFTEST_REGVAL = 0xdeadbeef;
export const IOMMU_HWPT_DATA_SELFTEST = 0xdead;
export const IOMMU_TEST_IOTLB_DEFAULT = 0x0badbeef;
export const IOMMU_TEST_DEV_CACHE_DEFAULT = 0x00baddad;
export const IOMMU_HWPT_INVALIDATE_DATA_SELFTEST = 0xdeadbeef;
export const IOMMU_HWPT_INVALIDATE_DATA_SELFTEST_INVALID = 0x0dadbeef;
export const IOMMU_TEST_INVALIDATE_FLAG_ALL = 1;
export const IOMMU_VIOMMU_TYPE_SELFTEST = 0xdeadbeef;
export const IOMMU_VIOMMU_INVALIDATE_DATA_SELFTEST = 0xdeadbeef;
export const IOMMU_VIOMMU_INVALIDATE_DATA_SELFTEST_INVALID = 0x0dadbeef;
export const IOMMU_VEVENTQ_TYPE_SELFTEST = 0xbeefbeef;
export const IOMMU_HW_QUEUE_TYPE_SELFTEST = 0xdeadbeef;
/** Queues of one vIOMMU. */
export const IOMMU_TEST_HW_QUEUE_MAX = 2;

/** IOMMU_HW_INFO_TYPE_SELFTEST */
export const iommu_test_hw_info = record(
  "iommu_test_hw_info",
  { minBytes: 8, bytes: 8 },
  { flags: u32(0, "out", "0"), test_reg: u32(4, "out", "IOMMU_HW_INFO_SELFTEST_REGVAL") },
);

/** IOMMU_HWPT_DATA_SELFTEST */
export const iommu_hwpt_selftest = record(
  "iommu_hwpt_selftest",
  { minBytes: 4, bytes: 8 },
  { iotlb: u32(0, "in", "initial value"), pagetable_type: u32(4, "in") },
);

/** IOMMU_HWPT_INVALIDATE_DATA_SELFTEST */
export const iommu_hwpt_invalidate_selftest = record(
  "iommu_hwpt_invalidate_selftest",
  { minBytes: 8, bytes: 8 },
  { flags: u32(0, "in"), iotlb_id: u32(4, "in") },
);

/** IOMMU_VIOMMU_TYPE_SELFTEST */
export const iommu_viommu_selftest = record(
  "iommu_viommu_selftest",
  { minBytes: 8, bytes: 24 },
  {
    in_data: u32(0, "in"),
    out_data: u32(4, "out", "in_data"),
    out_mmap_offset: u64(8, "out", "for mmap on the iommufd"),
    out_mmap_length: u64(16, "out", "bytes"),
  },
);

/** IOMMU_VIOMMU_INVALIDATE_DATA_SELFTEST */
export const iommu_viommu_invalidate_selftest = record(
  "iommu_viommu_invalidate_selftest",
  { minBytes: 12, bytes: 12 },
  { flags: u32(0, "in"), vdev_id: u32(4, "in"), cache_id: u32(8, "in") },
);

/** IOMMU_VEVENTQ_TYPE_SELFTEST */
export const iommu_viommu_event_selftest = record(
  "iommu_viommu_event_selftest",
  { minBytes: 4, bytes: 4 },
  { virt_id: u32(0, "out") },
);
