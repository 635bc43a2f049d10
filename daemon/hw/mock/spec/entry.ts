/**
 * The items of the mock page table: the AMD I/O page table's (specification 60, section 1.2) with a granule of 2 KiB, so
 * that the address field counts granules of 2 KiB and reaches 2^51 bytes. FC, which AMD's driver sets, stays clear.
 */
import { bits } from "../../engine/bit-field.js";

export const mockEntry = {
  /** Present. */
  PR: bits(0, 0),
  /** Accessed. */
  A: bits(0, 5),
  /** Dirty, in a leaf. */
  D: bits(0, 6),
  /** Next level: 0 and 7 mark a leaf, 7 one whose size is in OA; in a table item its own level. */
  NL: bits(0, 11, 9),
  /** Granule of the page, with a size code in its low bits when NL is 7, or of the next table. */
  OA: bits(0, 51, 12),
  /** Read allowed. */
  IR: bits(0, 61),
  /** Write allowed. */
  IW: bits(0, 62),
} as const;

/** Value of NL in a leaf whose size the address field codes. */
export const NEXT_LEVEL_SIZED_LEAF = 7;
