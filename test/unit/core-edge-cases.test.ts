/** The edge cases that the specification lists for the core (section 10), by their numbers there. */
import { describe, expect, test } from "@jest/globals";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import { FakeCaller, FakeFile, FakeIommu, FakeMemory, FakeSpace, Machine, MAX, RW } from "../support/machine.js";
import { IommuGroup } from "../../daemon/core/group.js";
import { U64 } from "../../daemon/u64.js";
import { HwptPaging } from "../../daemon/core/hwpt.js";

const { EFAULT, ENOTTY, E2BIG, EEXIST, ENOENT, EINVAL, EPERM, EBUSY, EADDRINUSE, EOVERFLOW, ENOSPC, ENOMEM, EMSGSIZE } =
  errno;
const { OK, EBADF, EOPNOTSUPP, ENODEV } = errno;
const READ_ONLY = api.IOMMU_IOAS_MAP_READABLE;
const WRITE_ONLY = api.IOMMU_IOAS_MAP_WRITEABLE;
const PAGE = 4096n;

/** The mock driver's shape: 2 KiB granule and an aperture. */
const mockLike = (): FakeIommu => new FakeIommu({ granuleLg2: 11, aperture: [0x1000000n, 0x7fffffffn] });

/** Machine with one IOAS that has a mock-like domain. */
function withMockDomain(): { machine: Machine; ioas: number; iommu: FakeIommu } {
  const machine = new Machine();
  const ioas = machine.ioas();
  const iommu = mockLike();
  const hwpt = machine.bind(iommu).attach(ioas);
  expect(hwpt).toBeInstanceOf(HwptPaging);
  return { machine, ioas, iommu };
}

describe("dispatch", () => {
  test("1: a bad pointer wins over a wrong type character", () => {
    const machine = new Machine();
    expect(machine.raw(0x5881, 0n)).toBe(EFAULT);
    machine.memory.add(0x1000n, encodeStruct(api.iommu_ioas_alloc, {}));
    expect(machine.raw(0x5881, 0x1000n)).toBe(ENOTTY);
  });

  test("2, 3: numbers outside the table never touch the pointer; holes do, and exist only with the selftest", () => {
    for (const nr of [0x7f, 0xa1, 0xff]) expect(new Machine().raw(0x3b00 | nr, 0n)).toBe(ENOTTY);
    expect(new Machine({ selftest: true }).raw(0x3b95, 0n)).toBe(EFAULT);
    expect(new Machine({ selftest: false }).raw(0x3b95, 0n)).toBe(ENOTTY);
    expect(new Machine({ selftest: false }).raw(0x3ba0, 0n)).toBe(ENOTTY);
  });

  function allocWith(size: number, patch: (bytes: Uint8Array) => void): number {
    const machine = new Machine();
    const bytes = new Uint8Array(64);
    new DataView(bytes.buffer).setUint32(0, size, true);
    patch(bytes);
    machine.memory.add(0x1000n, bytes);
    return machine.raw(0x3b81, 0x1000n);
  }

  test("4, 5: a tail must be zero, and that is tested before any field", () => {
    expect(allocWith(16, () => undefined)).toBe(OK);
    expect(allocWith(16, (bytes) => (bytes[13] = 1))).toBe(E2BIG);
    expect(
      allocWith(16, (bytes) => {
        bytes[4] = 1;
        bytes[15] = 1;
      }),
    ).toBe(E2BIG);
    expect(allocWith(17, (bytes) => (bytes[16] = 1))).toBe(E2BIG);
    expect(allocWith(16, (bytes) => (bytes[16] = 1))).toBe(OK);
    expect(allocWith(11, (bytes) => (bytes[4] = 1))).toBe(EINVAL);
  });

  test("6, 7: of a huge size, the first non-zero byte or the first unreadable one decides", () => {
    expect(allocWith(0xffffffff, (bytes) => (bytes[60] = 1))).toBe(E2BIG);
    expect(allocWith(0xffffffff, () => undefined)).toBe(EFAULT);
  });

  test("8: a response that cannot be stored undoes the object, and its id is the next one", () => {
    const machine = new Machine();
    machine.memory.add(0x1000n, encodeStruct(api.iommu_ioas_alloc, {}), false);
    expect(machine.raw(0x3b81, 0x1000n)).toBe(EFAULT);
    expect(machine.ioas()).toBe(1);
  });

  test("9: MAP keeps the mapping when its response cannot be stored", () => {
    const machine = new Machine();
    const values = { flags: RW | 1, ioas_id: machine.ioas(), user_va: 0x5000n, length: PAGE, iova: 0x10000n };
    machine.memory.add(0x2000n, encodeStruct(api.iommu_ioas_map, values), false);
    expect(machine.raw(0x3b85, 0x2000n)).toBe(EFAULT);
    expect(machine.call(0x3b85, api.iommu_ioas_map, values).error).toBe(EEXIST);
  });
});

