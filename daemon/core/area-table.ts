/**
 * What an IOAS knows of each area besides its IOVA range (area-tree.ts): which slice of which pages object it maps, and
 * with which permissions. One row per area in columns; a row number is the area's name while it lives.
 */
import type { Pages } from "./pages.js";

/** Permission bits of an area, as PROT_READ and PROT_WRITE of the hardware interface. */
const PROT_MASK = 3;
/** The area's pages are in the domains of its IOAS. */
const STORED = 4;
/** An unmap has asked its pins to go: no new pin, no transfer, no cut. Sticky. */
const BLOCKED = 8;

const INITIAL_ROWS = 16;
/** The columns of every table without rows. */
const NO_FIRST_INDEXES = new Float64Array(0);
const NO_OFFSETS = new Uint16Array(0);
const NO_FLAGS = new Uint8Array(0);

export class AreaTable {
  private pages: (Pages | undefined)[] = [];
  private firstIndexes = NO_FIRST_INDEXES;
  private offsets = NO_OFFSETS;
  private flags = NO_FLAGS;
  private readonly freed: number[] = [];
  /** Pins by in-kernel users; few areas have any. */
  private pins: Map<number, number> | undefined;

  /** @param firstIndex page of the pages object that holds the first byte @param offset of that byte in the page */
  add(pages: Pages, firstIndex: number, offset: number, prot: number): number {
    const area = this.freed.pop() ?? this.pages.length;
    if (area === this.offsets.length) this.grow();
    this.pages[area] = pages;
    this.firstIndexes[area] = firstIndex;
    this.offsets[area] = offset;
    this.flags[area] = prot;
    return area;
  }

  remove(area: number): void {
    this.pages[area] = undefined;
    this.freed.push(area);
  }

  pagesOf(area: number): Pages {
    return this.pages[area]!;
  }

  firstIndex(area: number): number {
    return this.firstIndexes[area]!;
  }

  offset(area: number): number {
    return this.offsets[area]!;
  }

  prot(area: number): number {
    return this.flags[area]! & PROT_MASK;
  }

  isStored(area: number): boolean {
    return (this.flags[area]! & STORED) !== 0;
  }

  isBlocked(area: number): boolean {
    return (this.flags[area]! & BLOCKED) !== 0;
  }

  block(area: number): void {
    this.flags[area]! |= BLOCKED;
  }

  pinCount(area: number): number {
    return this.pins?.get(area) ?? 0;
  }

  addPins(area: number, change: number): void {
    const count = this.pinCount(area) + change;
    const pins = (this.pins ??= new Map());
    if (count === 0) pins.delete(area);
    else pins.set(area, count);
  }

  setStored(area: number, stored: boolean): void {
    this.flags[area] = (this.flags[area]! & ~STORED) | (stored ? STORED : 0);
  }

  private grow(): void {
    const rows = Math.max(INITIAL_ROWS, Math.ceil(this.offsets.length * 1.5));
    const firstIndexes = new Float64Array(rows);
    const offsets = new Uint16Array(rows);
    const flags = new Uint8Array(rows);
    firstIndexes.set(this.firstIndexes);
    offsets.set(this.offsets);
    flags.set(this.flags);
    this.firstIndexes = firstIndexes;
    this.offsets = offsets;
    this.flags = flags;
  }
}
