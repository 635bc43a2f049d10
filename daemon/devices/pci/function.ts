/**
 * A PCI function on the bus: what the bus does for every device, around what its model does.
 *
 * Owns the gates: nothing is transferred and no message sent while bus mastering is off, and a function that was taken away reads
 * as ones, takes nothing and does nothing.
 */
import { errno } from "../../../proto/uapi/errno.js";
import type { PhysicalMemory, ReservedRegion } from "../../hw/interface.js";
import type { U64 } from "../../u64.js";
import { Cancellation } from "../cancellation.js";
import { DmaEngine, type DmaOptions, type DmaResult } from "../dma-engine.js";
import type { RecordingIommu } from "../endpoint.js";
import type { BarPlacement } from "./bar-placement.js";
import {
  COMMAND,
  COMMAND_MASTER,
  ConfigSpace,
  MSI_ENABLE,
  MSIX_ENABLE,
  MSIX_MASK_ALL,
  romBytes,
  STATUS_INTERRUPT,
} from "./config-space.js";
import type { BarMemory, InterruptSink, PciFunction } from "./interface.js";
import type { DmaPort, PciHost, PciModel, PciModelFactory } from "./model.js";
import { MsixTable } from "./msix-table.js";

export interface AllocatedBarMemory extends BarMemory {
  /** The device is gone for good. What is mapped of it stays mapped. */
  release(): void;
}

/** Memory for `bytes` of a BAR, zeroed; undefined: there is none. */
export type AllocateBarMemory = (bytes: number) => AllocatedBarMemory | undefined;

export interface PciFunctionOptions {
  readonly address: { readonly text: string; readonly segment: number; readonly requesterId: number };
  readonly iommu: RecordingIommu;
  readonly reservedRegions: readonly ReservedRegion[];
  /** What translated addresses reach. */
  readonly memory: PhysicalMemory;
  readonly placement: BarPlacement;
  readonly allocateBarMemory: AllocateBarMemory;
  /** As PciHost.later. */
  readonly later: (task: () => void) => void;
}

const MASTER_OFF: DmaResult = { error: errno.EIO, transferred: 0 };

export class PciDevice implements PciFunction {
  readonly name: string;
  readonly requesterId: number;
  readonly segment: number;
  readonly iommu: RecordingIommu;
  readonly reservedRegions: readonly ReservedRegion[];
  readonly model: PciModel;
  present = true;
  intxAsserted = false;
  private readonly config: ConfigSpace;
  private readonly engine: DmaEngine;
  private readonly addresses: readonly number[];
  private readonly memories: readonly (AllocatedBarMemory | undefined)[];
  private readonly msix: MsixTable | undefined;
  private sink: InterruptSink | undefined;
  /** Of transfers that wait for pages, when a reset or the removal ends them. */
  private cancellation = new Cancellation();

  /** @throws RangeError: there is no memory for a BAR */
  constructor(factory: PciModelFactory, options: PciFunctionOptions) {
    const { address, iommu, memory, placement } = options;
    this.name = address.text;
    this.requesterId = address.requesterId;
    this.segment = address.segment;
    this.iommu = iommu;
    this.reservedRegions = options.reservedRegions;
    this.engine = new DmaEngine(this.requesterId, iommu, memory);
    this.model = factory(this.host(options.later));
    const { bars, rom, interrupts } = this.model;
    const placed = bars.map((bar) => (bar === undefined ? 0 : placement.place(bar)));
    if (rom !== undefined) placed[bars.length] = placement.place({ space: "memory32", bytes: romBytes(rom) });
    this.addresses = placed;
    this.config = new ConfigSpace(this.model, placed);
    this.memories = bars.map((bar) => {
      if (bar?.memory === undefined) return undefined;
      const allocated = options.allocateBarMemory(bar.memory.bytes);
      if (allocated === undefined) throw new RangeError(`no memory for a BAR of ${bar.memory.bytes} bytes`);
      return allocated;
    });
    this.msix = interrupts.msix && new MsixTable(interrupts.msix);
  }

  private host(later: PciHost["later"]): PciHost {
    const gated =
      <A extends unknown[]>(transfer: (options: DmaOptions, ...values: A) => DmaResult | Promise<DmaResult>) =>
      (options: DmaOptions | undefined, ...values: A): DmaResult | Promise<DmaResult> =>
        this.isMaster ? transfer({ cancellation: this.cancellation, ...options }, ...values) : MASTER_OFF;
    const read = gated((options, iova: U64, into: Uint8Array) => this.engine.read(iova, into, options));
    const write = gated((options, iova: U64, from: Uint8Array) => this.engine.write(iova, from, options));
    const copy = gated((options, destination: U64, source: U64, length: number) =>
      this.engine.copy(destination, source, length, options),
    );
    const dma: DmaPort = {
      read: (iova, into, options) => read(options, iova, into),
      write: (iova, from, options) => write(options, iova, from),
      copy: (destination, source, length, options) => copy(options, destination, source, length),
    };
    return {
      dma,
      interrupt: (vector) => {
        this.interrupt(vector);
      },
      setIntx: (asserted) => {
        this.setIntx(asserted);
      },
      later,
    };
  }

