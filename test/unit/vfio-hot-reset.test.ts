/** GET_PCI_HOT_RESET_INFO and PCI_HOT_RESET: what a bus reset hits and who may have it (specification 50, sections 4.7, 4.8). */
import { describe, expect, test } from "@jest/globals";
import { decodeStruct, encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/vfio-device.js";
import { CLOSED_FILE, OTHER_FILE, VfioMachine } from "../support/vfio-machine.js";
import type { FakeVfioFunction } from "../support/vfio-function.js";

const { EBADF, EFAULT, EINVAL, ENODEV, ENOSPC } = errno;
const [FIRST, SECOND, THIRD] = ["0001:02:00.0", "0001:02:00.1", "0001:02:03.4"];
const OWNED = api.VFIO_PCI_DEVID_OWNED;
const NOT_OWNED = api.VFIO_PCI_DEVID_NOT_OWNED;
const [DEV_ID, ALL_OWNED] = [api.VFIO_PCI_HOT_RESET_FLAG_DEV_ID, api.VFIO_PCI_HOT_RESET_FLAG_DEV_ID_OWNED];

interface Behind {
  readonly vfio: VfioMachine;
  readonly functions: readonly FakeVfioFunction[];
}

/** Three functions behind one port, the first two in group 1, the third in group 2; others are elsewhere. */
function behindPort(thirdDriver: string | null = "vfio-pci"): Behind {
  const vfio = new VfioMachine();
  const functions = [
    vfio.add({ address: FIRST }),
    vfio.add({ address: SECOND }),
    vfio.add({ address: THIRD, group: 2, driver: thirdDriver }),
  ];
  vfio.add({ address: "0001:03:00.0", group: 3 });
  vfio.add({ address: "0000:02:00.0", group: 4 });
  return { vfio, functions };
}

function info(vfio: VfioMachine, fd: number, argsz = 36) {
  const layout = api.vfio_pci_hot_reset_info;
  const { result, out, behind } = vfio.call(fd, 0x3b70, layout, { argsz, flags: 9 }, { behind: new Uint8Array(32) });
  const entries = Array.from({ length: result === 0 ? out.count : 0 }, (_, index) => {
    const entry = decodeStruct(api.vfio_pci_dependent_device, behind.subarray(index * 8));
    return [entry.group_id, entry.segment, entry.bus, entry.devfn];
  });
  return { result, argsz: out.argsz, flags: out.flags, count: out.count, entries };
}

function hotReset(vfio: VfioMachine, fd: number, groups: readonly number[], values: object = {}): number {
  const struct = encodeStruct(api.vfio_pci_hot_reset, { count: groups.length, ...values });
  return vfio.onBytes(fd, 0x3b71, Buffer.concat([struct, new Uint8Array(Int32Array.from(groups).buffer)]));
}

const resetsOf = ({ functions }: Behind): number[] => functions.map(({ resets }) => resets);

describe("on a root bus", () => {
  test("there is no such reset: ENODEV, with nothing written", () => {
    const vfio = new VfioMachine();
    vfio.add();
    const fd = vfio.boundNode();
    expect(info(vfio, fd)).toMatchObject({ result: -ENODEV, flags: 9, count: 0 });
    expect(hotReset(vfio, fd, [])).toBe(-ENODEV);
  });
});

describe("GET_PCI_HOT_RESET_INFO", () => {
  test("EFAULT, then EINVAL for a short argsz", () => {
    const { vfio } = behindPort();
    const fd = vfio.boundNode();
    expect(vfio.onBytes(fd, 0x3b70, new Uint8Array(11))).toBe(-EFAULT);
    expect(info(vfio, fd, 11)).toMatchObject({ result: -EINVAL, flags: 9 });
  });

  test("entries that do not fit are ENOSPC, with their number and no flags", () => {
    const { vfio } = behindPort();
    const fd = vfio.boundNode();
    for (const argsz of [12, 20, 35])
      expect(info(vfio, fd, argsz)).toEqual({ result: -ENOSPC, argsz, flags: 0, count: 3, entries: [] });
    expect(info(vfio, fd, 36).result).toBe(0);
  });

  test("where they cannot be written it is EFAULT", () => {
    const { vfio } = behindPort();
    const fd = vfio.boundNode();
    const struct = encodeStruct(api.vfio_pci_hot_reset_info, { argsz: 36 });
    expect(vfio.onBytes(fd, 0x3b70, struct)).toBe(-EFAULT);
    struct[0] = 12;
    expect(vfio.onBytes(fd, 0x3b70, struct, false)).toBe(-EFAULT);
  });

  test("by a group: the IOMMU groups of the functions of its bus and segment, whatever their drivers, no flags", () => {
    const { vfio } = behindPort("e1000e");
    const { device } = vfio.groupDevice(FIRST);
    expect(info(vfio, device)).toMatchObject({ result: 0, flags: 0, count: 3 });
    expect(info(vfio, device).entries).toEqual([
      [1, 1, 2, 0],
      [1, 1, 2, 1],
      [2, 1, 2, 0x1c],
    ]);
  });

  test("by a node: the device ids of its context, 0 for what the group brings, all ones for the rest", () => {
    const { vfio } = behindPort();
    const ids = (fd: number) => info(vfio, fd).entries.map(([id]) => id);
    const first = vfio.boundNode(0);
    expect([ids(first), info(vfio, first).flags]).toEqual([[1, OWNED, NOT_OWNED], DEV_ID]);
    const third = vfio.boundNode(2);
    expect([ids(first), info(vfio, first).flags]).toEqual([[1, OWNED, 2], DEV_ID | ALL_OWNED]);
    vfio.close(third);
    vfio.boundNode(2, vfio.newContext());
    expect([ids(first), info(vfio, first).flags]).toEqual([[1, OWNED, NOT_OWNED], DEV_ID]);
    vfio.boundNode(1);
    expect(ids(first)).toEqual([1, 2, NOT_OWNED]);
  });
});

describe("PCI_HOT_RESET", () => {
  test("EFAULT, then EINVAL for a short argsz and for flags", () => {
    const { vfio } = behindPort();
    const fd = vfio.boundNode();
    expect(vfio.onBytes(fd, 0x3b71, new Uint8Array(11))).toBe(-EFAULT);
    expect(hotReset(vfio, fd, [], { argsz: 11 })).toBe(-EINVAL);
    expect(hotReset(vfio, fd, [], { flags: 1 })).toBe(-EINVAL);
  });

  test("by a node no groups are named, and everything has to be its context's, EINVAL", () => {
    const behind = behindPort();
    const { vfio } = behind;
    const fd = vfio.boundNode(0);
    expect(hotReset(vfio, fd, [OTHER_FILE])).toBe(-EINVAL);
    expect(hotReset(vfio, fd, [])).toBe(-EINVAL);
    expect(resetsOf(behind)).toEqual([1, 0, 0]);
    vfio.boundNode(2);
    expect(hotReset(vfio, fd, [])).toBe(0);
    expect(resetsOf(behind)).toEqual([2, 1, 2]);
    const history = (address: string) => vfio.configs.get(address)!.history;
    expect([history(FIRST), history(SECOND), history(THIRD)]).toEqual([
      ["open", "afterReset"],
      [],
      ["open", "afterReset"],
    ]);
  });

  test("by a group the files of all groups are named; the numbers are checked one after the other", () => {
    const behind = behindPort();
    const { vfio } = behind;
    const { group, device } = vfio.groupDevice(FIRST);
    const other = vfio.openGroup(2);
    const elsewhere = vfio.openGroup(3);
    expect(hotReset(vfio, device, [])).toBe(-EINVAL);
    expect(hotReset(vfio, device, [group, other, elsewhere, group])).toBe(-EINVAL);
    expect(hotReset(vfio, device, [], { count: 3 })).toBe(-EFAULT);
    expect(hotReset(vfio, device, [], { count: 4 })).toBe(-EINVAL);
    expect(hotReset(vfio, device, [CLOSED_FILE, OTHER_FILE])).toBe(-EBADF);
    expect(hotReset(vfio, device, [OTHER_FILE, CLOSED_FILE])).toBe(-EINVAL);
    expect(hotReset(vfio, device, [device, other])).toBe(-EINVAL);
    expect(hotReset(vfio, device, [group])).toBe(-EINVAL);
    expect(hotReset(vfio, device, [group, elsewhere])).toBe(-EINVAL);
    expect(resetsOf(behind)).toEqual([1, 0, 0]);
    expect(hotReset(vfio, device, [other, group])).toBe(0);
    expect(resetsOf(behind)).toEqual([2, 1, 1]);
  });

  test("a function with an ordinary driver, or none, stands against it", () => {
    for (const driver of ["e1000e", null]) {
      const behind = behindPort(driver);
      const { vfio } = behind;
      const { group, device } = vfio.groupDevice(FIRST);
      expect(hotReset(vfio, device, [group])).toBe(-EINVAL);
      expect(resetsOf(behind)).toEqual([1, 0, 0]);
    }
  });
});
