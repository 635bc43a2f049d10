/** Which pages are pinned, against a count for each page. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { PinnedRuns } from "../../daemon/core/pinned-runs.js";
import { errno } from "../../proto/uapi/errno.js";
import { FakeSpace } from "../support/machine.js";

const PAGES = 60;
const BASE = 1000;

interface Step {
  readonly cover: boolean;
  readonly first: number;
  readonly count: number;
  /** Of the covers there are, which one goes. */
  readonly pick: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  cover: fc.boolean(),
  first: fc.integer({ min: 0, max: PAGES - 1 }),
  count: fc.integer({ min: 1, max: 12 }),
  pick: fc.nat(),
});

describe("pinned runs agree with a count for each page", () => {
  function run(steps: readonly Step[]): void {
    const runs = new PinnedRuns();
    const space = new FakeSpace(3);
    space.holes.add(BASE + 17);
    const users = new Map<number, number>();
    const covers: { first: number; last: number }[] = [];
    for (const { cover, first, count, pick } of steps) {
      if (cover) {
        const last = first + count - 1;
        const fresh = Array.from({ length: count }, (_, index) => first + index).filter((page) => !users.has(page));
        const newly = runs.cover(first, last, space, BASE, true);
        expect(newly).toBe(fresh.includes(17) ? -errno.EFAULT : fresh.length);
        if (newly < 0) continue;
        covers.push({ first, last });
        for (let page = first; page <= last; page++) users.set(page, (users.get(page) ?? 0) + 1);
      } else if (covers.length > 0) {
        const [{ first: from, last: to }] = covers.splice(pick % covers.length, 1) as [{ first: number; last: number }];
        for (const { pfn, count: freed } of runs.uncover(from, to)) space.unpin(pfn, freed);
        for (let page = from; page <= to; page++) {
          const left = users.get(page)! - 1;
          if (left === 0) users.delete(page);
          else users.set(page, left);
        }
      }
      expect(runs.pageCount()).toBe(users.size);
      expect([...space.pinned.keys()].sort((a, b) => a - b)).toEqual(
        [...users.keys()].map((page) => BASE + page).sort((a, b) => a - b),
      );
      for (const { first: from, last: to } of covers) {
        const frames: number[] = [];
        runs.runs(from, to, (pfn, pages) => {
          for (let page = 0; page < pages; page++) frames.push(pfn + page);
        });
        expect(frames).toEqual(Array.from({ length: to - from + 1 }, (_, index) => 3 * 2 ** 30 + BASE + from + index));
        expect(runs.pinsOf(frames[0]!)).toBe(1);
      }
    }
  }

  test("over random histories", () => {
    fc.assert(fc.property(fc.array(step, { minLength: 10, maxLength: 80 }), run), { numRuns: 100 });
  });
});

test("a source whose pages are all scattered can be pinned and given back", () => {
  const count = 200_000;
  const runs = new PinnedRuns();
  const given: number[] = [];
  const scattered = {
    pin(first: number, pages: number, _write: boolean, sink: (pfn: number, count: number) => void) {
      for (let page = 0; page < pages; page++) sink(2 * (first + page), 1);
      return errno.OK;
    },
    unpin(pfn: number) {
      given.push(pfn);
    },
  };
  expect(runs.cover(0, count - 1, scattered, 0, true)).toBe(count);
  expect(runs.uncover(0, count - 1)).toHaveLength(count);
  expect(runs.pageCount()).toBe(0);
});
