/**
 * The PCI functions of the machine with their drivers, and the VFIO groups and device nodes that follow from them
 * (specification 50, sections 2.1, 3.1 and 5.1).
 *
 * Invariant: a function has a device node, and its IOMMU group a VFIO group, exactly while its driver is vfio-pci. A driver or
 * a function that is taken away leaves when nobody has the device open any more; the hardware itself goes at once.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { IommuGroup } from "../core/group.js";
import type { PciFunction } from "../devices/pci/interface.js";
import { VfioPciDevice, type DeviceHost } from "./device.js";
import { VfioGroup } from "./group.js";
import type { AffectedFunction } from "./hot-reset.js";

/** The driver that offers devices through VFIO. */
export const VFIO_DRIVER = "vfio-pci";

/** A function and its driver, for listing. */
export interface VfioSlot extends AffectedFunction {
  /** "0000:00:04.0". */
  readonly address: string;
  /** Undefined: none. Any other than vfio-pci is an ordinary driver of the host, which keeps the IOMMU group to itself. */
  readonly driver: string | undefined;
  /** The only driver that it may be bound to; undefined: any. */
  readonly driverOverride: string | undefined;
  /** N of /dev/vfio/devices/vfioN. */
  readonly cdevIndex: number | undefined;
  /** Some program uses it through VFIO. */
  readonly opened: boolean;
}

class Slot implements VfioSlot {
  driver: string | undefined;
  driverOverride: string | undefined;
  cdevIndex: number | undefined;
  device: VfioPciDevice | undefined;
  /** What becomes of it when its last descriptor is closed. */
  leaving: "unbind" | "remove" | undefined;

  constructor(
    readonly pci: PciFunction,
    readonly group: IommuGroup,
  ) {}

  get address(): string {
    return this.pci.name;
  }

  get opened(): boolean {
    return this.device?.isOpen === true;
  }
}

export class VfioBus {
  private readonly byAddress = new Map<string, Slot>();
  private readonly groups = new Map<number, VfioGroup>();
  private readonly listeners: (() => void)[] = [];

  constructor(private readonly host: DeviceHost) {}

  /**
   * Plugs in a function.
   * @param group gets the function as a device, unless it has it already
   * @param driver undefined: none
   * @returns EEXIST: there is one at this address; or why the group or the driver does not take it
   */
  add(pci: PciFunction, group: IommuGroup, driver: string | undefined): Errno {
    if (this.byAddress.has(pci.name)) return errno.EEXIST;
    const joins = !group.devices.includes(pci);
    let error = joins ? group.add(pci) : errno.OK;
    if (error !== errno.OK) return error;
    const slot = new Slot(pci, group);
    error = driver === undefined ? errno.OK : this.setDriver(slot, driver);
    if (error !== errno.OK) {
      if (joins) group.remove(pci);
      return error;
    }
    this.byAddress.set(pci.name, slot);
    this.changed();
    return errno.OK;
  }

  /**
   * Takes a function away, whoever uses it.
   * @returns whether programs still have it open, or ENODEV
   */
  remove(address: string): boolean | Errno {
    const slot = this.byAddress.get(address);
    if (slot === undefined) return errno.ENODEV;
    slot.pci.remove();
    return this.leave(slot, "remove");
  }

  /**
   * Gives a function a driver.
   * @returns ENODEV: no such function, it has a driver, or its override names another; EBUSY: an ordinary driver cannot have
   *   what a context owns
   */
  bind(address: string, driver: string): Errno {
    const slot = this.byAddress.get(address);
    if (slot === undefined || slot.driver !== undefined) return errno.ENODEV;
    if (slot.driverOverride !== undefined && slot.driverOverride !== driver) return errno.ENODEV;
    const error = this.setDriver(slot, driver);
    if (error === errno.OK) this.changed();
    return error;
  }

  /**
   * Takes a function's driver away. While programs have the device open it stays, is asked for by REQ, and cannot be opened.
   * @returns whether that is still so, or ENODEV: no such function, or no driver
   */
  unbind(address: string): boolean | Errno {
    const slot = this.byAddress.get(address);
    if (slot?.driver === undefined) return errno.ENODEV;
    return this.leave(slot, slot.leaving ?? "unbind");
  }

