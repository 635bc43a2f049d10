/**
 * The memory of a client's process, from one exec to the next: which of it can be pinned, and its bytes.
 *
 * Follows the rules of get_user_pages for VMAs. /proc/PID/mem and /proc/PID/maps are opened once: a descriptor belongs to
 * the address space of that moment and reads as empty when its last user is gone, which is how exec and exit are seen,
 * without a race. Pinned bytes go through mem, which like a device ignores that an area was protected after the pin; what
 * an ioctl copies goes through process_vm_readv and process_vm_writev, which respect it. Many pinned bytes are read by
 * process_vm_readv as well, which copies once and not twice: what it read is used if the process has the memory still.
 *
 * With a keeper the memory has another user beside the process, so it no longer ends with the process: then it is by the
 * keeper's mark that one sees whether the process has left it, and pinned bytes are there until the last of them is unpinned.
 */
import { closeSync, constants, openSync, readdirSync, statSync } from "node:fs";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { PAGE_SIZE } from "../u64.js";
import {
  fileKey,
  fileKeyOf,
  fileKindAt,
  type FileKind,
  type FileObject,
  type FileTable,
  type MappedMemory,
} from "./file-object.js";
import type { MemoryObject, Piece } from "./frames.js";
import type { Native } from "./native.js";
import type { ProcessDirectory } from "./process-directory.js";
import {
  isMemoryBySmaps,
  judgeByName,
  pageBytesBySmaps,
  ParsedVmas,
  QueriedVmas,
  USER_PAGES,
  type Vma,
  type VmaSource,
} from "./vmas.js";

/** Descriptors of a client that are looked through for a file that it maps; clients with more have it mapped through. */
const DESCRIPTORS_SCANNED_MAX = 4096;
/** Files that could not be opened and are not tried again; forgotten together when full. */
const UNOPENABLE_MAX = 1024;
/** From here on reading by process_vm_readv, and looking at the process afterwards, is faster than through mem. */
const READ_AT_ONCE_BYTES_MIN = 16 * 1024;
/** Mappings of these files are shmem though the path leads nowhere: MAP_ANONYMOUS, memfd_create and shmget memory. */
const UNNAMED_SHMEM = /^(?:\/dev\/zero \(deleted\)|\/memfd:|\/SYSV|\/dev\/shm\/)/;

/** How a process's VMAs are to be found; "auto" takes the fastest that the kernel has. */
export type VmaMethod = "auto" | "query" | "text";

interface OpenMemory {
  readonly memFd: number;
  readonly mapsFd: number;
  readonly vmas: VmaSource;
}

/** A task beside a client's process that shares its memory, so that the memory does not end with the process. */
export interface Keeper {
  /** Of the mark. */
  readonly address: number;
  /** Bytes that lie at that address of this memory, and not of what the process has after an exec. */
  readonly mark: Uint8Array;
  /** Nobody needs the memory any more. */
  dismiss(): void;
}

export class ProcessMemory implements MappedMemory {
  private opened: OpenMemory | undefined;
  /** The process does not use this memory any more; pinned bytes of it may still be there. */
  private gone = false;
  private keeper: Keeper | undefined;
  /** Objects, held or with pinned pages, whose bytes are reached through this memory. */
  private readonly reached = new Set<MemoryObject>();
  private readonly unopenable = new Set<string>();
  private readonly probeByte = new Uint8Array(1);

  constructor(
    private readonly native: Native,
    private readonly files: FileTable,
    private readonly directory: ProcessDirectory,
    private readonly method: VmaMethod = "auto",
  ) {}

  /**
   * Whether the daemon may use this memory: it needs the right to trace the process (ptrace(2)), which a process under
   * Yama can grant at any time, so a refusal is not remembered.
   */
  open(): boolean {
    return this.memory() !== undefined;
  }

  /** The process has exited or called exec since. A process that the daemon may not look into counts as there. */
  isGone(): boolean {
    const memory = this.memory();
    if (memory === undefined) return this.gone || !this.directory.exists();
    if (this.gone) return true;
    // The lowest page is never mapped (or a byte of it is read): nothing read and no error means no address space.
    if (this.keeper !== undefined) this.gone = this.hasLost(this.keeper);
    else if (this.native.fileRead(memory.memFd, 0, this.probeByte) === 0) this.close();
    return this.gone;
  }

  /**
   * From now on this task shares the memory, in the place of an earlier one.
   * @returns 0, ESRCH when the memory is gone or out of reach, or EFAULT when the mark is not there
   */
  keep(keeper: Keeper): Errno {
    if (this.memory() === undefined || this.isGone()) return errno.ESRCH;
    if (this.lookForMark(keeper) !== errno.OK) return errno.EFAULT;
    const before = this.keeper;
    this.keeper = keeper;
    before?.dismiss();
    return errno.OK;
  }

  /** The keeper has ended. */
  unkeep(keeper: Keeper): void {
    if (this.keeper !== keeper) return;
    this.keeper = undefined;
    if (this.gone) this.close();
  }