describe("ids", () => {
  test("10: the lowest free id is taken", () => {
    const machine = new Machine();
    for (let id = 1; id <= 5; id++) expect(machine.ioas()).toBe(id);
    expect(machine.destroy(2)).toBe(OK);
    expect(machine.destroy(4)).toBe(OK);
    expect([machine.ioas(), machine.ioas(), machine.ioas()]).toEqual([2, 4, 6]);
  });

  test("11: an id that is free, used up or of another type is ENOENT", () => {
    const { machine, ioas } = withMockDomain();
    expect(machine.destroy(0)).toBe(ENOENT);
    const other = machine.ioas();
    expect(machine.destroy(other)).toBe(OK);
    expect(machine.destroy(other)).toBe(ENOENT);
    const hwptId = 3;
    expect(machine.map(hwptId, 0x5000n, PAGE).error).toBe(ENOENT);
    expect(machine.destroy(ioas)).toBe(EBUSY);
  });
});

describe("options", () => {
  test("12: RLIMIT_MODE SET wants the capability, then an empty context, then a valid value", () => {
    const machine = new Machine();
    expect(machine.option(0, 0, 0, 2n).error).toBe(EINVAL);
    const ioas = machine.ioas();
    expect(machine.option(0, 0, 0, 2n).error).toBe(EBUSY);
    machine.caller.sysResource = false;
    expect(machine.option(0, 0, 0, 2n).error).toBe(EPERM);
    expect(machine.option(0, 1, 0).value).toBe(0n);
    machine.caller.sysResource = true;
    machine.destroy(ioas);
    expect(machine.option(0, 0, 0, 1n).error).toBe(OK);
    expect(machine.option(0, 1, 0).value).toBe(1n);
    expect(machine.option(0, 1, 1).error).toBe(EOPNOTSUPP);
    expect(machine.option(0, 2, 0).error).toBe(EOPNOTSUPP);
  });

  test("13, 14: HUGE_PAGES looks the IOAS up first, and cannot go off over a misaligned area", () => {
    const machine = new Machine();
    expect(machine.option(1, 2, 0).error).toBe(ENOENT);
    const byte = machine.ioas();
    machine.map(byte, 0x5000n, 1n, 0x10000n);
    expect(machine.option(1, 0, byte, 0n).error).toBe(EADDRINUSE);
    expect(machine.option(1, 1, byte).value).toBe(1n);
    const offset = machine.ioas();
    machine.map(offset, 0x5001n, PAGE, 0x10000n);
    expect(machine.option(1, 0, offset, 0n).error).toBe(EADDRINUSE);
    expect(machine.option(1, 0, offset, 2n).error).toBe(EINVAL);
    expect(machine.option(1, 2, offset).error).toBe(EOPNOTSUPP);
    expect(machine.option(2, 1, offset).error).toBe(EOPNOTSUPP);
  });

  test("15: with a domain and an area HUGE_PAGES cannot go off; without areas it raises the alignment", () => {
    const { machine, ioas } = withMockDomain();
    machine.map(ioas, 0x5000n, PAGE, 0x1000000n);
    expect(machine.option(1, 0, ioas, 0n).error).toBe(EINVAL);
    machine.unmap(ioas, 0n, MAX);
    expect(machine.option(1, 0, ioas, 0n).error).toBe(OK);
    expect(machine.ranges(ioas).alignment).toBe(4096n);
    expect(machine.option(1, 0, ioas, 1n).error).toBe(OK);
    expect(machine.ranges(ioas).alignment).toBe(2048n);
  });
});

