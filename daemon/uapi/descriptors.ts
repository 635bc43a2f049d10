/**
 * File descriptors of the caller that stand for something that an ioctl made: the selftest's accesses and dma-bufs, the
 * queues of page requests and of events.
 */
import type { U64 } from "../u64.js";
import type { UserMemory } from "./user-memory.js";

/** What an open file description of its own stands for. */
export interface DescriptorTarget {
  /** For inspection, and for clients to name it: "access", "fault", "veventq", "dmabuf". */
  readonly node: string;
  /** In bytes, of what has a size: a dma-buf. */
  readonly size?: number;
  /** The last descriptor is closed. */
  release(): void;
  /**
   * read(2) and write(2), which never wait; absent: EINVAL.
   * @param address of the caller's buffer
   * @param count its bytes
   * @returns how many bytes were read or written, or a negative errno
   */
  read?(memory: UserMemory, address: U64, count: number): number;
  write?(memory: UserMemory, address: U64, count: number): number;
  /** What poll(2) waits for; absent: always ready. */
  readonly readiness?: Readiness;
}

/** Whether there is something to read. */
export interface Readiness {
  readonly readable: boolean;
  /** Called whenever something has arrived, and when nothing is left. There is one listener, from the start. */
  listen(listener: () => void): void;
}

export interface Descriptors {
  /** What the caller's descriptor with this number stands for; undefined for any other file or none. */
  find(fd: number): DescriptorTarget | undefined;
  /**
   * Makes an open file description that the client gets with the reply, and whose number the client stores.
   * @param address of the s32 for the number; undefined: the number is the result of the ioctl
   */
  create(target: DescriptorTarget, address?: U64): void;
}
