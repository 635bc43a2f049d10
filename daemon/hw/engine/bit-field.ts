/**
 * Fields of the structures and registers that hardware manuals draw: which bits of which 64-bit word. The spec/ folders
 * hold tables of them; reading and composing words is here.
 */
import { U64 } from "../../u64.js";

const WORD = 2 ** 32;

/** Bits [last:first] of a quadword; at most 52 of them, so that a value is an exact number. */
export interface BitField {
  readonly quadword: number;
  readonly last: number;
  readonly first: number;
}

/** As the manuals write it: `bits(0, 63, 12)` is [63:12] of quadword 0, `bits(0, 1)` its bit 1. */
export function bits(quadword: number, last: number, first = last): BitField {
  return { quadword, last, first };
}

/** The value of a field, shifted down to bit 0. */
export function fieldOf(quadwords: readonly U64[], field: BitField): number {
  const { high, low } = quadwords[field.quadword]!;
  const upTo = field.last - 31; // Bits of the high word that belong to the field, when positive.
  if (upTo <= 0) return (((low >>> 0) % 2 ** (field.last + 1)) >>> field.first) >>> 0;
  const highPart = (high >>> 0) % 2 ** upTo;
  return field.first >= 32
    ? Math.floor(highPart / 2 ** (field.first - 32))
    : highPart * 2 ** (32 - field.first) + (low >>> field.first);
}

/** The bits of a field with the rest of the quadword zero: an address, for a pointer field. */
export function addressOf(quadwords: readonly U64[], field: BitField): number {
  return fieldOf(quadwords, field) * 2 ** field.first;
}

/** Quadwords with these fields set and everything else zero. Preconditions: each value fits its field. */
export function compose(count: number, values: Iterable<readonly [BitField, number]>): U64[] {
  const quadwords = Array.from({ length: count }, () => U64.ZERO);
  for (const [field, value] of values) {
    if (value < 0 || value >= 2 ** (field.last - field.first + 1))
      throw new RangeError(`${value} does not fit bits [${field.last}:${field.first}]`);
    quadwords[field.quadword] = quadwords[field.quadword]!.or(shifted(value, field.first));
  }
  return quadwords;
}

/** All bits of a quadword that these fields do not cover. */
export function reservedBits(quadword: number, fields: Iterable<BitField>): U64 {
  let covered = U64.ZERO;
  for (const field of fields)
    if (field.quadword === quadword)
      for (let bit = field.first; bit <= field.last; bit++) covered = covered.or(shifted(1, bit));
  return U64.MAX.minus(covered);
}

/** value * 2^by, modulo 2^64. */
function shifted(value: number, by: number): U64 {
  const low = value % WORD;
  const high = Math.floor(value / WORD);
  return by >= 32
    ? U64.fromWords(low * 2 ** (by - 32), 0)
    : U64.fromWords(high * 2 ** by + Math.floor((low * 2 ** by) / WORD), low * 2 ** by);
}
