/** Where the machine's firmware places BARs: in a window for each kind of space, each aligned to its size, one after the other. */
import type { BarDescription } from "./model.js";

/** Where the windows begin. */
const WINDOWS: Readonly<Record<BarDescription["space"], number>> = {
  io: 0x3000,
  memory32: 0xc000_0000,
  memory64: 0x3800_0000_0000,
};

export class BarPlacement {
  private readonly next = { ...WINDOWS };

  /** @returns a physical address of memory, or a port of I/O */
  place({ space, bytes }: Pick<BarDescription, "space" | "bytes">): number {
    const address = Math.ceil(this.next[space] / bytes) * bytes;
    this.next[space] = address + bytes;
    return address;
  }
}
