/** Ioctls of every VFIO PCI device file: what the device is, its regions, its reset (specification 50, sections 4.2, 4.3, 4.6). */
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/vfio-device.js";
import { VFIO_PCI_NUM_IRQS } from "../../proto/uapi/vfio-interrupts.js";
import { vfio_info_cap_header } from "../../proto/uapi/vfio.js";
import type { VfioPciDevice } from "../vfio/device.js";
import { fileOffsetOf, isRegion, regionBytes, regionFlags } from "../vfio/regions.js";
import { U64 } from "../u64.js";
import { returned } from "./call.js";
import type { FileCall } from "./descriptors.js";
import { UserStruct } from "./user-struct.js";

/** EFAULT, EINVAL */
export function getInfo({ memory }: FileCall, argument: U64, { pci }: VfioPciDevice): number {
  const { fields, bytes } = api.vfio_device_info;
  const info = UserStruct.readSized(memory, argument, api.vfio_device_info);
  if (typeof info === "number") return -info;
  info.setU32(fields.flags, api.VFIO_DEVICE_FLAGS_PCI | (pci.model.resettable ? api.VFIO_DEVICE_FLAGS_RESET : 0));
  info.setU32(fields.num_regions, api.VFIO_PCI_NUM_REGIONS);
  info.setU32(fields.num_irqs, VFIO_PCI_NUM_IRQS);
  return returned(info.respond(Math.min(info.u32(fields.argsz), bytes)));
}

/** EFAULT, EINVAL */
export function getRegionInfo({ memory }: FileCall, argument: U64, { pci }: VfioPciDevice): number {
  const { fields, bytes } = api.vfio_region_info;
  const info = UserStruct.readSized(memory, argument, api.vfio_region_info);
  if (typeof info === "number") return -info;
  const index = info.u32(fields.index);
  // No device here has the registers of VGA.
  if (!isRegion(index) || index === api.VFIO_PCI_VGA_REGION_INDEX) return -errno.EINVAL;
  const flags = regionFlags(pci, index);
  info.setU32(fields.flags, flags);
  info.setU64(fields.size, U64.fromNumber(regionBytes(pci.model, index)));
  info.setU64(fields.offset, fileOffsetOf(index));
  if ((flags & api.VFIO_REGION_INFO_FLAG_CAPS) !== 0) {
    const header = encodeStruct(vfio_info_cap_header, { id: api.VFIO_REGION_INFO_CAP_MSIX_MAPPABLE, version: 1 });
    const fits = info.u32(fields.argsz) >= bytes + header.length;
    if (fits && !memory.write(argument.plusNumber(bytes), header)) return -errno.EFAULT;
    if (!fits) info.setU32(fields.argsz, bytes + header.length);
    info.setU32(fields.cap_offset, fits ? bytes : 0);
  }
  return returned(info.respond());
}

/** EINVAL: the function cannot be reset */
export function reset(_call: FileCall, _argument: U64, device: VfioPciDevice): number {
  if (!device.pci.model.resettable) return -errno.EINVAL;
  device.reset();
  return 0;
}
