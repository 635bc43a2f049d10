/**
 * What is large, without a socket, in a process of its own that can collect garbage when told (`--expose-gc`): one MAP of
 * many pages, the dirty bitmap of as many, and the unmap of many areas that domains mirror and accesses pin.
 *
 * `scale-child.js PLAN` makes the one measurement that the plan names and prints its result; both are JSON.
 */
import { AccessObject } from "../../daemon/core/access.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import * as api from "../../proto/uapi/iommufd.js";
import { reachableBytes } from "./reachable.js";
import { columnMedians, shuffled } from "./rounds.js";
import { expectOk, IOVA_PAGE_FIRST, ScaleMachine } from "./scale-machine.js";

export type ScalePlan =
  | { readonly measurement: "tables"; readonly rounds: number; readonly pages: number; readonly hugePages: boolean }
  | { readonly measurement: "dirty"; readonly rounds: number; readonly pages: number }
  | { readonly measurement: "areas"; readonly rounds: number; readonly areas: number };

/** Times in nanoseconds, of all entries together. */
export interface TablesResult {
  /** Leaf entries by page size, such as "4K". */
  readonly leaves: Readonly<Record<string, number>>;
  readonly mapNs: number;
  readonly unmapNs: number;
  /** A bare loop that stores as many 64-bit words, and one that clears them. */
  readonly storeNs: number;
  readonly clearNs: number;
  /** The tables and all else that the MAP keeps; absent where there are so few entries that the rest of the heap hides it. */
  readonly bytes?: number;
}

/** Times in nanoseconds, of the whole bitmap. */
export interface DirtyResult {
  readonly dirtyPages: number;
  readonly readNs: number;
  /** The same with no page dirty. */
  readonly readCleanNs: number;
  /** A bare loop that tests every bit of the bitmap. */
  readonly loopNs: number;
}

/** Times in nanoseconds, of all areas together. */
export interface AreasResult {
  readonly unmapNs: number;
  /** `delete` of every key of a Map, one by one. */
  readonly mapDeleteNs: number;
  readonly bytes: number;
  readonly mapBytes: number;
}

function timed(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) * 1e6;
}

/** One round to warm up, then as many as are asked for. @returns the median of each column */
function medians(rounds: number, round: () => number[]): number[] {
  round();
  return columnMedians(Array.from({ length: rounds }, round));
}

// ---- tables ---------------------------------------------------------------------------------------------------------

/** Where there are few entries, a round is repeated until so many were written: a short one says little. */
const ENTRIES_PER_ROUND_MIN = 2 ** 18;
/** But no more often than this, so that a round of very few entries ends soon. */
const REPEATS_MAX = 4096;
/** 64-bit words in an array of the bare loop, as in a page of a table. */
const WORDS_PER_ARRAY = 512;

function tables(rounds: number, pages: number, hugePages: boolean): TablesResult {
  const machine = new ScaleMachine({ hugePages });
  machine.addDomain();
  const map = machine.prepareMap(0, pages);
  const unmapAll = machine.prepareUnmapAll();
  const before = reachableBytes();
  map();
  const kept = reachableBytes() - before;
  const { leaves } = machine.domains[0]!.inspect();
  unmapAll();

  const entries = Object.values(leaves).reduce((sum, count) => sum + count, 0);
  const repeats = Math.min(Math.ceil(ENTRIES_PER_ROUND_MIN / entries), REPEATS_MAX);
  const arrays = Array.from({ length: Math.ceil(entries / WORDS_PER_ARRAY) }, () =>
    new Int32Array(2 * Math.min(entries, WORDS_PER_ARRAY)).fill(-1),
  );
  const [mapNs, unmapNs, storeNs, clearNs] = medians(rounds, () => {
    let mapping = 0;
    let unmapping = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      mapping += timed(map);
      unmapping += timed(unmapAll);
    }
    const storing = timed(() => {
      for (let repeat = 0; repeat < repeats; repeat++) storeWords(arrays, repeat + 1);
    });
    const clearing = timed(() => {
      for (let repeat = 0; repeat < repeats; repeat++) storeWords(arrays, 0);
    });
    return [mapping, unmapping, storing, clearing].map((ns) => ns / repeats);
  });
  const times = { mapNs: mapNs!, unmapNs: unmapNs!, storeNs: storeNs!, clearNs: clearNs! };
  return { leaves, ...times, ...(entries < ENTRIES_PER_ROUND_MIN ? {} : { bytes: kept }) };
}

function storeWords(arrays: readonly Int32Array[], value: number): void {
  for (const array of arrays) {
    for (let at = 0; at < array.length; at += 2) {
      array[at] = value;
      array[at + 1] = value;
    }
  }
}

// ---- dirty bitmap ---------------------------------------------------------------------------------------------------

/** One page in so many is dirty. */
const DIRTY_EVERY = 100;

