/**
 * Interrupts and ioeventfds of a VFIO device, named and laid out as in the uAPI (specification 50, sections 4.4, 4.5 and
 * 4.9). No behaviour. The data of vfio_irq_set and its like follows the struct.
 */
import { record, s32, u32, u64 } from "./layout.js";

/** The interrupts of a PCI device, by index. */
export const VFIO_PCI_INTX_IRQ_INDEX = 0;
export const VFIO_PCI_MSI_IRQ_INDEX = 1;
export const VFIO_PCI_MSIX_IRQ_INDEX = 2;
export const VFIO_PCI_ERR_IRQ_INDEX = 3;
export const VFIO_PCI_REQ_IRQ_INDEX = 4;
export const VFIO_PCI_NUM_IRQS = 5;

export const VFIO_IRQ_INFO_EVENTFD = 1;
export const VFIO_IRQ_INFO_MASKABLE = 2;
export const VFIO_IRQ_INFO_AUTOMASKED = 4;
export const VFIO_IRQ_INFO_NORESIZE = 8;

export const vfio_irq_info = record(
  "vfio_irq_info",
  { minBytes: 16, bytes: 16 },
  {
    argsz: u32(0, "in"),
    flags: u32(4, "out"),
    index: u32(8, "in"),
    count: u32(12, "out", "interrupts of this index"),
  },
);

export const VFIO_IRQ_SET_DATA_NONE = 1;
export const VFIO_IRQ_SET_DATA_BOOL = 2;
export const VFIO_IRQ_SET_DATA_EVENTFD = 4;
export const VFIO_IRQ_SET_ACTION_MASK = 8;
export const VFIO_IRQ_SET_ACTION_UNMASK = 16;
export const VFIO_IRQ_SET_ACTION_TRIGGER = 32;
export const VFIO_IRQ_SET_DATA_TYPE_MASK = 7;
export const VFIO_IRQ_SET_ACTION_TYPE_MASK = 56;

export const vfio_irq_set = record(
  "vfio_irq_set",
  { minBytes: 20, bytes: 20 },
  {
    argsz: u32(0, "in", "bytes of the struct and the data behind it"),
    flags: u32(4, "in", "a kind of data and an action"),
    index: u32(8, "in"),
    start: u32(12, "in", "the first interrupt"),
    count: u32(16, "in", "interrupts: of each, the data has a u8 (BOOL), an s32 (EVENTFD) or nothing (NONE)"),
  },
);

export const VFIO_DEVICE_IOEVENTFD_8 = 1;
export const VFIO_DEVICE_IOEVENTFD_16 = 2;
export const VFIO_DEVICE_IOEVENTFD_32 = 4;
export const VFIO_DEVICE_IOEVENTFD_64 = 8;
export const VFIO_DEVICE_IOEVENTFD_SIZE_MASK = 15;

export const vfio_device_ioeventfd = record(
  "vfio_device_ioeventfd",
  { minBytes: 28, bytes: 32 },
  {
    argsz: u32(0, "in"),
    flags: u32(4, "in", "width of the store, which is also its number of bytes"),
    offset: u64(8, "in", "in the file: region and offset"),
    data: u64(16, "in", "what is stored"),
    fd: s32(24, "in", "of an eventfd; -1 removes the entry"),
    reserved: u32(28, "reserved"),
  },
);
