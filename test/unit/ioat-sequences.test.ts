/**
 * What two drivers do with the IOAT, register by register (specification 50, section 6.7): the one of the kernel's selftests and
 * that of DPDK. Each sequence is the driver's; a loop that the driver has no limit for has one here.
 */
import { describe, expect, test } from "@jest/globals";
import { COMMAND, CONTROL, DESCRIPTOR, IoatDriver, STATE } from "../support/ioat-driver.js";
import { Random } from "../support/random.js";

const PAGE = 4096;
const STRUCTURES = 0x4000_0000;
const REGION = 0x8000_0000;
const UNMAPPED = 0xc000_0000;
const POLLS_MAX = 200;

/** Polls, letting the device go on between, as the daemon does. */
function poll(driver: IoatDriver, ...states: number[]): number {
  for (let time = 0; time < 100_000; time++) {
    const { state } = driver;
    if (states.includes(state)) return state;
    driver.host.runTask();
  }
  throw new Error(`state ${driver.state} after so many loads`);
}

class SelftestDriver extends IoatDriver {
  readonly sizeMax: number;

  constructor() {
    super();
    this.memory.map(STRUCTURES, PAGE);
    this.memory.map(REGION, 64 * PAGE);
    this.init();
    this.sizeMax = 1 << this.read("XFERCAP");
  }

  init(): void {
    this.resetChannel();
    this.write("INTRCTRL", 8);
  }

  resetChannel(): void {
    this.write("CHANERR", this.read("CHANERR"));
    this.write("CHANCMD", COMMAND.RESET);
    expect(this.read("CHANCMD") & COMMAND.RESET).toBe(0);
    expect(this.state).toBe(STATE.HALTED);
  }

  startCopies(source: number, destination: number, size: number, count: number, interrupt = false): void {
    const control = interrupt ? DESCRIPTOR.INT : 0;
    this.put(STRUCTURES, { control, size, source, destination, next: STRUCTURES });
    this.write("CHAINADDR", STRUCTURES);
    this.write("CHANCTRL", CONTROL.REARM | CONTROL.ANY_ERR_ABORT);
    this.write("DMACOUNT", count);
  }

  /** @returns 0 or -1 */
  awaitCopies(): number {
    const state = poll(this, STATE.IDLE, STATE.HALTED);
    if (state === STATE.HALTED) {
      expect(this.read("CHANERR")).not.toBe(0);
      this.resetChannel();
      return -1;
    }
    this.write("CHANCMD", COMMAND.SUSPEND);
    poll(this, STATE.SUSPENDED);
    return 0;
  }

  copy(source: number, destination: number, size: number): number {
    this.startCopies(source, destination, size, 1);
    return this.awaitCopies();
  }

  sendMsi(): void {
    this.startCopies(STRUCTURES + 0x100, STRUCTURES + 0x200, 8, 1, true);
    expect(this.awaitCopies()).toBe(0);
  }

  takeInterrupts(): number {
    return this.host.interrupts.splice(0).length;
  }
}

describe("the selftests' driver", () => {
  test("init and remove, ten times", () => {
    const driver = new SelftestDriver();
    for (let time = 0; time < 10; time++) {
      driver.resetChannel();
      driver.init();
    }
    expect(driver.sizeMax).toBe(16384);
    expect(driver.copy(REGION, REGION + PAGE, 64)).toBe(0);
  });

  test("one copy returns 0, with equal buffers and no interrupt", () => {
    const driver = new SelftestDriver();
    const data = new Random(1).bytes(driver.sizeMax);
    driver.memory.poke(REGION, data);
    expect(driver.copy(REGION, REGION + driver.sizeMax, driver.sizeMax)).toBe(0);
    expect(driver.memory.peek(REGION + driver.sizeMax, driver.sizeMax)).toEqual(data);
    expect(driver.takeInterrupts()).toBe(0);
  });

  test.each([
    ["from", UNMAPPED, REGION],
    ["to", REGION, UNMAPPED],
  ])("a copy %s an unmapped IOVA fails without an interrupt, and the next one works", (_, source, destination) => {
    const driver = new SelftestDriver();
    expect(driver.copy(source, destination, driver.sizeMax)).toBe(-1);
    expect(driver.takeInterrupts()).toBe(0);
    expect(driver.copy(REGION, REGION + PAGE, PAGE)).toBe(0);
  });

  test("the program's first load of CHANSTS after DMACOUNT does not find the state of the RESET", () => {
    const driver = new SelftestDriver();
    driver.resetChannel();
    driver.memory.slow.add(REGION / PAGE);
    driver.startCopies(REGION, REGION + PAGE, 64, 1);
    expect(driver.state).toBe(STATE.ACTIVE);
  });

  test("mix and match: ten times a good copy, one from an unmapped IOVA, and one interrupt", () => {
    const driver = new SelftestDriver();
    const random = new Random(2);
    for (let time = 0; time < 10; time++) {
      const data = random.bytes(PAGE);
      driver.memory.poke(REGION, data);
      expect(driver.copy(REGION, REGION + PAGE, PAGE)).toBe(0);
      expect(driver.memory.peek(REGION + PAGE, PAGE)).toEqual(data);
      expect(driver.copy(UNMAPPED, REGION, PAGE)).toBe(-1);
      expect(driver.takeInterrupts()).toBe(0);
      driver.sendMsi();
      expect(driver.takeInterrupts()).toBe(1);
    }
  });

  test("the same CHAINADDR and the same DMACOUNT again are another job", () => {
    const driver = new SelftestDriver();
    for (let time = 1; time <= 3; time++) {
      driver.memory.poke(REGION, Uint8Array.of(time));
      expect(driver.copy(REGION, REGION + PAGE, 1)).toBe(0);
      expect(driver.memory.peek(REGION + PAGE, 1)[0]).toBe(time);
    }
  });

  test("storm: 65535 copies in one go, with one interrupt at most for all", () => {
    const driver = new SelftestDriver();
    driver.startCopies(REGION, REGION + PAGE, 64, 65535);
    expect(driver.awaitCopies()).toBe(0);
    expect(driver.memory.accesses).toHaveLength(3 * 65535);
    expect(driver.takeInterrupts()).toBe(0);
  });
});

