/**
 * What a simulated VT-d unit advertises, as register fields. The rule: a capability is advertised if and only if it is
 * simulated; what is not listed here reads as zero, unsupported. Scalable mode is always on.
 */
import type { U64 } from "../../u64.js";
import { compose, fieldOf, type BitField } from "../engine/bit-field.js";
import { capability, extendedCapability } from "./spec/registers.js";

/** What a configuration may change, each in the units that people use. */
export interface VtdProfileOptions {
  /** Width of IOVAs that the unit accepts, in bits: 31 to 57. */
  readonly mgaw?: number;
  /** Second-stage table depths, as in CAP.SAGAW: 2: 3 levels, 4: 4 levels, 8: 5 levels; or a sum of them. */
  readonly sagaw?: number;
  /** Large pages, as in CAP.SSLPS: 1: 2M, 2: 1G, 3: both. */
  readonly sslps?: number;
  /** Domain ids, as in CAP.ND: 2^(4 + 2n). */
  readonly nd?: number;
  /** Fault records that are kept: 1 to 256. */
  readonly faultRecords?: number;
  /** Snoop control: the unit can enforce cache coherency. */
  readonly snoopControl?: boolean;
  /** Page-selective invalidation of the IOTLB; without it an unmap drops the whole domain. */
  readonly pageSelectiveInvalidation?: boolean;
  /** Second-stage accessed and dirty bits (ECAP.SSADS): domains can track what devices write. */
  readonly dirtyTracking?: boolean;
  /** Width of the PASIDs that the unit accepts, in bits: 1 to 20; 0: it knows none. */
  readonly pasidBits?: number;
  /** Devices can ask for pages that they miss. */
  readonly pageRequests?: boolean;
}

/** The registers, and what follows from them. */
export interface VtdProfile {
  readonly cap: U64;
  readonly ecap: U64;
  /** CAP.MGAW + 1. */
  readonly mgaw: number;
  readonly sagaw: number;
  readonly zeroLengthRead: boolean;
  readonly pageSelectiveInvalidation: boolean;
  /** log2 of the pages that one page-selective invalidation can cover. */
  readonly addressMaskMax: number;
  readonly faultRecords: number;
  readonly domainIds: number;
  readonly snoopControl: boolean;
  readonly coherent: boolean;
  readonly nesting: boolean;
  readonly secondStageDirty: boolean;
  /** ECAP.PSS + 1; undefined: ECAP.PASID is clear. */
  readonly pasidBits: number | undefined;
  readonly pageRequests: boolean;
  /** Shape of every second-stage table of this unit. */
  readonly secondStage: { readonly vaLg2: number; readonly topLevel: number; readonly pageSizes: readonly number[] };
}

const DEFAULTS: Required<VtdProfileOptions> = {
  mgaw: 48,
  sagaw: 4,
  sslps: 3,
  nd: 6,
  faultRecords: 256,
  snoopControl: true,
  pageSelectiveInvalidation: true,
  dirtyTracking: true,
  pasidBits: 20,
  pageRequests: true,
};

/** Register blocks in units of 16 bytes: fault records at 0x400, and the IOTLB registers behind 256 of them. */
const FAULT_RECORDING_OFFSET = 0x40;
const IOTLB_REGISTER_OFFSET = 0x140;

/** 1 GiB, the largest page: larger ranges are invalidated by domain. */
const MAXIMUM_ADDRESS_MASK = 18;

/** Second-stage widths by SAGAW bit, narrowest first (specification 60, section 4.4). */
const WIDTHS = [
  { sagaw: 2, vaLg2: 39, topLevel: 2, mgawAbove: 30 },
  { sagaw: 4, vaLg2: 48, topLevel: 3, mgawAbove: 39 },
  { sagaw: 8, vaLg2: 57, topLevel: 4, mgawAbove: 48 },
] as const;

