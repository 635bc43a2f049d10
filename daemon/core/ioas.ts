/**
 * An IO address space: the map from IOVA to slices of pages objects, and the domains that mirror it
 * (specification 10, sections 4 and 5).
 *
 * Invariant: while the IOAS has domains, every area's pages are pinned and every area is mapped in every domain; while it
 * has none, nothing of it is.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { PROT_READ, PROT_WRITE, type PagingDomain, type PhysicalMemory } from "../hw/interface.js";
import { PAGE_SIZE, U64, lastOf, lastPageOf, lengthOf, minOf } from "../u64.js";
import type { Accounts } from "./accounting.js";
import { type AreaPart, AreaParts } from "./area-parts.js";
import { AreaTable } from "./area-table.js";
import { AreaTree, NONE } from "./area-tree.js";
import { mapArea, unmapArea } from "./domain-fill.js";
import { AccessList, type IoasAccess } from "./ioas-access.js";
import { chooseIova } from "./iova-allocator.js";
import type { AddressSpace } from "./mm.js";
import { transferSlice } from "./transfer.js";
import type { Pages } from "./pages.js";
import { ReservedRanges, rangesIntersect, type Range } from "./range-set.js";

/** A part of a pages object that one area maps. */
export interface Slice {
  readonly pages: Pages;
  readonly firstIndex: number;
  /** Of the first byte in page `firstIndex`. */
  readonly offset: number;
  /** Bytes, at least 1. */
  readonly length: U64;
}

/** An area, for whoever looks at all of them. */
export interface AreaView extends Range {
  readonly prot: number;
  readonly pages: Pages;
}

export interface UnmapResult {
  readonly error: Errno;
  /** Bytes of the areas that were removed, also before an error. */
  readonly unmapped: U64;
}

/** How often an unmap asks in-kernel users to let go before it gives up. */
const UNMAP_ROUNDS_MAX = 100;

export class Ioas {
  private readonly tree = new AreaTree();
  private readonly table = new AreaTable();
  private readonly parts = new AreaParts(this.tree, this.table);
  private readonly reserved = new ReservedRanges();
  private allowed: readonly Range[] = [];
  /** Position 0 is the storage domain: unmapped last. */
  private readonly domains: PagingDomain[] = [];
  private readonly accesses = new AccessList();
  /** What hardware queues need: areas that hold a part of it cannot be unmapped. */
  private locked: readonly Range[] = [];
  private hugePages = true;
  private alignmentBytes = 1;

  constructor(private readonly accounts: Accounts) {}

  /** IOVA alignment in bytes: a power of two from 1 to 4096. */
  get alignment(): number {
    return this.alignmentBytes;
  }

  get areaCount(): number {
    return this.tree.size;
  }

  get domainCount(): number {
    return this.domains.length;
  }

  get hugePagesEnabled(): boolean {
    return this.hugePages;
  }

  // ---- mapping ------------------------------------------------------------------------------------------------------

  /**
   * Places slices one behind the other (specification 10, section 5.3). Each area takes a reference of its own on its
   * pages.
   * @param iova where, or undefined for the automatic choice
   * @returns the IOVA, or EINVAL, EOVERFLOW, EEXIST, ENOSPC, EPERM, or what pinning and the page tables answer
   */
  place(slices: readonly Slice[], length: U64, prot: number, iova: U64 | undefined): U64 | Errno {
    if (length.isZero() || length.modPowerOfTwo(this.alignmentBytes) !== 0) return errno.EINVAL;
    const start = iova === undefined ? this.chooseStart(slices[0]!, length) : this.checkFixed(iova, length);
    if (typeof start === "number") return start;

    let end = start;
    for (const slice of slices) {
      const error = this.addArea(slice, end, prot);
      if (error !== errno.OK) return this.abandon(slices, start, end, error);
      end = end.plus(slice.length);
    }
    if (this.domains.length > 0) {
      let at = start;
      for (const slice of slices) {
        const error = this.storeArea(this.tree.seek(at));
        if (error !== errno.OK) return this.abandon(slices, start, end, error);
        at = at.plus(slice.length);
      }
    }
    return start;
  }

