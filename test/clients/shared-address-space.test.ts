/**
 * One IOAS, and three kinds of users of it over the wire: a VFIO PCI device, a vDPA device, and an in-kernel user (an access).
 * Each sees the same bytes at the same IOVA; pages are pinned once; unmapping tells the access.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { EventFd, GuestMemory, IommuFd, VdpaDevice, VfioDevice } from "../../client/ts/index.js";
import { createTestIommu, type TestIommu } from "../../client/ts/testing.js";
import type { MadeFile } from "../../client/ts/made-file.js";
import { decodeStruct, encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as selftest from "../../proto/uapi/iommufd-test.js";

const PAGE = 4096;
const GUEST_BYTES = 64 * PAGE;
const IOVA = 0x10_0000n;

/** Where things lie in guest memory, and at IOVA + that for devices. */
const SOURCE = 0;
const BY_IOAT = 1 * PAGE;
const BY_VDPA = 2 * PAGE;
const DESCRIPTOR = 3 * PAGE;
const RING_TABLE = 4 * PAGE;
const RING_AVAILABLE = 5 * PAGE;
const RING_USED = 6 * PAGE;

const TOPOLOGY = {
  iommus: [{ name: "iommu0", kind: "vtd" }],
  endpoints: [],
  vdpa: [{ name: "vdpa0", address: "0000:00:07.0" }],
  devices: [{ model: "ioat", address: "0000:00:04.0" }],
};

/** IOAT registers and bits. */
const CHANCTRL = 0x80;
const DMACOUNT = 0x86;
const CHANSTS = 0x88;
const CHAINADDR = 0x90;
const COMMAND = 4;
const STATE_IDLE = 1;
const STATE_HALTED = 3;

const TEST_CMD = 0x3ba0;
/** Any number: the call says what it stands for. */
const ACCESS_FD = 100;
const BUFFER_ADDRESS = 0x2000_0000n;

/** virtio. */
const FEATURES = (1n << 32n) | (1n << 33n);
const ACKNOWLEDGE_DRIVER_FEATURES = 0x0b;
const DRIVER_OK = 0x04;
const DESC_NEXT = 1;
const DESC_WRITE = 2;
const QUEUE_SIZE = 4;

const u16 = (value: number): Uint8Array => Uint8Array.of(value & 0xff, value >> 8);
const u64 = (value: bigint): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
};

