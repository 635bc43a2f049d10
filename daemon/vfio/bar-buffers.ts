/**
 * The dma-bufs of a VFIO device's BARs, through which other devices reach it by DMA (specification 50, section 4.10,
 * feature 11; 20, section 9). Owns the rule that they are revoked while the BARs do not answer.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { DmaBuf } from "../core/dmabuf.js";
import type { DeviceMemory, ExportDeviceMemory } from "../core/mm.js";
import type { PciFunction } from "../devices/pci/interface.js";
import { PAGE_SIZE, U64, lastOf } from "../u64.js";
import { readBarBytes, writeBarBytes } from "./bar-access.js";

/** A part of a BAR as the user names it. */
export interface NamedRange {
  readonly offset: U64;
  /** In bytes. */
  readonly length: U64;
}

/** Whole pages inside a BAR. */
interface BarRange {
  readonly offset: number;
  readonly length: number;
}

export interface BarBufferHost {
  /** Memory decoding is on, and the function is in no state of low power. */
  barsAnswer(): boolean;
  readonly exportMemory: ExportDeviceMemory;
}

export class BarBuffers {
  /** Those that somebody still holds. */
  private readonly buffers = new Set<DmaBuf>();

  constructor(
    private readonly pci: PciFunction,
    private readonly host: BarBufferHost,
  ) {}

  get count(): number {
    return this.buffers.size;
  }

  /**
   * Exports parts of a BAR as one buffer.
   * @returns EINVAL: a part is empty, has no whole pages or is not in the BAR
   */
  export(bar: number, named: readonly NamedRange[]): DmaBuf | Errno {
    const barBytes = U64.fromNumber(this.pci.model.bars[bar]?.bytes ?? 0);
    const ranges: BarRange[] = [];
    for (const { offset, length } of named) {
      if (offset.pageOffset() !== 0 || length.pageOffset() !== 0) return errno.EINVAL;
      if (length.isZero()) return errno.EINVAL;
      const last = lastOf(offset, length);
      if (last === undefined || barBytes.atMost(last)) return errno.EINVAL;
      ranges.push({ offset: offset.toNumber(), length: length.toNumber() });
    }
    const size = ranges.reduce((sum, { length }) => sum + length, 0);
    const memory = this.host.exportMemory(new BarMemoryRanges(this.pci, bar, ranges));
    const buffer = new DmaBuf(
      {
        name: memory.name,
        pin: (first, count, write, sink) => memory.pin(first, count, write, sink),
        unpin: (pfn, count) => {
          memory.unpin(pfn, count);
        },
        physicalPages: (pfn) => memory.physicalPages(pfn),
        release: () => {
          this.buffers.delete(buffer);
          memory.release();
        },
      },
      size,
      ranges.length === 1,
    );
    buffer.revoked = !this.host.barsAnswer();
    this.buffers.add(buffer);
    return buffer;
  }

  /** What `barsAnswer` says may have changed. */
  refresh(): void {
    const revoked = !this.host.barsAnswer();
    for (const buffer of this.buffers) {
      if (buffer.revoked === revoked) continue;
      buffer.revoked = revoked;
      if (revoked) buffer.revoke();
    }
  }

  /** The function is being reset: what is mapped does not come back, what is mapped later works. */
  revokeMapped(): void {
    for (const buffer of this.buffers) buffer.revoke();
  }

  /** The device is closed; its buffers stay open, and can never be mapped again. */
  teardown(): void {
    for (const buffer of this.buffers) {
      buffer.revoked = true;
      buffer.revoke();
    }
    this.buffers.clear();
  }
}

/** The bytes of a buffer: its ranges one after the other. */
class BarMemoryRanges implements DeviceMemory {
  readonly name = "BAR";

  constructor(
    private readonly pci: PciFunction,
    private readonly bar: number,
    private readonly ranges: readonly BarRange[],
  ) {}

  read(at: number, into: Uint8Array): void {
    this.eachPage(at, into, (offset, part) => {
      readBarBytes(this.pci, this.bar, offset, part);
    });
  }

  write(at: number, from: Uint8Array): void {
    this.eachPage(at, from, (offset, part) => {
      writeBarBytes(this.pci, this.bar, offset, part);
    });
  }

  private eachPage(at: number, bytes: Uint8Array, access: (offset: number, part: Uint8Array) => void): void {
    for (let done = 0; done < bytes.length;) {
      const start = at + done;
      const part = bytes.subarray(done, done + PAGE_SIZE - (start % PAGE_SIZE));
      access(this.barOffset(start), part);
      done += part.length;
    }
  }

  private barOffset(at: number): number {
    let before = 0;
    for (const { offset, length } of this.ranges) {
      if (at < before + length) return offset + (at - before);
      before += length;
    }
    throw new Error(`byte ${at} is beyond the ${before} of the buffer`);
  }
}
