/**
 * A ring: shared memory in the place of a socket's byte stream, for as long as both sides are awake. Each direction is a circle of
 * fixed slots; what the slots carry, one after the other, is the stream of frames, cut anywhere.
 *
 * Owns what must hold whatever the client stores there: nothing is read twice, everything is checked after it was copied, and the
 * daemon's own positions are kept outside of the shared memory.
 */
import { ProtocolViolation } from "./protocol-error.js";

/** One side's words lie on cache lines of their own, in bytes from the start. */
export const RING_LAYOUT = {
  submissionTail: 0x000,
  submissionHead: 0x040,
  completionTail: 0x080,
  completionHead: 0x0c0,
  /** What the daemon needs a doorbell for: one of `DAEMON_*`. */
  daemonState: 0x100,
  /** 1: the client sleeps on the socket until it is sent a doorbell. */
  clientState: 0x140,
  slots: 0x1000,
} as const;

export const DAEMON_AWAKE = 0;
/** A submission needs a doorbell. */
export const DAEMON_ASLEEP = 1;
/** So does room for completions. */
export const DAEMON_WANTS_ROOM = 2;
const CLIENT_ASLEEP = 1;

/** Powers of two. */
export const RING_SLOTS = 64;
/** Of a slot: the length of what it carries and where that lies, then room for it. */
export const RING_SLOT_BYTES = 512;
const SLOT_HEADER_BYTES = 8;
export const RING_INLINE_BYTES = RING_SLOT_BYTES - SLOT_HEADER_BYTES;
/** What is longer lies in the data area: of each slot so many bytes. */
export const RING_PIECE_BYTES = 8192;

const CIRCLE_BYTES = RING_SLOTS * RING_SLOT_BYTES;
const DATA_BYTES = RING_SLOTS * RING_PIECE_BYTES;
/** Submission slots, completion slots, data of submissions, data of completions. */
export const RING_BYTES = RING_LAYOUT.slots + 2 * CIRCLE_BYTES + 2 * DATA_BYTES;

const SUBMISSIONS_AT = RING_LAYOUT.slots;
const COMPLETIONS_AT = SUBMISSIONS_AT + CIRCLE_BYTES;
const SUBMISSION_DATA_AT = COMPLETIONS_AT + CIRCLE_BYTES;
const COMPLETION_DATA_AT = SUBMISSION_DATA_AT + DATA_BYTES;

/** Submissions that are taken of one ring before the others have their turn. */
const TURN_SLOTS_MAX = RING_SLOTS;

const wordOf = (offset: number): number => offset >>> 2;

export class Ring {
  private readonly words: Int32Array;
  private readonly bytes: Uint8Array;
  private submissionHead = 0;
  private completionTail = 0;
  /** Bytes that wait for room, oldest first. */
  private readonly waiting: Uint8Array[] = [];
  private sent = 0;
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
   * @param receive gets the bytes of each slot, in order, as a copy
   * @returns whether there was anything
   * @throws ProtocolViolation RING_CORRUPT
   */
  poll(receive: (chunk: Uint8Array) => void): boolean {
    const pending = this.pendingSubmissions();
    const used = this.usedCompletions();
    if (used > RING_SLOTS) throw new ProtocolViolation("RING_CORRUPT", `${used} completions`);
    const room = this.waiting.length > 0 && this.pushWaiting();
    if (pending === 0) return room;
    // What comes may end the session, and with it this ring.
    for (let left = Math.min(pending, TURN_SLOTS_MAX); left > 0 && !this.isClosed(); left--) {
      const chunk = this.takeSlot();
      this.submissionHead = (this.submissionHead + 1) | 0;
      Atomics.store(this.words, wordOf(RING_LAYOUT.submissionHead), this.submissionHead);
      receive(chunk);
    }
    return true;
  }

  private pendingSubmissions(): number {
    const tail = Atomics.load(this.words, wordOf(RING_LAYOUT.submissionTail));
    const pending = (tail - this.submissionHead) >>> 0;
    if (pending > RING_SLOTS) throw new ProtocolViolation("RING_CORRUPT", `${pending} submissions`);
    return pending;
  }

