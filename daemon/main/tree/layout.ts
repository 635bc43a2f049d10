/**
 * The files that a program sees of the simulated machine (specification 50, section 5.1): a pure function from what is on the bus
 * to the entries of a tree. Invariant: every link leads to an entry of the same tree.
 */
import { U64 } from "../../u64.js";
import type { ReservedRegion } from "../../hw/interface.js";
import { VFIO_DRIVER } from "../../vfio/bus.js";
import { addDevice, directoryOf, isOfVfio } from "./device-directory.js";
import { PRIVATE, TreeBuilder, WRITE_ONLY, type TreeEntries } from "./entries.js";
import type { CharacterMajors, TreeIommu, TreeMachine, TreeSlot } from "./machine.js";

/** Registers of the first remapping unit; those of the others follow, a page each. */
const UNIT_REGISTERS = 0xfed9_0000;
const UNIT_REGISTERS_BYTES = 0x1000;
/** VER: major 1, minor 0. */
const UNIT_VERSION = "1:0";

const MISC_MAJOR = 10;
/** Miscellaneous devices; the minor of iommu is dynamic on Linux. */
export const MISC_DEVICES = [
  { name: "iommu", minor: 123, path: "iommu", mode: 0o660 },
  { name: "vfio", minor: 196, path: "vfio/vfio", mode: 0o666 },
] as const;

const MINOR_MASK = 0xf_ffff;

const MODULES = ["vfio", "vfio_pci", "iommufd"] as const;
const MODULE_OF_VFIO_PCI = "vfio_pci";
/** Parameters of vfio_pci that this driver behaves by. */
const VFIO_PCI_PARAMETERS = ["disable_denylist", "disable_idle_d3", "nointxmask"] as const;

const REAL_PCI = /^pci[0-9a-f]{4}:[0-9a-f]{2}$/;
/** What the kernel tells about IOMMUs in debugfs; a program that finds it expects page tables there. */
const DEBUG_IOMMU = /^iommu$/;

/** @param instead the machine's own PCI devices, groups, IOMMUs and VFIO files are not shown beside the simulated ones */
export function layoutTree(machine: TreeMachine, instead = false): TreeEntries {
  const tree = new TreeBuilder();
  addSharedDirectories(tree, machine, instead);
  const unitOf = new Map(machine.iommus.map(({ iommu }, index) => [iommu, `sys/devices/virtual/iommu/dmar${index}`]));
  for (const [index, unit] of machine.iommus.entries()) addIommu(tree, unit, index, machine.slots);
  for (const slot of machine.slots) addDevice(tree, slot, machine, unitOf.get(slot.pci.iommu));
  addGroups(tree, machine.slots);
  addDrivers(tree, machine.slots);
  addModules(tree);
  addMiscDevices(tree);
  addVfioFiles(tree, machine);
  return tree.entries;
}

function addSharedDirectories(tree: TreeBuilder, { slots }: TreeMachine, instead: boolean): void {
  for (const path of ["sys", "sys/bus", "sys/class", "sys/class/misc", "sys/kernel", "sys/module"])
    tree.directory(path, { shares: "always" });
  tree.directory("sys/devices", { shares: "always", hides: instead ? REAL_PCI : undefined });
  tree.directory("sys/kernel/debug", { shares: "always", hides: DEBUG_IOMMU });
  tree.directory("sys/devices/virtual", { shares: "always" });
  tree.directory("sys/devices/virtual/misc", { shares: "always" });
  for (const path of [
    ...["sys/bus/pci", "sys/bus/pci/devices", "sys/bus/pci/drivers", "sys/kernel/iommu_groups"],
    ...["sys/class/iommu", "sys/class/vfio", "sys/class/vfio-dev"],
    ...["sys/devices/virtual/iommu", "sys/devices/virtual/vfio"],
    ...["dev/vfio", "dev/vfio/devices"],
    ...slots.map(({ address }) => `sys/devices/pci${address.slice(0, "0000:00".length)}`),
  ])
    tree.directory(path, { shares: "beside" });
  tree.file("sys/bus/pci/drivers_probe", "", WRITE_ONLY);
  tree.file("sys/bus/pci/rescan", "", WRITE_ONLY);
}

