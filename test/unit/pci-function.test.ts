/** What the bus does around every PCI function: gates of DMA and interrupts, masks, memory pages, reset, removal. */
import { describe, expect, test } from "@jest/globals";
import { BarPlacement } from "../../daemon/devices/pci/bar-placement.js";
import { DMA_STATUS } from "../../daemon/devices/pci/test-device/registers.js";
import { createTestDevice } from "../../daemon/devices/pci/test-device/test-device.js";
import { PciSlot } from "../support/pci-slot.js";
import { COMMAND, TestDeviceDriver } from "../support/test-device-driver.js";

describe("DMA", () => {
  test("is done while bus mastering is on", () => {
    const driver = new TestDeviceDriver();
    driver.memory.fill(7, 0x1000, 0x1100);
    driver.startCopy(0x2000, 0x1000, 0x100);
    driver.runTasks();
    expect(driver.read("DMA_STATUS")).toBe(DMA_STATUS.DONE);
    expect([...driver.memory.subarray(0x2000, 0x2101)]).toEqual([...new Array<number>(0x100).fill(7), 0]);
  });

  test.each<[string, (driver: TestDeviceDriver) => void]>([
    [
      "bus mastering is off",
      (driver) => {
        driver.setCommand(COMMAND.MEMORY);
      },
    ],
    [
      "the function is in D3hot",
      (driver) => {
        driver.setPower(3);
      },
    ],
  ])("is refused without a request to the IOMMU while %s", (_what, gate) => {
    const driver = new TestDeviceDriver();
    gate(driver);
    driver.startCopy(0x2000, 0x1000, 0x100);
    driver.runTasks();
    expect([driver.read("DMA_STATUS"), driver.read("DMA_TRANSFERRED")]).toEqual([DMA_STATUS.REFUSED, 0]);
    expect(driver.requests).toEqual([]);
  });

  test("under way makes no further access to memory once bus mastering goes off", async () => {
    const driver = new TestDeviceDriver();
    driver.memory.fill(7, 0x1000, 0x1100);
    driver.isSlow = true;
    driver.startCopy(0x2000, 0x1000, 0x100);
    driver.runTasks();
    driver.setCommand(COMMAND.MEMORY);
    expect(await driver.releaseAccesses()).toBe(1);
    expect(await driver.releaseAccesses()).toBe(0);
    expect([driver.read("DMA_STATUS"), driver.memory[0x2000]]).toEqual([DMA_STATUS.REFUSED, 0]);
  });
});

describe("the interrupt pin", () => {
  test("goes up and down with what the model does, and STATUS shows it", () => {
    const driver = new TestDeviceDriver();
    driver.write("INTX", 1);
    expect([driver.device.intxAsserted, driver.statusInterrupt]).toEqual([true, true]);
    driver.write("INTX", 1);
    driver.write("INTX", 0);
    expect([driver.device.intxAsserted, driver.statusInterrupt]).toEqual([false, false]);
    expect(driver.takeInterrupts()).toEqual(["intx up", "intx down"]);
  });

  test.each<[string, (driver: TestDeviceDriver) => void, (driver: TestDeviceDriver) => void]>([
    [
      "COMMAND disables it",
      (driver) => {
        driver.setCommand(COMMAND.INTX_DISABLE);
      },
      (driver) => {
        driver.setCommand(0);
      },
    ],
    [
      "MSI is enabled",
      (driver) => {
        driver.enableMsi(0);
      },
      (driver) => {
        driver.disableMsi();
      },
    ],
    [
      "MSI-X is enabled",
      (driver) => {
        driver.enableMsix();
      },
      (driver) => {
        driver.disableMsix();
      },
    ],
  ])("stays down while %s, and STATUS shows what the model wants", (_what, disable, enable) => {
    const driver = new TestDeviceDriver();
    disable(driver);
    driver.write("INTX", 1);
    expect([driver.device.intxAsserted, driver.statusInterrupt]).toEqual([false, true]);
    enable(driver);
    expect(driver.device.intxAsserted).toBe(true);
    disable(driver);
    expect(driver.takeInterrupts()).toEqual(["intx up", "intx down"]);
  });

  test("needs no bus mastering, since it sends nothing", () => {
    const driver = new TestDeviceDriver();
    driver.setCommand(0);
    driver.write("INTX", 1);
    expect(driver.takeInterrupts()).toEqual(["intx up"]);
  });
});

describe("MSI", () => {
  test("sends nothing while it is disabled", () => {
    const driver = new TestDeviceDriver();
    driver.write("DOORBELL", 0);
    expect(driver.takeInterrupts()).toEqual([]);
  });

  test.each([
    [0, [0, 0, 0, 0, 0]],
    [1, [0, 1, 0, 1, 0]],
    [2, [0, 1, 2, 3, 0]],
    // More than the function has.
    [3, [0, 1, 2, 3, 0]],
  ])("of 2^%i enabled vectors takes the rest onto those", (order, vectors) => {
    const driver = new TestDeviceDriver();
    driver.enableMsi(order);
    for (let vector = 0; vector < vectors.length; vector++) driver.write("DOORBELL", vector);
    expect(driver.takeInterrupts()).toEqual(vectors.map((vector) => `message ${vector}`));
  });

  test.each(["bus mastering is off", "the function is in D3hot"])("is lost while %s", (what) => {
    const driver = new TestDeviceDriver();
    driver.enableMsi(2);
    if (what.startsWith("bus")) driver.setCommand(COMMAND.MEMORY);
    else driver.setPower(3);
    driver.write("DOORBELL", 1);
    driver.setCommand(COMMAND.MEMORY | COMMAND.MASTER);
    driver.setPower(0);
    expect(driver.takeInterrupts()).toEqual([]);
  });
});

