/**
 * The directory of a PCI function in /sys/devices, and its attributes (specification 50, section 5.1).
 */
import {
  BAR_COUNT,
  CAP_ID_PM,
  CAPABILITIES_POINTER,
  HEADER_END,
  PM_CONTROL_AT,
  PM_STATE_MASK,
  ROM_ADDRESS,
  ROM_INDEX,
  STATUS,
  STATUS_CAPABILITIES,
} from "../../devices/pci/config-registers.js";
import { romBytes } from "../../devices/pci/config-space.js";
import type { PciFunction } from "../../devices/pci/interface.js";
import type { BarDescription } from "../../devices/pci/model.js";
import { VFIO_DRIVER } from "../../vfio/bus.js";
import { PRIVATE, READ_WRITE, WRITE_ONLY, type TreeBuilder } from "./entries.js";
import type { TreeMachine, TreeSlot } from "./machine.js";

/** Resources that a kernel with SR-IOV support counts: 6 BARs, the ROM, 6 BARs of virtual functions. */
const RESOURCE_COUNT = 13;

/** Flags of resources (specification 50, section 5.1), with the type bits of the BAR in the low digit. */
const RESOURCE_IO = 0x40101;
const RESOURCE_MEMORY = 0x40200;
const RESOURCE_MEMORY_64 = 0x100004;
const RESOURCE_PREFETCHABLE = 0x2008;
const RESOURCE_ROM = 0x46200;

const ROM_ADDRESS_MASK = 0xffff_f800;
/** More capabilities than the header's 256 bytes can hold: ends a circular list. */
const CAPABILITIES_MAX = 48;
const POWER_STATES = ["D0", "D1", "D2", "D3hot"] as const;

/** Interrupt lines of the machine that INTA to INTD of all slots share. */
const IRQ_FIRST = 16;
const IRQ_COUNT = 4;

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
const upper = (value: number, digits: number): string => hex(value, digits).toUpperCase();
/** As `0x%016x`. */
const address = (value: number): string => `0x${hex(value, 16)}`;

/** "sys/devices/pci0000:00/0000:00:04.0": each bus hangs on a host bridge of its own. */
export function directoryOf(slotAddress: string): string {
  return `sys/devices/pci${slotAddress.slice(0, "0000:00".length)}/${slotAddress}`;
}

/** @param iommu directory of its IOMMU */
export function addDevice(tree: TreeBuilder, slot: TreeSlot, machine: TreeMachine, iommu: string | undefined): void {
  const directory = directoryOf(slot.address);
  const { model } = slot.pci;
  const { identity } = model;
  tree.directory(directory);
  const text = (name: string, content: string): void => {
    tree.file(`${directory}/${name}`, content);
  };
  text("vendor", `0x${hex(identity.vendorId, 4)}`);
  text("device", `0x${hex(identity.deviceId, 4)}`);
  text("subsystem_vendor", `0x${hex(identity.subsystemVendorId, 4)}`);
  text("subsystem_device", `0x${hex(identity.subsystemId, 4)}`);
  text("class", `0x${hex(identity.classCode, 6)}`);
  text("revision", `0x${hex(identity.revision, 2)}`);
  text("irq", String(irqOf(slot.pci)));
  text("resource", resourceLines(slot.pci).join("\n"));
  text("numa_node", "-1");
  text("local_cpus", cpuMask(machine.cpus));
  text("local_cpulist", machine.cpus > 1 ? `0-${machine.cpus - 1}` : "0");
  text("modalias", modaliasOf(slot.pci));
  text("uevent", ueventLines(slot).join("\n"));
  text("enable", slot.opened ? "1" : "0");
  tree.file(`${directory}/driver_override`, slot.driverOverride ?? "(null)", READ_WRITE);
  text("power_state", powerStateOf(slot.pci));
  const methods = resetMethods(slot);
  if (methods.length > 0) {
    text("reset_method", methods.join(" "));
    tree.file(`${directory}/reset`, "", WRITE_ONLY);
  }
  tree.file(`${directory}/config`, configOf(slot.pci));
  for (const [bar, description] of model.bars.entries())
    if (description !== undefined) tree.file(`${directory}/resource${bar}`, new Uint8Array(0), PRIVATE);
  if (model.rom !== undefined) tree.file(`${directory}/rom`, new Uint8Array(0), PRIVATE);
  tree.link(`${directory}/subsystem`, "sys/bus/pci");
  tree.link(`${directory}/iommu_group`, `sys/kernel/iommu_groups/${slot.group.id}`);
  if (iommu !== undefined) tree.link(`${directory}/iommu`, iommu);
  if (slot.driver !== undefined) tree.link(`${directory}/driver`, `sys/bus/pci/drivers/${slot.driver}`);
  tree.link(`sys/bus/pci/devices/${slot.address}`, directory);
}

