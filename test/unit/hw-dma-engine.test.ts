/** The DMA engine of an endpoint: how transfers split, merge, stop and report. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { Cancellation } from "../../daemon/devices/cancellation.js";
import { ACCESS_BYTES_MAX, BUFFER_BYTES_MAX, DmaEngine, type DmaResult } from "../../daemon/devices/dma-engine.js";
import { Endpoint } from "../../daemon/devices/endpoint.js";
import { TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import { PROT_READ, PROT_WRITE, type PagingDomain, type PhysicalMemory } from "../../daemon/hw/interface.js";
import { VtdIommu } from "../../daemon/hw/vtd/iommu.js";
import { vtdProfile } from "../../daemon/hw/vtd/profile.js";
import { U64 } from "../../daemon/u64.js";

const RW = PROT_READ | PROT_WRITE;
const RID = 0x20;
const PAGE = 4096;
const PLAIN = { nestParent: false, dirtyTracking: false, pasid: false, enforceCoherency: false };

/** Physical memory from address 0 that notes every access and may answer late, or not at all beyond a limit. */
class FakeMemory implements PhysicalMemory {
  readonly bytes = new Uint8Array(520 * PAGE);
  readonly accesses: string[] = [];
  goneFrom = Infinity;

  constructor(private readonly late: boolean) {}

  read(physical: number, into: Uint8Array): Errno | Promise<Errno> {
    return this.access("read", physical, into.length, () => {
      into.set(this.bytes.subarray(physical, physical + into.length));
    });
  }

  write(physical: number, from: Uint8Array): Errno | Promise<Errno> {
    return this.access("write", physical, from.length, () => {
      this.bytes.set(from, physical);
    });
  }

  private access(what: string, physical: number, length: number, move: () => void): Errno | Promise<Errno> {
    this.accesses.push(`${what} ${physical.toString(16)}+${length.toString(16)}`);
    const perform = (): Errno => {
      if (physical + length > this.goneFrom) return errno.EFAULT;
      move();
      return errno.OK;
    };
    return this.late ? Promise.resolve().then(perform) : perform();
  }
}

interface Machine {
  memory: FakeMemory;
  iommu: VtdIommu;
  domain: PagingDomain;
  dma: DmaEngine;
}

function setUp(late = false): Machine {
  const memory = new FakeMemory(late);
  const iommu = new VtdIommu("iommu0", vtdProfile(), new TableMemory(1024), new FaultCounter());
  const domain = iommu.allocateDomain(PLAIN);
  if (typeof domain === "number") throw new Error(`errno ${domain}`);
  iommu.attach(RID, domain);
  return { memory, iommu, domain, dma: new DmaEngine(RID, iommu, memory) };
}

const at = (address: number): U64 => U64.fromNumber(address);
const pattern = (length: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8) + seed) & 0xff);

/** The result of a transfer in memory that answers at once. */
function now(result: DmaResult | Promise<DmaResult>): DmaResult {
  if (result instanceof Promise) throw new Error("the transfer waits");
  return result;
}

