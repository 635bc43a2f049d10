/**
 * VFIO through the SDK, as a VMM uses it: containers, groups, device files, registers, interrupts, a DMA engine that is programmed;
 * over both ways to reach the state machine.
 */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  addDevice,
  CONFIG_REGION,
  type ConnectOptions,
  EventFd,
  GuestMemory,
  IommuFd,
  IommufdError,
  removeDevice,
  status,
  VfioContainer,
  VfioDevice,
  VfioGroup,
  vfioContainerCalls,
  vfioDeviceCalls,
} from "../../client/ts/index.js";
import { registers as ioat, type RegisterName } from "../../daemon/devices/pci/ioat/registers.js";
import { registers as testdev } from "../../daemon/devices/pci/test-device/registers.js";
import * as feature from "../../proto/uapi/vfio-feature.js";
import { inProcess, overSocket, type Reached } from "../support/sdk-reach.js";

const PAGE = 4096;
const IOAT = "0000:00:04.0";
const IOAT_GROUP = 7;
const TESTDEV = "0000:01:00.0";
const TESTDEV_GROUP = 8;
const DEVICES = [`ioat@${IOAT},group=${IOAT_GROUP}`, `testdev@${TESTDEV},group=${TESTDEV_GROUP}`];
/** Their nodes: numbers are given in the order of the devices. */
const IOAT_NODE = 0;
const TESTDEV_NODE = 1;

const TYPE1V2 = 3;
const MSIX = 2;
const REQ = 4;
const COMMAND = 4;
const COMMAND_MEMORY = 2;
const COMMAND_MASTER = 4;
/** BARs of the test device: registers; registers and memory. */
const REGISTERS_BAR = 0;
const MEMORY_BAR = 2;

/** What the IOAT driver of a VMM's guest would lay out: a descriptor, a completion word, source and destination. */
const IOVA = 0x10_0000n;
const LAYOUT = { descriptor: 0, completion: 0x800, source: 0x1000, destination: 0x2000, bytes: 0x3000 };
const STATE_MASK = 7n;
const STATE = { IDLE: 1n, HALTED: 3n, ARMED: 4n };
/** int_en and compl_write. */
const COPY_CONTROL = 0x9;

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "OK",
    (error: unknown) => (error instanceof IommufdError ? error.code : String(error)),
  );

function littleEndian(value: bigint | number, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => Number((BigInt(value) >> BigInt(8 * index)) & 0xffn));
}

const numberOf = (bytes: Uint8Array): bigint => bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);

/** A way to the registers of BAR 0. */
interface Registers {
  load(name: RegisterName): Promise<bigint>;
  store(name: RegisterName, value: bigint | number): Promise<void>;
}

function byTransfer(device: VfioDevice): Registers {
  return {
    load: async (name) => numberOf(await device.readRegion(0, ioat[name].offset, ioat[name].bytes)),
    store: async (name, value) => {
      const data = littleEndian(value, ioat[name].bytes);
      expect(await device.writeRegion(0, ioat[name].offset, data)).toBe(data.length);
    },
  };
}

