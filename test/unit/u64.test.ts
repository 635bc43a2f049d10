/** The 64-bit numbers of the daemon against bigint. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { U64, lastOf, lengthOf } from "../../daemon/u64.js";

const MASK = 2n ** 64n - 1n;
const edges = [0n, 1n, 0xfffn, 0x1000n, 0x7fffffffn, 0x80000000n, 0xffffffffn, 2n ** 32n, 2n ** 53n, 2n ** 63n, MASK];
const any = fc.oneof(fc.constantFrom(...edges), fc.bigInt(0n, MASK));
const u = (value: bigint): U64 => U64.fromBigInt(value);

describe("U64 agrees with bigint", () => {
  test("in arithmetic and order", () => {
    fc.assert(
      fc.property(any, any, (a, b) => {
        expect(u(a).plus(u(b)).toBigInt()).toBe((a + b) & MASK);
        expect(u(a).minus(u(b)).toBigInt()).toBe((a - b) & MASK);
        expect(u(a).and(u(b)).toBigInt()).toBe(a & b);
        expect(u(a).or(u(b)).toBigInt()).toBe(a | b);
        expect([u(a).lessThan(u(b)), u(a).atMost(u(b)), u(a).equals(u(b))]).toEqual([a < b, a <= b, a === b]);
        expect(Math.sign(u(a).compare(u(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
        if (b !== 0n) expect(u(a).isMultipleOf(u(b))).toBe(a % b === 0n);
        expect(lengthOf(u(a), u(b)).toBigInt()).toBe((b - a + 1n) & MASK);
        const last = b === 0n ? undefined : a + b - 1n;
        if (last !== undefined) expect(lastOf(u(a), u(b))?.toBigInt()).toBe(last > MASK ? undefined : last);
      }),
      { numRuns: 2000 },
    );
  });

  test("in multiples", () => {
    fc.assert(
      fc.property(fc.bigInt(1n, 2n ** 40n), fc.bigInt(0n, 2n ** 24n), (divisor, factor) => {
        expect(u(divisor * factor).isMultipleOf(u(divisor))).toBe(true);
      }),
    );
  });

  test("in bytes, stored with a view or without one", () => {
    fc.assert(
      fc.property(any, (a) => {
        const bytes = new Uint8Array(24);
        const view = new DataView(bytes.buffer);
        u(a).writeTo(view, 0);
        u(a).writeBytes(bytes, 9);
        expect([view.getBigUint64(0, true), view.getBigUint64(9, true)]).toEqual([a, a]);
        expect(U64.readFrom(view, 9)).toEqual(u(a));
      }),
    );
  });

  test("in conversions, pages and bits", () => {
    fc.assert(
      fc.property(any, (a) => {
        expect(u(a).toBigInt()).toBe(a);
        expect(u(a).toNumber()).toBe(Number(a));
        expect(u(a).toString()).toBe(`0x${a.toString(16)}`);
        expect(U64.fromPage(u(a).page(), u(a).pageOffset()).toBigInt()).toBe(a);
        if (a <= 2n ** 53n) expect(U64.fromNumber(Number(a)).toBigInt()).toBe(a);
        const bits = a.toString(2);
        expect(u(a).highestBit()).toBe(a === 0n ? -1 : bits.length - 1);
        expect(u(a).lowestBit()).toBe(a === 0n ? 64 : bits.length - 1 - bits.lastIndexOf("1"));
        for (const lg2 of [0, 1, 11, 12, 31, 32])
          expect(u(a).modPowerOfTwo(2 ** lg2)).toBe(Number(a % 2n ** BigInt(lg2)));
      }),
      { numRuns: 1000 },
    );
  });
});
