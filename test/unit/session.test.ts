/** The rules of the protocol, on sessions without a socket. */
import { describe, expect, test } from "@jest/globals";
import { numberToWire as long } from "../../daemon/wire/wire64.js";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import { protocolErrors } from "../../daemon/wire/protocol-error.js";
import { TestDaemon, frame, type ClientMessage, type TestClient } from "../support/daemon.js";

/** An ioctl with its struct in memory at 0x1000. */
function ioctl(request: number, struct: Uint8Array, writable = true): ClientMessage {
  const window = writable ? [{ address: long(0x1000), length: struct.length }] : [];
  return {
    ioctl: {
      request,
      argument: long(0x1000),
      readable: [{ address: long(0x1000), data: struct }],
      writable: window,
    },
  };
}

const destroy = (id: number): ClientMessage => ioctl(0x3b80, encodeStruct(api.iommu_destroy, { id }), false);
const ioasAlloc = (): ClientMessage => ioctl(0x3b81, encodeStruct(api.iommu_ioas_alloc, {}));
const results = (client: TestClient): number[] => client.replies.map((reply) => reply.ioctl!.result!);

describe("frames", () => {
  test("many frames in one read are answered in order, in one write", () => {
    const client = new TestDaemon().open();
    client.send(ioasAlloc(), destroy(1), destroy(1), ioasAlloc());
    expect(client.writes).toBe(1);
    expect(client.replies.map((reply) => reply.sequence)).toEqual([3, 4, 5, 6]);
    expect(results(client)).toEqual([0, 0, -errno.ENOENT, 0]);
  });

  test("it does not matter where chunks end", () => {
    const client = new TestDaemon().connect();
    const bytes = Buffer.concat([
      frame({ sequence: 1, hello: { version: 1 } }),
      frame({ sequence: 2, open: { node: "/dev/iommu" } }),
      frame({ sequence: 3, ...ioasAlloc() }),
    ]);
    for (const byte of bytes) client.session.receive(Uint8Array.of(byte));
    expect(client.replies.map((reply) => reply.sequence)).toEqual([1, 2, 3]);
    expect(client.replies[1]!.open!.token).toHaveLength(32);
  });

  test("a reply carries what the ioctl wrote, only where the client can write", () => {
    const client = new TestDaemon().open();
    const [written] = client.ask(ioasAlloc()).ioctl!.written!;
    expect(written!.address!.toString()).toBe("4096");
    expect(Buffer.from(written!.data!).readUInt32LE(8)).toBe(1);
    const refused = client.ask(ioctl(0x3b81, encodeStruct(api.iommu_ioas_alloc, {}), false));
    expect(refused.ioctl!.result).toBe(-errno.EFAULT);
  });

  test("a batch runs its ioctls in order, and can stop at the first failure", () => {
    const client = new TestDaemon().open();
    const ioctls = [ioasAlloc(), destroy(9), ioasAlloc()].map((message) => message.ioctl!);
    const all = client.ask({ batch: { ioctls } }).batch!.replies!;
    expect(all.map((reply) => reply.result)).toEqual([0, -errno.ENOENT, 0]);
    const stopped = client.ask({ batch: { ioctls, stopOnError: true } }).batch!.replies!;
    expect(stopped.map((reply) => reply.result)).toEqual([0, -errno.ENOENT]);
  });
});

