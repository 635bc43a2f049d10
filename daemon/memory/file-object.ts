/**
 * Files as memory: one object per file whoever names it, so that a page of a shared file is one page in every process.
 *
 * Identity is device and inode. Bytes go through a descriptor of the daemon's own where one can be had, else through the
 * mappings of processes that pinned the file. Owns the invariant that a write never makes a file longer: past the end of
 * the file there is no page, as for mmap(2).
 */
import { closeSync, constants, fstatSync, openSync, readlinkSync, readSync, statfsSync, writeSync } from "node:fs";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { PAGE_SIZE } from "../u64.js";
import { FileViews, ViewBudget } from "./file-views.js";
import { MemoryObject, type MappedBytes } from "./frames.js";
import type { Native } from "./native.js";
import { errnoOf } from "./process-directory.js";

/** The kinds of file that differ as memory: only shmem and hugetlb may be pinned by MAP_FILE or pinned for writing. */
export type FileKind = "shmem" | "hugetlb" | "other";

/** statfs(2): f_type. */
const TMPFS_MAGIC = 0x01021994;
const HUGETLBFS_MAGIC = 0x958458f6;

/** The kind of the file or directory at a path, following links. @returns undefined when it cannot be asked */
export function fileKindAt(path: string): FileKind | undefined {
  try {
    const type = statfsSync(path).type >>> 0;
    return type === TMPFS_MAGIC ? "shmem" : type === HUGETLBFS_MAGIC ? "hugetlb" : "other";
  } catch {
    return undefined;
  }
}

/** The kind of what a descriptor of the daemon is open on. Sockets, pipes and devices are "other" wherever they live. */
export function descriptorKind(fd: number): FileKind {
  return fstatSync(fd).isFile() ? (fileKindAt(`/proc/self/fd/${fd}`) ?? "other") : "other";
}

/** Device and inode in one text. */
export function fileKey(deviceMajor: number, deviceMinor: number, inode: bigint): string {
  return `${deviceMajor}:${deviceMinor}:${inode.toString()}`;
}

/** The identity of what fstat or stat described, with bigint numbers. */
export function fileKeyOf(status: { readonly dev: bigint; readonly ino: bigint }): string {
  // makedev(3): the halves of both numbers are interleaved.
  const major = ((status.dev >> 8n) & 0xfffn) | ((status.dev >> 32n) & 0xfffff000n);
  const minor = (status.dev & 0xffn) | ((status.dev >> 12n) & 0xffffff00n);
  return fileKey(Number(major), Number(minor), status.ino);
}

/** Memory of a process, by page of its address space. */
export interface MappedMemory {
  /** No byte of it can be reached, nor ever will be. */
  isLost(): boolean;
  read(page: number, offset: number, into: Uint8Array): Errno;
  write(page: number, offset: number, from: Uint8Array): Errno;
  /** An object that had a mapping of it is neither held nor pinned any more. */
  released(object: MemoryObject): void;
}

/** Pages first to last of the file are mapped at first + delta, ... of a process. */
interface Mapping {
  readonly memory: MappedMemory;
  readonly delta: number;
  first: number;
  last: number;
}

/** A mapping that is known costs memory until its file is unpinned: a file that needs more is served in parts. */
const MAPPINGS_MAX = 4096;

/** What does not change of a file. */
export interface FileFacts {
  readonly key: string;
  readonly name: string;
  readonly kind: FileKind;
  /** Pages of one physical page. */
  readonly physicalPages: number;
}

export class FileObject extends MemoryObject {
  readonly key: string;
  readonly name: string;
  override readonly physicalPages: number;
  override readonly isCopySource: boolean;
  private knownKind: FileKind;
  private fd: number | undefined;
  /** A second descriptor, for writing, where `fd` was not opened for that. */
  private writeFd: number | undefined;
  private mappings: Mapping[] = [];
  private views: FileViews | undefined;
  /** Whose mappings have been added. */
  private readonly memories = new Set<MappedMemory>();

  constructor(
    private readonly table: FileTable,
    facts: FileFacts,
    fd: number | undefined,
  ) {
    super();
    this.key = facts.key;
    this.name = facts.name;
    this.knownKind = facts.kind;
    this.physicalPages = facts.physicalPages;
    this.isCopySource = table.native !== undefined;
    this.fd = fd;
  }

  get kind(): FileKind {
    return this.knownKind;
  }

  hasDescriptor(): boolean {
    return this.fd !== undefined;
  }

  /** Takes over a descriptor of this file: kept if there was none, else closed. */
  giveDescriptor(fd: number): void {
    if (this.fd !== undefined) {
      closeSync(fd);
      return;
    }
    this.fd = fd;
    this.knownKind = descriptorKind(fd);
  }

