/** The simulated hardware in this process: translations of a VT-d unit with its IOTLB warm and cold. */
import { TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import { CLIENT_PFN_FIRST, type PagingDomain, PROT_READ, PROT_WRITE } from "../../daemon/hw/interface.js";
import { VtdIommu } from "../../daemon/hw/vtd/iommu.js";
import { vtdProfile } from "../../daemon/hw/vtd/profile.js";
import { U64 } from "../../daemon/u64.js";
import { errnoName } from "../../proto/uapi/errno.js";
import { figure, type Figure } from "./figure.js";
import type { Plan } from "./plan.js";
import { alternate, shuffled } from "./rounds.js";

export const REQUESTER_ID = 0x20;
/** Pages of page tables: several times what the pages of this file need. */
const TABLES_MAX = 1024;
export const READ_WRITE = PROT_READ | PROT_WRITE;

/** A unit with a requester attached to an empty domain. */
export function unit(): { iommu: VtdIommu; domain: PagingDomain } {
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

export function expectOk(what: string, error: number | Promise<number>): void {
  if (error !== 0) throw new Error(`${what}: ${typeof error === "number" ? errnoName(error) : "not at once"}`);
}

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
        translateEach(iommu, addresses, translations);
      },
      () => {
        getEach(map, pages, translations);
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

function translateEach(iommu: VtdIommu, addresses: readonly U64[], translations: number): void {
  for (let done = 0, next = 0; done < translations; done++) {
    const address = addresses[next]!;
    const { kind } = iommu.translate({ requesterId: REQUESTER_ID, address, write: true, length: 8 });
    if (kind !== "translated") throw new Error(`${address.toString()} is not translated`);
    if (++next === addresses.length) next = 0;
  }
}

function getEach(map: ReadonlyMap<number, number>, pages: readonly number[], translations: number): void {
  for (let done = 0, next = 0; done < translations; done++) {
    if (map.get(pages[next]!) === undefined) throw new Error("a page is missing");
    if (++next === pages.length) next = 0;
  }
}
