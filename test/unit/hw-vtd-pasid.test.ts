/** Requests with PASID through a VT-d unit: specification 60, sections 2.1, 2.2 and 2.8; specification 30, section 4. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { errno } from "../../proto/uapi/errno.js";
import { TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import { PROT_READ, PROT_WRITE, type PagingDomain, type Translation } from "../../daemon/hw/interface.js";
import { VtdIommu } from "../../daemon/hw/vtd/iommu.js";
import { vtdProfile, type VtdProfileOptions } from "../../daemon/hw/vtd/profile.js";
import { fieldOf } from "../../daemon/hw/engine/bit-field.js";
import { extendedCapability } from "../../daemon/hw/vtd/spec/registers.js";
import { U64 } from "../../daemon/u64.js";

const RW = PROT_READ | PROT_WRITE;
const RID = 0x0020;
const OTHER_RID = 0x0028;
const IOVA_PAGE = 16;
const WITH_PASIDS = { nestParent: false, dirtyTracking: false, pasid: true, enforceCoherency: false };

interface Machine {
  readonly memory: TableMemory;
  readonly iommu: VtdIommu;
}

function setUp(options: VtdProfileOptions = {}, pasidBits = 20, pages = 1024): Machine {
  const memory = new TableMemory(pages);
  const iommu = new VtdIommu("iommu0", vtdProfile(options), memory, new FaultCounter());
  for (const requesterId of [RID, OTHER_RID])
    iommu.describeDevice(requesterId, { pasidBits, raisesPageRequests: true });
  return { memory, iommu };
}

/** A domain that maps IOVA_PAGE to a physical page. */
function domainTo(iommu: VtdIommu, physicalPage: number, options = WITH_PASIDS): PagingDomain {
  const domain = iommu.allocateDomain(options);
  if (typeof domain === "number") throw new Error(`errno ${domain}`);
  expect(domain.map(IOVA_PAGE, physicalPage, 1, RW)).toBe(errno.OK);
  return domain;
}

function request(pasid?: number, requesterId = RID, address = IOVA_PAGE * 4096) {
  return { requesterId, pasid, address: U64.fromNumber(address), write: true, length: 8 };
}

/** The physical page, or the reason of the fault. */
function reached(result: Translation): number | string {
  if (result.kind === "translated") return result.physical / 4096;
  return result.kind === "fault" ? `0x${result.reason.toString(16)}` : result.kind;
}

