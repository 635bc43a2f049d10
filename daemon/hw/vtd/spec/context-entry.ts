/**
 * VT-d manual, "Scalable-Mode Context Entry": 32 bytes, one for each of 128 functions in a context table of 4 KiB.
 */
import { bits } from "../../engine/bit-field.js";

export const CONTEXT_ENTRY_BYTES = 32;
export const CONTEXT_ENTRY_QUADWORDS = CONTEXT_ENTRY_BYTES / 8;
/** Functions of one context table: half a bus. */
export const CONTEXT_ENTRIES = 128;

export const contextEntry = {
  /** Present. */
  P: bits(0, 0),
  /** Fault processing disable. */
  FPD: bits(0, 1),
  /** Device-TLB enable. */
  DTE: bits(0, 2),
  /** PASID enable. */
  PASIDE: bits(0, 3),
  /** Page request enable. */
  PRE: bits(0, 4),
  /** PASID directory size: 2^(PDTS + 7) entries. */
  PDTS: bits(0, 11, 9),
  /** PASID directory pointer. */
  PASIDDIRPTR: bits(0, 51, 12),
  /** The PASID of requests without PASID. */
  RID_PASID: bits(1, 19, 0),
} as const;
