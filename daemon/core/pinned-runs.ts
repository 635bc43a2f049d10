/**
 * Which pages of a pages object are pinned, by how many users, and at which page frames.
 *
 * Pinned-ness is coverage (specification 20, section 1.2): a page is pinned while at least one interval covers it, so
 * adding an interval pins exactly what was uncovered and removing one unpins exactly what becomes uncovered. Kept as
 * disjoint ascending segments with a count of the intervals over them. Invariant: neighbours that could be one segment
 * are one.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { PageSource, PfnRunSink } from "./mm.js";

interface Segment {
  readonly first: number;
  readonly last: number;
  readonly users: number;
  /** Page frame of `first`; the rest follow. */
  readonly pfn: number;
}

/** Frames that nobody covers any more, to be unpinned once no page table holds them. */
export interface Frames {
  readonly pfn: number;
  readonly count: number;
}

/** Arguments of one call are limited by the stack; more segments are put in place by making the list anew. */
const SPLICED_MAX = 1000;

export class PinnedRuns {
  private segments: Segment[] = [];
  private pages = 0;

  /**
   * Covers pages [first, last], pinning those that were not.
   * @returns how many pages were newly pinned, or on an error of `source.pin`, with nothing changed, the negative errno
   */
  cover(first: number, last: number, source: PageSource, sourceFirst: number, write: boolean): number {
    const [from, to] = this.overlap(first, last);
    const inside: Segment[] = [];
    const pinned: Segment[] = [];
    let newly = 0;
    const pinHole = (holeFirst: number, holeLast: number): Errno => {
      let index = holeFirst;
      const error = source.pin(sourceFirst + holeFirst, holeLast - holeFirst + 1, write, (pfn, count) => {
        const segment = { first: index, last: index + count - 1, users: 1, pfn };
        pinned.push(segment);
        inside.push(segment);
        index += count;
      });
      if (error === errno.OK) newly += holeLast - holeFirst + 1;
      return error;
    };

    let index = first;
    let error: Errno = errno.OK;
    for (let at = from; at < to && error === errno.OK; at++) {
      const segment = this.segments[at]!;
      if (index < segment.first) error = pinHole(index, segment.first - 1);
      const start = Math.max(first, segment.first);
      const end = Math.min(last, segment.last);
      if (segment.first < start) inside.push(slice(segment, segment.first, start - 1, 0));
      inside.push(slice(segment, start, end, 1));
      if (end < segment.last) inside.push(slice(segment, end + 1, segment.last, 0));
      index = end + 1;
    }
    if (error === errno.OK && index <= last) error = pinHole(index, last);
    if (error !== errno.OK) {
      for (const segment of pinned) source.unpin(segment.pfn, segment.last - segment.first + 1);
      return -error;
    }
    this.replace(from, to, inside);
    this.pages += newly;
    return newly;
  }

  /** Takes back one cover of [first, last]. The caller unpins what is returned. */
  uncover(first: number, last: number): Frames[] {
    const [from, to] = this.overlap(first, last);
    const inside: Segment[] = [];
    const released: Frames[] = [];
    for (let at = from; at < to; at++) {
      const segment = this.segments[at]!;
      const start = Math.max(first, segment.first);
      const end = Math.min(last, segment.last);
      if (segment.first < start) inside.push(slice(segment, segment.first, start - 1, 0));
      const rest = slice(segment, start, end, -1);
      if (rest.users > 0) inside.push(rest);
      else {
        released.push({ pfn: rest.pfn, count: end - start + 1 });
        this.pages -= end - start + 1;
      }
      if (end < segment.last) inside.push(slice(segment, end + 1, segment.last, 0));
    }
    this.replace(from, to, inside);
    return released;
  }

  /** The frames of [first, last], all of which are pinned, as runs of consecutive frames in order. */
  runs(first: number, last: number, sink: PfnRunSink): void {
    const [from, to] = this.overlap(first, last);
    let pfn = 0;
    let count = 0;
    for (let at = from; at < to; at++) {
      const segment = this.segments[at]!;
      const start = Math.max(first, segment.first);
      const startPfn = segment.pfn + (start - segment.first);
      const pages = Math.min(last, segment.last) - start + 1;
      if (count > 0 && pfn + count === startPfn) {
        count += pages;
      } else {
        if (count > 0) sink(pfn, count);
        pfn = startPfn;
        count = pages;
      }
    }
    if (count > 0) sink(pfn, count);
  }

  /** How often a page frame is among the pinned pages: more than once if the source has it at several places. */
  pinsOf(pfn: number): number {
    return this.segments.filter((segment) => pfn >= segment.pfn && pfn - segment.pfn <= segment.last - segment.first)
      .length;
  }

  /** Number of pinned pages. */
  pageCount(): number {
    return this.pages;
  }

  /** Segments [from, to) of the list intersect [first, last]. */
  private overlap(first: number, last: number): [number, number] {
    const { segments } = this;
    let from = 0;
    for (let high = segments.length; from < high;) {
      const middle = (from + high) >>> 1;
      if (segments[middle]!.last < first) from = middle + 1;
      else high = middle;
    }
    let to = from;
    while (to < segments.length && segments[to]!.first <= last) to++;
    return [from, to];
  }

  /** Puts `inside` in the place of segments [from, to) and joins what can be one. */
  private replace(from: number, to: number, inside: readonly Segment[]): void {
    const low = Math.max(0, from - 1);
    const high = Math.min(this.segments.length, to + 1);
    const joined: Segment[] = [];
    for (const segment of [...this.segments.slice(low, from), ...inside, ...this.segments.slice(to, high)]) {
      const previous = joined.at(-1);
      if (previous && follows(previous, segment)) joined[joined.length - 1] = { ...previous, last: segment.last };
      else joined.push(segment);
    }
    if (joined.length <= SPLICED_MAX) this.segments.splice(low, high - low, ...joined);
    else this.segments = this.segments.slice(0, low).concat(joined, this.segments.slice(high));
  }
}

function slice(segment: Segment, first: number, last: number, usersChange: number): Segment {
  return { first, last, users: segment.users + usersChange, pfn: segment.pfn + (first - segment.first) };
}

function follows(a: Segment, b: Segment): boolean {
  return a.last + 1 === b.first && a.users === b.users && a.pfn + (a.last - a.first) + 1 === b.pfn;
}
