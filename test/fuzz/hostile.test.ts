/**
 * A daemon among hostile clients: it answers or closes the session that is at fault, and nothing else; it never stops,
 * never grows without bound, and ends with what it began with.
 *
 * A failure names the seed; IOMMUFD_EMU_FUZZ_SEED repeats it (as far as the schedule of the processes does), and
 * IOMMUFD_EMU_FUZZ_FRAMES sets how many frames are thrown.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import {
  Endpoint,
  GuestMemory,
  IommuFd,
  removeDevice,
  status,
  type StatusTree,
  VfioDevice,
} from "../../client/ts/index.js";
import { DaemonProcess } from "../support/daemon-process.js";
import { frame } from "../support/daemon.js";
import { type Inventory, leftBehind, takeInventory } from "../support/inventory.js";
import { chosenSeed, SEED_VARIABLE } from "../support/random.js";
import { RawClient } from "../support/raw-client.js";
import type { Findings, Orders } from "./hostile-client.js";

const FRAMES = Number(process.env["IOMMUFD_EMU_FUZZ_FRAMES"] ?? 100_000);
const CONNECTIONS = 8;

/**
 * More than this a daemon never has in memory here: about 90 MiB for Node and the code, the page tables allowed below, and
 * some longest frames and replies in flight.
 */
const RESIDENT_BYTES_MAX = 512 * 2 ** 20;
/** 64 MiB of page tables: what a single absurd mapping may cost. */
const TABLES_MAX = 16384;

/** What one client that asks for a lot may cost: some longest frames and replies, and what the collector has not freed. */
const GROWTH_BYTES_MAX = 256 * 2 ** 20;

/** PCI devices of the daemon, and addresses at which clients plug some in and take them away. */
const DEVICES = [
  { text: "ioat@0000:00:08.0,group=8", address: "0000:00:08.0", group: 8 },
  { text: "testdev@0000:01:00.0,group=9", address: "0000:01:00.0", group: 9 },
];
const SLOTS = ["0000:02:00.0", "0000:02:00.1", "0000:03:00.0"];

const SAMPLE_MS = 25;
const PAGE = 4096;

const scratch = mkdtempSync(join(tmpdir(), "iommufd-emu-hostile-"));
const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

let daemon: DaemonProcess;

beforeAll(async () => {
  const devices = DEVICES.flatMap(({ text }) => ["--device", text]);
  daemon = await DaemonProcess.start(["--limit", `tablesMax=${TABLES_MAX}`, ...devices]);
});

/** Whatever a test did, the daemon runs on and had nothing to log but sessions that it refused. */
afterEach(() => {
  expect([daemon.running, daemon.errors]).toEqual([true, ""]);
});

afterAll(async () => {
  const { code } = await daemon.stop();
  rmSync(scratch, { recursive: true });
  expect(code).toBe(0);
});

/** Runs `action` and returns the most memory that the daemon had meanwhile. */
async function residentPeak(action: () => Promise<void>): Promise<number> {
  let peak = 0;
  const sample = setInterval(() => {
    peak = Math.max(peak, daemon.residentBytes());
  }, SAMPLE_MS);
  try {
    await action();
  } finally {
    clearInterval(sample);
  }
  return Math.max(peak, daemon.residentBytes());
}

async function attack(orders: Pick<Orders, "seed" | "frames" | "paths">): Promise<Findings> {
  const child = fork(script("hostile-client.js"), { execArgv: [] });
  const machine = { devices: DEVICES.map(({ address }) => address), groups: DEVICES.map(({ group }) => group) };
  child.send({ ...orders, ...machine, slots: SLOTS, socket: daemon.socket, connections: CONNECTIONS });
  let findings: Findings | undefined;
  child.once("message", (message) => {
    findings = message as Findings;
  });
  // Until it is gone, the daemon keeps what it knows of the process.
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  await emptySlots();
  if (findings === undefined) throw new Error(`the hostile process ended with ${code ?? signal ?? "nothing"}`);
  return findings;
}

