/**
 * The user memory of an ioctl in the payload of a ring's slot: what has been copied out of a slot becomes the ranges of
 * the request, and what an ioctl has written becomes the payload of its answer (docs/protocol.md, "Rings").
 */
import { alignedTo8, ITEM, ITEM_DATA, ITEM_HEADER_BYTES, ITEM_WINDOW, wordOf } from "../../proto/wire/ring-layout.js";
import type { U64 } from "../u64.js";
import type { IoctlRequest } from "./ioctl-request.js";
import type { Written } from "./output.js";
import { ProtocolViolation } from "./protocol-error.js";

/**
 * Puts the ranges of a payload into a request whose argument is known.
 * @param bytes the payload, the first `length` of it; the request refers to it
 * @param words the same
 * @param struct bytes of the struct: that can be read, and times 2^16 that can be written
 * @throws ProtocolViolation RING_CORRUPT
 */
export function readMemory(
  request: IoctlRequest,
  bytes: Uint8Array,
  words: Int32Array,
  length: number,
  struct: number,
): void {
  const { argument, readable, writable } = request;
  const structBytes = struct & 0xffff;
  if (structBytes > length) throw corrupt(structBytes, length);
  if (structBytes > 0) readable.add().place(argument.high, argument.low, structBytes, bytes, 0);
  if (struct >>> 16 > 0) writable.add().place(argument.high, argument.low, struct >>> 16);
  for (let at = alignedTo8(structBytes); at < length;) {
    if (length - at < ITEM_HEADER_BYTES) throw corrupt(ITEM_HEADER_BYTES, length - at);
    const word = wordOf(at);
    const low = words[word + ITEM.addressLow]!;
    const high = words[word + ITEM.addressHigh]!;
    const itemBytes = words[word + ITEM.bytes]! >>> 0;
    at += ITEM_HEADER_BYTES;
    if (words[word + ITEM.kind] === ITEM_WINDOW) {
      writable.add().place(high, low, itemBytes);
      continue;
    }
    if (words[word + ITEM.kind] !== ITEM_DATA || itemBytes > length - at) throw corrupt(itemBytes, length - at);
    readable.add().place(high, low, itemBytes, bytes, at);
    at += alignedTo8(itemBytes);
  }
}

function corrupt(bytes: number, room: number): ProtocolViolation {
  return new ProtocolViolation("RING_CORRUPT", `${bytes} bytes of an ioctl's in ${room}`);
}

/** Bytes of what was written at the argument, with which an answer's payload begins. */
export function storedAt(argument: U64, written: readonly Written[], count: number): number {
  return count > 0 && written[0]!.address.equals(argument) ? written[0]!.data.length : 0;
}

/** Bytes of an answer's payload. */
export function writtenBytes(argument: U64, written: readonly Written[], count: number): number {
  const stored = storedAt(argument, written, count);
  let length = alignedTo8(stored);
  for (let index = stored > 0 ? 1 : 0; index < count; index++)
    length += ITEM_HEADER_BYTES + alignedTo8(written[index]!.data.length);
  return length;
}

/** Stores an answer's payload. @param bytes of the memory @param at a multiple of 8 */
export function putWritten(
  words: Int32Array,
  bytes: Uint8Array,
  at: number,
  argument: U64,
  written: readonly Written[],
  count: number,
): void {
  const stored = storedAt(argument, written, count);
  if (stored > 0) bytes.set(written[0]!.data, at);
  let end = at + alignedTo8(stored);
  for (let index = stored > 0 ? 1 : 0; index < count; index++) {
    const { address, data } = written[index]!;
    const word = wordOf(end);
    words[word + ITEM.addressLow] = address.low;
    words[word + ITEM.addressHigh] = address.high;
    words[word + ITEM.bytes] = data.length;
    words[word + ITEM.kind] = ITEM_DATA;
    bytes.set(data, end + ITEM_HEADER_BYTES);
    end += ITEM_HEADER_BYTES + alignedTo8(data.length);
  }
}
