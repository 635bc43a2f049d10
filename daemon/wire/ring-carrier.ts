/** A ring in place of a connection's byte stream: what a session has of it, and how the poller drives it. */
import { frameOf } from "../../proto/wire/framing.js";
import { iommufd_emu } from "../../proto/wire/generated/wire.js";
import type { Errno } from "../../proto/uapi/errno.js";
import type { U64 } from "../u64.js";
import type { Written } from "./output.js";
import { Ring, RING_BYTES, type RingReceiver } from "./ring.js";
import type { PolledRing, RingPoller } from "./ring-poller.js";

/** Memory that the daemon shares with one client, which cannot make it shorter. */
export interface RingMemory {
  readonly memory: ArrayBuffer;
  /** Of a file to be opened and mapped shared. */
  readonly path: string;
  /** The memory is not to be touched after it. */
  release(): void;
}

/** What a daemon needs for rings. */
export interface RingHost {
  readonly poller: Pick<RingPoller, "add" | "remove" | "start" | "startSoon">;
  /** @param bytes zeroed @returns why there is none */
  allocate(bytes: number): RingMemory | Errno;
}

/** What a session does with what comes. */
export interface RingSession extends RingReceiver {
  /** Runs `action`, which may throw a ProtocolViolation, as what handles input. */
  step(action: () => void): void;
  /** What `write` could not store at once is stored. */
  drained(): void;
  /** Sends bytes over the socket. */
  ring(doorbell: Uint8Array): void;
}

const DOORBELL = frameOf(iommufd_emu.v1.ServerFrame.encode({ doorbell: {} }).finish());

export class RingCarrier implements PolledRing {
  private readonly ring: Ring;
  private blocked = false;
  private ended = false;
  private busy = false;
  private readonly pollStep: () => void;

  private constructor(
    private readonly host: RingHost,
    private readonly shared: RingMemory,
    private readonly session: RingSession,
  ) {
    this.ring = new Ring(shared.memory, () => {
      session.ring(DOORBELL);
    });
    this.pollStep = () => {
      this.busy = this.ring.poll(session);
    };
  }

  /** @returns why there is none */
  static create(host: RingHost, session: RingSession): RingCarrier | Errno {
    const shared = host.allocate(RING_BYTES);
    return typeof shared === "number" ? shared : new RingCarrier(host, shared, session);
  }

  get path(): string {
    return this.shared.path;
  }

  /** Requests come by it from now on. */
  start(): void {
    this.host.poller.add(this);
  }

  /** As Ring.answer. */
  answer(sequence: number, result: number, argument: U64, written: readonly Written[], count: number): boolean {
    return this.ended || this.ring.answer(sequence, result, argument, written, count);
  }

  /** As Ring.write. @returns whether the client keeps up */
  write(bytes: Uint8Array, length: number): boolean {
    if (this.ended || this.ring.write(bytes, length)) return true;
    this.blocked = true;
    // While the poller sleeps, the ring says that it needs a doorbell for submissions, not for room.
    this.host.poller.startSoon();
    return false;
  }

  poll(): boolean {
    if (!this.ring.hasWork()) return false;
    this.session.step(this.pollStep);
    if (this.blocked && !this.ended && this.ring.isDrained) {
      this.blocked = false;
      this.session.drained();
    }
    return this.busy;
  }

  trySleep(): boolean {
    let asleep = true;
    this.session.step(() => {
      asleep = this.ring.trySleep();
    });
    return asleep;
  }

  wake(): void {
    this.ring.wake();
  }

  /** The session is over. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.host.poller.remove(this);
    this.ring.close();
    this.shared.release();
  }
}
