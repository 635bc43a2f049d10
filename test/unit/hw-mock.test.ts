/** The mock IOMMU through the hardware interface: specification 40, sections 4.1 to 4.4, and 60, sections 1.2 and 6. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { errno } from "../../proto/uapi/errno.js";
import { Item, TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import { PROT_READ, PROT_WRITE, type DriverData, type PagingDomain } from "../../daemon/hw/interface.js";
import { mockFormat } from "../../daemon/hw/mock/format.js";
import { MOCK_TABLE_PFN_FIRST, MOCK_TABLES_MAX, MockIommu } from "../../daemon/hw/mock/iommu.js";
import { LINUX_6_12, LINUX_7_1 } from "../../daemon/hw/mock/personality.js";
import { mockFault } from "../../daemon/hw/mock/spec/fault.js";
import { U64 } from "../../daemon/u64.js";

const RW = PROT_READ | PROT_WRITE;
const RID = 7;
const PLAIN = { nestParent: false, dirtyTracking: false, pasid: false, enforceCoherency: false };
const TRACKED = { ...PLAIN, dirtyTracking: true };
const ORDINARY = { noDirty: false, pasid: false };

function setUp(personality = LINUX_7_1, tablesMax = 4096): { memory: TableMemory; iommu: MockIommu } {
  const memory = new TableMemory(Math.min(tablesMax, MOCK_TABLES_MAX), MOCK_TABLE_PFN_FIRST);
  const iommu = new MockIommu(memory, new FaultCounter(), { personality, scattersPages: false });
  iommu.addDevice(RID, ORDINARY);
  return { memory, iommu };
}

/** struct iommu_hwpt_selftest with these words, cut to `length` bytes. */
function data(words: readonly number[], length = 4 * words.length, type = 0xdead): DriverData {
  const bytes = new Uint8Array(new Uint32Array(words).buffer).subarray(0, length);
  return { type, length, read: () => bytes, write: () => false };
}

const HUGE = data([0, 1]);

function newDomain(iommu: MockIommu, options = PLAIN, given?: DriverData, requesterId?: number): PagingDomain {
  const domain = iommu.allocateDomain(options, given, requesterId);
  if (typeof domain === "number") throw new Error(`errno ${domain}`);
  return domain;
}

const shapeOf = ({ pageSizes, apertureStart, apertureLast, granuleLg2 }: PagingDomain): unknown[] => [
  pageSizes.toString(),
  apertureStart.toString(),
  apertureLast.toString(),
  granuleLg2,
];

describe("format", () => {
  const leaf = (output: number, sizeLg2: number, level: number, prot = RW): string =>
    mockFormat.makeLeaf(output, sizeLg2, level, prot).toString();

  test("a leaf of one item has next level 0, one of more next level 7 and its size in the address", () => {
    expect(leaf(5, 11, 0)).toBe("0x6000000000005001");
    expect(leaf(4, 12, 0)).toBe("0x6000000000004e01"); // No ones, then a zero.
    expect(leaf(32, 16, 0, PROT_READ)).toBe("0x200000000002fe01"); // Four ones.
    expect(leaf(512, 20, 1, PROT_WRITE)).toBe("0x4000000000200001");
    expect(leaf(1024, 21, 1)).toBe("0x60000000005ffe01"); // Nine ones.
    expect(leaf(2 ** 26, 37, 2)).toBe("0x6000005ffffffe01");
  });

  test("every size decodes to what was made, at the lowest and the highest address, clean and dirty", () => {
    for (let level = 0; level <= 2; level++)
      for (const sizeLg2 of mockFormat.possibleSizes(level))
        for (const output of [0, 2 ** (sizeLg2 - 11), 2 ** 40 - 2 ** (sizeLg2 - 11)]) {
          const clean = mockFormat.makeLeaf(output, sizeLg2, level, RW);
          for (const { low, high } of [clean, mockFormat.accessDirty!.setDirty(clean)]) {
            expect([level, mockFormat.leafSizeLg2(low, high, level)]).toEqual([level, sizeLg2]);
            expect(mockFormat.leafOutput(low, high, level)).toBe(output);
            expect(mockFormat.permissions(low, high)).toBe(RW);
          }
        }
  });

  test("a 4 KiB page is one entry of two equal items below two tables, bit for bit", () => {
    const { memory, iommu } = setUp();
    const domain = newDomain(iommu);
    expect(domain.map(0, 2 * 0x40007, 2, RW)).toBe(errno.OK);
    const item = new Item();
    const words: string[] = [];
    for (const address of [0x1000, 0x2000, 0x3000, 0x3008, 0x3010]) {
      memory.loadItem(address, item);
      words.push(item.toU64().toString());
    }
    expect(words).toEqual([
      "0x6000000000004401", // Level 2; the table at 0x2000 is granule 4.
      "0x6000000000006201",
      "0x600000008000ee01",
      "0x600000008000ee01",
      "0x0",
    ]);
    expect(domain.inspect()).toEqual({ format: "mock", tables: 3, leaves: { "4K": 1 } });
  });

  test("the largest page that both addresses and the length allow is used", () => {
    const { iommu } = setUp();
    const domain = newDomain(iommu);
    domain.map(0x8000, 0x18000, 3 * 512 + 32 + 3, RW); // 16M: 3 MiB, 64 KiB, 6 KiB.
    expect(domain.inspect().leaves).toEqual({ "2M": 1, "1M": 1, "64K": 1, "4K": 1, "2K": 1 });
    const huge = newDomain(iommu, PLAIN, HUGE);
    huge.map(0, 256, 256 + 17, RW); // 1 MiB and 68 KiB, in granules of 4 KiB.
    expect(huge.inspect().leaves).toEqual({ "1M": 1, "4K": 17 });
  });
});

