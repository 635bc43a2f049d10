/**
 * DMA by the engine of an endpoint in this process: copies between pages of each kind of client memory, mapped by 4 KiB pages,
 * beside a plain copy of as many bytes.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { PageSource } from "../../daemon/core/mm.js";
import { DmaEngine } from "../../daemon/devices/dma-engine.js";
import { ClientAddressSpace } from "../../daemon/memory/address-space.js";
import { openBackingFile } from "../../daemon/memory/file-memory.js";
import { fileKindAt, FileTable } from "../../daemon/memory/file-object.js";
import { FrameTable } from "../../daemon/memory/frames.js";
import { loadNative, type Native } from "../../daemon/memory/native.js";
import { ProcessDirectory } from "../../daemon/memory/process-directory.js";
import { ProcessMemory } from "../../daemon/memory/process-memory.js";
import { REGIONS_MAX, RegionSet } from "../../daemon/memory/regions.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { figure, type Figure, LeftOut } from "./figure.js";
import { expectOk, READ_WRITE, REQUESTER_ID, unit } from "./hardware.js";
import type { Plan } from "./plan.js";
import { alternate } from "./rounds.js";

const KIB = 1024;
const MIB = 1024 * KIB;
/** The size and the memory for which there is a target. */
const TARGET = { bytes: MIB, memory: "sealed memfd", ratio: 0.5 };

const IOVA_PAGE_FIRST = 2 ** 20;

const SHARED_MEMORY = "/dev/shm";

/** Memory of a client: what is copied from in its first half, to in its second. */
interface Subject {
  readonly name: string;
  readonly source: PageSource;
  readonly firstPage: number;
  release(): void;
}

