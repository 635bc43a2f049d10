/** The pages of an IOAS that devices wrote to, as one of its domains knows them (specification 30, section 10.2). */
import type { DirtyTracking } from "../hw/interface.js";
import { U64 } from "../u64.js";
import { addressOf, granules } from "./domain-fill.js";
import type { Ioas } from "./ioas.js";

/**
 * Reports what devices wrote in [start, last], up to the first address that is not mapped.
 * @param report receives first and last address of each dirty range
 */
export function readDirty(
  ioas: Ioas,
  dirty: DirtyTracking,
  start: U64,
  last: U64,
  clear: boolean,
  report: (first: U64, last: U64) => void,
): void {
  const lg2 = dirty.granuleLg2;
  ioas.forEachMapped(start, last, (from, to) => {
    const first = granules(from, lg2);
    dirty.read(first, granules(to, lg2) - first + 1, clear, (iova, count) => {
      report(addressOf(iova, lg2), addressOf(iova + count, lg2).minus(U64.ONE));
    });
  });
}

/** Makes every mapping clean. */
export function clearDirty(ioas: Ioas, dirty: DirtyTracking): void {
  for (const { start, last } of ioas.areas()) readDirty(ioas, dirty, start, last, true, () => undefined);
}
