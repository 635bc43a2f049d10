/**
 * Registered regions: ranges of a client's addresses whose memory the client names instead of having it looked up.
 *
 * A region is a window on a file (by path or by one of the client's descriptors) or is served by the client over the
 * connection. Owns the invariant that the regions of one address space are page aligned and do not overlap.
 */
import { closeSync, constants, fstatSync, openSync } from "node:fs";
import { errno, errnoName, type Errno } from "../../proto/uapi/errno.js";
import { lastOf, PAGE_SIZE, U64 } from "../u64.js";
import { FILE_PAGES_MAX } from "./file-memory.js";
import type { FileObject, FileTable } from "./file-object.js";
import { errnoOf } from "./process-directory.js";

/** Regions of one address space unless configured otherwise. Enough for the memory slots of a VM (KVM offers 512 to 32764, QEMU uses tens). */
export const REGIONS_MAX = 1024;
/** Bytes of one request to a client: small enough for a frame and for others to get their turn. */
export const CALLBACK_BYTES_MAX = 256 * 1024;

/** How a client serves a region itself. Both are called with at most CALLBACK_BYTES_MAX bytes, inside the region. */
export interface RegionCallback {
  /** @returns exactly `length` bytes, or EFAULT, also when the client is gone */
  read(address: U64, length: number): Promise<Uint8Array | Errno>;
  write(address: U64, data: Uint8Array): Promise<Errno>;
}

export type RegionBacking = { readonly path: string } | { readonly fd: number } | { readonly callback: RegionCallback };

export interface RegionRequest {
  readonly address: U64;
  /** Bytes. */
  readonly length: U64;
  readonly writable: boolean;
  readonly backing: RegionBacking;
  /** Of `address` in the file, in bytes. */
  readonly offset: U64;
}

/** Why a region was not added or removed. */
export interface RegionRefusal {
  readonly error: Errno;
  /** For people. */
  readonly message: string;
}

/** What the connection that asks may do. */
export interface RegionRights {
  /** Opens paths in the daemon's name: only where that gives the client nothing that it could not open itself. */
  readonly mayOpenPaths: boolean;
  /** A copy of one of the client's descriptors, or a negative errno and why. */
  copyDescriptor(fd: number): number;
  /** fcntl F_GETFL of a descriptor of the daemon. */
  openFlags(fd: number): number;
}

export interface Region {
  /** First and last page number of the addresses. */
  readonly start: number;
  readonly last: number;
  readonly writable: boolean;
  /** The connection that registered it. */
  readonly owner: object;
  readonly source: FileWindow | RegionCallback;
}

/** Part of a file. */
export class FileWindow {
  constructor(
    readonly object: FileObject,
    /** Page of the file at the region's start. */
    readonly filePage: number,
  ) {}
}

export interface RegionInspection {
  /** Addresses in hexadecimal. */
  readonly start: string;
  readonly last: string;
  readonly writable: boolean;
  /** Name of the file, or "callback". */
  readonly backing: string;
}

export class RegionSet {
  /** By address. */
  private readonly regions: Region[] = [];

  /** @param regionsMax regions that there may be */
  constructor(
    private readonly files: FileTable,
    private readonly regionsMax: number,
  ) {}

  /** The region over this page. */
  at(page: number): Region | undefined {
    const region = this.regions[this.indexAt(page)];
    return region !== undefined && region.start <= page ? region : undefined;
  }

  /** First page from `page` on that a region covers; Infinity if none does. */
  nextFrom(page: number): number {
    const region = this.regions[this.indexAt(page)];
    return region === undefined ? Infinity : Math.max(page, region.start);
  }

  /**
   * @returns undefined, or the refusal: EINVAL (not page aligned, empty, past the end of the address space or of file
   *   offsets, not a regular file, a symbolic link), EEXIST (overlaps a region), ENOSPC (too many), EBADF (no such
   *   descriptor), EACCES (no right to the file), or what open(2) said of the path
   */
  add(owner: object, request: RegionRequest, rights: RegionRights): RegionRefusal | undefined {
    const { address, length, offset } = request;
    const lastByte = lastOf(address, length);
    if ((address.low | length.low | offset.low) & (PAGE_SIZE - 1))
      return refuse(errno.EINVAL, "address, length and offset of a region are multiples of 4096");
    if (length.isZero()) return refuse(errno.EINVAL, "a region has at least one page");
    if (lastByte === undefined) return refuse(errno.EINVAL, "the region extends past the last address");
    const start = address.page();
    const last = lastByte.page();
    if (this.nextFrom(start) <= last) return refuse(errno.EEXIST, `a region at ${address.toString()} exists already`);
    if (this.regions.length >= this.regionsMax) return refuse(errno.ENOSPC, `more than ${this.regionsMax} regions`);
    const source = this.open(request, last - start + 1, rights);
    if ("error" in source) return source;
    if (source instanceof FileWindow) source.object.hold();
    this.regions.splice(this.indexAt(start), 0, { start, last, writable: request.writable, owner, source });
    return undefined;
  }