const RING = 0x1000_0000;
const RING_SIZE = 32;
/** DPDK's status word. */
const STATUS = 0x1001_0000;
const BURST = 16;

class DpdkDriver extends IoatDriver {
  /** Descriptors written since the start, and given to the device since CHAINADDR. */
  private next = 0;
  private offset = 0;

  constructor(version = 0x34) {
    super({ version });
    this.memory.map(RING, PAGE);
    this.memory.map(STATUS, PAGE);
    this.memory.map(REGION, 64 * PAGE);
    this.memory.poke(REGION, new Random(3).bytes(32 * PAGE));
    this.probe();
  }

  private probe(): void {
    expect([this.read("CBVER") >> 4, this.read("CHANCNT")]).toEqual([3, 1]);
    expect(this.read("CHANCTRL")).toBe(0);
    expect(this.read("CHANERR")).toBe(0);
    this.write("CHANCMD", COMMAND.SUSPEND);
    this.write("CHANCMD", COMMAND.RESET);
    let resets = 0;
    while ((this.read("CHANCMD") & COMMAND.RESET) !== 0) {
      this.write("CHAINADDR", 0);
      if (++resets > POLLS_MAX) throw new Error("the reset takes no end");
    }
  }

  startQueue(): void {
    this.offset = this.next;
    this.configure(this.addressOf(this.next));
    expect(this.state).not.toBe(STATE.HALTED);
  }

  private configure(chain: number): void {
    this.write("CHAINADDR", chain);
    this.write("CHANCTRL", CONTROL.ERR_COMPLETION | CONTROL.ANY_ERR_ABORT);
    this.write("CHANCMP", STATUS);
  }

  addressOf(index: number): number {
    return RING + (index % RING_SIZE) * 64;
  }

  /** Writes a burst of copies and rings the doorbell. @param bad source address 0 at this position */
  submit(count: number, bad = -1): void {
    for (let at = 0; at < count; at++, this.next++)
      this.put(this.addressOf(this.next), {
        size: 100 + at,
        control: DESCRIPTOR.COMPLETION,
        source: at === bad ? 0 : REGION + at * PAGE + 3,
        destination: REGION + (32 + at) * PAGE + 5,
        next: this.addressOf(this.next + 1),
      });
    this.doorbell();
  }

  doorbell(): void {
    this.write("DMACOUNT", (this.next - this.offset) & 0xffff);
    this.host.runTasks();
  }

  get statusWord(): number {
    return Number(this.memory.peek64(STATUS));
  }

  /** Ring index of the last completed descriptor. */
  get progress(): number {
    return ((this.statusWord & ~7) - RING) >> 6;
  }

  /** Back to back, without waiting. @param failed index of the descriptor that failed */
  recover(failed: number): number {
    this.offset = failed + 1;
    this.write("CHANCMD", COMMAND.RESET);
    this.configure(this.addressOf(failed + 1));
    for (let time = 0; time < POLLS_MAX; time++) if (this.read("CHANSTS") === STATE.ARMED) return time;
    throw new Error("the channel does not recover");
  }

