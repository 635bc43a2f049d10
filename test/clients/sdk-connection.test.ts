/** The SDK's side of a connection, against a scripted daemon: order, pipelining, limits, errors. */
import { describe, expect, test } from "@jest/globals";
import { Connection } from "../../client/ts/connection.js";
import { IommuFd, IommufdError, ProtocolError } from "../../client/ts/index.js";
import { frameOf } from "../../proto/wire/framing.js";
import { hello, ScriptedDaemon, turn } from "./scripted-daemon.js";

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error("it succeeded");
    },
    (error: unknown) => error,
  );

async function connected(daemon = new ScriptedDaemon()) {
  return { daemon, connection: await Connection.open(daemon.transport) };
}

const statusReply = (json: string, sequence: number) => ({ sequence, status: { json } });

describe("hello", () => {
  test("is the first frame, with version 1 and the client's name", async () => {
    const { daemon } = await connected();
    expect(daemon.frames).toHaveLength(1);
    expect(daemon.frames[0]?.hello).toMatchObject({ version: 1, client: expect.stringMatching(/^iommufd-emu-sdk \d/) });
  });

  test("tells features, limits and what the daemon knows of the client", async () => {
    const answer = () => ({ hello: { ...hello, features: ["batch"], peerKnown: true } });
    const { connection } = await connected(new ScriptedDaemon(answer));
    expect(connection.info).toEqual({
      ...{ daemon: "scripted", version: 1, features: ["batch"], peerKnown: true, processMemory: false },
      limits: hello.limits,
    });
  });

  test("that the daemon refuses fails with the daemon's code", async () => {
    const daemon = new ScriptedDaemon(() => ({ error: { code: "VERSION_UNSUPPORTED", message: "too old" } }));
    const error = await rejection(Connection.open(daemon.transport));
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code: "VERSION_UNSUPPORTED", message: "too old" });
  });
});

describe("requests", () => {
  test("made in one turn go out in one write, up to the daemon's limit; the rest follows reply by reply", async () => {
    const { daemon, connection } = await connected();
    const replies = Array.from({ length: 5 }, () => connection.request({ status: {} }, "status"));
    await turn();
    expect(daemon.framesPerWrite).toEqual([1, 3]);
    const sequences = daemon.frames.slice(1).map((frame) => frame.sequence!);
    daemon.send(statusReply("0", sequences[0]!));
    await turn();
    expect(daemon.framesPerWrite).toEqual([1, 3, 1]);
    daemon.send(statusReply("1", sequences[1]!));
    daemon.send(statusReply("2", sequences[2]!));
    await turn();
    for (const frame of daemon.frames.slice(4)) daemon.send(statusReply("later", frame.sequence!));
    const texts = (await Promise.all(replies)).map((reply) => reply.json);
    expect(texts).toEqual(["0", "1", "2", "later", "later"]);
  });

  test("are answered however the replies are cut into chunks", async () => {
    const { daemon, connection } = await connected();
    const reply = connection.request({ status: {} }, "status");
    await turn();
    const { iommufd_emu } = await import("../../proto/wire/generated/wire.js");
    const sequence = daemon.frames[1]!.sequence!;
    const bytes = frameOf(iommufd_emu.v1.ServerFrame.encode(statusReply("cut", sequence)).finish());
    for (const byte of bytes) daemon.sendBytes(Uint8Array.of(byte));
    expect((await reply).json).toBe("cut");
  });

  test("longer than the daemon takes are refused here and leave the connection usable", async () => {
    const { daemon, connection } = await connected();
    const token = new Uint8Array(hello.limits.frameBytesMax);
    expect(await rejection(connection.request({ sync: { token } }, "sync"))).toBeInstanceOf(RangeError);
    const reply = connection.request({ status: {} }, "status");
    await turn();
    daemon.send(statusReply("fine", daemon.frames[1]!.sequence!));
    expect((await reply).json).toBe("fine");
  });
});

