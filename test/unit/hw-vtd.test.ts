/** A VT-d unit through the hardware interface: specification 60, sections 2.1, 2.2, 2.8, 3.2, 4.4 and 4.5. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { errno } from "../../proto/uapi/errno.js";
import { Item, TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import { PROT_READ, PROT_WRITE, type PagingDomain, type Translation } from "../../daemon/hw/interface.js";
import { VtdIommu } from "../../daemon/hw/vtd/iommu.js";
import { vtdProfile, type VtdProfile } from "../../daemon/hw/vtd/profile.js";
import { faultReason } from "../../daemon/hw/vtd/spec/fault-reason.js";
import { U64 } from "../../daemon/u64.js";

const RW = PROT_READ | PROT_WRITE;
const RID = 0x0020; // 00:04.0
const OTHER_RID = 0x00a8; // 00:15.0, in the upper half of its root entry.
const PLAIN = { nestParent: false, dirtyTracking: false, pasid: false, enforceCoherency: false };
const TRACKED = { ...PLAIN, dirtyTracking: true };
const M2 = 512;

interface Machine {
  memory: TableMemory;
  iommu: VtdIommu;
  domain: PagingDomain;
}

function newDomain(iommu: VtdIommu, options = PLAIN): PagingDomain {
  const domain = iommu.allocateDomain(options);
  if (typeof domain === "number") throw new Error(`errno ${domain}`);
  return domain;
}

/** A unit with one domain, to which RID is attached. */
function setUp(profile: VtdProfile = vtdProfile()): Machine {
  const memory = new TableMemory(1024);
  const iommu = new VtdIommu("iommu0", profile, memory, new FaultCounter());
  const domain = newDomain(iommu);
  expect(iommu.attach(RID, domain)).toBe(errno.OK);
  return { memory, iommu, domain };
}

function request(address: number | bigint, write = false, length = 8, requesterId = RID) {
  return { requesterId, address: U64.fromBigInt(BigInt(address)), write, length };
}

function reasonOf(result: Translation): number | string {
  return result.kind === "fault" ? result.reason : result.kind;
}

/** Sets or clears bits of an item that a translation loads, found by the name that `explain` gives it. */
function change({ memory, iommu }: Machine, structure: string, edit: (word: bigint) => bigint, quadword = 0): void {
  const step = iommu.explain(request(0)).steps.find((each) => each.structure === structure);
  if (step === undefined) throw new Error(`no ${structure}`);
  const item = new Item();
  memory.loadItem(step.address + 8 * quadword, item);
  const { low, high } = U64.fromBigInt(edit(item.toU64().toBigInt()));
  memory.storeItem(step.address + 8 * quadword, low, high);
}

