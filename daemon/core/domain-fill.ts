/**
 * How an area goes into a page table: each run of consecutive page frames becomes one request, in the granules of the
 * domain, and the domain picks its page sizes inside it (specification 20, section 3.1). A domain that scatters pages gets
 * a request for each physical page.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { PagingDomain } from "../hw/interface.js";
import { PAGE_SIZE, type U64 } from "../u64.js";
import type { Pages } from "./pages.js";

const PAGE_LG2 = Math.log2(PAGE_SIZE);

export interface FilledArea {
  readonly start: U64;
  readonly length: U64;
  readonly pages: Pages;
  readonly firstIndex: number;
  readonly lastIndex: number;
  /** Of the first byte in page `firstIndex`. */
  readonly offset: number;
  readonly prot: number;
  /** Off: no entry is larger than a page of 4 KiB. */
  readonly hugePages: boolean;
}

/** Preconditions: the area's pages are pinned; start, length and offset are multiples of the granule. */
export function mapArea(domain: PagingDomain, area: FilledArea): Errno {
  const granuleLg2 = domain.granuleLg2;
  const perPage = 2 ** (PAGE_LG2 - granuleLg2);
  const first = granules(area.start, granuleLg2);
  let iova = first;
  let remaining = granules(area.length, granuleLg2);
  let skip = area.offset >> granuleLg2;
  let error: Errno = errno.OK;
  const pageLg2Max = area.hugePages ? undefined : PAGE_LG2;
  const scatters = area.hugePages && domain.scattersPages === true;
  const request = (physical: number, count: number): void => {
    if (error !== errno.OK) return;
    error = domain.map(iova, physical, count, area.prot, pageLg2Max);
    if (error === errno.OK) iova += count;
  };
  area.pages.runs(area.firstIndex, area.lastIndex, (pfn, pages) => {
    for (let page = 0; page < pages;) {
      const left = pages - page;
      const together = scatters ? Math.min(restOfPhysicalPage(area.pages, pfn + page), left) : left;
      const count = Math.min(together * perPage - skip, remaining);
      request((pfn + page) * perPage + skip, count);
      page += together;
      remaining -= count;
      skip = 0;
    }
  });
  if (error !== errno.OK && iova > first) domain.unmap(first, iova - first);
  return error;
}

/** How many pages from this one on are in the same physical page. */
function restOfPhysicalPage(pages: Pages, pfn: number): number {
  const physicalPages = pages.physicalPages(pfn);
  return physicalPages - (pfn % physicalPages);
}

export function unmapArea(domain: PagingDomain, start: U64, length: U64): void {
  domain.unmap(granules(start, domain.granuleLg2), granules(length, domain.granuleLg2));
}

/** The granule that holds an address, or how many granules a length has. */
export function granules(bytes: U64, granuleLg2: number): number {
  return bytes.page() * 2 ** (PAGE_LG2 - granuleLg2) + (bytes.pageOffset() >> granuleLg2);
}
