/**
 * Random histories of the IOAT against a plain model: chains of any descriptors, good and bad, under any order of commands,
 * turns and loads. After every step registers, memory and interrupts are the model's. Memory that answers late changes when
 * things happen, not what comes of them.
 */
import { expect, test } from "@jest/globals";
import { CHANNEL_TURN } from "../../daemon/devices/pci/ioat/channel.js";
import { COMMAND, CONTROL, DESCRIPTOR, ERROR, IoatDriver, STATE, type TestDescriptor } from "../support/ioat-driver.js";
import { history, runHistory } from "../support/model.js";
import { Random } from "../support/random.js";

const PAGE = 4096;
/** One page of descriptors, two of data, one for completion words, then a hole, then a read-only page. */
const RING = 0;
const DATA = PAGE;
const WORDS = 3 * PAGE;
const HOLE = 4 * PAGE;
const READ_ONLY = 5 * PAGE;
const END = 6 * PAGE;
const SLOTS = 12;

/** What the device should be, on one flat memory. */
class Model {
  readonly memory = new Uint8Array(END);
  private readonly view = new DataView(this.memory.buffer);
  state = STATE.HALTED;
  errors = 0;
  control = 0;
  completion = 0;
  current = 0;
  last = 0;
  count = 0;
  done = 0;
  interrupts = 0;
  private next = 0n;
  private armed = false;
  private rested = STATE.IDLE;
  /** A turn is due. */
  pending = false;

  get status(): number {
    return this.last | this.state;
  }

  chain(address: number): void {
    if (this.state === STATE.ACTIVE || address % 64 !== 0) {
      this.fail(ERROR.CHAIN_ADDRESS);
      return;
    }
    this.next = BigInt(address);
    [this.current, this.last, this.count, this.done] = [address, 0, 0, 0];
    [this.state, this.pending] = [STATE.ARMED, false];
  }

  available(count: number): void {
    if (this.state === STATE.HALTED) return;
    this.count = count;
    if ((this.state === STATE.ARMED || this.state === STATE.IDLE) && count !== this.done) this.turn();
  }

  command(command: number): void {
    if (command === COMMAND.RESET) {
      [this.state, this.pending, this.armed] = [STATE.HALTED, false, false];
      [this.errors, this.current, this.last, this.count, this.done] = [0, 0, 0, 0, 0];
    } else if (command === COMMAND.ABORT) {
      [this.state, this.pending] = [STATE.HALTED, false];
    } else if (command === COMMAND.SUSPEND) {
      if (this.state === STATE.HALTED || this.state === STATE.SUSPENDED) return;
      this.rested = this.state === STATE.ARMED ? STATE.ARMED : STATE.IDLE;
      [this.state, this.pending] = [STATE.SUSPENDED, false];
    } else if (this.state === STATE.SUSPENDED) {
      if (this.count !== this.done) this.turn();
      else this.state = this.rested;
    }
  }

  writeControl(value: number): void {
    this.control = value & ~CONTROL.REARM;
    if ((value & CONTROL.REARM) !== 0) this.armed = true;
  }

  turn(): void {
    [this.state, this.pending] = [STATE.ACTIVE, false];
    for (let item = 0; item < CHANNEL_TURN.items; item++) {
      if (this.count === this.done) break;
      const error = this.execute();
      if (error !== 0) {
        this.fail(error);
        return;
      }
      if (this.count === this.done) break;
    }
    if (this.count === this.done) this.state = STATE.IDLE;
    else this.pending = true;
  }

