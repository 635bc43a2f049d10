/**
 * A ring: shared memory in the place of a socket's byte stream, for as long as both sides are awake. Each direction is a circle of
 * fixed slots. A slot carries an ioctl, or its answer, or a part of the stream of frames, cut anywhere.
 *
 * Owns what must hold whatever the client stores there: nothing is read twice, everything is checked after it was copied, and the
 * daemon's own positions are kept outside of the shared memory.
 */
import {
  ANSWER,
  CLIENT_ASLEEP,
  CLIENT_AWAKE,
  DAEMON_ASLEEP,
  DAEMON_AWAKE,
  DAEMON_GONE,
  DAEMON_WANTS_ROOM,
  filledWord,
  FRAMES,
  RING_LAYOUT,
  ringPlaces,
  SLOT,
  SLOT_HEADER_BYTES,
  turnOf,
  wordOf,
} from "../../proto/wire/ring-layout.js";
import { U64 } from "../u64.js";
import { copyBytes } from "./copy-bytes.js";
import type { IoctlRequest } from "./ioctl-request.js";
import type { Written } from "./output.js";
import { ProtocolViolation } from "./protocol-error.js";
import { putWritten, readMemory, storedAt, writtenBytes } from "./ring-ioctl.js";

/** Powers of two. */
export const RING_SLOTS = 64;
export const RING_SLOT_BYTES = 512;
export const RING_INLINE_BYTES = RING_SLOT_BYTES - SLOT_HEADER_BYTES;
/** What is longer lies in the data area: of each slot so many bytes. */
export const RING_PIECE_BYTES = 8192;

const PLACES = ringPlaces({ slots: RING_SLOTS, slotBytes: RING_SLOT_BYTES, pieceBytes: RING_PIECE_BYTES });
export const RING_BYTES = PLACES.end;

const INDEX_MASK = RING_SLOTS - 1;
const SUBMISSIONS_AT = wordOf(PLACES.submissions);
const SLOT_WORDS = wordOf(RING_SLOT_BYTES);

/** Copying more words than these one by one takes longer than a typed array's `set`, which needs an object for the part. */
const FEW_WORDS = 32;

/** The payload that was copied out of a slot last, of whatever ring: it is of use until the next one is taken. */
const taken = new Uint8Array(RING_PIECE_BYTES);
const takenWords = new Int32Array(taken.buffer);

/** What is done with what comes. */
export interface RingReceiver {
  /** Where ioctls are put. */
  readonly request: IoctlRequest;
  /** A part of the stream of frames: the first `length` of `bytes`, until it returns. */
  frames(bytes: Uint8Array, length: number): void;
  /** An ioctl is in the request, and in bytes that it refers to until it returns. */
  ioctl(): void;
}

export class Ring {
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private submissionHead = 0;
  /** The first word of the slot that comes next, as it was when it was last looked at. */
  private next = 0;
  private completionTail = 0;
  /** As it was when there was no room: to look at it takes the cache line from the client. */
  private completionHead = 0;
  /** Bytes that wait for room, oldest first. */
  private readonly waiting: Uint8Array[] = [];
  /** Bytes of the first of them that are stored already. */
  private stored = 0;
  /** The memory is gone. */
  private closed = false;

  /** @param memory RING_BYTES of zeroes that the client has mapped, too */
  constructor(
    memory: ArrayBuffer,
    /** Sends the client a doorbell over its socket. */
    private readonly ringClient: () => void,
  ) {
    this.words = new Int32Array(memory);
    this.bytes = new Uint8Array(memory);
  }

  /** Whether `poll` has something to do. */
  hasWork(): boolean {
    return this.look() || this.waiting.length > 0;
  }

  // ---- submissions --------------------------------------------------------------------------------------------------

