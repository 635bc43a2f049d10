/**
 * The rough life of a device behind VFIO: while it copies by DMA its program is killed, its mappings go, it is reset, put to sleep,
 * pulled out of its slot; its rings point where they should not. The engine finishes or faults, the daemon lives, the device beside it
 * notices nothing, and nothing is left behind. IOMMUFD_EMU_MODEL_SEED and IOMMUFD_EMU_MODEL_STEPS repeat a failure.
 */
import { expect, test } from "@jest/globals";
import { addDevice, removeDevice, status, type StatusTree } from "../../client/ts/index.js";
import { createTestIommu, type TestIommu } from "../../client/ts/testing.js";
import { vfioDeviceCalls } from "../../client/ts/vfio-calls.js";
import { COMMAND, CONTROL, DESCRIPTOR, STATE, type TestDescriptor } from "../support/ioat-driver.js";
import { IOVA, IoatUser, REGION_BYTES, RING_DESCRIPTORS, slots, tried } from "../support/ioat-user.js";
import { differences, takeInventory } from "../support/inventory.js";
import { history } from "../support/model.js";
import { Random } from "../support/random.js";

const ROUNDS = 300;
const RUN_MS_MAX = 300_000;
const TOPOLOGY = { iommus: [{ name: "iommu0", kind: "vtd" }], endpoints: [] };
const VICTIM = "0000:00:04.0";
const BYSTANDER = "0000:00:05.0";
/** What the largest count of descriptors takes is no more than so many looks at the state. */
const LOOKS_MAX = 20_000;
const TURNS_MAX = 12;
const DESCRIPTORS_MAX = 32;
const COUNT_MAX = 0xffff;
const NULL_AND_WORD = DESCRIPTOR.NULL | DESCRIPTOR.COMPLETION;

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Memory that answers now at once, now late. */
const paceOf =
  (random: Random): (() => Promise<void>) =>
  () =>
    turns(random.chance(40) ? random.below(4) : 0);

// ---- rings --------------------------------------------------------------------------------------------------------------

interface Job {
  readonly descriptors: readonly TestDescriptor[];
  readonly count: number;
  readonly completion?: number;
}

/** Copies that come out right. */
function copies(random: Random): Job {
  const count = 1 + random.below(DESCRIPTORS_MAX);
  const size = Math.floor(REGION_BYTES / count);
  const descriptors = Array.from({ length: count }, (_, index) => ({
    size,
    control: DESCRIPTOR.COMPLETION | (index === count - 1 ? DESCRIPTOR.INT : 0),
    source: IOVA.SOURCE + index * size,
    destination: IOVA.DESTINATION + index * size,
  }));
  return { descriptors, count };
}

/** Copies of which one is as `bad` says. */
function spoilt(random: Random, bad: TestDescriptor): Job {
  const { descriptors, count } = copies(random);
  const at = random.below(count);
  return { descriptors: descriptors.map((good, index) => (index === at ? { ...good, ...bad } : good)), count };
}

