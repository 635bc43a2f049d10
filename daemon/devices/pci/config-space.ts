/**
 * Configuration space of a function as the hardware has it: a type 0 header, capabilities and registers, each bit read-only, writable
 * or cleared by writing 1 (PCI Local Bus Specification 3.0, chapter 6; PCI Express Base Specification, chapter 7).
 *
 * Owns the linked lists of capabilities, which are in ascending order of their offsets.
 */
import {
  BAR_0,
  BAR_BYTES,
  BAR_COUNT,
  CACHE_LINE_SIZE,
  CAP_ID_MSI,
  CAP_ID_MSIX,
  CAPABILITIES_POINTER,
  CLASS_CODE,
  COMMAND,
  COMMAND_INTX_DISABLE,
  COMMAND_IO,
  COMMAND_MASTER,
  COMMAND_MEMORY,
  COMMAND_PARITY,
  COMMAND_SERR,
  DEVICE_ID,
  EXTENDED_CAPABILITIES,
  INTERRUPT_LINE,
  INTERRUPT_PIN,
  MSI_64_BIT,
  MSI_ENABLE,
  MSI_ORDER_MASK,
  MSIX_ENABLE,
  MSIX_MASK_ALL,
  REVISION_ID,
  ROM_ADDRESS,
  ROM_ENABLE,
  ROM_INDEX,
  STATUS,
  STATUS_CAPABILITIES,
  STATUS_ERRORS,
  SUBSYSTEM_ID,
  SUBSYSTEM_VENDOR_ID,
  VENDOR_ID,
} from "./config-registers.js";
import type { BarDescription, CapabilityDescription, InterruptDescription, PciModel } from "./model.js";

const BAR_IO = 1;
const BAR_64_BIT = 4;
const BAR_PREFETCHABLE = 8;

/** What the bus has assigned stays over a function reset. */
const ASSIGNED: readonly (readonly [start: number, end: number])[] = [
  [BAR_0, BAR_0 + BAR_COUNT * BAR_BYTES],
  [ROM_ADDRESS, ROM_ADDRESS + BAR_BYTES],
  [INTERRUPT_LINE, INTERRUPT_LINE + 1],
];

export class ConfigSpace {
  readonly bytes: number;
  private readonly values: Uint8Array;
  private readonly initial: Uint8Array;
  private readonly writable: Uint8Array;
  private readonly cleared: Uint8Array;

  /** @param placed where each BAR is, and the ROM at ROM_INDEX */
  constructor(model: PciModel, placed: readonly number[]) {
    this.bytes = model.configBytes;
    this.values = new Uint8Array(this.bytes);
    this.writable = new Uint8Array(this.bytes);
    this.cleared = new Uint8Array(this.bytes);
    this.describeHeader(model);
    this.describeBars(model, placed);
    this.describeCapabilities(model);
    for (const { offset, initial, writable, clearedByOne } of model.registers)
      this.describe(offset, initial, writable, clearedByOne);
    this.initial = this.values.slice();
  }

  read(offset: number, into: Uint8Array): void {
    into.set(this.values.subarray(offset, offset + into.length));
  }

  write(offset: number, from: Uint8Array): void {
    for (const [index, byte] of from.entries()) {
      const at = offset + index;
      const writable = this.writable[at]!;
      this.values[at] = ((this.values[at]! & ~writable) | (byte & writable)) & ~(byte & this.cleared[at]!);
    }
  }

  /** A register of 16 bits, as it is now. */
  u16(offset: number): number {
    return this.values[offset]! | (this.values[offset + 1]! << 8);
  }

  /** Sets bits that the hardware itself changes. */
  setStatus(bits: number, on: boolean): void {
    const status = on ? this.u16(STATUS) | bits : this.u16(STATUS) & ~bits;
    this.values[STATUS] = status & 0xff;
    this.values[STATUS + 1] = status >> 8;
  }

  /** Function reset. */
  reset(): void {
    const assigned = ASSIGNED.map(([start, end]) => this.values.slice(start, end));
    this.values.set(this.initial);
    for (const [index, [start]] of ASSIGNED.entries()) this.values.set(assigned[index]!, start);
  }

  private describe(offset: number, initial: Uint8Array, writable?: Uint8Array, clearedByOne?: Uint8Array): void {
    this.values.set(initial, offset);
    if (writable !== undefined) this.writable.set(writable, offset);
    if (clearedByOne !== undefined) this.cleared.set(clearedByOne, offset);
  }

  private describe16(offset: number, initial: number, writable = 0, clearedByOne = 0): void {
    this.describe(offset, littleEndian(initial, 2), littleEndian(writable, 2), littleEndian(clearedByOne, 2));
  }

