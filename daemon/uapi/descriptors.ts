/** File descriptors of the caller that stand for something that an ioctl made: the selftest's accesses. */
import type { U64 } from "../u64.js";

/** What an open file description of its own stands for. */
export interface DescriptorTarget {
  /** For inspection, and for clients to name it: "access". */
  readonly node: string;
  /** The last descriptor is closed. */
  release(): void;
}

export interface Descriptors {
  /** What the caller's descriptor with this number stands for; undefined for any other file or none. */
  find(fd: number): DescriptorTarget | undefined;
  /**
   * Makes an open file description that the client gets with the reply, and whose number the client stores.
   * @param address of the s32 for the number
   */
  create(target: DescriptorTarget, address: U64): void;
}
