/**
 * The one helper by which 64-bit fields of messages become `U64` and back. protobufjs decodes them to `Long` and encodes
 * a bigint as 0 without a word, so nothing else touches these fields.
 */
import Long from "long";
import { U64 } from "../u64.js";

export function fromWire(value: Long | null | undefined): U64 {
  return value == null ? U64.ZERO : U64.fromWords(value.high, value.low);
}

export function toWire(value: U64): Long {
  return Long.fromBits(value.low, value.high, true);
}

/** @param value 0 to 2^53 */
export function numberToWire(value: number): Long {
  return toWire(U64.fromNumber(value));
}