  /** Makes a process's mapping a way to the bytes, for a file without a descriptor. */
  addMapping(memory: MappedMemory, filePage: number, virtualPage: number, count: number): void {
    this.memories.add(memory);
    const delta = virtualPage - filePage;
    const last = filePage + count - 1;
    for (const mapping of this.mappings) {
      if (mapping.memory !== memory || mapping.delta !== delta) continue;
      if (filePage > mapping.last + 1 || last < mapping.first - 1) continue;
      mapping.first = Math.min(mapping.first, filePage);
      mapping.last = Math.max(mapping.last, last);
      return;
    }
    this.mappings = this.mappings.filter((mapping) => !mapping.memory.isLost());
    if (this.mappings.length < MAPPINGS_MAX) this.mappings.push({ memory, delta, first: filePage, last });
  }

  /** Bytes; 0 when it cannot be asked. */
  size(): number {
    return this.fd === undefined ? 0 : fstatSync(this.fd).size;
  }

  /** Makes the pages of a hugetlb file exist, which a store cannot. @returns ENOMEM when no huge page is free */
  populate(page: number, count: number): Errno {
    const fd = this.descriptorForWriting();
    if (this.kind !== "hugetlb" || this.table.native === undefined || fd === undefined) return errno.OK;
    const result = this.table.native.allocate(fd, page * PAGE_SIZE, count * PAGE_SIZE);
    return result < 0 ? errno.ENOMEM : errno.OK;
  }

  override mapped(page: number, offset: number, length: number, write: boolean): MappedBytes | undefined {
    const { native, budget } = this.table;
    if (this.fd === undefined || native === undefined || this.kind !== "shmem" || this.chunks.size === 0)
      return undefined;
    this.views ??= new FileViews(native, budget, `/proc/self/fd/${this.fd}`, () => this.descriptorForWriting());
    return this.views.at(page * PAGE_SIZE + offset, length, write);
  }

  override unpinned(): void {
    this.views?.release();
    this.views = undefined;
  }

  override copyTo(page: number, offset: number, into: Uint8Array): boolean {
    if (this.fd === undefined) return this.throughMappings(page, offset, into, false) === errno.OK;
    return this.readUpTo(this.fd, page * PAGE_SIZE + offset, into) === into.length;
  }

  override copyFrom(page: number, offset: number, from: Uint8Array): boolean {
    return this.writeByKernel(page, offset, from) === errno.OK;
  }

  read(page: number, offset: number, into: Uint8Array): Errno {
    const done = this.throughView(page, offset, into, false);
    return done === into.length ? errno.OK : this.readByKernel(page, offset + done, into.subarray(done));
  }

  write(page: number, offset: number, from: Uint8Array): Errno {
    const done = this.throughView(page, offset, from, true);
    return done === from.length ? errno.OK : this.writeByKernel(page, offset + done, from.subarray(done));
  }

  /** @returns how many of the bytes were moved: of a transfer over several windows the first ones, or 0 */
  private throughView(page: number, offset: number, bytes: Uint8Array, write: boolean): number {
    for (let done = 0; done < bytes.length;) {
      const view = this.mapped(page, offset + done, bytes.length - done, write);
      if (view?.touchable !== true) return done;
      const part = bytes.subarray(done, done + view.bytes.length);
      if (write) view.bytes.set(part);
      else part.set(view.bytes);
      done += part.length;
    }
    return bytes.length;
  }

  /** @returns the bytes read, fewer at the end of the file, or a negative errno */
  private readUpTo(fd: number, position: number, into: Uint8Array): number {
    let done = 0;
    while (done < into.length) {
      const result = readAt(this.table.native, fd, position + done, done === 0 ? into : into.subarray(done));
      if (result < 0) return result;
      if (result === 0) break;
      done += result;
    }
    return done;
  }

  private readByKernel(page: number, offset: number, into: Uint8Array): Errno {
    if (this.fd === undefined) return this.throughMappings(page, offset, into, false);
    const position = page * PAGE_SIZE + offset;
    const done = this.readUpTo(this.fd, position, into);
    if (done === into.length) return errno.OK;
    if (done < 0) return errno.EFAULT;
    // The rest of the page that holds the end of the file reads as zero; further pages do not exist.
    if (position + into.length > roundUp(this.size())) return errno.EFAULT;
    into.fill(0, done);
    return errno.OK;
  }

  private writeByKernel(page: number, offset: number, from: Uint8Array): Errno {
    if (this.fd === undefined) return this.throughMappings(page, offset, from, true);
    const position = page * PAGE_SIZE + offset;
    const size = this.size();
    if (position + from.length > roundUp(size)) return errno.EFAULT;
    const end = Math.min(from.length, size - position);
    for (let done = 0; done < end;) {
      const result = this.writeOnce(position + done, from.subarray(done, end));
      if (result <= 0) return errno.EFAULT;
      done += result;
    }
    return errno.OK;
  }

