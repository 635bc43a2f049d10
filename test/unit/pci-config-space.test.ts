/** Configuration space of PCI functions as the hardware has it: what reads as what, what can be written, what a reset leaves. */
import { describe, expect, test } from "@jest/globals";
import { ConfigSpace } from "../../daemon/devices/pci/config-space.js";
import type { PciModel } from "../../daemon/devices/pci/model.js";
import { createTestDevice } from "../../daemon/devices/pci/test-device/test-device.js";
import { PciSlot } from "../support/pci-slot.js";
import { chosenSeed, Random } from "../support/random.js";

const ALL_ONES = 0xffff_ffff;

describe("the header", () => {
  test("identifies the function, and cannot be written there", () => {
    const slot = new PciSlot(createTestDevice());
    for (const offset of [0x00, 0x08, 0x2c]) {
      const before = slot.config(offset, 4);
      slot.setConfig(offset, 4, ~before >>> 0);
      expect(slot.config(offset, 4)).toBe(before);
    }
    expect(slot.config(0x00, 4)).toBe(0x7e57_1234);
    expect(slot.config(0x08, 4)).toBe(0xff00_0001);
    expect(slot.config(0x2c, 4)).toBe(0x0001_1234);
    expect(slot.config(0x0e, 1)).toBe(0);
    expect(slot.config(0x3d, 1)).toBe(1);
  });

  test("COMMAND is 0 after power-up and keeps decoding, mastering, parity, SERR and INTx disable", () => {
    const slot = new PciSlot(createTestDevice());
    expect(slot.config(0x04, 2)).toBe(0);
    slot.setConfig(0x04, 2, 0xffff);
    expect(slot.config(0x04, 2)).toBe(0x0547);
  });

  test("STATUS says that there are capabilities, also after ones were written to it", () => {
    const slot = new PciSlot(createTestDevice());
    slot.setConfig(0x06, 2, 0xffff);
    expect(slot.config(0x06, 2)).toBe(0x0010);
  });

  test("a function without a pin says so", () => {
    expect(new PciSlot(createTestDevice({ intx: false })).config(0x3d, 1)).toBe(0);
  });
});

describe("BAR registers", () => {
  const slot = new PciSlot(createTestDevice());
  test.each([
    ["32-bit memory", 0x10, 0xc000_0000, 0xffff_f000],
    ["I/O", 0x14, 0x3001, 0xffff_ffe1],
    ["the low half of 64-bit prefetchable memory", 0x18, 0x0000_000c, 0xffff_000c],
    ["its high half", 0x1c, 0x3800, ALL_ONES],
    ["another of 32 bits", 0x20, 0xc000_1000, 0xffff_f000],
    ["one that is not there", 0x24, 0, 0],
    ["the ROM", 0x30, 0xc000_2000, 0xffff_f801],
  ])("%s: the address first, the size after ones, and what is written back", (_what, offset, placed, sized) => {
    expect(slot.config(offset, 4)).toBe(placed);
    slot.setConfig(offset, 4, ALL_ONES);
    expect(slot.config(offset, 4)).toBe(sized);
    slot.setConfig(offset, 4, placed);
    expect(slot.config(offset, 4)).toBe(placed);
  });
});

