/**
 * The physical address space of client memory: which object a page frame number (PFN) stands for, and its bytes.
 *
 * Every memory object (a file, the private memory of an address space) is cut into chunks of 2^18 pages; a chunk has a
 * slot of 2^18 PFNs while a page of it is pinned. So a PFN is found by arithmetic, no table has an entry per page, PFNs
 * are contiguous where the object is, and an object's page and its PFN are congruent modulo 1 GiB, as large IOMMU pages
 * need. Owns the invariant that two objects never share a slot.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { BackingFile, PfnRunSink } from "../core/mm.js";
import { CLIENT_PFN_FIRST, TABLE_PFN_FIRST, type PhysicalMemory } from "../hw/interface.js";
import { PAGE_SIZE } from "../u64.js";

/** Pages of a chunk: 1 GiB, the largest page that the IOMMU formats have below 512 GiB. */
export const CHUNK_PAGES = 2 ** 18;

const SLOT_FIRST = CLIENT_PFN_FIRST / CHUNK_PAGES;
const SLOT_END = TABLE_PFN_FIRST / CHUNK_PAGES;

interface Chunk {
  readonly object: MemoryObject;
  /** Number in the object: its pages start at index * CHUNK_PAGES. */
  readonly index: number;
  /** Its PFNs start at slot * CHUNK_PAGES. */
  readonly slot: number;
  /** Pins of all its pages together. */
  pins: number;
}

/** Bytes of an object that the daemon has mapped. */
export interface MappedBytes {
  readonly bytes: Uint8Array;
  /** Otherwise only a system call may be given them. */
  readonly touchable: boolean;
}

/** Something with pages that have an identity of their own. It lives while it is held or has pinned pages. */
export abstract class MemoryObject {
  /** The chunks with pinned pages, by index. The FrameTable's alone. */
  readonly chunks = new Map<number, Chunk>();
  private holders = 0;

  /** For inspection. */
  abstract readonly name: string;

  /** Pages of one physical page: 1, or those of a huge page. A power of two. */
  readonly physicalPages: number = 1;

  /**
   * @param page number of the first page in the object
   * @param offset in that page; the bytes may extend over further pages
   * @returns 0, or EFAULT when the memory is gone
   */
  abstract read(page: number, offset: number, into: Uint8Array): Errno | Promise<Errno>;
  abstract write(page: number, offset: number, from: Uint8Array): Errno | Promise<Errno>;

  /** It has `copyTo`, and is always read at once. */
  readonly isCopySource: boolean = false;

  /**
   * The bytes themselves, as many of `length` as are mapped together; undefined: they are not mapped. Good until anything else
   * is asked of objects, but for bytes to read from.
   */
  mapped?(page: number, offset: number, length: number, write: boolean): MappedBytes | undefined;

  /** As `read`, by the kernel alone. @returns false: at least a part was not read, and `read` tells why */
  copyTo?(page: number, offset: number, into: Uint8Array): boolean;

  /** As `write`, by the kernel alone. */
  copyFrom?(page: number, offset: number, from: Uint8Array): boolean;

  /** No page is pinned any more. */
  unpinned?(): void;

  hold(): void {
    this.holders++;
  }

  drop(): void {
    if (this.holders === 0) throw new Error(`memory object ${this.name}: dropped more often than held`);
    this.holders--;
    this.closeIfUnused();
  }

  closeIfUnused(): void {
    if (this.holders === 0 && this.chunks.size === 0) this.close();
  }

  /** Nobody holds it and no page is pinned. It may be pinned again later. */
  protected abstract close(): void;
}

/** Consecutive pages of one object. */
export interface Piece {
  readonly object: MemoryObject;
  readonly page: number;
  readonly count: number;
}

export interface FrameInspection {
  readonly chunks: number;
  readonly pinnedPages: number;
  /** Pins by name of the object. */
  readonly objects: Readonly<Record<string, number>>;
}

export class FrameTable implements PhysicalMemory {
  /** Indexed by slot. */
  private readonly slots: (Chunk | undefined)[] = [];
  /** No slot below it is free. */
  private freeFrom = SLOT_FIRST;

  /** @param slotEnd One past the last slot; smaller only where exhaustion is to be seen */
  constructor(private readonly slotEnd: number = SLOT_END) {}

