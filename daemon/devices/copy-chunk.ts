/**
 * A chunk of a copy: what has been translated of its source, which moves straight to the destination where memory can do that,
 * and through a buffer otherwise.
 *
 * Owns the invariant that a copy means the same either way: the chunk is read whole before anything of it is written, and no
 * source is read after a wait, in which its pages may have been given back.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { PhysicalMemory } from "../hw/interface.js";

/** Bytes [start, end) of the chunk that lie together in physical memory. */
interface Run {
  readonly physical: number;
  readonly start: number;
  readonly end: number;
}

export class CopyChunk {
  private readonly runs: Run[] = [];
  private buffer: Uint8Array | undefined;
  /** What of the chunk can still be moved ends here: the source behind it is gone. */
  private readableEnd = Infinity;
  /** A write failed because its source is gone; so many of its bytes were moved before. */
  failedReading = false;
  movedOfFailed = 0;

  constructor(
    private readonly memory: PhysicalMemory,
    /** Gives a buffer that is as long as the chunk. */
    private readonly takeBuffer: () => Uint8Array,
  ) {}

  /** Bytes [start, start + length) of the chunk have been translated. They are read now unless that can be left for later. */
  read(physical: number, start: number, length: number): Errno | Promise<Errno> {
    if (this.memory.isCopySource?.(physical, length) === true) {
      this.runs.push({ physical, start, end: start + length });
      return errno.OK;
    }
    return this.memory.read(physical, this.bytes(start, start + length));
  }

  /** Reads what was left for later. */
  settle(): void {
    for (const { physical, start, end } of this.runs) {
      // Never a promise: such memory is no source to be left for later.
      if (this.memory.read(physical, this.bytes(start, end)) === errno.OK) continue;
      this.readableEnd = start;
      break;
    }
    this.runs.length = 0;
  }

  /** Moves bytes [start, start + length) of the chunk, after what lies before them. */
  write(physical: number, start: number, length: number): Errno | Promise<Errno> {
    const end = start + length;
    if (this.runs.some((run) => physical < run.physical + run.end - run.start && run.physical < physical + length))
      this.settle();
    const moved = start + this.copyRuns(physical, start, end);
    if (moved === end) return errno.OK;
    this.settle();
    const writable = Math.min(end, Math.max(moved, this.readableEnd));
    const result =
      moved === writable ? errno.OK : this.memory.write(physical + moved - start, this.bytes(moved, writable));
    if (writable === end) return result;
    const fail = (error: Errno): Errno => {
      if (error !== errno.OK) return error;
      this.failedReading = true;
      this.movedOfFailed = writable - start;
      return errno.EFAULT;
    };
    return typeof result === "number" ? fail(result) : result.then(fail);
  }

  /** @returns how many bytes from `start` on were moved without a buffer */
  private copyRuns(physical: number, start: number, end: number): number {
    let at = start;
    for (const run of this.runs) {
      if (run.end <= at) continue;
      if (run.start > at) break;
      const wanted = Math.min(run.end, end) - at;
      const copied = this.memory.copy?.(physical + at - start, run.physical + at - run.start, wanted) ?? 0;
      at += copied;
      if (copied < wanted || at === end) break;
    }
    return at - start;
  }

  private bytes(start: number, end: number): Uint8Array {
    this.buffer ??= this.takeBuffer();
    return this.buffer.subarray(start, end);
  }
}
