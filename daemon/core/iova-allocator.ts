/**
 * The automatic choice of an IOVA: the lowest free place, by the kernel's own rules, its oddities included, since
 * programs see the result (specification 10, section 5.4).
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { PAGE_SIZE, U64, minOf } from "../u64.js";
import type { AreaTree } from "./area-tree.js";
import { fused, uncovered, type Range } from "./range-set.js";

/** The lowest and highest address that is ever chosen. */
const FIRST = U64.fromNumber(PAGE_SIZE);
const LAST = U64.MAX.minus(U64.fromNumber(PAGE_SIZE));
/** Lengths from here on are refused. */
const LENGTH_END = U64.fromWords(0x7fffffff, -1);
/** log2 of the coarsest alignment that is looked for: a huge page of the CPU. */
const HUGE_PAGE_LG2 = 21;

export interface Placement {
  /** What is occupied. */
  readonly areas: AreaTree;
  readonly reserved: readonly Range[];
  readonly allowed: readonly Range[];
  /** The IOAS's IOVA alignment in bytes. */
  readonly alignment: number;
  /** Address of the first byte in its backing. */
  readonly address: U64;
  /** Bytes, at least 1. */
  readonly length: U64;
}

/** The start of the IOVA range to use, or EOVERFLOW, EINVAL or ENOSPC. */
export function chooseIova(placement: Placement): U64 | Errno {
  const { areas, reserved, alignment, address, length } = placement;
  if (!length.lessThan(LENGTH_END)) return errno.EOVERFLOW;

  const lengthLg2 = length.minus(U64.ONE).highestBit() + 1;
  const granuleLg2 = Math.min(lengthLg2, address.isZero() ? 64 : address.lowestBit(), HUGE_PAGE_LG2);
  const granule = 2 ** granuleLg2;
  if (granule < alignment) return errno.EINVAL;

  const offset = address.pageOffset();
  const bytes = length.toNumber();
  for (const window of windows(placement.allowed)) {
    const from = fit(window.start, window.last, granule, offset, length);
    if (from === undefined) continue;
    for (let at = from; ;) {
      const gap = areas.nextGap(at, bytes);
      if (gap === undefined || window.last.lessThan(gap.start)) break;
      const gapLast = minOf(gap.last, window.last);
      for (const free of uncovered(gap.start, gapLast, reserved)) {
        const iova = fit(free.start, free.last, granule, offset, length);
        if (iova !== undefined) return iova;
      }
      if (!gapLast.lessThan(window.last)) break;
      at = gapLast.plus(U64.ONE);
    }
  }
  return errno.ENOSPC;
}

/** Where to look, ascending. */
function windows(allowed: readonly Range[]): Range[] {
  if (allowed.length === 0) return [{ start: FIRST, last: LAST }];
  return fused(allowed)
    .map(({ start, last }) => ({ start: start.lessThan(FIRST) ? FIRST : start, last: minOf(last, LAST) }))
    .filter(({ start, last }) => start.atMost(last));
}

/**
 * The first place for `length` bytes in [start, last]. The offset in the page is or-ed in after rounding, so a place may
 * lose it, and a range of one byte never fits: both as the kernel does it.
 */
function fit(start: U64, last: U64, granule: number, offset: number, length: U64): U64 | undefined {
  const mask = U64.fromNumber(granule - 1);
  const top = start.plus(mask);
  if (top.lessThan(start)) return undefined;
  const aligned = top.minus(U64.fromNumber(top.modPowerOfTwo(granule))).or(U64.fromNumber(offset));
  if (last.atMost(aligned)) return undefined;
  return last.minus(aligned).lessThan(length.minus(U64.ONE)) ? undefined : aligned;
}