/** Takes away what the clients have plugged in, at a slot or where a mutation put it, once all they sent has been read. */
async function emptySlots(): Promise<void> {
  const inventory = async (): Promise<StatusTree> => status({ socket: daemon.socket });
  while (((await inventory())["sessions"] as unknown[]).length > 1) await sleep(SAMPLE_MS);
  const { functions } = (await inventory())["devices"] as { functions: { address: string }[] };
  for (const { address } of functions)
    if (!DEVICES.some((device) => device.address === address)) await removeDevice(address, { socket: daemon.socket });
}

/** Files that regions may name; the first can be used, the others hardly. */
function regionPaths(): string[] {
  const file = (name: string, bytes: number): string => {
    writeFileSync(join(scratch, name), new Uint8Array(bytes));
    return join(scratch, name);
  };
  const usable = file("usable", 64 * PAGE);
  const link = join(scratch, "link");
  symlinkSync(usable, link);
  return [usable, usable, file("short", 1), link, scratch, "/dev/zero", "relative", join(scratch, "missing"), "/a\0b"];
}

describe("frames of every kind", () => {
  const seed = chosenSeed();

  test(`are answered or end their session, and leave nothing behind (${SEED_VARIABLE}=${seed})`, async () => {
    const paths = regionPaths();
    // What a daemon opens once, it has open before the inventory is taken.
    await attack({ seed: 1, frames: 500, paths });
    const before = await takeInventory(daemon);
    let findings: Findings | undefined;
    const peak = await residentPeak(async () => {
      findings = await attack({ seed, frames: FRAMES, paths });
    });
    const { frames, handled, succeeded, codes, failure } = findings!;
    expect({ seed, failure }).toEqual({ seed, failure: undefined });
    expect(frames).toBeGreaterThanOrEqual(FRAMES);
    if (FRAMES >= 10_000) {
      // Frames behind one that ended its session do not count: most must have been looked at, and many have worked.
      expect(handled / frames).toBeGreaterThan(0.7);
      expect(succeeded / frames).toBeGreaterThan(0.02);
      expect(Object.keys(codes)).toContain("FRAME_MALFORMED");
    }
    expect({ seed, left: await leftBehind(daemon, before) }).toEqual({ seed, left: [] });
    expect({ seed, peakTooHigh: peak > RESIDENT_BYTES_MAX ? peak : undefined }).toEqual({ seed });
  }, 90_000);

  test.each<[string, Uint8Array, string]>([
    ["groups nested as deep as the frame is long", new Uint8Array(4 * 2 ** 20).fill(0x0b), "FRAME_MALFORMED"],
    ["a varint of eleven bytes", Uint8Array.of(8, ...new Uint8Array(10).fill(0xff), 1), "FRAME_MALFORMED"],
    ["field number 0", Uint8Array.of(0, 0), "FRAME_MALFORMED"],
    ["a field longer than the frame", Uint8Array.of(0x12, 0xff, 0xff, 0xff, 0xff, 0x0f), "FRAME_MALFORMED"],
    ["nothing", new Uint8Array(), "FRAME_EMPTY"],
  ])("%s end the session with a code", async (_what, body, code) => {
    const client = await RawClient.hello(daemon.socket);
    const header = Buffer.alloc(4);
    header.writeUInt32LE(body.length);
    client.sendBytes(Buffer.concat([header, body]));
    const end = await client.end();
    expect(end).toBe(code);
  });
});

describe("the comparison of what is open", () => {
  let before: Inventory;
  beforeAll(async () => {
    before = await takeInventory(daemon);
  });
  afterEach(async () => {
    expect(await leftBehind(daemon, before)).toEqual([]);
  });
  const found = (): Promise<string[]> => leftBehind(daemon, before, 0);

  test("notices a connection", async () => {
    const client = await RawClient.hello(daemon.socket);
    expect((await found()).join()).toMatch(/sessions: 0 before, 1 after/);
    client.destroy();
  });

  test("notices an object, pinned memory and a device", async () => {
    const fd = await IommuFd.open({ socket: daemon.socket });
    const memory = GuestMemory.create({ bytes: 4 * PAGE });
    const { address } = await fd.registerMemory(memory);
    const ioasId = await fd.ioasAlloc();
    await fd.map({ ioasId, userVa: address, length: memory.bytes });
    const device = await Endpoint.open({ socket: daemon.socket, name: "dma3" });
    await device.bind(fd);
    await device.attach(ioasId);
    const names = (await found()).map((line) => line.split(":")[0]);
    expect(names).toEqual(
      expect.arrayContaining([
        "contexts",
        "dma3 bound",
        "domains of iommu0",
        "pinned memory",
        "open files of the daemon",
      ]),
    );
    await device.close();
    await fd.close();
    memory.close();
  });
});

