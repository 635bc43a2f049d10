/** VFIO_DEVICE_FEATURE of a plain PCI device: which features there are, low power, dma-bufs of BARs (specification 50, 4.10). */
import { describe, expect, test } from "@jest/globals";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/vfio-feature.js";
import { exportDeviceMemory } from "../../daemon/memory/bar-object.js";
import { FrameTable } from "../../daemon/memory/frames.js";
import { PAGE_SIZE } from "../../daemon/u64.js";
import type { FileCall } from "../../daemon/uapi/descriptors.js";
import { deviceFeature } from "../../daemon/uapi/vfio-feature.js";
import { BarBuffers } from "../../daemon/vfio/bar-buffers.js";
import { LowPower } from "../../daemon/vfio/low-power.js";
import { CLOSED_FILE, FakeEvents, FIRST_EVENT, OTHER_FILE } from "../support/fake-events.js";
import { FakePciFunction } from "../support/fake-pci-function.js";
import { fileCall, place } from "../support/interrupt-device.js";
import { FakeIommu } from "../support/machine.js";
import { SelftestMachine } from "../support/selftest-machine.js";

const { EBADF, EFAULT, EINVAL, ENODEV, ENOMEM, ENOTTY, EOPNOTSUPP, OK } = errno;
const {
  VFIO_DEVICE_FEATURE_DMA_BUF: DMA_BUF,
  VFIO_DEVICE_FEATURE_GET: GET,
  VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY: LOW_POWER_ENTRY,
  VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP: LOW_POWER_ENTRY_WITH_WAKEUP,
  VFIO_DEVICE_FEATURE_LOW_POWER_EXIT: LOW_POWER_EXIT,
  VFIO_DEVICE_FEATURE_PROBE: PROBE,
  VFIO_DEVICE_FEATURE_SET: SET,
} = api;
const A = FIRST_EVENT;
const PAGE = BigInt(PAGE_SIZE);
const IOVA = 0x100_0000n;

type Range = readonly [offset: bigint, length: bigint];

/** A device whose dma-bufs a program has descriptors for, and that program's iommufd with a device attached to an IOAS. */
class Device {
  readonly events = new FakeEvents();
  readonly pci = new FakePciFunction();
  readonly frames = new FrameTable();
  readonly machine = new SelftestMachine();
  readonly iommu = new FakeIommu();
  readonly ioas = this.machine.ioas();
  memoryEnabled = true;
  /** How often low power was entered or left. */
  changes = 0;
  readonly lowPower = new LowPower(() => {
    this.changes++;
    this.barBuffers.refresh();
  });
  readonly barBuffers = new BarBuffers(this.pci, {
    barsAnswer: () => this.memoryEnabled && !this.lowPower.isEntered,
    exportMemory: (memory) => exportDeviceMemory(this.frames, memory),
  });
  /** Descriptors that the last ioctl made. */
  made: number[] = [];
  private readonly program = fileCall(this.events);
  private readonly call: FileCall = {
    ...this.program.call,
    descriptors: {
      ...this.program.call.descriptors,
      create: (target) => {
        this.made.push(this.machine.files.open(target));
      },
    },
  };

  constructor() {
    this.machine.bind(this.iommu).attach(this.ioas);
  }

  /** @param data behind the struct @returns what ioctl(2) returns, or a negative errno */
  feature(flags: number, data: Uint8Array = new Uint8Array(), argsz = 8 + data.length): number {
    this.made = [];
    const struct = encodeStruct(api.vfio_device_feature, { argsz, flags });
    return deviceFeature(this.call, place(this.program.bytes, struct, data), this);
  }

  enterWithWakeup(fd: number): number {
    const values = { wakeup_eventfd: fd, reserved: 1 };
    const data = encodeStruct(api.vfio_device_low_power_entry_with_wakeup, values);
    return this.feature(SET | LOW_POWER_ENTRY_WITH_WAKEUP, data);
  }

  /** @param count if it is not that of the ranges */
  exportBar(bar: number, ranges: readonly Range[], { flags = 0, count = ranges.length, argsz = 24 } = {}): number {
    const head = { region_index: bar, open_flags: 0xffff_ffff, flags, nr_ranges: count };
    const data = Buffer.concat([
      encodeStruct(api.vfio_device_feature_dma_buf, head),
      ...ranges.map(([offset, length]) => encodeStruct(api.vfio_region_dma_range, { offset, length })),
    ]);
    return this.feature(GET | DMA_BUF, data, argsz);
  }

  /** Exports, and it works. @returns the descriptor */
  exported(bar: number, ...ranges: readonly Range[]): number {
    expect(this.exportBar(bar, ranges)).toBe(0);
    return this.made[0]!;
  }

