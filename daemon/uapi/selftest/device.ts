/**
 * What a test has a mock device do, and sees of it: page requests, events, caches (specification 40, sections 6.14 to
 * 6.16).
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import {
  iommu_test_dev_check_cache,
  iommu_test_md_check_iotlb,
  iommu_test_trigger_iopf,
  iommu_test_trigger_vevent,
} from "../../../proto/uapi/iommufd-test.js";
import { DeviceObject } from "../../core/device.js";
import { HwptNested } from "../../core/hwpt.js";
import type { Call } from "../call.js";

/** ENOENT, EINVAL: another value, or no such entry */
export function checkIotlb(call: Call): Errno {
  const { fields } = iommu_test_md_check_iotlb;
  const hwpt = call.context.objects.findOf(call.u32(fields.id), HwptNested);
  if (hwpt === undefined) return errno.ENOENT;
  const value = call.host.mock?.iotlbOf(hwpt.domain)?.[call.u32(fields.iotlb_id)];
  return value === call.u32(fields.iotlb) ? errno.OK : errno.EINVAL;
}

/** ENOENT, EINVAL: another value, or no such entry */
export function checkCache(call: Call): Errno {
  const { fields } = iommu_test_dev_check_cache;
  const device = call.context.objects.findOf(call.u32(fields.id), DeviceObject);
  if (device === undefined) return errno.ENOENT;
  const value = call.host.mock?.cacheOf(device.bus)?.[call.u32(fields.cache_id)];
  return value === call.u32(fields.cache) ? errno.OK : errno.EINVAL;
}

/** ENOENT. A request that nobody takes is no error. */
export function triggerPageRequest(call: Call): Errno {
  const { fields } = iommu_test_trigger_iopf;
  const device = call.context.objects.findOf(call.u32(fields.dev_id), DeviceObject);
  if (device === undefined) return errno.ENOENT;
  const pasid = call.u32(fields.pasid);
  call.host.mock?.raisePageRequest(device.bus, {
    pasid: pasid === 0 ? undefined : pasid,
    group: call.u32(fields.grpid),
    last: true,
    permissions: call.u32(fields.perm),
    address: call.u64(fields.addr),
  });
  return errno.OK;
}

/** ENOENT: no device, or it has no guest; EOPNOTSUPP: no event queue */
export function triggerEvent(call: Call): Errno {
  const { fields } = iommu_test_trigger_vevent;
  const device = call.context.objects.findOf(call.u32(fields.dev_id), DeviceObject);
  if (device === undefined) return errno.ENOENT;
  return call.host.mock?.raiseEvent(device.bus) ?? errno.ENOENT;
}
