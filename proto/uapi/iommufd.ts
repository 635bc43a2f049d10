/**
 * The argument structs of /dev/iommu's ioctls 0x80 to 0x94, named and laid out as in the uAPI, and the numbers that go
 * into their fields. No behaviour. The data that their pointers name is in iommufd-data.ts, the ioctls themselves are
 * the rows of table.ts.
 */
import { array, record, s32, struct, u16, u32, u64, u8 } from "./layout.js";

export * from "./iommufd-data.js";

/** The type character of every iommufd and VFIO ioctl: requests are 0x3b00 | nr. */
export const IOMMUFD_TYPE = 0x3b;

// ---- objects --------------------------------------------------------------------------------------------------------

export const iommu_destroy = struct(
  "iommu_destroy",
  { minBytes: 8, bytes: 8 },
  { id: u32(4, "in", "any object of this file") },
);

// ---- IO address spaces ----------------------------------------------------------------------------------------------

export const iommu_ioas_alloc = struct(
  "iommu_ioas_alloc",
  { minBytes: 12, bytes: 12 },
  { flags: u32(4, "in", "0"), out_ioas_id: u32(8, "out") },
);

/** An element of the arrays that IOVA_RANGES and ALLOW_IOVAS point to: the inclusive range [start, last]. */
export const iommu_iova_range = record(
  "iommu_iova_range",
  { minBytes: 16, bytes: 16 },
  { start: u64(0, "inout"), last: u64(8, "inout", "inclusive") },
);

export const iommu_ioas_iova_ranges = struct(
  "iommu_ioas_iova_ranges",
  { minBytes: 32, bytes: 32 },
  {
    ioas_id: u32(4, "in"),
    num_iovas: u32(8, "inout", "in: elements that fit; out: elements that there are"),
    __reserved: u32(12, "reserved"),
    allowed_iovas: u64(16, "in", "pointer to iommu_iova_range[num_iovas], written"),
    out_iova_alignment: u64(24, "out", "bytes, a power of two"),
  },
);

export const iommu_ioas_allow_iovas = struct(
  "iommu_ioas_allow_iovas",
  { minBytes: 24, bytes: 24 },
  {
    ioas_id: u32(4, "in"),
    num_iovas: u32(8, "in"),
    __reserved: u32(12, "reserved"),
    allowed_iovas: u64(16, "in", "pointer to iommu_iova_range[num_iovas], read"),
  },
);

/** For IOAS_MAP, IOAS_MAP_FILE and IOAS_COPY. */
export const IOMMU_IOAS_MAP_FIXED_IOVA = 1;
export const IOMMU_IOAS_MAP_WRITEABLE = 2;
export const IOMMU_IOAS_MAP_READABLE = 4;

export const iommu_ioas_map = struct(
  "iommu_ioas_map",
  { minBytes: 40, bytes: 40 },
  {
    flags: u32(4, "in"),
    ioas_id: u32(8, "in"),
    __reserved: u32(12, "reserved"),
    user_va: u64(16, "in", "address of the memory to map; the ioctl itself does not read or write it"),
    length: u64(24, "in", "bytes"),
    iova: u64(32, "inout", "in with FIXED_IOVA; out: the IOVA chosen"),
  },
);

export const iommu_ioas_map_file = struct(
  "iommu_ioas_map_file",
  { minBytes: 40, bytes: 40 },
  {
    flags: u32(4, "in"),
    ioas_id: u32(8, "in"),
    fd: s32(12, "in"),
    start: u64(16, "in", "byte offset in the file"),
    length: u64(24, "in", "bytes"),
    iova: u64(32, "inout", "in with FIXED_IOVA; out: the IOVA chosen"),
  },
);

export const iommu_ioas_copy = struct(
  "iommu_ioas_copy",
  { minBytes: 40, bytes: 40 },
  {
    flags: u32(4, "in"),
    dst_ioas_id: u32(8, "in"),
    src_ioas_id: u32(12, "in"),
    length: u64(16, "in", "bytes"),
    dst_iova: u64(24, "inout", "in with FIXED_IOVA; out: the IOVA chosen"),
    src_iova: u64(32, "in"),
  },
);

export const iommu_ioas_unmap = struct(
  "iommu_ioas_unmap",
  { minBytes: 24, bytes: 24 },
  {
    ioas_id: u32(4, "in"),
    iova: u64(8, "in"),
    length: u64(16, "inout", "bytes; iova 0 and length 2^64-1: everything; out: bytes unmapped"),
  },
);

/** iommu_option.option_id: file-wide; 0 charges the user, 1 the process. */
export const IOMMU_OPTION_RLIMIT_MODE = 0;
/** iommu_option.option_id: of the IOAS object_id; 0 forbids IOPTEs larger than a page, 1 allows them. */
export const IOMMU_OPTION_HUGE_PAGES = 1;

