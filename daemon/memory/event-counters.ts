/**
 * Eventfds of clients (eventfd(2)): copies of their descriptors, signalled and listened to.
 *
 * Owns one epoll descriptor for all that are listened to. It is waited on by another thread, for a fraction of a second at
 * a time, so that the end of the daemon never waits for it longer.
 */
import { closeSync, readlinkSync } from "node:fs";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Native } from "./native.js";

const WAIT_MS = 100;
const EVENTS_MAX = 64;

/** A client's eventfd, held until `release`. */
export class EventDescriptor {
  private listener: (() => void) | undefined;

  constructor(
    private readonly counters: EventCounters,
    readonly fd: number,
  ) {}

  signal(): void {
    this.counters.native.signalEvent(this.fd);
  }

  listen(listener: (() => void) | undefined): void {
    if ((listener === undefined) !== (this.listener === undefined)) {
      if (listener === undefined) this.counters.unwatch(this);
      else this.counters.watch(this);
    }
    this.listener = listener;
  }

  /** There is something in it: takes it. */
  arrived(): void {
    if (this.counters.native.drainEvent(this.fd) >= 0) this.listener?.();
  }

  release(): void {
    this.listen(undefined);
    closeSync(this.fd);
  }
}

export class EventCounters {
  private epoll = -1;
  private readonly watched = new Map<number, EventDescriptor>();
  private waiting = false;

  constructor(readonly native: Native) {}

  /** @param fd taken over @returns EINVAL, and `fd` is closed, if it is no eventfd */
  adopt(fd: number): EventDescriptor | Errno {
    if (readlinkSync(`/proc/self/fd/${fd}`) === "anon_inode:[eventfd]") return new EventDescriptor(this, fd);
    closeSync(fd);
    return errno.EINVAL;
  }

  watch(event: EventDescriptor): void {
    if (this.epoll < 0) this.epoll = this.native.epollCreate();
    this.native.epollAdd(this.epoll, event.fd, event.fd);
    this.watched.set(event.fd, event);
    if (!this.waiting) void this.wait();
  }

  unwatch(event: EventDescriptor): void {
    this.native.epollRemove(this.epoll, event.fd);
    this.watched.delete(event.fd);
  }

  private async wait(): Promise<void> {
    this.waiting = true;
    const tags = new Uint32Array(EVENTS_MAX);
    while (this.watched.size > 0) {
      const count = await this.native.epollWait(this.epoll, tags, WAIT_MS);
      for (const fd of tags.subarray(0, count)) this.watched.get(fd)?.arrived();
    }
    this.waiting = false;
  }
}
