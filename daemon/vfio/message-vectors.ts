/**
 * The vectors of MSI or of MSI-X of a VFIO device, each with the eventfd that its messages signal (specification 50,
 * section 4.5). Owns the invariant that a vector of MSI-X is masked in hardware exactly while it has no eventfd, so that its
 * message is not lost.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { EventCounter, OpenEvent } from "../core/event-counter.js";
import { isAsked, openSlot, type InterruptRequest } from "./interrupt-request.js";
import type { MessageCapability } from "./message-capability.js";

export class MessageVectors {
  private readonly events = new Map<number, EventCounter>();
  /** Vectors that were asked for when the index was enabled; 0: it is not. */
  private enabled = 0;

  constructor(
    private readonly capability: MessageCapability | undefined,
    /** Vectors can be added while others are in use, as far as the hardware has them. */
    readonly isGrowable: boolean,
  ) {}

  get count(): number {
    return this.capability?.vectors ?? 0;
  }

  get active(): boolean {
    return this.enabled > 0;
  }

  /** 0: the index is not enabled. */
  get enabledVectors(): number {
    return this.enabled;
  }

  /** Vectors with an eventfd, ascending. */
  get signalledVectors(): readonly number[] {
    return [...this.events.keys()].sort((a, b) => a - b);
  }

  message(vector: number): void {
    this.events.get(vector)?.signal();
  }

  /** EINVAL, ERANGE, EBADF. There are always as many vectors as are wanted: the kernel's share of them has no end here. */
  trigger({ start, count, data }: InterruptRequest, isOtherActive: boolean): Errno {
    if (data.kind === "eventfd") {
      if (isOtherActive) return errno.EINVAL;
      return this.active ? this.setEvents(start, data.fds, data.open) : this.enableWith(start, data.fds, data.open);
    }
    if (!this.active) return errno.EINVAL;
    if (data.kind === "none" && count === 0) {
      this.teardown();
      return errno.OK;
    }
    for (let at = 0; at < count; at++) if (isAsked(data, at)) this.message(start + at);
    return errno.OK;
  }

  private enableWith(start: number, fds: Int32Array, open: OpenEvent): Errno {
    const wanted = start + fds.length;
    if (wanted === 0) return errno.ERANGE;
    this.enabled = wanted;
    this.capability?.enable(wanted);
    const error = this.setEvents(start, fds, open);
    if (error !== errno.OK) this.teardown();
    return error;
  }

  /** After a failure the slots up to that of the failure are empty. */
  private setEvents(start: number, fds: Int32Array, open: OpenEvent): Errno {
    for (const [at, fd] of fds.entries()) {
      const error = this.setEvent(start + at, fd, open);
      if (error === errno.OK) continue;
      for (let vector = start; vector < start + at; vector++) this.clear(vector);
      return error;
    }
    return errno.OK;
  }

  private setEvent(vector: number, fd: number, open: OpenEvent): Errno {
    this.clear(vector);
    if (fd >= 0 && vector >= this.enabled && !this.isGrowable) return errno.EINVAL;
    const event = openSlot(fd, open);
    if (typeof event === "number") return event;
    if (event === undefined) return errno.OK;
    this.events.set(vector, event);
    this.capability?.setMasked(vector, false);
    return errno.OK;
  }

  private clear(vector: number): void {
    const event = this.events.get(vector);
    if (event === undefined) return;
    this.capability?.setMasked(vector, true);
    this.events.delete(vector);
    event.release();
  }

  /** The hardware has been reset: what was set up stays. */
  afterReset(): void {
    if (!this.active) return;
    this.capability?.enable(this.enabled);
    for (const vector of this.events.keys()) this.capability?.setMasked(vector, false);
  }

  teardown(): void {
    if (!this.active) return;
    for (const vector of this.signalledVectors) this.clear(vector);
    this.enabled = 0;
    this.capability?.disable();
  }
}
