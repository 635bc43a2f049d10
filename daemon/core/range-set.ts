/**
 * Sets of IOVA ranges that are few: the reserved ranges of an IOAS, which have owners and may overlap, and its allowed
 * ranges. Plain sorted lists; only areas are numerous enough for a tree.
 */
import { U64, maxOf } from "../u64.js";

export interface Range {
  readonly start: U64;
  readonly last: U64;
}

export function rangesIntersect(a: Range, b: Range): boolean {
  return a.start.atMost(b.last) && b.start.atMost(a.last);
}

/** The ranges in ascending order, with those that overlap or touch made one. */
export function fused(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a.start.compare(b.start))) {
    const previous = result.at(-1);
    if (previous && (previous.last.isMax() || range.start.atMost(previous.last.plus(U64.ONE))))
      result[result.length - 1] = { start: previous.start, last: maxOf(previous.last, range.last) };
    else result.push(range);
  }
  return result;
}

/** What of [start, last] the ranges leave uncovered, ascending. @param cover as `fused` gives it */
export function uncovered(start: U64, last: U64, cover: readonly Range[]): Range[] {
  const result: Range[] = [];
  let from = start;
  for (const range of cover) {
    if (range.last.lessThan(from)) continue;
    if (last.lessThan(range.start)) break;
    if (from.lessThan(range.start)) result.push({ start: from, last: range.start.minus(U64.ONE) });
    if (last.atMost(range.last)) return result;
    from = range.last.plus(U64.ONE);
  }
  result.push({ start: from, last });
  return result;
}

/** Reserved ranges by owner. The same range may be reserved many times. */
export class ReservedRanges {
  private readonly ranges: (Range & { readonly owner: object })[] = [];
  /** Worked out when they are asked for. */
  private fusedRanges: readonly Range[] | undefined;
  private freeRanges: readonly Range[] | undefined;

  add(start: U64, last: U64, owner: object): void {
    this.ranges.push({ start, last, owner });
    this.forget();
  }

  removeOwner(owner: object): void {
    const kept = this.ranges.filter((range) => range.owner !== owner);
    this.ranges.splice(0, this.ranges.length, ...kept);
    this.forget();
  }

  private forget(): void {
    this.fusedRanges = undefined;
    this.freeRanges = undefined;
  }

  intersects(start: U64, last: U64): boolean {
    for (const range of this.cover()) if (range.start.atMost(last) && start.atMost(range.last)) return true;
    return false;
  }

  /** Ascending, without overlap. */
  cover(): readonly Range[] {
    return (this.fusedRanges ??= fused(this.ranges));
  }

  /** What is not reserved, ascending. */
  free(): readonly Range[] {
    return (this.freeRanges ??= uncovered(U64.ZERO, U64.MAX, this.cover()));
  }
}