  /** Page frame that the IOMMU has for an IOVA. */
  frameAt(iova: bigint): number | undefined {
    return this.iommu.domains[0]!.lookup(Number(iova / PAGE));
  }

  mapFile(fd: number, start: bigint, length: bigint, iova = IOVA): number {
    return this.machine.mapFile(this.ioas, fd, start, length, iova).error;
  }
}

describe("checks, in this order", () => {
  test("8 bytes are copied in EFAULT, argsz has them EINVAL", () => {
    const device = new Device();
    expect(device.feature(PROBE | LOW_POWER_ENTRY, new Uint8Array(), 7)).toBe(-EINVAL);
    expect(device.feature(PROBE | LOW_POWER_ENTRY, new Uint8Array(), 100)).toBe(0);
    const { call, bytes } = fileCall(device.events);
    const cut = place(bytes, new Uint8Array(7));
    expect(deviceFeature(call, cut, device)).toBe(-EFAULT);
  });

  test("unknown flags, and GET with SET without PROBE, are EINVAL before the feature is looked at", () => {
    const device = new Device();
    for (const number of [0, LOW_POWER_EXIT, 13]) {
      expect(device.feature(0x8_0000 | PROBE | number)).toBe(-EINVAL);
      expect(device.feature(0x4000_0000 | PROBE | number)).toBe(-EINVAL);
      expect(device.feature(GET | SET | number)).toBe(-EINVAL);
    }
    expect(device.feature(GET | SET | PROBE | 13)).toBe(-ENOTTY);
  });

  test.each([0, 1, 2, 6, 7, 8, 9, 10, 13, 0xffff])("feature %i is ENOTTY, whatever is asked of it", (number) => {
    const device = new Device();
    for (const flags of [0, GET, SET, PROBE, PROBE | GET]) expect(device.feature(flags | number)).toBe(-ENOTTY);
  });

  test("MIG_PRECOPY_INFOv2 is EINVAL without PRE_COPY", () => {
    for (const flags of [PROBE, SET]) expect(new Device().feature(flags | 12)).toBe(-EINVAL);
  });

  test.each([
    ["LOW_POWER_ENTRY", LOW_POWER_ENTRY, SET, 0],
    ["LOW_POWER_ENTRY_WITH_WAKEUP", LOW_POWER_ENTRY_WITH_WAKEUP, SET, 8],
    ["LOW_POWER_EXIT", LOW_POWER_EXIT, SET, 0],
    ["DMA_BUF", DMA_BUF, GET, 16],
  ])("%s can be probed, with its own operation only, and its data has room", (_name, number, operation, room) => {
    const device = new Device();
    expect(device.feature(PROBE | number)).toBe(0);
    expect(device.feature(PROBE | operation | number)).toBe(0);
    expect(device.feature(PROBE | GET | SET | number)).toBe(-EINVAL);
    expect(device.feature((operation ^ (GET | SET)) | number, new Uint8Array(64))).toBe(-EINVAL);
    expect(device.feature(number, new Uint8Array(64))).toBe(-EINVAL);
    if (room > 0) {
      expect(device.feature(operation | number, new Uint8Array(64), 8 + room - 1)).toBe(-EINVAL);
      expect(device.feature(operation | number, new Uint8Array(room - 1), 8 + room)).toBe(-EFAULT);
    }
    expect([device.changes, device.made]).toEqual([0, []]);
  });
});

