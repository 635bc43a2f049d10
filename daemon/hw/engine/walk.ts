/**
 * Hardware's side of a page table: the walk of one address, over any format (specification 60, sections 2.5 to 2.7).
 * It trusts nothing in the tables: it checks reserved bits and permissions and may meet pointers that lead nowhere.
 */
import { PROT_READ, PROT_WRITE, type WalkStep } from "../interface.js";
import { entryKind, itemGranules, pageSizeName, permissionNames, POWERS_OF_TWO, type Format } from "./format.js";
import { Item, type ItemMemory } from "./table-memory.js";

/** What a request needs. A zero-length read asks for no bytes and needs any permission at all. */
export const access = { ZERO_LENGTH_READ: 0, READ: PROT_READ, WRITE: PROT_WRITE } as const;
export type Access = (typeof access)[keyof typeof access];

/** A table as the hardware knows it from the structure that points to it. */
export interface WalkedTable {
  readonly format: Format;
  readonly topLevel: number;
  /** Physical byte address of the top table. */
  readonly root: number;
  /** log2 in bytes of the leaves that the hardware supports. */
  readonly pageSizes: readonly number[];
  /** Set accessed and dirty bits. */
  readonly accessDirty: boolean;
}

export interface WalkedLeaf {
  readonly outcome: "leaf";
  /** Physical byte address of the first byte of the page. */
  readonly physical: number;
  readonly sizeLg2: number;
  /** What all items on the path allow. */
  readonly permissions: number;
  readonly dirty: boolean;
  /** Where its item lies, at which level, and what the items above it allow. */
  readonly itemAddress: number;
  readonly level: number;
  readonly permissionsAbove: number;
}

export interface WalkFailure {
  readonly outcome: "not-present" | "permission" | "reserved-bits" | "fetch-error";
  readonly level: number;
}

/** Whether permissions suffice for an access. */
export function allows(permissions: number, wanted: Access): boolean {
  return wanted === access.ZERO_LENGTH_READ ? permissions !== 0 : (permissions & wanted) !== 0;
}

/**
 * Preconditions: `granule` is below the width of the table.
 * @param structure name of the table's items, for `steps`
 * @param steps where the items loaded are noted, for people; with it nothing is changed
 */
export function walk(
  memory: ItemMemory,
  table: WalkedTable,
  granule: number,
  wanted: Access,
  structure: string,
  steps?: WalkStep[],
): WalkedLeaf | WalkFailure {
  const { format } = table;
  const indexMask = (1 << format.indexBits) - 1;
  let permissions = PROT_READ | PROT_WRITE;
  let address = table.root;
  for (let level = table.topLevel; ; level--) {
    const index = (granule / itemGranules(format, level)) & indexMask;
    const itemAddress = address + 8 * index;
    const permissionsAbove = permissions;
    if (!memory.loadItem(itemAddress, item)) return { outcome: "fetch-error", level };
    const { low, high } = item;
    steps?.push({
      structure: `${structure} level ${level}`,
      address: itemAddress,
      index,
      word: item.toU64(),
      decoded: describe(format, low, high, level),
    });
    if (!format.isPresent(low, high)) return { outcome: "not-present", level };
    const kind = format.classify(low, high, level);
    const reserved = format.reservedMask(kind, level);
    if ((low & reserved.low) !== 0 || (high & reserved.high) !== 0) return { outcome: "reserved-bits", level };
    const isLeaf = kind === entryKind.LEAF;
    if (isLeaf && !table.pageSizes.includes(format.leafSizeLg2(low, high, level)))
      return { outcome: "reserved-bits", level };
    permissions &= format.permissions(low, high);
    if (!allows(permissions, wanted)) return { outcome: "permission", level };
    const dirty = markUsed(memory, table, itemAddress, item, isLeaf && wanted === access.WRITE, steps === undefined);
    if (!isLeaf) {
      address = format.tableAddress(low, high);
      continue;
    }
    return leafOf(format, low, high, { permissions, dirty, itemAddress, level, permissionsAbove });
  }
}

/**
 * The leaf of the granule behind one that was just walked, if both have an item of level 0 in one table: then the walk would
 * find above it what it has found. So `granule` alone is looked at.
 * @returns undefined: a walk has to tell
 */
export function nextLeaf(
  memory: ItemMemory,
  table: WalkedTable,
  before: WalkedLeaf,
  granule: number,
  wanted: Access,
): WalkedLeaf | undefined {
  const { format } = table;
  const { level, permissionsAbove } = before;
  if (level !== 0 || granule % 2 ** format.indexBits === 0) return undefined;
  const itemAddress = before.itemAddress + 8;
  if (!memory.loadItem(itemAddress, item)) return undefined;
  const { low, high } = item;
  if (!format.isPresent(low, high) || format.classify(low, high, level) !== entryKind.LEAF) return undefined;
  const reserved = format.reservedMask(entryKind.LEAF, level);
  if ((low & reserved.low) !== 0 || (high & reserved.high) !== 0) return undefined;
  if (!table.pageSizes.includes(format.leafSizeLg2(low, high, level))) return undefined;
  const permissions = permissionsAbove & format.permissions(low, high);
  if (!allows(permissions, wanted)) return undefined;
  const dirty = markUsed(memory, table, itemAddress, item, wanted === access.WRITE, true);
  return leafOf(format, low, high, { permissions, dirty, itemAddress, level, permissionsAbove });
}

function leafOf(
  format: Format,
  low: number,
  high: number,
  found: Omit<WalkedLeaf, "outcome" | "physical" | "sizeLg2">,
): WalkedLeaf {
  const { permissions, dirty, itemAddress, level, permissionsAbove } = found;
  return {
    outcome: "leaf",
    physical: format.leafOutput(low, high, level) * POWERS_OF_TWO[format.granuleLg2]!,
    sizeLg2: format.leafSizeLg2(low, high, level),
    permissions,
    dirty,
    itemAddress,
    level,
    permissionsAbove,
  };
}

/** What was loaded last: nothing keeps it. */
const item = new Item();

/** Sets the accessed bit of an item, and the dirty bit of a leaf that is written to. @returns whether it is dirty */
function markUsed(
  memory: ItemMemory,
  table: WalkedTable,
  address: number,
  item: Item,
  written: boolean,
  mayChange: boolean,
): boolean {
  const bits = table.format.accessDirty;
  if (bits === undefined) return false;
  if (!table.accessDirty || !mayChange) return bits.isDirty(item.low, item.high);
  const before = item.toU64();
  let after = bits.setAccessed(before);
  if (written) after = bits.setDirty(after);
  if (!after.equals(before)) memory.storeItem(address, after.low, after.high);
  return bits.isDirty(after.low, after.high);
}

/** "table 0x8000000005000 R W", "leaf 2M 0x40000000 R W" or "not present". */
function describe(format: Format, low: number, high: number, level: number): string {
  if (!format.isPresent(low, high)) return "not present";
  const permissions = permissionNames(format.permissions(low, high));
  if (format.classify(low, high, level) !== entryKind.LEAF)
    return `table 0x${format.tableAddress(low, high).toString(16)} ${permissions}`;
  const physical = format.leafOutput(low, high, level) * POWERS_OF_TWO[format.granuleLg2]!;
  return `leaf ${pageSizeName(format.leafSizeLg2(low, high, level))} 0x${physical.toString(16)} ${permissions}`;
}
