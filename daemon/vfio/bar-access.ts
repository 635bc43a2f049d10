/** Loads and stores of any length in a BAR, as the bus does them: naturally aligned, of 1 to 8 bytes, in ascending order. */
import type { PciFunction } from "../devices/pci/interface.js";

const ACCESS_BYTES_MAX = 8;

/**
 * Calls `access` for each part, the widest first that fits; a part of n bytes begins at a multiple of n.
 * @param widest in bytes, a power of two
 */
export function eachAccess(
  offset: number,
  bytes: Uint8Array,
  access: (offset: number, part: Uint8Array) => void,
  widest = ACCESS_BYTES_MAX,
): void {
  for (let done = 0; done < bytes.length;) {
    const at = offset + done;
    let width = widest;
    while (at % width !== 0 || width > bytes.length - done) width /= 2;
    access(at, bytes.subarray(done, done + width));
    done += width;
  }
}

export function readBarBytes(pci: PciFunction, bar: number, offset: number, into: Uint8Array): void {
  eachAccess(offset, into, (at, part) => {
    pci.readBar(bar, at, part);
  });
}

export function writeBarBytes(pci: PciFunction, bar: number, offset: number, from: Uint8Array): void {
  eachAccess(offset, from, (at, part) => {
    pci.writeBar(bar, at, part);
  });
}
