/**
 * VFIO as a VMM uses it: `VfioContainer`, `VfioGroup` and `VfioDevice`, by a legacy group or by the device's character file. Methods
 * are the ioctls of `vfioContainerCalls`, `vfioGroupCalls` and `vfioDeviceCalls`, run at once; regions are read and written as
 * with pread(2) and pwrite(2), or mapped.
 */
import type { ConnectOptions } from "./iommu-fd.js";
import { IommuFd, transportOf } from "./iommu-fd.js";
import { IommufdError } from "./errors.js";
import { readFile, writeFile } from "./file-transfer.js";
import { MadeFile } from "./made-file.js";
import { MappedRegion } from "./mapped-region.js";
import {
  type ContainerInfo,
  type DeviceInfo,
  type DmaMapArguments,
  type GroupStatus,
  type HotResetDevice,
  type InterruptArguments,
  type InterruptInfo,
  type Named,
  type RegionInfo,
  vfioContainerCalls,
  vfioDeviceCalls,
  vfioGroupCalls,
} from "./vfio-calls.js";
import { VfioFile } from "./vfio-file.js";
import type { Transport } from "./transport.js";
import { toBigInt, toLong, type Uint64 } from "./wire64.js";

/** Index of configuration space among the regions; BARs are 0 to 5, the ROM 6. */
export const CONFIG_REGION = 7;

/** A region begins in the device file at its index times two to this. */
const REGION_SHIFT = 40n;

/** Where a byte of a region lies in the device file. @throws RangeError: it would be another region's */
function regionOffset(region: number, offset: Uint64): bigint {
  const inside = toBigInt(offset, "offset");
  if (inside >> REGION_SHIFT !== 0n) throw new RangeError(`offset 0x${inside.toString(16)} is in no region`);
  return (toBigInt(region, "region") << REGION_SHIFT) + inside;
}

/** An open /dev/vfio/vfio: an iommufd, whose own ioctls are those of `iommufd`. */
export class VfioContainer {
  private constructor(readonly iommufd: IommuFd) {}

  /** @throws ProtocolError */
  static async open(options: ConnectOptions = {}): Promise<VfioContainer> {
    return new VfioContainer(await IommuFd.open({ ...options, node: "/dev/vfio/vfio" }));
  }

  get token(): Uint8Array {
    return this.iommufd.token;
  }

  getApiVersion(): Promise<number> {
    return this.iommufd.run(vfioContainerCalls.getApiVersion());
  }

  checkExtension(extension: number): Promise<number> {
    return this.iommufd.run(vfioContainerCalls.checkExtension(extension));
  }

  /** @param type 1 (TYPE1) or 3 (TYPE1v2) */
  setIommu(type: number): Promise<number> {
    return this.iommufd.run(vfioContainerCalls.setIommu(type));
  }

  getInfo(): Promise<ContainerInfo> {
    return this.iommufd.run(vfioContainerCalls.getInfo());
  }

  mapDma(mapping: DmaMapArguments): Promise<void> {
    return this.iommufd.run(vfioContainerCalls.mapDma(mapping));
  }

  /** @returns the bytes unmapped */
  unmapDma(range: { readonly iova: Uint64; readonly size: Uint64 }): Promise<bigint> {
    return this.iommufd.run(vfioContainerCalls.unmapDma(range));
  }

  /** @returns the bytes unmapped */
  unmapAllDma(): Promise<bigint> {
    return this.iommufd.run(vfioContainerCalls.unmapAllDma());
  }