  /** @returns undefined, or ENOENT when the owner has no region that starts there. Pinned pages of a file stay as they are. */
  remove(owner: object, address: U64): RegionRefusal | undefined {
    const index = address.pageOffset() === 0 ? this.indexAt(address.page()) : -1;
    const region = this.regions[index];
    if (region?.start !== address.page() || region.owner !== owner)
      return refuse(errno.ENOENT, `no region of this connection at ${address.toString()}`);
    this.regions.splice(index, 1);
    dropSource(region);
    return undefined;
  }

  /** Removes what a connection registered. */
  removeOwned(owner: object): void {
    for (let index = this.regions.length - 1; index >= 0; index--) {
      const region = this.regions[index]!;
      if (region.owner !== owner) continue;
      this.regions.splice(index, 1);
      dropSource(region);
    }
  }

  /** For inspection: what a connection registered. */
  list(owner: object): RegionInspection[] {
    return this.regions
      .filter((region) => region.owner === owner)
      .map(({ start, last, writable, source }) => ({
        start: U64.fromPage(start).toString(),
        last: U64.fromPage(last, PAGE_SIZE - 1).toString(),
        writable,
        backing: source instanceof FileWindow ? source.object.name : "callback",
      }));
  }

  /** Index of the first region that ends at or after this page. */
  private indexAt(page: number): number {
    let low = 0;
    let high = this.regions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.regions[middle]!.last < page) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private open(
    request: RegionRequest,
    count: number,
    rights: RegionRights,
  ): FileWindow | RegionCallback | RegionRefusal {
    const { backing, writable, offset } = request;
    if ("callback" in backing) return backing.callback;
    if (offset.page() + count > FILE_PAGES_MAX) return refuse(errno.EINVAL, "the file offset is too large");
    const fd = "path" in backing ? openPath(backing.path, writable, rights) : copyFd(backing.fd, writable, rights);
    if (typeof fd !== "number") return fd;
    if (fstatSync(fd).isFile()) return new FileWindow(this.files.adopt(fd), offset.page());
    closeSync(fd);
    return refuse(errno.EINVAL, "a region needs a regular file");
  }
}

function openPath(path: string, writable: boolean, rights: RegionRights): number | RegionRefusal {
  if (!rights.mayOpenPaths) return refuse(errno.EACCES, "another user's daemon opens no paths: pass a descriptor");
  if (!path.startsWith("/") || path.includes("\0")) return refuse(errno.EINVAL, "the path of a region is absolute");
  // Without O_NONBLOCK the open of a FIFO would wait for its other end.
  const flags = (writable ? constants.O_RDWR : constants.O_RDONLY) | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  try {
    return openSync(path, flags);
  } catch (exception) {
    if ((exception as NodeJS.ErrnoException).code === "ELOOP")
      return refuse(errno.EINVAL, `${path} is a symbolic link`);
    const error = errnoOf(exception);
    return refuse(error, `${path}: ${errnoName(error)}`);
  }
}

function copyFd(fd: number, writable: boolean, rights: RegionRights): number | RegionRefusal {
  const copy = rights.copyDescriptor(fd);
  if (copy < 0) return refuse(-copy, `descriptor ${fd} cannot be taken over: ${errnoName(-copy)}`);
  const access = rights.openFlags(copy) & (constants.O_WRONLY | constants.O_RDWR);
  // As mmap(2): a shared mapping needs a descriptor that can read, and write if the mapping can.
  if (access === constants.O_RDWR || (access === constants.O_RDONLY && !writable)) return copy;
  closeSync(copy);
  return refuse(errno.EACCES, `descriptor ${fd} is not open for this access`);
}

function dropSource(region: Region): void {
  if (region.source instanceof FileWindow) region.source.object.drop();
}

function refuse(error: Errno, message: string): RegionRefusal {
  return { error, message };
}