describe("read and write", () => {
  test("a transfer is split at page ends and joined where physical pages follow each other", () => {
    const { memory, domain, dma } = setUp();
    domain.map(16, 4, 2, RW); // Physical 0x4000 to 0x5fff,
    domain.map(18, 9, 1, RW); // then 0x9000,
    domain.map(19, 10, 1, RW); // then 0xa000, which follows it.
    const data = pattern(3 * PAGE);
    expect(now(dma.write(at(0x10123), data))).toEqual({ error: errno.OK, transferred: 3 * PAGE });
    expect(memory.accesses).toEqual(["write 4123+1edd", "write 9000+1123"]);
    const back = new Uint8Array(3 * PAGE);
    expect(now(dma.read(at(0x10123), back)).transferred).toBe(3 * PAGE);
    expect(back).toEqual(data);
    expect(memory.bytes[0x4122]).toBe(0);
    expect(memory.bytes[0xa123]).toBe(0);
  });

  test("one access carries at most ACCESS_BYTES_MAX bytes", () => {
    const { memory, domain, dma } = setUp();
    domain.map(0, 0, 520, RW);
    expect(now(dma.write(at(0x10), pattern(ACCESS_BYTES_MAX * 2 + 5))).error).toBe(errno.OK);
    expect(memory.accesses).toEqual(["write 10+100000", "write 100010+100000", "write 200010+5"]);
  });

  test("a fault ends a transfer after the bytes before it, with its record", () => {
    const { memory, domain, dma, iommu } = setUp();
    domain.map(16, 4, 1, RW);
    domain.map(17, 5, 1, PROT_READ);
    const result = now(dma.write(at(0x10f00), pattern(0x200)));
    expect(result).toMatchObject({ error: errno.EIO, transferred: 0x100 });
    expect(result.fault).toMatchObject({ reason: 0x79, address: at(0x11000), write: true, requesterId: RID });
    expect(memory.accesses).toEqual(["write 4f00+100"]);
    expect(iommu.faults.recordsOf(RID)).toHaveLength(1);
    expect(now(dma.read(at(0x10f00), new Uint8Array(0x200)))).toEqual({ error: errno.OK, transferred: 0x200 });
  });

  test("memory that is gone is EFAULT, without a fault", () => {
    const { memory, domain, dma } = setUp();
    domain.map(0, 1, 1, RW);
    domain.map(1, 64, 1, RW);
    memory.goneFrom = 0x40000;
    expect(now(dma.read(at(0xff0), new Uint8Array(0x20)))).toEqual({ error: errno.EFAULT, transferred: 0x10 });
  });

  test("no bytes, and a range beyond 2^64, are EINVAL; the last byte of all is not beyond it", () => {
    const { dma } = setUp();
    expect(now(dma.read(at(0), new Uint8Array(0))).error).toBe(errno.EINVAL);
    expect(now(dma.write(U64.MAX, new Uint8Array(2))).error).toBe(errno.EINVAL);
    expect(now(dma.fill(U64.MAX, 2, 0)).error).toBe(errno.EINVAL);
    expect(now(dma.copy(U64.MAX, at(0), 2)).error).toBe(errno.EINVAL);
    expect(now(dma.copy(at(0), U64.MAX, 2)).error).toBe(errno.EINVAL);
    expect(now(dma.write(U64.MAX, new Uint8Array(1))).fault?.reason).toBe(0x83);
  });

  test("four bytes into the interrupt window are an interrupt and reach no memory", () => {
    const { memory, dma, iommu } = setUp();
    expect(now(dma.write(at(0xfee00010), new Uint8Array(4)))).toEqual({ error: errno.OK, transferred: 4 });
    expect(iommu.inspect()).toMatchObject({ interruptRequests: 1 });
    expect(memory.accesses).toEqual([]);
    expect(now(dma.write(at(0xfee00010), new Uint8Array(8))).fault?.reason).toBe(0x87);
  });

  test("a transfer that waits for memory gives the same result later", async () => {
    const { memory, domain, dma } = setUp(true);
    domain.map(0, 4, 1, RW);
    domain.map(1, 9, 1, RW);
    const data = pattern(2 * PAGE);
    const pending = dma.write(at(0), data);
    expect(pending).toBeInstanceOf(Promise);
    expect(await pending).toEqual({ error: errno.OK, transferred: 2 * PAGE });
    expect(memory.bytes.subarray(0x9000, 0xa000)).toEqual(data.subarray(PAGE));
    memory.goneFrom = 0x9000;
    expect(await dma.read(at(0), new Uint8Array(2 * PAGE))).toEqual({ error: errno.EFAULT, transferred: PAGE });
  });
});

test("a transfer that waits for memory makes no access after the one under way once nobody wants it", async () => {
  const { memory, domain, dma } = setUp(true);
  domain.map(0, 4, 1, RW);
  domain.map(1, 9, 1, RW);
  const cancellation = new Cancellation();
  const pending = dma.write(at(0), pattern(2 * PAGE), { cancellation });
  cancellation.cancel();
  expect(await pending).toEqual({ error: errno.EINTR, transferred: PAGE });
  expect(memory.accesses).toEqual(["write 4000+1000"]);
});

