/** Each limit that can be configured is really enforced: at the limit all is well, one beyond it is refused by name. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { calls, IommuFd, IommufdError } from "../../client/ts/index.js";
import { toLong } from "../../client/ts/wire64.js";
import { defaultLimits, type Limits } from "../../daemon/main/limits.js";
import { errno } from "../../proto/uapi/errno.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { DaemonProcess } from "../support/daemon-process.js";
import type { ClientMessage } from "../support/daemon.js";
import { type Inventory, leftBehind, takeInventory } from "../support/inventory.js";
import { RawClient } from "../support/raw-client.js";

const PAGE = 4096;

/** All different, and small enough to be reached. */
const limits: Limits = {
  frameBytesMax: 100_000,
  segmentsMax: 3,
  batchIoctlsMax: 5,
  inFlightMax: 7,
  regionsMax: 2,
  dmaBytesMax: 2 * PAGE,
  dmaMoveBytesMax: 3 * PAGE,
  sessionsMax: 10,
  objectsMax: 4,
  tablesMax: 12,
  stopGraceMs: 300,
};

const scratch = mkdtempSync(join(tmpdir(), "iommufd-emu-limits-"));
const file = join(scratch, "memory");
let daemon: DaemonProcess;
let before: Inventory;
const clients: RawClient[] = [];

const limitArguments = (values: Partial<Limits>): string[] =>
  Object.entries(values).flatMap(([name, value]) => ["--limit", `${name}=${value}`]);

beforeAll(async () => {
  writeFileSync(file, new Uint8Array(16 * PAGE));
  daemon = await DaemonProcess.start(limitArguments(limits));
  before = await takeInventory(daemon);
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  expect(await leftBehind(daemon, before)).toEqual([]);
});
afterAll(async () => {
  await daemon.stop();
  rmSync(scratch, { recursive: true });
});

async function hello(): Promise<RawClient> {
  const client = await RawClient.hello(daemon.socket);
  clients.push(client);
  return client;
}

async function open(node?: string): Promise<{ client: RawClient; token: Uint8Array }> {
  const opened = await RawClient.open(daemon.socket, node);
  clients.push(opened.client);
  return opened;
}

const addRegion = (page: number, backing: object): ClientMessage => ({
  regionAdd: {
    address: toLong(0x4000_0000_0000n + BigInt(page * PAGE), "address"),
    length: toLong(16 * PAGE, "length"),
    writable: true,
    ...backing,
  },
});

/** An endpoint attached to an IOAS in which `pages` pages of a region are mapped from IOVA 0 on. */
async function attached(pages: number, backing: object) {
  const { client, token } = await open();
  await client.ask(addRegion(0, backing));
  await client.ask({ ioctl: calls.ioasAlloc().message });
  const mapping = { ioasId: 1, userVa: 0x4000_0000_0000n, length: pages * PAGE, iova: 0 };
  const { ioctl } = await client.ask({ ioctl: calls.map(mapping).message });
  expect(ioctl?.result).toBe(0);
  const { client: device } = await open("endpoint/dma0");
  expect((await device.ask({ deviceBind: { iommufdToken: token } })).result?.error).toBe(0);
  expect((await device.ask({ deviceAttach: { ptId: 1 } })).result?.error).toBe(0);
  return { client, device };
}

async function dma(device: RawClient, deviceDma: NonNullable<ClientMessage["deviceDma"]>): Promise<number> {
  const { dma } = await device.ask({ deviceDma });
  return dma!.error!;
}

