/**
 * A nested domain of the mock IOMMU: four values that stand for an IOTLB (specification 40, section 4.5). What it
 * translates is not simulated: its devices reach what the parent maps.
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import type { InvalidationEntries, InvalidationResult, NestedDomain } from "../interface.js";
import type { MockDomain } from "./domain.js";
import { readWords } from "./driver-data.js";
import type { MockIommu } from "./iommu.js";
import type { MockVirtualIommu } from "./virtual-iommu.js";

/** IOMMU_HWPT_INVALIDATE_DATA_SELFTEST; struct iommu_hwpt_invalidate_selftest: flags u32 @0, iotlb_id u32 @4. */
const INVALIDATE_DATA_SELFTEST = 0xdeadbeef;
const ENTRY_BYTES = 8;
/** IOMMU_TEST_INVALIDATE_FLAG_ALL */
export const INVALIDATE_ALL = 1;
/** MOCK_NESTED_DOMAIN_IOTLB_NUM */
const IOTLB_ENTRIES = 4;

export class MockNestedDomain implements NestedDomain {
  readonly iotlb: Uint32Array;

  constructor(
    readonly iommu: MockIommu,
    readonly parent: MockDomain,
    /** What it was made on, unless directly on the parent. */
    readonly viommu: MockVirtualIommu | undefined,
    value: number,
  ) {
    this.iotlb = new Uint32Array(IOTLB_ENTRIES).fill(value);
  }

  invalidate(entries: InvalidationEntries): InvalidationResult {
    if (entries.type !== INVALIDATE_DATA_SELFTEST) return { error: errno.EINVAL, handled: 0 };
    for (let index = 0; index < entries.count; index++) {
      const error = this.invalidateOne(entries, index);
      if (error !== errno.OK) return { error, handled: index };
    }
    return { error: errno.OK, handled: entries.count };
  }

  private invalidateOne(entries: InvalidationEntries, index: number): Errno {
    if (entries.length !== ENTRY_BYTES) return errno.EINVAL;
    const words = readWords(entries.read(index, 0, ENTRY_BYTES), 2);
    return words === undefined ? errno.EFAULT : invalidateCache(this.iotlb, words[0]!, words[1]!);
  }

  destroy(): void {
    if (this.iommu.uses(this)) throw new Error("a nested domain is destroyed while devices are attached to it");
  }

  inspect(): Record<string, unknown> {
    return { iotlb: [...this.iotlb] };
  }
}

/** Zeroes one entry of a cache, or with the flag all of them. @returns EOPNOTSUPP; EINVAL for a bad index even with the flag */
export function invalidateCache(cache: Uint32Array, flags: number, index: number): Errno {
  if ((flags & ~INVALIDATE_ALL) !== 0) return errno.EOPNOTSUPP;
  if (index >= cache.length) return errno.EINVAL;
  if ((flags & INVALIDATE_ALL) !== 0) cache.fill(0);
  else cache[index] = 0;
  return errno.OK;
}