describe("fill and copy", () => {
  test("fill writes one byte value over exactly its range, in bounded pieces", () => {
    const { memory, domain, dma } = setUp();
    domain.map(0, 0, 64, RW);
    const length = BUFFER_BYTES_MAX + 100;
    expect(now(dma.fill(at(3), length, 0xab))).toEqual({ error: errno.OK, transferred: length });
    expect(memory.accesses).toEqual(["write 3+10000", "write 10003+64"]);
    expect([memory.bytes[2], memory.bytes[3], memory.bytes[2 + length], memory.bytes[3 + length]]).toEqual([
      0, 0xab, 0xab, 0,
    ]);
  });

  test("a fill that faults tells how many bytes it wrote", () => {
    const { domain, dma } = setUp();
    domain.map(0, 0, 20, RW);
    expect(now(dma.fill(at(0x100), 0x20000, 1))).toMatchObject({ error: errno.EIO, transferred: 0x13f00 });
  });

  test("a copy that faults while it reads writes what was read before", () => {
    const { memory, domain, dma } = setUp();
    domain.map(0, 0, 1, RW);
    domain.map(16, 16, 1, RW);
    memory.bytes.set(pattern(PAGE));
    expect(now(dma.copy(at(0x10000), at(0x800), PAGE))).toMatchObject({
      error: errno.EIO,
      transferred: 0x800,
      fault: { address: at(0x1000), write: false },
    });
    expect(memory.bytes.subarray(0x10000, 0x10800)).toEqual(pattern(PAGE).subarray(0x800));
  });

  test("a copy that faults while it writes counts what was written", () => {
    const { domain, dma } = setUp();
    domain.map(0, 0, 2, RW);
    domain.map(16, 16, 1, RW);
    expect(now(dma.copy(at(0x10800), at(0), 2 * PAGE))).toMatchObject({
      error: errno.EIO,
      transferred: 0x800,
      fault: { address: at(0x11000), write: true },
    });
  });

  test("copies go in ascending chunks, each read whole before it is written", async () => {
    const shift = fc.integer({ min: -5000, max: BUFFER_BYTES_MAX + 5000 });
    const length = fc.integer({ min: 1, max: 3 * BUFFER_BYTES_MAX });
    const property = fc.asyncProperty(shift, length, fc.boolean(), async (distance, size, late) => {
      const { memory, domain, dma } = setUp(late);
      domain.map(0, 0, 512, RW);
      const source = 8000;
      memory.bytes.set(pattern(memory.bytes.length));
      const expected = memory.bytes.slice();
      for (let done = 0; done < size; done += BUFFER_BYTES_MAX) {
        const end = Math.min(size, done + BUFFER_BYTES_MAX);
        expected.copyWithin(source + distance + done, source + done, source + end);
      }
      const result = await dma.copy(at(source + distance), at(source), size);
      expect(result).toEqual({ error: errno.OK, transferred: size });
      expect(Buffer.compare(memory.bytes, expected)).toBe(0);
    });
    await fc.assert(property, { seed: 15, numRuns: 25 });
  });
});

describe("endpoint", () => {
  test("shows the faults of its own requester id, and clears no others", () => {
    const { memory, iommu } = setUp();
    const make = (requesterId: number): Endpoint =>
      new Endpoint(
        { name: `dma${requesterId}`, address: "0000:00:00.0", requesterId, iommu, reservedRegions: [] },
        memory,
      );
    const [mine, other] = [make(RID), make(RID + 1)];
    for (const endpoint of [mine, other, mine]) now(endpoint.dma.fill(at(0), 1, 0));
    expect(mine.faults().map((record) => record.number)).toEqual([1, 3]);
    expect(mine.inspect()).toMatchObject({ faults: 2, faultsLost: 0, iommu: "iommu0" });
    mine.clearFaults();
    expect([mine.faults().length, other.faults().length]).toEqual([0, 1]);
  });
});
