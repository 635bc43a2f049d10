/** IOMMU_HWPT_SET_DIRTY_TRACKING and GET_DIRTY_BITMAP (specification 30, sections 9 and 10). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  IOMMU_HWPT_DIRTY_TRACKING_ENABLE,
  IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR,
  iommu_hwpt_get_dirty_bitmap,
  iommu_hwpt_set_dirty_tracking,
} from "../../proto/uapi/iommufd.js";
import { HwptPaging } from "../core/hwpt.js";
import { U64 } from "../u64.js";
import type { Call } from "./call.js";

/** EOPNOTSUPP, ENOENT */
export function setDirtyTracking(call: Call): Errno {
  const { fields } = iommu_hwpt_set_dirty_tracking;
  if ((call.u32(fields.flags) & ~IOMMU_HWPT_DIRTY_TRACKING_ENABLE) !== 0) return errno.EOPNOTSUPP;
  const hwpt = call.context.objects.findOf(call.u32(fields.hwpt_id), HwptPaging);
  // No simulated IOMMU tracks dirty pages, so no HWPT was allocated with DIRTY_TRACKING.
  return hwpt === undefined ? errno.ENOENT : errno.EOPNOTSUPP;
}

/** EOPNOTSUPP, ENOENT, EOVERFLOW, EINVAL */
export function getDirtyBitmap(call: Call): Errno {
  const { fields } = iommu_hwpt_get_dirty_bitmap;
  if ((call.u32(fields.flags) & ~IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR) !== 0) return errno.EOPNOTSUPP;
  if (call.u32(fields.__reserved) !== 0) return errno.EOPNOTSUPP;
  const hwpt = call.context.objects.findOf(call.u32(fields.hwpt_id), HwptPaging);
  if (hwpt === undefined) return errno.ENOENT;
  const iova = call.u64(fields.iova);
  // Length 0 is not looked for: length - 1 wraps, and only IOVA 0 passes, as the whole address space.
  const last = iova.plus(call.u64(fields.length)).minus(U64.ONE);
  if (last.lessThan(iova)) return errno.EOVERFLOW;
  const boundaries = iova.or(last.plus(U64.ONE));
  if (boundaries.modPowerOfTwo(hwpt.ioas.map.alignment) !== 0) return errno.EINVAL;
  const pageSize = call.u64(fields.page_size);
  if (pageSize.isZero()) return errno.EINVAL;
  if (!boundaries.and(pageSize.minus(U64.ONE)).isZero()) return errno.EINVAL;
  return errno.EOPNOTSUPP;
}