describe("one IOAS under a VFIO device, a vDPA device and an access", () => {
  let iommu: TestIommu;
  let fd: IommuFd;
  let memory: GuestMemory;
  let userVa: bigint;
  let ioasId: number;
  let ioat: VfioDevice;
  let vdpa: VdpaDevice;
  let access: MadeFile;

  beforeAll(async () => {
    iommu = createTestIommu({ topology: TOPOLOGY });
    fd = await iommu.open();
    memory = GuestMemory.create({ bytes: GUEST_BYTES });
    userVa = (await fd.registerMemory(memory)).address;
    ioasId = await fd.ioasAlloc();
    await fd.map({ ioasId, userVa, length: GUEST_BYTES, iova: IOVA });
    ioat = await VfioDevice.open(0, { transport: iommu.transport });
    await ioat.bindIommufd(fd);
    await ioat.attachPt(ioasId);
    vdpa = await VdpaDevice.open({ name: "vdpa0", transport: iommu.transport });
    await vdpa.bind(fd);
    await vdpa.attach(ioasId);
    const create = encodeStruct(selftest.iommu_test_create_access, {
      op: selftest.IOMMU_TEST_OP_CREATE_ACCESS,
      id: ioasId,
      flags: selftest.MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES,
    });
    const { descriptors } = await fd.ioctl(TEST_CMD, create);
    access = await fd.openMade(descriptors[0]!.token);
  });
  afterAll(async () => {
    await iommu.close();
    memory.close();
  });

  async function pinnedPages(): Promise<unknown> {
    const memoryTree = (await iommu.status())["memory"] as { readonly frames: { readonly pinnedPages: number } };
    return memoryTree.frames.pinnedPages;
  }

  async function copyByIoat(from: bigint, to: bigint, length: number): Promise<number> {
    const descriptor = new Uint8Array(64);
    const view = new DataView(descriptor.buffer);
    view.setUint32(0, length, true);
    view.setBigUint64(8, from, true);
    view.setBigUint64(16, to, true);
    memory.write(DESCRIPTOR, descriptor);
    await ioat.writeRegion(7, COMMAND, u16(0x0006));
    await ioat.writeRegion(0, CHAINADDR, u64(IOVA + BigInt(DESCRIPTOR)));
    await ioat.writeRegion(0, CHANCTRL, u16(0x0004));
    await ioat.writeRegion(0, DMACOUNT, u16(1));
    return (await ioat.readRegion(0, CHANSTS, 8))[0]! & 7;
  }

  /** One chain: what is at `from`, to `to`. @returns bytes that the device says it wrote */
  async function copyByVdpa(from: bigint, to: bigint, length: number): Promise<number> {
    const kick = await EventFd.create({ transport: iommu.transport });
    const call = await EventFd.create({ transport: iommu.transport });
    await vdpa.setStatus(0);
    await vdpa.setStatus(ACKNOWLEDGE_DRIVER_FEATURES & ~0x08);
    await vdpa.setFeatures(FEATURES);
    await vdpa.setStatus(ACKNOWLEDGE_DRIVER_FEATURES);
    const table = new Uint8Array(32);
    const view = new DataView(table.buffer);
    for (const [index, address, flags, next] of [
      [0, from, DESC_NEXT, 1],
      [1, to, DESC_WRITE, 0],
    ] as const) {
      view.setBigUint64(16 * index, address, true);
      view.setUint32(16 * index + 8, length, true);
      view.setUint16(16 * index + 12, flags, true);
      view.setUint16(16 * index + 14, next, true);
    }
    memory.write(RING_TABLE, table);
    memory.write(RING_USED, new Uint8Array(64));
    memory.write(RING_AVAILABLE, Uint8Array.of(0, 0, 1, 0, 0, 0));
    await vdpa.setVringNumber(0, QUEUE_SIZE);
    const at = (offset: number): bigint => IOVA + BigInt(offset);
    await vdpa.setVringAddresses(0, {
      descriptors: at(RING_TABLE),
      available: at(RING_AVAILABLE),
      used: at(RING_USED),
    });
    await vdpa.setVringKick(0, kick);
    await vdpa.setVringCall(0, call);
    await vdpa.setVringEnable(0, true);
    await vdpa.setStatus(ACKNOWLEDGE_DRIVER_FEATURES | DRIVER_OK);
    await kick.write(1n);
    await call.wait();
    const used = memory.read(RING_USED, 12);
    await kick.close();
    await call.close();
    return new DataView(used.buffer, used.byteOffset).getUint32(8, true);
  }

  test("each sees at the same IOVA what the others wrote, and the client sees all of it", async () => {
    memory.write(SOURCE, Buffer.from("one address space"));
    expect(await copyByIoat(IOVA + BigInt(SOURCE), IOVA + BigInt(BY_IOAT), 17)).toBe(STATE_IDLE);
    expect(await copyByVdpa(IOVA + BigInt(BY_IOAT), IOVA + BigInt(BY_VDPA), 17)).toBe(17);
    expect(Buffer.from(memory.read(BY_VDPA, 17)).toString()).toBe("one address space");
  });

  test("an access, as an emulated device in the kernel has one, reads and writes the same bytes", async () => {
    const struct = encodeStruct(selftest.iommu_test_access_rw, {
      op: selftest.IOMMU_TEST_OP_ACCESS_RW,
      id: ACCESS_FD,
      iova: IOVA + BigInt(BY_VDPA),
      length: 17n,
      uptr: BUFFER_ADDRESS,
    });
    const read = await fd.ioctl(TEST_CMD, struct, {
      writable: [{ address: BUFFER_ADDRESS, length: 17 }],
      descriptors: [{ fd: ACCESS_FD, token: access.token }],
    });
    expect([read.result, Buffer.from(read.written[0]!.data).toString()]).toEqual([0, "one address space"]);
  });

  test("pages that a device and an access both need are pinned once, and unmapping asks the access to let go", async () => {
    const pages = encodeStruct(selftest.iommu_test_access_pages, {
      op: selftest.IOMMU_TEST_OP_ACCESS_PAGES,
      id: ACCESS_FD,
      iova: IOVA,
      length: BigInt(PAGE),
    });
    const before = await pinnedPages();
    const pinned = await fd.ioctl(TEST_CMD, pages, { descriptors: [{ fd: ACCESS_FD, token: access.token }] });
    expect([pinned.result, before, await pinnedPages()]).toEqual([0, GUEST_BYTES / PAGE, before]);
    await fd.unmap({ ioasId, iova: IOVA, length: BigInt(GUEST_BYTES) });
    expect(await pinnedPages()).toBe(0);
    const { out_access_pages_id } = decodeStruct(selftest.iommu_test_access_pages, pinned.struct);
    const gone = encodeStruct(selftest.iommu_test_destroy_access_pages, {
      op: selftest.IOMMU_TEST_OP_DESTROY_ACCESS_PAGES,
      id: ACCESS_FD,
      access_pages_id: out_access_pages_id,
    });
    const destroyed = await fd.ioctl(TEST_CMD, gone, { descriptors: [{ fd: ACCESS_FD, token: access.token }] });
    expect(destroyed.result).toBe(-errno.ENOENT);
  });

  test("what is unmapped is gone for the devices", async () => {
    expect(await copyByIoat(IOVA, IOVA + BigInt(BY_IOAT), 17)).toBe(STATE_HALTED);
  });
});
