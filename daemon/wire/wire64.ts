/**
 * The one helper by which 64-bit fields of messages become `U64` and back. protobufjs decodes them to `Long` and encodes
 * a bigint as 0 without a word, so nothing else touches these fields.
 */
import protobuf from "protobufjs/minimal.js";
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { U64 } from "../u64.js";

/** What protobufjs takes and gives for a 64-bit field. */
export type WireUint64 = iommufd_emu.v1.Segment["address"];

/** The class of those: `import Long from "long"` would give another one. */
const Long = protobuf.util.Long as unknown as new (low: number, high: number, unsigned: boolean) => WireUint64;

export function fromWire(value: WireUint64 | null | undefined): U64 {
  return value == null ? U64.ZERO : U64.fromWords(value.high, value.low);
}

export function toWire(value: U64): WireUint64 {
  return new Long(value.low, value.high, true);
}

/** @param value 0 to 2^53 */
export function numberToWire(value: number): WireUint64 {
  return toWire(U64.fromNumber(value));
}
