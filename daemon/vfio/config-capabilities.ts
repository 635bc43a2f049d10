/**
 * What a user of VFIO sees and may write of each capability in configuration space (specification 50, section 4.13), as data: which
 * are hidden, how long each is, and the bits of it that go to the hardware or to a virtual copy. Lengths that the section leaves
 * open are those of the PCI Express Base Specification, chapter 7.
 */
import {
  CAP_ID_MSI,
  CAP_ID_MSIX,
  CAP_ID_PM,
  MESSAGE_CONTROL_AT,
  MSI_64_BIT,
  PM_CONTROL_AT,
} from "../devices/pci/config-registers.js";

/** Bits of a field that differ from the default: they are read from the hardware, and not written. */
export interface CapabilityField {
  /** From the start of the capability. */
  readonly offset: number;
  readonly bytes: 1 | 2 | 4;
  /** Bits that can be written. */
  readonly writable: number;
  /** Bits that are the virtual copy's. */
  readonly virtual: number;
  /** Virtual bits that read as 0 whatever the hardware has. */
  readonly zero?: number;
}

/** Reads the hardware: little endian, at an offset from the start of the capability. */
export type ReadCapability = (offset: number, bytes: 1 | 2 | 4) => number;

export interface CapabilityRule {
  readonly length: (read: ReadCapability) => number;
  readonly fields: readonly CapabilityField[] | ((read: ReadCapability) => readonly CapabilityField[]);
  /** All bytes behind the header go to the hardware and back. */
  readonly raw?: boolean;
}

export const CAP_ID_VPD = 0x03;
export const CAP_ID_EXP = 0x10;
export const CAP_ID_AF = 0x13;

/** PCI Express: device capabilities, device control, device control 2. */
export const EXP_DEVCAP_AT = 4;
export const EXP_DEVCTL_AT = 8;
export const EXP_DEVCTL2_AT = 0x28;
export const EXP_DEVCAP_FLR = 0x1000_0000;
export const EXP_DEVCTL_FLR = 0x8000;
/** Maximum payload size, maximum read request size, function-level reset. */
const EXP_DEVCTL_VIRTUAL = 0x00e0 | 0x7000 | EXP_DEVCTL_FLR;
const EXP_DEVCTL_PHANTOM = 0x0200;
const EXP_DEVCTL2_ARI = 0x0020;
const EXP_TYPE_ROOT_COMPLEX_ENDPOINT = 9;
/** Advanced features: capabilities, control. */
export const AF_CAPABILITIES_AT = 3;
export const AF_CONTROL_AT = 4;
export const AF_FLR = 1 << 1;
export const AF_CONTROL_FLR = 1 << 0;
/** Vital product data: address and data. */
export const VPD_ADDRESS_AT = 2;
export const VPD_DATA_AT = 4;
/** In the address: 0 asks for a read, 1 for a write; the hardware toggles it when that is done. */
export const VPD_F = 0x8000;
/** In message control of MSI. */
const MSI_PER_VECTOR_MASKS = 1 << 8;

const ALL_16 = 0xffff;
const ALL_32 = 0xffff_ffff;
const readOnly = (length: number | CapabilityRule["length"]): CapabilityRule => ({
  length: typeof length === "number" ? () => length : length,
  fields: [],
});

const pm: CapabilityRule = {
  length: () => 8,
  fields: [
    // PME from no state.
    { offset: 2, bytes: 2, writable: 0, virtual: 0xf800, zero: 0xf800 },
    // PME enable and status.
    { offset: PM_CONTROL_AT, bytes: 2, writable: ALL_16 & ~0x8100, virtual: 0x8100, zero: 0x8100 },
    { offset: 6, bytes: 2, writable: ALL_16, virtual: 0 },
  ],
};

function msiLength(read: ReadCapability): number {
  const control = read(MESSAGE_CONTROL_AT, 2);
  return 10 + ((control & MSI_64_BIT) !== 0 ? 4 : 0) + ((control & MSI_PER_VECTOR_MASKS) !== 0 ? 10 : 0);
}

/** Behind address and data, whose place depends on how wide the address is. */
function msiFields(read: ReadCapability): CapabilityField[] {
  const is64Bit = (read(MESSAGE_CONTROL_AT, 2) & MSI_64_BIT) !== 0;
  const dataAt = is64Bit ? 12 : 8;
  const virtual32 = { bytes: 4, writable: ALL_32, virtual: ALL_32 } as const;
  return [
    { offset: MESSAGE_CONTROL_AT, bytes: 1, writable: 0xff, virtual: 0xff },
    { offset: 4, ...virtual32 },
    ...(is64Bit ? [{ offset: 8, ...virtual32 }] : []),
    { offset: dataAt, bytes: 2, writable: ALL_16, virtual: ALL_16 },
    // Masks and pending bits, where there are some.
    { offset: dataAt + 4, bytes: 4, writable: ALL_32, virtual: 0 },
    { offset: dataAt + 8, bytes: 4, writable: ALL_32, virtual: 0 },
  ];
}

const msi: CapabilityRule = { length: msiLength, fields: msiFields };

/** Transfers are done for the user: nothing of it is the hardware's. */
const vitalProductData: CapabilityRule = {
  length: () => 8,
  fields: [
    { offset: VPD_ADDRESS_AT, bytes: 2, writable: ALL_16, virtual: ALL_16 },
    { offset: VPD_DATA_AT, bytes: 4, writable: ALL_32, virtual: ALL_32 },
  ],
};