  private chooseStart(slice: Slice, length: U64): U64 | Errno {
    return chooseIova({
      areas: this.tree,
      reserved: this.reserved.cover(),
      allowed: this.allowed,
      alignment: this.alignmentBytes,
      address: slice.pages.addressOf(slice.firstIndex, slice.offset),
      length,
    });
  }

  private checkFixed(iova: U64, length: U64): U64 | Errno {
    if (iova.modPowerOfTwo(this.alignmentBytes) !== 0) return errno.EINVAL;
    const last = lastOf(iova, length);
    if (last === undefined) return errno.EOVERFLOW;
    if (this.reserved.intersects(iova, last)) return errno.EINVAL;
    if (this.tree.intersects(iova, last)) return errno.EEXIST;
    return iova;
  }

  private addArea(slice: Slice, start: U64, prot: number): Errno {
    const { pages, firstIndex, offset, length } = slice;
    if ((prot & PROT_WRITE) !== 0 && !pages.writable) return errno.EPERM;
    if (offset % this.alignmentBytes !== 0) return errno.EINVAL;
    if (lastPageOf(firstIndex, offset, length) >= pages.pageCount) return errno.EOVERFLOW;
    if (this.accounts.points.ordinaryFails()) return errno.ENOMEM;
    pages.retain();
    pages.dmaBuf?.countArea(pages, this, 1);
    this.tree.insert(start, start.plus(length).minus(U64.ONE), this.table.add(pages, firstIndex, offset, prot));
    return errno.OK;
  }

  /** Removes the areas of slices that were placed from `start` on, up to `end`. */
  private abandon(slices: readonly Slice[], start: U64, end: U64, error: Errno): Errno {
    let at = start;
    for (let index = 0; !at.equals(end); index++) {
      this.removeArea(this.tree.seek(at));
      at = at.plus(slices[index]!.length);
    }
    return error;
  }

  /**
   * The slices behind [start, last], for a copy.
   * @returns ENOENT if an address of the range is not mapped
   */
  slices(start: U64, last: U64): Slice[] | Errno {
    const found: Slice[] = [];
    for (let part = this.parts.first(start, last); part !== undefined; part = this.parts.after(part, last)) {
      const { area, firstByte, lastByte } = part;
      const length = lengthOf(firstByte, lastByte);
      found.push({
        pages: this.table.pagesOf(area),
        firstIndex: firstByte.page(),
        offset: firstByte.pageOffset(),
        length,
      });
      if (part.isFinal) return found;
    }
    return errno.ENOENT;
  }

  /** Removes the areas in [start, last]; those before a failing one stay removed (specification 10, section 5.5). */
  unmap(start: U64, last: U64): UnmapResult {
    let unmapped = U64.ZERO;
    let rounds = 0;
    for (;;) {
      const at = this.tree.seek(start);
      if (at === NONE || last.lessThan(this.tree.start(at))) return { error: errno.OK, unmapped };
      const areaStart = this.tree.start(at);
      const areaLast = this.tree.last(at);
      if (this.locked.length > 0 && this.isLocked(areaStart, areaLast)) return { error: errno.EBUSY, unmapped };
      if (areaStart.lessThan(start) || last.lessThan(areaLast)) return { error: errno.ENOENT, unmapped };
      if (!areaStart.equals(start)) rounds = 0;
      if (this.table.pinCount(this.tree.area(at)) > 0) {
        // Nobody may pin it again while those who have are told to let go. The count goes on over areas that touch.
        start = areaStart;
        this.table.block(this.tree.area(at));
        for (const access of this.accesses.list()) access.notifyUnmap(areaStart, lengthOf(areaStart, areaLast));
        if (++rounds > UNMAP_ROUNDS_MAX) return { error: errno.EDEADLOCK, unmapped };
        continue;
      }
      this.removeArea(at);
      unmapped = unmapped.plus(lengthOf(areaStart, areaLast));
      if (last.atMost(areaLast)) return { error: errno.OK, unmapped };
      start = areaLast.plus(U64.ONE);
    }
  }

