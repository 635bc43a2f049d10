/** Bits that go into a bitmap of the caller's, however large it is. */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { U64 } from "../../daemon/u64.js";
import { UserBitmap } from "../../daemon/uapi/user-bitmap.js";
import { FakeMemory } from "../support/machine.js";

const ADDRESS = 0x10_0000n;

function bitmapOf(bytes: Uint8Array): UserBitmap {
  const memory = new FakeMemory();
  memory.add(ADDRESS, bytes);
  return new UserBitmap(memory, U64.fromBigInt(ADDRESS));
}

test("ranges in ascending order set their bits and leave the others", () => {
  const range = fc.tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 40 }));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), fc.uint8Array({ minLength: 800, maxLength: 800 }), (gaps, old) => {
      const bytes = old.slice();
      const expected = old.slice();
      const bitmap = bitmapOf(bytes);
      let at = 0;
      for (const [gap, count] of gaps) {
        at += gap;
        bitmap.set(at, at + count - 1);
        for (let bit = at; bit < at + count; bit++) expected[bit >> 3]! |= 1 << (bit & 7);
        at += count;
      }
      bitmap.store();
      expect(bytes).toEqual(expected);
    }),
  );
});

test("a bitmap of many megabytes is stored piece by piece, and two ranges may share a byte", () => {
  const bytes = new Uint8Array(6 * 1024 * 1024);
  const bitmap = bitmapOf(bytes);
  const bits = bytes.length * 8;
  for (let bit = 0; bit + 12 < bits; bit += 4096) {
    bitmap.set(bit, bit + 2);
    bitmap.set(bit + 4, bit + 11);
  }
  bitmap.store();
  expect(bytes.reduce((sum, byte) => sum + byte, 0)).toBe((bits / 4096) * (0xf7 + 0x0f));
});
