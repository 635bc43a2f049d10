/** Which pages are pinned, against a count for each page. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { PinnedRuns } from "../../daemon/core/pinned-runs.js";
import { errno } from "../../proto/uapi/errno.js";
import { FakeSpace, SPACE_PFNS } from "../support/machine.js";

const BASE = 1000;
const HOLE = 17;

interface Step {
  readonly cover: boolean;
  readonly first: number;
  readonly count: number;
  /** Of the covers there are, which one goes. */
  readonly pick: number;
}

const steps = (pages: number, countMax: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.record({
      cover: fc.boolean(),
      first: fc.nat({ max: pages - 1 }),
      count: fc.integer({ min: 1, max: countMax }),
      pick: fc.nat(),
    }),
    { minLength: 10, maxLength: 80 },
  );

describe("pinned runs agree with a count for each page", () => {
  /** @param moved pages of the source that show another page's frame */
  function run(list: readonly Step[], moved: ReadonlyMap<number, number>): void {
    const runs = new PinnedRuns();
    const space = new FakeSpace(3);
    space.holes.add(BASE + HOLE);
    for (const [page, frame] of moved) space.moved.set(page, frame);
    const frameOf = (page: number): number => moved.get(BASE + page) ?? BASE + page;
    const users = new Map<number, number>();
    const covers: { first: number; last: number }[] = [];
    for (const { cover, first, count, pick } of list) {
      if (cover) {
        const last = first + count - 1;
        const fresh = Array.from({ length: count }, (_, index) => first + index).filter((page) => !users.has(page));
        const newly = runs.cover(first, last, space, BASE, true);
        expect(newly).toBe(fresh.includes(HOLE) ? -errno.EFAULT : fresh.length);
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
        [...users.keys()].map(frameOf).sort((a, b) => a - b),
      );
      for (const { first: from, last: to } of covers) {
        const frames: number[] = [];
        runs.runs(from, to, (pfn, pages) => {
          for (let page = 0; page < pages; page++) frames.push(pfn + page);
        });
        const expected = Array.from({ length: to - from + 1 }, (_, index) => 3 * SPACE_PFNS + frameOf(from + index));
        expect(frames).toEqual(expected);
        expect(runs.pinsOf(frames[0]!)).toBe(1);
      }
    }
  }

  test("over random histories", () => {
    fc.assert(
      fc.property(steps(60, 12), (list) => {
        run(list, new Map());
      }),
      { numRuns: 100 },
    );
  });

  test("over random histories of memory whose frames descend", () => {
    const moved = new Map(Array.from({ length: 600 }, (_, page) => [BASE + page, BASE + 599 - page]));
    fc.assert(
      fc.property(steps(500, 100), (list) => {
        run(list, moved);
      }),
      { numRuns: 30 },
    );
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
    physicalPages: () => 1,
  };
  expect(runs.cover(0, count - 1, scattered, 0, true)).toBe(count);
  expect(runs.uncover(0, count - 1)).toHaveLength(count);
  expect(runs.pageCount()).toBe(0);
});

test("neighbours that have equally many users again are one run again", () => {
  const runs = new PinnedRuns();
  const space = new FakeSpace(3);
  const covered = [
    [0, 99],
    [30, 49],
    [50, 59],
    [40, 54],
  ] as const;
  for (const [first, last] of covered) runs.cover(first, last, space, BASE, true);
  for (const [first, last] of covered.slice(1)) expect(runs.uncover(first, last)).toEqual([]);
  expect(runs.uncover(0, 99)).toEqual([{ pfn: 3 * SPACE_PFNS + BASE, count: 100 }]);
});
