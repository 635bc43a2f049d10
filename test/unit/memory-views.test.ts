/**
 * Files that the daemon maps: what is moved through a view and what by the kernel, that no file's owner can end the daemon by
 * a signal, and what of a view the owner notices.
 */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { spawnSync } from "node:child_process";
import { ftruncateSync, mkdtempSync, openSync, closeSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BackingFile } from "../../daemon/core/mm.js";
import { BUFFER_BYTES_MAX, DmaEngine, type DmaResult } from "../../daemon/devices/dma-engine.js";
import { TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import { PROT_READ, PROT_WRITE } from "../../daemon/hw/interface.js";
import { VtdIommu } from "../../daemon/hw/vtd/iommu.js";
import { vtdProfile } from "../../daemon/hw/vtd/profile.js";
import { openBackingFile } from "../../daemon/memory/file-memory.js";
import { FileTable } from "../../daemon/memory/file-object.js";
import { VIEW_BYTES, VIEW_DEMAND_BYTES, ViewBudget } from "../../daemon/memory/file-views.js";
import { FrameTable } from "../../daemon/memory/frames.js";
import { loadNative } from "../../daemon/memory/native.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { errno } from "../../proto/uapi/errno.js";
import { counted, Memfd, SEAL } from "../support/memfd.js";
import { requirements } from "../support/requirements.js";

const MIB = 1024 * 1024;
const RID = 0x20;

const pattern = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8) + seed) & 0xff);

/** Files that are pinned one after the other in the IOVAs of a device, from 0 on. */
class Machine {
  readonly calls: string[] = [];
  readonly frames = new FrameTable();
  readonly files: FileTable;
  readonly dma: DmaEngine;
  private readonly iommu = new VtdIommu("iommu0", vtdProfile(), new TableMemory(1024), new FaultCounter());
  private readonly domain;
  private readonly pinned: { file: BackingFile; runs: { pfn: number; count: number }[] }[] = [];
  private nextPage = 0;

  constructor(budget?: ViewBudget) {
    this.files = new FileTable(counted(loadNative()!, this.calls), budget);
    const options = { nestParent: false, dirtyTracking: false, pasid: false, enforceCoherency: false };
    const domain = this.iommu.allocateDomain(options);
    if (typeof domain === "number") throw new Error(`errno ${domain}`);
    this.iommu.attach(RID, domain);
    this.domain = domain;
    this.dma = new DmaEngine(RID, this.iommu, this.frames);
  }

  /** @returns the IOVA of the file's first byte */
  pin(fd: number, bytes: number): number {
    const file = openBackingFile(openSync(`/proc/self/fd/${fd}`, "r+"), this.files, this.frames);
    const runs: { pfn: number; count: number }[] = [];
    const first = this.nextPage;
    const count = Math.ceil(bytes / PAGE_SIZE);
    expect(file.pin(0, Math.floor(bytes / PAGE_SIZE), true, (pfn, length) => runs.push({ pfn, count: length }))).toBe(
      0,
    );
    for (const run of runs) {
      expect(this.domain.map(this.nextPage, run.pfn, run.count, PROT_READ | PROT_WRITE)).toBe(0);
      this.nextPage += run.count;
    }
    this.nextPage = first + count + 1;
    this.pinned.push({ file, runs });
    return first * PAGE_SIZE;
  }

  unpinAll(): void {
    for (const { file, runs } of this.pinned.splice(0)) {
      for (const { pfn, count } of runs) file.unpin(pfn, count);
      file.release();
    }
  }

  copy(destination: number, source: number, length: number): DmaResult {
    return now(this.dma.copy(U64.fromNumber(destination), U64.fromNumber(source), length));
  }

  read(iova: number, length: number): { result: DmaResult; bytes: Uint8Array } {
    const bytes = new Uint8Array(length);
    return { result: now(this.dma.read(U64.fromNumber(iova), bytes)), bytes };
  }

  write(iova: number, bytes: Uint8Array): DmaResult {
    return now(this.dma.write(U64.fromNumber(iova), bytes));
  }

  /** Uses the file until it has a view to write to. */
  warm(iova: number): void {
    const { bytes } = this.read(iova, PAGE_SIZE);
    for (let done = 0; done <= VIEW_DEMAND_BYTES; done += PAGE_SIZE) expect(this.write(iova, bytes).error).toBe(0);
  }

  /** The native calls since it was last asked. */
  takeCalls(): string[] {
    return this.calls.splice(0);
  }
}

