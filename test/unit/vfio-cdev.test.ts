/** /dev/vfio/devices/vfioN: binding to an iommufd, attaching, closing (specification 50, part 3). */
import { describe, expect, test } from "@jest/globals";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as iommufd from "../../proto/uapi/iommufd.js";
import * as api from "../../proto/uapi/vfio-device.js";
import { TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import { VtdIommu } from "../../daemon/hw/vtd/iommu.js";
import { vtdProfile } from "../../daemon/hw/vtd/profile.js";
import { U64 } from "../../daemon/u64.js";
import { FakeIommu, FakeMemory, MSI_WINDOW } from "../support/machine.js";
import { ARGUMENT, CLOSED_FILE, OTHER_FILE, VfioMachine, type AddOptions } from "../support/vfio-machine.js";

const { E2BIG, EADDRINUSE, EBADF, EBADFD, EBUSY, EFAULT, EINVAL, ENODEV, ENOENT, ENOSPC, ENOTTY, EPERM, OK } = errno;
const BIND = 0x3b76;
const ATTACH = 0x3b77;
const DETACH = 0x3b78;
const TOKEN = api.VFIO_DEVICE_BIND_FLAG_TOKEN;
const ADDRESS = "0000:00:04.0";

function withDevice(options: AddOptions = {}): VfioMachine {
  const vfio = new VfioMachine();
  vfio.add(options);
  return vfio;
}

describe("before BIND", () => {
  test("every other ioctl, read, write and mmap is EINVAL; this holds for each descriptor", () => {
    const vfio = withDevice();
    const check = (fd: number): void => {
      for (const request of [0x3b64, 0x3b6b, 0x3b6c, 0x3b6d, 0x3b6e, 0x3b6f, 0x3b70, 0x3b75, ATTACH, DETACH, 0x1234])
        expect(vfio.ioctl(fd, request)).toBe(-EINVAL);
      expect(vfio.pread(fd, 7, 0, 4)).toBe(-EINVAL);
      expect(vfio.pwrite(fd, 7, 0, [0])).toBe(-EINVAL);
      expect(vfio.mmap(fd, 0, 0, 4096)).toBe(EINVAL);
      const file = vfio.target(fd);
      const { machine } = vfio;
      expect(file.read!(machine.memory, U64.ZERO, 4)).toBe(-EINVAL);
      expect(file.write!(machine.memory, U64.ZERO, 4)).toBe(-EINVAL);
    };
    check(vfio.openNode());
    vfio.boundNode();
    check(vfio.openNode());
  });

  test("any number of descriptors can be open; an unknown node is ENODEV; closing what is not bound does nothing", () => {
    const iommu = new FakeIommu();
    const vfio = withDevice({ iommu });
    expect(vfio.openNode(1)).toBe(-ENODEV);
    const fds = [vfio.openNode(), vfio.openNode(), vfio.openNode()];
    for (const fd of fds) vfio.close(fd);
    expect([vfio.configs.get(ADDRESS)!.history, iommu.attached.size]).toEqual([[], 0]);
  });
});

describe("BIND_IOMMUFD", () => {
  test("argsz is read first EFAULT, tested EINVAL, then the struct is read EFAULT, then the tail tested E2BIG", () => {
    const vfio = withDevice();
    const fd = vfio.openNode();
    const struct = (argsz: number, bytes: number): Uint8Array => {
      const whole = new Uint8Array(64);
      whole.set(encodeStruct(api.vfio_device_bind_iommufd, { argsz, iommufd: -1 }));
      return whole.slice(0, bytes);
    };
    expect(vfio.onBytes(fd, BIND, struct(16, 3))).toBe(-EFAULT);
    expect(vfio.onBytes(fd, BIND, struct(15, 4))).toBe(-EINVAL);
    expect(vfio.onBytes(fd, BIND, struct(16, 15))).toBe(-EFAULT);
    expect(vfio.onBytes(fd, BIND, struct(24, 16))).toBe(-EFAULT);
    expect(vfio.onBytes(fd, BIND, struct(32, 24))).toBe(-EFAULT);
    const tail = struct(32, 32);
    tail[31] = 1;
    expect(vfio.onBytes(fd, BIND, tail)).toBe(-E2BIG);
    tail[31] = 0;
    expect(vfio.onBytes(fd, BIND, tail)).toBe(-EINVAL);
  });

  test("a negative iommufd and unknown flags are EINVAL; a file that is no iommufd EBADFD, a closed number EBADF", () => {
    const vfio = withDevice();
    const [fd, good] = [vfio.openNode(), vfio.openIommufd()];
    expect(vfio.bind(fd, -1).result).toBe(-EINVAL);
    expect(vfio.bind(fd, -2).result).toBe(-EINVAL);
    for (const flags of [2, 3, 0x80000000]) expect(vfio.bind(fd, good, { flags }).result).toBe(-EINVAL);
    expect(vfio.bind(fd, OTHER_FILE).result).toBe(-EBADFD);
    expect(vfio.bind(fd, fd).result).toBe(-EBADFD);
    expect(vfio.bind(fd, CLOSED_FILE).result).toBe(-EBADF);
    expect(vfio.bind(fd, good).result).toBe(0);
  });

  test("an open group file is EBUSY, with or without a container, before the iommufd is looked at", () => {
    const vfio = withDevice();
    const fd = vfio.openNode();
    const group = vfio.openGroup();
    expect(vfio.bind(fd, CLOSED_FILE).result).toBe(-EBUSY);
    vfio.close(group);
    expect(vfio.bind(fd, CLOSED_FILE).result).toBe(-EBADF);
  });

  test("a descriptor can be bound once, and a device by one descriptor, EINVAL; then the group cannot be opened", () => {
    const vfio = withDevice();
    const fd = vfio.boundNode();
    const other = vfio.openNode();
    expect(vfio.bind(fd, CLOSED_FILE).result).toBe(-EINVAL);
    expect(vfio.bind(other, CLOSED_FILE).result).toBe(-EBADF);
    expect(vfio.bind(other, vfio.openIommufd()).result).toBe(-EINVAL);
    expect(vfio.openGroup()).toBe(-EBUSY);
  });

  test("a device that its group has opened is EINVAL, also after the group is closed", () => {
    const vfio = withDevice();
    const { group, device } = vfio.groupDevice();
    const fd = vfio.openNode();
    expect(vfio.bind(fd, vfio.openIommufd()).result).toBe(-EBUSY);
    vfio.close(group);
    expect(vfio.bind(fd, vfio.openIommufd()).result).toBe(-EINVAL);
    const again = vfio.openGroup();
    vfio.close(again);
    vfio.close(device);
    expect(vfio.bind(fd, vfio.openIommufd()).result).toBe(0);
  });

  test("a token is read EFAULT, and refused EINVAL, before the iommufd is looked at", () => {
    const vfio = withDevice();
    const fd = vfio.openNode();
    const values = { argsz: 24, flags: TOKEN, iommufd: CLOSED_FILE, token_uuid_ptr: 0x9000n };
    expect(vfio.call(fd, BIND, api.vfio_device_bind_iommufd, values).result).toBe(-EFAULT);
    const readable = (bytes: number): number => {
      const memory = new FakeMemory();
      memory.add(ARGUMENT, encodeStruct(api.vfio_device_bind_iommufd, values));
      memory.add(0x9000n, new Uint8Array(bytes));
      return vfio.ioctl(fd, BIND, ARGUMENT, memory);
    };
    expect(readable(15)).toBe(-EFAULT);
    expect(readable(16)).toBe(-EINVAL);
    expect(vfio.bind(fd, CLOSED_FILE, { flags: TOKEN, token_uuid_ptr: 0x9000n }).result).toBe(-EFAULT);
  });

  test("no cache coherency EINVAL, another context's group EPERM, an ordinary driver in the group EPERM", () => {
    const incoherent = withDevice({ iommu: new FakeIommu({ cacheCoherent: false }) });
    expect(incoherent.bind(incoherent.openNode(), incoherent.openIommufd()).result).toBe(-EINVAL);

    const vfio = withDevice();
    vfio.add({ address: "0000:00:04.1" });
    vfio.boundNode(0);
    expect(vfio.bind(vfio.openNode(1), vfio.openIommufd(vfio.newContext())).result).toBe(-EPERM);
    expect(vfio.bind(vfio.openNode(1), vfio.openIommufd()).result).toBe(0);

    const shared = withDevice();
    shared.add({ address: "0000:00:04.1", driver: "e1000e" });
    expect(shared.bind(shared.openNode(), shared.openIommufd()).result).toBe(-EPERM);
  });

  test("it writes the device id and nothing else; where it cannot, all is undone, EFAULT", () => {
    const vfio = withDevice();
    const fd = vfio.openNode();
    const values = { argsz: 24, iommufd: vfio.openIommufd(), out_devid: 0xffffffff };
    const failed = vfio.call(fd, BIND, api.vfio_device_bind_iommufd, values, { writable: false });
    expect(failed.result).toBe(-EFAULT);
    expect([vfio.objects(), vfio.configs.get(ADDRESS)!.history]).toEqual([[], ["open", "close"]]);
    expect(vfio.ioctl(fd, 0x3b6b)).toBe(-EINVAL);
    vfio.close(vfio.openGroup());
    const done = vfio.call(fd, BIND, api.vfio_device_bind_iommufd, values);
    expect([done.result, done.out]).toEqual([0, { ...values, flags: 0, out_devid: 1, token_uuid_ptr: 0n }]);
    expect(vfio.objects()).toEqual(["device 1"]);
  });

  test("the device is reset and enabled, its object cannot be destroyed, and the context outlives the iommufd", () => {
    const vfio = new VfioMachine();
    const pci = vfio.add();
    const context = vfio.newContext();
    const [fd, container] = [vfio.openNode(), vfio.openIommufd(context)];
    expect(vfio.bind(fd, container).out.out_devid).toBe(1);
    expect([pci.resets, vfio.configs.get(ADDRESS)!.history]).toEqual([1, ["open"]]);
    expect(context.objects.destroy(1)).toBe(EBUSY);
    vfio.close(container);
    expect(vfio.objects(context)).toEqual(["device 1"]);
    vfio.close(fd);
    expect(context.objects.size).toBe(0);
  });

  test("a function without a reset is enabled without one", () => {
    const vfio = new VfioMachine();
    const pci = vfio.add({ resettable: false });
    vfio.close(vfio.boundNode());
    expect([pci.resets, vfio.configs.get(ADDRESS)!.history]).toEqual([0, ["open", "close"]]);
  });
});

describe("ATTACH and DETACH", () => {
  test("the struct is read first EFAULT, then argsz and flags tested EINVAL", () => {
    const vfio = withDevice();
    const fd = vfio.boundNode();
    expect(vfio.onBytes(fd, ATTACH, new Uint8Array(11))).toBe(-EFAULT);
    expect(vfio.onBytes(fd, DETACH, new Uint8Array(7))).toBe(-EFAULT);
    const attach = (values: object) => vfio.call(fd, ATTACH, api.vfio_device_attach_iommufd_pt, values).result;
    const detach = (values: object) => vfio.call(fd, DETACH, api.vfio_device_detach_iommufd_pt, values).result;
    expect(attach({ argsz: 11 })).toBe(-EINVAL);
    expect(attach({ argsz: 12, flags: 2 })).toBe(-EINVAL);
    expect(attach({ argsz: 15, flags: 1 })).toBe(-EINVAL);
    expect(detach({ argsz: 7 })).toBe(-EINVAL);
    expect(detach({ argsz: 8, flags: 2 })).toBe(-EINVAL);
    expect(detach({ argsz: 11, flags: 1 })).toBe(-EINVAL);
    const short = encodeStruct(api.vfio_device_attach_iommufd_pt, { flags: 1 }).slice(0, 12);
    expect(vfio.onBytes(fd, ATTACH, short)).toBe(-EFAULT);
    const shortDetach = encodeStruct(api.vfio_device_detach_iommufd_pt, { flags: 1 }).slice(0, 8);
    expect(vfio.onBytes(fd, DETACH, shortDetach)).toBe(-EFAULT);
  });

  test("an unknown id is ENOENT, an object that is no page table EINVAL, and pt_id stays as it was", () => {
    const vfio = withDevice();
    const fd = vfio.boundNode();
    expect(vfio.attach(fd, 0xffffffff)).toEqual({ result: -ENOENT, ptId: 0xffffffff });
    expect(vfio.attach(fd, 1)).toEqual({ result: -EINVAL, ptId: 1 });
  });

  test("an IOAS gives an automatic page table, which later devices share and which goes with the last of them", () => {
    const iommu = new FakeIommu();
    const vfio = withDevice({ iommu });
    vfio.add({ address: "0000:00:05.0", group: 2, iommu });
    const [first, second] = [vfio.boundNode(0), vfio.boundNode(1)];
    const ioas = vfio.machine.ioas();
    const { result, ptId } = vfio.attach(first, ioas);
    expect([result, vfio.objects().at(-1)]).toEqual([0, `hwpt-paging ${ptId}`]);
    expect(vfio.attach(second, ioas)).toEqual({ result: 0, ptId });
    expect(vfio.machine.destroy(ioas)).toBe(EBUSY);
    expect(vfio.detach(first)).toBe(0);
    expect(vfio.machine.destroy(ptId)).toBe(EBUSY);
    expect(vfio.detach(second)).toBe(0);
    expect(vfio.machine.destroy(ptId)).toBe(ENOENT);
    expect(vfio.machine.destroy(ioas)).toBe(OK);
  });

  test("attached already, it is a replace: the table of another IOAS takes over, the same one is no change", () => {
    const iommu = new FakeIommu();
    const vfio = withDevice({ iommu });
    const fd = vfio.boundNode();
    const [one, two] = [vfio.machine.ioas(), vfio.machine.ioas()];
    const first = vfio.attach(fd, one).ptId;
    expect(vfio.attach(fd, one)).toEqual({ result: 0, ptId: first });
    expect(vfio.attach(fd, first)).toEqual({ result: 0, ptId: first });
    expect(iommu.attached.get(0x20)).toBe(iommu.domains[0]);
    expect(vfio.attach(fd, two).result).toBe(0);
    expect(iommu.attached.get(0x20)).toBe(iommu.domains.at(-1));
    expect(vfio.machine.destroy(one)).toBe(OK);
    expect(vfio.attach(fd, 0xffff)).toEqual({ result: -ENOENT, ptId: 0xffff });
    expect(iommu.attached.get(0x20)).toBe(iommu.domains.at(-1));
  });

  test("devices of one group share what they are attached to: another is EINVAL, a replace moves both", () => {
    const iommu = new FakeIommu();
    const vfio = withDevice({ iommu });
    vfio.add({ address: "0000:00:04.1", iommu });
    const [first, second] = [vfio.boundNode(0), vfio.boundNode(1)];
    const [one, two] = [vfio.machine.ioas(), vfio.machine.ioas()];
    vfio.attach(first, one);
    expect(vfio.attach(second, two).result).toBe(-EINVAL);
    expect(vfio.attach(second, one).result).toBe(0);
    expect(vfio.attach(second, two).result).toBe(0);
    expect([iommu.attached.get(0x20), iommu.attached.get(0x21)]).toEqual([iommu.domains.at(-1), iommu.domains.at(-1)]);
  });

  test("a mapping in a reserved region is EADDRINUSE", () => {
    const vfio = withDevice({ reservedRegions: [MSI_WINDOW] });
    const fd = vfio.boundNode();
    const ioas = vfio.machine.ioas();
    expect(vfio.machine.map(ioas, 0x10000n, 0x1000n, 0xfee00000n).error).toBe(OK);
    expect(vfio.attach(fd, ioas)).toEqual({ result: -EADDRINUSE, ptId: ioas });
  });

  test("where pt_id cannot be written it is detached again, EFAULT", () => {
    const iommu = new FakeIommu();
    const vfio = withDevice({ iommu });
    const fd = vfio.boundNode();
    const values = { argsz: 12, pt_id: vfio.machine.ioas() };
    const options = { writable: false };
    expect(vfio.call(fd, ATTACH, api.vfio_device_attach_iommufd_pt, values, options).result).toBe(-EFAULT);
    expect([iommu.attached.get(0x20), vfio.objects()]).toEqual([undefined, ["device 1", "ioas 2"]]);
    expect(vfio.attach(fd, 2).result).toBe(0);
  });

  test("DETACH is 0 twice, and also where nothing was attached", () => {
    const iommu = new FakeIommu();
    const vfio = withDevice({ iommu });
    const fd = vfio.boundNode();
    expect(vfio.detach(fd)).toBe(0);
    vfio.attach(fd, vfio.machine.ioas());
    expect([vfio.detach(fd), iommu.attached.get(0x20), vfio.detach(fd)]).toEqual([0, undefined, 0]);
    expect(vfio.detach(fd, 5)).toBe(0);
  });
});

describe("PASIDs", () => {
  function withPasids(): { vfio: VfioMachine; fd: number; ioas: number; hwpt: (pasid?: boolean) => number } {
    const iommu = new VtdIommu("iommu0", vtdProfile({}), new TableMemory(1024), new FaultCounter());
    iommu.describeDevice(0x20, { pasidBits: 20, raisesPageRequests: false });
    const vfio = withDevice({ iommu });
    const fd = vfio.boundNode();
    const ioas = vfio.machine.ioas();
    const hwpt = (pasid = true): number => {
      const flags = pasid ? iommufd.IOMMU_HWPT_ALLOC_PASID : 0;
      const { error, out } = vfio.machine.call(0x3b89, iommufd.iommu_hwpt_alloc, { flags, dev_id: 1, pt_id: ioas });
      if (error !== OK) throw new Error(`HWPT_ALLOC: errno ${error}`);
      return out.out_hwpt_id;
    };
    return { vfio, fd, ioas, hwpt };
  }

  const tables = ({ vfio }: { vfio: VfioMachine }): [number, number][] => {
    const group = vfio.group(1);
    return group.pasids().map((pasid) => [pasid, group.attachment(pasid)!.hwpt.id]);
  };

  test("each has a table of its own, attached or replaced by the descriptor, and detached one by one", () => {
    const set = withPasids();
    const { vfio, fd, hwpt } = set;
    const [one, two] = [hwpt(), hwpt()];
    expect(vfio.attach(fd, one, 5)).toEqual({ result: 0, ptId: one });
    expect(vfio.attach(fd, two, 6)).toEqual({ result: 0, ptId: two });
    expect(vfio.attach(fd, two, 5)).toEqual({ result: 0, ptId: two });
    expect(vfio.attach(fd, one).result).toBe(0);
    expect(tables(set)).toEqual([
      [5, two],
      [6, two],
      [0, one],
    ]);
    expect(vfio.detach(fd, 5)).toBe(0);
    expect(vfio.detach(fd)).toBe(0);
    expect(tables(set)).toEqual([[6, two]]);
  });

  test("from 2^31 ENOSPC; an IOAS, or a table that was not made for PASIDs, EINVAL; an unknown id ENOENT", () => {
    const { vfio, fd, ioas, hwpt } = withPasids();
    expect(vfio.attach(fd, hwpt(), 0x80000000).result).toBe(-ENOSPC);
    expect(vfio.attach(fd, hwpt(), 0xffffffff).result).toBe(-ENOSPC);
    expect(vfio.attach(fd, ioas, 5).result).toBe(-EINVAL);
    expect(vfio.attach(fd, hwpt(false), 5).result).toBe(-EINVAL);
    expect(vfio.attach(fd, 0xffff, 5).result).toBe(-ENOENT);
  });

  test("a table without PASIDs for other requests stands against them", () => {
    const { vfio, fd, ioas, hwpt } = withPasids();
    expect(vfio.attach(fd, ioas).result).toBe(0);
    expect(vfio.attach(fd, hwpt(), 5).result).toBe(-EINVAL);
  });

  test("PASID 0 is the attachment without PASID under another name: only DETACH with PASID 0 undoes it", () => {
    const set = withPasids();
    const { vfio, fd, ioas } = set;
    const { result, ptId } = vfio.attach(fd, ioas, 0);
    expect([result, tables(set)]).toEqual([0, [[0, ptId]]]);
    expect(vfio.attach(fd, ioas).result).toBe(-EBUSY);
    expect(vfio.detach(fd)).toBe(0);
    expect(tables(set)).toEqual([[0, ptId]]);
    expect(vfio.detach(fd, 0)).toBe(0);
    expect(tables(set)).toEqual([]);
    expect(vfio.attach(fd, ioas).result).toBe(0);
    expect(vfio.attach(fd, ioas, 0).result).toBe(-EBUSY);
  });

  test("the close detaches all of them", () => {
    const set = withPasids();
    const { vfio, fd, ioas, hwpt } = set;
    vfio.attach(fd, hwpt(), 5);
    vfio.attach(fd, hwpt());
    vfio.close(fd);
    expect(tables(set)).toEqual([]);
    expect(vfio.objects()).toEqual([`ioas ${ioas}`, "hwpt-paging 3", "hwpt-paging 4"]);
    expect(vfio.machine.destroy(3)).toBe(OK);
  });
});

describe("close", () => {
  test("detaches, destroys the object, disables the device, releases its eventfds and frees the group", () => {
    const iommu = new FakeIommu();
    const vfio = new VfioMachine();
    const pci = vfio.add({ iommu });
    const fd = vfio.boundNode();
    vfio.attach(fd, vfio.machine.ioas());
    const request = new Int32Array([20 + 4, 4 | 32, 4, 0, 1, 10]);
    expect(vfio.onBytes(fd, 0x3b6e, new Uint8Array(request.buffer))).toBe(0);
    expect([vfio.events.holders(10), vfio.openGroup()]).toEqual([1, -EBUSY]);
    vfio.close(fd);
    expect([vfio.events.holders(10), pci.resets, vfio.configs.get(ADDRESS)!.history]).toEqual([
      0,
      2,
      ["open", "close"],
    ]);
    expect([vfio.objects(), iommu.attached.get(0x20)]).toEqual([["ioas 2"], undefined]);
    expect(vfio.openGroup()).toBeGreaterThan(0);
  });

  test("a mapped BAR keeps the device bound until it is unmapped", () => {
    const vfio = withDevice();
    const fd = vfio.boundNode();
    const mapping = vfio.mapped(fd, 0, 0, 4096);
    vfio.close(fd);
    const other = vfio.openNode();
    const container = vfio.openIommufd();
    expect(vfio.bind(other, container).result).toBe(-EINVAL);
    expect(vfio.openGroup()).toBe(-EBUSY);
    expect(mapping.load!(0, new Uint8Array(4))).toBe(OK);
    mapping.release();
    expect(vfio.objects()).toEqual([]);
    expect(vfio.bind(other, container).result).toBe(0);
  });

  test("it can be opened and bound again, to another context", () => {
    const vfio = withDevice();
    vfio.close(vfio.boundNode());
    const other = vfio.newContext();
    vfio.boundNode(0, other);
    expect([vfio.objects(), vfio.objects(other)]).toEqual([[], ["device 1"]]);
  });
});

test("ATTACH and DETACH are of bound nodes only, and other numbers are ENOTTY there", () => {
  const vfio = withDevice();
  const fd = vfio.boundNode();
  for (const request of [0x3b64, 0x3b67, 0x3b68, 0x3b72, 0x3b73, 0x3b79, 0xc0003b6b])
    expect(vfio.ioctl(fd, request)).toBe(-ENOTTY);
});
