/**
 * Configuration space of the test device: one capability of each kind that VFIO treats in its own way, some of which it hides. As
 * data; layouts are those of the PCI Local Bus, PCI Power Management and PCI Express specifications.
 */
import type { CapabilityDescription, ConfigRegister, PciIdentity } from "../model.js";

/** Vendor 0x1234 is nobody's. The class is that of what fits no other. */
export const identity: PciIdentity = {
  vendorId: 0x1234,
  deviceId: 0x7e57,
  subsystemVendorId: 0x1234,
  subsystemId: 0x0001,
  classCode: 0xff0000,
  revision: 0x01,
};

export const MSI_OFFSET = 0x50;
export const MSIX_OFFSET = 0x70;

/** A field of a capability, from the start of the capability. */
interface Field {
  readonly offset: number;
  readonly bytes: 1 | 2 | 4;
  readonly initial?: number;
  readonly writable?: number;
  readonly clearedByOne?: number;
}

interface Layout {
  readonly offset: number;
  readonly id: number;
  readonly version?: number;
  /** With its header. */
  readonly length: number;
  readonly fields: readonly Field[];
}

const EXTENDED_FROM = 0x100;

function capability({ offset, id, version, length, fields }: Layout): CapabilityDescription {
  const header = offset < EXTENDED_FROM ? 2 : 4;
  const bits = (of: "initial" | "writable" | "clearedByOne"): Uint8Array => {
    const body = new Uint8Array(length - header);
    for (const field of fields)
      for (let index = 0; index < field.bytes; index++)
        body[field.offset - header + index] = (field[of] ?? 0) >>> (8 * index);
    return body;
  };
  return {
    offset,
    id,
    ...(version !== undefined && { version }),
    body: bits("initial"),
    writable: bits("writable"),
    clearedByOne: bits("clearedByOne"),
  };
}

/** Version 3, D0 and D3hot, PME from both; D3hot keeps the registers (no soft reset). */
const powerManagement = capability({
  offset: 0x40,
  id: 0x01,
  length: 8,
  fields: [
    { offset: 2, bytes: 2, initial: 0x4803 },
    // Power state, PME enable; PME status.
    { offset: 4, bytes: 2, initial: 0x0008, writable: 0x0103, clearedByOne: 0x8000 },
  ],
});

/** Subsystem ids of a bridge: VFIO hides it, so the list that its user sees is another than this one. */
const subsystemIds = capability({
  offset: 0x48,
  id: 0x0d,
  length: 8,
  fields: [
    { offset: 4, bytes: 2, initial: identity.subsystemVendorId },
    { offset: 6, bytes: 2, initial: identity.subsystemId },
  ],
});

/** Vendor-specific: its length, "TEST", and eight bytes that keep what is written. */
const vendorSpecific = capability({
  offset: 0x60,
  id: 0x09,
  length: 16,
  fields: [
    { offset: 2, bytes: 1, initial: 16 },
    { offset: 4, bytes: 4, initial: 0x5453_4554 },
    { offset: 8, bytes: 4, writable: 0xffff_ffff },
    { offset: 12, bytes: 4, writable: 0xffff_ffff },
  ],
});

/** PCI Express version 2, endpoint, a link of one lane at 2.5 GT/s. */
function pciExpress(functionReset: boolean): CapabilityDescription {
  return capability({
    offset: 0x80,
    id: 0x10,
    length: 0x3c,
    fields: [
      { offset: 0x02, bytes: 2, initial: 0x0002 },
      // DEVCAP: payloads of 256 bytes, extended tags, role-based error reporting, function-level reset.
      { offset: 0x04, bytes: 4, initial: 0x0000_8021 + (functionReset ? 0x1000_0000 : 0) },
      // DEVCTL: all but the bit that asks for a function-level reset, which reads as 0.
      { offset: 0x08, bytes: 2, initial: 0x2810, writable: 0x7fff },
      // DEVSTA: the four errors.
      { offset: 0x0a, bytes: 2, clearedByOne: 0x000f },
      { offset: 0x0c, bytes: 4, initial: 0x0000_0011 },
      // LNKCTL: ASPM, common clock, extended synch.
      { offset: 0x10, bytes: 2, writable: 0x00c3 },
      { offset: 0x12, bytes: 2, initial: 0x0011 },
      // DEVCAP2, DEVCTL2: completion timeouts can be switched off.
      { offset: 0x24, bytes: 4, initial: 0x0000_0010 },
      { offset: 0x28, bytes: 2, writable: 0x001f },
      // LNKCAP2, LNKCTL2: 2.5 GT/s.
      { offset: 0x2c, bytes: 4, initial: 0x0000_0002 },
      { offset: 0x30, bytes: 2, initial: 0x0001, writable: 0x000f },
    ],
  });
}

/** Advanced features: what a conventional function has for a function-level reset. */
function advancedFeatures(functionReset: boolean): CapabilityDescription {
  return capability({
    offset: 0x80,
    id: 0x13,
    length: 6,
    fields: [
      { offset: 2, bytes: 1, initial: 6 },
      // Transactions pending, function-level reset.
      { offset: 3, bytes: 1, initial: functionReset ? 0x03 : 0x01 },
    ],
  });
}

const UNCORRECTABLE_ERRORS = 0x001f_f030;
const CORRECTABLE_ERRORS = 0x0000_31c1;

/** Advanced error reporting, version 1, of a device. */
const errorReporting = capability({
  offset: 0x100,
  id: 0x0001,
  version: 1,
  length: 0x2c,
  fields: [
    { offset: 0x04, bytes: 4, clearedByOne: UNCORRECTABLE_ERRORS },
    { offset: 0x08, bytes: 4, writable: UNCORRECTABLE_ERRORS },
    { offset: 0x0c, bytes: 4, initial: 0x0006_2030, writable: UNCORRECTABLE_ERRORS },
    { offset: 0x10, bytes: 4, clearedByOne: CORRECTABLE_ERRORS },
    { offset: 0x14, bytes: 4, initial: 0x0000_2000, writable: CORRECTABLE_ERRORS },
    // ECRC can be generated and checked.
    { offset: 0x18, bytes: 4, initial: 0x0000_00a0, writable: 0x0000_0140 },
  ],
});

/** An id that nobody has assigned: VFIO hides it. Its eight bytes keep what is written. */
const unknown = capability({
  offset: 0x140,
  id: 0x7e57,
  version: 1,
  length: 12,
  fields: [
    { offset: 4, bytes: 4, initial: 0x5453_4554, writable: 0xffff_ffff },
    { offset: 8, bytes: 4, writable: 0xffff_ffff },
  ],
});

/** Device serial number: behind the unknown one, so that the list goes on after it. */
const serialNumber = capability({
  offset: 0x150,
  id: 0x0003,
  version: 1,
  length: 12,
  fields: [
    { offset: 4, bytes: 4, initial: 0x0000_0001 },
    { offset: 8, bytes: 4, initial: 0x5453_4554 },
  ],
});

/** All but MSI and MSI-X. */
export function capabilities(express: boolean, functionReset: boolean): readonly CapabilityDescription[] {
  const common = [powerManagement, subsystemIds, vendorSpecific];
  if (!express) return [...common, advancedFeatures(functionReset)];
  return [...common, pciExpress(functionReset), errorReporting, unknown, serialNumber];
}

/** A register behind the capabilities that keeps what is written. */
export const configRegisters: readonly ConfigRegister[] = [
  { offset: 0xf0, initial: new Uint8Array(4), writable: new Uint8Array(4).fill(0xff) },
];
