/**
 * Attributes of the tree that can be written: which path is which, and what a write does (specification 50, section 5.1). A write is
 * one text, of which a newline at the end is no part; errors are those of Linux.
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import { COMMAND } from "../../devices/pci/config-registers.js";
import type { DescriptorTarget } from "../../uapi/descriptors.js";
import { readExactly, type UserMemory } from "../../uapi/user-memory.js";
import type { U64 } from "../../u64.js";
import { VFIO_DRIVER } from "../../vfio/bus.js";
import type { TreeBus, TreeSlot } from "./machine.js";

/** What sysfs takes of one write. */
const TEXT_BYTES_MAX = 4096;
/** Of a driver's name in driver_override, which keeps room for a newline and a zero. */
const OVERRIDE_BYTES_MAX = TEXT_BYTES_MAX - 2;

const FUNCTION_RESET_VALUE = 1;

/** Ids that a driver was told to take devices by. */
interface DynamicId {
  readonly vendorId: number;
  readonly deviceId: number;
  readonly subsystemVendorId: number;
  readonly subsystemId: number;
  readonly classCode: number;
  readonly classMask: number;
}

const ANY_ID = 0xffff_ffff;

type Write = (text: string) => Errno;

/** An open attribute. */
export class AttributeFile implements DescriptorTarget {
  readonly node = "attribute";

  constructor(private readonly store: Write) {}

  write(memory: UserMemory, address: U64, count: number): number {
    if (count === 0) return 0;
    const bytes = readExactly(memory, address, Math.min(count, TEXT_BYTES_MAX));
    if (bytes === undefined) return -errno.EFAULT;
    const text = Buffer.from(bytes).toString("latin1");
    const error = this.store(text.endsWith("\n") ? text.slice(0, -1) : text);
    return error === errno.OK ? bytes.length : -error;
  }

  /** At any offset an attribute takes the text as its whole. */
  writeAt(memory: UserMemory, address: U64, count: number): number {
    return this.write(memory, address, count);
  }

  release(): void {
    // A write has been done when it returns.
  }
}

export class Attributes {
  private readonly dynamicIds = new Map<string, DynamicId[]>();

  constructor(private readonly bus: TreeBus) {}

  /**
   * Opens an attribute for writing.
   * @param path in /sys, by the directory of the device, of its driver or of the bus
   * @returns ENOENT: there is none; EACCES: it cannot be written
   */
  open(path: string): AttributeFile | Errno {
    const write = this.find(path);
    return typeof write === "number" ? write : new AttributeFile(write);
  }

  private find(path: string): Write | Errno {
    const { bus } = this;
    if (path === "/sys/bus/pci/rescan") return (text) => (parseNumber(text) === undefined ? errno.EINVAL : errno.OK);
    if (path === "/sys/bus/pci/drivers_probe") return (text) => this.probe(text);
    const [, driver, name] = /^\/sys\/bus\/pci\/drivers\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    if (driver !== undefined && name !== undefined) return this.findOfDriver(driver, name);
    const [, address, attribute] =
      /^\/sys\/(?:bus\/pci\/devices|devices\/pci[^/]+)\/([^/]+)\/([^/]+)$/.exec(path) ?? [];
    if (address === undefined || attribute === undefined) return errno.EACCES;
    if (bus.slots().every((slot) => slot.address !== address)) return errno.ENOENT;
    if (attribute === "driver_override") return (text) => this.override(address, text);
    if (attribute === "reset") return (text) => this.reset(address, text);
    return errno.EACCES;
  }

  private findOfDriver(driver: string, name: string): Write | Errno {
    switch (name) {
      case "bind":
        return (text) => this.bind(driver, text);
      case "unbind":
        return (text) => this.unbind(driver, text);
      case "new_id":
        return (text) => this.addId(driver, text);
      case "remove_id":
        return (text) => this.removeId(driver, text);
      default:
        return errno.EACCES;
    }
  }

  private slot(address: string): TreeSlot | undefined {
    return this.bus.slots().find((slot) => slot.address === address);
  }

  // ---- of devices ---------------------------------------------------------------------------------------------------

  /** An empty line takes the override away. */
  private override(address: string, text: string): Errno {
    if (text.length > OVERRIDE_BYTES_MAX) return errno.EINVAL;
    const [driver = ""] = text.split("\n");
    return this.bus.setDriverOverride(address, driver === "" ? undefined : driver);
  }

