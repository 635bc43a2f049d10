/** VFIO_DEVICE_IOEVENTFD: eventfds that stand for stores to BARs (specification 50, section 4.9). */
import { describe, expect, test } from "@jest/globals";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/vfio-interrupts.js";
import { ioEventFd } from "../../daemon/uapi/vfio-ioeventfd.js";
import { IOEVENTFDS_MAX, IoEventFds } from "../../daemon/vfio/ioeventfds.js";
import { CLOSED_FILE, FakeEvents, FIRST_EVENT, OTHER_FILE } from "../support/fake-events.js";
import { FakePciFunction } from "../support/fake-pci-function.js";
import { fileCall, place } from "../support/interrupt-device.js";

const { EBADF, EEXIST, EFAULT, EINVAL, ENODEV, ENOSPC } = errno;
const [A, B] = [FIRST_EVENT, FIRST_EVENT + 1];
const BAR_SHIFT = 40n;

interface Request {
  readonly argsz?: number;
  readonly flags?: number;
  readonly bar?: number;
  readonly offset?: number;
  readonly data?: bigint;
  readonly fd?: number;
  /** Bytes of the struct that can be read. */
  readonly readable?: number;
}

class Device {
  readonly events = new FakeEvents();
  readonly pci = new FakePciFunction();
  memoryEnabled = true;
  readonly ioEventFds = new IoEventFds(this.pci, { memoryEnabled: () => this.memoryEnabled });
  private readonly program = fileCall(this.events);

  /** @returns what ioctl(2) returns, or a negative errno */
  call({ argsz, flags = 4, bar = 0, offset = 0x100, data = 0n, fd = A, readable = 32 }: Request): number {
    const fileOffset = (BigInt(bar) << BAR_SHIFT) | BigInt(offset);
    const values = { argsz: argsz ?? readable, flags, offset: fileOffset, data, fd, reserved: 0xffff_ffff };
    const struct = encodeStruct(api.vfio_device_ioeventfd, values).subarray(0, readable);
    return ioEventFd(this.program.call, place(this.program.bytes, struct), this);
  }
}

describe("checks, in this order", () => {
  test("28 bytes are copied in, EFAULT", () => {
    expect(new Device().call({ readable: 27, argsz: 28 })).toBe(-EFAULT);
    expect(new Device().call({ readable: 28 })).toBe(0);
  });

  test("argsz, flags other than one width, and an fd below -1 are EINVAL", () => {
    const device = new Device();
    expect(device.call({ argsz: 27 })).toBe(-EINVAL);
    for (const flags of [0, 3, 5, 12, 16, 20]) expect(device.call({ flags })).toBe(-EINVAL);
    expect(device.call({ fd: -2 })).toBe(-EINVAL);
    expect(device.events.allHolders).toBe(0);
  });

  test.each([
    ["no BAR", { bar: 1 }],
    ["the ROM", { bar: 6, offset: 0 }],
    ["configuration space", { bar: 7, offset: 4 }],
    ["a region that there is not", { bar: 0xff_ffff, offset: 0 }],
    ["beyond the BAR", { bar: 4, offset: 0x2000 }],
    ["over the end of the BAR", { bar: 4, offset: 0x1ffe }],
    ["far beyond the BAR", { bar: 0, offset: 2 ** 39 }],
    ["the first entry of the MSI-X table", { offset: 0x2000 }],
    ["the end of the MSI-X table", { offset: 0x207f }],
    ["over the start of the MSI-X table", { offset: 0x1ffd }],
    ["8 bytes at once", { flags: 8 }],
  ])("%s is EINVAL, also for an fd that is not open", (_name, request) => {
    expect(new Device().call({ ...request, fd: CLOSED_FILE })).toBe(-EINVAL);
    expect(new Device().call({ ...request, fd: -1 })).toBe(-EINVAL);
  });

  test("what lies around the MSI-X table and at the end of a BAR can be stored to", () => {
    const device = new Device();
    for (const request of [{ offset: 0x1ffc }, { offset: 0x2080 }, { bar: 4, offset: 0x1ffc }, { bar: 2, offset: 28 }])
      expect(device.call(request)).toBe(0);
    expect(device.call({ bar: 4, offset: 0x1fff, flags: 1 })).toBe(0);
  });

  test("the same store is EEXIST, before the fd is looked at; another width, data or place is another store", () => {
    const device = new Device();
    expect(device.call({})).toBe(0);
    expect(device.call({ fd: CLOSED_FILE })).toBe(-EEXIST);
    expect(device.call({ fd: B })).toBe(-EEXIST);
    for (const other of [{ data: 1n << 32n }, { flags: 2 }, { offset: 0x104 }, { bar: 4 }])
      expect(device.call(other)).toBe(0);
    expect(device.events.holders(A)).toBe(5);
  });

  test("-1 removes the store, once: then ENODEV", () => {
    const device = new Device();
    expect(device.call({ fd: -1 })).toBe(-ENODEV);
    expect(device.call({})).toBe(0);
    expect(device.call({ fd: -1, data: 1n })).toBe(-ENODEV);
    expect(device.call({ fd: -1 })).toBe(0);
    expect(device.events.allHolders).toBe(0);
    expect(device.call({ fd: -1 })).toBe(-ENODEV);
    device.events.write(A);
    expect(device.pci.barWrites).toEqual([]);
  });

  test(`there are ${IOEVENTFDS_MAX}: one more is ENOSPC, after EEXIST and before EBADF`, () => {
    const device = new Device();
    for (let data = 0n; data < IOEVENTFDS_MAX; data++) expect(device.call({ data })).toBe(0);
    expect(device.call({ data: 5n })).toBe(-EEXIST);
    expect(device.call({ data: 5000n, fd: CLOSED_FILE })).toBe(-ENOSPC);
    expect(device.call({ data: 5n, fd: -1 })).toBe(0);
    expect(device.call({ data: 5000n })).toBe(0);
    device.ioEventFds.teardown();
    expect(device.events.allHolders).toBe(0);
  });

  test("a closed fd is EBADF, one that is no eventfd EINVAL, and nothing is there then", () => {
    const device = new Device();
    expect(device.call({ fd: CLOSED_FILE })).toBe(-EBADF);
    expect(device.call({ fd: OTHER_FILE })).toBe(-EINVAL);
    expect(device.call({ fd: -1 })).toBe(-ENODEV);
  });
});

