/** The ioctls of a VFIO group's file (specification 50, sections 2.2 to 2.5). */
import { errno } from "../../proto/uapi/errno.js";
import { vfio_group_status } from "../../proto/uapi/vfio-device.js";
import type { DeviceHandle } from "../vfio/device-handle.js";
import type { VfioGroup } from "../vfio/group.js";
import { PAGE_SIZE, type U64 } from "../u64.js";
import { returned } from "./call.js";
import type { DescriptorTarget, FileCall } from "./descriptors.js";
import { readExactly, type UserMemory } from "./user-memory.js";
import { UserStruct } from "./user-struct.js";

/** What a group does with a device that it has opened: makes a file of it. */
export type MakeDeviceFile = (handle: DeviceHandle) => DescriptorTarget;

type GroupHandler = (call: FileCall, argument: U64, group: VfioGroup, makeFile: MakeDeviceFile) => number;

/** EFAULT, EINVAL, ENODEV */
function getStatus({ memory }: FileCall, argument: U64, group: VfioGroup): number {
  const { fields } = vfio_group_status;
  const request = UserStruct.readSized(memory, argument, vfio_group_status);
  if (typeof request === "number") return -request;
  const status = group.status();
  if (status < 0) return status;
  request.setU32(fields.flags, status);
  return returned(request.respond());
}

/** Of the s32 that is the argument. */
const DESCRIPTOR_BYTES = 4;

/** EFAULT, EBADF, EINVAL, ENODEV, EBADFD, ENOMEM */
function setContainer({ memory, descriptors }: FileCall, argument: U64, group: VfioGroup): number {
  const bytes = readExactly(memory, argument, DESCRIPTOR_BYTES);
  if (bytes === undefined) return -errno.EFAULT;
  const context = descriptors.findContext(new DataView(bytes.buffer).getInt32(0, true));
  if (context === errno.EBADF) return -errno.EBADF;
  const error = group.checkContainer();
  if (error !== errno.OK) return -error;
  if (typeof context === "number") return -context;
  return returned(group.setContainer(context));
}

/** EINVAL */
function unsetContainer(_call: FileCall, _argument: U64, group: VfioGroup): number {
  return returned(group.unsetContainer());
}

/** The descriptor is the result. EINVAL, EFAULT, ENODEV, EPERM, EADDRINUSE, ENOMEM */
function getDeviceFd(
  { memory, descriptors }: FileCall,
  argument: U64,
  group: VfioGroup,
  makeFile: MakeDeviceFile,
): number {
  const name = readString(memory, argument);
  if (typeof name === "number") return -name;
  const [, address, rest] = /^([^ ]*)(.*)$/s.exec(name)!;
  const device = group.find(address!);
  if (device === undefined || device.isLeaving) return -errno.ENODEV;
  // The token of a virtual function may follow, and no device here is one: any token is refused, as other text is.
  if (/[^ ]/.test(rest!)) return -errno.EINVAL;
  const handle = group.openDevice(device);
  if (typeof handle === "number") return -handle;
  descriptors.create(makeFile(handle));
  return 0;
}

/** Up to its NUL, as one character for each byte. @returns EINVAL: longer than a page; EFAULT */
function readString(memory: UserMemory, address: U64): string | number {
  const bytes = new Uint8Array(PAGE_SIZE);
  const read = memory.read(address, bytes, PAGE_SIZE);
  const end = bytes.subarray(0, read).indexOf(0);
  if (end < 0) return read === PAGE_SIZE ? errno.EINVAL : errno.EFAULT;
  return String.fromCharCode(...bytes.subarray(0, end));
}

const handlers: ReadonlyMap<number, GroupHandler> = new Map<number, GroupHandler>([
  [0x3b67, getStatus],
  [0x3b68, setContainer],
  [0x3b69, unsetContainer],
  [0x3b6a, getDeviceFd],
]);

/** An open group. Made when `group.open` has agreed. */
export class VfioGroupFile implements DescriptorTarget {
  readonly node: string;

  constructor(
    readonly group: VfioGroup,
    private readonly makeDeviceFile: MakeDeviceFile,
  ) {
    this.node = `/dev/vfio/${group.id}`;
  }

  ioctl(call: FileCall, request: number, argument: U64): number {
    const handler = handlers.get(request);
    return handler === undefined ? -errno.ENOTTY : handler(call, argument, this.group, this.makeDeviceFile);
  }

  release(): void {
    this.group.close();
  }
}
