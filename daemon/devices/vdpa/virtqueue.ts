/**
 * A split virtqueue from the device's side (virtio 1.1, chapter 2.6): takes chains from the available ring, has them served, and
 * puts them into the used ring.
 *
 * Invariant: chains are used in the order in which they were made available, each before the next one is taken, so one index
 * says how far both rings are. A chain that was dropped half-way is taken again.
 */
import { errno } from "../../../proto/uapi/errno.js";
import { lastOf, U64 } from "../../u64.js";
import { BUFFER_BYTES_MAX, type DmaOptions, type DmaResult } from "../dma-engine.js";
import { Work, type Steps, type TurnBudget } from "../work.js";
import {
  availableLayout,
  descriptorLayout,
  usedLayout,
  VIRTQ_AVAIL_F_NO_INTERRUPT,
  VIRTQ_DESC_F,
} from "./split-ring.js";

/** Entries of the largest queue. */
export const QUEUE_SIZE_MAX = 256;

/** Descriptors and bytes that a queue handles in one go. */
export const QUEUE_TURN: TurnBudget = { items: 256, bytes: 1024 * 1024 };

/** Ring indices have 16 bits. */
const INDEX_MASK = 0xffff;

/** DMA of the device. */
export interface QueueDma {
  read(iova: U64, into: Uint8Array, options?: DmaOptions): DmaResult | Promise<DmaResult>;
  write(iova: U64, from: Uint8Array, options?: DmaOptions): DmaResult | Promise<DmaResult>;
}

/** Why a queue stopped. */
export type QueueFailure =
  | "memory is not there"
  | "more chains are available than the queue has entries"
  | "descriptor index beyond the queue"
  | "chain without end"
  | "indirect descriptor"
  | "readable descriptor behind a writable one";

export interface Buffer {
  readonly address: U64;
  readonly length: number;
}

/** What a chain of descriptors describes. */
export interface Chain {
  readonly head: number;
  readonly readable: readonly Buffer[];
  readonly writable: readonly Buffer[];
}

/** What a device does with a chain. @returns bytes written, from the first of the writable ones on */
export type ServeChain = (chain: Chain, port: QueuePort) => Steps<number | QueueFailure>;

/** What serving a chain may use. */
export interface QueuePort {
  readonly work: Work;
  /** Scratch memory of BUFFER_BYTES_MAX bytes. */
  readonly buffer: Uint8Array;
  /** @returns whether it went well */
  read(address: U64, into: Uint8Array): Steps<boolean>;
  write(address: U64, from: Uint8Array): Steps<boolean>;
}

/** IOVAs of the parts of a queue. */
export interface QueueAddresses {
  readonly descriptors: U64;
  readonly available: U64;
  readonly used: U64;
}

export interface VirtqueueHost {
  readonly dma: QueueDma;
  /** As PciHost.later. */
  later(task: () => void): void;
  readonly serve: ServeChain;
  /** A chain was used, and the driver wants to know. */
  used(): void;
  failed(): void;
}

export class Virtqueue {
  size = QUEUE_SIZE_MAX;
  addresses: QueueAddresses = { descriptors: U64.ZERO, available: U64.ZERO, used: U64.ZERO };
  /** Of the next chain in both rings. */
  index = 0;
  private reason: QueueFailure | undefined;
  private work: Work | undefined;
  private buffer = new Uint8Array(BUFFER_BYTES_MAX);
  /** Somebody kicked since the available index was read. */
  private kicked = false;

  constructor(private readonly host: VirtqueueHost) {}

  get failure(): QueueFailure | undefined {
    return this.reason;
  }

  /** Looks for chains until there are none. Preconditions: size and addresses are the driver's. */
  kick(): void {
    if (this.reason !== undefined) return;
    this.kicked = true;
    if (this.work !== undefined) return;
    const work = new Work(QUEUE_TURN, (task) => {
      this.host.later(task);
    });
    this.work = work;
    work.start(this.run(work));
  }

  /** Nothing of what is in hand lands any more. */
  stop(): void {
    // A transfer that memory answers late may still fill its buffer.
    if (this.work?.waiting === true) this.buffer = new Uint8Array(BUFFER_BYTES_MAX);
    this.work?.drop();
    this.work = undefined;
    this.kicked = false;
  }

  /** Back to what it is after a reset of the device. */
  reset(): void {
    this.stop();
    this.size = QUEUE_SIZE_MAX;
    this.addresses = { descriptors: U64.ZERO, available: U64.ZERO, used: U64.ZERO };
    this.index = 0;
    this.reason = undefined;
  }

  inspect(): Record<string, unknown> {
    return {
      size: this.size,
      ...this.addresses,
      index: this.index,
      waitsForMemory: this.work?.waiting ?? false,
      failure: this.reason ?? null,
    };
  }