describe.each([
  ["in this process", inProcess],
  ["over a Unix socket", overSocket],
])("VFIO by the SDK %s", (_where, reach) => {
  let reached: Reached;
  let options: ConnectOptions;
  const closing: (() => unknown)[] = [];

  beforeEach(async () => {
    reached = await reach(DEVICES);
    ({ options } = reached);
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await reached.stop();
  });

  function closingLater<T extends { close(): unknown }>(opened: T): T {
    closing.push(() => opened.close());
    return opened;
  }

  const container = async () => closingLater(await VfioContainer.open(options));
  const group = async (number = IOAT_GROUP) => closingLater(await VfioGroup.open(number, options));
  const node = async (index = IOAT_NODE) => closingLater(await VfioDevice.open(index, options));
  const iommufd = async () => closingLater(await IommuFd.open(options));
  const event = async () => closingLater(await EventFd.create(options));

  /** Guest memory whose source holds a text, and its address. */
  async function guestMemory(fd: IommuFd) {
    const memory = closingLater(GuestMemory.create({ bytes: LAYOUT.bytes }));
    memory.write(LAYOUT.source, Buffer.from("copied by the DMA engine"));
    const { address } = await fd.registerMemory(memory);
    return { memory, address };
  }

  const copied = (memory: GuestMemory): string => Buffer.from(memory.read(LAYOUT.destination, 24)).toString();

  async function enable(device: VfioDevice, bits: number): Promise<void> {
    const now = numberOf(await device.readRegion(CONFIG_REGION, COMMAND, 2));
    await device.writeRegion(CONFIG_REGION, COMMAND, littleEndian(now | BigInt(bits), 2));
  }

  /** The container's way: a device of a group, with memory mapped. */
  async function byContainer() {
    const opened = await container();
    expect(await opened.getApiVersion()).toBe(0);
    expect(await opened.checkExtension(TYPE1V2)).toBe(1);
    const ofGroup = await group();
    expect(await ofGroup.getStatus()).toEqual({ viable: true, containerSet: false });
    await ofGroup.setContainer(opened);
    expect(await ofGroup.getStatus()).toEqual({ viable: true, containerSet: true });
    await opened.setIommu(TYPE1V2);
    const { memory, address } = await guestMemory(opened.iommufd);
    await opened.mapDma({ vaddr: address, iova: IOVA, size: memory.bytes });
    const device = closingLater(await ofGroup.getDevice(IOAT));
    return { container: opened, group: ofGroup, device, memory };
  }

  /** iommufd's way: the device's own node, bound and attached. */
  async function byNode() {
    const device = await node();
    const fd = await iommufd();
    const deviceId = await device.bindIommufd(fd);
    const ioasId = await fd.ioasAlloc();
    const { memory, address } = await guestMemory(fd);
    await fd.map({ ioasId, userVa: address, length: memory.bytes, iova: IOVA });
    const hwptId = await device.attachPt(ioasId);
    return { fd, device, deviceId, ioasId, hwptId, memory };
  }

  /** Lets the channel make one copy that ends with a completion word and an interrupt. */
  async function copy(channel: Registers, memory: GuestMemory, from = IOVA + BigInt(LAYOUT.source)): Promise<void> {
    const descriptor = IOVA + BigInt(LAYOUT.descriptor);
    const fields = [
      littleEndian(24, 4),
      littleEndian(COPY_CONTROL, 4),
      littleEndian(from, 8),
      littleEndian(IOVA + BigInt(LAYOUT.destination), 8),
      littleEndian(descriptor, 8),
    ];
    memory.write(LAYOUT.descriptor, Buffer.concat([...fields, Buffer.alloc(32)]));
    await channel.store("CHANCMP", IOVA + BigInt(LAYOUT.completion));
    await channel.store("CHAINADDR", descriptor);
    expect(await channel.load("CHANSTS")).toBe(STATE.ARMED);
    await channel.store("CHANCTRL", 1);
    await channel.store("DMACOUNT", 1);
  }

  async function useMsix(device: VfioDevice): Promise<EventFd> {
    const signalled = await event();
    const { count } = await device.getIrqInfo(MSIX);
    expect(count).toBe(1);
    await device.setIrqs({ index: MSIX, action: "trigger", events: [signalled] });
    return signalled;
  }

  describe.each([
    ["of a container", byContainer],
    ["of its node", byNode],
  ])("a device %s", (_way, open) => {
    test("copies guest memory: programmed by transfers, done with an interrupt, a completion word and the bytes", async () => {
      const { device, memory } = await open();
      await enable(device, COMMAND_MASTER);
      const channel = byTransfer(device);
      await channel.store("INTRCTRL", 8);
      const done = await useMsix(device);
      await copy(channel, memory);
      expect(await done.wait()).toBe(1n);
      expect(copied(memory)).toBe("copied by the DMA engine");
      expect(await channel.load("CHANSTS")).toBe(IOVA | STATE.IDLE);
      expect(numberOf(memory.read(LAYOUT.completion, 8))).toBe(IOVA | STATE.IDLE);
      expect(await done.read()).toBe(0n);
    });

    test("does the same when its registers are mapped", async () => {
      const { device, memory } = await open();
      await enable(device, COMMAND_MASTER);
      const { mappable, size } = await device.getRegionInfo(0);
      expect(mappable).toBe(true);
      const bar = closingLater(await device.mapRegion(0, 0, Number(size)));
      const channel: Registers = {
        load: async (name) => numberOf(await bar.load(ioat[name].offset, ioat[name].bytes)),
        store: (name, value) => bar.store(ioat[name].offset, littleEndian(value, ioat[name].bytes)),
      };
      await channel.store("INTRCTRL", 8);
      const done = await useMsix(device);
      await copy(channel, memory);
      expect(await done.wait()).toBe(1n);
      expect(copied(memory)).toBe("copied by the DMA engine");
      expect(await channel.load("CHANSTS")).toBe(IOVA | STATE.IDLE);
    });

    test("halts where the IOMMU refuses it, and copies again after a reset", async () => {
      const { device, memory } = await open();
      await enable(device, COMMAND_MASTER);
      const channel = byTransfer(device);
      await copy(channel, memory, 0xdead_0000n);
      expect((await channel.load("CHANSTS")) & STATE_MASK).toBe(STATE.HALTED);
      expect(await channel.load("CHANERR")).not.toBe(0n);
      await device.reset();
      expect(await channel.load("CHANERR")).toBe(0n);
      await copy(channel, memory);
      expect((await channel.load("CHANSTS")) & STATE_MASK).toBe(STATE.IDLE);
      expect(copied(memory)).toBe("copied by the DMA engine");
    });

    test("does no DMA and sends no interrupt before it may master the bus", async () => {
      const { device, memory } = await open();
      const channel = byTransfer(device);
      await channel.store("INTRCTRL", 8);
      const done = await useMsix(device);
      await copy(channel, memory);
      expect((await channel.load("CHANSTS")) & STATE_MASK).toBe(STATE.HALTED);
      expect(copied(memory)).toBe("\0".repeat(24));
      expect(await done.read()).toBe(0n);
    });

    test("tells what it has", async () => {
      const { device } = await open();
      expect(await device.getInfo()).toEqual({ resettable: true, regions: 9, interrupts: 5 });
      expect(await device.getRegionInfo(0)).toEqual({
        ...{ readable: true, writable: true, mappable: true, msixMappable: true },
        ...{ size: 0x4000n, offset: 0n },
      });
      expect(await device.getRegionInfo(CONFIG_REGION)).toMatchObject({
        ...{ mappable: false, size: 4096n, offset: 7n << 40n, msixMappable: false },
      });
      expect(await device.getIrqInfo(MSIX)).toMatchObject({ count: 1, maskable: false, resizable: true });
      expect(numberOf(await device.readRegion(CONFIG_REGION, 0, 4))).toBe(0x2021_8086n);
    });

    test("answers errors by their names, and goes on", async () => {
      const { device } = await open();
      expect(await codeOf(device.getRegionInfo(9))).toBe("EINVAL");
      expect(await codeOf(device.readRegion(CONFIG_REGION, 4094, 4))).toBe("EFAULT");
      expect(await device.readRegion(0, 0x3ffe, 8)).toHaveLength(2);
      expect(await codeOf(device.readRegion(0, 0x4000, 1))).toBe("EINVAL");
      await expect(device.readRegion(0, 1n << 40n, 1)).rejects.toThrow(RangeError);
      expect(await codeOf(device.mapRegion(CONFIG_REGION, 0, PAGE))).toBe("EINVAL");
      expect(await codeOf(device.setIrqs({ index: MSIX, action: "mask", count: 1 }))).toBe("ENOTTY");
      expect(await codeOf(device.setIrqs({ index: MSIX, action: "trigger", count: 0 }))).toBe("EINVAL");
      const none = { region: 0, offset: 0x80, data: 1, width: 2, event: undefined } as const;
      expect(await codeOf(device.ioeventfd(none))).toBe("ENODEV");
      expect(await codeOf(device.run(unknownFeature()))).toBe("ENOTTY");
      expect(await codeOf(device.getHotResetInfo())).toBe("ENODEV");
      expect(await device.getInfo()).toMatchObject({ interrupts: 5 });
    });
  });

  const unknownFeature = () => vfioDeviceCalls.probeFeature(feature.VFIO_DEVICE_FEATURE_MIGRATION, { get: true });

  describe("a container", () => {
    test("tells page sizes, IOVA ranges and that there is no limit of mappings", async () => {
      const { container: opened } = await byContainer();
      const { pageSizes, iovaRanges, dmaAvailable } = await opened.getInfo();
      expect(pageSizes & 0x1000n).toBe(0x1000n);
      expect(iovaRanges[0]).toEqual({ start: 0n, last: 0xfedf_ffffn });
      expect(iovaRanges.length).toBeGreaterThan(1);
      expect(dmaAvailable).toBe(0xffff_ffff);
    });

    test("without a group has nothing to map into", async () => {
      const opened = await container();
      expect(await codeOf(opened.getInfo())).toBe("ENODEV");
      expect(await codeOf(opened.mapDma({ vaddr: 0, iova: 0, size: PAGE }))).toBe("ENODEV");
    });

    test("unmaps what was mapped, and says how many bytes", async () => {
      const { container: opened } = await byContainer();
      expect(await codeOf(opened.unmapDma({ iova: IOVA, size: PAGE }))).toBe("ENOENT");
      expect(await opened.unmapDma({ iova: IOVA, size: LAYOUT.bytes })).toBe(BigInt(LAYOUT.bytes));
      expect(await opened.unmapAllDma()).toBe(0n);
    });

    test("is an iommufd: what is in a batch of calls of both is done in order", async () => {
      const { container: opened } = await byContainer();
      const results = await opened.iommufd.batch((calls) => [
        calls.vfioIoas(),
        vfioContainerCalls.unmapAllDma(),
        vfioContainerCalls.unmapDma({ iova: IOVA, size: 0 }),
      ]);
      expect(results.slice(0, 2)).toEqual([1, BigInt(LAYOUT.bytes)]);
      expect(results[2]).toMatchObject({ code: "EINVAL", call: "VFIO_IOMMU_UNMAP_DMA" });
    });
  });

  describe("opening and closing", () => {
    test("a group is open once, and not while its device is bound by its node", async () => {
      const first = await group();
      expect(await codeOf(group())).toBe("EBUSY");
      const device = await node();
      const fd = await iommufd();
      expect(await codeOf(device.bindIommufd(fd))).toBe("EBUSY");
      await first.close();
      await device.bindIommufd(fd);
      expect(await codeOf(group())).toBe("EBUSY");
      await device.close();
      await (await group()).close();
    });

    test("what is not there is ENODEV", async () => {
      expect(await codeOf(group(4711))).toBe("ENODEV");
      expect(await codeOf(node(4711))).toBe("ENODEV");
    });

    test("a group gives its device once it has a container", async () => {
      const ofGroup = await group();
      expect(await codeOf(ofGroup.getDevice(IOAT))).toBe("EINVAL");
      expect(await codeOf(ofGroup.getDevice("0000:00:1f.0"))).toBe("ENODEV");
      expect(await codeOf(ofGroup.setContainer(ofGroup))).toBe("EBADFD");
      expect(await codeOf(ofGroup.unsetContainer())).toBe("EINVAL");
    });

    test("a node does nothing before it is bound, and is bound once", async () => {
      const [first, second, fd] = [await node(), await node(), await iommufd()];
      expect(await codeOf(first.getInfo())).toBe("EINVAL");
      expect(await codeOf(first.readRegion(0, 0, 4))).toBe("EINVAL");
      expect(await codeOf(first.mapRegion(0, 0, PAGE))).toBe("EINVAL");
      const deviceId = await first.bindIommufd(fd);
      expect(await codeOf(first.bindIommufd(fd))).toBe("EINVAL");
      expect(await codeOf(second.bindIommufd(fd))).toBe("EINVAL");
      expect(await codeOf(first.attachPt(0xffff_ffff))).toBe("ENOENT");
      expect(await codeOf(first.attachPt(deviceId))).toBe("EINVAL");
      await first.detachPt();
      expect(await codeOf(fd.destroy(deviceId))).toBe("EBUSY");
      await first.close();
      expect(await codeOf(fd.destroy(deviceId))).toBe("ENOENT");
      await second.bindIommufd(fd);
    });

    test.each(["container, group, device", "device, container, group", "group, device, container"])(
      "a device of a group can be opened again after %s have been closed in this order",
      async (order) => {
        const opened = await byContainer();
        for (const name of order.split(", ")) await opened[name as "container" | "group" | "device"].close();
        await opened.device.close();
        const again = await byContainer();
        expect(await again.device.getInfo()).toMatchObject({ regions: 9 });
        expect(numberOf(await again.device.readRegion(CONFIG_REGION, COMMAND, 2))).toBe(BigInt(COMMAND_MEMORY));
      },
    );

    test("a device stays usable without its group, its container and its iommufd", async () => {
      const { container: opened, group: ofGroup, device, memory } = await byContainer();
      await opened.close();
      await ofGroup.close();
      await enable(device, COMMAND_MASTER);
      const channel = byTransfer(device);
      await copy(channel, memory);
      expect((await channel.load("CHANSTS")) & STATE_MASK).toBe(STATE.IDLE);
    });

    test("a mapped BAR keeps the device bound until it is unmapped", async () => {
      const { device, fd } = await byNode();
      const bar = closingLater(await device.mapRegion(0, 0, PAGE));
      await device.close();
      const other = await node();
      expect(numberOf(await bar.load(ioat.CBVER.offset, 1))).toBe(0x33n);
      expect(await codeOf(other.bindIommufd(fd))).toBe("EINVAL");
      await bar.close();
      expect(await codeOf(other.bindIommufd(fd))).toBe("OK");
    });
  });

  describe("a mapping", () => {
    async function testDevice() {
      const device = await node(TESTDEV_NODE);
      const fd = await iommufd();
      await device.bindIommufd(fd);
      return { device, fd };
    }

    test("has registers and memory side by side; memory is one with the device's", async () => {
      const { device } = await testDevice();
      const bar = closingLater(await device.mapRegion(MEMORY_BAR, 0, 3 * PAGE));
      await bar.store(testdev.SCRATCH0.offset, littleEndian(0x1234, 4));
      expect(numberOf(await device.readRegion(REGISTERS_BAR, testdev.SCRATCH0.offset, 4))).toBe(0x1234n);
      await bar.store(2 * PAGE + 5, Buffer.from("memory"));
      expect(Buffer.from(await device.readRegion(MEMORY_BAR, 2 * PAGE + 5, 6)).toString()).toBe("memory");
      await device.writeRegion(MEMORY_BAR, 2 * PAGE, Buffer.from("there"));
      expect(Buffer.from(await bar.load(2 * PAGE, 11)).toString()).toBe("therememory");
      await expect(bar.load(PAGE - 2, 4)).rejects.toThrow(RangeError);
      await expect(bar.load(3 * PAGE, 1)).rejects.toThrow(RangeError);
    });

    test("of a part of a BAR begins there", async () => {
      const { device } = await testDevice();
      await device.writeRegion(MEMORY_BAR, 3 * PAGE, Buffer.from("page three"));
      const part = closingLater(await device.mapRegion(MEMORY_BAR, 3 * PAGE, PAGE));
      expect(Buffer.from(await part.load(0, 10)).toString()).toBe("page three");
      expect(await codeOf(device.mapRegion(MEMORY_BAR, 15 * PAGE, 2 * PAGE))).toBe("EINVAL");
    });

    test("answers nothing while memory is not decoded, and again afterwards", async () => {
      const { device } = await testDevice();
      const bar = closingLater(await device.mapRegion(REGISTERS_BAR, 0, PAGE));
      const memory = closingLater(await device.mapRegion(MEMORY_BAR, 0, 2 * PAGE));
      await memory.store(PAGE, Buffer.from("kept"));
      await device.writeRegion(CONFIG_REGION, COMMAND, littleEndian(0, 2));
      expect(await codeOf(bar.load(testdev.ID.offset, 4))).toBe("EFAULT");
      expect(await codeOf(bar.store(testdev.SCRATCH0.offset, littleEndian(1, 4)))).toBe("EFAULT");
      expect(await codeOf(device.readRegion(REGISTERS_BAR, 0, 4))).toBe("EIO");
      expect(await codeOf(memory.load(PAGE, 4))).toBe("EFAULT");
      expect(await codeOf(memory.store(PAGE, Buffer.from("lost")))).toBe("EFAULT");
      await enable(device, COMMAND_MEMORY);
      expect(Buffer.from(await bar.load(testdev.ID.offset, 4)).toString()).toBe("TEST");
      expect(Buffer.from(await memory.load(PAGE, 4)).toString()).toBe("kept");
    });

    test("can be given on as a dma-buf, and mapped for DMA", async () => {
      const { device, fd } = await testDevice();
      const exported = closingLater(await device.exportDmaBuf(MEMORY_BAR, [{ offset: PAGE, length: 2 * PAGE }]));
      expect(exported.size).toBe(BigInt(2 * PAGE));
      const ioasId = await fd.ioasAlloc();
      const iova = await fd.mapFile({ ioasId, fd: exported, start: 0, length: 2 * PAGE });
      expect(await fd.unmap({ ioasId, iova, length: 2 * PAGE })).toBe(BigInt(2 * PAGE));
      const nowhere = device.exportDmaBuf(MEMORY_BAR, [{ offset: 15 * PAGE, length: 2 * PAGE }]);
      expect(await codeOf(nowhere)).toBe("EINVAL");
    });
  });

  describe("events", () => {
    test("count, and are read and written as those of eventfd(2)", async () => {
      const counter = await event();
      expect(await counter.read()).toBe(0n);
      await counter.write(3);
      await counter.write(4n);
      expect(await counter.wait()).toBe(7n);
      expect(await codeOf(counter.write(2n ** 64n - 1n))).toBe("EINVAL");
      await counter.write(2n ** 64n - 2n);
      expect(await codeOf(counter.write(1))).toBe("EAGAIN");
    });

    test("are waited for until one comes", async () => {
      const counter = await event();
      let seen: bigint | undefined;
      const waiting = counter.wait().then((value) => (seen = value));
      expect(await counter.read()).toBe(0n);
      expect(seen).toBeUndefined();
      await counter.write(1);
      await waiting;
      expect(seen).toBe(1n);
    });

    test("that are closed end who waits for them, and devices signal them into nothing", async () => {
      const { device } = await byNode();
      const signalled = await useMsix(device);
      const waiting = signalled.wait();
      await signalled.close();
      await expect(waiting).rejects.toMatchObject({ code: "CONNECTION_CLOSED" });
      expect(await device.setIrqs({ index: MSIX, action: "trigger", count: 1 })).toBe(0);
    });

    test("are triggered by hand, one vector at a time, and all are dropped at once", async () => {
      const device = await node(TESTDEV_NODE);
      await device.bindIommufd(await iommufd());
      const vectors = [await event(), undefined, await event()];
      await device.setIrqs({ index: MSIX, action: "trigger", events: vectors });
      await device.setIrqs({ index: MSIX, action: "trigger", start: 2, count: 1 });
      await device.setIrqs({ index: MSIX, action: "trigger", values: [true, true, false] });
      expect([await vectors[0]!.read(), await vectors[2]!.read()]).toEqual([1n, 1n]);
      await device.setIrqs({ index: MSIX, action: "trigger", count: 0 });
      expect(await codeOf(device.setIrqs({ index: MSIX, action: "trigger", count: 3 }))).toBe("EINVAL");
    });

    test("store into a register, and wake a device", async () => {
      const device = await node(TESTDEV_NODE);
      await device.bindIommufd(await iommufd());
      const doorbell = await event();
      const store = { region: REGISTERS_BAR, offset: testdev.SCRATCH1.offset, data: 0x77, width: 4 } as const;
      await device.ioeventfd({ ...store, event: doorbell });
      expect(await codeOf(device.ioeventfd({ ...store, event: doorbell }))).toBe("EEXIST");
      await doorbell.write(1);
      expect(numberOf(await device.readRegion(REGISTERS_BAR, testdev.SCRATCH1.offset, 4))).toBe(0x77n);
      await device.ioeventfd({ ...store, event: undefined });
      const woken = await event();
      await device.enterLowPower(woken);
      await device.getInfo();
      expect(await woken.wait()).toBe(1n);
      await device.exitLowPower();
    });
  });

  describe("the machine", () => {
    test("gets a device while it runs, whose lowest free node can be used at once", async () => {
      await addDevice("testdev@0000:02:00.0,intx=false", options);
      const device = await node(2);
      await device.bindIommufd(await iommufd());
      expect(await device.getIrqInfo(0)).toMatchObject({ count: 0 });
    });

    test("refuses a device that it cannot have, and says why", async () => {
      await expect(addDevice(`ioat@${IOAT}`, options)).rejects.toMatchObject({
        ...{ code: "EINVAL", message: expect.stringContaining("already") as unknown },
      });
      await expect(addDevice("toaster@0000:03:00.0", options)).rejects.toThrow(/there is no model "toaster"/);
      expect(await codeOf(removeDevice("0000:03:00.0", options))).toBe("ENODEV");
    });

    test("loses a device that nobody has open at once: its node and group are gone", async () => {
      expect(await removeDevice(IOAT, options)).toEqual({ inUse: false });
      expect(await codeOf(node())).toBe("ENODEV");
      expect(await codeOf(group())).toBe("ENODEV");
      await addDevice(DEVICES[0]!, options);
      await (await group()).close();
    });

    test("tells who has it open when a device goes, and has its address back once they are done", async () => {
      const { device, memory } = await byNode();
      const wanted = await event();
      await device.setIrqs({ index: REQ, action: "trigger", events: [wanted] });
      const gone = wanted.wait();
      expect(await removeDevice(IOAT, options)).toEqual({ inUse: true });
      expect(await gone).toBe(1n);
      expect(numberOf(await device.readRegion(0, ioat.CHANSTS.offset, 8))).toBe(2n ** 64n - 1n);
      expect(copied(memory)).toBe("\0".repeat(24));
      expect(await codeOf(addDevice(DEVICES[0]!, options))).toBe("EINVAL");
      await device.close();
      expect(await codeOf(addDevice(DEVICES[0]!, options))).toBe("OK");
    });

    test("shows in its status who uses what", async () => {
      const { device } = await byNode();
      const { devices } = (await status(options)) as unknown as { devices: { functions: unknown[] } };
      expect(devices.functions).toMatchObject([
        { address: IOAT, group: IOAT_GROUP, driver: "vfio-pci", node: "vfio0", device: { open: 1 } },
        { address: TESTDEV, group: TESTDEV_GROUP, driver: "vfio-pci", node: "vfio1", device: { open: 0 } },
      ]);
      await device.close();
    });
  });

  test("a raw ioctl of a device is its bytes, and a failure of it a value", async () => {
    const { device } = await byNode();
    const struct = littleEndian(12, 16);
    expect(await device.ioctl(0x3b6b, struct)).toMatchObject({ result: -22 });
    const { result, struct: info } = await device.ioctl(0x3b6b, littleEndian(16, 16));
    expect(result).toBe(0);
    expect(numberOf(info.subarray(8, 12))).toBe(9n);
  });

  test("devices below a port are reset together, by a node and by a group", async () => {
    const device = await node(TESTDEV_NODE);
    const deviceId = await device.bindIommufd(await iommufd());
    expect(await device.getHotResetInfo()).toEqual([{ id: deviceId, segment: 0, bus: 1, devfn: 0 }]);
    await device.writeRegion(REGISTERS_BAR, testdev.SCRATCH0.offset, littleEndian(1, 4));
    await device.hotReset();
    expect(numberOf(await device.readRegion(REGISTERS_BAR, testdev.SCRATCH0.offset, 4))).toBe(0n);
    await device.close();
    const ofGroup = await group(TESTDEV_GROUP);
    await ofGroup.setContainer(await container());
    const again = closingLater(await ofGroup.getDevice(TESTDEV));
    expect(await again.getHotResetInfo()).toEqual([{ id: TESTDEV_GROUP, segment: 0, bus: 1, devfn: 0 }]);
    await again.hotReset([ofGroup]);
    expect(await codeOf(again.hotReset())).toBe("EINVAL");
  });
});
