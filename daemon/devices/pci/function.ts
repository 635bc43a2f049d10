/**
 * A PCI function on the bus: what the bus does for every device, around what its model does.
 *
 * Owns the gates: nothing is transferred and no message sent while bus mastering is off or the function sleeps, and a function that
 * was taken away reads as ones, takes nothing and does nothing.
 */
import { errno } from "../../../proto/uapi/errno.js";
import type { PhysicalMemory, ReservedRegion } from "../../hw/interface.js";
import type { U64 } from "../../u64.js";
import { Cancellation } from "../cancellation.js";
import { DmaEngine, type DmaOptions, type DmaResult } from "../dma-engine.js";
import type { RecordingIommu } from "../endpoint.js";
import type { BarPlacement } from "./bar-placement.js";
import {
  CAP_ID_PM,
  COMMAND,
  COMMAND_INTX_DISABLE,
  COMMAND_MASTER,
  MESSAGE_CONTROL_AT,
  MSI_ENABLE,
  MSI_ORDER_MASK,
  MSI_ORDER_SHIFT,
  MSIX_ENABLE,
  MSIX_MASK_ALL,
  PM_CONTROL_AT,
  PM_STATE_MASK,
  ROM_INDEX,
  STATUS_INTERRUPT,
} from "./config-registers.js";
import { ConfigSpace, romBytes } from "./config-space.js";
import type { BarMemory, InterruptSink, PciFunction } from "./interface.js";
import type { BarDescription, DmaPort, PciHost, PciModel, PciModelFactory } from "./model.js";
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
  readonly later: PciHost["later"];
}

/** The widest access to a port. */
const PORT_BYTES_MAX = 4;