export function dma({ rounds, copyBytes, copySizes }: Plan): Figure[] {
  if (fileKindAt(SHARED_MEMORY) !== "shmem") throw new LeftOut(`${SHARED_MEMORY} is not there`);
  const native = loadNative();
  if (native === undefined) throw new LeftOut("koffi is not available");
  const directory = mkdtempSync(join(SHARED_MEMORY, "iommufd-emu-bench-"));
  try {
    const half = Math.max(...copySizes);
    const path = join(directory, "memory");
    const fd = openSync(path, "w+");
    writeSync(fd, new Uint8Array(2 * half));
    const figures = copies(native, { path, fd, half }, rounds, copyBytes, copySizes);
    closeSync(fd);
    return figures;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function copies(
  native: Native,
  { path, fd, half }: { path: string; fd: number; half: number },
  rounds: number,
  copyBytes: number,
  sizes: readonly number[],
): Figure[] {
  const frames = new FrameTable();
  const files = new FileTable(native);
  const subjects = [
    sealed(native, files, frames, 2 * half),
    unsealed(path, files, frames),
    processMemory(native, files, frames, 2 * half),
    region(path, files, frames, 2 * half),
  ];
  const buffers = { source: Buffer.alloc(half, 1), destination: Buffer.alloc(half) };
  const engines = subjects.map((subject) => engineOver(subject, frames, 2 * half));
  const source = U64.fromPage(IOVA_PAGE_FIRST);
  const destination = source.plusNumber(half);

  const figures: Figure[] = [];
  for (const bytes of sizes) {
    const repeats = Math.ceil(copyBytes / bytes);
    const repeated = (copy: () => void) => () => {
      for (let done = 0; done < repeats; done++) copy();
    };
    const times = alternate(rounds, [
      repeated(() => buffers.source.copy(buffers.destination, 0, 0, bytes)),
      repeated(() => {
        readSync(fd, buffers.destination, 0, bytes, 0);
        writeSync(fd, buffers.destination, 0, bytes, half);
      }),
      ...engines.map(({ engine }) =>
        repeated(() => {
          const result = engine.copy(destination, source, bytes);
          if (result instanceof Promise || result.transferred !== bytes) throw new Error("the DMA stopped");
        }),
      ),
    ]);
    const [copyRate, fileRate, ...rates] = times.map((ns) => (repeats * bytes) / ns);
    for (const [index, { name: memory }] of subjects.entries()) {
      const name = `DMA copy, ${sizeName(bytes)}, ${memory}`;
      const parts = { section: "dma", unit: "GB/s", name, value: rates[index]! } as const;
      const yardstick = { name: "Buffer.copy", value: copyRate! };
      const hasTarget = bytes === TARGET.bytes && memory === TARGET.memory;
      const target = { of: "ratio", is: "at least", bound: TARGET.ratio } as const;
      figures.push(figure({ ...parts, yardstick, ...(hasTarget ? { target } : {}) }));
      if (memory === UNSEALED)
        figures.push(figure({ ...parts, yardstick: { name: "pread + pwrite", value: fileRate! } }));
    }
  }
  for (const { end } of engines) end();
  for (const subject of subjects) subject.release();
  return figures;
}

/** An engine that finds the memory behind consecutive IOVAs. */
function engineOver(
  { source, firstPage }: Subject,
  frames: FrameTable,
  bytes: number,
): { engine: DmaEngine; end: () => void } {
  const { iommu, domain } = unit();
  const runs: { pfn: number; count: number }[] = [];
  expectOk(
    "pin",
    source.pin(firstPage, bytes / PAGE_SIZE, true, (pfn, count) => runs.push({ pfn, count })),
  );
  // Page by page, so that no large page is used: DMA meets a leaf in every page.
  let page = IOVA_PAGE_FIRST;
  for (const { pfn, count } of runs)
    for (let at = 0; at < count; at++) expectOk("map", domain.map(page++, pfn + at, 1, READ_WRITE));
  const end = (): void => {
    for (const { pfn, count } of runs) source.unpin(pfn, count);
  };
  return { engine: new DmaEngine(REQUESTER_ID, iommu, frames), end };
}

const UNSEALED = "file";

/** A memfd that cannot become shorter. */
function sealed(native: Native, files: FileTable, frames: FrameTable, bytes: number): Subject {
  const shared = native.sharedMemory(bytes);
  if (typeof shared === "number") throw new LeftOut("no memfd can be made");
  new Uint8Array(shared.memory).fill(1);
  const file = openBackingFile(openSync(`/proc/self/fd/${shared.fd}`, "r+"), files, frames);
  const release = (): void => {
    file.release();
    shared.unmap();
  };
  return { name: TARGET.memory, source: file, firstPage: 0, release };
}

function unsealed(path: string, files: FileTable, frames: FrameTable): Subject {
  const file = openBackingFile(openSync(path, "r+"), files, frames);
  const release = (): void => {
    file.release();
  };
  return { name: UNSEALED, source: file, firstPage: 0, release };
}

/** Of this process, which need not be told from a client. */
function processMemory(native: Native, files: FileTable, frames: FrameTable, bytes: number): Subject {
  const directory = ProcessDirectory.open(native, process.pid, -1);
  if (directory === undefined) throw new LeftOut("this process cannot be looked into");
  const memory = new ProcessMemory(native, files, directory);
  const space = new ClientAddressSpace(1, "bench", frames, new RegionSet(files, REGIONS_MAX), memory, () => 0);
  const buffer = Buffer.alloc(bytes + PAGE_SIZE, 1);
  const firstPage = Math.ceil(Number(native.addressOf(buffer)) / PAGE_SIZE);
  const release = (): void => {
    buffer.fill(0);
    memory.close();
    directory.close();
  };
  return { name: "process memory", source: space, firstPage, release };
}

/** A window on the file that is not sealed, by its path. */
function region(path: string, files: FileTable, frames: FrameTable, bytes: number): Subject {
  const regions = new RegionSet(files, REGIONS_MAX);
  const space = new ClientAddressSpace(2, "bench", frames, regions, undefined, () => 0);
  const owner = {};
  const request = { address: U64.ZERO, length: U64.fromNumber(bytes), writable: true, backing: { path } };
  const rights = { mayOpenPaths: true, copyDescriptor: () => -1, openFlags: () => -1 };
  const refusal = regions.add(owner, { ...request, offset: U64.ZERO }, rights);
  if (refusal !== undefined) throw new Error(refusal.message);
  const release = (): void => {
    regions.removeOwned(owner);
  };
  return { name: "region", source: space, firstPage: 0, release };
}

function sizeName(bytes: number): string {
  return bytes < MIB ? `${bytes / KIB} KiB` : `${bytes / MIB} MiB`;
}
