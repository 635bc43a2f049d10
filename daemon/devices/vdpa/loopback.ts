/**
 * What the loopback device does with a chain: the bytes of the readable buffers go into the writable ones, in order, until
 * either are at their end.
 */
import { lastOf, U64 } from "../../u64.js";
import type { Steps } from "../work.js";
import type { Buffer, Chain, QueueFailure, QueuePort } from "./virtqueue.js";

export function* loopBack({ readable, writable }: Chain, port: QueuePort): Steps<number | QueueFailure> {
  const { work, buffer } = port;
  const sources = new Cursor(readable);
  const destinations = new Cursor(writable);
  let written = 0;
  for (;;) {
    const length = Math.min(sources.left, destinations.left, buffer.length);
    if (length === 0) return written;
    if (!sources.isRange() || !destinations.isRange()) return "memory is not there";
    yield* work.nextBytes(length);
    const chunk = buffer.subarray(0, length);
    if (!(yield* port.read(sources.address, chunk))) return "memory is not there";
    if (!(yield* port.write(destinations.address, chunk))) return "memory is not there";
    sources.advance(length);
    destinations.advance(length);
    written += length;
  }
}

/** A place in a list of buffers. */
class Cursor {
  private index = 0;
  private done = 0;

  constructor(private readonly buffers: readonly Buffer[]) {
    this.skipFinished();
  }

  /** Bytes of this buffer; 0 after the last one. */
  get left(): number {
    return (this.buffers[this.index]?.length ?? 0) - this.done;
  }

  /** Preconditions: there are bytes left. */
  get address(): U64 {
    return this.buffers[this.index]!.address.plusNumber(this.done);
  }

  /** Whether this buffer ends below 2^64. Preconditions: there are bytes left. */
  isRange(): boolean {
    const { address, length } = this.buffers[this.index]!;
    return lastOf(address, U64.fromNumber(length)) !== undefined;
  }

  advance(length: number): void {
    this.done += length;
    this.skipFinished();
  }

  private skipFinished(): void {
    while (this.index < this.buffers.length && this.left === 0) {
      this.index++;
      this.done = 0;
    }
  }
}
