/** VFIO_DEVICE_IOEVENTFD (specification 50, section 4.9). */
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/vfio-interrupts.js";
import type { U64 } from "../u64.js";
import type { IoEventFds } from "../vfio/ioeventfds.js";
import { isBar, placeOf } from "../vfio/regions.js";
import { returned } from "./call.js";
import type { FileCall } from "./descriptors.js";
import { UserStruct } from "./user-struct.js";

/** A device as this ioctl knows it. */
export interface IoEventFdHolder {
  readonly ioEventFds: IoEventFds;
}

const REMOVE = -1;

/** What can be stored at once, in bytes. Linux 7.1 has no store of 8. */
const WIDTHS: readonly number[] = [
  api.VFIO_DEVICE_IOEVENTFD_8,
  api.VFIO_DEVICE_IOEVENTFD_16,
  api.VFIO_DEVICE_IOEVENTFD_32,
];

/** EFAULT, EINVAL, EEXIST, ENODEV, ENOSPC, EBADF */
export function ioEventFd({ memory, descriptors }: FileCall, argument: U64, { ioEventFds }: IoEventFdHolder): number {
  const layout = api.vfio_device_ioeventfd;
  const { fields } = layout;
  const request = UserStruct.readSized(memory, argument, layout);
  if (typeof request === "number") return -request;
  const width = request.u32(fields.flags);
  const fd = request.s32(fields.fd);
  if (!WIDTHS.includes(width)) return -errno.EINVAL;
  if (fd < REMOVE) return -errno.EINVAL;
  const { region: bar, offset } = placeOf(request.u64(fields.offset));
  if (!isBar(bar) || !ioEventFds.isStorable(bar, offset, width)) return -errno.EINVAL;
  const store = { bar, offset, width, data: request.u64(fields.data) };
  if (fd === REMOVE) return returned(ioEventFds.remove(store));
  return returned(ioEventFds.add(store, fd, (number) => descriptors.openEvent(number)));
}