describe("capabilities", () => {
  test("the registers advertise what is simulated, and GET_HW_INFO carries them raw", () => {
    const { iommu } = setUp();
    expect(iommu.profile.cap.toString()).toBe("0xd2ff8c406f0406");
    expect(iommu.profile.ecap.toString()).toBe("0x36d9820014083");
    for (const type of [0, 1]) {
      const info = iommu.hardwareInfo(type);
      expect(info?.type).toBe(1);
      const view = new DataView(info!.data.buffer);
      expect([info!.data.length, view.getUint32(0, true), view.getUint32(4, true)]).toEqual([24, 1, 0]);
      expect(view.getBigUint64(8, true)).toBe(iommu.profile.cap.toBigInt());
      expect(view.getBigUint64(16, true)).toBe(iommu.profile.ecap.toBigInt());
    }
    expect(iommu.hardwareInfo(2)).toBeUndefined();
  });

  test("nesting, driver data and, without SSADS, dirty tracking are refused with EOPNOTSUPP, the PASID flag is not", () => {
    const { iommu } = setUp();
    expect(iommu.allocateDomain({ ...PLAIN, nestParent: true })).toBe(errno.EOPNOTSUPP);
    expect(iommu.allocateDomain(PLAIN, { type: 1, length: 1, read: () => new Uint8Array(1), write: () => false })).toBe(
      errno.EOPNOTSUPP,
    );
    expect(typeof iommu.allocateDomain({ ...PLAIN, pasid: true })).toBe("object");
    expect(newDomain(iommu).dirty).toBeUndefined();
    expect(newDomain(iommu, TRACKED).dirty).toMatchObject({ enabled: false, granuleLg2: 12 });
    const noDirty = new VtdIommu("x", vtdProfile({ dirtyTracking: false }), new TableMemory(8), new FaultCounter());
    expect([iommu.canTrackDirty, noDirty.canTrackDirty]).toEqual([true, false]);
    expect(noDirty.profile.ecap.toString()).toBe("0x34d9820014083");
    expect(noDirty.allocateDomain(TRACKED)).toBe(errno.EOPNOTSUPP);
    const noSnoop = new VtdIommu("x", vtdProfile({ snoopControl: false }), new TableMemory(8), new FaultCounter());
    expect(noSnoop.canEnforceCoherency).toBe(false);
    expect(noSnoop.allocateDomain({ ...PLAIN, enforceCoherency: true })).toBe(errno.EOPNOTSUPP);
  });

  test.each([
    [48, 4, 0xffffffffffffn, 3],
    [57, 12, 0x1ffffffffffffffn, 4],
    [57, 4, 0xffffffffffffn, 3],
    [39, 2, 0x7fffffffffn, 2],
    [39, 4, 0x7fffffffffn, 3],
    [45, 4, 0x1fffffffffffn, 3],
  ])("MGAW %i and SAGAW %i give an aperture up to %p with top level %i", (mgaw, sagaw, last, topLevel) => {
    const profile = vtdProfile({ mgaw, sagaw });
    expect(profile.secondStage.topLevel).toBe(topLevel);
    const { iommu, domain } = setUp(profile);
    expect([domain.apertureStart.toBigInt(), domain.apertureLast.toBigInt()]).toEqual([0n, last]);
    const lastPage = Number(last >> 12n);
    expect(domain.map(lastPage, 7, 1, RW)).toBe(errno.OK);
    expect(domain.map(lastPage + 1, 7, 1, RW)).toBe(errno.ERANGE);
    expect(iommu.translate(request(last - 7n))).toMatchObject({ physical: 0x7ff8 });
    expect(reasonOf(iommu.translate(request(1n << BigInt(mgaw))))).toBe(0x83);
  });

  test("page sizes follow SSLPS", () => {
    expect(setUp().domain.pageSizes.toString()).toBe("0x40201000");
    expect(setUp(vtdProfile({ sslps: 1 })).domain.pageSizes.toString()).toBe("0x201000");
  });
});