const MASTER_OFF: DmaResult = { error: errno.EIO, transferred: 0, failedReading: true };

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
  private readonly placement: BarPlacement;
  private readonly later: PciHost["later"];
  /** By number of the BAR; the ROM's at ROM_INDEX. */
  private readonly addresses: number[] = [];
  private readonly memories: AllocatedBarMemory[] = [];
  private readonly msix: MsixTable | undefined;
  /** Configuration space offset of the power state; undefined: it is always in D0. */
  private readonly powerAt: number | undefined;
  /** What the model does with the pin. */
  private pinLevel = false;
  private sink: InterruptSink | undefined;
  /** Of transfers that wait for pages, when a reset or the removal ends them. */
  private cancellation = new Cancellation();
  /** Calls of the DMA port that have not returned to the model. */
  private transfersCalled = 0;

  /** @throws RangeError: there is no memory or no address for a BAR */
  constructor(factory: PciModelFactory, options: PciFunctionOptions) {
    const { address, iommu, memory } = options;
    this.name = address.text;
    this.requesterId = address.requesterId;
    this.segment = address.segment;
    this.iommu = iommu;
    this.reservedRegions = options.reservedRegions;
    // A transfer that has begun is stopped as well.
    this.engine = new DmaEngine(this.requesterId, iommu, {
      read: (physical, into) => (this.isMaster ? memory.read(physical, into) : errno.EIO),
      write: (physical, from) => (this.isMaster ? memory.write(physical, from) : errno.EIO),
      isCopySource: memory.isCopySource?.bind(memory),
      copy: memory.copy && ((...ranges) => (this.isMaster ? memory.copy!(...ranges) : 0)),
    });
    this.later = options.later;
    this.model = factory(this.host());
    this.placement = options.placement;
    try {
      this.takeResources(options.allocateBarMemory);
    } catch (error) {
      this.release();
      throw error;
    }
    this.config = new ConfigSpace(this.model, this.addresses);
    const { capabilities, interrupts } = this.model;
    this.msix = interrupts.msix && new MsixTable(interrupts.msix);
    const power = capabilities.find(({ id, version }) => id === CAP_ID_PM && version === undefined);
    this.powerAt = power && power.offset + PM_CONTROL_AT;
  }

  private takeResources(allocate: AllocateBarMemory): void {
    for (const [index, { space, bytes }] of this.windows()) {
      const address = this.placement.place({ space, bytes });
      if (address === undefined) throw new RangeError(`there is no room for a BAR of ${bytes} bytes`);
      this.addresses[index] = address;
    }
    for (const [index, bar] of this.model.bars.entries()) {
      if (bar?.memory === undefined) continue;
      const allocated = allocate(bar.memory.bytes);
      if (allocated === undefined) throw new RangeError(`there is no memory for a BAR of ${bar.memory.bytes} bytes`);
      this.memories[index] = allocated;
    }
  }

  /** What needs an address, under the number that `addresses` has it by. */
  private *windows(): Generator<[index: number, window: Pick<BarDescription, "space" | "bytes">]> {
    const { bars, rom } = this.model;
    for (const [index, bar] of bars.entries()) if (bar !== undefined) yield [index, bar];
    if (rom !== undefined) yield [ROM_INDEX, { space: "memory32", bytes: romBytes(rom) }];
  }

  private host(): PciHost {
    const gated =
      <A extends unknown[]>(transfer: (options: DmaOptions, ...values: A) => DmaResult | Promise<DmaResult>) =>
      (options: DmaOptions | undefined, ...values: A): DmaResult | Promise<DmaResult> => {
        if (!this.isMaster) return MASTER_OFF;
        this.transfersCalled++;
        try {
          return transfer({ cancellation: this.cancellation, ...options }, ...values);
        } finally {
          this.transfersCalled--;
        }
      };
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
      later: this.later,
    };
  }

  private get isMaster(): boolean {
    return this.present && !this.sleeps && (this.config.u16(COMMAND) & COMMAND_MASTER) !== 0;
  }

  /** In a power state other than D0 it begins nothing. */
  private get sleeps(): boolean {
    return this.powerAt !== undefined && (this.config.u16(this.powerAt) & PM_STATE_MASK) !== 0;
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
    for (const [index, { space }] of this.windows()) {
      const address = this.addresses[index];
      if (address !== undefined) this.placement.free(space, address);
    }
    for (const memory of Object.values(this.memories)) memory.release();
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
    this.driveIntx();
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
    if (memory === undefined) for (const [at, part] of this.parts(bar, offset, into)) this.model.readBar(bar, at, part);
    else memory.bytes.read(offset - memory.start, into);
  }

  /** What a transfer of its own stores to its registers arrives once its model has returned, as a posted write does. */
  writeBar(bar: number, offset: number, from: Uint8Array): void {
    if (this.transfersCalled === 0 || this.memoryAt(bar, offset) !== undefined) {
      this.store(bar, offset, from);
      return;
    }
    const { cancellation } = this;
    const posted = from.slice();
    this.later(() => {
      if (!cancellation.cancelled) this.store(bar, offset, posted);
    });
  }

  private store(bar: number, offset: number, from: Uint8Array): void {
    if (!this.present) return;
    if (this.msix?.write(bar, offset, from) === true) {
      this.sendPending();
      return;
    }
    const memory = this.memoryAt(bar, offset);
    if (memory === undefined)
      for (const [at, part] of this.parts(bar, offset, from)) this.model.writeBar(bar, at, part);
    else memory.bytes.write(offset - memory.start, from);
  }

  /** An access as it gets to the model: what is too wide for ports comes in two. */
  private parts(bar: number, offset: number, bytes: Uint8Array): [offset: number, bytes: Uint8Array][] {
    if (this.model.bars[bar]?.space !== "io" || bytes.length <= PORT_BYTES_MAX) return [[offset, bytes]];
    return [
      [offset, bytes.subarray(0, PORT_BYTES_MAX)],
      [offset + PORT_BYTES_MAX, bytes.subarray(PORT_BYTES_MAX)],
    ];
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
    this.pinLevel = asserted && this.present;
    this.config.setStatus(STATUS_INTERRUPT, this.pinLevel);
    this.driveIntx();
  }

  /** STATUS shows what the model wants; the pin stays down while it is disabled or messages are enabled in its place. */
  private driveIntx(): void {
    const isDisabled = (this.config.u16(COMMAND) & COMMAND_INTX_DISABLE) !== 0;
    const asserted =
      this.pinLevel && !isDisabled && !this.isEnabled("msi", MSI_ENABLE) && !this.isEnabled("msix", MSIX_ENABLE);
    if (asserted === this.intxAsserted) return;
    this.intxAsserted = asserted;
    this.sink?.intx(asserted);
  }

  private isEnabled(kind: "msi" | "msix", bit: number): boolean {
    return (this.messageControl(kind) & bit) !== 0;
  }

  /** 0: it has no such messages. */
  private messageControl(kind: "msi" | "msix"): number {
    const described = this.model.interrupts[kind];
    return described === undefined ? 0 : this.config.u16(described.offset + MESSAGE_CONTROL_AT);
  }

  private interrupt(vector: number): void {
    if (!this.isMaster) return;
    const { msi, msix } = this.model.interrupts;
    const msixControl = this.messageControl("msix");
    if (msix !== undefined && (msixControl & MSIX_ENABLE) !== 0) {
      if (vector >= msix.vectors) return;
      if ((msixControl & MSIX_MASK_ALL) !== 0 || this.msix!.isMasked(vector)) this.msix!.setPending(vector, true);
      else this.sink?.message(vector);
      return;
    }
    const msiControl = this.messageControl("msi");
    if (msi === undefined || (msiControl & MSI_ENABLE) === 0) return;
    // A device with fewer vectors than it wants folds the rest onto those that it has.
    const enabled = Math.min(msi.vectors, 1 << ((msiControl & MSI_ORDER_MASK) >> MSI_ORDER_SHIFT));
    this.sink?.message(vector % enabled);
  }

  /** What was held back may not be any more. */
  private sendPending(): void {
    const { msix } = this.model.interrupts;
    if (msix === undefined || !this.isMaster) return;
    const control = this.messageControl("msix");
    if ((control & MSIX_ENABLE) === 0 || (control & MSIX_MASK_ALL) !== 0) return;
    for (let vector = 0; vector < msix.vectors; vector++) {
      if (!this.msix!.isPending(vector) || this.msix!.isMasked(vector)) continue;
      this.msix!.setPending(vector, false);
      this.sink?.message(vector);
    }
  }
}