describe("ranges", () => {
  test("16: an array that cannot be stored is EFAULT and leaves the struct; too small a one is EMSGSIZE and does not", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    const call = (capacity: number) =>
      machine.call(0x3b84, api.iommu_ioas_iova_ranges, { ioas_id: ioas, num_iovas: capacity });
    expect(call(1)).toMatchObject({ error: EFAULT, out: { num_iovas: 1, out_iova_alignment: 0n } });
    expect(call(0)).toMatchObject({ error: EMSGSIZE, out: { num_iovas: 1, out_iova_alignment: 1n } });
  });

  test("17: touching and overlapping reservations fuse", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    const { map } = machine.context.findIoas(ioas)!;
    for (const [start, last] of [
      [0, 0xfff],
      [0x3800, 0x47ff],
      [0x1000, 0x1fff],
      [0x3000, 0x3fff],
    ] as const)
      expect(map.reserve(U64.fromNumber(start), U64.fromNumber(last), machine)).toBe(OK);
    expect(machine.ranges(ioas).ranges).toEqual([
      [0x2000n, 0x2fffn],
      [0x4800n, MAX],
    ]);
  });

  test("18: allowed ranges have two bytes at least and do not overlap each other", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    expect(machine.allow(ioas, [[5n, 5n]])).toBe(EINVAL);
    expect(
      machine.allow(ioas, [
        [0x10000n, 0x1ffffn],
        [0x1ffffn, 0x2ffffn],
      ]),
    ).toBe(EINVAL);
    expect(
      machine.allow(ioas, [
        [0x20000n, 0x2ffffn],
        [0x10000n, 0x1ffffn],
      ]),
    ).toBe(OK);
    expect(machine.allow(99, [])).toBe(ENOENT);
  });
});

describe("MAP", () => {
  test("19 to 22: the ends of the address space", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    expect(machine.map(ioas, 0x5000n, 2n, MAX - 1n).error).toBe(OK);
    expect(machine.map(ioas, 0x5000n, 3n, MAX - 1n).error).toBe(EOVERFLOW);
    expect(machine.map(ioas, MAX - 4096n, 4096n, 0x10000n).error).toBe(OK);
    expect(machine.map(ioas, MAX - 4095n, 4096n, 0x20000n).error).toBe(EOVERFLOW);
    expect(machine.map(ioas, 0n, MAX - 1n, 0x30000n).error).toBe(EINVAL);
    expect(machine.map(77, 0x5000n, 0n).error).toBe(ENOENT);
    const automatic = { flags: RW, ioas_id: ioas, user_va: 0x5000n, length: PAGE, iova: MAX };
    expect(machine.call(0x3b85, api.iommu_ioas_map, automatic).error).toBe(EOVERFLOW);
  });

  test("23: the longest automatic mapping", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    expect(machine.map(ioas, 0n, 0x7fffffffffffffffn).error).toBe(EOVERFLOW);
    expect(machine.map(ioas, 0n, 0x7ffffffffffffffen)).toEqual({ error: OK, iova: 0x200000n });
  });

  test("a page count that wraps 64 bits is refused as a range beyond its backing", () => {
    const machine = new Machine();
    expect(machine.map(machine.ioas(), 4095n, MAX - 4096n, 0n).error).toBe(EOVERFLOW);
  });

  test("25: a misaligned address is noticed after an occupied IOVA", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    machine.option(1, 0, ioas, 0n);
    machine.map(ioas, 0x5000n, PAGE, 0x10000n);
    expect(machine.map(ioas, 0x5800n, PAGE, 0x20000n).error).toBe(EINVAL);
    expect(machine.map(ioas, 0x5800n, PAGE, 0x10000n).error).toBe(EEXIST);
    expect(machine.map(ioas, 0x5800n, PAGE).error).toBe(EINVAL);
  });

  test("26, 27: a domain brings its granule and its aperture", () => {
    const { machine, ioas } = withMockDomain();
    expect(machine.map(ioas, 0x5800n, 0x800n).error).toBe(OK);
    expect(machine.map(ioas, 0x5400n, 0x800n).error).toBe(EINVAL);
    expect(machine.map(ioas, 0x5000n, 0x400n).error).toBe(EINVAL);
    expect(machine.map(ioas, 0x5000n, PAGE, 0x10000n).error).toBe(EINVAL);
    expect(machine.map(ioas, 0x5000n, PAGE, 0xfff800n).error).toBe(EINVAL);
  });
});

