/** The ioctls of slot and bus resets (specification 50, sections 4.7 and 4.8). */
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/vfio-device.js";
import type { Context } from "../core/context.js";
import type { IommuGroup } from "../core/group.js";
import type { VfioBus } from "../vfio/bus.js";
import type { DeviceHandle } from "../vfio/device-handle.js";
import { affectedBy, busOf, deviceIdIn, hotReset, type AffectedFunction } from "../vfio/hot-reset.js";
import type { U64 } from "../u64.js";
import { returned } from "./call.js";
import type { FileCall } from "./descriptors.js";
import { readExactly } from "./user-memory.js";
import { UserStruct } from "./user-struct.js";
import { VfioGroupFile } from "./vfio-group.js";

const DESCRIPTOR_BYTES = 4;

/** EFAULT, EINVAL, ENODEV, ENOSPC */
export function getHotResetInfo({ memory }: FileCall, argument: U64, handle: DeviceHandle, bus: VfioBus): number {
  const { fields, bytes } = api.vfio_pci_hot_reset_info;
  const info = UserStruct.readSized(memory, argument, api.vfio_pci_hot_reset_info);
  if (typeof info === "number") return -info;
  const affected = affectedBy(handle.pci, bus.slots());
  if (affected === undefined) return -errno.ENODEV;
  const entryBytes = api.vfio_pci_dependent_device.bytes;
  info.setU32(fields.flags, 0);
  info.setU32(fields.count, affected.length);
  if (info.u32(fields.argsz) < bytes + affected.length * entryBytes) {
    return info.respond() === errno.OK ? -errno.ENOSPC : -errno.EFAULT;
  }
  const ids = affected.map((each) => idFor(handle, each));
  if (handle.origin === "node") info.setU32(fields.flags, ownershipFlags(ids));
  for (const [index, { pci }] of affected.entries()) {
    const [segment, devfn] = [pci.segment, pci.requesterId & 0xff];
    const entry = encodeStruct(api.vfio_pci_dependent_device, {
      group_id: ids[index]!,
      segment,
      bus: busOf(pci),
      devfn,
    });
    if (!memory.write(argument.plusNumber(bytes + index * entryBytes), entry)) return -errno.EFAULT;
  }
  return returned(info.respond());
}

/** A group's descriptor is told the groups, a node's the device objects of its context. */
function idFor({ origin, device }: DeviceHandle, affected: AffectedFunction): number {
  return origin === "group" ? affected.group.id : deviceIdIn(device.context!, affected);
}

function ownershipFlags(ids: readonly number[]): number {
  const allOwned = !ids.includes(api.VFIO_PCI_DEVID_NOT_OWNED);
  return api.VFIO_PCI_HOT_RESET_FLAG_DEV_ID | (allOwned ? api.VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED : 0);
}

/** EFAULT, EINVAL, ENODEV, EBADF */
export function pciHotReset(call: FileCall, argument: U64, handle: DeviceHandle, bus: VfioBus): number {
  const { fields, bytes } = api.vfio_pci_hot_reset;
  const request = UserStruct.readSized(call.memory, argument, api.vfio_pci_hot_reset);
  if (typeof request === "number") return -request;
  if (request.u32(fields.flags) !== 0) return -errno.EINVAL;
  const count = request.u32(fields.count);
  if ((count === 0) !== (handle.origin === "node")) return -errno.EINVAL;
  const affected = affectedBy(handle.pci, bus.slots());
  if (affected === undefined) return -errno.ENODEV;
  if (count > affected.length) return -errno.EINVAL;
  if (handle.origin === "node") return returned(hotReset(affected, ownedBy(handle.device.context!)));
  const groups = readGroups(call, argument.plusNumber(bytes), count);
  if (typeof groups === "number") return -groups;
  return returned(hotReset(affected, ({ group }) => groups.has(group)));
}

function ownedBy(context: Context): (affected: AffectedFunction) => boolean {
  return (affected) => deviceIdIn(context, affected) !== api.VFIO_PCI_DEVID_NOT_OWNED;
}

/** The groups whose files these descriptors are. @returns EFAULT, EBADF, EINVAL */
function readGroups({ memory, descriptors }: FileCall, address: U64, count: number): Set<IommuGroup> | number {
  const bytes = readExactly(memory, address, count * DESCRIPTOR_BYTES);
  if (bytes === undefined) return errno.EFAULT;
  const view = new DataView(bytes.buffer);
  const groups = new Set<IommuGroup>();
  for (let index = 0; index < count; index++) {
    const fd = view.getInt32(index * DESCRIPTOR_BYTES, true);
    const file = descriptors.find(fd);
    if (file === undefined && !descriptors.isOpen(fd)) return errno.EBADF;
    if (!(file instanceof VfioGroupFile)) return errno.EINVAL;
    groups.add(file.group.iommuGroup);
  }
  return groups;
}
