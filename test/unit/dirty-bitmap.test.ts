/** HWPT_SET_DIRTY_TRACKING and GET_DIRTY_BITMAP on a mock domain: specification 30, sections 9 and 10, and 40, 4.4. */
import { describe, expect, test } from "@jest/globals";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import * as selftest from "../../proto/uapi/iommufd-test.js";
import { HUGE_PAGES, MAX } from "../support/machine.js";
import { SelftestMachine } from "../support/selftest-machine.js";

const { OK, EINVAL, ENOENT, EOPNOTSUPP, EOVERFLOW } = errno;
const PAGE = 4096n;
/** Where the mock's aperture begins. */
const BASE = 0x1000000n;
const GRANULE = 2048n;
const BITMAP = 0x20000000n;
const MARKS = 0x30000000n;
const SET_DIRTY_TRACKING = 0x3b8b;
const GET_DIRTY_BITMAP = 0x3b8c;
const NO_CLEAR = api.IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR;

type Query = Parameters<typeof read>[1];

interface Setup {
  readonly machine: SelftestMachine;
  readonly ioas: number;
  readonly idev: number;
  /** Of the automatic HWPT, without dirty tracking. */
  readonly automatic: number;
  readonly hwpt: number;
}

/** A tracked HWPT with tracking on. */
function setUp(scattersPages = true): Setup {
  const machine = new SelftestMachine({ scattersPages });
  const ioas = machine.ioas();
  const { idev, hwpt: automatic } = machine.mockDomain(ioas);
  const hwpt = machine.hwpt(idev, ioas, api.IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
  expect(track(machine, hwpt)).toBe(OK);
  return { machine, ioas, idev, automatic, hwpt };
}

function track(machine: SelftestMachine, hwpt: number, flags: number = api.IOMMU_HWPT_DIRTY_TRACKING_ENABLE): number {
  return machine.call(SET_DIRTY_TRACKING, api.iommu_hwpt_set_dirty_tracking, { hwpt_id: hwpt, flags }).error;
}

/** Marks the granules of 2 KiB at these distances from BASE. */
function mark({ machine, hwpt }: Setup, ...granules: number[]): void {
  const bitmap = new Uint8Array(Math.ceil((Math.max(...granules) + 1) / 8));
  for (const granule of granules) bitmap[granule >> 3]! |= 1 << (granule & 7);
  machine.memory.ranges.length = 0;
  machine.memory.add(MARKS, bitmap);
  const values = { id: hwpt, iova: BASE, length: BigInt(8 * bitmap.length) * GRANULE, page_size: GRANULE, uptr: MARKS };
  expect(machine.command(selftest.IOMMU_TEST_OP_DIRTY, selftest.iommu_test_dirty, values)).toMatchObject({
    error: OK,
    out: { out_nr_dirty: BigInt(granules.length) },
  });
}

/** GET_DIRTY_BITMAP into memory that holds `bitmap`, at BITMAP. @returns the errno */
function read(
  { machine, hwpt }: Setup,
  values: {
    hwpt_id?: number;
    iova?: bigint;
    length?: bigint;
    page_size?: bigint;
    flags?: number;
    data?: bigint;
    __reserved?: number;
  },
  bitmap = new Uint8Array(0),
  writable = true,
): number {
  machine.memory.ranges.length = 0;
  machine.memory.add(BITMAP, bitmap, writable);
  const usual = { hwpt_id: hwpt, iova: BASE, length: 16n * PAGE, page_size: GRANULE, data: BITMAP };
  return machine.call(GET_DIRTY_BITMAP, api.iommu_hwpt_get_dirty_bitmap, { ...usual, ...values }).error;
}

/** The bits that a successful read sets. */
function bits(setup: Setup, query: Query = {}): number[] {
  const bitmap = new Uint8Array(64);
  expect(read(setup, query, bitmap)).toBe(OK);
  return Array.from({ length: 8 * bitmap.length }, (_, bit) => bit).filter(
    (bit) => bitmap[bit >> 3]! & (1 << (bit & 7)),
  );
}

/** Maps pages at BASE plus some pages. */
function map({ machine, ioas }: Setup, page: number, pages: number): void {
  const at = BigInt(page) * PAGE;
  expect(machine.map(ioas, 0x10000n + at, BigInt(pages) * PAGE, BASE + at).error).toBe(OK);
}

describe("SET_DIRTY_TRACKING", () => {
  test("flags, then the HWPT, then whether it can track", () => {
    const { machine, ioas, automatic, hwpt } = setUp();
    expect(track(machine, 99, 2)).toBe(EOPNOTSUPP);
    expect(track(machine, 99)).toBe(ENOENT);
    expect(track(machine, ioas)).toBe(ENOENT);
    expect(track(machine, automatic)).toBe(EOPNOTSUPP);
    expect(track(machine, automatic, 0)).toBe(EOPNOTSUPP);
    const reserved = { hwpt_id: hwpt, __reserved: 5 };
    expect(machine.call(SET_DIRTY_TRACKING, api.iommu_hwpt_set_dirty_tracking, reserved).error).toBe(OK);
  });

  test("enabling makes every mapping clean, also when it is enabled already; disabling makes none so", () => {
    const setup = setUp();
    map(setup, 0, 1);
    map(setup, 4, 1);
    const dirty = (): number[][] =>
      [0n, 4n].map((page) => bits(setup, { iova: BASE + page * PAGE, length: PAGE, flags: NO_CLEAR }));
    mark(setup, 0, 8);
    expect(dirty()).toEqual([[0], [0]]);
    expect(track(setup.machine, setup.hwpt, 0)).toBe(OK);
    expect(track(setup.machine, setup.hwpt, 0)).toBe(OK);
    expect(dirty()).toEqual([[0], [0]]);
    expect(track(setup.machine, setup.hwpt)).toBe(OK);
    expect(dirty()).toEqual([[], []]);
    mark(setup, 8);
    expect(track(setup.machine, setup.hwpt)).toBe(OK);
    expect(dirty()).toEqual([[], []]);
  });
});

describe("GET_DIRTY_BITMAP, the order of its checks", () => {
  const setup = setUp();
  const lastPage = MAX - PAGE + 1n;
  test.each<[string, Query, number]>([
    ["an unknown flag before the HWPT", { flags: 2, hwpt_id: 99 }, EOPNOTSUPP],
    ["reserved bits before the HWPT", { __reserved: 1, hwpt_id: 99 }, EOPNOTSUPP],
    ["the HWPT before the range", { hwpt_id: 99, iova: MAX, length: PAGE }, ENOENT],
    ["an IOAS is no HWPT", { hwpt_id: setup.ioas }, ENOENT],
    ["a range over the end before its alignment", { iova: MAX, length: 2n }, EOVERFLOW],
    ["length 0 wraps where the IOVA is not 0", { length: 0n }, EOVERFLOW],
    ["length 0 at IOVA 0 is the whole address space", { iova: 0n, length: 0n }, OK],
    ["a range may end at the last address", { iova: lastPage, length: PAGE }, OK],
    ["the start is aligned to the IOAS, before the page size", { iova: BASE + 1024n, page_size: 0n }, EINVAL],
    ["so is the end", { length: PAGE + 1024n }, EINVAL],
    ["the IOAS alignment is enough for both", { iova: BASE + GRANULE, length: GRANULE }, OK],
    ["a page size of 0", { page_size: 0n }, EINVAL],
    ["the start is aligned to the page size", { iova: BASE + PAGE, page_size: 2n * PAGE }, EINVAL],
    ["so is the end", { length: 3n * PAGE, page_size: 2n * PAGE }, EINVAL],
    ["the page size before whether the HWPT can track", { hwpt_id: setup.automatic, page_size: 0n }, EINVAL],
    ["an HWPT that cannot track", { hwpt_id: setup.automatic }, EOPNOTSUPP],
    ["a bad bitmap is no error", { data: 0n }, OK],
    ["nothing is mapped", {}, OK],
  ])("%s", (_name, query, expected) => {
    expect(read(setup, query)).toBe(expected);
  });

  test("the alignment is that of the IOAS, which an access may have raised", () => {
    const raised = setUp();
    raised.machine.access(raised.ioas);
    expect(read(raised, { iova: BASE + GRANULE, length: GRANULE })).toBe(EINVAL);
    expect(read(raised, { iova: BASE + PAGE, length: PAGE })).toBe(OK);
  });
});

describe("GET_DIRTY_BITMAP, the bitmap", () => {
  test("bits are relative to the IOVA asked for, and those before it are not reported", () => {
    const setup = setUp();
    map(setup, 0, 16);
    mark(setup, 2, 10, 20);
    expect(bits(setup, { flags: NO_CLEAR })).toEqual([2, 10, 20]);
    expect(bits(setup, { iova: BASE + 4n * PAGE, length: 4n * PAGE, flags: NO_CLEAR })).toEqual([2]);
    expect(bits(setup, { iova: BASE + 5n * PAGE, length: 11n * PAGE, flags: NO_CLEAR })).toEqual([0, 10]);
  });

  test("bits are only ever set, bytes without a new bit are not touched, at any alignment", () => {
    const setup = setUp();
    map(setup, 0, 16);
    mark(setup, 0, 16);
    const bitmap = Uint8Array.of(0xee, 0x80, 0x11, 0x02, 0xee);
    expect(read(setup, { data: BITMAP + 1n }, bitmap)).toBe(OK);
    expect([...bitmap]).toEqual([0xee, 0x81, 0x11, 0x03, 0xee]);
  });

  test("a bitmap may be writable only where bits are set", () => {
    const setup = setUp();
    map(setup, 0, 16);
    mark(setup, 8);
    const bitmap = new Uint8Array(1);
    expect(read(setup, { data: BITMAP - 1n }, bitmap)).toBe(OK);
    expect([...bitmap]).toEqual([1]);
  });

  test("a bitmap that cannot be written loses its bits, and the pages are clean all the same", () => {
    for (const lose of [
      (setup: Setup): number => read(setup, { data: 0n }),
      (setup: Setup): number => read(setup, {}, new Uint8Array(64), false),
    ]) {
      const setup = setUp();
      map(setup, 0, 4);
      mark(setup, 2);
      expect(lose(setup)).toBe(OK);
      expect(bits(setup)).toEqual([]);
    }
  });

  test("a read makes clean what it reports, unless told not to", () => {
    const setup = setUp();
    map(setup, 0, 4);
    mark(setup, 2, 6);
    expect(bits(setup, { flags: NO_CLEAR })).toEqual([2, 6]);
    expect(bits(setup, { length: 2n * PAGE })).toEqual([2]);
    expect(bits(setup)).toEqual([6]);
    expect(bits(setup)).toEqual([]);
  });

  test("a page may be marked on its second half: the first half's bit is set", () => {
    const setup = setUp();
    map(setup, 0, 4);
    mark(setup, 1, 5);
    expect(bits(setup)).toEqual([0, 4]);
  });
});

describe("GET_DIRTY_BITMAP, the walk", () => {
  test("it goes on over mappings that touch and ends silently at the first hole", () => {
    const setup = setUp();
    map(setup, 0, 2);
    map(setup, 2, 1);
    map(setup, 4, 2);
    mark(setup, 0, 4, 8);
    expect(bits(setup)).toEqual([0, 4]);
    expect(bits(setup, { iova: BASE + 3n * PAGE, length: 4n * PAGE })).toEqual([]);
    expect(bits(setup, { iova: BASE + 4n * PAGE, length: 4n * PAGE })).toEqual([0]);
  });

  test("a page size above the leaf's: one bit for any dirty leaf in it", () => {
    const setup = setUp();
    map(setup, 0, 64);
    mark(setup, 34, 36, 60, 100);
    expect(bits(setup, { length: 64n * PAGE, page_size: 16n * PAGE })).toEqual([1, 3]);
  });

  test("a page size that is no power of two counts as its lowest bit", () => {
    const setup = setUp();
    map(setup, 0, 4);
    mark(setup, 4);
    expect(bits(setup, { length: 4n * PAGE, page_size: 0x3000n })).toEqual([2]);
  });

  test("a page size below the leaf's: every bit of what is reported", () => {
    const setup = setUp();
    map(setup, 0, 4);
    mark(setup, 2);
    expect(bits(setup, { length: 4n * PAGE, page_size: 512n })).toEqual([8, 9, 10, 11]);
  });

  test("a large leaf is dirty as a whole but for its last item, and clean as a whole after a read of a part", () => {
    const setup = setUp(false);
    map(setup, 0, 16);
    const upTo = (count: number): number[] => Array.from({ length: count }, (_, bit) => bit);
    mark(setup, 20);
    expect(bits(setup, { flags: NO_CLEAR })).toEqual(upTo(31));
    expect(bits(setup, { length: 2n * PAGE })).toEqual(upTo(4));
    expect(bits(setup)).toEqual([]);
  });

  describe("of hugetlb memory where other memory is scattered", () => {
    const MIB = 2n ** 20n;
    const HUGE = 0x40000000n;

    /** Two huge pages, and small ones behind them. */
    function hugeSetUp(): Setup {
      const setup = setUp();
      const first = Number(HUGE / PAGE) / HUGE_PAGES;
      setup.machine.caller.mm.huge.add(first).add(first + 1);
      return setup;
    }

    /** Maps so many bytes from so far into the huge pages, as far from BASE. */
    function mapHuge({ machine, ioas }: Setup, from: bigint, length: bigint): void {
      expect(machine.map(ioas, HUGE + from, length, BASE + from).error).toBe(OK);
    }

    const upTo = (count: number): number[] => Array.from({ length: count }, (_, bit) => bit);

    test("each huge page is a leaf of its own: of the two items of 1 MiB the last is not reported", () => {
      const setup = hugeSetUp();
      mapHuge(setup, 0n, 4n * MIB);
      mark(setup, 20);
      expect(bits(setup, { length: 4n * MIB, page_size: 8192n, flags: NO_CLEAR })).toEqual(upTo(128));
      mark(setup, 1024);
      expect(bits(setup, { length: 4n * MIB, page_size: 8192n })).toEqual([
        ...upTo(128),
        ...upTo(128).map((bit) => 256 + bit),
      ]);
      expect(bits(setup, { length: 4n * MIB, page_size: 8192n })).toEqual([]);
    });

    test("a part of a huge page has the leaves that its alignment allows, and the small pages behind it are small", () => {
      const setup = hugeSetUp();
      mapHuge(setup, 3n * MIB, MIB + 2n * PAGE);
      const query = { iova: BASE + 3n * MIB, length: MIB, page_size: PAGE };
      mark(setup, 3 * 512 + 300);
      expect(bits(setup, query)).toEqual(upTo(256));
      mark(setup, 4 * 512 + 2);
      expect(bits(setup, query)).toEqual([]);
      expect(bits(setup, { iova: BASE + 4n * MIB, length: 2n * PAGE })).toEqual([2]);
    });

    test("with HUGE_PAGES off every page of it is a leaf", () => {
      const setup = hugeSetUp();
      expect(setup.machine.option(api.IOMMU_OPTION_HUGE_PAGES, 0, setup.ioas, 0n).error).toBe(OK);
      mapHuge(setup, 0n, 2n * MIB);
      mark(setup, 20);
      expect(bits(setup, { length: MIB })).toEqual([20]);
    });
  });

  test("the whole address space", () => {
    const setup = setUp();
    map(setup, 0, 2);
    mark(setup, 2);
    expect(bits(setup, { iova: 0n, length: 0n, page_size: 2n ** 24n })).toEqual([]);
    const from = { iova: BASE, length: MAX - BASE + 1n };
    expect(bits(setup, from)).toEqual([2]);
  });

  test("another HWPT of the IOAS has dirty pages of its own", () => {
    const setup = setUp();
    map(setup, 0, 2);
    const other = setup.machine.hwpt(setup.idev, setup.ioas, api.IOMMU_HWPT_ALLOC_DIRTY_TRACKING);
    expect(track(setup.machine, other)).toBe(OK);
    mark(setup, 2);
    expect(bits(setup, { hwpt_id: other })).toEqual([]);
    expect(bits(setup)).toEqual([2]);
  });

  test("a page that is mapped anew is clean", () => {
    const setup = setUp();
    map(setup, 0, 2);
    mark(setup, 0);
    setup.machine.unmap(setup.ioas, BASE, 2n * PAGE);
    map(setup, 0, 2);
    expect(bits(setup)).toEqual([]);
  });
});