describe("automatic IOVA", () => {
  test("the sequences of section 5.4", () => {
    const machine = new Machine();
    const next = (ioas: number, va: bigint, length: bigint): bigint | string => {
      const { error, iova } = machine.map(ioas, va, length);
      return error === OK ? iova : error === ENOSPC ? "ENOSPC" : `errno ${error}`;
    };
    const unaligned = machine.ioas();
    expect(Array.from({ length: 6 }, () => next(unaligned, 0x7000c00n, 0x100n))).toEqual([
      0x1c00n,
      0x1d00n,
      0x1e00n,
      0x1f00n,
      0x2c00n,
      0x2d00n,
    ]);
    const large = machine.ioas();
    expect(next(large, 0x400000n, 0x200000n)).toBe(0x200000n);
    expect(next(large, 0x40000000n, 0x40000000n)).toBe(0x400000n);
    expect(next(large, 0x5000n, 0x3000n)).toBe(0x1000n);
    expect(next(large, 0x8000n, 0x3000n)).toBe(0x4000n);
    expect(next(large, 0x8000n, 1n)).toBe(0x7000n);
    expect(next(large, 0x8000n, 1n)).toBe(0x7001n);
    expect(next(large, 0x8123n, 0x1000n)).toBe(0x7123n);
    expect(next(large, 0x8123n, 0x1000n)).toBe(0x8123n);
    const file = machine.ioas();
    machine.caller.files.set(3, new FakeFile(9));
    expect(machine.mapFile(file, 3, 0n, 0x4000n).iova).toBe(0x4000n);
  });

  test("the last pages of the space are not used, nor a window of one byte", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    const { map } = machine.context.findIoas(ioas)!;
    map.reserve(U64.ZERO, U64.fromBigInt(MAX - 0x2000n), machine);
    expect(machine.map(ioas, 0n, 0x1000n).iova).toBe(0xffffffffffffe000n);
    expect(machine.map(ioas, 0n, 0x1000n).error).toBe(ENOSPC);
    expect(machine.map(ioas, 0n, 2n).error).toBe(ENOSPC);
  });

  test("allowed ranges that touch are one window, cut to the usable space", () => {
    const machine = new Machine();
    const touching = machine.ioas();
    machine.allow(touching, [
      [0x10000n, 0x10fffn],
      [0x11000n, 0x11fffn],
    ]);
    expect(machine.map(touching, 0n, 0x2000n).iova).toBe(0x10000n);
    const low = machine.ioas();
    machine.allow(low, [[0n, 0x1fffn]]);
    expect(machine.map(low, 0n, 0x1000n).iova).toBe(0x1000n);
    expect(machine.map(low, 0n, 0x1000n).error).toBe(ENOSPC);
    expect(machine.map(low, 0n, 0x2000n).error).toBe(ENOSPC);
    const tiny = machine.ioas();
    machine.allow(tiny, [[0x10000n, 0x10001n]]);
    expect(machine.map(tiny, 0n, 1n).iova).toBe(0x10000n);
    expect(machine.map(tiny, 0n, 1n).error).toBe(ENOSPC);
  });
});

describe("UNMAP", () => {
  test("24: an empty IOAS", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    expect(machine.unmap(ioas, 0n, MAX)).toEqual({ error: OK, length: 0n });
    expect(machine.unmap(ioas, 0n, MAX - 1n).error).toBe(ENOENT);
    expect(machine.unmap(ioas, 2n, MAX - 1n).error).toBe(ENOENT);
    expect(machine.unmap(ioas, 0x1000n, 0n).error).toBe(EINVAL);
    expect(machine.unmap(ioas, 1n, MAX).error).toBe(EOVERFLOW);
    expect(machine.unmap(ioas, MAX, 1n).error).toBe(EOVERFLOW);
    expect(machine.unmap(ioas, 3n, MAX - 1n).error).toBe(EOVERFLOW);
  });

  test("32: what lies below an area that sticks out is gone, and no length is written", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    machine.map(ioas, 0x5000n, 0x1000n, 0x10000n);
    machine.map(ioas, 0x5000n, 0x1000n, 0x11000n);
    machine.map(ioas, 0x5000n, 0x2000n, 0x12000n);
    expect(machine.unmap(ioas, 0x10000n, 0x3000n)).toEqual({ error: ENOENT, length: 0x3000n });
    expect(machine.unmap(ioas, 0n, MAX)).toEqual({ error: OK, length: 0x2000n });
  });
});