/** Version 2 has error correction registers. */
const PCIX_VERSION = 3 << 12;

const pciX: CapabilityRule = {
  length: (read) => ((read(2, 2) & PCIX_VERSION) === 0 ? 8 : 24),
  fields: [{ offset: 2, bytes: 2, writable: ALL_16, virtual: 0 }],
};

function pciExpressLength(read: ReadCapability): number {
  const flags = read(2, 2);
  const isRootComplexEndpoint = ((flags >> 4) & 0xf) === EXP_TYPE_ROOT_COMPLEX_ENDPOINT;
  if ((flags & 0xf) === 1) return isRootComplexEndpoint ? 0x0c : 0x14;
  return isRootComplexEndpoint ? 0x2c : 0x3c;
}

const pciExpress: CapabilityRule = {
  length: pciExpressLength,
  fields: [
    { offset: EXP_DEVCTL_AT, bytes: 2, writable: ALL_16 & ~EXP_DEVCTL_PHANTOM, virtual: EXP_DEVCTL_VIRTUAL },
    { offset: EXP_DEVCTL2_AT, bytes: 2, writable: ALL_16 & ~EXP_DEVCTL2_ARI, virtual: 0 },
  ],
};

/** By id; what is not here is hidden. */
export const capabilityRules: ReadonlyMap<number, CapabilityRule> = new Map<number, CapabilityRule>([
  [CAP_ID_PM, pm],
  [0x02, readOnly(12)], // AGP
  [CAP_ID_VPD, vitalProductData],
  [CAP_ID_MSI, msi],
  [0x07, pciX],
  [0x08, readOnly(28)], // HyperTransport
  [0x09, { length: (read) => read(2, 1), fields: [], raw: true }], // Vendor specific
  [CAP_ID_EXP, pciExpress],
  [CAP_ID_MSIX, readOnly(12)],
  [0x12, readOnly(8)], // SATA
  [
    CAP_ID_AF,
    {
      length: () => 6,
      fields: [
        { offset: AF_CONTROL_AT, bytes: 1, writable: AF_CONTROL_FLR, virtual: AF_CONTROL_FLR, zero: AF_CONTROL_FLR },
      ],
    },
  ],
]);

const aer: CapabilityRule = {
  length: () => 0x2c,
  fields: [
    // Status, mask and severity of uncorrectable errors; status and mask of correctable ones.
    ...[0x04, 0x08, 0x0c, 0x10, 0x14].map((offset) => ({ offset, bytes: 4, writable: ALL_32, virtual: 0 }) as const),
    // ECRC generation and check enable.
    { offset: 0x18, bytes: 4, writable: 0x0140, virtual: 0 },
  ],
};

/** Access control services: there is an egress control vector. */
const ACS_EGRESS_CONTROL = 1 << 5;
/** TLP processing hints: the steering tags are behind the registers. */
const TPH_TABLE_IN_CAPABILITY = 1;

/** With three registers for each channel behind the first. */
const virtualChannels = readOnly((read) => 0x1c + (read(4, 1) & 7) * 0x0c);

/** With a bit for each function or port that it controls, in whole dwords. */
const accessControl = readOnly((read) => {
  const bits = (read(4, 1) & ACS_EGRESS_CONTROL) === 0 ? 0 : read(5, 1) || 256;
  return 8 + 4 * Math.ceil(bits / 32);
});

const steeringTags = readOnly((read) => {
  const requester = read(4, 4);
  const inCapability = ((requester >>> 9) & 3) === TPH_TABLE_IN_CAPABILITY;
  return 12 + (inCapability ? 2 * (((requester >>> 16) & 0x7ff) + 1) : 0);
});

/** The length of vendor-specific ones is in their second dword. */
const ownLength: CapabilityRule = { length: (read) => read(4, 4) >>> 20, fields: [], raw: true };

/** Extended capabilities by id; what is not here is hidden. */
export const extendedCapabilityRules: ReadonlyMap<number, CapabilityRule> = new Map<number, CapabilityRule>([
  [0x01, aer],
  [0x02, virtualChannels],
  [0x03, readOnly(0x0c)], // Device serial number
  [0x04, { length: () => 0x10, fields: [{ offset: 4, bytes: 1, writable: 0xff, virtual: 0 }] }], // Power budgeting
  [0x08, virtualChannels], // Of a multi-function device
  [0x09, virtualChannels],
  [0x0b, ownLength], // Vendor specific
  [0x0d, accessControl],
  [0x0e, readOnly(8)], // Alternative routing-ID
  [0x0f, readOnly(8)], // Address translation services
  [0x10, readOnly(0x40)], // Single root I/O virtualization
  [0x12, readOnly(0x30)], // Multicast
  [0x13, readOnly(0x10)], // Page requests
  [0x15, readOnly((read) => 4 + 8 * ((read(8, 1) >> 5) & 7))], // Resizable BARs
  [0x16, readOnly((read) => 0x10 + (read(4, 1) & 0x1f) + 1)], // Dynamic power allocation
  [0x17, steeringTags],
  [0x18, readOnly(8)], // Latency tolerance reporting
  [0x23, ownLength], // Designated vendor specific
]);
