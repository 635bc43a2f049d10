/**
 * The DMA engine of a simulated endpoint: moves bytes between IOVAs and whoever drives the endpoint, every page
 * translated and one memory access for each physically contiguous run. A page that it can ask for it waits for; it stops at
 * the first fault, as a device does.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { InterruptRequest, Iommu, MissingPage, PhysicalMemory, TranslationFault } from "../hw/interface.js";
import { lastOf, U64 } from "../u64.js";
import type { Cancellation } from "./cancellation.js";
import { CopyChunk } from "./copy-chunk.js";
import { PageRequester, type PageAnswer } from "./page-requester.js";

/** Bytes of one memory access, in which nobody else has a turn. */
export const ACCESS_BYTES_MAX = 1024 * 1024;

/** Bytes of a chunk of a copy or a fill, and of the buffer for it. */
export const BUFFER_BYTES_MAX = 64 * 1024;

export interface DmaOptions {
  /** Absent: requests without PASID. */
  readonly pasid?: number | undefined;
  /** Nobody wants the result any more: a transfer that waits for a page ends at once, one that waits for memory after that access. */
  readonly cancellation?: Cancellation;
  /** Called when the transfer begins to wait for a page, which somebody has to map or refuse. */
  readonly onPageWait?: () => void;
}

export interface DmaResult {
  /**
   * 0; EIO: the IOMMU refused, see `fault`; EFAULT: the memory behind a page is gone; EINVAL: no such range; EINTR: nobody
   * wants the result.
   */
  readonly error: Errno;
  /** Bytes moved before the end or the error. */
  readonly transferred: number;
  readonly fault?: TranslationFault;
  /** A copy ended because of its source. */
  readonly failedReading?: true;
}

/** What moves the bytes of a transfer: [start, start + length) of it are those at `physical`. */
interface Mover {
  move(physical: number, start: number, length: number): Errno | Promise<Errno>;
  /** Called before the transfer waits, since until it goes on pages may be unmapped. */
  beforeWait?(): void;
}

/** A transfer under way: it yields when it must wait for memory or a page, and is resumed with the errno of that. */
type Transfer = Generator<Promise<Errno>, DmaResult, Errno>;

/** What a page request comes to. */
const ANSWER_ERRNO: Readonly<Record<PageAnswer, Errno>> = {
  success: errno.OK,
  invalid: errno.EIO,
  abandoned: errno.EINTR,
};

export class DmaEngine {
  readonly pages = new PageRequester();
  /** A buffer of BUFFER_BYTES_MAX that no transfer has. */
  private spare: Uint8Array | undefined;

  constructor(
    private readonly requesterId: number,
    private readonly iommu: Iommu,
    private readonly memory: PhysicalMemory,
  ) {}

  /** Fills `into` from [iova, iova + its length). What lies behind `transferred` is left as it was or undefined. */
  read(iova: U64, into: Uint8Array, options: DmaOptions = {}): DmaResult | Promise<DmaResult> {
    return this.run(iova, into.length, () => {
      const move: Mover["move"] = (physical, start, length) =>
        this.memory.read(physical, into.subarray(start, start + length));
      return this.pass(iova, into.length, false, options, { move });
    });
  }

  /** A write of four bytes into the interrupt window is an interrupt: transferred, but not to memory. */
  write(iova: U64, from: Uint8Array, options: DmaOptions = {}): DmaResult | Promise<DmaResult> {
    return this.run(iova, from.length, () => this.writeSteps(iova, from, options));
  }

  /** Writes one byte value over [iova, iova + length). @param value 0 to 255 */
  fill(iova: U64, length: number, value: number, options: DmaOptions = {}): DmaResult | Promise<DmaResult> {
    return this.run(iova, length, () => this.fillSteps(iova, length, value, options));
  }

  /**
   * Copies `length` bytes in ascending chunks of BUFFER_BYTES_MAX, each read whole before it is written. So overlapping
   * ranges are copied right when the destination is below the source, or when one chunk holds them; otherwise a chunk
   * reads what the ones before it wrote. `transferred` counts bytes written.
   */
  copy(destination: U64, source: U64, length: number, options: DmaOptions = {}): DmaResult | Promise<DmaResult> {
    if (!isRange(destination, length) || !isRange(source, length)) return INVALID_RANGE;
    const done = this.copyRuns(destination, source, 0, length, options);
    if (typeof done !== "number") return done;
    if (done === length) return { error: errno.OK, transferred: length };
    return this.run(source, length, () => this.copySteps(destination, source, done, length, options));
  }

