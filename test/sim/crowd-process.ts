/**
 * One process of the crowd: four lanes, each with connections of its own, that work on an iommufd which all processes
 * share and on one of its own. What only this lane touches is checked here, call by call; what all fight for is recorded
 * with its times, for the parent to judge.
 */
import { Endpoint, GuestMemory, IommuFd } from "../../client/ts/index.js";
import { Random } from "../support/random.js";
import type { SlotCall } from "./linearizability.js";
import { mustEqual, outcome, PAGE, Slice, SLICE_PAGES } from "./slice.js";

export interface CrowdOrders {
  readonly socket: string;
  /** Of the shared iommufd, in hexadecimal. */
  readonly token: string;
  readonly ioasId: number;
  /** Numbers of the lanes, over all processes from 1. */
  readonly lanes: readonly number[];
  readonly callsPerLane: number;
  readonly seed: number;
}

/** The life of an object in the shared iommufd, as far as it is certain. */
export interface ObjectLife {
  readonly id: number;
  readonly begin: number;
  readonly end: number;
}

export interface CrowdReport {
  readonly calls: number;
  /** By slot. */
  readonly history: readonly (readonly SlotCall[])[];
  readonly lives: readonly ObjectLife[];
  readonly failure?: string;
}

export const SLOTS = 8;
/** The slots are pages from here on; far from the lanes' own slices. */
export const SLOT_BASE = 1n << 42n;
/** Between the slices of two lanes: a table of its own for each. */
const SLICE_STEP = 1n << 30n;
/** Behind the slice: where a lane keeps the copy of a slot. */
const COPY_PAGE = SLICE_PAGES + 8;

const USER_ADDRESS = 0x4000_0000_0000n;
const USER_STEP = 1n << 21n;
/** Pages that slices map, and one that says whose it is. */
const DATA_PAGES = 64;
const MEMORY_PAGES = DATA_PAGES + 1;