describe("violations end the session with a stable code", () => {
  function refused(client: TestClient, code: keyof typeof protocolErrors): void {
    const last = client.replies.at(-1)!;
    expect(last.error).toMatchObject({ code });
    expect(last.error!.message).toContain(protocolErrors[code]);
    expect(client.closed).toBe(true);
  }

  const cases: [keyof typeof protocolErrors, (daemon: TestDaemon) => TestClient][] = [
    [
      "HELLO_EXPECTED",
      (daemon) => {
        const client = daemon.connect();
        client.send({ status: {} });
        return client;
      },
    ],
    ["HELLO_REPEATED", (daemon) => after(daemon.hello(), { hello: { version: 1 } })],
    ["VERSION_UNSUPPORTED", (daemon) => after(daemon.connect(), { hello: { version: 2 } })],
    ["FEATURE_UNSUPPORTED", (daemon) => after(daemon.connect(), { hello: { version: 1, required: ["time-travel"] } })],
    ["OPEN_REPEATED", (daemon) => after(daemon.open(), { open: { node: "/dev/iommu" } })],
    ["TOKEN_INVALID", (daemon) => after(daemon.hello(), { join: { token: Buffer.from("short") } })],
    ["FRAME_EMPTY", (daemon) => after(daemon.hello(), {})],
    [
      "FRAME_TOO_LONG",
      (daemon) => {
        const client = daemon.hello();
        client.session.receive(Uint8Array.of(0xff, 0xff, 0xff, 0x7f));
        return client;
      },
    ],
    [
      "FRAME_MALFORMED",
      (daemon) => {
        const client = daemon.hello();
        client.session.receive(Uint8Array.of(2, 0, 0, 0, 0x0a, 0xff));
        return client;
      },
    ],
    [
      "TOO_MANY_SEGMENTS",
      (daemon) => {
        const writable = Array.from({ length: 65 }, () => ({ address: long(0), length: 1 }));
        return after(daemon.open(), { ioctl: { request: 0x3b80, writable } });
      },
    ],
    [
      "TOO_MANY_IOCTLS",
      (daemon) => after(daemon.open(), { batch: { ioctls: Array.from({ length: 4097 }, () => ({})) } }),
    ],
    ["MEMORY_RESULT_UNKNOWN", (daemon) => after(daemon.open(), { memoryResult: { id: 5 } })],
  ];

  function after(client: TestClient, message: ClientMessage): TestClient {
    client.send(message);
    return client;
  }

  test.each(cases)("%s", (code, violate) => {
    refused(violate(new TestDaemon()), code);
  });

  test("TOO_MANY_SESSIONS: the one beyond the limit, and no other", () => {
    const daemon = new TestDaemon({ sessionsMax: 1 });
    const first = daemon.hello();
    refused(daemon.connect(), "TOO_MANY_SESSIONS");
    expect(first.ask({ status: {} }).status).toBeDefined();
    first.session.end();
    daemon.hello();
  });

  test("what precedes the violation is answered, what follows is not handled", () => {
    const daemon = new TestDaemon();
    const token = Buffer.from("0123456789abcdef");
    const client = daemon.open(token);
    client.send(ioasAlloc(), {}, ioasAlloc());
    expect(client.replies.map((reply) => reply.ioctl?.result ?? reply.error?.code)).toEqual([0, "FRAME_EMPTY"]);
    expect(daemon.hello().ask({ join: { token } }).join!.error).toBe(errno.EBADF);
  });
});