describe("translation", () => {
  test("a mapped address translates with its page's size and permissions, also from the IOTLB", () => {
    const { iommu, domain } = setUp();
    domain.map(0, 0x40000, 2 * M2, RW);
    domain.map(2 * M2 + 1, 0x99, 1, PROT_READ);
    for (let pass = 0; pass < 2; pass++) {
      expect(iommu.translate(request(0x200123))).toEqual({
        kind: "translated",
        physical: 0x40200123,
        pageBytes: 2 ** 21,
        readable: true,
        writable: true,
      });
      expect(iommu.translate(request(0x401ff0))).toMatchObject({ physical: 0x99ff0, writable: false, pageBytes: 4096 });
      expect(reasonOf(iommu.translate(request(0x401ff0, true)))).toBe(0x79);
    }
  });

  test("explain gives every step and changes nothing", () => {
    const { iommu, domain } = setUp();
    domain.map(M2, 0x40000, M2, RW);
    const before = JSON.stringify(iommu.inspect());
    const { result, steps } = iommu.explain(request(0x200010));
    expect(result).toMatchObject({ kind: "translated", physical: 0x40000010 });
    expect(steps.map((step) => `${step.structure} | ${step.index} | ${step.decoded}`)).toEqual([
      "root entry | 0 | context table 0x8000000002000",
      "context entry | 32 | PASID directory 0x8000000003000, RID_PASID 0",
      "PASID directory entry | 0 | PASID table 0x8000000004000",
      "PASID entry | 0 | second stage, domain 2, 4 levels, table 0x8000000001000",
      "second-stage level 3 | 0 | table 0x8000000005000 R W",
      "second-stage level 2 | 0 | table 0x8000000006000 R W",
      "second-stage level 1 | 1 | leaf 2M 0x40000000 R W",
    ]);
    expect(iommu.explain(request(0x400000)).steps.at(-1)?.decoded).toBe("not present");
    expect(JSON.stringify(iommu.inspect())).toBe(before);
    expect(iommu.faults.recordsOf(RID)).toEqual([]);
  });

  test("a 4-byte write into the interrupt window is an interrupt, anything else there a fault", () => {
    const { iommu, domain } = setUp();
    domain.map(0xc0000, 0x40000, 2 ** 18, RW); // One 1G page that surrounds the window.
    expect(iommu.translate(request(0xfee00000, true, 4))).toEqual({ kind: "interrupt" });
    expect(iommu.inspect()).toMatchObject({ interruptRequests: 1 });
    expect(reasonOf(iommu.translate(request(0xfeefffff, true, 8)))).toBe(0x87);
    expect(reasonOf(iommu.translate(request(0xfee00000, false, 4)))).toBe(0x87);
    // The page around the window is not valid to its own end, for the window lies in it.
    expect(iommu.translate(request(0xfedff000, true, 4))).toMatchObject({ physical: 0x7edff000, pageBytes: 4096 });
    expect(iommu.translate(request(0xfef00000, true, 4))).toMatchObject({ physical: 0x7ef00000, pageBytes: 4096 });
  });

  test("a zero-length read needs any permission, as CAP.ZLR says", () => {
    const { iommu, domain } = setUp();
    domain.map(1, 1, 1, PROT_WRITE);
    expect(reasonOf(iommu.translate(request(0x1000, false, 8)))).toBe(0x79);
    expect(reasonOf(iommu.translate(request(0x1000, false, 0)))).toBe("translated");
  });
});

