/**
 * VT-d manual, "Scalable-Mode PASID Directory Entry": 8 bytes, one for each 64 PASIDs.
 */
import { bits } from "../../engine/bit-field.js";

export const PASID_DIRECTORY_ENTRY_BYTES = 8;
/** log2 of the PASIDs behind one directory entry. */
export const PASID_TABLE_LG2 = 6;
/** log2 of the entries of a directory with PDTS 0. */
export const PASID_DIRECTORY_LG2_MIN = 7;

export const pasidDirectoryEntry = {
  /** Present. */
  P: bits(0, 0),
  /** Fault processing disable. */
  FPD: bits(0, 1),
  /** Pointer to a PASID table. */
  SMPTBLPTR: bits(0, 51, 12),
} as const;
