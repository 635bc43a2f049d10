/** Where BARs are placed: aligned, apart, in the window of their kind, and free again after `free`. */
import { describe, expect, test } from "@jest/globals";
import { BarPlacement } from "../../daemon/devices/pci/bar-placement.js";
import { chosenSeed, Random } from "../support/random.js";

const windows = {
  io: [0x3000, 0xffff],
  memory32: [0xc000_0000, 0xfebf_ffff],
  memory64: [0x3800_0000_0000, 0x3fff_ffff_ffff],
} as const;
const spaces = ["io", "memory32", "memory64"] as const;

describe("a BAR is placed", () => {
  test("at the lowest multiple of its size that is free, which is the same every time", () => {
    for (let round = 0; round < 2; round++) {
      const placement = new BarPlacement();
      const places = [0x1000, 0x10000, 0x1000, 0x1000].map((bytes) => placement.place({ space: "memory32", bytes }));
      expect(places).toEqual([0xc000_0000, 0xc001_0000, 0xc000_1000, 0xc000_2000]);
    }
  });

  test("nowhere when the window of its kind is full, and then again where one is given back", () => {
    const placement = new BarPlacement();
    const places: number[] = [];
    for (let at = placement.place({ space: "io", bytes: 0x1000 }); at !== undefined;) {
      places.push(at);
      at = placement.place({ space: "io", bytes: 0x1000 });
    }
    expect([places.length, places[0], places.at(-1)]).toEqual([13, 0x3000, 0xf000]);
    expect(placement.place({ space: "io", bytes: 4 })).toBeUndefined();
    expect(placement.place({ space: "memory32", bytes: 0x1000 })).toBe(0xc000_0000);
    placement.free("io", 0x7000);
    expect(placement.place({ space: "io", bytes: 0x20 })).toBe(0x7000);
  });

  test("however BARs come and go: apart from all others, aligned, inside the window", () => {
    const seed = chosenSeed();
    const random = new Random(seed);
    const placement = new BarPlacement();
    const placed: { space: (typeof spaces)[number]; start: number; bytes: number }[] = [];
    for (let step = 0; step < 1000; step++) {
      if (placed.length > 0 && random.chance(40)) {
        const [gone] = placed.splice(random.below(placed.length), 1);
        placement.free(gone!.space, gone!.start);
        continue;
      }
      const space = random.pick(spaces);
      const bytes = 2 ** (space === "io" ? 2 + random.below(6) : 4 + random.below(17));
      const start = placement.place({ space, bytes });
      if (start === undefined) throw new Error(`seed ${seed}, step ${step}: no room`);
      const [first, last] = windows[space];
      const meets = placed.filter(
        (other) => other.space === space && other.start < start + bytes && start < other.start + other.bytes,
      );
      const isInside = start >= first && start + bytes - 1 <= last;
      expect({ seed, step, meets, rest: start % bytes, isInside }).toEqual({
        seed,
        step,
        meets: [],
        rest: 0,
        isInside: true,
      });
      placed.push({ space, start, bytes });
    }
  });
});
