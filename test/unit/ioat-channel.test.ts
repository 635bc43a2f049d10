/** The channel of the IOAT: what descriptors do, counts, turns and commands. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import { BUFFER_BYTES_MAX } from "../../daemon/devices/dma-engine.js";
import { CHANNEL_TURN } from "../../daemon/devices/pci/ioat/channel.js";
import {
  COMMAND,
  CONTROL,
  DESCRIPTOR,
  DESTINATION,
  ERROR,
  IoatMachine,
  NOWHERE,
  REGION,
  RING,
  SOURCE,
  STATE,
  WORD,
} from "../support/ioat-driver.js";

let driver: IoatMachine;

beforeEach(() => {
  driver = new IoatMachine();
});

describe("COPY and FILL", () => {
  test.each([1, 7, 64, 4096, 4097, BUFFER_BYTES_MAX, BUFFER_BYTES_MAX + 1, REGION - 64])(
    "a copy of %d bytes moves exactly these",
    (size) => {
      driver.run([{ size, source: SOURCE + 3, destination: DESTINATION + 5 }]);
      expect(driver.state).toBe(STATE.IDLE);
      expect(Buffer.compare(driver.memory.peek(DESTINATION + 5, size), driver.data.subarray(3, 3 + size))).toBe(0);
      expect([driver.memory.peek(DESTINATION + 4, 1)[0], driver.memory.peek(DESTINATION + 5 + size, 1)[0]]).toEqual([
        0, 0,
      ]);
    },
  );

  test.each([1, 7, 8, 9, 63, 4099, BUFFER_BYTES_MAX - 3, BUFFER_BYTES_MAX + 13, 3 * BUFFER_BYTES_MAX + 5])(
    "a fill of %d bytes repeats its pattern from the destination on and cuts the last one",
    (size) => {
      const pattern = 0x8877_6655_4433_2211n;
      driver.run([{ control: DESCRIPTOR.FILL, size, source: pattern, destination: DESTINATION + 3 }]);
      const expected = Uint8Array.from({ length: size }, (_, at) => ((at % 8) + 1) * 0x11);
      expect(Buffer.compare(driver.memory.peek(DESTINATION + 3, size), expected)).toBe(0);
      expect([driver.memory.peek(DESTINATION + 2, 1)[0], driver.memory.peek(DESTINATION + 3 + size, 1)[0]]).toEqual([
        0, 0,
      ]);
    },
  );

  test("sizes above XFERCAP are executed", () => {
    driver = new IoatMachine({ transferLimitLg2: 12 });
    driver.run([{ size: REGION, source: SOURCE, destination: DESTINATION }]);
    expect(Buffer.compare(driver.copied(REGION), driver.data)).toBe(0);
  });

  test("a null descriptor transfers nothing, whatever its size and addresses, and completes", () => {
    driver.run([{ control: DESCRIPTOR.NULL | DESCRIPTOR.COMPLETION, size: 64, source: NOWHERE }], { completion: WORD });
    expect(driver.read("CHANSTS")).toBe(RING | STATE.IDLE);
    expect(driver.memory.peek64(WORD)).toBe(BigInt(RING | STATE.IDLE));
    expect(driver.memory.accesses).toHaveLength(2);
  });

  test("a fenced descriptor sees what those before it wrote", () => {
    driver.run([
      { size: 64, source: SOURCE, destination: DESTINATION },
      { control: DESCRIPTOR.FENCE, size: 64, source: DESTINATION, destination: DESTINATION + 64 },
    ]);
    expect(driver.memory.peek(DESTINATION + 64, 64)).toEqual(driver.data.subarray(0, 64));
  });
});

describe("CHAINADDR and DMACOUNT", () => {
  const nulls = (count: number) => Array.from({ length: count }, () => ({ control: DESCRIPTOR.NULL }));

  test("a chain is followed as far as the count, which is absolute", () => {
    driver.putRing(RING, nulls(8));
    driver.start(RING);
    expect([driver.read("CHANSTS"), driver.read("CDAR")]).toEqual([STATE.ARMED, RING]);
    driver.write("DMACOUNT", 3);
    expect([driver.read("CHANSTS"), driver.read("CDAR")]).toEqual([(RING + 0x80) | 1, RING + 0x80]);
    driver.write("DMACOUNT", 3);
    expect(driver.memory.accesses).toHaveLength(3);
    driver.write("DMACOUNT", 4);
    expect(driver.read("CHANSTS")).toBe((RING + 0xc0) | 1);
    driver.write("DMACOUNT", 13);
    expect(driver.read("CHANSTS")).toBe((RING + 0x100) | 1);
  });

  test("a count of 0 leaves a new chain ARMED", () => {
    driver.putRing(RING, nulls(1));
    driver.start(RING);
    driver.write("DMACOUNT", 0);
    expect([driver.read("CHANSTS"), driver.memory.accesses.length]).toEqual([STATE.ARMED, 0]);
  });

  test("counts wrap at 65536", () => {
    driver.putRing(RING, nulls(4));
    driver.start(RING);
    driver.write("DMACOUNT", 65535);
    driver.host.runTasks();
    expect(driver.read("CHANSTS")).toBe((RING + (65534 % 4) * 64) | 1);
    driver.write("DMACOUNT", 2);
    expect(driver.read("CHANSTS")).toBe((RING + (65537 % 4) * 64) | 1);
    expect(driver.memory.accesses).toHaveLength(65538);
    driver.write("DMACOUNT", 1);
    driver.host.runTasks();
    expect(driver.memory.accesses).toHaveLength(65538 + 65535);
  });

  test("a descriptor that points at itself is fetched as often as it is counted", () => {
    driver.put(RING, { size: 8, source: SOURCE, destination: DESTINATION, next: RING });
    driver.start(RING);
    driver.write("DMACOUNT", 5);
    expect(driver.memory.accesses.filter((access) => access === "read 10000+40")).toHaveLength(5);
    expect(driver.read("CHANSTS")).toBe(RING | 1);
  });

  test("a descriptor is read when it is executed: what one before it wrote over it counts", () => {
    // The second descriptor is overwritten with the third one's bytes by the first.
    driver.putRing(RING, [
      { size: 64, source: RING + 0x80, destination: RING + 0x40 },
      { control: 0xff000000 },
      { size: 16, source: SOURCE, destination: DESTINATION, next: RING },
    ]);
    driver.start(RING);
    driver.write("DMACOUNT", 2);
    expect([driver.state, driver.read("CHANERR")]).toEqual([STATE.IDLE, 0]);
    expect(driver.copied(16)).toEqual(driver.data.subarray(0, 16));
  });

  test("CHAINADDR is taken in ARMED, IDLE, SUSPENDED and HALTED, and begins from 0", () => {
    driver.putRing(RING, nulls(8));
    driver.start(RING);
    driver.write("CHAINADDR", RING + 0x40); // ARMED
    expect([driver.read("CHANSTS"), driver.read("CDAR")]).toEqual([STATE.ARMED, RING + 0x40]);
    driver.write("DMACOUNT", 2);
    driver.write("CHAINADDR", RING + 0x80); // IDLE
    expect([driver.read("CHANSTS"), driver.read("DMACOUNT")]).toEqual([STATE.ARMED, 0]);
    driver.write("CHANCMD", COMMAND.SUSPEND);
    driver.write("DMACOUNT", 5);
    driver.write("CHAINADDR", RING); // SUSPENDED, with a count that is discarded.
    expect([driver.read("CHANSTS"), driver.read("DMACOUNT")]).toEqual([STATE.ARMED, 0]);
    driver.write("CHANCMD", COMMAND.RESET);
    driver.write("CHAINADDR", 0); // HALTED; 0 is an address.
    expect([driver.read("CHANSTS"), driver.memory.accesses.length]).toEqual([STATE.ARMED, 2]);
  });

  test("DMACOUNT is ignored in HALTED", () => {
    driver.putRing(RING, nulls(1));
    driver.write("DMACOUNT", 1);
    expect([driver.read("CHANSTS"), driver.read("DMACOUNT")]).toEqual([STATE.HALTED, 0]);
  });
});

describe("turns", () => {
  test("a register write executes one turn's descriptors, and other work goes between", () => {
    driver.put(RING, { control: DESCRIPTOR.NULL, next: RING });
    driver.start(RING);
    driver.write("DMACOUNT", 2 * CHANNEL_TURN.items + 1);
    expect([driver.memory.accesses.length, driver.read("CHANSTS")]).toEqual([CHANNEL_TURN.items, RING | STATE.ACTIVE]);
    expect(driver.host.runTask()).toBe(true);
    expect([driver.memory.accesses.length, driver.state]).toEqual([2 * CHANNEL_TURN.items, STATE.ACTIVE]);
    expect(driver.host.runTask()).toBe(true);
    expect([driver.memory.accesses.length, driver.state]).toEqual([2 * CHANNEL_TURN.items + 1, STATE.IDLE]);
    expect(driver.host.runTask()).toBe(false);
  });

  test("one large descriptor takes several turns as well", () => {
    driver.memory.map(0x1000000, 2 * CHANNEL_TURN.bytes + 4096);
    const size = 2 * CHANNEL_TURN.bytes + 1;
    driver.run([{ control: DESCRIPTOR.FILL, size: 1, source: 0xab, destination: DESTINATION }]);
    driver.put(RING, {
      control: DESCRIPTOR.FILL,
      size,
      source: 0x0101_0101_0101_0101n,
      destination: 0x1000000,
      next: RING,
    });
    driver.start(RING);
    driver.write("DMACOUNT", 1);
    let turns = 1;
    for (; driver.state === STATE.ACTIVE; turns++) expect(driver.host.runTask()).toBe(true);
    expect(turns).toBe(3);
    expect([...driver.memory.peek(0x1000000 + size - 1, 2)]).toEqual([1, 0]);
  });

  test("a count that arrives between two turns is just more work", () => {
    driver.put(RING, { control: DESCRIPTOR.NULL, next: RING });
    driver.start(RING);
    driver.write("DMACOUNT", CHANNEL_TURN.items + 1);
    driver.write("DMACOUNT", CHANNEL_TURN.items + 3);
    driver.host.runTasks();
    expect([driver.memory.accesses.length, driver.state]).toEqual([CHANNEL_TURN.items + 3, STATE.IDLE]);
  });
});

describe("SUSPEND, RESUME, RESET and ABORT", () => {
  const long = 3 * CHANNEL_TURN.items;

  function startLong(): void {
    driver.put(RING, { control: DESCRIPTOR.NULL | DESCRIPTOR.INT | DESCRIPTOR.COMPLETION, next: RING });
    driver.start(RING, { completion: WORD });
    driver.write("DMACOUNT", long);
    expect(driver.state).toBe(STATE.ACTIVE);
  }

  test("SUSPEND between two descriptors stops at once; RESUME goes on where it was", () => {
    startLong();
    driver.write("CHANCMD", COMMAND.SUSPEND);
    expect(driver.read("CHANSTS")).toBe(RING | STATE.SUSPENDED);
    const { length } = driver.memory.accesses;
    driver.host.runTasks();
    expect(driver.memory.accesses).toHaveLength(length);
    driver.write("CHANCMD", COMMAND.RESUME);
    driver.host.runTasks();
    expect([driver.memory.accesses.length, driver.state]).toEqual([2 * long, STATE.IDLE]);
  });

  test("SUSPEND, RESUME, SUSPEND, RESUME before a turn comes do no descriptor twice", () => {
    startLong();
    for (let time = 0; time < 2; time++) {
      driver.write("CHANCMD", COMMAND.SUSPEND);
      driver.write("CHANCMD", COMMAND.RESUME);
    }
    driver.host.runTasks();
    expect([driver.memory.accesses.length, driver.read("CHANSTS")]).toEqual([2 * long, RING | STATE.IDLE]);
  });

  test.each([
    ["ARMED", STATE.ARMED, 0],
    ["IDLE", STATE.IDLE, 1],
  ])("SUSPEND in %s keeps the address and RESUME goes back", (_, state, count) => {
    driver.put(RING, { control: DESCRIPTOR.NULL, next: RING });
    driver.start(RING);
    driver.write("DMACOUNT", count);
    const status = driver.read("CHANSTS");
    expect(status & 7).toBe(state);
    driver.write("CHANCMD", COMMAND.SUSPEND);
    expect(driver.read("CHANSTS")).toBe(status - state + STATE.SUSPENDED);
    driver.write("CHANCMD", COMMAND.RESUME);
    expect(driver.read("CHANSTS")).toBe(status);
  });

  test("a count written in SUSPENDED waits for RESUME", () => {
    driver.put(RING, { control: DESCRIPTOR.NULL, next: RING });
    driver.start(RING);
    driver.write("CHANCMD", COMMAND.SUSPEND);
    driver.write("DMACOUNT", 2);
    expect([driver.state, driver.read("DMACOUNT"), driver.memory.accesses.length]).toEqual([STATE.SUSPENDED, 2, 0]);
    driver.write("CHANCMD", COMMAND.RESUME);
    expect([driver.state, driver.memory.accesses.length]).toEqual([STATE.IDLE, 2]);
  });

  test("SUSPEND and RESUME leave HALTED alone", () => {
    for (const command of [COMMAND.SUSPEND, COMMAND.RESUME]) {
      driver.write("CHANCMD", command);
      expect(driver.read("CHANSTS")).toBe(STATE.HALTED);
    }
  });

  test("a descriptor that waits for memory is finished before SUSPEND is", async () => {
    driver.memory.slow.add(DESTINATION / 4096);
    driver.putRing(RING, [
      { size: 16, source: SOURCE, destination: DESTINATION },
      { size: 16, source: SOURCE, destination: DESTINATION + 16 },
    ]);
    driver.start(RING);
    driver.write("DMACOUNT", 2);
    driver.write("CHANCMD", COMMAND.SUSPEND);
    expect(driver.state).toBe(STATE.ACTIVE);
    await driver.memory.release();
    expect(driver.read("CHANSTS")).toBe(RING | STATE.SUSPENDED);
    expect(driver.copied(16)).toEqual(driver.data.subarray(0, 16));
    expect(driver.memory.pending).toBe(0);
    driver.write("CHANCMD", COMMAND.RESUME);
    await driver.memory.release();
    expect([driver.read("CHANSTS"), driver.copied(32)]).toEqual([
      (RING + 64) | STATE.IDLE,
      Uint8Array.of(...driver.data.subarray(0, 16), ...driver.data.subarray(0, 16)),
    ]);
  });

  test("RESUME takes back a SUSPEND that waits for its descriptor", async () => {
    driver.memory.slow.add(DESTINATION / 4096);
    driver.putRing(RING, [{ size: 16, source: SOURCE, destination: DESTINATION }, { control: DESCRIPTOR.NULL }]);
    driver.start(RING);
    driver.write("DMACOUNT", 2);
    driver.write("CHANCMD", COMMAND.SUSPEND);
    driver.write("CHANCMD", COMMAND.RESUME);
    await driver.memory.release();
    expect(driver.read("CHANSTS")).toBe((RING + 64) | STATE.IDLE);
  });

  test("RESET in the middle of a chain ends it at once", () => {
    startLong();
    driver.write("CHANCTRL", CONTROL.REARM);
    driver.write("CHANCMD", COMMAND.RESET);
    expect([driver.read("CHANSTS"), driver.read("DMACOUNT"), driver.read("CHANCMD"), driver.read("CDAR")]).toEqual([
      STATE.HALTED,
      0,
      0,
      0,
    ]);
    const { length } = driver.memory.accesses;
    driver.host.runTasks();
    expect([driver.memory.accesses.length, driver.host.interrupts]).toEqual([length, []]);
  });

  test("RESET clears CHANERR and leaves CHANCTRL, CHANCMP and INTRCTRL", () => {
    driver.start(0x20, { control: CONTROL.ANY_ERR_ABORT, completion: WORD });
    expect(driver.read("CHANERR")).toBe(ERROR.CHAIN_ADDRESS);
    driver.write("CHANCMD", COMMAND.RESET);
    expect([driver.read("CHANERR"), driver.read("CHANCTRL"), driver.read("CHANCMP"), driver.read("INTRCTRL")]).toEqual([
      0,
      CONTROL.ANY_ERR_ABORT,
      WORD,
      8,
    ]);
  });

  test.each([
    ["the fetch of the descriptor", RING],
    ["the read of the source", SOURCE],
    ["the write of the destination", DESTINATION],
    ["the completion write", WORD],
  ])("nothing of it comes after a RESET during %s", async (_, slow) => {
    for (const reset of [
      () => {
        driver.write("CHANCMD", COMMAND.RESET);
      },
      () => {
        driver.model.reset();
      },
    ]) {
      driver.memory.slow.clear();
      driver.memory.poke(DESTINATION, new Uint8Array(16));
      driver.memory.poke(WORD, new Uint8Array(8));
      const control = DESCRIPTOR.COMPLETION | DESCRIPTOR.INT;
      driver.put(RING, { control, size: 16, source: SOURCE, destination: DESTINATION, next: RING });
      driver.memory.slow.add(slow / 4096);
      driver.write("INTRCTRL", 8);
      driver.start(RING, { control: CONTROL.REARM, completion: WORD });
      driver.write("DMACOUNT", 1);
      expect([driver.state, driver.memory.pending]).toEqual([STATE.ACTIVE, 1]);
      reset();
      const before = driver.memory.accesses.length;
      await driver.memory.release();
      driver.host.runTasks();
      expect(driver.memory.accesses).toHaveLength(before);
      expect([driver.read("CHANSTS"), driver.memory.peek64(WORD), driver.host.interrupts]).toEqual([3, 0n, []]);
    }
  });

  test("work after a RESET is not touched by what the old work was waiting for", async () => {
    driver.memory.slow.add(SOURCE / 4096);
    driver.putRing(RING, [
      { size: 16, source: SOURCE, destination: DESTINATION },
      { size: 16, source: SOURCE + 4096, destination: DESTINATION + 4096, next: RING },
    ]);
    driver.start(RING);
    driver.write("DMACOUNT", 1);
    driver.start(RING + 64);
    driver.memory.slow.add(DESTINATION / 4096 + 1);
    driver.write("DMACOUNT", 1);
    expect(driver.memory.pending).toBe(2);
    await driver.memory.release();
    expect(driver.read("CHANSTS")).toBe((RING + 64) | STATE.IDLE);
    expect(driver.memory.peek(DESTINATION + 4096, 16)).toEqual(driver.data.subarray(4096, 4112));
    expect(driver.copied(16)).toEqual(new Uint8Array(16));
  });

  test("ABORT halts at once and keeps the address of the last completed descriptor", () => {
    startLong();
    driver.write("CHANCMD", COMMAND.ABORT);
    driver.host.runTasks();
    expect([driver.read("CHANSTS"), driver.read("CHANERR")]).toEqual([RING | STATE.HALTED, 0]);
  });

  test("of several commands in one store RESET wins", () => {
    driver.start(RING);
    driver.write("CHANCMD", 0xff);
    expect(driver.read("CHANSTS")).toBe(STATE.HALTED);
  });
});
