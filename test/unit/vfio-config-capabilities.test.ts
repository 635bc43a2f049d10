/**
 * Capabilities in the virtual configuration space that a user of a VFIO PCI device sees (specification 50, section 4.13): which are
 * listed, and what can be written of each.
 */
import { describe, expect, test } from "@jest/globals";
import { littleEndian, ones, viewed, type Capability, type ViewedHardware } from "../support/config-hardware.js";

const STATUS = 0x06;
const CAP_LIST = 0x10;
const REGISTERS = { bytes: 0x1000, space: "memory32", prefetchable: false } as const;

/** Capability ids and where they are, as a program walks the list. */
function listed(config: ViewedHardware): (readonly [id: number, offset: number])[] {
  const found: (readonly [number, number])[] = [];
  for (let at = config.get(0x34, 1); at !== 0; at = config.get(at + 1, 1)) {
    if (found.length > 64) throw new Error("a loop");
    found.push([config.get(at, 1), at]);
  }
  return found;
}

function listedExtended(config: ViewedHardware): (readonly [id: number, offset: number])[] {
  const found: (readonly [number, number])[] = [];
  for (let at = 0x100; at !== 0; at = Math.floor(config.get(at, 4) / 2 ** 20)) {
    if (found.length > 1024) throw new Error("a loop");
    found.push([config.get(at, 2), at]);
  }
  return found;
}

/** Of which everything can be written in the hardware. */
function open(offset: number, id: number, length: number): Capability {
  return { offset, id, values: Array<number>(length - 2).fill(0), writable: ones(length - 2) };
}

describe("the list", () => {
  const HIDDEN = [0x00, 0x04, 0x06, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x14, 0x55];
  const SHOWN = [0x01, 0x02, 0x03, 0x05, 0x07, 0x08, 0x09, 0x10, 0x11, 0x12, 0x13];

  test.each(HIDDEN)("does not show id %d, whose bytes are the hardware's to read and write", (id) => {
    const config = viewed({ capabilities: [open(0x40, 1, 8), open(0x50, id, 8), open(0x60, 0x12, 8)] });
    expect(listed(config)).toEqual([
      [1, 0x40],
      [0x12, 0x60],
    ]);
    expect(config.read(0x50, 2)).toEqual([id, 0x60]);
    config.set(0x52, 0x1234_5678, 4);
    expect(config.get(0x52, 4)).toBe(0x1234_5678);
    expect(config.hardwareValue(0x52, 4)).toBe(0x1234_5678);
  });

  test.each(SHOWN)("shows id %d", (id) => {
    const config = viewed({ capabilities: [{ offset: 0x40, id, values: [0x12, 0, 0, 0, 0, 0] }] });
    expect(listed(config)).toEqual([[id, 0x40]]);
    expect(config.get(STATUS, 1) & CAP_LIST).toBe(CAP_LIST);
  });

  test("has pointers that cannot be written, and the hardware's are left as they are", () => {
    const capabilities = [open(0x40, 0x04, 8), open(0x50, 1, 8), open(0x60, 0x0d, 8), open(0x70, 0x12, 4)];
    const registers = capabilities.map(({ offset }) => ({ offset: offset + 1, values: [], writable: [0xff] }));
    const config = viewed({ capabilities, registers: [...registers, { offset: 0x34, values: [], writable: [0xff] }] });
    const list = listed(config);
    expect(list).toEqual([
      [1, 0x50],
      [0x12, 0x70],
    ]);
    for (const at of [0x34, 0x51, 0x71]) config.set(at, 0xa0, 1);
    expect(listed(config)).toEqual(list);
    expect([0x34, 0x41, 0x51, 0x61, 0x71].map((at) => config.hardware.values[at])).toEqual([
      ...[0x40, 0x50, 0x60, 0x70, 0x00],
    ]);
  });

  test("that would show none is none, and STATUS says so", () => {
    const config = viewed({ capabilities: [open(0x40, 0x0d, 8)] });
    expect(listed(config)).toEqual([]);
    expect(config.get(STATUS, 1) & CAP_LIST).toBe(0);
  });

  test("that leads in a circle ends", () => {
    const registers = [{ offset: 0x51, values: [0x40] }];
    const config = viewed({ capabilities: [open(0x40, 1, 8), open(0x50, 0x12, 4)], registers });
    expect(listed(config).length).toBeLessThanOrEqual(2);
  });
});

