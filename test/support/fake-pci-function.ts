/**
 * A PCI function that is bytes: configuration space with MSI and MSI-X, BARs, an MSI-X table that holds messages back while
 * a vector is masked. For tests of what its driver does.
 */
import type { InterruptSink, PciFunction } from "../../daemon/devices/pci/interface.js";
import type { BarDescription, InterruptDescription, PciModel } from "../../daemon/devices/pci/model.js";

const MSI_AT = 0x50;
const MSIX_AT = 0x70;
const TABLE_AT = 0x2000;
const ENTRY_BYTES = 16;

export interface FakeFunctionOptions {
  readonly express?: boolean;
  readonly pin?: number;
  /** Vectors; 0: it has none. */
  readonly msi?: number;
  readonly msix?: number;
}

export interface BarWrite {
  readonly bar: number;
  readonly offset: number;
  readonly bytes: readonly number[];
}

/** BAR 0: 64 KiB with the MSI-X table at TABLE_AT; BAR 2: 32 ports; BAR 4: 8 KiB. */
const bars: readonly (BarDescription | undefined)[] = [
  { bytes: 0x1_0000, space: "memory64", prefetchable: false },
  undefined,
  { bytes: 32, space: "io", prefetchable: false },
  undefined,
  { bytes: 0x2000, space: "memory32", prefetchable: false },
  undefined,
];

export class FakePciFunction implements PciFunction {
  readonly name = "0000:00:04.0";
  readonly requesterId = 0x20;
  readonly segment = 0;
  readonly reservedRegions = [];
  readonly present = true;
  readonly model: PciModel;
  intxAsserted = false;
  sink: InterruptSink | undefined;
  /** Stores to BARs outside the MSI-X table. */
  readonly barWrites: BarWrite[] = [];
  private readonly config = new Uint8Array(4096);
  private readonly memory = bars.map((bar) => new Uint8Array(bar?.bytes ?? 0));
  private readonly pending = new Set<number>();

  constructor({ express = true, pin = 1, msi = 4, msix = 8 }: FakeFunctionOptions = {}) {
    const interrupts: InterruptDescription = {
      pin,
      ...(msi > 0 && { msi: { vectors: msi, offset: MSI_AT } }),
      ...(msix > 0 && {
        msix: { vectors: msix, offset: MSIX_AT, bar: 0, tableOffset: TABLE_AT, pbaOffset: 0x3000 },
      }),
    };
    this.model = { bars, interrupts, configBytes: express ? 4096 : 256 } as unknown as PciModel;
    this.reset();
  }

  get iommu(): never {
    throw new Error("interrupts need no IOMMU");
  }

  remove(): void {
    throw new Error("interrupts do not remove the function");
  }

  readConfig(offset: number, into: Uint8Array): void {
    into.set(this.config.subarray(offset, offset + into.length));
  }

  writeConfig(offset: number, from: Uint8Array): void {
    this.config.set(from, offset);
    this.sendPending();
  }

  readBar(bar: number, offset: number, into: Uint8Array): void {
    this.checkAccess(offset, into.length);
    into.set(this.memory[bar]!.subarray(offset, offset + into.length));
  }

  writeBar(bar: number, offset: number, from: Uint8Array): void {
    this.checkAccess(offset, from.length);
    this.memory[bar]!.set(from, offset);
    const table = this.model.interrupts.msix;
    const inTable = table && offset >= TABLE_AT && offset < TABLE_AT + table.vectors * ENTRY_BYTES;
    if (bar === 0 && inTable) this.sendPending();
    else this.barWrites.push({ bar, offset, bytes: [...from] });
  }

  private checkAccess(offset: number, width: number): void {
    if (![1, 2, 4, 8].includes(width) || offset % width !== 0) throw new Error(`${width} bytes at ${offset}`);
  }

  barMemory(): undefined {
    return undefined;
  }

  barAddress(): number {
    return 0;
  }

  setInterruptSink(sink: InterruptSink | undefined): void {
    this.sink = sink;
  }

  setIntx(asserted: boolean): void {
    if (asserted === this.intxAsserted) return;
    this.intxAsserted = asserted;
    this.sink?.intx(asserted);
  }

  private control(offset: number): number {
    return this.config[offset + 2]! | (this.config[offset + 3]! << 8);
  }

  /** Message control. */
  get msiControl(): number {
    return this.control(MSI_AT);
  }

  get msixControl(): number {
    return this.control(MSIX_AT);
  }

  isMasked(vector: number): boolean {
    return (this.memory[0]![TABLE_AT + vector * ENTRY_BYTES + 12]! & 1) !== 0;
  }

  /** The function sends a message. */
  interrupt(vector: number): void {
    if ((this.msixControl & 0x8000) !== 0) {
      this.pending.add(vector);
      this.sendPending();
    } else if ((this.msiControl & 1) !== 0 && vector < 1 << ((this.msiControl >> 4) & 7)) {
      this.sink?.message(vector);
    }
  }

  private sendPending(): void {
    if ((this.msixControl & 0xc000) !== 0x8000) return;
    for (const vector of [...this.pending]) {
      if (this.isMasked(vector)) continue;
      this.pending.delete(vector);
      this.sink?.message(vector);
    }
  }

  /** Capabilities as after power-up: 64-bit MSI, all entries of the MSI-X table masked. */
  reset(): void {
    const { msi, msix } = this.model.interrupts;
    this.pending.clear();
    this.intxAsserted = false;
    this.config.fill(0);
    if (msi) this.config[MSI_AT + 2] = 0x80 | (Math.log2(msi.vectors) << 1);
    for (let vector = 0; vector < (msix?.vectors ?? 0); vector++)
      this.memory[0]!.set([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0], TABLE_AT + vector * ENTRY_BYTES);
  }
}
