/**
 * How this code base represents an unsigned 64-bit number: an immutable pair of 32-bit words.
 *
 * bigint is exact too, but an order of magnitude slower, so it stays at the edges (SDK, JSON, tests). Inside, an
 * address or a length that may take any of the 2^64 values is a `U64`; what counts whole 4 KiB pages or smaller table
 * granules (page numbers, PFNs, page counts: at most 2^53) is a plain `number`, exact as well. The words are kept
 * signed, because a signed 32-bit integer is stored in an object without a box of its own.
 */
const WORD = 0x1_0000_0000;
const PAGE_LG2 = 12;

/** Bytes in a page, as everywhere in the uAPI that this project implements (x86-64). */
export const PAGE_SIZE = 1 << PAGE_LG2;

/** Pages in 2^64 bytes: one more than the highest page number. */
export const PAGES_MAX = 2 ** (64 - PAGE_LG2);

export class U64 {
  private constructor(
    /** Bits 63:32, signed. */
    readonly high: number,
    /** Bits 31:0, signed. */
    readonly low: number,
  ) {}

  static readonly ZERO = new U64(0, 0);
  static readonly ONE = new U64(0, 1);
  /** 2^64 - 1. */
  static readonly MAX = new U64(-1, -1);

  static fromWords(high: number, low: number): U64 {
    return new U64(high | 0, low | 0);
  }

  /** @param value An integer from 0 to 2^53, or a power of two below 2^64: what is exact in a number. */
  static fromNumber(value: number): U64 {
    return new U64((value / WORD) | 0, value | 0);
  }

  /** @param value Taken modulo 2^64. */
  static fromBigInt(value: bigint): U64 {
    return new U64(Number(BigInt.asIntN(32, value >> 32n)), Number(BigInt.asIntN(32, value)));
  }

  /** The address of byte `offset` of page `page`. @param page 0 to 2^52 - 1 @param offset 0 to 4095 */
  static fromPage(page: number, offset = 0): U64 {
    return new U64((page / 2 ** (32 - PAGE_LG2)) | 0, (page << PAGE_LG2) | offset);
  }

  /** Little endian, at byte `offset` of the view. */
  static readFrom(view: DataView, offset: number): U64 {
    return new U64(view.getInt32(offset + 4, true), view.getInt32(offset, true));
  }

  writeTo(view: DataView, offset: number): void {
    view.setInt32(offset, this.low, true);
    view.setInt32(offset + 4, this.high, true);
  }

  /** The same into bytes that have no view: making one would cost more. */
  writeBytes(bytes: Uint8Array, offset: number): void {
    for (let byte = 0; byte < 4; byte++) {
      bytes[offset + byte] = this.low >>> (8 * byte);
      bytes[offset + 4 + byte] = this.high >>> (8 * byte);
    }
  }

  toBigInt(): bigint {
    return (BigInt(this.high >>> 0) << 32n) | BigInt(this.low >>> 0);
  }

  /** The nearest number: exact up to 2^53. */
  toNumber(): number {
    return (this.high >>> 0) * WORD + (this.low >>> 0);
  }

  /** Hexadecimal with the prefix 0x. */
  toString(): string {
    return "0x" + this.toBigInt().toString(16);
  }

  toJSON(): string {
    return this.toString();
  }

  /** Number of the 4 KiB page that holds this address. */
  page(): number {
    return (this.high >>> 0) * 2 ** (32 - PAGE_LG2) + (this.low >>> PAGE_LG2);
  }

  /** Offset in that page, 0 to 4095. */
  pageOffset(): number {
    return this.low & (PAGE_SIZE - 1);
  }

  isZero(): boolean {
    return (this.high | this.low) === 0;
  }

  isMax(): boolean {
    return (this.high & this.low) === -1;
  }

  equals(other: U64): boolean {
    return this.low === other.low && this.high === other.high;
  }

