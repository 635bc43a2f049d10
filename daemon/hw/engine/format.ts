/**
 * A page-table format as data and pure functions on one 64-bit word; the walker and the mapper know nothing else of it.
 *
 * Level 0 holds only leaves and levels count upwards, so the size that an item covers is a linear function of its level.
 * Output addresses and IOVAs are counted in granules (2^granuleLg2 bytes); a word is (low, high), both signed.
 */
import type { Errno } from "../../../proto/uapi/errno.js";
import type { U64 } from "../../u64.js";

/** What software takes an item for. */
export const entryKind = { EMPTY: 0, TABLE: 1, LEAF: 2 } as const;
export type EntryKind = (typeof entryKind)[keyof typeof entryKind];

/** How hardware reports use in the items of a format. */
export interface AccessDirtyBits {
  setAccessed(word: U64): U64;
  /** Of a leaf that is written to. */
  setDirty(word: U64): U64;
  isDirty(low: number, high: number): boolean;
  clean(word: U64): U64;
}

export interface Format {
  readonly name: string;
  /** log2 of the bytes of an item at level 0. */
  readonly granuleLg2: number;
  /** A level resolves this many bits of the address. */
  readonly indexBits: number;
  readonly maxTopLevel: number;
  readonly maxVaLg2: number;
  readonly maxOutputLg2: number;
  /** Bit of a leaf's word where the granule number of its output begins. */
  readonly outputShift: number;

  /** log2 in bytes of the leaves that a level can hold; more than the item's own size where entries are contiguous. */
  possibleSizes(level: number): readonly number[];
  classify(low: number, high: number, level: number): EntryKind;

  /** Physical byte address in a table item. */
  tableAddress(low: number, high: number): number;
  /** Granule number of the first byte of the whole entry that this leaf item belongs to. */
  leafOutput(low: number, high: number, level: number): number;
  /** log2 in bytes of that entry. It fills 2^(size - size of one item) adjacent items. */
  leafSizeLg2(low: number, high: number, level: number): number;

  makeTable(physical: number, level: number): U64;
  /** The word of every item of an entry. @param prot PROT_READ | PROT_WRITE */
  makeLeaf(output: number, sizeLg2: number, level: number, prot: number): U64;
  /** EINVAL for a protection that the format or its owner refuses. */
  checkProt(prot: number): Errno;

  /** Whether hardware takes the item for one at all. */
  isPresent(low: number, high: number): boolean;
  /** What this item allows: PROT_READ | PROT_WRITE. A translation has what all items on its path allow. */
  permissions(low: number, high: number): number;
  /** Bits that hardware requires to be zero in a present item. */
  reservedMask(kind: EntryKind, level: number): U64;
  /** Absent: the format has no such bits. */
  readonly accessDirty?: AccessDirtyBits;
}

/** 2^n for n from 0 to 64: an exponent that is not a constant costs more than all else that a page or a request takes. */
export const POWERS_OF_TWO: Readonly<Float64Array> = Float64Array.from({ length: 65 }, (_, exponent) => 2 ** exponent);

/** Granules that one item of a level covers. */
export function itemGranules(format: Format, level: number): number {
  return POWERS_OF_TWO[format.indexBits * level]!;
}

/** "4K", "2M", "1G", ... for a page of 2^lg2 bytes. */
export function pageSizeName(lg2: number): string {
  const unit = Math.floor(lg2 / 10);
  return `${2 ** (lg2 - 10 * unit)}${["", "K", "M", "G", "T", "P"][unit] ?? ""}`;
}

/** "R W", "R", "W" or "" for a set of permissions. */
export function permissionNames(permissions: number): string {
  return ["", "R", "W", "R W"][permissions]!;
}