  /**
   * Splits the area that holds `iova` behind it, unless that is its first or last byte (specification 10, section 5.7).
   * What is stored in page tables stays as it is: without huge pages no entry reaches over the cut.
   * @returns EBUSY, EINVAL; success if there is nothing to cut
   */
  cutAfter(iova: U64): Errno {
    const at = this.tree.seek(iova);
    if (at === NONE || iova.atMost(this.tree.start(at)) || iova.equals(this.tree.last(at))) return errno.OK;
    const area = this.tree.area(at);
    if (this.table.isBlocked(area)) return errno.EBUSY;
    if (this.table.pagesOf(area).dmaBuf !== undefined) return errno.EOPNOTSUPP;
    const start = iova.plus(U64.ONE);
    const origin = U64.fromPage(this.table.firstIndex(area), this.table.offset(area));
    const firstByte = origin.plus(start.minus(this.tree.start(at)));
    if (start.or(firstByte).modPowerOfTwo(this.alignmentBytes) !== 0) return errno.EINVAL;
    if (this.table.pinCount(area) > 0) return errno.EINVAL;
    if (this.hugePages && this.table.isStored(area)) return errno.EINVAL;
    const pages = this.table.pagesOf(area);
    pages.retain();
    const rest = this.table.add(pages, firstByte.page(), firstByte.pageOffset(), this.table.prot(area));
    this.table.setStored(rest, this.table.isStored(area));
    const last = this.tree.last(at);
    this.tree.shorten(at, iova);
    this.tree.insert(start, last, rest);
    return errno.OK;
  }

  private isLocked(start: U64, last: U64): boolean {
    return this.locked.some((range) => rangesIntersect(range, { start, last }));
  }

  unmapAll(): UnmapResult {
    return this.unmap(U64.ZERO, U64.MAX);
  }

  private removeArea(at: number): void {
    const area = this.tree.area(at);
    const pages = this.table.pagesOf(area);
    if (this.table.isStored(area)) {
      for (let index = this.domains.length - 1; index >= 0; index--) this.unmapFrom(this.domains[index]!, at);
      pages.unpin(this.table.firstIndex(area), this.lastIndex(at), this.accounts);
    }
    this.tree.remove(at);
    this.table.remove(area);
    pages.dmaBuf?.countArea(pages, this, -1);
    pages.release();
  }

  /** Start of the n-th area from below, counted from 0, or undefined. */
  nthAreaStart(index: number): U64 | undefined {
    let at = this.tree.first();
    for (; at !== NONE && index > 0; index--) at = this.tree.next(at);
    return at === NONE ? undefined : this.tree.start(at);
  }

  /** Every area in ascending order, which must not change meanwhile. */
  *areas(): Iterable<AreaView> {
    for (let at = this.tree.first(); at !== NONE; at = this.tree.next(at)) {
      const area = this.tree.area(at);
      const range = { start: this.tree.start(at), last: this.tree.last(at) };
      yield { ...range, prot: this.table.prot(area), pages: this.table.pagesOf(area) };
    }
  }

  // ---- ranges -------------------------------------------------------------------------------------------------------

  /** What no reservation covers, ascending: the answer of IOVA_RANGES. */
  usableRanges(): readonly Range[] {
    return this.reserved.free();
  }

  /** @returns EADDRINUSE if one of them is reserved; then the old list stays */
  setAllowed(ranges: readonly Range[]): Errno {
    if (ranges.some((range) => this.reserved.intersects(range.start, range.last))) return errno.EADDRINUSE;
    this.allowed = ranges;
    return errno.OK;
  }

  /** @returns EADDRINUSE if an area or an allowed range is there */
  reserve(start: U64, last: U64, owner: object): Errno {
    if (this.tree.intersects(start, last)) return errno.EADDRINUSE;
    if (this.allowed.some((range) => rangesIntersect(range, { start, last }))) return errno.EADDRINUSE;
    this.reserved.add(start, last, owner);
    return errno.OK;
  }

  unreserve(owner: object): void {
    this.reserved.removeOwner(owner);
  }

  // ---- alignment ----------------------------------------------------------------------------------------------------