  /**
   * Takes what the client has submitted, in order; `hasWork` has just been asked.
   * @returns whether there was anything
   * @throws ProtocolViolation RING_CORRUPT
   */
  poll(receiver: RingReceiver): boolean {
    const head = this.submissionHead;
    const hasStored = this.waiting.length > 0 && this.pushWaiting();
    // What comes may end the session, and with it this ring. What comes meanwhile has its turn later.
    for (let left = RING_SLOTS; left > 0 && this.isFilled; left--) {
      this.takeSlot(receiver);
      this.look();
    }
    if (this.submissionHead === head) return hasStored;
    // The client looks at it only when it finds no room.
    if (!this.closed) Atomics.store(this.words, wordOf(RING_LAYOUT.submissionHead), this.submissionHead);
    return true;
  }

  /** Looks at the slot that comes next. @returns whether it is filled */
  private look(): boolean {
    if (this.closed) return false;
    const at = SUBMISSIONS_AT + (this.submissionHead & INDEX_MASK) * SLOT_WORDS;
    this.next = Atomics.load(this.words, at + SLOT.filled);
    return this.isFilled;
  }

  private get isFilled(): boolean {
    return this.next >>> 16 === turnOf(this.submissionHead);
  }

  private takeSlot(receiver: RingReceiver): void {
    const { words } = this;
    const index = this.submissionHead & INDEX_MASK;
    const at = SUBMISSIONS_AT + index * SLOT_WORDS;
    const length = this.next & 0xffff;
    if (length > RING_PIECE_BYTES) throw new ProtocolViolation("RING_CORRUPT", `${length} bytes in a slot`);
    const kind = words[at + SLOT.kind]! >>> 0;
    const isIoctl = kind !== FRAMES;
    const struct = isIoctl ? this.takeHeader(at, kind, receiver.request) : 0;
    const place =
      length <= RING_INLINE_BYTES
        ? at + wordOf(SLOT_HEADER_BYTES)
        : wordOf(PLACES.submissionData + index * RING_PIECE_BYTES);
    copyWords(words, place, (length + 3) >>> 2);
    this.submissionHead = (this.submissionHead + 1) | 0;
    if (!isIoctl) {
      receiver.frames(taken, length);
      return;
    }
    readMemory(receiver.request, taken, takenWords, length, struct);
    receiver.ioctl();
  }

  /** Fills the request with the header's words. @returns that of the struct */
  private takeHeader(at: number, number: number, request: IoctlRequest): number {
    const { words } = this;
    request.clear();
    request.request = number;
    request.sequence = words[at + SLOT.sequence]! >>> 0;
    request.argument = U64.fromWords(words[at + SLOT.argumentHigh]!, words[at + SLOT.argumentLow]!);
    return words[at + SLOT.struct]!;
  }

  // ---- completions --------------------------------------------------------------------------------------------------

  /**
   * Stores the answer to an ioctl for the client.
   * @param argument of the ioctl
   * @param written the first `count` of these
   * @returns false: it does not fit, and nothing is stored
   */
  answer(sequence: number, result: number, argument: U64, written: readonly Written[], count: number): boolean {
    if (this.closed) return true;
    const length = writtenBytes(argument, written, count);
    if (length > RING_PIECE_BYTES || !this.isDrained || !this.hasRoom()) return false;
    const { words } = this;
    const at = this.slotAt();
    words[at + SLOT.kind] = ANSWER;
    words[at + SLOT.sequence] = sequence;
    words[at + SLOT.result] = result;
    words[at + SLOT.stored] = storedAt(argument, written, count);
    if (length > 0) putWritten(words, this.bytes, this.payloadAt(length), argument, written, count);
    this.publish(at, length);
    this.wakeClient();
    return true;
  }

  /**
   * Stores a part of the stream of frames for the client, the first `length` of `bytes`.
   * @returns false: some wait for room, and `poll` will store them
   */
  write(bytes: Uint8Array, length: number): boolean {
    if (this.closed) return true;
    const stored = this.isDrained ? this.store(bytes, 0, length) : 0;
    if (stored < length) this.waiting.push(bytes.slice(stored, length));
    return this.isDrained;
  }

  /** Nothing waits for room. */
  get isDrained(): boolean {
    return this.waiting.length === 0;
  }

