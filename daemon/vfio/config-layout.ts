/**
 * Whose each bit of a virtual configuration space is: two masks and a copy, a byte each for every byte of it, laid out for one
 * function from its header and lists of capabilities (specification 50, section 4.13).
 */
import {
  BAR_0,
  BAR_BYTES,
  CAPABILITIES_POINTER,
  EXTENDED_CAPABILITIES,
  HEADER_END,
  INTERRUPT_PIN,
  ROM_ADDRESS,
  ROM_ENABLE,
  STATUS,
  STATUS_CAPABILITIES,
} from "../devices/pci/config-registers.js";
import { barTypeBits, romBytes } from "../devices/pci/config-space.js";
import type { PciFunction } from "../devices/pci/interface.js";
import type { BarDescription } from "../devices/pci/model.js";
import {
  capabilityRules,
  extendedCapabilityRules,
  type CapabilityField,
  type CapabilityRule,
  type ReadCapability,
} from "./config-capabilities.js";

/** Capabilities lie on whole dwords, so a list that is longer has a loop. */
const CAPABILITIES_MAX = (EXTENDED_CAPABILITIES - HEADER_END) / 4;
const EXTENDED_MAX = (4096 - EXTENDED_CAPABILITIES) / 4;

/** Whose a byte is that no capability covers; a capability's bytes have its offset. */
const OWNER_HEADER = 0;
const OWNER_GAP = 1;

/** Id and next pointer; an extended capability's next pointer is made read-only besides. */
const RAW_HEADER_BYTES = 2;

/** The header: what is not here is the hardware's and read-only. */
const HEADER: readonly CapabilityField[] = [
  { offset: 0x00, bytes: 4, writable: 0, virtual: 0xffff_ffff }, // Vendor and device
  { offset: 0x04, bytes: 2, writable: 0xffff, virtual: 0x0400 }, // COMMAND: INTX_DISABLE is the copy's
  { offset: 0x06, bytes: 1, writable: 0, virtual: 0x10 }, // STATUS: CAP_LIST
  { offset: 0x0c, bytes: 1, writable: 0xff, virtual: 0 }, // Cache line size
  { offset: 0x0d, bytes: 1, writable: 0xff, virtual: 0 }, // Latency timer
  { offset: 0x0f, bytes: 1, writable: 0xff, virtual: 0 }, // BIST
  ...[0, 1, 2, 3, 4, 5].map(
    (bar) => ({ offset: BAR_0 + BAR_BYTES * bar, bytes: 4, writable: 0xffff_ffff, virtual: 0xffff_ffff }) as const,
  ),
  { offset: ROM_ADDRESS, bytes: 4, writable: 0xffff_ffff, virtual: 0xffff_ffff },
  { offset: CAPABILITIES_POINTER, bytes: 1, writable: 0, virtual: 0xff },
  { offset: 0x3c, bytes: 1, writable: 0xff, virtual: 0xff }, // Interrupt line
  { offset: 0x3d, bytes: 1, writable: 0, virtual: 0xff }, // Interrupt pin
];

interface Capability {
  readonly offset: number;
  readonly id: number;
  readonly rule: CapabilityRule | undefined;
  readonly next: number;
}

export class ConfigLayout {
  readonly bytes: number;
  private readonly writable: Uint8Array;
  private readonly virtual: Uint8Array;
  private readonly copy: Uint8Array;
  private readonly owner: Uint16Array;
  /** Where each capability of the first 256 bytes is that the user sees. */
  private readonly found = new Map<number, { readonly offset: number; readonly length: number }>();

  constructor(pci: PciFunction) {
    this.bytes = pci.model.configBytes;
    this.copy = new Uint8Array(this.bytes);
    for (let at = 0; at < this.bytes; at += 4) pci.readConfig(at, this.copy.subarray(at, at + 4));
    this.virtual = new Uint8Array(this.bytes);
    this.owner = new Uint16Array(this.bytes).fill(OWNER_HEADER).fill(OWNER_GAP, HEADER_END);
    // What no capability covers goes to the hardware.
    this.writable = new Uint8Array(this.bytes).fill(0xff, HEADER_END);
    for (const field of HEADER) this.describe(0, field);
    if (pci.model.interrupts.pin === 0) this.copy[INTERRUPT_PIN] = 0;
    this.layOutCapabilities();
    if (this.bytes > EXTENDED_CAPABILITIES) this.layOutExtended();
  }

  /** Where a capability is; undefined: there is none. */
  capability(id: number): number | undefined {
    return this.found.get(id)?.offset;
  }

  capabilityLength(id: number): number {
    return this.found.get(id)?.length ?? 0;
  }

  /** The widest aligned access at `offset` that takes no more than `left` bytes and stays within one capability. */
  accessWidth(offset: number, left: number): 1 | 2 | 4 {
    const fits = (width: number): boolean =>
      offset % width === 0 && width <= left && this.owner[offset] === this.owner[offset + width - 1];
    if (fits(4)) return 4;
    return fits(2) ? 2 : 1;
  }

  // ---- bytes ----------------------------------------------------------------------------------------------------------

  /** What the user reads where the hardware has `hardware`. */
  merge(at: number, hardware: number): number {
    const virtual = this.virtual[at]!;
    return (this.copy[at]! & virtual) | (hardware & ~virtual);
  }

  /** The user's write, as far as the copy is concerned. */
  store(at: number, byte: number): void {
    const mask = this.virtual[at]! & this.writable[at]!;
    this.copy[at] = (this.copy[at]! & ~mask) | (byte & mask);
  }

  reachesHardware(at: number): boolean {
    return (this.writable[at]! & ~this.virtual[at]!) !== 0;
  }

