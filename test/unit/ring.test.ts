/** Rings over memory of this process: what they carry, what a client that scribbles gets, and when the daemon sleeps. */
import { describe, expect, test } from "@jest/globals";
import { ProtocolViolation } from "../../daemon/wire/protocol-error.js";
import {
  Ring,
  RING_BYTES,
  RING_PIECE_BYTES,
  RING_SLOT_BYTES,
  RING_SLOTS,
  type RingReceiver,
} from "../../daemon/wire/ring.js";
import { RingCarrier } from "../../daemon/wire/ring-carrier.js";
import { RingPoller } from "../../daemon/wire/ring-poller.js";
import {
  ANSWER,
  DAEMON_ASLEEP,
  DAEMON_AWAKE,
  DAEMON_WANTS_ROOM,
  filledWord,
  RING_LAYOUT,
} from "../../proto/wire/ring-layout.js";
import { PLACES, poll, receiveFrames, RingSide } from "../support/rings.js";
import { U64 } from "../../daemon/u64.js";
import { toWire } from "../../daemon/wire/wire64.js";
import { Random } from "../support/random.js";

/** Both sides of a ring. */
class ClientSide extends RingSide {
  doorbells = 0;
  readonly ring = new Ring(this.memory, () => this.doorbells++);

  /** What the daemon has taken. */
  taken(): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    while (
      poll(
        this.ring,
        receiveFrames((bytes) => chunks.push(bytes)),
      )
    );
    return chunks;
  }

  /** What the daemon has for this side. */
  write(bytes: Uint8Array): boolean {
    return this.ring.write(bytes, bytes.length);
  }

  complete(): Uint8Array | undefined {
    const completion = this.completion();
    if (completion !== undefined) expect(completion.words[0]).toBe(0);
    return completion?.payload;
  }
}

const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

describe("submissions", () => {
  test("come in order, whole, inline and from the data area, around the circle many times", () => {
    const client = new ClientSide();
    for (let round = 0; round < 5 * RING_SLOTS; round++) {
      const chunk = filled(1 + ((round * 397) % RING_PIECE_BYTES), round & 0xff);
      client.submit(chunk);
      expect(client.taken()).toEqual([Buffer.from(chunk)]);
    }
  });

  test("are copies: what the client stores later changes nothing that was taken", () => {
    const client = new ClientSide();
    client.submit(filled(10, 1));
    const [chunk] = client.taken();
    client.bytes.fill(9, RING_LAYOUT.slots);
    expect([...chunk!]).toEqual([...filled(10, 1)]);
  });

  test("nothing is there: nothing to do", () => {
    const client = new ClientSide();
    expect(client.ring.hasWork()).toBe(false);
  });
});

