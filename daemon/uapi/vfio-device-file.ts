/**
 * The file of a VFIO PCI device, from its group or of its node (specification 50, section 4.1): who may use it, and which
 * code answers which ioctl.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { VfioBus } from "../vfio/bus.js";
import type { DeviceHandle } from "../vfio/device-handle.js";
import type { VfioPciDevice } from "../vfio/device.js";
import { U64 } from "../u64.js";
import type { DescriptorTarget, FileCall, FileMapping } from "./descriptors.js";
import type { UserMemory } from "./user-memory.js";
import { attachIommufdPt, bindIommufd, detachIommufdPt } from "./vfio-cdev.js";
import { getInfo, getRegionInfo, reset } from "./vfio-device.js";
import { deviceFeature } from "./vfio-feature.js";
import { getHotResetInfo, pciHotReset } from "./vfio-hot-reset.js";
import { getIrqInfo, setIrqs } from "./vfio-interrupts.js";
import { ioEventFd } from "./vfio-ioeventfd.js";
import { readRegion, writeRegion } from "./vfio-region-io.js";

const BIND_IOMMUFD = 0x3b76;

type DeviceHandler = (call: FileCall, argument: U64, device: VfioPciDevice) => number;
type HandleHandler = (call: FileCall, argument: U64, handle: DeviceHandle, bus: VfioBus) => number;

const ofDevice: ReadonlyMap<number, DeviceHandler> = new Map<number, DeviceHandler>([
  [0x3b6b, getInfo],
  [0x3b6c, getRegionInfo],
  [0x3b6d, getIrqInfo],
  [0x3b6e, setIrqs],
  [0x3b6f, reset],
  [0x3b74, ioEventFd],
  [0x3b75, deviceFeature],
]);

/** What is answered by the kind of descriptor. */
const ofHandle: ReadonlyMap<number, HandleHandler> = new Map<number, HandleHandler>([
  [0x3b70, getHotResetInfo],
  [0x3b71, pciHotReset],
]);

const ofNode: ReadonlyMap<number, HandleHandler> = new Map<number, HandleHandler>([
  [0x3b77, attachIommufdPt],
  [0x3b78, detachIommufdPt],
]);

export class VfioDeviceFile implements DescriptorTarget {
  /** Of plain reads and writes. */
  private position = U64.ZERO;

  /** @param node as clients know the file: its path, or "device" for one that has none */
  constructor(
    readonly node: string,
    private readonly handle: DeviceHandle,
    private readonly bus: VfioBus,
  ) {}

  ioctl(call: FileCall, request: number, argument: U64): number {
    const { handle, bus } = this;
    if (request === BIND_IOMMUFD) return bindIommufd(call, argument, handle, bus.group(handle.device.group.id));
    if (!handle.isBound) return -errno.EINVAL;
    handle.device.lowPower.resume();
    const handler = (handle.origin === "node" ? ofNode.get(request) : undefined) ?? ofHandle.get(request);
    if (handler !== undefined) return handler(call, argument, handle, bus);
    return ofDevice.get(request)?.(call, argument, handle.device) ?? -errno.ENOTTY;
  }

  readAt(memory: UserMemory, address: U64, count: number, offset: U64): number {
    const { device, isBound } = this.handle;
    return isBound ? readRegion(device, memory, address, count, offset) : -errno.EINVAL;
  }

  writeAt(memory: UserMemory, address: U64, count: number, offset: U64): number {
    const { device, isBound } = this.handle;
    return isBound ? writeRegion(device, memory, address, count, offset) : -errno.EINVAL;
  }

  /** From region 0 on. */
  read(memory: UserMemory, address: U64, count: number): number {
    return this.advance(this.readAt(memory, address, count, this.position));
  }

  write(memory: UserMemory, address: U64, count: number): number {
    return this.advance(this.writeAt(memory, address, count, this.position));
  }

  private advance(result: number): number {
    if (result > 0) this.position = this.position.plusNumber(result);
    return result;
  }

  map(offset: U64, length: U64): FileMapping | Errno {
    return this.handle.map(offset, length);
  }

  release(): void {
    this.handle.drop();
  }
}