test("bytes that no capability covers are the hardware's to read and write, and to clear", () => {
  const registers = [
    { offset: 0x90, values: [0, 0, 0, 0], writable: ones(4) },
    { offset: 0x148, values: [0xff, 0xff, 0, 0], cleared: ones(4) },
  ];
  const config = viewed({ registers });
  config.set(0x90, 0xcafe_f00d, 4);
  config.set(0x148, 0x0000_0f0f, 4);
  expect(config.get(0x90, 4)).toBe(0xcafe_f00d);
  expect(config.get(0x148, 4)).toBe(0x0000_f0f0);
});

describe("power management", () => {
  const pm = { offset: 0x40, id: 1, values: littleEndian(0x8100_ffff, 6), writable: [0, 0, 0xff, 0xff, 0xff, 0xff] };

  test("announces no PME: support, enable and status read 0", () => {
    const config = viewed({ capabilities: [pm] });
    expect(config.get(0x42, 2)).toBe(0x07ff);
    expect(config.get(0x44, 2)).toBe(0x0000);
    config.set(0x44, 0x8108, 2);
    expect(config.get(0x44, 2)).toBe(0x0008);
    expect(config.hardwareValue(0x44, 2) & 0x0108).toBe(0x0108);
  });

  test("carries out a change of the power state: memory BARs do not answer in D3, and do in all others", () => {
    const config = viewed({ bars: [REGISTERS], capabilities: [pm] });
    for (const state of [1, 2]) {
      config.set(0x44, state, 2);
      expect([config.hardwareValue(0x44, 2) & 3, config.view.memoryEnabled]).toEqual([state, true]);
    }
    config.set(0x44, 0x0003, 2);
    expect(config.hardwareValue(0x44, 2) & 3).toBe(3);
    expect(config.view.memoryEnabled).toBe(false);
    config.set(0x44, 0x0000, 2);
    expect(config.view.memoryEnabled).toBe(true);
    expect(config.events).toEqual(["decoding off", "decoding on"]);
  });
});

describe("MSI", () => {
  const control = 0x0084;
  const wide = { offset: 0x50, id: 5, values: littleEndian(control, 12), writable: [0x71, 0, ...ones(10)] };
  const masked = { offset: 0x50, id: 5, values: littleEndian(0x0184, 22), writable: [0x71, 0, ...ones(20)] };
  const narrow = { offset: 0x50, id: 5, values: littleEndian(0x0104, 18), writable: [0x71, 0, ...ones(16)] };

  test("keeps address and data from the hardware", () => {
    const config = viewed({ capabilities: [wide] });
    config.set(0x54, 0xfee0_1003, 4);
    config.set(0x58, 0x0000_0001, 4);
    config.set(0x5c, 0x4321, 2);
    expect([config.get(0x54, 4), config.get(0x58, 4), config.get(0x5c, 2)]).toEqual([0xfee0_1003, 1, 0x4321]);
    expect(config.hardware.writes).toEqual([]);
  });

  test("has a low byte of control of which all bits can be written, also those that say what it is", () => {
    const config = viewed({ capabilities: [wide] });
    config.set(0x52, 0x0000, 2);
    expect(config.get(0x52, 2)).toBe(0x0000);
    expect(config.hardwareValue(0x52, 2)).toBe(control);
    config.set(0x52, 0xff8e, 2);
    expect(config.get(0x52, 2)).toBe(0x008e);
  });

  test("cannot be enabled by its control before SET_IRQS has", () => {
    const config = viewed({ capabilities: [wide] });
    config.set(0x52, control | 0x21, 2);
    expect(config.get(0x52, 2)).toBe(control);
    expect(config.hardwareValue(0x52, 2) & 0x71).toBe(0);
    config.msiOrder = 1;
    expect(config.get(0x52, 2)).toBe(control);
    config.set(0x52, control | 0x21, 2);
    expect(config.get(0x52, 2)).toBe(control | 0x11);
    expect(config.hardwareValue(0x52, 2) & 0x71).toBe(0x11);
    config.set(0x50, 0x0080_0000, 4);
    expect(config.hardwareValue(0x52, 2) & 0x71).toBe(0);
  });

  test.each([
    ["64-bit addresses", masked, 0x60],
    ["32-bit addresses", narrow, 0x5c],
  ] as const)("with %s has its masks in the hardware", (_width, capability, masks) => {
    const config = viewed({ capabilities: [capability] });
    config.set(masks, 0x0000_000f, 4);
    config.set(masks - 4, 0x1234, 2);
    expect(config.get(masks, 4)).toBe(0x0f);
    expect(config.hardwareValue(masks, 4)).toBe(0x0f);
    expect(config.get(masks - 4, 2)).toBe(0x1234);
    expect(config.hardwareValue(masks - 4, 2)).toBe(0);
  });
});