describe("a client that scribbles", () => {
  const corrupt = (spoil: (client: ClientSide) => void): (() => void) => {
    const client = new ClientSide();
    client.submit(filled(4, 1));
    spoil(client);
    return () => {
      poll(client.ring, { ...receiveFrames(), ioctl: () => undefined });
    };
  };
  const slot = RING_LAYOUT.slots;
  const item = (address: bigint, kind: number, bytes: number, data: Uint8Array): Buffer => {
    const header = Buffer.alloc(16);
    header.writeBigUInt64LE(address, 0);
    header.writeUInt32LE(bytes, 8);
    header.writeUInt32LE(kind, 12);
    return Buffer.concat([header, data]);
  };

  test.each([
    [
      "a length beyond the piece",
      (client: ClientSide) => {
        client.set(slot, filledWord(0, RING_PIECE_BYTES + 1));
      },
    ],
    [
      "a struct beyond the payload",
      (client: ClientSide) => {
        client.set(slot + 4, 0x3b80);
        client.set(slot + 12, 5);
      },
    ],
    [
      "a payload that ends in the header of an item",
      (client: ClientSide) => {
        client.set(slot + 4, 0x3b80);
        client.set(slot, filledWord(0, 15));
      },
    ],
    [
      "an item whose bytes lie beyond the payload",
      (client: ClientSide) => {
        client.submit(item(0x1000n, 0, 9, filled(8, 1)), { kind: 0x3b80 });
      },
    ],
    [
      "an item of no kind",
      (client: ClientSide) => {
        client.submit(item(0x1000n, 2, 8, filled(8, 1)), { kind: 0x3b80 });
      },
    ],
    [
      "a completion head ahead of the tail",
      (client: ClientSide) => {
        client.set(RING_LAYOUT.completionHead, RING_SLOTS + 1);
        for (let index = 0; index <= RING_SLOTS; index++) client.write(filled(1, 1));
      },
    ],
  ])("%s is RING_CORRUPT", (_what, spoil) => {
    expect(corrupt(spoil)).toThrow(ProtocolViolation);
  });

  test("random words in all of its memory end in RING_CORRUPT or nothing, and reach nothing else", () => {
    const seed = 20_260_1;
    const numbers = new Random(seed);
    const random = (bound: number): number => numbers.u32() % bound;
    const frames = receiveFrames();
    const seen = new Set<number>();
    const { request } = frames;
    const receiver: RingReceiver = {
      ...frames,
      ioctl: () => {
        seen.add(request.readable.count);
        for (const range of request.readable.map(({ bytes, start, length }) => ({ bytes, start, length })))
          if (range.start + range.length > range.bytes.length) throw new Error("a range beyond its bytes");
      },
    };
    for (let round = 0; round < 3000; round++) {
      const client = new ClientSide();
      for (let slots = 0; slots < 2; slots++)
        client.submit(filled(random(2) === 0 ? random(100) : random(RING_PIECE_BYTES), random(3)), {
          kind: random(3) === 0 ? 0 : 0x3b80 + random(20),
          struct: random(2) === 0 ? random(64) : random(2 ** 32) | 0,
        });
      for (let stores = 0; stores < 6; stores++) {
        const areas = [RING_LAYOUT.slots / 4, (RING_LAYOUT.slots + 2 * RING_SLOT_BYTES) / 4, RING_BYTES / 4];
        const at = random(areas[random(3)]!);
        client.words[at] = random(3) === 0 ? random(2 * RING_SLOTS) : random(2 ** 32) | 0;
      }
      try {
        for (let polls = 0; polls < 4; polls++) {
          poll(client.ring, receiver);
          client.write(filled(100, 1));
          client.ring.trySleep();
        }
      } catch (error) {
        if (!(error instanceof ProtocolViolation)) throw new Error(`seed ${seed}, round ${round}`, { cause: error });
      }
    }
    // Some made sense.
    expect(seen.size).toBeGreaterThan(2);
  });

  test("a ring whose session ends while it is polled takes nothing more", () => {
    const client = new ClientSide();
    client.submit(filled(4, 1));
    client.submit(filled(4, 2));
    let taken = 0;
    poll(
      client.ring,
      receiveFrames(() => {
        taken++;
        client.ring.close();
        // Whoever touches it after this has an exception.
        structuredClone(client.memory, { transfer: [client.memory] });
      }),
    );
    expect([taken, client.ring.hasWork(), client.write(filled(1, 1)), client.ring.trySleep()]).toEqual([
      ...[1, false, true, true],
    ]);
  });
});

describe("completions", () => {
  test("come in order, cut into pieces that fit", () => {
    const client = new ClientSide();
    const bytes = Uint8Array.from({ length: 3 * RING_PIECE_BYTES + 5 }, (_, index) => index % 251);
    expect(client.write(bytes)).toBe(true);
    const chunks: Uint8Array[] = [];
    for (let chunk = client.complete(); chunk !== undefined; chunk = client.complete()) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(Buffer.from(bytes))).toBe(true);
  });

  test("beyond the slots wait for room, and come when there is some", () => {
    const client = new ClientSide();
    const expected = Array.from({ length: RING_SLOTS + 10 }, (_, index) => index & 0xff);
    const kept = expected.map((value) => client.write(filled(1, value)));
    expect(kept.indexOf(false)).toBe(RING_SLOTS);
    const got: number[] = [];
    for (let polls = 0; polls < 3; polls++) {
      for (let chunk = client.complete(); chunk !== undefined; chunk = client.complete()) got.push(chunk[0]!);
      poll(client.ring, receiveFrames());
    }
    expect([got, client.ring.isDrained]).toEqual([expected, true]);
  });

  test("wake a client that sleeps, once", () => {
    const client = new ClientSide();
    client.set(RING_LAYOUT.clientState, 1);
    client.write(filled(1, 1));
    client.write(filled(1, 2));
    expect([client.doorbells, client.word(RING_LAYOUT.clientState)]).toEqual([1, 0]);
  });
});

