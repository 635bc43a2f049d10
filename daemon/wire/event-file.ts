/**
 * The node "eventfd": a counter of the daemon's, for clients that have no eventfd(2) or whose descriptors the daemon cannot
 * reach. Read and write are those of eventfd(2) with EFD_NONBLOCK.
 */
import { errno } from "../../proto/uapi/errno.js";
import type { DescriptorTarget, EventCounter, Readiness } from "../uapi/descriptors.js";
import { readExactly, type UserMemory } from "../uapi/user-memory.js";
import { U64 } from "../u64.js";

const COUNTER_BYTES = 8;

export class EventFile implements DescriptorTarget {
  readonly node = "eventfd";
  readonly readiness: Readiness;
  private count = U64.ZERO;
  private notify: () => void = () => undefined;
  private readonly listeners = new Set<() => void>();

  constructor() {
    const isReadable = (): boolean => !this.count.isZero();
    this.readiness = {
      get readable() {
        return isReadable();
      },
      listen: (listener) => {
        this.notify = listener;
      },
    };
  }

  read(memory: UserMemory, address: U64, count: number): number {
    if (count < COUNTER_BYTES) return -errno.EINVAL;
    if (this.count.isZero()) return -errno.EAGAIN;
    const bytes = new Uint8Array(COUNTER_BYTES);
    const view = new DataView(bytes.buffer);
    this.count.writeTo(view, 0);
    if (!memory.write(address, bytes)) return -errno.EFAULT;
    this.count = U64.ZERO;
    this.notify();
    return COUNTER_BYTES;
  }

  write(memory: UserMemory, address: U64, count: number): number {
    if (count < COUNTER_BYTES) return -errno.EINVAL;
    const bytes = readExactly(memory, address, COUNTER_BYTES);
    if (bytes === undefined) return -errno.EFAULT;
    const view = new DataView(bytes.buffer);
    const added = U64.readFrom(view, 0);
    if (added.equals(U64.MAX)) return -errno.EINVAL;
    // A write stops short of the largest number: only signals reach it.
    if (U64.MAX.minus(this.count).atMost(added)) return -errno.EAGAIN;
    this.add(added);
    return COUNTER_BYTES;
  }

  /** What a device gets of it: it outlives the file. */
  open(): EventCounter {
    let listener: (() => void) | undefined;
    const listen = (next: (() => void) | undefined): void => {
      if (listener !== undefined) this.listeners.delete(listener);
      listener = next;
      if (next === undefined) return;
      this.listeners.add(next);
      if (this.count.isZero()) return;
      this.count = U64.ZERO;
      next();
      this.notify();
    };
    return {
      signal: () => {
        if (!this.count.isMax()) this.add(U64.ONE);
      },
      listen,
      release: () => {
        listen(undefined);
      },
    };
  }

  private add(value: U64): void {
    if (value.isZero()) return;
    this.count = this.listeners.size > 0 ? U64.ZERO : this.count.plus(value);
    for (const listener of this.listeners) listener();
    this.notify();
  }

  release(): void {
    // Devices that signal it go on into nothing.
  }
}