/** Name to a test: what is allowed works, what is beyond is refused. */
const enforced: Readonly<Record<keyof Limits, () => Promise<void>>> = {
  async frameBytesMax() {
    const client = await hello();
    const filled = (token: number): ClientMessage => ({ sync: { token: new Uint8Array(token) } });
    const envelope = iommufd_emu.v1.ClientFrame.encode(filled(limits.frameBytesMax - 20)).finish().length;
    const most = limits.frameBytesMax - 20 + (limits.frameBytesMax - envelope);
    expect((await client.ask(filled(most))).sync).toBeTruthy();
    client.send(filled(most + 1));
    expect(await client.end()).toBe("FRAME_TOO_LONG");
  },

  async segmentsMax() {
    const { client } = await open();
    const ioctl = calls.ioasAlloc().message;
    const [segment] = ioctl.readable!;
    expect((await client.ask({ ioctl: { ...ioctl, readable: [segment!, segment!] } })).ioctl?.result).toBe(0);
    client.send({ ioctl: { ...ioctl, readable: [segment!, segment!, segment!] } });
    expect(await client.end()).toBe("TOO_MANY_SEGMENTS");
  },

  async batchIoctlsMax() {
    const { client } = await open();
    const batch = (count: number): ClientMessage => ({
      batch: { ioctls: Array.from({ length: count }, () => calls.destroy(1).message) },
    });
    expect((await client.ask(batch(limits.batchIoctlsMax))).batch?.replies).toHaveLength(limits.batchIoctlsMax);
    client.send(batch(limits.batchIoctlsMax + 1));
    expect(await client.end()).toBe("TOO_MANY_IOCTLS");
  },

  async inFlightMax() {
    const { device } = await attached(1, { callback: true });
    // Nobody answers for the region: the first request parks, the others wait behind it.
    device.send({ deviceDma: { read: { length: 1 } } });
    device.send(...Array.from({ length: limits.inFlightMax }, () => ({ sync: {} })));
    await device.until(() => false, "", 200).catch(() => undefined);
    expect(device.over).toBe(false);
    device.send({ sync: {} });
    expect(await device.end()).toBe("TOO_MANY_IN_FLIGHT");
  },

  async regionsMax() {
    const client = await hello();
    for (let region = 0; region < limits.regionsMax; region++)
      expect((await client.ask(addRegion(region * 16, { path: file }))).result?.error).toBe(0);
    expect((await client.ask(addRegion(100, { path: file }))).result?.error).toBe(errno.ENOSPC);
  },

  async dmaBytesMax() {
    const { device } = await attached(16, { path: file });
    const { dmaBytesMax } = limits;
    expect(await dma(device, { read: { length: dmaBytesMax } })).toBe(0);
    expect(await dma(device, { read: { length: dmaBytesMax + 1 } })).toBe(errno.EINVAL);
    expect(await dma(device, { write: { data: new Uint8Array(dmaBytesMax) } })).toBe(0);
    expect(await dma(device, { write: { data: new Uint8Array(dmaBytesMax + 1) } })).toBe(errno.EINVAL);
  },

  async dmaMoveBytesMax() {
    const { device } = await attached(16, { path: file });
    const destinationIova = toLong(8 * PAGE, "iova");
    for (const [length, error] of [
      [limits.dmaMoveBytesMax, 0],
      [limits.dmaMoveBytesMax + 1, errno.EINVAL],
    ] as const) {
      expect(await dma(device, { fill: { length: toLong(length, "length"), value: 1 } })).toBe(error);
      expect(await dma(device, { copy: { destinationIova, length: toLong(length, "length") } })).toBe(error);
    }
  },

  async sessionsMax() {
    for (let session = 0; session < limits.sessionsMax; session++) await hello();
    const refused = await RawClient.connect(daemon.socket);
    expect(await refused.end()).toBe("TOO_MANY_SESSIONS");
    clients.shift()!.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await hello();
  },

  async objectsMax() {
    const fd = await IommuFd.open({ socket: daemon.socket });
    for (let object = 1; object <= limits.objectsMax; object++) expect(await fd.ioasAlloc()).toBe(object);
    await expect(fd.ioasAlloc()).rejects.toMatchObject({ code: "ENOMEM" });
    await fd.destroy(2);
    expect(await fd.ioasAlloc()).toBe(2);
    await fd.close();
  },

  async tablesMax() {
    const { client, device } = await attached(1, { path: file });
    const mapAt = async (iova: number): Promise<number> => {
      const mapping = { ioasId: 1, userVa: 0x4000_0000_0000n, length: PAGE, iova };
      return (await client.ask({ ioctl: calls.map(mapping).message })).ioctl!.result!;
    };
    // Every mapping needs tables of its own, until there are no more; what was mapped before still works.
    const results: number[] = [];
    do results.push(await mapAt((results.length + 1) * 2 ** 39));
    while (results.at(-1) === 0 && results.length < limits.tablesMax);
    expect(results.at(-1)).toBe(-errno.ENOMEM);
    expect(await dma(device, { read: { length: 1 } })).toBe(0);
    const range = { ioasId: 1, iova: 2 ** 39, length: PAGE };
    if (results.length > 1) expect((await client.ask({ ioctl: calls.unmap(range).message })).ioctl?.result).toBe(0);
  },

  async stopGraceMs() {
    const own = await DaemonProcess.start(limitArguments({ stopGraceMs: limits.stopGraceMs }));
    const { client, token } = await RawClient.open(own.socket);
    await client.ask(addRegion(0, { callback: true }));
    await client.ask({ ioctl: calls.ioasAlloc().message });
    await client.ask({ ioctl: calls.map({ ioasId: 1, userVa: 0x4000_0000_0000n, length: PAGE, iova: 0 }).message });
    const { client: device } = await RawClient.open(own.socket, "endpoint/dma0");
    await device.ask({ deviceBind: { iommufdToken: token } });
    await device.ask({ deviceAttach: { ptId: 1 } });
    device.send({ deviceDma: { read: { length: 1 } } });
    await client.until(() => client.received.at(-1)?.memoryRequest != null, "a memory request");
    const begin = performance.now();
    expect(await own.stop()).toMatchObject({ code: 0, signal: null });
    const elapsed = performance.now() - begin;
    expect(elapsed).toBeGreaterThanOrEqual(limits.stopGraceMs);
    expect(elapsed).toBeLessThan(defaultLimits.stopGraceMs);
  },
};

