/** The client's side of a ring and the daemon's, over the same memory: streams, room, sleep, and a daemon that scribbles. */
import { describe, expect, test } from "@jest/globals";
import { ProtocolError } from "../../client/ts/errors.js";
import type { Mapping } from "../../client/ts/native-mapping.js";
import { ClientRing } from "../../client/ts/ring.js";
import { RingCarrier } from "../../client/ts/ring-carrier.js";
import {
  Ring,
  RING_BYTES,
  RING_INLINE_BYTES,
  RING_PIECE_BYTES,
  RING_SLOT_BYTES,
  RING_SLOTS,
} from "../../daemon/wire/ring.js";
import { RingPoller } from "../../daemon/wire/ring-poller.js";
import { FrameParser } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import {
  ANSWER,
  DAEMON_ASLEEP,
  DAEMON_AWAKE,
  DAEMON_GONE,
  filledWord,
  RING_LAYOUT,
  ringPlaces,
  SLOT,
} from "../../proto/wire/ring-layout.js";
import { frame, type ServerMessage, TestDaemon } from "../support/daemon.js";
import { poll, receiveFrames } from "../support/rings.js";
import { Random } from "../support/random.js";

const SHAPE = { slots: RING_SLOTS, slotBytes: RING_SLOT_BYTES, pieceBytes: RING_PIECE_BYTES };
const PLACES = ringPlaces(SHAPE);

/** Both sides of one ring. */
class Pair {
  readonly memory = new ArrayBuffer(RING_BYTES);
  readonly words = new Int32Array(this.memory);
  clientDoorbells = 0;
  daemonDoorbells = 0;
  readonly daemon = new Ring(this.memory, () => this.clientDoorbells++);
  readonly client = new ClientRing(this.memory, SHAPE, () => this.daemonDoorbells++);

  word(offset: number): number {
    return this.words[offset / 4]!;
  }

  set(offset: number, value: number): void {
    this.words[offset / 4] = value;
  }

  /** What the daemon has taken since. */
  submitted(): Buffer {
    const chunks: Uint8Array[] = [];
    poll(
      this.daemon,
      receiveFrames((bytes) => chunks.push(bytes)),
    );
    return Buffer.concat(chunks);
  }

  /** What the client has taken since. */
  completed(): Buffer {
    const chunks: Uint8Array[] = [];
    this.client.take((bytes) => chunks.push(bytes));
    return Buffer.concat(chunks);
  }

  answer(bytes: Uint8Array): void {
    this.daemon.write(bytes, bytes.length);
  }
}

const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

describe("streams", () => {
  test("go through in both directions, however they are cut", () => {
    const seed = 20_261_1;
    const numbers = new Random(seed);
    const random = (bound: number): number => numbers.u32() % bound;
    const pair = new Pair();
    const streams = [0, 1].map(() => ({ sent: [] as Uint8Array[], got: [] as Uint8Array[] }));
    const [up, down] = streams as [(typeof streams)[0], (typeof streams)[0]];
    for (let round = 0; round < 4000; round++) {
      const sizes = [1, 3, RING_INLINE_BYTES, RING_INLINE_BYTES + 1, RING_PIECE_BYTES, 3 * RING_PIECE_BYTES + 7];
      const bytes = filled(random(4) === 0 ? sizes[random(sizes.length)]! : 1 + random(600), random(256));
      const action = random(4);
      if (action === 0) {
        up.sent.push(bytes);
        pair.client.write(bytes);
      } else if (action === 1) {
        down.sent.push(bytes);
        pair.answer(bytes);
      } else if (action === 2) {
        up.got.push(pair.submitted());
      } else {
        down.got.push(pair.completed());
        pair.client.pushWaiting();
      }
    }
    for (let round = 0; round < 2000 && (pair.daemon.hasWork() || pair.client.isBlocked); round++) {
      up.got.push(pair.submitted());
      down.got.push(pair.completed());
      pair.client.pushWaiting();
    }
    down.got.push(pair.completed());
    for (const { sent, got } of streams)
      expect([seed, Buffer.concat(got).equals(Buffer.concat(sent))]).toEqual([seed, true]);
  });

  test("wait for room without waiting, and are taken when the daemon has all", () => {
    const pair = new Pair();
    const bytes = Uint8Array.from({ length: (RING_SLOTS + 3) * RING_PIECE_BYTES }, (_, index) => index % 251);
    pair.client.write(bytes);
    pair.client.write(filled(3, 9));
    expect([pair.client.isBlocked, pair.client.isTaken]).toEqual([true, false]);
    const first = pair.submitted();
    expect(first).toHaveLength(RING_SLOTS * RING_PIECE_BYTES);
    pair.client.pushWaiting();
    expect([pair.client.isBlocked, pair.client.isTaken]).toEqual([false, false]);
    expect(Buffer.concat([first, pair.submitted()]).equals(Buffer.concat([bytes, filled(3, 9)]))).toBe(true);
    expect(pair.client.isTaken).toBe(true);
  });
});

