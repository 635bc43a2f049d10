/**
 * VT-d manual, "Scalable-Mode PASID Table Entry": 64 bytes, 64 of them in a PASID table of 4 KiB.
 */
import { bits } from "../../engine/bit-field.js";

export const PASID_ENTRY_BYTES = 64;
export const PASID_ENTRY_QUADWORDS = PASID_ENTRY_BYTES / 8;

export const pasidEntry = {
  /** Present. */
  P: bits(0, 0),
  /** Fault processing disable. */
  FPD: bits(0, 1),
  /** Address width: the levels of the second-stage table, less 2. */
  AW: bits(0, 4, 2),
  /** PASID granular translation type. */
  PGTT: bits(0, 8, 6),
  /** Second-stage accessed/dirty enable. */
  SSADE: bits(0, 9),
  /** Second-stage page-table pointer. */
  SSPTPTR: bits(0, 51, 12),
  /** Domain identifier. */
  DID: bits(1, 15, 0),
  /** Page-walk snoop. */
  PWSNP: bits(1, 23),
  /** Page snoop. */
  PGSNP: bits(1, 24),
} as const;

/** Values of PGTT. */
export const translationType = { FIRST_STAGE: 1, SECOND_STAGE: 2, NESTED: 3, PASS_THROUGH: 4 } as const;
