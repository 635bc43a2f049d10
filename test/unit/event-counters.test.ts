/** Eventfds of clients (eventfd(2)): what a signal does to the counter, who is told of one, and when a copy is closed. */
import { afterEach, expect, test } from "@jest/globals";
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { createRequire } from "node:module";
import { errno } from "../../proto/uapi/errno.js";
import { EventCounters, type EventDescriptor } from "../../daemon/memory/event-counters.js";
import { loadNative } from "../../daemon/memory/native.js";
import { requirements } from "../support/requirements.js";

interface Koffi {
  load(path: null): { func(definition: string): (...values: number[]) => number };
}

const COUNTER_MAX = 2n ** 64n - 1n;
const EFD_NONBLOCK = 0o4000;
/** Several times as long as an epoll_wait(2) takes at most. */
const SILENCE_MS = 350;
const ARRIVAL_MS_MAX = 5_000;

requirements("native").describe("an eventfd of a client", () => {
  const native = loadNative()!;
  const library = (createRequire(import.meta.url)("koffi") as Koffi).load(null);
  const eventfd = library.func("int eventfd(unsigned int, int)");
  const dup = library.func("int dup(int)");
  const counters = new EventCounters(native);
  const opened: number[] = [];
  const adopted = new Set<EventDescriptor>();

  /** The client's descriptor, and the daemon's copy of it. @param flags without EFD_NONBLOCK, read and write wait */
  function makeEvent(flags = EFD_NONBLOCK): { fd: number; event: EventDescriptor } {
    const fd = eventfd(0, flags);
    opened.push(fd);
    const event = counters.adopt(dup(fd));
    if (typeof event === "number") throw new Error(`errno ${event}`);
    adopted.add(event);
    return { fd, event };
  }

  function release(event: EventDescriptor): void {
    adopted.delete(event);
    event.release();
  }

  afterEach(() => {
    for (const event of adopted) event.release();
    adopted.clear();
    for (const fd of opened.splice(0)) closeSync(fd);
  });

  /** read(2) as a client does it. @returns 0n where it would wait */
  function read(fd: number): bigint {
    const bytes = Buffer.alloc(8);
    try {
      readSync(fd, bytes);
    } catch (error) {
      expect(error).toMatchObject({ code: "EAGAIN" });
    }
    return bytes.readBigUInt64LE();
  }

  function write(fd: number, value: bigint): void {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(value);
    writeSync(fd, bytes);
  }

  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

  /** @throws Error if that does not come true */
  async function until(what: () => boolean): Promise<void> {
    const end = performance.now() + ARRIVAL_MS_MAX;
    while (!what()) {
      if (performance.now() > end) throw new Error("nothing has arrived");
      await wait(1);
    }
  }

  test("is counted up by one with each signal", () => {
    const { fd, event } = makeEvent();
    expect(read(fd)).toBe(0n);
    event.signal();
    expect(read(fd)).toBe(1n);
    for (let count = 0; count < 3; count++) event.signal();
    write(fd, 10n);
    event.signal();
    expect(read(fd)).toBe(14n);
    expect(read(fd)).toBe(0n);
  });

  test("that is full stays full, and the signal does not wait for a reader, also where the client's write would", () => {
    const { fd, event } = makeEvent(0);
    write(fd, COUNTER_MAX - 2n);
    for (let count = 0; count < 4; count++) event.signal();
    expect(read(fd)).toBe(COUNTER_MAX);
    event.signal();
    expect(read(fd)).toBe(1n);
  });

  test("outlives the client's descriptor, and its release closes the copy", () => {
    const { fd, event } = makeEvent();
    const other = dup(fd);
    opened.push(other);
    closeSync(opened.splice(opened.indexOf(fd), 1)[0]!);
    event.signal();
    expect(read(other)).toBe(1n);
    expect(fstatSync(event.fd)).toBeDefined();
    release(event);
    expect(() => fstatSync(event.fd)).toThrow("EBADF");
  });

  test("is the only file that is taken: others are EINVAL, and closed", () => {
    for (const path of ["/dev/null", "/proc/self/status"]) {
      const fd = openSync(path, "r");
      expect(counters.adopt(fd)).toBe(errno.EINVAL);
      expect(() => fstatSync(fd)).toThrow("EBADF");
    }
  });

  test("tells its listener of each signal, and is 0 after that", async () => {
    const { fd, event } = makeEvent();
    let calls = 0;
    event.listen(() => calls++);
    for (let round = 1; round <= 3; round++) {
      write(fd, 5n);
      await until(() => calls === round);
      expect(read(fd)).toBe(0n);
    }
  });

  test("tells a listener of what was there before, and a full one as well", async () => {
    const { fd, event } = makeEvent();
    write(fd, COUNTER_MAX - 1n);
    event.signal();
    let calls = 0;
    event.listen(() => calls++);
    await until(() => calls === 1);
    expect(read(fd)).toBe(0n);
  });

  test("has one listener: another replaces it, and without one the counter is the client's again", async () => {
    const { fd, event } = makeEvent();
    const calls = [0, 0];
    event.listen(() => calls[0]!++);
    event.listen(() => calls[1]!++);
    write(fd, 1n);
    await until(() => calls[1] === 1);
    event.listen(undefined);
    write(fd, 7n);
    await wait(SILENCE_MS);
    expect([calls, read(fd)]).toEqual([[0, 1], 7n]);
    write(fd, 1n);
    event.listen(() => calls[0]!++);
    await until(() => calls[0] === 1);
    expect(calls).toEqual([1, 1]);
  });

  test("is listened to beside others, and only the one that is written to tells", async () => {
    const events = Array.from({ length: 5 }, () => makeEvent());
    const calls = events.map(() => 0);
    for (const [at, { event }] of events.entries()) event.listen(() => calls[at]!++);
    write(events[3]!.fd, 1n);
    await until(() => calls[3] === 1);
    write(events[0]!.fd, 1n);
    await until(() => calls[0] === 1);
    expect(calls).toEqual([1, 0, 0, 1, 0]);
  });

  test("that is released tells nobody any more, also when its own listener releases it", async () => {
    const { fd, event } = makeEvent();
    const { fd: otherFd, event: other } = makeEvent();
    let calls = 0;
    event.listen(() => {
      calls++;
      release(event);
      release(other);
    });
    other.listen(() => calls++);
    write(fd, 1n);
    await until(() => calls === 1);
    write(fd, 1n);
    write(otherFd, 1n);
    await wait(SILENCE_MS);
    expect([calls, read(fd), read(otherFd)]).toEqual([1, 1n, 1n]);
  });
});
