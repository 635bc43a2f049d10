/**
 * Rings of a daemon in a process of its own, from the client's side as docs/protocol.md has it. The ring's file is read and
 * written instead of mapped, which shows the daemon the same bytes.
 */
import { closeSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import { iommu_destroy } from "../../proto/uapi/iommufd.js";
import { FrameParser } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { DaemonProcess } from "../support/daemon-process.js";
import { type ClientMessage, frame } from "../support/daemon.js";
import { leftBehind, takeInventory, type Inventory } from "../support/inventory.js";
import { RawClient } from "../support/raw-client.js";
import { requirements } from "../support/requirements.js";
import { chosenSeed, Random } from "../support/random.js";
import { toLong } from "../../client/ts/wire64.js";

const COMPLETION_HEAD = 0x040;
const DAEMON_STATE = 0x080;
const CLIENT_STATE = 0x0c0;
const SLOTS_AT = 0x1000;
const SLOT_HEADER_BYTES = 24;

const ADDRESS = toLong(0x10000n, "address");
const DESTROY = 0x3b80;
const STRUCT = encodeStruct(iommu_destroy, { size: 8, id: 0x7fff_fff0 });
const MISSING: ClientMessage = {
  sequence: 7,
  ioctl: { request: DESTROY, argument: ADDRESS, readable: [{ address: ADDRESS, data: STRUCT }] },
};

class RingClient {
  private tail = 0;
  private head = 0;
  readonly replies: iommufd_emu.v1.ServerFrame[] = [];
  private readonly parser = new FrameParser(
    1 << 20,
    (bytes, start, end) => this.replies.push(iommufd_emu.v1.ServerFrame.decode(bytes.slice(start, end))),
    (length) => {
      throw new Error(`a frame of ${length} bytes`);
    },
  );

  private constructor(
    readonly connection: RawClient,
    private readonly fd: number,
    readonly slots: number,
    readonly slotBytes: number,
    readonly pieceBytes: number,
    readonly bytes: number,
  ) {}

  static async open(socket: string): Promise<RingClient> {
    const { client } = await RawClient.open(socket);
    const { ring } = await client.ask({ ring: {} });
    expect(ring?.error ?? 0).toBe(0);
    const { slots, slotBytes, pieceBytes } = ring! as { slots: number; slotBytes: number; pieceBytes: number };
    const bytes = SLOTS_AT + 2 * slots * (slotBytes + pieceBytes);
    return new RingClient(client, openSync(ring!.path!, "r+"), slots, slotBytes, pieceBytes, bytes);
  }

  word(at: number): number {
    const bytes = Buffer.alloc(4);
    readSync(this.fd, bytes, 0, 4, at);
    return bytes.readUInt32LE(0);
  }

  set(at: number, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value >>> 0, 0);
    writeSync(this.fd, bytes, 0, 4, at);
  }

  submit(message: ClientMessage): void {
    this.submitBytes(frame(message));
  }

  /** Submits an ioctl that has its struct only. */
  submitIoctl(request: number, sequence: number, struct: Uint8Array): void {
    this.fill(struct, [request, sequence, struct.length, ADDRESS.low, ADDRESS.high]);
  }

  /** Submits a part of the stream of frames. */
  submitBytes(bytes: Uint8Array): void {
    this.fill(bytes, [0, 0, 0, 0, 0]);
  }

  /** Fills a slot, and rings if the daemon sleeps. */
  private fill(payload: Uint8Array, header: readonly number[]): void {
    const at = SLOTS_AT + (this.tail % this.slots) * this.slotBytes;
    writeSync(this.fd, payload, 0, payload.length, at + SLOT_HEADER_BYTES);
    for (const [word, value] of header.entries()) this.set(at + 4 + 4 * word, value);
    this.tail++;
    this.set(at, ((this.tail & 0xffff) << 16) | payload.length);
    this.ring();
  }

  ring(): void {
    if (this.word(DAEMON_STATE) === 0) return;
    this.set(DAEMON_STATE, 0);
    this.connection.send({ doorbell: {} });
  }

  /** Sleeps until there are so many replies, or the connection is over. */
  async until(count: number): Promise<void> {
    this.take();
    while (this.replies.length < count && !this.connection.over) {
      const doorbells = this.connection.received.length;
      this.set(CLIENT_STATE, 1);
      this.take();
      if (this.replies.length >= count) break;
      await this.connection.until(() => this.connection.received.length > doorbells, "a doorbell");
      this.take();
    }
  }

  private take(): void {
    for (;;) {
      const index = this.head % this.slots;
      const at = SLOTS_AT + (this.slots + index) * this.slotBytes;
      const filled = this.word(at);
      if (filled >>> 16 !== ((this.head + 1) & 0xffff)) return;
      const bytes = Buffer.alloc(filled & 0xffff);
      const pieceAt = SLOTS_AT + 2 * this.slots * this.slotBytes + (this.slots + index) * this.pieceBytes;
      const isInline = bytes.length <= this.slotBytes - SLOT_HEADER_BYTES;
      readSync(this.fd, bytes, 0, bytes.length, isInline ? at + SLOT_HEADER_BYTES : pieceAt);
      const [kind, sequence, result] = [4, 8, 12].map((offset) => this.word(at + offset));
      this.set(COMPLETION_HEAD, ++this.head);
      if (kind === 0) this.parser.push(bytes);
      else
        this.replies.push(iommufd_emu.v1.ServerFrame.create({ sequence: sequence!, ioctl: { result: result! | 0 } }));
    }
  }

  close(): void {
    closeSync(this.fd);
    this.connection.destroy();
  }
}

