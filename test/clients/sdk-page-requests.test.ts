/**
 * PASIDs and page requests from end to end: endpoints that wait for pages, and a program that reads their requests from a
 * fault queue, maps the pages and answers. Over both ways that the SDK reaches a daemon.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Endpoint, type FaultQueue, GuestMemory, IommuFd, type PageRequest } from "../../client/ts/index.js";
import { createTestIommu } from "../../client/ts/testing.js";
import { decodeStruct } from "../../proto/uapi/codec.js";
import { iommu_hwpt_pgfault } from "../../proto/uapi/iommufd-data.js";
import { errnoOf, type Reached, SDK_WAYS } from "../support/sdk-ways.js";

const PAGE = 4096;

/** The next request. */
async function next(queue: FaultQueue): Promise<PageRequest> {
  await queue.untilReadable();
  return (await queue.read())[0]!;
}

/** The next request as the kernel's struct. */
async function nextRecord(queue: FaultQueue) {
  await queue.untilReadable();
  return decodeStruct(iommu_hwpt_pgfault, await queue.file.read(iommu_hwpt_pgfault.bytes));
}

describe.each(SDK_WAYS)("the SDK %s", (_where, reach) => {
  let reached: Reached;
  let fd: IommuFd;
  const closing: (() => unknown)[] = [];

  beforeAll(async () => {
    reached = await reach();
  });
  afterAll(() => reached.stop());
  beforeEach(async () => {
    fd = await IommuFd.open(reached.options);
  });
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
    await fd.close();
  });

  async function endpoint(name = "dma0"): Promise<Endpoint> {
    const opened = await Endpoint.open({ ...reached.options, name });
    closing.push(() => opened.close());
    return opened;
  }

  /** A device attached to an HWPT with a fault queue, with nothing mapped, and memory to map. */
  async function machine() {
    const memory = GuestMemory.create({ bytes: 16 * PAGE });
    closing.push(() => {
      memory.close();
    });
    const { address } = await fd.registerMemory(memory);
    const queue = await fd.faultQueue();
    closing.push(() => queue.close());
    const device = await endpoint();
    await device.faults({ clear: true });
    const deviceId = await device.bind(fd);
    const ioasId = await fd.ioasAlloc();
    const hwptId = await fd.hwptAlloc({ deviceId, ptId: ioasId, faultId: queue.id, pasid: true });
    await device.attach(hwptId);
    const map = (page: number, iova: number, ioas = ioasId) =>
      fd.map({ ioasId: ioas, userVa: address + BigInt(page * PAGE), length: PAGE, iova });
    return { memory, map, queue, device, deviceId, ioasId, hwptId };
  }

  test("a DMA that misses waits, is reported, and completes with the right bytes when the page is mapped", async () => {
    const { memory, map, queue, device, deviceId } = await machine();
    await map(3, 0x5000);
    const data = Buffer.from("across the end of a page");
    const written = device.write(0x5ff0, data);
    const record = await nextRecord(queue);
    expect(record).toMatchObject({
      ...{ flags: 2, dev_id: deviceId, pasid: 0, perm: 2, addr: 0x6000n, length: 0, cookie: 1 },
    });
    await map(9, 0x6000);
    await queue.respond(record.cookie, true);
    expect(await written).toEqual({ code: "OK", transferred: BigInt(data.length) });
    const end = Buffer.concat([memory.read(4 * PAGE - 16, 16), memory.read(9 * PAGE, data.length - 16)]);
    expect(end).toEqual(data);
    expect((await device.faults()).faults).toEqual([]);
    expect(Buffer.from((await device.read(0x5ff0, data.length)).data)).toEqual(data);
  });

  test("refused, it ends with its fault", async () => {
    const { queue, device } = await machine();
    const read = device.read(0x7008, 8);
    const { cookie, permissions, address } = await next(queue);
    expect([permissions, address]).toEqual([1, 0x7000n]);
    expect((await device.faults()).faults).toEqual([]);
    await queue.respond(cookie, false);
    const result = await read;
    expect(result).toMatchObject({ code: "EIO", transferred: 0n, fault: { address: 0x7008n, write: false } });
    expect((await device.faults()).faults).toEqual([result.fault]);
    expect(await errnoOf(queue.respond(cookie, true))).toBe("EINVAL");
  });

  test("meanwhile other calls of its endpoint go on, and other DMAs wait beside it", async () => {
    const { map, queue, device } = await machine();
    await map(0, 0x1000);
    const first = device.write(0x2000, Buffer.from("a"));
    const second = device.write(0x3000, Buffer.from("b"));
    expect((await device.write(0x1000, Buffer.from("c"))).code).toBe("OK");
    expect((await device.walk(0x1000)).page).toBeDefined();
    const records = await queue.read();
    expect(records.map(({ address, groupId }) => [address, groupId])).toEqual([
      [0x2000n, 0],
      [0x3000n, 1],
    ]);
    await map(2, 0x3000);
    await queue.respond(records[1]!.cookie, true);
    expect((await second).code).toBe("OK");
    await queue.respond(records[0]!.cookie, false);
    expect((await first).code).toBe("EIO");
  });

  test.each(["detach", "replace"])("a %s on the same endpoint refuses what waits", async (how) => {
    const { queue, device, ioasId } = await machine();
    const [read, unread] = [device.write(0x1000, Buffer.from("x")), device.read(0x2000, 4)];
    await device.walk(0);
    const record = await nextRecord(queue);
    const later = device.read(0x3000, 4);
    if (how === "detach") await device.detach();
    else await device.attach(ioasId);
    for (const result of await Promise.all([read, unread, later]))
      expect(result).toMatchObject({ code: "EIO", fault: { reason: 0x79 } });
    expect(await queue.read()).toEqual([]);
    expect(await errnoOf(queue.respond(record.cookie, true))).toBe("EINVAL");
    // No queue any more: at once.
    expect((await device.write(0x1000, Buffer.from("x"))).code).toBe("EIO");
  });

  test("closing the queue answers nothing; the detach does", async () => {
    const { queue, device } = await machine();
    const waiting = device.read(0x1000, 4);
    await next(queue);
    await queue.close();
    let over = false;
    void waiting.then(() => (over = true));
    await device.walk(0x1000);
    expect(over).toBe(false);
    await device.detach();
    expect((await waiting).code).toBe("EIO");
  });

  test("closing the endpoint ends its DMAs first, and also those of others who drive it", async () => {
    const { device } = await machine();
    const other = await endpoint();
    const waiting = [device.read(0x1000, 4), other.read(0x1000, 4)];
    await other.walk(0x1000);
    await device.close();
    for (const result of await Promise.all(waiting)) expect(result).toMatchObject({ code: "EIO" });
  });

  test("closing an endpoint that another one holds abandons its DMAs", async () => {
    const { device, queue } = await machine();
    const other = await endpoint();
    const waiting = errnoOf(other.read(0x1000, 4));
    const { cookie } = await next(queue);
    await other.close();
    expect(await waiting).toBe("EINTR");
    await queue.respond(cookie, true);
    expect((await device.faults()).faults).toEqual([]);
  });

  test("a connection that dies takes its DMA along: a late answer moves nothing, and nothing is left", async () => {
    const { memory, map, queue, device } = await machine();
    const other = await endpoint();
    const killed = other.write(0x1000, Buffer.from("late")).catch(() => undefined);
    const { cookie } = await next(queue);
    await other.connection.end();
    await killed;
    await map(0, 0x1000);
    await queue.respond(cookie, true);
    expect((await device.read(0x1000, 4)).data).toEqual(new Uint8Array(4));
    expect(memory.read(0, 4)).toEqual(Buffer.alloc(4));
    expect((await fd.status())["endpoints"]).toContainEqual(expect.objectContaining({ name: "dma0", pageRequests: 0 }));
  });

  test("of PASIDs each has its own table and queue, apart from the others and from requests without PASID", async () => {
    const { memory, map, queue, device, deviceId, hwptId } = await machine();
    const otherIoas = await fd.ioasAlloc();
    const own = await fd.hwptAlloc({ deviceId, ptId: otherIoas, pasid: true, faultId: queue.id });
    const plain = await fd.hwptAlloc({ deviceId, ptId: otherIoas });
    expect(await errnoOf(device.attach(plain, { pasid: 3 }))).toBe("EINVAL");
    expect(await errnoOf(device.attach(otherIoas, { pasid: 3 }))).toBe("EINVAL");
    expect(await device.attach(own, { pasid: 3 })).toBe(own);
    expect(await device.attach(hwptId, { pasid: 4 })).toBe(hwptId);
    await map(0, 0x1000);
    await map(1, 0x1000, otherIoas);
    for (const [index, pasid] of [3, 4].entries()) await device.fill(0x1000, 4, 0x11 * (index + 1), { pasid });
    expect([memory.read(0, 1)[0], memory.read(PAGE, 1)[0]]).toEqual([0x22, 0x11]);
    expect((await device.walk(0x1000, { pasid: 3 })).page!.address).not.toBe((await device.walk(0x1000)).page!.address);

    const waiting = device.copy(0x1000, 0x2000, 4, { pasid: 3 });
    const record = await nextRecord(queue);
    // PASID_VALID, LAST_PAGE, and that the response names the PASID.
    expect(record).toMatchObject({ flags: 7, pasid: 3, addr: 0x2000n, dev_id: deviceId });
    // Another PASID's replace does not end the wait; its own does.
    await device.attach(own, { pasid: 4 });
    await map(2, 0x2000, otherIoas);
    await queue.respond(record.cookie, true);
    expect((await waiting).code).toBe("OK");
    expect(memory.read(2 * PAGE, 4)).toEqual(Buffer.alloc(4, 0x11));
    const refused = device.read(0x9000, 4, { pasid: 3 });
    await next(queue);
    await device.detach({ pasid: 3 });
    expect(await refused).toMatchObject({ code: "EIO", fault: { pasid: 3, reason: 0x79 } });
    expect(await device.read(0x1000, 4, { pasid: 3 })).toMatchObject({
      code: "EIO",
      fault: { pasid: 3, reason: 0x59 },
    });
    expect((await device.read(0x1000, 4)).code).toBe("OK");
  });

  test("PASIDs end where GET_HW_INFO says, and go with the endpoint", async () => {
    const { device, deviceId, hwptId } = await machine();
    const { maxPasidLog2 } = await fd.getHwInfo(deviceId);
    expect(maxPasidLog2).toBe(15);
    // PASID 0 stands for requests without one.
    await device.detach({ pasid: 0 });
    expect((await device.walk(0x1000)).fault!.reason).toBe(0x59);
    expect(await device.attach(hwptId, { pasid: 0 })).toBe(hwptId);
    expect((await device.walk(0x1000)).fault!.reason).toBe(0x79);
    const last = 2 ** maxPasidLog2 - 1;
    expect(await device.attach(hwptId, { pasid: last })).toBe(hwptId);
    expect(await errnoOf(device.attach(hwptId, { pasid: last + 1 }))).toBe("EINVAL");
    expect(await errnoOf(device.read(0x1000, 4, { pasid: last + 1 }))).toBe("EINVAL");
    expect(await errnoOf(device.walk(0x1000, { pasid: last + 1 }))).toBe("EINVAL");
    await device.detach({ pasid: 77 });
    await device.detach();
    expect(await errnoOf(fd.destroy(hwptId))).toBe("EBUSY");
    await device.close();
    await fd.destroy(hwptId);
  });
});

