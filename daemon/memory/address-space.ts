/**
 * One address space of a client: registered regions first, then the memory of its process, else EFAULT.
 *
 * Owns the identity of private pages, (address space, page of the address), for process memory and for regions that the
 * client serves alike: such a page means what lies at its address at the time of the access.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { AddressSpace, PfnRunSink } from "../core/mm.js";
import { PAGE_SIZE, PAGES_MAX, U64 } from "../u64.js";
import { DirectMemory } from "./direct-memory.js";
import { MemoryObject, type FrameTable, type Piece } from "./frames.js";
import type { ProcessMemory } from "./process-memory.js";
import { CALLBACK_BYTES_MAX, FileWindow, RegionSet, type Region, type RegionCallback } from "./regions.js";

export class ClientAddressSpace implements AddressSpace {
  /** By the pages of a physical page. */
  private readonly privatePages = new Map<number, MemoryObject>();
  private readonly direct: DirectMemory;
  private ended = false;

  /**
   * @param id From the daemon's one counter of address spaces
   * @param process The peer's memory; undefined for a peer that is not known
   * @param readLockedPages VmLck of the process
   */
  constructor(
    readonly id: number,
    readonly name: string,
    private readonly frames: FrameTable,
    readonly regions: RegionSet,
    private readonly process: ProcessMemory | undefined,
    private readonly readLockedPages: () => number,
  ) {
    this.direct = new DirectMemory(regions, process);
  }

  lockedPages(): number {
    return this.isGone() ? 0 : this.readLockedPages();
  }

  isGone(): boolean {
    return this.process?.isGone() ?? this.ended;
  }

  /** For a peer without a process that could be asked: its connection has ended. */
  end(): void {
    this.ended = true;
  }

  /** The daemon can reach the memory of the process, beside regions. */
  hasProcessMemory(): boolean {
    return this.process?.open() ?? false;
  }

  /** copy_from_user. @returns 0, or EFAULT with any part of `into` overwritten */
  copyFrom(address: U64, into: Uint8Array): Errno {
    return this.direct.copyFrom(address, into);
  }

  /** copy_to_user. @returns 0, or EFAULT with nothing stored */
  copyTo(address: U64, from: Uint8Array): Errno {
    return this.direct.copyTo(address, from);
  }

  pin(first: number, count: number, write: boolean, sink: PfnRunSink): Errno {
    const end = first + count;
    if (end >= PAGES_MAX) return errno.EOVERFLOW;
    const pieces: Piece[] = [];
    const result = this.collect(first, end, write, pieces) || this.frames.pin(pieces, sink);
    for (const piece of pieces) piece.object.drop();
    return result;
  }

  unpin(pfn: number, count: number): void {
    this.frames.unpin(pfn, count);
  }

  physicalPages(pfn: number): number {
    return this.frames.physicalPages(pfn);
  }

  private readonly privateObject = (physicalPages: number): MemoryObject => {
    let object = this.privatePages.get(physicalPages);
    if (object === undefined) {
      object = new PrivatePages(
        this.name,
        physicalPages,
        (page, offset, bytes, write) => this.access(page, offset, bytes, write),
        (first, last) => this.process !== undefined && this.regions.nextFrom(first) > last,
        () => this.process?.released(object!),
      );
      this.privatePages.set(physicalPages, object);
    }
    return object;
  };

  /** The pieces of [first, end), each object held. */
  private collect(first: number, end: number, write: boolean, pieces: Piece[]): Errno {
    let resolve: ReturnType<ProcessMemory["resolver"]> | undefined;
    for (let page = first; page < end;) {
      const region = this.regions.at(page);
      if (region === undefined) resolve ??= this.process?.resolver(write, this.privateObject);
      const piece =
        region !== undefined
          ? this.regionPiece(region, page, Math.min(end, region.last + 1) - page, write)
          : (resolve?.(page, Math.min(end, this.regions.nextFrom(page))) ?? errno.EFAULT);
      if (typeof piece === "number") return piece;
      pieces.push(piece);
      page += piece.count;
    }
    return errno.OK;
  }

  private regionPiece({ start, writable, source }: Region, page: number, count: number, write: boolean): Piece | Errno {
    if (write && !writable) return errno.EFAULT;
    let piece: Piece = { object: this.privateObject(1), page, count };
    if (source instanceof FileWindow) {
      piece = { object: source.object, page: source.filePage + page - start, count };
      if ((piece.page + count - 1) * PAGE_SIZE >= source.object.size()) return errno.EFAULT;
    }
    piece.object.hold();
    return piece;
  }

  private access(page: number, offset: number, bytes: Uint8Array, write: boolean): Errno | Promise<Errno> {
    for (let done = 0; done < bytes.length;) {
      const at = page + Math.floor((offset + done) / PAGE_SIZE);
      const within = (offset + done) % PAGE_SIZE;
      const region = this.regions.at(at);
      const endPage = region === undefined ? this.regions.nextFrom(at) : region.last + 1;
      const part = bytes.subarray(done, Math.min(bytes.length, done + (endPage - at) * PAGE_SIZE - within));
      const result =
        region === undefined
          ? (this.process?.[write ? "write" : "read"](at, within, part) ?? errno.EFAULT)
          : accessRegion(region, at, within, part, write);
      done += part.length;
      if (typeof result !== "number") {
        if (done === bytes.length) return result;
        return this.accessRest(result, at, within + part.length, bytes.subarray(done), write);
      }
      if (result !== errno.OK) return result;
    }
    return errno.OK;
  }

  private async accessRest(
    first: Promise<Errno>,
    page: number,
    offset: number,
    rest: Uint8Array,
    write: boolean,
  ): Promise<Errno> {
    return (await first) || this.access(page, offset, rest, write);
  }
}

