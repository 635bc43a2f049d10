/**
 * The interrupt pin of a VFIO device (specification 50, section 4.5). It is level triggered: owns the rule that after a
 * signal it stays masked until somebody unmasks it, and that a level which is still up then is signalled again.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { EventCounter, OpenEvent } from "../core/event-counter.js";
import { isAsked, isOnlyFirst, openSlot, type InterruptRequest } from "./interrupt-request.js";

export interface InterruptPin {
  /** Level now. */
  isAsserted(): boolean;
  /** COMMAND bit 10 of the configuration space that the user sees. */
  isDisabled(): boolean;
}

export class IntxInterrupt {
  private enabled = false;
  private masked = false;
  /** Enabled without an eventfd, it keeps the pin and signals nobody. */
  private event: EventCounter | undefined;
  private unmaskEvent: EventCounter | undefined;

  constructor(private readonly pin: InterruptPin) {}

  get active(): boolean {
    return this.enabled;
  }

  get isMasked(): boolean {
    return this.masked;
  }

  /** EINVAL, EBADF, EBUSY; ENOTTY for an eventfd that would mask */
  set(request: InterruptRequest, isOtherActive: boolean): Errno {
    if (request.action === "trigger") return this.trigger(request, isOtherActive);
    if (!this.active || !isOnlyFirst(request)) return errno.EINVAL;
    const { data } = request;
    if (data.kind === "eventfd") {
      if (request.action === "mask") return errno.ENOTTY;
      return this.setUnmaskEvent(data.fds[0]!, data.open);
    }
    if (!isAsked(data, 0)) return errno.OK;
    if (request.action === "mask") this.masked = true;
    else this.unmask();
    return errno.OK;
  }

  private trigger(request: InterruptRequest, isOtherActive: boolean): Errno {
    const { count, data } = request;
    if (data.kind === "none" && count === 0) return this.disable();
    if (!isOnlyFirst(request)) return errno.EINVAL;
    if (data.kind === "eventfd") {
      if (isOtherActive) return errno.EINVAL;
      const event = openSlot(data.fds[0]!, data.open);
      if (typeof event === "number") return event;
      this.enable(event);
      return errno.OK;
    }
    if (!this.active) return errno.EINVAL;
    if (isAsked(data, 0)) this.event?.signal();
    return errno.OK;
  }

  private enable(event: EventCounter | undefined): void {
    this.event?.release();
    this.event = event;
    this.enabled = true;
    this.deliver();
  }

  private disable(): Errno {
    if (!this.active) return errno.EINVAL;
    this.teardown();
    return errno.OK;
  }

  /** EBUSY, EBADF, EINVAL */
  private setUnmaskEvent(fd: number, open: OpenEvent): Errno {
    if (fd < 0) {
      this.dropUnmaskEvent();
      return errno.OK;
    }
    if (this.unmaskEvent !== undefined) return errno.EBUSY;
    const event = open(fd);
    if (typeof event === "number") return event;
    this.unmaskEvent = event;
    event.listen(() => {
      this.unmask();
    });
    return errno.OK;
  }

  private dropUnmaskEvent(): void {
    this.unmaskEvent?.listen(undefined);
    this.unmaskEvent?.release();
    this.unmaskEvent = undefined;
  }

  /** COMMAND bit 10 has changed: what it masks and unmasks is what MASK and UNMASK do. */
  disabledChanged(disabled: boolean): void {
    if (!this.active) return;
    if (disabled) this.masked = true;
    else this.unmask();
  }

  private unmask(): void {
    this.masked = false;
    this.deliver();
  }

  /** The level went up, or something that held it back is gone. */
  deliver(): void {
    if (this.event === undefined || this.masked || this.pin.isDisabled() || !this.pin.isAsserted()) return;
    this.masked = true;
    this.event.signal();
  }

  teardown(): void {
    this.dropUnmaskEvent();
    this.event?.release();
    this.event = undefined;
    this.enabled = false;
    this.masked = false;
  }
}
