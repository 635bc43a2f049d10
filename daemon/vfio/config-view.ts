/**
 * The virtual configuration space that a user of a VFIO PCI device sees (specification 50, section 4.13): each bit is the hardware's
 * or that of a copy which is taken when the device is opened, and can be written or not.
 *
 * Owns the rule that the hardware's BARs, next pointers and message addresses are never the user's to change.
 */
import {
  BAR_0,
  BAR_BYTES,
  BAR_COUNT,
  CACHE_LINE_SIZE,
  CAP_ID_MSI,
  CAP_ID_PM,
  COMMAND,
  COMMAND_INTX_DISABLE,
  COMMAND_IO,
  COMMAND_MASTER,
  COMMAND_MEMORY,
  MESSAGE_CONTROL_AT,
  MSI_ENABLE,
  MSI_ORDER_MASK,
  MSI_ORDER_SHIFT,
  PM_CONTROL_AT,
  PM_STATE_D3HOT,
  PM_STATE_MASK,
  ROM_ADDRESS,
} from "../devices/pci/config-registers.js";
import type { PciFunction } from "../devices/pci/interface.js";
import {
  AF_CAPABILITIES_AT,
  AF_CONTROL_AT,
  AF_CONTROL_FLR,
  AF_FLR,
  CAP_ID_AF,
  CAP_ID_EXP,
  CAP_ID_VPD,
  EXP_DEVCAP_AT,
  EXP_DEVCAP_FLR,
  EXP_DEVCTL2_AT,
  EXP_DEVCTL_AT,
  EXP_DEVCTL_FLR,
  VPD_ADDRESS_AT,
  VPD_DATA_AT,
  VPD_F,
} from "./config-capabilities.js";
import { ConfigLayout } from "./config-layout.js";
import type { ConfigEvents, ConfigSpace } from "./config-space.js";

const BARS_END = BAR_0 + BAR_COUNT * BAR_BYTES;
const ROM_END = ROM_ADDRESS + BAR_BYTES;

/** Registers of the header, besides COMMAND, that a reset does not change for the user: cache line size, latency timer. */
const KEPT_HEADER = [
  { offset: COMMAND, bytes: 2 },
  { offset: CACHE_LINE_SIZE, bytes: 1 },
  { offset: 0x0d, bytes: 1 },
] as const;

interface Register {
  readonly offset: number;
  readonly bytes: number;
}

export class ConfigView implements ConfigSpace {
  private layout: ConfigLayout;
  /** Some BAR was written since it was last read. */
  private barsWritten = false;
  /** Hardware registers that the user has, as they were set last. */
  private kept: readonly { readonly offset: number; readonly bytes: Uint8Array }[] = [];
  /** The hardware's at `open`. */
  private saved: Uint8Array | undefined;

  constructor(
    private readonly pci: PciFunction,
    private readonly events: ConfigEvents,
  ) {
    this.layout = new ConfigLayout(pci);
  }

  open(): void {
    const { pci } = this;
    this.saved = this.hardware(0, pci.model.configBytes);
    this.layout = new ConfigLayout(pci);
    this.barsWritten = false;
    const spaces = pci.model.bars.map((bar) => bar?.space);
    const memory = spaces.some((space) => space !== undefined && space !== "io") || pci.model.rom !== undefined;
    const decoding = (memory ? COMMAND_MEMORY : 0) | (spaces.includes("io") ? COMMAND_IO : 0);
    const others = this.command & ~(COMMAND_MEMORY | COMMAND_IO | COMMAND_MASTER | COMMAND_INTX_DISABLE);
    pci.writeConfig(COMMAND, u16(others | decoding));
    this.keep();
  }

  close(): void {
    const { saved } = this;
    if (saved === undefined) return;
    this.saved = undefined;
    const now = this.hardware(0, saved.length);
    // What is as it was is not written: in a bit that a written 1 clears, it would be lost.
    for (const [offset, byte] of saved.entries())
      if (byte !== now[offset]) this.pci.writeConfig(offset, Uint8Array.of(byte));
  }

  get memoryEnabled(): boolean {
    return (this.command & COMMAND_MEMORY) !== 0 && this.powerState !== PM_STATE_D3HOT;
  }

