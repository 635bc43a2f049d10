/** What a session has of its ring: none, one that the client may use, or one that it uses in place of the connection. */
import { errno } from "../../proto/uapi/errno.js";
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import type { U64 } from "../u64.js";
import type { Written } from "./output.js";
import { ProtocolViolation } from "./protocol-error.js";
import { RingCarrier, type RingHost, type RingSession } from "./ring-carrier.js";
import { RING_PIECE_BYTES, RING_SLOT_BYTES, RING_SLOTS } from "./ring.js";

export interface RingUser extends RingSession {
  /** The client has begun to use the ring. */
  used(): void;
}

export class SessionRing {
  private carrier: RingCarrier | undefined;
  private used = false;

  /** @param host absent: there are no rings */
  constructor(
    private readonly host: RingHost | undefined,
    private readonly session: RingUser,
  ) {}

  /** Frames to the client go by the ring. */
  get isUsed(): boolean {
    return this.used;
  }

  private use(): void {
    this.used = true;
    this.session.used();
  }

  /** @throws ProtocolViolation RING_REPEATED */
  open(): iommufd_emu.v1.RingReply.$Properties {
    if (this.carrier !== undefined) throw new ProtocolViolation("RING_REPEATED");
    if (this.host === undefined) return { error: errno.EOPNOTSUPP };
    const { session } = this;
    const carrier = RingCarrier.create(this.host, {
      ...session,
      frames: (bytes, length) => {
        if (!this.used) this.use();
        session.frames(bytes, length);
      },
      ioctl: () => {
        if (!this.used) this.use();
        session.ioctl();
      },
    });
    if (typeof carrier === "number") return { error: carrier };
    this.carrier = carrier;
    carrier.start();
    return { path: carrier.path, slots: RING_SLOTS, slotBytes: RING_SLOT_BYTES, pieceBytes: RING_PIECE_BYTES };
  }

  /** A doorbell has come over the socket. @returns false: there is nothing to wake, so it makes no sense */
  wake(): boolean {
    if (this.carrier === undefined) return false;
    this.host?.poller.start();
    return true;
  }

  /** As Ring.answer. */
  answer(sequence: number, result: number, argument: U64, written: readonly Written[], count: number): boolean {
    return this.carrier?.answer(sequence, result, argument, written, count) ?? false;
  }

  /** As Ring.write. @returns whether the client keeps up */
  write(bytes: Uint8Array, length: number): boolean {
    return this.carrier?.write(bytes, length) ?? true;
  }

  /** What is still to be said goes by the socket. */
  end(): void {
    this.carrier?.end();
    this.carrier = undefined;
    this.used = false;
  }
}
