/**
 * Configuration space of a PCI function as plain bytes with masks, for tests of the virtual one: what can be written, what a
 * written 1 clears, and a record of the accesses that reached it.
 */
import type { PciFunction } from "../../daemon/devices/pci/interface.js";
import type { BarDescription, PciModel } from "../../daemon/devices/pci/model.js";
import { ConfigView } from "../../daemon/vfio/config-view.js";

/** Bytes of registers; masks as long as `values`, absent: no bit. */
export interface Register {
  readonly offset: number;
  readonly values: readonly number[];
  readonly writable?: readonly number[];
  readonly cleared?: readonly number[];
}

/** A capability: what follows its header of 2 bytes, of an extended one 4. */
export interface Capability extends Register {
  readonly id: number;
}

export interface HardwareOptions {
  readonly configBytes?: 256 | 4096;
  readonly bars?: readonly (BarDescription | undefined)[];
  readonly rom?: Uint8Array;
  readonly pin?: number;
  /** In the order of their list; an extended one's version is 1. */
  readonly capabilities?: readonly Capability[];
  readonly extended?: readonly Capability[];
  /** After the capabilities, so that they can change these. */
  readonly registers?: readonly Register[];
}

export interface Access {
  readonly offset: number;
  readonly bytes: readonly number[];
}

const COMMAND = 0x04;
const BAR_0 = 0x10;

/** BARs as firmware has placed them, and the interrupt line: a reset leaves them. */
const STAYS = [...Array(24).keys()].map((index) => BAR_0 + index).concat([0x30, 0x31, 0x32, 0x33, 0x3c]);

export function ones(length: number): number[] {
  return Array<number>(length).fill(0xff);
}

export function littleEndian(value: number, length: number): number[] {
  return Array.from({ length }, (_, index) => Math.floor(value / 2 ** (8 * index)) % 256);
}

export class ConfigHardware implements PciFunction {
  readonly name = "0000:00:05.0";
  readonly requesterId = 0x28;
  readonly segment = 0;
  readonly reservedRegions = [];
  readonly intxAsserted = false;
  readonly model: PciModel;
  present = true;
  resets = 0;
  readonly writes: Access[] = [];
  /** Called after each write. */
  onWrite: () => void = () => undefined;
  readonly values: Uint8Array;
  private readonly initial: Uint8Array;
  private readonly writable: Uint8Array;
  private readonly cleared: Uint8Array;

  constructor(options: HardwareOptions = {}) {
    const { configBytes = 4096, bars = [], rom, pin = 1 } = options;
    this.model = { configBytes, bars, rom, interrupts: { pin } } as unknown as PciModel;
    this.values = new Uint8Array(configBytes);
    this.writable = new Uint8Array(configBytes);
    this.cleared = new Uint8Array(configBytes);
    for (const register of HEADER) this.place(register);
    this.values[0x3d] = pin;
    this.placeBars(bars, rom !== undefined);
    this.link(options.capabilities ?? []);
    this.linkExtended(options.extended ?? []);
    for (const register of options.registers ?? []) this.place(register);
    this.initial = this.values.slice();
  }

  private place({ offset, values, writable, cleared }: Register): void {
    this.values.set(values, offset);
    if (writable !== undefined) this.writable.set(writable, offset);
    if (cleared !== undefined) this.cleared.set(cleared, offset);
  }

  /** Where firmware has placed them, aligned to their sizes; and all their bits can be written. */
  private placeBars(bars: readonly (BarDescription | undefined)[], hasRom: boolean): void {
    for (const [index, bar] of bars.entries()) {
      if (bar === undefined) continue;
      const type = bar.space === "io" ? 1 : (bar.space === "memory64" ? 4 : 0) | (bar.prefetchable ? 8 : 0);
      const address = { io: 0x3000, memory32: 0xc000_0000, memory64: 0 }[bar.space];
      this.place({ offset: BAR_0 + 4 * index, values: littleEndian(address + type, 4), writable: ones(4) });
      if (bar.space === "memory64")
        this.place({ offset: BAR_0 + 4 * index + 4, values: littleEndian(0x38, 4), writable: ones(4) });
    }
    if (hasRom) this.place({ offset: 0x30, values: littleEndian(0xfe00_0000, 4), writable: ones(4) });
  }

  private link(capabilities: readonly Capability[]): void {
    if (capabilities.length > 0) this.values[0x06] = this.values[0x06]! | 0x10;
    this.values[0x34] = capabilities[0]?.offset ?? 0;
    for (const [index, { offset, id, ...body }] of capabilities.entries()) {
      this.place({ offset, values: [id, capabilities[index + 1]?.offset ?? 0] });
      this.place({ ...body, offset: offset + 2 });
    }
  }

  private linkExtended(capabilities: readonly Capability[]): void {
    for (const [index, { offset, id, ...body }] of capabilities.entries()) {
      const next = capabilities[index + 1]?.offset ?? 0;
      this.place({ offset, values: littleEndian(id + 0x1_0000 + next * 2 ** 20, 4) });
      this.place({ ...body, offset: offset + 4 });
    }
  }