describe("faults", () => {
  const SET = (bit: number) => (word: bigint) => word | (1n << BigInt(bit));
  const CLEAR = (bit: number) => (word: bigint) => word & ~(1n << BigInt(bit));
  const NOWHERE = (word: bigint) => (word & 0xfffn) | 0x7000n;
  test.each([
    ["root entry", 0x39, CLEAR(0), 0],
    ["root entry", 0x3a, SET(5), 0],
    ["root entry", 0x40, NOWHERE, 0],
    ["context entry", 0x41, CLEAR(0), 0],
    ["context entry", 0x42, SET(6), 0],
    ["context entry", 0x42, SET(40), 1],
    ["context entry", 0x48, SET(19), 1],
    ["context entry", 0x50, NOWHERE, 0],
    ["PASID directory entry", 0x51, CLEAR(0), 0],
    ["PASID directory entry", 0x52, SET(7), 0],
    ["PASID directory entry", 0x58, NOWHERE, 0],
    ["PASID entry", 0x59, CLEAR(0), 0],
    ["PASID entry", 0x5a, SET(5), 0],
    ["PASID entry", 0x5a, SET(0), 2],
    ["PASID entry", 0x5b, SET(8), 0], // Translation type 6.
    ["PASID entry", 0x5b, SET(2), 0], // Five levels.
    ["PASID entry", 0x78, NOWHERE, 0],
    ["second-stage level 3", 0x79, CLEAR(0), 0],
    ["second-stage level 2", 0x7a, SET(11), 0],
    ["second-stage level 0", 0x79, CLEAR(0), 0],
  ])("a damaged %s is reason 0x%s", (structure, reason, edit, quadword) => {
    const machine = setUp();
    machine.domain.map(0, 5, 1, RW);
    change(machine, structure, edit, quadword);
    expect(reasonOf(machine.iommu.translate(request(0)))).toBe(reason);
  });

  test("SSADE without SSADS is an invalid PASID entry", () => {
    const machine = setUp(vtdProfile({ dirtyTracking: false }));
    change(machine, "PASID entry", SET(9));
    expect(reasonOf(machine.iommu.translate(request(0)))).toBe(0x5b);
  });

  test("a requester that was never attached meets no root or context entry, a detached one no PASID entry", () => {
    const { iommu } = setUp();
    expect(reasonOf(iommu.translate(request(0, false, 8, 0x0100)))).toBe(0x39);
    expect(reasonOf(iommu.translate(request(0, false, 8, RID + 1)))).toBe(0x41);
    expect(reasonOf(iommu.translate(request(0, false, 8, OTHER_RID)))).toBe(0x39);
    expect(iommu.attach(RID, undefined)).toBe(errno.OK);
    expect(reasonOf(iommu.translate(request(0)))).toBe(0x59);
  });

  test("an address beyond the table's width but within the unit's is reason 0x84", () => {
    const profile = vtdProfile({ mgaw: 48, sagaw: 6 });
    const machine = setUp(profile);
    change(machine, "PASID entry", (word) => (word & ~0x1cn) | (1n << 2n)); // Three levels.
    expect(reasonOf(machine.iommu.translate(request(2 ** 39)))).toBe(0x84);
  });

  test("records name requester, address, direction and reason, with the walk that led there", () => {
    const { iommu, domain } = setUp();
    domain.map(0, 5, 1, PROT_READ);
    iommu.translate(request(0x123, true));
    const [record, ...more] = iommu.faults.recordsOf(RID);
    expect(more).toEqual([]);
    expect(record).toMatchObject({
      number: 1,
      requesterId: RID,
      address: U64.fromNumber(0x123),
      write: true,
      reason: 0x79,
      name: "second-stage entry: no read or write permission",
    });
    expect(record?.walk.at(-1)?.decoded).toBe("leaf 4K 0x5000 R");
  });

  test("a full log keeps the oldest records and counts the others until it is cleared", () => {
    const { iommu } = setUp(vtdProfile({ faultRecords: 2 }));
    for (const address of [0x1000, 0x2000, 0x3000]) iommu.translate(request(address));
    expect(iommu.faults.recordsOf(RID).map((record) => record.address.toNumber())).toEqual([0x1000, 0x2000]);
    expect(iommu.faults.lostOf(RID)).toBe(1);
    iommu.faults.clear(RID);
    iommu.translate(request(0x4000));
    expect(iommu.faults.recordsOf(RID).map((record) => record.number)).toEqual([4]);
    expect(iommu.faults.lostOf(RID)).toBe(0);
  });

  test.each(["context entry", "PASID directory entry", "PASID entry"])("FPD in the %s suppresses records", (entry) => {
    const machine = setUp();
    change(machine, entry, SET(1));
    expect(reasonOf(machine.iommu.translate(request(0)))).toBe(0x79);
    expect(machine.iommu.faults.recordsOf(RID)).toEqual([]);
  });
});

