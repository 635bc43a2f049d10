/**
 * PCI functions whose registers are bytes and whose configuration space is a command register and little else. For tests of
 * VFIO's files: what reaches the function, how wide, and when it is reset.
 */
import type { BarMemory, PciFunction } from "../../daemon/devices/pci/interface.js";
import type { BarDescription, InterruptDescription, PciModel } from "../../daemon/devices/pci/model.js";
import type { RecordingIommu } from "../../daemon/devices/endpoint.js";
import type { Iommu, ReservedRegion } from "../../daemon/hw/interface.js";
import type { ConfigEvents, ConfigSpace } from "../../daemon/vfio/config-space.js";

export interface FunctionOptions {
  /** "DDDD:BB:DD.F" */
  readonly address?: string;
  readonly iommu: Iommu;
  readonly reservedRegions?: readonly ReservedRegion[];
  readonly bars?: readonly (BarDescription | undefined)[];
  /** Where a BAR lies, by its number. */
  readonly barAddresses?: Readonly<Record<number, number>>;
  readonly rom?: Uint8Array;
  readonly configBytes?: 256 | 4096;
  readonly interrupts?: InterruptDescription;
  readonly resettable?: boolean;
}

/** BAR 0: two pages of registers; BAR 1: 32 ports; BAR 2: 64 bit, a page of registers and three of memory; BAR 4: MSI-X. */
export const DEFAULT_BARS: readonly (BarDescription | undefined)[] = [
  { bytes: 0x2000, space: "memory32", prefetchable: false },
  { bytes: 32, space: "io", prefetchable: false },
  { bytes: 0x4000, space: "memory64", prefetchable: true, memory: { offset: 0x1000, bytes: 0x3000 } },
  undefined,
  { bytes: 0x1000, space: "memory32", prefetchable: false },
  { bytes: 16, space: "memory32", prefetchable: false },
];

const DEFAULT_INTERRUPTS: InterruptDescription = {
  pin: 1,
  msix: { vectors: 2, offset: 0x70, bar: 4, tableOffset: 0x100, pbaOffset: 0x800 },
};

class FakeBarMemory implements BarMemory {
  hidden = false;

  constructor(readonly bytes: number) {}

  read(_at: number, into: Uint8Array): void {
    into.fill(0);
  }

  write(): void {
    // Nothing here looks at it.
  }

  path(): string {
    return "/bar-memory";
  }

  hide(): void {
    if (this.hidden) throw new Error("hidden twice");
    this.hidden = true;
  }

  show(): void {
    if (!this.hidden) throw new Error("shown, and was not hidden");
    this.hidden = false;
  }
}

export class FakeVfioFunction implements PciFunction {
  readonly name: string;
  readonly segment: number;
  readonly requesterId: number;
  readonly iommu: RecordingIommu;
  readonly reservedRegions: readonly ReservedRegion[];
  readonly model: PciModel;
  present = true;
  intxAsserted = false;
  resets = 0;
  /** Accesses to BARs: "r0+10:4" is a load of 4 bytes at 0x10 of BAR 0. */
  readonly accesses: string[] = [];
  readonly memories: ReadonlyMap<number, FakeBarMemory>;
  private readonly bytes: readonly Uint8Array[];
  private readonly barAddresses: Readonly<Record<number, number>>;

  constructor(options: FunctionOptions) {
    const { bars = DEFAULT_BARS, interrupts = DEFAULT_INTERRUPTS, configBytes = 4096, resettable = true } = options;
    this.name = options.address ?? "0000:00:04.0";
    const [segment, bus, device, number] = this.name.split(/[:.]/).map((part) => parseInt(part, 16));
    this.segment = segment!;
    this.requesterId = (bus! << 8) | (device! << 3) | number!;
    this.iommu = options.iommu as RecordingIommu;
    this.reservedRegions = options.reservedRegions ?? [];
    this.barAddresses = options.barAddresses ?? {};
    this.bytes = bars.map((bar) => new Uint8Array(bar?.bytes ?? 0));
    const memories = [...bars.entries()].filter(([, bar]) => bar?.memory !== undefined);
    this.memories = new Map(memories.map(([bar, { memory } = {}]) => [bar, new FakeBarMemory(memory!.bytes)]));
    const model = { bars, interrupts, configBytes, resettable, rom: options.rom, inspect: () => ({}) };
    this.model = model as unknown as PciModel;
  }

  remove(): void {
    this.present = false;
  }

  readConfig(_offset: number, into: Uint8Array): void {
    into.fill(0);
  }

  writeConfig(): void {
    // Message control, which nothing here looks at.
  }

  readBar(bar: number, offset: number, into: Uint8Array): void {
    this.accesses.push(`r${bar}+${offset.toString(16)}:${into.length}`);
    into.set(this.bytes[bar]!.subarray(offset, offset + into.length));
  }

  writeBar(bar: number, offset: number, from: Uint8Array): void {
    this.accesses.push(`w${bar}+${offset.toString(16)}:${from.length}`);
    this.bytes[bar]!.set(from, offset);
  }

  /** What the last accesses were; forgets them. */
  takeAccesses(): string[] {
    return this.accesses.splice(0);
  }

  barMemory(bar: number): BarMemory | undefined {
    return this.memories.get(bar);
  }

  barAddress(bar: number): number {
    return this.barAddresses[bar] ?? 0xc000_0010 + bar * 0x10_0000;
  }

  setInterruptSink(): void {
    // No interrupts here.
  }

  reset(): void {
    this.resets++;
  }
}

const COMMAND = 4;
const INTERRUPT_PIN = 0x3d;
const MEMORY = 2;
const INTX_DISABLE = 4;

/** Bytes that can all be written; of COMMAND the memory bit counts, and bit 10. */
export class FakeConfigSpace implements ConfigSpace {
  /** What has been done with it. */
  readonly history: string[] = [];
  private readonly bytes: Uint8Array;

  constructor(
    pci: PciFunction,
    readonly events: ConfigEvents,
  ) {
    this.bytes = new Uint8Array(pci.model.configBytes);
    this.bytes[INTERRUPT_PIN] = pci.model.interrupts.pin;
  }

  open(): void {
    this.history.push("open");
    this.bytes[COMMAND] = MEMORY;
  }

  close(): void {
    this.history.push("close");
  }

  read(offset: number, into: Uint8Array): boolean {
    if (offset + into.length > this.bytes.length) return false;
    into.set(this.bytes.subarray(offset, offset + into.length));
    return true;
  }

  write(offset: number, from: Uint8Array): boolean {
    if (offset + from.length > this.bytes.length) return false;
    const [memoryWasOn, wasMasked] = [this.memoryEnabled, this.intxDisabled];
    this.bytes.set(from, offset);
    if (memoryWasOn !== this.memoryEnabled) this.events.commandChanged(memoryWasOn, this.memoryEnabled);
    if (wasMasked !== this.intxDisabled) this.events.intxMaskChanged(this.intxDisabled);
    return true;
  }

  get memoryEnabled(): boolean {
    return (this.bytes[COMMAND]! & MEMORY) !== 0;
  }

  get intxDisabled(): boolean {
    return (this.bytes[COMMAND + 1]! & INTX_DISABLE) !== 0;
  }

  afterReset(): void {
    this.history.push("afterReset");
  }
}