describe("ioctls", () => {
  const argument = 0x7fff_0000_1234n;
  const address = U64.fromBigInt(argument);

  test("bring their struct, other memory and windows", () => {
    const client = new ClientSide();
    const payload = Buffer.alloc(72);
    payload.fill(7, 0, 12);
    payload.writeBigUInt64LE(0x5000n, 16);
    payload.writeUInt32LE(20, 24);
    payload.fill(8, 32, 52);
    payload.writeBigUInt64LE(0xffff_ffff_ffff_f000n, 56);
    payload.writeUInt32LE(4096, 64);
    payload.writeUInt32LE(1, 68);
    client.submit(payload, { kind: 0x3b84, sequence: 9, struct: (40 << 16) | 12, argument });
    const calls: unknown[] = [];
    const frames = receiveFrames();
    poll(client.ring, { ...frames, ioctl: () => calls.push(frames.request.toFrame()) });
    const at = (value: bigint): object => toWire(U64.fromBigInt(value));
    expect(calls).toEqual([
      {
        sequence: 9,
        ioctl: {
          request: 0x3b84,
          argument: at(argument),
          readable: [
            { address: at(argument), data: filled(12, 7) },
            { address: at(0x5000n), data: filled(20, 8) },
          ],
          writable: [
            { address: at(argument), length: 40 },
            { address: at(0xffff_ffff_ffff_f000n), length: 4096 },
          ],
        },
      },
    ]);
  });

  test("are answered with what they wrote, the struct first", () => {
    const client = new ClientSide();
    const written = [
      { address, data: filled(12, 3) },
      { address: U64.fromBigInt(0x6000n), data: filled(5, 4) },
    ];
    expect(client.ring.answer(9, -14, address, written, 2)).toBe(true);
    const payload = Buffer.alloc(16 + 16 + 8);
    payload.fill(3, 0, 12);
    payload.writeBigUInt64LE(0x6000n, 16);
    payload.writeUInt32LE(5, 24);
    payload.fill(4, 32, 37);
    expect(client.completion()).toEqual({ words: [ANSWER, 9, -14, 12], payload: new Uint8Array(payload) });
  });

  test("have no answer in a slot that is too small, or while others wait for room", () => {
    const client = new ClientSide();
    const long = [{ address, data: filled(RING_PIECE_BYTES + 1, 1) }];
    expect(client.ring.answer(1, 0, address, long, 1)).toBe(false);
    for (let index = 0; index < RING_SLOTS; index++) expect(client.ring.answer(1, 0, address, [], 0)).toBe(true);
    expect(client.ring.answer(1, 0, address, [], 0)).toBe(false);
    client.write(filled(1, 1));
    client.completion();
    expect(client.ring.answer(1, 0, address, [], 0)).toBe(false);
  });
});

describe("sleep", () => {
  test("is told in the ring, and refused while something is there", () => {
    const client = new ClientSide();
    expect([client.ring.trySleep(), client.word(RING_LAYOUT.daemonState)]).toEqual([true, DAEMON_ASLEEP]);
    client.ring.wake();
    client.submit(filled(1, 1));
    expect([client.ring.trySleep(), client.word(RING_LAYOUT.daemonState)]).toEqual([false, DAEMON_AWAKE]);
  });

  test("with completions that wait is ended by room, too", () => {
    const client = new ClientSide();
    for (let index = 0; index <= RING_SLOTS; index++) client.write(filled(1, 1));
    expect([client.ring.trySleep(), client.word(RING_LAYOUT.daemonState)]).toEqual([true, DAEMON_WANTS_ROOM]);
    client.ring.wake();
    client.complete();
    expect(client.ring.trySleep()).toBe(false);
  });

  test("is told anew when a reply finds no room meanwhile, so that room ends it", () => {
    let now = 0;
    const tasks: (() => void)[] = [];
    const poller = new RingPoller(
      () => (now += 0.01),
      (task) => tasks.push(task),
    );
    const run = (): void => {
      for (let turn = 0; turn < 1000 && tasks.length > 0; turn++) tasks.shift()!();
      expect(tasks).toEqual([]);
    };
    const memory = new ArrayBuffer(RING_BYTES);
    const words = new Int32Array(memory);
    const drained: string[] = [];
    const carrier = RingCarrier.create(
      { poller, allocate: () => ({ memory, path: "", release: () => undefined }) },
      {
        ...receiveFrames(),
        step: (action) => {
          action();
        },
        drained: () => drained.push("drained"),
        ring: () => undefined,
      },
    );
    if (typeof carrier === "number") throw new Error("no ring");
    carrier.start();
    run();
    expect(words[RING_LAYOUT.daemonState / 4]).toBe(DAEMON_ASLEEP);
    const bytes = filled((RING_SLOTS + 1) * RING_PIECE_BYTES, 1);
    expect(carrier.write(bytes, bytes.length)).toBe(false);
    run();
    expect(words[RING_LAYOUT.daemonState / 4]).toBe(DAEMON_WANTS_ROOM);
    words[RING_LAYOUT.completionHead / 4] = RING_SLOTS;
    poller.start();
    run();
    const first = words[PLACES.completions / 4]!;
    expect([drained, first]).toEqual([["drained"], filledWord(RING_SLOTS, RING_PIECE_BYTES)]);
    carrier.end();
  });

  test("comes after a while without work, and a doorbell ends it", () => {
    let now = 0;
    const tasks: (() => void)[] = [];
    const poller = new RingPoller(
      () => (now += 0.01),
      (task) => tasks.push(task),
    );
    const log: string[] = [];
    let work = 5;
    poller.add({
      poll: () => work > 0 && work-- > 0,
      trySleep: () => log.push("sleep") > 0,
      wake: () => log.push("wake"),
    });
    for (let turn = 0; turn < 1000 && tasks.length > 0; turn++) tasks.shift()!();
    expect([tasks, work, log.at(-1)]).toEqual([[], 0, "sleep"]);
    poller.start();
    expect(log.at(-1)).toBe("wake");
  });
});
