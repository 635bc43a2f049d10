/**
 * One IOAS for three classes of users: a PCI function with a DMA engine, a virtqueue device without PCI, and a driver in the
 * kernel. Each sees the same bytes at the same IOVA, pages are pinned once, and who unmaps tells the driver.
 */
import { beforeEach, describe, expect, test } from "@jest/globals";
import { DeviceObject } from "../../daemon/core/device.js";
import { IommuGroup } from "../../daemon/core/group.js";
import { DmaEngine } from "../../daemon/devices/dma-engine.js";
import { createIoat } from "../../daemon/devices/pci/ioat/ioat.js";
import { registers, type RegisterName } from "../../daemon/devices/pci/ioat/registers.js";
import type { PciModel } from "../../daemon/devices/pci/model.js";
import { VdpaDevice } from "../../daemon/devices/vdpa/device.js";
import { TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import { VtdIommu } from "../../daemon/hw/vtd/iommu.js";
import { vtdProfile } from "../../daemon/hw/vtd/profile.js";
import { U64 } from "../../daemon/u64.js";
import { errno } from "../../proto/uapi/errno.js";
import { Machine } from "../support/machine.js";
import { PinUser } from "../support/pin-user.js";

const IOAT_RID = 0x20;
const VDPA_RID = 0x30;
/** Where the client has its memory, and the devices see it. */
const VA = 0x700000n;
const IOVA = 0x100000;
const PAGES = 8;
/** Places in it. */
const [DESCRIPTOR, RINGS, INPUT, COPY, ECHO] = [0, 0x1000, 0x3000, 0x4000, 0x5000];

let machine: Machine;
let ioasId: number;
let ioat: PciModel;
let vdpa: VdpaDevice;
let user: PinUser;
let devices: DeviceObject[];

beforeEach(() => {
  machine = new Machine();
  ioasId = machine.ioas();
  expect(machine.map(ioasId, VA, BigInt(PAGES * 4096), BigInt(IOVA)).error).toBe(errno.OK);
  const iommu = new VtdIommu("iommu0", vtdProfile(), new TableMemory(1024), new FaultCounter());
  const later = (): void => {
    throw new Error("nothing here takes a second turn");
  };
  ioat = createIoat()({
    dma: new DmaEngine(IOAT_RID, iommu, machine.frames),
    interrupt: later,
    setIntx: later,
    later,
  });
  const dma = new DmaEngine(VDPA_RID, iommu, machine.frames);
  vdpa = new VdpaDevice({ name: "vdpa0", requesterId: VDPA_RID, iommu, reservedRegions: [], dma, later, queues: 1 });
  const bound = DeviceObject.bindTo(machine.context, vdpa, new IommuGroup(2, [vdpa]));
  if (typeof bound === "number") throw new Error(`errno ${bound}`);
  devices = [machine.bind(iommu, IOAT_RID), bound];
  for (const device of devices) expect(typeof device.attach(ioasId, 0)).toBe("object");
  user = PinUser.attached(machine, ioasId);
});

/** Stores into the client's memory, as the client does. */
function store(at: number, bytes: Uint8Array): void {
  expect(machine.caller.mm.copyTo(U64.fromBigInt(VA + BigInt(at)), bytes)).toBe(errno.OK);
}

function load(at: number, length: number): string {
  const bytes = Buffer.alloc(length);
  expect(machine.caller.mm.copyFrom(U64.fromBigInt(VA + BigInt(at)), bytes)).toBe(errno.OK);
  return bytes.toString();
}

function writeRegister(name: RegisterName, value: bigint): void {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  ioat.writeBar(0, registers[name].offset, bytes.subarray(0, registers[name].bytes));
}

/** @returns the state of the channel */
function copyByIoat(from: number, to: number, size: number): number {
  const descriptor = Buffer.alloc(64);
  descriptor.writeUInt32LE(size, 0);
  descriptor.writeBigUInt64LE(BigInt(IOVA + from), 8);
  descriptor.writeBigUInt64LE(BigInt(IOVA + to), 16);
  store(DESCRIPTOR, descriptor);
  writeRegister("CHANCMD", 0x20n);
  writeRegister("CHAINADDR", BigInt(IOVA + DESCRIPTOR));
  writeRegister("DMACOUNT", 1n);
  const status = new Uint8Array(1);
  ioat.readBar(0, registers.CHANSTS.offset, status);
  return status[0]! & 7;
}

/** @returns the status of the device */
function echoByVdpa(from: number, to: number, size: number): number {
  const table = Buffer.alloc(32);
  for (const [index, address] of [from, to].entries()) {
    table.writeBigUInt64LE(BigInt(IOVA + address), 16 * index);
    table.writeUInt32LE(size, 16 * index + 8);
  }
  table.writeUInt16LE(1, 12);
  table.writeUInt16LE(1, 14);
  table.writeUInt16LE(2, 28);
  store(RINGS, table);
  store(RINGS + 0x800, Uint8Array.of(0, 0, 1, 0, 0, 0));
  vdpa.setStatus(0);
  vdpa.setStatus(3);
  vdpa.setFeatures(vdpa.getFeatures());
  vdpa.setStatus(0xb);
  const at = (offset: number): U64 => U64.fromNumber(IOVA + RINGS + offset);
  vdpa.setVringNumber(0, 8);
  vdpa.setVringAddress(0, { descriptors: at(0), available: at(0x800), used: at(0xc00) });
  vdpa.setVringEnable(0, true);
  vdpa.setStatus(0xf);
  return vdpa.getStatus();
}

const pinCounts = (): number[] => [...machine.caller.mm.pinned.values()];

describe("one IOAS", () => {
  test("what one of them writes the others read at the same IOVA, and the client in its memory", () => {
    expect(user.write(BigInt(IOVA + INPUT), Buffer.from("from the driver"))).toBe(errno.OK);
    expect(copyByIoat(INPUT, COPY, 15)).toBe(1);
    expect(echoByVdpa(COPY, ECHO, 15)).toBe(0xf);
    expect(user.read(BigInt(IOVA + ECHO), 15)).toEqual(new Uint8Array(Buffer.from("from the driver")));
    expect([INPUT, COPY, ECHO].map((at) => load(at, 15))).toEqual(Array(3).fill("from the driver"));
  });

  test("pins its pages once for all of them", () => {
    const once = Array(PAGES).fill(1);
    expect(pinCounts()).toEqual(once);
    expect(user.pin(BigInt(IOVA), BigInt(PAGES * 4096))).toBe(errno.OK);
    expect(pinCounts()).toEqual(once);
    for (const device of devices) device.detach(0);
    expect(pinCounts()).toEqual(once);
    user.unpin(0);
    expect(pinCounts()).toEqual([]);
  });

  test("an unmap tells the driver, and then nobody reaches the memory", () => {
    expect(user.pin(BigInt(IOVA + INPUT), 4096n)).toBe(errno.OK);
    expect(echoByVdpa(INPUT, ECHO, 8)).toBe(0xf);
    expect(machine.unmap(ioasId, BigInt(IOVA), BigInt(PAGES * 4096)).error).toBe(errno.OK);
    expect(user.told).toHaveLength(1);
    expect([user.pins, pinCounts()]).toEqual([[], []]);
    expect(copyByIoat(INPUT, COPY, 8)).toBe(3);
    vdpa.kick(0);
    expect(vdpa.getStatus()).toBe(0x4f);
    expect(user.read(BigInt(IOVA + INPUT), 8)).toBe(errno.ENOENT);
  });
});
