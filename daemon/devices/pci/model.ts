/**
 * What a model of a PCI function is: what it shows of itself, what its registers do, and what the bus lends it. To add a
 * device, implement `PciModel` and name it in `models.ts`; docs/device-models.md shows how.
 *
 * A model is deterministic: it has no clock and no random numbers, and everything that takes longer than one register access
 * goes through `PciHost.later`. Terms and layouts are those of the PCI Local Bus and PCI Express specifications.
 */
import type { U64 } from "../../u64.js";
import type { DmaOptions, DmaResult } from "../dma-engine.js";

/** Type 0 configuration header, and what is behind it. */
export interface PciIdentity {
  readonly vendorId: number;
  readonly deviceId: number;
  readonly subsystemVendorId: number;
  readonly subsystemId: number;
  /** 24 bits: base class, subclass, programming interface. */
  readonly classCode: number;
  readonly revision: number;
}

export interface BarDescription {
  /** A power of two: from 16 of memory, from 4 of I/O. */
  readonly bytes: number;
  /** A memory64 BAR takes two numbers: the one after it is absent. */
  readonly space: "memory32" | "memory64" | "io";
  readonly prefetchable: boolean;
  /** The pages of it that are plain memory, in bytes, whole pages; the rest are registers. Never of I/O space. */
  readonly memory?: { readonly offset: number; readonly bytes: number };
}

/** A capability of configuration space as the hardware has it. */
export interface CapabilityDescription {
  /** Where it lies, from 0x40; an extended one from 0x100. */
  readonly offset: number;
  readonly id: number;
  /** Of an extended capability. */
  readonly version?: number;
  /** What follows its header (2 bytes, of an extended one 4). */
  readonly body: Uint8Array;
  /** As long as `body`: bits that software can write; absent: none. */
  readonly writable?: Uint8Array;
  /** As long as `body`: bits that a written 1 clears; absent: none. */
  readonly clearedByOne?: Uint8Array;
}

/** Registers of configuration space outside header and capabilities. */
export interface ConfigRegister {
  readonly offset: number;
  readonly initial: Uint8Array;
  readonly writable: Uint8Array;
  readonly clearedByOne?: Uint8Array;
}

export interface InterruptDescription {
  /** Interrupt pin: 0 none, 1 INTA. */
  readonly pin: number;
  /** MSI vectors: 0 none, or a power of two up to 32, with where its capability lies. */
  readonly msi?: { readonly vectors: number; readonly offset: number };
  readonly msix?: {
    readonly vectors: number;
    readonly offset: number;
    /** Where the table and the pending bits lie. */
    readonly bar: number;
    readonly tableOffset: number;
    readonly pbaOffset: number;
  };
}

/** DMA by the function. While bus mastering is off every transfer fails EIO without a fault. */
export interface DmaPort {
  read(iova: U64, into: Uint8Array, options?: DmaOptions): DmaResult | Promise<DmaResult>;
  write(iova: U64, from: Uint8Array, options?: DmaOptions): DmaResult | Promise<DmaResult>;
  copy(destination: U64, source: U64, length: number, options?: DmaOptions): DmaResult | Promise<DmaResult>;
}

/** What the bus lends a function. */
export interface PciHost {
  readonly dma: DmaPort;
  /** Sends a message-signalled interrupt: MSI-X or MSI vector, whichever the software has enabled. Lost while bus mastering is off. */
  interrupt(vector: number): void;
  /** Level of the interrupt pin, which is not seen while it is disabled or messages are enabled. */
  setIntx(asserted: boolean): void;
  /**
   * Runs `task` once other work of the daemon has had its turn, in the order asked for; with a delay, once so many milliseconds
   * are over.
   */
  later(task: () => void, delayMs?: number): void;
}

export interface PciModel {
  /** "ioat", for people and for the topology. */
  readonly kind: string;
  readonly identity: PciIdentity;
  /** 4096 with PCI Express, else 256. */
  readonly configBytes: 256 | 4096;
  /** By number, 0 to 5. */
  readonly bars: readonly (BarDescription | undefined)[];
  /** Expansion ROM image; absent: there is none. */
  readonly rom?: Uint8Array;
  /** MSI and MSI-X are made from `interrupts` and are not repeated here. Linked in the order of their offsets. */
  readonly capabilities: readonly CapabilityDescription[];
  readonly registers: readonly ConfigRegister[];
  readonly interrupts: InterruptDescription;
  /** It has a function reset that software can ask for. */
  readonly resettable: boolean;

  /**
   * A load from a register page of a BAR: naturally aligned, 1, 2, 4 or 8 bytes (of I/O space at most 4), inside the BAR. MSI-X
   * table and pending bits are the bus's own and do not get here.
   * @param into is filled, little endian; what is no register reads as 0
   */
  readBar(bar: number, offset: number, into: Uint8Array): void;
  /** A store, likewise. What is no register takes nothing. */
  writeBar(bar: number, offset: number, from: Uint8Array): void;
  /** Back to the values after power-up. No transfer, interrupt or completion of earlier work comes after it. */
  reset(): void;
  /** Bus mastering went on or off, or configuration space changed at [offset, offset + length). Absent: it does not care. */
  configChanged?(offset: number, length: number): void;
  /** For the tree of `iommufd-emu status`. */
  inspect(): Record<string, unknown>;
}

/** Makes a model. */
export type PciModelFactory = (host: PciHost) => PciModel;