  get intxDisabled(): boolean {
    return (this.layout.copyU16(COMMAND) & COMMAND_INTX_DISABLE) !== 0;
  }

  afterReset(): void {
    for (const { offset, bytes } of this.kept) this.pci.writeConfig(offset, bytes);
  }

  // ---- reading --------------------------------------------------------------------------------------------------------

  read(offset: number, into: Uint8Array): boolean {
    if (offset + into.length > this.layout.bytes) return false;
    const last = offset + into.length;
    if (this.barsWritten && ((offset < BARS_END && last > BAR_0) || (offset < ROM_END && last > ROM_ADDRESS)))
      this.sizeBars();
    const hardware = this.hardware(offset, into.length);
    for (const index of into.keys()) into[index] = this.layout.merge(offset + index, hardware[index]!);
    return true;
  }

  /** What was written to BARs becomes what a BAR of its size would hold. */
  private sizeBars(): void {
    this.barsWritten = false;
    const { bars, rom } = this.pci.model;
    for (let index = 0; index < BAR_COUNT; index++) {
      const lower = bars[index - 1];
      const isUpperHalf = lower?.space === "memory64";
      this.layout.maskBar(index, isUpperHalf ? lower : bars[index], isUpperHalf);
    }
    this.layout.maskRom(rom);
  }