  protected close(): void {
    this.unpinned();
    for (const fd of [this.fd, this.writeFd]) if (fd !== undefined) closeSync(fd);
    this.fd = this.writeFd = undefined;
    this.mappings = [];
    this.table.forget(this);
    for (const memory of this.memories) memory.released(this);
    this.memories.clear();
  }

  /** @returns the bytes written, or a negative errno */
  private writeOnce(position: number, from: Uint8Array): number {
    const { native } = this.table;
    if (this.kind === "hugetlb") {
      const fd = this.descriptorForWriting();
      if (native === undefined || fd === undefined) return -errno.EFAULT;
      return native.mappedWrite(fd, position, from, fstatSync(fd).blksize);
    }
    const result = writeAt(native, this.writeFd ?? this.fd!, position, from);
    if (result !== -errno.EBADF || this.writeFd !== undefined) return result;
    const fd = this.descriptorForWriting();
    return fd === undefined ? -errno.EFAULT : writeAt(native, fd, position, from);
  }

  /** DMA does not ask how a client opened its file, so a read-only one is opened again. */
  private descriptorForWriting(): number | undefined {
    if (this.writeFd === undefined && this.fd !== undefined) {
      try {
        this.writeFd = openSync(`/proc/self/fd/${this.fd}`, constants.O_RDWR);
      } catch {
        return undefined;
      }
    }
    return this.writeFd;
  }

  private throughMappings(page: number, offset: number, bytes: Uint8Array, write: boolean): Errno {
    const end = page * PAGE_SIZE + offset + bytes.length;
    for (let position = page * PAGE_SIZE + offset; position < end;) {
      const at = Math.floor(position / PAGE_SIZE);
      const within = position - at * PAGE_SIZE;
      const done = position - (end - bytes.length);
      let moved = 0;
      for (const mapping of this.mappings) {
        if (at < mapping.first || at > mapping.last) continue;
        const length = Math.min(end, (mapping.last + 1) * PAGE_SIZE) - position;
        const part = bytes.subarray(done, done + length);
        const virtualPage = at + mapping.delta;
        const result = write
          ? mapping.memory.write(virtualPage, within, part)
          : mapping.memory.read(virtualPage, within, part);
        if (result !== errno.OK) continue;
        moved = length;
        break;
      }
      if (moved === 0) return errno.EFAULT;
      position += moved;
    }
    return errno.OK;
  }
}

/** All files that are held or have pinned pages, by identity. */
export class FileTable {
  private readonly objects = new Map<string, FileObject>();

  constructor(
    readonly native: Native | undefined,
    /** For the views of all files. */
    readonly budget = new ViewBudget(),
  ) {}

  find(key: string): FileObject | undefined {
    return this.objects.get(key);
  }

  /** The object of the file that `fd` is open on; `fd` becomes the table's. The object is to be held at once. */
  adopt(fd: number): FileObject {
    const key = fileKeyOf(fstatSync(fd, { bigint: true }));
    const known = this.objects.get(key);
    if (known !== undefined) {
      known.giveDescriptor(fd);
      return known;
    }
    const kind = descriptorKind(fd);
    const physicalPages = kind === "hugetlb" ? fstatSync(fd).blksize / PAGE_SIZE : 1;
    return this.enter({ key, name: descriptorName(fd), kind, physicalPages }, fd);
  }

  /** The object of a file of which no descriptor can be had. */
  withoutDescriptor(facts: FileFacts): FileObject {
    return this.objects.get(facts.key) ?? this.enter(facts, undefined);
  }

  forget(object: FileObject): void {
    this.objects.delete(object.key);
  }

  private enter(facts: FileFacts, fd: number | undefined): FileObject {
    const object = new FileObject(this, facts, fd);
    this.objects.set(facts.key, object);
    return object;
  }
}

/** What a descriptor of the daemon is open on, for people. */
export function descriptorName(fd: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return `descriptor ${fd}`;
  }
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / PAGE_SIZE) * PAGE_SIZE;
}

function readAt(native: Native | undefined, fd: number, position: number, into: Uint8Array): number {
  if (native !== undefined) return native.fileRead(fd, position, into);
  try {
    return readSync(fd, into, 0, into.length, position);
  } catch (exception) {
    return -errnoOf(exception);
  }
}

function writeAt(native: Native | undefined, fd: number, position: number, from: Uint8Array): number {
  if (native !== undefined) return native.fileWrite(fd, position, from);
  try {
    return writeSync(fd, from, 0, from.length, position);
  } catch (exception) {
    return -errnoOf(exception);
  }
}