function now(result: DmaResult | Promise<DmaResult>): DmaResult {
  if (result instanceof Promise) throw new Error("the transfer waits");
  return result;
}

const OK = (transferred: number): DmaResult => ({ error: errno.OK, transferred });

requirements("native").describe("views of files", () => {
  let machine: Machine;
  const open: Memfd[] = [];

  const memfd = (bytes: number, seals = 0): Memfd => {
    const file = new Memfd(bytes);
    open.push(file);
    if (seals !== 0) expect(file.seal(seals)).toBe(0);
    return file;
  };

  beforeEach(() => {
    machine = new Machine();
  });

  afterEach(() => {
    machine.unpinAll();
    expect(machine.files.budget.size).toBe(0);
    for (const file of open.splice(0)) file.close();
  });

  test("a MiB is copied between files that cannot shrink without a system call", () => {
    const from = memfd(MIB, SEAL.SHRINK).store(0, pattern(MIB, 1));
    const to = memfd(MIB, SEAL.SHRINK).store(0, new Uint8Array(MIB));
    const [source, destination] = [machine.pin(from.fd, MIB), machine.pin(to.fd, MIB)];
    expect(machine.copy(destination, source, MIB)).toEqual(OK(MIB));
    machine.takeCalls();
    from.store(0, pattern(MIB, 2));
    expect(machine.copy(destination, source, MIB)).toEqual(OK(MIB));
    expect(machine.takeCalls()).toEqual([]);
    expect(Buffer.compare(to.load(0, MIB), pattern(MIB, 2))).toBe(0);
    expect(machine.write(source, pattern(MIB, 3))).toEqual(OK(MIB));
    expect(Buffer.compare(machine.read(source, MIB).bytes, pattern(MIB, 3))).toBe(0);
    // The write needed another mapping, and to look whether what it writes to exists.
    expect(machine.takeCalls().filter((name) => name.startsWith("file") || name === "nextHole").length).toBeLessThan(4);
    machine.takeCalls();
    machine.write(source, pattern(MIB, 4));
    machine.read(source, MIB);
    expect(machine.takeCalls()).toEqual([]);
    expect(Buffer.compare(from.load(0, MIB), pattern(MIB, 4))).toBe(0);
  });

  test("files that can shrink are copied by one call for several chunks, without a buffer", () => {
    const from = memfd(MIB).store(0, pattern(MIB, 1));
    const to = memfd(MIB).store(0, new Uint8Array(MIB));
    const [source, destination] = [machine.pin(from.fd, MIB), machine.pin(to.fd, MIB)];
    machine.copy(destination, source, MIB);
    machine.takeCalls();
    expect(machine.copy(destination, source, MIB)).toEqual(OK(MIB));
    expect(machine.takeCalls()).toEqual(Array<string>(MIB / (4 * BUFFER_BYTES_MAX)).fill("fileRead"));
    expect(Buffer.compare(to.load(0, MIB), pattern(MIB, 1))).toBe(0);
    expect(machine.read(source, MIB).result).toEqual(OK(MIB));
    expect(machine.takeCalls()).toEqual(["fileRead"]);
  });

  test("what is used rarely is not mapped", () => {
    const file = memfd(MIB, SEAL.SHRINK).store(0, pattern(MIB, 1));
    const iova = machine.pin(file.fd, MIB);
    for (let n = 0; n < 100; n++) machine.read(iova, 64);
    expect(machine.files.budget.size).toBe(0);
    machine.read(iova, VIEW_DEMAND_BYTES);
    expect(machine.files.budget.size).toBe(1);
  });

  describe.each([0, SEAL.SHRINK])("of files with seals %d", (seals) => {
    test("a hole is read as zeroes and stays one; what is written to it becomes a page", () => {
      const file = memfd(MIB, seals).store(0, pattern(PAGE_SIZE, 1));
      const iova = machine.pin(file.fd, MIB);
      machine.warm(iova);
      for (let n = 0; n < 3; n++) {
        const { result, bytes } = machine.read(iova + PAGE_SIZE, MIB - PAGE_SIZE);
        expect(result.error).toBe(errno.OK);
        expect(bytes.every((byte) => byte === 0)).toBe(true);
      }
      expect(file.pages()).toBe(1);
      machine.takeCalls();
      expect(machine.write(iova + 8 * PAGE_SIZE + 100, pattern(PAGE_SIZE, 5))).toEqual(OK(PAGE_SIZE));
      expect(machine.takeCalls()).toContain("fileWrite");
      expect(file.pages()).toBe(3);
      expect(Buffer.compare(file.load(8 * PAGE_SIZE + 100, PAGE_SIZE), pattern(PAGE_SIZE, 5))).toBe(0);
    });

    test("a page that is punched out reads as zeroes", () => {
      const file = memfd(MIB, seals).store(0, pattern(MIB, 1));
      const other = memfd(MIB, seals).store(0, pattern(MIB, 2));
      const [iova, destination] = [machine.pin(file.fd, MIB), machine.pin(other.fd, MIB)];
      machine.copy(destination, iova, MIB);
      machine.copy(destination, iova, MIB);
      expect(file.punch(0, MIB / 2)).toBe(0);
      expect(other.punch(0, MIB)).toBe(0);
      expect(machine.copy(destination, iova, MIB)).toEqual(OK(MIB));
      expect(other.load(0, MIB / 2).every((byte) => byte === 0)).toBe(true);
      expect(Buffer.compare(other.load(MIB / 2, MIB / 2), pattern(MIB, 1).subarray(MIB / 2))).toBe(0);
    });

    test("a transfer may go over several windows", () => {
      const file = memfd(2 * VIEW_BYTES, seals);
      const iova = machine.pin(file.fd, 2 * VIEW_BYTES);
      const at = VIEW_BYTES - 3 * PAGE_SIZE - 77;
      for (let n = 0; n < 3; n++) {
        const bytes = pattern(MIB, n);
        expect(machine.write(iova + at, bytes)).toEqual(OK(MIB));
        expect(Buffer.compare(file.load(at, MIB), bytes)).toBe(0);
        expect(Buffer.compare(machine.read(iova + at, MIB).bytes, bytes)).toBe(0);
        expect(machine.copy(iova + 2 * MIB, iova + at, MIB)).toEqual(OK(MIB));
        expect(Buffer.compare(file.load(2 * MIB, MIB), bytes)).toBe(0);
      }
    });

    test("overlapping copies are what they are through a buffer", () => {
      const file = memfd(4 * BUFFER_BYTES_MAX, seals).store(0, new Uint8Array(4 * BUFFER_BYTES_MAX));
      const iova = machine.pin(file.fd, 4 * BUFFER_BYTES_MAX);
      machine.warm(iova);
      const distance = fc.integer({ min: -5000, max: BUFFER_BYTES_MAX + 5000 });
      const length = fc.integer({ min: 1, max: 2 * BUFFER_BYTES_MAX });
      const property = fc.property(distance, length, (shift, size) => {
        const source = 8000;
        const expected = pattern(4 * BUFFER_BYTES_MAX, 1);
        file.store(0, expected);
        for (let done = 0; done < size; done += BUFFER_BYTES_MAX) {
          const end = Math.min(size, done + BUFFER_BYTES_MAX);
          expected.copyWithin(source + shift + done, source + done, source + end);
        }
        expect(machine.copy(iova + source + shift, iova + source, size)).toEqual(OK(size));
        expect(Buffer.compare(file.load(0, expected.length), expected)).toBe(0);
      });
      fc.assert(property, { seed: 15, numRuns: 25 });
    });
  });

  test("a file that its owner makes shorter is EFAULT where it ends, whichever side of a copy it is", () => {
    const shrinking = memfd(MIB).store(0, pattern(MIB, 1));
    const other = memfd(MIB, SEAL.SHRINK).store(0, pattern(MIB, 2));
    const [iova, safe] = [machine.pin(shrinking.fd, MIB), machine.pin(other.fd, MIB)];
    for (let n = 0; n < 2; n++) {
      machine.copy(iova, safe, MIB);
      machine.copy(safe, iova, MIB);
    }
    const kept = 3 * BUFFER_BYTES_MAX;
    expect(shrinking.resize(kept)).toBe(0);
    const [read, write] = [machine.copy(safe, iova, MIB), machine.copy(iova, safe, MIB)];
    expect(read).toEqual({ error: errno.EFAULT, transferred: kept, failedReading: true });
    expect(write).toEqual({ error: errno.EFAULT, transferred: kept });
    expect(machine.read(iova + kept, 1).result.error).toBe(errno.EFAULT);
    expect(machine.write(iova + kept, pattern(1, 1)).error).toBe(errno.EFAULT);
    expect(machine.read(iova, kept).result.error).toBe(errno.OK);
    expect(
      shrinking
        .load(0, MIB)
        .subarray(kept)
        .every((byte) => byte === 0),
    ).toBe(true);
  });

  test("F_SEAL_WRITE is refused while a file is pinned and written to through a view, and not before or after", () => {
    const file = memfd(MIB, SEAL.SHRINK).store(0, pattern(MIB, 1));
    const iova = machine.pin(file.fd, MIB);
    machine.warm(iova);
    expect(file.seal(SEAL.WRITE)).toBe(errno.EBUSY);
    machine.unpinAll();
    expect(file.seal(SEAL.WRITE)).toBe(0);
  });

  test("a file that is only read through a view can be sealed against writing: then a write is EFAULT", () => {
    const file = memfd(MIB, SEAL.SHRINK).store(0, pattern(MIB, 1));
    const iova = machine.pin(file.fd, MIB);
    for (let n = 0; n < 3; n++) machine.read(iova, MIB);
    expect(machine.files.budget.size).toBe(1);
    expect(file.seal(SEAL.WRITE)).toBe(0);
    for (let n = 0; n < 3; n++) expect(machine.write(iova, pattern(MIB, 2)).error).toBe(errno.EFAULT);
    const { result, bytes } = machine.read(iova, MIB);
    expect(result).toEqual(OK(MIB));
    expect(Buffer.compare(bytes, pattern(MIB, 1))).toBe(0);
  });

  test("a file that is sealed against future writing is read through a view, and a write is EFAULT", () => {
    const file = memfd(MIB, SEAL.SHRINK | SEAL.FUTURE_WRITE);
    const iova = machine.pin(file.fd, MIB);
    for (let n = 0; n < 3; n++) {
      expect(machine.write(iova, pattern(MIB, 2)).error).toBe(errno.EFAULT);
      expect(machine.read(iova, MIB).result).toEqual(OK(MIB));
    }
  });

  test("windows give way to others when the addresses for them are used up", () => {
    machine = new Machine(new ViewBudget(2));
    const files = [1, 2, 3, 4].map((seed) => memfd(MIB, SEAL.SHRINK).store(0, pattern(MIB, seed)));
    const iovas = files.map(({ fd }) => machine.pin(fd, MIB));
    for (let n = 0; n < 12; n++) {
      const [from, to] = [n % 4, (n * 3 + 1) % 4];
      if (from === to) continue;
      const expected = files[from]!.load(0, MIB);
      expect(machine.copy(iovas[to]!, iovas[from]!, MIB)).toEqual(OK(MIB));
      expect(Buffer.compare(files[to]!.load(0, MIB), expected)).toBe(0);
      expect(machine.files.budget.size).toBeLessThanOrEqual(2);
    }
  });

  test("a copy within one file reads and writes through the same window", () => {
    const file = memfd(MIB, SEAL.SHRINK).store(0, pattern(MIB, 1));
    const iova = machine.pin(file.fd, MIB);
    for (let n = 0; n < 3; n++) machine.read(iova, MIB);
    for (let n = 0; n < 3; n++) expect(machine.copy(iova + MIB / 2, iova, MIB / 2)).toEqual(OK(MIB / 2));
    expect(machine.files.budget.size).toBe(1);
    expect(Buffer.compare(file.load(MIB / 2, MIB / 2), pattern(MIB, 1).subarray(0, MIB / 2))).toBe(0);
  });
});