const rings: Readonly<Record<string, (random: Random) => Job>> = {
  "copies that are right": copies,
  "a descriptor that points at itself": (random) => ({
    descriptors: [{ size: 64, source: IOVA.SOURCE, destination: IOVA.DESTINATION, control: random.pick([0, 8]) }],
    count: random.pick([1, 1000, COUNT_MAX]),
  }),
  "a ring that goes round": (random) => ({
    descriptors: Array.from({ length: RING_DESCRIPTORS }, () => ({ control: NULL_AND_WORD })),
    count: random.pick([RING_DESCRIPTORS + 1, COUNT_MAX]),
  }),
  "a next descriptor in unmapped memory": (random) => spoilt(random, { next: IOVA.NOWHERE }),
  "a next descriptor that is not aligned": (random) => spoilt(random, { next: IOVA.RING + 8 }),
  "a source in unmapped memory": (random) => spoilt(random, { source: IOVA.NOWHERE }),
  "a destination that runs out of memory": (random) => spoilt(random, { destination: IOVA.LAST - 10, size: 4096 }),
  "an operation that there is not": (random) => spoilt(random, { control: 0x8700_0000 }),
  "a completion address in unmapped memory": (random) => ({ ...copies(random), completion: IOVA.NOWHERE }),
  "the ring as its own completion word": (random) => ({
    descriptors: [{ control: NULL_AND_WORD }, { control: NULL_AND_WORD }],
    count: random.pick([2, 1000]),
    completion: IOVA.RING,
  }),
  "a ring that copies over itself": (random) =>
    spoilt(random, { source: IOVA.SOURCE, destination: IOVA.RING, size: 1 + random.below(4096) }),
  "the device's registers as the destination": (random) => spoilt(random, { destination: IOVA.BAR, size: 0x140 }),
  "the device's registers as the ring": (random) => spoilt(random, { next: IOVA.BAR + 0x80 }),
  "the device's registers as the completion word": (random) => ({
    ...copies(random),
    completion: IOVA.BAR + random.pick([0x80, 0x90, 0x98]),
  }),
};

// ---- what happens meanwhile -----------------------------------------------------------------------------------------------

class Slot {
  constructor(readonly iommu: TestIommu) {}

  /** Pulls the victim out. */
  async pull(): Promise<void> {
    await removeDevice(VICTIM, this.iommu);
  }

  /** Plugs the victim in if it is not there, once the last one's users are gone. */
  async plug(): Promise<void> {
    for (let turn = 0; turn < LOOKS_MAX; turn++) {
      const slot = (await slots(this.iommu)).find(({ address }) => address === VICTIM);
      if (slot === undefined) await addDevice(`ioat@${VICTIM}`, this.iommu);
      else if (slot.device !== null && !slot.device.leaving && slot.device.open === 0) return;
      await turns(1);
    }
    throw new Error("the slot does not become free");
  }
}

const events: Readonly<Record<string, (user: IoatUser, slot: Slot, random: Random) => Promise<unknown>>> = {
  nothing: () => Promise.resolve(),
  kill: (user) => user.kill(),
  close: (user) => user.close(),
  reset: (user) => user.device.reset(),
  "removal of the device": (_user, slot) => slot.pull(),
  "removal, then kill": async (user, slot, random) => {
    await slot.pull();
    await turns(random.below(TURNS_MAX));
    await user.kill();
  },
  "kill, then removal": async (user, slot) => {
    await Promise.all([user.kill(), slot.pull()]);
  },
  unmap: (user) => user.unmap(),
  "unmap and map": async (user, _slot, random) => {
    await user.unmap();
    await turns(random.below(TURNS_MAX));
    await user.map();
  },
  detach: (user) => user.device.detachPt(),
  "bus mastering off": (user) => user.setCommand(2),
  "memory decoding off": (user) => user.setCommand(4),
  "low power": (user) => user.device.run(vfioDeviceCalls.enterLowPower()),
  suspend: async (user, _slot, random) => {
    await user.write("CHANCMD", COMMAND.SUSPEND);
    await turns(random.below(TURNS_MAX));
    await user.write("CHANCMD", COMMAND.RESUME);
  },
  "channel reset": (user) => user.write("CHANCMD", COMMAND.RESET),
  "another chain": (user) => user.write("CHAINADDR", IOVA.RING),
};

// ---- rounds ---------------------------------------------------------------------------------------------------------------

/** Fills source and destination, and follows the ring. */
async function start(user: IoatUser, random: Random, job: Job): Promise<void> {
  user.bytes(IOVA.SOURCE, REGION_BYTES).set(random.bytes(REGION_BYTES));
  user.bytes(IOVA.DESTINATION, REGION_BYTES).fill(0);
  user.putRing(job.descriptors);
  const control = CONTROL.REARM | (random.chance(50) ? CONTROL.ERR_COMPLETION : 0);
  await user.go(job.count, { control, ...(job.completion !== undefined && { completion: job.completion }) });
}

