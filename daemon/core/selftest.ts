/**
 * SELFTEST: the object of the mock driver that owns a mock device, its group and its binding (specification 40,
 * section 5). Destroying it detaches, unbinds and removes the device.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Domain, PageRequest } from "../hw/interface.js";
import type { Context } from "./context.js";
import { DeviceObject } from "./device.js";
import { IommuGroup, type BusDevice } from "./group.js";
import { IommufdObject } from "./objects.js";

export interface MockDeviceFlags {
  readonly noDirty: boolean;
  readonly pasid: boolean;
}

/** Where mock devices come from, and what a test can have them do: all contexts share one mock IOMMU. */
export interface MockBus {
  addDevice(flags: MockDeviceFlags): BusDevice;
  /** @param device that `addDevice` made */
  removeDevice(device: BusDevice): void;
  raisePageRequest(device: BusDevice, request: PageRequest): void;
  /** An event for the guest that the device is given to. @returns ENOENT, EOPNOTSUPP */
  raiseEvent(device: BusDevice): Errno;
  /** The values that stand for a device's cache; undefined: the device is gone. */
  cacheOf(device: BusDevice): Uint32Array | undefined;
  /** The values that stand for a nested domain's IOTLB; undefined: it is another IOMMU's. */
  iotlbOf(domain: Domain): Uint32Array | undefined;
}

export class SelftestObject extends IommufdObject {
  override readonly type = "selftest";
  private bound: { readonly device: DeviceObject; readonly bus: BusDevice } | undefined;

  constructor(
    private readonly context: Context,
    private readonly bus: MockBus,
  ) {
    super();
  }

  /** Makes a device in a group of its own and binds it. It does not hold the context. */
  bind(flags: MockDeviceFlags): Errno {
    const bus = this.bus.addDevice(flags);
    const device = DeviceObject.bindTo(this.context, bus, new IommuGroup(bus.requesterId, [bus]), false);
    if (typeof device === "number") {
      this.bus.removeDevice(bus);
      return device;
    }
    this.bound = { device, bus };
    return errno.OK;
  }

  /** Preconditions: `bind` succeeded. */
  get device(): DeviceObject {
    return this.bound!.device;
  }

  /** Detaches, unbinds and removes the device, if there is one. PASIDs that are still attached keep the DEVICE. */
  unbind(): void {
    if (this.bound === undefined) return;
    this.bound.device.strand();
    this.bus.removeDevice(this.bound.bus);
    this.bound = undefined;
  }

  override teardown(): void {
    this.unbind();
  }

  override inspect(): Record<string, unknown> {
    return { device: this.bound?.device.id ?? null };
  }
}
