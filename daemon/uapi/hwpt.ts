/** IOMMU_HWPT_ALLOC and HWPT_INVALIDATE (specification 30, sections 8 and 11). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  IOMMU_HWPT_ALLOC_DIRTY_TRACKING,
  IOMMU_HWPT_ALLOC_NEST_PARENT,
  IOMMU_HWPT_ALLOC_PASID,
  IOMMU_HWPT_DATA_NONE,
  IOMMU_HWPT_FAULT_ID_VALID,
  iommu_hwpt_alloc,
  iommu_hwpt_invalidate,
} from "../../proto/uapi/iommufd.js";
import { DeviceObject } from "../core/device.js";
import { HwptPaging, createHwpt } from "../core/hwpt.js";
import { IoasObject } from "../core/ioas-object.js";
import type { DriverData } from "../hw/interface.js";
import type { Call } from "./call.js";
import { readExactly } from "./user-memory.js";

const FLAGS =
  IOMMU_HWPT_ALLOC_NEST_PARENT | IOMMU_HWPT_ALLOC_DIRTY_TRACKING | IOMMU_HWPT_FAULT_ID_VALID | IOMMU_HWPT_ALLOC_PASID;

/** What an invalidation may bring where the kernel limits it. */
const ENTRY_BYTES_MAX = 4096;
const ENTRIES_MAX = 2 ** 19;

/** EOPNOTSUPP, EINVAL, ENOENT, ENOMEM, EADDRINUSE, EFAULT */
export function hwptAlloc(call: Call): Errno {
  const { fields } = iommu_hwpt_alloc;
  const { objects } = call.context;
  if (call.u32(fields.__reserved) !== 0) return errno.EOPNOTSUPP;
  const withData = call.u32(fields.data_len) !== 0;
  if ((call.u32(fields.data_type) === IOMMU_HWPT_DATA_NONE) === withData) return errno.EINVAL;
  const device = objects.findOf(call.u32(fields.dev_id), DeviceObject);
  if (device === undefined) return errno.ENOENT;
  const parent = objects.find(call.u32(fields.pt_id));
  // A table under another one: no simulated IOMMU nests.
  if (parent instanceof HwptPaging) return errno.EOPNOTSUPP;
  if (!(parent instanceof IoasObject)) return errno.EINVAL;

  const flags = call.u32(fields.flags);
  const nestParent = (flags & IOMMU_HWPT_ALLOC_NEST_PARENT) !== 0;
  const dirtyTracking = (flags & IOMMU_HWPT_ALLOC_DIRTY_TRACKING) !== 0;
  const withFaults = (flags & IOMMU_HWPT_FAULT_ID_VALID) !== 0;
  if ((flags & ~FLAGS) !== 0) return errno.EOPNOTSUPP;
  if (dirtyTracking && !device.capabilities.canTrackDirty) return errno.EOPNOTSUPP;
  if (withFaults && nestParent) return errno.EOPNOTSUPP;
  const pasid = (flags & IOMMU_HWPT_ALLOC_PASID) !== 0;
  const options = { nestParent, dirtyTracking, pasid };
  const hwpt = createHwpt(objects, parent, device.bus, options, false, withData ? driverData(call) : undefined);
  if (typeof hwpt === "number") return hwpt;
  let error = hwpt.addToIoas();
  // No fault queue can exist, so none is found.
  if (error === errno.OK && withFaults) error = errno.ENOENT;
  if (error === errno.OK) {
    call.setU32(fields.out_hwpt_id, hwpt.id);
    error = call.respond();
  }
  if (error === errno.OK) {
    objects.publish(hwpt);
  } else {
    objects.abandon(hwpt);
    hwpt.teardown();
  }
  return error;
}

/** The vendor's argument; `read` takes it before anything of the caller's memory changes. */
function driverData(call: Call): DriverData {
  const { fields } = iommu_hwpt_alloc;
  const length = call.u32(fields.data_len);
  return {
    type: call.u32(fields.data_type),
    length,
    read: () => readExactly(call.memory, call.u64(fields.data_uptr), length),
  };
}

/** EOPNOTSUPP, EINVAL, ENOENT, EFAULT; entry_num is copied back whatever the result */
export function hwptInvalidate(call: Call): Errno {
  const { fields } = iommu_hwpt_invalidate;
  const error = invalidate(call);
  call.setU32(fields.entry_num, 0);
  return call.respond() === errno.OK ? error : errno.EFAULT;
}

function invalidate(call: Call): Errno {
  const { fields } = iommu_hwpt_invalidate;
  if (call.u32(fields.__reserved) !== 0) return errno.EOPNOTSUPP;
  const withoutEntries = call.u64(fields.data_uptr).isZero() || call.u32(fields.entry_len) === 0;
  if (call.u32(fields.entry_num) !== 0 && withoutEntries) return errno.EINVAL;
  const tooMuch = call.u32(fields.entry_len) > ENTRY_BYTES_MAX || call.u32(fields.entry_num) > ENTRIES_MAX;
  if (call.host.kernelFixes && tooMuch) return errno.EINVAL;
  if (call.context.objects.find(call.u32(fields.hwpt_id)) === undefined) return errno.ENOENT;
  // Only nested HWPTs and vIOMMUs have something to invalidate.
  return errno.EINVAL;
}
