/**
 * The one place where the SDK turns 64-bit numbers into what protobufjs encodes, and back.
 *
 * Invariant: no bigint reaches an `encode` of the wire code, which would write it as 0 without a word. Callers hand in
 * a bigint, or a number where that is exact, and get bigints.
 */
import protobuf from "protobufjs/minimal.js";
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";

/** What protobufjs takes and gives for a 64-bit field. */
export type WireUint64 = iommufd_emu.v1.Segment["address"];

/** The class of those: `import Long from "long"` would give another one. */
const Long = protobuf.util.Long as unknown as new (low: number, high: number, unsigned: boolean) => WireUint64;

/** A 64-bit argument: a bigint from 0 to 2^64 - 1, or an integer from 0 to 2^53 - 1. */
export type Uint64 = bigint | number;

const UINT64_LIMIT = 1n << 64n;

/** @throws RangeError naming `what` if the value is negative, not whole, above 2^64 - 1, or not exact as a number. */
export function toBigInt(value: Uint64, what: string): bigint {
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${what} is ${value}: not an integer from 0 to 2^53 - 1 (above that, give a bigint)`);
    return BigInt(value);
  }
  if (value < 0n || value >= UINT64_LIMIT) throw new RangeError(`${what} is ${String(value)}: not from 0 to 2^64 - 1`);
  return value;
}

/** For a uint64 field of a message. @throws RangeError as `toBigInt` */
export function toLong(value: Uint64, what: string): WireUint64 {
  const exact = toBigInt(value, what);
  return new Long(Number(BigInt.asIntN(32, exact)), Number(BigInt.asIntN(32, exact >> 32n)), true);
}

/** From a uint64 field of a decoded message; a field that was not sent is 0. */
export function fromLong(value: WireUint64 | null | undefined): bigint {
  if (value == null) return 0n;
  return (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0);
}
