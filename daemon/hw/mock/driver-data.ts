/** The arguments of the mock driver's own, as HWPT_ALLOC and HWPT_INVALIDATE bring them (specification 40, section 2). */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import type { DriverData, InvalidationEntries } from "../interface.js";

/** IOMMU_HWPT_DATA_SELFTEST */
const HWPT_DATA_SELFTEST = 0xdead;
const HWPT_SELFTEST_BYTES_MIN = 4;

/** Bytes of a tail that are looked at in one go. */
const TAIL_CHUNK = 64 * 1024;

/** struct iommu_hwpt_selftest; what the caller left out reads as zero. */
export interface HwptSelftest {
  /** u32 @0 */
  readonly iotlb: number;
  /** u32 @4 */
  readonly pagetableType: number;
}

/** @param bytesMax of the struct in this version @returns EOPNOTSUPP, EINVAL, EFAULT */
export function readHwptSelftest(data: DriverData, bytesMax: number): HwptSelftest | Errno {
  if (data.type !== HWPT_DATA_SELFTEST) return errno.EOPNOTSUPP;
  if (data.length < HWPT_SELFTEST_BYTES_MIN || data.length > bytesMax) return errno.EINVAL;
  const words = readWords(data.read(), 2);
  return words === undefined ? errno.EFAULT : { iotlb: words[0]!, pagetableType: words[1]! };
}

/** Little-endian words; what is missing of them reads as zero. */
export function readWords(bytes: Uint8Array | undefined, count: number): Uint32Array | undefined {
  if (bytes === undefined) return undefined;
  const whole = new Uint8Array(4 * count);
  whole.set(bytes.subarray(0, whole.length));
  const view = new DataView(whole.buffer);
  return Uint32Array.from({ length: count }, (_, index) => view.getUint32(4 * index, true));
}

/**
 * An entry of which the caller's version may be shorter or longer than the driver's: a short one ends in zeroes, a long
 * one has to.
 * @returns its first `count` words, or EFAULT, E2BIG
 */
export function readFlexibleEntry(entries: InvalidationEntries, index: number, count: number): Uint32Array | Errno {
  const bytes = 4 * count;
  for (let at = bytes; at < entries.length; at += TAIL_CHUNK) {
    const tail = entries.read(index, at, Math.min(TAIL_CHUNK, entries.length - at));
    if (tail === undefined) return errno.EFAULT;
    if (tail.some((byte) => byte !== 0)) return errno.E2BIG;
  }
  return readWords(entries.read(index, 0, Math.min(bytes, entries.length)), count) ?? errno.EFAULT;
}
