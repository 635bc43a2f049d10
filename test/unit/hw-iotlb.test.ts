/** The IOTLB and the domain-id and page allocator: specification 60, section 2.8. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { IndexAllocator } from "../../daemon/hw/engine/index-allocator.js";
import { Iotlb } from "../../daemon/hw/vtd/iotlb.js";
import { rangeInvalidation } from "../../daemon/hw/vtd/invalidation.js";
import { vtdProfile } from "../../daemon/hw/vtd/profile.js";

const DOMAINS = 1024;
const LEVEL_PAGES = [1, 512, 512 * 512];

describe("IOTLB", () => {
  test("a page is found under its own domain only, with what was inserted, at every size", () => {
    const iotlb = new Iotlb(DOMAINS);
    for (const [level, pages] of LEVEL_PAGES.entries()) {
      iotlb.insert(5, 3 * pages + pages - 1, level, 7 * pages, 1 + level);
      const slot = iotlb.lookup(5, 3 * pages);
      expect([iotlb.levelAt(slot), iotlb.physicalPageAt(slot), iotlb.permissionsAt(slot)]).toEqual([
        level,
        7 * pages,
        1 + level,
      ]);
      expect(iotlb.lookup(6, 3 * pages)).toBe(-1);
    }
    expect(iotlb.size).toBe(3);
  });

  test("a second translation of the same page replaces the first", () => {
    const iotlb = new Iotlb(DOMAINS);
    iotlb.insert(2, 9, 0, 100, 1);
    iotlb.insert(2, 9, 0, 200, 3);
    expect([iotlb.size, iotlb.physicalPageAt(iotlb.lookup(2, 9))]).toEqual([1, 200]);
  });

  test("a full set gives up its ways in turn, and never grows", () => {
    const iotlb = new Iotlb(DOMAINS);
    for (let page = 0; page < 5000; page++) iotlb.insert(2, page, 0, page, 3);
    expect(iotlb.size).toBe(1024);
    expect(iotlb.lookup(2, 4999)).toBeGreaterThanOrEqual(0);
    expect(iotlb.lookup(2, 0)).toBe(-1);
  });

  test("pages that touch a range without being in it stay, whether the range is probed or scanned", () => {
    for (const count of [64, 65]) {
      const iotlb = new Iotlb(DOMAINS);
      for (const page of [99, 100, 99 + count, 100 + count]) iotlb.insert(2, page, 0, page, 3);
      iotlb.invalidatePages(2, 100, 99 + count);
      expect([99, 100, 99 + count, 100 + count].map((page) => iotlb.lookup(2, page) >= 0)).toEqual([
        true,
        false,
        false,
        true,
      ]);
    }
  });

  test("every invalidation drops what it names, and nothing of another domain", () => {
    const entry = fc.record({
      domain: fc.constantFrom(2, 3, 1023),
      page: fc.oneof(fc.nat({ max: 2000 }), fc.nat({ max: 2 ** 21 }), fc.constant(2 ** 36 - 1)),
      level: fc.nat({ max: 2 }),
    });
    const range = fc.record({ page: fc.nat({ max: 2 ** 21 }), count: fc.constantFrom(1, 2, 63, 64, 65, 512, 300_000) });
    const property = fc.property(fc.array(entry, { maxLength: 100 }), range, (entries, { page, count }) => {
      const iotlb = new Iotlb(DOMAINS);
      for (const each of entries) iotlb.insert(each.domain, each.page, each.level, 0, 3);
      const before = entries.filter((each) => iotlb.lookup(each.domain, each.page) >= 0);
      iotlb.invalidatePages(2, page, page + count - 1);
      const overlaps = (each: { domain: number; page: number; level: number }): boolean => {
        const pages = LEVEL_PAGES[each.level]!;
        const start = each.page - (each.page % pages);
        return each.domain === 2 && start < page + count && page < start + pages;
      };
      for (const each of before) {
        const others = entries.some((other) => !overlaps(other) && covers(other, each));
        expect(iotlb.lookup(each.domain, each.page) >= 0).toBe(others);
      }
      iotlb.invalidateDomain(3);
      for (const each of entries) if (each.domain === 3) expect(iotlb.lookup(3, each.page)).toBe(-1);
      iotlb.invalidateAll();
      expect(iotlb.size).toBe(0);
    });
    fc.assert(property, { seed: 60_2_8, numRuns: 300 });
  });

  function covers(
    entry: { domain: number; page: number; level: number },
    other: { domain: number; page: number },
  ): boolean {
    const pages = LEVEL_PAGES[entry.level]!;
    return entry.domain === other.domain && Math.floor(entry.page / pages) === Math.floor(other.page / pages);
  }
});

describe("range of an invalidation", () => {
  test("is the smallest aligned power of two that holds the pages, or the domain beyond MAMV", () => {
    const profile = vtdProfile();
    const mask = (page: number, count: number): unknown => {
      const descriptor = rangeInvalidation(profile, 2, page, count);
      return "addressMask" in descriptor ? descriptor.addressMask : descriptor.granularity;
    };
    expect(mask(5, 1)).toBe(0);
    expect(mask(4, 2)).toBe(1);
    expect(mask(5, 2)).toBe(2); // 4 to 7.
    expect(mask(7, 2)).toBe(4); // 0 to 15: pages 7 and 8 share no smaller block.
    expect(mask(0, 2 ** 18)).toBe(18);
    expect(mask(0, 2 ** 18 + 1)).toBe("domain");
    const noPageSelective = vtdProfile({ pageSelectiveInvalidation: false });
    expect(rangeInvalidation(noPageSelective, 2, 0, 1)).toEqual({ type: "iotlb", granularity: "domain", domainId: 2 });
  });
});

describe("index allocator", () => {
  test("always gives the lowest free number, and -1 when there is none", () => {
    const property = fc.property(fc.array(fc.nat({ max: 100 }), { maxLength: 200 }), (steps) => {
      const allocator = new IndexAllocator(2, 21);
      const taken = new Set<number>();
      for (const step of steps) {
        if (step > 60 && taken.size > 0) {
          const number = [...taken][step % taken.size]!;
          taken.delete(number);
          allocator.free(number);
        } else {
          let lowest = 2;
          while (taken.has(lowest)) lowest++;
          const number = allocator.allocate();
          expect(number).toBe(lowest <= 21 ? lowest : -1);
          if (number >= 0) taken.add(number);
        }
        expect(allocator.available).toBe(20 - taken.size);
      }
    });
    fc.assert(property, { seed: 1, numRuns: 200 });
  });

  test("gives the lowest run of what was given back, else the next new numbers, and goes on in order", () => {
    const allocator = new IndexAllocator(0, 19);
    for (let number = 0; number < 12; number++) allocator.allocate();
    for (const number of [9, 2, 5, 7, 8, 4, 0]) allocator.free(number);
    expect(allocator.allocateRun(3)).toBe(7);
    expect(allocator.allocateRun(2)).toBe(4);
    expect(allocator.allocateRun(2)).toBe(12);
    expect(allocator.allocateRun(7)).toBe(-1);
    expect(allocator.available).toBe(8);
    expect([allocator.allocate(), allocator.allocateRun(1), allocator.allocate()]).toEqual([0, 2, 14]);
  });
});
