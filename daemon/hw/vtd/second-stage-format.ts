/**
 * The second-stage page-table format as a record for the engine: "vtdss" of specification 60, section 1.3.
 */
import { errno } from "../../../proto/uapi/errno.js";
import { U64 } from "../../u64.js";
import { compose, reservedBits } from "../engine/bit-field.js";
import { entryKind, type Format } from "../engine/format.js";
import { PROT_READ, PROT_WRITE } from "../interface.js";
import { secondStageEntry, secondStageReserved } from "./spec/second-stage-entry.js";

const GRANULE_LG2 = 12;
const INDEX_BITS = 9;
const MAX_TOP_LEVEL = 4;
/** Highest level that has leaves: 1 GiB. */
const MAX_LEAF_LEVEL = 2;

const bit = (field: { first: number; last: number; quadword: number }): U64 => compose(1, [[field, 1]])[0]!;
const PAGE_SIZE_BIT = bit(secondStageEntry.PS);
const ACCESSED = bit(secondStageEntry.A);
const DIRTY = bit(secondStageEntry.D);
const SNOOP = bit(secondStageEntry.SNP);
// R and W are bits 0 and 1, as PROT_READ and PROT_WRITE are.
const PERMISSIONS = PROT_READ | PROT_WRITE;
const ADDRESS_HIGH = 0xfffff;

const RESERVED_ALWAYS = U64.MAX.minus(reservedBits(0, [secondStageReserved]));
const RESERVED_IN_TABLE = RESERVED_ALWAYS.or(PAGE_SIZE_BIT).or(SNOOP);
/** By level: a page is aligned to its size, so the address bits below that are reserved. */
const RESERVED_IN_LEAF = Array.from({ length: MAX_TOP_LEVEL + 1 }, (_, level) =>
  RESERVED_ALWAYS.or(U64.fromNumber(2 ** (GRANULE_LG2 + INDEX_BITS * level) - 2 ** GRANULE_LG2)),
);

export interface SecondStageOptions {
  /** Set SNP in every leaf. */
  readonly forceSnoop: boolean;
  /** Refuse pages that cannot be written, as the parent of nested domains does (erratum 772415). */
  readonly writableOnly: boolean;
}

export function secondStageFormat({ forceSnoop, writableOnly }: SecondStageOptions): Format {
  const leafAttributes = forceSnoop ? SNOOP.low : 0;
  return {
    name: "vtdss",
    granuleLg2: GRANULE_LG2,
    indexBits: INDEX_BITS,
    maxTopLevel: MAX_TOP_LEVEL,
    maxVaLg2: 57,
    maxOutputLg2: 52,
    outputShift: GRANULE_LG2,
    possibleSizes: (level) => (level <= MAX_LEAF_LEVEL ? [leafLg2(level)] : []),
    classify: (low, high, level) => {
      if ((low | high) === 0) return entryKind.EMPTY;
      return level === 0 || (low & PAGE_SIZE_BIT.low) !== 0 ? entryKind.LEAF : entryKind.TABLE;
    },
    tableAddress: (low, high) => granule(low, high) * 2 ** GRANULE_LG2,
    leafOutput: granule,
    leafSizeLg2: (_low, _high, level) => leafLg2(level),
    makeTable: (physical) => word(physical / 2 ** GRANULE_LG2, PERMISSIONS),
    makeLeaf: (output, _sizeLg2, level, prot) =>
      word(output, (prot & PERMISSIONS) | leafAttributes | (level > 0 ? PAGE_SIZE_BIT.low : 0)),
    checkProt: (prot) => (writableOnly && (prot & PROT_WRITE) === 0 ? errno.EINVAL : errno.OK),
    isPresent: (low) => (low & PERMISSIONS) !== 0,
    permissions: (low) => low & PERMISSIONS,
    reservedMask: (kind, level) => (kind === entryKind.TABLE ? RESERVED_IN_TABLE : RESERVED_IN_LEAF[level]!),
    accessDirty: {
      setAccessed: (entry) => entry.or(ACCESSED),
      setDirty: (entry) => entry.or(DIRTY),
      isDirty: (low) => (low & DIRTY.low) !== 0,
      clean: (entry) => entry.and(U64.MAX.minus(DIRTY)),
    },
  };
}

function leafLg2(level: number): number {
  return GRANULE_LG2 + INDEX_BITS * level;
}

/** Bits 51:12 as a granule number. */
function granule(low: number, high: number): number {
  return (high & ADDRESS_HIGH) * 2 ** (32 - GRANULE_LG2) + (low >>> GRANULE_LG2);
}

function word(granuleNumber: number, attributes: number): U64 {
  return U64.fromWords(granuleNumber / 2 ** (32 - GRANULE_LG2), (granuleNumber << GRANULE_LG2) | attributes);
}
