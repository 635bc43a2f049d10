/**
 * When the BARs of a VFIO PCI device answer, and what becomes of mapped pages and dma-bufs while they do not (specification 50,
 * sections 4.6, 4.10, 4.12): the device with its real configuration space.
 */
import { describe, expect, jest, test } from "@jest/globals";
import { errno } from "../../proto/uapi/errno.js";
import type { DmaBuf } from "../../daemon/core/dmabuf.js";
import { exportDeviceMemory } from "../../daemon/memory/bar-object.js";
import { FrameTable } from "../../daemon/memory/frames.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { ConfigView } from "../../daemon/vfio/config-view.js";
import { VfioPciDevice } from "../../daemon/vfio/device.js";
import { ConfigHardware, ones } from "../support/config-hardware.js";
import { FakeEvents, FIRST_EVENT } from "../support/fake-events.js";
import { FakeIommu } from "../support/machine.js";
import { DEFAULT_BARS, FakeVfioFunction } from "../support/vfio-function.js";
import { VfioMachine } from "../support/vfio-machine.js";

const { EIO, OK } = errno;
const COMMAND = 0x04;
const PM = 0x40;
const PM_CONTROL = PM + 4;
const AF = 0x50;
const AF_CONTROL = AF + 4;
/** It has pages of memory. */
const MEMORY_BAR = 2;

/** Why BARs do not answer. */
type Reason = "memory decoding off" | "D3" | "low power";

/** With power management, and a function reset that configuration space can ask for. */
class Function extends FakeVfioFunction {
  private readonly config = new ConfigHardware({
    bars: DEFAULT_BARS,
    capabilities: [
      { offset: PM, id: 0x01, values: [3, 0, 0, 0, 0, 0], writable: [0, 0, 3, 0, 0, 0] },
      { offset: AF, id: 0x13, values: [6, 2, 0, 0] },
    ],
  });

  override readConfig(offset: number, into: Uint8Array): void {
    if (this.present) this.config.readConfig(offset, into);
    else into.fill(0xff);
  }

  override writeConfig(...access: [offset?: number, from?: Uint8Array]): void {
    if (this.present) this.config.writeConfig(access[0]!, access[1]!);
  }

  override reset(): void {
    super.reset();
    this.config.reset();
  }
}

class Device {
  readonly pci = new Function({ iommu: new FakeIommu() });
  private readonly machine = new VfioMachine();
  private readonly frames = new FrameTable();
  readonly device = new VfioPciDevice(
    this.pci,
    this.machine.group(1),
    {
      makeConfig: (pci, events) => new ConfigView(pci, events),
      exportMemory: (memory) => exportDeviceMemory(this.frames, memory),
    },
    { openedChanged: () => undefined, unused: () => undefined },
  );
  readonly buffer: DmaBuf;
  /** What became of mappings of the buffer. */
  readonly revoke;

  constructor() {
    expect(this.device.open(this.machine.machine.context)).toBe(OK);
    this.buffer = this.export();
    this.revoke = jest.spyOn(this.buffer, "revoke");
  }

  export(): DmaBuf {
    const range = { offset: U64.fromNumber(0), length: U64.fromNumber(PAGE_SIZE) };
    const buffer = this.device.barBuffers.export(0, [range]);
    if (typeof buffer === "number") throw new Error(`errno ${buffer}`);
    return buffer;
  }

  /** Makes it so, or not so any more. */
  set(reason: Reason, on: boolean): void {
    const { lowPower } = this.device;
    if (reason === "memory decoding off") this.write(COMMAND, on ? 0 : 2);
    else if (reason === "D3") this.write(PM_CONTROL, on ? 3 : 0);
    else if (on) expect(lowPower.enter()).toBe(OK);
    else lowPower.exit();
  }

  write(offset: number, ...bytes: readonly number[]): void {
    expect(this.device.config.write(offset, Uint8Array.from(bytes))).toBe(true);
  }

