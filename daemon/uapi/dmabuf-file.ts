/** The open file of a dma-buf: MAP_FILE names it. */
import type { DmaBuf } from "../core/dmabuf.js";
import type { DescriptorTarget } from "./descriptors.js";

export class DmaBufFile implements DescriptorTarget {
  readonly node = "dmabuf";

  constructor(readonly buffer: DmaBuf) {}

  get size(): number {
    return this.buffer.size;
  }

  release(): void {
    this.buffer.drop();
  }
}