describe("caches", () => {
  test("without an invalidation a stale translation is served, with it not", () => {
    for (const invalidation of [
      { type: "iotlb", granularity: "global" },
      { type: "iotlb", granularity: "domain", domainId: 2 },
      { type: "iotlb", granularity: "page", domainId: 2, page: 0, addressMask: 0 },
    ] as const) {
      const machine = setUp();
      const { iommu, domain } = machine;
      domain.map(0, 5, 1, RW);
      iommu.translate(request(0));
      change(machine, "second-stage level 0", () => 0n);
      expect(reasonOf(iommu.explain(request(0)).result)).toBe(0x79);
      expect(iommu.translate(request(0))).toMatchObject({ physical: 0x5000 });
      iommu.invalidate({ type: "iotlb", granularity: "page", domainId: 2, page: 1, addressMask: 0 }); // Another page.
      iommu.invalidate({ type: "iotlb", granularity: "domain", domainId: 3 }); // Another domain.
      expect(iommu.translate(request(0))).toMatchObject({ physical: 0x5000 });
      iommu.invalidate(invalidation);
      expect(reasonOf(iommu.translate(request(0)))).toBe(0x79);
    }
  });

  test("a page-selective invalidation covers the aligned block around its page, and no page beside it", () => {
    const { iommu, domain } = setUp();
    domain.map(0, 0x101, 12, RW);
    for (let page = 0; page < 12; page++) iommu.translate(request(page * 4096));
    iommu.invalidate({ type: "iotlb", granularity: "page", domainId: 2, page: 7, addressMask: 2 }); // 4 to 7.
    expect(iommu.inspect()).toMatchObject({ cached: { translations: 8 } });
    iommu.invalidate({ type: "iotlb", granularity: "page", domainId: 2, page: 64, addressMask: 6 }); // 64 to 127.
    iommu.invalidate({ type: "iotlb", granularity: "page", domainId: 2, page: 128, addressMask: 7 }); // 128 to 255.
    expect(iommu.inspect()).toMatchObject({ cached: { translations: 8 } });
  });

  test("context and PASID entries are cached until their own invalidations", () => {
    for (const [structure, other, invalidation, reason] of [
      [
        "context entry",
        { type: "context-cache", granularity: "device", sourceId: RID + 1, functionMask: 0 },
        { type: "context-cache", granularity: "device", sourceId: RID + 1, functionMask: 3 },
        0x41,
      ],
      [
        "context entry",
        { type: "pasid-cache", granularity: "global" },
        { type: "context-cache", granularity: "domain", domainId: 2 },
        0x41,
      ],
      [
        "PASID entry",
        { type: "pasid-cache", granularity: "pasid", domainId: 2, pasid: 1 },
        { type: "pasid-cache", granularity: "pasid", domainId: 2, pasid: 0 },
        0x59,
      ],
      [
        "PASID entry",
        { type: "pasid-cache", granularity: "domain", domainId: 3 },
        { type: "pasid-cache", granularity: "domain", domainId: 2 },
        0x59,
      ],
    ] as const) {
      const machine = setUp();
      const { iommu, domain } = machine;
      domain.map(0, 5, 1, RW);
      iommu.translate(request(0));
      change(machine, structure, () => 0n);
      iommu.invalidate(other);
      expect(reasonOf(iommu.translate(request(0)))).toBe("translated");
      iommu.invalidate(invalidation);
      // While the context cache holds an entry, the PASID entry is all that is read, and the other way round.
      expect(reasonOf(iommu.translate(request(0)))).toBe(reason);
    }
  });

  test("an absent entry is not cached: a map needs no invalidation", () => {
    const { iommu, domain } = setUp();
    expect(reasonOf(iommu.translate(request(0)))).toBe(0x79);
    domain.map(0, 5, 1, RW);
    expect(iommu.translate(request(0))).toMatchObject({ physical: 0x5000 });
    expect(iommu.inspect()).toMatchObject({ invalidations: { iotlb: { global: 0, domain: 0, page: 0 } } });
  });

  test("unmap invalidates the pages that it took away, and those only", () => {
    const { iommu, domain } = setUp();
    domain.map(0, 0x100, 2, RW);
    domain.map(2, 0x200, 2, RW);
    for (const address of [0, 0x1000, 0x2000, 0x3000]) iommu.translate(request(address));
    expect(domain.unmap(2, 2)).toBe(2);
    expect(iommu.inspect()).toMatchObject({
      cached: { translations: 2 },
      invalidations: { iotlb: { global: 0, domain: 0, page: 1 } },
    });
    expect(reasonOf(iommu.translate(request(0x2000)))).toBe(0x79);
    expect(iommu.translate(request(0x1000))).toMatchObject({ physical: 0x101000 });
  });

  test("a replace invalidates context cache, PASID cache and the old domain, so the next DMA uses the new table", () => {
    const { iommu, domain } = setUp();
    const next = newDomain(iommu);
    domain.map(0, 5, 1, RW);
    next.map(0, 6, 1, RW);
    expect(iommu.translate(request(0))).toMatchObject({ physical: 0x5000 });
    expect(iommu.attach(RID, next)).toBe(errno.OK);
    expect(iommu.translate(request(0))).toMatchObject({ physical: 0x6000 });
    expect(iommu.inspect()).toMatchObject({
      cached: { translations: 1 },
      invalidations: { "context-cache": { device: 1 }, "pasid-cache": { pasid: 1 }, iotlb: { domain: 1, page: 0 } },
    });
    expect(iommu.attach(RID, next)).toBe(errno.OK); // The same domain again is no change.
    expect(iommu.inspect()).toMatchObject({ invalidations: { iotlb: { domain: 1 } } });
  });
});