  private execute(): number {
    const at = (this.current = Number(this.next));
    if (this.next % 64n !== 0n) return ERROR.NEXT_ALIGNMENT;
    if (!this.can(at, 64, false)) return ERROR.FETCH;
    const size = this.view.getUint32(at, true);
    const control = this.view.getUint32(at + 4, true);
    const next = this.view.getBigUint64(at + 24, true);
    const [source, destination] = [8, 16].map((field) => Number(this.view.getBigUint64(at + field, true)));
    const fills = control >>> 24 === 1;
    if (control >>> 24 > 1) return ERROR.CONTROL;
    if ((control & DESCRIPTOR.NULL) === 0) {
      if (size === 0) return ERROR.LENGTH;
      // The pattern, or the bytes, before any of them is overwritten.
      const bytes = Uint8Array.from({ length: Math.min(size, END) }, (_, index) =>
        fills ? this.memory[at + 8 + (index % 8)]! : (this.memory[source! + index] ?? 0),
      );
      for (let done = 0; done < size; done++) {
        if (!fills && !this.can(source! + done, 1, false)) return ERROR.SOURCE;
        if (!this.can(destination! + done, 1, true)) return ERROR.DESTINATION;
        this.memory[destination! + done] = bytes[done]!;
      }
    }
    if ((control & DESCRIPTOR.COMPLETION) !== 0) {
      const isLast = ((this.done + 1) & 0xffff) === this.count;
      if (!this.complete(at | (isLast ? STATE.IDLE : STATE.ACTIVE))) return ERROR.COMPLETION;
    }
    [this.last, this.next, this.done] = [at, next, (this.done + 1) & 0xffff];
    if ((control & DESCRIPTOR.INT) !== 0) this.interrupt();
    return 0;
  }

  private fail(error: number): void {
    this.errors |= error;
    [this.state, this.pending] = [STATE.HALTED, false];
    if ((this.control & CONTROL.ERR_COMPLETION) !== 0 && error !== ERROR.COMPLETION)
      if (!this.complete(this.last | STATE.HALTED)) this.errors |= ERROR.COMPLETION;
    if ((this.control & CONTROL.ERR_INT) !== 0) this.interrupt();
  }

  private complete(word: number): boolean {
    if (this.completion % 8 !== 0 || !this.can(this.completion, 8, true)) return false;
    this.view.setBigUint64(this.completion, BigInt(word), true);
    return true;
  }

  private interrupt(): void {
    if (this.armed) this.interrupts++;
    this.armed = false;
  }

  private can(at: number, length: number, write: boolean): boolean {
    const last = at + length - 1;
    return (last < HOLE || (at >= READ_ONLY && !write)) && last < END;
  }
}

function drawDescriptor(random: Random): TestDescriptor {
  const fault = random.chance(6);
  const data = (): number => DATA + random.below(2 * PAGE - 512);
  const odd = [HOLE - 100, READ_ONLY - 100, END - 100, READ_ONLY, RING + random.below(PAGE - 64)];
  const flags = [DESCRIPTOR.INT, DESCRIPTOR.COMPLETION, DESCRIPTOR.NULL, DESCRIPTOR.FENCE, 0, 0];
  const operation = fault && random.chance(30) ? random.u32() & 0xff000000 : random.chance(30) ? DESCRIPTOR.FILL : 0;
  return {
    size: fault && random.chance(20) ? 0 : 1 + random.below(400),
    control: (operation | random.pick(flags) | random.pick(flags)) >>> 0,
    source: operation === DESCRIPTOR.FILL ? random.u64() : fault ? random.pick(odd) : data(),
    destination: fault ? random.pick(odd) : data(),
    next: random.chance(3) ? random.pick([HOLE, RING + 32, END]) : RING + 64 * random.below(SLOTS),
  };
}

function bothPut(driver: IoatDriver, model: Model, slot: number, descriptor: TestDescriptor): void {
  const at = RING + 64 * slot;
  driver.put(at, descriptor);
  model.memory.set(driver.memory.peek(at, 64), at);
}

function setUp(random: Random): { driver: IoatDriver; model: Model } {
  const driver = new IoatDriver();
  const model = new Model();
  driver.memory.map(0, HOLE);
  driver.memory.map(READ_ONLY, PAGE);
  driver.memory.readOnly.add(READ_ONLY / PAGE);
  for (const [at, length] of [
    [DATA, 2 * PAGE],
    [READ_ONLY, PAGE],
  ] as const) {
    const bytes = random.bytes(length);
    driver.memory.poke(at, bytes);
    model.memory.set(bytes, at);
  }
  driver.write("INTRCTRL", 8);
  return { driver, model };
}