describe("COPY", () => {
  test("30: a source that is not writable cannot be copied as writable, and nothing is placed", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    machine.map(ioas, 0x5000n, PAGE, 0x10000n);
    machine.map(ioas, 0x6000n, PAGE, 0x11000n, READ_ONLY);
    const from = { ioas, iova: 0x10000n };
    expect(machine.copy(from, { ioas, iova: 0x20000n }, 0x2000n).error).toBe(EPERM);
    expect(machine.map(ioas, 0x5000n, 0x2000n, 0x20000n).error).toBe(OK);
    expect(machine.copy(from, { ioas, iova: 0x20000n }, 0x2000n).error).toBe(EEXIST);
  });

  test("31: a gap in the source is noticed before a missing destination", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    expect(machine.copy({ ioas: 99, iova: 0n }, { ioas }, 0n).error).toBe(ENOENT);
    expect(machine.copy({ ioas, iova: 0x10000n }, { ioas: 99 }, PAGE).error).toBe(ENOENT);
  });

  test("the source's own permission does not matter, only whether its backing is writable", () => {
    const machine = new Machine();
    const [a, b, c] = [machine.ioas(), machine.ioas(), machine.ioas()];
    machine.map(a, 0x5000n, PAGE, 0x10000n);
    expect(machine.copy({ ioas: a, iova: 0x10000n }, { ioas: b, iova: 0x10000n }, PAGE, READ_ONLY).error).toBe(OK);
    expect(machine.copy({ ioas: b, iova: 0x10000n }, { ioas: c, iova: 0x10000n }, PAGE, WRITE_ONLY).error).toBe(OK);
  });

  test("a copy over several areas unmaps area by area", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    machine.map(ioas, 0x5000n, 3n, 0x10000n);
    machine.map(ioas, 0x7000n, 5n, 0x10003n);
    const { error, iova } = machine.copy({ ioas, iova: 0x10001n }, { ioas, iova: 0x20000n }, 5n);
    expect([error, iova]).toEqual([OK, 0x20000n]);
    expect(machine.unmap(ioas, 0x20000n, 1n).error).toBe(ENOENT);
    expect(machine.unmap(ioas, 0x20000n, 5n)).toEqual({ error: OK, length: 5n });
  });

  test("the selftest's flag names the source by the number of its area", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    machine.map(ioas, 0x5000n, 0x2000n, 0x10000n);
    machine.map(ioas, 0x9000n, 0x2000n, 0x40000n);
    const second = { ioas, iova: 1n | (0x1000n << 32n) };
    expect(machine.copy(second, { ioas, iova: 0x80000n }, 0x1000n, RW | (1 << 16)).error).toBe(OK);
    expect(new Machine({ selftest: false }).copy(second, { ioas }, 0x1000n, RW | (1 << 16)).error).toBe(EOPNOTSUPP);
  });
});

describe("MAP_FILE", () => {
  test("41: a file that cannot be pinned is noticed when a domain needs its pages", () => {
    const { machine, ioas } = withMockDomain();
    const lazy = machine.ioas();
    const file = new FakeFile(7, false);
    machine.caller.files.set(4, file);
    expect(machine.mapFile(lazy, 4, 0n, PAGE).error).toBe(OK);
    expect(machine.mapFile(ioas, 4, 0n, PAGE).error).toBe(EINVAL);
    expect(file.released).toBe(1);
    machine.destroy(lazy);
    expect(file.released).toBe(2);
  });

  test("42: the order of its checks", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    machine.caller.files.set(4, new FakeFile(7));
    expect(machine.mapFile(ioas, -1, 0n, 0n).error).toBe(EINVAL);
    expect(machine.mapFile(ioas, -1, MAX, 2n).error).toBe(EOVERFLOW);
    expect(machine.mapFile(ioas, 4, MAX, 1n).error).toBe(OK);
    expect(machine.mapFile(ioas, 5, 0n, PAGE).error).toBe(EBADF);
  });
});