describe("dirty tracking", () => {
  /** RID attached to a tracked domain that maps page 0. */
  function tracked(): Machine & { leaf: () => string; dirty: (clear?: boolean) => number[] } {
    const { memory, iommu } = setUp();
    const domain = newDomain(iommu, TRACKED);
    expect(iommu.attach(RID, domain)).toBe(errno.OK);
    domain.map(0, 5, 1, RW);
    const leaf = (): string => iommu.explain(request(0)).steps.at(-1)!.word.toString();
    const dirty = (clear = false): number[] => {
      const found: number[] = [];
      domain.dirty!.read(0, 2 ** 36, clear, (iova, count) => found.push(iova, count));
      return found;
    };
    return { memory, iommu, domain, leaf, dirty };
  }

  test("the first write walks, although a read has filled the IOTLB; a read that hits still says writable", () => {
    const { iommu, domain, leaf } = tracked();
    domain.dirty!.setEnabled(true);
    for (let pass = 0; pass < 2; pass++)
      expect(iommu.translate(request(0))).toMatchObject({ kind: "translated", writable: true });
    expect(leaf()).toBe("0x5103");
    expect(iommu.translate(request(0, true))).toMatchObject({ kind: "translated", writable: true });
    expect(leaf()).toBe("0x5303");
  });

  test("without tracking writes leave no trace, and switching it on drops what they cached", () => {
    const { iommu, domain, leaf, dirty } = tracked();
    iommu.translate(request(0, true));
    expect([leaf(), dirty()]).toEqual(["0x5003", []]);
    domain.dirty!.setEnabled(true);
    expect(iommu.inspect()).toMatchObject({ cached: { pasidEntries: 0, translations: 0 } });
    iommu.translate(request(0, true));
    expect([leaf(), dirty()]).toEqual(["0x5303", [0, 1]]);
    domain.dirty!.setEnabled(false);
    expect(dirty()).toEqual([0, 1]); // Switching clears nothing.
    expect(dirty(true)).toEqual([0, 1]);
    iommu.translate(request(0, true));
    expect(dirty()).toEqual([]);
  });

  test("a switch to the same state invalidates nothing, another one PASID cache and domain", () => {
    const { iommu, domain } = tracked();
    const before = JSON.stringify(iommu.inspect());
    domain.dirty!.setEnabled(false);
    expect(JSON.stringify(iommu.inspect())).toBe(before);
    domain.dirty!.setEnabled(true);
    expect(iommu.inspect()).toMatchObject({ invalidations: { "pasid-cache": { pasid: 2 }, iotlb: { domain: 2 } } });
  });

  test("a clearing read drops the pages that it cleaned, so that the next write is seen", () => {
    const { iommu, domain, dirty } = tracked();
    domain.dirty!.setEnabled(true);
    domain.map(M2, 2 * M2, 2 * M2, RW);
    for (const address of [0, 0x1000 * (M2 + 7), 0x2000 * M2]) iommu.translate(request(address, address > 0));
    expect(iommu.inspect()).toMatchObject({ cached: { translations: 3 } });
    // A hole ends a walk; the two large pages lie behind it.
    expect(dirty(true)).toEqual([]);
    const found: number[] = [];
    domain.dirty!.read(M2 + 3, M2 - 3, true, (iova, count) => found.push(iova, count));
    expect(found).toEqual([M2 + 3, M2 - 3]); // The whole leaf, cut to the range.
    expect(iommu.inspect()).toMatchObject({ cached: { translations: 2 }, invalidations: { iotlb: { page: 1 } } });
    iommu.translate(request(0x1000 * M2, true));
    domain.dirty!.read(M2, 2 * M2, false, (iova, count) => found.push(iova, count));
    expect(found.slice(2)).toEqual([M2, M2, 2 * M2, M2]);
    expect(iommu.inspect()).toMatchObject({ invalidations: { iotlb: { page: 1 } } });
  });

  test("a requester that is attached while tracking is on is tracked, and on every unit that uses the domain", () => {
    const { memory, iommu, domain, dirty } = tracked();
    const twin = new VtdIommu("iommu1", vtdProfile(), memory, new FaultCounter());
    expect(twin.attach(RID, domain)).toBe(errno.OK);
    twin.translate(request(0, true));
    domain.dirty!.setEnabled(true);
    iommu.attach(OTHER_RID, domain);
    for (const [unit, requesterId] of [
      [twin, RID],
      [iommu, RID],
      [iommu, OTHER_RID],
    ] as const) {
      for (let pass = 0; pass < 2; pass++) unit.translate(request(0, true, 8, requesterId));
      expect(dirty(true)).toEqual([0, 1]);
      expect(dirty(true)).toEqual([]);
    }
    const lesser = new VtdIommu("iommu2", vtdProfile({ dirtyTracking: false }), memory, new FaultCounter());
    expect(lesser.attach(RID, domain)).toBe(errno.EINVAL);
  });
});

