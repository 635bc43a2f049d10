/**
 * The regions of a VFIO PCI device: which there are, how large, and where in the device file (specification 50,
 * sections 4.1 and 4.3).
 */
import * as api from "../../proto/uapi/vfio-device.js";
import { MSIX_ENTRY_BYTES } from "../devices/pci/config-registers.js";
import { romBytes } from "../devices/pci/config-space.js";
import type { PciFunction } from "../devices/pci/interface.js";
import type { BarDescription, PciModel } from "../devices/pci/model.js";
import { PAGE_SIZE, U64 } from "../u64.js";

const { VFIO_REGION_INFO_FLAG_READ: READ, VFIO_REGION_INFO_FLAG_WRITE: WRITE } = api;

/** A file offset has the index of the region above so many bits. */
const OFFSET_BITS = 40;
const REGION_SPAN = 2 ** OFFSET_BITS;

/** Where an access to the device file goes. */
export interface FilePlace {
  readonly region: number;
  /** Bytes from the start of the region. */
  readonly offset: number;
}

/** @param offset not negative as a signed number */
export function placeOf(offset: U64): FilePlace {
  const highBits = OFFSET_BITS - 32;
  const high = offset.high & (2 ** highBits - 1);
  return { region: offset.high >>> highBits, offset: high * 2 ** 32 + (offset.low >>> 0) };
}

/** Where a region begins in the device file. */
export function fileOffsetOf(region: number): U64 {
  return U64.fromNumber(region * REGION_SPAN);
}

export function isRegion(region: number): boolean {
  return region < api.VFIO_PCI_NUM_REGIONS;
}

export function isBar(region: number): boolean {
  return region <= api.VFIO_PCI_BAR5_REGION_INDEX;
}

/** Undefined: the region is no BAR of this function. */
export function barOf(model: PciModel, region: number): BarDescription | undefined {
  return isBar(region) ? model.bars[region] : undefined;
}

/** Bytes of a region, 0 of one that the function does not have. */
export function regionBytes(model: PciModel, region: number): number {
  if (region === api.VFIO_PCI_ROM_REGION_INDEX) return model.rom === undefined ? 0 : romBytes(model.rom);
  if (region === api.VFIO_PCI_CONFIG_REGION_INDEX) return model.configBytes;
  return barOf(model, region)?.bytes ?? 0;
}

/** A BAR of memory that has its pages for itself. */
export function isMappable(pci: PciFunction, region: number): boolean {
  const bar = barOf(pci.model, region);
  if (bar === undefined || bar.space === "io") return false;
  return bar.bytes >= PAGE_SIZE || pci.barAddress(region) % PAGE_SIZE === 0;
}

/** VFIO_REGION_INFO_FLAG_*. */
export function regionFlags(pci: PciFunction, region: number): number {
  const { model } = pci;
  if (region === api.VFIO_PCI_CONFIG_REGION_INDEX) return READ | WRITE;
  if (region === api.VFIO_PCI_ROM_REGION_INDEX) return model.rom === undefined ? 0 : READ;
  if (barOf(model, region) === undefined) return 0;
  const mappable = isMappable(pci, region) ? api.VFIO_REGION_INFO_FLAG_MMAP : 0;
  const hasMsixTable = model.interrupts.msix?.bar === region;
  return READ | WRITE | mappable | (hasMsixTable ? api.VFIO_REGION_INFO_FLAG_CAPS : 0);
}

/** Bytes of a BAR that belong to the MSI-X table, which the user's reads and writes do not reach. */
export function msixTableIn(
  { interrupts: { msix } }: PciModel,
  bar: number,
): { start: number; last: number } | undefined {
  if (msix?.bar !== bar) return undefined;
  return { start: msix.tableOffset, last: msix.tableOffset + msix.vectors * MSIX_ENTRY_BYTES - 1 };
}