  private takeSlot(): Uint8Array {
    const index = this.submissionHead & (RING_SLOTS - 1);
    const at = SUBMISSIONS_AT + index * RING_SLOT_BYTES;
    const length = this.words[wordOf(at)]! >>> 0;
    const where = this.words[wordOf(at) + 1]! >>> 0;
    if (where === 0) {
      if (length > RING_INLINE_BYTES) throw new ProtocolViolation("RING_CORRUPT", `${length} bytes in a slot`);
      return this.copy(at + SLOT_HEADER_BYTES, length);
    }
    if (where < SUBMISSION_DATA_AT || where > COMPLETION_DATA_AT || length > COMPLETION_DATA_AT - where)
      throw new ProtocolViolation("RING_CORRUPT", `${length} bytes at ${where}`);
    return this.copy(where, length);
  }

  private copy(start: number, length: number): Uint8Array {
    const chunk = Buffer.allocUnsafe(length);
    chunk.set(this.bytes.subarray(start, start + length));
    return chunk;
  }

  // ---- completions --------------------------------------------------------------------------------------------------

  /**
   * Stores bytes for the client.
   * @returns false: they wait for room, and `poll` will store them
   */
  write(bytes: Uint8Array): boolean {
    if (this.closed) return true;
    this.waiting.push(bytes);
    this.pushWaiting();
    return this.waiting.length === 0;
  }

  /** Nothing waits for room. */
  get isDrained(): boolean {
    return this.waiting.length === 0;
  }

  /** @returns whether anything was stored */
  private pushWaiting(): boolean {
    let free = RING_SLOTS - this.usedCompletions();
    const before = this.completionTail;
    while (free > 0 && this.waiting.length > 0) {
      const bytes = this.waiting[0]!;
      this.putSlot(bytes.subarray(this.sent, this.sent + RING_PIECE_BYTES));
      this.sent += Math.min(bytes.length - this.sent, RING_PIECE_BYTES);
      free--;
      if (this.sent < bytes.length) continue;
      this.waiting.shift();
      this.sent = 0;
    }
    if (this.completionTail === before) return false;
    Atomics.store(this.words, wordOf(RING_LAYOUT.completionTail), this.completionTail);
    const asleep = Atomics.exchange(this.words, wordOf(RING_LAYOUT.clientState), 0);
    if (asleep === CLIENT_ASLEEP) this.ringClient();
    return true;
  }

  /** More than RING_SLOTS: the client has scribbled. */
  private usedCompletions(): number {
    const head = Atomics.load(this.words, wordOf(RING_LAYOUT.completionHead));
    return (this.completionTail - head) >>> 0;
  }

  private putSlot(chunk: Uint8Array): void {
    const index = this.completionTail & (RING_SLOTS - 1);
    const at = COMPLETIONS_AT + index * RING_SLOT_BYTES;
    const isInline = chunk.length <= RING_INLINE_BYTES;
    const where = isInline ? at + SLOT_HEADER_BYTES : COMPLETION_DATA_AT + index * RING_PIECE_BYTES;
    this.bytes.set(chunk, where);
    this.words[wordOf(at)] = chunk.length;
    this.words[wordOf(at) + 1] = isInline ? 0 : where;
    this.completionTail = (this.completionTail + 1) | 0;
  }

  // ---- sleep ----------------------------------------------------------------------------------------------------------

  /** The daemon goes to sleep. @returns false: something has come meanwhile, and it stays awake */
  trySleep(): boolean {
    if (this.closed) return true;
    const state = this.waiting.length > 0 ? DAEMON_WANTS_ROOM : DAEMON_ASLEEP;
    Atomics.store(this.words, wordOf(RING_LAYOUT.daemonState), state);
    const roomCame = this.waiting.length > 0 && this.usedCompletions() !== RING_SLOTS;
    if (this.pendingSubmissions() === 0 && !roomCame) return true;
    this.wake();
    return false;
  }

  wake(): void {
    if (!this.closed) Atomics.store(this.words, wordOf(RING_LAYOUT.daemonState), DAEMON_AWAKE);
  }

  /** The memory is about to go: it is not touched any more. */
  close(): void {
    this.closed = true;
    this.waiting.length = 0;
  }

  private isClosed(): boolean {
    return this.closed;
  }
}