describe("doorbells", () => {
  test("wake a daemon that sleeps, once", () => {
    const pair = new Pair();
    expect(pair.daemon.trySleep()).toBe(true);
    pair.client.write(filled(1, 1));
    pair.client.write(filled(1, 1));
    expect([pair.daemonDoorbells, pair.word(RING_LAYOUT.daemonState)]).toEqual([1, DAEMON_AWAKE]);
  });

  test("wake a daemon that wants room when there is some, and not one that wants submissions", () => {
    const pair = new Pair();
    for (let index = 0; index <= RING_SLOTS; index++) pair.answer(filled(1, 1));
    pair.daemon.trySleep();
    pair.completed();
    expect(pair.daemonDoorbells).toBe(1);
    pair.set(RING_LAYOUT.daemonState, DAEMON_ASLEEP);
    poll(pair.daemon, receiveFrames());
    pair.completed();
    expect(pair.daemonDoorbells).toBe(1);
  });

  test("wake a client that sleeps, and it does not sleep while something is there", () => {
    const pair = new Pair();
    expect(pair.client.trySleep()).toBe(true);
    pair.answer(filled(1, 1));
    expect(pair.clientDoorbells).toBe(1);
    expect(pair.client.trySleep()).toBe(false);
    pair.answer(filled(1, 1));
    expect(pair.clientDoorbells).toBe(1);
  });

  test("are not for a daemon whose session is over: what was written counts as taken", () => {
    const pair = new Pair();
    pair.client.write(filled(1, 1));
    pair.set(RING_LAYOUT.daemonState, DAEMON_GONE);
    pair.client.write(filled(1, 1));
    expect([pair.daemonDoorbells, pair.client.isTaken]).toEqual([0, true]);
  });
});

describe("a daemon that scribbles", () => {
  const slot = PLACES.completions;
  test.each<[string, (pair: Pair) => void]>([
    [
      "a length beyond the piece",
      (pair) => {
        pair.set(slot, filledWord(0, RING_PIECE_BYTES + 1));
      },
    ],
    [
      "an answer to an ioctl, which this client does not send",
      (pair) => {
        pair.set(slot + 4 * SLOT.kind, ANSWER);
      },
    ],
  ])("%s is BAD_REPLY", (_what, spoil) => {
    const pair = new Pair();
    pair.answer(filled(4, 1));
    spoil(pair);
    expect(() => pair.completed()).toThrow(ProtocolError);
  });

  test("a submission head ahead of the tail is BAD_REPLY", () => {
    const pair = new Pair();
    pair.set(RING_LAYOUT.submissionHead, 5);
    expect(() => pair.client.isTaken).toThrow(ProtocolError);
  });
});