/** Of the bus: functions of one device share its lines, turned by the device's number. */
function irqOf({ requesterId, model: { interrupts } }: PciFunction): number {
  if (interrupts.pin === 0) return 0;
  return IRQ_FIRST + ((((requesterId >> 3) & 0x1f) + interrupts.pin - 1) % IRQ_COUNT);
}

function resourceLines(pciFunction: PciFunction): string[] {
  const { bars, rom } = pciFunction.model;
  const lines: string[] = Array.from({ length: RESOURCE_COUNT }, () => resourceLine(0, 0, 0));
  for (const [bar, description] of bars.slice(0, BAR_COUNT).entries())
    if (description !== undefined)
      lines[bar] = resourceLine(pciFunction.barAddress(bar), description.bytes, barFlags(description));
  if (rom !== undefined) lines[ROM_INDEX] = resourceLine(romAddress(pciFunction), romBytes(rom), RESOURCE_ROM);
  return lines;
}

function resourceLine(start: number, bytes: number, flags: number): string {
  return `${address(start)} ${address(bytes === 0 ? 0 : start + bytes - 1)} ${address(flags)}`;
}

function barFlags({ space, prefetchable }: BarDescription): number {
  if (space === "io") return RESOURCE_IO;
  return RESOURCE_MEMORY | (space === "memory64" ? RESOURCE_MEMORY_64 : 0) | (prefetchable ? RESOURCE_PREFETCHABLE : 0);
}

function romAddress(pciFunction: PciFunction): number {
  const register = new Uint8Array(4);
  pciFunction.readConfig(ROM_ADDRESS, register);
  return (new DataView(register.buffer).getUint32(0, true) & ROM_ADDRESS_MASK) >>> 0;
}

/** As the kernel prints a bitmap: groups of 32 bits, the highest first. */
function cpuMask(cpus: number): string {
  const groups: string[] = [];
  for (let left = cpus; left > 0; left -= 32) groups.push(left >= 32 ? "ffffffff" : hex(2 ** left - 1, 1));
  const [highest, ...rest] = groups.reverse();
  return [highest, ...rest].join(",");
}

function modaliasOf({ model: { identity } }: PciFunction): string {
  const { vendorId, deviceId, subsystemVendorId, subsystemId, classCode } = identity;
  const [base, sub, programming] = [classCode >> 16, (classCode >> 8) & 0xff, classCode & 0xff] as const;
  return (
    `pci:v${upper(vendorId, 8)}d${upper(deviceId, 8)}sv${upper(subsystemVendorId, 8)}sd${upper(subsystemId, 8)}` +
    `bc${upper(base, 2)}sc${upper(sub, 2)}i${upper(programming, 2)}`
  );
}

function ueventLines({ address: slotName, driver, pci: pciFunction }: TreeSlot): string[] {
  const { identity } = pciFunction.model;
  return [
    ...(driver === undefined ? [] : [`DRIVER=${driver}`]),
    `PCI_CLASS=${upper(identity.classCode, 4)}`,
    `PCI_ID=${upper(identity.vendorId, 4)}:${upper(identity.deviceId, 4)}`,
    `PCI_SUBSYS_ID=${upper(identity.subsystemVendorId, 4)}:${upper(identity.subsystemId, 4)}`,
    `PCI_SLOT_NAME=${slotName}`,
    `MODALIAS=${modaliasOf(pciFunction)}`,
  ];
}

/** A function reset where the model has one; what is not on a root bus shares a reset of its bus. */
function resetMethods({ pci: { model, requesterId } }: TreeSlot): string[] {
  return [...(model.resettable ? ["flr"] : []), ...(requesterId >> 8 === 0 ? [] : ["bus"])];
}

function configOf(pciFunction: PciFunction): Uint8Array {
  const bytes = new Uint8Array(pciFunction.model.configBytes);
  for (let at = 0; at < bytes.length; at += 4) pciFunction.readConfig(at, bytes.subarray(at, at + 4));
  return bytes;
}

/** From the PM capability; a function without one is always on. */
function powerStateOf(pciFunction: PciFunction): string {
  const byteAt = (offset: number): number => {
    const byte = new Uint8Array(1);
    pciFunction.readConfig(offset, byte);
    return byte[0]!;
  };
  if (!pciFunction.present || (byteAt(STATUS) & STATUS_CAPABILITIES) === 0) return POWER_STATES[0];
  let at = byteAt(CAPABILITIES_POINTER) & ~3;
  for (let count = 0; at >= HEADER_END && count < CAPABILITIES_MAX; count++) {
    if (byteAt(at) === CAP_ID_PM) return POWER_STATES[byteAt(at + PM_CONTROL_AT) & PM_STATE_MASK]!;
    at = byteAt(at + 1) & ~3;
  }
  return POWER_STATES[0];
}

/** Whether the device has files of VFIO. */
export function isOfVfio(slot: TreeSlot): slot is TreeSlot & { readonly cdevIndex: number } {
  return slot.driver === VFIO_DRIVER && slot.cdevIndex !== undefined;
}
