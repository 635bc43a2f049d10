/**
 * The IOTLB: second-stage translations, set-associative, tagged by domain id, page number and page size. It holds only
 * what a walk found present, and forgets only by an invalidation or when a set is full. Lookups allocate nothing.
 * An entry remembers whether its leaf had yet to be marked dirty: then it cannot serve a write.
 */

import { PROT_READ, PROT_WRITE } from "../interface.js";

/** Levels whose leaves are cached: 4K, 2M, 1G. */
const LEVELS = 3;
/** 4 KiB pages in a leaf of each level. */
export const LEAF_PAGES: readonly number[] = [1, 2 ** 9, 2 ** 18];

/** 1024 translations in sets of four: as small as real ones, so that replacement is met in tests of some size. */
const SETS = 256;
const WAYS = 4;
const SLOTS = SETS * WAYS;

/** Up to this many pages an invalidation looks at each page's set; beyond it, at every slot. */
const PROBED_PAGES_MAX = 64;

/** Beside the two permissions of a slot. */
const PERMISSIONS = 3;
const CLEAN = 4;

/** A tag of 0 is an empty slot. */
const VALID = 1;

export class Iotlb {
  private readonly tags = new Int32Array(SLOTS);
  /** Page number in units of the page's own size; physical page likewise in 4 KiB pages. */
  private readonly pageNumbers = new Float64Array(SLOTS);
  private readonly physicalPages = new Float64Array(SLOTS);
  private readonly permissions = new Uint8Array(SLOTS);
  /** The way of each set that is replaced next. */
  private readonly victims = new Uint8Array(SETS);
  private readonly validAtLevel = new Int32Array(LEVELS);
  private readonly validOfDomain: Uint16Array;

  /** @param domainIds one more than the highest domain id */
  constructor(domainIds: number) {
    this.validOfDomain = new Uint16Array(domainIds);
  }

  /** Translations held. */
  get size(): number {
    return this.validAtLevel[0]! + this.validAtLevel[1]! + this.validAtLevel[2]!;
  }

  /** @param page number of the 4 KiB page @returns a slot for the functions below, or -1 */
  lookup(domainId: number, page: number): number {
    if (this.validOfDomain[domainId] === 0) return -1;
    for (let level = 0; level < LEVELS; level++) {
      if (this.validAtLevel[level] === 0) continue;
      const slot = this.find(domainId, level, numberOf(page, level));
      if (slot >= 0) return slot;
    }
    return -1;
  }

  /**
   * How many of `count` pages from `page` on are held as leaves of 4 KiB that may be reached so and lie one after the other from
   * `physicalPage` on.
   */
  runLength(domainId: number, page: number, physicalPage: number, count: number, write: boolean): number {
    const { tags, pageNumbers, physicalPages, permissions } = this;
    const tag = tagOf(domainId, 0);
    const mask = write ? PROT_WRITE | CLEAN : PROT_READ;
    const needed = write ? PROT_WRITE : PROT_READ;
    let done = 0;
    for (; done < count; done++) {
      const number = page + done;
      const end = (setOf(number) + 1) * WAYS;
      let slot = end - WAYS;
      while (slot < end && (tags[slot] !== tag || pageNumbers[slot] !== number)) slot++;
      if (slot === end || physicalPages[slot] !== physicalPage + done) break;
      if ((permissions[slot]! & mask) !== needed) break;
    }
    return done;
  }

  /** First physical 4 KiB page of the leaf. */
  physicalPageAt(slot: number): number {
    return this.physicalPages[slot]!;
  }

  permissionsAt(slot: number): number {
    return this.permissions[slot]! & PERMISSIONS;
  }

  /** Dirty bits were kept and that of the leaf was clear when it was cached: a write has to walk. */
  isCleanAt(slot: number): boolean {
    return (this.permissions[slot]! & CLEAN) !== 0;
  }

  /** Level of the leaf: 0: 4K, 1: 2M, 2: 1G. */
  levelAt(slot: number): number {
    return (this.tags[slot]! >> 1) & 3;
  }

  /**
   * @param page any 4 KiB page of the leaf
   * @param physicalPage the first physical 4 KiB page of the leaf
   * @param isClean see `isCleanAt`
   */
  insert(
    domainId: number,
    page: number,
    level: number,
    physicalPage: number,
    permissions: number,
    isClean = false,
  ): void {
    const number = numberOf(page, level);
    let slot = this.find(domainId, level, number);
    if (slot < 0) {
      slot = this.slotFor(setOf(number));
      this.tags[slot] = tagOf(domainId, level);
      this.pageNumbers[slot] = number;
      this.validAtLevel[level]!++;
      this.validOfDomain[domainId]!++;
    }
    this.physicalPages[slot] = physicalPage;
    this.permissions[slot] = permissions | (isClean ? CLEAN : 0);
  }

  invalidateAll(): void {
    for (let slot = 0; slot < SLOTS; slot++) this.drop(slot);
  }

  invalidateDomain(domainId: number): void {
    if (this.validOfDomain[domainId] === 0) return;
    for (let slot = 0; slot < SLOTS; slot++) if (this.tags[slot]! >> 3 === domainId) this.drop(slot);
  }

  /** Drops every translation of the domain that overlaps pages [first, last]. */
  invalidatePages(domainId: number, first: number, last: number): void {
    if (this.validOfDomain[domainId] === 0) return;
    if (last - first >= PROBED_PAGES_MAX) {
      this.scan(domainId, first, last);
      return;
    }
    for (let level = 0; level < LEVELS; level++) {
      if (this.validAtLevel[level] === 0) continue;
      const span = LEAF_PAGES[level]!;
      for (let number = Math.floor(first / span); number <= Math.floor(last / span); number++) {
        const slot = this.find(domainId, level, number);
        if (slot >= 0) this.drop(slot);
      }
    }
  }

  private scan(domainId: number, first: number, last: number): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.tags[slot]! >> 3 !== domainId) continue;
      const span = LEAF_PAGES[this.levelAt(slot)]!;
      const start = this.pageNumbers[slot]! * span;
      if (start <= last && start + span > first) this.drop(slot);
    }
  }

  private find(domainId: number, level: number, number: number): number {
    const tag = tagOf(domainId, level);
    const first = setOf(number) * WAYS;
    for (let slot = first; slot < first + WAYS; slot++)
      if (this.tags[slot] === tag && this.pageNumbers[slot] === number) return slot;
    return -1;
  }

  /** An empty way of a set, else its next victim. */
  private slotFor(set: number): number {
    const first = set * WAYS;
    for (let slot = first; slot < first + WAYS; slot++) if (this.tags[slot] === 0) return slot;
    const slot = first + this.victims[set]!;
    this.victims[set] = (this.victims[set]! + 1) % WAYS;
    this.drop(slot);
    return slot;
  }

  private drop(slot: number): void {
    const tag = this.tags[slot]!;
    if (tag === 0) return;
    this.validAtLevel[(tag >> 1) & 3]!--;
    this.validOfDomain[tag >> 3]!--;
    this.tags[slot] = 0;
  }
}

function tagOf(domainId: number, level: number): number {
  return (domainId << 3) | (level << 1) | VALID;
}

/** Number of the leaf that holds a page. */
function numberOf(page: number, level: number): number {
  return level === 0 ? page : Math.floor(page / LEAF_PAGES[level]!);
}

/** Neighbours go to neighbouring sets; the higher bits keep strides of 2^n from meeting in one. */
function setOf(number: number): number {
  return (number ^ (number / SETS)) & (SETS - 1);
}
