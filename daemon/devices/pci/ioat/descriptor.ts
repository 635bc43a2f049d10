/**
 * The IOAT descriptor: 64 bytes in DMA memory, aligned to 64. The layout, and the reading of it.
 */
import { U64 } from "../../../u64.js";
import { DESCRIPTOR_BYTES } from "./registers.js";

/** Offsets of the fields: two words of 32 bits, then four of 64, of which the last is for software. */
const layout = { size: 0, control: 4, source: 8, destination: 16, next: 24 } as const;

/** Bits of the control word. 31:24 are the operation. */
export const descriptorControl = {
  INT_EN: 1 << 0,
  SRC_NO_SNOOP: 1 << 1,
  DST_NO_SNOOP: 1 << 2,
  COMPL_WRITE: 1 << 3,
  FENCE: 1 << 4,
  NULL: 1 << 5,
  SRC_PAGE_BREAK: 1 << 6,
  DST_PAGE_BREAK: 1 << 7,
  BUNDLE: 1 << 8,
  DST_DCA: 1 << 9,
  HINT: 1 << 10,
} as const;

export const operations = { COPY: 0x00, FILL: 0x01 } as const;

export interface Descriptor {
  /** Bytes to transfer. */
  readonly size: number;
  readonly control: number;
  readonly operation: number;
  /** COPY: address. FILL: the pattern of 8 bytes. */
  readonly source: U64;
  readonly destination: U64;
  /** Address of the descriptor after this one. */
  readonly next: U64;
}

/** @param bytes DESCRIPTOR_BYTES of them */
export function decodeDescriptor(bytes: Uint8Array): Descriptor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, DESCRIPTOR_BYTES);
  const quadword = (at: number): U64 => U64.readFrom(view, at);
  const control = view.getUint32(layout.control, true);
  return {
    size: view.getUint32(layout.size, true),
    control,
    operation: control >>> 24,
    source: quadword(layout.source),
    destination: quadword(layout.destination),
    next: quadword(layout.next),
  };
}