function expectSame(driver: IoatDriver, model: Model): void {
  const registers = ["CHANSTS", "CDAR", "CHANERR", "DMACOUNT"] as const;
  expect([...registers.map((name) => driver.read(name)), driver.host.interrupts.length]).toEqual([
    model.status,
    model.current,
    model.errors,
    model.count,
    model.interrupts,
  ]);
  expect(Buffer.compare(driver.memory.peek(0, HOLE), model.memory.subarray(0, HOLE))).toBe(0);
}

/** One step on both. */
function step(random: Random, driver: IoatDriver, model: Model): void {
  const kind = random.below(100);
  if (kind < 25) {
    bothPut(driver, model, random.below(SLOTS), drawDescriptor(random));
  } else if (kind < 37) {
    const address = random.chance(3) ? RING + 8 : RING + 64 * random.below(SLOTS);
    driver.write("CHAINADDR", address);
    model.chain(address);
  } else if (kind < 60) {
    const count = (model.done + random.pick([0, 1, 2, 5, 20, 70, 200])) & 0xffff;
    driver.write("DMACOUNT", count);
    model.available(count);
  } else if (kind < 70) {
    const command = random.pick([COMMAND.SUSPEND, COMMAND.SUSPEND, COMMAND.RESET, COMMAND.ABORT]);
    driver.write("CHANCMD", command);
    model.command(command);
  } else if (kind < 78) {
    driver.write("CHANCMD", COMMAND.RESUME);
    model.command(COMMAND.RESUME);
  } else if (kind < 84) {
    const control = random.below(32) & ~2;
    driver.write("CHANCTRL", control);
    model.writeControl(control);
  } else if (kind < 88) {
    model.completion = random.chance(90) ? WORDS + 8 * random.below(16) : random.pick([WORDS + 4, HOLE, READ_ONLY]);
    driver.write("CHANCMP", model.completion);
  } else if (kind < 92) {
    const bits = random.u32();
    driver.write("CHANERR", bits);
    model.errors &= ~bits;
  } else {
    // Tasks of works that are over do nothing.
    driver.host.runTasks();
    while (model.pending) model.turn();
  }
}

test("a device under random drivers is what the model is, step by step", () => {
  const what = history({ seed: 2021, steps: 6000 });
  const random = new Random(what.seed);
  const { driver, model } = setUp(random);
  const seen = new Set<number>();
  const errors = { all: 0 };
  runHistory(what, () => {
    step(random, driver, model);
    expectSame(driver, model);
    seen.add(model.state);
    errors.all |= model.errors;
  });
  // The steps lead everywhere.
  if (what.steps < 6000) return;
  expect([...seen].sort()).toEqual(Object.values(STATE).sort());
  expect(errors.all).toBe(Object.values(ERROR).reduce((all, bit) => all | bit));
  expect(model.interrupts).toBeGreaterThan(20);
});

test("memory that answers late leads to the same end", async () => {
  const { seed } = history({ seed: 8086, steps: 0 });
  for (let round = 0; round < 150; round++) {
    const random = new Random(seed + round);
    const { driver, model } = setUp(random);
    for (let slot = 0; slot < SLOTS; slot++) bothPut(driver, model, slot, drawDescriptor(random));
    for (let page = 0; page < END / PAGE; page++) if (random.chance(50)) driver.memory.slow.add(page);
    const control = random.below(32) & ~2;
    driver.start(RING, { control, completion: WORDS });
    [model.completion, model.control] = [WORDS, 0];
    model.chain(RING);
    model.writeControl(control);
    const count = 1 + random.below(30);
    driver.write("DMACOUNT", count);
    model.available(count);
    while (driver.memory.pending > 0) await driver.memory.release();
    try {
      expectSame(driver, model);
    } catch (error) {
      throw new Error(`seed ${seed + round}`, { cause: error });
    }
  }
});