export const IOMMU_OPTION_OP_SET = 0;
export const IOMMU_OPTION_OP_GET = 1;

export const iommu_option = struct(
  "iommu_option",
  { minBytes: 24, bytes: 24 },
  {
    option_id: u32(4, "in"),
    op: u16(8, "in"),
    __reserved: u16(10, "reserved"),
    object_id: u32(12, "in", "0 for RLIMIT_MODE"),
    val64: u64(16, "inout", "in for SET, out for GET; the only bytes written back"),
  },
);

export const IOMMU_VFIO_IOAS_GET = 0;
export const IOMMU_VFIO_IOAS_SET = 1;
export const IOMMU_VFIO_IOAS_CLEAR = 2;

export const iommu_vfio_ioas = struct(
  "iommu_vfio_ioas",
  { minBytes: 12, bytes: 12 },
  { ioas_id: u32(4, "inout", "in for SET, out for GET"), op: u16(8, "in"), __reserved: u16(10, "reserved") },
);

export const iommu_ioas_change_process = struct(
  "iommu_ioas_change_process",
  { minBytes: 8, bytes: 8 },
  { __reserved: u32(4, "reserved") },
);

// ---- page tables and devices ----------------------------------------------------------------------------------------

export const IOMMU_HWPT_ALLOC_NEST_PARENT = 1;
export const IOMMU_HWPT_ALLOC_DIRTY_TRACKING = 2;
export const IOMMU_HWPT_FAULT_ID_VALID = 4;
export const IOMMU_HWPT_ALLOC_PASID = 8;

/** iommu_hwpt_alloc.data_type */
export const IOMMU_HWPT_DATA_NONE = 0;
export const IOMMU_HWPT_DATA_VTD_S1 = 1;
export const IOMMU_HWPT_DATA_ARM_SMMUV3 = 2;
export const IOMMU_HWPT_DATA_AMD_GUEST = 3;

export const iommu_hwpt_alloc = struct(
  "iommu_hwpt_alloc",
  { minBytes: 24, bytes: 48 },
  {
    flags: u32(4, "in"),
    dev_id: u32(8, "in"),
    pt_id: u32(12, "in", "an IOAS, a HWPT that is a nest parent, or a vIOMMU"),
    out_hwpt_id: u32(16, "out"),
    __reserved: u32(20, "reserved"),
    data_type: u32(24, "in"),
    data_len: u32(28, "in", "bytes"),
    data_uptr: u64(32, "in", "pointer to the driver's struct for data_type"),
    fault_id: u32(40, "in", "with FAULT_ID_VALID"),
    __reserved2: u32(44, "reserved", "not checked"),
  },
);

export const IOMMU_HW_INFO_FLAG_INPUT_TYPE = 1;

/** iommu_hw_info.in_data_type */
export const IOMMU_HW_INFO_TYPE_DEFAULT = 0;
/** iommu_hw_info.out_data_type */
export const IOMMU_HW_INFO_TYPE_NONE = 0;
export const IOMMU_HW_INFO_TYPE_INTEL_VTD = 1;
export const IOMMU_HW_INFO_TYPE_ARM_SMMUV3 = 2;
export const IOMMU_HW_INFO_TYPE_TEGRA241_CMDQV = 3;
export const IOMMU_HW_INFO_TYPE_AMD = 4;

/** iommu_hw_info.out_capabilities */
export const IOMMU_HW_CAP_DIRTY_TRACKING = 1;
export const IOMMU_HW_CAP_PCI_PASID_EXEC = 2;
export const IOMMU_HW_CAP_PCI_PASID_PRIV = 4;
export const IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED = 8;

export const iommu_hw_info = struct(
  "iommu_hw_info",
  { minBytes: 32, bytes: 40 },
  {
    flags: u32(4, "in"),
    dev_id: u32(8, "in"),
    data_len: u32(12, "inout", "in: bytes that fit, the rest of them zeroed; out: bytes that there are"),
    data_uptr: u64(16, "in", "pointer to data_len bytes, written"),
    in_data_type: u32(24, "in", "with INPUT_TYPE: the type wanted; shares its bytes with out_data_type"),
    out_data_type: u32(24, "out", "the type of the data"),
    out_max_pasid_log2: u8(28, "out", "log2 of the number of PASIDs, 0: none"),
    __reserved: array("u8", 3, 29, "reserved"),
    out_capabilities: u64(32, "out"),
  },
);

export const IOMMU_HWPT_DIRTY_TRACKING_ENABLE = 1;

export const iommu_hwpt_set_dirty_tracking = struct(
  "iommu_hwpt_set_dirty_tracking",
  { minBytes: 16, bytes: 16 },
  { flags: u32(4, "in"), hwpt_id: u32(8, "in"), __reserved: u32(12, "reserved", "not checked") },
);

