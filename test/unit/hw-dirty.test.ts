/** Reading dirty bits: specification 40, section 4.4, 60, sections 1.10, 2.7, 4.3 and 6, and 30, sections 10.2 and 19.2. */
import { describe, expect, test } from "@jest/globals";
import { errno } from "../../proto/uapi/errno.js";
import { TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import { PROT_READ, PROT_WRITE, type PagingDomain } from "../../daemon/hw/interface.js";
import { MOCK_TABLE_PFN_FIRST, MockIommu } from "../../daemon/hw/mock/iommu.js";
import { LINUX_6_12, LINUX_7_1, type MockPersonality } from "../../daemon/hw/mock/personality.js";
import { VtdIommu } from "../../daemon/hw/vtd/iommu.js";
import { vtdProfile } from "../../daemon/hw/vtd/profile.js";
import { U64 } from "../../daemon/u64.js";
import { history, runHistory } from "../support/model.js";
import { Random } from "../support/random.js";

const RW = PROT_READ | PROT_WRITE;
const TRACKED = { nestParent: false, dirtyTracking: true, pasid: false, enforceCoherency: false };
const K4 = 2; // Granules of 2 KiB.
const K64 = 32;
const M1 = 512;

type Kind = "default" | "huge";

/** A tracked domain with tracking on. The huge kind is 7.1's by driver data, 6.12's by the device. */
function mockDomain(personality: MockPersonality = LINUX_7_1, kind: Kind = "default"): PagingDomain {
  const memory = new TableMemory(4096, MOCK_TABLE_PFN_FIRST);
  const iommu = new MockIommu(memory, new FaultCounter(), { personality, scattersPages: false });
  iommu.addDevice(1, { noDirty: false, pasid: false, hugeIova: kind === "huge" });
  const ask = { type: 0xdead, length: 8, read: () => Uint8Array.of(0, 0, 0, 0, 1, 0, 0, 0), write: () => false };
  const data = kind === "huge" && personality === LINUX_7_1 ? ask : undefined;
  const domain = iommu.allocateDomain(TRACKED, data, 1);
  if (typeof domain === "number") throw new Error(`errno ${domain}`);
  expect(domain.dirty?.setEnabled(true)).toBe(errno.OK);
  return domain;
}

/** Granules from `iova` on that a read reports, in ascending order; each once. */
function read(domain: PagingDomain, iova: number, count: number, clear = false): number[] {
  const found: number[] = [];
  let next = iova;
  domain.dirty!.read(iova, count, clear, (at, granules) => {
    if (at < next || granules < 1) throw new Error(`${granules} granules at ${at} after ${next}`);
    next = at + granules;
    for (let granule = at; granule < next; granule++) found.push(granule - iova);
  });
  return found;
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Maps one run at its own address, in granules of 2 KiB, and marks some of them. */
function mapped(domain: PagingDomain, iova: number, count: number, ...marked: number[]): PagingDomain {
  const scale = 2 ** (domain.granuleLg2 - 11);
  expect(domain.map(iova / scale, iova / scale, count / scale, RW)).toBe(errno.OK);
  for (const granule of marked) expect(domain.dirty!.markDirty!(granule)).toBe(true);
  return domain;
}

describe("Linux 7.1, an entry of several items", () => {
  test("a 4 KiB page marked on either half reports its first 2 KiB; a clearing read cleans both halves", () => {
    const domain = mockDomain();
    for (let page = 0; page < 4; page++) mapped(domain, page * K4, K4); // Each by itself: no larger page forms.
    for (const granule of [1, 5]) domain.dirty!.markDirty!(granule);
    expect(read(domain, 0, 8)).toEqual([0, 4]);
    expect(read(domain, 0, 8, true)).toEqual([0, 4]);
    expect(read(domain, 0, 8)).toEqual([]);
    domain.dirty!.markDirty!(0);
    expect(read(domain, 0, 8)).toEqual([0]);
  });

  test("a 64 KiB page reports 31 of 32 granules: of the first half 16, of the second half 15", () => {
    const domain = mapped(mockDomain(), 0, K64, 7);
    expect(read(domain, 0, 32)).toEqual(upTo(31));
    expect(read(domain, 0, 16)).toEqual(upTo(16));
    expect(read(domain, 16, 16)).toEqual(upTo(15));
  });

  test("a 2 MiB page of two 1 MiB items reports its first 512 granules, whichever was written", () => {
    expect(read(mapped(mockDomain(), 2 * M1, 2 * M1, 2 * M1), 2 * M1, 2 * M1)).toEqual(upTo(512));
    expect(read(mapped(mockDomain(), 2 * M1, 2 * M1, 4 * M1 - 1), 2 * M1, 2 * M1)).toEqual(upTo(512));
  });

  test("it is dirty if any item is, also one outside the range, and is cleaned whole", () => {
    const domain = mapped(mockDomain(), 0, K64, 30);
    expect(read(domain, 4, 4, true)).toEqual(upTo(4));
    expect(read(domain, 0, 32)).toEqual([]);
  });

  test("a range that begins in its last item reports that item, cut at both ends", () => {
    const domain = mapped(mockDomain(), 0, K64, 0);
    expect(read(domain, 31, 1)).toEqual([0]);
    expect(read(domain, 31, 100, true)).toEqual([0]);
    expect(read(domain, 0, 32)).toEqual([]);
    const large = mapped(mockDomain(), 0, 4 * M1, 0);
    expect(read(large, 3 * M1 + 10, M1)).toEqual(upTo(M1 - 10));
    expect(read(large, M1 + 10, 8 * M1)).toEqual(upTo(2 * M1 - 10)); // Inside the second of four items.
    expect(read(large, M1 + 10, 20)).toEqual(upTo(20));
  });
});

describe("an entry of one item", () => {
  test("a 1 MiB page of a huge domain is 512 granules, and never more than the range", () => {
    const domain = mapped(mockDomain(LINUX_7_1, "huge"), M1, M1, M1 + 300);
    expect(read(domain, M1, M1)).toEqual(upTo(512));
    expect(read(domain, M1 + 8, K4)).toEqual([0, 1]); // Linux would report to the end of the bitmap's page.
    expect(read(domain, M1 + 256, M1)).toEqual(upTo(256)); // And of the clean page that might follow.
  });

  test("a 4 KiB page of a huge domain is two items all the same", () => {
    expect(read(mapped(mockDomain(LINUX_7_1, "huge"), 0, K4, 1), 0, K4)).toEqual([0]);
  });
});

describe("the walk", () => {
  test("a hole ends it: what lies behind is neither reported nor cleaned", () => {
    const domain = mapped(mapped(mockDomain(), 0, K4, 0), 3 * K4, K4, 3 * K4);
    expect(read(domain, 0, 100, true)).toEqual([0]);
    expect(read(domain, K4, 100, true)).toEqual([]);
    expect(read(domain, 3 * K4, 2 ** 40)).toEqual([0]);
    expect(read(domain, 2 ** 40, 100)).toEqual([]);
    expect(domain.dirty!.markDirty!(K4)).toBe(false);
    expect(domain.dirty!.markDirty!(2 ** 40)).toBe(false);
  });

  test("it goes on from table to table and from level to level", () => {
    const domain = mockDomain();
    mapped(domain, M1 - 1, 2 + 2 * M1, M1 - 1, M1, 3 * M1); // Pages of 2K, 1M, 1M and 2K.
    expect(read(domain, M1 - 1, 2 + 2 * M1, true)).toEqual([...upTo(1 + M1), 1 + 2 * M1]);
    expect(read(domain, M1 - 1, 2 + 2 * M1)).toEqual([]);
  });

  test("a page that is mapped anew is clean", () => {
    const domain = mapped(mockDomain(), 0, K64, 5);
    domain.unmap(0, K64);
    expect(read(mapped(domain, 0, K64), 0, K64)).toEqual([]);
  });
});

describe("personalities", () => {
  test("Linux 7.1 reports while tracking is off what was marked before, 6.12 nothing and cleans nothing", () => {
    for (const [personality, off] of [
      [LINUX_7_1, [0]],
      [LINUX_6_12, []],
    ] as const) {
      const domain = mapped(mockDomain(personality), 0, 1, 0);
      domain.dirty!.setEnabled(false);
      expect(read(domain, 0, 1, personality === LINUX_6_12)).toEqual(off);
      domain.dirty!.setEnabled(true); // Clears nothing by itself.
      expect(read(domain, 0, 1)).toEqual([0]);
    }
  });

  test("Linux 6.12 tracks each 2 KiB exactly, and a 1 MiB page as one", () => {
    const small = mapped(mockDomain(LINUX_6_12), 0, K64, 1, 5, 31);
    expect(read(small, 0, K64)).toEqual([1, 5, 31]);
    const huge = mapped(mockDomain(LINUX_6_12, "huge"), M1, M1 + 4, M1 + 5, 2 * M1 + 1);
    expect(read(huge, M1, M1 + 4)).toEqual([...upTo(512), 513]);
    expect(read(huge, M1 + 500, 20)).toEqual([...upTo(12), 13]);
  });
});

interface ModelEntry {
  readonly iova: number;
  readonly count: number;
  readonly items: number;
  dirty: boolean;
}

/** Specification 40, section 4.3, spelled out: the entries of one run. @param sizes in granules, ascending */
function entriesOf(iova: number, output: number, count: number, sizes: readonly number[]): ModelEntry[] {
  const entries: ModelEntry[] = [];
  for (let done = 0; done < count;) {
    const fits = (size: number): boolean =>
      (iova + done) % size === 0 && (output + done) % size === 0 && size <= count - done;
    const size = sizes.findLast(fits)!;
    const item = [512 * 512, 512, 1].find((each) => each <= size)!;
    entries.push({ iova: iova + done, count: size, items: size / item, dirty: false });
    done += size;
  }
  return entries;
}

interface ModelRun {
  readonly iova: number;
  readonly count: number;
  readonly entries: readonly ModelEntry[];
}

function entryAt(runs: readonly ModelRun[], granule: number): ModelEntry | undefined {
  const covers = ({ iova, count }: ModelRun | ModelEntry): boolean => iova <= granule && granule < iova + count;
  return runs.find(covers)?.entries.find(covers);
}

/** Section 4.4, spelled out. */
function expectedRead(
  runs: readonly ModelRun[],
  from: number,
  count: number,
  clear: boolean,
  dropsLastItem: boolean,
): number[] {
  const end = from + count;
  const found: number[] = [];
  for (let at = from; at < end;) {
    const entry = entryAt(runs, at);
    if (entry === undefined) break;
    const item = entry.count / entry.items;
    const lastItem = entry.iova + entry.count - item;
    const entryEnd = entry.iova + entry.count;
    if (entry.dirty) {
      const stop = dropsLastItem && entry.items > 1 && at < lastItem ? lastItem : entryEnd;
      for (let granule = at; granule < Math.min(stop, end); granule++) found.push(granule - from);
      if (clear) entry.dirty = false;
    }
    at = entryEnd;
  }
  return found;
}

const STEPS = 10_000;
const powers = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => 2 ** (from + index));

describe("model", () => {
  test.each([
    { seed: 1, personality: LINUX_7_1, kind: "default", sizes: powers(0, 26), unit: 1 },
    { seed: 2, personality: LINUX_7_1, kind: "huge", sizes: [2, 512], unit: 2 },
    { seed: 3, personality: LINUX_6_12, kind: "default", sizes: [1], unit: 1 },
    { seed: 4, personality: LINUX_6_12, kind: "huge", sizes: [1, 512], unit: 1 },
  ] as const)(
    "mock $personality.linux $kind, seed $seed: map, unmap, mark and read agree with a list of entries",
    ({ seed, personality, kind, sizes, unit }) => {
      const what = history({ seed, steps: STEPS });
      const random = new Random(what.seed);
      const domain = mockDomain(personality, kind);
      const runs: ModelRun[] = [];
      const space = 8 * M1;
      let reported = 0;
      runHistory(what, (step) => {
        const action = random.below(10);
        const iova = random.below(space / unit) * unit;
        if (action < 2) {
          const start = random.chance(60) ? iova - (iova % random.pick([K64, M1])) : iova;
          const output = random.chance(60) ? start + 16 * M1 : random.below(space / unit) * unit;
          const count = random.pick([1, 2, 4, 16, 17, 256, 512, 1024, 1025]) * unit;
          const free = !runs.some((run) => run.iova < start + count && start < run.iova + run.count);
          const result = domain.map(start / unit, output / unit, count / unit, RW);
          expect([step, result]).toEqual([step, free ? errno.OK : errno.EADDRINUSE]);
          if (free) runs.push({ iova: start, count, entries: entriesOf(start, output, count, sizes) });
        } else if (action === 2 && runs.length > 6) {
          const [run] = runs.splice(random.below(runs.length), 1);
          expect(domain.unmap(run!.iova / unit, run!.count / unit)).toBe(run!.count / unit);
        } else if (action < 7) {
          const run = runs.length > 0 && random.chance(80) ? random.pick(runs) : undefined;
          const at = run === undefined ? iova : run.iova + random.below(run.count);
          const entry = entryAt(runs, at);
          expect([step, domain.dirty!.markDirty!(at)]).toEqual([step, entry !== undefined]);
          if (entry !== undefined) entry.dirty = true;
        } else {
          const run = runs.length > 0 ? random.pick(runs) : undefined;
          const from = run === undefined ? iova : run.iova + random.below(run.count);
          const count = random.pick([1, 2, 3, 31, 32, 33, 512, 2048]);
          const clear = random.chance(30);
          const expected = expectedRead(runs, from, count, clear, personality === LINUX_7_1);
          expect([step, read(domain, from, count, clear)]).toEqual([step, expected]);
          reported += expected.length;
        }
      });
      expect(reported).toBeGreaterThan(what.steps / 10); // The reads met dirty pages.
    },
  );

  test.each([1, 2])("VT-d, seed %i: writes of devices make pages dirty, whatever the IOTLB holds", (seed) => {
    const what = history({ seed, steps: STEPS });
    const random = new Random(what.seed);
    const iommu = new VtdIommu("iommu0", vtdProfile(), new TableMemory(4096), new FaultCounter());
    const domain = iommu.allocateDomain(TRACKED);
    if (typeof domain === "number") throw new Error(`errno ${domain}`);
    const requesters = [8, 16];
    const attached = new Set<number>();
    const runs: (ModelRun & { readonly prot: number })[] = [];
    const M2 = 512;
    let enabled = false;
    let reported = 0;
    runHistory(what, (step) => {
      const action = random.below(100);
      const run = runs.length > 0 ? random.pick(runs) : undefined;
      const inRun = run === undefined ? 0 : run.iova + random.below(run.count);
      if (action < 10) {
        const iova = random.below(8) * M2 + random.pick([0, 0, 1, 30]);
        const count = random.pick([1, 2, 7, 512, 513]);
        const prot = random.pick([RW, RW, PROT_READ]);
        const free = !runs.some((each) => each.iova < iova + count && iova < each.iova + each.count);
        expect(domain.map(iova, iova + 64 * M2, count, prot)).toBe(free ? errno.OK : errno.EADDRINUSE);
        if (free) runs.push({ iova, count, prot, entries: entriesOf(iova, iova + 64 * M2, count, [1, M2]) });
      } else if (action < 13 && run !== undefined) {
        runs.splice(runs.indexOf(run), 1);
        expect(domain.unmap(run.iova, run.count)).toBe(run.count);
      } else if (action < 15) {
        const requesterId = random.pick(requesters);
        const attach = !attached.has(requesterId);
        expect(iommu.attach(requesterId, attach ? domain : undefined)).toBe(errno.OK);
        attached[attach ? "add" : "delete"](requesterId);
      } else if (action < 18) {
        enabled = random.chance(70);
        expect(domain.dirty!.setEnabled(enabled)).toBe(errno.OK);
      } else if (action < 80) {
        const requesterId = random.pick(requesters);
        const write = random.chance(40);
        const result = iommu.translate({ requesterId, address: U64.fromPage(inRun), write, length: 8 });
        const mapping = runs.find((each) => each.iova <= inRun && inRun < each.iova + each.count);
        const allowed = attached.has(requesterId) && mapping !== undefined && (!write || mapping.prot === RW);
        expect([step, result.kind]).toEqual([step, allowed ? "translated" : "fault"]);
        if (result.kind === "translated") expect(result.writable).toBe(mapping?.prot === RW);
        iommu.faults.clear(requesterId);
        if (!allowed || !write || !enabled) return;
        entryAt(runs, inRun)!.dirty = true;
      } else {
        const count = random.pick([1, 2, 511, 512, 513, 2048]);
        const clear = random.chance(50);
        const expected = expectedRead(runs, inRun, count, clear, false);
        expect([step, read(domain, inRun, count, clear)]).toEqual([step, expected]);
        reported += expected.length;
      }
    });
    expect(reported).toBeGreaterThan(what.steps / 10); // The reads met dirty pages.
  });
});
