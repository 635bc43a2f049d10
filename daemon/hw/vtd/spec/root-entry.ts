/**
 * VT-d manual, "Root Entry" of scalable mode: 16 bytes, one for each bus in a root table of 4 KiB. The lower half points
 * to the context table of devices 0 to 15 (devfn 0x00-0x7f), the upper half to that of devices 16 to 31.
 */
import { bits } from "../../engine/bit-field.js";

export const ROOT_ENTRY_BYTES = 16;

/** One half; both are alike. */
export const rootEntry = {
  /** Present. */
  P: bits(0, 0),
  /** Context table pointer. */
  CTP: bits(0, 51, 12),
} as const;
