/** 64-bit fields: exact over the whole range, and nothing but wire64.ts makes them. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { fromLong, toLong } from "../../client/ts/wire64.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";

const { Segment } = iommufd_emu.v1;
const UINT64_MAX = 2n ** 64n - 1n;

describe("a 64-bit field", () => {
  test("comes back from the wire as it was given, over the whole u64 range", () => {
    fc.assert(
      fc.property(fc.bigInt(0n, UINT64_MAX), (value) => {
        const bytes = Segment.encode({ address: toLong(value, "address") }).finish();
        expect(fromLong(Segment.decode(bytes).address)).toBe(value);
      }),
      { examples: [[0n], [UINT64_MAX], [2n ** 63n], [2n ** 32n], [2n ** 32n - 1n], [2n ** 53n + 1n]] },
    );
  });

  test("that was not sent is 0", () => {
    expect(fromLong(Segment.decode(new Uint8Array()).address)).toBe(0n);
  });

  test("takes a number where that is exact, and refuses everything else by name", () => {
    expect(fromLong(toLong(2 ** 53 - 1, "iova"))).toBe(2n ** 53n - 1n);
    for (const value of [-1, 0.5, 2 ** 53, Number.NaN, -1n, UINT64_MAX + 1n])
      expect(() => toLong(value, "iova")).toThrow(/^iova is .*not/);
  });

  test("given to encode as a bigint would be lost: the reason for the rule", () => {
    const address = 5n as unknown as ReturnType<typeof toLong>;
    expect(fromLong(Segment.decode(Segment.encode({ address }).finish()).address)).toBe(0n);
  });
});

const root = new URL("../../../", import.meta.url);
const text = (path: string): string => readFileSync(new URL(path, root), "utf8");

describe("the compiler keeps bigints away from encode, since", () => {
  test("the generated types have every 64-bit field as a Long", () => {
    const declared = text("proto/wire/iommufd_emu.proto").matchAll(/^\s*(optional )?uint64 (\w+) =/gm);
    // An optional field is typed twice: where a message is made, and where one that was read may lack it.
    const fields = [...declared].flatMap(([, optional, name]) => (optional === undefined ? [name!] : [name!, name!]));
    expect(fields.length).toBeGreaterThan(20);
    const types = text("proto/wire/generated/wire.d.ts");
    const typed = [...types.matchAll(/^\s*(\w+)\?: \(Long\|null\);/gm)].map((match) => match[1]!);
    const camelCase = fields.map((name) => name.replace(/_(\w)/g, (_all, letter: string) => letter.toUpperCase()));
    expect(typed.sort()).toEqual(camelCase.sort());
  });

  test("the SDK makes Longs in wire64.ts only, and silences the compiler nowhere else", () => {
    const names = readdirSync(new URL("client/ts/", root)).filter((name) => name !== "wire64.ts");
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      const found = /\bLong\b|\bas (any|never|unknown)\b|@ts-|eslint-disable/.exec(text(`client/ts/${name}`))?.[0];
      expect([name, found]).toEqual([name, undefined]);
    }
  });
});