  isKept(): boolean {
    return this.keeper !== undefined;
  }

  isLost(): boolean {
    return this.isGone() && !this.isKept();
  }

  /** Dismisses the keeper if the process has left this memory and nothing of it is pinned. */
  review(): void {
    if (this.keeper !== undefined && this.reached.size === 0 && this.isGone()) this.close();
  }

  /** An object that was reached through this memory is neither held nor pinned any more. */
  released(object: MemoryObject): void {
    if (this.reached.delete(object)) this.review();
  }

  /**
   * A function that finds the pinnable memory at `page`: pages of one VMA, at most up to `end`. A file object in the
   * piece is held for the caller, who drops it.
   * @param privateObject what the pages belong to that no file identifies, by the pages of a physical page
   */
  resolver(
    write: boolean,
    privateObject: (physicalPages: number) => MemoryObject,
  ): (page: number, end: number) => Piece | Errno {
    const memory = this.memory();
    if (memory === undefined || (this.keeper !== undefined && this.isGone())) return () => errno.EFAULT;
    const lookup = memory.vmas.lookup();
    return (page, end) => {
      const vma = lookup(page);
      if (vma === "gone") this.close();
      if (vma === "gone" || vma === "none") return errno.EFAULT;
      if (write ? !vma.writable : !vma.readable) return errno.EFAULT;
      if (!this.isMemory(vma)) return errno.EFAULT;
      const count = Math.min(end, vma.last + 1) - page;
      if (vma.inode === 0n) return this.heldThrough({ object: privateObject(1), page, count });
      // A mapping can be longer than its file, and then it is the last pages that are missing.
      if (this.read(page + count - 1, 0, this.probeByte) !== errno.OK) return errno.EFAULT;
      if (!vma.shared) return this.heldThrough({ object: privateObject(this.physicalPages(vma)), page, count });
      const object = this.sharedFile(vma);
      if (write && object.kind === "other") {
        object.closeIfUnused();
        return errno.EFAULT;
      }
      const filePage = page - vma.start + vma.filePage;
      if (object.hasDescriptor()) return held({ object, page: filePage, count });
      object.addMapping(this, filePage, page, count);
      return this.heldThrough({ object, page: filePage, count });
    };
  }

  read(page: number, offset: number, into: Uint8Array): Errno {
    if (into.length >= READ_AT_ONCE_BYTES_MIN && this.memory() !== undefined) {
      const length = this.native.processRead(this.directory.pid, page * PAGE_SIZE + offset, into);
      if (length === into.length && !this.isGone()) return errno.OK;
    }
    return this.transfer(page, offset, into, false);
  }

  write(page: number, offset: number, from: Uint8Array): Errno {
    return this.transfer(page, offset, from, true);
  }

  /** As copy_from_user: EFAULT where the process could not read itself. */
  copyFrom(page: number, offset: number, into: Uint8Array): Errno {
    if (page >= USER_PAGES || this.memory() === undefined || this.isGone()) return errno.EFAULT;
    const result = this.native.processRead(this.directory.pid, page * PAGE_SIZE + offset, into);
    return result === into.length ? errno.OK : errno.EFAULT;
  }

  /** As copy_to_user: EFAULT where the process could not write itself; a part may have been written. */
  copyTo(page: number, offset: number, from: Uint8Array): Errno {
    if (page >= USER_PAGES || this.memory() === undefined || this.isGone()) return errno.EFAULT;
    const result = this.native.processWrite(this.directory.pid, page * PAGE_SIZE + offset, from);
    return result === from.length ? errno.OK : errno.EFAULT;
  }

  /** The process could write every page from `first` to `last` as far as its VMAs tell. */
  isWritable(first: number, last: number): boolean {
    const lookup = this.memory()?.vmas.lookup();
    for (let page = first; page <= last;) {
      const vma = lookup?.(page) ?? "none";
      if (typeof vma === "string" || !vma.writable) return false;
      page = vma.last + 1;
    }
    return true;
  }

  close(): void {
    const { opened, keeper } = this;
    this.gone = true;
    this.opened = this.keeper = undefined;
    if (opened !== undefined) {
      closeSync(opened.memFd);
      closeSync(opened.mapsFd);
    }
    keeper?.dismiss();
  }

  private memory(): OpenMemory | undefined {
    if (this.opened === undefined && !this.gone) this.opened = this.openMemory();
    return this.opened;
  }

  private openMemory(): OpenMemory | undefined {
    const memFd = this.tryOpen("mem", constants.O_RDWR);
    if (memFd === undefined) return undefined;
    const mapsFd = this.tryOpen("maps", constants.O_RDONLY);
    if (mapsFd === undefined) {
      closeSync(memFd);
      return undefined;
    }
    const byQuery = this.method === "query" || (this.method === "auto" && QueriedVmas.supported(this.native, mapsFd));
    return { memFd, mapsFd, vmas: byQuery ? new QueriedVmas(this.native, mapsFd) : new ParsedVmas(mapsFd) };
  }

