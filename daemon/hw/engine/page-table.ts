/**
 * Software's side of a page table: map and unmap over any format (specification 60, sections 1.9 and 5).
 *
 * Invariants: below the root no table is empty (`itemsUsed` of its page is at least 1), and a `map` that fails leaves
 * every word and every table as it was. Map and unmap descend once for each table, not once for each page.
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import { U64 } from "../../u64.js";
import { PROT_READ, PROT_WRITE } from "../interface.js";
import { entryKind, itemGranules, pageSizeName, POWERS_OF_TWO, type Format } from "./format.js";
import type { TableMemory } from "./table-memory.js";

/** One table's shape, already narrowed to what its hardware can do. */
export interface PageTableShape {
  readonly topLevel: number;
  /** log2 of the IOVAs that it translates, in bytes. */
  readonly vaLg2: number;
  readonly outputLg2: number;
  /** log2 in bytes of the pages that may be used, ascending. */
  readonly pageSizes: readonly number[];
}

export class PageTable {
  readonly indexMask: number;
  /** Granules that one item of each level covers. */
  readonly itemSpans: readonly number[];
  /** log2 in granules of the pages that may be used, ascending. */
  private readonly sizes: readonly number[];
  /** First granule beyond the IOVAs, the outputs and the 64-bit address space. */
  readonly vaEnd: number;
  private readonly outputEnd: number;
  private readonly addressEnd: number;
  /** Leaf entries by log2 of their size in granules. */
  private readonly leafCounts: number[] = new Array<number>(64).fill(0);
  private tableCount = 1;
  /** Where `clear` stands, and where it ends. */
  private cursor = 0;
  private clearEnd = 0;

  private constructor(
    readonly format: Format,
    readonly memory: TableMemory,
    readonly shape: PageTableShape,
    /** Handle of the top table. */
    readonly root: number,
  ) {
    const { granuleLg2, indexBits } = format;
    if (shape.topLevel > format.maxTopLevel || shape.vaLg2 > format.maxVaLg2 || shape.outputLg2 > format.maxOutputLg2)
      throw new RangeError(`${format.name} cannot have this shape`);
    this.indexMask = 2 ** indexBits - 1;
    this.itemSpans = Array.from({ length: shape.topLevel + 1 }, (_, level) => itemGranules(format, level));
    this.sizes = shape.pageSizes.map((lg2) => lg2 - granuleLg2);
    for (const size of this.sizes)
      if (!format.possibleSizes(Math.floor(size / indexBits)).includes(size + granuleLg2))
        throw new RangeError(`${format.name} has no pages of 2^${size + granuleLg2} bytes`);
    this.vaEnd = 2 ** (shape.vaLg2 - granuleLg2);
    this.outputEnd = 2 ** (shape.outputLg2 - granuleLg2);
    this.addressEnd = 2 ** (64 - granuleLg2);
  }

  /** An empty table. @returns ENOMEM */
  static create(format: Format, memory: TableMemory, shape: PageTableShape): PageTable | Errno {
    const root = memory.canGive(1) ? memory.allocate() : -1;
    return root < 0 ? errno.ENOMEM : new PageTable(format, memory, shape, root);
  }

  /** Physical byte address of the top table. */
  get rootAddress(): number {
    return this.memory.physicalOf(this.root);
  }

  /** Tables held, the top one included. */
  get tables(): number {
    return this.tableCount;
  }

  /** Leaf entries by page size, for inspection. */
  leaves(): Record<string, number> {
    const named = this.sizes.map(
      (size) => [pageSizeName(size + this.format.granuleLg2), this.leafCounts[size]!] as const,
    );
    return Object.fromEntries(named.filter(([, count]) => count > 0));
  }

