/**
 * Resets of a slot or bus, which hit every function there (specification 50, sections 4.7 and 4.8): which functions, whose
 * they are, and the reset itself.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { VFIO_PCI_DEVID_NOT_OWNED, VFIO_PCI_DEVID_OWNED } from "../../proto/uapi/vfio-device.js";
import type { Context } from "../core/context.js";
import type { IommuGroup } from "../core/group.js";
import type { PciFunction } from "../devices/pci/interface.js";
import type { VfioPciDevice } from "./device.js";

/** Functions on this bus are below no port that could reset them. */
const ROOT_BUS = 0;

/** A function on the bus that is reset. */
export interface AffectedFunction {
  readonly pci: PciFunction;
  readonly group: IommuGroup;
  /** Undefined: it does not have the driver vfio-pci. */
  readonly device: VfioPciDevice | undefined;
}

export const busOf = ({ requesterId }: PciFunction): number => requesterId >>> 8;

/**
 * The functions that a reset of this one's slot or bus hits, itself among them.
 * @returns undefined: there is no such reset
 */
export function affectedBy(pci: PciFunction, all: Iterable<AffectedFunction>): AffectedFunction[] | undefined {
  if (busOf(pci) === ROOT_BUS) return undefined;
  return [...all].filter(({ pci: other }) => other.segment === pci.segment && busOf(other) === busOf(pci));
}

/** What a function is to a context: the id of its device object, or one of VFIO_PCI_DEVID_*. */
export function deviceIdIn(context: Context, { device, group }: AffectedFunction): number {
  if (device?.context === context) return device.deviceId;
  return group.isOwnedBy(context) ? VFIO_PCI_DEVID_OWNED : VFIO_PCI_DEVID_NOT_OWNED;
}

/**
 * Resets them all, if all are the caller's.
 * @param owns whether a function that has the driver vfio-pci is the caller's
 * @returns EINVAL
 */
export function hotReset(affected: readonly AffectedFunction[], owns: (each: AffectedFunction) => boolean): Errno {
  if (!affected.every((each) => each.device !== undefined && owns(each))) return errno.EINVAL;
  for (const { device } of affected) device!.reset();
  return errno.OK;
}