  private heldThrough(piece: Piece): Piece {
    this.reached.add(piece.object);
    return held(piece);
  }

  /** The process has exited or called exec, as far as can be told by what lies where its memory has the mark. */
  private hasLost(keeper: Keeper): boolean {
    const error = this.lookForMark(keeper);
    if (error === errno.OK) return false;
    // A process whose first thread has ended cannot be read, though others may go on.
    if (error === errno.ESRCH) return this.directory.threads() < 2;
    // Refused: without the right to trace it one sees only whether it is there.
    return error !== errno.EPERM || !this.directory.exists();
  }

  /** @returns 0, EFAULT where something else lies or nothing, or why it cannot be looked at */
  private lookForMark({ address, mark }: Keeper): Errno {
    const bytes = Buffer.allocUnsafe(mark.length);
    const result = this.native.processRead(this.directory.pid, address, bytes);
    if (result < 0) return -result;
    return bytes.equals(mark) && result === mark.length ? errno.OK : errno.EFAULT;
  }

  private transfer(page: number, offset: number, bytes: Uint8Array, write: boolean): Errno {
    const memory = this.memory();
    if (memory === undefined) return errno.EFAULT;
    const position = page * PAGE_SIZE + offset;
    for (let done = 0; done < bytes.length;) {
      const part = done === 0 ? bytes : bytes.subarray(done);
      const result = write
        ? this.native.fileWrite(memory.memFd, position + done, part)
        : this.native.fileRead(memory.memFd, position + done, part);
      if (result === 0) this.close();
      if (result <= 0) return errno.EFAULT;
      done += result;
    }
    return errno.OK;
  }

  private isMemory(vma: Vma): boolean {
    const judgement = judgeByName(vma);
    if (judgement !== "doubtful") return judgement === "memory";
    const smaps = this.directory.text("smaps");
    return smaps !== undefined && isMemoryBySmaps(smaps, vma.start);
  }

  private sharedFile(vma: Vma): FileObject {
    const key = fileKey(vma.deviceMajor, vma.deviceMinor, vma.inode);
    const known = this.files.find(key);
    if (known !== undefined) return known;
    if (!this.unopenable.has(key)) {
      const fd = this.openShared(vma, key);
      if (fd !== undefined) return this.files.adopt(fd);
      if (this.unopenable.size >= UNOPENABLE_MAX) this.unopenable.clear();
      this.unopenable.add(key);
    }
    const physicalPages = this.physicalPages(vma);
    const kind = physicalPages > 1 ? "hugetlb" : this.kindByName(vma);
    return this.files.withoutDescriptor({ key, name: vma.name, kind, physicalPages });
  }

  /** Of memory with a file: all huge pages have one, be it anonymous memory. */
  private physicalPages(vma: Vma): number {
    const pageBytes = vma.pageBytes ?? pageBytesBySmaps(this.directory.text("smaps") ?? "", vma.start);
    return (pageBytes ?? PAGE_SIZE) / PAGE_SIZE;
  }

  private kindByName(vma: Vma): FileKind {
    if (UNNAMED_SHMEM.test(vma.name)) return "shmem";
    return fileKindAt(this.directory.path(`root${vma.name}`)) ?? "other";
  }

  /** The file of a shared mapping: as mapped, which needs privilege; as one of the open descriptors; by its path. */
  private openShared(vma: Vma, key: string): number | undefined {
    const start = (vma.start * PAGE_SIZE).toString(16);
    const end = ((vma.last + 1) * PAGE_SIZE).toString(16);
    const mapped = this.openIfSame(`map_files/${start}-${end}`, key);
    if (mapped !== undefined) return mapped;
    for (const fd of this.descriptors()) {
      const found = this.openIfSame(`fd/${fd}`, key);
      if (found !== undefined) return found;
    }
    return this.openIfSame(`root${vma.name}`, key);
  }

  private descriptors(): string[] {
    try {
      return readdirSync(this.directory.path("fd")).slice(0, DESCRIPTORS_SCANNED_MAX);
    } catch {
      return [];
    }
  }

  /** Opens a regular file only if it is the one wanted: opening anything else may have effects. */
  private openIfSame(name: string, key: string): number | undefined {
    try {
      const status = statSync(this.directory.path(name), { bigint: true });
      if (!status.isFile() || fileKeyOf(status) !== key) return undefined;
    } catch {
      return undefined;
    }
    return this.tryOpen(name, constants.O_RDWR) ?? this.tryOpen(name, constants.O_RDONLY);
  }

  private tryOpen(name: string, flags: number): number | undefined {
    try {
      return openSync(this.directory.path(name), flags);
    } catch {
      return undefined;
    }
  }
}

function held(piece: Piece): Piece {
  piece.object.hold();
  return piece;
}
