/**
 * A mapped BAR of a VFIO PCI device (specification 50, section 4.12). Its register pages answer each load and store; its
 * memory pages are those of the function. It keeps the device open.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { PciFunction } from "../devices/pci/interface.js";
import { PAGE_SIZE } from "../u64.js";
import { eachAccess } from "./regions.js";

/** Whole pages of a mapping; of memory, `fileOffset` says where in the file. */
export interface BarPiece {
  readonly offset: number;
  readonly length: number;
  readonly registers: boolean;
  readonly fileOffset: number;
}

/** The open device that is mapped. */
export interface MappedDevice {
  readonly pci: PciFunction;
  /** Mapped BARs answer. */
  readonly answersMappings: boolean;
  hold(): void;
  drop(): void;
}

const ACCESS_BYTES = 8;

export class BarMapping {
  readonly node = "mapping";
  readonly pieces: readonly BarPiece[];

  /**
   * @param start of the mapping in the BAR, in bytes, at a page
   * @param length whole pages
   */
  constructor(
    private readonly device: MappedDevice,
    private readonly bar: number,
    private readonly start: number,
    length: number,
  ) {
    this.pieces = cut(device.pci, bar, start, start + length);
    device.hold();
  }

  /** @returns of the function's memory, "" if only registers are mapped, or the errno that there is no such file */
  path(): string | Errno {
    if (this.pieces.every(({ registers }) => registers)) return "";
    return this.device.pci.barMemory(this.bar)!.path();
  }

  load(offset: number, into: Uint8Array): Errno {
    // Behind a BAR that is smaller than its page nothing answers: all ones.
    into.fill(0xff);
    return this.access(offset, into, (at, bytes) => {
      this.device.pci.readBar(this.bar, at, bytes);
    });
  }

  store(offset: number, from: Uint8Array): Errno {
    return this.access(offset, from, (at, bytes) => {
      this.device.pci.writeBar(this.bar, at, bytes);
    });
  }

  release(): void {
    this.device.drop();
  }

  /** EFAULT */
  private access(offset: number, bytes: Uint8Array, each: (offset: number, bytes: Uint8Array) => void): Errno {
    const { pci, answersMappings } = this.device;
    const at = this.start + offset;
    const last = this.pieces.at(-1)!;
    if (!answersMappings || offset + bytes.length > last.offset + last.length) return errno.EFAULT;
    const inside = Math.max(0, pci.model.bars[this.bar]!.bytes - at);
    eachAccess(at, bytes.subarray(0, inside), ACCESS_BYTES, each);
    return errno.OK;
  }
}

/** Pages of a BAR by what is behind them. */
function cut(pci: PciFunction, bar: number, start: number, end: number): BarPiece[] {
  const memory = pci.barMemory(bar) === undefined ? undefined : pci.model.bars[bar]!.memory;
  const bounds = memory === undefined ? [] : [memory.offset, memory.offset + memory.bytes];
  const pieces: BarPiece[] = [];
  for (let at = start; at < end;) {
    const next = Math.min(end, ...bounds.filter((bound) => bound > at));
    const registers = memory === undefined || at < memory.offset || at >= memory.offset + memory.bytes;
    const fileOffset = registers ? 0 : at - memory.offset;
    pieces.push({ offset: at - start, length: next - at, registers, fileOffset });
    at = next;
  }
  return pieces;
}

/** @param bytes of the BAR @returns whether [offset, offset + length) lies in its pages */
export function fitsInBar(bytes: number, offset: number, length: number): boolean {
  return offset + length <= Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
}