  /**
   * Turns huge pages on or off (specification 10, section 8.8).
   * @returns EINVAL with a domain and an area, EADDRINUSE if an area is not page aligned
   */
  setHugePages(enabled: boolean): Errno {
    if (enabled === this.hugePages) return errno.OK;
    if (!enabled && this.domains.length > 0 && this.tree.size > 0) return errno.EINVAL;
    const error = this.setAlignment(this.requiredAlignment(this.domains, enabled));
    if (error === errno.OK) this.hugePages = enabled;
    return error;
  }

  private requiredAlignment(domains: readonly PagingDomain[], hugePages: boolean): number {
    const asked = this.accesses.list().map((access) => access.alignment);
    return Math.max(hugePages ? 1 : PAGE_SIZE, ...domains.map((domain) => 2 ** domain.granuleLg2), ...asked);
  }

  /** Raising checks every area; lowering always succeeds. */
  private setAlignment(bytes: number): Errno {
    if (bytes > this.alignmentBytes) {
      for (let at = this.tree.first(); at !== NONE; at = this.tree.next(at)) {
        const start = this.tree.start(at);
        const length = lengthOf(start, this.tree.last(at));
        const misaligned = start.or(length).modPowerOfTwo(bytes) !== 0;
        if (misaligned || this.table.offset(this.tree.area(at)) % bytes !== 0) return errno.EADDRINUSE;
      }
    }
    this.alignmentBytes = bytes;
    return errno.OK;
  }

  // ---- domains ------------------------------------------------------------------------------------------------------

  /**
   * Adds a page table and fills it (specification 10, section 5.6; 30, section 5.3).
   * @returns EINVAL, EADDRINUSE, or what filling answers; then nothing has changed
   */
  addDomain(domain: PagingDomain): Errno {
    if (2 ** domain.granuleLg2 > PAGE_SIZE) return errno.EINVAL;
    const before = this.alignmentBytes;
    let error = this.setAlignment(this.requiredAlignment([...this.domains, domain], this.hugePages));
    if (error !== errno.OK) return error;
    error = this.reserveOutside(domain);
    if (error === errno.OK) {
      this.domains.push(domain);
      error = this.domains.length === 1 ? this.storeAll() : this.fillFurther(domain);
      if (error === errno.OK) return errno.OK;
      this.domains.pop();
    }
    this.reserved.removeOwner(domain);
    this.alignmentBytes = before;
    return error;
  }

  private reserveOutside(domain: PagingDomain): Errno {
    if (!domain.apertureStart.isZero()) {
      const error = this.reserve(U64.ZERO, domain.apertureStart.minus(U64.ONE), domain);
      if (error !== errno.OK) return error;
    }
    return domain.apertureLast.isMax() ? errno.OK : this.reserve(domain.apertureLast.plus(U64.ONE), U64.MAX, domain);
  }

  /** Cannot fail. The last domain gone, the pages are unpinned. */
  removeDomain(domain: PagingDomain): void {
    const index = this.domains.indexOf(domain);
    const last = this.domains.length === 1;
    for (let at = this.tree.first(); at !== NONE; at = this.tree.next(at)) {
      if (last) this.unstoreArea(at);
      else this.unmapFrom(domain, at);
    }
    // The last entry fills the place that became free.
    const tail = this.domains.pop()!;
    if (index < this.domains.length) this.domains[index] = tail;
    this.reserved.removeOwner(domain);
    this.alignmentBytes = this.requiredAlignment(this.domains, this.hugePages);
  }

  private storeAll(): Errno {
    for (let at = this.tree.first(); at !== NONE; at = this.tree.next(at)) {
      const error = this.storeArea(at);
      if (error === errno.OK) continue;
      for (let done = this.tree.first(); done !== at; done = this.tree.next(done)) this.unstoreArea(done);
      return error;
    }
    return errno.OK;
  }

  private fillFurther(domain: PagingDomain): Errno {
    for (let at = this.tree.first(); at !== NONE; at = this.tree.next(at)) {
      const error = this.mapInto(domain, at);
      if (error === errno.OK) continue;
      for (let done = this.tree.first(); done !== at; done = this.tree.next(done)) this.unmapFrom(domain, done);
      return error;
    }
    return errno.OK;
  }