  close(): Promise<void> {
    return this.iommufd.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** An open /dev/vfio/GROUP, which only one at a time can have. */
export class VfioGroup extends VfioFile {
  /** @throws ProtocolError; IommufdError ENODEV: there is none; EBUSY */
  static async open(group: number, options: ConnectOptions = {}): Promise<VfioGroup> {
    const transport = transportOf(options);
    return await VfioFile.openNode(
      transport,
      `/dev/vfio/${group}`,
      (connection, token) => new VfioGroup(connection, token, transport),
    );
  }

  getStatus(): Promise<GroupStatus> {
    return this.run(vfioGroupCalls.getStatus());
  }

  /** @param container a `VfioContainer` or an `IommuFd` */
  setContainer(container: Named): Promise<void> {
    return this.run(vfioGroupCalls.setContainer(container));
  }

  async unsetContainer(): Promise<void> {
    await this.run(vfioGroupCalls.unsetContainer());
  }

  /** @param name such as "0000:00:04.0" @throws IommufdError ENODEV, EINVAL, EPERM, and what attaching it answers */
  async getDevice(name: string): Promise<VfioDevice> {
    return await VfioDevice.joining(await this.run(vfioGroupCalls.getDevice(name)), this.transport);
  }
}

/** An open VFIO device: from a group, or /dev/vfio/devices/vfioN, which can do nothing until it is bound. */
export class VfioDevice extends VfioFile {
  /** @param index N of vfioN @throws ProtocolError; IommufdError ENODEV: there is none */
  static async open(index: number, options: ConnectOptions = {}): Promise<VfioDevice> {
    const transport = transportOf(options);
    return await VfioFile.openNode(
      transport,
      `/dev/vfio/devices/vfio${index}`,
      (connection, token) => new VfioDevice(connection, token, transport),
    );
  }

  /** @internal */
  static async joining(token: Uint8Array, transport: Transport): Promise<VfioDevice> {
    return await VfioFile.join(transport, token, (connection) => new VfioDevice(connection, token, transport));
  }

  /** @returns the device's object id in the iommufd */
  bindIommufd(iommufd: Named): Promise<number> {
    return this.run(vfioDeviceCalls.bindIommufd(iommufd));
  }

  /** @returns the HWPT attached */
  attachPt(ptId: number, options: { readonly pasid?: number } = {}): Promise<number> {
    return this.run(vfioDeviceCalls.attachPt(ptId, options));
  }

  detachPt(options: { readonly pasid?: number } = {}): Promise<void> {
    return this.run(vfioDeviceCalls.detachPt(options));
  }

  getInfo(): Promise<DeviceInfo> {
    return this.run(vfioDeviceCalls.getInfo());
  }

  getRegionInfo(index: number): Promise<RegionInfo> {
    return this.run(vfioDeviceCalls.getRegionInfo(index));
  }

  getIrqInfo(index: number): Promise<InterruptInfo> {
    return this.run(vfioDeviceCalls.getIrqInfo(index));
  }

  setIrqs(interrupts: InterruptArguments): Promise<number> {
    return this.run(vfioDeviceCalls.setIrqs(interrupts));
  }

  async reset(): Promise<void> {
    await this.run(vfioDeviceCalls.reset());
  }

  getHotResetInfo(): Promise<readonly HotResetDevice[]> {
    return this.run(vfioDeviceCalls.getHotResetInfo());
  }

  /** @param groups open groups of the devices it affects; none for a device that was bound */
  hotReset(groups: readonly Named[] = []): Promise<void> {
    return this.run(vfioDeviceCalls.hotReset(groups));
  }

  /** Each signal of the event stores `data` in a BAR; an event of undefined ends that. @throws IommufdError EINVAL, EEXIST, ENODEV */
  ioeventfd(store: {
    readonly region: number;
    readonly offset: Uint64;
    readonly data: Uint64;
    readonly width: 1 | 2 | 4;
    readonly event: Named | undefined;
  }): Promise<void> {
    return this.run(vfioDeviceCalls.ioeventfd({ ...store, offset: regionOffset(store.region, store.offset) }));
  }

  /** @param wakeup is signalled when something wakes the device @throws IommufdError EINVAL */
  enterLowPower(wakeup?: Named): Promise<void> {
    return this.run(vfioDeviceCalls.enterLowPower(wakeup));
  }

  exitLowPower(): Promise<void> {
    return this.run(vfioDeviceCalls.exitLowPower());
  }

  /** A dma-buf of a part of a BAR, in whole pages: for `mapFile` of an `IommuFd`, by its token. @throws IommufdError EINVAL, ENODEV */
  async exportDmaBuf(region: number, ranges: Parameters<typeof vfioDeviceCalls.exportDmaBuf>[1]): Promise<MadeFile> {
    const token = await this.run(vfioDeviceCalls.exportDmaBuf(region, ranges));
    return await MadeFile.join(this.transport, token, { notify: false });
  }

  /** pread(2) in a region. @returns fewer bytes at its end @throws IommufdError EINVAL, EIO, EFAULT */
  async readRegion(region: number, offset: Uint64, count: number): Promise<Uint8Array> {
    return await readFile(this.connection, count, { offset: regionOffset(region, offset) });
  }

  /** pwrite(2) in a region. @returns the bytes taken */
  async writeRegion(region: number, offset: Uint64, data: Uint8Array): Promise<number> {
    return await writeFile(this.connection, data, { offset: regionOffset(region, offset) });
  }

  /** mmap(2) of a part of a region, in whole pages. @throws IommufdError EINVAL: it cannot be mapped */
  async mapRegion(region: number, offset: Uint64, length: number): Promise<MappedRegion> {
    const map = { offset: toLong(regionOffset(region, offset), "offset"), length: toLong(length, "length") };
    const reply = await this.connection.request({ map }, "map");
    if (reply.error) throw new IommufdError("mmap", reply.error);
    const file = await MadeFile.join(this.transport, reply.token ?? new Uint8Array(), { notify: false });
    return await MappedRegion.open(reply, length, file);
  }
}