  /** What the hardware is to have where it has `hardware` and the user writes `byte`. */
  hardwareByte(at: number, byte: number, hardware: number): number {
    const mask = this.writable[at]! & ~this.virtual[at]!;
    return (hardware & ~mask) | (byte & mask);
  }

  copyByte(at: number): number {
    return this.copy[at]!;
  }

  copyU16(at: number): number {
    return this.copy[at]! | (this.copy[at + 1]! << 8);
  }

  setCopy(at: number, byte: number): void {
    this.copy[at] = byte;
  }

  /** What the copy has at [start, start + length). */
  copyBytes(start: number, length: number): Uint8Array {
    return this.copy.slice(start, start + length);
  }

  /** Makes a BAR hold what one of its size can. */
  maskBar(index: number, bar: BarDescription | undefined, isUpperHalf: boolean): void {
    const at = BAR_0 + BAR_BYTES * index;
    if (bar === undefined) this.setU32(at, 0);
    else if (isUpperHalf) this.setU32(at, maskToSize(this.u32(at), bar.bytes / 2 ** 32));
    else this.setU32(at, maskToSize(this.u32(at), bar.bytes) | barTypeBits(bar));
  }

  maskRom(rom: Uint8Array | undefined): void {
    const value = this.u32(ROM_ADDRESS);
    this.setU32(ROM_ADDRESS, rom === undefined ? 0 : maskToSize(value, romBytes(rom)) | (value & ROM_ENABLE));
  }

  private u32(at: number): number {
    return new DataView(this.copy.buffer).getUint32(at, true);
  }

  private setU32(at: number, value: number): void {
    new DataView(this.copy.buffer).setUint32(at, value, true);
  }

  private read(at: number, bytes: 1 | 2 | 4): number {
    let value = 0;
    for (let index = 0; index < bytes; index++) value += (this.copy[at + index] ?? 0) * 2 ** (8 * index);
    return value;
  }

  // ---- layout ---------------------------------------------------------------------------------------------------------

  private describe(start: number, { offset, bytes, writable, virtual, zero = 0 }: CapabilityField): void {
    for (let index = 0; index < bytes; index++) {
      const at = start + offset + index;
      const byteOf = (mask: number): number => (mask >>> (8 * index)) & 0xff;
      this.writable[at] = byteOf(writable);
      this.virtual[at] = byteOf(virtual);
      this.copy[at] = this.copy[at]! & ~byteOf(zero);
    }
  }

  private layOutCapabilities(): void {
    const all: Capability[] = [];
    let at = this.copy[CAPABILITIES_POINTER]! & ~3;
    while (at >= HEADER_END && all.length < CAPABILITIES_MAX) {
      const id = this.copy[at]!;
      const next = this.copy[at + 1]! & ~3;
      all.push({ offset: at, id, rule: capabilityRules.get(id), next });
      at = next;
    }
    let pointer = CAPABILITIES_POINTER;
    for (const { offset, id, rule } of all) {
      if (rule === undefined) continue;
      const length = this.layOut(offset, rule, EXTENDED_CAPABILITIES);
      if (!this.found.has(id)) this.found.set(id, { offset, length });
      this.setPointer(pointer, offset);
      pointer = offset + 1;
    }
    this.setPointer(pointer, 0);
    if (pointer === CAPABILITIES_POINTER) this.copy[STATUS] = this.copy[STATUS]! & ~STATUS_CAPABILITIES;
  }

  private setPointer(at: number, value: number): void {
    this.copy[at] = value;
    this.virtual[at] = 0xff;
    this.writable[at] = 0;
  }

  /** @returns its length */
  private layOut(offset: number, rule: CapabilityRule, end: number): number {
    const read: ReadCapability = (at, bytes) => this.read(offset + at, bytes);
    const length = Math.min(rule.length(read), end - offset);
    this.owner.fill(offset, offset, offset + length);
    this.writable.fill(0, offset, offset + length);
    this.virtual.fill(0, offset, offset + length);
    if (rule.raw === true) this.writable.fill(0xff, offset + RAW_HEADER_BYTES, offset + length);
    const fields = typeof rule.fields === "function" ? rule.fields(read) : rule.fields;
    for (const field of fields) if (field.offset + field.bytes <= length) this.describe(offset, field);
    return length;
  }

  private layOutExtended(): void {
    const all: Capability[] = [];
    let at = EXTENDED_CAPABILITIES;
    while (at >= EXTENDED_CAPABILITIES && all.length < EXTENDED_MAX) {
      const header = this.read(at, 4);
      if (header === 0) break;
      const id = header & 0xffff;
      const next = (header >>> 20) & ~3;
      all.push({ offset: at, id, rule: extendedCapabilityRules.get(id), next });
      at = next;
    }
    if (all.length === 0) return;
    const visible = all.filter(({ rule }) => rule !== undefined);
    for (const { offset, rule } of visible) this.layOut(offset, rule!, this.bytes);
    for (const [index, { offset }] of visible.entries())
      this.setHeader(offset, this.read(offset, 4) & 0xf_ffff, visible[index + 1]?.offset ?? 0);
    // The list begins here whatever is shown of it.
    if (all[0]!.rule === undefined) this.setHeader(EXTENDED_CAPABILITIES, 0, visible[0]?.offset ?? 0);
  }

  private setHeader(at: number, idAndVersion: number, next: number): void {
    this.setU32(at, idAndVersion + next * 2 ** 20);
    this.virtual.fill(0xff, at, at + 4);
    this.writable.fill(0, at, at + 4);
  }
}

function maskToSize(value: number, bytes: number): number {
  if (bytes <= 1) return value;
  return bytes >= 2 ** 32 ? 0 : (value & ~(bytes - 1)) >>> 0;
}