// ---- IOMMUs and groups ----------------------------------------------------------------------------------------------

function addIommu(tree: TreeBuilder, unit: TreeIommu, index: number, slots: readonly TreeSlot[]): void {
  const directory = `sys/devices/virtual/iommu/dmar${index}`;
  const attributes = `${directory}/intel-iommu`;
  tree.file(`${attributes}/address`, (UNIT_REGISTERS + index * UNIT_REGISTERS_BYTES).toString(16));
  tree.file(`${attributes}/cap`, hexOf(unit.cap));
  tree.file(`${attributes}/ecap`, hexOf(unit.ecap));
  tree.file(`${attributes}/version`, UNIT_VERSION);
  tree.file(`${attributes}/domains_supported`, String(unit.domainsSupported));
  tree.file(`${attributes}/domains_used`, String(unit.domainsUsed));
  tree.directory(`${directory}/devices`);
  for (const slot of slots)
    if (slot.pci.iommu === unit.iommu) tree.link(`${directory}/devices/${slot.address}`, directoryOf(slot.address));
  tree.file(`${directory}/uevent`, "");
  tree.link(`${directory}/subsystem`, "sys/class/iommu");
  tree.link(`sys/class/iommu/dmar${index}`, directory);
}

/** As `%llx`. */
function hexOf(value: U64): string {
  return hexOf16(value).replace(/^0+(?=.)/, "");
}

/** As `%016llx`. */
function hexOf16({ high, low }: U64): string {
  return [high, low].map((word) => (word >>> 0).toString(16).padStart(8, "0")).join("");
}

function addGroups(tree: TreeBuilder, slots: readonly TreeSlot[]): void {
  for (const [groupId, members] of byGroup(slots)) {
    const directory = `sys/kernel/iommu_groups/${groupId}`;
    tree.directory(`${directory}/devices`);
    for (const { address } of members) tree.link(`${directory}/devices/${address}`, directoryOf(address));
    tree.file(`${directory}/reserved_regions`, reservedLines(members).join("\n"));
    tree.file(`${directory}/type`, "DMA");
  }
}

function byGroup<Slot extends TreeSlot>(slots: readonly Slot[]): Map<number, Slot[]> {
  const groups = new Map<number, Slot[]>();
  for (const slot of slots) groups.set(slot.group.id, [...(groups.get(slot.group.id) ?? []), slot]);
  return groups;
}

/** Each region of the group's devices once, ascending. */
function reservedLines(members: readonly TreeSlot[]): string[] {
  const regions = members.flatMap((slot) => slot.pci.reservedRegions);
  const lines = regions.toSorted((a, b) => a.start.compare(b.start)).map(reservedLine);
  return [...new Set(lines)];
}

function reservedLine({ start, last, kind }: ReservedRegion): string {
  // A window that software chose for messages is shown as one that hardware has.
  return `0x${hexOf16(start)} 0x${hexOf16(last)} ${kind === "software-msi" ? "msi" : kind}`;
}

// ---- drivers and modules --------------------------------------------------------------------------------------------

function addDrivers(tree: TreeBuilder, slots: readonly TreeSlot[]): void {
  const drivers = new Set([VFIO_DRIVER, ...slots.flatMap(({ driver }) => driver ?? [])]);
  for (const driver of drivers) {
    const directory = `sys/bus/pci/drivers/${driver}`;
    tree.directory(directory, { shares: "beside" });
    for (const attribute of ["bind", "unbind", "new_id", "remove_id"])
      tree.file(`${directory}/${attribute}`, "", WRITE_ONLY);
    for (const slot of slots)
      if (slot.driver === driver) tree.link(`${directory}/${slot.address}`, directoryOf(slot.address));
  }
  tree.link(`sys/bus/pci/drivers/${VFIO_DRIVER}/module`, `sys/module/${MODULE_OF_VFIO_PCI}`);
}

