/**
 * DEVICE: a device bound to a context, and its attachment to an IOAS or HWPT (specification 30, sections 2, 3 and 5.2).
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { DeviceCapabilities } from "../hw/interface.js";
import type { Context } from "./context.js";
import type { BusDevice, IommuGroup } from "./group.js";
import { HwptPaging, PLAIN_DOMAIN, createHwpt } from "./hwpt.js";
import { IoasObject } from "./ioas-object.js";
import { IommufdObject } from "./objects.js";

export class DeviceObject extends IommufdObject {
  override readonly type = "device";

  /** For `bindTo`, which claims the group first. */
  constructor(
    private readonly context: Context,
    readonly bus: BusDevice,
    readonly group: IommuGroup,
    private readonly holdsContext: boolean,
  ) {
    super();
    this.users++; // The binding's own: DESTROY of a device is always EBUSY.
  }

  /**
   * Binds a device to a context and makes it visible.
   * @param holdsContext the binding keeps the context, as every driver's but the mock's does
   * @returns EINVAL, EPERM, ENOMEM
   */
  static bindTo(context: Context, bus: BusDevice, group: IommuGroup, holdsContext = true): DeviceObject | Errno {
    if (!bus.iommu.cacheCoherent) return errno.EINVAL;
    let error = group.claim(context);
    if (error !== errno.OK) return error;
    const device = new DeviceObject(context, bus, group, holdsContext);
    error = context.objects.reserve(device);
    if (error !== errno.OK) {
      group.unclaim();
      return error;
    }
    context.objects.publish(device);
    if (holdsContext) context.hold();
    return device;
  }

  /** Detaches if attached, and leaves the context. @returns whether that released the context */
  unbind(): boolean {
    this.detach();
    this.context.objects.remove(this);
    return this.holdsContext && this.context.release();
  }

  /** What this device can do, which may be less than its IOMMU can. */
  get capabilities(): DeviceCapabilities {
    const { iommu, requesterId } = this.bus;
    return iommu.capabilitiesOf?.(requesterId) ?? iommu;
  }

  override teardown(): void {
    this.group.unclaim();
  }

  /** @returns the HWPT it is attached to, or undefined */
  get hwpt(): HwptPaging | undefined {
    return this.group.attachedDevices.has(this) ? this.group.attachedHwpt : undefined;
  }

  /**
   * @param ptId an IOAS or HWPT
   * @returns the HWPT attached, or ENOENT, EINVAL, EBUSY, EADDRINUSE and what filling a new table answers
   */
  attach(ptId: number): HwptPaging | Errno {
    const target = this.context.objects.find(ptId);
    if (target === undefined) return errno.ENOENT;
    if (target instanceof HwptPaging) {
      const error = this.attachTo(target);
      return error === errno.OK ? target : error;
    }
    return target instanceof IoasObject ? this.attachToIoas(target) : errno.EINVAL;
  }

  /** Moves the group to another IOAS or HWPT without a gap. @returns as `attach`; EINVAL if this device is not attached */
  replace(ptId: number): HwptPaging | Errno {
    const target = this.context.objects.find(ptId);
    if (target === undefined) return errno.ENOENT;
    if (target instanceof HwptPaging) {
      const error = this.replaceBy(target);
      return error === errno.OK ? target : error;
    }
    return target instanceof IoasObject ? this.replaceByIoas(target) : errno.EINVAL;
  }

  /** A no-op for a device that is not attached. */
  detach(): void {
    const hwpt = this.hwpt;
    if (hwpt === undefined) return;
    this.group.detach(this);
    hwpt.ioas.map.unreserve(this);
    this.users--;
    this.leave(hwpt, 1);
  }

  // ---- one HWPT -----------------------------------------------------------------------------------------------------

  private attachTo(hwpt: HwptPaging): Errno {
    if (this.hwpt !== undefined) return errno.EBUSY;
    if (this.group.attachedHwpt !== undefined && this.group.attachedHwpt !== hwpt) return errno.EINVAL;
    let error = this.reserveRegions(hwpt.ioas, true);
    if (error === errno.OK) error = this.group.attach(this, hwpt);
    if (error !== errno.OK) {
      hwpt.ioas.map.unreserve(this);
      return error;
    }
    hwpt.users++;
    this.users++;
    return errno.OK;
  }

  private replaceBy(hwpt: HwptPaging): Errno {
    const old = this.hwpt;
    if (old === undefined) return errno.EINVAL;
    if (hwpt === old) return errno.OK;
    const devices = [...this.group.attachedDevices];
    const moves = hwpt.ioas !== old.ioas;
    let error: Errno = errno.OK;
    if (moves) for (const device of devices) if (error === errno.OK) error = device.reserveRegions(hwpt.ioas, false);
    if (error === errno.OK) error = this.group.replace(hwpt);
    if (moves) {
      const left = error === errno.OK ? old.ioas : hwpt.ioas;
      for (const device of devices) left.map.unreserve(device);
    }
    if (error !== errno.OK) return error;
    hwpt.users += devices.length;
    this.leave(old, devices.length);
    return errno.OK;
  }

  /** Gives up users of an HWPT; an automatic one that nobody uses any more destroys itself. */
  private leave(hwpt: HwptPaging, users: number): void {
    hwpt.users -= users;
    if (hwpt.automatic && hwpt.users === 1) this.context.objects.remove(hwpt);
  }

  // ---- an IOAS: an automatic HWPT is shared or made ---------------------------------------------------------------

  private attachToIoas(ioas: IoasObject): HwptPaging | Errno {
    const shared = this.tryAutomatic(ioas, (hwpt) => this.attachTo(hwpt));
    if (shared !== undefined) return shared;
    const hwpt = createHwpt(this.context.objects, ioas, this.bus, PLAIN_DOMAIN, true);
    if (typeof hwpt === "number") return hwpt;
    let error = this.attachTo(hwpt);
    if (error === errno.OK) {
      error = hwpt.addToIoas();
      if (error === errno.OK) return this.publish(hwpt);
      this.group.detach(this);
      ioas.map.unreserve(this);
      this.users--;
    }
    return this.undo(hwpt, error);
  }

  private replaceByIoas(ioas: IoasObject): HwptPaging | Errno {
    const shared = this.tryAutomatic(ioas, (hwpt) => this.replaceBy(hwpt));
    if (shared !== undefined) return shared;
    const hwpt = createHwpt(this.context.objects, ioas, this.bus, PLAIN_DOMAIN, true);
    if (typeof hwpt === "number") return hwpt;
    let error = hwpt.addToIoas();
    if (error === errno.OK) error = this.replaceBy(hwpt);
    return error === errno.OK ? this.publish(hwpt) : this.undo(hwpt, error);
  }

  /** Tries the automatic HWPTs in the order of their creation: EINVAL means that the next may do. */
  private tryAutomatic(ioas: IoasObject, attempt: (hwpt: HwptPaging) => Errno): HwptPaging | Errno | undefined {
    for (const hwpt of ioas.hwpts) {
      if (!hwpt.automatic) continue;
      const error = attempt(hwpt);
      if (error === errno.OK) return hwpt;
      if (error !== errno.EINVAL) return error;
    }
    return undefined;
  }

  private publish(hwpt: HwptPaging): HwptPaging {
    this.context.objects.publish(hwpt);
    return hwpt;
  }

  private undo(hwpt: HwptPaging, error: Errno): Errno {
    this.context.objects.abandon(hwpt);
    hwpt.teardown();
    return error;
  }

  // ---- reserved regions ---------------------------------------------------------------------------------------------

  /**
   * Reserves what this device cannot use in an IOAS, in the driver's order; all or nothing.
   * @param checkMsi refuse more than one MSI window of which one is software's, as an attach does
   * @returns EADDRINUSE, EINVAL
   */
  private reserveRegions(ioas: IoasObject, checkMsi: boolean): Errno {
    let hardwareMsi = 0;
    let softwareMsi = 0;
    for (const { start, last, kind } of this.bus.reservedRegions) {
      if (kind === "direct-relaxable") continue;
      if (kind === "msi") hardwareMsi++;
      if (kind === "software-msi") softwareMsi++;
      const error = ioas.map.reserve(start, last, this);
      if (error !== errno.OK) {
        ioas.map.unreserve(this);
        return error;
      }
    }
    if (!checkMsi || softwareMsi === 0 || softwareMsi + Math.min(hardwareMsi, 1) === 1) return errno.OK;
    ioas.map.unreserve(this);
    return errno.EINVAL;
  }

  override inspect(): Record<string, unknown> {
    return { name: this.bus.name, group: this.group.id, hwpt: this.hwpt?.id ?? null };
  }
}
