/**
 * One Ioctl message as the daemon holds it while it is served: numbers and references in fixed places, filled anew for
 * every ioctl, so that a call allocates nothing.
 *
 * `decodeIoctlFrame` reads the frame that matters for speed, a sequence and one ioctl, straight from the bytes; every
 * other frame, and one with a field that it does not know, is left to the generated code. A test holds the two together.
 */
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { U64 } from "../u64.js";
import { tokenKey } from "./token.js";
import { fromWire, toWire, type WireUint64 } from "./wire64.js";

/** Wire types of protobuf that are read here. */
const VARINT = 0;
const BYTES = 2;

/** (field number << 3) | wire type, of ClientFrame, Ioctl, Segment and Window. */
const FRAME_SEQUENCE = (1 << 3) | VARINT;
const FRAME_IOCTL = (5 << 3) | BYTES;
const IOCTL_REQUEST = (1 << 3) | VARINT;
const IOCTL_ARGUMENT = (2 << 3) | VARINT;
const IOCTL_READABLE = (3 << 3) | BYTES;
const IOCTL_WRITABLE = (4 << 3) | BYTES;
const RANGE_ADDRESS = (1 << 3) | VARINT;
const SEGMENT_DATA = (2 << 3) | BYTES;
const WINDOW_LENGTH = (2 << 3) | VARINT;

const NO_BYTES = new Uint8Array(0);
const NO_DESCRIPTORS: IoctlRequest["descriptors"] = [];

/** A range of user memory: a segment has bytes, a window only a length. */
export class MemoryRange {
  /** The words of the address. */
  high = 0;
  low = 0;
  length = 0;
  /** Where the bytes are: [start, start + length) of `bytes`. */
  bytes: Uint8Array = NO_BYTES;
  start = 0;

  /** Fills it anew. */
  place(high: number, low: number, length: number, bytes: Uint8Array = NO_BYTES, start = 0): void {
    this.high = high;
    this.low = low;
    this.length = length;
    this.bytes = bytes;
    this.start = start;
  }

  /** How far `address` lies behind the range's start, or -1 if it is not in it. */
  distanceTo(address: U64): number {
    const low = (address.low >>> 0) - (this.low >>> 0);
    const high = (address.high >>> 0) - (this.high >>> 0);
    const distance = high * 2 ** 32 + low;
    return distance >= 0 && distance < this.length ? distance : -1;
  }

  address(): WireUint64 {
    return toWire(U64.fromWords(this.high, this.low));
  }

  copy(): Uint8Array {
    return this.bytes.slice(this.start, this.start + this.length);
  }
}

/** Ranges in a row, of which the first `count` are in use. */
export class RangeList {
  count = 0;
  private readonly ranges: MemoryRange[] = [];

  at(index: number): MemoryRange {
    return this.ranges[index]!;
  }

  map<Result>(result: (range: MemoryRange) => Result): Result[] {
    return this.ranges.slice(0, this.count).map(result);
  }

  add(): MemoryRange {
    if (this.count === this.ranges.length) this.ranges.push(new MemoryRange());
    const range = this.ranges[this.count++]!;
    range.place(0, 0, 0);
    return range;
  }
}

export class IoctlRequest {
  sequence = 0;
  request = 0;
  argument = U64.ZERO;
  readonly readable = new RangeList();
  readonly writable = new RangeList();
  /** The nth fallible step of the call fails; 0: none. */
  failNth = 0;
  /** Allocations and copies are such steps, too. */
  failOrdinary = false;
  /** Descriptors that the call names, with their tokens in hexadecimal. */
  descriptors: readonly { readonly fd: number; readonly token: string }[] = NO_DESCRIPTORS;

  get segmentCount(): number {
    return this.readable.count + this.writable.count;
  }

  clear(): void {
    this.sequence = 0;
    this.request = 0;
    this.argument = U64.ZERO;
    this.readable.count = 0;
    this.writable.count = 0;
    this.descriptors = NO_DESCRIPTORS;
    this.failNth = 0;
    this.failOrdinary = false;
  }