  lessThan(other: U64): boolean {
    return this.high === other.high ? this.low >>> 0 < other.low >>> 0 : this.high >>> 0 < other.high >>> 0;
  }

  atMost(other: U64): boolean {
    return !other.lessThan(this);
  }

  /** Negative, 0 or positive, for sorting. */
  compare(other: U64): number {
    return this.lessThan(other) ? -1 : this.equals(other) ? 0 : 1;
  }

  /** Modulo 2^64; `a.plus(b).lessThan(a)` tells that it wrapped. */
  plus(other: U64): U64 {
    const low = (this.low >>> 0) + (other.low >>> 0);
    return new U64((this.high + other.high + (low >= WORD ? 1 : 0)) | 0, low | 0);
  }

  /** Modulo 2^64. */
  minus(other: U64): U64 {
    const low = (this.low >>> 0) - (other.low >>> 0);
    return new U64((this.high - other.high - (low < 0 ? 1 : 0)) | 0, low | 0);
  }

  /** @param value 0 to 2^53. Modulo 2^64. */
  plusNumber(value: number): U64 {
    return this.plus(U64.fromNumber(value));
  }

  and(other: U64): U64 {
    return new U64(this.high & other.high, this.low & other.low);
  }

  or(other: U64): U64 {
    return new U64(this.high | other.high, this.low | other.low);
  }

  /** Remainder by a power of two of at most 2^32. */
  modPowerOfTwo(divisor: number): number {
    return divisor >= WORD ? this.low >>> 0 : (this.low & (divisor - 1)) >>> 0;
  }

  /** Whether a divisor, which is not zero, divides it: by long division, for the rare divisor that is no power of two. */
  isMultipleOf(divisor: U64): boolean {
    let remainder = U64.ZERO;
    for (let bit = 63; bit >= 0; bit--) {
      const carry = remainder.high < 0;
      const next = bit >= 32 ? (this.high >>> (bit - 32)) & 1 : (this.low >>> bit) & 1;
      remainder = remainder.plus(remainder).or(next === 0 ? U64.ZERO : U64.ONE);
      if (carry || divisor.atMost(remainder)) remainder = remainder.minus(divisor);
    }
    return remainder.isZero();
  }

  /** Position of the lowest set bit, 0 to 63; 64 for zero. */
  lowestBit(): number {
    if (this.low !== 0) return 31 - Math.clz32(this.low & -this.low);
    return this.high === 0 ? 64 : 63 - Math.clz32(this.high & -this.high);
  }

  /** Position of the highest set bit, 0 to 63; -1 for zero. */
  highestBit(): number {
    return this.high !== 0 ? 63 - Math.clz32(this.high) : 31 - Math.clz32(this.low);
  }
}

/**
 * The last address of a range, or undefined if it lies beyond 2^64 - 1.
 * @param length At least 1.
 */
export function lastOf(start: U64, length: U64): U64 | undefined {
  const low = (start.low >>> 0) + (length.low >>> 0) - 1;
  const last = U64.fromWords(start.high + length.high + Math.floor(low / WORD), low);
  return last.lessThan(start) ? undefined : last;
}

/** The number of bytes of [start, last]; 2^64 wraps to 0. */
export function lengthOf(start: U64, last: U64): U64 {
  const low = (last.low >>> 0) - (start.low >>> 0) + 1;
  return U64.fromWords(last.high - start.high + Math.floor(low / WORD), low);
}

/** The page that holds the last of `length` bytes from byte `offset` of a page on; 2^52 or more: it does not exist. */
export function lastPageOf(page: number, offset: number, length: U64): number {
  return page + length.page() + Math.floor((offset + length.pageOffset() - 1) / PAGE_SIZE);
}

/** The smaller of two. */
export function minOf(a: U64, b: U64): U64 {
  return a.lessThan(b) ? a : b;
}

/** The larger of two. */
export function maxOf(a: U64, b: U64): U64 {
  return a.lessThan(b) ? b : a;
}
