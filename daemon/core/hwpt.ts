/**
 * HWPT: a hardware page table that devices are attached to. HWPT_PAGING is made from an IOAS, by HWPT_ALLOC or
 * automatically by attaching a device to the IOAS (specification 30, sections 3.4, 5.3 and 8.3); HWPT_NESTED is the
 * user's own, above a nesting parent or on a vIOMMU (sections 8.4 and 8.5).
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Domain, DomainOptions, DriverData, NestedDomain, PagingDomain } from "../hw/interface.js";
import type { FaultObject } from "./fault.js";
import type { BusDevice } from "./group.js";
import type { IoasObject } from "./ioas-object.js";
import { IommufdObject, type ObjectTable } from "./objects.js";

/** What makes a domain of an automatic HWPT. */
export const PLAIN_DOMAIN: Omit<DomainOptions, "enforceCoherency"> = {
  nestParent: false,
  dirtyTracking: false,
  pasid: false,
};

export abstract class Hwpt extends IommufdObject {
  /** Made by an attach to the IOAS; goes with its last device. */
  readonly automatic: boolean = false;
  private faultQueue: FaultObject | undefined;

  constructor(
    /** Allocated with ALLOC_PASID: may be attached where PASIDs are in use. */
    readonly allowsPasids: boolean,
  ) {
    super();
  }

  /** What devices are pointed at. */
  abstract readonly domain: Domain;
  /** The HWPT whose IOAS the device's DMA ends up in. */
  abstract readonly paging: HwptPaging;

  /** Where page requests of attached devices go. */
  get fault(): FaultObject | undefined {
    return this.faultQueue;
  }

  /** Takes a user of the queue until teardown. */
  deliverTo(fault: FaultObject): void {
    fault.users++;
    this.faultQueue = fault;
  }

  override teardown(): void {
    if (this.faultQueue !== undefined) this.faultQueue.users--;
  }
}

export class HwptPaging extends Hwpt {
  override readonly type = "hwpt-paging";
  private inIoas = false;

  /** Takes a user of the IOAS until teardown. */
  constructor(
    readonly ioas: IoasObject,
    override readonly domain: PagingDomain,
    override readonly automatic: boolean,
    /** What it was allocated as. */
    readonly options: Omit<DomainOptions, "enforceCoherency">,
  ) {
    super(options.pasid);
    ioas.users++;
  }

  override get paging(): this {
    return this;
  }

  /** Puts the domain among those of the IOAS. @returns as Ioas.addDomain */
  addToIoas(): Errno {
    const error = this.ioas.map.addDomain(this.domain);
    if (error !== errno.OK) return error;
    this.ioas.hwpts.push(this);
    this.inIoas = true;
    return errno.OK;
  }

  override teardown(): void {
    super.teardown();
    if (this.inIoas) {
      this.ioas.map.removeDomain(this.domain);
      this.ioas.hwpts.splice(this.ioas.hwpts.indexOf(this), 1);
    }
    this.domain.destroy();
    this.ioas.users--;
  }

  override inspect(): Record<string, unknown> {
    return { ioas: this.ioas.id, automatic: this.automatic, iommu: this.domain.iommu.name, ...this.domain.inspect() };
  }
}

export class HwptNested extends Hwpt {
  override readonly type = "hwpt-nested";

  /** Takes a user of what it was made on, until teardown. */
  constructor(
    override readonly domain: NestedDomain,
    override readonly paging: HwptPaging,
    /** The nesting parent, or the vIOMMU, which is a user of the parent itself. */
    private readonly holder: IommufdObject,
    allowsPasids: boolean,
  ) {
    super(allowsPasids);
    holder.users++;
  }

  override teardown(): void {
    super.teardown();
    this.domain.destroy();
    this.holder.users--;
  }

  override inspect(): Record<string, unknown> {
    return { parent: this.paging.id, on: this.holder.id, iommu: this.domain.iommu.name, ...this.domain.inspect() };
  }
}

/**
 * Makes an HWPT for a device and takes an id; not yet visible and not yet in its IOAS.
 * @returns ENOMEM, EBUSY, or the driver's EOPNOTSUPP, EINVAL, EFAULT
 */
export function createHwpt(
  objects: ObjectTable,
  ioas: IoasObject,
  { iommu, requesterId }: BusDevice,
  options: Omit<DomainOptions, "enforceCoherency">,
  automatic: boolean,
  data?: DriverData,
): HwptPaging | Errno {
  const enforceCoherency = iommu.canEnforceCoherency;
  const domain = iommu.allocateDomain({ ...options, enforceCoherency }, data, requesterId);
  if (typeof domain === "number") return domain;
  return reserved(objects, new HwptPaging(ioas, domain, automatic, options));
}

/** Takes an id for an HWPT that is otherwise complete. @returns ENOMEM, EBUSY with the HWPT undone */
export function reserved<H extends Hwpt>(objects: ObjectTable, hwpt: H): H | Errno {
  const error = objects.reserve(hwpt);
  if (error === errno.OK) return hwpt;
  hwpt.teardown();
  return error;
}