describe("by the topology", () => {
  async function attach(device: object) {
    const endpoints = [{ name: "d", address: "0000:00:04.0", iommu: "u", ...device }];
    const iommu = createTestIommu({ topology: { iommus: [{ name: "u", kind: "vtd" }], endpoints } });
    const fd = await iommu.open();
    const queue = await fd.faultQueue();
    const endpoint = await iommu.endpoint("d");
    const deviceId = await endpoint.bind(fd);
    const ptId = await fd.ioasAlloc();
    const plain = await fd.hwptAlloc({ deviceId, ptId, pasid: true });
    const faulting = await fd.hwptAlloc({ deviceId, ptId, faultId: queue.id });
    const results = [errnoOf(endpoint.attach(faulting)), errnoOf(endpoint.read(0, 1, { pasid: 1 }))];
    results.push(errnoOf(endpoint.detach().then(() => endpoint.attach(plain, { pasid: 1 }))));
    const codes = await Promise.all(results);
    const bits = (await fd.getHwInfo(deviceId)).maxPasidLog2;
    await iommu.close();
    return { codes, bits };
  }

  test("a device has no page requests, so that its attach to a table with a queue is ENODEV", async () => {
    expect(await attach({ pageRequests: false })).toEqual({ codes: ["ENODEV", "OK", "OK"], bits: 15 });
  });

  test("a device has no PASIDs: its DMA has none either, and an attach has no effect", async () => {
    expect(await attach({ pasidBits: 0 })).toEqual({ codes: ["OK", "EINVAL", "OK"], bits: 0 });
  });

  test("a device has 20 bits of PASIDs", async () => {
    expect(await attach({ pasidBits: 20 })).toEqual({ codes: ["OK", "OK", "OK"], bits: 20 });
  });
});
