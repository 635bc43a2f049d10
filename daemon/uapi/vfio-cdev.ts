/**
 * The ioctls of a VFIO device's own node: binding to an iommufd, attaching there (specification 50, sections 3.2 to 3.4).
 */
import { errno } from "../../proto/uapi/errno.js";
import type { Field, StructLayout } from "../../proto/uapi/layout.js";
import * as api from "../../proto/uapi/vfio-device.js";
import type { DeviceHandle } from "../vfio/device-handle.js";
import type { VfioGroup } from "../vfio/group.js";
import type { U64 } from "../u64.js";
import type { FileCall } from "./descriptors.js";
import { checkTail } from "./struct-tail.js";
import { readExactly } from "./user-memory.js";
import { UserStruct } from "./user-struct.js";

const ARGSZ_BYTES = 4;
const TOKEN_BYTES = 16;
/** VFIO_DEVICE_DETACH_PASID is the same. */
const PASID = api.VFIO_DEVICE_ATTACH_PASID;

/**
 * EFAULT, EINVAL, E2BIG, EBUSY, EBADF, EBADFD, ENODEV, EPERM, ENOMEM
 * @param group the VFIO group of the device
 */
export function bindIommufd(call: FileCall, argument: U64, handle: DeviceHandle, group: VfioGroup | undefined): number {
  const layout = api.vfio_device_bind_iommufd;
  const { fields, minBytes, bytes } = layout;
  const { memory, descriptors } = call;
  const argsz = UserStruct.read(memory, argument, layout, ARGSZ_BYTES)?.u32(fields.argsz);
  if (argsz === undefined) return -errno.EFAULT;
  if (argsz < minBytes) return -errno.EINVAL;
  const bind = UserStruct.read(memory, argument, layout, Math.min(argsz, bytes));
  if (bind === undefined) return -errno.EFAULT;
  const tail = argsz > bytes ? checkTail(memory, argument, bytes, argsz) : errno.OK;
  if (tail !== errno.OK) return -tail;
  const [iommufd, flags] = [bind.s32(fields.iommufd), bind.u32(fields.flags)];
  if (iommufd < 0 || (flags & ~api.VFIO_DEVICE_BIND_FLAG_TOKEN) !== 0) return -errno.EINVAL;
  if (handle.origin === "group") return -errno.EINVAL;
  if (group?.isOpen === true) return -errno.EBUSY;
  if (handle.isBound) return -errno.EINVAL;
  if ((flags & api.VFIO_DEVICE_BIND_FLAG_TOKEN) !== 0) {
    if (readExactly(memory, bind.u64(fields.token_uuid_ptr), TOKEN_BYTES) === undefined) return -errno.EFAULT;
    // A token is for virtual functions, and no device here is one.
    return -errno.EINVAL;
  }
  const context = descriptors.findContext(iommufd);
  if (typeof context === "number") return -context;
  const error = handle.bindTo(context);
  if (error !== errno.OK) return -error;
  bind.setU32(fields.out_devid, handle.device.deviceId);
  if (bind.respondField(fields.out_devid) === errno.OK) return 0;
  handle.undoBind();
  return -errno.EFAULT;
}

/** EFAULT, EINVAL, ENOSPC, ENOENT, EBUSY, EADDRINUSE, ENOMEM, and what the IOMMU's driver answers */
export function attachIommufdPt(call: FileCall, argument: U64, { device }: DeviceHandle): number {
  const { fields } = api.vfio_device_attach_iommufd_pt;
  const target = readTarget(call, argument, api.vfio_device_attach_iommufd_pt);
  if (typeof target === "number") return target;
  const { request, pasid } = target;
  const hwpt = device.attach(request.u32(fields.pt_id), pasid);
  if (typeof hwpt === "number") return -hwpt;
  request.setU32(fields.pt_id, hwpt.id);
  if (request.respondField(fields.pt_id) === errno.OK) return 0;
  // Whichever attachment was made, it is the one without PASID that Linux gives up.
  device.detach();
  return -errno.EFAULT;
}

/** EFAULT, EINVAL. Where nothing is attached there is nothing to do. */
export function detachIommufdPt(call: FileCall, argument: U64, { device }: DeviceHandle): number {
  const target = readTarget(call, argument, api.vfio_device_detach_iommufd_pt);
  if (typeof target === "number") return target;
  device.detach(target.pasid);
  return 0;
}

type TargetLayout = StructLayout<{ argsz: Field<"u32">; flags: Field<"u32">; pasid: Field<"u32"> }>;

interface Target {
  readonly request: UserStruct;
  /** Undefined: requests without PASID. */
  readonly pasid: number | undefined;
}

/** What both begin with; the PASID is the struct's end. @returns EFAULT or EINVAL as a negative errno */
function readTarget({ memory }: FileCall, argument: U64, layout: TargetLayout): Target | number {
  const { fields, bytes } = layout;
  const request = UserStruct.readSized(memory, argument, layout);
  if (typeof request === "number") return -request;
  const flags = request.u32(fields.flags);
  if ((flags & ~PASID) !== 0) return -errno.EINVAL;
  if ((flags & PASID) === 0) return { request, pasid: undefined };
  if (request.u32(fields.argsz) < bytes) return -errno.EINVAL;
  const pasid = UserStruct.read(memory, argument, layout, bytes)?.u32(fields.pasid);
  return pasid === undefined ? -errno.EFAULT : { request, pasid };
}