function dirty(rounds: number, pages: number): DirtyResult {
  const machine = new ScaleMachine({ hugePages: false });
  const { hwptId, requesterId } = machine.addDomain(true);
  machine.prepareMap(0, pages)();
  machine.prepare("IOMMU_HWPT_SET_DIRTY_TRACKING", api.iommu_hwpt_set_dirty_tracking, {
    flags: api.IOMMU_HWPT_DIRTY_TRACKING_ENABLE,
    hwpt_id: hwptId,
  })();
  const bitmap = new Uint8Array(Math.ceil(pages / 8));
  const read = machine.prepareDirtyBitmap(hwptId, pages, bitmap);
  const dirtyPages = Math.ceil(pages / DIRTY_EVERY);

  const [readNs, readCleanNs, loopNs] = medians(rounds, () => {
    for (let page = 0; page < pages; page += DIRTY_EVERY) {
      const address = U64.fromPage(IOVA_PAGE_FIRST + page);
      const { kind } = machine.iommu.translate({ requesterId, address, write: true, length: 8 });
      if (kind !== "translated") throw new Error(`${address.toString()} is not translated`);
    }
    bitmap.fill(0);
    const reading = timed(read);
    let found = 0;
    const looping = timed(() => {
      found = countBits(bitmap);
    });
    if (found !== dirtyPages) throw new Error(`${found} pages are dirty instead of ${dirtyPages}`);
    bitmap.fill(0);
    const readingClean = timed(read);
    if (countBits(bitmap) !== 0) throw new Error("pages are dirty that were read and cleared");
    return [reading, readingClean, looping];
  });
  return { dirtyPages, readNs: readNs!, readCleanNs: readCleanNs!, loopNs: loopNs! };
}

function countBits(bitmap: Uint8Array): number {
  let count = 0;
  for (let bit = 0; bit < 8 * bitmap.length; bit++) if ((bitmap[bit >> 3]! & (1 << (bit & 7))) !== 0) count++;
  return count;
}

// ---- areas ----------------------------------------------------------------------------------------------------------

const DOMAINS = 2;
const ACCESSES = 3;
/** Each access pins one area in so many, each another one. */
const PINNED_EVERY = 10;
const PAGE_BYTES = U64.fromNumber(PAGE_SIZE);

/** A driver that pins whole areas of one page and gives back what it is asked for. */
class Pinner {
  private readonly pinned = new Set<number>();
  private readonly access: AccessObject;

  constructor({ machine, ioasId }: ScaleMachine) {
    const user = {
      pinsPages: true,
      unmap: (iova: U64): void => {
        if (this.pinned.delete(iova.page())) this.access.unpin(iova, PAGE_BYTES);
      },
    };
    const access = AccessObject.create(machine.context, user, ioasId);
    if (!(access instanceof AccessObject)) throw new Error(`no access: errno ${access}`);
    access.publish();
    this.access = access;
  }

  pin(page: number): void {
    expectOk("pin", this.access.pin(U64.fromPage(page), PAGE_BYTES, true, []));
    this.pinned.add(page);
  }

  get pins(): number {
    return this.pinned.size;
  }
}

function areas(rounds: number, count: number): AreasResult {
  const machine = new ScaleMachine({ hugePages: true });
  for (let domain = 0; domain < DOMAINS; domain++) machine.addDomain();
  const pinners = Array.from({ length: ACCESSES }, () => new Pinner(machine));
  const unmapAll = machine.prepareUnmapAll();
  // Every second page, in an order without order, as clients that map and unmap for long leave it.
  const order = [...shuffled(count, count)];
  const [unmapNs, mapDeleteNs, bytes, mapBytes] = medians(rounds, () => {
    const before = reachableBytes();
    for (const index of order) machine.prepareMap(2 * index, 1)();
    for (const [number, pinner] of pinners.entries())
      for (let index = number; index < count; index += PINNED_EVERY) pinner.pin(IOVA_PAGE_FIRST + 2 * index);
    const between = reachableBytes();
    const map = new Map<number, number>();
    for (const index of order) map.set(IOVA_PAGE_FIRST + 2 * index, index);
    const after = reachableBytes();

    const unmapping = timed(unmapAll);
    if (pinners.some(({ pins }) => pins > 0)) throw new Error("pins outlived their areas");
    const deleting = timed(() => {
      for (let index = 0; index < count; index++) map.delete(IOVA_PAGE_FIRST + 2 * index);
    });
    return [unmapping, deleting, between - before, after - between];
  });
  return { unmapNs: unmapNs!, mapDeleteNs: mapDeleteNs!, bytes: bytes!, mapBytes: mapBytes! };
}

function measured(plan: ScalePlan): TablesResult | DirtyResult | AreasResult {
  switch (plan.measurement) {
    case "tables":
      return tables(plan.rounds, plan.pages, plan.hugePages);
    case "dirty":
      return dirty(plan.rounds, plan.pages);
    case "areas":
      return areas(plan.rounds, plan.areas);
  }
}

process.stdout.write(JSON.stringify(measured(JSON.parse(process.argv[2] ?? "") as ScalePlan)));