describe("a connection that goes wrong", () => {
  test("fails all that waits, sent or not, with the daemon's code", async () => {
    const { daemon, connection } = await connected();
    const replies = Array.from({ length: 5 }, () => rejection(connection.request({ status: {} }, "status")));
    await turn();
    daemon.send({ error: { code: "FRAME_MALFORMED", message: "no" } });
    for (const error of await Promise.all(replies)) expect(error).toMatchObject({ code: "FRAME_MALFORMED" });
    expect(await rejection(connection.request({ status: {} }, "status"))).toMatchObject({ code: "FRAME_MALFORMED" });
  });

  test.each([
    ["answers out of order", { sequence: 77, status: { json: "" } }],
    ["answers something else", { sequence: 2, close: {} }],
  ])("as the daemon %s fails with BAD_REPLY and is closed", async (_what, frame) => {
    const { daemon, connection } = await connected();
    const reply = rejection(connection.request({ status: {} }, "status"));
    await turn();
    daemon.send(frame);
    expect(await reply).toMatchObject({ name: "ProtocolError", code: "BAD_REPLY" });
    expect(daemon.closed).toBe(true);
  });

  test("takes replies that overtake a DMA, and none that overtake anything else", async () => {
    const { daemon, connection } = await connected();
    const dma = connection.request({ deviceDma: {} }, "dma");
    const status = connection.request({ status: {} }, "status");
    const close = rejection(connection.request({ close: {} }, "close"));
    await turn();
    daemon.send({ sequence: 3, status: { json: "overtakes" } });
    expect((await status).json).toBe("overtakes");
    daemon.send({ sequence: 2, dma: { error: 5 } });
    expect((await dma).error).toBe(5);
    const late = rejection(connection.request({ status: {} }, "status"));
    await turn();
    daemon.send({ sequence: 5, status: { json: "" } });
    for (const error of [await close, await late]) expect(error).toMatchObject({ code: "BAD_REPLY" });
  });

  test("as the daemon sends garbage fails with BAD_REPLY", async () => {
    const { daemon, connection } = await connected();
    const reply = rejection(connection.request({ status: {} }, "status"));
    await turn();
    daemon.sendBytes(Uint8Array.of(0xff, 0xff, 0xff, 0xff));
    expect(await reply).toMatchObject({ code: "BAD_REPLY" });
  });

  test("as the daemon dies fails with CONNECTION_CLOSED", async () => {
    const { daemon, connection } = await connected();
    const reply = rejection(connection.request({ status: {} }, "status"));
    await turn();
    daemon.end(new Error("reset"));
    expect(await reply).toMatchObject({ code: "CONNECTION_CLOSED", message: expect.stringContaining("reset") });
    expect(connection.closed).toBe(true);
  });
});

describe("callback memory", () => {
  /** Registers one region and returns what the daemon is answered. */
  async function served(read: (offset: bigint, length: number) => Uint8Array) {
    const written: [bigint, Uint8Array][] = [];
    const daemon = new ScriptedDaemon((frame) => {
      if (frame.hello) return { hello };
      if (frame.open) return { open: { token: new Uint8Array(16) } };
      return frame.regionAdd ? { result: {} } : undefined;
    });
    const fd = await IommuFd.open({ transport: daemon.transport });
    const write = (offset: bigint, data: Uint8Array): void => void written.push([offset, data]);
    await fd.registerCallback({ address: 0x10000, length: 0x2000, read, write });
    const ask = async (id: number, address: bigint, length: number, data = new Uint8Array()) => {
      const { toLong } = await import("../../client/ts/wire64.js");
      daemon.send({ memoryRequest: { id, address: toLong(address, "address"), length, data } });
      await turn();
      return daemon.frames.at(-1)?.memoryResult;
    };
    return { ask, written };
  }

  test("is read and written at offsets of the region", async () => {
    const { ask, written } = await served((offset, length) => new Uint8Array(length).fill(Number(offset)));
    expect(await ask(7, 0x10005n, 3)).toMatchObject({ id: 7, error: 0, data: Buffer.of(5, 5, 5) });
    expect(await ask(8, 0x11000n, 0, Uint8Array.of(1, 2))).toMatchObject({ id: 8, error: 0 });
    expect(written).toEqual([[0x1000n, Uint8Array.of(1, 2)]]);
  });

  test.each([
    ["outside the region", 0x11fffn, 2],
    ["where nothing is registered", 0x9000n, 1],
    ["where the callback throws", 0x10001n, 1],
    ["where the callback gives too little", 0x10002n, 1],
  ])("%s answers EFAULT", async (_where, address, length) => {
    const { ask } = await served((offset) => {
      if (offset === 1n) throw new Error("gone");
      return new Uint8Array(0);
    });
    expect(await ask(1, address, length)).toMatchObject({ id: 1, error: 14 });
  });
});

describe("ioctls", () => {
  async function open(answer: ConstructorParameters<typeof ScriptedDaemon>[0]) {
    const daemon = new ScriptedDaemon((frame) => {
      if (frame.hello) return { hello };
      return frame.open ? { open: { token: new Uint8Array(16) } } : answer?.(frame);
    });
    return { daemon, fd: await IommuFd.open({ transport: daemon.transport }) };
  }

  test("that fail throw an IommufdError with errno, its name and the ioctl's name", async () => {
    const { fd } = await open(() => ({ ioctl: { result: -2 } }));
    const error = await rejection(fd.destroy(5));
    expect(error).toBeInstanceOf(IommufdError);
    expect(error).toMatchObject({ errno: 2, code: "ENOENT", call: "IOMMU_DESTROY" });
  });

  test("may not write outside the windows that they offered", async () => {
    const { toLong } = await import("../../client/ts/wire64.js");
    const written = [{ address: toLong(0xdead000, "address"), data: Uint8Array.of(1) }];
    const { fd } = await open(() => ({ ioctl: { result: 0, written } }));
    expect(await rejection(fd.ioasAlloc())).toMatchObject({ code: "BAD_REPLY" });
  });

  test("of a batch beyond the daemon's limit are refused before anything is sent", async () => {
    const { fd, daemon } = await open(() => undefined);
    const sent = daemon.frames.length;
    expect(await rejection(fd.batch((b) => [1, 2, 3, 4, 5].map((id) => b.destroy(id))))).toBeInstanceOf(RangeError);
    expect(daemon.frames).toHaveLength(sent);
  });
});