describe("low power", () => {
  test("is entered once, EINVAL, and left as often as one likes", () => {
    const device = new Device();
    expect(device.feature(SET | LOW_POWER_EXIT)).toBe(0);
    expect(device.feature(SET | LOW_POWER_ENTRY)).toBe(0);
    expect(device.lowPower.isEntered).toBe(true);
    expect(device.feature(SET | LOW_POWER_ENTRY)).toBe(-EINVAL);
    expect(device.feature(SET | LOW_POWER_EXIT)).toBe(0);
    expect(device.feature(SET | LOW_POWER_EXIT)).toBe(0);
    expect([device.lowPower.isEntered, device.changes]).toEqual([false, 2]);
  });

  test("outlasts other uses of the device, which resume it for their duration", () => {
    const device = new Device();
    expect(device.feature(SET | LOW_POWER_ENTRY)).toBe(0);
    device.lowPower.resume();
    expect(device.lowPower.isEntered).toBe(true);
  });

  test("with a wakeup eventfd takes an fd, EINVAL below 0, EBADF, EINVAL for no eventfd", () => {
    const device = new Device();
    expect(device.enterWithWakeup(-1)).toBe(-EINVAL);
    expect(device.enterWithWakeup(CLOSED_FILE)).toBe(-EBADF);
    expect(device.enterWithWakeup(OTHER_FILE)).toBe(-EINVAL);
    expect([device.events.allHolders, device.lowPower.isEntered]).toEqual([0, false]);
  });

  test("with a wakeup eventfd ends with the first use of the device, which signals it once", () => {
    const device = new Device();
    expect(device.enterWithWakeup(A)).toBe(0);
    expect([device.lowPower.isEntered, device.events.take(A)]).toEqual([true, 0]);
    device.lowPower.resume();
    device.lowPower.resume();
    expect([device.lowPower.isEntered, device.events.take(A), device.events.allHolders]).toEqual([false, 1, 0]);
    expect(device.changes).toBe(2);
    expect(device.enterWithWakeup(A)).toBe(0);
  });

  test("that is entered already is EINVAL, and the eventfd is let go", () => {
    const device = new Device();
    expect(device.feature(SET | LOW_POWER_ENTRY)).toBe(0);
    expect(device.enterWithWakeup(A)).toBe(-EINVAL);
    expect(device.events.allHolders).toBe(0);
    device.lowPower.resume();
    expect(device.events.take(A)).toBe(0);
  });

  test("left by its exit lets go of the eventfd without a signal", () => {
    const device = new Device();
    expect(device.enterWithWakeup(A)).toBe(0);
    device.lowPower.exit();
    expect([device.events.take(A), device.events.allHolders]).toEqual([0, 0]);
  });
});

