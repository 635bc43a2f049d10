/** How a daemon begins and ends among others: paths that are not its own are left alone, and what is in flight is finished. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "@jest/globals";
import { calls } from "../../client/ts/index.js";
import { toLong } from "../../client/ts/wire64.js";
import { DaemonProcess, startCommand } from "../support/daemon-process.js";
import { frame } from "../support/daemon.js";
import { RawClient } from "../support/raw-client.js";

const PAGE = 4096;
const REGION = toLong(0x4000_0000_0000n, "address");

const scratch = mkdtempSync(join(tmpdir(), "iommufd-emu-lifecycle-"));
afterAll(() => {
  rmSync(scratch, { recursive: true });
});

describe("a socket path", () => {
  const path = (name: string): string => join(scratch, name);

  test.each<[string, string, (path: string) => void, RegExp]>([
    ["that is too long", "x".repeat(120), () => undefined, /socket path has \d+ bytes, at most 107 are possible/],
    [
      "of a regular file",
      "file",
      (at) => {
        writeFileSync(at, "mine");
      },
      /file exists and is not a socket; it was left alone/,
    ],
    [
      "of a directory",
      "directory",
      (at) => {
        mkdirSync(at);
      },
      /directory exists and is not a socket; it was left alone/,
    ],
    [
      "of a symbolic link",
      "link",
      (at) => {
        symlinkSync("/nowhere", at);
      },
      /link exists and is not a socket; it was left alone/,
    ],
  ])("%s is refused with one line, and what is there stays", async (_what, name, prepare, line) => {
    prepare(path(name));
    const before = lstatSync(path(name), { throwIfNoEntry: false })?.ino;
    const { code, stdout, stderr } = await startCommand(["serve", "--socket", path(name)]).ended;
    expect([code, stdout]).toEqual([1, ""]);
    const lines = stderr.trimEnd().split("\n");
    expect(lines).toEqual([expect.stringMatching(line)]);
    expect(lstatSync(path(name), { throwIfNoEntry: false })?.ino).toBe(before);
    if (name === "file") expect(readFileSync(path(name), "utf8")).toBe("mine");
  });

  test("of a live daemon is refused with one line, and the daemon keeps its socket and its clients", async () => {
    await using daemon = await DaemonProcess.start();
    const { client } = await RawClient.open(daemon.socket);
    const before = lstatSync(daemon.socket).ino;
    const { code, stderr } = await startCommand(["serve", "--socket", daemon.socket]).ended;
    expect(code).toBe(1);
    expect(stderr.trimEnd().split("\n")).toEqual([
      expect.stringContaining(`a daemon is already serving ${daemon.socket}`),
    ]);
    expect(lstatSync(daemon.socket).ino).toBe(before);
    expect((await client.ask({ ioctl: calls.ioasAlloc().message })).ioctl?.result).toBe(0);
    client.destroy();
  });

  test("of a daemon that was killed is taken over", async () => {
    const socket = path("left-over");
    const killed = await DaemonProcess.start([], socket);
    await killed.stop("SIGKILL");
    expect(existsSync(socket)).toBe(true);
    const next = await DaemonProcess.start([], socket);
    (await RawClient.hello(socket)).destroy();
    expect((await next.stop()).code).toBe(0);
    expect(existsSync(socket)).toBe(false);
  });
});

describe("at SIGTERM", () => {
  test("requests that have arrived are answered, then the session is told why it ends", async () => {
    const daemon = await DaemonProcess.start();
    const { client } = await RawClient.open(daemon.socket);
    const count = 500;
    const at = client.received.length;
    client.sendBytes(Buffer.concat(Array.from({ length: count }, () => frame({ ioctl: calls.ioasAlloc().message }))));
    const end = daemon.stop("SIGTERM");
    expect(await client.end()).toBe("SHUTTING_DOWN");
    const results = client.received.slice(at, -1).map((reply) => reply.ioctl?.result);
    expect(results).toEqual(Array.from({ length: count }, () => 0));
    expect(await end).toMatchObject({ code: 0, signal: null, stderr: "" });
    expect(existsSync(daemon.socket)).toBe(false);
  });

  test("a request that waits for a client's memory is finished, with those behind it", async () => {
    const daemon = await DaemonProcess.start(["--limit", "stopGraceMs=20000"]);
    const { client, token } = await RawClient.open(daemon.socket);
    const length = toLong(PAGE, "length");
    await client.ask({ regionAdd: { address: REGION, length, writable: true, callback: true } });
    await client.ask({ ioctl: calls.ioasAlloc().message });
    const mapping = { ioasId: 1, userVa: 0x4000_0000_0000n, length: PAGE, iova: 0 };
    await client.ask({ ioctl: calls.map(mapping).message });
    const { client: device } = await RawClient.open(daemon.socket, "endpoint/dma0");
    await device.ask({ deviceBind: { iommufdToken: token } });
    await device.ask({ deviceAttach: { ptId: 1 } });

    const at = device.received.length;
    device.send({ deviceDma: { read: { length: 3 } } }, { sync: {} });
    await client.until(() => client.received.at(-1)?.memoryRequest != null, "a memory request");
    const end = daemon.stop("SIGTERM");
    // Once nobody can connect any more, the daemon is ending.
    while (existsSync(daemon.socket)) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(device.received).toHaveLength(at);
    const { id } = client.received.at(-1)!.memoryRequest!;
    client.send({ memoryResult: { id: id!, data: Uint8Array.of(1, 2, 3) } });
    expect(await device.end()).toBe("SHUTTING_DOWN");
    const [read, sync] = device.received.slice(at);
    expect([...read!.dma!.data!]).toEqual([1, 2, 3]);
    expect(sync?.sync).toBeTruthy();
    expect((await end).code).toBe(0);
  });
});
