/**
 * DEVICE: a device bound to a context, and its attachment to an IOAS or HWPT (specification 30, sections 2, 3 and 5.2).
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { DeviceCapabilities } from "../hw/interface.js";
import type { Context } from "./context.js";
import type { FailurePoints } from "./failure-points.js";
import { NO_PASID, capabilitiesOf, type BusDevice, type IommuGroup } from "./group.js";
import { Hwpt, PLAIN_DOMAIN, createHwpt, type HwptPaging } from "./hwpt.js";
import { IoasObject } from "./ioas-object.js";
import { IommufdObject } from "./objects.js";
import type { VdeviceObject } from "./vdevice.js";

export class DeviceObject extends IommufdObject {
  override readonly type = "device";
  /** What a guest knows it as; of one vIOMMU at the most. */
  vdevice: VdeviceObject | undefined;
  /** It is being unbound, and no vDEVICE can be made for it any more. */
  isLeaving = false;
  private stranded = false;

  /** For `bindTo`, which claims the group first. */
  /** As it was bound: a mock device that has gone leaves its place, with another name, to the next. */
  private readonly name: string;

  constructor(
    private readonly context: Context,
    readonly bus: BusDevice,
    readonly group: IommuGroup,
    private readonly holdsContext: boolean,
  ) {
    super();
    this.name = bus.name;
    this.users++; // The binding's own: DESTROY of a device is always EBUSY.
  }

  /**
   * Binds a device to a context and makes it visible.
   * @param holdsContext the binding keeps the context, as every driver's but the mock's does
   * @returns EINVAL, EPERM, ENOMEM
   */
  static bindTo(context: Context, bus: BusDevice, group: IommuGroup, holdsContext = true): DeviceObject | Errno {
    if (!bus.iommu.cacheCoherent) return errno.EINVAL;
    if (context.accounts.points.ordinaryFails()) return errno.ENOMEM;
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

  /** Detaches from everything, and leaves the context. @returns whether that released the context */
  unbind(): boolean {
    for (const pasid of this.group.pasidsOf(this).reverse()) this.detach(pasid);
    this.buryVdevice();
    this.context.objects.remove(this);
    return this.holdsContext && this.context.release();
  }

  /**
   * As `unbind` by a driver that has not detached its PASIDs: the object then stays, with its id and what it is attached
   * to, as long as the context does.
   */
  strand(): void {
    this.detach();
    if (this.group.pasidsOf(this).length === 0) {
      this.unbind();
      return;
    }
    this.buryVdevice();
    this.stranded = true;
  }

  override letGo(): boolean {
    const held = this.stranded ? this.group.forget(this) : [];
    for (const hwpt of held) hwpt.users--;
    // What is left is the table's own.
    if (held.length > 0) this.users = 1;
    return held.length > 0;
  }

  private buryVdevice(): void {
    if (this.vdevice === undefined) return;
    this.isLeaving = true;
    this.context.objects.bury(this.vdevice);
  }

  private get points(): FailurePoints {
    return this.context.accounts.points;
  }

  get capabilities(): DeviceCapabilities {
    return capabilitiesOf(this.bus);
  }

  override teardown(): void {
    this.group.unclaim();
  }

  /** @returns the HWPT it is attached to, or undefined */
  hwptOf(pasid = NO_PASID): Hwpt | undefined {
    const attachment = this.group.attachment(pasid);
    return attachment?.devices.has(this) === true ? attachment.hwpt : undefined;
  }

  /**
   * @param ptId an IOAS or HWPT
   * @returns the HWPT attached, or ENOENT, EINVAL, EBUSY, EADDRINUSE and what filling a new table answers
   */
  attach(ptId: number, pasid = NO_PASID): Hwpt | Errno {
    return this.withTarget(
      ptId,
      (hwpt) => this.attachTo(pasid, hwpt),
      (ioas) => this.attachToIoas(pasid, ioas),
    );
  }

  /** Moves the group to another IOAS or HWPT without a gap. @returns as `attach`; EINVAL if this device is not attached */
  replace(ptId: number, pasid = NO_PASID): Hwpt | Errno {
    return this.withTarget(
      ptId,
      (hwpt) => this.replaceBy(pasid, hwpt),
      (ioas) => this.replaceByIoas(pasid, ioas),
    );
  }

  private withTarget(
    ptId: number,
    useHwpt: (hwpt: Hwpt) => Errno,
    useIoas: (ioas: IoasObject) => Hwpt | Errno,
  ): Hwpt | Errno {
    const target = this.context.objects.find(ptId);
    if (target === undefined) return errno.ENOENT;
    if (target instanceof Hwpt) return useHwpt(target) || target;
    return target instanceof IoasObject ? useIoas(target) : errno.EINVAL;
  }

  /** A no-op for a device that is not attached. */
  detach(pasid = NO_PASID): void {
    const hwpt = this.hwptOf(pasid);
    if (hwpt === undefined) return;
    this.group.detach(this, pasid);
    if (pasid === NO_PASID) hwpt.paging.ioas.map.unreserve(this);
    this.users--;
    this.leave(hwpt, 1);
  }

  // ---- one HWPT -----------------------------------------------------------------------------------------------------

  private attachTo(pasid: number, hwpt: Hwpt): Errno {
    const { group } = this;
    const attachment = group.attachment(pasid);
    if (this.points.ordinaryFails()) return errno.ENOMEM;
    if (attachment?.devices.has(this) === true) return errno.EBUSY;
    if (attachment !== undefined && attachment.hwpt !== hwpt) return errno.EINVAL;
    // Only DMA without PASID meets the device's reserved regions.
    const reserves = pasid === NO_PASID;
    const { ioas } = hwpt.paging;
    let error: Errno = reserves ? this.reserveRegions(ioas, true) : errno.OK;
    if (error === errno.OK) error = group.attach(this, pasid, hwpt);
    if (error !== errno.OK) {
      if (reserves) ioas.map.unreserve(this);
      return error;
    }
    hwpt.users++;
    this.users++;
    return errno.OK;
  }

  private replaceBy(pasid: number, hwpt: Hwpt): Errno {
    const { group } = this;
    const attachment = group.attachment(pasid);
    if (attachment?.devices.has(this) !== true) return errno.EINVAL;
    const old = attachment.hwpt;
    if (hwpt === old) return errno.OK;
    const devices = [...attachment.devices];
    const from = old.paging.ioas;
    const to = hwpt.paging.ioas;
    const moves = pasid === NO_PASID && from !== to;
    let error: Errno = errno.OK;
    if (moves) for (const device of devices) if (error === errno.OK) error = device.reserveRegions(to, false);
    if (error === errno.OK) error = group.replace(this, pasid, hwpt);
    if (moves) {
      const left = error === errno.OK ? from : to;
      for (const device of devices) left.map.unreserve(device);
    }
    if (error !== errno.OK) return error;
    hwpt.users += devices.length;
    this.leave(old, devices.length);
    return errno.OK;
  }

  /** Gives up users of an HWPT; an automatic one that nobody uses any more destroys itself. */
  private leave(hwpt: Hwpt, users: number): void {
    hwpt.users -= users;
    if (hwpt.automatic && hwpt.users === 1) this.context.objects.remove(hwpt);
  }

  // ---- an IOAS: an automatic HWPT is shared or made ---------------------------------------------------------------

  private attachToIoas(pasid: number, ioas: IoasObject): Hwpt | Errno {
    const shared = this.tryAutomatic(ioas, (hwpt) => this.attachTo(pasid, hwpt));
    if (shared !== undefined) return shared;
    const hwpt = createHwpt(this.context.objects, ioas, this.bus, PLAIN_DOMAIN, true);
    if (typeof hwpt === "number") return hwpt;
    let error = this.attachTo(pasid, hwpt);
    if (error === errno.OK) {
      error = hwpt.addToIoas();
      if (error === errno.OK) return this.publish(hwpt);
      this.group.detach(this, pasid);
      ioas.map.unreserve(this);
      this.users--;
    }
    return this.undo(hwpt, error);
  }

  private replaceByIoas(pasid: number, ioas: IoasObject): Hwpt | Errno {
    const shared = this.tryAutomatic(ioas, (hwpt) => this.replaceBy(pasid, hwpt));
    if (shared !== undefined) return shared;
    const hwpt = createHwpt(this.context.objects, ioas, this.bus, PLAIN_DOMAIN, true);
    if (typeof hwpt === "number") return hwpt;
    let error = hwpt.addToIoas();
    if (error === errno.OK) error = this.replaceBy(pasid, hwpt);
    return error === errno.OK ? this.publish(hwpt) : this.undo(hwpt, error);
  }

  /** Tries the automatic HWPTs in the order of their creation: EINVAL means that the next may do. */
  private tryAutomatic(ioas: IoasObject, attempt: (hwpt: HwptPaging) => Errno): Hwpt | Errno | undefined {
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
    if (this.points.stepFails()) return errno.EINVAL;
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
    return { name: this.name, group: this.group.id, hwpt: this.hwptOf()?.id ?? null };
  }
}
