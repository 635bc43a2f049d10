/** /dev/vfio/N: opening, status, container, devices of a group (specification 50, part 2), and drivers that come and go. */
import { describe, expect, test } from "@jest/globals";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/vfio-device.js";
import { NO_PASID } from "../../daemon/core/group.js";
import { FakeIommu, MSI_WINDOW } from "../support/machine.js";
import { ARGUMENT, CLOSED_FILE, OTHER_FILE, VfioMachine, type AddOptions } from "../support/vfio-machine.js";

const { EBADF, EBADFD, EBUSY, EFAULT, EINVAL, ENODEV, ENOTTY, EPERM, EADDRINUSE, EEXIST, OK } = errno;
const VIABLE = api.VFIO_GROUP_FLAGS_VIABLE;
const BOTH = VIABLE | api.VFIO_GROUP_FLAGS_CONTAINER_SET;
const ADDRESS = "0000:00:04.0";

function withDevice(options: AddOptions = {}): VfioMachine {
  const vfio = new VfioMachine();
  vfio.add(options);
  return vfio;
}

describe("open", () => {
  test("a group without a device of vfio-pci has no file, ENODEV", () => {
    expect(withDevice({ driver: null }).openGroup()).toBe(-ENODEV);
    expect(withDevice({ driver: "e1000e" }).openGroup()).toBe(-ENODEV);
    expect(withDevice().openGroup(2)).toBe(-ENODEV);
  });

  test("there is one file for each group at a time, EBUSY, and after its close there can be another", () => {
    const vfio = withDevice();
    const fd = vfio.openGroup();
    expect(vfio.openGroup()).toBe(-EBUSY);
    vfio.close(fd);
    expect(vfio.openGroup()).toBeGreaterThan(0);
  });

  test("a device bound through its node is EBUSY, one that is only open is not", () => {
    const vfio = withDevice();
    const [node, iommufd] = [vfio.openNode(), vfio.openIommufd()];
    const group = vfio.openGroup();
    vfio.close(group);
    expect(vfio.bind(node, iommufd).result).toBe(0);
    expect(vfio.openGroup()).toBe(-EBUSY);
    vfio.close(node);
    expect(vfio.openGroup()).toBeGreaterThan(0);
  });

  test("other ioctls are ENOTTY, also those of devices and containers", () => {
    const vfio = withDevice();
    const fd = vfio.openGroup();
    for (const request of [0x3b64, 0x3b66, 0x3b6b, 0x3b70, 0x3b76, 0xc0003b67])
      expect(vfio.ioctl(fd, request)).toBe(-ENOTTY);
  });

  test("it cannot be read, written or mapped", () => {
    const vfio = withDevice();
    const file = vfio.target(vfio.openGroup());
    for (const operation of ["read", "readAt", "write", "writeAt", "map"]) expect(operation in file).toBe(false);
  });
});

describe("GET_STATUS", () => {
  test("EFAULT, then EINVAL for a short argsz; a longer one is accepted", () => {
    const vfio = withDevice();
    const fd = vfio.openGroup();
    expect(vfio.onBytes(fd, 0x3b67, new Uint8Array(7))).toBe(-EFAULT);
    expect(vfio.groupStatus(fd, 7).result).toBe(-EINVAL);
    expect(vfio.groupStatus(fd, 100)).toEqual({ result: 0, flags: VIABLE });
  });

  test("viable while nobody owns the group's DMA; with a container both flags", () => {
    const vfio = withDevice();
    const fd = vfio.openGroup();
    expect(vfio.groupStatus(fd).flags).toBe(VIABLE);
    expect(vfio.setContainer(fd, vfio.openIommufd())).toBe(0);
    expect(vfio.groupStatus(fd).flags).toBe(BOTH);
    const device = vfio.getDeviceFd(fd);
    expect(vfio.unsetContainer(fd)).toBe(0);
    expect(vfio.groupStatus(fd).flags).toBe(0);
    vfio.close(fd);
    const again = vfio.openGroup();
    expect(vfio.groupStatus(again).flags).toBe(0);
    vfio.close(device);
    expect(vfio.groupStatus(again).flags).toBe(VIABLE);
  });

  test("a device of an ordinary driver in the group: not viable, yet with a container both flags and EPERM for devices", () => {
    const vfio = withDevice();
    vfio.add({ address: "0000:00:04.1", driver: "e1000e" });
    const fd = vfio.openGroup();
    expect(vfio.groupStatus(fd).flags).toBe(0);
    expect(vfio.setContainer(fd, vfio.openIommufd())).toBe(0);
    expect(vfio.groupStatus(fd).flags).toBe(BOTH);
    expect(vfio.getDeviceFd(fd)).toBe(-EPERM);
    expect(vfio.bus.unbind("0000:00:04.1")).toBe(false);
    expect(vfio.getDeviceFd(fd)).toBeGreaterThan(0);
  });

  test("a file that has outlived its devices: ENODEV, and SET_CONTAINER and GET_DEVICE_FD likewise", () => {
    const vfio = withDevice();
    const fd = vfio.openGroup();
    expect(vfio.bus.unbind(ADDRESS)).toBe(false);
    expect(vfio.groupStatus(fd).result).toBe(-ENODEV);
    expect(vfio.setContainer(fd, vfio.openIommufd())).toBe(-ENODEV);
    expect(vfio.getDeviceFd(fd)).toBe(-ENODEV);
    expect(vfio.bus.bind(ADDRESS, "vfio-pci")).toBe(OK);
    expect(vfio.groupStatus(fd).result).toBe(-ENODEV);
    expect(vfio.openGroup()).toBeGreaterThan(0);
  });
});

