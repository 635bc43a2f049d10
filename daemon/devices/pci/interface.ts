/**
 * A PCI function on the bus as its driver sees it: configuration space, BARs, interrupts, reset and removal of the hardware. What
 * the device does behind that is its model's (model.ts).
 */
import type { RecordingIommu } from "../endpoint.js";
import type { ReservedRegion } from "../../hw/interface.js";
import type { PciModel } from "./model.js";

/** Who takes the interrupts of a function: its driver, while it has them enabled. */
export interface InterruptSink {
  /** A message of this vector. */
  message(vector: number): void;
  /** The pin's level has changed. */
  intx(asserted: boolean): void;
}

export interface PciFunction {
  /** "0000:00:04.0". */
  readonly name: string;
  /** Bus 15:8, device 7:3, function 2:0. */
  readonly requesterId: number;
  /** PCI segment (domain). */
  readonly segment: number;
  readonly iommu: RecordingIommu;
  readonly reservedRegions: readonly ReservedRegion[];
  readonly model: PciModel;

  /** Whether the hardware is still there. What is gone reads as ones, takes nothing and does no DMA. */
  readonly present: boolean;
  /** Takes the hardware away, at once. */
  remove(): void;

  /** Hardware configuration space: aligned 1, 2 or 4 bytes inside it. */
  readConfig(offset: number, into: Uint8Array): void;
  writeConfig(offset: number, from: Uint8Array): void;

  /**
   * A load from a BAR, past the check of memory decoding: aligned 1, 2, 4 or 8 bytes inside it; register pages, memory pages and
   * MSI-X table alike.
   */
  readBar(bar: number, offset: number, into: Uint8Array): void;
  writeBar(bar: number, offset: number, from: Uint8Array): void;
  /** The bytes of the BAR's memory pages (BarDescription.memory): shared with who maps them. */
  barMemory(bar: number): BarMemory | undefined;
  /** Where the bus has placed a BAR, or the ROM under number 6: physical address of memory, port of I/O. For sysfs. */
  barAddress(bar: number): number;

  /** Level of the interrupt pin now. */
  readonly intxAsserted: boolean;
  /** undefined: nobody. */
  setInterruptSink(sink: InterruptSink | undefined): void;

  /** Function-level reset: the model, and configuration space but for what the bus assigned. */
  reset(): void;
}

/** Memory pages of a BAR. */
export interface BarMemory {
  readonly bytes: number;
  read(at: number, into: Uint8Array): void;
  write(at: number, from: Uint8Array): void;
  /** A file of these bytes that a client can open and map shared, or a positive errno. */
  path(): string | number;
  /** While hidden, an access through a mapping is SIGBUS; the bytes come back with `show`. */
  hide(): void;
  show(): void;
}