  /** Mapped memory is there, mapped registers answer, a dma-buf can be mapped: all of them, or none. */
  get answers(): boolean {
    const all = [
      !this.pci.memories.get(MEMORY_BAR)!.hidden,
      this.device.answersMappings,
      !this.buffer.revoked,
      !this.export().revoked,
    ];
    expect(new Set(all).size).toBe(1);
    return all[0]!;
  }

  get reads(): number {
    return this.device.readRegion(0, 0, new Uint8Array(4));
  }
}

test("after open they answer", () => {
  const device = new Device();
  expect([device.answers, device.reads]).toEqual([true, OK]);
});

describe.each<[reason: Reason, reads: number, afterReset: boolean]>([
  ["memory decoding off", EIO, false],
  ["D3", EIO, true],
  ["low power", OK, false],
])("with %s", (reason, reads, afterReset) => {
  test("mappings and dma-bufs do not answer, and do again afterwards; what was mapped of a dma-buf is gone for good", () => {
    const device = new Device();
    device.set(reason, true);
    expect([device.answers, device.reads, device.revoke.mock.calls.length]).toEqual([false, reads, 1]);
    device.set(reason, false);
    expect([device.answers, device.reads, device.revoke.mock.calls.length]).toEqual([true, OK, 1]);
  });

  test(`they ${afterReset ? "answer" : "do not answer"} after a reset`, () => {
    const device = new Device();
    device.set(reason, true);
    device.device.reset();
    expect(device.answers).toBe(afterReset);
  });

  test("the last close shows the pages again, for whoever opens the device next", () => {
    const device = new Device();
    device.set(reason, true);
    device.device.drop();
    expect(device.pci.memories.get(MEMORY_BAR)!.hidden).toBe(false);
    expect(device.buffer.revoked).toBe(true);
  });
});

test("they answer again when the last reason is gone, in whatever order", () => {
  const device = new Device();
  const reasons: Reason[] = ["memory decoding off", "low power", "D3"];
  for (const reason of reasons) device.set(reason, true);
  for (const reason of reasons) {
    expect(device.answers).toBe(false);
    device.set(reason, false);
  }
  expect(device.answers).toBe(true);
  expect(device.revoke).toHaveBeenCalledTimes(1);
});

test("D1 and D2 are no D3", () => {
  const device = new Device();
  for (const state of [1, 2]) {
    device.write(PM_CONTROL, state);
    expect([device.answers, device.reads]).toEqual([true, OK]);
  }
});

test("the use of a device with a wakeup eventfd ends its low power", () => {
  const device = new Device();
  const wakeup = new FakeEvents().open(FIRST_EVENT);
  if (typeof wakeup === "number") throw new Error(`errno ${wakeup}`);
  expect(device.device.lowPower.enter(wakeup)).toBe(OK);
  expect(device.answers).toBe(false);
  device.device.lowPower.resume();
  expect(device.answers).toBe(true);
});

describe("a reset", () => {
  test.each(["ioctl", "configuration space"])(
    "by %s takes away what is mapped of a dma-buf, which can be mapped again",
    (way) => {
      const device = new Device();
      const resets = device.pci.resets;
      if (way === "ioctl") device.device.reset();
      else device.write(AF_CONTROL, 1);
      expect([device.pci.resets, device.revoke.mock.calls.length, device.answers]).toEqual([resets + 1, 1, true]);
    },
  );

  test("of a device that is not open is the function's alone", () => {
    const device = new Device();
    device.device.drop();
    const resets = device.pci.resets;
    device.device.reset();
    expect(device.pci.resets).toBe(resets + 1);
    expect(device.revoke).toHaveBeenCalledTimes(1);
  });
});

test("what is gone reads as ones, and is not hidden", () => {
  const device = new Device();
  device.pci.remove();
  device.write(COMMAND, ...ones(2));
  expect(device.answers).toBe(true);
});
