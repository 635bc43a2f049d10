/**
 * A VFIO group: the devices of an IOMMU group that have the driver vfio-pci, its one file, and the context that the file
 * was given (specification 50, part 2).
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { VFIO_GROUP_FLAGS_CONTAINER_SET, VFIO_GROUP_FLAGS_VIABLE } from "../../proto/uapi/vfio-device.js";
import type { Context } from "../core/context.js";
import type { IommuGroup } from "../core/group.js";
import { DeviceHandle } from "./device-handle.js";
import type { VfioPciDevice } from "./device.js";

export class VfioGroup {
  readonly devices = new Set<VfioPciDevice>();
  private opened = false;
  private context: Context | undefined;

  constructor(readonly iommuGroup: IommuGroup) {}

  get id(): number {
    return this.iommuGroup.id;
  }

  /** Its file is open. */
  get isOpen(): boolean {
    return this.opened;
  }

  /** Its last device is gone; a file that is still open finds nothing. */
  private get isGone(): boolean {
    return this.devices.size === 0;
  }

  /** open(2) of the group's file. @returns ENODEV, EBUSY */
  open(): Errno {
    if (this.isGone) return errno.ENODEV;
    if ([...this.devices].some((device) => device.isBoundByNode)) return errno.EBUSY;
    if (this.opened) return errno.EBUSY;
    this.opened = true;
    return errno.OK;
  }

  /** The file is closed. Devices that are open stay so. */
  close(): void {
    this.opened = false;
    this.unsetContainer();
  }

  get hasContainer(): boolean {
    return this.context !== undefined;
  }

  /** VFIO_GROUP_FLAGS_*. @returns a negative ENODEV */
  status(): number {
    if (this.isGone) return -errno.ENODEV;
    if (this.hasContainer) return VFIO_GROUP_FLAGS_VIABLE | VFIO_GROUP_FLAGS_CONTAINER_SET;
    return this.iommuGroup.isOwned ? 0 : VFIO_GROUP_FLAGS_VIABLE;
  }

  /** Whether the group can be given a container. @returns EINVAL: it has one; ENODEV */
  checkContainer(): Errno {
    if (this.hasContainer) return errno.EINVAL;
    return this.isGone ? errno.ENODEV : errno.OK;
  }

  /** Preconditions: `checkContainer` agrees. @returns ENOMEM, EBUSY */
  setContainer(context: Context): Errno {
    const error = context.provideCompatIoas();
    if (error !== errno.OK) return error;
    context.hold();
    this.context = context;
    return errno.OK;
  }

  /** EINVAL: there is none. */
  unsetContainer(): Errno {
    const { context } = this;
    if (context === undefined) return errno.EINVAL;
    this.context = undefined;
    context.release();
    return errno.OK;
  }

  /** The device with this address. */
  find(address: string): VfioPciDevice | undefined {
    return [...this.devices].find(({ pci }) => pci.name === address);
  }

  /**
   * Opens a device of the group; the first time it is bound and attached to the container's IOAS.
   * @returns EINVAL: no container; ENODEV, EPERM, EADDRINUSE, EFAULT, ENOMEM
   */
  openDevice(device: VfioPciDevice): DeviceHandle | Errno {
    const { context } = this;
    if (context === undefined) return errno.EINVAL;
    if (device.isOpen) {
      device.hold();
      return new DeviceHandle(device, "group");
    }
    const error = device.open(context);
    if (error !== errno.OK) return error;
    const ioas = context.compatIoas;
    const hwpt = ioas === undefined ? errno.ENODEV : device.attach(ioas.id);
    if (typeof hwpt === "number") {
      device.drop();
      return hwpt;
    }
    return new DeviceHandle(device, "group");
  }

  inspect(): Record<string, unknown> {
    return { id: this.id, open: this.opened, container: this.hasContainer, owned: this.iommuGroup.isOwned };
  }
}