requirements("native", "tmpfs").describe("a file on a full tmpfs", () => {
  test("is EFAULT where it has a hole, and is written where it has pages", () => {
    const directory = mkdtempSync(join(tmpdir(), "iommufd-emu-tmpfs-"));
    expect(spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "none", directory]).status).toBe(0);
    const machine = new Machine();
    const from = new Memfd(MIB).store(0, pattern(MIB, 1));
    const fd = openSync(join(directory, "file"), "w+");
    try {
      ftruncateSync(fd, 2 * MIB);
      const [source, iova] = [machine.pin(from.fd, MIB), machine.pin(fd, 2 * MIB)];
      expect(machine.copy(iova, source, MIB)).toEqual(OK(MIB));
      for (let n = 0; n < 3; n++) {
        expect(machine.copy(iova + MIB, source, MIB).error).toBe(errno.EFAULT);
        expect(machine.write(iova + MIB, pattern(MIB, 1)).error).toBe(errno.EFAULT);
        expect(machine.copy(iova, source, MIB)).toEqual(OK(MIB));
        expect(machine.read(iova + MIB, MIB).bytes.every((byte) => byte === 0)).toBe(true);
      }
    } finally {
      machine.unpinAll();
      closeSync(fd);
      from.close();
      spawnSync("umount", [directory]);
      rmSync(directory, { recursive: true });
    }
  });
});
