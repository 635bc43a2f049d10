/**
 * Offsets and bits of configuration space with a type 0 header, and of MSI and MSI-X (PCI Local Bus Specification 3.0, chapter 6; PCI
 * Power Management Interface Specification 1.2, section 3.2). Tables only.
 */

export const VENDOR_ID = 0x00;
export const DEVICE_ID = 0x02;
export const COMMAND = 0x04;
export const STATUS = 0x06;
export const REVISION_ID = 0x08;
export const CLASS_CODE = 0x09;
export const CACHE_LINE_SIZE = 0x0c;
export const BAR_0 = 0x10;
export const SUBSYSTEM_VENDOR_ID = 0x2c;
export const SUBSYSTEM_ID = 0x2e;
export const ROM_ADDRESS = 0x30;
export const CAPABILITIES_POINTER = 0x34;
export const INTERRUPT_LINE = 0x3c;
export const INTERRUPT_PIN = 0x3d;
/** Where capabilities can lie, and extended ones. */
export const HEADER_END = 0x40;
export const EXTENDED_CAPABILITIES = 0x100;

export const COMMAND_IO = 1 << 0;
export const COMMAND_MEMORY = 1 << 1;
export const COMMAND_MASTER = 1 << 2;
export const COMMAND_PARITY = 1 << 6;
export const COMMAND_SERR = 1 << 8;
export const COMMAND_INTX_DISABLE = 1 << 10;
export const STATUS_INTERRUPT = 1 << 3;
export const STATUS_CAPABILITIES = 1 << 4;
/** Detected parity error, signalled system error, master and target aborts, master data parity error. */
export const STATUS_ERRORS = 0xf900;

export const BAR_COUNT = 6;
export const BAR_BYTES = 4;
/** BARs have the numbers 0 to 5; where addresses are listed, the ROM's is behind them. */
export const ROM_INDEX = BAR_COUNT;
export const ROM_ENABLE = 1;

export const CAP_ID_PM = 0x01;
/** Control and status, from the start of the capability, and the power state in it: 0 is D0. */
export const PM_CONTROL_AT = 4;
export const PM_STATE_MASK = 3;
export const PM_STATE_D3HOT = 3;

export const CAP_ID_MSI = 0x05;
export const CAP_ID_MSIX = 0x11;
/** Message control of both, from the start of the capability. */
export const MESSAGE_CONTROL_AT = 2;
export const MSI_ENABLE = 1 << 0;
/** Log2 of the vectors that are enabled. */
export const MSI_ORDER_SHIFT = 4;
export const MSI_ORDER_MASK = 7 << MSI_ORDER_SHIFT;
export const MSI_64_BIT = 1 << 7;
export const MSIX_MASK_ALL = 1 << 14;
export const MSIX_ENABLE = 1 << 15;

/** An entry of the MSI-X table: address, data, vector control with its mask bit. */
export const MSIX_ENTRY_BYTES = 16;
export const MSIX_ENTRY_DATA_AT = 8;
export const MSIX_ENTRY_CONTROL_AT = 12;
export const MSIX_ENTRY_MASKED = 1;