  /** The function's reset keeps what the driver has set in the COMMAND register. */
  private reset(address: string, text: string): Errno {
    if (parseNumber(text) !== FUNCTION_RESET_VALUE) return errno.EINVAL;
    const slot = this.slot(address);
    if (slot === undefined) return errno.ENODEV;
    if (!slot.pci.model.resettable) return errno.ENOTTY;
    const command = new Uint8Array(2);
    slot.pci.readConfig(COMMAND, command);
    slot.pci.reset();
    slot.pci.writeConfig(COMMAND, command);
    return errno.OK;
  }

  // ---- of drivers and the bus ---------------------------------------------------------------------------------------

  private bind(driver: string, address: string): Errno {
    const slot = this.slot(address);
    if (slot === undefined) return errno.ENODEV;
    if (slot.driver !== undefined) return errno.ENODEV;
    if (!this.matches(slot, driver)) return errno.ENODEV;
    return this.bus.bind(address, driver);
  }

  private unbind(driver: string, address: string): Errno {
    const slot = this.slot(address);
    if (slot?.driver !== driver) return errno.ENODEV;
    const result = this.bus.unbind(address);
    return typeof result === "number" ? result : errno.OK;
  }

  /** A device that has a driver, or that none matches, is left as it is. */
  private probe(address: string): Errno {
    const slot = this.slot(address);
    if (slot === undefined) return errno.ENODEV;
    const driver = slot.driverOverride ?? this.driverById(slot);
    if (slot.driver === undefined && driver !== undefined && this.matches(slot, driver)) this.bus.bind(address, driver);
    return errno.OK;
  }

  private driverById(slot: TreeSlot): string | undefined {
    return [...this.dynamicIds].find(([, ids]) => ids.some((id) => fits(id, slot)))?.[0];
  }

  /** An override decides alone; vfio-pci has no ids of its own; what other drivers are for is not known here. */
  private matches(slot: TreeSlot, driver: string): boolean {
    if (slot.driverOverride !== undefined) return slot.driverOverride === driver;
    if (driver !== VFIO_DRIVER) return true;
    return (this.dynamicIds.get(driver) ?? []).some((id) => fits(id, slot));
  }

  /** "VENDOR DEVICE [SUBVENDOR SUBDEVICE CLASS MASK]" in hexadecimal; takes what fits and has no driver. */
  private addId(driver: string, text: string): Errno {
    const id = parseId(text);
    if (id === undefined) return errno.EINVAL;
    const ids = this.dynamicIds.get(driver) ?? [];
    if (ids.some((other) => isSame(other, id))) return errno.EEXIST;
    this.dynamicIds.set(driver, [...ids, id]);
    for (const slot of this.bus.slots())
      if (slot.driver === undefined && fits(id, slot) && this.matches(slot, driver))
        this.bus.bind(slot.address, driver);
    return errno.OK;
  }

  private removeId(driver: string, text: string): Errno {
    const id = parseId(text);
    if (id === undefined) return errno.EINVAL;
    const ids = this.dynamicIds.get(driver) ?? [];
    const left = ids.filter((other) => other.vendorId !== id.vendorId || other.deviceId !== id.deviceId);
    if (left.length === ids.length) return errno.ENODEV;
    this.dynamicIds.set(driver, left);
    return errno.OK;
  }
}

/** A number as the kernel reads one: decimal, or with the prefix of its base. */
function parseNumber(text: string): number | undefined {
  if (/^0[0-7]+$/.test(text)) return parseInt(text, 8);
  return /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : undefined;
}

function parseId(text: string): DynamicId | undefined {
  const fields = text.trim().split(/\s+/);
  if (fields.length < 2 || !fields.every((field) => /^(0x)?[0-9a-f]{1,8}$/i.test(field))) return undefined;
  const [vendorId, deviceId, subsystemVendorId = ANY_ID, subsystemId = ANY_ID, classCode = 0, classMask = 0] =
    fields.map((field) => parseInt(field, 16)) as [number, number, number?, number?, number?, number?];
  return { vendorId, deviceId, subsystemVendorId, subsystemId, classCode, classMask };
}

function fits(id: DynamicId, { pci: { model } }: TreeSlot): boolean {
  const { vendorId, deviceId, subsystemVendorId, subsystemId, classCode } = model.identity;
  const is = (wanted: number, value: number): boolean => wanted === ANY_ID || wanted === value;
  return (
    is(id.vendorId, vendorId) &&
    is(id.deviceId, deviceId) &&
    is(id.subsystemVendorId, subsystemVendorId) &&
    is(id.subsystemId, subsystemId) &&
    ((id.classCode ^ classCode) & id.classMask) === 0
  );
}

function isSame(a: DynamicId, b: DynamicId): boolean {
  return (Object.keys(a) as (keyof DynamicId)[]).every((key) => a[key] === b[key]);
}
