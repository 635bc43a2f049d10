/**
 * The client's side of a ring: memory shared with the daemon that takes the place of the socket's byte stream while both are
 * awake (docs/protocol.md, "Rings"). This side's slots carry its frames, and what the daemon answers to frames is frames.
 *
 * Owns what must hold whatever lies there: nothing is read twice, everything is checked after it was copied, this side's
 * own positions are kept outside, and after `close` the memory is not touched. Nothing here waits.
 */
import {
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
  type RingPlaces,
  type RingShape,
  SLOT,
  SLOT_HEADER_BYTES,
  turnOf,
  wordOf,
} from "../../proto/wire/ring-layout.js";
import { ProtocolError } from "./errors.js";
import { Fifo } from "./fifo.js";

export class ClientRing {
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #places: RingPlaces;
  readonly #inlineBytes: number;
  #submissionTail = 0;
  /** As it was when there was no room: to look at it takes the cache line from the daemon. */
  #submissionHead = 0;
  #completionHead = 0;
  /** Bytes that wait for room: what is left of the first, and those behind. */
  #rest: Uint8Array = new Uint8Array(0);
  readonly #waiting = new Fifo<Uint8Array>();
  #closed = false;

  /**
   * @param memory As the daemon made it
   * @param ringDaemon Sends the daemon a doorbell over its socket
   */
  constructor(
    memory: ArrayBuffer,
    private readonly shape: RingShape,
    private readonly ringDaemon: () => void,
  ) {
    this.#words = new Int32Array(memory);
    this.#bytes = new Uint8Array(memory);
    this.#places = ringPlaces(shape);
    this.#inlineBytes = shape.slotBytes - SLOT_HEADER_BYTES;
  }

  // ---- submissions --------------------------------------------------------------------------------------------------

