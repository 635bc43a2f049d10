/** Writing to attributes: binding, overrides, ids and resets (specification 50, section 5.1), and how the text gets there. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import { AttributeFile, Attributes } from "../../daemon/main/tree/attributes.js";
import { VFIO_DRIVER } from "../../daemon/vfio/bus.js";
import { U64 } from "../../daemon/u64.js";
import type { UserMemory } from "../../daemon/uapi/user-memory.js";
import { errno, errnoName } from "../../proto/uapi/errno.js";
import { FakeBus, FakeFunction } from "../support/tree-machine.js";

const ADDRESS = "0000:00:04.0";
const OTHER = "0000:00:05.0";
const MISSING = "0000:00:1f.0";
const DEVICE = `/sys/bus/pci/devices/${ADDRESS}`;
const DRIVER = `/sys/bus/pci/drivers/${VFIO_DRIVER}`;

/** Memory that holds one text at address 0. */
function memoryOf(text: string): UserMemory {
  const bytes = Buffer.from(text, "latin1");
  return {
    read: (_address, into, length) => {
      into.set(bytes.subarray(0, length));
      return Math.min(length, bytes.length);
    },
    write: () => false,
  };
}

let bus: FakeBus;
let pci: FakeFunction;
let attributes: Attributes;
beforeEach(() => {
  bus = new FakeBus();
  pci = new FakeFunction(ADDRESS);
  bus.add(pci, 7, undefined);
  bus.add(new FakeFunction(OTHER, { identity: { deviceId: 0x0b00 } }), 8, "ioatdma");
  attributes = new Attributes(bus);
});

function opened(path: string): AttributeFile {
  const file = attributes.open(path);
  if (!(file instanceof AttributeFile)) throw new Error(`${path}: ${errnoName(file)}`);
  return file;
}

/** What write(2) of the text answers: the bytes taken or the name of an errno. */
function write(path: string, text: string): number | string {
  const result = opened(path).write(memoryOf(text), U64.ZERO, text.length);
  return result < 0 ? errnoName(-result) : result;
}

const driverOf = (address: string): string | undefined => slotOf(address)?.driver;
const slotOf = (address: string) => bus.slots().find((slot) => slot.address === address);

describe("opening for writing", () => {
  test.each([
    `${DEVICE}/vendor`,
    `${DEVICE}/enable`,
    "/sys/bus/pci/uevent",
    `${DRIVER}/module`,
    "/sys/class/vfio/7/dev",
  ])("%s is EACCES", (path) => {
    expect(attributes.open(path)).toBe(errno.EACCES);
  });

  test("an attribute of a device that is not there is ENOENT", () => {
    expect(attributes.open(`/sys/bus/pci/devices/${MISSING}/driver_override`)).toBe(errno.ENOENT);
  });

  test("the device's own directory and the bus's link to it are the same", () => {
    expect(write(`/sys/devices/pci0000:00/${ADDRESS}/driver_override`, "one")).toBe(3);
    expect(slotOf(ADDRESS)?.driverOverride).toBe("one");
    expect(write(`${DEVICE}/driver_override`, "two")).toBe(3);
    expect(slotOf(ADDRESS)?.driverOverride).toBe("two");
  });
});

describe("a text", () => {
  test("of no bytes does nothing", () => {
    write(`${DEVICE}/driver_override`, "one\n");
    expect(write(`${DEVICE}/driver_override`, "")).toBe(0);
    expect(slotOf(ADDRESS)?.driverOverride).toBe("one");
  });

  test("that cannot be read is EFAULT", () => {
    const nothing: UserMemory = { read: () => 0, write: () => false };
    expect(opened(`${DEVICE}/driver_override`).write(nothing, U64.ZERO, 4)).toBe(-errno.EFAULT);
  });

  test("counts with its newline, at any offset", () => {
    const file = opened(`${DEVICE}/driver_override`);
    expect(file.writeAt(memoryOf("vfio-pci\n"), U64.ZERO, 9)).toBe(9);
    expect(slotOf(ADDRESS)?.driverOverride).toBe("vfio-pci");
  });

  test("is taken up to a page", () => {
    expect(write(`${DRIVER}/bind`, "x".repeat(5000))).toBe("ENODEV");
    expect(write("/sys/bus/pci/rescan", "1".repeat(5000))).toBe(4096);
  });
});

describe("driver_override", () => {
  test("of an empty line is none", () => {
    write(`${DEVICE}/driver_override`, "vfio-pci\n");
    expect(write(`${DEVICE}/driver_override`, "\n")).toBe(1);
    expect(slotOf(ADDRESS)?.driverOverride).toBeUndefined();
  });

  test("of a name that a page does not hold with its newline is EINVAL", () => {
    expect(write(`${DEVICE}/driver_override`, "x".repeat(4095))).toBe("EINVAL");
    expect(write(`${DEVICE}/driver_override`, "x".repeat(4094))).toBe(4094);
  });
});

describe("bind", () => {
  test("takes a device that names the driver in its override", () => {
    write(`${DEVICE}/driver_override`, "vfio-pci");
    expect(write(`${DRIVER}/bind`, `${ADDRESS}\n`)).toBe(13);
    expect(driverOf(ADDRESS)).toBe(VFIO_DRIVER);
  });

  test("of an unknown device is ENODEV", () => {
    expect(write(`${DRIVER}/bind`, MISSING)).toBe("ENODEV");
    expect(write(`${DRIVER}/bind`, "nonsense")).toBe("ENODEV");
  });

  test("of a device that has a driver is ENODEV, its own driver too", () => {
    write(`/sys/bus/pci/devices/${OTHER}/driver_override`, "vfio-pci");
    expect(write(`${DRIVER}/bind`, OTHER)).toBe("ENODEV");
    expect(write("/sys/bus/pci/drivers/ioatdma/bind", OTHER)).toBe("ENODEV");
  });

  test("without an override or an id is ENODEV for vfio-pci", () => {
    expect(write(`${DRIVER}/bind`, ADDRESS)).toBe("ENODEV");
  });

  test("against the override is ENODEV", () => {
    write(`${DEVICE}/driver_override`, "vfio-pci");
    expect(write("/sys/bus/pci/drivers/ioatdma/bind", ADDRESS)).toBe("ENODEV");
  });
});

