/** Eventfds of callers as devices hold them (eventfd(2)). */
import type { Errno } from "../../proto/uapi/errno.js";

/** An eventfd of the caller's, held until `release`. */
export interface EventCounter {
  /** Adds 1. */
  signal(): void;
  /** Calls `listener` each time that the counter is not 0, and takes it to 0. One listener at a time; undefined: none. */
  listen(listener: (() => void) | undefined): void;
  release(): void;
}

/** The eventfd that is a caller's descriptor. @returns EBADF, or EINVAL for a file of another kind */
export type OpenEvent = (fd: number) => EventCounter | Errno;