describe("domains", () => {
  test("kind 0 has all sizes from 2K to 128G and the narrow aperture, kind 1 4K and 1M and 38 bits", () => {
    const { iommu } = setUp();
    const narrow = ["0x3ffffff800", "0x1000000", "0x7fffffff", 11];
    const whole = ["0x101000", "0x0", "0x3fffffffff", 12];
    expect(shapeOf(newDomain(iommu))).toEqual(narrow);
    expect(shapeOf(newDomain(iommu, PLAIN, data([9, 0])))).toEqual(narrow);
    expect(shapeOf(newDomain(iommu, PLAIN, data([9, 1], 7)))).toEqual(whole);
    expect(shapeOf(newDomain(iommu, PLAIN, data([9])))).toEqual(narrow); // Zeros behind a short struct.
    expect(shapeOf(newDomain(iommu, PLAIN, HUGE))).toEqual(whole);
  });

  test("Linux 6.12 has 2K only, for a device of huge IOVAs 1M too, and the narrow aperture", () => {
    const { iommu } = setUp(LINUX_6_12);
    iommu.addDevice(8, { ...ORDINARY, hugeIova: true });
    expect(shapeOf(newDomain(iommu, PLAIN, undefined, RID))).toEqual(["0x800", "0x1000000", "0x7fffffff", 11]);
    expect(shapeOf(newDomain(iommu, PLAIN, undefined, 8))).toEqual(["0x100800", "0x1000000", "0x7fffffff", 11]);
  });

  test("the driver checks flags, then type, then length, then reads, then the table type", () => {
    const { iommu } = setUp();
    const unreadable = (type: number, length: number): DriverData => ({
      type,
      length,
      read: () => undefined,
      write: () => false,
    });
    iommu.addDevice(8, { noDirty: true, pasid: false });
    expect(iommu.allocateDomain(TRACKED, unreadable(0xdead, 9), 8)).toBe(errno.EOPNOTSUPP);
    expect(iommu.allocateDomain({ ...PLAIN, enforceCoherency: true })).toBe(errno.EOPNOTSUPP);
    expect(iommu.allocateDomain(PLAIN, unreadable(1, 9))).toBe(errno.EOPNOTSUPP);
    expect(iommu.allocateDomain(PLAIN, unreadable(0xdead, 3))).toBe(errno.EINVAL);
    expect(iommu.allocateDomain(PLAIN, unreadable(0xdead, 9))).toBe(errno.EINVAL);
    expect(iommu.allocateDomain(PLAIN, unreadable(0xdead, 8))).toBe(errno.EFAULT);
    expect(iommu.allocateDomain(PLAIN, data([0, 2]))).toBe(errno.EOPNOTSUPP);
    const old = setUp(LINUX_6_12).iommu;
    expect(old.allocateDomain(PLAIN, data([0]))).toBe(errno.EOPNOTSUPP);
    expect(old.allocateDomain({ ...PLAIN, pasid: true })).toBe(errno.EOPNOTSUPP);
    expect(setUp(LINUX_7_1, 0).iommu.allocateDomain(PLAIN)).toBe(errno.ENOMEM);
  });

  test("dirty tracking is there if it was asked for, with any other flags", () => {
    const { iommu } = setUp();
    expect(newDomain(iommu).dirty).toBeUndefined();
    const all = newDomain(iommu, { ...TRACKED, nestParent: true, pasid: true }, HUGE);
    expect([all.dirty?.enabled, all.dirty?.granuleLg2, all.granuleLg2]).toEqual([false, 11, 12]);
  });

  test.each([
    ["default", undefined, 1],
    ["huge", HUGE, 2],
  ])(
    "lookup tells the granule behind every granule of the %s kind, and nothing behind a hole",
    (_kind, given, scale) => {
      const domain = newDomain(setUp().iommu, PLAIN, given);
      const base = (2 ** 24 / 2 ** 11) * 3;
      domain.map(base / scale, (base * 5) / scale, 1000 / scale, PROT_READ);
      for (let at = 0; at < 1000 / scale; at++) expect(domain.lookup(base / scale + at)).toBe((base * 5) / scale + at);
      expect(domain.lookup(base / scale - 1)).toBeUndefined();
      expect(domain.lookup((base + 1000) / scale)).toBeUndefined();
      expect(domain.lookup(2 ** 40)).toBeUndefined();
      expect(domain.unmap(base / scale, 1000 / scale)).toBe(1000 / scale);
      expect(domain.lookup(base / scale)).toBeUndefined();
    },
  );
});

