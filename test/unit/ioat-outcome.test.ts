/** What the IOAT says of its work: errors, completion words, interrupts, and the tree for people. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import { CHANNEL_TURN } from "../../daemon/devices/pci/ioat/channel.js";
import {
  COMMAND,
  CONTROL,
  DESCRIPTOR,
  DESTINATION,
  ERROR,
  IoatMachine,
  NOWHERE,
  RING,
  SOURCE,
  STATE,
  WORD,
} from "../support/ioat-driver.js";

let driver: IoatMachine;

beforeEach(() => {
  driver = new IoatMachine();
});

describe("errors", () => {
  const good = { size: 16, source: SOURCE, destination: DESTINATION };

  test.each([
    ["a source that is not mapped", { ...good, source: NOWHERE }, ERROR.SOURCE],
    ["a destination that is not mapped", { ...good, destination: NOWHERE }, ERROR.DESTINATION],
    ["a fill of what is not mapped", { ...good, control: DESCRIPTOR.FILL, destination: NOWHERE }, ERROR.DESTINATION],
    ["a source that goes beyond 2^64", { ...good, source: 0xffff_ffff_ffff_fff8n }, ERROR.SOURCE],
    ["a destination that goes beyond 2^64", { ...good, destination: 0xffff_ffff_ffff_fff8n }, ERROR.DESTINATION],
    ["an operation that there is none of", { ...good, control: 0x0200_0000 }, ERROR.CONTROL],
    ["an XOR", { ...good, control: 0x8700_0000 }, ERROR.CONTROL],
    ["a copy of no bytes", { ...good, size: 0 }, ERROR.LENGTH],
    ["a fill of no bytes", { ...good, size: 0, control: DESCRIPTOR.FILL }, ERROR.LENGTH],
  ])("%s halts the channel at the last good descriptor", (_, bad, error) => {
    driver.run([{ ...good }, bad, { ...good }]);
    expect([driver.read("CHANERR"), driver.read("CHANSTS"), driver.read("CDAR")]).toEqual([
      error,
      RING | STATE.HALTED,
      RING + 64,
    ]);
    driver.write("DMACOUNT", 5);
    expect(driver.read("CHANSTS")).toBe(RING | STATE.HALTED);
  });

  test("a descriptor that cannot be fetched is a read data error, and the first one leaves the address 0", () => {
    driver.start(NOWHERE);
    driver.write("DMACOUNT", 1);
    expect([driver.read("CHANERR"), driver.read("CHANSTS"), driver.read("CDAR")]).toEqual([ERROR.FETCH, 3, NOWHERE]);
  });

  test("a next descriptor that is not aligned is an error when it is to be fetched, not before", () => {
    driver.put(RING, { ...good, next: RING + 0x20 });
    driver.start(RING);
    driver.write("DMACOUNT", 1);
    expect(driver.read("CHANSTS")).toBe(RING | STATE.IDLE);
    driver.write("DMACOUNT", 2);
    expect([driver.read("CHANERR"), driver.read("CHANSTS")]).toEqual([ERROR.NEXT_ALIGNMENT, RING | STATE.HALTED]);
  });

  test("a chain address that is not aligned halts the channel when it is written", () => {
    driver.putRing(RING, [good]);
    driver.start(RING);
    driver.write("DMACOUNT", 1);
    driver.write("CHAINADDR", RING + 1);
    expect([driver.read("CHANERR"), driver.read("CHANSTS")]).toEqual([ERROR.CHAIN_ADDRESS, RING | STATE.HALTED]);
  });

  test("a chain address written in ACTIVE ends the work with an error", () => {
    driver.put(RING, { control: DESCRIPTOR.NULL, next: RING });
    driver.start(RING);
    driver.write("DMACOUNT", 1000);
    driver.write("CHAINADDR", RING);
    driver.host.runTasks();
    expect([driver.read("CHANERR"), driver.read("CHANSTS")]).toEqual([ERROR.CHAIN_ADDRESS, RING | STATE.HALTED]);
    expect(driver.memory.accesses).toHaveLength(CHANNEL_TURN.items);
  });

  test("a page that is read-only is a destination error, and what lies before it has been written", () => {
    driver.memory.readOnly.add(DESTINATION / 4096 + 1);
    driver.run([{ size: 8192, source: SOURCE, destination: DESTINATION }]);
    expect(driver.read("CHANERR")).toBe(ERROR.DESTINATION);
    expect(driver.memory.peek(DESTINATION, 8192)).toEqual(
      Uint8Array.of(...driver.data.subarray(0, 4096), ...new Uint8Array(4096)),
    );
  });

  test("a source that ends in the middle has been copied up to there", () => {
    driver.memory.unmap(SOURCE + 4096, 4096);
    driver.run([{ size: 8192, source: SOURCE, destination: DESTINATION }]);
    expect(driver.read("CHANERR")).toBe(ERROR.SOURCE);
    expect(driver.copied(4096)).toEqual(driver.data.subarray(0, 4096));
  });

  test("a page that faults late is the same error", async () => {
    driver.memory.slow.add(SOURCE / 4096);
    driver.run([good]);
    driver.memory.unmap(SOURCE, 4096);
    await driver.memory.release();
    expect([driver.read("CHANERR"), driver.state]).toEqual([ERROR.SOURCE, STATE.HALTED]);
  });

  test("without bus mastering the fetch fails, and a transfer under way fails where it is", async () => {
    driver.memory.slow.add(SOURCE / 4096);
    driver.run([{ ...good }]);
    driver.memory.enabled = false;
    await driver.memory.release();
    expect(driver.read("CHANERR")).toBe(ERROR.DESTINATION);
    driver.run([{ ...good }]);
    expect([driver.read("CHANERR"), driver.read("CHANSTS")]).toEqual([ERROR.FETCH, STATE.HALTED]);
  });

  test("after a RESET the next job works", () => {
    driver.run([{ ...good, source: NOWHERE }]);
    driver.run([good]);
    expect([driver.read("CHANERR"), driver.state]).toEqual([0, STATE.IDLE]);
    expect(driver.copied(16)).toEqual(driver.data.subarray(0, 16));
  });
});

describe("the first start after an error", () => {
  const failThenStart = (version: number): void => {
    driver = new IoatMachine({ version });
    driver.run([{ size: 64, source: NOWHERE, destination: DESTINATION }]);
    expect(driver.state).toBe(STATE.HALTED);
    driver.putRing(RING, [copy, copy]);
    driver.start(RING);
    driver.write("DMACOUNT", 1);
  };
  const copy = { size: 64, source: SOURCE, destination: DESTINATION };

  test("is put off by version 3.4, and only this one: nothing is done when the store to DMACOUNT returns", () => {
    failThenStart(0x34);
    expect([driver.read("CHANSTS"), driver.host.put, driver.host.delayMs > 0]).toEqual([STATE.ACTIVE, 1, true]);
    driver.host.runTasks();
    expect([driver.read("CHANSTS"), driver.copied(64)]).toEqual([RING | STATE.IDLE, driver.data.subarray(0, 64)]);
    driver.write("DMACOUNT", 2);
    expect([driver.state, driver.host.put]).toEqual([STATE.IDLE, 0]);
  });

  test.each([0x32, 0x33])("is at once in version 0x%x", (version) => {
    failThenStart(version);
    expect([driver.state, driver.host.put]).toEqual([STATE.IDLE, 0]);
  });

  test("does not come after a RESET, and waits for RESUME after a SUSPEND", () => {
    failThenStart(0x34);
    driver.write("CHANCMD", COMMAND.RESET);
    driver.host.runTasks();
    expect([driver.read("CHANSTS"), driver.copied(64)]).toEqual([STATE.HALTED, new Uint8Array(64)]);

    failThenStart(0x34);
    driver.write("CHANCMD", COMMAND.SUSPEND);
    driver.host.runTasks();
    expect([driver.state, driver.copied(64)]).toEqual([STATE.SUSPENDED, new Uint8Array(64)]);
    driver.write("CHANCMD", COMMAND.RESUME);
    expect([driver.state, driver.copied(64)]).toEqual([STATE.IDLE, driver.data.subarray(0, 64)]);
  });
});

describe("completion words", () => {
  test("name the descriptor, with 0 while more is queued and 1 for the last", async () => {
    const descriptor = { control: DESCRIPTOR.NULL | DESCRIPTOR.COMPLETION };
    driver.memory.slow.add(WORD / 4096);
    driver.putRing(RING, [descriptor, descriptor]);
    driver.start(RING, { completion: WORD + 8 });
    driver.write("DMACOUNT", 2);
    await driver.memory.release();
    expect(driver.memory.peek64(WORD + 8)).toBe(BigInt(RING | STATE.ACTIVE));
    expect(driver.state).toBe(STATE.ACTIVE);
    await driver.memory.release();
    expect(driver.memory.peek64(WORD + 8)).toBe(BigInt((RING + 64) | STATE.IDLE));
    expect(driver.read("CHANSTS")).toBe((RING + 64) | STATE.IDLE);
  });

  test("are written only where the descriptor asks, after its data", () => {
    driver.run(
      [
        { size: 8, source: SOURCE, destination: DESTINATION },
        { control: DESCRIPTOR.COMPLETION, size: 8, source: SOURCE, destination: WORD },
      ],
      { completion: WORD },
    );
    // The data went to the same place, and before.
    expect(driver.memory.peek64(WORD)).toBe(BigInt((RING + 64) | STATE.IDLE));
    expect(driver.memory.accesses.filter((access) => access === "write 20000+8")).toHaveLength(2);
  });

  test.each([
    ["not mapped", NOWHERE],
    ["not aligned", WORD + 4],
  ])("an address that is %s is an error, and the descriptor does not count as completed", (_, completion) => {
    driver.run([{ control: DESCRIPTOR.NULL }, { control: DESCRIPTOR.NULL | DESCRIPTOR.COMPLETION | DESCRIPTOR.INT }], {
      control: CONTROL.REARM | CONTROL.ERR_COMPLETION,
      completion,
    });
    expect([driver.read("CHANERR"), driver.read("CHANSTS")]).toEqual([ERROR.COMPLETION, RING | STATE.HALTED]);
    expect(driver.host.interrupts).toEqual([]);
  });

  test.each([
    ["with", CONTROL.ERR_COMPLETION, BigInt(RING | STATE.HALTED)],
    ["without", 0, 0n],
  ])("%s ERR_COMPLETION_EN an error is one too", (_, control, word) => {
    driver.run([{ control: DESCRIPTOR.NULL }, { control: 0xff000000 }], { control, completion: WORD });
    expect(driver.memory.peek64(WORD)).toBe(word);
  });

  test("of an error that cannot be written is a second error", () => {
    driver.run([{ control: 0xff000000 }], { control: CONTROL.ERR_COMPLETION, completion: NOWHERE });
    expect(driver.read("CHANERR")).toBe(ERROR.CONTROL | ERROR.COMPLETION);
  });

  test("of an error that waits for memory is dropped by a new chain", async () => {
    driver.memory.slow.add(WORD / 4096);
    driver.run([{ control: 0xff000000 }], { control: CONTROL.ERR_COMPLETION, completion: WORD });
    expect([driver.state, driver.memory.pending]).toEqual([STATE.HALTED, 1]);
    driver.write("CHAINADDR", RING);
    await driver.memory.release();
    expect([driver.read("CHANSTS"), driver.memory.peek64(WORD)]).toEqual([STATE.ARMED, 0n]);
  });
});

describe("interrupts", () => {
  const interrupting = { control: DESCRIPTOR.NULL | DESCRIPTOR.INT };

  test.each([
    ["armed", CONTROL.REARM, 8, [0]],
    ["armed, by the master enable", CONTROL.REARM, 1, [0]],
    ["not armed", 0, 8, []],
    ["armed, but not enabled", CONTROL.REARM, 0, []],
  ])("%s", (_, control, enables, interrupts) => {
    driver.write("INTRCTRL", enables);
    driver.run([interrupting], { control });
    expect(driver.host.interrupts).toEqual(interrupts);
  });

  test("one for each time that it is armed, however many descriptors ask", () => {
    driver.run([interrupting, interrupting, interrupting], { control: CONTROL.REARM });
    expect(driver.host.interrupts).toEqual([0]);
    driver.write("DMACOUNT", 4);
    expect(driver.host.interrupts).toEqual([0]);
    driver.write("CHANCTRL", CONTROL.REARM);
    driver.write("DMACOUNT", 5);
    expect(driver.host.interrupts).toEqual([0, 0]);
  });

  test("none without int_en, for data as for errors", () => {
    driver.run([{ control: DESCRIPTOR.NULL }, { control: 0xff000000 }], { control: CONTROL.REARM });
    expect([driver.state, driver.host.interrupts]).toEqual([STATE.HALTED, []]);
  });

  test("one for an error with ERR_INT_EN", () => {
    driver.run([{ control: 0xff000000 }], { control: CONTROL.REARM | CONTROL.ERR_INT });
    expect(driver.host.interrupts).toEqual([0]);
  });

  test("finds driver.data, completion word and CHANSTS as they are at the end", () => {
    const seen: unknown[] = [];
    driver.host.onInterrupt = () => seen.push(driver.read("CHANSTS"), driver.memory.peek64(WORD), driver.copied(8));
    const control = DESCRIPTOR.INT | DESCRIPTOR.COMPLETION;
    driver.run([{ control, size: 8, source: SOURCE, destination: DESTINATION }], {
      control: CONTROL.REARM,
      completion: WORD,
    });
    expect(seen).toEqual([RING | STATE.IDLE, BigInt(RING | STATE.IDLE), driver.data.subarray(0, 8)]);
  });

  test("ATTNSTATUS and INTRCTRL say so until it is armed again", () => {
    driver.write("INTRCTRL", 9);
    driver.run([interrupting], { control: CONTROL.REARM });
    expect([driver.read("ATTNSTATUS"), driver.read("INTRCTRL")]).toEqual([1, 0xf]);
    driver.write("INTRCTRL", 8);
    expect(driver.read("INTRCTRL")).toBe(0xa);
    driver.write("CHANCTRL", CONTROL.REARM);
    expect([driver.read("ATTNSTATUS"), driver.read("INTRCTRL")]).toEqual([0, 8]);
  });

  test.each([
    [
      "more work",
      () => {
        driver.write("DMACOUNT", 3);
      },
      3,
      STATE.IDLE,
    ],
    [
      "a RESET",
      () => {
        driver.write("CHANCMD", COMMAND.RESET);
      },
      1,
      STATE.HALTED,
    ],
    [
      "a SUSPEND",
      () => {
        driver.write("CHANCMD", COMMAND.SUSPEND);
      },
      1,
      STATE.SUSPENDED,
    ],
  ])("may be answered with %s at once", (_, answer, executed, state) => {
    driver.host.onInterrupt = answer;
    driver.put(RING, { ...interrupting, next: RING });
    driver.start(RING, { control: CONTROL.REARM });
    driver.write("DMACOUNT", 1);
    driver.host.runTasks();
    expect([driver.memory.accesses.length, driver.state]).toEqual([executed, state]);
  });
});

test("work that the answer to an interrupt starts is as any other: SUSPEND waits for its descriptor", async () => {
  driver.memory.slow.add(DESTINATION / 4096);
  driver.putRing(RING, [
    { control: DESCRIPTOR.NULL | DESCRIPTOR.INT },
    { size: 8, source: SOURCE, destination: DESTINATION },
  ]);
  driver.host.onInterrupt = () => {
    driver.write("DMACOUNT", 2);
  };
  driver.start(RING, { control: CONTROL.REARM });
  driver.write("DMACOUNT", 1);
  driver.write("CHANCMD", COMMAND.SUSPEND);
  expect([driver.read("CHANSTS"), driver.memory.pending]).toEqual([RING | STATE.ACTIVE, 1]);
  await driver.memory.release();
  expect(driver.read("CHANSTS")).toBe((RING + 64) | STATE.SUSPENDED);
});

test("inspect tells state, addresses, counts and the names of errors", () => {
  driver.run([{ control: DESCRIPTOR.NULL }, { control: 0xff000000 }], { completion: WORD });
  const tree = JSON.parse(JSON.stringify(driver.model.inspect())) as unknown;
  expect(tree).toEqual({
    version: "0x33",
    transferLimitLg2: 14,
    interruptsEnabled: true,
    channel: {
      state: "HALTED",
      chainAddress: "0x10000",
      currentDescriptor: "0x10040",
      lastCompleted: "0x10000",
      completionAddress: "0x20000",
      available: 2,
      done: 1,
      waitsForMemory: false,
      suspending: false,
      interruptArmed: false,
      errors: ["DESCRIPTOR_CONTROL"],
    },
  });
});