/** The copies of `job` have come out right, with the completion word and the interrupt. */
async function verify(user: IoatUser, { descriptors, count }: Job): Promise<void> {
  expect(await user.rest(LOOKS_MAX)).toBe(STATE.IDLE);
  expect(await user.read("CHANERR")).toBe(0n);
  const bytes = count * descriptors[0]!.size!;
  expect(user.bytes(IOVA.DESTINATION, bytes).equals(user.bytes(IOVA.SOURCE, bytes))).toBe(true);
  const last = IOVA.RING + (count - 1) * 64;
  expect(user.bytes(IOVA.WORD, 8).readBigUInt64LE()).toBe(BigInt(last | STATE.IDLE));
  expect(await user.event.read()).toBe(1n);
}

/** The device works for its next user, and for the same one after a reset. */
async function worksAgain(user: IoatUser, random: Random): Promise<void> {
  await tried(user.device.run(vfioDeviceCalls.exitLowPower()));
  await user.device.reset();
  await tried(user.map());
  await user.device.attachPt(user.ioasId);
  await user.turnOn();
  await user.event.read();
  const job = copies(random);
  await start(user, random, job);
  await verify(user, job);
}

async function round(iommu: TestIommu, bystander: IoatUser, random: Random): Promise<void> {
  const slot = new Slot(iommu);
  const user = await IoatUser.start(iommu, VICTIM, paceOf(random.fork()));
  await user.mapBar();
  const safeJob = copies(random);
  await start(bystander, random, safeJob);
  await start(user, random, random.pick(Object.values(rings))(random));
  await turns(random.below(TURNS_MAX));
  await tried(random.pick(Object.values(events))(user, slot, random));
  await verify(bystander, safeJob);
  const alive = (await slots(iommu)).find(({ address }) => address === VICTIM)?.device;
  if (alive?.open === 1 && !alive.leaving) {
    await tried(user.rest(random.below(200)));
    await worksAgain(user, random);
  }
  await (random.chance(50) ? user.close() : user.kill());
  await slot.plug();
}

/** What the daemon holds, and what its bus says of the victim. */
async function holdings(iommu: TestIommu): Promise<Map<string, string>> {
  const tree = await status(iommu);
  const { tablePages } = tree["memory"] as StatusTree;
  return new Map([
    ...(await takeInventory(iommu)),
    ["pages of tables", JSON.stringify(tablePages)],
    ["victim", JSON.stringify((await slots(iommu)).find(({ address }) => address === VICTIM))],
  ]);
}

test(
  "whatever happens to a device and its program, the engine ends, the one beside it copies on, and nothing is left behind",
  async () => {
    const { seed, steps } = history({ seed: 0x10a7, steps: ROUNDS });
    await using iommu = createTestIommu({ topology: TOPOLOGY });
    for (const address of [VICTIM, BYSTANDER]) await addDevice(`ioat@${address}`, iommu);
    const random = new Random(seed);
    const bystander = await IoatUser.start(iommu, BYSTANDER, paceOf(random.fork()));
    // What an IOMMU makes at a device's first use, it keeps.
    await (await IoatUser.start(iommu, VICTIM, paceOf(random.fork()))).close();
    const before = await holdings(iommu);
    for (let step = 1; step <= steps; step++) {
      try {
        await round(iommu, bystander, random.fork());
        const job = copies(random);
        await start(bystander, random, job);
        await verify(bystander, job);
      } catch (cause) {
        throw new Error(`IOMMUFD_EMU_MODEL_SEED=${seed} IOMMUFD_EMU_MODEL_STEPS=${step}: ${String(cause)}`, { cause });
      }
    }
    expect(differences(before, await holdings(iommu))).toEqual([]);
    await bystander.close();
  },
  RUN_MS_MAX,
);
