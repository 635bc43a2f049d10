/**
 * The mock page-table format as a record for the engine (specification 60, section 1.2, and 40, section 4.3).
 *
 * A page of 2^s bytes is one entry of 2^(s - item) equal items at the level of the largest item that it holds. Where that
 * is more than one item, the low bits of the address field are s - 12 ones and a zero. So a 4 KiB page is two items.
 */
import { errno } from "../../../proto/uapi/errno.js";
import { U64 } from "../../u64.js";
import { compose, type BitField } from "../engine/bit-field.js";
import { entryKind, type Format } from "../engine/format.js";
import { mockEntry, NEXT_LEVEL_SIZED_LEAF } from "./spec/entry.js";

const GRANULE_LG2 = 11;
const INDEX_BITS = 9;
const MAX_LEAF_LEVEL = 2;

const bit = (field: BitField): U64 => compose(1, [[field, 1]])[0]!;
const PRESENT = bit(mockEntry.PR);
const ACCESSED = bit(mockEntry.A);
const DIRTY = bit(mockEntry.D);
const CLEAN_MASK = U64.MAX.minus(DIRTY);

const NEXT_LEVEL_FIRST = mockEntry.NL.first;
const NEXT_LEVEL_MASK = 7;
/** Bits 51:32 of the address field, and how many of its bits the low word holds. */
const ADDRESS_HIGH = 0xfffff;
const ADDRESS_LOW_BITS = 20;
/** IR and IW are neighbours in the order of PROT_READ and PROT_WRITE; this is IR's bit in the high word. */
const PERMISSIONS_FIRST = mockEntry.IR.first - 32;
const READ_WRITE = 3;

export const mockFormat: Format = {
  name: "mock",
  granuleLg2: GRANULE_LG2,
  indexBits: INDEX_BITS,
  maxTopLevel: 4,
  maxVaLg2: 56,
  maxOutputLg2: 51,
  outputShift: mockEntry.OA.first,
  possibleSizes: (level) =>
    level <= MAX_LEAF_LEVEL ? Array.from({ length: INDEX_BITS }, (_, above) => itemLg2(level) + above) : [],
  classify: (low, _high, level) => {
    if ((low & PRESENT.low) === 0) return entryKind.EMPTY;
    const next = nextLevel(low);
    return level === 0 || next === 0 || next === NEXT_LEVEL_SIZED_LEAF ? entryKind.LEAF : entryKind.TABLE;
  },
  tableAddress: (low, high) => addressField(low, high) * 2 ** GRANULE_LG2,
  leafOutput: (low, high) => {
    const field = addressField(low, high);
    return nextLevel(low) === NEXT_LEVEL_SIZED_LEAF ? field - (2 ** trailingOnes(low, high) - 1) : field;
  },
  leafSizeLg2: (low, high, level) =>
    nextLevel(low) === NEXT_LEVEL_SIZED_LEAF ? trailingOnes(low, high) + GRANULE_LG2 + 1 : itemLg2(level),
  makeTable: (physical, level) => word(physical / 2 ** GRANULE_LG2, level, READ_WRITE),
  makeLeaf: (output, sizeLg2, level, prot) =>
    sizeLg2 === itemLg2(level)
      ? word(output, 0, prot)
      : word(output + 2 ** (sizeLg2 - GRANULE_LG2 - 1) - 1, NEXT_LEVEL_SIZED_LEAF, prot),
  checkProt: () => errno.OK,
  isPresent: (low) => (low & PRESENT.low) !== 0,
  permissions: (_low, high) => (high >>> PERMISSIONS_FIRST) & READ_WRITE,
  // There is no hardware that could object to a bit.
  reservedMask: () => U64.ZERO,
  accessDirty: {
    setAccessed: (entry) => entry.or(ACCESSED),
    setDirty: (entry) => entry.or(DIRTY),
    isDirty: (low) => (low & DIRTY.low) !== 0,
    clean: (entry) => entry.and(CLEAN_MASK),
  },
};

function itemLg2(level: number): number {
  return GRANULE_LG2 + INDEX_BITS * level;
}

function nextLevel(low: number): number {
  return (low >>> NEXT_LEVEL_FIRST) & NEXT_LEVEL_MASK;
}

function addressField(low: number, high: number): number {
  return (high & ADDRESS_HIGH) * 2 ** ADDRESS_LOW_BITS + (low >>> mockEntry.OA.first);
}

/** Ones at the low end of the address field: the size code. */
function trailingOnes(low: number, high: number): number {
  const ones = lowestZero(low >>> mockEntry.OA.first);
  return ones < ADDRESS_LOW_BITS ? ones : ADDRESS_LOW_BITS + lowestZero(high & ADDRESS_HIGH);
}

/** Position of the lowest clear bit of a number below 2^31. */
function lowestZero(value: number): number {
  return 31 - Math.clz32(~value & (value + 1));
}

function word(field: number, next: number, permissions: number): U64 {
  return U64.fromWords(
    (field / 2 ** ADDRESS_LOW_BITS) | (permissions << PERMISSIONS_FIRST),
    (field << mockEntry.OA.first) | (next << NEXT_LEVEL_FIRST) | PRESENT.low,
  );
}
