/** The test device: its registers through each BAR, its ROM, and what comes of a copy. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { DMA_COMMAND, DMA_LENGTH_MAX, DMA_STATUS, registers } from "../../daemon/devices/pci/test-device/registers.js";
import { MEMORY_BYTES } from "../support/pci-slot.js";
import { repositoryRoot } from "../support/repository.js";
import { TestDeviceDriver } from "../support/test-device-driver.js";

describe("registers", () => {
  test("ID says TEST and takes no store", () => {
    const driver = new TestDeviceDriver();
    driver.write("ID", 0);
    expect(driver.read("ID").toString(16)).toBe("54534554");
  });

  test("scratch registers keep what is stored, each byte of it", () => {
    const driver = new TestDeviceDriver();
    driver.write("SCRATCH1", 0x1122_3344);
    driver.store(0, registers.SCRATCH1.offset + 1, 0xaa, 1);
    driver.store(0, registers.SCRATCH1.offset + 2, 0xbbcc, 2);
    expect(driver.read("SCRATCH1")).toBe(0xbbcc_aa44);
    expect([driver.read("SCRATCH0"), driver.read("SCRATCH2")]).toEqual([0, 0]);
  });

  test("an access of 8 bytes is one of both registers", () => {
    const driver = new TestDeviceDriver();
    driver.device.writeBar(0, registers.SCRATCH2.offset, Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0));
    expect([driver.read("SCRATCH2"), driver.read("SCRATCH3")]).toEqual([1, 2]);
  });

  test("what is no register reads as 0 and takes nothing, also around the MSI-X table", () => {
    const driver = new TestDeviceDriver();
    for (const [bar, offset] of [
      [0, 0x04],
      [0, 0xffc],
      [4, 0x400],
    ] as const) {
      driver.store(bar, offset, 0xffff_ffff);
      expect(driver.load(bar, offset)).toBe(0);
    }
  });

  test("the first page of BAR 2 has them again", () => {
    const driver = new TestDeviceDriver();
    driver.store(2, registers.SCRATCH0.offset, 5);
    expect([driver.read("SCRATCH0"), driver.load(2, 0)]).toEqual([5, 0x5453_4554]);
  });

  test("BAR 1 reaches each through INDEX and DATA, in whole and in part", () => {
    const driver = new TestDeviceDriver();
    driver.store(1, 0, registers.SCRATCH2.offset);
    driver.store(1, 4, 0x0102_0304);
    driver.store(1, 6, 0xff, 1);
    expect(driver.read("SCRATCH2")).toBe(0x01ff_0304);
    expect([driver.load(1, 0), driver.load(1, 4), driver.load(1, 6, 2)]).toEqual([0x18, 0x01ff_0304, 0x01ff]);
    driver.store(1, 8, 0xffff_ffff);
    expect([driver.load(1, 8), driver.load(1, 28)]).toEqual([0, 0]);
  });

  test("INDEX keeps the offset of a word in the page", () => {
    const driver = new TestDeviceDriver();
    driver.store(1, 0, 0xffff_f013);
    expect(driver.load(1, 0)).toBe(0x10);
  });

  test("the pin of a device without one stays down", () => {
    const driver = new TestDeviceDriver({ intx: false });
    driver.write("INTX", 1);
    expect([driver.read("INTX"), driver.takeInterrupts()]).toEqual([0, []]);
  });
});

describe("a copy", () => {
  test("moves the bytes after the store that starts it, and says that it is done", () => {
    const driver = new TestDeviceDriver();
    const bytes = Uint8Array.from({ length: 0x1800 }, (_, index) => index * 7);
    driver.memory.set(bytes, 0x1234);
    driver.startCopy(0x8001, 0x1234, bytes.length);
    expect([driver.read("DMA_STATUS"), driver.read("DMA_COMMAND"), driver.memory[0x8002]]).toEqual([
      DMA_STATUS.BUSY,
      0,
      0,
    ]);
    driver.runTasks();
    expect(driver.memory.subarray(0x8001, 0x8001 + bytes.length)).toEqual(bytes);
    expect([driver.read("DMA_STATUS"), driver.read("DMA_TRANSFERRED")]).toEqual([DMA_STATUS.DONE, bytes.length]);
  });

  test.each<[string, number, number, number, number, number, number]>([
    ["from beyond what the IOMMU maps", 0x1000, MEMORY_BYTES, 0x100, DMA_COMMAND.COPY, DMA_STATUS.REFUSED, 0],
    ["into the end of it", MEMORY_BYTES - 0x40, 0, 0x100, DMA_COMMAND.COPY, DMA_STATUS.REFUSED, 0x40],
    ["of no byte", 0x1000, 0, 0, DMA_COMMAND.COPY, DMA_STATUS.INVALID, 0],
    ["of too many", 0x1000, 0, DMA_LENGTH_MAX + 1, DMA_COMMAND.COPY, DMA_STATUS.INVALID, 0],
    ["that nothing says is one", 0x1000, 0, 0x100, 0, DMA_STATUS.INVALID, 0],
  ])("%s fails", (_what, destination, source, length, command, status, transferred) => {
    const driver = new TestDeviceDriver();
    driver.startCopy(destination, source, length, command);
    driver.runTasks();
    expect([driver.read("DMA_STATUS"), driver.read("DMA_TRANSFERRED")]).toEqual([status, transferred]);
  });

  test("tells its end by a message, by the pin, or by neither", () => {
    const driver = new TestDeviceDriver();
    driver.startCopy(0x2000, 0x1000, 4);
    driver.runTasks();
    expect(driver.takeInterrupts()).toEqual([]);
    driver.startCopy(0x2000, 0x1000, 4, DMA_COMMAND.COPY | DMA_COMMAND.INTX);
    driver.runTasks();
    expect([driver.takeInterrupts(), driver.read("INTX")]).toEqual([["intx up"], 1]);
    driver.write("INTX", 0);
    driver.takeInterrupts();
    driver.enableMsix();
    driver.setMasked(6, false);
    driver.startCopy(0x2000, MEMORY_BYTES, 4, DMA_COMMAND.COPY | DMA_COMMAND.MESSAGE | (6 << DMA_COMMAND.VECTOR_SHIFT));
    driver.runTasks();
    expect(driver.takeInterrupts()).toEqual(["message 6"]);
  });

  test("puts the PASID into its requests if that is enabled", () => {
    const driver = new TestDeviceDriver();
    driver.write("DMA_PASID", 0x8000_0007);
    driver.startCopy(0x2000, 0x1000, 4);
    driver.runTasks();
    driver.write("DMA_PASID", 7);
    driver.startCopy(0x2000, 0x1000, 4);
    driver.runTasks();
    expect(driver.requests.map(({ pasid, write }) => [pasid, write])).toEqual([
      [7, false],
      [7, true],
      [undefined, false],
      [undefined, true],
    ]);
  });

  test("that is started while another is under way is lost", async () => {
    const driver = new TestDeviceDriver();
    driver.memory.fill(1, 0x1000, 0x1004);
    driver.isSlow = true;
    driver.startCopy(0x2000, 0x1000, 4);
    driver.runTasks();
    driver.startCopy(0x3000, 0x1000, 4);
    driver.runTasks();
    while ((await driver.releaseAccesses()) > 0);
    expect([driver.memory[0x2000], driver.memory[0x3000]]).toEqual([1, 0]);
    expect(driver.read("DMA_STATUS")).toBe(DMA_STATUS.DONE);
  });

  test("that a reset finds before its first step is not made", () => {
    const driver = new TestDeviceDriver();
    driver.startCopy(0x2000, 0x1000, 4);
    driver.device.reset();
    driver.runTasks();
    expect([driver.requests, driver.read("DMA_STATUS")]).toEqual([[], DMA_STATUS.IDLE]);
  });
});

test("a reset brings all registers back to their values after power-up", () => {
  const names = Object.keys(registers) as (keyof typeof registers)[];
  const driver = new TestDeviceDriver();
  const before = names.map((name) => driver.read(name));
  for (const name of names) driver.write(name, 0x11);
  driver.store(1, 0, 0x40);
  driver.runTasks();
  driver.device.reset();
  expect(names.map((name) => [name, driver.read(name)])).toEqual(names.map((name, index) => [name, before[index]]));
  expect(driver.load(1, 0)).toBe(0);
});

test("the ROM is one image of 2 KiB for this device, whose bytes add up to 0", () => {
  const { rom, identity } = new TestDeviceDriver().device.model;
  const view = new DataView(rom!.buffer);
  expect([rom!.length, view.getUint16(0, true), rom![2]! * 512]).toEqual([2048, 0xaa55, 2048]);
  const data = view.getUint16(0x18, true);
  expect(Buffer.from(rom!.subarray(data, data + 4)).toString()).toBe("PCIR");
  expect([view.getUint16(data + 4, true), view.getUint16(data + 6, true)]).toEqual([
    identity.vendorId,
    identity.deviceId,
  ]);
  expect(view.getUint32(data + 0x0c, true) >>> 8).toBe(identity.classCode);
  expect([view.getUint16(data + 0x10, true) * 512, rom![data + 0x15]! & 0x80]).toEqual([2048, 0x80]);
  expect(rom!.reduce((sum, byte) => (sum + byte) & 0xff, 0)).toBe(0);
});

describe("docs/device-models.md", () => {
  const page = readFileSync(join(repositoryRoot, "docs/device-models.md"), "utf8");

  test("has every register where the code has it, and no other", () => {
    const rows = [...page.matchAll(/^\| `([A-Z_0-9]+)` +\| (0x[0-9a-f]+) +\| (\d) /gm)];
    const documented = rows.map(([, name, offset, bytes]) => [name, Number(offset), Number(bytes)]);
    expect(documented).toEqual(Object.entries(registers).map(([name, { offset, bytes }]) => [name, offset, bytes]));
    expect(page).toContain(`1 to ${DMA_LENGTH_MAX} bytes`);
  });

  test("has every capability where software finds it", () => {
    const driver = new TestDeviceDriver();
    const table = page.slice(page.indexOf("| capability"));
    const documented = [...table.matchAll(/\| (0x[0-9a-f]+) /g)].map(([, offset]) => Number(offset));
    const found = [...driver.capabilities("plain"), ...driver.capabilities("extended")].map(({ offset }) => offset);
    expect(documented).toEqual(found);
  });
});