/** Preconditions: every option is within its range. */
export function vtdProfile(options: VtdProfileOptions = {}): VtdProfile {
  const chosen = { ...DEFAULTS, ...options };
  const width = secondStageWidth(chosen.mgaw, chosen.sagaw);
  const cap = compose(1, [
    [capability.ND, chosen.nd],
    [capability.SAGAW, chosen.sagaw],
    [capability.MGAW, chosen.mgaw - 1],
    [capability.ZLR, 1],
    [capability.FRO, FAULT_RECORDING_OFFSET],
    [capability.SSLPS, chosen.sslps],
    [capability.PSI, chosen.pageSelectiveInvalidation ? 1 : 0],
    [capability.NFR, chosen.faultRecords - 1],
    [capability.MAMV, chosen.pageSelectiveInvalidation ? MAXIMUM_ADDRESS_MASK : 0],
    [capability.DWD, 1],
    [capability.DRD, 1],
  ]);
  const ecap = compose(1, [
    [extendedCapability.C, 1],
    [extendedCapability.QI, 1],
    [extendedCapability.SC, chosen.snoopControl ? 1 : 0],
    [extendedCapability.IRO, IOTLB_REGISTER_OFFSET],
    [extendedCapability.PRS, chosen.pageRequests ? 1 : 0],
    [extendedCapability.PSS, Math.max(0, chosen.pasidBits - 1)],
    [extendedCapability.PASID, chosen.pasidBits > 0 ? 1 : 0],
    // A request is with its handler, and an answer with its device, before anything else happens: nothing is left to drain.
    [extendedCapability.PDS, chosen.pageRequests ? 1 : 0],
    [extendedCapability.SMTS, 1],
    [extendedCapability.SSADS, chosen.dirtyTracking ? 1 : 0],
    [extendedCapability.SSTS, 1],
    [extendedCapability.SMPWCS, 1],
    [extendedCapability.RPS, 1],
  ]);
  const inCap = (field: BitField): number => fieldOf(cap, field);
  const inEcap = (field: BitField): boolean => fieldOf(ecap, field) === 1;
  const coherent = inEcap(extendedCapability.SMPWCS);
  return {
    cap: cap[0]!,
    ecap: ecap[0]!,
    mgaw: inCap(capability.MGAW) + 1,
    sagaw: inCap(capability.SAGAW),
    zeroLengthRead: inCap(capability.ZLR) === 1,
    pageSelectiveInvalidation: inCap(capability.PSI) === 1,
    addressMaskMax: inCap(capability.MAMV),
    faultRecords: inCap(capability.NFR) + 1,
    domainIds: 2 ** (4 + 2 * inCap(capability.ND)),
    snoopControl: inEcap(extendedCapability.SC),
    coherent,
    nesting: inEcap(extendedCapability.NEST),
    secondStageDirty: inEcap(extendedCapability.SSADS) && coherent,
    pasidBits: inEcap(extendedCapability.PASID) ? fieldOf(ecap, extendedCapability.PSS) + 1 : undefined,
    pageRequests: inEcap(extendedCapability.PRS) && inEcap(extendedCapability.PDS),
    secondStage: { ...width, pageSizes: pageSizes(inCap(capability.SSLPS)) },
  };
}

/** log2 of the page sizes that SSLPS and the granule give. */
function pageSizes(sslps: number): number[] {
  return [12, ...((sslps & 1) !== 0 ? [21] : []), ...((sslps & 2) !== 0 ? [30] : [])];
}

/** The IOVA width and top level of tables: no wider than the unit accepts, no deeper than that needs. */
function secondStageWidth(mgaw: number, sagaw: number): { vaLg2: number; topLevel: number } {
  const widest = WIDTHS.findLast((width) => mgaw > width.mgawAbove && sagaw >= width.sagaw);
  const vaLg2 = Math.min(widest?.vaLg2 ?? 0, mgaw);
  const table = WIDTHS.find((width) => (sagaw & width.sagaw) !== 0 && width.vaLg2 >= vaLg2);
  if (widest === undefined || table === undefined) throw new RangeError(`no tables for MGAW ${mgaw}, SAGAW ${sagaw}`);
  return { vaLg2, topLevel: table.topLevel };
}