  /**
   * Pins the pages of all pieces, in order, and reports their PFNs as the longest runs. All or nothing.
   * @returns 0, or ENOMEM when no slot is free
   */
  pin(pieces: readonly Piece[], sink: PfnRunSink): Errno {
    const runs: { pfn: number; count: number }[] = [];
    for (const piece of pieces) {
      const end = piece.page + piece.count;
      for (let page = piece.page; page < end;) {
        const index = Math.floor(page / CHUNK_PAGES);
        const within = page - index * CHUNK_PAGES;
        const count = Math.min(end - page, CHUNK_PAGES - within);
        const chunk = piece.object.chunks.get(index) ?? this.allocate(piece.object, index, lastIndex(end) - index + 1);
        if (chunk === undefined) {
          for (const run of runs) this.unpin(run.pfn, run.count);
          return errno.ENOMEM;
        }
        chunk.pins += count;
        const pfn = chunk.slot * CHUNK_PAGES + within;
        const last = runs.at(-1);
        if (last !== undefined && last.pfn + last.count === pfn) last.count += count;
        else runs.push({ pfn, count });
        page += count;
      }
    }
    for (const run of runs) sink(run.pfn, run.count);
    return errno.OK;
  }

  /** Gives back pinned pages, whole runs or parts of them. */
  unpin(pfn: number, count: number): void {
    const end = pfn + count;
    for (let at = pfn; at < end;) {
      const slot = Math.floor(at / CHUNK_PAGES);
      const part = Math.min(end, (slot + 1) * CHUNK_PAGES) - at;
      const chunk = this.slots[slot];
      if (chunk === undefined || chunk.pins < part) throw new Error(`PFN ${at}: unpinned ${part} pages never pinned`);
      chunk.pins -= part;
      if (chunk.pins === 0) this.free(chunk);
      at += part;
    }
  }

  /** The pages of an object as a file, which holds the object until it is released. */
  fileOf(object: MemoryObject): BackingFile {
    object.hold();
    return {
      name: object.name,
      pin: (first: number, count: number, _write: boolean, sink: PfnRunSink) =>
        this.pin([{ object, page: first, count }], sink),
      unpin: (pfn: number, count: number) => {
        this.unpin(pfn, count);
      },
      physicalPages: (pfn: number) => this.physicalPages(pfn),
      release: () => {
        object.drop();
      },
    };
  }

  /** Pages of the physical page that a pinned page is a part of; it begins at a multiple of that, as it does in the object. */
  physicalPages(pfn: number): number {
    return this.slots[Math.floor(pfn / CHUNK_PAGES)]?.object.physicalPages ?? 1;
  }

  read(physical: number, into: Uint8Array): Errno | Promise<Errno> {
    return this.access(physical, into, false);
  }

  write(physical: number, from: Uint8Array): Errno | Promise<Errno> {
    return this.access(physical, from, true);
  }

  isCopySource(physical: number, length: number): boolean {
    const at = this.locate(physical, length);
    return at?.length === length && at.object.isCopySource;
  }

  copy(destination: number, source: number, length: number): number {
    for (let done = 0; done < length;) {
      const copied = this.copyPiece(destination + done, source + done, length - done);
      if (copied === 0) return done;
      done += copied;
    }
    return length;
  }

  /** @returns how many of the bytes were copied: as many as are mapped together, or 0 */
  private copyPiece(destination: number, source: number, length: number): number {
    const to = this.locate(destination, length);
    const from = to && this.locate(source, to.length);
    if (to === undefined || from === undefined) return 0;
    // In this order: what is written may take away what is mapped of the same file for reading.
    const written = to.object.mapped?.(to.page, to.offset, from.length, true);
    const bytes = written?.bytes.length ?? from.length;
    const read = from.object.mapped?.(from.page, from.offset, bytes, false);
    if (written?.touchable === true && read?.touchable === true) {
      const both = Math.min(bytes, read.bytes.length);
      written.bytes.set(read.bytes.subarray(0, both));
      return both;
    }
    if (written !== undefined)
      return from.object.copyTo?.(from.page, from.offset, written.bytes) === true ? written.bytes.length : 0;
    if (read === undefined) return 0;
    return to.object.copyFrom?.(to.page, to.offset, read.bytes) === true ? read.bytes.length : 0;
  }