  /**
   * Maps [iova, iova + count) to [output, output + count), in granules, with the largest pages that fit. All or nothing.
   * @param pageLg2Max log2 in bytes of the largest page that may be used, if it is not the smallest that there is
   * @returns EINVAL, ERANGE, EOVERFLOW, ENXIO, EADDRINUSE, ENOMEM, checked in the order of section 1.9
   */
  map(iova: number, output: number, count: number, prot: number, pageLg2Max = Infinity): Errno {
    if ((prot & (PROT_READ | PROT_WRITE)) === 0) return errno.EINVAL;
    if (output + count > this.outputEnd) return errno.ERANGE;
    const refused = this.format.checkProt(prot);
    if (refused !== errno.OK) return refused;
    if (count === 0) return errno.EINVAL;
    if (iova + count > this.addressEnd) return errno.EOVERFLOW;
    if (Math.min(alignmentLg2(iova, output), alignmentLg2(count, 0)) < this.sizes[0]!) return errno.ENXIO;
    if (iova + count > this.vaEnd) return errno.ERANGE;

    const end = iova + count;
    const choices = this.sizesUpTo(pageLg2Max - this.format.granuleLg2);
    for (let at = iova; at < end;) {
      const error = this.mapRun(at, output + (at - iova), end - at, prot, choices);
      if (error !== errno.OK) {
        this.unmap(iova, this.cursor - iova);
        return error;
      }
      at = this.cursor;
    }
    return errno.OK;
  }

  /**
   * Unmaps [iova, iova + count). A hole ends it; so does a leaf that begins before `iova`; a leaf that sticks out at the
   * end is removed whole. Tables that become empty are freed.
   * @returns the granules unmapped
   */
  unmap(iova: number, count: number): number {
    this.cursor = iova;
    this.clearEnd = Math.min(iova + count, this.vaEnd);
    if (this.cursor < this.clearEnd) this.clear(this.root, this.shape.topLevel);
    return this.cursor - iova;
  }

  /** The granule that a granule is mapped to, or undefined. */
  lookup(iova: number): number | undefined {
    const item = this.leafItem(iova);
    if (item === undefined) return undefined;
    const { low, high, level } = item;
    const size = this.format.leafSizeLg2(low, high, level) - this.format.granuleLg2;
    return this.format.leafOutput(low, high, level) + (iova % 2 ** size);
  }

  /** Sets the dirty bit of the one item that covers a granule. @returns false: nothing is mapped there */
  markDirty(iova: number): boolean {
    const bits = this.format.accessDirty;
    const item = this.leafItem(iova);
    if (item === undefined || bits === undefined) return false;
    const { low, high } = bits.setDirty(U64.fromWords(item.high, item.low));
    item.words[item.at] = low;
    item.words[item.at + 1] = high;
    return true;
  }

  /** Frees every table. */
  destroy(): void {
    this.release(this.root, this.shape.topLevel);
    this.tableCount = 0;
  }

  // ---- mapping ------------------------------------------------------------------------------------------------------

  /**
   * Maps as many pages of the best size as come before a larger size may begin. On return `cursor` is the granule after
   * the last one mapped, also when it failed.
   * @param choices how many of the sizes may be used
   */
  private mapRun(iova: number, output: number, remaining: number, prot: number, choices: number): Errno {
    const choice = this.bestSize(iova, output, remaining, choices);
    const size = this.sizes[choice]!;
    const span = POWERS_OF_TWO[size]!;
    let pages = Math.floor(remaining / span);
    const largerSpan = choice + 1 < choices ? POWERS_OF_TWO[this.sizes[choice + 1]!]! : Infinity;
    if (largerSpan !== Infinity && Number.isInteger((iova - output) / largerSpan)) {
      const boundary = (Math.floor(iova / largerSpan) + 1) * largerSpan;
      pages = Math.min(pages, (boundary - iova) / span);
    }
    const level = Math.floor(size / this.format.indexBits);
    this.cursor = iova;
    while (pages > 0) {
      const table = this.tableAt(this.cursor, level);
      if (table < 0) return -table;
      const done = this.fill(table, level, size, output + (this.cursor - iova), pages, prot);
      if (done === 0) return errno.EADDRINUSE;
      this.cursor += done * span;
      pages -= done;
    }
    return errno.OK;
  }

