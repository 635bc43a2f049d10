/** DMA that waits for pages, as a session answers it: out of order, within a limit, and without holding up the daemon's end. */
import { describe, expect, test } from "@jest/globals";
import { numberToWire as long } from "../../daemon/wire/wire64.js";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import type { Limits } from "../../daemon/main/limits.js";
import { TestDaemon, type ClientMessage, type TestClient } from "../support/daemon.js";

const TOKEN = Buffer.from("0123456789abcdef");
const REGION = 0x10_0000;
const MAPPED = 0x4000;
const IOAS = 1;
const FAULT = 2;
const DEVICE = 3;
const HWPT = 4;

function ioctl(request: number, struct: Uint8Array): ClientMessage {
  const address = long(0x1000);
  const [readable, writable] = [[{ address, data: struct }], [{ address, length: struct.length }]];
  return { ioctl: { request, argument: address, readable, writable } };
}

const status: ClientMessage = { status: {} };
const read = (iova: number, length = 4): ClientMessage => ({ deviceDma: { read: { iova: long(iova), length } } });
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** An endpoint attached to a table with a fault queue, in which [0, MAPPED) is memory that the iommufd's opener serves. */
function attached(limits: Partial<Limits> = {}): { daemon: TestDaemon; iommufd: TestClient; device: TestClient } {
  const daemon = new TestDaemon(limits);
  const iommufd = daemon.open(TOKEN);
  iommufd.send({ regionAdd: { address: long(REGION), length: long(MAPPED), writable: true, callback: true } });
  const succeeds = (request: number, struct: Uint8Array): void => {
    expect(iommufd.ask(ioctl(request, struct)).ioctl!.result).toBe(0);
  };
  succeeds(0x3b81, encodeStruct(api.iommu_ioas_alloc, {}));
  succeeds(0x3b8e, encodeStruct(api.iommu_fault_alloc, {}));
  const map = { flags: 7, ioas_id: IOAS, user_va: BigInt(REGION), length: BigInt(MAPPED), iova: 0n };
  succeeds(0x3b85, encodeStruct(api.iommu_ioas_map, map));
  const device = daemon.hello();
  device.send({ open: { node: "endpoint/dma0" } });
  expect(device.ask({ deviceBind: { iommufdToken: TOKEN } }).result!.id).toBe(DEVICE);
  const table = { flags: api.IOMMU_HWPT_FAULT_ID_VALID, dev_id: DEVICE, pt_id: IOAS, fault_id: FAULT };
  succeeds(0x3b89, encodeStruct(api.iommu_hwpt_alloc, table));
  expect(device.ask({ deviceAttach: { ptId: HWPT } }).result).toMatchObject({ error: 0, id: HWPT });
  iommufd.replies.length = 0;
  device.replies.length = 0;
  return { daemon, iommufd, device };
}

/** Answers the request for memory that has come last. */
function serveMemory({ replies, session }: TestClient, client: TestClient): void {
  const { id, length } = replies.at(-1)!.memoryRequest!;
  client.send({ memoryResult: { id: id!, data: new Uint8Array(length!) } });
  expect(session.openFile).toBeDefined();
}

const kinds = ({ replies }: TestClient): string[] =>
  replies.map(({ body, dma }) => (dma ? `dma ${String(dma.error ?? 0)}` : body!));

describe("a DMA that waits for a page", () => {
  test("is overtaken, and answered with its own sequence when it is done", async () => {
    const { device } = attached();
    device.send(read(MAPPED), status, { deviceDetach: {} }, status);
    await turn();
    expect(kinds(device)).toEqual(["status", "result", "status", `dma ${errno.EIO}`]);
    const sequences = device.replies.map(({ sequence }) => sequence);
    expect(sequences).toEqual([sequences[3]! + 1, sequences[3]! + 2, sequences[3]! + 3, sequences[3]]);
  });

  test("holds its place while it waits for memory, and gives it up with the page", async () => {
    const { iommufd, device } = attached();
    device.send(read(MAPPED - 4, 8), status);
    await turn();
    expect(kinds(device)).toEqual([]);
    serveMemory(iommufd, iommufd);
    await turn();
    expect(kinds(device)).toEqual(["status"]);
    device.send({ deviceDetach: {} });
    await turn();
    expect(kinds(device)).toEqual(["status", "result", `dma ${errno.EIO}`]);
    expect(device.replies[2]!.dma!.transferred!.toString()).toBe("4");
  });

  test("lets what waited behind it park in its turn", async () => {
    const { iommufd, device } = attached();
    device.send(read(MAPPED), read(0), status);
    await turn();
    expect(kinds(device)).toEqual([]);
    serveMemory(iommufd, iommufd);
    await turn();
    expect(kinds(device)).toEqual(["dma 0", "status"]);
  });

  test("counts: TOO_MANY_IN_FLIGHT beyond as many as may wait behind a parked request", () => {
    const { device } = attached({ inFlightMax: 2 });
    device.send(read(MAPPED), read(MAPPED), status);
    expect(kinds(device)).toEqual(["status"]);
    device.send(read(0));
    expect(device.replies.at(-1)!.error!.code).toBe("TOO_MANY_IN_FLIGHT");
  });

  test("does not hold up the end of the daemon", async () => {
    const { daemon, device } = attached();
    device.send(read(MAPPED));
    await daemon.daemon.stop(60_000);
    expect(device.replies.map(({ error }) => error?.code)).toEqual(["SHUTTING_DOWN"]);
  });

  test("is answered before the Close that ends it", async () => {
    const { device } = attached();
    device.send(read(MAPPED), { close: {} }, status);
    await turn();
    expect(kinds(device)).toEqual([`dma ${errno.EIO}`, "close", "status"]);
  });

  test("shows in the status", () => {
    const { device } = attached();
    device.send(read(MAPPED));
    const tree = JSON.parse(device.ask(status).status!.json!) as Record<string, Record<string, unknown>[]>;
    expect(tree["endpoints"]![0]).toMatchObject({ name: "dma0", hwpt: HWPT, pasids: [], pageRequests: 1 });
    expect(tree["sessions"]!.map(({ overtaken }) => overtaken)).toEqual([0, 1]);
  });
});