  private get isMaster(): boolean {
    return this.present && (this.config.u16(COMMAND) & COMMAND_MASTER) !== 0;
  }

  // ---- removal and reset ----------------------------------------------------------------------------------------------

  remove(): void {
    this.present = false;
    this.stop();
  }

  reset(): void {
    if (!this.present) return;
    this.config.reset();
    this.stop();
  }

  /** Gives back what it holds. Preconditions: it was removed, and nobody uses it. */
  release(): void {
    for (const memory of this.memories) memory?.release();
  }

  /** No work of the model's goes on. */
  private stop(): void {
    this.cancellation.cancel();
    this.cancellation = new Cancellation();
    this.model.reset();
    this.msix?.reset();
    this.setIntx(false);
  }

  // ---- configuration space --------------------------------------------------------------------------------------------

  readConfig(offset: number, into: Uint8Array): void {
    if (this.present) this.config.read(offset, into);
    else into.fill(0xff);
  }

  writeConfig(offset: number, from: Uint8Array): void {
    if (!this.present) return;
    this.config.write(offset, from);
    this.model.configChanged?.(offset, from.length);
    this.sendPending();
  }

  // ---- BARs -----------------------------------------------------------------------------------------------------------

  readBar(bar: number, offset: number, into: Uint8Array): void {
    if (!this.present) {
      into.fill(0xff);
      return;
    }
    if (this.msix?.read(bar, offset, into) === true) return;
    const memory = this.memoryAt(bar, offset);
    if (memory === undefined) this.model.readBar(bar, offset, into);
    else memory.bytes.read(offset - memory.start, into);
  }

  writeBar(bar: number, offset: number, from: Uint8Array): void {
    if (!this.present) return;
    if (this.msix?.write(bar, offset, from) === true) {
      this.sendPending();
      return;
    }
    const memory = this.memoryAt(bar, offset);
    if (memory === undefined) this.model.writeBar(bar, offset, from);
    else memory.bytes.write(offset - memory.start, from);
  }

  private memoryAt(bar: number, offset: number): { readonly bytes: BarMemory; readonly start: number } | undefined {
    const pages = this.model.bars[bar]?.memory;
    if (pages === undefined || offset < pages.offset || offset >= pages.offset + pages.bytes) return undefined;
    return { bytes: this.memories[bar]!, start: pages.offset };
  }

  barMemory(bar: number): BarMemory | undefined {
    return this.memories[bar];
  }

  barAddress(bar: number): number {
    return this.addresses[bar] ?? 0;
  }

  // ---- interrupts -----------------------------------------------------------------------------------------------------

  setInterruptSink(sink: InterruptSink | undefined): void {
    this.sink = sink;
  }

  private setIntx(asserted: boolean): void {
    if (asserted === this.intxAsserted) return;
    this.intxAsserted = asserted;
    this.config.setStatus(STATUS_INTERRUPT, asserted);
    this.sink?.intx(asserted);
  }

  private interrupt(vector: number): void {
    if (!this.isMaster) return;
    const { msi, msix } = this.model.interrupts;
    const msixControl = msix === undefined ? 0 : this.config.u16(msix.offset + 2);
    if (msix !== undefined && (msixControl & MSIX_ENABLE) !== 0) {
      if (vector >= msix.vectors) return;
      if ((msixControl & MSIX_MASK_ALL) !== 0 || this.msix!.isMasked(vector)) this.msix!.setPending(vector, true);
      else this.sink?.message(vector);
      return;
    }
    const msiControl = msi === undefined ? 0 : this.config.u16(msi.offset + 2);
    if ((msiControl & MSI_ENABLE) === 0) return;
    // A device with fewer vectors than it wants folds the rest onto those that it has.
    const enabled = 1 << ((msiControl >> 4) & 7);
    this.sink?.message(vector % enabled);
  }

  /** What was masked may not be any more. */
  private sendPending(): void {
    const { msix } = this.model.interrupts;
    if (msix === undefined) return;
    const control = this.config.u16(msix.offset + 2);
    if ((control & MSIX_ENABLE) === 0 || (control & MSIX_MASK_ALL) !== 0) return;
    for (let vector = 0; vector < msix.vectors; vector++) {
      if (!this.msix!.isPending(vector) || this.msix!.isMasked(vector)) continue;
      this.msix!.setPending(vector, false);
      this.sink?.message(vector);
    }
  }
}