describe("DMA_BUF", () => {
  test("flags and no ranges are EINVAL, then no BAR's number ENODEV, then the array EFAULT", () => {
    const device = new Device();
    expect(device.exportBar(9, [[0n, PAGE]], { flags: 1 })).toBe(-EINVAL);
    expect(device.exportBar(9, [])).toBe(-EINVAL);
    expect(device.exportBar(6, [], { count: 1 })).toBe(-ENODEV);
    expect(device.exportBar(0, [[1n, PAGE]], { count: 2 })).toBe(-EFAULT);
    expect(device.exportBar(0, [[0n, PAGE]], { count: 0xffff_ffff })).toBe(-ENOMEM);
    expect(device.made).toEqual([]);
  });

  test.each<[string, number, readonly Range[]]>([
    ["an empty range", 0, [[0n, 0n]]],
    ["an offset inside a page", 0, [[0x800n, PAGE]]],
    ["part of a page", 0, [[0n, 0x800n]]],
    ["a range over the end of the BAR", 4, [[PAGE, 2n * PAGE]]],
    ["a range beyond the BAR", 4, [[2n * PAGE, PAGE]]],
    ["a range that wraps", 0, [[2n ** 64n - PAGE, 2n * PAGE]]],
    [
      "lengths whose sum wraps",
      0,
      [
        [0n, 2n ** 63n],
        [0n, 2n ** 63n],
      ],
    ],
    ["ports", 2, [[0n, PAGE]]],
    ["a BAR that there is not", 1, [[0n, PAGE]]],
    [
      "a bad range after a good one",
      0,
      [
        [0n, PAGE],
        [1n, PAGE],
      ],
    ],
  ])("%s is EINVAL", (_name, bar, ranges) => {
    const device = new Device();
    expect(device.exportBar(bar, ranges)).toBe(-EINVAL);
    expect([device.made, device.barBuffers.count]).toEqual([[], 0]);
  });

  test("makes a file of the size of its ranges, whatever the open flags", () => {
    const device = new Device();
    const fd = device.exported(0, [PAGE, 2n * PAGE], [0n, PAGE]);
    expect(device.machine.files.find(fd)).toMatchObject({ node: "dmabuf", size: 3 * PAGE_SIZE });
  });

  test("MAP_FILE of one range maps the bytes of the BAR for DMA", async () => {
    const device = new Device();
    const fd = device.exported(0, [4n * PAGE, 2n * PAGE]);
    expect(device.mapFile(fd, PAGE, PAGE)).toBe(OK);
    const frame = device.frameAt(IOVA)!;
    device.pci.writeBar(0, 5 * PAGE_SIZE + 0x10, Uint8Array.of(1, 2, 3, 4));
    const bytes = new Uint8Array(4);
    expect(await device.frames.read(frame * PAGE_SIZE + 0x10, bytes)).toBe(OK);
    expect([...bytes]).toEqual([1, 2, 3, 4]);
    device.pci.barWrites.length = 0;
    expect(await device.frames.write(frame * PAGE_SIZE + 0x21, Uint8Array.of(5, 6, 7))).toBe(OK);
    expect(device.pci.barWrites).toEqual([
      { bar: 0, offset: 5 * PAGE_SIZE + 0x21, bytes: [5] },
      { bar: 0, offset: 5 * PAGE_SIZE + 0x22, bytes: [6, 7] },
    ]);
  });

  test("DMA over the end of a page goes on with the next one", async () => {
    const device = new Device();
    expect(device.mapFile(device.exported(0, [4n * PAGE, 2n * PAGE]), 0n, 2n * PAGE)).toBe(OK);
    const data = Uint8Array.from({ length: 100 }, (_, index) => index + 1);
    const at = device.frameAt(IOVA)! * PAGE_SIZE + PAGE_SIZE - 50;
    expect(await device.frames.write(at, data)).toBe(OK);
    const back = new Uint8Array(100);
    expect(await device.frames.read(at, back)).toBe(OK);
    expect(back).toEqual(data);
    const byte = new Uint8Array(1);
    device.pci.readBar(0, 5 * PAGE_SIZE, byte);
    expect(byte[0]).toBe(51);
  });

  test("MAP_FILE checks the size EINVAL, then revocation ENODEV, then that it is one range EOPNOTSUPP", () => {
    const device = new Device();
    const two = device.exported(0, [0n, PAGE], [4n * PAGE, PAGE]);
    expect(device.mapFile(two, PAGE, 2n * PAGE)).toBe(EINVAL);
    expect(device.mapFile(two, 0n, PAGE)).toBe(EOPNOTSUPP);
    device.memoryEnabled = false;
    device.barBuffers.refresh();
    expect(device.mapFile(two, PAGE, 2n * PAGE)).toBe(EINVAL);
    expect(device.mapFile(two, 0n, PAGE)).toBe(ENODEV);
  });

  test.each<[string, (device: Device, answers: boolean) => void]>([
    [
      "memory decode is off",
      (device, answers) => {
        device.memoryEnabled = answers;
        device.barBuffers.refresh();
      },
    ],
    [
      "it is in low power",
      (device, answers) => {
        expect(device.feature(SET | (answers ? LOW_POWER_EXIT : LOW_POWER_ENTRY))).toBe(0);
      },
    ],
  ])("is revoked while %s: what is mapped goes for good, what is mapped later works", (_name, setAnswers) => {
    const device = new Device();
    const fd = device.exported(0, [0n, PAGE]);
    expect(device.mapFile(fd, 0n, PAGE)).toBe(OK);
    setAnswers(device, false);
    expect(device.frameAt(IOVA)).toBeUndefined();
    expect(device.mapFile(fd, 0n, PAGE, 2n * IOVA)).toBe(ENODEV);
    const made = device.exported(0, [0n, PAGE]);
    expect(device.mapFile(made, 0n, PAGE, 2n * IOVA)).toBe(ENODEV);
    setAnswers(device, true);
    expect(device.frameAt(IOVA)).toBeUndefined();
    for (const again of [fd, made]) {
      expect(device.machine.unmap(device.ioas, IOVA, PAGE)).toEqual({ error: OK, length: PAGE });
      expect(device.mapFile(again, 0n, PAGE)).toBe(OK);
      expect(device.frameAt(IOVA)).toBeDefined();
    }
  });

  test("a reset takes away what is mapped, and nothing else", () => {
    const device = new Device();
    const fd = device.exported(0, [0n, PAGE]);
    expect(device.mapFile(fd, 0n, PAGE)).toBe(OK);
    device.barBuffers.revokeMapped();
    expect(device.frameAt(IOVA)).toBeUndefined();
    expect(device.mapFile(fd, 0n, PAGE, 2n * IOVA)).toBe(OK);
  });

  test("of a device that is closed can never be mapped again", () => {
    const device = new Device();
    const fd = device.exported(0, [0n, PAGE]);
    expect(device.mapFile(fd, 0n, PAGE)).toBe(OK);
    device.barBuffers.teardown();
    expect(device.frameAt(IOVA)).toBeUndefined();
    device.barBuffers.refresh();
    expect(device.mapFile(fd, 0n, PAGE, 2n * IOVA)).toBe(ENODEV);
    device.machine.files.close(fd);
  });

  test("lives as long as its file or what is mapped of it, and holds no page frames then", () => {
    const device = new Device();
    const fd = device.exported(0, [0n, PAGE]);
    expect(device.mapFile(fd, 0n, PAGE)).toBe(OK);
    device.machine.files.close(fd);
    expect(device.barBuffers.count).toBe(1);
    expect(device.frames.inspect().pinnedPages).toBe(1);
    expect(device.machine.unmap(device.ioas, IOVA, PAGE).error).toBe(OK);
    expect(device.barBuffers.count).toBe(0);
    expect(device.frames.inspect().pinnedPages).toBe(0);
  });
});
