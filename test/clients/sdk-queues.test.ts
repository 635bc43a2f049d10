/**
 * What ioctls make, through the SDK: queues of page requests and events as streams, dma-bufs, memory of virtual IOMMUs; over
 * both ways to reach the state machine.
 */
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { GuestMemory, IommuFd, IommufdError, type PageRequest } from "../../client/ts/index.js";
import { decodeStruct, encodeStruct, type StructValues } from "../../proto/uapi/codec.js";
import * as mock from "../../proto/uapi/iommufd-test.js";
import type { Fields, StructLayout } from "../../proto/uapi/layout.js";
import { type Reached, SDK_WAYS } from "../support/sdk-ways.js";

const TEST_CMD = 0x3ba0;
const PAGE = 4096;
/** The mock's tables begin there. */
const IOVA = BigInt(mock.MOCK_APERTURE_START);

const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "OK",
    (error: unknown) => (error instanceof IommufdError ? error.code : String(error)),
  );

describe.each(SDK_WAYS)("the SDK %s", (_where, reach) => {
  let reached: Reached;
  let fd: IommuFd;

  beforeEach(async () => {
    reached = await reach();
    fd = await IommuFd.open(reached.options);
  });
  afterEach(async () => {
    await fd.close();
    await reached.stop();
  });

  /** An operation of the mock driver. @returns the struct that it leaves, and the token of what it made */
  async function operation<F extends Fields>(layout: StructLayout<F>, values: Partial<StructValues<F>>) {
    const { op } = mock.testOperations.find(({ struct }) => struct === (layout as unknown as StructLayout))!;
    const { result, struct, descriptors } = await fd.ioctl(TEST_CMD, encodeStruct(layout, { ...values, op }));
    expect(result).toBeGreaterThanOrEqual(0);
    return { out: decodeStruct(layout, struct), token: descriptors[0]?.token };
  }

  /** A mock device on a table of that kind, below a nesting parent. */
  async function nested(faultId?: number) {
    const ioasId = await fd.ioasAlloc();
    const { out } = await operation(mock.iommu_test_mock_domain, { id: ioasId });
    const { out_stdev_id: stdev, out_idev_id: deviceId } = out;
    const parent = await fd.hwptAlloc({ deviceId, ptId: ioasId, nestParent: true });
    const { id: viommuId, data } = await fd.viommuAlloc({
      ...{ deviceId, hwptId: parent, type: mock.IOMMU_VIOMMU_TYPE_SELFTEST },
      data: new Uint8Array(mock.iommu_viommu_selftest.bytes),
    });
    const table = await fd.hwptAlloc({
      ...{ deviceId, ptId: viommuId, dataType: mock.IOMMU_HWPT_DATA_SELFTEST, data: new Uint8Array(8) },
      ...(faultId === undefined ? {} : { faultId }),
    });
    const vdeviceId = await fd.vdeviceAlloc({ viommuId, deviceId, virtualId: 0x99 });
    await operation(mock.iommu_test_mock_domain_replace, { id: stdev, pt_id: table });
    return { ioasId, stdev, deviceId, parent, viommuId, vdeviceId, table, offered: data };
  }

  async function requestPage(deviceId: number, address: number): Promise<void> {
    const values = { dev_id: deviceId, grpid: 1, perm: 1, addr: BigInt(address) };
    await operation(mock.iommu_test_trigger_iopf, values);
  }

  test("page requests are a stream, and are answered", async () => {
    await using queue = await fd.faultQueue();
    expect(await queue.read()).toEqual([]);
    const { deviceId } = await nested(queue.id);
    const seen: PageRequest[] = [];
    const reader = (async () => {
      for await (const request of queue) {
        seen.push(request);
        await queue.respond(request.cookie, true);
        if (seen.length === 3) return;
      }
    })();
    for (const address of [0x1000, 0x2000, 0x3000]) await requestPage(deviceId, address);
    await reader;
    expect(seen.map(({ address }) => address)).toEqual([0x1000n, 0x2000n, 0x3000n]);
    expect(seen[0]).toMatchObject({ deviceId, pasid: undefined, groupId: 1, lastOfGroup: true, permissions: 1 });
    expect(await codeOf(queue.respond(seen[0]!.cookie, false))).toBe("EINVAL");
  });

  test("a queue is readable from an arrival until it has been read; closing it ends the stream", async () => {
    const queue = await fd.faultQueue();
    const { deviceId } = await nested(queue.id);
    expect(queue.file.readable).toBe(false);
    await requestPage(deviceId, 0x1000);
    await queue.untilReadable();
    expect(queue.file.readable).toBe(true);
    expect(await queue.read()).toHaveLength(1);
    expect(queue.file.readable).toBe(false);
    const rest = (async () => {
      const requests: PageRequest[] = [];
      for await (const request of queue) requests.push(request);
      return requests;
    })();
    await queue.close();
    expect(await rest).toEqual([]);
  });

  test("events of a virtual IOMMU are a stream that tells of losses", async () => {
    const { viommuId, deviceId } = await nested();
    await using events = await fd.eventQueue({ viommuId, type: mock.IOMMU_VEVENTQ_TYPE_SELFTEST, depth: 2 });
    for (let count = 0; count < 4; count++) await operation(mock.iommu_test_trigger_vevent, { dev_id: deviceId });
    const read = await events.read();
    expect(read.map(({ sequence, lost }) => [sequence, lost])).toEqual([
      [0, false],
      [1, false],
      [3, true],
    ]);
    expect(new Uint32Array(read[0]!.data.slice().buffer)[0]).toBe(0x99);
    expect(await codeOf(fd.destroy(events.id))).toBe("EBUSY");
  });

  test("a dma-buf has a size, and is mapped by its token", async () => {
    const { out, token } = await operation(mock.iommu_test_dmabuf_get, { length: 2 * PAGE, open_flags: 2 });
    expect(out.length).toBe(2 * PAGE);
    await using buffer = await fd.openMade(token!);
    expect(buffer.size).toBe(BigInt(2 * PAGE));
    expect(await codeOf(buffer.read(1))).toBe("EINVAL");
    const ioasId = await fd.ioasAlloc();
    expect(await fd.mapFile({ ioasId, fd: buffer, start: 0, length: PAGE, iova: IOVA })).toBe(IOVA);
    expect(await codeOf(fd.mapFile({ ioasId, fd: buffer, start: PAGE, length: 2 * PAGE }))).toBe("EINVAL");
  });

  test("memory of a virtual IOMMU is the same for all who map it, and keeps the virtual IOMMU", async () => {
    const { viommuId, vdeviceId, stdev, ioasId, table, offered } = await nested();
    const { out_mmap_offset: offset, out_mmap_length: length } = decodeStruct(mock.iommu_viommu_selftest, offered);
    expect(await codeOf(fd.mapMemory(offset, 2 * Number(length)))).toBe("ENXIO");
    const one = await fd.mapMemory(offset, Number(length));
    await using other = await fd.mapMemory(offset, Number(length));
    one.write(8, Buffer.from("doorbell"));
    expect(Buffer.from(other.read(8, 8)).toString()).toBe("doorbell");
    expect(() => one.read(Number(length) - 1, 2)).toThrow(RangeError);
    await operation(mock.iommu_test_mock_domain_replace, { id: stdev, pt_id: ioasId });
    await fd.destroy(table);
    await fd.destroy(vdeviceId);
    await one.close();
    expect(await codeOf(fd.destroy(viommuId))).toBe("EBUSY");
    await other.close();
    expect(await codeOf(fd.destroy(viommuId))).toBe("OK");
  });

  test("nested tables are invalidated, and queues of the hardware's own have their rules", async () => {
    const { viommuId, table, ioasId } = await nested();
    const entry = encodeStruct(mock.iommu_hwpt_invalidate_selftest, { flags: mock.IOMMU_TEST_INVALIDATE_FLAG_ALL });
    const dataType = mock.IOMMU_HWPT_INVALIDATE_DATA_SELFTEST;
    await fd.hwptInvalidate({ hwptId: table, dataType, entries: [entry, entry] });
    expect(await codeOf(fd.hwptInvalidate({ hwptId: table, dataType: 1, entries: [entry] }))).toBe("EINVAL");
    await operation(mock.iommu_test_md_check_iotlb, { id: table, iotlb_id: 0, iotlb: 0 });
    using memory = GuestMemory.create({ bytes: PAGE });
    const { address } = await fd.registerMemory(memory);
    await fd.map({ ioasId, userVa: address, length: PAGE, iova: IOVA });
    const queue = { viommuId, type: mock.IOMMU_HW_QUEUE_TYPE_SELFTEST, iova: IOVA, length: PAGE };
    expect(await codeOf(fd.hwQueueAlloc({ ...queue, index: 1 }))).toBe("EIO");
    expect(await codeOf(fd.hwQueueAlloc({ ...queue, index: 0 }))).toBe("OK");
  });
});