  /** Where a physical address lies, and how many of `length` bytes before the end of its slot. */
  private locate(
    physical: number,
    length: number,
  ): { object: MemoryObject; page: number; offset: number; length: number } | undefined {
    const pfn = Math.floor(physical / PAGE_SIZE);
    const slot = Math.floor(pfn / CHUNK_PAGES);
    const chunk = this.slots[slot];
    if (chunk === undefined) return undefined;
    const page = chunk.index * CHUNK_PAGES + (pfn - slot * CHUNK_PAGES);
    const offset = physical - pfn * PAGE_SIZE;
    const left = (slot + 1) * CHUNK_PAGES * PAGE_SIZE - physical;
    return { object: chunk.object, page, offset, length: Math.min(length, left) };
  }

  inspect(): FrameInspection {
    const objects: Record<string, number> = {};
    let chunks = 0;
    let pinnedPages = 0;
    for (const chunk of this.slots) {
      if (chunk === undefined) continue;
      chunks++;
      pinnedPages += chunk.pins;
      objects[chunk.object.name] = (objects[chunk.object.name] ?? 0) + chunk.pins;
    }
    return { chunks, pinnedPages, objects };
  }

  private access(physical: number, bytes: Uint8Array, write: boolean): Errno | Promise<Errno> {
    for (let done = 0; done < bytes.length;) {
      const at = this.locate(physical + done, bytes.length - done);
      if (at === undefined) return errno.EFAULT;
      const part = bytes.subarray(done, done + at.length);
      const { object, page, offset } = at;
      const result = write ? object.write(page, offset, part) : object.read(page, offset, part);
      done += part.length;
      if (typeof result !== "number") return this.accessRest(result, physical + done, bytes.subarray(done), write);
      if (result !== errno.OK) return result;
    }
    return errno.OK;
  }

  private async accessRest(first: Promise<Errno>, physical: number, rest: Uint8Array, write: boolean): Promise<Errno> {
    const result = await first;
    return result === errno.OK ? this.access(physical, rest, write) : result;
  }

  /**
   * A slot beside that of the object's neighbouring chunk if free, so that contiguous memory stays contiguous over the
   * border; else the first of the lowest `wanted` free slots in a row; else the lowest free one.
   */
  private allocate(object: MemoryObject, index: number, wanted: number): Chunk | undefined {
    const before = object.chunks.get(index - 1);
    const after = object.chunks.get(index + 1);
    let slot: number | undefined;
    if (before !== undefined && this.isFree(before.slot + 1)) slot = before.slot + 1;
    else if (after !== undefined && this.isFree(after.slot - 1)) slot = after.slot - 1;
    else slot = this.lowestFree(wanted) ?? this.lowestFree(1);
    if (slot === undefined) return undefined;
    const chunk: Chunk = { object, index, slot, pins: 0 };
    this.slots[slot] = chunk;
    object.chunks.set(index, chunk);
    while (this.slots[this.freeFrom] !== undefined) this.freeFrom++;
    return chunk;
  }

  private isFree(slot: number): boolean {
    return slot >= SLOT_FIRST && slot < this.slotEnd && this.slots[slot] === undefined;
  }

  private lowestFree(wanted: number): number | undefined {
    let start = this.freeFrom;
    for (let slot = start; slot - start < wanted; slot++) {
      if (slot >= this.slots.length) break;
      if (this.slots[slot] !== undefined) start = slot + 1;
    }
    return start + wanted <= this.slotEnd ? start : undefined;
  }

  private free(chunk: Chunk): void {
    this.slots[chunk.slot] = undefined;
    while (this.slots.length > 0 && this.slots.at(-1) === undefined) this.slots.pop();
    this.freeFrom = Math.min(this.freeFrom, chunk.slot);
    const { object } = chunk;
    object.chunks.delete(chunk.index);
    if (object.chunks.size === 0) object.unpinned?.();
    object.closeIfUnused();
  }
}

/** The chunk that holds the last page before `end`. */
function lastIndex(end: number): number {
  return Math.floor((end - 1) / CHUNK_PAGES);
}