describe("SET_CONTAINER and UNSET_CONTAINER", () => {
  test("EFAULT, EBADF, then EINVAL where there is one, before the kind of file is looked at", () => {
    const vfio = withDevice();
    const [fd, container] = [vfio.openGroup(), vfio.openIommufd()];
    expect(vfio.onBytes(fd, 0x3b68, new Uint8Array(3))).toBe(-EFAULT);
    expect(vfio.setContainer(fd, CLOSED_FILE)).toBe(-EBADF);
    expect(vfio.setContainer(fd, -1)).toBe(-EBADF);
    expect(vfio.setContainer(fd, OTHER_FILE)).toBe(-EBADFD);
    expect(vfio.setContainer(fd, container)).toBe(0);
    expect(vfio.setContainer(fd, CLOSED_FILE)).toBe(-EBADF);
    expect(vfio.setContainer(fd, OTHER_FILE)).toBe(-EINVAL);
    expect(vfio.setContainer(fd, container)).toBe(-EINVAL);
  });

  test("a group or a device file is no container, EBADFD", () => {
    const vfio = withDevice();
    const [fd, node] = [vfio.openGroup(), vfio.openNode()];
    expect(vfio.setContainer(fd, fd)).toBe(-EBADFD);
    expect(vfio.setContainer(fd, node)).toBe(-EBADFD);
  });

  test("the first group makes the compat IOAS, with the lowest free id; further ones leave no trace of theirs", () => {
    const vfio = withDevice();
    vfio.add({ address: "0000:00:05.0", group: 2 });
    const container = vfio.openIommufd();
    expect(vfio.setContainer(vfio.openGroup(), container)).toBe(0);
    expect(vfio.objects()).toEqual(["ioas 1"]);
    expect(vfio.setContainer(vfio.openGroup(2), container)).toBe(0);
    expect(vfio.machine.ioas()).toBe(2);
  });

  test("the group keeps the context when the iommufd is closed, and lets it go when it is closed or unset", () => {
    for (const end of ["close", "unset"] as const) {
      const vfio = withDevice();
      const context = vfio.newContext();
      const [fd, container] = [vfio.openGroup(), vfio.openIommufd(context)];
      expect(vfio.setContainer(fd, container)).toBe(0);
      vfio.close(container);
      expect(context.objects.size).toBe(1);
      if (end === "close") vfio.close(fd);
      else expect(vfio.unsetContainer(fd)).toBe(0);
      expect(context.objects.size).toBe(0);
    }
  });

  test("UNSET without a container is EINVAL; with open devices it is 0, and they stay attached", () => {
    const iommu = new FakeIommu();
    const vfio = withDevice({ iommu });
    const fd = vfio.openGroup();
    expect(vfio.unsetContainer(fd)).toBe(-EINVAL);
    vfio.setContainer(fd, vfio.openIommufd());
    vfio.getDeviceFd(fd);
    expect(vfio.unsetContainer(fd)).toBe(0);
    expect(vfio.unsetContainer(fd)).toBe(-EINVAL);
    expect(iommu.attached.get(0x20)).toBe(iommu.domains[0]);
    expect(vfio.objects()).toEqual(["ioas 1", "device 2", "hwpt-paging 3"]);
  });
});