export const IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR = 1;

export const iommu_hwpt_get_dirty_bitmap = struct(
  "iommu_hwpt_get_dirty_bitmap",
  { minBytes: 48, bytes: 48 },
  {
    hwpt_id: u32(4, "in"),
    flags: u32(8, "in"),
    __reserved: u32(12, "reserved"),
    iova: u64(16, "in", "bit 0 of the bitmap stands for it"),
    length: u64(24, "in", "bytes"),
    page_size: u64(32, "in", "bytes that one bit stands for"),
    data: u64(40, "in", "pointer to the bitmap; bits are set, never cleared"),
  },
);

/** iommu_hwpt_invalidate.data_type on a nested HWPT */
export const IOMMU_HWPT_INVALIDATE_DATA_VTD_S1 = 0;
/** iommu_hwpt_invalidate.data_type on a vIOMMU */
export const IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3 = 1;

export const iommu_hwpt_invalidate = struct(
  "iommu_hwpt_invalidate",
  { minBytes: 32, bytes: 32 },
  {
    hwpt_id: u32(4, "in", "a nested HWPT or a vIOMMU"),
    data_uptr: u64(8, "in", "pointer to entry_num entries of entry_len bytes, read"),
    data_type: u32(16, "in"),
    entry_len: u32(20, "in", "bytes"),
    entry_num: u32(24, "inout", "out: entries handled, also on failure"),
    __reserved: u32(28, "reserved"),
  },
);

export const iommu_fault_alloc = struct(
  "iommu_fault_alloc",
  { minBytes: 16, bytes: 16 },
  { flags: u32(4, "in", "0"), out_fault_id: u32(8, "out"), out_fault_fd: u32(12, "out") },
);

// ---- virtual IOMMUs -------------------------------------------------------------------------------------------------

/** iommu_viommu_alloc.type */
export const IOMMU_VIOMMU_TYPE_DEFAULT = 0;
export const IOMMU_VIOMMU_TYPE_ARM_SMMUV3 = 1;
export const IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV = 2;

export const iommu_viommu_alloc = struct(
  "iommu_viommu_alloc",
  { minBytes: 24, bytes: 40 },
  {
    flags: u32(4, "in", "0"),
    type: u32(8, "in"),
    dev_id: u32(12, "in", "stands for the physical IOMMU behind it"),
    hwpt_id: u32(16, "in", "a HWPT that is a nest parent"),
    out_viommu_id: u32(20, "out"),
    data_len: u32(24, "in", "bytes"),
    __reserved: u32(28, "reserved", "not checked"),
    data_uptr: u64(32, "in", "pointer to the driver's struct for type; the driver may write it"),
  },
);

export const iommu_vdevice_alloc = struct(
  "iommu_vdevice_alloc",
  { minBytes: 24, bytes: 24 },
  {
    viommu_id: u32(4, "in"),
    dev_id: u32(8, "in"),
    out_vdevice_id: u32(12, "out"),
    virt_id: u64(16, "in", "the device's id in the guest, such as its virtual stream id"),
  },
);

/** iommu_veventq_alloc.type */
export const IOMMU_VEVENTQ_TYPE_DEFAULT = 0;
export const IOMMU_VEVENTQ_TYPE_ARM_SMMUV3 = 1;
export const IOMMU_VEVENTQ_TYPE_TEGRA241_CMDQV = 2;

export const iommu_veventq_alloc = struct(
  "iommu_veventq_alloc",
  { minBytes: 28, bytes: 32 },
  {
    flags: u32(4, "in", "0"),
    viommu_id: u32(8, "in"),
    type: u32(12, "in", "not 0"),
    veventq_depth: u32(16, "in", "events that the queue holds, not 0"),
    out_veventq_id: u32(20, "out"),
    out_veventq_fd: u32(24, "out"),
    __reserved: u32(28, "reserved"),
  },
);

/** iommu_hw_queue_alloc.type */
export const IOMMU_HW_QUEUE_TYPE_DEFAULT = 0;
export const IOMMU_HW_QUEUE_TYPE_TEGRA241_CMDQV = 1;

export const iommu_hw_queue_alloc = struct(
  "iommu_hw_queue_alloc",
  { minBytes: 40, bytes: 40 },
  {
    flags: u32(4, "in", "0"),
    viommu_id: u32(8, "in"),
    type: u32(12, "in", "not 0"),
    index: u32(16, "in"),
    out_hw_queue_id: u32(20, "out"),
    nesting_parent_iova: u64(24, "in", "of the queue's memory in the nest parent's IOAS"),
    length: u64(32, "in", "bytes"),
  },
);
