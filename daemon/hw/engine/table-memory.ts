/**
 * The simulated memory that translation structures live in: 4 KiB pages of 512 items, each item a 64-bit little-endian
 * word held as (low, high). Every page has a physical address, the lowest free one first, so a walk follows true pointers
 * and two equal runs give equal tables.
 */
import { PAGE_SIZE, U64 } from "../../u64.js";
import { TABLE_PFN_FIRST } from "../interface.js";
import { IndexAllocator } from "./index-allocator.js";

/** 64-bit items in a page. */
export const ITEMS_PER_PAGE = PAGE_SIZE / 8;

/** Zeroed pages kept for the next allocation: a program that maps and unmaps one page uses three again and again. */
const SPARE_PAGES_MAX = 64;

/** Where `loadItem` puts what it loads, so that a walk allocates one object and not one for each item. */
export class Item {
  low = 0;
  high = 0;

  toU64(): U64 {
    return U64.fromWords(this.high, this.low);
  }
}

/** What a hardware walk reads and, for accessed and dirty bits, writes. */
export interface ItemMemory {
  /** @param physical byte address, a multiple of 8 @returns false: nothing answers there (a fetch error) */
  loadItem(physical: number, into: Item): boolean;
  storeItem(physical: number, low: number, high: number): boolean;
}

/** Pages are named by handle: their number from 0, which is the PFN less that of the first one. */
export class TableMemory implements ItemMemory {
  private readonly pages: (Int32Array | undefined)[] = [];
  private readonly spare: Int32Array[] = [];
  private readonly handles: IndexAllocator;
  private readonly base: number;
  private pagesUsed = 0;
  /** For the owner of a page table: how many items of each page are in use. */
  readonly itemsUsed: number[] = [];

  /** @param tablesMax pages that it gives out at most @param firstPfn of the first one, for formats of narrow pointers */
  constructor(
    private readonly tablesMax: number,
    firstPfn = TABLE_PFN_FIRST,
  ) {
    this.base = firstPfn * PAGE_SIZE;
    this.handles = new IndexAllocator(0, tablesMax - 1);
  }

  /** Pages in use. */
  get used(): number {
    return this.pagesUsed;
  }

  /** Fault injection: whether pages that are about to be taken shall be missing. */
  refuses: () => boolean = () => false;

  /** Whether so many pages can be taken now. */
  canGive(count: number): boolean {
    return !this.refuses() && this.available >= count;
  }

  /** Pages that `allocate` can still give. */
  get available(): number {
    return this.tablesMax - this.pagesUsed;
  }

  /** @returns the handle of a page of zeros, or -1 */
  allocate(): number {
    const handle = this.handles.allocate();
    if (handle < 0) return -1;
    this.take(handle);
    return handle;
  }

  /** @returns the first of `count` handles whose pages lie behind each other, or -1 */
  allocateRun(count: number): number {
    const first = this.handles.allocateRun(count);
    if (first >= 0) for (let handle = first; handle < first + count; handle++) this.take(handle);
    return first;
  }

  private take(handle: number): void {
    this.pages[handle] = this.spare.pop() ?? new Int32Array(2 * ITEMS_PER_PAGE);
    this.itemsUsed[handle] = 0;
    this.pagesUsed++;
  }

  free(handle: number): void {
    const page = this.words(handle);
    this.pages[handle] = undefined;
    this.pagesUsed--;
    this.handles.free(handle);
    if (this.spare.length >= SPARE_PAGES_MAX) return;
    page.fill(0);
    this.spare.push(page);
  }

  /** The page as (low, high) pairs: item i is at 2i and 2i + 1. Preconditions: the page is allocated. */
  words(handle: number): Int32Array {
    const page = this.pages[handle];
    if (page === undefined) throw new Error(`table page ${handle} is not allocated`);
    return page;
  }

  /** Physical byte address of a page. */
  physicalOf(handle: number): number {
    return this.base + handle * PAGE_SIZE;
  }

  /** The page that holds a physical byte address. Preconditions: the address lies in an allocated page. */
  handleOf(physical: number): number {
    return Math.floor((physical - this.base) / PAGE_SIZE);
  }

  loadItem(physical: number, into: Item): boolean {
    const handle = this.handleOf(physical);
    const page = this.pages[handle];
    if (page === undefined) return false;
    const at = (physical - this.physicalOf(handle)) >> 2;
    into.low = page[at]!;
    into.high = page[at + 1]!;
    return true;
  }

  storeItem(physical: number, low: number, high: number): boolean {
    const handle = this.handleOf(physical);
    const page = this.pages[handle];
    if (page === undefined) return false;
    const at = (physical - this.physicalOf(handle)) >> 2;
    page[at] = low;
    page[at + 1] = high;
    return true;
  }
}
