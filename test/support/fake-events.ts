/** Eventfds that are counters in the test, and how often each is held: a table of descriptors with them, and one of another file. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { EventCounter } from "../../daemon/core/event-counter.js";

/** A descriptor that is open, and no eventfd. */
export const OTHER_FILE = 7;
/** A descriptor that is not open. */
export const CLOSED_FILE = 999;
export const FIRST_EVENT = 10;

class FakeEvent {
  count = 0;
  holders = 0;
  readonly listeners = new Set<() => void>();

  signal(): void {
    if (this.listeners.size === 0) this.count++;
    for (const listener of this.listeners) listener();
  }
}

export class FakeEvents {
  private readonly events = new Map<number, FakeEvent>();

  /** Of eventfds that descriptors FIRST_EVENT and up are. */
  constructor(count = 16) {
    for (let at = 0; at < count; at++) this.events.set(FIRST_EVENT + at, new FakeEvent());
  }

  readonly open = (fd: number): EventCounter | Errno => {
    const event = this.events.get(fd);
    if (event === undefined) return fd === OTHER_FILE ? errno.EINVAL : errno.EBADF;
    let held = true;
    let listener: (() => void) | undefined;
    event.holders++;
    const listen = (next: (() => void) | undefined): void => {
      if (listener !== undefined) event.listeners.delete(listener);
      listener = next;
      if (next !== undefined) event.listeners.add(next);
    };
    return {
      signal: () => {
        if (!held) throw new Error(`eventfd ${fd} is signalled after its release`);
        event.signal();
      },
      listen,
      release: () => {
        if (!held) throw new Error(`eventfd ${fd} is released twice`);
        held = false;
        event.holders--;
        listen(undefined);
      },
    };
  };

  /** write(2) of 1. */
  write(fd: number): void {
    this.events.get(fd)!.signal();
  }

  /** read(2): what was signalled since. */
  take(fd: number): number {
    const event = this.events.get(fd)!;
    const { count } = event;
    event.count = 0;
    return count;
  }

  holders(fd: number): number {
    return this.events.get(fd)!.holders;
  }

  get allHolders(): number {
    return [...this.events.values()].reduce((sum, { holders }) => sum + holders, 0);
  }
}
