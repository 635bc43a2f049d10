/**
 * Polls the rings of all sessions while they are busy and for a while after, then sleeps until a doorbell comes: a daemon whose
 * clients are idle uses no processor. How long the while is follows from how soon doorbells came after the last ones.
 */

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
/** Rounds between two looks at the clock. */
const ROUNDS_MAX = 16;

export class RingPoller {
  private readonly rings = new Set<PolledRing>();
  private running = false;
  private idleMs = IDLE_MS_MIN;
  private busyAt = 0;
  private sleptAt = 0;

  /** @param now in milliseconds @param later runs a task once sockets have had their turn */
  constructor(
    private readonly now: () => number,
    private readonly later: (task: () => void) => void,
  ) {}

  get count(): number {
    return this.rings.size;
  }

  add(ring: PolledRing): void {
    this.rings.add(ring);
    this.start();
  }

  remove(ring: PolledRing): void {
    this.rings.delete(ring);
  }

  /** A doorbell has come. */
  start(): void {
    if (this.running) return;
    this.running = true;
    const now = this.now();
    // Sleeping was not worth it if it ended about as soon as polling would have gone on.
    const short = now - this.sleptAt < 2 * this.idleMs;
    this.idleMs = Math.min(Math.max(this.idleMs * (short ? 2 : 0.5), IDLE_MS_MIN), IDLE_MS_MAX);
    this.busyAt = now;
    for (const ring of this.rings) ring.wake();
    this.turn();
  }

  private turn(): void {
    const began = this.now();
    for (let now = began; now - began < TURN_MS; now = this.now()) {
      if (this.round()) this.busyAt = now;
      else if (now - this.busyAt > this.idleMs) break;
    }
    if (this.now() - this.busyAt > this.idleMs && this.sleep()) return;
    this.later(() => {
      this.turn();
    });
  }

  /** Polls until there is nothing to do, but not for ever. @returns whether there was anything */
  private round(): boolean {
    let any = false;
    for (let rounds = 0; rounds < ROUNDS_MAX; rounds++) for (const ring of this.rings) any = ring.poll() || any;
    return any;
  }

  private sleep(): boolean {
    let asleep = true;
    for (const ring of this.rings) asleep = ring.trySleep() && asleep;
    if (!asleep) {
      for (const ring of this.rings) ring.wake();
      this.busyAt = this.now();
      return false;
    }
    this.running = false;
    this.sleptAt = this.now();
    return true;
  }
}
