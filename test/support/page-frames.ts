/** Bytes behind page frame numbers: what a test's address spaces and its devices read and write. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { PhysicalMemory } from "../../daemon/hw/interface.js";
import { PAGE_SIZE } from "../../daemon/u64.js";

/** Every frame is there, and zero until it is written. */
export class PageFrames implements PhysicalMemory {
  private readonly frames = new Map<number, Uint8Array>();

  read(physical: number, into: Uint8Array): Errno {
    return this.eachPart(physical, into, (frame, part) => {
      part.set(frame);
    });
  }

  write(physical: number, from: Uint8Array): Errno {
    return this.eachPart(physical, from, (frame, part) => {
      frame.set(part);
    });
  }

  private eachPart(physical: number, bytes: Uint8Array, visit: (frame: Uint8Array, part: Uint8Array) => void): Errno {
    for (let done = 0; done < bytes.length;) {
      const offset = (physical + done) % PAGE_SIZE;
      const part = bytes.subarray(done, done + PAGE_SIZE - offset);
      visit(this.frame((physical + done - offset) / PAGE_SIZE).subarray(offset, offset + part.length), part);
      done += part.length;
    }
    return errno.OK;
  }

  private frame(pfn: number): Uint8Array {
    let frame = this.frames.get(pfn);
    if (frame === undefined) {
      frame = new Uint8Array(PAGE_SIZE);
      this.frames.set(pfn, frame);
    }
    return frame;
  }
}
