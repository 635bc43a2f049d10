/** PASID_ATTACH, PASID_REPLACE, PASID_DETACH and PASID_CHECK_HWPT (specification 40, section 6.17). */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import {
  iommu_test_pasid_attach,
  iommu_test_pasid_check_hwpt,
  iommu_test_pasid_detach,
  iommu_test_pasid_replace,
} from "../../../proto/uapi/iommufd-test.js";
import type { DeviceObject } from "../../core/device.js";
import { Hwpt } from "../../core/hwpt.js";
import { SelftestObject } from "../../core/selftest.js";
import type { Call } from "../call.js";

/** ENOENT, EINVAL, EBUSY, and what attaching answers; EFAULT with nothing attached */
export function pasidAttach(call: Call): Errno {
  const { fields } = iommu_test_pasid_attach;
  const device = mockDevice(call);
  if (device === undefined) return errno.ENOENT;
  const pasid = call.u32(fields.pasid);
  const hwpt = device.attach(call.u32(fields.pt_id), pasid);
  if (typeof hwpt === "number") return hwpt;
  call.setU32(fields.pt_id, hwpt.id);
  const error = call.respond();
  if (error !== errno.OK) device.detach(pasid);
  return error;
}

/** ENOENT, EINVAL, and what replacing answers; EFAULT with the domain replaced */
export function pasidReplace(call: Call): Errno {
  const { fields } = iommu_test_pasid_replace;
  const device = mockDevice(call);
  if (device === undefined) return errno.ENOENT;
  const hwpt = device.replace(call.u32(fields.pt_id), call.u32(fields.pasid));
  if (typeof hwpt === "number") return hwpt;
  call.setU32(fields.pt_id, hwpt.id);
  return call.respond();
}

/** ENOENT */
export function pasidDetach(call: Call): Errno {
  const device = mockDevice(call);
  if (device === undefined) return errno.ENOENT;
  device.detach(call.u32(iommu_test_pasid_detach.fields.pasid));
  return errno.OK;
}

/** ENOENT; EINVAL: something else is attached */
export function pasidCheckHwpt(call: Call): Errno {
  const { fields } = iommu_test_pasid_check_hwpt;
  const device = mockDevice(call);
  if (device === undefined) return errno.ENOENT;
  const attached = device.hwptOf(call.u32(fields.pasid));
  const id = call.u32(fields.hwpt_id);
  if (id === 0) return attached === undefined ? errno.OK : errno.EINVAL;
  const expected = call.context.objects.find(id);
  if (expected === undefined) return errno.ENOENT;
  return expected instanceof Hwpt && expected === attached ? errno.OK : errno.EINVAL;
}

function mockDevice(call: Call): DeviceObject | undefined {
  return call.context.objects.findOf(call.u32(iommu_test_pasid_attach.fields.id), SelftestObject)?.device;
}
