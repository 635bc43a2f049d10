/** VFIO_DEVICE_GET_IRQ_INFO and VFIO_DEVICE_SET_IRQS (specification 50, sections 4.4 and 4.5). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/vfio-interrupts.js";
import type { InterruptAction, InterruptData } from "../vfio/interrupt-request.js";
import type { VfioInterrupts } from "../vfio/interrupts.js";
import type { U64 } from "../u64.js";
import { returned } from "./call.js";
import type { FileCall } from "./descriptors.js";
import { readExactly } from "./user-memory.js";
import { UserStruct } from "./user-struct.js";

/** A device as these ioctls know it. */
export interface InterruptHolder {
  readonly interrupts: VfioInterrupts;
}

const KNOWN_FLAGS = api.VFIO_IRQ_SET_DATA_TYPE_MASK | api.VFIO_IRQ_SET_ACTION_TYPE_MASK;
const COUNT_LIMIT = 0xffff_ffff;

const actions: ReadonlyMap<number, InterruptAction> = new Map([
  [api.VFIO_IRQ_SET_ACTION_MASK, "mask"],
  [api.VFIO_IRQ_SET_ACTION_UNMASK, "unmask"],
  [api.VFIO_IRQ_SET_ACTION_TRIGGER, "trigger"],
]);

/** Bytes of the data for one interrupt. */
const dataBytes: ReadonlyMap<number, number> = new Map([
  [api.VFIO_IRQ_SET_DATA_NONE, 0],
  [api.VFIO_IRQ_SET_DATA_BOOL, 1],
  [api.VFIO_IRQ_SET_DATA_EVENTFD, 4],
]);

/** EFAULT, EINVAL */
export function getIrqInfo({ memory }: FileCall, argument: U64, { interrupts }: InterruptHolder): number {
  const layout = api.vfio_irq_info;
  const { fields } = layout;
  const info = UserStruct.readSized(memory, argument, layout);
  if (typeof info === "number") return -info;
  const index = info.u32(fields.index);
  const flags = interrupts.flags(index);
  if (flags === undefined) return -errno.EINVAL;
  info.setU32(fields.flags, flags);
  info.setU32(fields.count, interrupts.count(index));
  return returned(info.respond());
}

/** EFAULT, EINVAL, ENOTTY, ERANGE, EBADF, EBUSY */
export function setIrqs(call: FileCall, argument: U64, { interrupts }: InterruptHolder): number {
  const layout = api.vfio_irq_set;
  const { fields, minBytes } = layout;
  const set = UserStruct.readSized(call.memory, argument, layout);
  if (typeof set === "number") return -set;
  const [argsz, flags] = [set.u32(fields.argsz), set.u32(fields.flags)];
  const [index, start, count] = [set.u32(fields.index), set.u32(fields.start), set.u32(fields.count)];
  if (index >= api.VFIO_PCI_NUM_IRQS) return -errno.EINVAL;
  if (count >= COUNT_LIMIT - start) return -errno.EINVAL;
  if ((flags & ~KNOWN_FLAGS) !== 0) return -errno.EINVAL;
  const interruptCount = interrupts.count(index);
  if (start >= interruptCount || start + count > interruptCount) return -errno.EINVAL;
  const bytesEach = dataBytes.get(flags & api.VFIO_IRQ_SET_DATA_TYPE_MASK);
  if (bytesEach === undefined) return -errno.EINVAL;
  if (argsz - minBytes < count * bytesEach) return -errno.EINVAL;
  const data = readData(call, argument.plusNumber(minBytes), count, bytesEach);
  if (typeof data === "number") return -data;
  const action = actions.get(flags & api.VFIO_IRQ_SET_ACTION_TYPE_MASK);
  if (action === undefined) return -errno.ENOTTY;
  return returned(interrupts.set(index, { action, start, count, data }));
}

/** EFAULT */
function readData(
  { memory, descriptors }: FileCall,
  address: U64,
  count: number,
  bytesEach: number,
): InterruptData | Errno {
  if (bytesEach === 0) return { kind: "none" };
  const bytes = readExactly(memory, address, count * bytesEach);
  if (bytes === undefined) return errno.EFAULT;
  if (bytesEach === 1) return { kind: "bool", values: bytes };
  const view = new DataView(bytes.buffer);
  const fds = Int32Array.from({ length: count }, (_, at) => view.getInt32(at * bytesEach, true));
  return { kind: "eventfd", fds, open: (fd) => descriptors.openEvent(fd) };
}
