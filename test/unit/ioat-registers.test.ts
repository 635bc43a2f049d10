/** The IOAT as a PCI function: identity, configuration space, and registers under loads and stores of every width. */
import { describe, expect, test } from "@jest/globals";
import { createIoat } from "../../daemon/devices/pci/ioat/ioat.js";
import { registers, type RegisterName } from "../../daemon/devices/pci/ioat/registers.js";
import { COMMAND, CONTROL, DESCRIPTOR, IoatDriver, STATE } from "../support/ioat-driver.js";
import { FakePciHost } from "../support/iova-space.js";

describe("identity and configuration space", () => {
  const { model } = new IoatDriver();

  test("are those of the Skylake-SP part", () => {
    expect(model.identity).toEqual({
      vendorId: 0x8086,
      deviceId: 0x2021,
      subsystemVendorId: 0x8086,
      subsystemId: 0,
      classCode: 0x088000,
      revision: 4,
    });
    expect(model.bars).toEqual([{ bytes: 16384, space: "memory64", prefetchable: false }]);
    expect(model.configBytes).toBe(4096);
    expect(model.interrupts).toEqual({
      pin: 0,
      msix: { vectors: 1, offset: 0x80, bar: 0, tableOffset: 0x2000, pbaOffset: 0x3000 },
    });
  });

  test("the capabilities behind MSI-X are PCI Express, of a root complex endpoint, and power management", () => {
    expect(model.capabilities.map(({ offset, id }) => [offset, id])).toEqual([
      [0x90, 0x10],
      [0xe0, 0x01],
    ]);
    const [express, power] = model.capabilities;
    expect((express!.body[0]! >> 4) & 15).toBe(9);
    expect(express!.body[0]! & 15).toBe(2);
    expect(power!.body).toHaveLength(6);
    for (const { offset, body, writable, clearedByOne } of model.capabilities) {
      expect(offset + 2 + body.length).toBeLessThanOrEqual(0x100);
      for (const mask of [writable, clearedByOne]) expect(mask?.length ?? body.length).toBe(body.length);
    }
  });

  test("DEVCAP announces a function-level reset if and only if the function has one", () => {
    for (const resettable of [true, false]) {
      const { model: made } = new IoatDriver({ resettable });
      const announced = (made.capabilities[0]!.body[5]! & 0x10) !== 0;
      expect([made.resettable, announced]).toEqual([resettable, resettable]);
    }
  });

  test("three registers lie in the gap behind 0x100: the error registers cleared by 1, the mask writable", () => {
    const zero = new Uint8Array(4);
    const ones = Uint8Array.of(255, 255, 255, 255);
    expect(model.registers).toEqual([
      { offset: 0x148, initial: zero, writable: zero, clearedByOne: ones },
      { offset: 0x180, initial: zero, writable: zero, clearedByOne: ones },
      { offset: 0x184, initial: zero, writable: ones },
    ]);
  });

  test("options choose the part, the version and the transfer limit", () => {
    const driver = new IoatDriver({ deviceId: 0x0b00, transferLimitLg2: 20 });
    expect(driver.model.identity.deviceId).toBe(0x0b00);
    expect([driver.read("CBVER"), driver.read("XFERCAP")]).toEqual([0x34, 20]);
    expect(new IoatDriver({ version: 0x32 }).read("CBVER")).toBe(0x32);
  });

  test.each([{ deviceId: 0x2022 }, { version: 0x31 }, { version: 0x35 }, { transferLimitLg2: 11 }])(
    "an option that no part has is refused: %j",
    (options) => {
      expect(() => createIoat(options)(new FakePciHost())).toThrow(RangeError);
    },
  );
});

/** After power-up. */
const RESET_VALUES: Readonly<Record<RegisterName, bigint>> = {
  CHANCNT: 1n,
  XFERCAP: 14n,
  GENCTRL: 0n,
  INTRCTRL: 0n,
  ATTNSTATUS: 0n,
  CBVER: 0x33n,
  PERPORTOFFSET: 0n,
  INTRDELAY: 0n,
  CS_STATUS: 0n,
  DMACAPABILITY: 0x41n,
  DCAOFFSET: 0n,
  CHWPREFLMT: 0n,
  CHANCTRL: 0n,
  DMA_COMP: 2n,
  CHANCMD: 0n,
  DMACOUNT: 0n,
  CHANSTS: 3n,
  CHAINADDR: 0n,
  CHANCMP: 0n,
  CDAR: 0n,
  CHANERR: 0n,
  CHANERRMASK: 0n,
  DCACTRL: 0n,
  DRSCTL: 0n,
};

