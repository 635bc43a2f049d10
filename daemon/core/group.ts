/**
 * An IOMMU group: the devices that the IOMMU cannot tell apart. They share one domain, and one iommufd owns all of them
 * (specification 30, sections 2 and 3.6).
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { DeviceCapabilities, Domain, Iommu, ReservedRegion } from "../hw/interface.js";
import type { Context } from "./context.js";
import type { DeviceObject } from "./device.js";
import type { Hwpt } from "./hwpt.js";
import { PageRequestRouter } from "./page-requests.js";

/** A device on the bus, bound or not. */
export interface BusDevice {
  readonly name: string;
  /** Bus 15:8, device 7:3, function 2:0. */
  readonly requesterId: number;
  readonly iommu: Iommu;
  readonly reservedRegions: readonly ReservedRegion[];
}

/** What a device can do, which may be less than its IOMMU can. */
export function capabilitiesOf({ iommu, requesterId }: BusDevice): DeviceCapabilities {
  return iommu.capabilitiesOf?.(requesterId) ?? iommu;
}

/** What a group is attached to for one PASID. A replace makes a new one. */
export interface Attachment {
  readonly hwpt: Hwpt;
  /** DEVICE id of the device that asked for it. */
  readonly deviceId: number;
  /** Devices that take part in it. */
  readonly devices: Set<DeviceObject>;
}

/** Requests without PASID: the group's RID. */
export const NO_PASID = 0;

export class IommuGroup {
  private owner: Context | undefined;
  private claims = 0;
  /** Devices of it that an ordinary driver of the host has. */
  private hostDrivers = 0;
  private readonly attachments = new Map<number, Attachment>();
  private listening = false;
  private readonly members: BusDevice[];

  constructor(
    readonly id: number,
    devices: readonly BusDevice[],
  ) {
    this.members = [...devices];
  }

  get devices(): readonly BusDevice[] {
    return this.members;
  }

  /** A device is plugged in: it takes part in what the group is attached to. @returns the driver's error */
  add(device: BusDevice): Errno {
    for (const [pasid, { hwpt }] of this.attachments) {
      const error = setDomainOf(device, pasid, hwpt.domain);
      if (error === errno.OK) continue;
      this.block(device);
      return error;
    }
    this.members.push(device);
    if (this.listening) this.route(device, true);
    return errno.OK;
  }

  /** A device is unplugged. Preconditions: it is not bound. */
  remove(device: BusDevice): void {
    this.members.splice(this.members.indexOf(device), 1);
    if (this.listening) this.route(device, false);
    this.block(device);
  }

  private block(device: BusDevice): void {
    for (const pasid of this.attachments.keys()) setDomainOf(device, pasid, undefined);
  }

  /** Whether some context or some driver of the host decides where its DMA goes. */
  get isOwned(): boolean {
    return this.owner !== undefined || this.hostDrivers > 0;
  }

  isOwnedBy(context: Context): boolean {
    return this.owner === context;
  }

  /** @param pasid NO_PASID, or from 1 */
  attachment(pasid: number): Attachment | undefined {
    return this.attachments.get(pasid);
  }

  /** The PASIDs, NO_PASID among them, that something is attached for, in the order of their attachment. */
  pasids(): number[] {
    return [...this.attachments.keys()];
  }

  /** The PASIDs, NO_PASID among them, that a device is attached for, ascending. */
  pasidsOf(device: DeviceObject): number[] {
    const found = [...this.attachments].filter(([, { devices }]) => devices.has(device)).map(([pasid]) => pasid);
    return found.sort((a, b) => a - b);
  }