  private run(iova: U64, length: number, start: () => Transfer): DmaResult | Promise<DmaResult> {
    if (!isRange(iova, length)) return INVALID_RANGE;
    const transfer = start();
    const step = transfer.next();
    return step.done === true ? step.value : resume(transfer, step.value);
  }

  private writeSteps(iova: U64, from: Uint8Array, options: DmaOptions): Transfer {
    const move: Mover["move"] = (physical, start, length) =>
      this.memory.write(physical, from.subarray(start, start + length));
    return this.pass(iova, from.length, true, options, { move });
  }

  private *fillSteps(iova: U64, length: number, value: number, options: DmaOptions): Transfer {
    const buffer = this.takeBuffer();
    const pattern = buffer.subarray(0, Math.min(length, BUFFER_BYTES_MAX)).fill(value);
    for (let done = 0; done < length;) {
      const chunk = pattern.subarray(0, length - done);
      const result = yield* this.writeSteps(iova.plusNumber(done), chunk, options);
      done += result.transferred;
      if (result.error !== errno.OK) return { ...result, transferred: done };
    }
    this.spare = buffer;
    return { error: errno.OK, transferred: length };
  }

  /**
   * Does of a copy, from its byte `done` on, what is simple: whole chunks of one run on either side that memory copies by
   * itself.
   * @returns what is done then, or how the copy ended
   */
  private copyRuns(
    destination: U64,
    source: U64,
    done: number,
    length: number,
    options: DmaOptions,
  ): number | DmaResult {
    const { memory } = this;
    if (memory.copy === undefined || isUnwanted(options)) return done;
    while (done < length) {
      const left = length - done;
      const from = this.translateRun(source.plusNumber(done), Math.min(left, RUN_BYTES_MAX), false, options.pasid);
      if (from.kind === "fault") return { error: errno.EIO, transferred: done, fault: from, failedReading: true };
      const readable = from.kind === "memory" ? wholeChunks(from.length, left) : 0;
      if (from.kind !== "memory" || readable === 0 || memory.isCopySource?.(from.physical, readable) !== true) break;
      const to = this.translateRun(destination.plusNumber(done), readable, true, options.pasid);
      if (to.kind === "fault") return { error: errno.EIO, transferred: done, fault: to };
      if (to.kind === "interrupt") return done + to.length;
      const bytes = to.kind === "memory" ? wholeChunks(to.length, left) : 0;
      if (to.kind !== "memory" || bytes === 0) break;
      if (to.physical < from.physical + bytes && from.physical < to.physical + bytes) break;
      const copied = memory.copy(to.physical, from.physical, bytes);
      done += copied;
      if (copied < bytes) break;
    }
    return done;
  }

  /** The rest of a copy from its byte `begun` on. */
  private *copySteps(destination: U64, source: U64, begun: number, length: number, options: DmaOptions): Transfer {
    let buffer: Uint8Array | undefined;
    const takeBuffer = (): Uint8Array => (buffer ??= this.takeBuffer());
    for (let done = begun; done < length;) {
      // A chunk that is done in part is finished first, so that chunks begin where they always do.
      const size = Math.min(BUFFER_BYTES_MAX - (done % BUFFER_BYTES_MAX), length - done);
      const chunk = new CopyChunk(this.memory, takeBuffer);
      const beforeWait = (): void => {
        chunk.settle();
      };
      const read = yield* this.pass(source.plusNumber(done), size, false, options, {
        move: (physical, start, count) => chunk.read(physical, start, count),
        beforeWait,
      });
      if (read.transferred > 0) {
        const written = yield* this.pass(destination.plusNumber(done), read.transferred, true, options, {
          move: (physical, start, count) => chunk.write(physical, start, count),
          beforeWait,
        });
        done += written.transferred + chunk.movedOfFailed;
        if (written.error !== errno.OK)
          return { ...written, transferred: done, ...(chunk.failedReading ? { failedReading: true } : {}) };
      }
      if (read.error !== errno.OK) return { ...read, transferred: done, failedReading: true };
      const next = this.copyRuns(destination, source, done, length, options);
      if (typeof next !== "number") return next;
      done = next;
    }
    this.spare = buffer ?? this.spare;
    return { error: errno.OK, transferred: length };
  }

  private takeBuffer(): Uint8Array {
    const buffer = this.spare ?? new Uint8Array(BUFFER_BYTES_MAX);
    this.spare = undefined;
    return buffer;
  }

