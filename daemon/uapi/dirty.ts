/** IOMMU_HWPT_SET_DIRTY_TRACKING and GET_DIRTY_BITMAP (specification 30, sections 9 and 10). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  IOMMU_HWPT_DIRTY_TRACKING_ENABLE,
  IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR,
  iommu_hwpt_get_dirty_bitmap,
  iommu_hwpt_set_dirty_tracking,
} from "../../proto/uapi/iommufd.js";
import { clearDirty, readDirty } from "../core/dirty.js";
import { HwptPaging } from "../core/hwpt.js";
import { U64 } from "../u64.js";
import type { Call } from "./call.js";
import { UserBitmap } from "./user-bitmap.js";

/** EOPNOTSUPP, ENOENT, and the driver's error */
export function setDirtyTracking(call: Call): Errno {
  const { fields } = iommu_hwpt_set_dirty_tracking;
  const flags = call.u32(fields.flags);
  if ((flags & ~IOMMU_HWPT_DIRTY_TRACKING_ENABLE) !== 0) return errno.EOPNOTSUPP;
  const hwpt = call.context.objects.findOf(call.u32(fields.hwpt_id), HwptPaging);
  if (hwpt === undefined) return errno.ENOENT;
  const { dirty } = hwpt.domain;
  if (dirty === undefined) return errno.EOPNOTSUPP;
  const enable = (flags & IOMMU_HWPT_DIRTY_TRACKING_ENABLE) !== 0;
  // Enabling starts from a clean slate, even if it is enabled already.
  if (enable) clearDirty(hwpt.ioas.map, dirty);
  return dirty.setEnabled(enable);
}

/** EOPNOTSUPP, ENOENT, EOVERFLOW, EINVAL. The walk itself always succeeds: a hole ends it, a bad bitmap gets no bits. */
export function getDirtyBitmap(call: Call): Errno {
  const { fields } = iommu_hwpt_get_dirty_bitmap;
  const flags = call.u32(fields.flags);
  if ((flags & ~IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR) !== 0) return errno.EOPNOTSUPP;
  if (call.u32(fields.__reserved) !== 0) return errno.EOPNOTSUPP;
  const hwpt = call.context.objects.findOf(call.u32(fields.hwpt_id), HwptPaging);
  if (hwpt === undefined) return errno.ENOENT;
  const iova = call.u64(fields.iova);
  const length = call.u64(fields.length);
  // Linux 7.1 does not look for length 0: length - 1 wraps, and only IOVA 0 passes, as the whole address space.
  if (call.host.kernelFixes && length.isZero()) return errno.EINVAL;
  const last = iova.plus(length).minus(U64.ONE);
  if (last.lessThan(iova)) return errno.EOVERFLOW;
  const boundaries = iova.or(last.plus(U64.ONE));
  if (boundaries.modPowerOfTwo(hwpt.ioas.map.alignment) !== 0) return errno.EINVAL;
  const pageSize = call.u64(fields.page_size);
  if (pageSize.isZero()) return errno.EINVAL;
  if (!boundaries.and(pageSize.minus(U64.ONE)).isZero()) return errno.EINVAL;
  const { dirty } = hwpt.domain;
  if (dirty === undefined) return errno.EOPNOTSUPP;
  if (call.allocationFails()) return errno.ENOMEM;
  const bitmap = new UserBitmap(call.memory, call.u64(fields.data));
  // Exact while there are fewer than 2^53 bits.
  const bitsPerGranule = 2 ** (dirty.granuleLg2 - pageSize.lowestBit());
  const clear = (flags & IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR) === 0;
  readDirty(hwpt.ioas.map, dirty, iova, last, clear, (first, count) => {
    bitmap.set(Math.floor(first * bitsPerGranule), Math.ceil((first + count) * bitsPerGranule) - 1);
  });
  bitmap.store();
  return errno.OK;
}
