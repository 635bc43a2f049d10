/**
 * VT-d manual, "Capability Register" and "Extended Capability Register": 64 bits each, in the manual's names.
 */
import { bits } from "../../engine/bit-field.js";

/** CAP_REG. */
export const capability = {
  /** Number of domains supported: 2^(4 + 2n). */
  ND: bits(0, 2, 0),
  /** Required write-buffer flushing. */
  RWBF: bits(0, 4),
  /** Caching mode: entries that are not present may be cached. */
  CM: bits(0, 7),
  /** Supported adjusted guest address widths: bit 1: 39 bits, bit 2: 48, bit 3: 57. */
  SAGAW: bits(0, 12, 8),
  /** Maximum guest address width, less 1. */
  MGAW: bits(0, 21, 16),
  /** Zero length read. */
  ZLR: bits(0, 22),
  /** Fault recording register offset, in units of 16 bytes. */
  FRO: bits(0, 33, 24),
  /** Second-stage large page support: bit 0: 2M, bit 1: 1G. */
  SSLPS: bits(0, 37, 34),
  /** Page selective invalidation. */
  PSI: bits(0, 39),
  /** Number of fault recording registers, less 1. */
  NFR: bits(0, 47, 40),
  /** Maximum address mask value of a page-selective invalidation. */
  MAMV: bits(0, 53, 48),
  /** Write draining. */
  DWD: bits(0, 54),
  /** Read draining. */
  DRD: bits(0, 55),
} as const;

/** ECAP_REG. */
export const extendedCapability = {
  /** Page-walk coherency. */
  C: bits(0, 0),
  /** Queued invalidation. */
  QI: bits(0, 1),
  /** Snoop control. */
  SC: bits(0, 7),
  /** IOTLB register offset, in units of 16 bytes. */
  IRO: bits(0, 17, 8),
  /** Nested translation. */
  NEST: bits(0, 26),
  /** Page request support. */
  PRS: bits(0, 29),
  /** PASID size supported, in bits, less 1. */
  PSS: bits(0, 39, 35),
  /** PASID. */
  PASID: bits(0, 40),
  /** Page-request drain support. */
  PDS: bits(0, 42),
  /** Scalable mode translation. */
  SMTS: bits(0, 43),
  /** Second-stage accessed/dirty. */
  SSADS: bits(0, 45),
  /** Second-stage translation. */
  SSTS: bits(0, 46),
  /** First-stage translation. */
  FSTS: bits(0, 47),
  /** Scalable-mode page-walk coherency. */
  SMPWCS: bits(0, 48),
  /** RID_PASID. */
  RPS: bits(0, 49),
} as const;
