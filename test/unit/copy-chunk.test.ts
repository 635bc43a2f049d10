/** Copies that memory does without a buffer mean what those through a buffer mean, also where they wait or end early. */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { CopyChunk } from "../../daemon/devices/copy-chunk.js";
import { BUFFER_BYTES_MAX, DmaEngine } from "../../daemon/devices/dma-engine.js";
import { TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import { PROT_READ, PROT_WRITE, type PhysicalMemory, type TranslationRequest } from "../../daemon/hw/interface.js";
import { VtdIommu } from "../../daemon/hw/vtd/iommu.js";
import { vtdProfile } from "../../daemon/hw/vtd/profile.js";
import { U64 } from "../../daemon/u64.js";
import { errno, type Errno } from "../../proto/uapi/errno.js";

const PAGE = 4096;
const RID = 0x20;
const RW = PROT_READ | PROT_WRITE;

/** Memory that copies by itself, from and to the pages that are not in `plain`, at most `copyMax` bytes at a time. */
class CopyingMemory implements PhysicalMemory {
  readonly bytes = new Uint8Array(64 * PAGE).map((_, index) => (index * 7 + (index >> 8)) & 0xff);
  readonly accesses: string[] = [];
  readonly plain = new Set<number>();
  readonly gone = new Set<number>();
  /** Writes to these pages are answered later. */
  readonly late = new Set<number>();
  release: () => void = () => undefined;
  copyMax = Infinity;

  private has(set: ReadonlySet<number>, physical: number, length: number): boolean {
    for (let page = Math.floor(physical / PAGE); page * PAGE < physical + length; page++)
      if (set.has(page)) return true;
    return false;
  }

  private note(what: string, physical: number, length: number): void {
    this.accesses.push(`${what} ${physical.toString(16)}+${length.toString(16)}`);
  }

  read(physical: number, into: Uint8Array): Errno {
    this.note("read", physical, into.length);
    if (this.has(this.gone, physical, into.length)) return errno.EFAULT;
    into.set(this.bytes.subarray(physical, physical + into.length));
    return errno.OK;
  }

  write(physical: number, from: Uint8Array): Errno | Promise<Errno> {
    this.note("write", physical, from.length);
    if (this.has(this.gone, physical, from.length)) return errno.EFAULT;
    this.bytes.set(from, physical);
    if (!this.has(this.late, physical, from.length)) return errno.OK;
    return new Promise((resolve) => {
      this.release = () => {
        resolve(errno.OK);
      };
    });
  }

  isCopySource(physical: number, length: number): boolean {
    return !this.has(this.plain, physical, length);
  }

  copy(destination: number, source: number, length: number): number {
    if (this.has(this.gone, destination, length) || this.has(this.gone, source, length)) return 0;
    if (this.has(this.plain, destination, length)) return 0;
    const copied = Math.min(length, this.copyMax);
    this.note("copy", destination, copied);
    this.bytes.copyWithin(destination, source, source + copied);
    return copied;
  }
}

function setUp(): { memory: CopyingMemory; iommu: VtdIommu; map: (page: number, pfn: number) => void; dma: DmaEngine } {
  const memory = new CopyingMemory();
  const iommu = new VtdIommu("iommu0", vtdProfile(), new TableMemory(1024), new FaultCounter());
  const options = { nestParent: false, dirtyTracking: false, pasid: false, enforceCoherency: false };
  const domain = iommu.allocateDomain(options);
  if (typeof domain === "number") throw new Error(`errno ${domain}`);
  iommu.attach(RID, domain);
  const map = (page: number, pfn: number): void => void domain.map(page, pfn, 1, RW);
  return { memory, iommu, map, dma: new DmaEngine(RID, iommu, memory) };
}

const page = (number: number): U64 => U64.fromPage(number);

describe("a copy", () => {
  test("is one access for each piece that is consecutive on both sides", () => {
    const { memory, map, dma } = setUp();
    for (const [at, pfn] of [4, 5, 9, 10].entries()) map(at, pfn);
    for (const [at, pfn] of [20, 21, 22, 40].entries()) map(16 + at, pfn);
    const expected = [4, 5, 9, 10].flatMap((pfn) => [...memory.bytes.subarray(pfn * PAGE, (pfn + 1) * PAGE)]);
    expect(dma.copy(page(16), page(0), 4 * PAGE)).toEqual({ error: errno.OK, transferred: 4 * PAGE });
    expect(memory.accesses).toEqual(["copy 14000+2000", "copy 16000+1000", "copy 28000+1000"]);
    const copied = [...memory.bytes.subarray(20 * PAGE, 23 * PAGE), ...memory.bytes.subarray(40 * PAGE, 41 * PAGE)];
    expect(Buffer.compare(Buffer.from(copied), Buffer.from(expected))).toBe(0);
  });

  test("goes through a buffer where memory cannot copy, from there to the end of the piece", () => {
    const { memory, map, dma } = setUp();
    for (const [at, pfn] of [4, 5, 6].entries()) map(at, pfn);
    for (const [at, pfn] of [20, 21, 22].entries()) map(16 + at, pfn);
    memory.copyMax = PAGE;
    expect(dma.copy(page(16), page(0), 3 * PAGE)).toEqual({ error: errno.OK, transferred: 3 * PAGE });
    expect(memory.accesses).toEqual(["copy 14000+1000", "copy 15000+1000", "read 5000+2000", "write 16000+1000"]);
    expect(Buffer.compare(memory.bytes.subarray(20 * PAGE, 23 * PAGE), memory.bytes.subarray(4 * PAGE, 7 * PAGE))).toBe(
      0,
    );
  });

  test("whose source is gone ends where it is gone, and says that it is the source", () => {
    const { memory, map, dma } = setUp();
    for (const [at, pfn] of [4, 6].entries()) map(at, pfn);
    for (const [at, pfn] of [20, 21].entries()) map(16 + at, pfn);
    memory.gone.add(6);
    const result = { error: errno.EFAULT, transferred: PAGE, failedReading: true };
    expect(dma.copy(page(16), page(0), 2 * PAGE)).toEqual(result);
    memory.plain.add(20).add(21);
    expect(dma.copy(page(16), page(0), 2 * PAGE)).toEqual(result);
  });

  test("whose destination is gone does not say that it is the source", () => {
    const { memory, map, dma } = setUp();
    for (const [at, pfn] of [4, 6].entries()) map(at, pfn);
    for (const [at, pfn] of [20, 22].entries()) map(16 + at, pfn);
    memory.gone.add(22);
    expect(dma.copy(page(16), page(0), 2 * PAGE)).toEqual({ error: errno.EFAULT, transferred: PAGE });
  });

  test("that waits has read its chunk whole before, and reads no page after that", async () => {
    const { memory, map, dma } = setUp();
    for (const [at, pfn] of [4, 6, 8].entries()) map(at, pfn);
    for (const [at, pfn] of [20, 22, 24].entries()) map(16 + at, pfn);
    memory.plain.add(22);
    memory.late.add(22);
    const before = memory.bytes.slice(8 * PAGE, 9 * PAGE);
    const pending = dma.copy(page(16), page(0), 3 * PAGE);
    expect(pending).toBeInstanceOf(Promise);
    memory.bytes.fill(0, 8 * PAGE, 9 * PAGE);
    memory.gone.add(8);
    memory.release();
    expect(await pending).toEqual({ error: errno.OK, transferred: 3 * PAGE });
    expect(Buffer.compare(memory.bytes.subarray(24 * PAGE, 25 * PAGE), before)).toBe(0);
  });

  test("of pages that may be the same ones in any order is read whole before it is written", () => {
    const frames = fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 8, maxLength: 8 });
    const offset = fc.integer({ min: 0, max: PAGE - 1 });
    const property = fc.property(frames, offset, offset, fc.subarray([1, 3, 5, 7, 9]), (pfns, from, to, plain) => {
      const { memory, map, dma } = setUp();
      for (const pfn of plain) memory.plain.add(pfn);
      for (const [at, pfn] of pfns.entries()) map(at, pfn);
      const length = 3 * PAGE;
      const physical = (iova: number): number => pfns[Math.floor(iova / PAGE)]! * PAGE + (iova % PAGE);
      const expected = memory.bytes.slice();
      for (let n = 0; n < length; n++) expected[physical(4 * PAGE + to + n)] = memory.bytes[physical(from + n)]!;
      const result = dma.copy(page(4).plusNumber(to), page(0).plusNumber(from), length);
      expect(result).toEqual({ error: errno.OK, transferred: length });
      expect(Buffer.compare(memory.bytes, expected)).toBe(0);
    });
    fc.assert(property, { seed: 15, numRuns: 300 });
  });

  test("takes no buffer where none is needed", () => {
    const memory = new CopyingMemory();
    const chunk = new CopyChunk(memory, () => {
      throw new Error("a buffer was asked for");
    });
    expect(chunk.read(4 * PAGE, 0, BUFFER_BYTES_MAX)).toBe(errno.OK);
    expect(chunk.write(40 * PAGE, 0, BUFFER_BYTES_MAX)).toBe(errno.OK);
    expect(memory.accesses).toEqual([`copy 28000+${BUFFER_BYTES_MAX.toString(16)}`]);
  });
});