test("MSI-X can only be read: enable and mask are SET_IRQS's", () => {
  const values = littleEndian(0x0000_2000_0007, 10);
  const config = viewed({ capabilities: [{ offset: 0x70, id: 0x11, values, writable: ones(10) }] });
  config.set(0x72, 0xc007, 2);
  config.set(0x74, 0xffff_ffff, 4);
  config.set(0x78, 0xffff_ffff, 4);
  expect(config.read(0x72, 10)).toEqual(values);
  expect(config.hardware.writes).toEqual([]);
  config.hardware.values[0x73] = 0x80;
  expect(config.get(0x72, 2)).toBe(0x8007);
});

describe("PCI Express", () => {
  const FLR = 0x1000_0000;
  const express = (flags: number, devcap: number, length: number): Capability => ({
    offset: 0x80,
    id: 0x10,
    values: [...littleEndian(flags, 2), ...littleEndian(devcap, 4), ...Array<number>(length - 8).fill(0)],
    writable: [...Array<number>(6).fill(0), ...ones(length - 8)],
  });
  const DEVCTL = 0x88;
  const DEVCTL2 = 0xa8;

  test("lets DEVCTL be written but for phantom functions; sizes of payloads and requests are the copy's", () => {
    const config = viewed({ capabilities: [express(2, FLR, 0x3c)] });
    config.set(DEVCTL, 0x7fff, 2);
    expect(config.get(DEVCTL, 2)).toBe(0x7dff);
    expect(config.hardwareValue(DEVCTL, 2)).toBe(0x0d1f);
  });

  test("lets DEVCTL2 be written but for ARI, and nothing else", () => {
    const config = viewed({ capabilities: [express(2, FLR, 0x3c)] });
    const rest = [0x80, 0x82, 0x84, 0x8a, 0x8c, 0x90, 0x98, 0xa4, 0xaa, 0xb0, 0xb8, 0xba];
    const before = rest.map((at) => config.get(at, 2));
    for (const at of rest) config.set(at, 0xffff, 2);
    expect(rest.map((at) => config.get(at, 2))).toEqual(before);
    config.set(DEVCTL2, 0xffff, 2);
    expect(config.get(DEVCTL2, 2)).toBe(0xffdf);
    expect(config.hardwareValue(DEVCTL2, 2)).toBe(0xffdf);
  });

  test.each([
    ["version 1, endpoint", 0x01, 0x14],
    ["version 2, endpoint", 0x02, 0x3c],
    ["version 1, root complex endpoint", 0x91, 0x0c],
    ["version 2, root complex endpoint", 0x92, 0x2c],
  ])("of %s has its length, behind which bytes are the hardware's", (_kind, flags, length) => {
    const config = viewed({ capabilities: [express(flags, 0, 0x40)] });
    config.set(0x80 + length - 2, 0xffff, 2);
    config.set(0x80 + length, 0x1234_5678, 4);
    // Slot registers of what is no slot can be read only.
    expect(config.get(0x80 + length - 2, 2)).toBe(0);
    expect(config.get(0x80 + length, 4)).toBe(0x1234_5678);
  });

  test("resets the function when FLR is written, which reads 0; what came with it stays", () => {
    const config = viewed({ bars: [REGISTERS], capabilities: [express(2, FLR, 0x3c)] });
    config.set(0x04, 0x0406, 2);
    config.set(DEVCTL, 0xa01f, 2);
    expect(config.events).toEqual(["intx off", "reset"]);
    expect(config.hardware.resets).toBe(1);
    expect(config.get(DEVCTL, 2)).toBe(0x201f);
    expect(config.hardwareValue(DEVCTL, 2)).toBe(0x001f);
    expect(config.get(0x04, 2)).toBe(0x0406);
    config.set(DEVCTL + 1, 0x80, 1);
    expect(config.hardware.resets).toBe(2);
    config.set(DEVCTL, 0x1f, 1);
    expect(config.hardware.resets).toBe(2);
  });

  test("does not where DEVCAP announces no FLR", () => {
    const config = viewed({ capabilities: [express(2, 0, 0x3c)] });
    config.set(DEVCTL, 0x8000, 2);
    expect(config.get(DEVCTL, 2)).toBe(0);
    expect(config.hardware.resets).toBe(0);
  });
});

