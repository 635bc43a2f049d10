/** Raw ioctls of the SDK that make or name descriptors: tokens take the place of numbers in a table of descriptors. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { IommuFd } from "../../client/ts/index.js";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd-test.js";
import { AccessDaemon } from "./access-daemon.js";
import { hello, ScriptedDaemon } from "./scripted-daemon.js";

const TEST_COMMAND = 0x3ba0;
const NUMBER = 3;

const create = (ioasId: number) =>
  encodeStruct(api.iommu_test_create_access, { op: api.IOMMU_TEST_OP_CREATE_ACCESS, id: ioasId });

const write = (length: number) =>
  encodeStruct(api.iommu_test_access_rw, {
    ...{ op: api.IOMMU_TEST_OP_ACCESS_RW, id: NUMBER, flags: api.MOCK_ACCESS_RW_WRITE },
    ...{ uptr: 0x50000n, length: BigInt(length) },
  });

describe("an ioctl that makes a descriptor", () => {
  let daemon: AccessDaemon;
  let fd: IommuFd;
  beforeAll(async () => {
    daemon = await AccessDaemon.start();
  });
  afterAll(() => daemon.stop());
  beforeEach(async () => {
    fd = await IommuFd.open({ socket: daemon.socket });
  });
  afterEach(() => fd.close());

  const readable = [{ address: 0x50000, data: Buffer.from("hello") }];

  test("gives its token and where its number would be, and the token names it in other calls", async () => {
    const { result, descriptors } = await fd.ioctl(TEST_COMMAND, create(await fd.ioasAlloc()));
    expect([result, descriptors]).toEqual([0, [{ token: expect.any(Uint8Array), address: 0x10010n }]]);
    const named = { fd: NUMBER, token: descriptors[0]!.token };
    expect((await fd.ioctl(TEST_COMMAND, write(5), { readable, descriptors: [named] })).result).toBe(0);
    expect((await fd.ioctl(TEST_COMMAND, write(5), { readable })).result).toBe(-errno.EBADFD);
  });

  test("that fails makes none", async () => {
    expect(await fd.ioctl(TEST_COMMAND, create(99))).toMatchObject({ result: -errno.ENOENT, descriptors: [] });
  });

  test("keeps it for who joins it, else until the IommuFd is closed", async () => {
    const other = await IommuFd.open({ socket: daemon.socket });
    const make = async () => (await other.ioctl(TEST_COMMAND, create(await other.ioasAlloc()))).descriptors[0]!.token;
    const [kept, left] = [await make(), await make()];
    const holder = await IommuFd.join(kept, { socket: daemon.socket });
    await other.close();
    const result = async (token: Uint8Array) =>
      (await fd.ioctl(TEST_COMMAND, write(5), { readable, descriptors: [{ fd: NUMBER, token }] })).result;
    expect([await result(kept), await result(left)]).toEqual([0, -errno.EBADFD]);
    await holder.close();
    expect(await result(kept)).toBe(-errno.EBADFD);
  });
});

test("a descriptor without an address is the call's result", async () => {
  const token = new Uint8Array(16).fill(7);
  const daemon = new ScriptedDaemon((frame) => {
    if (frame.hello) return { hello };
    if (frame.open) return { open: { token } };
    return { ioctl: { descriptors: [{ token }] } };
  });
  const fd = await IommuFd.open({ transport: daemon.transport });
  expect((await fd.ioctl(TEST_COMMAND, 0)).descriptors).toEqual([{ token, address: undefined }]);
  daemon.end();
});