  stop(): number {
    this.write("CHANCMD", this.state <= STATE.IDLE ? COMMAND.SUSPEND : COMMAND.RESET);
    for (let time = 0; time < POLLS_MAX; time++)
      if ([STATE.SUSPENDED, STATE.HALTED].includes(this.state)) return this.state;
    throw new Error("the channel does not stop");
  }

  /** Whether position `at` of the last burst has been copied. */
  copied(at: number): boolean {
    const size = 100 + at;
    const from = this.memory.peek(REGION + at * PAGE + 3, size);
    return Buffer.compare(this.memory.peek(REGION + (32 + at) * PAGE + 5, size), from) === 0;
  }

  clear(): void {
    this.memory.poke(REGION + 32 * PAGE, new Uint8Array(32 * PAGE));
  }
}

const positions = Array.from({ length: BURST }, (_, at) => at);

describe("DPDK's driver", () => {
  test("probe, start, bursts around the ring, stop, and start again", () => {
    const driver = new DpdkDriver();
    driver.startQueue();
    expect(driver.read("CHANSTS")).toBe(STATE.ARMED);
    for (let burst = 1; burst <= 5; burst++) {
      driver.clear();
      driver.submit(BURST);
      expect(positions.filter((at) => !driver.copied(at))).toEqual([]);
      expect(driver.progress).toBe((burst * BURST - 1) % RING_SIZE);
      expect(driver.statusWord & 7).toBe(STATE.IDLE);
    }
    expect(driver.stop()).toBe(STATE.SUSPENDED);
    driver.startQueue();
    driver.submit(3);
    expect(driver.progress).toBe((5 * BURST + 2) % RING_SIZE);
    expect(driver.host.interrupts).toEqual([]);
  });

  test("absolute counts of 16 bits wrap", () => {
    const driver = new DpdkDriver();
    driver.startQueue();
    for (let burst = 0; burst < 65536 / BURST + 4; burst++) driver.submit(BURST);
    expect(driver.read("DMACOUNT")).toBe(4 * BURST);
    expect([driver.progress, driver.read("CHANERR")]).toEqual([(4 * BURST - 1) % RING_SIZE, 0]);
  });

  test("stop of a channel that is ARMED or HALTED resets it", () => {
    const driver = new DpdkDriver();
    driver.startQueue();
    expect(driver.stop()).toBe(STATE.HALTED);
    expect(driver.stop()).toBe(STATE.HALTED);
  });

  test.each([0, 7, 14, 15])("a burst whose position %d has source address 0 is recovered from", (bad) => {
    const driver = new DpdkDriver();
    driver.startQueue();
    driver.submit(BURST); // So that the burst does not begin at the ring's start.
    driver.clear();
    driver.submit(BURST, bad);
    const failed = BURST + bad;
    expect(driver.statusWord).toBe(driver.addressOf(failed - 1) | STATE.HALTED);
    expect(driver.read("CHANERR")).toBe(1);
    expect(positions.filter((at) => driver.copied(at))).toEqual(positions.slice(0, bad));
    expect(driver.recover(failed)).toBe(0);
    expect(driver.read("CHANERR")).toBe(0);
    driver.doorbell();
    const remaining = BURST - bad - 1;
    expect(driver.read("DMACOUNT")).toBe(remaining);
    expect(driver.state).toBe(remaining === 0 ? STATE.ARMED : STATE.IDLE);
    expect(positions.filter((at) => !driver.copied(at))).toEqual([bad]);
    if (remaining > 0) expect(driver.statusWord).toBe(driver.addressOf(2 * BURST - 1) | STATE.IDLE);
    driver.submit(2);
    expect(driver.progress).toBe((2 * BURST + 1) % RING_SIZE);
  });

  test("a burst whose first descriptor since CHAINADDR fails has no last good one: the word is 3", () => {
    const driver = new DpdkDriver();
    driver.startQueue();
    driver.submit(BURST, 0);
    expect([driver.statusWord, driver.read("CHANSTS")]).toEqual([3, 3]);
    driver.recover(0);
    driver.doorbell();
    expect(driver.progress).toBe(BURST - 1);
  });

  test("a recovery while the failed burst's completion word waits for memory is not overtaken by it", async () => {
    const driver = new DpdkDriver();
    driver.startQueue();
    driver.memory.slow.add(STATUS / PAGE);
    driver.submit(BURST, 0);
    expect([driver.state, driver.memory.pending]).toEqual([STATE.HALTED, 1]);
    driver.recover(0);
    await driver.memory.release();
    expect([driver.statusWord, driver.read("CHANSTS")]).toEqual([0, STATE.ARMED]);
  });
});