  /** Makes a context the owner; every bound device is one claim. @returns EPERM, EINVAL */
  claim(context: Context): Errno {
    if (this.hostDrivers > 0 || (this.owner !== undefined && this.owner !== context)) return errno.EPERM;
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

  /** An ordinary driver takes a device of the group: DMA is the host's then. @returns EBUSY while a context has the group */
  claimForHost(): Errno {
    if (this.owner !== undefined) return errno.EBUSY;
    this.hostDrivers++;
    return errno.OK;
  }

  /** Gives back a claim for the host. */
  unclaimForHost(): void {
    this.hostDrivers--;
  }

  /** Adds a device to those attached; the first one moves the group. @returns EINVAL, or the driver's error */
  attach(device: DeviceObject, pasid: number, hwpt: Hwpt): Errno {
    const attachment = this.attachments.get(pasid);
    if (attachment !== undefined) {
      attachment.devices.add(device);
      return errno.OK;
    }
    const error = this.move(pasid, hwpt, undefined);
    if (error !== errno.OK) return error;
    this.attachments.set(pasid, { hwpt, deviceId: device.id, devices: new Set([device]) });
    this.listen();
    return errno.OK;
  }

  /**
   * Moves all devices of an attachment at one device's wish. Preconditions: that device is attached.
   * @returns EINVAL, or the driver's error; then nothing has changed
   */
  replace(device: DeviceObject, pasid: number, hwpt: Hwpt): Errno {
    const old = this.attachments.get(pasid)!;
    const error = this.move(pasid, hwpt, old.hwpt);
    if (error !== errno.OK) return error;
    this.attachments.set(pasid, { hwpt, deviceId: device.id, devices: old.devices });
    this.listen();
    old.hwpt.fault?.drop(old);
    return errno.OK;
  }

  /** The last device gone, the group's DMA is blocked. Preconditions: the device is attached. */
  detach(device: DeviceObject, pasid: number): void {
    const old = this.attachments.get(pasid)!;
    old.devices.delete(device);
    if (old.devices.size > 0) return;
    this.setDomain(pasid, undefined, undefined);
    this.attachments.delete(pasid);
    this.listen();
    old.hwpt.fault?.drop(old);
  }

  /**
   * Forgets a device whose hardware is gone. Preconditions: no other device is attached.
   * @returns what it was attached to
   */
  forget(device: DeviceObject): Hwpt[] {
    const held = [...this.attachments.values()].filter(({ devices }) => devices.has(device));
    this.attachments.clear();
    return held.map(({ hwpt }) => hwpt);
  }

  private move(pasid: number, hwpt: Hwpt, previous: Hwpt | undefined): Errno {
    if (!this.isCompatible(pasid, hwpt)) return errno.EINVAL;
    if (pasid !== NO_PASID) {
      const error = this.checkPasid(pasid);
      if (error !== errno.OK) return error;
    }
    const faults = hwpt.fault !== undefined;
    if (faults && this.devices.some((device) => !capabilitiesOf(device).raisesPageRequests)) return errno.ENODEV;
    return this.setDomain(pasid, hwpt.domain, previous?.domain);
  }

  /** Where PASIDs are in use, the RID's table and theirs have to be of the same kind. */
  private isCompatible(pasid: number, hwpt: Hwpt): boolean {
    if (pasid === NO_PASID) return hwpt.allowsPasids || [...this.attachments.keys()].every((key) => key === NO_PASID);
    const rid = this.attachments.get(NO_PASID);
    return hwpt.allowsPasids && (rid === undefined || rid.hwpt.allowsPasids);
  }

  /** @returns EOPNOTSUPP, EINVAL */
  private checkPasid(pasid: number): Errno {
    for (const device of this.devices) {
      if (device.iommu.attachPasid === undefined) return errno.EOPNOTSUPP;
      const { pasidBits } = capabilitiesOf(device);
      if (pasidBits !== undefined && pasid >= 2 ** pasidBits) return errno.EINVAL;
    }
    return errno.OK;
  }

  private setDomain(pasid: number, domain: Domain | undefined, previous: Domain | undefined): Errno {
    for (const [index, device] of this.devices.entries()) {
      const error = setDomainOf(device, pasid, domain);
      if (error === errno.OK) continue;
      // A refused RID may be blocked already; a refused PASID has kept its domain.
      const done = this.devices.slice(0, pasid === NO_PASID ? index + 1 : index);
      for (const each of done) setDomainOf(each, pasid, previous);
      return error;
    }
    return errno.OK;
  }

  /** Page requests are taken as long as something attached has a queue for them. */
  private listen(): void {
    const wanted = [...this.attachments.values()].some(({ hwpt }) => hwpt.fault !== undefined);
    if (wanted === this.listening) return;
    this.listening = wanted;
    for (const device of this.devices) this.route(device, wanted);
  }

  private route({ iommu, requesterId }: BusDevice, wanted: boolean): void {
    const router = wanted ? new PageRequestRouter(this, iommu.hasUserPasidTables === true) : undefined;
    iommu.listen?.(
      requesterId,
      router &&
        ((request, respond) => {
          router.report(request, respond);
        }),
    );
  }
}

function setDomainOf(device: BusDevice, pasid: number, domain: Domain | undefined): Errno {
  const { iommu, requesterId } = device;
  if (pasid === NO_PASID) return iommu.attach(requesterId, domain);
  // A device that has no PASIDs is left out, as in Linux: for it alone, the attachment has no effect.
  if (capabilitiesOf(device).pasidBits === undefined) return errno.OK;
  return iommu.attachPasid?.(requesterId, pasid, domain) ?? errno.EOPNOTSUPP;
}