describe("unbind", () => {
  test("leaves the device without a driver, ready for another", () => {
    expect(write("/sys/bus/pci/drivers/ioatdma/unbind", `${OTHER}\n`)).toBe(13);
    expect(driverOf(OTHER)).toBeUndefined();
    expect(write("/sys/bus/pci/drivers/ioatdma/bind", OTHER)).toBe(12);
  });

  test.each([
    ["of a device of another driver", OTHER],
    ["of a device without one", ADDRESS],
    ["of an unknown device", MISSING],
  ])("%s is ENODEV", (_what, address) => {
    expect(write(`${DRIVER}/unbind`, address)).toBe("ENODEV");
  });
});

describe("drivers_probe", () => {
  test("binds a device to the driver of its override", () => {
    write(`${DEVICE}/driver_override`, "vfio-pci");
    expect(write("/sys/bus/pci/drivers_probe", ADDRESS)).toBe(12);
    expect(driverOf(ADDRESS)).toBe(VFIO_DRIVER);
  });

  test("leaves a device that none is for, or that has one, as it is", () => {
    expect(write("/sys/bus/pci/drivers_probe", ADDRESS)).toBe(12);
    write(`/sys/bus/pci/devices/${OTHER}/driver_override`, "vfio-pci");
    expect(write("/sys/bus/pci/drivers_probe", OTHER)).toBe(12);
    expect([driverOf(ADDRESS), driverOf(OTHER)]).toEqual([undefined, "ioatdma"]);
  });

  test("of an unknown device is ENODEV", () => {
    expect(write("/sys/bus/pci/drivers_probe", MISSING)).toBe("ENODEV");
  });
});

describe("new_id and remove_id", () => {
  test("a new id takes the devices that have no driver and fit", () => {
    expect(write(`${DRIVER}/new_id`, "8086 2021\n")).toBe(10);
    expect([driverOf(ADDRESS), driverOf(OTHER)]).toEqual([VFIO_DRIVER, "ioatdma"]);
  });

  test("and is one to bind by afterwards", () => {
    write("/sys/bus/pci/drivers/ioatdma/unbind", OTHER);
    write(`${DRIVER}/new_id`, "8086 0b00");
    write(`${DRIVER}/unbind`, OTHER);
    expect(write(`${DRIVER}/bind`, OTHER)).toBe(12);
  });

  test("an override of another driver wins over it", () => {
    write(`${DEVICE}/driver_override`, "ioatdma");
    write(`${DRIVER}/new_id`, "8086 2021");
    expect(driverOf(ADDRESS)).toBeUndefined();
  });

  test.each([
    ["subsystem", "8086 2021 8086 0001", undefined],
    ["subsystem", "8086 2021 8086 0000", VFIO_DRIVER],
    ["class", "ffffffff ffffffff ffffffff ffffffff 020000 ff0000", undefined],
    ["class", "ffffffff ffffffff ffffffff ffffffff 080000 ff0000", VFIO_DRIVER],
  ])("its %s counts: %s", (_what, id, driver) => {
    write(`${DRIVER}/new_id`, id);
    expect(driverOf(ADDRESS)).toBe(driver);
  });

  test.each(["", "8086", "8086 xyz", "8086:2021"])('"%s\\n" is EINVAL', (text) => {
    expect(write(`${DRIVER}/new_id`, `${text}\n`)).toBe("EINVAL");
  });

  test("the same id again is EEXIST", () => {
    write(`${DRIVER}/new_id`, "8086 2021");
    expect(write(`${DRIVER}/new_id`, "8086 2021")).toBe("EEXIST");
  });

  test("a removed id is no more, one that is not there ENODEV", () => {
    write(`${DRIVER}/new_id`, "8086 2021");
    write(`${DRIVER}/unbind`, ADDRESS);
    expect(write(`${DRIVER}/remove_id`, "8086 2021")).toBe(9);
    expect(write(`${DRIVER}/bind`, ADDRESS)).toBe("ENODEV");
    expect(write(`${DRIVER}/remove_id`, "8086 2021")).toBe("ENODEV");
  });
});

describe("reset and rescan", () => {
  test("1 resets the function, whose COMMAND register stays", () => {
    pci.config.set([0x06, 0x04], 4);
    pci.config[0x50] = 1;
    expect(write(`${DEVICE}/reset`, "1\n")).toBe(2);
    expect([pci.resets, pci.config[4], pci.config[5], pci.config[0x50]]).toEqual([1, 0x06, 0x04, 0]);
  });

  test.each(["0", "2", "x", "-1"])("%s is EINVAL", (text) => {
    expect(write(`${DEVICE}/reset`, text)).toBe("EINVAL");
    expect(pci.resets).toBe(0);
  });

  test("rescan takes a number and finds nothing new", () => {
    expect([write("/sys/bus/pci/rescan", "1\n"), write("/sys/bus/pci/rescan", "x")]).toEqual([2, "EINVAL"]);
  });
});