describe("advanced features", () => {
  test.each([
    [0x03, 1],
    [0x01, 0],
  ])("with capabilities %d reset the function %d times when FLR is written, which reads 0", (features, resets) => {
    const config = viewed({
      capabilities: [{ offset: 0x40, id: 0x13, values: [6, features, 0, 0], writable: ones(4) }],
    });
    config.set(0x44, 0xff, 1);
    expect(config.hardware.resets).toBe(resets);
    expect(config.get(0x42, 4)).toBe(0x06 + features * 256);
    config.set(0x44, 0xfe, 1);
    expect(config.hardware.resets).toBe(resets);
  });
});

test("a vendor's own is as long as it says, and the hardware's", () => {
  const config = viewed({
    capabilities: [{ offset: 0x40, id: 9, values: [0x0a, 0, 0, 0, 0, 0, 0, 0], writable: ones(8) }],
  });
  config.write(0x40, ones(10));
  expect(config.read(0x40, 10)).toEqual([9, 0, ...ones(8)]);
  expect([...config.hardware.values.subarray(0x42, 0x4a)]).toEqual(ones(8));
});

describe("PCI-X", () => {
  test.each([
    ["8 bytes", 0x0000, 8],
    ["24 bytes with error correction", 0x2000, 24],
  ])("has %s, of which the command can be written", (_what, command, length) => {
    const values = [...littleEndian(command, 2), ...Array<number>(24).fill(0)];
    const config = viewed({ capabilities: [{ offset: 0x40, id: 7, values, writable: ones(26) }] });
    config.set(0x42, 0x5555, 2);
    config.write(0x44, ones(24));
    expect(config.get(0x42, 2)).toBe(0x5555);
    expect(config.read(0x44, 24)).toEqual([...Array<number>(length - 4).fill(0), ...ones(28 - length)]);
  });
});

describe("vital product data", () => {
  const F = 0x8000;
  /** Hardware that transfers a dword as soon as it is asked. */
  function vital(): { readonly config: ViewedHardware; readonly dwords: Map<number, number> } {
    const config = viewed({ capabilities: [{ offset: 0x40, id: 3, values: littleEndian(0, 6), writable: ones(6) }] });
    const { hardware } = config;
    const dwords = new Map<number, number>([[4, 0x4142_4344]]);
    hardware.onWrite = () => {
      if (hardware.writes.at(-1)!.offset !== 0x42) return;
      const address = config.hardwareValue(0x42, 2);
      if ((address & F) !== 0) dwords.set(address & ~F, config.hardwareValue(0x44, 4));
      else hardware.values.set(littleEndian(dwords.get(address) ?? 0, 4), 0x44);
      hardware.values.set(littleEndian(address ^ F, 2), 0x42);
    };
    return { config, dwords };
  }

  test("is read by an address with F = 0, and F becomes 1", () => {
    const { config } = vital();
    config.set(0x42, 4, 2);
    expect(config.get(0x42, 2)).toBe(F | 4);
    expect(config.get(0x44, 4)).toBe(0x4142_4344);
  });

  test("is written by an address with F = 1 after the data, and F becomes 0", () => {
    const { config, dwords } = vital();
    config.set(0x44, 0x1122_3344, 4);
    config.set(0x42, F | 8, 2);
    expect(config.get(0x42, 2)).toBe(8);
    expect(dwords.get(8)).toBe(0x1122_3344);
  });

  test("is transferred by the upper byte of the address only, and not where the hardware does not answer", () => {
    const { config } = vital();
    config.set(0x42, 4, 1);
    expect(config.get(0x44, 4)).toBe(0);
    config.set(0x43, 0, 1);
    expect(config.get(0x44, 4)).toBe(0x4142_4344);
    config.hardware.onWrite = () => undefined;
    config.set(0x42, 8, 2);
    expect(config.get(0x42, 2)).toBe(8);
  });
});

