/**
 * User memory of one ioctl that came over the wire: the segments and windows of its message first, then the client's own
 * memory where the daemon can touch it.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { PAGE_SIZE, type U64 } from "../u64.js";
import type { UserMemory } from "../uapi/user-memory.js";
import { fromWire, toWire } from "./wire64.js";

type IIoctl = iommufd_emu.v1.Ioctl.$Properties;
type ISegment = iommufd_emu.v1.Segment.$Properties;

const NO_BYTES = new Uint8Array(0);

/** A client's memory as the daemon reaches it without the client's help; a promise where the client serves it. */
export interface DirectMemory {
  /** All or nothing: 0 or EFAULT. */
  copyFrom(address: U64, into: Uint8Array): Errno | Promise<Errno>;
  copyTo(address: U64, from: Uint8Array): Errno | Promise<Errno>;
}

export class SegmentMemory implements UserMemory {
  private ioctl: IIoctl = {};
  /** What the reply carries back to the client. */
  written: ISegment[] | undefined;

  constructor(private readonly direct: DirectMemory) {}

  begin(ioctl: IIoctl): void {
    this.ioctl = ioctl;
    this.written = undefined;
  }

  readPrefix(address: U64, length: number): Uint8Array {
    let longest: Uint8Array = NO_BYTES;
    for (const segment of this.ioctl.readable ?? []) {
      const data = segment.data ?? NO_BYTES;
      const distance = address.minus(fromWire(segment.address));
      if (distance.high !== 0 || distance.low >>> 0 >= data.length) continue;
      const bytes = data.subarray(distance.low, distance.low + length);
      if (bytes.length === length) return bytes;
      if (bytes.length > longest.length) longest = bytes;
    }
    if (length === 0) return longest;
    const bytes = new Uint8Array(length);
    if (this.copyFrom(address, bytes)) return bytes;
    // Memory is there or not by pages: find the first one that is not.
    let read = 0;
    for (let end = PAGE_SIZE - address.pageOffset(); read < length; end += PAGE_SIZE) {
      const part = bytes.subarray(read, end);
      if (!this.copyFrom(address.plusNumber(read), part)) break;
      read += part.length;
    }
    return read > longest.length ? bytes.subarray(0, read) : longest;
  }

  /** An ioctl is one step: memory that the client would have to be asked for counts as not there. */
  private copyFrom(address: U64, into: Uint8Array): boolean {
    return this.direct.copyFrom(address, into) === errno.OK;
  }

  write(address: U64, bytes: Uint8Array): boolean {
    for (const window of this.ioctl.writable ?? []) {
      const distance = address.minus(fromWire(window.address));
      const length = window.length ?? 0;
      if (distance.high !== 0 || (distance.low >>> 0) + bytes.length > length) continue;
      (this.written ??= []).push({ address: toWire(address), data: bytes });
      return true;
    }
    return this.direct.copyTo(address, bytes) === errno.OK;
  }
}