describe("the comparison of what is open, of VFIO,", () => {
  test("notices a bound device and an open group", async () => {
    const before = await takeInventory(daemon);
    const fd = await IommuFd.open({ socket: daemon.socket });
    const device = await VfioDevice.open(1, { socket: daemon.socket });
    await device.bindIommufd(fd);
    const names = (await leftBehind(daemon, before, 0)).map((line) => line.split(":")[0]);
    expect(names).toEqual(expect.arrayContaining(["PCI device 0000_01_00.0", "VFIO group 9"]));
    await device.close();
    await fd.close();
    expect(await leftBehind(daemon, before)).toEqual([]);
  });
});

describe("a client", () => {
  test("killed in the middle of everything leaves nothing behind", async () => {
    const before = await takeInventory(daemon);
    const child = fork(script("doomed-client.js"), [daemon.socket], { execArgv: [] });
    await once(child, "message");
    expect(await leftBehind(daemon, before, 0)).not.toEqual([]);
    child.kill("SIGKILL");
    expect(await leftBehind(daemon, before)).toEqual([]);
  });

  test("that asks for much and never reads is not served further, costs a bounded amount, and holds up nobody", async () => {
    const before = await takeInventory(daemon);
    const readBytes = 4 * 2 ** 20;
    const fd = await IommuFd.open({ socket: daemon.socket });
    const memory = GuestMemory.create({ bytes: readBytes });
    const { address } = await fd.registerMemory(memory);
    const ioasId = await fd.ioasAlloc();
    await fd.map({ ioasId, userVa: address, length: memory.bytes, iova: 0 });
    const { client } = await RawClient.open(daemon.socket, "endpoint/dma0");
    await client.ask({ deviceBind: { iommufdToken: fd.token } });
    await client.ask({ deviceAttach: { ptId: ioasId } });

    client.socket.pause();
    const residentBefore = daemon.residentBytes();
    const peak = await residentPeak(async () => {
      // In one chunk, so that the daemon has all of them at once.
      const read = frame({ deviceDma: { read: { length: readBytes } } });
      client.sendBytes(Buffer.concat(Array.from({ length: 300 }, () => read)));
      await new Promise((resolve) => setTimeout(resolve, 1000));
      for (let call = 0; call < 100; call++) await fd.destroy(await fd.ioasAlloc());
    });
    client.destroy();
    await fd.close();
    memory.close();
    expect(await leftBehind(daemon, before)).toEqual([]);
    expect(peak - residentBefore).toBeLessThan(GROWTH_BYTES_MAX);
  });

  test("that was refused and does not close its side keeps no descriptor of the daemon", async () => {
    const before = await takeInventory(daemon);
    const sockets = Array.from({ length: 20 }, () => connect({ path: daemon.socket, allowHalfOpen: true }));
    for (const socket of sockets) {
      socket.write(frame({ sync: {} }));
      // It reads the reason to its end, and stays.
      await once(socket.resume(), "end");
    }
    expect(await leftBehind(daemon, before)).toEqual([]);
    for (const socket of sockets) socket.destroy();
  });

  test("that opens frames and never ends them costs the daemon nothing for what it has not sent", async () => {
    const before = await takeInventory(daemon);
    const residentBefore = daemon.residentBytes();
    const clients = await Promise.all(Array.from({ length: 100 }, () => RawClient.hello(daemon.socket)));
    const peak = await residentPeak(async () => {
      const header = Buffer.alloc(5);
      header.writeUInt32LE(8 * 2 ** 20);
      for (const client of clients) client.sendBytes(header);
      await clients[0]!.until(() => false, "", 300).catch(() => undefined);
    });
    for (const client of clients) client.destroy();
    expect(await leftBehind(daemon, before)).toEqual([]);
    expect(peak - residentBefore).toBeLessThan(GROWTH_BYTES_MAX);
  });
});
