/**
 * VFIO_DEVICE_FEATURE: its numbers, and the data of the features that a plain PCI device has, named and laid out as in the
 * uAPI (specification 50, section 4.10). No behaviour. The data of a feature follows the struct.
 */
import { record, s32, u32, u64 } from "./layout.js";

export const VFIO_DEVICE_FEATURE_MASK = 0xffff;
export const VFIO_DEVICE_FEATURE_GET = 0x10000;
export const VFIO_DEVICE_FEATURE_SET = 0x20000;
export const VFIO_DEVICE_FEATURE_PROBE = 0x40000;

export const VFIO_DEVICE_FEATURE_PCI_VF_TOKEN = 0;
export const VFIO_DEVICE_FEATURE_MIGRATION = 1;
export const VFIO_DEVICE_FEATURE_MIG_DEVICE_STATE = 2;
export const VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY = 3;
export const VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP = 4;
export const VFIO_DEVICE_FEATURE_LOW_POWER_EXIT = 5;
export const VFIO_DEVICE_FEATURE_DMA_LOGGING_START = 6;
export const VFIO_DEVICE_FEATURE_DMA_LOGGING_STOP = 7;
export const VFIO_DEVICE_FEATURE_DMA_LOGGING_REPORT = 8;
export const VFIO_DEVICE_FEATURE_MIG_DATA_SIZE = 9;
export const VFIO_DEVICE_FEATURE_BUS_MASTER = 10;
export const VFIO_DEVICE_FEATURE_DMA_BUF = 11;
export const VFIO_DEVICE_FEATURE_MIG_PRECOPY_INFOv2 = 12;

export const vfio_device_feature = record(
  "vfio_device_feature",
  { minBytes: 8, bytes: 8 },
  {
    argsz: u32(0, "in", "bytes of the struct and the data behind it"),
    flags: u32(4, "in", "number of the feature, and what is asked of it"),
  },
);

export const vfio_device_low_power_entry_with_wakeup = record(
  "vfio_device_low_power_entry_with_wakeup",
  { minBytes: 8, bytes: 8 },
  { wakeup_eventfd: s32(0, "in"), reserved: u32(4, "reserved") },
);

/** An array of vfio_region_dma_range follows. */
export const vfio_device_feature_dma_buf = record(
  "vfio_device_feature_dma_buf",
  { minBytes: 16, bytes: 16 },
  {
    region_index: u32(0, "in", "number of the BAR"),
    open_flags: u32(4, "in", "of the descriptor that is made, as open(2) has them"),
    flags: u32(8, "in", "0"),
    nr_ranges: u32(12, "in"),
  },
);

export const vfio_region_dma_range = record(
  "vfio_region_dma_range",
  { minBytes: 16, bytes: 16 },
  { offset: u64(0, "in", "from the start of the region"), length: u64(8, "in", "bytes") },
);
