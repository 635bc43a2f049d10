/**
 * VT-d manual, "Second-Stage Paging Entries": 8 bytes. There is no present bit: an entry that allows neither read nor
 * write is not present. Bits 10, 60:52 and 63 are ignored by hardware.
 */
import { bits } from "../../engine/bit-field.js";

export const secondStageEntry = {
  /** Read. */
  R: bits(0, 0),
  /** Write. */
  W: bits(0, 1),
  /** Page size: a leaf at level 1 or 2, reserved above. At level 0 every entry is a leaf. */
  PS: bits(0, 7),
  /** Accessed. */
  A: bits(0, 8),
  /** Dirty, in a leaf. */
  D: bits(0, 9),
  /** Snoop, in a leaf; reserved in an entry that points to a table. */
  SNP: bits(0, 11),
  /** The page, or the next table. */
  ADDR: bits(0, 51, 12),
} as const;

/** Reserved in every entry of hardware without device TLBs and with 52-bit host addresses. */
export const secondStageReserved = bits(0, 62, 61);