  private hardware(offset: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const width = this.layout.accessWidth(offset + at, length - at);
      this.pci.readConfig(offset + at, bytes.subarray(at, at + width));
      at += width;
    }
    return bytes;
  }

  // ---- writing --------------------------------------------------------------------------------------------------------

  write(offset: number, from: Uint8Array): boolean {
    if (offset + from.length > this.layout.bytes) return false;
    const memoryWasOn = this.memoryEnabled;
    const intxWasDisabled = this.intxDisabled;
    for (let at = 0; at < from.length;) {
      const width = this.layout.accessWidth(offset + at, from.length - at);
      this.writeAccess(offset + at, from.subarray(at, at + width));
      at += width;
    }
    this.keep();
    const memoryIsOn = this.memoryEnabled;
    if (memoryIsOn !== memoryWasOn) this.events.commandChanged(memoryWasOn, memoryIsOn);
    if (this.intxDisabled !== intxWasDisabled) this.events.intxMaskChanged(this.intxDisabled);
    return true;
  }

  private writeAccess(offset: number, from: Uint8Array): void {
    const last = offset + from.length;
    if ((offset < BARS_END && last > BAR_0) || (offset < ROM_END && last > ROM_ADDRESS)) this.barsWritten = true;
    for (const [index, byte] of from.entries()) this.layout.store(offset + index, byte);
    this.writeHardware(offset, from);
    const covered = (id: number, at: number): number | undefined => {
      const start = this.layout.capability(id);
      return start !== undefined && start + at >= offset && start + at < last ? start : undefined;
    };
    const msi = covered(CAP_ID_MSI, MESSAGE_CONTROL_AT);
    if (msi !== undefined) this.settleMsi(msi + MESSAGE_CONTROL_AT);
    const vpd = covered(CAP_ID_VPD, VPD_ADDRESS_AT + 1);
    if (vpd !== undefined) this.transferVitalProductData(vpd);
    const express = covered(CAP_ID_EXP, EXP_DEVCTL_AT + 1);
    if (express !== undefined) this.settleExpressReset(express);
    const advanced = covered(CAP_ID_AF, AF_CONTROL_AT);
    if (advanced !== undefined) this.settleAdvancedReset(advanced);
  }

  /** Only bytes of which some bit is the user's: others may be cleared by being written as they are. */
  private writeHardware(offset: number, from: Uint8Array): void {
    const now = this.hardware(offset, from.length);
    const merged = from.map((byte, index) => this.layout.hardwareByte(offset + index, byte, now[index]!));
    const theirs = [...from.keys()].map((index) => this.layout.reachesHardware(offset + index));
    if (theirs.every(Boolean)) {
      this.pci.writeConfig(offset, merged);
      return;
    }
    const half = from.length / 2;
    if (from.length === 1 || !theirs.some(Boolean)) return;
    this.writeHardware(offset, from.subarray(0, half));
    this.writeHardware(offset + half, from.subarray(half));
  }

  /** The user cannot enable MSI, nor more vectors than SET_IRQS has. */
  private settleMsi(at: number): void {
    const order = this.events.msiEnabledOrder();
    let control = this.layout.copyByte(at);
    if (order < 0) control &= ~MSI_ENABLE;
    const wanted = (control & MSI_ORDER_MASK) >> MSI_ORDER_SHIFT;
    if (wanted > Math.max(order, 0)) control = (control & ~MSI_ORDER_MASK) | (Math.max(order, 0) << MSI_ORDER_SHIFT);
    this.layout.setCopy(at, control);
    this.pci.writeConfig(at, Uint8Array.of(control));
  }

  /** The hardware carries a transfer out at once, or not at all. */
  private transferVitalProductData(capability: number): void {
    const { layout, pci } = this;
    const addressAt = capability + VPD_ADDRESS_AT;
    const dataAt = capability + VPD_DATA_AT;
    const asked = layout.copyU16(addressAt) & VPD_F;
    if (asked !== 0) pci.writeConfig(dataAt, layout.copyBytes(dataAt, 4));
    pci.writeConfig(addressAt, layout.copyBytes(addressAt, 2));
    if ((this.hardwareU16(addressAt) & VPD_F) === asked) return;
    layout.setCopy(addressAt + 1, layout.copyByte(addressAt + 1) ^ (VPD_F >> 8));
    if (asked === 0)
      for (const [index, byte] of this.hardware(dataAt, 4).entries()) layout.setCopy(dataAt + index, byte);
  }

  private settleExpressReset(capability: number): void {
    const high = capability + EXP_DEVCTL_AT + 1;
    const devcap = new DataView(this.hardware(capability + EXP_DEVCAP_AT, 4).buffer).getUint32(0, true);
    if (this.takeBit(high, EXP_DEVCTL_FLR >> 8) && (devcap & EXP_DEVCAP_FLR) !== 0) this.resetFunction();
  }

  private settleAdvancedReset(capability: number): void {
    const features = this.hardware(capability + AF_CAPABILITIES_AT, 1)[0]!;
    if (this.takeBit(capability + AF_CONTROL_AT, AF_CONTROL_FLR) && (features & AF_FLR) !== 0) this.resetFunction();
  }

  /** A bit of the copy that always reads as 0. @returns whether it was written as 1 */
  private takeBit(at: number, bit: number): boolean {
    const byte = this.layout.copyByte(at);
    this.layout.setCopy(at, byte & ~bit);
    return (byte & bit) !== 0;
  }

  /** What came with the bit in the same write survives as well. */
  private resetFunction(): void {
    this.keep();
    this.events.functionReset();
  }

  // ---- hardware registers ---------------------------------------------------------------------------------------------

  private get command(): number {
    return this.hardwareU16(COMMAND);
  }

  /** Of hardware that is gone, all ones, it would read as D3. */
  private get powerState(): number {
    if (!this.pci.present) return 0;
    const pm = this.layout.capability(CAP_ID_PM);
    return pm === undefined ? 0 : this.hardwareU16(pm + PM_CONTROL_AT) & PM_STATE_MASK;
  }

  private hardwareU16(offset: number): number {
    const bytes = this.hardware(offset, 2);
    return bytes[0]! | (bytes[1]! << 8);
  }

  private keptRegisters(): Register[] {
    const express = this.layout.capability(CAP_ID_EXP);
    if (express === undefined) return [...KEPT_HEADER];
    const kept: Register[] = [...KEPT_HEADER, { offset: express + EXP_DEVCTL_AT, bytes: 2 }];
    if (this.layout.capabilityLength(CAP_ID_EXP) > EXP_DEVCTL2_AT)
      kept.push({ offset: express + EXP_DEVCTL2_AT, bytes: 2 });
    return kept;
  }

  private keep(): void {
    if (!this.pci.present) return;
    this.kept = this.keptRegisters().map(({ offset, bytes }) => ({ offset, bytes: this.hardware(offset, bytes) }));
  }
}

function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >> 8);
}
