/**
 * The simulated hardware in this process: translations of a VT-d unit with its IOTLB warm and cold, and the DMA of an
 * endpoint's engine between pages of a file in shared memory.
 */
import { closeSync, ftruncateSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DmaEngine } from "../../daemon/devices/dma-engine.js";
import { TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import { CLIENT_PFN_FIRST, type PagingDomain, PROT_READ, PROT_WRITE } from "../../daemon/hw/interface.js";
import { VtdIommu } from "../../daemon/hw/vtd/iommu.js";
import { vtdProfile } from "../../daemon/hw/vtd/profile.js";
import { openBackingFile } from "../../daemon/memory/file-memory.js";
import { fileKindAt, FileTable } from "../../daemon/memory/file-object.js";
import { FrameTable } from "../../daemon/memory/frames.js";
import { loadNative } from "../../daemon/memory/native.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { errnoName } from "../../proto/uapi/errno.js";
import { figure, type Figure, LeftOut } from "./figure.js";
import type { Plan } from "./plan.js";
import { alternate, shuffled } from "./rounds.js";

const REQUESTER_ID = 0x20;
/** Pages of page tables: several times what the pages of this file need. */
const TABLES_MAX = 1024;
const READ_WRITE = PROT_READ | PROT_WRITE;

/** A unit with a requester attached to an empty domain. */
function unit(): { iommu: VtdIommu; domain: PagingDomain } {
  const iommu = new VtdIommu("bench", vtdProfile(), new TableMemory(TABLES_MAX), new FaultCounter());
  const domain = iommu.allocateDomain({
    nestParent: false,
    dirtyTracking: false,
    pasid: false,
    enforceCoherency: false,
  });
  if (typeof domain === "number") throw new Error(`no domain: ${errnoName(domain)}`);
  expectOk("attach", iommu.attach(REQUESTER_ID, domain));
  return { iommu, domain };
}

function expectOk(what: string, error: number | Promise<number>): void {
  if (error !== 0) throw new Error(`${what}: ${typeof error === "number" ? errnoName(error) : "not at once"}`);
}

// ---- translation ----------------------------------------------------------------------------------------------------

/** Well within the IOTLB, and far beyond it: of 65,536 pages in a circle none is still there when its turn comes. */
const WARM_PAGES = 128;
const COLD_PAGES = 65_536;

export function translation({ rounds, translations }: Plan): Figure[] {
  const { iommu, domain } = unit();
  // Neighbours in IOVA are none in physical memory, so every page has a leaf of its own.
  const pfnOf = (page: number): number => CLIENT_PFN_FIRST + 2 * page;
  for (let page = 0; page < COLD_PAGES; page++) expectOk("map", domain.map(page, pfnOf(page), 1, READ_WRITE));

  const subjects = [WARM_PAGES, COLD_PAGES].flatMap((count) => {
    const pages = [...shuffled(count, count)];
    const addresses = pages.map((page) => U64.fromPage(page));
    const map = new Map(pages.map((page) => [page, pfnOf(page)]));
    return [
      () => {
        for (let done = 0; done < translations; done++) {
          const address = addresses[done % count]!;
          const found = iommu.translate({ requesterId: REQUESTER_ID, address, write: true, length: 8 });
          if (found.kind !== "translated") throw new Error(`${address.toString()} is not translated`);
        }
      },
      () => {
        for (let done = 0; done < translations; done++)
          if (map.get(pages[done % count]!) === undefined) throw new Error("a page is missing");
      },
    ];
  });
  const rates = alternate(rounds, subjects).map((ns) => (translations / ns) * 1e9);
  const parts = { section: "translation", unit: "translations/s" } as const;
  return [
    figure({ ...parts, name: "warm IOTLB", value: rates[0]!, yardstick: { name: "Map, get", value: rates[1]! } }),
    figure({ ...parts, name: "cold IOTLB", value: rates[2]!, yardstick: { name: "Map, get", value: rates[3]! } }),
    figure({ ...parts, name: "cold IOTLB", value: rates[2]!, yardstick: { name: "warm IOTLB", value: rates[0]! } }),
  ];
}

// ---- DMA ------------------------------------------------------------------------------------------------------------

const COPIES = [
  { size: "64 KiB", bytes: 64 * 1024 },
  { size: "1 MiB", bytes: 1024 * 1024 },
] as const;
const COPY_BYTES_MAX = Math.max(...COPIES.map(({ bytes }) => bytes));
/** The source, then the destination. */
const FILE_BYTES = 2 * COPY_BYTES_MAX;

/** IOVA and file offset differ by a page, so that a large page cannot be used: DMA meets a leaf in every page. */
const IOVA_PAGE_FIRST = 2 ** 20 + 1;

const SHARED_MEMORY = "/dev/shm";

export function dma({ rounds, copyBytes }: Plan): Figure[] {
  if (fileKindAt(SHARED_MEMORY) !== "shmem") throw new LeftOut(`${SHARED_MEMORY} is not there`);
  const directory = mkdtempSync(join(SHARED_MEMORY, "iommufd-emu-bench-"));
  try {
    const fd = openSync(join(directory, "memory"), "w+");
    try {
      ftruncateSync(fd, FILE_BYTES);
      return copies(join(directory, "memory"), fd, rounds, copyBytes);
    } finally {
      closeSync(fd);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function copies(path: string, fd: number, rounds: number, copyBytes: number): Figure[] {
  const { iommu, domain } = unit();
  const frames = new FrameTable();
  const file = openBackingFile(openSync(path, "r+"), new FileTable(loadNative()), frames);
  const runs: { pfn: number; count: number }[] = [];
  expectOk(
    "pin",
    file.pin(0, FILE_BYTES / PAGE_SIZE, true, (pfn, count) => runs.push({ pfn, count })),
  );
  let page = IOVA_PAGE_FIRST;
  for (const { pfn, count } of runs) {
    expectOk("map", domain.map(page, pfn, count, READ_WRITE));
    page += count;
  }

  const engine = new DmaEngine(REQUESTER_ID, iommu, frames);
  const source = U64.fromPage(IOVA_PAGE_FIRST);
  const destination = source.plusNumber(COPY_BYTES_MAX);
  const buffers = { source: Buffer.alloc(COPY_BYTES_MAX, 1), destination: Buffer.alloc(COPY_BYTES_MAX) };
  const repeated = (bytes: number, copy: () => void) => () => {
    for (let done = 0; done < copyBytes; done += bytes) copy();
  };
  const subjects = COPIES.flatMap(({ bytes }) => [
    repeated(bytes, () => {
      const result = engine.copy(destination, source, bytes);
      if (result instanceof Promise || result.transferred !== bytes) throw new Error("the DMA stopped");
    }),
    repeated(bytes, () => buffers.source.copy(buffers.destination, 0, 0, bytes)),
    repeated(bytes, () => {
      readSync(fd, buffers.destination, 0, bytes, 0);
      writeSync(fd, buffers.destination, 0, bytes, COPY_BYTES_MAX);
    }),
  ]);
  const rates = alternate(rounds, subjects).map((ns) => copyBytes / ns);
  for (const { pfn, count } of runs) file.unpin(pfn, count);
  file.release();

  return COPIES.flatMap(({ size }, index) => {
    const [engineRate, copyRate, fileRate] = rates.slice(3 * index);
    const parts = { section: "dma", unit: "GB/s", name: `DMA copy, ${size}`, value: engineRate! } as const;
    return [
      figure({ ...parts, yardstick: { name: "Buffer.copy", value: copyRate! } }),
      figure({ ...parts, yardstick: { name: "pread + pwrite", value: fileRate! } }),
    ];
  });
}