  /** How many of the sizes are at most 2^lg2 granules; the smallest counts in any case. */
  private sizesUpTo(lg2: number): number {
    let count = this.sizes.length;
    while (count > 1 && this.sizes[count - 1]! > lg2) count--;
    return count;
  }

  /** The index of the largest of the first sizes that alignment and length allow. Preconditions: the smallest one does. */
  private bestSize(iova: number, output: number, remaining: number, choices: number): number {
    const alignment = alignmentLg2(iova, output);
    let choice = choices - 1;
    while (choice > 0 && (this.sizes[choice]! > alignment || POWERS_OF_TWO[this.sizes[choice]!]! > remaining)) choice--;
    return choice;
  }

  /**
   * The table at a level for an IOVA, made if it is missing. Makes all that are missing or none.
   * @returns its handle, or a negative errno: EADDRINUSE for a leaf in the way, ENOMEM
   */
  private tableAt(iova: number, level: number): number {
    const { format, memory } = this;
    let handle = this.root;
    let missing = false;
    for (let above = this.shape.topLevel; above > level; above--) {
      const words = memory.words(handle);
      const at = 2 * ((iova / this.itemSpans[above]!) & this.indexMask);
      const kind = format.classify(words[at]!, words[at + 1]!, above);
      if (kind === entryKind.TABLE) {
        handle = memory.handleOf(format.tableAddress(words[at]!, words[at + 1]!));
        continue;
      }
      if (kind === entryKind.LEAF) return -errno.EADDRINUSE;
      // All that are missing, since nothing lies below a missing one.
      if (!missing && !memory.canGive(above - level)) return -errno.ENOMEM;
      missing = true;
      const child = memory.allocate();
      const item = format.makeTable(memory.physicalOf(child), above);
      words[at] = item.low;
      words[at + 1] = item.high;
      memory.itemsUsed[handle]!++;
      this.tableCount++;
      handle = child;
    }
    return handle;
  }

  /** Writes up to `pages` leaves into one table, from `cursor` on. @returns the number written; 0: one is in the way */
  private fill(table: number, level: number, size: number, output: number, pages: number, prot: number): number {
    const { format, memory } = this;
    const words = memory.words(table);
    const itemsLg2 = size - level * format.indexBits;
    const index = (this.cursor / this.itemSpans[level]!) & this.indexMask;
    const count = Math.min(pages, (this.indexMask + 1 - index) >> itemsLg2);
    const first = 2 * index;
    const end = first + ((2 * count) << itemsLg2);
    if (memory.itemsUsed[table] !== 0)
      for (let at = first; at < end; at += 2)
        if (format.classify(words[at]!, words[at + 1]!, level) !== entryKind.EMPTY) return 0;

    const leaf = format.makeLeaf(output, size + format.granuleLg2, level, prot);
    const step = POWERS_OF_TWO[size + format.outputShift]!;
    const stepLow = step | 0;
    const stepHigh = Math.floor(step / 2 ** 32);
    let { low, high } = leaf;
    for (let at = first; at < end;) {
      for (const entryEnd = at + (2 << itemsLg2); at < entryEnd; at += 2) {
        words[at] = low;
        words[at + 1] = high;
      }
      const next = (low + stepLow) | 0;
      high += stepHigh;
      if (next >>> 0 < low >>> 0) high++;
      low = next;
    }
    memory.itemsUsed[table]! += count << itemsLg2;
    this.leafCounts[size]! += count;
    return count;
  }

  // ---- unmapping ----------------------------------------------------------------------------------------------------

