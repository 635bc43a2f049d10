/** The pages of an IOAS that devices wrote to, as one of its domains knows them (specification 30, section 10.2). */
import type { DirtyTracking } from "../hw/interface.js";
import type { U64 } from "../u64.js";
import { granules } from "./domain-fill.js";
import type { Ioas } from "./ioas.js";

/**
 * Reports what devices wrote in [start, last], up to the first address that is not mapped, in granules of `dirty` from
 * `start` on, which is a multiple of one.
 * @param report receives the first granule of each dirty range and how many there are
 */
export function readDirty(
  ioas: Ioas,
  dirty: DirtyTracking,
  start: U64,
  last: U64,
  clear: boolean,
  report: (first: number, count: number) => void,
): void {
  const lg2 = dirty.granuleLg2;
  const base = granules(start, lg2);
  const reportFromStart = (iova: number, count: number): void => {
    report(iova - base, count);
  };
  ioas.forEachMapped(start, last, (from, to) => {
    const first = granules(from, lg2);
    dirty.read(first, granules(to, lg2) - first + 1, clear, reportFromStart);
  });
}

/** Makes every mapping clean. */
export function clearDirty(ioas: Ioas, dirty: DirtyTracking): void {
  for (const { start, last } of ioas.areas()) readDirty(ioas, dirty, start, last, true, () => undefined);
}