  private *run(work: Work): Steps {
    const port = this.portOf(work);
    while (this.kicked) {
      this.kicked = false;
      const failure = yield* this.drain(port);
      // Whoever is told of a used chain may have stopped the queue.
      if (work.dropped) return;
      if (failure === undefined) continue;
      this.reason = failure;
      this.work = undefined;
      this.host.failed();
      return;
    }
    this.work = undefined;
  }

  /** Serves what is available. */
  private *drain(port: QueuePort): Steps<QueueFailure | undefined> {
    const available = yield* this.readU16(port, availableLayout.idx);
    if (available === undefined) return "memory is not there";
    if (((available - this.index) & INDEX_MASK) > this.size)
      return "more chains are available than the queue has entries";
    while (this.index !== available) {
      const chain = yield* this.take(port);
      if (typeof chain === "string") return chain;
      const written = yield* this.host.serve(chain, port);
      if (typeof written === "string") return written;
      if (!(yield* this.use(port, chain.head, written))) return "memory is not there";
      this.index = (this.index + 1) & INDEX_MASK;
      const flags = yield* this.readU16(port, availableLayout.flags);
      if (flags === undefined) return "memory is not there";
      if ((flags & VIRTQ_AVAIL_F_NO_INTERRUPT) === 0) this.host.used();
      if (port.work.dropped) return undefined;
    }
    return undefined;
  }

  /** The next available chain. */
  private *take(port: QueuePort): Steps<Chain | QueueFailure> {
    const slot = this.index & (this.size - 1);
    const head = yield* this.readU16(port, availableLayout.ring + slot * availableLayout.entryBytes);
    if (head === undefined) return "memory is not there";
    const readable: Buffer[] = [];
    const writable: Buffer[] = [];
    const entry = new DataView(new ArrayBuffer(descriptorLayout.bytes));
    for (let at = head, count = 1; ; count++) {
      if (at >= this.size) return "descriptor index beyond the queue";
      if (count > this.size) return "chain without end";
      yield* port.work.nextItem();
      const address = part(this.addresses.descriptors, at * descriptorLayout.bytes, descriptorLayout.bytes);
      if (address === undefined || !(yield* port.read(address, new Uint8Array(entry.buffer))))
        return "memory is not there";
      const flags = entry.getUint16(descriptorLayout.flags, true);
      if ((flags & VIRTQ_DESC_F.INDIRECT) !== 0) return "indirect descriptor";
      const isWritable = (flags & VIRTQ_DESC_F.WRITE) !== 0;
      if (!isWritable && writable.length > 0) return "readable descriptor behind a writable one";
      (isWritable ? writable : readable).push({
        address: U64.readFrom(entry, descriptorLayout.addr),
        length: entry.getUint32(descriptorLayout.len, true),
      });
      if ((flags & VIRTQ_DESC_F.NEXT) === 0) return { head, readable, writable };
      at = entry.getUint16(descriptorLayout.next, true);
    }
  }

  /** Puts a chain into the used ring: the entry first, the index when it is there. */
  private *use(port: QueuePort, head: number, written: number): Steps<boolean> {
    const { used } = this.addresses;
    const entry = new DataView(new ArrayBuffer(usedLayout.entryBytes));
    entry.setUint32(0, head, true);
    entry.setUint32(4, written, true);
    const slot = this.index & (this.size - 1);
    const entryAt = part(used, usedLayout.ring + slot * usedLayout.entryBytes, usedLayout.entryBytes);
    if (entryAt === undefined || !(yield* port.write(entryAt, new Uint8Array(entry.buffer)))) return false;
    const index = new DataView(new ArrayBuffer(2));
    index.setUint16(0, this.index + 1, true);
    const indexAt = part(used, usedLayout.idx, 2);
    return indexAt !== undefined && (yield* port.write(indexAt, new Uint8Array(index.buffer)));
  }

  /** A field of the available ring; undefined: memory is not there. */
  private *readU16(port: QueuePort, offset: number): Steps<number | undefined> {
    const address = part(this.addresses.available, offset, 2);
    const bytes = new Uint8Array(2);
    if (address === undefined || !(yield* port.read(address, bytes))) return undefined;
    return bytes[0]! | (bytes[1]! << 8);
  }

  private portOf(work: Work): QueuePort {
    const { dma } = this.host;
    const { cancellation } = work;
    return {
      work,
      buffer: this.buffer,
      *read(address, into) {
        return (yield* work.transfer(dma.read(address, into, { cancellation }))).error === errno.OK;
      },
      *write(address, from) {
        return (yield* work.transfer(dma.write(address, from, { cancellation }))).error === errno.OK;
      },
    };
  }
}

/** The address of [offset, offset + length) of a ring, or undefined if that goes beyond 2^64. */
function part(ring: U64, offset: number, length: number): U64 | undefined {
  return lastOf(ring, U64.fromNumber(offset + length)) && ring.plusNumber(offset);
}
