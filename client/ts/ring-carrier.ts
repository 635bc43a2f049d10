/**
 * A ring in place of a connection's byte stream, and how its client waits: it looks for completions for a while, then sleeps
 * until the daemon rings over the socket.
 *
 * Invariants: while nothing is unanswered it sleeps, with no timer running; sockets and timers of the program have their turn
 * however fast answers come; when the connection is over the memory is unmapped and not touched any more.
 */
import { frameOf } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import type { RingShape } from "../../proto/wire/ring-layout.js";
import { Trials } from "../../proto/wire/trials.js";
import type { Mapping } from "./native-mapping.js";
import { ClientRing } from "./ring.js";
import type { Duplex } from "./transport.js";

/** What a connection does with what comes. */
export interface RingEvents {
  /** The bytes are the receiver's to keep. */
  received(bytes: Uint8Array): void;
  /** The ring holds what makes no sense. */
  corrupt(error: Error): void;
  /** Something is unanswered. */
  isAwaiting(): boolean;
}

/** How long completions are looked for without a turn of the event loop, and with. */
const SPIN_MS = 0.02;
const IDLE_MS = 0.1;
/** Sockets and timers have their turn after so long. */
const TURN_MS = 0.1;
/** Looks between two at the clock. */
const SPINS_BETWEEN = 16;
/** Room is looked for in each turn of the event loop for so long, and then so often. */
const ROOM_TURNS_MS = 1;
const ROOM_EVERY_MS = 1;

const DOORBELL = frameOf(iommufd_emu.v1.ClientFrame.encode({ doorbell: {} }).finish());

export class RingCarrier implements Duplex {
  readonly #ring: ClientRing;
  readonly #receive: (bytes: Uint8Array) => void;
  /** The next look, of which there is one at a time. */
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When something was last sent or found. */
  #busyAt = 0;
  /** When the event loop last had its turn, as far as this is known; undefined: since the last look. */
  #turnBegan: number | undefined;
  readonly #trials = new Trials();
  #taking = false;
  #closing = false;
  #over = false;

  constructor(
    private readonly mapping: Mapping,
    shape: RingShape,
    private readonly socket: Duplex,
    private readonly events: RingEvents,
  ) {
    this.#ring = new ClientRing(mapping.memory, shape, () => {
      socket.write(DOORBELL);
    });
    this.#receive = (bytes) => {
      events.received(bytes);
    };
  }

  write(bytes: Uint8Array): void {
    if (this.#closing) return;
    this.#guard(() => {
      this.#ring.wake();
      this.#ring.write(bytes);
    });
    this.#busyAt = performance.now();
    // What is being taken is looked at anew when it has been.
    if (this.#taking) return;
    this.#spin();
    this.#goOn();
  }

  /** The daemon has rung. */
  doorbell(): void {
    if (this.drain()) this.#busyAt = performance.now();
    this.#goOn();
  }

  /** Takes what is there. @returns whether anything was */
  drain(): boolean {
    if (this.#taking || this.#closing) return false;
    this.#taking = true;
    let any = false;
    this.#guard(() => {
      any = this.#ring.take(this.#receive);
    });
    this.#taking = false;
    return any;
  }

  /** Ends the socket when the daemon has taken what was written. */
  close(): void {
    this.#closing = true;
    this.#finishClosing();
  }

  /** The socket is over. */
  end(): void {
    this.#closing = true;
    this.#release();
  }

  // ---- waiting --------------------------------------------------------------------------------------------------------

  /** Looks for completions without a turn of the event loop, where that has been good for something. */
  #spin(): void {
    if (!this.events.isAwaiting() || !this.#trials.isWorthIt) return;
    const began = this.#busyAt;
    if (began - this.#turn(began) > TURN_MS) return;
    do {
      for (let spins = 0; spins < SPINS_BETWEEN; spins++) {
        if (!this.#ring.hasCompletion()) continue;
        this.#found();
        return;
      }
    } while (performance.now() - began < SPIN_MS);
  }

  /** When this turn of the event loop began, or was first asked for. */
  #turn(now: number): number {
    if (this.#turnBegan === undefined) {
      this.#turnBegan = now;
      setImmediate(() => {
        this.#turnBegan = undefined;
      });
    }
    return this.#turnBegan;
  }

  #found(): void {
    this.#trials.succeeded();
    this.drain();
    this.#busyAt = performance.now();
  }

  /** Looks again later, or sleeps. */
  #goOn(): void {
    if (this.#closing || this.#taking || this.#immediate !== undefined || this.#timer !== undefined) return;
    const idleMs = performance.now() - this.#busyAt;
    if (this.#ring.isBlocked) this.#lookForRoom(idleMs);
    else if (!this.events.isAwaiting()) this.#sleep();
    else if (this.#trials.isWorthIt && idleMs < IDLE_MS) this.#lookSoon();
    else {
      this.#trials.failed();
      this.#sleep();
    }
  }

  #sleep(): void {
    if (!this.#ring.trySleep()) this.#lookSoon();
  }

  #lookSoon(): void {
    this.#immediate = setImmediate(this.#look);
  }

  /** The daemon rings for completions, not for room. */
  #lookForRoom(idleMs: number): void {
    if (idleMs < ROOM_TURNS_MS) this.#lookSoon();
    else this.#timer = setTimeout(this.#look, ROOM_EVERY_MS);
  }

  readonly #look = (): void => {
    this.#immediate = this.#timer = undefined;
    if (this.#closing) {
      this.#finishClosing();
      return;
    }
    if (this.#ring.isBlocked) this.#guard(this.#pushWaiting);
    if (this.#ring.hasCompletion()) this.#found();
    this.#goOn();
  };

  readonly #pushWaiting = (): void => {
    this.#ring.pushWaiting();
  };

  // ---- the end --------------------------------------------------------------------------------------------------------

  /** Runs what reads the memory. */
  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#release();
      this.events.corrupt(error as Error);
    }
  }

  #finishClosing(): void {
    if (this.#isOver()) {
      this.socket.close();
      return;
    }
    if (this.#immediate !== undefined || this.#timer !== undefined) return;
    this.#guard(() => {
      this.#ring.pushWaiting();
      if (this.#ring.isTaken) this.#release();
    });
    if (this.#isOver()) this.socket.close();
    else this.#lookForRoom(performance.now() - this.#busyAt);
  }

  #isOver(): boolean {
    return this.#over;
  }

  /** The memory is not touched after this. */
  #release(): void {
    if (this.#over) return;
    this.#over = true;
    this.#ring.close();
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#immediate = this.#timer = undefined;
    this.mapping.unmap();
  }
}
