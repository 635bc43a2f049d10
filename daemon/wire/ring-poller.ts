/**
 * Polls the rings of all sessions while they are busy and for a while after, then sleeps until a doorbell comes: a daemon whose
 * clients are idle uses no processor. How long the while is follows from what polling was good for: longer than the pauses that
 * it has bridged, and nothing where several in a row were for nothing, as they are when a client has no processor to run on
 * while this one polls.
 */

import { Trials } from "../../proto/wire/trials.js";

/** A ring, as it is polled. */
export interface PolledRing {
  /** @returns whether there was anything to do */
  poll(): boolean;
  /** @returns false: something has come meanwhile */
  trySleep(): boolean;
  wake(): void;
}

/** Sockets have their turn after so long. */
const TURN_MS = 0.05;
/** How long rings are polled without anything to do. */
const IDLE_MS_MIN = 0.05;
const IDLE_MS_MAX = 1;
/** Of the while that polling lasts, so much is given up with each pause that was bridged. */
const DECAY = 1 / 64;
/** Rounds between two looks at the clock. */
const ROUNDS_MAX = 16;

export class RingPoller {
  /** Never changed but replaced: what is polled may end a session. */
  private rings: readonly PolledRing[] = [];
  private running = false;
  private idleMs = IDLE_MS_MIN;
  private readonly trials = new Trials();
  private busyAt = 0;
  /** One has come since rings were last looked at. */
  private doorbell = false;

  /** @param now in milliseconds @param later runs a task once sockets have had their turn */
  constructor(
    private readonly now: () => number,
    private readonly later: (task: () => void) => void,
  ) {}

  add(ring: PolledRing): void {
    this.rings = [...this.rings, ring];
    this.start();
  }

  remove(ring: PolledRing): void {
    this.rings = this.rings.filter((each) => each !== ring);
  }

  /** A doorbell has come. */
  start(): void {
    if (this.running) return;
    this.running = true;
    this.doorbell = true;
    this.busyAt = this.now();
    for (const ring of this.rings) ring.wake();
    this.turn();
  }

  /** A ring has come to want what no doorbell announces to a poller that was asleep already. */
  startSoon(): void {
    if (!this.running) this.later(this.startNow);
  }

  private readonly startNow = (): void => {
    this.start();
  };

  private readonly turn = (): void => {
    const began = this.now();
    for (let now = began; now - began < TURN_MS; now = this.now()) {
      const any = this.round();
      if (any) this.worked(now);
      this.doorbell = false;
      if (!any && this.isLongIdle(now)) break;
    }
    if (this.isLongIdle(this.now()) && this.sleep()) return;
    this.later(this.turn);
  };

  /** Polls until there is nothing to do, but not for ever. @returns whether there was anything */
  private round(): boolean {
    let any = false;
    for (let rounds = 0; rounds < ROUNDS_MAX; rounds++) {
      const { rings } = this;
      for (let index = 0; index < rings.length; index++) if (rings[index]!.poll()) any = true;
    }
    return any;
  }

  private isLongIdle(now: number): boolean {
    return now - this.busyAt > this.patienceMs();
  }

  private patienceMs(): number {
    if (!this.trials.isWorthIt) return 0;
    return this.trials.isAnew ? IDLE_MS_MIN : this.idleMs;
  }

  private worked(now: number): void {
    // What came with a doorbell would have come without polling, too.
    if (!this.doorbell) {
      const idleMs = Math.max(2 * (now - this.busyAt), this.idleMs * (1 - DECAY));
      this.idleMs = Math.min(Math.max(idleMs, IDLE_MS_MIN), IDLE_MS_MAX);
      this.trials.succeeded();
    }
    this.busyAt = now;
  }

  private sleep(): boolean {
    let asleep = true;
    for (const ring of this.rings) asleep = ring.trySleep() && asleep;
    if (!asleep) {
      for (const ring of this.rings) ring.wake();
      this.worked(this.now());
      return false;
    }
    this.running = false;
    this.trials.failed();
    this.idleMs = Math.min(2 * this.idleMs, IDLE_MS_MAX);
    return true;
  }
}