  /** Takes over a message that the generated code has decoded. */
  load({ request, argument, readable, writable, descriptors, ...fail }: iommufd_emu.v1.Ioctl.$Properties): void {
    this.clear();
    this.failNth = fail.failNth ?? 0;
    this.failOrdinary = fail.failOrdinary ?? false;
    this.request = request ?? 0;
    this.argument = fromWire(argument);
    for (const segment of readable ?? []) {
      const { high, low } = fromWire(segment.address);
      const bytes = segment.data ?? NO_BYTES;
      this.readable.add().place(high, low, bytes.length, bytes);
    }
    for (const window of writable ?? []) {
      const { high, low } = fromWire(window.address);
      this.writable.add().place(high, low, window.length ?? 0);
    }
    if (descriptors?.length)
      this.descriptors = descriptors.map(({ fd, token }) => ({ fd: fd ?? 0, token: tokenKey(token ?? NO_BYTES) }));
  }

  /** The frame of a request without descriptors and failures, to be kept. */
  toFrame(): iommufd_emu.v1.ClientFrame.$Properties {
    const { sequence, request, argument } = this;
    const readable = this.readable.map((range) => ({ address: range.address(), data: range.copy() }));
    const writable = this.writable.map((range) => ({ address: range.address(), length: range.length }));
    return { sequence, ioctl: { request, argument: toWire(argument), readable, writable } };
  }
}

/** Where the decoder stands, and the high and low word, with their signs, of the varint that it read last. */
let at = 0;
let high = 0;
let low = 0;

/** Reads a varint that ends before `end`. @returns false if it does not, or has more than ten bytes */
function varint(bytes: Uint8Array, end: number): boolean {
  if (at >= end) return false;
  let byte = bytes[at++]!;
  low = byte & 0x7f;
  high = 0;
  for (let shift = 7; byte >= 0x80; shift += 7) {
    if (at >= end || shift === 70) return false;
    byte = bytes[at++]!;
    const bits = byte & 0x7f;
    if (shift < 32) low |= bits << shift;
    if (shift === 28) high = bits >>> 4;
    else if (shift > 28) high |= bits << (shift - 32);
  }
  return true;
}

/** Reads the length of a field and checks that it ends by `end`. @returns the field's end, or -1 */
function fieldEnd(bytes: Uint8Array, end: number): number {
  if (!varint(bytes, end) || high !== 0 || low < 0 || low > end - at) return -1;
  return at + low;
}

/**
 * Decodes a ClientFrame in [start, end) of `bytes` that holds a sequence and an ioctl and nothing else.
 * @returns false if it is another one; then `into` is undefined and the generated code has to look
 */
export function decodeIoctlFrame(bytes: Uint8Array, start: number, end: number, into: IoctlRequest): boolean {
  into.clear();
  at = start;
  let found = false;
  while (at < end) {
    const tag = bytes[at++]!;
    if (tag === FRAME_SEQUENCE) {
      if (!varint(bytes, end)) return false;
      into.sequence = low >>> 0;
    } else if (tag === FRAME_IOCTL && !found) {
      const last = fieldEnd(bytes, end);
      if (last < 0 || !decodeIoctl(bytes, last, into)) return false;
      found = true;
    } else {
      return false;
    }
  }
  return found;
}

function decodeIoctl(bytes: Uint8Array, end: number, into: IoctlRequest): boolean {
  while (at < end) {
    const tag = bytes[at++]!;
    if (tag === IOCTL_REQUEST) {
      if (!varint(bytes, end)) return false;
      into.request = low >>> 0;
    } else if (tag === IOCTL_ARGUMENT) {
      if (!varint(bytes, end)) return false;
      into.argument = U64.fromWords(high, low);
    } else if (tag === IOCTL_READABLE || tag === IOCTL_WRITABLE) {
      const last = fieldEnd(bytes, end);
      if (last < 0) return false;
      const list = tag === IOCTL_READABLE ? into.readable : into.writable;
      if (!decodeRange(bytes, last, list.add(), tag === IOCTL_READABLE)) return false;
    } else {
      return false;
    }
  }
  return true;
}

function decodeRange(bytes: Uint8Array, end: number, range: MemoryRange, isSegment: boolean): boolean {
  while (at < end) {
    const tag = bytes[at++]!;
    if (tag === RANGE_ADDRESS) {
      if (!varint(bytes, end)) return false;
      range.high = high;
      range.low = low;
    } else if (isSegment && tag === SEGMENT_DATA) {
      const last = fieldEnd(bytes, end);
      if (last < 0) return false;
      range.bytes = bytes;
      range.start = at;
      range.length = last - at;
      at = last;
    } else if (!isSegment && tag === WINDOW_LENGTH) {
      if (!varint(bytes, end)) return false;
      range.length = low >>> 0;
    } else {
      return false;
    }
  }
  return true;
}