  private describeHeader({ identity, interrupts, capabilities }: PciModel): void {
    this.describe16(VENDOR_ID, identity.vendorId);
    this.describe16(DEVICE_ID, identity.deviceId);
    this.describe16(
      COMMAND,
      0,
      COMMAND_IO | COMMAND_MEMORY | COMMAND_MASTER | COMMAND_PARITY | COMMAND_SERR | COMMAND_INTX_DISABLE,
    );
    const listed = capabilities.length > 0 || interrupts.msi !== undefined || interrupts.msix !== undefined;
    this.describe16(STATUS, listed ? STATUS_CAPABILITIES : 0, 0, STATUS_ERRORS);
    this.describe(REVISION_ID, Uint8Array.of(identity.revision));
    this.describe(CLASS_CODE, littleEndian(identity.classCode, 3));
    this.describe(CACHE_LINE_SIZE, Uint8Array.of(0), Uint8Array.of(0xff));
    this.describe16(SUBSYSTEM_VENDOR_ID, identity.subsystemVendorId);
    this.describe16(SUBSYSTEM_ID, identity.subsystemId);
    this.describe(INTERRUPT_LINE, Uint8Array.of(0), Uint8Array.of(0xff));
    this.describe(INTERRUPT_PIN, Uint8Array.of(interrupts.pin));
  }

  private describeBars({ bars, rom }: PciModel, placed: readonly number[]): void {
    for (const [index, bar] of bars.entries()) {
      if (bar === undefined) continue;
      const offset = BAR_0 + index * BAR_BYTES;
      const address = placed[index]!;
      const size = 2 ** 32 - (bar.bytes % 2 ** 32);
      this.describe(offset, littleEndian((address % 2 ** 32) + barTypeBits(bar), 4), littleEndian(size % 2 ** 32, 4));
      if (bar.space !== "memory64") continue;
      const high = Math.floor((2 ** 64 - bar.bytes) / 2 ** 32);
      const mask = Math.min(high, 2 ** 32 - 1);
      this.describe(offset + BAR_BYTES, littleEndian(Math.floor(address / 2 ** 32), 4), littleEndian(mask, 4));
    }
    if (rom === undefined) return;
    const mask = 2 ** 32 - romBytes(rom) + ROM_ENABLE;
    this.describe(ROM_ADDRESS, littleEndian(placed[ROM_INDEX]!, 4), littleEndian(mask, 4));
  }

  private describeCapabilities({ capabilities, interrupts }: PciModel): void {
    const all = [...capabilities, ...messageCapabilities(interrupts)].sort((a, b) => a.offset - b.offset);
    const plain = all.filter(({ offset }) => offset < EXTENDED_CAPABILITIES);
    this.values[CAPABILITIES_POINTER] = plain[0]?.offset ?? 0;
    for (const [index, { offset, id, body, writable, clearedByOne }] of plain.entries()) {
      this.describe(offset, Uint8Array.of(id, plain[index + 1]?.offset ?? 0));
      this.describe(offset + 2, body, writable, clearedByOne);
    }
    const extended = all.filter(({ offset }) => offset >= EXTENDED_CAPABILITIES);
    // The list begins there, if with an empty header.
    const first = extended[0]?.offset ?? 0;
    if (first > EXTENDED_CAPABILITIES) this.describe(EXTENDED_CAPABILITIES, littleEndian(first * 2 ** 20, 4));
    for (const [index, { offset, id, version = 1, body, writable, clearedByOne }] of extended.entries()) {
      const next = extended[index + 1]?.offset ?? 0;
      this.describe(offset, littleEndian(id + version * 2 ** 16 + next * 2 ** 20, 4));
      this.describe(offset + 4, body, writable, clearedByOne);
    }
  }
}

/** The low bits of a BAR, which tell what it is. */
export function barTypeBits({ space, prefetchable }: BarDescription): number {
  if (space === "io") return BAR_IO;
  return (space === "memory64" ? BAR_64_BIT : 0) | (prefetchable ? BAR_PREFETCHABLE : 0);
}

/** An expansion ROM's BAR covers at least 2 KiB, a power of two. */
export function romBytes(rom: Uint8Array): number {
  return Math.max(2048, 2 ** Math.ceil(Math.log2(rom.length)));
}

function messageCapabilities({ msi, msix }: InterruptDescription): CapabilityDescription[] {
  const found: CapabilityDescription[] = [];
  if (msi !== undefined) {
    const body = new Uint8Array(12);
    const writable = new Uint8Array(12).fill(0xff, 2);
    body[0] = MSI_64_BIT | (Math.log2(msi.vectors) << 1);
    writable[0] = MSI_ENABLE | MSI_ORDER_MASK;
    // Messages go to whole words.
    writable[2] = 0xfc;
    found.push({ offset: msi.offset, id: CAP_ID_MSI, body, writable });
  }
  if (msix !== undefined) {
    const body = new Uint8Array(10);
    const view = new DataView(body.buffer);
    view.setUint16(0, msix.vectors - 1, true);
    view.setUint32(2, msix.tableOffset | msix.bar, true);
    view.setUint32(6, msix.pbaOffset | msix.bar, true);
    const writable = new Uint8Array(10);
    writable[1] = (MSIX_ENABLE | MSIX_MASK_ALL) >> 8;
    found.push({ offset: msix.offset, id: CAP_ID_MSIX, body, writable });
  }
  return found;
}

/** @param value not negative */
export function littleEndian(value: number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => Math.floor(value / 2 ** (8 * index)) % 256);
}