describe("GET_DEVICE_FD: the name", () => {
  function ready(): { vfio: VfioMachine; fd: number } {
    const vfio = withDevice();
    const fd = vfio.openGroup();
    vfio.setContainer(fd, vfio.openIommufd());
    return { vfio, fd };
  }

  test("unreadable EFAULT, longer than a page EINVAL", () => {
    const { vfio, fd } = ready();
    expect(vfio.ioctl(fd, 0x3b6a, ARGUMENT)).toBe(-EFAULT);
    expect(vfio.onBytes(fd, 0x3b6a, Buffer.from(ADDRESS))).toBe(-EFAULT);
    const name = (length: number): Uint8Array => {
      const bytes = new Uint8Array(8192).fill(0x20, 0, length);
      bytes.set(Buffer.from(ADDRESS));
      return bytes;
    };
    expect(vfio.onBytes(fd, 0x3b6a, name(4096))).toBe(-EINVAL);
    expect(vfio.onBytes(fd, 0x3b6a, name(4095))).toBeGreaterThan(0);
  });

  test("it is the whole address in lower case, and behind it come spaces only", () => {
    const { vfio, fd } = ready();
    for (const name of ["", " ", "0000:00:04", "00:04.0", "0000:00:04.1", `${ADDRESS}0`, `${ADDRESS}\t`, ` ${ADDRESS}`])
      expect([name, vfio.getDeviceFd(fd, name)]).toEqual([name, -ENODEV]);
    for (const name of [ADDRESS, `${ADDRESS} `, `${ADDRESS}    `])
      expect(vfio.getDeviceFd(fd, name)).toBeGreaterThan(0);
    expect(withHexAddress()).toBe(-ENODEV);
  });

  function withHexAddress(): number {
    const vfio = withDevice({ address: "0000:0a:04.0" });
    const fd = vfio.openGroup();
    vfio.setContainer(fd, vfio.openIommufd());
    expect(vfio.getDeviceFd(fd, "0000:0a:04.0")).toBeGreaterThan(0);
    return vfio.getDeviceFd(fd, "0000:0A:04.0");
  }

  test("a token, right or wrong, is refused for a device that is no virtual function, EINVAL", () => {
    const { vfio, fd } = ready();
    const uuid = "12345678-9abc-def0-1234-56789abcdef0";
    for (const rest of [`vf_token=${uuid}`, "vf_token=1234", `vf_token=${uuid} vf_token=${uuid}`, "other", "-"])
      expect([rest, vfio.getDeviceFd(fd, `${ADDRESS} ${rest}`)]).toEqual([rest, -EINVAL]);
  });

  test("a device that does not match is ENODEV before the container is looked for, one that does EINVAL without", () => {
    const vfio = withDevice();
    vfio.add({ address: "0000:00:05.0", group: 2 });
    const fd = vfio.openGroup();
    expect(vfio.getDeviceFd(fd, "0000:00:05.0")).toBe(-ENODEV);
    expect(vfio.getDeviceFd(fd)).toBe(-EINVAL);
  });
});