function addModules(tree: TreeBuilder): void {
  for (const name of MODULES) {
    tree.directory(`sys/module/${name}`);
    tree.file(`sys/module/${name}/initstate`, "live");
  }
  const directory = `sys/module/${MODULE_OF_VFIO_PCI}`;
  for (const name of VFIO_PCI_PARAMETERS) tree.file(`${directory}/parameters/${name}`, "N");
  tree.link(`${directory}/drivers/pci:${VFIO_DRIVER}`, `sys/bus/pci/drivers/${VFIO_DRIVER}`);
}

// ---- character devices ----------------------------------------------------------------------------------------------

interface CharacterDevice {
  /** Its directory, below sys/devices. */
  readonly directory: string;
  readonly subsystem: string;
  readonly major: number;
  readonly minor: number;
  /** Below /dev. */
  readonly path: string;
  /** Shown in uevent where it is not 0600, the default. */
  readonly mode: number;
}

/** The files that udev makes a node from, without the node. */
function addClassDevice(tree: TreeBuilder, device: CharacterDevice): void {
  const { directory, major, minor, path, subsystem, mode } = device;
  tree.file(`${directory}/dev`, `${major}:${minor}`);
  const lines = [`MAJOR=${major}`, `MINOR=${minor}`, `DEVNAME=${path}`];
  if (mode !== PRIVATE) lines.push(`DEVMODE=0${mode.toString(8)}`);
  tree.file(`${directory}/uevent`, lines.join("\n"));
  tree.link(`${directory}/subsystem`, `sys/class/${subsystem}`);
  tree.link(`sys/class/${subsystem}/${directory.slice(directory.lastIndexOf("/") + 1)}`, directory);
}

function addMiscDevices(tree: TreeBuilder): void {
  for (const { name, minor, path, mode } of MISC_DEVICES) {
    const directory = `sys/devices/virtual/misc/${name}`;
    addClassDevice(tree, { directory, subsystem: "misc", major: MISC_MAJOR, minor, path, mode });
  }
  tree.node("dev/vfio/vfio", MISC_MAJOR, 196, 0o666);
}

function addVfioFiles(tree: TreeBuilder, { slots, majors }: TreeMachine): void {
  const bound = slots.filter(isOfVfio);
  for (const groupId of byGroup(bound).keys()) {
    const directory = `sys/devices/virtual/vfio/${groupId}`;
    addNode(tree, { directory, subsystem: "vfio", ...groupNode(groupId, majors) });
  }
  for (const { address, cdevIndex } of bound) {
    const device = directoryOf(address);
    const directory = `${device}/vfio-dev/vfio${cdevIndex}`;
    addNode(tree, { directory, subsystem: "vfio-dev", ...cdevNode(cdevIndex, majors) });
    tree.link(`${directory}/device`, device);
  }
}

function addNode(tree: TreeBuilder, device: CharacterDevice): void {
  addClassDevice(tree, device);
  tree.node(`dev/${device.path}`, device.major, device.minor, device.mode);
}

type NodeNumbers = Pick<CharacterDevice, "major" | "minor" | "path" | "mode">;

function groupNode(groupId: number, { vfio }: CharacterMajors): NodeNumbers {
  return { major: vfio, minor: groupId & MINOR_MASK, path: `vfio/${groupId}`, mode: PRIVATE };
}

function cdevNode(index: number, { vfioDev }: CharacterMajors): NodeNumbers {
  return { major: vfioDev, minor: index & MINOR_MASK, path: `vfio/devices/vfio${index}`, mode: PRIVATE };
}
