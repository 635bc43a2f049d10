/**
 * Where the machine's firmware places BARs: in a window for each kind of space, each at the lowest free multiple of its size.
 */
import type { BarDescription } from "./model.js";

type Space = BarDescription["space"];

interface Range {
  readonly start: number;
  readonly last: number;
}

/** Ports of 16 bits; below the interrupt controllers; where the processor's physical addresses of 46 bits end. */
const WINDOWS: Readonly<Record<Space, Range>> = {
  io: { start: 0x3000, last: 0xffff },
  memory32: { start: 0xc000_0000, last: 0xfebf_ffff },
  memory64: { start: 0x3800_0000_0000, last: 0x3fff_ffff_ffff },
};

export class BarPlacement {
  /** In ascending order. */
  private readonly taken: Readonly<Record<Space, Range[]>> = { io: [], memory32: [], memory64: [] };

  /** @returns a physical address of memory, or a port of I/O; undefined: the window is full */
  place({ space, bytes }: Pick<BarDescription, "space" | "bytes">): number | undefined {
    const taken = this.taken[space];
    const { start, last } = WINDOWS[space];
    const aligned = (address: number): number => Math.ceil(address / bytes) * bytes;
    let address = aligned(start);
    let index = 0;
    for (; index < taken.length && address + bytes > taken[index]!.start; index++)
      address = aligned(taken[index]!.last + 1);
    if (address + bytes - 1 > last) return undefined;
    taken.splice(index, 0, { start: address, last: address + bytes - 1 });
    return address;
  }

  /** Preconditions: `place` returned it for this kind of space. */
  free(space: Space, address: number): void {
    const taken = this.taken[space];
    taken.splice(
      taken.findIndex(({ start }) => start === address),
      1,
    );
  }
}