describe("capabilities", () => {
  test("are linked in the order of their offsets, MSI and MSI-X among them", () => {
    const slot = new PciSlot(createTestDevice());
    expect(slot.capabilities("plain")).toEqual([
      { offset: 0x40, id: 0x01 },
      { offset: 0x48, id: 0x0d },
      { offset: 0x50, id: 0x05 },
      { offset: 0x60, id: 0x09 },
      { offset: 0x70, id: 0x11 },
      { offset: 0x80, id: 0x10 },
    ]);
    expect(slot.capabilities("extended")).toEqual([
      { offset: 0x100, id: 0x0001 },
      { offset: 0x140, id: 0x7e57 },
      { offset: 0x150, id: 0x0003 },
    ]);
  });

  test("a conventional function has 256 bytes, advanced features and no extended ones", () => {
    const slot = new PciSlot(createTestDevice({ express: false }));
    expect(slot.device.model.configBytes).toBe(256);
    expect(slot.capabilities("plain").at(-1)).toEqual({ offset: 0x80, id: 0x13 });
    expect(slot.device.model.capabilities.filter(({ offset }) => offset >= 0x100)).toEqual([]);
  });

  test("an extended list whose first one is not at 0x100 begins there with an empty header", () => {
    const { model } = new PciSlot(createTestDevice()).device;
    const later = model.capabilities.filter(({ offset }) => offset !== 0x100);
    const behind: PciModel = Object.assign(Object.create(model) as PciModel, { capabilities: later });
    expect(new PciSlot(() => behind).capabilities("extended")).toEqual([
      { offset: 0x100, id: 0 },
      { offset: 0x140, id: 0x7e57 },
      { offset: 0x150, id: 0x0003 },
    ]);
  });

  test("MSI: 64-bit, as many vectors as the model has; enable, order, address and data can be written", () => {
    const slot = new PciSlot(createTestDevice());
    expect(slot.config(0x52, 2)).toBe(0x0084);
    slot.setConfig(0x52, 2, 0xffff);
    expect(slot.config(0x52, 2)).toBe(0x00f5);
    slot.setConfig(0x54, 4, ALL_ONES);
    slot.setConfig(0x58, 4, ALL_ONES);
    slot.setConfig(0x5c, 2, 0xffff);
    expect([slot.config(0x54, 4), slot.config(0x58, 4), slot.config(0x5c, 2)]).toEqual([0xffff_fffc, ALL_ONES, 0xffff]);
  });

  test("MSI-X: enable and function mask can be written, size and places cannot", () => {
    const slot = new PciSlot(createTestDevice());
    for (const offset of [0x70, 0x74, 0x78]) slot.setConfig(offset, 4, ALL_ONES);
    expect([slot.config(0x72, 2), slot.config(0x74, 4), slot.config(0x78, 4)]).toEqual([0xc007, 0x004, 0x804]);
  });

  test("a bit that a written 1 clears is not set by one", () => {
    const slot = new PciSlot(createTestDevice());
    slot.setConfig(0x104, 4, ALL_ONES);
    expect(slot.config(0x104, 4)).toBe(0);
  });
});

test("a function reset brings all back but BARs and interrupt line", () => {
  const slot = new PciSlot(createTestDevice());
  const before = Array.from({ length: 1024 }, (_, index) => slot.config(index * 4, 4));
  for (let offset = 0; offset < 4096; offset += 4) slot.setConfig(offset, 4, 0x5a5a_5a5a);
  slot.device.reset();
  const changed = before.flatMap((value, index) => (slot.config(index * 4, 4) === value ? [] : [index * 4]));
  expect(changed).toEqual([0x10, 0x14, 0x18, 0x1c, 0x20, 0x30, 0x3c]);
  expect(slot.config(0x3c, 1)).toBe(0x5a);
});

test("random writes do to each bit what its masks say", () => {
  const seed = chosenSeed();
  const random = new Random(seed);
  const bytes = 0x20;
  const [initial, writable, some] = [random.bytes(bytes), random.bytes(bytes), random.bytes(bytes)];
  // No bit is both.
  const clearedByOne = some.map((byte, index) => byte & ~writable[index]!);
  const { model } = new PciSlot(createTestDevice()).device;
  const register = { offset: 0xc0, initial, writable, clearedByOne };
  const space = new ConfigSpace(Object.assign(Object.create(model) as PciModel, { registers: [register] }), []);
  const expected = initial.slice();
  for (let step = 0; step < 500; step++) {
    const width = random.pick([1, 2, 4]);
    const at = random.below(bytes / width) * width;
    const value = random.bytes(width);
    space.write(0xc0 + at, value);
    for (const [index, byte] of value.entries())
      for (let bit = 1; bit < 256; bit <<= 1) {
        const where = at + index;
        if ((writable[where]! & bit) !== 0) expected[where] = (expected[where]! & ~bit) | (byte & bit);
        else if ((clearedByOne[where]! & byte & bit) !== 0) expected[where] = expected[where]! & ~bit;
      }
    const found = new Uint8Array(bytes);
    space.read(0xc0, found);
    expect({ seed, step, found }).toEqual({ seed, step, found: expected });
  }
});
