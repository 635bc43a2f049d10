/** Memory that belongs to no client: what the kernel of a real machine would have allocated for a driver. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { BackingFile } from "../core/mm.js";
import { PAGE_SIZE } from "../u64.js";
import { MemoryObject, type FrameTable } from "./frames.js";

class KernelObject extends MemoryObject {
  override readonly name = "kernel memory";
  private readonly bytes: Uint8Array;

  constructor(length: number) {
    super();
    this.bytes = new Uint8Array(length);
  }

  override read(page: number, offset: number, into: Uint8Array): Errno {
    const start = page * PAGE_SIZE + offset;
    into.set(this.bytes.subarray(start, start + into.length));
    return errno.OK;
  }

  override write(page: number, offset: number, from: Uint8Array): Errno {
    this.bytes.set(from, page * PAGE_SIZE + offset);
    return errno.OK;
  }

  protected override close(): void {
    // The bytes go with the object.
  }
}

/** @param bytes a multiple of 4096 @returns zeroed memory whose page frames are consecutive when they are pinned */
export function allocateKernelMemory(frames: FrameTable, bytes: number): BackingFile {
  return frames.fileOf(new KernelObject(bytes));
}
