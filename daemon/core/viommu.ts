/**
 * VIOMMU: a guest's share of a physical IOMMU on a nesting parent (specification 30, section 13), with the devices,
 * event queues and hardware queues that were made on it.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { DriverData, HardwareQueue, Iommu, MappableMemory, VirtualIommu } from "../hw/interface.js";
import type { U64 } from "../u64.js";
import type { Context } from "./context.js";
import type { DeviceObject } from "./device.js";
import type { HwQueueObject } from "./hw-queue.js";
import type { HwptPaging } from "./hwpt.js";
import type { OfferedMemory } from "./mappable-memory.js";
import { IommufdObject } from "./objects.js";
import { VdeviceObject } from "./vdevice.js";
import type { VeventqObject } from "./veventq.js";

export class ViommuObject extends IommufdObject {
  override readonly type = "viommu";
  /** By type. */
  readonly eventQueues = new Map<number, VeventqObject>();
  readonly queues = new Map<HardwareQueue, HwQueueObject>();
  private readonly devices: VdeviceObject[] = [];
  private readonly offered: OfferedMemory[] = [];
  private virtual: VirtualIommu | undefined;

  /** For `create`. */
  constructor(
    private readonly context: Context,
    /** Devices behind another one are refused. */
    readonly iommu: Iommu,
    /** The nesting parent. */
    readonly parent: HwptPaging,
  ) {
    super();
    parent.users++;
  }

  /**
   * Makes a vIOMMU and takes an id; not yet visible.
   * @param type that the IOMMU offers
   * @param data of the driver, if the caller brings some
   * @returns ENOMEM, EBUSY, or the driver's EINVAL, EFAULT
   */
  static create(
    context: Context,
    iommu: Iommu,
    type: number,
    parent: HwptPaging,
    data: DriverData | undefined,
  ): ViommuObject | Errno {
    const viommu = new ViommuObject(context, iommu, parent);
    const error = context.objects.reserve(viommu);
    if (error !== errno.OK) {
      viommu.teardown();
      return error;
    }
    const virtual = iommu.allocateVirtual?.(type, parent.domain, viommu, data) ?? errno.EOPNOTSUPP;
    if (typeof virtual === "number") {
      viommu.abandon();
      return virtual;
    }
    viommu.virtual = virtual;
    return viommu;
  }

  publish(): void {
    this.context.objects.publish(this);
  }

  /** Undoes a vIOMMU that was never published. */
  abandon(): void {
    this.context.objects.abandon(this);
    this.teardown();
  }

  /** Its hardware. Preconditions: `create` has returned it. */
  get hardware(): VirtualIommu {
    return this.virtual!;
  }

  report(type: number, data: Uint8Array): Errno {
    const queue = this.eventQueues.get(type);
    if (queue === undefined) return errno.EOPNOTSUPP;
    queue.report(data);
    return errno.OK;
  }

  offerMemory(bytes: number): MappableMemory | Errno {
    const memory = this.context.mappable.offer(bytes, this);
    if (typeof memory !== "number") this.offered.push(memory);
    return memory;
  }

  /**
   * Makes a vDEVICE and takes an id; not yet visible.
   * @returns EEXIST: the device has one, or the id is in use; ENOMEM, EBUSY, and the driver's error
   */
  addDevice(device: DeviceObject, virtualId: U64): VdeviceObject | Errno {
    if (device.vdevice !== undefined) return errno.EEXIST;
    const vdevice = new VdeviceObject(this, device, virtualId);
    let error = this.context.objects.reserve(vdevice);
    if (error === errno.OK) {
      if (this.devices.some((other) => other.virtualId.equals(virtualId))) error = errno.EEXIST;
      else error = this.hardware.addDevice(device.bus.requesterId, virtualId);
      if (error !== errno.OK) this.context.objects.abandon(vdevice);
    }
    if (error !== errno.OK) {
      device.users--;
      this.users--;
      return error;
    }
    this.devices.push(vdevice);
    device.vdevice = vdevice;
    return vdevice;
  }

  /** For the vDEVICE that goes. */
  forgetDevice(vdevice: VdeviceObject): void {
    this.hardware.removeDevice(vdevice.device.bus.requesterId);
    this.devices.splice(this.devices.indexOf(vdevice), 1);
  }

  override teardown(): void {
    this.virtual?.destroy();
    for (const memory of this.offered) this.context.mappable.withdraw(memory);
    this.parent.users--;
  }

  override inspect(): Record<string, unknown> {
    return { iommu: this.iommu.name, parent: this.parent.id, devices: this.devices.map(({ id }) => id) };
  }
}