  /** @returns undefined: no such function; null: none is set */
  driverOverride(address: string): string | null | undefined {
    const slot = this.byAddress.get(address);
    return slot && (slot.driverOverride ?? null);
  }

  /** @param driver undefined: any @returns ENODEV */
  setDriverOverride(address: string, driver: string | undefined): Errno {
    const slot = this.byAddress.get(address);
    if (slot === undefined) return errno.ENODEV;
    slot.driverOverride = driver;
    this.changed();
    return errno.OK;
  }

  /** In the order in which they were plugged in. */
  slots(): readonly VfioSlot[] {
    return [...this.byAddress.values()];
  }

  /** VFIO groups by their number: /dev/vfio/N. */
  group(id: number): VfioGroup | undefined {
    return this.groups.get(id);
  }

  /** The device of /dev/vfio/devices/vfioN. */
  device(cdevIndex: number): VfioPciDevice | undefined {
    return this.slots().find((slot) => slot.cdevIndex === cdevIndex)?.device;
  }

  /** Calls `listener` after every change of what `slots` says. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  // ---- drivers --------------------------------------------------------------------------------------------------------

  private setDriver(slot: Slot, driver: string): Errno {
    if (driver === VFIO_DRIVER) {
      this.register(slot);
    } else {
      const error = slot.group.claimForHost();
      if (error !== errno.OK) return error;
    }
    slot.driver = driver;
    return errno.OK;
  }

  private clearDriver(slot: Slot): void {
    if (slot.device !== undefined) this.unregister(slot, slot.device);
    else if (slot.driver !== undefined) slot.group.unclaimForHost();
    slot.driver = undefined;
    slot.leaving = undefined;
  }

  private register(slot: Slot): void {
    const { group } = slot;
    const device = new VfioPciDevice(slot.pci, group, this.host, {
      openedChanged: () => {
        this.changed();
      },
      unused: () => {
        if (slot.leaving !== undefined) this.finish(slot, slot.leaving);
      },
    });
    slot.device = device;
    slot.cdevIndex = this.freeCdevIndex();
    let vfioGroup = this.groups.get(group.id);
    if (vfioGroup === undefined) this.groups.set(group.id, (vfioGroup = new VfioGroup(group)));
    vfioGroup.devices.add(device);
  }

  private unregister(slot: Slot, device: VfioPciDevice): void {
    const vfioGroup = this.groups.get(slot.group.id)!;
    vfioGroup.devices.delete(device);
    // An open file of the group keeps it; devices that come later get a new one.
    if (vfioGroup.devices.size === 0) this.groups.delete(slot.group.id);
    slot.device = undefined;
    slot.cdevIndex = undefined;
  }

  private freeCdevIndex(): number {
    const taken = new Set(this.slots().map(({ cdevIndex }) => cdevIndex));
    let index = 0;
    while (taken.has(index)) index++;
    return index;
  }

  // ---- leaving --------------------------------------------------------------------------------------------------------

  /** @returns whether it has to wait */
  private leave(slot: Slot, how: "unbind" | "remove"): boolean {
    const { device } = slot;
    if (device?.hasDescriptors !== true) {
      this.finish(slot, how);
      return false;
    }
    slot.leaving = how;
    device.isLeaving = true;
    device.interrupts.signalRequest();
    this.changed();
    return true;
  }

  private finish(slot: Slot, how: "unbind" | "remove"): void {
    this.clearDriver(slot);
    if (how === "remove") {
      slot.group.remove(slot.pci);
      this.byAddress.delete(slot.address);
    }
    this.changed();
  }

  inspect(): Record<string, unknown> {
    const functions = this.slots().map(({ address, driver, driverOverride, cdevIndex, group, device }) => ({
      address,
      group: group.id,
      driver: driver ?? null,
      driverOverride: driverOverride ?? null,
      node: cdevIndex === undefined ? null : `vfio${cdevIndex}`,
      device: device?.inspect() ?? null,
    }));
    return { functions, groups: [...this.groups.values()].map((group) => group.inspect()) };
  }
}
