/**
 * The memory that a device model sees, for tests: IOVA pages that are there, read-only, slow or missing, and the host of a PCI
 * function that notes interrupts and runs what is put off when the test says so.
 */
import type { DmaOptions, DmaResult } from "../../daemon/devices/dma-engine.js";
import type { DmaPort, PciHost } from "../../daemon/devices/pci/model.js";
import { lastOf, PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { errno } from "../../proto/uapi/errno.js";

export const iova = (address: number): U64 => U64.fromNumber(address);

export class IovaSpace implements DmaPort {
  /** By page number; what is not in it faults. */
  readonly pages = new Map<number, Uint8Array>();
  readonly readOnly = new Set<number>();
  /** An access to such a page waits for `release`. */
  readonly slow = new Set<number>();
  /** Every access that reached memory: "read 1000+40". */
  readonly accesses: string[] = [];
  /** Bus mastering: off, every transfer is EIO. */
  enabled = true;
  private waiting: (() => void)[] = [];

  /** Adds zeroed pages. */
  map(address: number, bytes: number): void {
    for (let page = address / PAGE_SIZE; page < (address + bytes) / PAGE_SIZE; page++)
      this.pages.set(page, new Uint8Array(PAGE_SIZE));
  }

  unmap(address: number, bytes: number): void {
    for (let page = address / PAGE_SIZE; page < (address + bytes) / PAGE_SIZE; page++) this.pages.delete(page);
  }

  /** What the program has in its memory. */
  peek(address: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (const [at, part] of this.parts(address, length)) bytes.set(part, at);
    return bytes;
  }

  poke(address: number, bytes: Uint8Array): void {
    for (const [at, part] of this.parts(address, bytes.length)) part.set(bytes.subarray(at, at + part.length));
  }

  /** The pieces of a range in its pages, each with where it begins in the range. */
  private *parts(address: number, length: number): Generator<[number, Uint8Array]> {
    for (let at = 0; at < length;) {
      const offset = (address + at) % PAGE_SIZE;
      const page = this.pages.get(Math.floor((address + at) / PAGE_SIZE))!;
      const part = page.subarray(offset, offset + length - at);
      yield [at, part];
      at += part.length;
    }
  }

  peek64(address: number): bigint {
    return Buffer.from(this.peek(address, 8)).readBigUInt64LE();
  }

  /** Accesses that wait. */
  get pending(): number {
    return this.waiting.length;
  }

  /** Lets all accesses go on that wait now, and gives what follows from it its turn. */
  async release(): Promise<void> {
    const released = this.waiting;
    this.waiting = [];
    for (const go of released) go();
    await new Promise((resolve) => setImmediate(resolve));
  }

  read(at: U64, into: Uint8Array, options: DmaOptions = {}): DmaResult | Promise<DmaResult> {
    return this.run("read", at, into, options);
  }

  write(at: U64, from: Uint8Array, options: DmaOptions = {}): DmaResult | Promise<DmaResult> {
    return this.run("write", at, from, options);
  }

  /** As the engine does it for up to one chunk: what can be read is read whole, and then written. */
  copy(destination: U64, source: U64, length: number, options: DmaOptions = {}): DmaResult | Promise<DmaResult> {
    const data = new Uint8Array(length);
    const passOn = (read: DmaResult): DmaResult | Promise<DmaResult> => {
      if (options.cancellation?.cancelled === true) return { error: errno.EINTR, transferred: 0 };
      if (read.transferred === 0) return { ...read, failedReading: true };
      const conclude = (written: DmaResult): DmaResult =>
        written.error !== errno.OK || read.error === errno.OK
          ? written
          : { ...read, transferred: written.transferred, failedReading: true };
      const written = this.write(destination, data.subarray(0, read.transferred), options);
      return written instanceof Promise ? written.then(conclude) : conclude(written);
    };
    const read = this.read(source, data, options);
    return read instanceof Promise ? read.then(passOn) : passOn(read);
  }

  private run(what: "read" | "write", at: U64, data: Uint8Array, options: DmaOptions): DmaResult | Promise<DmaResult> {
    if (!this.enabled) return { error: errno.EIO, transferred: 0 };
    if (data.length === 0 || lastOf(at, U64.fromNumber(data.length)) === undefined)
      return { error: errno.EINVAL, transferred: 0 };
    return this.move(what, at, data, 0, options);
  }

  private move(
    what: "read" | "write",
    at: U64,
    data: Uint8Array,
    from: number,
    options: DmaOptions,
    isReleased = false,
  ): DmaResult | Promise<DmaResult> {
    let mayTouchSlow = isReleased;
    for (let done = from; done < data.length; mayTouchSlow = false) {
      const address = at.plusNumber(done);
      const page = address.page();
      if (this.slow.has(page) && !mayTouchSlow)
        return new Promise<void>((resolve) => this.waiting.push(resolve)).then(() => {
          if (options.cancellation?.cancelled !== true) return this.move(what, at, data, done, options, true);
          // Memory that has been asked answers, wanted or not.
          if (what === "read") data.fill(0xee, done);
          return { error: errno.EINTR, transferred: done };
        });
      const bytes = this.pages.get(page);
      const write = what === "write";
      if (bytes === undefined || (write && this.readOnly.has(page))) {
        const fault = { kind: "fault", requesterId: 0, address, write, reason: 0x79, name: "not present" } as const;
        return { error: errno.EIO, transferred: done, fault };
      }
      const offset = address.pageOffset();
      const length = Math.min(PAGE_SIZE - offset, data.length - done);
      if (write) bytes.set(data.subarray(done, done + length), offset);
      else data.set(bytes.subarray(offset, offset + length), done);
      this.accesses.push(`${what} ${address.toBigInt().toString(16)}+${length.toString(16)}`);
      done += length;
    }
    return { error: errno.OK, transferred: data.length };
  }
}

export class FakePciHost implements PciHost {
  readonly dma = new IovaSpace();
  /** Vectors, in the order of their interrupts. */
  readonly interrupts: number[] = [];
  /** What the program does at once when it gets one. */
  onInterrupt: (() => void) | undefined;
  /** Of the task that was put off last. */
  delayMs = 0;
  private tasks: (() => void)[] = [];

  interrupt(vector: number): void {
    this.interrupts.push(vector);
    this.onInterrupt?.();
  }

  setIntx(asserted: boolean): void {
    throw new Error(`a device without interrupt pin sets it to ${asserted}`);
  }

  later(task: () => void, delayMs = 0): void {
    this.tasks.push(task);
    this.delayMs = delayMs;
  }

  /** Tasks that are put off. */
  get put(): number {
    return this.tasks.length;
  }

  /** Runs the oldest task. @returns whether there was one */
  runTask(): boolean {
    const task = this.tasks.shift();
    task?.();
    return task !== undefined;
  }

  /** Runs tasks until there are none. */
  runTasks(): void {
    while (this.runTask());
  }
}