  /** One pass over consecutive IOVAs: runs of contiguous pages are gathered and moved in one access each. */
  private *pass(iova: U64, length: number, write: boolean, options: DmaOptions, mover: Mover): Transfer {
    // A copy may have waited for what it read.
    if (isUnwanted(options)) return { error: errno.EINTR, transferred: 0 };
    let moved = 0;
    let runPhysical = 0;
    let runLength = 0;
    for (;;) {
      const at = moved + runLength;
      const left = length - at;
      const page = left > 0 ? this.translateRun(iova.plusNumber(at), left, write, options.pasid) : undefined;
      const joins =
        page?.kind === "memory" &&
        (runLength === 0 || (page.physical === runPhysical + runLength && runLength < ACCESS_BYTES_MAX));
      if (joins) {
        if (runLength === 0) runPhysical = page.physical;
        runLength += Math.min(page.length, ACCESS_BYTES_MAX - runLength);
        continue;
      }
      if (runLength > 0) {
        let error = mover.move(runPhysical, moved, runLength);
        if (typeof error !== "number") {
          mover.beforeWait?.();
          error = yield error;
        }
        if (error !== errno.OK) return { error, transferred: moved };
        moved += runLength;
        runLength = 0;
        // What waited for memory makes no further access once nobody wants it.
        if (left > 0 && isUnwanted(options)) return { error: errno.EINTR, transferred: moved };
      }
      if (page === undefined) return { error: errno.OK, transferred: moved };
      if (page.kind === "fault") return { error: errno.EIO, transferred: moved, fault: page };
      if (page.kind === "missing") {
        mover.beforeWait?.();
        const error = yield* this.awaitPage(page, options);
        if (error === errno.EIO) return { error, transferred: moved, fault: page.giveUp() };
        if (error !== errno.OK) return { error, transferred: moved };
      } else if (page.kind === "interrupt") {
        moved += page.length;
      } else {
        runPhysical = page.physical;
        runLength = Math.min(page.length, ACCESS_BYTES_MAX);
      }
    }
  }

  /** @returns EIO, EINTR */
  private *awaitPage(page: MissingPage, options: DmaOptions): Generator<Promise<Errno>, Errno, Errno> {
    const answer = this.pages.ask(page, options.cancellation);
    if (!(answer instanceof Promise)) return ANSWER_ERRNO[answer];
    options.onPageWait?.();
    return yield answer.then((late) => ANSWER_ERRNO[late]);
  }

  /** Translates one IOVA for as many of `wanted` bytes as its page holds, and pages that follow it in physical memory, too. */
  private translateRun(
    address: U64,
    wanted: number,
    write: boolean,
    pasid: number | undefined,
  ):
    | { kind: "memory"; physical: number; length: number }
    | (InterruptRequest & { length: number })
    | MissingPage
    | TranslationFault {
    const { requesterId, iommu } = this;
    const length = Math.min(wanted, REQUEST_BYTES_MAX - address.modPowerOfTwo(REQUEST_BYTES_MAX));
    const request = { requesterId, pasid, address, write, length };
    const result = iommu.requestTranslation?.(request) ?? iommu.translate(request);
    if (result.kind === "interrupt") return { kind: "interrupt", length };
    if (result.kind !== "translated") return result;
    const left = result.pageBytes - (result.physical % result.pageBytes);
    const run = left < wanted ? (iommu.runFrom?.(request, result, Math.min(wanted, ACCESS_BYTES_MAX)) ?? left) : wanted;
    return { kind: "memory", physical: result.physical, length: run };
  }
}

/** Bytes that a copy translates ahead of what memory has agreed to copy. */
const RUN_BYTES_MAX = 4 * BUFFER_BYTES_MAX;

/** How many of `bytes` make up whole chunks, of `left` bytes that are to be copied. */
function wholeChunks(bytes: number, left: number): number {
  return bytes === left ? bytes : bytes - (bytes % BUFFER_BYTES_MAX);
}

/** A bus request does not cross a boundary of 4 KiB (PCI Express); one translation may then serve the whole page. */
const REQUEST_BYTES_MAX = 4096;

const INVALID_RANGE: DmaResult = { error: errno.EINVAL, transferred: 0 };

const isUnwanted = ({ cancellation }: DmaOptions): boolean => cancellation?.cancelled === true;

function isRange(iova: U64, length: number): boolean {
  return length > 0 && lastOf(iova, U64.fromNumber(length)) !== undefined;
}

async function resume(transfer: Transfer, first: Promise<Errno>): Promise<DmaResult> {
  for (let waiting = first; ;) {
    const step = transfer.next(await waiting);
    if (step.done === true) return step.value;
    waiting = step.value;
  }
}
