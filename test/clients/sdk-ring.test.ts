/**
 * The calls that matter over a daemon in a process of its own, once by a ring and once by the socket alone: what is said is the same, and
 * `status` says which way it went.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { Endpoint, EventFd, GuestMemory, IommuFd, IommufdError, ProtocolError, status } from "../../client/ts/index.js";
import { DaemonProcess } from "../support/daemon-process.js";

const PAGE = 4096;
const IOVA = 0x100000n;
/** Requests, after which a connection has what it can have. */
const WARM_UP = 40;

/** Sets a variable of this process's environment. @returns what undoes it */
function setting(name: string, value: string): () => void {
  const before = process.env[name];
  process.env[name] = value;
  return () => {
    if (before === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before;
  };
}

const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "OK",
    (error: unknown) => error,
  );

/** A call that fails, without anything made. */
async function missing(fd: IommuFd): Promise<void> {
  const error = await errorOf(fd.destroy(0xffff));
  if (!(error instanceof IommufdError) || error.code !== "ENOENT") throw new Error("ENOENT was due", { cause: error });
}

async function warm(fd: IommuFd): Promise<void> {
  for (let calls = 0; calls < WARM_UP; calls++) await missing(fd);
}

async function sessionsWithRings(socket: string): Promise<number> {
  return JSON.stringify(await status({ socket })).split('"ring":true').length - 1;
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each([
  ["by a ring", "1"],
  ["by the socket", "0"],
])("%s", (_way, variable) => {
  const ringsDue = Number(variable);
  let daemon: DaemonProcess;
  let restore: () => void;
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    restore = setting("IOMMUFD_EMU_RING", variable);
    daemon = await DaemonProcess.start();
  });
  afterAll(async () => {
    await daemon.stop();
    restore();
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    // Whatever was open is closed on the daemon's side, too.
    expect(await sessionsWithRings(daemon.socket)).toBe(0);
  });

  async function open(socket = daemon.socket): Promise<IommuFd> {
    const fd = await IommuFd.open({ socket });
    closing.push(() => fd.close());
    await warm(fd);
    expect(await sessionsWithRings(socket)).toBe(ringsDue);
    return fd;
  }

  async function endpoint(): Promise<Endpoint> {
    const opened = await Endpoint.open({ socket: daemon.socket, name: "dma0" });
    closing.push(() => opened.close());
    return opened;
  }

  /** An endpoint that is attached to an IOAS with memory of this process at IOVA. */
  const attached = async (bytes: number) => {
    const fd = await open();
    const memory = GuestMemory.create({ bytes: bytes });
    closing.push(() => {
      memory.close();
    });
    const { address } = await fd.registerMemory(memory);
    const ioasId = await fd.ioasAlloc();
    await fd.map({ ioasId, userVa: address, length: memory.bytes, iova: IOVA });
    const device = await endpoint();
    await device.bind(fd);
    await device.attach(ioasId);
    return { fd, memory, ioasId, device };
  };

  test("memory is mapped, reached by DMA and unmapped", async () => {
    const { fd, memory, ioasId, device } = await attached(4 * PAGE);
    for (let round = 0; round < WARM_UP; round++) {
      const data = Buffer.from(`round ${round}`);
      expect(await device.write(IOVA, data)).toMatchObject({ code: "OK" });
      expect(Buffer.from(memory.read(0, data.length)).toString()).toBe(data.toString());
    }
    expect(await sessionsWithRings(daemon.socket)).toBe(2 * ringsDue);
    await device.detach();
    expect(await fd.unmap({ ioasId, iova: IOVA, length: memory.bytes })).toBe(BigInt(memory.bytes));
  });

  test("callback memory is asked for while other requests are under way", async () => {
    const fd = await open();
    const bytes = new Uint8Array(16 * PAGE);
    const address = 0x7000_0000_0000n;
    await fd.registerCallback({
      address,
      length: bytes.length,
      read: async (offset, length) => {
        await pause(1);
        return bytes.slice(Number(offset), Number(offset) + length);
      },
      write: (offset, data) => {
        bytes.set(data, Number(offset));
        return Promise.resolve();
      },
    });
    const ioasId = await fd.ioasAlloc();
    await fd.map({ ioasId, userVa: address, length: bytes.length, iova: IOVA });
    const device = await endpoint();
    await device.bind(fd);
    await device.attach(ioasId);
    const data = Uint8Array.from({ length: 8 * PAGE + 3 }, (_, index) => index % 251);
    for (let round = 0; round < 20; round++) {
      const offset = BigInt(round * 8);
      const [written, read] = await Promise.all([
        device.write(IOVA + offset, data),
        device.read(IOVA + offset, data.length),
        missing(fd),
      ]);
      expect([written.code, read.code]).toEqual(["OK", "OK"]);
    }
    expect(bytes.subarray(19 * 8, 19 * 8 + data.length)).toEqual(data);
  });

  test("many requests are under way and answered in order", async () => {
    const fd = await open();
    const made = await Promise.all(Array.from({ length: 3000 }, () => fd.ioasAlloc()));
    expect(made).toEqual(made.map((_id, index) => made[0]! + index));
    await Promise.all(made.map((id) => fd.destroy(id)));
  });

  test("frames longer than the ring go through, in both directions", async () => {
    const { fd, memory, device } = await attached(2 ** 20);
    const length = Math.min(fd.daemon.limits.dmaBytesMax, memory.bytes);
    expect(length).toBeGreaterThan(600 * 1024);
    for (let round = 0; round < WARM_UP; round++) {
      const data = new Uint8Array(length).fill(round);
      expect((await device.write(IOVA, data)).code).toBe("OK");
      const read = await device.read(IOVA, length);
      expect(Buffer.from(data).equals(read.data)).toBe(true);
    }
    expect(await sessionsWithRings(daemon.socket)).toBe(2 * ringsDue);
  });

  test("a batch is answered", async () => {
    const fd = await open();
    const [first, second] = await fd.batch((calls) => [calls.ioasAlloc(), calls.ioasAlloc()] as const);
    expect([first, second]).toEqual([expect.any(Number), expect.any(Number)]);
  });

  test("a notice reaches a client that sleeps", async () => {
    const event = await EventFd.create({ socket: daemon.socket });
    closing.push(() => event.close());
    for (let calls = 0; calls < WARM_UP; calls++) await event.read();
    expect(await sessionsWithRings(daemon.socket)).toBe(ringsDue);
    for (let round = 0; round < 20; round++) {
      const wait = event.wait();
      await pause(round % 5);
      await event.write(1n);
      expect(await wait).toBe(1n);
    }
  });

  test("calls do not keep timers from their turn", async () => {
    const fd = await open();
    const fired: number[] = [];
    const timer = setTimeout(() => fired.push(1), 1);
    const until = Date.now() + 5000;
    while (fired.length === 0 && Date.now() < until) await missing(fd);
    clearTimeout(timer);
    expect(fired).toEqual([1]);
  });

  test("an idle client uses no processor", async () => {
    const fd = await open();
    await pause(20);
    const before = cpuMs();
    await pause(400);
    expect(cpuMs() - before).toBeLessThan(200);
    await missing(fd);
  });

  test("what was called before the end has been done when it is over", async () => {
    const fd = await open();
    const other = await IommuFd.join(fd.token, { socket: daemon.socket });
    const made = await fd.ioasAlloc();
    await warm(other);
    // Whether the answer still comes is a matter of luck.
    const answer = errorOf(other.destroy(made));
    await other.connection.end();
    await answer;
    expect(await errorOf(fd.destroy(made))).toMatchObject({ code: "ENOENT" });
  });

  test.each([
    ["sleeps", 50],
    ["waits for answers", 0],
  ])("a daemon killed while the client %s ends the connection", async (_what, ms) => {
    await using doomed = await DaemonProcess.start();
    const fd = await IommuFd.open({ socket: doomed.socket });
    await warm(fd);
    expect(await sessionsWithRings(doomed.socket)).toBe(ringsDue);
    await pause(ms);
    const answers = ms > 0 ? [] : Array.from({ length: 2000 }, () => errorOf(fd.ioasAlloc()));
    await doomed.stop("SIGKILL");
    for (const answer of await Promise.all(answers))
      expect(typeof answer === "string" || answer instanceof ProtocolError).toBe(true);
    expect(await errorOf(fd.ioasAlloc())).toMatchObject({ code: "CONNECTION_CLOSED" });
    await fd.close();
  });
});

test("without koffi everything goes by the socket", async () => {
  await using daemon = await DaemonProcess.start();
  const restore = [setting("IOMMUFD_EMU_RING", "1"), setting("IOMMUFD_EMU_NO_NATIVE", "1")];
  try {
    const fd = await IommuFd.open({ socket: daemon.socket });
    await warm(fd);
    expect(await sessionsWithRings(daemon.socket)).toBe(0);
    await fd.close();
  } finally {
    for (const undo of restore) undo();
  }
});
