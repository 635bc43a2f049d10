/**
 * Client memory and identity as the state machine sees them. The daemon's memory/ implements this; core imports nothing
 * of it.
 *
 * A page that is pinned has a page frame number (PFN): a stable synthetic number below 2^40, consecutive where the
 * backing is one consecutive object. A PFN stands for the same bytes until it is unpinned.
 */
import type { Errno } from "../../proto/uapi/errno.js";
import type { U64 } from "../u64.js";

/** Receives consecutive pages in ascending order: `count` pages of the pinned range have PFNs pfn, pfn + 1, ... */
export type PfnRunSink = (pfn: number, count: number) => void;

/** Something whose pages can be pinned by page number. */
export interface PageSource {
  /**
   * Pins pages [first, first + count) and reports their PFNs as runs that together cover the range in order.
   * All or nothing: on an error nothing stays pinned and `sink` was not called.
   * @param first page number in the source: of the virtual address, or of the file offset
   * @returns EFAULT (address space gone, no memory there, or not writable when `write`), EINVAL (files of a kind or
   *   size that cannot be pinned), ENOMEM, EOVERFLOW
   */
  pin(first: number, count: number, write: boolean, sink: PfnRunSink): Errno;
  /** Gives back what `pin` reported, whole or in parts. */
  unpin(pfn: number, count: number): void;
  /**
   * Pages of the physical page that a pinned page is a part of: 1, or in hugetlb memory those of a huge page, which begins
   * at a PFN that is a multiple of it.
   */
  physicalPages(pfn: number): number;
}

/** A file that MAP_FILE names, held open until `release`. Any kind of file, also one that cannot be pinned. */
export interface BackingFile extends PageSource {
  /** For inspection. */
  readonly name: string;
  release(): void;
}

/** One address space of a client: a process between two execs, or a set of registered regions. */
export interface AddressSpace extends PageSource {
  /** Differs between any two address spaces of the daemon's life. */
  readonly id: number;
  /** For inspection: "pid 123 (qemu)". */
  readonly name: string;
  /** The process has exited or executed another program. */
  isGone(): boolean;
  /** copy_from_user on the memory as it is mapped now: 0 or EFAULT. A promise where the client serves it. */
  copyFrom(address: U64, into: Uint8Array): Errno | Promise<Errno>;
  /** copy_to_user; a part may have been written. */
  copyTo(address: U64, from: Uint8Array): Errno | Promise<Errno>;
  /** Pages that the process itself has locked (mlock): VmLck. */
  lockedPages(): number;
}

/** Who issues a call. Capabilities and limits are read when asked for, as they are at that moment. */
export interface Caller {
  readonly mm: AddressSpace;
  /** Real user id. */
  uid(): number;
  /** CAP_IPC_LOCK in the initial user namespace. */
  hasIpcLock(): boolean;
  /** CAP_SYS_RESOURCE in the initial user namespace. */
  hasSysResource(): boolean;
  /** RLIMIT_MEMLOCK in pages; Infinity for none. */
  memlockLimitPages(): number;
  /** The file behind one of the caller's descriptors, or EBADF. */
  openFile(fd: number): BackingFile | Errno;
}

/** Memory of the daemon that clients can share. */
export interface SharedMemory {
  write(at: number, bytes: Uint8Array): void;
  /** A file with these bytes that a client can open and map, or why there is none. */
  path(): string | Errno;
  release(): void;
}

/** @returns zeroed memory, or ENOMEM */
export type AllocateSharedMemory = (bytes: number) => SharedMemory | Errno;

/** Bytes of a device that others reach by DMA: registers and memory of a BAR. It answers for as long as somebody holds it. */
export interface DeviceMemory {
  /** For inspection. */
  readonly name: string;
  read(at: number, into: Uint8Array): void;
  write(at: number, from: Uint8Array): void;
}

/** Gives the bytes of a device page frames, consecutive when they are pinned. */
export type ExportDeviceMemory = (memory: DeviceMemory) => BackingFile;