  /** Pins an area's pages, maps them in every domain, and charges for them last; or changes nothing. */
  private storeArea(at: number): Errno {
    const area = this.tree.area(at);
    const pages = this.table.pagesOf(area);
    const firstIndex = this.table.firstIndex(area);
    const lastIndex = this.lastIndex(at);
    const newly = pages.pin(firstIndex, lastIndex, this.accounts);
    if (newly < 0) return -newly;
    let mapped = 0;
    let error: Errno = errno.OK;
    while (mapped < this.domains.length && error === errno.OK) {
      error = this.mapInto(this.domains[mapped]!, at);
      if (error === errno.OK) mapped++;
    }
    if (error === errno.OK) error = pages.charge(this.accounts, newly);
    if (error === errno.OK) {
      this.table.setStored(area, true);
      return errno.OK;
    }
    while (mapped > 0) this.unmapFrom(this.domains[--mapped]!, at);
    pages.unpin(firstIndex, lastIndex, this.accounts, false);
    return error;
  }

  private unstoreArea(at: number): void {
    const area = this.tree.area(at);
    for (const domain of this.domains) this.unmapFrom(domain, at);
    this.table.pagesOf(area).unpin(this.table.firstIndex(area), this.lastIndex(at), this.accounts);
    this.table.setStored(area, false);
  }

  /** Takes the areas of these pages out of every domain; the areas stay. */
  unmapPages(pages: Pages): void {
    for (let at = this.tree.first(); at !== NONE; at = this.tree.next(at)) {
      if (this.table.pagesOf(this.tree.area(at)) !== pages) continue;
      for (const domain of this.domains) this.unmapFrom(domain, at);
    }
  }

  private mapInto(domain: PagingDomain, at: number): Errno {
    const area = this.tree.area(at);
    if (this.table.pagesOf(area).isRevoked) return errno.OK;
    return mapArea(domain, {
      start: this.tree.start(at),
      length: lengthOf(this.tree.start(at), this.tree.last(at)),
      pages: this.table.pagesOf(area),
      firstIndex: this.table.firstIndex(area),
      lastIndex: this.lastIndex(at),
      offset: this.table.offset(area),
      prot: this.table.prot(area),
      hugePages: this.hugePages,
    });
  }

  private unmapFrom(domain: PagingDomain, at: number): void {
    if (this.table.pagesOf(this.tree.area(at)).isRevoked) return;
    unmapArea(domain, this.tree.start(at), lengthOf(this.tree.start(at), this.tree.last(at)));
  }

  // ---- what is mapped -----------------------------------------------------------------------------------------------

  /** Visits the areas' parts of [start, last] up to the first address that is not mapped. */
  forEachMapped(start: U64, last: U64, visit: (start: U64, last: U64) => void): void {
    let from = start;
    for (let at = this.tree.seek(start); at !== NONE; at = this.tree.next(at)) {
      if (from.lessThan(this.tree.start(at))) return;
      const to = minOf(this.tree.last(at), last);
      visit(from, to);
      if (last.atMost(to)) return;
      from = to.plus(U64.ONE);
    }
  }

  // ---- in-kernel users ----------------------------------------------------------------------------------------------

  /** @returns EBUSY, EADDRINUSE */
  attachAccess(access: IoasAccess): Errno {
    let error = this.accesses.add(access);
    if (error !== errno.OK) return error;
    error = this.setAlignment(this.requiredAlignment(this.domains, this.hugePages));
    if (error !== errno.OK) this.accesses.remove(access);
    return error;
  }

  detachAccess(access: IoasAccess): void {
    this.accesses.remove(access);
    this.alignmentBytes = this.requiredAlignment(this.domains, this.hugePages);
  }

  /**
   * Pins the pages of [start, last] for an in-kernel user (specification 20, section 8.4).
   * @param frames receives one page frame for each page index
   * @returns EINVAL, EPERM, ENOENT and what pinning answers; then nothing is pinned
   */
  pin(start: U64, last: U64, write: boolean, frames: number[]): Errno {
    const pinned: AreaPart[] = [];
    let error: Errno = errno.ENOENT;
    for (let part = this.parts.first(start, last); part !== undefined; part = this.parts.after(part, last)) {
      error = this.pinPart(part, write, frames);
      if (error !== errno.OK) break;
      pinned.push(part);
      if (part.isFinal) return errno.OK;
      error = errno.ENOENT;
    }
    for (const part of pinned) this.unpinPart(part);
    return error;
  }