/** Of the daemon so far, in hundredths of a second. */
function processorTicks(daemon: DaemonProcess): number {
  const [, text] = /\) (.*)$/s.exec(readFileSync(`/proc/${daemon.pid}/stat`, "latin1"))!;
  const fields = text!.split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

/** How long a daemon polls at the most, with room for a machine that is busy. */
const ASLEEP_AFTER_MS = 500;
const IDLE_MS = 1000;
/** What anything but polling may take of that time. */
const IDLE_TICKS_MAX = 5;

requirements("native").describe("rings of a daemon", () => {
  let daemon: DaemonProcess;
  let before: Inventory;
  const clients: RingClient[] = [];
  const open = async (): Promise<RingClient> => {
    const client = await RingClient.open(daemon.socket);
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    daemon = await DaemonProcess.start();
    before = await takeInventory(daemon);
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    expect(await leftBehind(daemon, before)).toEqual([]);
  });
  afterAll(async () => {
    await daemon.stop();
  });

  test("carry calls and their answers, in order, while either side sleeps or not", async () => {
    const client = await open();
    for (let round = 0; round < 20; round++) {
      for (let call = 0; call < 10; call++) {
        const sequence = 10 * round + call + 1;
        if (call % 3 === 0) client.submit({ ...MISSING, sequence });
        else client.submitIoctl(DESTROY, sequence, STRUCT);
      }
      await client.until(10 * (round + 1));
      if (round % 5 === 0) await sleep(5);
    }
    expect(client.replies.map(({ sequence, ioctl }) => [sequence, ioctl?.result])).toEqual(
      Array.from({ length: 200 }, (_, index) => [index + 1, -errno.ENOENT]),
    );
    const { status } = await RawClient.hello(daemon.socket).then(async (other) => {
      const answer = await other.ask({ status: {} });
      other.destroy();
      return answer;
    });
    const tree = JSON.parse(status!.json!) as { rings: string; sessions: { ring: boolean }[] };
    expect([tree.rings, tree.sessions.map(({ ring }) => ring)]).toEqual(["on", [true, false]]);
  });

  test("may be rung between two parts of a frame", async () => {
    const client = await open();
    const whole = frame(MISSING);
    client.submitBytes(whole.subarray(0, 10));
    while (client.word(DAEMON_STATE) === 0) await sleep(5);
    client.submitBytes(whole.subarray(10));
    await client.until(1);
    expect(client.replies.map(({ sequence, ioctl }) => [sequence, ioctl?.result])).toEqual([[7, -errno.ENOENT]]);
  });

  test("carry no ioctl in the middle of a frame", async () => {
    const client = await open();
    client.submitBytes(frame(MISSING).subarray(0, 10));
    client.submitIoctl(DESTROY, 8, STRUCT);
    expect(await client.connection.end()).toBe("RING_CORRUPT");
  });

  test("that nothing comes by cost no processor time", async () => {
    for (let count = 0; count < 5; count++) {
      const client = await open();
      client.submit(MISSING);
      await client.until(1);
    }
    await sleep(ASLEEP_AFTER_MS);
    const ticks = processorTicks(daemon);
    await sleep(IDLE_MS);
    expect(processorTicks(daemon) - ticks).toBeLessThanOrEqual(IDLE_TICKS_MAX);
  });

  test("end with a session that breaks the protocol, with its code on the socket", async () => {
    const client = await open();
    client.submit(MISSING);
    await client.until(1);
    client.set(SLOTS_AT + client.slotBytes, (2 << 16) | 0xffff);
    client.ring();
    expect(await client.connection.end()).toBe("RING_CORRUPT");
    expect(client.word(DAEMON_STATE)).toBe(3);
  });

  test("that clients scribble over end those sessions, and harm nobody else", async () => {
    const seed = chosenSeed();
    const random = new Random(seed);
    const good = await open();
    for (let round = 0; round < 60; round++) {
      const bad = await open();
      for (let stores = 0; stores < 30; stores++) {
        const areas = [SLOTS_AT, SLOTS_AT + 8 * bad.slotBytes, bad.bytes];
        const words = random.pick(areas) / 4;
        bad.set(4 * random.below(words), random.chance(50) ? random.below(200) : random.u32());
        if (random.chance(25)) bad.ring();
        if (random.chance(12)) bad.submit(MISSING);
        if (random.chance(25)) bad.submitIoctl(DESTROY + random.below(20), stores, STRUCT);
      }
      bad.ring();
      good.submit({ ...MISSING, sequence: round + 1 });
      await good.until(round + 1);
      bad.close();
      clients.splice(clients.indexOf(bad), 1);
    }
    expect({ seed, results: good.replies.map(({ sequence, ioctl }) => [sequence, ioctl?.result]) }).toEqual({
      seed,
      results: Array.from({ length: 60 }, (_, round) => [round + 1, -errno.ENOENT]),
    });
  });
});

describe("a daemon without native calls", () => {
  test("has no rings, and says so", async () => {
    const daemon = await DaemonProcess.start([], undefined, ["env", "IOMMUFD_EMU_NO_NATIVE=1"]);
    try {
      const { client } = await RawClient.open(daemon.socket);
      expect((await client.ask({ ring: {} })).ring?.error).toBe(errno.EOPNOTSUPP);
      const { status } = await client.ask({ status: {} });
      expect((JSON.parse(status!.json!) as { rings: string }).rings).toMatch(/^off: they need koffi/);
      client.destroy();
    } finally {
      await daemon.stop();
    }
  });
});
