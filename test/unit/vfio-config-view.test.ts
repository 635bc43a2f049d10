/**
 * The header of the virtual configuration space that a user of a VFIO PCI device sees, and how it is read and written (specification 50,
 * section 4.13): whose each register is, sizing of BARs, bounds and widths of accesses, what outlives a reset and what a close puts back.
 */
import { describe, expect, test } from "@jest/globals";
import type { BarDescription } from "../../daemon/devices/pci/model.js";
import { viewed, type HardwareOptions } from "../support/config-hardware.js";

const bars: readonly (BarDescription | undefined)[] = [
  { bytes: 0x1000, space: "memory32", prefetchable: false },
  { bytes: 32, space: "io", prefetchable: false },
  { bytes: 0x1_0000, space: "memory64", prefetchable: true },
  undefined,
  { bytes: 2 ** 33, space: "memory64", prefetchable: false },
];
const MEMORY_AND_IO: HardwareOptions = { bars, rom: new Uint8Array(2048) };
const MEMORY: HardwareOptions = { bars: bars.slice(0, 1) };
const COMMAND = 0x04;
const CONFIG_ENDS = [256, 4096] as const;

describe("an access", () => {
  test.each(CONFIG_ENDS)("beyond the end of %d bytes fails and does nothing", (configBytes) => {
    const registers = [{ offset: configBytes - 4, values: [1, 2, 3, 4], writable: [255, 255, 255, 255] }];
    const { hardware, view } = viewed({ configBytes, registers });
    const bytes = new Uint8Array(4).fill(0x77);
    expect(view.read(configBytes - 2, bytes)).toBe(false);
    expect(view.read(configBytes, bytes.subarray(0, 1))).toBe(false);
    expect([...bytes]).toEqual([0x77, 0x77, 0x77, 0x77]);
    expect(view.write(configBytes - 2, bytes)).toBe(false);
    expect(view.write(configBytes, bytes.subarray(0, 1))).toBe(false);
    expect(hardware.writes).toEqual([]);
    expect(view.write(configBytes - 4, bytes)).toBe(true);
    expect(view.read(configBytes - 4, bytes)).toBe(true);
    expect([...bytes]).toEqual([0x77, 0x77, 0x77, 0x77]);
  });

  test("reaches the hardware in aligned parts of 4, 2 and 1 bytes", () => {
    const { hardware, view } = viewed();
    view.write(0x201, Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
    expect(hardware.writes).toEqual([
      { offset: 0x201, bytes: [1] },
      { offset: 0x202, bytes: [2, 3] },
      { offset: 0x204, bytes: [4, 5, 6, 7] },
      { offset: 0x208, bytes: [8, 9] },
      { offset: 0x20a, bytes: [10] },
    ]);
  });

  test("in parts that stay within one capability", () => {
    // 6 bytes, and 5 of a vendor's own.
    const { hardware, view } = viewed({
      capabilities: [
        { offset: 0x40, id: 0x13, values: [6, 3, 0, 0] },
        { offset: 0x50, id: 0x09, values: [5, 0, 0] },
      ],
    });
    view.write(0x44, Uint8Array.of(0, 0, 7, 8));
    view.write(0x54, Uint8Array.of(1, 2, 3, 4));
    expect(hardware.writes).toEqual([
      { offset: 0x46, bytes: [7, 8] },
      { offset: 0x54, bytes: [1] },
      { offset: 0x55, bytes: [2] },
      { offset: 0x56, bytes: [3, 4] },
    ]);
  });

  test("of the whole header takes what can be written and drops the rest", () => {
    const config = viewed(MEMORY);
    config.write(0, new Array<number>(64).fill(0xff));
    expect(config.get(0x00, 4)).toBe(0x11e8_1234);
    // The hardware's own bits of COMMAND, and INTX_DISABLE.
    expect(config.get(COMMAND, 2)).toBe(0x0547);
    expect(config.get(0x06, 2)).toBe(0xf900);
    expect(config.get(0x08, 4)).toBe(0x0880_0002);
    expect(config.read(0x0c, 4)).toEqual([0xff, 0xff, 0x00, 0x40]);
    expect(config.get(0x10, 4)).toBe(0xffff_f000);
    for (const unimplemented of [0x14, 0x18, 0x1c, 0x20, 0x24]) expect(config.get(unimplemented, 4)).toBe(0);
    expect(config.get(0x2c, 4)).toBe(0x0001_1234);
    expect(config.get(0x30, 4)).toBe(0);
    expect(config.read(0x3c, 4)).toEqual([0xff, 0x01, 0x05, 0x06]);
  });
});

describe("COMMAND", () => {
  test("decodes what there are BARs for after open, and masters nothing; firmware's SERR stays", () => {
    expect(viewed(MEMORY_AND_IO).get(COMMAND, 2)).toBe(0x0103);
    expect(viewed(MEMORY).get(COMMAND, 2)).toBe(0x0102);
    expect(viewed({ bars: [bars[1]] }).get(COMMAND, 2)).toBe(0x0101);
    expect(viewed({ bars: [] }).get(COMMAND, 2)).toBe(0x0100);
    expect(viewed({ rom: new Uint8Array(2048) }).get(COMMAND, 2)).toBe(0x0102);
  });

  test("goes to the hardware; INTX_DISABLE is the copy's, and its changes are told", () => {
    const config = viewed(MEMORY);
    config.set(COMMAND, 0x0406, 2);
    expect(config.get(COMMAND, 2)).toBe(0x0406);
    expect(config.hardwareValue(COMMAND, 2)).toBe(0x0006);
    expect(config.view.intxDisabled).toBe(true);
    config.set(COMMAND, 0x0406, 2);
    config.set(COMMAND + 1, 0x00, 1);
    expect(config.view.intxDisabled).toBe(false);
    expect(config.events).toEqual(["intx off", "intx on"]);
  });

  test("tells when memory decoding changes, and only then", () => {
    const config = viewed(MEMORY_AND_IO);
    expect(config.view.memoryEnabled).toBe(true);
    config.set(COMMAND, 0x02, 1);
    config.set(COMMAND, 0x00, 1);
    expect(config.view.memoryEnabled).toBe(false);
    config.set(COMMAND, 0x01, 1);
    config.set(COMMAND, 0x0107, 2);
    expect(config.view.memoryEnabled).toBe(true);
    expect(config.events).toEqual(["decoding off", "decoding on"]);
  });
});

test("errors in STATUS cannot be cleared", () => {
  const config = viewed();
  config.set(COMMAND, 0xf900_0000, 4);
  config.set(0x06, 0xf900, 2);
  config.set(0x07, 0xf9, 1);
  expect(config.get(0x06, 2)).toBe(0xf900);
});

describe("a BAR", () => {
  /** Writes ones and reads the size. */
  const sized = (options: HardwareOptions): number[] => {
    const config = viewed(options);
    const registers = [0x10, 0x14, 0x18, 0x1c, 0x20, 0x24, 0x30];
    for (const at of registers) config.set(at, 0xffff_ffff, 4);
    return registers.map((at) => config.get(at, 4));
  };

  test("of which ones were written tells its size and its type", () => {
    expect(sized(MEMORY_AND_IO)).toEqual([
      ...[0xffff_f000, 0xffff_ffe1, 0xffff_000c, 0xffff_ffff],
      ...[0x0000_0004, 0xffff_fffe, 0xffff_f801],
    ]);
  });

  test("that is not there is 0", () => {
    expect(sized({ bars: [] })).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  test("of a ROM covers a power of two of at least 2 KiB", () => {
    expect(sized({ rom: new Uint8Array(512) }).at(-1)).toBe(0xffff_f801);
    expect(sized({ rom: new Uint8Array(0x1_8000) }).at(-1)).toBe(0xfffe_0001);
  });

  test("has its address back when that is written, and the hardware's is never changed", () => {
    const config = viewed(MEMORY_AND_IO);
    const before = config.read(0x10, 24);
    const hardware = [...config.hardware.values.subarray(0x10, 0x34)];
    config.write(0x10, new Array<number>(24).fill(0xff));
    expect(config.read(0x10, 24)).not.toEqual(before);
    config.write(0x10, before);
    expect(config.read(0x10, 24)).toEqual(before);
    config.set(0x30, 0xfe00_0001, 4);
    expect(config.get(0x30, 4)).toBe(0xfe00_0001);
    expect([...config.hardware.values.subarray(0x10, 0x34)]).toEqual(hardware);
  });

  test("is masked a byte at a time as well, and its type bits cannot be written", () => {
    const config = viewed(MEMORY);
    config.set(0x10, 0x0f, 1);
    config.set(0x11, 0xab, 1);
    expect(config.get(0x10, 4)).toBe(0xc000_a000);
  });

  test("keeps what was written while none is read: bits below its size count for an address written in parts", () => {
    const config = viewed(MEMORY);
    config.set(0x10, 0x1234_5678, 4);
    expect(config.get(COMMAND, 2)).toBe(0x0102);
    config.set(0x12, 0x4321, 2);
    expect(config.get(0x10, 4)).toBe(0x4321_5000);
  });
});

test("the interrupt line is the copy's; the pin can only be read, and is 0 where there is none", () => {
  const config = viewed();
  config.set(0x3c, 0xff07, 2);
  expect(config.get(0x3c, 2)).toBe(0x0107);
  expect(config.hardwareValue(0x3c, 2)).toBe(0x010b);
  expect(viewed({ pin: 0 }).get(0x3d, 1)).toBe(0);
});

describe("a reset", () => {
  test("leaves COMMAND, BARs, the interrupt line, cache line size and latency as the user set them", () => {
    const config = viewed(MEMORY_AND_IO);
    config.set(COMMAND, 0x0507, 2);
    config.set(0x0c, 0x4408, 2);
    config.set(0x10, 0xd000_0000, 4);
    config.set(0x3c, 0x05, 1);
    const before = config.read(0, 64);
    config.reset();
    expect(config.read(0, 64)).toEqual(before);
    expect(config.hardwareValue(COMMAND, 2)).toBe(0x0107);
  });
});

describe("a close", () => {
  test("puts back all that was changed, and writes nothing else", () => {
    const registers = [
      { offset: 0x60, values: [1, 2, 3, 4], writable: [255, 255, 255, 255] },
      { offset: 0x64, values: [0xff], cleared: [0xff] },
    ];
    const config = viewed({ ...MEMORY, registers });
    const { hardware, view } = config;
    const opened = viewed({ ...MEMORY, registers }).hardware.values;
    config.set(COMMAND, 0x0007, 2);
    config.set(0x60, 0x0403_0281, 4);
    hardware.writes.length = 0;
    view.close();
    expect(hardware.writes.map(({ offset }) => offset)).toEqual([COMMAND, COMMAND + 1, 0x60]);
    // As it was before the open: firmware's bus mastering.
    expect(config.hardwareValue(COMMAND, 2)).toBe(0x0106);
    expect([...hardware.values.subarray(6)]).toEqual([...opened.subarray(6)]);
  });

  test("forgets the copy: who opens it next finds the hardware's", () => {
    const { hardware, view } = viewed(MEMORY);
    const bytes = new Uint8Array(0x40);
    view.write(0x10, Uint8Array.of(0, 0, 0, 0xd0));
    view.write(0x3c, Uint8Array.of(9));
    view.write(COMMAND, Uint8Array.of(0, 4));
    view.close();
    view.open();
    view.read(0, bytes);
    expect([...bytes.subarray(0x10, 0x14)]).toEqual([...hardware.values.subarray(0x10, 0x14)]);
    expect(bytes[0x3c]).toBe(0x0b);
    expect([...bytes.subarray(4, 6)]).toEqual([0x02, 0x01]);
    expect(view.intxDisabled).toBe(false);
  });
});

test("hardware that is gone reads as ones where it is the hardware's, takes nothing, and its BARs still answer", () => {
  const config = viewed({ ...MEMORY, capabilities: [{ offset: 0x40, id: 1, values: [3, 0, 0, 0, 0, 0] }] });
  config.hardware.remove();
  expect(config.get(0x08, 4)).toBe(0xffff_ffff);
  expect(config.get(COMMAND, 2) & 0xfbff).toBe(0xfbff);
  config.set(COMMAND, 0, 2);
  config.hardware.present = true;
  expect(config.hardwareValue(COMMAND, 2)).toBe(0x0102);
  config.hardware.present = false;
  expect(config.view.memoryEnabled).toBe(true);
  config.view.close();
  expect(config.hardware.writes).toEqual([]);
});
