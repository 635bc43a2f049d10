/**
 * Open files other than an iommufd, as ioctls and sessions know them: VFIO groups and devices, what ioctls made (accesses, queues,
 * dma-bufs), eventfds; and the file descriptors of the caller that stand for them.
 */
import type { Context } from "../core/context.js";
import type { EventCounter } from "../core/event-counter.js";
import type { Caller } from "../core/mm.js";
import type { Errno } from "../../proto/uapi/errno.js";
import type { U64 } from "../u64.js";
import type { UserMemory } from "./user-memory.js";

export type { EventCounter };

/** Who reads, writes or calls, and the memory that goes with it. */
export interface FileCall {
  readonly caller: Caller;
  readonly memory: UserMemory;
  readonly descriptors: Descriptors;
}

/** What an open file description stands for. */
export interface DescriptorTarget {
  /** For inspection, and for clients to name it: "access", "fault", "veventq", "dmabuf", "device". */
  readonly node: string;
  /** In bytes, of what has a size: a dma-buf. */
  readonly size?: number;
  /** The last descriptor is closed. */
  release(): void;
  /** ioctl(2); absent: ENOTTY. @returns what ioctl(2) returns, or a negative errno */
  ioctl?(call: FileCall, request: number, argument: U64): number;
  /**
   * read(2) and write(2), which never wait; absent: EINVAL.
   * @param address of the caller's buffer
   * @param count its bytes
   * @returns how many bytes were read or written, or a negative errno
   */
  read?(memory: UserMemory, address: U64, count: number): number;
  write?(memory: UserMemory, address: U64, count: number): number;
  /** pread(2) and pwrite(2), likewise; absent: ESPIPE. @param offset not negative as a signed number */
  readAt?(memory: UserMemory, address: U64, count: number, offset: U64): number;
  writeAt?(memory: UserMemory, address: U64, count: number, offset: U64): number;
  /** mmap(2), shared; absent: ENODEV. @param length in bytes, a multiple of 4096 @returns EINVAL, ENXIO */
  map?(offset: U64, length: U64): FileMapping | Errno;
  /** What poll(2) waits for; absent: always ready. */
  readonly readiness?: Readiness;
}

/** A mapping that was made; `release` of it is called when the last part of it is unmapped. */
export interface FileMapping extends DescriptorTarget {
  /** Of the file with the memory, or why there is none; absent: there are registers only. */
  path?(): string | Errno;
  /** Together all of it, ascending; absent: all of it is memory. */
  readonly pieces?: readonly MappedPiece[];
  /**
   * Of mapped registers: a load or a store.
   * @param offset from the start of the mapping
   * @returns EFAULT: nothing answers there now
   */
  load?(offset: number, into: Uint8Array): Errno;
  store?(offset: number, from: Uint8Array): Errno;
}

/** Whole pages of a mapping. */
export interface MappedPiece {
  /** In bytes from the start of the mapping. */
  readonly offset: number;
  readonly length: number;
  /** Each load and store is the daemon's; else it is memory. */
  readonly registers: boolean;
  /** Of memory: where it lies in the file. */
  readonly fileOffset: number;
}

/** Whether there is something to read. */
export interface Readiness {
  readonly readable: boolean;
  /** Called whenever something has arrived, and when nothing is left. There is one listener, from the start. */
  listen(listener: () => void): void;
}

export interface Descriptors {
  /** What the caller's descriptor with this number stands for; undefined for any other file, an iommufd or none. */
  find(fd: number): DescriptorTarget | undefined;
  /** The context of an iommufd. @returns EBADF, or EBADFD for a file of another kind */
  findContext(fd: number): Context | Errno;
  /** Whether the number is an open file of any kind. */
  isOpen(fd: number): boolean;
  /** @returns EBADF, or EINVAL for a file of another kind */
  openEvent(fd: number): EventCounter | Errno;
  /**
   * Makes an open file description that the client gets with the reply, and whose number the client stores.
   * @param address of the s32 for the number; undefined: the number is the result of the ioctl
   */
  create(target: DescriptorTarget, address?: U64): void;
}