test("a doorbell over the socket comes between the pieces of a frame", () => {
  const memory = new ArrayBuffer(RING_BYTES);
  const tasks: (() => void)[] = [];
  let now = 0;
  const poller = new RingPoller(
    () => (now += 0.01),
    (task) => tasks.push(task),
  );
  const run = (): void => {
    for (let turn = 0; turn < 1000 && tasks.length > 0; turn++) tasks.shift()!();
  };
  const rings = { poller, allocate: () => ({ memory, path: "/proc/1/fd/3", release: () => undefined }) };
  const client = new TestDaemon({}, { rings }).hello();
  expect(client.ask({ ring: {} }).ring).toMatchObject(SHAPE);
  const ring = new ClientRing(memory, SHAPE, () => undefined);
  const request = frame({ sequence: 2, status: {} });
  ring.write(request.subarray(0, 5));
  // As the doorbell of another session does.
  poller.start();
  run();
  expect(ring.isTaken).toBe(true);
  client.send({ doorbell: {} });
  ring.write(request.subarray(5));
  run();
  const replies: ServerMessage[] = [];
  const parser = new FrameParser(
    2 ** 20,
    (bytes, start, end) => replies.push(iommufd_emu.v1.ServerFrame.decode(bytes.subarray(start, end))),
    () => undefined,
  );
  ring.take((bytes) => {
    parser.push(bytes);
  });
  expect(replies).toMatchObject([{ sequence: 2, status: { json: expect.any(String) } }]);
  expect(client.closed).toBe(false);
});

describe("a carrier", () => {
  function carried(isAwaiting: () => boolean) {
    const memory = new ArrayBuffer(RING_BYTES);
    const log: string[] = [];
    const mapping: Mapping = { memory, unmap: () => log.push("unmap") };
    const daemon = new Ring(memory, () => log.push("doorbell"));
    const carrier: RingCarrier = new RingCarrier(
      mapping,
      SHAPE,
      { write: () => log.push("ring"), close: () => log.push("close") },
      {
        received: (bytes) => log.push(`received ${bytes.length}`),
        corrupt: () => {
          log.push("corrupt");
          carrier.close();
        },
        isAwaiting,
      },
    );
    return { memory, log, daemon, carrier, words: new Int32Array(memory) };
  }
  const turns = async (count: number): Promise<void> => {
    for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  test("sleeps at once while nothing is unanswered, and takes what a doorbell announces", () => {
    const { log, daemon, carrier } = carried(() => false);
    carrier.write(filled(1, 1));
    daemon.write(filled(7, 1), 7);
    expect(log).toEqual(["doorbell"]);
    carrier.doorbell();
    expect(log).toEqual(["doorbell", "received 7"]);
    carrier.end();
    expect(log.at(-1)).toBe("unmap");
  });

  test("finds an answer without a doorbell while it looks", () => {
    let answer = (): void => undefined;
    const { log, daemon, carrier } = carried(() => {
      answer();
      return true;
    });
    answer = () => {
      daemon.write(filled(7, 1), 7);
      answer = () => undefined;
    };
    carrier.write(filled(1, 1));
    expect(log).toEqual(["received 7"]);
    carrier.end();
  });

  test("ends the socket when the daemon has taken what was written, and unmaps once", async () => {
    const { log, daemon, carrier } = carried(() => true);
    carrier.write(filled(1, 1));
    carrier.close();
    await turns(3);
    expect(log).toEqual([]);
    poll(daemon, receiveFrames());
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(log).toEqual(["unmap", "close"]);
    carrier.end();
    carrier.write(filled(1, 1));
    carrier.doorbell();
    await turns(2);
    expect(log).toEqual(["unmap", "close"]);
  });

  test("with a corrupt ring says so, and touches it no more", () => {
    const { log, carrier, words } = carried(() => true);
    words[PLACES.completions / 4] = filledWord(0, 0xffff);
    carrier.doorbell();
    expect(log).toEqual(["unmap", "corrupt", "close"]);
  });
});
