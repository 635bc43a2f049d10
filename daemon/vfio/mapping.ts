/**
 * A mapped BAR of a VFIO PCI device (specification 50, section 4.12). Its register pages answer each load and store; its
 * memory pages are those of the function. It keeps the device open.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { PciFunction } from "../devices/pci/interface.js";
import { PAGE_SIZE } from "../u64.js";
import { readBarBytes, writeBarBytes } from "./bar-access.js";

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
    const inside = this.inside(offset, into);
    if (inside === undefined) return errno.EFAULT;
    // Behind a BAR that is smaller than its page nothing answers: all ones.
    into.fill(0xff);
    readBarBytes(this.device.pci, this.bar, this.start + offset, inside);
    return errno.OK;
  }

  store(offset: number, from: Uint8Array): Errno {
    const inside = this.inside(offset, from);
    if (inside === undefined) return errno.EFAULT;
    writeBarBytes(this.device.pci, this.bar, this.start + offset, inside);
    return errno.OK;
  }

  release(): void {
    this.device.drop();
  }

  /** Those of the bytes that lie in the BAR. @returns undefined: nothing answers in the mapping now, or it ends before them */
  private inside(offset: number, bytes: Uint8Array): Uint8Array | undefined {
    const { pci, answersMappings } = this.device;
    const last = this.pieces.at(-1)!;
    if (!answersMappings || offset + bytes.length > last.offset + last.length) return undefined;
    return bytes.subarray(0, Math.max(0, pci.model.bars[this.bar]!.bytes - this.start - offset));
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
