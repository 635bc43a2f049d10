/** The loopback on the model of vDPA: status, features and queues, and what its virtqueue does with chains, good and bad. */
import { beforeEach, describe, expect, test } from "@jest/globals";
import { BUFFER_BYTES_MAX } from "../../daemon/devices/dma-engine.js";
import { VIRTIO_F } from "../../daemon/devices/vdpa/device.js";
import { QUEUE_TURN } from "../../daemon/devices/vdpa/virtqueue.js";
import { U64 } from "../../daemon/u64.js";
import { errno } from "../../proto/uapi/errno.js";
import { iova } from "../support/iova-space.js";
import { history } from "../support/model.js";
import { Random } from "../support/random.js";
import * as driverParts from "../support/vdpa-driver.js";

const { AVAILABLE, DATA, DESCRIPTORS, FEATURES, FLAG, NOWHERE, STATUS, u16, USED, VdpaDriver } = driverParts;
const IN = DATA;
const OUT = DATA + 0x40000;

let driver: driverParts.VdpaDriver;
const data = new Random(11).bytes(0x40000);

beforeEach(() => {
  driver = new VdpaDriver();
  driver.memory.poke(IN, data);
});

describe("status and features", () => {
  test("VERSION_1 and ACCESS_PLATFORM are offered, and the device agrees only to both", () => {
    const { device } = driver;
    expect(device.getFeatures().toBigInt()).toBe(0x3_0000_0000n);
    for (const features of [U64.ZERO, VIRTIO_F.VERSION_1, VIRTIO_F.ACCESS_PLATFORM]) {
      expect(device.setFeatures(features)).toBe(errno.OK);
      expect(device.setStatus(0xb)).toBe(errno.OK);
      expect(device.getStatus()).toBe(0x3);
    }
    expect(device.setFeatures(FEATURES.or(U64.ONE))).toBe(errno.EINVAL);
    expect(device.setFeatures(FEATURES)).toBe(errno.OK);
    expect(device.setStatus(0xb)).toBe(errno.OK);
    expect(device.getStatus()).toBe(0xb);
    expect(device.setFeatures(FEATURES)).toBe(errno.EBUSY);
  });

  test("bits are set one after another and taken back by a reset only", () => {
    const { device } = driver;
    driver.negotiate();
    expect(device.setStatus(STATUS.ACKNOWLEDGE)).toBe(errno.EINVAL);
    expect(device.setStatus(0x1b)).toBe(errno.EINVAL);
    expect(device.getStatus()).toBe(0xb);
    expect(device.setStatus(0)).toBe(errno.OK);
    expect(device.getStatus()).toBe(0);
    expect(device.setFeatures(FEATURES)).toBe(errno.OK);
  });

  test("DRIVER_OK without FEATURES_OK is EINVAL, and the driver cannot set NEEDS_RESET", () => {
    const { device } = driver;
    expect(device.setStatus(0x7)).toBe(errno.EINVAL);
    expect(device.setStatus(0x43)).toBe(errno.OK);
    expect(device.getStatus()).toBe(0x3);
  });
});