describe("MSI-X", () => {
  test("begins with all vectors masked", () => {
    const driver = new TestDeviceDriver();
    expect(Array.from({ length: 8 }, (_, vector) => driver.load(4, vector * 16 + 12))).toEqual([
      1, 1, 1, 1, 1, 1, 1, 1,
    ]);
  });

  test("sends the message of a vector that is not masked, and of no vector that it does not have", () => {
    const driver = new TestDeviceDriver();
    driver.enableMsix();
    driver.setMasked(7, false);
    driver.write("DOORBELL", 7);
    driver.write("DOORBELL", 8);
    driver.write("DOORBELL", 0xffff_ffff);
    expect(driver.takeInterrupts()).toEqual(["message 7"]);
    expect(driver.pending).toBe(0);
  });

  test("comes before MSI when both are enabled", () => {
    const driver = new TestDeviceDriver();
    driver.enableMsi(0);
    driver.enableMsix();
    driver.setMasked(5, false);
    driver.write("DOORBELL", 5);
    expect(driver.takeInterrupts()).toEqual(["message 5"]);
  });

  test("notes a masked vector as pending, and sends it once when its mask goes", () => {
    const driver = new TestDeviceDriver();
    driver.enableMsix();
    driver.write("DOORBELL", 3);
    driver.write("DOORBELL", 3);
    expect([driver.pending, driver.takeInterrupts()]).toEqual([1 << 3, []]);
    driver.setMasked(3, false);
    expect([driver.pending, driver.takeInterrupts()]).toEqual([0, ["message 3"]]);
    driver.setMasked(3, true);
    driver.setMasked(3, false);
    expect(driver.takeInterrupts()).toEqual([]);
  });

  test("holds all back under the function mask, and sends when it goes those that are not masked", () => {
    const driver = new TestDeviceDriver();
    driver.enableMsix({ maskAll: true });
    driver.setMasked(1, false);
    driver.setMasked(2, false);
    for (const vector of [2, 1, 0]) driver.write("DOORBELL", vector);
    expect([driver.pending, driver.takeInterrupts()]).toEqual([7, []]);
    driver.enableMsix();
    expect([driver.pending, driver.takeInterrupts()]).toEqual([1, ["message 1", "message 2"]]);
  });

  test("sends what is pending only while bus mastering is on", () => {
    const driver = new TestDeviceDriver();
    driver.enableMsix();
    driver.write("DOORBELL", 3);
    driver.setCommand(COMMAND.MEMORY);
    driver.setMasked(3, false);
    expect([driver.pending, driver.takeInterrupts()]).toEqual([1 << 3, []]);
    driver.setCommand(COMMAND.MEMORY | COMMAND.MASTER);
    expect([driver.pending, driver.takeInterrupts()]).toEqual([0, ["message 3"]]);
  });

  test("keeps what is stored in its table, also as 8 bytes, and takes no store to its pending bits", () => {
    const driver = new TestDeviceDriver();
    const entry = Uint8Array.of(0, 0, 0xe0, 0xfe, 1, 2, 3, 4);
    driver.device.writeBar(4, 16, entry);
    const found = new Uint8Array(8);
    driver.device.readBar(4, 16, found);
    expect(found).toEqual(entry);
    driver.store(4, 0x800, 0xff);
    expect(driver.pending).toBe(0);
  });

  test("without anybody who takes it a message is lost", () => {
    const driver = new TestDeviceDriver();
    driver.enableMsix();
    driver.setMasked(0, false);
    driver.device.setInterruptSink(undefined);
    driver.write("DOORBELL", 0);
    expect([driver.pending, driver.takeInterrupts()]).toEqual([0, []]);
  });
});

