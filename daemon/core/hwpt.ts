/**
 * HWPT_PAGING: a hardware page table made from an IOAS, by HWPT_ALLOC or automatically by attaching a device to the IOAS
 * (specification 30, sections 3.4, 5.3 and 8.3).
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { DomainOptions, DriverData, PagingDomain } from "../hw/interface.js";
import type { BusDevice } from "./group.js";
import type { IoasObject } from "./ioas-object.js";
import { IommufdObject, type ObjectTable } from "./objects.js";

/** What makes a domain of an automatic HWPT. */
export const PLAIN_DOMAIN: Omit<DomainOptions, "enforceCoherency"> = {
  nestParent: false,
  dirtyTracking: false,
  pasid: false,
};

export class HwptPaging extends IommufdObject {
  override readonly type = "hwpt-paging";
  private inIoas = false;

  /** Takes a user of the IOAS until teardown. */
  constructor(
    readonly ioas: IoasObject,
    readonly domain: PagingDomain,
    /** Made by an attach to the IOAS; goes with its last device. */
    readonly automatic: boolean,
  ) {
    super();
    ioas.users++;
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
  const hwpt = new HwptPaging(ioas, domain, automatic);
  const error = objects.reserve(hwpt);
  if (error === errno.OK) return hwpt;
  hwpt.teardown();
  return error;
}
