/**
 * Low power of a VFIO device as its user asks for it (specification 50, section 4.10). Owns the rule that mapped BARs are out
 * of reach from entry to exit, and that with a wakeup eventfd the first use of the device by other ways is the exit.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { EventCounter } from "../core/event-counter.js";

export class LowPower {
  private entered = false;
  private wakeup: EventCounter | undefined;

  /** @param changed is called when `isEntered` has changed */
  constructor(private readonly changed: () => void) {}

  get isEntered(): boolean {
    return this.entered;
  }

  /** @param wakeup taken over, unless an error is returned @returns EINVAL: it is there already */
  enter(wakeup?: EventCounter): Errno {
    if (this.entered) return errno.EINVAL;
    this.entered = true;
    this.wakeup = wakeup;
    this.changed();
    return errno.OK;
  }

  /** The device is used: an ioctl, a read or a write; before it is served. */
  resume(): void {
    if (this.wakeup === undefined) return;
    this.wakeup.signal();
    this.exit();
  }

  exit(): void {
    if (!this.entered) return;
    this.entered = false;
    this.wakeup?.release();
    this.wakeup = undefined;
    this.changed();
  }
}
