/** DMA that waits for pages: specification 60, section 2.10, between a DMA engine, a VT-d unit and who listens to it. */
import { describe, expect, test } from "@jest/globals";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { Cancellation } from "../../daemon/devices/cancellation.js";
import { DmaEngine, type DmaResult } from "../../daemon/devices/dma-engine.js";
import { PAGE_REQUESTS_MAX } from "../../daemon/devices/page-requester.js";
import { TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import {
  PROT_READ,
  PROT_WRITE,
  type PageRequest,
  type PageResponse,
  type PagingDomain,
  type PhysicalMemory,
} from "../../daemon/hw/interface.js";
import { VtdIommu } from "../../daemon/hw/vtd/iommu.js";
import { vtdProfile, type VtdProfileOptions } from "../../daemon/hw/vtd/profile.js";
import { U64 } from "../../daemon/u64.js";

const RW = PROT_READ | PROT_WRITE;
const RID = 0x20;
const PAGE = 4096;
const PLAIN = { nestParent: false, dirtyTracking: false, pasid: true, enforceCoherency: false };

class PlainMemory implements PhysicalMemory {
  readonly bytes = new Uint8Array(64 * PAGE);

  read(physical: number, into: Uint8Array): Errno {
    into.set(this.bytes.subarray(physical, physical + into.length));
    return errno.OK;
  }

  write(physical: number, from: Uint8Array): Errno {
    this.bytes.set(from, physical);
    return errno.OK;
  }
}

interface Asked {
  readonly request: PageRequest;
  readonly respond: (response: PageResponse) => void;
}

function newDomain(iommu: VtdIommu): PagingDomain {
  const domain = iommu.allocateDomain(PLAIN);
  if (typeof domain === "number") throw new Error(`errno ${domain}`);
  return domain;
}

/** A device that asks for pages, attached to an empty domain, and what it has asked for. */
function setUp(options: VtdProfileOptions = {}) {
  const memory = new PlainMemory();
  const iommu = new VtdIommu("iommu0", vtdProfile(options), new TableMemory(1024), new FaultCounter());
  iommu.describeDevice(RID, { pasidBits: 20, raisesPageRequests: true });
  const domain = newDomain(iommu);
  iommu.attach(RID, domain);
  const asked: Asked[] = [];
  iommu.listen(RID, (request, respond) => asked.push({ request, respond }));
  return { memory, iommu, domain, dma: new DmaEngine(RID, iommu, memory), asked };
}

const at = (address: number): U64 => U64.fromNumber(address);
const bytes = (length: number, value = 7): Uint8Array => new Uint8Array(length).fill(value);

function waits(result: DmaResult | Promise<DmaResult>): Promise<DmaResult> {
  if (!(result instanceof Promise)) throw new Error(`the transfer does not wait: ${JSON.stringify(result)}`);
  return result;
}

/** Everything that follows from what has happened has happened. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a DMA that misses", () => {
  test("asks for the page, waits, and goes on when it is mapped and answered", async () => {
    const { memory, iommu, domain, dma, asked } = setUp();
    domain.map(16, 4, 1, RW);
    let waiting = 0;
    const options = { onPageWait: () => waiting++ };
    const result = waits(dma.write(at(0x10ff0), bytes(0x20), options));
    expect(asked.map(({ request }) => request)).toEqual([
      {
        ...{ pasid: undefined, group: 0, last: true, permissions: PROT_WRITE },
        ...{ address: at(0x11000), responseNeedsPasid: false },
      },
    ]);
    expect([waiting, dma.pages.open]).toEqual([1, 1]);
    // What lies before the missing page has been written.
    expect(memory.bytes.subarray(0x4ff0, 0x5000)).toEqual(bytes(0x10));
    domain.map(17, 9, 1, RW);
    asked[0]!.respond("success");
    expect(await result).toEqual({ error: errno.OK, transferred: 0x20 });
    expect(memory.bytes.subarray(0x9000, 0x9010)).toEqual(bytes(0x10));
    expect([dma.pages.open, iommu.faults.recordsOf(RID)]).toEqual([0, []]);
  });

  test("asks again when it misses again", async () => {
    const { domain, dma, asked } = setUp();
    const result = waits(dma.read(at(0), new Uint8Array(2 * PAGE)));
    asked[0]!.respond("success");
    await settled();
    expect(asked.map(({ request }) => request.address.toNumber())).toEqual([0, 0]);
    domain.map(0, 4, 1, RW);
    asked[1]!.respond("success");
    await settled();
    domain.map(1, 5, 1, RW);
    asked[2]!.respond("success");
    expect(await result).toEqual({ error: errno.OK, transferred: 2 * PAGE });
    expect(asked.map(({ request }) => [request.permissions, request.group])).toEqual([
      [PROT_READ, 0],
      [PROT_READ, 0],
      [PROT_READ, 0],
    ]);
  });

  test("asks also for a permission that the page lacks", () => {
    const { domain, dma, asked } = setUp();
    domain.map(0, 4, 1, PROT_READ);
    void waits(dma.write(at(0), bytes(1)));
    expect(asked).toHaveLength(1);
  });

  test("stops with its fault, recorded with the walk that missed, when it is refused", async () => {
    const { iommu, domain, dma, asked } = setUp();
    const result = waits(dma.write(at(0x1000), bytes(1)));
    expect(iommu.faults.recordsOf(RID)).toEqual([]);
    domain.map(1, 4, 1, RW);
    asked[0]!.respond("invalid");
    const { error, transferred, fault } = await result;
    expect([error, transferred]).toEqual([errno.EIO, 0]);
    expect(fault).toMatchObject({ reason: 0x79, address: at(0x1000), write: true, number: 1 });
    expect(iommu.faults.recordsOf(RID)).toEqual([fault]);
    expect(iommu.faults.recordsOf(RID)[0]!.walk.at(-1)!.decoded).toBe("not present");
  });

  test("with a PASID asks for the page of that PASID", async () => {
    const { memory, iommu, dma, asked } = setUp();
    const own = newDomain(iommu);
    iommu.attachPasid(RID, 5, own);
    const result = waits(dma.write(at(0x1234), bytes(4), { pasid: 5 }));
    expect(asked[0]!.request).toMatchObject({ pasid: 5, address: at(0x1000), responseNeedsPasid: true });
    own.map(1, 4, 1, RW);
    asked[0]!.respond("success");
    expect((await result).error).toBe(errno.OK);
    expect(memory.bytes.subarray(0x4234, 0x4238)).toEqual(bytes(4));
    const refused = waits(dma.write(at(0x5000), bytes(4), { pasid: 5 }));
    asked[1]!.respond("invalid");
    expect((await refused).fault).toMatchObject({ pasid: 5 });
  });

  test("both ends of a copy, and a fill, wait", async () => {
    const { memory, domain, dma, asked } = setUp();
    const copy = waits(dma.copy(at(0x1000), at(0), 16));
    domain.map(0, 4, 1, RW);
    memory.bytes.fill(3, 0x4000, 0x4010);
    asked[0]!.respond("success");
    await settled();
    domain.map(1, 5, 1, RW);
    asked[1]!.respond("success");
    expect(await copy).toEqual({ error: errno.OK, transferred: 16 });
    expect(memory.bytes.subarray(0x5000, 0x5010)).toEqual(bytes(16, 3));
    expect(asked.map(({ request }) => request.permissions)).toEqual([PROT_READ, PROT_WRITE]);
    const fill = waits(dma.fill(at(0x2000), 8, 9));
    asked[2]!.respond("invalid");
    expect((await fill).error).toBe(errno.EIO);
  });
});

describe("without a wait", () => {
  test("nobody listens, or the request is refused at once: the DMA faults at once", () => {
    const { iommu, dma } = setUp();
    iommu.listen(RID, (_request, respond) => {
      respond("invalid");
    });
    expect(dma.write(at(0), bytes(1))).toMatchObject({ error: errno.EIO, fault: { number: 1 } });
    iommu.listen(RID, undefined);
    expect(dma.write(at(0), bytes(1))).toMatchObject({ error: errno.EIO, fault: { number: 2 } });
    expect(dma.pages.open).toBe(0);
  });

  test("faults that no page would cure end the DMA at once", () => {
    const { iommu, dma, asked } = setUp();
    const reasonAt = (address: U64): unknown => dma.write(address, bytes(8));
    expect(reasonAt(at(0xfee00000))).toMatchObject({ error: errno.EIO, fault: { reason: 0x87 } });
    expect(reasonAt(U64.fromBigInt(1n << 60n))).toMatchObject({ error: errno.EIO, fault: { reason: 0x83 } });
    expect(dma.write(at(0), bytes(8), { pasid: 1 })).toMatchObject({ error: errno.EIO, fault: { reason: 0x59 } });
    iommu.attach(RID, undefined);
    expect(reasonAt(at(0))).toMatchObject({ error: errno.EIO, fault: { reason: 0x59 } });
    expect(asked).toEqual([]);
  });

  test("an address that is not canonical is refused without being reported", () => {
    const { dma, asked } = setUp({ mgaw: 57, sagaw: 8 });
    expect(dma.write(U64.fromBigInt(1n << 56n), bytes(1))).toMatchObject({ error: errno.EIO, fault: { reason: 0x79 } });
    expect(asked).toEqual([]);
    void waits(dma.write(U64.fromBigInt((1n << 56n) - 1n), bytes(1)));
    expect(asked).toHaveLength(1);
  });
});

describe("many requests", () => {
  test("have a group each; the one beyond the last group waits for an answer", async () => {
    const { domain, dma, asked } = setUp();
    const results = Array.from({ length: PAGE_REQUESTS_MAX + 1 }, (_, page) =>
      waits(dma.write(at(page * PAGE), bytes(1))),
    );
    expect(new Set(asked.map(({ request }) => request.group)).size).toBe(PAGE_REQUESTS_MAX);
    expect(asked).toHaveLength(PAGE_REQUESTS_MAX);
    asked[7]!.respond("invalid");
    expect((await results[7]!).error).toBe(errno.EIO);
    expect(asked.at(-1)!.request).toMatchObject({ group: 7, address: at(PAGE_REQUESTS_MAX * PAGE) });
    domain.map(PAGE_REQUESTS_MAX, 4, 1, RW);
    asked.at(-1)!.respond("success");
    expect((await results.at(-1)!).error).toBe(errno.OK);
    for (const { respond } of asked.filter((_, index) => index !== 7).slice(0, -1)) respond("invalid");
    await Promise.all(results);
    expect(dma.pages.open).toBe(0);
  });

  test("end without piling up when nobody listens any more", async () => {
    const { iommu, dma, asked } = setUp();
    const results = Array.from({ length: 20_000 }, () => waits(dma.write(at(0), bytes(1))));
    iommu.listen(RID, undefined);
    for (const { respond } of [...asked]) respond("invalid");
    for (const { error } of await Promise.all(results)) expect(error).toBe(errno.EIO);
    expect([asked.length, dma.pages.open]).toEqual([PAGE_REQUESTS_MAX, 0]);
  });

  test("of a caller who has lost interest end; a late answer frees the group and moves no bytes", async () => {
    const { memory, iommu, domain, dma, asked } = setUp();
    const cancellation = new Cancellation();
    const results = Array.from({ length: PAGE_REQUESTS_MAX + 2 }, () =>
      waits(dma.write(at(0), bytes(1), { cancellation })),
    );
    const other = waits(dma.write(at(0), bytes(1)));
    cancellation.cancel();
    for (const result of await Promise.all(results)) expect(result.error).toBe(errno.EINTR);
    expect(dma.pages.open).toBe(PAGE_REQUESTS_MAX);
    domain.map(0, 4, 1, RW);
    for (const { respond } of [...asked]) respond("success");
    await settled();
    // Only the other caller's request has followed.
    expect([asked.length, dma.pages.open, memory.bytes[0x4000]]).toEqual([PAGE_REQUESTS_MAX + 1, 1, 0]);
    asked.at(-1)!.respond("success");
    expect(await other).toEqual({ error: errno.OK, transferred: 1 });
    expect([dma.pages.open, iommu.faults.recordsOf(RID)]).toEqual([0, []]);
    expect(dma.read(at(PAGE), new Uint8Array(1), { cancellation })).toEqual({ error: errno.EINTR, transferred: 0 });
  });
});