  /** Clears what a table maps from `cursor` to `clearEnd`. @returns false: a hole, or a leaf that began earlier */
  private clear(table: number, level: number): boolean {
    const { format, memory } = this;
    const words = memory.words(table);
    const span = this.itemSpans[level]!;
    let index = (this.cursor / span) & this.indexMask;
    while (this.cursor < this.clearEnd && index <= this.indexMask) {
      const low = words[2 * index]!;
      const high = words[2 * index + 1]!;
      const kind = format.classify(low, high, level);
      if (kind === entryKind.EMPTY) return false;
      if (kind === entryKind.TABLE) {
        const child = memory.handleOf(format.tableAddress(low, high));
        const whole = this.clear(child, level - 1);
        if (memory.itemsUsed[child] === 0) {
          memory.free(child);
          this.tableCount--;
          this.erase(table, words, index, 1);
        }
        if (!whole) return false;
        index++;
        continue;
      }
      const size = format.leafSizeLg2(low, high, level) - format.granuleLg2;
      const pageGranules = POWERS_OF_TWO[size]!;
      if (!Number.isInteger(this.cursor / pageGranules)) return false;
      const items = pageGranules / span;
      const wanted = Math.ceil((this.clearEnd - this.cursor) / pageGranules);
      const count = this.leavesAlike(words, level, index, items, size, wanted);
      this.erase(table, words, index, count * items);
      this.leafCounts[size]! -= count;
      this.cursor += count * pageGranules;
      index += count * items;
    }
    return true;
  }

  /** How many leaves of one size, of `items` items each, follow one another in a table from an item on: at most `wanted`. */
  private leavesAlike(
    words: Int32Array,
    level: number,
    index: number,
    items: number,
    size: number,
    wanted: number,
  ): number {
    const { format } = this;
    const sizeLg2 = size + format.granuleLg2;
    const end = 2 * Math.min(index + wanted * items, this.indexMask + 1);
    let at = 2 * (index + items);
    for (; at < end; at += 2 * items) {
      const low = words[at]!;
      const high = words[at + 1]!;
      if (format.classify(low, high, level) !== entryKind.LEAF || format.leafSizeLg2(low, high, level) !== sizeLg2)
        break;
    }
    return (at / 2 - index) / items;
  }

  /** The leaf item that covers a granule, and where it is. */
  private leafItem(
    iova: number,
  ): { words: Int32Array; at: number; low: number; high: number; level: number } | undefined {
    if (iova >= this.vaEnd) return undefined;
    let handle = this.root;
    for (let level = this.shape.topLevel; ; level--) {
      const words = this.memory.words(handle);
      const at = 2 * ((iova / this.itemSpans[level]!) & this.indexMask);
      const low = words[at]!;
      const high = words[at + 1]!;
      const kind = this.format.classify(low, high, level);
      if (kind === entryKind.EMPTY) return undefined;
      if (kind === entryKind.LEAF) return { words, at, low, high, level };
      handle = this.memory.handleOf(this.format.tableAddress(low, high));
    }
  }

  private erase(table: number, words: Int32Array, index: number, items: number): void {
    if (items === 1) words[2 * index] = words[2 * index + 1] = 0;
    else words.fill(0, 2 * index, 2 * (index + items));
    this.memory.itemsUsed[table]! -= items;
  }

  private release(table: number, level: number): void {
    const words = this.memory.words(table);
    if (level > 0 && this.memory.itemsUsed[table] !== 0)
      for (let at = 0; at < words.length; at += 2)
        if (this.format.classify(words[at]!, words[at + 1]!, level) === entryKind.TABLE)
          this.release(this.memory.handleOf(this.format.tableAddress(words[at]!, words[at + 1]!)), level - 1);
    this.memory.free(table);
  }
}

/** log2 of the largest power of two that divides both; 64 if both are 0. @param a, b 0 to 2^53 */
function alignmentLg2(a: number, b: number): number {
  const low = a | b;
  if (low !== 0) return 31 - Math.clz32(low & -low);
  const high = (a / 2 ** 32) | (b / 2 ** 32);
  return high === 0 ? 64 : 63 - Math.clz32(high & -high);
}