describe("domains", () => {
  test("28: an attach that conflicts with what is mapped or allowed changes nothing", () => {
    const machine = new Machine();
    const conflicts: ((ioas: number) => void)[] = [
      (ioas) => machine.map(ioas, 0x5000n, PAGE, 0x10000n),
      (ioas) => machine.allow(ioas, [[0x10000n, 0x10fffn]]),
      (ioas) => machine.map(ioas, 0x5000n, 1n, 0x1000000n),
    ];
    conflicts.forEach((conflict, index) => {
      const ioas = machine.ioas();
      conflict(ioas);
      const before = machine.ranges(ioas);
      expect(machine.bind(mockLike(), 0x40 + index).attach(ioas)).toBe(EADDRINUSE);
      expect(machine.ranges(ioas)).toEqual(before);
    });
  });

  test("29: an attach fails when an area's memory is not there, or its process is gone", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    machine.map(ioas, 0x5000n, 2n * PAGE, 0x1000000n);
    const device = machine.bind(mockLike());
    machine.caller.mm.holes.add(6);
    expect(device.attach(ioas)).toBe(EFAULT);
    expect(machine.caller.mm.pinned.size).toBe(0);
    machine.caller.mm.holes.clear();
    machine.caller.mm.alive = false;
    expect(device.attach(ioas)).toBe(EFAULT);
    machine.caller.mm.alive = true;
    expect(device.attach(ioas)).toBeInstanceOf(HwptPaging);
  });

  test("43: per user, pages are charged once for each MAP and not for a COPY", () => {
    const { machine, ioas } = withMockDomain();
    machine.caller.ipcLock = false;
    machine.caller.limitPages = 2;
    expect(machine.map(ioas, 0x5000n, PAGE, 0x1000000n).error).toBe(OK);
    expect(machine.copy({ ioas, iova: 0x1000000n }, { ioas, iova: 0x1100000n }, PAGE).error).toBe(OK);
    expect(machine.map(ioas, 0x5000n, PAGE, 0x1200000n).error).toBe(OK);
    expect(machine.map(ioas, 0x9000n, PAGE, 0x1300000n).error).toBe(ENOMEM);
    expect(machine.caller.mm.pinned.has(9)).toBe(false);
    machine.unmap(ioas, 0n, MAX);
    expect(machine.caller.mm.pinned.size).toBe(0);
    expect(machine.accounts.inspect()).toEqual({ pinned: {}, users: {} });
  });

  test("44: a second domain neither pins nor charges again, and stays when the first goes", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    machine.map(ioas, 0x5000n, 3n * PAGE, 0x1000000n);
    const [first, second] = [new FakeIommu(), new FakeIommu()];
    const a = machine.bind(first, 0x20);
    const b = machine.bind(second, 0x28);
    expect(a.attach(ioas)).toBeInstanceOf(HwptPaging);
    // The driver of the second IOMMU refuses the first one's domain, so it gets one of its own.
    second.attachError = EINVAL;
    expect(b.attach(ioas)).toBe(EINVAL);
    second.attachError = OK;
    const alloc = machine.call(0x3b89, api.iommu_hwpt_alloc, { dev_id: b.id, pt_id: ioas });
    expect(alloc.error).toBe(OK);
    expect([...machine.caller.mm.pinned.values()]).toEqual([1, 1, 1]);
    a.detach();
    expect(second.domains.at(-1)!.table.size).toBe(3);
    expect([...machine.caller.mm.pinned.values()]).toEqual([1, 1, 1]);
    expect(machine.destroy(alloc.out.out_hwpt_id)).toBe(OK);
    expect(machine.caller.mm.pinned.size).toBe(0);
  });

  test("pages that are pinned stay those they were, whatever the address holds by then", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    machine.map(ioas, 0x5000n, PAGE, 0x1000000n);
    machine.bind(new FakeIommu(), 0x20).attach(ioas);
    machine.caller.mm.holes.add(5);
    const copy = machine.copy({ ioas, iova: 0x1000000n }, { ioas }, PAGE);
    expect(copy.error).toBe(OK);
    expect(machine.map(ioas, 0x5000n, PAGE).error).toBe(EFAULT);
  });
});

describe("VFIO_IOAS", () => {
  const vfioIoas = (machine: Machine, op: number, ioas = 0) =>
    machine.call(0x3b88, api.iommu_vfio_ioas, { op, ioas_id: ioas });

  test("the pointer is no reference: destroying the IOAS clears it", () => {
    const machine = new Machine();
    expect(vfioIoas(machine, 0).error).toBe(ENODEV);
    const ioas = machine.ioas();
    expect(vfioIoas(machine, 1, 99).error).toBe(ENOENT);
    expect(vfioIoas(machine, 1, ioas).error).toBe(OK);
    expect(vfioIoas(machine, 0).out.ioas_id).toBe(ioas);
    expect(machine.destroy(ioas)).toBe(OK);
    expect(vfioIoas(machine, 0).error).toBe(ENODEV);
    expect(vfioIoas(machine, 2).error).toBe(OK);
    expect(vfioIoas(machine, 3).error).toBe(EOPNOTSUPP);
  });
});