describe("BARs", () => {
  test("memory pages are the bytes that barMemory shows, and the pages before them are registers", () => {
    const driver = new TestDeviceDriver();
    const [content] = driver.barMemories;
    driver.store(2, 0x1000, 0x1234_5678);
    driver.store(2, 0xfffc, 0x9abc_def0);
    expect([...content!.content.subarray(0, 4)]).toEqual([0x78, 0x56, 0x34, 0x12]);
    expect([...content!.content.subarray(0xeffc)]).toEqual([0xf0, 0xde, 0xbc, 0x9a]);
    content!.content[1] = 0xff;
    expect(driver.load(2, 0x1000)).toBe(0x1234_ff78);
    driver.store(2, 0x10, 0x55);
    expect([driver.load(0, 0x10), content!.content[0x10]]).toEqual([0x55, 0]);
    expect([driver.device.barMemory(2), driver.device.barMemory(0)]).toEqual([content, undefined]);
  });

  test("an access of 8 bytes to ports reaches the model as two of 4", () => {
    const driver = new TestDeviceDriver();
    driver.device.writeBar(1, 0, Uint8Array.of(0x10, 0, 0, 0, 1, 2, 3, 4));
    expect(driver.read("SCRATCH0")).toBe(0x0403_0201);
    const found = new Uint8Array(8);
    driver.device.readBar(1, 0, found);
    expect(found).toEqual(Uint8Array.of(0x10, 0, 0, 0, 1, 2, 3, 4));
  });

  test("their addresses, and the ROM's as number 6, are those of configuration space", () => {
    const { device } = new TestDeviceDriver();
    expect([0, 1, 2, 3, 4, 5, 6].map((bar) => device.barAddress(bar))).toEqual([
      0xc000_0000, 0x3000, 0x3800_0000_0000, 0, 0xc000_1000, 0, 0xc000_2000,
    ]);
  });
});

describe("a reset", () => {
  test("ends what the function does: DMA, the pin, pending and enabled messages", async () => {
    const driver = new TestDeviceDriver();
    driver.write("INTX", 1);
    driver.enableMsix();
    driver.write("DOORBELL", 2);
    driver.setMasked(1, false);
    driver.isSlow = true;
    driver.startCopy(0x2000, 0x1000, 0x100);
    driver.runTasks();
    driver.takeInterrupts();
    driver.device.reset();
    expect([driver.pending, driver.statusInterrupt, driver.device.intxAsserted]).toEqual([0, false, false]);
    expect(driver.load(4, 16 + 12)).toBe(1);
    driver.setCommand(COMMAND.MASTER);
    expect(await driver.releaseAccesses()).toBe(1);
    expect(await driver.releaseAccesses()).toBe(0);
    expect([driver.read("DMA_STATUS"), driver.takeInterrupts()]).toEqual([DMA_STATUS.IDLE, []]);
  });

  test("takes the pin down for whoever takes interrupts", () => {
    const driver = new TestDeviceDriver();
    driver.write("INTX", 1);
    driver.device.reset();
    expect(driver.takeInterrupts()).toEqual(["intx up", "intx down"]);
  });

  test("leaves memory pages as they are", () => {
    const driver = new TestDeviceDriver();
    driver.store(2, 0x1000, 1);
    driver.device.reset();
    expect(driver.load(2, 0x1000)).toBe(1);
  });
});

describe("a function that was taken away", () => {
  test("reads as ones everywhere, and takes nothing", () => {
    const driver = new TestDeviceDriver();
    const { device } = driver;
    device.remove();
    expect(device.present).toBe(false);
    expect([driver.config(0, 4), driver.load(0, 0), driver.load(2, 0x1000), driver.load(4, 0, 1)]).toEqual([
      0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xff,
    ]);
    driver.setCommand(COMMAND.MASTER);
    driver.store(2, 0x1000, 1);
    driver.write("INTX", 1);
    device.reset();
    expect(driver.barMemories[0]!.content[0]).toBe(0);
    expect(driver.takeInterrupts()).toEqual([]);
  });

  test("takes its pin down and does no DMA any more, not even what it had begun", async () => {
    const driver = new TestDeviceDriver();
    driver.write("INTX", 1);
    driver.isSlow = true;
    driver.startCopy(0x2000, 0x1000, 0x100);
    driver.runTasks();
    driver.device.remove();
    expect(await driver.releaseAccesses()).toBe(1);
    expect(await driver.releaseAccesses()).toBe(0);
    expect(driver.takeInterrupts()).toEqual(["intx up", "intx down"]);
  });

  test("gives back its memory and its addresses", () => {
    const placement = new BarPlacement();
    const slot = new PciSlot(createTestDevice(), placement);
    slot.device.remove();
    slot.device.release();
    expect(slot.barMemories.map(({ isReleased }) => isReleased)).toEqual([true]);
    const next = new PciSlot(createTestDevice(), placement).device;
    expect([0, 1, 2, 4, 6].map((bar) => next.barAddress(bar))).toEqual(
      [0, 1, 2, 4, 6].map((bar) => slot.device.barAddress(bar)),
    );
  });
});

describe("a function that there is no room for", () => {
  test("without memory for its BAR is not made, and holds no address", () => {
    const placement = new BarPlacement();
    expect(() => new PciSlot(createTestDevice(), placement, 0)).toThrow(
      new RangeError("there is no memory for a BAR of 61440 bytes"),
    );
    expect(new PciSlot(createTestDevice(), placement).device.barAddress(0)).toBe(0xc000_0000);
  });

  test("without an address for its BAR is not made", () => {
    const placement = new BarPlacement();
    while (placement.place({ space: "io", bytes: 32 }) !== undefined);
    expect(() => new PciSlot(createTestDevice(), placement)).toThrow(
      new RangeError("there is no room for a BAR of 32 bytes"),
    );
    expect(placement.place({ space: "memory32", bytes: 0x1000 })).toBe(0xc000_0000);
  });
});
