/**
 * What areas hold of a range of IOVAs: parts that touch one another, in order, as bytes of pages objects. Made one at a time, so
 * that whoever goes through them needs no function of its own for each.
 */
import { U64, minOf } from "../u64.js";
import type { AreaTable } from "./area-table.js";
import { type AreaTree, NONE } from "./area-tree.js";

/** What of a range one area holds. */
export interface AreaPart {
  /** Where the area is in the tree, and the last IOVA of the part. */
  readonly at: number;
  readonly lastIova: U64;
  readonly area: number;
  /** Of its pages object. */
  readonly firstByte: U64;
  readonly lastByte: U64;
  /** The range ends in this area. */
  readonly isFinal: boolean;
}

export class AreaParts {
  constructor(
    private readonly tree: AreaTree,
    private readonly table: AreaTable,
  ) {}

  /** What the area with `start` holds of [start, last]; undefined: there is none. */
  first(start: U64, last: U64): AreaPart | undefined {
    return this.of(this.tree.seek(start), start, last);
  }

  /** The part that touches this one; undefined: a gap follows, or it is the last. */
  after({ at, lastIova, isFinal }: AreaPart, last: U64): AreaPart | undefined {
    return isFinal ? undefined : this.of(this.tree.next(at), lastIova.plus(U64.ONE), last);
  }

  private of(at: number, from: U64, last: U64): AreaPart | undefined {
    if (at === NONE) return undefined;
    const areaStart = this.tree.start(at);
    if (from.lessThan(areaStart)) return undefined;
    const areaLast = this.tree.last(at);
    const lastIova = minOf(areaLast, last);
    const area = this.tree.area(at);
    const origin = U64.fromPage(this.table.firstIndex(area), this.table.offset(area));
    const firstByte = from.equals(areaStart) ? origin : origin.plus(from.minus(areaStart));
    const lastByte = firstByte.plus(lastIova.minus(from));
    return { at, lastIova, area, firstByte, lastByte, isFinal: last.atMost(areaLast) };
  }
}
