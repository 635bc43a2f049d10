/**
 * The SDK against the state machine, the same tests over both ways to reach it: the daemon in this process
 * (iommufd-emu/testing) and a daemon behind a Unix socket.
 */
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import {
  calls,
  Endpoint,
  failNth,
  GuestMemory,
  IommuFd,
  IommufdError,
  ProtocolError,
  status,
} from "../../client/ts/index.js";
import { decodeStruct, encodeStruct } from "../../proto/uapi/codec.js";
import { iommu_ioas_alloc, iommu_ioas_iova_ranges } from "../../proto/uapi/iommufd.js";
import { errnoOf, type Reached, SDK_WAYS } from "../support/sdk-ways.js";

const PAGE = 4096;
const UINT64_MAX = 2n ** 64n - 1n;

describe.each(SDK_WAYS)("the SDK %s", (_where, reach) => {
  let reached: Reached;
  let fd: IommuFd;
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    reached = await reach();
  });
  afterAll(() => reached.stop());
  beforeEach(async () => {
    fd = await IommuFd.open(reached.options);
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await fd.close();
  });

  async function endpoint(name = "dma0"): Promise<Endpoint> {
    const opened = await Endpoint.open({ ...reached.options, name });
    closing.push(() => opened.close());
    return opened;
  }

  function guestMemory(pages: number): GuestMemory {
    const memory = GuestMemory.create({ bytes: pages * PAGE });
    closing.push(() => {
      memory.close();
    });
    return memory;
  }

  /** An IOAS with memory mapped at IOVA 0x100000 and a device attached. */
  async function machine(pages = 4) {
    const memory = guestMemory(pages);
    const { address } = await fd.registerMemory(memory);
    const ioasId = await fd.ioasAlloc();
    const iova = await fd.map({ ioasId, userVa: address, length: memory.bytes, iova: 0x100000 });
    const device = await endpoint();
    const deviceId = await device.bind(fd);
    const hwptId = await device.attach(ioasId);
    return { memory, address, ioasId, iova, device, deviceId, hwptId };
  }

  describe("objects", () => {
    test("get the lowest free id, and a destroyed one is free", async () => {
      expect([await fd.ioasAlloc(), await fd.ioasAlloc(), await fd.ioasAlloc()]).toEqual([1, 2, 3]);
      await fd.destroy(2);
      expect(await errnoOf(fd.destroy(2))).toBe("ENOENT");
      expect(await fd.ioasAlloc()).toBe(2);
    });

    test("of two opens are apart, of a join are the same", async () => {
      await fd.ioasAlloc();
      const other = await IommuFd.open(reached.options);
      const joined = await IommuFd.join(fd.token, reached.options);
      expect([await other.ioasAlloc(), await joined.ioasAlloc()]).toEqual([1, 2]);
      await Promise.all([other.close(), joined.close()]);
    });

    test("outlive a close while a join holds them, and go with the last holder", async () => {
      const first = await IommuFd.open(reached.options);
      const ioasId = await first.ioasAlloc();
      const held = await IommuFd.join(first.token, reached.options);
      const along = await IommuFd.join(first.token, { ...reached.options, hold: false });
      await first.close();
      expect(await along.hugePages(ioasId)).toBe(true);
      await held.close();
      expect(await errnoOf(along.hugePages(ioasId))).toBe("EBADF");
      expect(await errnoOf(IommuFd.join(first.token, reached.options))).toBe("EBADF");
      await along.close();
    });
  });

  describe("an IOAS", () => {
    test("without a device spans the whole u64 range, byte by byte", async () => {
      const ioasId = await fd.ioasAlloc();
      expect(await fd.iovaRanges(ioasId)).toEqual({ ranges: [{ start: 0n, last: UINT64_MAX }], alignment: 1n });
    });

    test("with a device tells its reserved ranges, in as many ranges as there are", async () => {
      const { ioasId } = await machine();
      const { ranges, alignment } = await fd.iovaRanges(ioasId, 0);
      expect(alignment).toBe(4096n);
      expect(ranges.length).toBeGreaterThan(1);
      expect(ranges[0]).toEqual({ start: 0n, last: 0xfedfffffn });
    });

    test("is confined to the allowed ranges when it chooses", async () => {
      const ioasId = await fd.ioasAlloc();
      await fd.allowIovas(ioasId, [{ start: 0x10000, last: 0x10fff }]);
      expect(await fd.map({ ioasId, userVa: 0x5000, length: PAGE })).toBe(0x10000n);
      expect(await errnoOf(fd.map({ ioasId, userVa: 0x5000, length: PAGE }))).toBe("ENOSPC");
      expect(await errnoOf(fd.allowIovas(ioasId, [{ start: 5, last: 5 }]))).toBe("EINVAL");
    });

    test("maps, copies and unmaps, exact at the end of the address space", async () => {
      const [source, destination] = [await fd.ioasAlloc(), await fd.ioasAlloc()];
      const iova = UINT64_MAX - 1n;
      expect(await fd.map({ ioasId: source, userVa: 0x1000, length: 2, iova })).toBe(iova);
      expect(await errnoOf(fd.map({ ioasId: source, userVa: 0, length: 1, iova }))).toBe("EEXIST");
      const copy = { sourceIoasId: source, sourceIova: iova, destinationIoasId: destination, length: 2 };
      expect(await fd.copy({ ...copy, iova: 0x7000 })).toBe(0x7000n);
      expect(await fd.unmap({ ioasId: destination, iova: 0x7000, length: 2 })).toBe(2n);
      expect(await errnoOf(fd.unmap({ ioasId: destination, iova: 0x7000, length: 2 }))).toBe("ENOENT");
      expect(await fd.unmapAll(source)).toBe(2n);
      expect(await fd.unmapAll(source)).toBe(0n);
    });

    test("needs a permission", async () => {
      const ioasId = await fd.ioasAlloc();
      const nothing = fd.map({ ioasId, userVa: 0, length: PAGE, readable: false, writeable: false });
      expect(await errnoOf(nothing)).toBe("EINVAL");
    });

    test("has the option of large pages", async () => {
      const ioasId = await fd.ioasAlloc();
      await fd.setHugePages(ioasId, false);
      expect([await fd.hugePages(ioasId), (await fd.iovaRanges(ioasId)).alignment]).toEqual([false, 4096n]);
      await fd.setHugePages(ioasId, true);
      expect(await fd.hugePages(ioasId)).toBe(true);
    });

    test("can be VFIO's", async () => {
      expect(await errnoOf(fd.vfioIoas())).toBe("ENODEV");
      const ioasId = await fd.ioasAlloc();
      await fd.setVfioIoas(ioasId);
      expect(await fd.vfioIoas()).toBe(ioasId);
      await fd.clearVfioIoas();
      expect(await errnoOf(fd.vfioIoas())).toBe("ENODEV");
    });
  });

  test("the context has its accounting mode, its owner and its test limit", async () => {
    expect(await fd.rlimitMode()).toBe(false);
    await fd.changeProcess();
    await fd.ioasAlloc();
    expect(await errnoOf(fd.setRlimitMode(true))).toMatch(/EBUSY|EPERM/);
    expect(await errnoOf(fd.testSetTempMemoryLimit(1))).toBe("EINVAL");
    await fd.testSetTempMemoryLimit(65536);
  });

  describe("pipelining and batches", () => {
    test("a thousand calls at once take effect in order", async () => {
      const ids = await Promise.all(Array.from({ length: 1000 }, () => fd.ioasAlloc()));
      expect(ids).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
    });

    test("a batch gives each call's value or its error", async () => {
      const [id, error, ranges] = await fd.batch((b) => [b.ioasAlloc(), b.destroy(99), b.iovaRanges(1)]);
      expect(id).toBe(1);
      expect(error).toMatchObject({ name: "IommufdError", call: "IOMMU_DESTROY", code: "ENOENT" });
      expect(ranges).toEqual({ ranges: [{ start: 0n, last: UINT64_MAX }], alignment: 1n });
    });

    test("a batch that stops leaves the rest out", async () => {
      const results = await fd.batch((b) => [b.ioasAlloc(), b.destroy(99), b.ioasAlloc()], { stopOnError: true });
      expect([results[0], (results[1] as IommufdError).code, results[2]]).toEqual([1, "ENOENT", undefined]);
      expect(await fd.ioasAlloc()).toBe(2);
    });

    test("a call can be made first and run later", async () => {
      expect(await fd.run(calls.ioasAlloc())).toBe(1);
    });
  });

  describe("a raw ioctl", () => {
    test("takes and gives the struct's bytes", async () => {
      const { result, struct } = await fd.ioctl(0x3b81, encodeStruct(iommu_ioas_alloc, {}));
      expect([result, decodeStruct(iommu_ioas_alloc, struct).out_ioas_id]).toEqual([0, 1]);
    });

    test("shows what a failing call has written", async () => {
      const ioasId = await fd.ioasAlloc();
      const values = { ioas_id: ioasId, num_iovas: 0, allowed_iovas: 0x70000n };
      const { result, struct } = await fd.ioctl(0x3b84, encodeStruct(iommu_ioas_iova_ranges, values));
      expect([result, decodeStruct(iommu_ioas_iova_ranges, struct).num_iovas]).toEqual([-90, 1]);
    });

    test("reads and writes the memory that is named to it, and no other", async () => {
      const ioasId = await fd.ioasAlloc();
      const values = { ioas_id: ioasId, num_iovas: 1, allowed_iovas: 0x70000n };
      const struct = encodeStruct(iommu_ioas_iova_ranges, values);
      const { result, written } = await fd.ioctl(0x3b84, struct, { writable: [{ address: 0x70000, length: 16 }] });
      expect([result, written[0]?.address, written[0]?.data[8]]).toEqual([0, 0x70000n, 0xff]);
      expect((await fd.ioctl(0x3b84, struct)).result).toBe(-14);
    });

    test("with a bad pointer or an unknown number fails as on Linux", async () => {
      expect((await fd.ioctl(0x3b81, 0)).result).toBe(-14);
      expect((await fd.ioctl(0x5401, 0)).result).toBe(-25);
    });
  });

  describe("devices", () => {
    test("move bytes between memory and themselves", async () => {
      const { memory, iova, device } = await machine();
      memory.write(PAGE - 2, Buffer.from("across"));
      expect(await device.read(iova + BigInt(PAGE - 2), 6)).toEqual({
        ...{ code: "OK", transferred: 6n, data: Uint8Array.from(Buffer.from("across")) },
      });
      await device.write(iova, Buffer.from("hello"));
      await device.copy(iova, iova + 8192n, 5);
      await device.fill(iova + 1n, 3, 0x2e);
      expect(Buffer.from(memory.read(0, 5)).toString()).toBe("h...o");
      expect(Buffer.from(memory.read(8192, 5)).toString()).toBe("hello");
    });

    test("are stopped by the IOMMU, which says how far they came and why", async () => {
      const { iova, device } = await machine(1);
      const result = await device.write(iova + 4090n, new Uint8Array(16));
      expect(result).toMatchObject({ code: "EIO", transferred: 6n, fault: { address: iova + 4096n, write: true } });
      const { faults, lost } = await device.faults({ clear: true });
      expect([faults.map((fault) => fault.address), lost]).toEqual([[iova + 4096n], 0n]);
      expect((await device.faults()).faults).toEqual([]);
    });

    test("lose memory at once when it is unmapped", async () => {
      const { ioasId, iova, device } = await machine();
      expect((await device.fill(iova, 1, 1)).code).toBe("OK");
      await fd.unmap({ ioasId, iova, length: 4 * PAGE });
      expect((await device.fill(iova, 1, 1)).code).toBe("EIO");
    });

    test("show the walk of an IOVA, and change nothing by it", async () => {
      const { iova, device } = await machine();
      await device.faults({ clear: true });
      const { page, steps } = await device.walk(iova + 5n, { write: true });
      expect(page).toMatchObject({ readable: true, writable: true });
      expect(page!.address % 4096n).toBe(5n);
      expect(steps.length).toBeGreaterThan(2);
      expect((await device.walk(0x9000_0000)).fault).toBeDefined();
      expect((await device.faults()).faults).toEqual([]);
    });

    test("belong to one user at a time, and DMA of no bytes is a mistake", async () => {
      const { device } = await machine();
      const second = await Endpoint.open({ ...reached.options, name: "dma1" });
      closing.push(() => second.close());
      expect(await errnoOf(device.bind(fd))).toBe("EINVAL");
      expect(await errnoOf(device.read(0x100000, 0))).toBe("EINVAL");
      expect(await errnoOf(second.bind(new Uint8Array(32)))).toBe("EBADF");
      expect(await errnoOf(Endpoint.open({ ...reached.options, name: "none" }))).toBe("ENOENT");
    });

    test("tell about their IOMMU, and page tables can be made for them", async () => {
      const { device, deviceId, ioasId, iova } = await machine();
      const { type, data, capabilities } = await fd.getHwInfo(deviceId);
      expect([type, data.length, typeof capabilities]).toEqual([1, 24, "bigint"]);
      expect(await errnoOf(fd.getHwInfo(deviceId, 2))).toBe("EOPNOTSUPP");
      const hwptId = await fd.hwptAlloc({ deviceId, ptId: ioasId });
      expect(await device.attach(hwptId)).toBe(hwptId);
      expect((await device.fill(iova, 1, 1)).code).toBe("OK");
      expect(await errnoOf(fd.setDirtyTracking(hwptId, true))).toBe("EOPNOTSUPP");
      const range = { hwptId, iova, length: 4 * PAGE, pageSize: PAGE };
      expect(await errnoOf(fd.getDirtyBitmap(range))).toBe("EOPNOTSUPP");
      expect(await errnoOf(fd.getDirtyBitmap({ ...range, pageSize: 0 }))).toBe("EINVAL");
      await device.detach();
      expect((await device.fill(iova, 1, 1)).code).toBe("EIO");
    });
  });

  describe("memory", () => {
    test("of this process that a callback serves is read and written by devices", async () => {
      const bytes = new Uint8Array(2 * PAGE);
      const read = (offset: bigint, length: number) => bytes.slice(Number(offset), Number(offset) + length);
      const write = (offset: bigint, data: Uint8Array): void => {
        bytes.set(data, Number(offset));
      };
      const { address } = await fd.registerCallback({ length: bytes.length, read, write });
      const ioasId = await fd.ioasAlloc();
      const iova = await fd.map({ ioasId, userVa: address, length: bytes.length });
      const device = await endpoint();
      await device.bind(fd);
      await device.attach(ioasId);
      expect((await device.write(iova + 4090n, Buffer.from("over the edge"))).code).toBe("OK");
      expect(Buffer.from(bytes.subarray(4090, 4103)).toString()).toBe("over the edge");
      expect(Buffer.from((await device.read(iova + 4090n, 4)).data).toString()).toBe("over");
    });

    test("in a region cannot overlap, be unaligned, or be gone twice", async () => {
      const memory = guestMemory(2);
      const region = await fd.registerMemory(memory, { address: 0x40000000 });
      expect(region).toMatchObject({ address: 0x40000000n, length: 8192n });
      const callback = (address: number) =>
        fd.registerCallback({ address, length: PAGE, read: () => new Uint8Array() });
      expect(await errnoOf(callback(0x40001000))).toBe("EEXIST");
      expect(await errnoOf(callback(0x50000001))).toBe("EINVAL");
      await region.remove();
      expect(await errnoOf(region.remove())).toBe("ENOENT");
    });

    test("that is not writable refuses a writeable mapping that must be pinned", async () => {
      const { ioasId } = await machine();
      const { address } = await fd.registerMemory(guestMemory(1), { writable: false });
      expect(await errnoOf(fd.map({ ioasId, userVa: address, length: PAGE }))).toBe("EFAULT");
      expect(await errnoOf(fd.map({ ioasId, userVa: address, length: PAGE, writeable: false }))).toBe("OK");
    });

    test("leaves no name behind", async () => {
      const memory = GuestMemory.create({ bytes: PAGE });
      const path = memory.path!;
      expect(existsSync(path)).toBe(true);
      await fd.registerMemory(memory);
      expect(existsSync(path)).toBe(!fd.daemon.peerKnown);
      memory.close();
      expect(existsSync(path)).toBe(false);
    });

    test("by descriptor is for a daemon that knows this process", async () => {
      const memory = guestMemory(2);
      const { ioasId, device } = await machine();
      const mapped = fd.mapFile({ ioasId, fd: memory.fd, start: PAGE, length: PAGE, iova: 0x800000 });
      expect(await errnoOf(mapped)).toBe(fd.daemon.peerKnown ? "OK" : "EBADF");
      if (!fd.daemon.peerKnown) return;
      memory.write(PAGE, Buffer.from("file"));
      expect(Buffer.from((await device.read(0x800000, 4)).data).toString()).toBe("file");
    });
  });

  test("the nth fallible step of a call fails, and changes nothing, until there is none", async () => {
    const errors: string[] = [];
    for (let nth = 1; ; nth++) {
      const before = await fd.status();
      const { failed, error, value } = await fd.run(failNth(nth, calls.ioasAlloc()));
      if (!failed) {
        expect(value).toBe(1);
        break;
      }
      errors.push(error?.code ?? "OK");
      expect((await fd.status())["contexts"]).toEqual(before["contexts"]);
    }
    expect(new Set(errors)).toEqual(new Set(["EFAULT", "ENOMEM"]));
    // Destroying takes no step of iommufd's own.
    const destroyed = await fd.run(failNth(1, calls.destroy(1), { ordinary: false }));
    expect(destroyed).toEqual({ failed: false, value: undefined });
  });

  test("an unknown node is ENOENT", async () => {
    expect(await errnoOf(IommuFd.open({ ...reached.options, node: "/dev/null" }))).toBe("ENOENT");
  });

  test("the status tells what is open, and asking opens nothing", async () => {
    await fd.ioasAlloc();
    const tree = await status(reached.options);
    const contexts = tree["contexts"] as { objects: { id: number }[] }[];
    expect(contexts.map((context) => context.objects.map((object) => object.id))).toEqual([[1]]);
    expect(Object.keys(await fd.status())).toEqual(Object.keys(tree));
  });

  test("a closed descriptor is closed: calls fail, a second close does not", async () => {
    await fd.close();
    await fd.close();
    await expect(fd.ioasAlloc()).rejects.toBeInstanceOf(ProtocolError);
  });

  test("a close takes mappings, devices and objects along", async () => {
    const { device } = await machine();
    await fd.close();
    await device.close();
    const tree = await status(reached.options);
    expect(tree["contexts"]).toEqual([]);
  });
});

test("no daemon at the socket is CONNECT_FAILED, with the path", async () => {
  const socket = join(tmpdir(), "iommufd-emu-nobody.sock");
  const opened = IommuFd.open({ socket });
  await expect(opened).rejects.toMatchObject({ name: "ProtocolError", code: "CONNECT_FAILED" });
  await expect(opened).rejects.toThrow(socket);
});
