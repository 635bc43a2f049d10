/** What ioctls make, at the protocol: who holds it, who is told of arrivals, reads and writes, memory to map. */
import { describe, expect, test } from "@jest/globals";
import { numberToWire as long } from "../../daemon/wire/wire64.js";
import { decodeStruct, encodeStruct, type StructValues } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import * as mock from "../../proto/uapi/iommufd-test.js";
import type { Fields, StructLayout } from "../../proto/uapi/layout.js";
import { TestDaemon, type ClientMessage, type TestClient } from "../support/daemon.js";

const STRUCT = 0x1000;
const BUFFER = 0x2000;
const HWPT_ALLOC = 0x3b89;
const FAULT_QUEUE_ALLOC = 0x3b8e;
const TEST_CMD = 0x3ba0;
const RECORD_BYTES = api.iommu_hwpt_pgfault.bytes;
/** Notices that may lie on a connection. */
const NOTICES_MAX = 64;

function ioctl(request: number, struct: Uint8Array): ClientMessage {
  const readable = [{ address: long(STRUCT), data: struct }];
  return { ioctl: { request, argument: long(STRUCT), readable, writable: [window(STRUCT, struct.length)] } };
}

const window = (address: number, length: number) => ({ address: long(address), length });

/** Runs an ioctl that must succeed. @returns its struct, and the reply */
function call<F extends Fields>(
  client: TestClient,
  request: number,
  layout: StructLayout<F>,
  values: Partial<StructValues<F>>,
) {
  const struct = encodeStruct(layout, values);
  const reply = replyOf(client, ioctl(request, struct)).ioctl!;
  expect(reply.result).toBeGreaterThanOrEqual(0);
  for (const { data } of reply.written ?? []) struct.set(data!);
  return { out: decodeStruct(layout, struct), reply };
}

function operation<F extends Fields>(client: TestClient, layout: StructLayout<F>, values: Partial<StructValues<F>>) {
  const { op } = mock.testOperations.find(({ struct }) => struct === (layout as unknown as StructLayout))!;
  return call(client, TEST_CMD, layout, { ...values, op });
}

/** The one reply that a request has, besides notices. */
function replyOf(client: TestClient, message: ClientMessage) {
  const before = client.replies.length;
  client.send(message);
  const [reply, ...more] = client.replies.slice(before).filter((frame) => frame.body !== "readable");
  expect(more).toEqual([]);
  return reply!;
}

const notices = (client: TestClient): number => client.replies.filter(({ body }) => body === "readable").length;
const read = (count: number): ClientMessage => ({
  read: { address: long(BUFFER), count: long(count), writable: [window(BUFFER, count)] },
});
const write = (data: Uint8Array): ClientMessage => ({
  write: { address: long(BUFFER), count: long(data.length), readable: [{ address: long(BUFFER), data }] },
});
const join = (token: Uint8Array, how: { hold?: boolean; notify?: boolean }): ClientMessage => ({
  join: { token, ...how },
});

/** A mock device whose page requests come to a queue. */
function faulting(daemon = new TestDaemon()) {
  const client = daemon.open();
  const { out: fault, reply } = call(client, FAULT_QUEUE_ALLOC, api.iommu_fault_alloc, {});
  const token = reply.descriptors![0]!.token!;
  const { out: ioas } = call(client, 0x3b81, api.iommu_ioas_alloc, {});
  const { out: device } = operation(client, mock.iommu_test_mock_domain, { id: ioas.out_ioas_id });
  const values = { flags: api.IOMMU_HWPT_FAULT_ID_VALID, fault_id: fault.out_fault_id };
  const on = { dev_id: device.out_idev_id, pt_id: ioas.out_ioas_id };
  const { out: table } = call(client, HWPT_ALLOC, api.iommu_hwpt_alloc, { ...values, ...on });
  const replace = (id: number) =>
    operation(client, mock.iommu_test_mock_domain_replace, { id: device.out_stdev_id, pt_id: id });
  replace(table.out_hwpt_id);
  let group = 0;
  const request = () => operation(client, mock.iommu_test_trigger_iopf, { dev_id: device.out_idev_id, grpid: ++group });
  return { daemon, client, token, request, replace, ioasId: ioas.out_ioas_id };
}