  /** Values after power-up, and what of them can be written and be cleared. */
  masks(): Readonly<Record<"initial" | "writable" | "cleared", Uint8Array>> {
    return { initial: this.initial.slice(), writable: this.writable, cleared: this.cleared };
  }

  readConfig(offset: number, into: Uint8Array): void {
    checkAccess(offset, into.length);
    if (this.present) into.set(this.values.subarray(offset, offset + into.length));
    else into.fill(0xff);
  }

  writeConfig(offset: number, from: Uint8Array): void {
    checkAccess(offset, from.length);
    if (!this.present) return;
    this.writes.push({ offset, bytes: [...from] });
    for (const [index, byte] of from.entries()) {
      const at = offset + index;
      const kept = this.values[at]! & ~this.writable[at]! & ~(byte & this.cleared[at]!);
      this.values[at] = kept | (byte & this.writable[at]!);
    }
    this.onWrite();
  }

  reset(): void {
    this.resets++;
    const stays = STAYS.map((at) => [at, this.values[at]!] as const);
    this.values.set(this.initial);
    for (const [at, byte] of stays) this.values[at] = byte;
  }

  remove(): void {
    this.present = false;
  }

  get iommu(): never {
    throw new Error("configuration space needs no IOMMU");
  }

  readBar(): never {
    throw new Error("configuration space is in no BAR");
  }

  writeBar(): never {
    throw new Error("configuration space is in no BAR");
  }

  barMemory(): undefined {
    return undefined;
  }

  barAddress(): number {
    return 0;
  }

  setInterruptSink(): never {
    throw new Error("configuration space takes no interrupts");
  }
}

/** A type 0 header of which all errors are there, and what firmware does: memory decoding and bus mastering are on. */
const HEADER: readonly Register[] = [
  { offset: 0x00, values: [0x34, 0x12, 0xe8, 0x11] },
  { offset: COMMAND, values: [0x06, 0x01], writable: [0x47, 0x05] },
  { offset: 0x06, values: [0x00, 0xf9], cleared: [0x00, 0xf9] },
  { offset: 0x08, values: [0x02, 0x00, 0x80, 0x08] },
  { offset: 0x0c, values: [0x10, 0x20, 0x00, 0x00], writable: [0xff, 0xff, 0x00, 0x40] },
  { offset: 0x2c, values: [0x34, 0x12, 0x01, 0x00] },
  { offset: 0x3c, values: [0x0b, 0x01, 0x05, 0x06], writable: [0xff, 0x00, 0x00, 0x00] },
];

function checkAccess(offset: number, width: number): void {
  if (![1, 2, 4].includes(width) || offset % width !== 0) throw new Error(`${width} bytes at ${offset}`);
}

/** The virtual configuration space of such a function, opened, and what it told its device. */
export class ViewedHardware {
  readonly view: ConfigView;
  /** "decoding on", "decoding off", "intx off", "intx on", "reset". */
  readonly events: string[] = [];
  /** Of MSI vectors enabled, as log2. */
  msiOrder = -1;

  constructor(readonly hardware: ConfigHardware) {
    this.view = new ConfigView(hardware, {
      commandChanged: (_was, is) => {
        this.events.push(is ? "decoding on" : "decoding off");
      },
      intxMaskChanged: (masked) => {
        this.events.push(masked ? "intx off" : "intx on");
      },
      functionReset: () => {
        this.events.push("reset");
        this.reset();
      },
      msiEnabledOrder: () => this.msiOrder,
    });
    this.view.open();
    hardware.writes.length = 0;
  }

  /** As the device does it. */
  reset(): void {
    this.hardware.reset();
    this.view.afterReset();
  }

  read(offset: number, length: number): number[] {
    const bytes = new Uint8Array(length);
    if (!this.view.read(offset, bytes)) throw new Error(`${length} bytes at ${offset}: EFAULT`);
    return [...bytes];
  }

  /** Little endian. */
  get(offset: number, length: number): number {
    return this.read(offset, length).reduceRight((value, byte) => value * 256 + byte, 0);
  }

  write(offset: number, bytes: readonly number[]): void {
    if (!this.view.write(offset, Uint8Array.from(bytes))) throw new Error(`${bytes.length} bytes at ${offset}: EFAULT`);
  }

  set(offset: number, value: number, length: number): void {
    this.write(offset, littleEndian(value, length));
  }

  /** What the hardware has, little endian. */
  hardwareValue(offset: number, length: number): number {
    return [...this.hardware.values.subarray(offset, offset + length)].reduceRight(
      (value, byte) => value * 256 + byte,
      0,
    );
  }
}

export function viewed(options: HardwareOptions = {}): ViewedHardware {
  return new ViewedHardware(new ConfigHardware(options));
}
