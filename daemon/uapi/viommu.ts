/**
 * IOMMU_VIOMMU_ALLOC, VDEVICE_ALLOC, VEVENTQ_ALLOC and HW_QUEUE_ALLOC (specification 30, sections 13 to 16). No simulated
 * IOMMU offers a vIOMMU, so none can be found by an id.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  IOMMU_HW_QUEUE_TYPE_DEFAULT,
  IOMMU_VEVENTQ_TYPE_DEFAULT,
  IOMMU_VIOMMU_TYPE_DEFAULT,
  iommu_hw_queue_alloc,
  iommu_veventq_alloc,
  iommu_viommu_alloc,
} from "../../proto/uapi/iommufd.js";
import { DeviceObject } from "../core/device.js";
import { lastOf } from "../u64.js";
import type { Call } from "./call.js";

/** EOPNOTSUPP, ENOENT */
export function viommuAlloc(call: Call): Errno {
  const { fields } = iommu_viommu_alloc;
  if (call.u32(fields.flags) !== 0 || call.u32(fields.type) === IOMMU_VIOMMU_TYPE_DEFAULT) return errno.EOPNOTSUPP;
  const device = call.context.objects.findOf(call.u32(fields.dev_id), DeviceObject);
  return device === undefined ? errno.ENOENT : errno.EOPNOTSUPP;
}

/** ENOENT */
export function vdeviceAlloc(): Errno {
  return errno.ENOENT;
}

/** EOPNOTSUPP, EINVAL, ENOENT */
export function veventqAlloc(call: Call): Errno {
  const { fields } = iommu_veventq_alloc;
  if (call.u32(fields.flags) !== 0 || call.u32(fields.__reserved) !== 0) return errno.EOPNOTSUPP;
  if (call.u32(fields.type) === IOMMU_VEVENTQ_TYPE_DEFAULT) return errno.EOPNOTSUPP;
  return call.u32(fields.veventq_depth) === 0 ? errno.EINVAL : errno.ENOENT;
}

/** EOPNOTSUPP, EINVAL, EOVERFLOW, ENOENT */
export function hwQueueAlloc(call: Call): Errno {
  const { fields } = iommu_hw_queue_alloc;
  if (call.u32(fields.flags) !== 0 || call.u32(fields.type) === IOMMU_HW_QUEUE_TYPE_DEFAULT) return errno.EOPNOTSUPP;
  const length = call.u64(fields.length);
  if (length.isZero()) return errno.EINVAL;
  return lastOf(call.u64(fields.nesting_parent_iova), length) === undefined ? errno.EOVERFLOW : errno.ENOENT;
}
