/**
 * An IOMMU group: the devices that the IOMMU cannot tell apart. They share one domain, and one iommufd owns all of them
 * (specification 30, sections 2 and 3.6).
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Iommu, PagingDomain, ReservedRegion } from "../hw/interface.js";
import type { Context } from "./context.js";
import type { DeviceObject } from "./device.js";
import type { HwptPaging } from "./hwpt.js";

/** A device on the bus, bound or not. */
export interface BusDevice {
  readonly name: string;
  /** Bus 15:8, device 7:3, function 2:0. */
  readonly requesterId: number;
  readonly iommu: Iommu;
  readonly reservedRegions: readonly ReservedRegion[];
}

export class IommuGroup {
  private owner: Context | undefined;
  private claims = 0;
  /** What the group is attached to, and which of its devices asked for it. */
  private hwpt: HwptPaging | undefined;
  private readonly attached = new Set<DeviceObject>();

  constructor(
    readonly id: number,
    readonly devices: readonly BusDevice[],
  ) {}

  get attachedHwpt(): HwptPaging | undefined {
    return this.hwpt;
  }

  get attachedDevices(): ReadonlySet<DeviceObject> {
    return this.attached;
  }

  /** Makes a context the owner; every bound device is one claim. @returns EPERM, EINVAL */
  claim(context: Context): Errno {
    if (this.owner !== undefined && this.owner !== context) return errno.EPERM;
    if (this.owner === undefined) {
      // Firmware wants such regions mapped at all times, which a blocked group cannot have.
      const direct = this.devices.some((device) => device.reservedRegions.some((region) => region.kind === "direct"));
      if (direct) return errno.EINVAL;
      this.owner = context;
    }
    this.claims++;
    return errno.OK;
  }

  /** Gives back a claim. Preconditions: the device that made it is not attached. */
  unclaim(): void {
    this.claims--;
    if (this.claims === 0) this.owner = undefined;
  }

  /** Adds a device to those attached; the first one moves the group. @returns the driver's error */
  attach(device: DeviceObject, hwpt: HwptPaging): Errno {
    if (this.attached.size === 0) {
      const error = this.setDomain(hwpt.domain, undefined);
      if (error !== errno.OK) return error;
      this.hwpt = hwpt;
    }
    this.attached.add(device);
    return errno.OK;
  }

  /** Moves the whole group. Preconditions: a device is attached. @returns the driver's error; then nothing has changed */
  replace(hwpt: HwptPaging): Errno {
    const error = this.setDomain(hwpt.domain, this.hwpt?.domain);
    if (error === errno.OK) this.hwpt = hwpt;
    return error;
  }

  /** The last device gone, the group's DMA is blocked. */
  detach(device: DeviceObject): void {
    this.attached.delete(device);
    if (this.attached.size > 0) return;
    this.setDomain(undefined, undefined);
    this.hwpt = undefined;
  }

  private setDomain(domain: PagingDomain | undefined, previous: PagingDomain | undefined): Errno {
    for (const [index, device] of this.devices.entries()) {
      const error = device.iommu.attach(device.requesterId, domain);
      if (error === errno.OK) continue;
      for (const done of this.devices.slice(0, index + 1)) done.iommu.attach(done.requesterId, previous);
      return error;
    }
    return errno.OK;
  }
}