describe("open file descriptions", () => {
  const token = Buffer.from("fedcba9876543210");

  test("a holder keeps it open, a speaker does not, and the last holder's end releases it", () => {
    const daemon = new TestDaemon();
    const opener = daemon.open(token);
    opener.send(ioasAlloc());
    const holder = daemon.hello();
    expect(holder.ask({ join: { token, hold: true } }).join!.error).toBe(0);
    const speaker = daemon.hello();
    speaker.send({ join: { token } });
    opener.session.end();
    expect(speaker.ask(destroy(1)).ioctl!.result).toBe(0);
    expect(holder.ask({ close: {} }).close!.released).toBe(true);
    expect(speaker.ask(ioasAlloc()).ioctl!.result).toBe(-errno.EBADF);
    expect(speaker.ask({ close: {} }).close!.released).toBe(false);
    expect(speaker.ask({ join: { token } }).join!.error).toBe(errno.EBADF);
    expect(speaker.ask({ open: { node: "/dev/iommu", token } }).open!.error).toBe(0);
  });

  test("a token in use or a node that does not exist is an errno, not a violation", () => {
    const daemon = new TestDaemon();
    daemon.open(token);
    const client = daemon.hello();
    expect(client.ask({ open: { node: "/dev/iommu", token } }).open!.error).toBe(errno.EEXIST);
    expect(client.ask({ open: { node: "/dev/null" } }).open!.error).toBe(errno.ENOENT);
    expect(client.ask({ open: { node: "endpoint/none" } }).open!.error).toBe(errno.ENOENT);
    expect(client.ask(destroy(1)).ioctl!.result).toBe(-errno.EBADF);
  });

  test("Sync tells whether a description is open, once the ends before it are handled", async () => {
    const daemon = new TestDaemon();
    const opener = daemon.open(token);
    const client = daemon.hello();
    client.send({ sync: { token } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(client.replies.at(-1)!.sync!.open).toBe(true);
    opener.session.end();
    client.send({ sync: { token } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(client.replies.at(-1)!.sync!.open).toBe(false);
  });

  test("/dev/vfio/vfio starts with accounting by process", () => {
    const client = new TestDaemon().hello();
    client.send({ open: { node: "/dev/vfio/vfio" } });
    const get = ioctl(0x3b87, encodeStruct(api.iommu_option, { op: api.IOMMU_OPTION_OP_GET }));
    const [written] = client.ask(get).ioctl!.written!;
    expect(written!.data![0]).toBe(1);
  });
});

describe("endpoints", () => {
  const token = Buffer.from("0123456789abcdef");

  function endpoint(daemon: TestDaemon, name = "dma0"): TestClient {
    const client = daemon.hello();
    client.send({ open: { node: `endpoint/${name}` } });
    return client;
  }

  test("one that is bound cannot be bound again, and a group belongs to one iommufd", () => {
    const daemon = new TestDaemon();
    daemon.open(token);
    const other = Buffer.from("other-other-other");
    daemon.open(other);
    const first = endpoint(daemon, "dma2");
    const bind = (client: TestClient, iommufdToken: Uint8Array) =>
      client.ask({ deviceBind: { iommufdToken } }).result!.error;
    expect(bind(first, Buffer.from("nobody-has-this!"))).toBe(errno.EBADF);
    expect(bind(first, token)).toBe(0);
    expect(bind(first, token)).toBe(errno.EINVAL);
    expect(bind(endpoint(daemon, "dma2"), token)).toBe(errno.EINVAL);
    expect(bind(endpoint(daemon, "dma3"), other)).toBe(errno.EPERM);
    expect(bind(endpoint(daemon, "dma3"), token)).toBe(0);
    expect(bind(daemon.open(Buffer.from("an-iommufd-itself")), token)).toBe(errno.ENOTTY);
  });

  test("a token of something else than an iommufd is EBADFD", () => {
    const daemon = new TestDaemon();
    const client = daemon.hello();
    client.send({ open: { node: "endpoint/dma1", token } });
    expect(endpoint(daemon).ask({ deviceBind: { iommufdToken: token } }).result!.error).toBe(errno.EBADFD);
  });

  test("a bound endpoint keeps the context; its end detaches and releases", () => {
    const daemon = new TestDaemon();
    const iommufd = daemon.open(token);
    iommufd.send(ioasAlloc());
    const device = endpoint(daemon);
    device.send({ deviceBind: { iommufdToken: token } });
    expect(device.ask({ deviceAttach: { ptId: 1 } }).result).toMatchObject({ error: 0, id: 3 });
    iommufd.session.end();
    expect(device.ask({ deviceDma: { read: { iova: long(0x5000), length: 4 } } }).dma!.error).toBe(errno.EIO);
    device.session.end();
    const again = endpoint(daemon);
    daemon.open(token);
    expect(again.ask({ deviceBind: { iommufdToken: token } }).result).toMatchObject({ error: 0, id: 1 });
  });

  test("who speaks for an endpoint that was released cannot bind, attach or use it: EBADF", () => {
    const daemon = new TestDaemon();
    daemon.open(token);
    const device = endpoint(daemon);
    const opened = device.replies.find(({ open }) => open)!.open!.token!;
    const speaker = daemon.hello();
    speaker.send({ join: { token: opened } });
    device.session.end();
    expect(speaker.ask({ deviceBind: { iommufdToken: token } }).result!.error).toBe(errno.EBADF);
    expect(speaker.ask({ deviceAttach: { ptId: 1 } }).result!.error).toBe(errno.EBADF);
    expect(speaker.ask({ deviceDetach: {} }).result!.error).toBe(errno.EBADF);
    expect(speaker.ask({ deviceDma: { fill: {} } }).dma!.error).toBe(errno.EBADF);
    expect(speaker.ask({ deviceWalk: {} }).walk!.error).toBe(errno.EBADF);
    expect(speaker.ask({ deviceFaults: {} }).faults).toEqual(expect.objectContaining({ faults: [] }));
    expect(endpoint(daemon).ask({ deviceBind: { iommufdToken: token } }).result!.error).toBe(0);
  });

  test("attaching again replaces; what is not bound is EINVAL, what is no endpoint ENOTTY", () => {
    const daemon = new TestDaemon();
    const iommufd = daemon.open(token);
    iommufd.send(ioasAlloc(), ioasAlloc());
    const device = endpoint(daemon);
    const attach = (ptId: number) => device.ask({ deviceAttach: { ptId } }).result!;
    expect(attach(1).error).toBe(errno.EINVAL);
    device.send({ deviceBind: { iommufdToken: token } });
    expect(attach(99).error).toBe(errno.ENOENT);
    expect(attach(3).error).toBe(errno.EINVAL);
    expect(attach(1)).toMatchObject({ error: 0, id: 4 });
    expect(attach(2)).toMatchObject({ error: 0, id: 5 });
    expect(iommufd.ask(destroy(4)).ioctl!.result).toBe(-errno.ENOENT);
    expect(device.ask({ deviceDetach: {} }).result!.error).toBe(0);
    expect(device.ask({ deviceDetach: {} }).result!.error).toBe(0);
    expect(iommufd.ask({ deviceDetach: {} }).result!.error).toBe(errno.ENOTTY);
    expect(iommufd.ask({ deviceDma: { fill: {} } }).dma!.error).toBe(errno.ENOTTY);
  });
});

describe("memory that the client serves itself", () => {
  const token = Buffer.from("0123456789abcdef");
  const REGION = 0x10_0000;

  /** An endpoint attached to an IOAS over a callback region at IOVA 0, on one connection of the iommufd's opener. */
  function attached(daemon: TestDaemon): { iommufd: TestClient; device: TestClient } {
    const iommufd = daemon.open(token);
    iommufd.send({
      regionAdd: { address: long(REGION), length: long(0x4000), writable: true, callback: true },
    });
    iommufd.send(ioasAlloc());
    const map = { flags: 7, ioas_id: 1, user_va: BigInt(REGION), length: 0x4000n, iova: 0n };
    expect(iommufd.ask(ioctl(0x3b85, encodeStruct(api.iommu_ioas_map, map))).ioctl!.result).toBe(0);
    const device = daemon.hello();
    device.send({ open: { node: "endpoint/dma0" } }, { deviceBind: { iommufdToken: token } });
    expect(device.ask({ deviceAttach: { ptId: 1 } }).result!.error).toBe(0);
    iommufd.replies.length = 0;
    device.replies.length = 0;
    return { iommufd, device };
  }

  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

  test("a DMA parks until the client answers, and what follows on its connection waits in order", async () => {
    const { iommufd, device } = attached(new TestDaemon());
    device.send({ deviceDma: { read: { iova: long(0x10), length: 4 } } }, { status: {} });
    expect(device.replies).toHaveLength(0);
    const request = iommufd.replies[0]!;
    expect(request.sequence).toBe(0);
    expect(request.memoryRequest).toMatchObject({ length: 4 });
    expect(request.memoryRequest!.address!.toString()).toBe(String(REGION + 0x10));
    iommufd.send({ memoryResult: { id: request.memoryRequest!.id!, data: Uint8Array.of(1, 2, 3, 4) } });
    await turn();
    expect(device.replies.map((reply) => (reply.dma ? [...reply.dma.data!] : "status"))).toEqual([
      [1, 2, 3, 4],
      "status",
    ]);
  });

  test("an answer of the wrong length ends the client's session, and the DMA finds the memory gone", async () => {
    const { iommufd, device } = attached(new TestDaemon());
    device.send({ deviceDma: { read: { iova: long(0), length: 4 } } });
    iommufd.send({ memoryResult: { id: iommufd.replies[0]!.memoryRequest!.id!, data: Uint8Array.of(1) } });
    expect(iommufd.replies.at(-1)!.error!.code).toBe("MEMORY_RESULT_LENGTH");
    await turn();
    expect(device.replies[0]!.dma!.error).toBe(errno.EFAULT);
  });

  test("TOO_MANY_IN_FLIGHT: more than the limit behind a parked request", () => {
    const { device } = attached(new TestDaemon({ inFlightMax: 2 }));
    device.send({ deviceDma: { read: { iova: long(0), length: 4 } } }, { status: {} }, { status: {} });
    expect(device.closed).toBe(false);
    device.send({ status: {} });
    expect(device.replies.at(-1)!.error!.code).toBe("TOO_MANY_IN_FLIGHT");
  });

  test("an ioctl is one step: its own struct cannot lie in such memory", () => {
    const { iommufd } = attached(new TestDaemon());
    const call = { ioctl: { request: 0x3b80, argument: long(REGION) } };
    expect(iommufd.ask(call).ioctl!.result).toBe(-errno.EFAULT);
  });

  test("the end of the daemon waits for what is parked, and then says so", async () => {
    const daemon = new TestDaemon();
    const { iommufd, device } = attached(daemon);
    device.send({ deviceDma: { read: { iova: long(0), length: 1 } } });
    const stopped = daemon.daemon.stop(60_000);
    expect(device.closed).toBe(false);
    iommufd.send({ memoryResult: { id: iommufd.replies[0]!.memoryRequest!.id!, data: Uint8Array.of(9) } });
    await stopped;
    expect(device.replies.map((reply) => reply.error?.code ?? [...reply.dma!.data!])).toEqual([[9], "SHUTTING_DOWN"]);
    expect(daemon.connect().replies.at(-1)!.error!.code).toBe("SHUTTING_DOWN");
  });
});

test("status shows sessions, contexts with their objects, endpoints and memory", () => {
  const daemon = new TestDaemon();
  const client = daemon.open();
  client.send(ioasAlloc());
  const tree = JSON.parse(client.ask({ status: {} }).status!.json!) as Record<string, unknown>;
  expect(tree).toMatchObject({
    sessions: [{ client: "test", file: "/dev/iommu", holds: true }],
    contexts: [{ node: "/dev/iommu", objectCount: 1, objects: [{ id: 1, type: "ioas", users: 1 }] }],
    iommus: [{ name: "iommu0" }],
    endpoints: [{ name: "dma0", bound: false }, {}, {}, {}],
    memory: { frames: { pinnedPages: 0 } },
  });
});