describe("docs/hardware.md", () => {
  const text = readFileSync("docs/hardware.md", "utf8");

  test("has the registers of the default profile", () => {
    for (const [name, register] of Object.entries({ CAP: vtdProfile().cap, ECAP: vtdProfile().ecap }))
      expect(text).toMatch(`${name} \`0x${register.toBigInt().toString(16).padStart(16, "0")}\``);
  });

  test("lists exactly the fault reasons that exist", () => {
    const rows = [...text.matchAll(/^\| (0x[0-9a-f]{2}) +\| (.*?) +\|$/gm)].map(([, code, name]) => `${code} ${name}`);
    expect(rows).toEqual(Object.values(faultReason).map(({ code, name }) => `0x${code.toString(16)} ${name}`));
  });
});

describe("attach", () => {
  test("requesters of one domain share a domain id; ids begin at 2 and the lowest free one is used", () => {
    const { iommu, domain } = setUp();
    const [second, third] = [newDomain(iommu), newDomain(iommu)];
    const idOf = (requesterId: number): string | undefined =>
      iommu.explain(request(0, false, 8, requesterId)).steps.find((step) => step.structure === "PASID entry")?.decoded;
    expect(iommu.attach(OTHER_RID, domain)).toBe(errno.OK);
    expect([idOf(RID), idOf(OTHER_RID)]).toEqual([
      expect.stringContaining("domain 2"),
      expect.stringContaining("domain 2"),
    ]);
    iommu.attach(OTHER_RID, second);
    expect(idOf(OTHER_RID)).toMatch("domain 3");
    iommu.attach(RID, undefined);
    iommu.attach(RID, third);
    expect(idOf(RID)).toMatch("domain 2");
  });

  test("no domain id left is ENOSPC, no table memory ENOMEM; the requester is then blocked", () => {
    const { iommu } = setUp(vtdProfile({ nd: 0 })); // 16 ids, of which 2 to 15 are for users; one is taken.
    for (let n = 1; n <= 13; n++) expect(iommu.attach(RID + n, newDomain(iommu))).toBe(errno.OK);
    expect(iommu.attach(RID + 20, newDomain(iommu))).toBe(errno.ENOSPC);
    iommu.attach(RID, undefined);
    expect(iommu.attach(RID + 20, newDomain(iommu))).toBe(errno.OK);

    const memory = new TableMemory(4); // Root table, two domains, and one page of three.
    const small = new VtdIommu("small", vtdProfile(), memory, new FaultCounter());
    const domain = newDomain(small);
    newDomain(small);
    expect(small.attach(RID, domain)).toBe(errno.ENOMEM);
    expect(memory.used).toBe(3);
    expect(small.allocateDomain(PLAIN)).not.toBe(errno.ENOMEM);
    expect(small.allocateDomain(PLAIN)).toBe(errno.ENOMEM);
  });

  test("a domain of another unit is taken if this unit can do all of it, and invalidated on both", () => {
    const { iommu, domain, memory } = setUp();
    const twin = new VtdIommu("iommu1", vtdProfile(), memory, new FaultCounter());
    expect(twin.attach(RID, domain)).toBe(errno.OK);
    domain.map(0, 5, 1, RW);
    for (const unit of [iommu, twin]) expect(unit.translate(request(0))).toMatchObject({ physical: 0x5000 });
    domain.unmap(0, 1);
    for (const unit of [iommu, twin]) expect(reasonOf(unit.translate(request(0)))).toBe(0x79);
    expect(twin.attach(RID, undefined)).toBe(errno.OK);
    expect(reasonOf(twin.translate(request(0)))).toBe(0x59);
  });

  test.each([
    ["narrower IOVAs", { mgaw: 39, sagaw: 4 }],
    ["another table depth", { mgaw: 57, sagaw: 8 }],
    ["no 1G pages", { sslps: 1 }],
  ])("a unit with %s refuses the domain with EINVAL and leaves its requester blocked", (_what, options) => {
    const { domain, memory } = setUp();
    const lesser = new VtdIommu("iommu1", vtdProfile(options), memory, new FaultCounter());
    const own = newDomain(lesser);
    expect(lesser.attach(RID, own)).toBe(errno.OK);
    expect(lesser.attach(RID, domain)).toBe(errno.EINVAL);
    expect(reasonOf(lesser.translate(request(0)))).toBe(0x59);
    expect(lesser.attach(RID, own)).toBe(errno.OK);
  });

  test("a domain that enforces coherency needs snoop control", () => {
    const { iommu, memory } = setUp();
    const noSnoop = new VtdIommu("iommu1", vtdProfile({ snoopControl: false }), memory, new FaultCounter());
    expect(noSnoop.attach(RID, newDomain(iommu, { ...PLAIN, enforceCoherency: true }))).toBe(errno.EINVAL);
    expect(noSnoop.attach(RID, newDomain(iommu))).toBe(errno.OK);
  });

  test("a domain of another kind of hardware is EINVAL", () => {
    const { iommu } = setUp();
    const foreign = Object.create(null) as PagingDomain;
    expect(iommu.attach(RID, foreign)).toBe(errno.EINVAL);
  });

  test("nothing leaks: after unmap, detach and destroy only the structures of known requesters are left", () => {
    const { iommu, domain, memory } = setUp();
    domain.map(0, 0, 3 * M2 + 7, RW);
    iommu.attach(RID, undefined);
    domain.destroy();
    const left = memory.used;
    expect(left).toBe(4); // Root table, context table, PASID directory, PASID table.
    for (let round = 0; round < 3; round++) {
      const again = newDomain(iommu);
      iommu.attach(RID, again);
      again.map(5, 5, 1000, RW);
      iommu.attach(RID, undefined);
      again.destroy();
      expect(memory.used).toBe(left);
    }
    expect(iommu.inspect()).toMatchObject({ domains: 0, cached: { translations: 0 } });
  });

  test("a domain that is still attached is not destroyed", () => {
    const { domain } = setUp();
    expect(() => {
      domain.destroy();
    }).toThrow("attached");
  });
});
