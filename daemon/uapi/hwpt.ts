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
import { FaultObject } from "../core/fault.js";
import { HwptNested, HwptPaging, createHwpt, reserved, type Hwpt } from "../core/hwpt.js";
import { IoasObject } from "../core/ioas-object.js";
import { ViommuObject } from "../core/viommu.js";
import type { DriverData, InvalidationEntries, InvalidationResult, NestedDomain } from "../hw/interface.js";
import type { U64 } from "../u64.js";
import type { Call } from "./call.js";
import { readExactly } from "./user-memory.js";

const NESTED_FLAGS = IOMMU_HWPT_FAULT_ID_VALID | IOMMU_HWPT_ALLOC_PASID;
const FLAGS = NESTED_FLAGS | IOMMU_HWPT_ALLOC_NEST_PARENT | IOMMU_HWPT_ALLOC_DIRTY_TRACKING;

/** What an invalidation may bring where the kernel limits it. */
const ENTRY_BYTES_MAX = 4096;
const ENTRIES_MAX = 2 ** 19;
/** What it may bring where the kernel does not: beyond it the daemon would be busy for too long. */
const TOTAL_BYTES_MAX = 2 ** 26;

/** EOPNOTSUPP, EINVAL, ENOENT, ENOMEM, EADDRINUSE, EFAULT */
export function hwptAlloc(call: Call): Errno {
  const { fields } = iommu_hwpt_alloc;
  const { objects } = call.context;
  if (call.u32(fields.__reserved) !== 0) return errno.EOPNOTSUPP;
  const withData = call.u32(fields.data_len) !== 0;
  if ((call.u32(fields.data_type) === IOMMU_HWPT_DATA_NONE) === withData) return errno.EINVAL;
  const device = objects.findOf(call.u32(fields.dev_id), DeviceObject);
  if (device === undefined) return errno.ENOENT;
  const data = withData ? driverData(call) : undefined;
  const flags = call.u32(fields.flags);
  const hwpt = makeHwpt(call, device, flags, data);
  if (typeof hwpt === "number") return hwpt;
  let error: Errno = errno.OK;
  if ((flags & IOMMU_HWPT_FAULT_ID_VALID) !== 0) {
    const fault = objects.findOf(call.u32(fields.fault_id), FaultObject);
    if (fault === undefined) error = errno.ENOENT;
    else hwpt.deliverTo(fault);
  }
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

/** An HWPT on what pt_id names, with an id but not visible. */
function makeHwpt(call: Call, device: DeviceObject, flags: number, data: DriverData | undefined): Hwpt | Errno {
  const parent = call.context.objects.find(call.u32(iommu_hwpt_alloc.fields.pt_id));
  if (parent instanceof IoasObject) return makePaging(call, device, parent, flags, data);
  if (parent instanceof HwptPaging) return makeNested(call, device, parent, flags, data);
  if (parent instanceof ViommuObject) return makeOnViommu(call, device, parent, flags, data);
  return errno.EINVAL;
}

function makePaging(
  call: Call,
  device: DeviceObject,
  ioas: IoasObject,
  flags: number,
  data: DriverData | undefined,
): HwptPaging | Errno {
  const { objects } = call.context;
  const nestParent = (flags & IOMMU_HWPT_ALLOC_NEST_PARENT) !== 0;
  const dirtyTracking = (flags & IOMMU_HWPT_ALLOC_DIRTY_TRACKING) !== 0;
  if ((flags & ~FLAGS) !== 0) return errno.EOPNOTSUPP;
  if (dirtyTracking && !device.capabilities.canTrackDirty) return errno.EOPNOTSUPP;
  if ((flags & IOMMU_HWPT_FAULT_ID_VALID) !== 0 && nestParent) return errno.EOPNOTSUPP;
  const options = { nestParent, dirtyTracking, pasid: allowsPasids(flags) };
  const hwpt = createHwpt(objects, ioas, device.bus, options, false, data);
  if (typeof hwpt === "number") return hwpt;
  const error = hwpt.addToIoas();
  if (error === errno.OK) return hwpt;
  objects.abandon(hwpt);
  hwpt.teardown();
  return error;
}

function makeNested(
  call: Call,
  device: DeviceObject,
  parent: HwptPaging,
  flags: number,
  data: DriverData | undefined,
): HwptNested | Errno {
  const { iommu, requesterId } = device.bus;
  if ((flags & ~NESTED_FLAGS) !== 0 || data === undefined || iommu.allocateNested === undefined)
    return errno.EOPNOTSUPP;
  if (!parent.options.nestParent) return errno.EINVAL;
  const domain = iommu.allocateNested(parent.domain, { pasid: allowsPasids(flags) }, data, requesterId);
  return withNested(call, domain, parent, parent, flags);
}

function makeOnViommu(
  call: Call,
  device: DeviceObject,
  viommu: ViommuObject,
  flags: number,
  data: DriverData | undefined,
): HwptNested | Errno {
  const { iommu, requesterId } = device.bus;
  const { hardware, parent } = viommu;
  if (viommu.iommu !== iommu) return errno.EINVAL;
  if ((flags & ~NESTED_FLAGS) !== 0 || data === undefined || hardware.allocateNested === undefined)
    return errno.EOPNOTSUPP;
  const domain = hardware.allocateNested({ pasid: allowsPasids(flags) }, data, requesterId);
  return withNested(call, domain, parent, viommu, flags);
}

function withNested(
  call: Call,
  domain: NestedDomain | Errno,
  paging: HwptPaging,
  holder: HwptPaging | ViommuObject,
  flags: number,
): HwptNested | Errno {
  if (typeof domain === "number") return domain;
  return reserved(call.context.objects, new HwptNested(domain, paging, holder, allowsPasids(flags)));
}

function allowsPasids(flags: number): boolean {
  return (flags & IOMMU_HWPT_ALLOC_PASID) !== 0;
}

function driverData(call: Call): DriverData {
  const { fields } = iommu_hwpt_alloc;
  return userData(call, call.u32(fields.data_type), call.u64(fields.data_uptr), call.u32(fields.data_len));
}

/** A vendor's argument; `read` takes it before anything of the caller's memory changes. */
export function userData(call: Call, type: number, address: U64, length: number): DriverData {
  const { memory } = call;
  return {
    type,
    length,
    read: () => readExactly(memory, address, length),
    write: (bytes) => memory.write(address, bytes),
  };
}

/** EOPNOTSUPP, EINVAL, ENOENT, EFAULT, and the driver's errors; entry_num is copied back whatever the result */
export function hwptInvalidate(call: Call): Errno {
  const { fields } = iommu_hwpt_invalidate;
  const { error, handled } = invalidate(call);
  call.setU32(fields.entry_num, handled);
  return call.respond() === errno.OK ? error : errno.EFAULT;
}

function invalidate(call: Call): InvalidationResult {
  const { fields } = iommu_hwpt_invalidate;
  const nothing = (error: Errno): InvalidationResult => ({ error, handled: 0 });
  const length = call.u32(fields.entry_len);
  const count = call.u32(fields.entry_num);
  const address = call.u64(fields.data_uptr);
  if (call.u32(fields.__reserved) !== 0) return nothing(errno.EOPNOTSUPP);
  if (count !== 0 && (address.isZero() || length === 0)) return nothing(errno.EINVAL);
  const tooMuch = length > ENTRY_BYTES_MAX || count > ENTRIES_MAX;
  if (count !== 0 && tooMuch && (call.host.kernelFixes || length * count > TOTAL_BYTES_MAX))
    return nothing(errno.EINVAL);
  const target = call.context.objects.find(call.u32(fields.hwpt_id));
  if (target === undefined) return nothing(errno.ENOENT);
  if (target instanceof ViommuObject && call.allocationFails()) return nothing(errno.ENOMEM);
  const { memory } = call;
  const entries: InvalidationEntries = {
    type: call.u32(fields.data_type),
    length,
    count,
    read: (index, at, bytes) => readExactly(memory, address.plusNumber(index * length + at), bytes),
  };
  if (target instanceof HwptNested) return target.domain.invalidate?.(entries) ?? nothing(errno.EOPNOTSUPP);
  if (target instanceof ViommuObject) return target.hardware.invalidate?.(entries) ?? nothing(errno.EOPNOTSUPP);
  return nothing(errno.EINVAL);
}