describe("CHANGE_PROCESS", () => {
  const change = (machine: Machine): number => machine.call(0x3b92, api.iommu_ioas_change_process, {}).error;

  function pinnedFile(perProcess: boolean): { machine: Machine; first: FakeCaller } {
    const machine = new Machine({ perProcess });
    const first = machine.caller;
    first.ipcLock = false;
    first.limitPages = 8;
    first.files.set(4, new FakeFile(7));
    const ioas = machine.ioas();
    machine.bind(new FakeIommu()).attach(ioas);
    expect(machine.mapFile(ioas, 4, 0n, 2n * PAGE).error).toBe(OK);
    machine.caller = new FakeCaller(new FakeSpace(2));
    machine.caller.ipcLock = false;
    return { machine, first };
  }

  test("per user, two processes of one user need room for the pages twice", () => {
    const { machine } = pinnedFile(false);
    machine.caller.limitPages = 3;
    expect(change(machine)).toBe(ENOMEM);
    machine.caller.limitPages = 4;
    expect(change(machine)).toBe(OK);
    expect(machine.accounts.inspect().users).toEqual({ "1000": 2 });
  });

  test("per process it needs room for them once; from a process that is gone it moves them and answers EINVAL", () => {
    const { machine, first } = pinnedFile(true);
    machine.caller.limitPages = 1;
    expect(change(machine)).toBe(ENOMEM);
    machine.caller.limitPages = 2;
    first.mm.alive = false;
    expect(change(machine)).toBe(EINVAL);
    expect(change(machine)).toBe(OK);
    expect(machine.accounts.inspect().pinned).toEqual({ "space 2": 2 });
  });

  test("anything but files is refused; an empty context is not", () => {
    const machine = new Machine();
    expect(change(machine)).toBe(OK);
    machine.map(machine.ioas(), 0x5000n, PAGE);
    expect(change(machine)).toBe(EINVAL);
  });
});

describe("devices", () => {
  test("a device that attaches to an IOAS shares the automatic HWPT of the one before, and it goes with the last", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    const iommu = new FakeIommu();
    const [a, b] = [machine.bind(iommu, 0x20), machine.bind(iommu, 0x28)];
    const hwpt = a.attach(ioas);
    expect(b.attach(ioas)).toBe(hwpt);
    expect(machine.destroy((hwpt as HwptPaging).id)).toBe(EBUSY);
    expect(machine.destroy(a.id)).toBe(EBUSY);
    expect(a.attach(ioas)).toBe(EBUSY);
    a.detach();
    expect(machine.destroy(ioas)).toBe(EBUSY);
    b.detach();
    expect(machine.destroy((hwpt as HwptPaging).id)).toBe(ENOENT);
    expect(machine.destroy(ioas)).toBe(OK);
  });

  test("the devices of a group move together, and one that did not attach cannot move them", () => {
    const machine = new Machine();
    const iommu = new FakeIommu();
    const bus = [0x30, 0x31].map((requesterId) => ({ name: "d", requesterId, iommu, reservedRegions: [] }));
    const group = new IommuGroup(5, bus);
    const [a, b] = [machine.bind(iommu, 0x30, [], group), machine.bind(iommu, 0x31, [], group)];
    const [first, second] = [machine.ioas(), machine.ioas()];
    const hwpt = a.attach(first) as HwptPaging;
    expect(b.replace(first)).toBe(EINVAL);
    expect(b.attach(second)).toBe(EINVAL);
    expect(b.attach(first)).toBe(hwpt);
    const moved = a.replace(second) as HwptPaging;
    expect(b.hwptOf()).toBe(moved);
    expect(moved.users).toBe(3);
    expect(machine.destroy(hwpt.id)).toBe(ENOENT);
    expect(iommu.attached.get(0x31)).toBe(moved.domain);
    a.detach();
    b.detach();
    expect(iommu.attached.get(0x31)).toBeUndefined();
  });

  test("a group belongs to one context, and one with a direct region to none", () => {
    const [one, two] = [new Machine(), new Machine()];
    const iommu = new FakeIommu();
    const bus = { name: "d", requesterId: 0x30, iommu, reservedRegions: [] };
    const group = new IommuGroup(5, [bus]);
    const device = one.bind(iommu, 0x30, [], group);
    expect(() => two.bind(iommu, 0x30, [], group)).toThrow("errno 1");
    device.unbind();
    two.bind(iommu, 0x30, [], group);
    const direct = { start: U64.ZERO, last: U64.fromNumber(0xfff), kind: "direct" } as const;
    expect(() => two.bind(iommu, 0x38, [direct])).toThrow("errno 22");
    expect(() => two.bind(new FakeIommu({ cacheCoherent: false }), 0x40)).toThrow("errno 22");
  });

  test("reserved regions are those of the attached device, and go with it", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    const msi = { start: U64.fromNumber(0xfee00000), last: U64.fromNumber(0xfeefffff), kind: "msi" } as const;
    const relaxable = { start: U64.ZERO, last: U64.fromNumber(0xffffff), kind: "direct-relaxable" } as const;
    const device = machine.bind(new FakeIommu(), 0x20, [msi, relaxable]);
    machine.map(ioas, 0x5000n, PAGE, 0xfee00000n);
    expect(device.attach(ioas)).toBe(EADDRINUSE);
    machine.unmap(ioas, 0n, MAX);
    device.attach(ioas);
    expect(machine.ranges(ioas).ranges).toEqual([
      [0n, 0xfedfffffn],
      [0xfef00000n, 2n ** 48n - 1n],
    ]);
    expect(machine.map(ioas, 0x5000n, PAGE, 0xfee00000n).error).toBe(EINVAL);
    device.detach();
    expect(machine.ranges(ioas).ranges).toEqual([[0n, MAX]]);
    const software = {
      start: U64.fromNumber(0x8000000),
      last: U64.fromNumber(0x80fffff),
      kind: "software-msi",
    } as const;
    expect(machine.bind(new FakeIommu(), 0x28, [msi, software]).attach(ioas)).toBe(EINVAL);
    expect(machine.ranges(ioas).ranges).toEqual([[0n, MAX]]);
  });

  test("a bound device keeps the context until it is unbound", () => {
    const machine = new Machine();
    const ioas = machine.ioas();
    const device = machine.bind(new FakeIommu());
    device.attach(ioas);
    machine.map(ioas, 0x5000n, PAGE);
    expect(machine.context.release()).toBe(false);
    expect(machine.caller.mm.pinned.size).toBe(1);
    expect(device.unbind()).toBe(true);
    expect(machine.caller.mm.pinned.size).toBe(0);
    expect(machine.context.objects.isEmpty).toBe(true);
  });
});

