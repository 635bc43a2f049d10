/**
 * Which pages of a pages object are pinned, by how many users, and at which page frames.
 *
 * Pinned-ness is coverage (specification 20, section 1.2): a page is pinned while at least one interval covers it, so
 * adding an interval pins exactly what was uncovered and removing one unpins exactly what becomes uncovered. Kept as
 * disjoint ascending runs with a count of the intervals over them. Invariant: neighbours that could be one run are one.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { PageSource, PfnRunSink } from "./mm.js";
import { RunList, RunTree } from "./run-tree.js";

/** Frames that nobody covers any more, to be unpinned once no page table holds them. */
export interface Frames {
  readonly pfn: number;
  readonly count: number;
}

export class PinnedRuns {
  private readonly tree = new RunTree();
  private pages = 0;

  /**
   * Covers pages [first, last], pinning those that were not.
   * @returns how many pages were newly pinned, or on an error of `source.pin`, with nothing changed, the negative errno
   */
  cover(first: number, last: number, source: PageSource, sourceFirst: number, write: boolean): number {
    const list = new RunList();
    const pinned: Frames[] = [];
    let newly = 0;
    let next = first;
    let error: Errno = errno.OK;
    const pinUpTo = (end: number): void => {
      if (error !== errno.OK || next > end) return;
      let page = next;
      error = source.pin(sourceFirst + next, end - next + 1, write, (pfn, count) => {
        pinned.push({ pfn, count });
        list.push(page, page + count - 1, 1, pfn);
        page += count;
      });
      if (error === errno.OK) newly += end - next + 1;
    };
    // The neighbours of the range are visited and replaced too: they may be one run with what comes beside them.
    this.tree.visit(first - 1, last + 1, (from, to, users, pfn) => {
      pinUpTo(Math.min(from - 1, last));
      const start = Math.max(from, first);
      const end = Math.min(to, last);
      const behind = Math.max(from, last + 1);
      list.push(from, Math.min(to, first - 1), users, pfn);
      list.push(start, end, users + 1, pfn + (start - from));
      list.push(behind, to, users, pfn + (behind - from));
      next = Math.max(next, end + 1);
    });
    pinUpTo(last);
    if (error !== errno.OK) {
      for (const { pfn, count } of pinned) source.unpin(pfn, count);
      return -error;
    }
    this.tree.replace(first - 1, last + 1, list);
    this.pages += newly;
    return newly;
  }

  /** Takes back one cover of [first, last]. The caller unpins what is returned. */
  uncover(first: number, last: number): Frames[] {
    const list = new RunList();
    const released: Frames[] = [];
    this.tree.visit(first - 1, last + 1, (from, to, users, pfn) => {
      const start = Math.max(from, first);
      const end = Math.min(to, last);
      const behind = Math.max(from, last + 1);
      list.push(from, Math.min(to, first - 1), users, pfn);
      if (users > 1) list.push(start, end, users - 1, pfn + (start - from));
      else if (start <= end) {
        released.push({ pfn: pfn + (start - from), count: end - start + 1 });
        this.pages -= end - start + 1;
      }
      list.push(behind, to, users, pfn + (behind - from));
    });
    this.tree.replace(first - 1, last + 1, list);
    return released;
  }

  /** The frames of [first, last], all of which are pinned, as runs of consecutive frames in order. */
  runs(first: number, last: number, sink: PfnRunSink): void {
    let pfn = 0;
    let count = 0;
    this.tree.visit(first, last, (from, to, _users, runPfn) => {
      const start = Math.max(first, from);
      const startPfn = runPfn + (start - from);
      const pages = Math.min(last, to) - start + 1;
      if (count > 0 && pfn + count === startPfn) {
        count += pages;
      } else {
        if (count > 0) sink(pfn, count);
        pfn = startPfn;
        count = pages;
      }
    });
    if (count > 0) sink(pfn, count);
  }

  /** How often a page frame is among the pinned pages: more than once if the source has it at several places. */
  pinsOf(pfn: number): number {
    let pins = 0;
    this.tree.visit(0, Infinity, (first, last, _users, runPfn) => {
      if (pfn >= runPfn && pfn - runPfn <= last - first) pins++;
    });
    return pins;
  }

  /** Number of pinned pages. */
  pageCount(): number {
    return this.pages;
  }
}