  private pinPart(part: AreaPart, write: boolean, frames: number[]): Errno {
    if (this.table.isBlocked(part.area)) return errno.EINVAL;
    const endsInPage = part.lastByte.pageOffset() !== PAGE_SIZE - 1;
    if (part.firstByte.pageOffset() !== 0 || (!part.isFinal && endsInPage)) return errno.EINVAL;
    const refused = this.checkPermission(part, write);
    if (refused !== errno.OK) return refused;
    const pages = this.table.pagesOf(part.area);
    const error = pages.pinAccess(part.firstByte.page(), part.lastByte.page(), this.accounts);
    if (error !== errno.OK) return error;
    this.table.addPins(part.area, 1);
    pages.runs(part.firstByte.page(), part.lastByte.page(), (pfn, count) => {
      for (let page = 0; page < count; page++) frames.push(pfn + page);
    });
    return errno.OK;
  }

  /** Takes back one `pin` of exactly this range. */
  unpin(start: U64, last: U64): void {
    for (let part = this.parts.first(start, last); part !== undefined; part = this.parts.after(part, last))
      this.unpinPart(part);
  }

  /** As `pin` for reading; until `unpinLocked` the areas stay. */
  pinLocked(start: U64, last: U64, frames: number[]): Errno {
    const error = this.pin(start, last, false, frames);
    if (error === errno.OK) this.locked = [...this.locked, { start, last }];
    return error;
  }

  /** Takes back one `pinLocked` of exactly this range. */
  unpinLocked(start: U64, last: U64): void {
    const index = this.locked.findIndex((range) => range.start.equals(start) && range.last.equals(last));
    this.locked = this.locked.toSpliced(index, 1);
    this.unpin(start, last);
  }

  private unpinPart({ area, firstByte, lastByte }: AreaPart): void {
    this.table.addPins(area, -1);
    this.table.pagesOf(area).unpinAccess(firstByte.page(), lastByte.page(), this.accounts);
  }

  /**
   * Copies between [start, last] and `bytes` for an in-kernel user (specification 20, section 8.6).
   * @param mm of whoever calls
   * @returns EINVAL, EPERM, ENOENT, EFAULT; parts before the failing one have been copied
   */
  transfer(
    start: U64,
    last: U64,
    bytes: Uint8Array,
    write: boolean,
    slow: boolean,
    mm: AddressSpace,
    memory: PhysicalMemory,
  ): Errno {
    let done = 0;
    for (let part = this.parts.first(start, last); part !== undefined; part = this.parts.after(part, last)) {
      const { area, firstByte, lastByte } = part;
      if (this.table.isBlocked(area)) return errno.EINVAL;
      const refused = this.checkPermission(part, write);
      if (refused !== errno.OK) return refused;
      const pages = this.table.pagesOf(area);
      if (pages.dmaBuf !== undefined) return errno.EINVAL;
      const length = lengthOf(firstByte, lastByte).toNumber();
      const slice = length === bytes.length ? bytes : bytes.subarray(done, done + length);
      done += length;
      const error = transferSlice({ pages, firstByte, bytes: slice, write, slow, mm, memory }, this.accounts);
      if (error !== errno.OK || part.isFinal) return error;
    }
    return errno.ENOENT;
  }

  private checkPermission(part: AreaPart, write: boolean): Errno {
    const needed = write ? PROT_WRITE : PROT_READ;
    if ((this.table.prot(part.area) & needed) === 0) return errno.EPERM;
    return write && !this.table.pagesOf(part.area).writable ? errno.EPERM : errno.OK;
  }

  /** Index of the page that holds an area's last byte. */
  private lastIndex(at: number): number {
    const area = this.tree.area(at);
    const length = lengthOf(this.tree.start(at), this.tree.last(at));
    return lastPageOf(this.table.firstIndex(area), this.table.offset(area), length);
  }
}