describe("queues", () => {
  test.each([0, 3, 512, -8])("a size of %d is EINVAL", (size) => {
    expect(driver.device.setVringNumber(0, size)).toBe(errno.EINVAL);
  });

  test("sizes are powers of two up to 256", () => {
    for (let size = 1; size <= driver.device.queueSizeMax; size *= 2)
      expect(driver.device.setVringNumber(0, size)).toBe(errno.OK);
  });

  test.each([
    ["descriptors", { descriptors: iova(8), available: iova(0), used: iova(0) }],
    ["available ring", { descriptors: iova(0), available: iova(1), used: iova(0) }],
    ["used ring", { descriptors: iova(0), available: iova(0), used: iova(2) }],
  ])("a misaligned address of the %s is EINVAL", (_, addresses) => {
    expect(driver.device.setVringAddress(0, addresses)).toBe(errno.EINVAL);
  });

  test("every operation on a queue that there is none of is EINVAL", () => {
    const { device } = driver;
    const addresses = { descriptors: iova(0), available: iova(0), used: iova(0) };
    expect([
      device.setVringNumber(2, 8),
      device.setVringAddress(2, addresses),
      device.setVringBase(2, 0),
      device.setVringEnable(2, true),
      device.setVringCallback(2, undefined),
      device.kick(2),
    ]).toEqual(Array(6).fill(errno.EINVAL));
    expect([device.getVringBase(2), device.getVringEnable(2)]).toEqual([undefined, false]);
  });

  test("number, address and base of a queue that works are EBUSY, also before an argument is looked at", () => {
    driver.start();
    const { device } = driver;
    const addresses = { descriptors: iova(1), available: iova(0), used: iova(0) };
    expect([device.setVringNumber(0, 3), device.setVringAddress(0, addresses), device.setVringBase(0, -1)]).toEqual([
      errno.EBUSY,
      errno.EBUSY,
      errno.EBUSY,
    ]);
    expect(device.setVringNumber(1, 4)).toBe(errno.OK);
    device.setVringEnable(0, false);
    expect(device.setVringNumber(0, 8)).toBe(errno.OK);
    expect([device.setVringBase(0, 65536), device.setVringBase(0, 65535)]).toEqual([errno.EINVAL, errno.OK]);
    expect(device.getVringBase(0)).toBe(65535);
  });

  test("a queue works from DRIVER_OK and enable on, whichever comes later, with what is available by then", () => {
    driver.putChain([{ address: IN, length: 4 }]);
    driver.negotiate();
    driver.setUpQueue();
    driver.offer(0);
    driver.kick();
    expect(driver.memory.accesses).toEqual([]);
    driver.device.setStatus(0xf);
    expect(driver.usedIndex).toBe(1);
    driver.device.setVringEnable(0, false);
    driver.offer(0);
    driver.kick();
    expect(driver.usedIndex).toBe(1);
    driver.device.setVringEnable(0, true);
    expect(driver.usedIndex).toBe(2);
  });

  test("a reset forgets everything of the queues", () => {
    driver.start();
    driver.putChain([{ address: IN, length: 4 }]);
    driver.offer(0);
    driver.kick();
    driver.device.setStatus(0);
    expect([driver.device.getVringBase(0), driver.device.getVringEnable(0)]).toEqual([0, false]);
    const { length } = driver.memory.accesses;
    driver.offer(0);
    driver.kick();
    driver.start();
    // The driver went on counting, the device began anew.
    expect([driver.usedIndex, driver.used, driver.memory.accesses.length > length]).toEqual([2, 3, true]);
  });
});

describe("chains", () => {
  beforeEach(() => {
    driver.start();
  });

  function serve(...buffers: driverParts.TestBuffer[]): number {
    driver.putChain(buffers);
    driver.offer(0);
    driver.kick();
    driver.runTasks();
    return driver.device.getStatus();
  }

  test("bytes go from the readable buffers to the writable ones in order, whatever the cuts", () => {
    serve(
      { address: IN, length: 10 },
      { address: IN + 100, length: 0 },
      { address: IN + 200, length: 30 },
      { address: OUT, length: 7, writable: true },
      { address: OUT + 100, length: 33, writable: true },
    );
    const bytes = Uint8Array.of(...data.subarray(0, 10), ...data.subarray(200, 230));
    expect(driver.memory.peek(OUT, 8)).toEqual(Uint8Array.of(...bytes.subarray(0, 7), 0));
    expect(driver.memory.peek(OUT + 100, 34)).toEqual(Uint8Array.of(...bytes.subarray(7), 0));
    expect([driver.usedEntry(0), driver.usedIndex, driver.used]).toEqual([{ id: 0, len: 40 }, 1, 1]);
  });

  test.each([
    ["more to read", 20, 8, 8],
    ["more room", 8, 20, 8],
    ["nothing to read", 0, 20, 0],
  ])("the shorter side decides: %s", (_, readable, writable, len) => {
    serve({ address: IN, length: readable }, { address: OUT, length: writable, writable: true });
    expect(driver.usedEntry(0)).toEqual({ id: 0, len });
    expect(driver.memory.peek(OUT + len, 1)[0]).toBe(0);
  });

  test("a chain of one side only is used with length 0", () => {
    serve({ address: NOWHERE, length: 20, writable: true });
    serve({ address: NOWHERE, length: 20 });
    expect([driver.usedEntry(0), driver.usedEntry(1), driver.usedIndex]).toEqual([
      { id: 0, len: 0 },
      { id: 0, len: 0 },
      2,
    ]);
  });

  test("a chain may be as long as the queue", () => {
    const parts = Array.from({ length: 7 }, (_, at) => ({ address: IN + at * 16, length: 16 }));
    expect(serve(...parts, { address: OUT, length: 200, writable: true })).toBe(0xf);
    expect(driver.usedEntry(0)).toEqual({ id: 0, len: 112 });
    expect(driver.memory.peek(OUT, 112)).toEqual(data.subarray(0, 112));
  });

  test("several chains are used in order, with the head of each, around the ring and past 65535", () => {
    driver.device.setVringEnable(0, false);
    driver.device.setVringBase(0, 65530);
    driver.available = 65530;
    driver.offer();
    driver.device.setVringEnable(0, true);
    for (let head = 0; head < 8; head += 2)
      driver.putChain(
        [
          { address: IN + head, length: 2 },
          { address: OUT + head, length: 2, writable: true },
        ],
        head,
      );
    for (let time = 0; time < 5; time++) {
      driver.offer(6, 2, 0, 4);
      driver.kick();
      expect([0, 1, 2, 3].map((at) => driver.usedEntry(65530 + 4 * time + at).id)).toEqual([6, 2, 0, 4]);
    }
    expect([driver.usedIndex, driver.device.getVringBase(0), driver.used]).toEqual([14, 14, 20]);
    expect(driver.memory.peek(OUT, 8)).toEqual(data.subarray(0, 8));
  });

  test("NO_INTERRUPT keeps the device quiet", () => {
    driver.memory.poke(AVAILABLE, u16(1));
    serve({ address: IN, length: 2 });
    expect([driver.usedIndex, driver.used]).toEqual([1, 0]);
  });

  test("the entry is in the used ring before the index, and the index before the callback", () => {
    driver.onUsed = () => {
      expect(driver.usedIndex).toBe(1);
    };
    serve({ address: IN, length: 2 });
    const used = driver.memory.accesses.filter((access) => access.startsWith("write 13"));
    expect(used).toEqual(["write 13004+8", "write 13002+2"]);
    expect(driver.used).toBe(1);
  });
});

