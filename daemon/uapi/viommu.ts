/** IOMMU_VIOMMU_ALLOC, VDEVICE_ALLOC and HW_QUEUE_ALLOC (specification 30, sections 13, 14 and 16). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  IOMMU_HW_QUEUE_TYPE_DEFAULT,
  IOMMU_VIOMMU_TYPE_DEFAULT,
  iommu_hw_queue_alloc,
  iommu_vdevice_alloc,
  iommu_viommu_alloc,
} from "../../proto/uapi/iommufd.js";
import { DeviceObject } from "../core/device.js";
import { HwQueueObject } from "../core/hw-queue.js";
import { HwptPaging } from "../core/hwpt.js";
import { ViommuObject } from "../core/viommu.js";
import { lastOf } from "../u64.js";
import type { Call } from "./call.js";
import { userData } from "./hwpt.js";

/** EOPNOTSUPP, ENOENT, EINVAL, ENOMEM, EBUSY, EFAULT */
export function viommuAlloc(call: Call): Errno {
  const { fields } = iommu_viommu_alloc;
  const { objects } = call.context;
  const type = call.u32(fields.type);
  if (call.u32(fields.flags) !== 0 || type === IOMMU_VIOMMU_TYPE_DEFAULT) return errno.EOPNOTSUPP;
  const device = objects.findOf(call.u32(fields.dev_id), DeviceObject);
  if (device === undefined) return errno.ENOENT;
  const { iommu, requesterId } = device.bus;
  if (iommu.offersVirtual?.(type, requesterId) !== true) return errno.EOPNOTSUPP;
  const parent = objects.findOf(call.u32(fields.hwpt_id), HwptPaging);
  if (parent === undefined) return errno.ENOENT;
  if (!parent.options.nestParent) return errno.EINVAL;
  const length = call.u32(fields.data_len);
  const data = length === 0 ? undefined : userData(call, type, call.u64(fields.data_uptr), length);
  const viommu = ViommuObject.create(call.context, iommu, type, parent, data);
  if (typeof viommu === "number") return viommu;
  call.setU32(fields.out_viommu_id, viommu.id);
  const error = call.respond();
  if (error === errno.OK) viommu.publish();
  else viommu.abandon();
  return error;
}

/** ENOENT, EINVAL, EEXIST, ENOMEM, EBUSY, EFAULT */
export function vdeviceAlloc(call: Call): Errno {
  const { fields } = iommu_vdevice_alloc;
  const { objects } = call.context;
  const viommu = objects.findOf(call.u32(fields.viommu_id), ViommuObject);
  if (viommu === undefined) return errno.ENOENT;
  const device = objects.findOf(call.u32(fields.dev_id), DeviceObject);
  if (device === undefined) return errno.ENOENT;
  if (device.bus.iommu !== viommu.iommu) return errno.EINVAL;
  if (device.isLeaving) return errno.ENOENT;
  const vdevice = viommu.addDevice(device, call.u64(fields.virt_id));
  if (typeof vdevice === "number") return vdevice;
  call.setU32(fields.out_vdevice_id, vdevice.id);
  const error = call.respond();
  if (error === errno.OK) {
    objects.publish(vdevice);
  } else {
    objects.abandon(vdevice);
    vdevice.teardown();
  }
  return error;
}

/** EOPNOTSUPP, EINVAL, EOVERFLOW, ENOENT, ERANGE, ENOMEM, EBUSY, EADDRINUSE, EPERM, EFAULT, and the driver's errors */
export function hwQueueAlloc(call: Call): Errno {
  const { fields } = iommu_hw_queue_alloc;
  const type = call.u32(fields.type);
  if (call.u32(fields.flags) !== 0 || type === IOMMU_HW_QUEUE_TYPE_DEFAULT) return errno.EOPNOTSUPP;
  const iova = call.u64(fields.nesting_parent_iova);
  const length = call.u64(fields.length);
  if (length.isZero()) return errno.EINVAL;
  if (lastOf(iova, length) === undefined) return errno.EOVERFLOW;
  const viommu = call.context.objects.findOf(call.u32(fields.viommu_id), ViommuObject);
  if (viommu === undefined) return errno.ENOENT;
  if (viommu.hardware.offersQueue?.(type) !== true) return errno.EOPNOTSUPP;
  const queue = HwQueueObject.create(call.context, viommu, call.u32(fields.index), iova, length);
  if (typeof queue === "number") return queue;
  call.setU32(fields.out_hw_queue_id, queue.id);
  const error = call.respond();
  if (error === errno.OK) queue.publish();
  else queue.abandon();
  return error;
}
