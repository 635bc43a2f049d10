/** open(2) of VFIO's files: /dev/vfio/N and /dev/vfio/devices/vfioN (specification 50, sections 2.1 and 3.1). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { VfioBus } from "../vfio/bus.js";
import { DeviceHandle } from "../vfio/device-handle.js";
import type { DescriptorTarget } from "./descriptors.js";
import { VfioDeviceFile } from "./vfio-device-file.js";
import { VfioGroupFile } from "./vfio-group.js";

/** @returns ENODEV, EBUSY */
export function openVfioGroup(bus: VfioBus, id: number): DescriptorTarget | Errno {
  const group = bus.group(id);
  if (group === undefined) return errno.ENODEV;
  const error = group.open();
  if (error !== errno.OK) return error;
  return new VfioGroupFile(group, (handle) => new VfioDeviceFile("device", handle, bus));
}

/** @param index N @returns ENODEV */
export function openVfioDevice(bus: VfioBus, index: number): DescriptorTarget | Errno {
  const device = bus.device(index);
  if (device === undefined || device.isLeaving) return errno.ENODEV;
  return new VfioDeviceFile(`/dev/vfio/devices/vfio${index}`, new DeviceHandle(device, "node"), bus);
}