test("GET_HW_INFO fills the buffer with the driver's data and zeroes the rest", () => {
  const machine = new Machine();
  const device = machine.bind(new FakeIommu());
  const buffer = new Uint8Array(16).fill(0xcc);
  machine.memory.add(0x8000n, buffer);
  const info = (values: object) =>
    machine.call(0x3b8a, api.iommu_hw_info, { dev_id: device.id, data_uptr: 0x8000n, ...values });
  const { error, out } = info({ data_len: 12 });
  expect(error).toBe(OK);
  expect([...buffer]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0xcc, 0xcc, 0xcc, 0xcc]);
  expect(out).toMatchObject({ data_len: 8, out_data_type: 1, out_capabilities: 8n, out_max_pasid_log2: 0 });
  expect(info({ flags: 1, in_data_type: 5 }).error).toBe(EOPNOTSUPP);
  expect(info({ flags: 2 }).error).toBe(EOPNOTSUPP);
  expect(info({ dev_id: 99 }).error).toBe(ENOENT);
  expect(machine.call(0x3b8a, api.iommu_hw_info, { dev_id: device.id, data_len: 1 }).error).toBe(EFAULT);
});

test("a fake memory answers like memory", () => {
  const memory = new FakeMemory();
  memory.add(0x1000n, new Uint8Array(4));
  expect(memory.read(U64.fromNumber(0x1002), new Uint8Array(8), 8)).toBe(2);
  expect(memory.write(U64.fromNumber(0x1002), new Uint8Array(3))).toBe(false);
});

describe("with kernelFixes", () => {
  test("GET_DIRTY_BITMAP of length 0 and too long an INVALIDATE are EINVAL", () => {
    for (const [kernelFixes, dirty, invalidate] of [
      [false, EOVERFLOW, ENOENT],
      [true, EINVAL, EINVAL],
    ] as const) {
      const machine = new Machine({ kernelFixes });
      const hwpt = machine.bind(new FakeIommu()).attach(machine.ioas()) as HwptPaging;
      const query = { hwpt_id: hwpt.id, iova: 0x1000n, length: 0n, page_size: PAGE };
      expect(machine.call(0x3b8c, api.iommu_hwpt_get_dirty_bitmap, query).error).toBe(dirty);
      const entries = { hwpt_id: 99, data_uptr: 0x8000n, entry_len: 8, entry_num: 2 ** 19 + 1 };
      expect(machine.call(0x3b8d, api.iommu_hwpt_invalidate, entries).error).toBe(invalidate);
    }
  });

  test("CHANGE_PROCESS from a process that is gone answers 0 for the move that it made", () => {
    const machine = new Machine({ perProcess: true, kernelFixes: true });
    machine.caller.ipcLock = false;
    machine.caller.files.set(4, new FakeFile(7));
    const first = machine.caller;
    const ioas = machine.ioas();
    machine.bind(new FakeIommu()).attach(ioas);
    machine.mapFile(ioas, 4, 0n, PAGE);
    machine.caller = new FakeCaller(new FakeSpace(2));
    first.mm.alive = false;
    expect(machine.call(0x3b92, api.iommu_ioas_change_process, {}).error).toBe(OK);
  });
});