describe("tables", () => {
  test("each PASID of a requester, and requests without one, go through a table of their own", () => {
    const { iommu } = setUp();
    iommu.attach(RID, domainTo(iommu, 100));
    // In the same PASID table, in the next one, and behind the last directory entry.
    for (const pasid of [1, 63, 64, 2 ** 20 - 1])
      expect(iommu.attachPasid(RID, pasid, domainTo(iommu, 1000 + (pasid % 1000)))).toBe(errno.OK);
    iommu.attachPasid(OTHER_RID, 1, domainTo(iommu, 200));
    for (let round = 0; round < 2; round++) {
      expect(reached(iommu.translate(request()))).toBe(100);
      for (const pasid of [1, 63, 64, 2 ** 20 - 1])
        expect(reached(iommu.translate(request(pasid)))).toBe(1000 + (pasid % 1000));
      expect(reached(iommu.translate(request(1, OTHER_RID)))).toBe(200);
    }
  });

  test("an unmap reaches every PASID and requester that the domain is attached for, and no other", () => {
    const { iommu } = setUp();
    const shared = domainTo(iommu, 100);
    iommu.attachPasid(RID, 1, shared);
    iommu.attachPasid(RID, 2, shared);
    iommu.attachPasid(OTHER_RID, 7, shared);
    iommu.attachPasid(RID, 3, domainTo(iommu, 200));
    const all = (): (number | string)[] => [
      ...[1, 2, 3].map((pasid) => reached(iommu.translate(request(pasid)))),
      reached(iommu.translate(request(7, OTHER_RID))),
    ];
    expect(all()).toEqual([100, 100, 200, 100]);
    shared.unmap(IOVA_PAGE, 1);
    expect(all()).toEqual(["0x79", "0x79", 200, "0x79"]);
  });

  test("a PASID with nothing attached faults 0x59 or 0x51, whatever the requester itself is attached to", () => {
    const { iommu } = setUp();
    iommu.attach(RID, domainTo(iommu, 100));
    expect(reached(iommu.translate(request(1)))).toBe("0x59");
    expect(reached(iommu.translate(request(64)))).toBe("0x51");
    expect(iommu.faults.recordsOf(RID).map(({ pasid }) => pasid)).toEqual([1, 64]);
  });

  test("PASIDs need no attachment without PASID", () => {
    const { iommu } = setUp();
    iommu.attachPasid(RID, 5, domainTo(iommu, 100));
    expect(reached(iommu.translate(request(5)))).toBe(100);
    expect(reached(iommu.translate(request()))).toBe("0x59");
  });

  test.each([
    [1, 128 * 64],
    [13, 128 * 64],
    [15, 2 ** 15],
    [20, 2 ** 20],
  ])("with %i PASID bits the directory ends at PASID %i: 0x46 from there on", (bits, end) => {
    const { iommu } = setUp({}, bits);
    iommu.attachPasid(RID, 1, domainTo(iommu, 100));
    expect(reached(iommu.translate(request(end - 1)))).toMatch(bits === 1 ? "0x51" : "0x5");
    expect(reached(iommu.translate(request(end)))).toBe("0x46");
  });

  test("without PASIDs in the device or the unit, requests with one fault 0x45, and attaching one is EOPNOTSUPP", () => {
    for (const { iommu } of [setUp({ pasidBits: 0 }), setUp({}, 0)]) {
      const domain = domainTo(iommu, 100);
      expect(iommu.attachPasid(RID, 1, domain)).toBe(errno.EOPNOTSUPP);
      iommu.attach(RID, domain);
      expect(reached(iommu.translate(request(1)))).toBe("0x45");
      expect(iommu.capabilitiesOf(RID).pasidBits).toBeUndefined();
    }
  });

  test("a device has the PASIDs and page requests that it and its unit have", () => {
    expect(setUp({ pasidBits: 16 }).iommu.capabilitiesOf(RID).pasidBits).toBe(16);
    expect(setUp({ pasidBits: 16 }, 8).iommu.capabilitiesOf(RID).pasidBits).toBe(8);
    expect(setUp().iommu.capabilitiesOf(RID).raisesPageRequests).toBe(true);
    expect(setUp({ pageRequests: false }).iommu.capabilitiesOf(RID).raisesPageRequests).toBe(false);
    expect(setUp().iommu.capabilitiesOf(0x99)).toEqual({
      canTrackDirty: true,
      pasidBits: undefined,
      raisesPageRequests: false,
    });
  });

  test("ECAP says what the unit has", () => {
    const fields = (options: VtdProfileOptions): number[] => {
      const { ecap } = vtdProfile(options);
      const { PASID, PSS, PRS, PDS } = extendedCapability;
      return [PASID, PSS, PRS, PDS].map((field) => fieldOf([ecap], field));
    };
    expect(fields({})).toEqual([1, 19, 1, 1]);
    expect(fields({ pasidBits: 1 })).toEqual([1, 0, 1, 1]);
    expect(fields({ pasidBits: 0, pageRequests: false })).toEqual([0, 0, 0, 0]);
  });
});