/** What reads back of a store of ones to a halted channel. */
const WRITABLE: Readonly<Partial<Record<RegisterName, bigint>>> = {
  GENCTRL: 0x1n,
  INTRCTRL: 0x9n,
  INTRDELAY: 0x3fffn,
  CHWPREFLMT: 0xffff_ffffn,
  CHANCTRL: 0xfefen,
  CHANCMP: 0xffff_ffff_ffff_ffffn,
  CHANERRMASK: 0xffff_ffffn,
  DCACTRL: 0xffff_ffffn,
  DRSCTL: 0xffffn,
};

const named = Object.entries(registers) as [RegisterName, { offset: number; bytes: number }][];
const ones = (bytes: number): bigint => (1n << BigInt(8 * bytes)) - 1n;

function allValues(driver: IoatDriver): Record<string, bigint> {
  return Object.fromEntries(named.map(([name, { offset, bytes }]) => [name, driver.load(offset, bytes)]));
}

describe("registers", () => {
  test("have their values after power-up, and nothing but them is other than 0", () => {
    const driver = new IoatDriver();
    expect(allValues(driver)).toEqual(RESET_VALUES);
    const covered = new Set(
      named.flatMap(([, { offset, bytes }]) => Array.from({ length: bytes }, (_, i) => offset + i)),
    );
    for (let offset = 0; offset < 0x2000; offset++)
      if (!covered.has(offset)) {
        driver.store(offset, 1, 0xff);
        expect([offset, driver.load(offset, 1)]).toEqual([offset, 0n]);
      }
  });

  test("are read the same by loads of every width", () => {
    const driver = new IoatDriver();
    driver.write("CHANCMP", 0x1122_3344_5566_7788n);
    const image = Array.from({ length: 0x150 }, (_, offset) => driver.load(offset, 1));
    // The first of these took the channel; the image is made of loads that found it taken.
    image[0x81] = driver.load(0x81, 1);
    for (const bytes of [2, 4, 8])
      for (let offset = 0; offset + bytes <= image.length; offset += bytes) {
        const expected = image.slice(offset, offset + bytes).reduceRight((value, byte) => (value << 8n) | byte, 0n);
        expect([offset, bytes, driver.load(offset, bytes)]).toEqual([offset, bytes, expected]);
      }
  });

  test.each(named)(
    "%s takes exactly its writable bits, by a whole store and byte by byte",
    (name, { offset, bytes }) => {
      // Address and command are no plain memory.
      if (name === "CHAINADDR" || name === "CHANCMD") return;
      const expected = WRITABLE[name] ?? RESET_VALUES[name];
      const whole = new IoatDriver();
      whole.store(offset, bytes, ones(bytes));
      expect(whole.load(offset, bytes)).toBe(expected);
      const single = new IoatDriver();
      for (let byte = 0; byte < bytes; byte++) single.store(offset + byte, 1, 0xff);
      expect(single.load(offset, bytes)).toBe(expected);
    },
  );

  test("function reset brings back the values after power-up, and forgets half an address", () => {
    const driver = new IoatDriver();
    for (const [name] of named) driver.write(name, ones(registers[name].bytes));
    driver.store(registers.CHANCMP.offset, 4, 0x40);
    driver.model.reset();
    expect(allValues(driver)).toEqual(RESET_VALUES);
    driver.model.reset();
    driver.store(registers.CHANCMP.offset + 4, 4, 1);
    expect(driver.load(registers.CHANCMP.offset, 8)).toBe(0x1_0000_0000n);
  });
});