describe("the limit", () => {
  test.each(Object.entries(enforced))("%s is enforced", async (_name, check) => {
    await check();
  });

  test("of every name that --limit takes is among these", () => {
    expect(Object.keys(enforced).sort()).toEqual(Object.keys(defaultLimits).sort());
  });

  test("of each kind that a client must know is told to it", async () => {
    const fd = await IommuFd.open({ socket: daemon.socket });
    for (const [name, value] of Object.entries(fd.daemon.limits))
      expect([name, value]).toEqual([name, limits[name as keyof Limits]]);
    await expect(fd.destroy(1)).rejects.toBeInstanceOf(IommufdError);
    await fd.close();
  });
});

test("a connection for which the daemon has no descriptor left is refused by name, and others go on", async () => {
  const OPEN_FILES_MAX = 160;
  const limited = await DaemonProcess.start([], undefined, ["prlimit", `--nofile=${OPEN_FILES_MAX}`]);
  try {
    let code: string | undefined;
    while (code === undefined) {
      expect(clients.length).toBeLessThan(OPEN_FILES_MAX);
      const client = await RawClient.connect(limited.socket);
      clients.push(client);
      const { hello, error } = await client.ask({ hello: { version: 1, client: "test" } });
      if (!hello) code = error?.code ?? "none";
    }
    expect(code).toBe("TOO_MANY_SESSIONS");
    expect((await clients[0]!.ask({ status: {} })).status).toBeDefined();
    clients[0]!.destroy();
    await new Promise((resolve) => setTimeout(resolve, 100));
    clients.push(await RawClient.hello(limited.socket));
  } finally {
    await limited.stop();
  }
});