describe("attach", () => {
  test("a replace or detach of a PASID leaves nothing stale, and touches no other PASID", () => {
    const { iommu } = setUp();
    const [first, second, other] = [domainTo(iommu, 100), domainTo(iommu, 200), domainTo(iommu, 300)];
    iommu.attach(RID, other);
    iommu.attachPasid(RID, 1, first);
    iommu.attachPasid(RID, 2, other);
    const all = (): (number | string)[] => [undefined, 1, 2].map((pasid) => reached(iommu.translate(request(pasid))));
    expect(all()).toEqual([300, 100, 300]);
    iommu.attachPasid(RID, 1, second);
    expect(all()).toEqual([300, 200, 300]);
    iommu.attachPasid(RID, 1, undefined);
    expect(all()).toEqual([300, "0x59", 300]);
    iommu.attach(RID, first);
    expect(all()).toEqual([100, "0x59", 300]);
    iommu.attach(RID, undefined);
    expect(all()).toEqual(["0x59", "0x59", 300]);
  });

  test("a detach drops the PASID's entry and the old domain's translations, a first attach nothing", () => {
    const { iommu } = setUp();
    const before = iommu.inspect()["invalidations"];
    iommu.attachPasid(RID, 9, domainTo(iommu, 100));
    expect(iommu.inspect()["invalidations"]).toEqual(before);
    iommu.attachPasid(RID, 9, undefined);
    expect(iommu.inspect()["invalidations"]).toEqual({
      "context-cache": { global: 0, domain: 0, device: 0 },
      "pasid-cache": { global: 0, domain: 0, pasid: 1 },
      iotlb: { global: 0, domain: 1, page: 0 },
    });
  });

  test("an attach that fails leaves the old domain: another unit's, no domain id, no memory", () => {
    const machine = setUp({ nd: 0 });
    const { iommu, memory } = machine;
    const old = domainTo(iommu, 100);
    iommu.attachPasid(RID, 1, old);
    const stays = (): void => {
      expect(reached(iommu.translate(request(1)))).toBe(100);
    };
    const wide = new VtdIommu("wide", vtdProfile({ mgaw: 57, sagaw: 8 }), memory, new FaultCounter());
    expect(iommu.attachPasid(RID, 1, domainTo(wide, 1))).toBe(errno.EINVAL);
    stays();
    // Of 16 domain ids 14 are for users.
    for (let pasid = 2; pasid < 15; pasid++)
      expect(iommu.attachPasid(RID, pasid, domainTo(iommu, pasid))).toBe(errno.OK);
    const late = domainTo(iommu, 500);
    expect(iommu.attachPasid(RID, 1, late)).toBe(errno.ENOSPC);
    stays();
    iommu.attachPasid(RID, 2, undefined);
    const room = memory.available;
    for (let page = 0; page < room; page++) memory.allocate();
    expect(iommu.attachPasid(RID, 64, late)).toBe(errno.ENOMEM);
    expect(iommu.attachPasid(RID, 1, late)).toBe(errno.OK);
    expect(reached(iommu.translate(request(1)))).toBe(500);
  });

  test("a PASID directory is in consecutive pages, and without these nothing is taken", () => {
    const { iommu, memory } = setUp({}, 20, 80);
    const domain = domainTo(iommu, 100);
    const handles = Array.from({ length: memory.available }, () => memory.allocate());
    // Every other page is free: enough of them, but no two behind each other.
    for (const [index, handle] of handles.entries()) if (index % 2 === 0) memory.free(handle);
    const used = memory.used;
    expect(memory.available).toBeGreaterThan(34);
    expect(iommu.attachPasid(RID, 1, domain)).toBe(errno.ENOMEM);
    expect(memory.used).toBe(used);
    for (const [index, handle] of handles.entries()) if (index % 2 === 1 && index < 70) memory.free(handle);
    expect(iommu.attachPasid(RID, 2 ** 20 - 1, domain)).toBe(errno.OK);
    expect(reached(iommu.translate(request(2 ** 20 - 1)))).toBe(100);
  });

  test("nothing leaks: what is left after a detach serves the next attach", () => {
    const { iommu, memory } = setUp();
    let left: number | undefined;
    for (let round = 0; round < 3; round++) {
      const domain = domainTo(iommu, 100);
      iommu.attach(RID, domain);
      for (const pasid of [1, 64, 5000]) iommu.attachPasid(RID, pasid, domain);
      expect(iommu.inspect()["domains"]).toBe(1);
      for (const pasid of [1, 64, 5000]) iommu.attachPasid(RID, pasid, undefined);
      iommu.attach(RID, undefined);
      expect(iommu.inspect()["domains"]).toBe(0);
      domain.destroy();
      left ??= memory.used;
      expect(memory.used).toBe(left);
    }
  });

  test("switching dirty tracking reaches every PASID of the domain", () => {
    const { iommu } = setUp();
    const domain = domainTo(iommu, 100, { ...WITH_PASIDS, dirtyTracking: true });
    iommu.attachPasid(RID, 1, domain);
    iommu.attachPasid(RID, 2, domain);
    const dirtyAfterWrite = (pasid: number): number => {
      iommu.translate(request(pasid));
      let pages = 0;
      domain.dirty!.read(IOVA_PAGE, 1, true, (_iova, count) => (pages += count));
      return pages;
    };
    expect([1, 2].map(dirtyAfterWrite)).toEqual([0, 0]);
    domain.dirty!.setEnabled(true);
    expect([1, 2].map(dirtyAfterWrite)).toEqual([1, 1]);
    domain.dirty!.setEnabled(false);
    expect([1, 2].map(dirtyAfterWrite)).toEqual([0, 0]);
  });
});

