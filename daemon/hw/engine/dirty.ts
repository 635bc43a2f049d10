/**
 * Read-and-clear of dirty bits over any format (specification 60, section 1.10, and 30, section 19.2, Q4 and Q5).
 *
 * Dirtiness is a property of an entry: one written item makes all items of a contiguous entry dirty, and cleaning takes
 * the bit from all of them. What is reported lies inside the query and inside the entry.
 */
import { U64 } from "../../u64.js";
import { entryKind, POWERS_OF_TWO, type AccessDirtyBits } from "./format.js";
import type { PageTable } from "./page-table.js";

/**
 * How much of a dirty entry of several items is reported: all of it, or what Linux 7.1 does: its last item is left out,
 * unless the query ends before it or begins in it.
 */
export type DirtyRule = "whole-entry" | "linux-7.1";

export interface DirtyQuery {
  /** First granule, and the first one beyond the query. */
  readonly iova: number;
  readonly end: number;
  readonly rule: DirtyRule;
  /** Clean every dirty entry that the query touches. */
  readonly clear: boolean;
  /** Granules of one dirty entry, in ascending order. */
  readonly report: (iova: number, count: number) => void;
}

/** Granules [iova, end): from the first cleaned entry to the end of the last one. */
export interface CleanedRange {
  readonly iova: number;
  readonly end: number;
}

/** Walks the entries of a query up to the first hole. @returns undefined: nothing was cleaned */
export function readDirty(table: PageTable, query: DirtyQuery): CleanedRange | undefined {
  const bits = table.format.accessDirty;
  return bits === undefined ? undefined : new DirtyRead(table, bits, query).run();
}

class DirtyRead {
  private cursor: number;
  private readonly end: number;
  private cleanedFrom = -1;
  private cleanedEnd = 0;

  constructor(
    private readonly table: PageTable,
    private readonly bits: AccessDirtyBits,
    private readonly query: DirtyQuery,
  ) {
    this.cursor = query.iova;
    this.end = Math.min(query.end, table.vaEnd);
  }

  run(): CleanedRange | undefined {
    if (this.cursor < this.end) this.visit(this.table.root, this.table.shape.topLevel);
    return this.cleanedFrom < 0 ? undefined : { iova: this.cleanedFrom, end: this.cleanedEnd };
  }

  /** Reads a table from `cursor` on. @returns false: a hole */
  private visit(handle: number, level: number): boolean {
    const { format, memory, indexMask, itemSpans } = this.table;
    const words = memory.words(handle);
    const span = itemSpans[level]!;
    const tableSpan = span * (indexMask + 1);
    const tableStart = Math.floor(this.cursor / tableSpan) * tableSpan;
    const granuleLg2 = format.granuleLg2;
    // The first item that the query does not touch, if it is in this table.
    const indexEnd = Math.min(indexMask + 1, Math.ceil((this.end - tableStart) / span));
    let index = (this.cursor / span) & indexMask;
    while (index < indexEnd) {
      const low = words[2 * index]!;
      const high = words[2 * index + 1]!;
      const kind = format.classify(low, high, level);
      if (kind === entryKind.EMPTY) return false;
      if (kind === entryKind.TABLE) {
        this.advanceTo(tableStart + index * span);
        if (!this.visit(memory.handleOf(format.tableAddress(low, high)), level - 1)) return false;
        index++;
        continue;
      }
      const items = POWERS_OF_TWO[format.leafSizeLg2(low, high, level) - granuleLg2]! / span;
      const first = index & -items;
      if (this.isDirty(words, first, items)) {
        this.advanceTo(tableStart + index * span);
        this.take(words, first, index, items, span);
      }
      index = first + items;
    }
    this.advanceTo(tableStart + index * span);
    return true;
  }

  /** The query may begin behind the first granule of the item that it meets first. */
  private advanceTo(granule: number): void {
    if (granule > this.cursor) this.cursor = granule;
  }

  private isDirty(words: Int32Array, first: number, items: number): boolean {
    for (let item = first; item < first + items; item++)
      if (this.bits.isDirty(words[2 * item]!, words[2 * item + 1]!)) return true;
    return false;
  }

  /** Reports a dirty entry that the query meets at item `index`, and cleans it if that is asked for. */
  private take(words: Int32Array, first: number, index: number, items: number, span: number): void {
    const entryStart = Math.floor(this.cursor / span) * span - (index - first) * span;
    const entryEnd = entryStart + items * span;
    const leavesLastOut = this.query.rule === "linux-7.1" && items > 1 && index < first + items - 1;
    const reportedEnd = Math.min(leavesLastOut ? entryEnd - span : entryEnd, this.end);
    this.query.report(this.cursor, reportedEnd - this.cursor);
    if (!this.query.clear) return;
    for (let at = 2 * first; at < 2 * (first + items); at += 2) {
      const { low, high } = this.bits.clean(U64.fromWords(words[at + 1]!, words[at]!));
      words[at] = low;
      words[at + 1] = high;
    }
    if (this.cleanedFrom < 0) this.cleanedFrom = entryStart;
    this.cleanedEnd = entryEnd;
  }
}