describe("GET_DEVICE_FD: the device", () => {
  test("the first descriptor binds, enables and attaches to the compat IOAS; the last close undoes all of it", () => {
    const iommu = new FakeIommu();
    const vfio = new VfioMachine();
    const pci = vfio.add({ iommu });
    const { group, device } = vfio.groupDevice();
    const { history } = vfio.configs.get(ADDRESS)!;
    expect(vfio.objects()).toEqual(["ioas 1", "device 2", "hwpt-paging 3"]);
    expect(iommu.attached.get(0x20)).toBe(iommu.domains[0]);
    expect([pci.resets, history]).toEqual([1, ["open"]]);

    const second = vfio.getDeviceFd(group);
    expect([second > device, pci.resets, vfio.objects().length]).toEqual([true, 1, 3]);
    vfio.close(device);
    expect(vfio.objects().length).toBe(3);
    vfio.close(second);
    expect(vfio.objects()).toEqual(["ioas 1"]);
    expect(iommu.attached.get(0x20)).toBeUndefined();
    expect([pci.resets, history]).toEqual([2, ["open", "close"]]);
    expect(vfio.group(1).isOwned).toBe(false);
  });

  test("SET_IOMMU is not needed, and mappings made before are in the device's table", () => {
    const iommu = new FakeIommu();
    const vfio = withDevice({ iommu });
    const fd = vfio.openGroup();
    vfio.setContainer(fd, vfio.openIommufd());
    expect(vfio.machine.map(1, 0x10000n, 0x2000n, 0x4000n).error).toBe(OK);
    expect(vfio.getDeviceFd(fd)).toBeGreaterThan(0);
    expect([...iommu.domains[0]!.table.keys()]).toEqual([4, 5]);
  });

  test("no cache coherency EINVAL, another context's group EPERM", () => {
    const incoherent = withDevice({ iommu: new FakeIommu({ cacheCoherent: false }) });
    expect(incoherent.groupDevice().device).toBe(-EINVAL);

    const vfio = withDevice();
    vfio.add({ address: "0000:00:04.1" });
    const { group } = vfio.groupDevice();
    vfio.close(group);
    const again = vfio.openGroup();
    vfio.setContainer(again, vfio.openIommufd(vfio.newContext()));
    expect(vfio.getDeviceFd(again, "0000:00:04.1")).toBe(-EPERM);
  });

  test("no compat IOAS any more ENODEV, a mapping in a reserved region EADDRINUSE, pages that cannot be pinned EFAULT", () => {
    const expectUndone = (vfio: VfioMachine): void => {
      expect(vfio.objects().filter((object) => object.startsWith("device"))).toEqual([]);
      expect(vfio.configs.get(ADDRESS)!.history).toEqual(["open", "close"]);
      expect(vfio.group(1).isOwned).toBe(false);
    };
    const gone = withDevice();
    const fd = gone.openGroup();
    gone.setContainer(fd, gone.openIommufd());
    expect(gone.machine.destroy(1)).toBe(OK);
    expect(gone.getDeviceFd(fd)).toBe(-ENODEV);
    expectUndone(gone);

    const reserved = withDevice({ reservedRegions: [MSI_WINDOW] });
    const reservedFd = reserved.openGroup();
    reserved.setContainer(reservedFd, reserved.openIommufd());
    expect(reserved.machine.map(1, 0x10000n, 0x1000n, 0xfee00000n).error).toBe(OK);
    expect(reserved.getDeviceFd(reservedFd)).toBe(-EADDRINUSE);
    expectUndone(reserved);

    const unpinned = withDevice();
    const unpinnedFd = unpinned.openGroup();
    unpinned.setContainer(unpinnedFd, unpinned.openIommufd());
    unpinned.machine.caller.mm.holes.add(0x10);
    expect(unpinned.machine.map(1, 0x10000n, 0x1000n, 0n).error).toBe(OK);
    expect(unpinned.getDeviceFd(unpinnedFd)).toBe(-EFAULT);
    expectUndone(unpinned);
  });

  test("a device that is still open stays with its context when the group is given another", () => {
    const iommu = new FakeIommu();
    const vfio = withDevice({ iommu });
    const { group } = vfio.groupDevice();
    vfio.close(group);
    const again = vfio.openGroup();
    const other = vfio.newContext();
    expect(vfio.setContainer(again, vfio.openIommufd(other))).toBe(0);
    expect(vfio.getDeviceFd(again)).toBeGreaterThan(0);
    expect(vfio.objects(other)).toEqual(["ioas 1"]);
    expect(iommu.attached.get(0x20)).toBe(iommu.domains[0]);
  });

  test("devices of one group share a table; the group's DMA is blocked when the last one leaves", () => {
    const iommu = new FakeIommu();
    const vfio = withDevice({ iommu });
    vfio.add({ address: "0000:00:04.1", iommu });
    const { group, device } = vfio.groupDevice();
    const other = vfio.getDeviceFd(group, "0000:00:04.1");
    expect(iommu.domains.length).toBe(1);
    vfio.close(device);
    expect([iommu.attached.get(0x20), iommu.attached.get(0x21)]).toEqual([iommu.domains[0], iommu.domains[0]]);
    vfio.close(other);
    expect([iommu.attached.get(0x20), iommu.attached.get(0x21)]).toEqual([undefined, undefined]);
  });

  test("the order of closes does not matter: container, group and device, each first or last", () => {
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    for (const order of orders) {
      const iommu = new FakeIommu();
      const vfio = withDevice({ iommu });
      const context = vfio.newContext();
      const container = vfio.openIommufd(context);
      const group = vfio.openGroup();
      vfio.setContainer(group, container);
      const device = vfio.getDeviceFd(group);
      const files = [container, group, device];
      for (const [step, index] of order.entries()) {
        expect([order, step, context.objects.size]).toEqual([order, step, order.indexOf(2) < step ? 1 : 3]);
        vfio.close(files[index]!);
      }
      expect([context.objects.size, iommu.attached.get(0x20), vfio.group(1).isOwned]).toEqual([0, undefined, false]);
    }
  });

  test("BIND on its descriptor is EINVAL, ATTACH and DETACH are not there, ENOTTY", () => {
    const vfio = withDevice();
    const { device } = vfio.groupDevice();
    expect(vfio.bind(device, vfio.openIommufd()).result).toBe(-EINVAL);
    expect(vfio.attach(device, 1).result).toBe(-ENOTTY);
    expect(vfio.detach(device)).toBe(-ENOTTY);
  });
});