describe("explain", () => {
  test("shows the way of a request with PASID and changes nothing", () => {
    const { iommu } = setUp();
    iommu.attachPasid(RID, 70, domainTo(iommu, 100));
    const { steps, result } = iommu.explain(request(70));
    expect(reached(result)).toBe(100);
    expect(steps.slice(0, 4).map(({ structure, index }) => [structure, index])).toEqual([
      ["root entry", 0],
      ["context entry", 0x20],
      ["PASID directory entry", 1],
      ["PASID entry", 6],
    ]);
    expect(iommu.inspect()["cached"]).toEqual({ contextEntries: 0, pasidEntries: 0, translations: 0 });
  });
});

describe("any order of attach, detach, map, unmap and DMA", () => {
  const REQUESTERS = [RID, OTHER_RID];
  /** The first stands for requests without PASID. */
  const PASIDS = [undefined, 1, 2, 64, 70];
  const DOMAINS = 3;
  const PAGES = 4;

  const command = fc.record({
    what: fc.constantFrom("attach", "detach", "map", "unmap", "translate", "translate", "translate"),
    requester: fc.constantFrom(...REQUESTERS),
    pasid: fc.constantFrom(...PASIDS),
    domain: fc.nat({ max: DOMAINS - 1 }),
    page: fc.nat({ max: PAGES - 1 }),
  });

  test("reaches what the domain maps that is attached now, whatever is cached", () => {
    const property = fc.property(fc.array(command, { maxLength: 150, size: "max" }), (commands) => {
      const { iommu } = setUp();
      const domains = Array.from({ length: DOMAINS }, () => iommu.allocateDomain(WITH_PASIDS) as PagingDomain);
      const mapped = domains.map(() => new Map<number, number>());
      const attached = new Map<string, number>();
      let nextPhysical = 1000;
      for (const { what, requester, pasid, domain, page } of commands) {
        const key = `${requester} ${pasid ?? "none"}`;
        switch (what) {
          case "attach":
          case "detach": {
            const target = what === "attach" ? domains[domain] : undefined;
            const error =
              pasid === undefined ? iommu.attach(requester, target) : iommu.attachPasid(requester, pasid, target);
            expect(error).toBe(errno.OK);
            if (what === "attach") attached.set(key, domain);
            else attached.delete(key);
            break;
          }
          case "map":
            if (mapped[domain]!.has(page)) break;
            expect(domains[domain]!.map(page, nextPhysical, 1, RW)).toBe(errno.OK);
            mapped[domain]!.set(page, nextPhysical++);
            break;
          case "unmap":
            if (mapped[domain]!.delete(page)) domains[domain]!.unmap(page, 1);
            break;
          case "translate": {
            const result = reached(iommu.translate(request(pasid, requester, page * 4096)));
            const its = attached.get(key);
            const expected = its === undefined ? undefined : (mapped[its]!.get(page) ?? "0x79");
            if (expected === undefined) expect(["0x39", "0x41", "0x51", "0x59"]).toContain(result);
            else expect(result).toBe(expected);
          }
        }
      }
      for (const requester of REQUESTERS)
        for (const pasid of PASIDS)
          if (pasid === undefined) iommu.attach(requester, undefined);
          else iommu.attachPasid(requester, pasid, undefined);
      for (const domain of domains) domain.destroy();
      expect(iommu.inspect()["domains"]).toBe(0);
    });
    fc.assert(property, { seed: 1, numRuns: 300 });
  });
});