describe("failures", () => {
  const good = { address: IN, length: 8 };
  const cases: [string, string, (driver: driverParts.VdpaDriver) => void][] = [
    [
      "a readable buffer that is not there",
      "memory is not there",
      (it) => {
        it.putChain([
          { address: NOWHERE, length: 8 },
          { address: OUT, length: 8, writable: true },
        ]);
      },
    ],
    [
      "a writable buffer that is not there",
      "memory is not there",
      (it) => {
        it.putChain([good, { address: NOWHERE, length: 8, writable: true }]);
      },
    ],
    [
      "a buffer beyond 2^64",
      "memory is not there",
      (it) => {
        it.putChain([
          { address: 0xffff_ffff_ffff_fff0n, length: 32 },
          { address: OUT, length: 8, writable: true },
        ]);
      },
    ],
    [
      "rings that are not there",
      "memory is not there",
      (it) => {
        it.memory.unmap(0x12000, 4096);
      },
    ],
    [
      "a used ring that is read-only",
      "memory is not there",
      (it) => {
        it.putChain([good]);
        it.memory.readOnly.add(USED / 4096);
      },
    ],
    [
      "a chain in a circle",
      "chain without end",
      (it) => {
        it.putDescriptor(0, IN, 8, FLAG.NEXT, 1);
        it.putDescriptor(1, IN, 8, FLAG.NEXT, 0);
      },
    ],
    [
      "a next descriptor beyond the table",
      "descriptor index beyond the queue",
      (it) => {
        it.putDescriptor(0, IN, 8, FLAG.NEXT, 8);
      },
    ],
    [
      "an indirect descriptor",
      "indirect descriptor",
      (it) => {
        it.putDescriptor(0, IN, 16, FLAG.INDIRECT);
      },
    ],
    [
      "a readable descriptor behind a writable one",
      "readable descriptor behind a writable one",
      (it) => {
        it.putChain([{ ...good, writable: true }, good]);
      },
    ],
    [
      "more chains than entries",
      "more chains are available than the queue has entries",
      (it) => {
        it.available = 9;
      },
    ],
  ];

  test.each(cases)("%s: NEEDS_RESET, a configuration interrupt, and the queue stops", (_, reason, prepare) => {
    driver.start();
    prepare(driver);
    if (driver.memory.pages.has(AVAILABLE / 4096)) driver.offer(0);
    driver.kick();
    expect(driver.device.getStatus()).toBe(0xf | STATUS.NEEDS_RESET);
    expect(driver.device.inspect()).toMatchObject({ queues: [{ failure: reason }, { failure: null }] });
    expect([driver.usedIndex, driver.used, driver.configChanges, driver.device.getVringBase(0)]).toEqual([0, 0, 1, 0]);
    const { length } = driver.memory.accesses;
    driver.kick();
    expect(driver.memory.accesses).toHaveLength(length);
  });

  test("a head beyond the table is one as well", () => {
    driver.start();
    driver.offer(8);
    driver.kick();
    expect(driver.device.inspect()).toMatchObject({ queues: [{ failure: "descriptor index beyond the queue" }, {}] });
  });

  test("the other queue goes on", () => {
    driver.device.setVringNumber(1, 8);
    driver.device.setVringAddress(1, { descriptors: iova(DESCRIPTORS), available: iova(AVAILABLE), used: iova(USED) });
    driver.device.setVringEnable(1, true);
    driver.start();
    driver.putDescriptor(0, IN, 16, FLAG.INDIRECT);
    driver.offer(0);
    driver.kick();
    driver.putChain([good]);
    driver.device.kick(1);
    expect([driver.usedIndex, driver.device.getVringBase(1), driver.device.getVringBase(0)]).toEqual([1, 1, 0]);
  });

  test("after a reset the queue works again", () => {
    driver.start();
    driver.putDescriptor(0, IN, 16, FLAG.INDIRECT);
    driver.offer(0);
    driver.kick();
    driver.device.setStatus(0);
    driver.putChain([good]);
    driver.start();
    expect([driver.device.getStatus(), driver.usedIndex]).toEqual([0xf, 1]);
  });
});

