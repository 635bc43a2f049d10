/**
 * The data structs of the IOMMU drivers, which the pointers of HWPT_ALLOC, GET_HW_INFO, HWPT_INVALIDATE and VIOMMU_ALLOC
 * name, and the records read from and written to fault and event queues. Named and laid out as in the uAPI; no behaviour.
 */
import { array, record, u32, u64, u8 } from "./layout.js";

// ---- iommu_hw_info.data_uptr ----------------------------------------------------------------------------------------

export const IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17 = 1;

/** IOMMU_HW_INFO_TYPE_INTEL_VTD */
export const iommu_hw_info_vtd = record(
  "iommu_hw_info_vtd",
  { minBytes: 24, bytes: 24 },
  {
    flags: u32(0, "out"),
    __reserved: u32(4, "reserved"),
    cap_reg: u64(8, "out", "the Capability Register"),
    ecap_reg: u64(16, "out", "the Extended Capability Register"),
  },
);

/** IOMMU_HW_INFO_TYPE_ARM_SMMUV3 */
export const iommu_hw_info_arm_smmuv3 = record(
  "iommu_hw_info_arm_smmuv3",
  { minBytes: 40, bytes: 40 },
  {
    flags: u32(0, "out", "0"),
    __reserved: u32(4, "reserved"),
    idr: array("u32", 6, 8, "out", "SMMU_IDR0 to SMMU_IDR5"),
    iidr: u32(32, "out"),
    aidr: u32(36, "out"),
  },
);

/** IOMMU_HW_INFO_TYPE_TEGRA241_CMDQV */
export const iommu_hw_info_tegra241_cmdqv = record(
  "iommu_hw_info_tegra241_cmdqv",
  { minBytes: 8, bytes: 8 },
  {
    flags: u32(0, "out", "0"),
    version: u8(4, "out"),
    log2vcmdqs: u8(5, "out"),
    log2vsids: u8(6, "out"),
    __reserved: u8(7, "reserved"),
  },
);

/** IOMMU_HW_INFO_TYPE_AMD */
export const iommu_hw_info_amd = record(
  "iommu_hw_info_amd",
  { minBytes: 16, bytes: 16 },
  { efr: u64(0, "out", "Extended Feature Register"), efr2: u64(8, "out", "Extended Feature 2 Register") },
);

// ---- iommu_hwpt_alloc.data_uptr -------------------------------------------------------------------------------------

export const IOMMU_VTD_S1_SRE = 1;
export const IOMMU_VTD_S1_EAFE = 2;
export const IOMMU_VTD_S1_WPE = 4;

/** IOMMU_HWPT_DATA_VTD_S1 */
export const iommu_hwpt_vtd_s1 = record(
  "iommu_hwpt_vtd_s1",
  { minBytes: 24, bytes: 24 },
  {
    flags: u64(0, "in"),
    pgtbl_addr: u64(8, "in", "of the first-stage table, in the nest parent's IOAS"),
    addr_width: u32(16, "in", "48 or 57 bits"),
    __reserved: u32(20, "reserved"),
  },
);

/** IOMMU_HWPT_DATA_ARM_SMMUV3 */
export const iommu_hwpt_arm_smmuv3 = record(
  "iommu_hwpt_arm_smmuv3",
  { minBytes: 16, bytes: 16 },
  { ste: array("u64", 2, 0, "in", "the first two words of a Stream Table Entry") },
);

/** IOMMU_HWPT_DATA_AMD_GUEST */
export const iommu_hwpt_amd_guest = record(
  "iommu_hwpt_amd_guest",
  { minBytes: 32, bytes: 32 },
  { dte: array("u64", 4, 0, "in", "a Device Table Entry") },
);

// ---- iommu_hwpt_invalidate.data_uptr --------------------------------------------------------------------------------

export const IOMMU_VTD_INV_FLAGS_LEAF = 1;