describe("drivers and devices that come and go", () => {
  test("a function has a node while its driver is vfio-pci, with the lowest free number", () => {
    const vfio = withDevice();
    vfio.add({ address: "0000:00:05.0", group: 2 });
    vfio.add({ address: "0000:00:06.0", group: 3, driver: null });
    const nodes = () => vfio.bus.slots().map(({ cdevIndex }) => cdevIndex);
    expect(nodes()).toEqual([0, 1, undefined]);
    expect(vfio.bus.unbind(ADDRESS)).toBe(false);
    expect(nodes()).toEqual([undefined, 1, undefined]);
    expect(vfio.bus.bind("0000:00:06.0", "vfio-pci")).toBe(OK);
    expect(vfio.bus.bind(ADDRESS, "vfio-pci")).toBe(OK);
    expect(nodes()).toEqual([2, 1, 0]);
  });

  test("bind of an unknown, a bound or an otherwise overridden function is ENODEV", () => {
    const vfio = withDevice();
    expect(vfio.bus.bind("0000:00:09.0", "vfio-pci")).toBe(ENODEV);
    expect(vfio.bus.bind(ADDRESS, "vfio-pci")).toBe(ENODEV);
    expect(vfio.bus.unbind("0000:00:09.0")).toBe(ENODEV);
    vfio.bus.unbind(ADDRESS);
    expect(vfio.bus.unbind(ADDRESS)).toBe(ENODEV);
    expect(vfio.bus.setDriverOverride("0000:00:09.0", "x")).toBe(ENODEV);
    expect(vfio.bus.setDriverOverride(ADDRESS, "e1000e")).toBe(OK);
    expect(vfio.bus.driverOverride(ADDRESS)).toBe("e1000e");
    expect(vfio.bus.bind(ADDRESS, "vfio-pci")).toBe(ENODEV);
    expect(vfio.bus.setDriverOverride(ADDRESS, undefined)).toBe(OK);
    expect(vfio.bus.driverOverride(ADDRESS)).toBeNull();
    expect(vfio.bus.bind(ADDRESS, "vfio-pci")).toBe(OK);
  });

  test("an ordinary driver is EBUSY where a context owns the group", () => {
    const vfio = withDevice();
    vfio.add({ address: "0000:00:04.1", driver: null });
    const { device } = vfio.groupDevice();
    expect(vfio.bus.bind("0000:00:04.1", "e1000e")).toBe(EBUSY);
    vfio.close(device);
    expect(vfio.bus.bind("0000:00:04.1", "e1000e")).toBe(OK);
  });

  test("unbind of an open device asks for it by REQ, refuses new users, and is done at the last close", () => {
    const vfio = withDevice();
    const { group, device } = vfio.groupDevice();
    const request = new Int32Array([20 + 4, 4 | 32, 4, 0, 1, 10]);
    expect(vfio.onBytes(device, 0x3b6e, new Uint8Array(request.buffer))).toBe(0);
    expect(vfio.bus.unbind(ADDRESS)).toBe(true);
    expect(vfio.events.take(10)).toBe(1);
    expect(vfio.getDeviceFd(group)).toBe(-ENODEV);
    expect(vfio.openNode()).toBe(-ENODEV);
    expect(vfio.bus.slots()[0]).toMatchObject({ driver: "vfio-pci", opened: true });
    vfio.close(device);
    expect(vfio.bus.slots()[0]).toMatchObject({ driver: undefined, opened: false, cdevIndex: undefined });
    expect(vfio.groupStatus(group).result).toBe(-ENODEV);
  });

  test("an open node keeps the driver even unbound, and cannot be bound while the driver leaves", () => {
    const vfio = withDevice();
    const [node, iommufd] = [vfio.openNode(), vfio.openIommufd()];
    expect(vfio.bus.unbind(ADDRESS)).toBe(true);
    expect(vfio.bind(node, iommufd).result).toBe(-ENODEV);
    vfio.close(node);
    expect(vfio.bus.slots()[0]!.driver).toBeUndefined();
  });

  test("a function that is unplugged is gone at once as hardware, and from the list when it is closed", () => {
    const vfio = new VfioMachine();
    const pci = vfio.add();
    const { device } = vfio.groupDevice();
    expect(vfio.bus.remove("0000:00:09.0")).toBe(ENODEV);
    expect(vfio.bus.remove(ADDRESS)).toBe(true);
    expect(pci.present).toBe(false);
    expect(vfio.bus.slots().length).toBe(1);
    expect(vfio.group(1).devices).toEqual([pci]);
    vfio.close(device);
    expect(vfio.bus.slots()).toEqual([]);
    expect(vfio.group(1).devices).toEqual([]);
    vfio.add();
    expect(vfio.bus.remove(ADDRESS)).toBe(false);
    expect(vfio.bus.slots()).toEqual([]);
  });

  test("a removal while an unbind waits takes the function away with it", () => {
    const vfio = withDevice();
    const { device } = vfio.groupDevice();
    expect(vfio.bus.unbind(ADDRESS)).toBe(true);
    expect(vfio.bus.remove(ADDRESS)).toBe(true);
    expect(vfio.bus.unbind(ADDRESS)).toBe(true);
    vfio.close(device);
    expect(vfio.bus.slots()).toEqual([]);
  });

  test("a function plugged into a group that is attached takes part, and one unplugged is blocked", () => {
    const iommu = new FakeIommu();
    const vfio = withDevice({ iommu });
    vfio.groupDevice();
    vfio.add({ address: "0000:00:04.1", iommu, driver: null });
    expect(iommu.attached.get(0x21)).toBe(vfio.group(1).attachment(NO_PASID)!.hwpt.domain);
    vfio.bus.remove("0000:00:04.1");
    expect([iommu.attached.get(0x20), iommu.attached.get(0x21)]).toEqual([iommu.domains[0], undefined]);
  });

  test("two functions at one address are EEXIST, and one whose driver is refused is not added", () => {
    const vfio = withDevice();
    expect(() => vfio.add()).toThrow(`errno ${EEXIST}`);
    vfio.groupDevice();
    expect(() => vfio.add({ address: "0000:00:04.1", driver: "e1000e" })).toThrow(`errno ${EBUSY}`);
    expect([vfio.bus.slots().length, vfio.group(1).devices.length]).toEqual([1, 1]);
  });

  test("whoever listens is told of drivers, overrides, opens, closes, arrivals and departures", () => {
    const vfio = withDevice();
    const seen: string[] = [];
    vfio.bus.onChange(() => {
      const [slot] = vfio.bus.slots();
      seen.push(slot === undefined ? "gone" : `${slot.driver ?? "-"} ${slot.driverOverride ?? "-"} ${slot.opened}`);
    });
    vfio.bus.setDriverOverride(ADDRESS, "vfio-pci");
    const { group, device } = vfio.groupDevice();
    vfio.close(device);
    vfio.close(group);
    vfio.bus.unbind(ADDRESS);
    vfio.bus.remove(ADDRESS);
    expect(seen).toEqual([
      "vfio-pci vfio-pci false",
      "vfio-pci vfio-pci true",
      "vfio-pci vfio-pci false",
      "- vfio-pci false",
      "gone",
    ]);
  });
});

test("inspection shows each function with its group, driver, node and what is open", () => {
  const vfio = withDevice();
  vfio.groupDevice();
  const open = { open: 1, deviceId: 2 };
  expect(vfio.bus.inspect()).toMatchObject({
    functions: [{ address: ADDRESS, group: 1, driver: "vfio-pci", driverOverride: null, node: "vfio0", device: open }],
    groups: [{ id: 1, open: true, container: true, owned: true }],
  });
});