describe("what an ioctl made", () => {
  test("is held by the connection of the call until somebody joins it to hold it", () => {
    const { daemon, client, token } = faulting();
    const speaker = daemon.hello();
    expect(speaker.ask(join(token, {})).join!.error).toBe(0);
    client.session.end();
    expect(speaker.ask(read(RECORD_BYTES)).file!.result).toBe(-errno.EBADF);
    const second = faulting(daemon);
    const holder = daemon.hello();
    expect(holder.ask(join(second.token, { hold: true })).join!.error).toBe(0);
    second.client.session.end();
    expect(holder.ask(read(RECORD_BYTES)).file!.result).toBe(0);
  });

  test("is read and written, and nothing else can be", () => {
    const { daemon, client, token, request } = faulting();
    const queue = daemon.hello();
    expect(queue.ask(read(RECORD_BYTES)).file!.result).toBe(-errno.EBADF);
    queue.ask(join(token, { hold: true }));
    request();
    expect(queue.ask(read(RECORD_BYTES - 1)).file!.result).toBe(-errno.ESPIPE);
    const reply = queue.ask(read(3 * RECORD_BYTES)).file!;
    expect(reply.result).toBe(RECORD_BYTES);
    const { cookie } = decodeStruct(api.iommu_hwpt_pgfault, reply.written![0]!.data!);
    const response = encodeStruct(api.iommu_hwpt_page_response, { cookie });
    expect(queue.ask(write(response)).file!.result).toBe(response.length);
    expect(queue.ask(write(response)).file!.result).toBe(-errno.EINVAL);
    expect(queue.ask(ioctl(0x3b81, new Uint8Array(12))).ioctl!.result).toBe(-errno.ENOTTY);
    expect(client.ask(read(8)).file!.result).toBe(-errno.EINVAL);
    expect(client.ask(write(response)).file!.result).toBe(-errno.EINVAL);
  });

  test("a record that cannot be stored is still there", () => {
    const { daemon, token, request } = faulting();
    const queue = daemon.hello();
    queue.ask(join(token, { hold: true }));
    request();
    const nowhere = { read: { address: long(BUFFER), count: long(RECORD_BYTES), writable: [] } };
    expect(queue.ask(nowhere).file!.result).toBe(-errno.EFAULT);
    expect(queue.ask(read(RECORD_BYTES)).file!.result).toBe(RECORD_BYTES);
  });
});

describe("the notified connection", () => {
  test("has a notice for each arrival, up to a limit, and is told how many a read takes back", () => {
    const { daemon, token, request } = faulting();
    request();
    const queue = daemon.hello();
    queue.send(join(token, { hold: true, notify: true }));
    // One at once for what was there.
    expect(notices(queue)).toBe(1);
    for (let count = 0; count < NOTICES_MAX + 10; count++) request();
    expect(notices(queue)).toBe(NOTICES_MAX);
    expect(replyOf(queue, read(RECORD_BYTES)).file!.withdrawn ?? 0).toBe(0);
    const rest = replyOf(queue, read(100 * RECORD_BYTES)).file!;
    expect([rest.result, rest.withdrawn]).toEqual([(NOTICES_MAX + 10) * RECORD_BYTES, NOTICES_MAX]);
    request();
    expect(notices(queue)).toBe(NOTICES_MAX + 1);
  });

  test("is one at a time, until it leaves", () => {
    const { daemon, token } = faulting();
    const [first, second] = [daemon.hello(), daemon.hello()];
    expect(first.ask(join(token, { hold: true, notify: true })).join!.error).toBe(0);
    expect(second.ask(join(token, { notify: true })).join!.error).toBe(errno.EBUSY);
    expect(second.ask(join(token, { hold: true })).join!.error).toBe(0);
    first.session.end();
    const third = daemon.hello();
    expect(third.ask(join(token, { notify: true })).join!.error).toBe(0);
  });

  test("learns from any call that leaves nothing to read", () => {
    const { daemon, token, request, replace, ioasId } = faulting();
    const queue = daemon.hello();
    queue.send(join(token, { hold: true, notify: true }));
    request();
    // Attached elsewhere, the device has its answer.
    const { reply } = replace(ioasId);
    expect(reply.emptied).toEqual([token]);
    const empty = replyOf(queue, read(0)).file!;
    expect([empty.result, empty.withdrawn]).toEqual([0, 1]);
  });
});

test("Map is for iommufds, and gives exactly what a virtual IOMMU offers", () => {
  const daemon = new TestDaemon();
  const client = daemon.open();
  const map = (offset: number, length: number): ClientMessage => ({
    map: { offset: long(offset), length: long(length) },
  });
  expect(daemon.hello().ask(map(0, 4096)).map!.error).toBe(errno.EBADF);
  expect(client.ask(map(0, 4096)).map!.error).toBe(errno.ENXIO);
  const endpoint = daemon.hello();
  endpoint.ask({ open: { node: "endpoint/dma0" } });
  expect(endpoint.ask(map(0, 4096)).map!.error).toBe(errno.ENODEV);
});

test("fail_nth counts down over the steps of one ioctl, and what is left is in the reply", () => {
  const client = new TestDaemon().open();
  const alloc = ioctl(0x3b81, encodeStruct(api.iommu_ioas_alloc, {}));
  const failing = (failNth: number, failOrdinary: boolean): ClientMessage => ({
    ioctl: { ...alloc.ioctl, failNth, failOrdinary },
  });
  expect(client.ask(failing(1, true)).ioctl).toMatchObject({ result: -errno.EFAULT });
  const survived = client.ask(failing(100, true)).ioctl!;
  expect(survived.result).toBe(0);
  expect(survived.failNth).toBeGreaterThan(90);
  expect(client.ask(failing(1, false)).ioctl).toMatchObject({ result: 0, failNth: 1 });
  expect(client.ask(alloc).ioctl!.failNth ?? 0).toBe(0);
});