  /** @returns whether anything was stored @throws ProtocolViolation RING_CORRUPT */
  private pushWaiting(): boolean {
    const before = this.completionTail;
    const used = this.lookForRoom();
    if (used > RING_SLOTS) throw new ProtocolViolation("RING_CORRUPT", `${used} completions`);
    while (this.waiting.length > 0) {
      const bytes = this.waiting[0]!;
      this.stored = this.store(bytes, this.stored, bytes.length);
      if (this.stored < bytes.length) break;
      this.waiting.shift();
      this.stored = 0;
    }
    return this.completionTail !== before;
  }

  /** Fills slots with [start, end) of `bytes`, as many as are free. @returns how far it came */
  private store(bytes: Uint8Array, start: number, end: number): number {
    let from = start;
    while (from < end && this.hasRoom()) {
      const length = Math.min(end - from, RING_PIECE_BYTES);
      const at = this.slotAt();
      this.words[at + SLOT.kind] = FRAMES;
      copyBytes(bytes, from, this.bytes, this.payloadAt(length), length);
      this.publish(at, length);
      from += length;
    }
    if (from > start) this.wakeClient();
    return from;
  }

  private hasRoom(): boolean {
    return (this.completionTail - this.completionHead) >>> 0 < RING_SLOTS || this.lookForRoom() < RING_SLOTS;
  }

  /** @returns completions that the client has not taken; more than RING_SLOTS: it has scribbled */
  private lookForRoom(): number {
    this.completionHead = Atomics.load(this.words, wordOf(RING_LAYOUT.completionHead));
    return (this.completionTail - this.completionHead) >>> 0;
  }

  /** The first word of the slot to be filled. */
  private slotAt(): number {
    return wordOf(PLACES.completions) + (this.completionTail & INDEX_MASK) * SLOT_WORDS;
  }

  /** Where the payload of that slot goes. */
  private payloadAt(length: number): number {
    const index = this.completionTail & INDEX_MASK;
    return length <= RING_INLINE_BYTES
      ? PLACES.completions + index * RING_SLOT_BYTES + SLOT_HEADER_BYTES
      : PLACES.completionData + index * RING_PIECE_BYTES;
  }

  /** Shows the client the slot, which is filled otherwise. */
  private publish(at: number, length: number): void {
    Atomics.store(this.words, at + SLOT.filled, filledWord(this.completionTail, length));
    this.completionTail = (this.completionTail + 1) | 0;
  }

  private wakeClient(): void {
    const word = wordOf(RING_LAYOUT.clientState);
    if (Atomics.load(this.words, word) !== CLIENT_ASLEEP) return;
    if (Atomics.exchange(this.words, word, CLIENT_AWAKE) === CLIENT_ASLEEP) this.ringClient();
  }

  // ---- sleep ----------------------------------------------------------------------------------------------------------

  /** The daemon goes to sleep. @returns false: something has come meanwhile, and it stays awake */
  trySleep(): boolean {
    if (this.closed) return true;
    const state = this.waiting.length > 0 ? DAEMON_WANTS_ROOM : DAEMON_ASLEEP;
    Atomics.store(this.words, wordOf(RING_LAYOUT.daemonState), state);
    const roomCame = this.waiting.length > 0 && this.lookForRoom() !== RING_SLOTS;
    if (!this.look() && !roomCame) return true;
    this.wake();
    return false;
  }

  wake(): void {
    if (!this.closed) Atomics.store(this.words, wordOf(RING_LAYOUT.daemonState), DAEMON_AWAKE);
  }

  /** The session is over, and the memory is about to go: it is not touched any more. */
  close(): void {
    if (!this.closed) Atomics.store(this.words, wordOf(RING_LAYOUT.daemonState), DAEMON_GONE);
    this.closed = true;
    this.waiting.length = 0;
  }
}

/** Copies words of the shared memory to `taken`. */
function copyWords(from: Int32Array, at: number, count: number): void {
  if (count > FEW_WORDS) takenWords.set(from.subarray(at, at + count));
  else for (let index = 0; index < count; index++) takenWords[index] = from[at + index]!;
}