  /** Submits bytes, after those that wait for room; the ring keeps them. @throws ProtocolError BAD_REPLY */
  write(bytes: Uint8Array): void {
    if (this.#closed || bytes.length === 0) return;
    this.#waiting.push(bytes);
    this.pushWaiting();
  }

  /** Bytes wait for room: `pushWaiting` is to be called until they do not. */
  get isBlocked(): boolean {
    return this.#rest.length > 0;
  }

  /** Submits of what waits as much as there is room for. @throws ProtocolError BAD_REPLY */
  pushWaiting(): void {
    if (this.#closed) return;
    const before = this.#submissionTail;
    do {
      if (!this.isBlocked) this.#rest = this.#waiting.shift() ?? this.#rest;
      this.#rest = this.#rest.subarray(this.#store(this.#rest));
    } while (!this.isBlocked && this.#waiting.length > 0);
    if (this.#submissionTail !== before) this.#wakeDaemon(DAEMON_ASLEEP);
  }

  /** The daemon has taken all that was submitted, or takes nothing any more. @throws ProtocolError BAD_REPLY */
  get isTaken(): boolean {
    if (this.#closed || this.#daemonState() === DAEMON_GONE) return true;
    return !this.isBlocked && this.#lookForRoom() === 0;
  }

  /** Fills free slots with `bytes`. @returns how far it came */
  #store(bytes: Uint8Array): number {
    const { slots, pieceBytes } = this.shape;
    let used = (this.#submissionTail - this.#submissionHead) >>> 0;
    let at = 0;
    while (at < bytes.length) {
      if (used >= slots) used = this.#lookForRoom();
      if (used >= slots) break;
      const length = Math.min(bytes.length - at, pieceBytes);
      this.#putSlot(bytes.subarray(at, at + length));
      at += length;
      used++;
    }
    return at;
  }

  /** @returns submissions that the daemon has not taken */
  #lookForRoom(): number {
    this.#submissionHead = Atomics.load(this.#words, wordOf(RING_LAYOUT.submissionHead));
    const used = (this.#submissionTail - this.#submissionHead) >>> 0;
    if (used > this.shape.slots) throw corrupt(`${used} submissions`);
    return used;
  }

  #putSlot(piece: Uint8Array): void {
    const position = this.#submissionTail;
    const index = position & (this.shape.slots - 1);
    const at = this.#places.submissions + index * this.shape.slotBytes;
    const isInline = piece.length <= this.#inlineBytes;
    this.#bytes.set(
      piece,
      isInline ? at + SLOT_HEADER_BYTES : this.#places.submissionData + index * this.shape.pieceBytes,
    );
    this.#words[wordOf(at) + SLOT.kind] = FRAMES;
    Atomics.store(this.#words, wordOf(at) + SLOT.filled, filledWord(position, piece.length));
    this.#submissionTail = (position + 1) | 0;
  }

  // ---- completions --------------------------------------------------------------------------------------------------

  hasCompletion(): boolean {
    return !this.#closed && this.#filled() >>> 16 === turnOf(this.#completionHead);
  }

  /** The first word of the slot that comes next. */
  #filled(): number {
    return Atomics.load(this.#words, wordOf(this.#slotAt()) + SLOT.filled);
  }

  #slotAt(): number {
    return this.#places.completions + (this.#completionHead & (this.shape.slots - 1)) * this.shape.slotBytes;
  }

  /**
   * Takes the completions that are there.
   * @param receive Gets what each carries, in order, for keeps
   * @returns whether there was any
   * @throws ProtocolError BAD_REPLY
   */
  take(receive: (bytes: Uint8Array) => void): boolean {
    let any = false;
    // What comes may end the connection, and with it this ring. What comes meanwhile has its turn later.
    for (let left = this.shape.slots; left > 0 && this.hasCompletion(); left--) {
      const bytes = this.#takeSlot();
      this.#completionHead = (this.#completionHead + 1) | 0;
      Atomics.store(this.#words, wordOf(RING_LAYOUT.completionHead), this.#completionHead);
      receive(bytes);
      any = true;
    }
    if (any && !this.#closed) this.#wakeDaemon(DAEMON_WANTS_ROOM);
    return any;
  }

  #takeSlot(): Uint8Array {
    const at = this.#slotAt();
    const length = this.#filled() & 0xffff;
    const kind = this.#words[wordOf(at) + SLOT.kind];
    if (kind !== FRAMES) throw corrupt(`a completion of kind ${kind}`);
    if (length > this.shape.pieceBytes) throw corrupt(`${length} bytes in a slot`);
    const index = this.#completionHead & (this.shape.slots - 1);
    const start =
      length <= this.#inlineBytes
        ? at + SLOT_HEADER_BYTES
        : this.#places.completionData + index * this.shape.pieceBytes;
    const bytes = Buffer.allocUnsafe(length);
    bytes.set(this.#bytes.subarray(start, start + length));
    return bytes;
  }

  // ---- sleep ----------------------------------------------------------------------------------------------------------

  /** This side goes to sleep: what comes, comes with a doorbell. @returns false: something is there, and it stays awake */
  trySleep(): boolean {
    if (this.#closed) return true;
    Atomics.store(this.#words, wordOf(RING_LAYOUT.clientState), CLIENT_ASLEEP);
    if (!this.hasCompletion()) return true;
    this.wake();
    return false;
  }

  wake(): void {
    if (!this.#closed) Atomics.store(this.#words, wordOf(RING_LAYOUT.clientState), CLIENT_AWAKE);
  }

  /** The memory is about to go: it is not touched any more. */
  close(): void {
    this.#closed = true;
  }

  /** Wakes the daemon if it sleeps in a state from `least` on. */
  #wakeDaemon(least: number): void {
    const state = this.#daemonState();
    if (state < least || state === DAEMON_GONE) return;
    const word = wordOf(RING_LAYOUT.daemonState);
    if (Atomics.compareExchange(this.#words, word, state, DAEMON_AWAKE) === state) this.ringDaemon();
  }

  #daemonState(): number {
    return Atomics.load(this.#words, wordOf(RING_LAYOUT.daemonState));
  }
}

function corrupt(what: string): ProtocolError {
  return ProtocolError.local("BAD_REPLY", `the ring holds what no daemon stores there: ${what}`);
}
