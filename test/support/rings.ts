/** What tests of rings share. */
import { IoctlRequest } from "../../daemon/wire/ioctl-request.js";
import {
  type Ring,
  RING_BYTES,
  RING_INLINE_BYTES,
  RING_PIECE_BYTES,
  RING_SLOT_BYTES,
  RING_SLOTS,
  type RingReceiver,
} from "../../daemon/wire/ring.js";
import type { PolledRing, RingPoller } from "../../daemon/wire/ring-poller.js";
import { RING_LAYOUT, ringPlaces } from "../../proto/wire/ring-layout.js";
import { type TestClient, TestDaemon } from "./daemon.js";

export const PLACES = ringPlaces({ slots: RING_SLOTS, slotBytes: RING_SLOT_BYTES, pieceBytes: RING_PIECE_BYTES });

/** Takes parts of the stream of frames, and no ioctls. */
export function receiveFrames(receive: (bytes: Uint8Array) => void = () => undefined): RingReceiver {
  return {
    request: new IoctlRequest(),
    frames: (bytes, length) => {
      if (length > bytes.length) throw new Error(`${length} bytes of ${bytes.length}`);
      receive(bytes.slice(0, length));
    },
    ioctl: () => {
      throw new Error("an ioctl that nobody sent");
    },
  };
}

/** As the daemon polls a ring. */
export const poll = (ring: Ring, receiver: RingReceiver): boolean => ring.hasWork() && ring.poll(receiver);

/** Of a submission that is an ioctl. */
interface Header {
  readonly kind: number;
  readonly sequence: number;
  /** Bytes of the struct that can be read, and times 2^16 that can be written. */
  readonly struct: number;
  readonly argument: bigint;
}

/** The client's side of a ring, written from docs/protocol.md. */
export class RingSide {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  private tail = 0;
  private head = 0;

  constructor(readonly memory = new ArrayBuffer(RING_BYTES)) {
    this.words = new Int32Array(memory);
    this.bytes = new Uint8Array(memory);
  }

  word(offset: number): number {
    return this.words[offset / 4]!;
  }

  set(offset: number, value: number): void {
    this.words[offset / 4] = value;
  }

  submit(payload: Uint8Array, header: Partial<Header> = {}): void {
    const index = this.tail % RING_SLOTS;
    const at = PLACES.submissions + index * RING_SLOT_BYTES;
    const isInline = payload.length <= RING_INLINE_BYTES;
    this.bytes.set(payload, isInline ? at + 24 : PLACES.submissionData + index * RING_PIECE_BYTES);
    const { kind = 0, sequence = 0, struct = 0, argument = 0n } = header;
    const words = [kind, sequence, struct, Number(argument & 0xffff_ffffn), Number(argument >> 32n)];
    for (const [word, value] of words.entries()) this.set(at + 4 + 4 * word, value);
    this.tail++;
    this.set(at, ((this.tail & 0xffff) << 16) | payload.length);
  }

  /** Fills the next slot with what it held a lap ago, and gives a completion back unseen: without making an object. */
  repeat(): void {
    const at = (PLACES.submissions + (this.tail % RING_SLOTS) * RING_SLOT_BYTES) / 4;
    const bytes = this.words[at]! & 0xffff;
    this.tail++;
    this.words[RING_LAYOUT.completionHead / 4] = this.head++;
    this.words[at] = ((this.tail & 0xffff) << 16) | bytes;
  }

  /** The next completion: its header's words after the first, and its payload. */
  completion(): { words: number[]; payload: Uint8Array } | undefined {
    const index = this.head % RING_SLOTS;
    const at = PLACES.completions + index * RING_SLOT_BYTES;
    const first = this.word(at);
    if (first >>> 16 !== ((this.head + 1) & 0xffff)) return undefined;
    const length = first & 0xffff;
    const start = length <= RING_INLINE_BYTES ? at + 24 : PLACES.completionData + index * RING_PIECE_BYTES;
    this.set(RING_LAYOUT.completionHead, ++this.head);
    return {
      words: [1, 2, 3, 4].map((word) => this.word(at + 4 * word)),
      payload: this.bytes.slice(start, start + length),
    };
  }
}

/** A session of a daemon in this process that has an iommufd open and a ring, which is polled when the test says so. */
export function ringSession(limits: ConstructorParameters<typeof TestDaemon>[0] = {}): {
  client: TestClient;
  side: RingSide;
  poll: () => void;
} {
  const polled = new Set<PolledRing>();
  const poller: Pick<RingPoller, "add" | "remove" | "start" | "startSoon"> = {
    add: (ring) => void polled.add(ring),
    remove: (ring) => void polled.delete(ring),
    start: () => undefined,
    startSoon: () => undefined,
  };
  const side = new RingSide();
  const { memory } = side;
  const client = new TestDaemon(limits, {
    rings: { poller, allocate: () => ({ memory, path: "/proc/1/fd/3", release: () => undefined }) },
  }).open();
  client.send({ ring: {} });
  client.replies.length = client.writes = 0;
  return {
    client,
    side,
    poll: () => {
      for (const ring of polled) ring.poll();
    },
  };
}
