/** Memory of a device as DMA of other devices finds it: page frames whose bytes are the device's own. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { BackingFile, DeviceMemory } from "../core/mm.js";
import { PAGE_SIZE } from "../u64.js";
import { MemoryObject, type FrameTable } from "./frames.js";

class BarObject extends MemoryObject {
  override readonly name: string;

  constructor(private readonly memory: DeviceMemory) {
    super();
    this.name = memory.name;
  }

  override read(page: number, offset: number, into: Uint8Array): Errno {
    this.memory.read(page * PAGE_SIZE + offset, into);
    return errno.OK;
  }

  override write(page: number, offset: number, from: Uint8Array): Errno {
    this.memory.write(page * PAGE_SIZE + offset, from);
    return errno.OK;
  }

  protected override close(): void {
    // The bytes stay with the device.
  }
}

/** @returns page frames that are consecutive when they are pinned */
export function exportDeviceMemory(frames: FrameTable, memory: DeviceMemory): BackingFile {
  return frames.fileOf(new BarObject(memory));
}