/** Microseconds of the machine's monotonic clock, which all processes share. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1000;
}

export const slotIova = (slot: number): bigint => SLOT_BASE + BigInt(slot * PAGE);

class Lane {
  calls = 0;
  readonly history: SlotCall[][] = Array.from({ length: SLOTS }, () => []);
  readonly lives: ObjectLife[] = [];

  private constructor(
    private readonly number: number,
    private readonly ioasId: number,
    private readonly random: Random,
    private readonly shared: Slice,
    private readonly own: Slice,
    private readonly close: () => Promise<void>,
  ) {}

  static async open({ socket, token, ioasId, seed }: CrowdOrders, number: number): Promise<Lane> {
    const random = new Random(seed + number);
    const fd = await IommuFd.join(Buffer.from(token, "hex"), { socket });
    const ownFd = await IommuFd.open({ socket });
    const memory = GuestMemory.create({ bytes: MEMORY_PAGES * PAGE });
    const stamp = new Uint32Array(PAGE / 4).fill(number);
    memory.write(DATA_PAGES * PAGE, new Uint8Array(stamp.buffer));
    const address = USER_ADDRESS + BigInt(number) * USER_STEP;
    const { address: userVa } = await fd.registerMemory(memory, { address });
    const device = await Endpoint.open({ socket, name: `shared-${number}` });
    await device.bind(fd);
    await device.attach(ioasId);
    const ownIoasId = await ownFd.ioasAlloc();
    const ownDevice = await Endpoint.open({ socket, name: `own-${number}` });
    await ownDevice.bind(ownFd);
    await ownDevice.attach(ownIoasId);
    const common = { memory, userVa, memoryPages: DATA_PAGES };
    const base = BigInt(number) * SLICE_STEP + (1n << 40n);
    const shared = { ...common, name: `lane ${number}, shared`, fd, ioasId, device, base };
    const own = { ...common, name: `lane ${number}, own`, fd: ownFd, ioasId: ownIoasId, device: ownDevice, base: 0n };
    const slices = [new Slice(shared, random.fork()), new Slice(own, random.fork())] as const;
    return new Lane(number, ioasId, random, ...slices, async () => {
      for (const part of [device, ownDevice, ownFd, fd]) await part.close();
      memory.close();
    });
  }

  async run(calls: number): Promise<void> {
    while (this.calls < calls) await this.step();
    await this.shared.clear();
    await this.own.clear();
    await this.close();
  }

  private async step(): Promise<void> {
    const { random } = this;
    const roll = random.below(100);
    if (roll < 75) {
      this.calls++;
      await (roll < 45 ? this.shared : this.own).step();
    } else if (roll < 80) {
      await this.object();
    } else {
      await this.contend(random.below(SLOTS));
    }
  }

  /** Makes an object in the shared iommufd and destroys it: its id is nobody else's meanwhile. */
  private async object(): Promise<void> {
    const { fd } = this.shared.parts;
    this.calls += 2;
    const id = await fd.ioasAlloc();
    const begin = now();
    const pause = this.random.below(3);
    for (let turn = 0; turn < pause; turn++) await new Promise(setImmediate);
    const end = now();
    mustEqual(`lane ${this.number}: destroy of its object`, await outcome(fd.destroy(id)), ["OK", undefined]);
    this.lives.push({ id, begin, end });
  }

  private async contend(slot: number): Promise<void> {
    const { fd, userVa, device } = this.shared.parts;
    const { ioasId, number } = this;
    const iova = slotIova(slot);
    const roll = this.random.below(100);
    if (roll < 35) {
      const mapping = { ioasId, userVa: userVa + BigInt(DATA_PAGES * PAGE), length: PAGE, iova };
      await this.record(slot, "put", number, "EEXIST", () => fd.map(mapping), iova);
    } else if (roll < 65) {
      await this.record(slot, "take", 0, "ENOENT", () => fd.unmap({ ioasId, iova, length: PAGE }), BigInt(PAGE));
    } else if (roll < 85) {
      this.calls++;
      const begin = now();
      const { code, data } = await device.read(iova, 4);
      const end = now();
      if (code === "EFAULT") throw new Error(`lane ${number}: the memory behind slot ${slot} is gone`);
      const value = code === "OK" ? Buffer.from(data).readUInt32LE() : 0;
      this.history[slot]!.push({ kind: "get", value, succeeded: true, begin, end });
    } else {
      await this.copySlot(slot);
    }
  }

  /** A copy stays what it was copied from, so its stamp tells what the slot held. */
  private async copySlot(slot: number): Promise<void> {
    const { fd, base, device } = this.shared.parts;
    const { ioasId, number } = this;
    const iova = base + BigInt(COPY_PAGE * PAGE);
    const ranges = { sourceIoasId: ioasId, destinationIoasId: ioasId, length: PAGE };
    this.calls++;
    const begin = now();
    const result = await outcome(fd.copy({ ...ranges, sourceIova: slotIova(slot), iova }));
    const end = now();
    let value = 0;
    if (result[0] === "OK") {
      this.calls += 2;
      const { code, data } = await device.read(iova, 4);
      mustEqual(`lane ${number}: DMA read of its copy`, code, "OK");
      value = Buffer.from(data).readUInt32LE();
      const unmapped = await outcome(fd.unmap({ ioasId, iova, length: PAGE }));
      mustEqual(`lane ${number}: unmap of its copy`, unmapped, ["OK", BigInt(PAGE)]);
    } else {
      mustEqual(`lane ${number}: copy of slot ${slot}`, result, ["ENOENT"]);
    }
    this.history[slot]!.push({ kind: "get", value, succeeded: true, begin, end });
  }

  private async record(
    slot: number,
    kind: "put" | "take",
    value: number,
    refusal: string,
    call: () => Promise<bigint>,
    expected: bigint,
  ): Promise<void> {
    this.calls++;
    const begin = now();
    const result = await outcome(call());
    const end = now();
    const succeeded = result[0] === "OK";
    mustEqual(`lane ${this.number}: ${kind} in slot ${slot}`, result, succeeded ? ["OK", expected] : [refusal]);
    this.history[slot]!.push({ kind, value, succeeded, begin, end });
  }
}

async function run(orders: CrowdOrders, go: Promise<unknown>): Promise<CrowdReport> {
  const lanes: Lane[] = [];
  let failure: string | undefined;
  try {
    for (const number of orders.lanes) lanes.push(await Lane.open(orders, number));
    process.send!("ready");
    await go;
    await Promise.all(lanes.map((lane) => lane.run(orders.callsPerLane)));
  } catch (error) {
    failure = String((error as Error).stack);
  }
  return {
    calls: lanes.reduce((sum, lane) => sum + lane.calls, 0),
    history: Array.from({ length: SLOTS }, (_, slot) => lanes.flatMap((lane) => lane.history[slot]!)),
    lives: lanes.flatMap((lane) => lane.lives),
    ...(failure === undefined ? {} : { failure }),
  };
}

if (process.send !== undefined) {
  process.once("message", (orders) => {
    const go = new Promise((resolve) => process.once("message", resolve));
    void run(orders as CrowdOrders, go).then((report) => {
      process.send!(report, () => {
        process.exit();
      });
    });
  });
  process.once("disconnect", () => process.exit());
}
