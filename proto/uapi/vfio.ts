/**
 * The VFIO type1 container requests that an iommufd answers for old programs, named and laid out as in the uAPI. No
 * behaviour. A VFIO struct begins with argsz, the bytes that the caller has, where an iommufd struct has size; the ioctl
 * reads minBytes of it, whatever argsz says.
 */
import { record, u16, u32, u64 } from "./layout.js";

export const VFIO_API_VERSION = 0;

/** The argument of VFIO_CHECK_EXTENSION; TYPE1 and TYPE1v2 are also those of VFIO_SET_IOMMU. */
export const VFIO_TYPE1_IOMMU = 1;
export const VFIO_SPAPR_TCE_IOMMU = 2;
export const VFIO_TYPE1v2_IOMMU = 3;
export const VFIO_DMA_CC_IOMMU = 4;
export const VFIO_EEH = 5;
export const VFIO_TYPE1_NESTING_IOMMU = 6;
export const VFIO_SPAPR_TCE_v2_IOMMU = 7;
export const VFIO_NOIOMMU_IOMMU = 8;
export const VFIO_UNMAP_ALL = 9;
export const VFIO_UPDATE_VADDR = 10;

export const VFIO_IOMMU_INFO_PGSIZES = 1;
export const VFIO_IOMMU_INFO_CAPS = 2;

export const vfio_iommu_type1_info = record(
  "vfio_iommu_type1_info",
  { minBytes: 16, bytes: 24 },
  {
    argsz: u32(0, "inout", "out: bytes that the struct and its capabilities take"),
    flags: u32(4, "out"),
    iova_pgsizes: u64(8, "out", "bitmap of page sizes"),
    cap_offset: u32(16, "out", "of the first capability from the start of the struct, 0: none, or no room"),
    pad: u32(20, "out", "0"),
  },
);

/** The ids of the capabilities behind vfio_iommu_type1_info. */
export const VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE = 1;
export const VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL = 3;

export const vfio_info_cap_header = record(
  "vfio_info_cap_header",
  { minBytes: 8, bytes: 8 },
  { id: u16(0, "out"), version: u16(2, "out"), next: u32(4, "out", "from the start of the struct, 0: the last") },
);

/** Begins with a vfio_info_cap_header, as the next one does. */
export const vfio_iommu_type1_info_dma_avail = record(
  "vfio_iommu_type1_info_dma_avail",
  { minBytes: 12, bytes: 12 },
  {
    avail: u32(8, "out", "mappings that can still be made; 2^32 - 1: there is no limit"),
  },
);

export const vfio_iommu_type1_info_cap_iova_range = record(
  "vfio_iommu_type1_info_cap_iova_range",
  { minBytes: 16, bytes: 16 },
  {
    nr_iovas: u32(8, "out", "struct vfio_iova_range that follow"),
    reserved: u32(12, "out", "0"),
  },
);

export const vfio_iova_range = record(
  "vfio_iova_range",
  { minBytes: 16, bytes: 16 },
  { start: u64(0, "out"), end: u64(8, "out", "the last address of the range") },
);

export const VFIO_DMA_MAP_FLAG_READ = 1;
export const VFIO_DMA_MAP_FLAG_WRITE = 2;

export const vfio_iommu_type1_dma_map = record(
  "vfio_iommu_type1_dma_map",
  { minBytes: 32, bytes: 32 },
  {
    argsz: u32(0, "in"),
    flags: u32(4, "in"),
    vaddr: u64(8, "in", "address of the memory to map; the ioctl itself does not read or write it"),
    iova: u64(16, "in"),
    size: u64(24, "in", "bytes"),
  },
);

export const VFIO_DMA_UNMAP_FLAG_ALL = 2;

export const vfio_iommu_type1_dma_unmap = record(
  "vfio_iommu_type1_dma_unmap",
  { minBytes: 24, bytes: 24 },
  {
    argsz: u32(0, "in"),
    flags: u32(4, "in"),
    iova: u64(8, "in"),
    size: u64(16, "inout", "bytes; out: bytes unmapped, also on failure"),
  },
);
