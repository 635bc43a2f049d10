/**
 * A ring: shared memory in the place of a socket's byte stream, for as long as both sides are awake. Each direction is a circle of
 * fixed slots; what the slots carry, one after the other, is the stream of frames, cut anywhere.
 *
 * Owns what must hold whatever the client stores there: nothing is read twice, everything is checked after it was copied, and the
 * daemon's own positions are kept outside of the shared memory.
 */
import {
  CLIENT_ASLEEP,
  CLIENT_AWAKE,
  DAEMON_ASLEEP,
  DAEMON_AWAKE,
  DAEMON_GONE,
  DAEMON_WANTS_ROOM,
  RING_LAYOUT,
  ringPlaces,
  SLOT_HEADER_BYTES,
  wordOf,
} from "../../proto/wire/ring-layout.js";
import { copyBytes } from "./copy-bytes.js";
import { ProtocolViolation } from "./protocol-error.js";

/** Powers of two. */
export const RING_SLOTS = 64;
export const RING_SLOT_BYTES = 512;
export const RING_INLINE_BYTES = RING_SLOT_BYTES - SLOT_HEADER_BYTES;
/** What is longer lies in the data area: of each slot so many bytes. */
export const RING_PIECE_BYTES = 8192;

const PLACES = ringPlaces({ slots: RING_SLOTS, slotBytes: RING_SLOT_BYTES, pieceBytes: RING_PIECE_BYTES });
export const RING_BYTES = PLACES.end;

const SUBMISSIONS_AT = PLACES.submissions;
const COMPLETIONS_AT = PLACES.completions;
const SUBMISSION_DATA_AT = PLACES.submissionData;
const COMPLETION_DATA_AT = PLACES.completionData;

export class Ring {
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  /** What a slot carries, as it was. */
  private readonly taken = new Uint8Array(RING_PIECE_BYTES);
  private submissionHead = 0;
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

  /** Whether `poll` has something to do, or to refuse. */
  hasWork(): boolean {
    if (this.closed) return false;
    const tail = Atomics.load(this.words, wordOf(RING_LAYOUT.submissionTail));
    return tail !== this.submissionHead || this.waiting.length > 0;
  }

  // ---- submissions --------------------------------------------------------------------------------------------------

  /**
   * Takes what the client has submitted.
   * @param receive gets what each slot carries, in order: the first `length` of `bytes`, until it returns
   * @returns whether there was anything
   * @throws ProtocolViolation RING_CORRUPT
   */
  poll(receive: (bytes: Uint8Array, length: number) => void): boolean {
    const pending = this.pendingSubmissions();
    const room = this.waiting.length > 0 && this.pushWaiting();
    if (pending === 0) return room;
    // What comes may end the session, and with it this ring.
    for (let left = pending; left > 0 && !this.isClosed(); left--) {
      const length = this.takeSlot();
      this.submissionHead = (this.submissionHead + 1) | 0;
      Atomics.store(this.words, wordOf(RING_LAYOUT.submissionHead), this.submissionHead);
      receive(this.taken, length);
    }
    return true;
  }

  private pendingSubmissions(): number {
    const tail = Atomics.load(this.words, wordOf(RING_LAYOUT.submissionTail));
    const pending = (tail - this.submissionHead) >>> 0;
    if (pending > RING_SLOTS) throw new ProtocolViolation("RING_CORRUPT", `${pending} submissions`);
    return pending;
  }

  /** @returns bytes that were taken */
  private takeSlot(): number {
    const index = this.submissionHead & (RING_SLOTS - 1);
    const at = SUBMISSIONS_AT + index * RING_SLOT_BYTES;
    const length = this.words[wordOf(at)]! >>> 0;
    const where = this.words[wordOf(at) + 1]! >>> 0;
    if (where === 0) {
      if (length > RING_INLINE_BYTES) throw new ProtocolViolation("RING_CORRUPT", `${length} bytes in a slot`);
      copyBytes(this.bytes, at + SLOT_HEADER_BYTES, this.taken, 0, length);
      return length;
    }
    const isInside = where >= SUBMISSION_DATA_AT && where <= COMPLETION_DATA_AT;
    if (!isInside || length > RING_PIECE_BYTES || length > COMPLETION_DATA_AT - where)
      throw new ProtocolViolation("RING_CORRUPT", `${length} bytes at ${where}`);
    copyBytes(this.bytes, where, this.taken, 0, length);
    return length;
  }

  // ---- completions --------------------------------------------------------------------------------------------------

  /**
   * Stores the first `length` of `bytes` for the client.
   * @returns false: some wait for room, and `poll` will store them
   */
  write(bytes: Uint8Array, length: number): boolean {
    if (this.closed) return true;
    const stored = this.isDrained ? this.store(bytes, 0, length) : 0;
    if (stored > 0) this.publish();
    if (stored < length) this.waiting.push(bytes.slice(stored, length));
    return this.isDrained;
  }

  /** Nothing waits for room. */
  get isDrained(): boolean {
    return this.waiting.length === 0;
  }

  /** @returns whether anything was stored */
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
    if (this.completionTail === before) return false;
    this.publish();
    return true;
  }

  /** Fills slots with [start, end) of `bytes`, as many as are free. @returns how far it came */
  private store(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    let used = (this.completionTail - this.completionHead) >>> 0;
    while (at < end) {
      if (used >= RING_SLOTS) used = this.lookForRoom();
      if (used >= RING_SLOTS) break;
      const length = Math.min(end - at, RING_PIECE_BYTES);
      this.putSlot(bytes, at, length);
      at += length;
      used++;
    }
    return at;
  }

  /** Shows the client the slots that have been filled. */
  private publish(): void {
    Atomics.store(this.words, wordOf(RING_LAYOUT.completionTail), this.completionTail);
    const asleep = Atomics.exchange(this.words, wordOf(RING_LAYOUT.clientState), CLIENT_AWAKE);
    if (asleep === CLIENT_ASLEEP) this.ringClient();
  }

  /** @returns completions that the client has not taken; more than RING_SLOTS: it has scribbled */
  private lookForRoom(): number {
    this.completionHead = Atomics.load(this.words, wordOf(RING_LAYOUT.completionHead));
    return (this.completionTail - this.completionHead) >>> 0;
  }

  private putSlot(bytes: Uint8Array, start: number, length: number): void {
    const index = this.completionTail & (RING_SLOTS - 1);
    const at = COMPLETIONS_AT + index * RING_SLOT_BYTES;
    const isInline = length <= RING_INLINE_BYTES;
    const where = isInline ? at + SLOT_HEADER_BYTES : COMPLETION_DATA_AT + index * RING_PIECE_BYTES;
    copyBytes(bytes, start, this.bytes, where, length);
    this.words[wordOf(at)] = length;
    this.words[wordOf(at) + 1] = isInline ? 0 : where;
    this.completionTail = (this.completionTail + 1) | 0;
  }

  // ---- sleep ----------------------------------------------------------------------------------------------------------

  /** The daemon goes to sleep. @returns false: something has come meanwhile, and it stays awake */
  trySleep(): boolean {
    if (this.closed) return true;
    const state = this.waiting.length > 0 ? DAEMON_WANTS_ROOM : DAEMON_ASLEEP;
    Atomics.store(this.words, wordOf(RING_LAYOUT.daemonState), state);
    const roomCame = this.waiting.length > 0 && this.lookForRoom() !== RING_SLOTS;
    if (this.pendingSubmissions() === 0 && !roomCame) return true;
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

  private isClosed(): boolean {
    return this.closed;
  }
}