describe("work", () => {
  const loop = [
    { address: IN, length: 64 },
    { address: OUT, length: 64, writable: true },
  ];

  test("a kick handles one turn's bytes; the rest comes later", () => {
    driver.start();
    const buffers = Array.from({ length: 8 }, (_, at) => ({
      address: at < 4 ? IN : OUT,
      length: 0x40000,
      writable: at >= 4,
    }));
    driver.putChain(buffers);
    driver.offer(0, 0);
    driver.kick();
    expect([driver.usedIndex, driver.tasks.length]).toEqual([1, 1]);
    expect(QUEUE_TURN.bytes).toBe(4 * 0x40000);
    driver.runTasks();
    expect([driver.usedIndex, driver.usedEntry(1)]).toEqual([2, { id: 0, len: QUEUE_TURN.bytes }]);
    expect(Buffer.compare(driver.memory.peek(OUT, 0x40000), data)).toBe(0);
    expect(driver.memory.accesses.length).toBeGreaterThan((2 * 2 * QUEUE_TURN.bytes) / BUFFER_BYTES_MAX);
  });

  test("a kick while a chain waits for memory is not lost", async () => {
    driver.start();
    driver.putChain(loop);
    driver.memory.slow.add(OUT / 4096);
    driver.offer(0);
    driver.kick();
    driver.offer(0);
    driver.kick();
    expect([driver.usedIndex, driver.memory.pending]).toEqual([0, 1]);
    await driver.memory.release();
    await driver.memory.release();
    expect([driver.usedIndex, driver.used, driver.memory.pending]).toEqual([2, 2, 0]);
  });

  test("a kick while the available index is being read is not lost", async () => {
    driver.start();
    driver.putChain(loop);
    driver.memory.slow.add(AVAILABLE / 4096);
    driver.kick();
    expect(driver.memory.pending).toBe(1);
    driver.kick();
    await driver.memory.release();
    driver.offer(0);
    for (let access = 0; access < 8 && driver.memory.pending > 0; access++) await driver.memory.release();
    expect([driver.usedIndex, driver.memory.pending]).toEqual([1, 0]);
  });

  test.each([
    ["a reset", (): void => void driver.device.setStatus(0)],
    ["a disable", (): void => void driver.device.setVringEnable(0, false)],
  ])("nothing lands after %s", async (_, stop) => {
    for (const slow of [DESCRIPTORS, AVAILABLE, IN, OUT, USED]) {
      driver = new VdpaDriver();
      driver.start();
      driver.putChain(loop);
      driver.offer(0);
      driver.memory.slow.add(slow / 4096);
      driver.kick();
      expect(driver.memory.pending).toBe(1);
      stop();
      const { length } = driver.memory.accesses;
      await driver.memory.release();
      expect([driver.memory.accesses.length, driver.usedIndex, driver.used]).toEqual([length, 0, 0]);
    }
  });

  test("a chain that was in hand at a disable is done whole after the enable, and counted once", async () => {
    driver.start();
    driver.putChain(loop);
    driver.offer(0);
    driver.memory.slow.add(IN / 4096);
    driver.kick();
    driver.device.setVringEnable(0, false);
    expect(driver.device.getVringBase(0)).toBe(0);
    driver.device.setVringEnable(0, true);
    await driver.memory.release();
    expect([driver.usedIndex, driver.used]).toEqual([1, 1]);
    expect(driver.memory.peek(OUT, 64)).toEqual(driver.memory.peek(IN, 64));
  });

  test("what a stopped queue was waiting for does not get into its next chain", async () => {
    driver.start();
    driver.putChain(loop);
    driver.memory.slow.add(IN / 4096);
    driver.offer(0);
    driver.kick();
    driver.device.setVringEnable(0, false);
    driver.putChain([{ address: IN + 4096, length: 64 }, loop[1]!]);
    driver.memory.slow.add(OUT / 4096);
    driver.device.setVringEnable(0, true);
    expect(driver.memory.pending).toBe(2);
    await driver.memory.release();
    expect(driver.memory.peek(OUT, 64)).toEqual(data.subarray(4096, 4160));
  });

  test("a callback may disable the queue, and nothing more is taken", () => {
    driver.start();
    driver.putChain(loop);
    driver.onUsed = () => driver.device.setVringEnable(0, false);
    driver.offer(0, 0);
    driver.kick();
    expect([driver.usedIndex, driver.used, driver.device.getVringBase(0)]).toEqual([1, 1, 1]);
  });

  test("a callback may start the queue anew, and there is one work only", () => {
    driver.start();
    driver.putChain(loop);
    driver.onUsed = () => {
      driver.device.setVringEnable(0, false);
      driver.memory.slow.add(OUT / 4096);
      driver.device.setVringEnable(0, true);
    };
    driver.offer(0, 0);
    driver.kick();
    driver.kick();
    expect([driver.usedIndex, driver.memory.pending]).toEqual([1, 1]);
  });

  test("a callback may offer more, and may reset the device", () => {
    driver.start();
    driver.putChain(loop);
    driver.onUsed = () => {
      if (driver.used < 3) {
        driver.offer(0);
        driver.kick();
      } else driver.device.setStatus(0);
    };
    driver.offer(0);
    driver.kick();
    expect([driver.usedIndex, driver.used, driver.device.getStatus()]).toEqual([3, 3, 0]);
  });
});