describe("widths", () => {
  test.each([
    ["8 bytes", [[0, 8, 0x1_0000_0040n]]],
    [
      "two halves, the low one first",
      [
        [0, 4, 0x40n],
        [4, 4, 1n],
      ],
    ],
    [
      "four quarters",
      [
        [0, 2, 0x40n],
        [2, 2, 0n],
        [4, 2, 1n],
        [6, 2, 0n],
      ],
    ],
    ["bytes", Array.from({ length: 8 }, (_, at) => [at, 1, [0x40n, 0n, 0n, 0n, 1n, 0n, 0n, 0n][at]!])],
  ] as [string, [number, number, bigint][]][])("CHAINADDR takes effect with its last byte: %s", (_, stores) => {
    const driver = new IoatDriver();
    for (const [index, [at, bytes, value]] of stores.entries()) {
      expect(driver.state).toBe(STATE.HALTED);
      driver.store(registers.CHAINADDR.offset + at, bytes, value);
      if (index < stores.length - 1) expect(driver.read("CHAINADDR")).toBe(0);
    }
    expect(driver.load(registers.CHAINADDR.offset, 8)).toBe(0x1_0000_0040n);
    expect(driver.load(registers.CHANSTS.offset, 8)).toBe(4n);
  });

  test("a high half alone goes with the low half that is there", () => {
    const driver = new IoatDriver();
    driver.write("CHANCMP", 0x1_0000_0008n);
    driver.store(registers.CHANCMP.offset + 4, 4, 2);
    expect(driver.load(registers.CHANCMP.offset, 8)).toBe(0x2_0000_0008n);
  });

  test("DMACOUNT starts nothing before both its bytes are there", () => {
    const driver = new IoatDriver();
    driver.memory.map(0, 4096);
    driver.put(0, { control: DESCRIPTOR.NULL, next: 0 });
    driver.start(0);
    driver.store(registers.DMACOUNT.offset, 1, 2);
    expect([driver.state, driver.read("DMACOUNT")]).toEqual([STATE.ARMED, 0]);
    driver.store(registers.DMACOUNT.offset + 1, 1, 1);
    driver.host.runTasks();
    expect([driver.state, driver.read("DMACOUNT")]).toEqual([STATE.IDLE, 0x102]);
    expect(driver.memory.accesses).toHaveLength(0x102);
  });

  test("one store over several registers reaches them in ascending order", () => {
    const driver = new IoatDriver();
    driver.memory.map(0, 4096);
    driver.put(0, { control: DESCRIPTOR.NULL, next: 0 });
    driver.start(0);
    // CHANCTRL, DMA_COMP, CHANCMD and DMACOUNT: suspended first, then given a count that waits.
    driver.store(0x80, 8, (3n << 48n) | (BigInt(COMMAND.SUSPEND) << 32n) | BigInt(CONTROL.ANY_ERR_ABORT));
    expect([driver.read("CHANCTRL") & 0xff, driver.state, driver.read("DMACOUNT")]).toEqual([8, STATE.SUSPENDED, 3]);
    driver.write("CHANCMD", COMMAND.RESUME);
    expect(driver.state).toBe(STATE.IDLE);
  });

  test("CHANERR clears the bits written as 1, and a byte store only those of its byte", () => {
    const driver = new IoatDriver();
    driver.start(0x20); // Misaligned: bit 4.
    driver.start(0);
    driver.memory.map(0x1000, 4096);
    driver.put(0x1000, { control: 0xff000000 });
    driver.write("CHAINADDR", 0x1010);
    driver.write("CHAINADDR", 0x1000);
    driver.write("DMACOUNT", 1);
    expect(driver.read("CHANERR")).toBe(0x410);
    driver.store(registers.CHANERR.offset, 1, 0xff);
    expect(driver.read("CHANERR")).toBe(0x400);
    driver.write("CHANERR", 0x1);
    expect(driver.read("CHANERR")).toBe(0x400);
    driver.write("CHANERR", 0x400);
    expect([driver.read("CHANERR"), driver.state]).toEqual([0, STATE.HALTED]);
  });

  test("the first load of IN_USE returns 0 and takes the channel; a store of 0 gives it back", () => {
    const driver = new IoatDriver();
    expect(driver.load(0x80, 1)).toBe(0n);
    expect([driver.read("CHANCTRL"), driver.read("CHANCTRL")]).toEqual([0, CONTROL.IN_USE]);
    driver.store(0x80, 1, CONTROL.ANY_ERR_ABORT);
    expect(driver.read("CHANCTRL")).toBe(CONTROL.IN_USE | CONTROL.ANY_ERR_ABORT);
    driver.write("CHANCTRL", CONTROL.IN_USE);
    expect(driver.read("CHANCTRL")).toBe(CONTROL.IN_USE);
    driver.write("CHANCTRL", 0);
    expect([driver.read("CHANCTRL"), driver.read("CHANCTRL")]).toEqual([0, CONTROL.IN_USE]);
  });
});