/** IOMMU_HWPT_INVALIDATE_DATA_VTD_S1 */
export const iommu_hwpt_vtd_s1_invalidate = record(
  "iommu_hwpt_vtd_s1_invalidate",
  { minBytes: 24, bytes: 24 },
  {
    addr: u64(0, "in", "a multiple of 4096"),
    npages: u64(8, "in", "4096-byte pages; 2^64-1 with addr 0: everything"),
    flags: u32(16, "in"),
    __reserved: u32(20, "reserved"),
  },
);

/** IOMMU_VIOMMU_INVALIDATE_DATA_ARM_SMMUV3 */
export const iommu_viommu_arm_smmuv3_invalidate = record(
  "iommu_viommu_arm_smmuv3_invalidate",
  { minBytes: 16, bytes: 16 },
  { cmd: array("u64", 2, 0, "in", "one entry of the command queue") },
);

// ---- iommu_viommu_alloc.data_uptr -----------------------------------------------------------------------------------

/** IOMMU_VIOMMU_TYPE_TEGRA241_CMDQV */
export const iommu_viommu_tegra241_cmdqv = record(
  "iommu_viommu_tegra241_cmdqv",
  { minBytes: 16, bytes: 16 },
  {
    out_vintf_mmap_offset: u64(0, "out", "for mmap on the iommufd"),
    out_vintf_mmap_length: u64(8, "out", "bytes"),
  },
);

// ---- queues ---------------------------------------------------------------------------------------------------------

export const IOMMU_PGFAULT_FLAGS_PASID_VALID = 1;
export const IOMMU_PGFAULT_FLAGS_LAST_PAGE = 2;

export const IOMMU_PGFAULT_PERM_READ = 1;
export const IOMMU_PGFAULT_PERM_WRITE = 2;
export const IOMMU_PGFAULT_PERM_EXEC = 4;
export const IOMMU_PGFAULT_PERM_PRIV = 8;

/** What a fault queue's descriptor reads. */
export const iommu_hwpt_pgfault = record(
  "iommu_hwpt_pgfault",
  { minBytes: 40, bytes: 40 },
  {
    flags: u32(0, "out"),
    dev_id: u32(4, "out"),
    pasid: u32(8, "out"),
    grpid: u32(12, "out", "page request group"),
    perm: u32(16, "out"),
    __reserved: u32(20, "reserved"),
    addr: u64(24, "out"),
    length: u32(32, "out", "0"),
    cookie: u32(36, "out", "the same for all records of a group"),
  },
);

export const IOMMUFD_PAGE_RESP_SUCCESS = 0;
export const IOMMUFD_PAGE_RESP_INVALID = 1;

/** What is written to a fault queue's descriptor. */
export const iommu_hwpt_page_response = record(
  "iommu_hwpt_page_response",
  { minBytes: 8, bytes: 8 },
  { cookie: u32(0, "in"), code: u32(4, "in") },
);

export const IOMMU_VEVENTQ_FLAG_LOST_EVENTS = 1;

/** In front of every event that an event queue's descriptor reads. */
export const iommufd_vevent_header = record(
  "iommufd_vevent_header",
  { minBytes: 8, bytes: 8 },
  { flags: u32(0, "out"), sequence: u32(4, "out", "0 to 2^31-1, then 0 again; lost events count") },
);

/** IOMMU_VEVENTQ_TYPE_ARM_SMMUV3 */
export const iommu_vevent_arm_smmuv3 = record(
  "iommu_vevent_arm_smmuv3",
  { minBytes: 32, bytes: 32 },
  { evt: array("u64", 4, 0, "out", "an event queue record with the virtual stream id") },
);

/** IOMMU_VEVENTQ_TYPE_TEGRA241_CMDQV */
export const iommu_vevent_tegra241_cmdqv = record(
  "iommu_vevent_tegra241_cmdqv",
  { minBytes: 16, bytes: 16 },
  { lvcmdq_err_map: array("u64", 2, 0, "out", "128-bit error map") },
);
