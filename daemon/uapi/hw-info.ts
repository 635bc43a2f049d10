/** IOMMU_GET_HW_INFO (specification 30, section 7). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  IOMMU_HW_CAP_DIRTY_TRACKING,
  IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED,
  IOMMU_HW_INFO_FLAG_INPUT_TYPE,
  IOMMU_HW_INFO_TYPE_DEFAULT,
  iommu_hw_info,
} from "../../proto/uapi/iommufd.js";
import { DeviceObject } from "../core/device.js";
import { U64 } from "../u64.js";
import type { Call } from "./call.js";

/** Zeroes stored in one go behind the driver's data. */
const ZEROES = new Uint8Array(4096);

/** EOPNOTSUPP, ENOENT, EFAULT */
export function getHwInfo(call: Call): Errno {
  const { fields } = iommu_hw_info;
  const flags = call.u32(fields.flags);
  if ((flags & ~IOMMU_HW_INFO_FLAG_INPUT_TYPE) !== 0) return errno.EOPNOTSUPP;
  for (let index = 0; index < fields.__reserved.count; index++)
    if (call.u8(fields.__reserved, index) !== 0) return errno.EOPNOTSUPP;
  const device = call.context.objects.findOf(call.u32(fields.dev_id), DeviceObject);
  if (device === undefined) return errno.ENOENT;
  const typed = (flags & IOMMU_HW_INFO_FLAG_INPUT_TYPE) !== 0;
  const { iommu } = device.bus;
  const info = iommu.hardwareInfo(typed ? call.u32(fields.in_data_type) : IOMMU_HW_INFO_TYPE_DEFAULT);
  if (info === undefined) return errno.EOPNOTSUPP;

  const capacity = call.u32(fields.data_len);
  const address = call.u64(fields.data_uptr);
  const copied = Math.min(capacity, info.data.length);
  if (copied > 0 && !call.memory.write(address, info.data.subarray(0, copied))) return errno.EFAULT;
  for (let at = info.data.length; at < capacity; at += ZEROES.length) {
    const zeroes = ZEROES.subarray(0, Math.min(ZEROES.length, capacity - at));
    if (!call.memory.write(address.plusNumber(at), zeroes)) return errno.EFAULT;
  }
  const { canTrackDirty, pasidBits } = device.capabilities;
  const dirty = canTrackDirty ? IOMMU_HW_CAP_DIRTY_TRACKING : 0;
  call.setU32(fields.data_len, info.data.length);
  call.setU32(fields.out_data_type, info.type);
  call.setU8(fields.out_max_pasid_log2, pasidBits ?? 0);
  call.setU64(fields.out_capabilities, U64.fromNumber(dirty | IOMMU_HW_CAP_PCI_ATS_NOT_SUPPORTED));
  return call.respond();
}