describe("a run of pages", () => {
  /** The sixth page from here on is in another table. */
  const FIRST = 506;

  test("is what the translations of its pages say, and does to the caches what they do", () => {
    const layout = fc.array(fc.record({ gap: fc.boolean(), jump: fc.boolean(), readOnly: fc.boolean() }), {
      minLength: 12,
      maxLength: 12,
    });
    const property = fc.property(layout, fc.boolean(), fc.nat(PAGE - 1), (pages, write, offset) => {
      const [iommu, twin] = [0, 1].map(() => {
        const unit = new VtdIommu("iommu0", vtdProfile(), new TableMemory(64), new FaultCounter());
        const domain = unit.allocateDomain({
          nestParent: false,
          dirtyTracking: true,
          pasid: false,
          enforceCoherency: false,
        });
        if (typeof domain === "number") throw new Error(`errno ${domain}`);
        expect(domain.dirty!.setEnabled(true)).toBe(errno.OK);
        unit.attach(RID, domain);
        let pfn = 2 ** 18;
        for (const [at, { gap, jump, readOnly }] of pages.entries()) {
          pfn += jump ? 7 : 1;
          if (at === 0 || !gap) domain.map(FIRST + at, pfn, 1, readOnly && at > 0 ? PROT_READ : RW);
        }
        const dirty = (): number[] => {
          const found: number[] = [];
          for (let at = 0; at < pages.length; at++)
            domain.dirty!.read(FIRST + at, 1, false, (first) => found.push(first));
          return found;
        };
        return { unit, dirty };
      }) as [{ unit: VtdIommu; dirty: () => number[] }, { unit: VtdIommu; dirty: () => number[] }];

      const request = (at: number): TranslationRequest => {
        const address = page(FIRST + at).plusNumber(at === 0 ? offset : 0);
        return { requesterId: RID, pasid: undefined, address, write, length: 8 };
      };
      const found = iommu.unit.translate(request(0));
      if (found.kind !== "translated") throw new Error("the first page is mapped");
      const wanted = pages.length * PAGE - offset;
      const length = iommu.unit.runFrom(request(0), found, wanted);

      let expected = PAGE - offset;
      twin.unit.translate(request(0));
      for (let at = 1; at < pages.length; at++) {
        const next = twin.unit.translate(request(at));
        if (next.kind !== "translated" || next.physical !== found.physical + expected) break;
        expected += PAGE;
      }
      expect(length).toBe(expected);
      expect(iommu.dirty()).toEqual(twin.dirty());
      expect(iommu.unit.inspect()["cached"]).toEqual(twin.unit.inspect()["cached"]);
      expect(iommu.unit.faults.recordsOf(RID)).toEqual([]);
    });
    fc.assert(property, { seed: 15, numRuns: 200 });
  });

  test("ends before the interrupt window, and at what is wanted", () => {
    const { iommu, map } = setUp();
    const last = 0xfedff;
    for (let at = last - 3; at <= last + 2; at++) map(at, at);
    const request = { requesterId: RID, address: page(last - 3), write: false, length: 8 };
    const found = iommu.translate(request);
    if (found.kind !== "translated") throw new Error("it is mapped");
    expect(iommu.runFrom(request, found, 100 * PAGE)).toBe(4 * PAGE);
    expect(iommu.runFrom(request, found, PAGE + 1)).toBe(PAGE + 1);
  });
});
