/** An index that is one eventfd and nothing else: ERR and REQ (specification 50, section 4.5). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { EventCounter } from "../core/event-counter.js";
import type { InterruptRequest } from "./interrupt-request.js";

const REMOVE = -1;

export class SingleEvent {
  private event: EventCounter | undefined;

  get isRegistered(): boolean {
    return this.event !== undefined;
  }

  signal(): void {
    this.event?.signal();
  }

  /** EINVAL, EBADF */
  trigger({ start, count, data }: InterruptRequest): Errno {
    if (start !== 0 || count > 1) return errno.EINVAL;
    if (data.kind === "none") return this.signalOrRemove(count);
    if (count === 0) return errno.EINVAL;
    if (data.kind === "bool") {
      if (data.values[0] !== 0) this.signal();
      return errno.OK;
    }
    const fd = data.fds[0]!;
    if (fd < REMOVE) return errno.EINVAL;
    const event = fd === REMOVE ? undefined : data.open(fd);
    if (typeof event === "number") return event;
    this.replace(event);
    return errno.OK;
  }

  private signalOrRemove(count: number): Errno {
    if (!this.isRegistered) return errno.EINVAL;
    if (count === 0) this.teardown();
    else this.signal();
    return errno.OK;
  }

  private replace(event: EventCounter | undefined): void {
    this.event?.release();
    this.event = event;
  }

  teardown(): void {
    this.replace(undefined);
  }
}