describe("devices", () => {
  test("GET_HW_INFO is {0, 0xdeadbeef} of type 0xfeedbeef, for type 0 and for its own", () => {
    const { iommu } = setUp();
    for (const type of [0, 0xfeedbeef])
      expect(iommu.hardwareInfo(type)).toEqual({
        type: 0xfeedbeef,
        data: Uint8Array.of(0, 0, 0, 0, 0xef, 0xbe, 0xad, 0xde),
      });
    expect(iommu.hardwareInfo(1)).toBeUndefined();
  });

  test("what a device can do follows its flags; Linux 6.12 has no PASIDs", () => {
    const { iommu } = setUp();
    iommu.addDevice(8, { noDirty: true, pasid: true });
    expect(iommu.capabilitiesOf(RID)).toEqual({ canTrackDirty: true, pasidBits: 0, raisesPageRequests: true });
    expect(iommu.capabilitiesOf(8)).toEqual({ canTrackDirty: false, pasidBits: 20, raisesPageRequests: true });
    expect([iommu.cacheCoherent, iommu.canEnforceCoherency]).toEqual([true, false]);
    const old = setUp(LINUX_6_12).iommu;
    old.addDevice(8, { noDirty: true, pasid: true });
    expect(old.capabilitiesOf(8)).toEqual({ canTrackDirty: false, pasidBits: 0, raisesPageRequests: true });
  });

  test("a tracked domain on a NO_DIRTY device is EINVAL, and the old domain stays", () => {
    const { iommu } = setUp();
    iommu.addDevice(8, { noDirty: true, pasid: false });
    const plain = newDomain(iommu);
    plain.map(0, 2, 2, RW);
    expect(iommu.attach(8, plain)).toBe(errno.OK);
    expect(iommu.attach(8, newDomain(iommu, TRACKED))).toBe(errno.EINVAL);
    expect(iommu.attach(8, newDomain(setUp().iommu))).toBe(errno.EINVAL); // Of another IOMMU.
    const request = { requesterId: 8, address: U64.ZERO, write: true, length: 8 };
    expect(iommu.translate(request)).toMatchObject({ kind: "translated", physical: 4096 });
    expect(iommu.attach(RID, newDomain(iommu, TRACKED))).toBe(errno.OK);
    expect(() => {
      plain.destroy();
    }).toThrow();
    iommu.removeDevice(8);
    plain.destroy();
  });

  test("requests translate through the table, and every refusal is a fault with its reason and its walk", () => {
    const { iommu } = setUp();
    const domain = newDomain(iommu, TRACKED);
    const request = (address: number, write = false, length = 8) => ({
      requesterId: RID,
      address: U64.fromNumber(address),
      write,
      length,
    });
    const reasonOf = (address: number, write = false): number | string => {
      const result = iommu.translate(request(address, write));
      return result.kind === "fault" ? result.reason : result.kind;
    };
    expect(reasonOf(0)).toBe(mockFault.NOT_ATTACHED.code);
    iommu.attach(RID, domain);
    domain.map(32, 0x1000, 32, PROT_READ);
    expect(iommu.translate(request(0x1abcd))).toEqual({
      kind: "translated",
      physical: 0x80abcd,
      pageBytes: 0x10000,
      readable: true,
      writable: false,
    });
    expect(reasonOf(0x10000, true)).toBe(mockFault.PERMISSION.code);
    expect(reasonOf(0x20000)).toBe(mockFault.NOT_PRESENT.code);
    expect(reasonOf(2 ** 38)).toBe(mockFault.ADDRESS_WIDTH.code);
    expect(iommu.faults.recordsOf(RID).map(({ reason, walk }) => [reason, walk.length])).toEqual([
      [1, 0],
      [4, 3],
      [3, 3],
      [2, 0],
    ]);
    expect(iommu.explain(request(0x10000)).steps.map((step) => step.decoded)).toEqual([
      "table 0x2000 R W",
      "table 0x3000 R W",
      "leaf 64K 0x800000 R",
    ]);
  });
});

test("docs/hardware.md lists exactly the mock's fault reasons", () => {
  const text = readFileSync("docs/hardware.md", "utf8");
  const rows = [...text.matchAll(/^\| (\d) +\| ([a-z].*?) +\|$/gm)].map(([, code, name]) => `${code} ${name}`);
  expect(rows).toEqual(Object.values(mockFault).map(({ code, name }) => `${code} ${name}`));
});