describe("a signal of the eventfd", () => {
  const data = 0x1122_3344_5566_7788n;

  test.each([
    [1, [0x88]],
    [2, [0x88, 0x77]],
    [4, [0x88, 0x77, 0x66, 0x55]],
  ])("stores the first %i bytes of the data", (flags, bytes) => {
    const device = new Device();
    expect(device.call({ flags, data })).toBe(0);
    device.events.write(A);
    expect(device.pci.barWrites).toEqual([{ bar: 0, offset: 0x100, bytes }]);
    expect(device.events.take(A)).toBe(0);
  });

  test("makes every store that the eventfd stands for", () => {
    const device = new Device();
    expect(device.call({ flags: 1, data: 1n })).toBe(0);
    expect(device.call({ flags: 1, data: 2n, offset: 0x200 })).toBe(0);
    expect(device.call({ flags: 1, data: 3n, fd: B })).toBe(0);
    device.events.write(A);
    device.events.write(A);
    expect(device.pci.barWrites.map(({ bytes }) => bytes[0])).toEqual([1, 2, 1, 2]);
  });

  test("is dropped while memory decode is off, but for ports", () => {
    const device = new Device();
    expect(device.call({ flags: 1 })).toBe(0);
    expect(device.call({ flags: 1, bar: 2, offset: 4 })).toBe(0);
    device.memoryEnabled = false;
    device.events.write(A);
    expect(device.pci.barWrites.map(({ bar }) => bar)).toEqual([2]);
    device.memoryEnabled = true;
    device.events.write(A);
    expect(device.pci.barWrites.map(({ bar }) => bar)).toEqual([2, 0, 2]);
  });

  test("at an odd place is made in naturally aligned parts", () => {
    const device = new Device();
    expect(device.call({ offset: 0x101, data })).toBe(0);
    device.events.write(A);
    expect(device.pci.barWrites).toEqual([
      { bar: 0, offset: 0x101, bytes: [0x88] },
      { bar: 0, offset: 0x102, bytes: [0x77, 0x66] },
      { bar: 0, offset: 0x104, bytes: [0x55] },
    ]);
  });
});

test("teardown lets go of every eventfd, and no signal stores any more", () => {
  const device = new Device();
  expect(device.call({})).toBe(0);
  expect(device.call({ fd: B, data: 1n })).toBe(0);
  device.ioEventFds.teardown();
  expect([device.events.allHolders, device.ioEventFds.count]).toEqual([0, 0]);
  device.events.write(A);
  expect(device.pci.barWrites).toEqual([]);
});