describe("the list of extended capabilities", () => {
  const HIDDEN = [0x05, 0x06, 0x07, 0x0a, 0x0c, 0x11, 0x19, 0x1a, 0x1b, 0x7777];

  test.each(HIDDEN)("does not show id %d, whose bytes are the hardware's to read and write", (id) => {
    const extended = [open(0x100, 3, 0x0c), open(0x140, id, 0x10), open(0x180, 0x18, 8)];
    const config = viewed({ extended });
    expect(listedExtended(config)).toEqual([
      [3, 0x100],
      [0x18, 0x180],
    ]);
    expect(config.get(0x140, 2)).toBe(id);
    config.set(0x144, 0x1234_5678, 4);
    expect(config.hardwareValue(0x144, 4)).toBe(0x1234_5678);
  });

  test("begins with id 0 where the first is hidden", () => {
    const config = viewed({ extended: [open(0x100, 0x1b, 8), open(0x140, 0x05, 8), open(0x180, 0x18, 8)] });
    expect(config.get(0x100, 4)).toBe(0x1800_0000);
    expect(listedExtended(config)).toEqual([
      [0, 0x100],
      [0x18, 0x180],
    ]);
  });

  test("is 0 where none is shown", () => {
    const config = viewed({ extended: [open(0x100, 0x1b, 8), open(0x140, 0x7777, 8)] });
    expect(config.get(0x100, 4)).toBe(0);
    config.set(0x100, 0xffff_ffff, 4);
    expect(config.get(0x100, 4)).toBe(0);
  });

  test("that the hardware does not have leaves its place to the hardware", () => {
    const config = viewed({ registers: [{ offset: 0x100, values: [0, 0, 0, 0, 0, 0, 0, 0], writable: ones(8) }] });
    config.set(0x100, 0, 4);
    config.set(0x104, 0x1234_5678, 4);
    expect(config.get(0x104, 4)).toBe(0x1234_5678);
  });

  test("has headers that cannot be written", () => {
    const registers = [{ offset: 0x100, values: [], writable: ones(4) }];
    const config = viewed({ extended: [open(0x100, 0x0b, 8)], registers });
    config.set(0x100, 0xffff_ffff, 4);
    expect(config.get(0x100, 4)).toBe(0x0001_000b);
    expect(config.hardware.writes).toEqual([]);
  });
});

describe("an extended capability", () => {
  const filled = (id: number, length: number): Capability => ({ ...open(0x100, id, length), writable: ones(length) });

  test("for errors lets statuses, masks, severities and ECRC enables be written", () => {
    const config = viewed({ extended: [filled(0x01, 0x40)] });
    config.write(0x104, ones(0x2c));
    expect(config.read(0x104, 0x14)).toEqual(ones(0x14));
    expect(config.get(0x118, 4)).toBe(0x0140);
    expect(config.read(0x11c, 0x10)).toEqual(Array<number>(0x10).fill(0));
    expect(config.read(0x12c, 4)).toEqual(ones(4));
  });

  test("for power budgeting lets the selector be written", () => {
    const config = viewed({ extended: [filled(0x04, 0x10)] });
    config.write(0x104, ones(12));
    expect(config.read(0x104, 12)).toEqual([0xff, ...Array<number>(11).fill(0)]);
  });

  test.each([0x0b, 0x23])("of a vendor (%d) is as long as it says, and the hardware's", (id) => {
    const values = [...littleEndian(0x0100_0001, 4), 0, 0, 0, 0, 0, 0, 0, 0];
    const config = viewed({ extended: [{ offset: 0x100, id, values, writable: ones(12) }] });
    config.write(0x104, ones(12));
    expect(config.read(0x104, 12)).toEqual(ones(12));
  });

  test("of another kind can only be read", () => {
    const config = viewed({ extended: [filled(0x03, 0x0c)] });
    config.write(0x104, ones(8));
    expect(config.read(0x104, 8)).toEqual(Array<number>(8).fill(0));
  });

  test.each<[what: string, id: number, body: readonly number[], length: number]>([
    ["one virtual channel", 0x02, [0], 0x1c],
    ["three virtual channels", 0x09, [2], 0x34],
    ["the virtual channel of a multi-function device", 0x08, [0], 0x1c],
    ["access control", 0x0d, [0x1f, 0xff], 8],
    ["access control with 40 egress bits", 0x0d, [0x3f, 40], 16],
    ["access control with 256 egress bits", 0x0d, [0x3f, 0], 40],
    ["two resizable BARs", 0x15, [0, 0, 0, 0, 0x40], 20],
    ["power allocation of four substates", 0x16, [3], 0x14],
    ["processing hints", 0x17, [0, 0, 3, 0], 12],
    ["processing hints with a table of four", 0x17, [0, 2, 3, 0], 20],
  ])("for %s is read-only as far as it goes, and what is behind it is the hardware's", (_what, id, body, length) => {
    const values = [...body, ...Array<number>(length - 4 - body.length).fill(0)];
    const extended = [{ offset: 0x100, id, values, writable: ones(length - 4) }];
    const behind = { offset: 0x100 + length, values: [0, 0], writable: ones(2) };
    const config = viewed({ extended, registers: [behind] });
    config.write(0x104, ones(length - 2));
    expect(config.read(0x104, length - 2)).toEqual([...values, 0xff, 0xff]);
  });
});
