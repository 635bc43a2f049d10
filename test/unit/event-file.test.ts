/** The node "eventfd": a counter of the daemon's that is read and written as eventfd(2) says, and that devices signal. */
import { describe, expect, test } from "@jest/globals";
import { errno } from "../../proto/uapi/errno.js";
import { U64 } from "../../daemon/u64.js";
import { EventFile } from "../../daemon/wire/event-file.js";
import { FakeMemory } from "../support/machine.js";

const { EAGAIN, EFAULT, EINVAL } = errno;
const AT = 0x1000n;
const COUNTER_MAX = 2n ** 64n - 1n;

/** A client with its file and 16 bytes of memory, of which the first 8 are the buffer. */
class Client {
  readonly file = new EventFile();
  readonly memory = new FakeMemory();
  readonly bytes = Buffer.alloc(16);
  /** How often the file has said that its state has changed. */
  notices = 0;

  constructor() {
    this.memory.add(AT, this.bytes);
    this.file.readiness.listen(() => this.notices++);
  }

  write(value: bigint, count = 8, address = AT): number {
    this.bytes.writeBigUInt64LE(value);
    return this.file.write(this.memory, U64.fromBigInt(address), count);
  }

  /** @returns what was read, or a negative errno */
  read(count = 8, address = AT): bigint | number {
    this.bytes.fill(0xaa);
    const result = this.file.read(this.memory, U64.fromBigInt(address), count);
    if (result < 0) return result;
    expect(result).toBe(8);
    expect(this.bytes.readBigUInt64LE(8)).toBe(0xaaaa_aaaa_aaaa_aaaan);
    return this.bytes.readBigUInt64LE();
  }

  get readable(): boolean {
    return this.file.readiness.readable;
  }
}

describe("read", () => {
  test("takes the counter to 0, and is EAGAIN at 0", () => {
    const client = new Client();
    expect(client.read()).toBe(-EAGAIN);
    expect(client.write(3n)).toBe(8);
    expect(client.write(1n << 40n)).toBe(8);
    expect(client.read(16)).toBe((1n << 40n) + 3n);
    expect(client.read()).toBe(-EAGAIN);
  });

  test("takes 8 bytes, EINVAL, before EAGAIN; with EFAULT the counter keeps its value", () => {
    const client = new Client();
    expect(client.read(7)).toBe(-EINVAL);
    client.write(1n);
    expect(client.read(7)).toBe(-EINVAL);
    expect(client.read(8, 0n)).toBe(-EFAULT);
    expect(client.read()).toBe(1n);
  });
});

describe("write", () => {
  test("takes 8 bytes EINVAL, that can be read EFAULT, and any number but the largest EINVAL", () => {
    const client = new Client();
    expect(client.write(1n, 7)).toBe(-EINVAL);
    expect(client.write(1n, 8, 0n)).toBe(-EFAULT);
    expect(client.write(COUNTER_MAX)).toBe(-EINVAL);
    expect(client.write(0n)).toBe(8);
    expect(client.read()).toBe(-EAGAIN);
    expect(client.write(5n, 16)).toBe(8);
    expect(client.read()).toBe(5n);
  });

  test("beyond the largest number but one is EAGAIN, and adds nothing", () => {
    const client = new Client();
    expect(client.write(COUNTER_MAX - 2n)).toBe(8);
    expect(client.write(2n)).toBe(-EAGAIN);
    expect(client.write(1n)).toBe(8);
    expect(client.write(1n)).toBe(-EAGAIN);
    expect(client.write(0n)).toBe(8);
    expect(client.read()).toBe(COUNTER_MAX - 1n);
  });
});

test("poll sees it readable while it is not 0, and is told of every change", () => {
  const client = new Client();
  expect(client.readable).toBe(false);
  client.write(0n);
  expect(client.notices).toBe(0);
  client.write(1n);
  expect([client.readable, client.notices]).toEqual([true, 1]);
  client.read();
  expect([client.readable, client.notices]).toEqual([false, 2]);
  client.file.open().signal();
  expect([client.readable, client.notices]).toEqual([true, 3]);
});

describe("a device", () => {
  test("adds 1 with a signal, up to the largest number, where it stays", () => {
    const client = new Client();
    const counter = client.file.open();
    counter.signal();
    counter.signal();
    expect(client.read()).toBe(2n);
    client.write(COUNTER_MAX - 1n);
    for (let count = 0; count < 3; count++) counter.signal();
    expect(client.write(0n)).toBe(-EAGAIN);
    expect(client.read()).toBe(COUNTER_MAX);
    counter.signal();
    expect(client.read()).toBe(1n);
  });

  test("that listens is told of each write and signal, and the counter is 0 after that", () => {
    const client = new Client();
    let calls = 0;
    client.file.open().listen(() => calls++);
    client.write(7n);
    client.write(0n);
    client.file.open().signal();
    expect([calls, client.readable, client.read()]).toEqual([2, false, -EAGAIN]);
  });

  test("that begins to listen is told of what was there before", () => {
    const client = new Client();
    client.write(7n);
    let calls = 0;
    client.file.open().listen(() => calls++);
    expect([calls, client.readable, client.notices]).toEqual([1, false, 2]);
  });

  test("has one listener, and after its release none; others have their own", () => {
    const client = new Client();
    const calls = [0, 0, 0];
    const [first, second] = [client.file.open(), client.file.open()];
    first.listen(() => calls[0]!++);
    first.listen(() => calls[1]!++);
    second.listen(() => calls[2]!++);
    client.write(1n);
    expect(calls).toEqual([0, 1, 1]);
    first.release();
    client.write(1n);
    expect(calls).toEqual([0, 1, 2]);
    second.listen(undefined);
    client.write(4n);
    expect([calls, client.read()]).toEqual([[0, 1, 2], 4n]);
  });

  test("goes on with the counter after the client has closed its file", () => {
    const client = new Client();
    const [signaller, listening] = [client.file.open(), client.file.open()];
    let calls = 0;
    listening.listen(() => calls++);
    client.file.release();
    signaller.signal();
    expect(calls).toBe(1);
  });
});
