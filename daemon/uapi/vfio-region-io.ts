/** pread(2) and pwrite(2) of a VFIO device file (specification 50, section 4.11). */
import { errno } from "../../proto/uapi/errno.js";
import { VFIO_PCI_CONFIG_REGION_INDEX, VFIO_PCI_ROM_REGION_INDEX } from "../../proto/uapi/vfio-device.js";
import type { VfioPciDevice } from "../vfio/device.js";
import { isRegion, placeOf, regionBytes } from "../vfio/regions.js";
import type { U64 } from "../u64.js";
import type { UserMemory } from "./user-memory.js";

/** A part of a region to be read or written. */
interface Part {
  readonly region: number;
  readonly offset: number;
  readonly count: number;
}

/**
 * The checks that both begin with.
 * @returns EINVAL, EFAULT as a negative errno, or 0 for nothing to do
 */
function partAt(device: VfioPciDevice, count: number, at: U64): Part | number {
  const { region, offset } = placeOf(at);
  if (!isRegion(region)) return -errno.EINVAL;
  if (count === 0) return 0;
  device.lowPower.resume();
  const bytes = regionBytes(device.pci.model, region);
  if (region === VFIO_PCI_CONFIG_REGION_INDEX)
    return offset + count > bytes ? -errno.EFAULT : { region, offset, count };
  if (offset >= bytes) return -errno.EINVAL;
  return { region, offset, count: Math.min(count, bytes - offset) };
}

/** @returns bytes read; EINVAL, EIO, EFAULT as a negative errno */
export function readRegion(device: VfioPciDevice, memory: UserMemory, address: U64, count: number, at: U64): number {
  const part = partAt(device, count, at);
  if (typeof part === "number") return part;
  const { region, offset } = part;
  const bytes = new Uint8Array(part.count);
  if (region === VFIO_PCI_CONFIG_REGION_INDEX) {
    if (!device.config.read(offset, bytes)) return -errno.EFAULT;
  } else {
    const error = device.readRegion(region, offset, bytes);
    if (error !== errno.OK) return -error;
  }
  return memory.write(address, bytes) ? bytes.length : -errno.EFAULT;
}

/** What of the caller's buffer lies before a fault reaches a BAR. @returns as `readRegion` */
export function writeRegion(device: VfioPciDevice, memory: UserMemory, address: U64, count: number, at: U64): number {
  const part = partAt(device, count, at);
  if (typeof part === "number") return part;
  const { region, offset } = part;
  if (region === VFIO_PCI_ROM_REGION_INDEX) return -errno.EINVAL;
  const bytes = new Uint8Array(part.count);
  const readable = memory.read(address, bytes, bytes.length);
  if (region === VFIO_PCI_CONFIG_REGION_INDEX) {
    return readable === bytes.length && device.config.write(offset, bytes) ? readable : -errno.EFAULT;
  }
  const error = device.writeRegion(region, offset, bytes.subarray(0, readable));
  if (error !== errno.OK) return -error;
  return readable === bytes.length ? readable : -errno.EFAULT;
}
