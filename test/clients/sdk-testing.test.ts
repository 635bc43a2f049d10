/** `iommufd-emu/testing` takes each option that the daemon has, and means it. */
import { expect, test } from "@jest/globals";
import { GuestMemory, IommufdError } from "../../client/ts/index.js";
import { createTestIommu } from "../../client/ts/testing.js";
import { encodeStruct } from "../../proto/uapi/codec.js";
import * as mock from "../../proto/uapi/iommufd-test.js";

const TEST_CMD = 0x3ba0;
const PAGE = 4096;
const IOVA = BigInt(mock.MOCK_APERTURE_START);

test("limits hold, those of memory too", async () => {
  await using iommu = createTestIommu({ limits: { regionsMax: 1 } });
  const fd = await iommu.open();
  using memory = GuestMemory.create({ bytes: PAGE });
  await fd.registerMemory(memory);
  await expect(fd.registerMemory(memory)).rejects.toMatchObject({ code: "ENOSPC" });
});

test("without the selftest its ioctl does not exist", async () => {
  await using iommu = createTestIommu({ selftest: false });
  const fd = await iommu.open();
  await expect(fd.testSetTempMemoryLimit(65536)).rejects.toBeInstanceOf(IommufdError);
  await expect(fd.testSetTempMemoryLimit(65536)).rejects.toMatchObject({ code: "ENOTTY" });
});

test.each([
  [false, 0b01],
  [true, 0b11],
])("kernelFixes %p reaches the mock's page tables", async (kernelFixes, expected) => {
  await using iommu = createTestIommu({ kernelFixes });
  const fd = await iommu.open();
  using memory = GuestMemory.create({ bytes: PAGE });
  const { address } = await fd.registerMemory(memory);
  const ioasId = await fd.ioasAlloc();
  await fd.map({ ioasId, userVa: address, length: PAGE, iova: IOVA });
  const command = { op: mock.IOMMU_TEST_OP_MOCK_DOMAIN, id: ioasId };
  const { struct } = await fd.ioctl(TEST_CMD, encodeStruct(mock.iommu_test_mock_domain, command));
  const deviceId = new DataView(struct.buffer).getUint32(mock.iommu_test_mock_domain.fields.out_idev_id.offset, true);
  const hwptId = await fd.hwptAlloc({ deviceId, ptId: ioasId, dirtyTracking: true });
  await fd.setDirtyTracking(hwptId, true);
  const bits = { address: 0x3000_0000n, data: Uint8Array.of(1) };
  const range = { iova: IOVA, length: BigInt(PAGE), page_size: BigInt(mock.MOCK_PAGE_SIZE) };
  const dirty = { op: mock.IOMMU_TEST_OP_DIRTY, id: hwptId, ...range, uptr: bits.address };
  await fd.ioctl(TEST_CMD, encodeStruct(mock.iommu_test_dirty, dirty), { readable: [bits] });
  const bitmap = await fd.getDirtyBitmap({ hwptId, iova: IOVA, length: PAGE, pageSize: mock.MOCK_PAGE_SIZE });
  expect(bitmap[0]).toBe(expected);
});
