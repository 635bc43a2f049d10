/**
 * What a session is about to send: frames one behind the other in one buffer, which goes out in one write. The reply to
 * an ioctl, which is nearly all of them, is encoded here; other messages by the generated code.
 */
import { FRAME_HEADER_BYTES } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import type { U64 } from "../u64.js";
import { copyBytes } from "./copy-bytes.js";

const INITIAL_BYTES = 4096;
/** A buffer that grew beyond this for one reply is not kept. */
const KEPT_BYTES_MAX = 256 * 1024;
const NO_BYTES = new Uint8Array(0);

/** Buffers that nobody uses: a session has one only while it has something to send, and thousands may be idle. */
const spare: Uint8Array<ArrayBuffer>[] = [];
/** Few sessions have something to send at the same time: those that notify each other. */
const SPARE_MAX = 16;

/** (field number << 3) | wire type, of ServerFrame, IoctlReply and Segment. */
const FRAME_SEQUENCE = 0x08;
const FRAME_IOCTL = 0x32;
const REPLY_RESULT = 0x08;
const REPLY_WRITTEN = 0x12;
const SEGMENT_ADDRESS = 0x08;
const SEGMENT_DATA = 0x12;

/** What an ioctl stored, for the client to put into its memory. */
export interface Written {
  readonly address: U64;
  readonly data: Uint8Array;
}

const NOTHING: readonly Written[] = [];

export class Output {
  private buffer = NO_BYTES;
  private length = 0;

  /** Bytes that wait to be taken. */
  get bytes(): number {
    return this.length;
  }

  /** @param message without its sequence */
  frame(sequence: number, message: Omit<iommufd_emu.v1.ServerFrame.$Properties, "sequence">): void {
    const bytes = iommufd_emu.v1.ServerFrame.encode({ sequence, ...message }).finish();
    this.reserve(FRAME_HEADER_BYTES + bytes.length);
    this.fixed32(bytes.length);
    this.append(bytes);
  }

  /** @param count how many of `written` there are */
  ioctlReply(sequence: number, result: number, written: readonly Written[] = NOTHING, count = written.length): void {
    const zigzag = ((result << 1) ^ (result >> 31)) >>> 0;
    let replyBytes = zigzag === 0 ? 0 : 1 + varintBytes(zigzag);
    for (let index = 0; index < count; index++) replyBytes += 1 + lengthBytes(segmentBytes(written[index]!));
    const messageBytes = (sequence === 0 ? 0 : 1 + varintBytes(sequence)) + 1 + lengthBytes(replyBytes);
    this.reserve(FRAME_HEADER_BYTES + messageBytes);
    this.fixed32(messageBytes);
    if (sequence !== 0) this.field(FRAME_SEQUENCE, sequence);
    this.field(FRAME_IOCTL, replyBytes);
    if (zigzag !== 0) this.field(REPLY_RESULT, zigzag);
    for (let index = 0; index < count; index++) {
      const one = written[index]!;
      this.field(REPLY_WRITTEN, segmentBytes(one));
      if (!one.address.isZero()) {
        this.buffer[this.length++] = SEGMENT_ADDRESS;
        this.varint64(one.address);
      }
      this.field(SEGMENT_DATA, one.data.length);
      this.append(one.data);
    }
  }

  /** Gives what there is to send to `write`: the first `length` bytes, until it returns. @returns what that returns */
  take<Result>(write: (bytes: Uint8Array, length: number) => Result): Result {
    const result = write(this.buffer, this.length);
    this.length = 0;
    if (this.buffer.length <= KEPT_BYTES_MAX && spare.length < SPARE_MAX) spare.push(this.buffer);
    this.buffer = NO_BYTES;
    return result;
  }

  private reserve(bytes: number): void {
    if (this.buffer === NO_BYTES) this.buffer = spare.pop() ?? new Uint8Array(INITIAL_BYTES);
    if (this.length + bytes <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(2 * this.buffer.length, this.length + bytes));
    grown.set(this.buffer.subarray(0, this.length));
    this.buffer = grown;
  }

  private fixed32(value: number): void {
    for (let shift = 0; shift < 32; shift += 8) this.buffer[this.length++] = value >>> shift;
  }

  private field(tag: number, value: number): void {
    this.buffer[this.length++] = tag;
    while (value > 0x7f) {
      this.buffer[this.length++] = (value & 0x7f) | 0x80;
      value >>>= 7;
    }
    this.buffer[this.length++] = value;
  }

  private varint64({ high, low }: U64): void {
    while (high !== 0 || low >>> 0 > 0x7f) {
      this.buffer[this.length++] = (low & 0x7f) | 0x80;
      low = (low >>> 7) | (high << 25);
      high >>>= 7;
    }
    this.buffer[this.length++] = low;
  }

  private append(bytes: Uint8Array): void {
    copyBytes(bytes, 0, this.buffer, this.length, bytes.length);
    this.length += bytes.length;
  }
}

/** @param value 0 to 2^32 - 1 */
function varintBytes(value: number): number {
  return value < 0x80 ? 1 : Math.ceil((32 - Math.clz32(value)) / 7);
}

function lengthBytes(bytes: number): number {
  return varintBytes(bytes) + bytes;
}

function segmentBytes({ address, data }: Written): number {
  const addressBytes = address.isZero() ? 0 : 1 + Math.ceil((address.highestBit() + 1) / 7);
  return addressBytes + 1 + lengthBytes(data.length);
}