/** One chain of random cuts, through memory of which some pages are late. @param index of it in the used ring */
async function loopRandomChain(random: Random, index: number): Promise<void> {
  const cuts = (count: number): number[] => Array.from({ length: count }, () => random.below(300));
  const [ins, outs] = [cuts(random.below(4)), cuts(random.below(4) + 1)];
  driver.memory.slow.clear();
  for (const page of [DESCRIPTORS, AVAILABLE, USED, IN, OUT]) if (random.chance(3)) driver.memory.slow.add(page / 4096);
  driver.memory.poke(OUT, new Uint8Array(2048));
  driver.putChain([
    ...ins.map((length, at) => ({ address: IN + 512 * at, length })),
    ...outs.map((length, at) => ({ address: OUT + 512 * at, length, writable: true })),
  ]);
  driver.offer(0);
  driver.kick();
  while (driver.memory.pending > 0) await driver.memory.release();

  const bytes = ins.flatMap((length, at) => [...data.subarray(512 * at, 512 * at + length)]);
  const room = outs.reduce((sum, length) => sum + length);
  const len = Math.min(bytes.length, room);
  expect(driver.usedEntry(index)).toEqual({ id: 0, len });
  expect([driver.usedIndex, driver.device.getStatus()]).toEqual([(index + 1) & 0xffff, 0xf]);
  const looped = outs.flatMap((length, at) => [...driver.memory.peek(OUT + 512 * at, length)]);
  expect(looped).toEqual([...bytes.slice(0, len), ...new Uint8Array(room - len)]);
}

test("random chains, late memory or not: what is used is what was offered", async () => {
  const { seed } = history({ seed: 1050, steps: 0 });
  const random = new Random(seed);
  driver.start();
  for (let index = 0; index < 2000; index++)
    await loopRandomChain(random, index).catch((error: unknown) => {
      throw new Error(`IOMMUFD_EMU_MODEL_SEED=${seed}: chain ${index}`, { cause: error });
    });
});
