/**
 * VFIO groups, device nodes and the files of PCI devices, named and laid out as in the uAPI (specification 50, parts 2 to
 * 4). No behaviour. Interrupts are in vfio-interrupts.ts, features in vfio-feature.ts.
 */
import { record, s32, u16, u32, u64, u8 } from "./layout.js";

export const VFIO_GROUP_FLAGS_VIABLE = 1;
export const VFIO_GROUP_FLAGS_CONTAINER_SET = 2;

export const vfio_group_status = record(
  "vfio_group_status",
  { minBytes: 8, bytes: 8 },
  { argsz: u32(0, "in"), flags: u32(4, "out") },
);

export const VFIO_DEVICE_BIND_FLAG_TOKEN = 1;

export const vfio_device_bind_iommufd = record(
  "vfio_device_bind_iommufd",
  { minBytes: 16, bytes: 24 },
  {
    argsz: u32(0, "in"),
    flags: u32(4, "in"),
    iommufd: s32(8, "in", "descriptor of the iommufd"),
    out_devid: u32(12, "out", "the device object in it"),
    token_uuid_ptr: u64(16, "in", "with TOKEN: address of 16 bytes"),
  },
);

export const VFIO_DEVICE_ATTACH_PASID = 1;
export const VFIO_DEVICE_DETACH_PASID = 1;

export const vfio_device_attach_iommufd_pt = record(
  "vfio_device_attach_iommufd_pt",
  { minBytes: 12, bytes: 16 },
  {
    argsz: u32(0, "in"),
    flags: u32(4, "in"),
    pt_id: u32(8, "inout", "in: an IOAS or HWPT; out: the HWPT attached"),
    pasid: u32(12, "in", "with PASID"),
  },
);

export const vfio_device_detach_iommufd_pt = record(
  "vfio_device_detach_iommufd_pt",
  { minBytes: 8, bytes: 12 },
  { argsz: u32(0, "in"), flags: u32(4, "in"), pasid: u32(8, "in", "with PASID") },
);

export const VFIO_DEVICE_FLAGS_RESET = 1;
export const VFIO_DEVICE_FLAGS_PCI = 2;
export const VFIO_DEVICE_FLAGS_CAPS = 0x80;

export const vfio_device_info = record(
  "vfio_device_info",
  { minBytes: 16, bytes: 24 },
  {
    argsz: u32(0, "inout"),
    flags: u32(4, "out"),
    num_regions: u32(8, "out"),
    num_irqs: u32(12, "out"),
    cap_offset: u32(16, "out", "0: there is no capability"),
    pad: u32(20, "out", "0"),
  },
);

/** Regions by index; below ROM are the BARs. */
export const VFIO_PCI_BAR0_REGION_INDEX = 0;
export const VFIO_PCI_BAR5_REGION_INDEX = 5;
export const VFIO_PCI_ROM_REGION_INDEX = 6;
export const VFIO_PCI_CONFIG_REGION_INDEX = 7;
export const VFIO_PCI_VGA_REGION_INDEX = 8;
export const VFIO_PCI_NUM_REGIONS = 9;

export const VFIO_REGION_INFO_FLAG_READ = 1;
export const VFIO_REGION_INFO_FLAG_WRITE = 2;
export const VFIO_REGION_INFO_FLAG_MMAP = 4;
export const VFIO_REGION_INFO_FLAG_CAPS = 8;

export const vfio_region_info = record(
  "vfio_region_info",
  { minBytes: 32, bytes: 32 },
  {
    argsz: u32(0, "inout", "out: bytes that the struct and its capabilities take, if they do not fit"),
    flags: u32(4, "out"),
    index: u32(8, "in"),
    cap_offset: u32(
      12,
      "inout",
      "of the first capability from the start of the struct, 0: no room; untouched: there is none",
    ),
    size: u64(16, "out", "bytes"),
    offset: u64(24, "out", "where the region begins in the device file"),
  },
);

/** A capability behind vfio_region_info that is a vfio_info_cap_header and nothing else: all of this BAR can be mapped. */
export const VFIO_REGION_INFO_CAP_MSIX_MAPPABLE = 3;

export const VFIO_PCI_HOT_RESET_FLAG_DEV_ID = 1;
export const VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED = 2;
/** In place of a device id: the device has none in this context, but its group is the context's; or it is not the caller's. */
export const VFIO_PCI_DEVID_OWNED = 0;
export const VFIO_PCI_DEVID_NOT_OWNED = 0xffff_ffff;

export const vfio_pci_hot_reset_info = record(
  "vfio_pci_hot_reset_info",
  { minBytes: 12, bytes: 12 },
  {
    argsz: u32(0, "in"),
    flags: u32(4, "out"),
    count: u32(8, "out", "struct vfio_pci_dependent_device that follow, or would if they fitted"),
  },
);

export const vfio_pci_dependent_device = record(
  "vfio_pci_dependent_device",
  { minBytes: 8, bytes: 8 },
  {
    group_id: u32(0, "out", "with DEV_ID: the id in the iommufd"),
    segment: u16(4, "out"),
    bus: u8(6, "out"),
    devfn: u8(7, "out"),
  },
);

export const vfio_pci_hot_reset = record(
  "vfio_pci_hot_reset",
  { minBytes: 12, bytes: 12 },
  {
    argsz: u32(0, "in"),
    flags: u32(4, "in", "0"),
    count: u32(8, "in", "s32 descriptors of group files that follow"),
  },
);