function accessRegion(
  { start, source }: Region,
  page: number,
  offset: number,
  bytes: Uint8Array,
  write: boolean,
): Errno | Promise<Errno> {
  if (!(source instanceof FileWindow)) return accessCallback(source, U64.fromPage(page, offset), bytes, write);
  return source.object[write ? "write" : "read"](source.filePage + page - start, offset, bytes);
}

/** A client that answers with another length than asked for, or not at all, has no memory there. */
async function accessCallback(
  callback: RegionCallback,
  address: U64,
  bytes: Uint8Array,
  write: boolean,
): Promise<Errno> {
  for (let done = 0; done < bytes.length; done += CALLBACK_BYTES_MAX) {
    const part = bytes.subarray(done, done + CALLBACK_BYTES_MAX);
    const result = await (write
      ? callback.write(address.plusNumber(done), part)
      : callback.read(address.plusNumber(done), part.length));
    if (typeof result !== "number") {
      if (result.length !== part.length) return errno.EFAULT;
      part.set(result);
    } else if (result !== errno.OK || !write) return errno.EFAULT;
  }
  return errno.OK;
}

/** The pages of an address space that no file identifies. */
class PrivatePages extends MemoryObject {
  constructor(
    readonly name: string,
    override readonly physicalPages: number,
    private readonly access: (
      page: number,
      offset: number,
      bytes: Uint8Array,
      write: boolean,
    ) => Errno | Promise<Errno>,
    private readonly isProcessMemory: (first: number, last: number) => boolean,
    private readonly released: () => void,
  ) {
    super();
  }

  override copyFrom(page: number, offset: number, from: Uint8Array): boolean {
    const last = page + Math.floor((offset + from.length - 1) / PAGE_SIZE);
    return this.isProcessMemory(page, last) && this.access(page, offset, from, true) === errno.OK;
  }

  read(page: number, offset: number, into: Uint8Array): Errno | Promise<Errno> {
    return this.access(page, offset, into, false);
  }

  write(page: number, offset: number, from: Uint8Array): Errno | Promise<Errno> {
    return this.access(page, offset, from, true);
  }

  protected close(): void {
    // Nothing of its own: it goes with the address space.
    this.released();
  }
}
