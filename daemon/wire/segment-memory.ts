/**
 * User memory of one ioctl that came over the wire: the segments and windows of its message first, then the client's own
 * memory where the daemon can touch it.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { FailurePoints } from "../core/failure-points.js";
import { PAGE_SIZE, type U64 } from "../u64.js";
import type { UserMemory } from "../uapi/user-memory.js";
import { copyBytes } from "./copy-bytes.js";
import type { IoctlRequest } from "./ioctl-request.js";
import type { Written } from "./output.js";

/** Places for what is written that are kept for the next ioctl: few write more than their struct. */
const PLACES_KEPT = 8;

/** A client's memory as the daemon reaches it without the client's help; a promise where the client serves it. */
export interface DirectMemory {
  /** All or nothing: 0 or EFAULT. */
  copyFrom(address: U64, into: Uint8Array): Errno | Promise<Errno>;
  copyTo(address: U64, from: Uint8Array): Errno | Promise<Errno>;
}

export class SegmentMemory implements UserMemory {
  /** What the reply carries back to the client is in the first `writtenCount` of these. */
  readonly places: { address: U64; data: Uint8Array }[] = [];
  writtenCount = 0;

  constructor(
    private readonly ioctl: IoctlRequest,
    private readonly direct: DirectMemory,
    private readonly points: FailurePoints,
  ) {}

  /** The request has been filled anew. */
  begin(): void {
    this.writtenCount = 0;
    if (this.places.length > PLACES_KEPT) this.places.length = PLACES_KEPT;
  }

  /** What the reply carries back to the client. Its data may be a part of the ioctl's struct, and go with that. */
  get written(): readonly Written[] {
    return this.places.slice(0, this.writtenCount);
  }

  read(address: U64, into: Uint8Array, length: number, enough = length): number {
    const { readable } = this.ioctl;
    let longest = 0;
    if (this.points.ordinaryFails()) return longest;
    for (let index = 0; index < readable.count; index++) {
      const range = readable.at(index);
      const distance = range.distanceTo(address);
      if (distance < 0) continue;
      const available = Math.min(length, range.length - distance);
      if (available <= longest) continue;
      copyBytes(range.bytes, range.start + distance, into, 0, available);
      longest = available;
    }
    if (longest >= enough) return longest;
    // Behind a segment the client's own memory may go on: find the first page that is not there.
    const page = PAGE_SIZE - address.plusNumber(longest).pageOffset();
    if (this.copyFrom(address.plusNumber(longest), into.subarray(longest, length))) return length;
    for (let end = longest + page; longest < length; end += PAGE_SIZE) {
      const part = into.subarray(longest, Math.min(end, length));
      if (!this.copyFrom(address.plusNumber(longest), part)) break;
      longest += part.length;
    }
    return longest;
  }

  /** An ioctl is one step: memory that the client would have to be asked for counts as not there. */
  private copyFrom(address: U64, into: Uint8Array): boolean {
    return this.direct.copyFrom(address, into) === errno.OK;
  }

  write(address: U64, bytes: Uint8Array): boolean {
    const { writable } = this.ioctl;
    if (this.points.ordinaryFails()) return false;
    for (let index = 0; index < writable.count; index++) {
      const range = writable.at(index);
      const distance = range.distanceTo(address);
      if (distance < 0 || distance + bytes.length > range.length) continue;
      this.place(address, bytes);
      return true;
    }
    return this.direct.copyTo(address, bytes) === errno.OK;
  }

  private place(address: U64, data: Uint8Array): void {
    const place = this.places[this.writtenCount];
    if (place === undefined) {
      this.places.push({ address, data });
    } else {
      place.address = address;
      place.data = data;
    }
    this.writtenCount++;
  }
}
