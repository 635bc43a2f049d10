/** Rings over memory of this process: what they carry, what a client that scribbles gets, and when the daemon sleeps. */
import { describe, expect, test } from "@jest/globals";
import { ProtocolViolation } from "../../daemon/wire/protocol-error.js";
import {
  Ring,
  RING_BYTES,
  RING_INLINE_BYTES,
  RING_PIECE_BYTES,
  RING_SLOT_BYTES,
  RING_SLOTS,
} from "../../daemon/wire/ring.js";
import { RingCarrier } from "../../daemon/wire/ring-carrier.js";
import { RingPoller } from "../../daemon/wire/ring-poller.js";
import { DAEMON_ASLEEP, DAEMON_AWAKE, DAEMON_WANTS_ROOM, RING_LAYOUT } from "../../proto/wire/ring-layout.js";
import { Random } from "../support/random.js";

const CIRCLE_BYTES = RING_SLOTS * RING_SLOT_BYTES;
const SUBMISSION_DATA_AT = RING_LAYOUT.slots + 2 * CIRCLE_BYTES;

/** The client's side, written from docs/protocol.md. */
class ClientSide {
  readonly memory = new ArrayBuffer(RING_BYTES);
  readonly words = new Int32Array(this.memory);
  readonly bytes = new Uint8Array(this.memory);
  doorbells = 0;
  readonly ring = new Ring(this.memory, () => this.doorbells++);
  private tail = 0;
  private head = 0;

  word(offset: number): number {
    return this.words[offset / 4]!;
  }

  set(offset: number, value: number): void {
    this.words[offset / 4] = value;
  }

  submit(chunk: Uint8Array): void {
    const index = this.tail % RING_SLOTS;
    const at = RING_LAYOUT.slots + index * RING_SLOT_BYTES;
    const where = chunk.length <= RING_INLINE_BYTES ? 0 : SUBMISSION_DATA_AT + index * RING_PIECE_BYTES;
    this.bytes.set(chunk, where === 0 ? at + 8 : where);
    this.set(at, chunk.length);
    this.set(at + 4, where);
    this.set(RING_LAYOUT.submissionTail, ++this.tail);
  }

  /** What the daemon has taken. */
  taken(): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    while (this.ring.hasWork() && this.ring.poll((bytes, length) => chunks.push(bytes.slice(0, length))));
    return chunks;
  }

  /** What the daemon has for this side. */
  write(bytes: Uint8Array): boolean {
    return this.ring.write(bytes, bytes.length);
  }

  complete(): Uint8Array | undefined {
    if (this.word(RING_LAYOUT.completionTail) === this.head) return undefined;
    const at = RING_LAYOUT.slots + CIRCLE_BYTES + (this.head % RING_SLOTS) * RING_SLOT_BYTES;
    const where = this.word(at + 4);
    const start = where === 0 ? at + 8 : where;
    const chunk = this.bytes.slice(start, start + this.word(at));
    this.set(RING_LAYOUT.completionHead, ++this.head);
    return chunk;
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
      client.ring.poll(() => undefined);
    };
  };
  const slot = RING_LAYOUT.slots;

  test.each([
    [
      "a tail far ahead",
      (client: ClientSide) => {
        client.set(RING_LAYOUT.submissionTail, RING_SLOTS + 1);
      },
    ],
    [
      "a tail behind",
      (client: ClientSide) => {
        client.set(RING_LAYOUT.submissionTail, -1);
      },
    ],
    [
      "an inline length beyond the slot",
      (client: ClientSide) => {
        client.set(slot, RING_INLINE_BYTES + 1);
      },
    ],
    [
      "a negative length",
      (client: ClientSide) => {
        client.set(slot, -1);
      },
    ],
    [
      "data before the data area",
      (client: ClientSide) => {
        client.set(slot + 4, 8);
      },
    ],
    [
      "data in the daemon's part",
      (client: ClientSide) => {
        client.set(slot + 4, RING_BYTES - 4096);
      },
    ],
    [
      "data that ends beyond its area",
      (client: ClientSide) => {
        client.set(slot + 4, SUBMISSION_DATA_AT);
        client.set(slot, RING_BYTES);
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
    for (let round = 0; round < 3000; round++) {
      const client = new ClientSide();
      for (let stores = 0; stores < 6; stores++) {
        const at = random(2) === 0 ? random(RING_LAYOUT.slots / 4) : random(RING_BYTES / 4);
        client.words[at] = random(3) === 0 ? random(2 * RING_SLOTS) : random(2 ** 32) | 0;
      }
      try {
        for (let polls = 0; polls < 4; polls++) {
          client.ring.poll((chunk, length) => {
            if (length > chunk.length) throw new Error(`${length} bytes of ${chunk.length}`);
          });
          client.write(filled(100, 1));
          client.ring.trySleep();
        }
      } catch (error) {
        if (!(error instanceof ProtocolViolation)) throw new Error(`seed ${seed}, round ${round}`, { cause: error });
      }
    }
  });

  test("a ring whose session ends while it is polled takes nothing more", () => {
    const client = new ClientSide();
    client.submit(filled(4, 1));
    client.submit(filled(4, 2));
    let taken = 0;
    client.ring.poll(() => {
      taken++;
      client.ring.close();
    });
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
      if (client.ring.hasWork()) client.ring.poll(() => undefined);
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
        step: (action) => {
          action();
        },
        received: () => undefined,
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
    expect([drained, words[RING_LAYOUT.completionTail / 4]]).toEqual([["drained"], RING_SLOTS + 1]);
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
