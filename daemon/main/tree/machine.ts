/** What the tree of files shows (layout.ts), as the bus and the topology have it: PCI functions with their drivers, and IOMMUs. */
import type { PciFunction } from "../../devices/pci/interface.js";
import type { Errno } from "../../../proto/uapi/errno.js";
import type { U64 } from "../../u64.js";

/** A PCI function on the bus. */
export interface TreeSlot {
  /** "0000:00:04.0" */
  readonly address: string;
  readonly pci: PciFunction;
  /** Its IOMMU group. */
  readonly group: { readonly id: number };
  /** undefined: bound to none. */
  readonly driver: string | undefined;
  readonly driverOverride: string | undefined;
  /** X of /dev/vfio/devices/vfioX; undefined: not bound to vfio-pci. */
  readonly cdevIndex: number | undefined;
  /** A program has the device open through VFIO. */
  readonly opened: boolean;
}

/** A remapping unit. */
export interface TreeIommu {
  /** The same object as PciFunction.iommu of what is behind it. */
  readonly iommu: object;
  readonly cap: U64;
  readonly ecap: U64;
  readonly domainsSupported: number;
  readonly domainsUsed: number;
}

export interface TreeMachine {
  readonly slots: readonly TreeSlot[];
  readonly iommus: readonly TreeIommu[];
  /** CPUs of the machine, all of them near every device. */
  readonly cpus: number;
  readonly majors: CharacterMajors;
}

/** Dynamic majors of character devices. */
export interface CharacterMajors {
  /** Of /dev/vfio/N. */
  readonly vfio: number;
  /** Of /dev/vfio/devices/vfioX. */
  readonly vfioDev: number;
}

/** What writing to an attribute does to the bus. */
export interface TreeBus {
  slots(): readonly TreeSlot[];
  /** @returns ENODEV: no such function, or it has a driver already */
  bind(address: string, driver: string): Errno;
  /** @returns ENODEV, or whether it waits until nobody has the device open any more */
  unbind(address: string): Errno | boolean;
  /** @param driver undefined: none */
  setDriverOverride(address: string, driver: string | undefined): Errno;
  /** `listener` is called after each change of `slots`. */
  onChange(listener: () => void): void;
}
