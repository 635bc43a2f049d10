/**
 * Translation of one DMA request by a VT-d unit in scalable mode (VT-d manual, "DMA Remapping"; specification 60,
 * sections 2.1, 2.2 and 2.5). The steps, each of which may end in a fault:
 *
 *  1. Interrupt window: a 4-byte write is an interrupt request, anything else there a fault.
 *  2. Root entry of the bus, half by devfn bit 7.                     } from the context cache if it holds
 *  3. Context entry of the function.                                 } the requester
 *  4. The PASID: the request's, if they are enabled, else RID_PASID.
 *  5. PASID directory entry.                                         } from the PASID cache if it holds
 *  6. PASID entry: the type of translation, the table and its id.    } requester and PASID
 *  7. Address width: the unit's (MGAW), then the table's (AW).
 *  8. IOTLB, tagged by the domain id; a hit must allow the access, and may not serve a write that would set a dirty bit.
 *  9. Second-stage walk, whose result goes into the IOTLB.
 *
 * Caches are filled from present entries only (CAP.CM is clear) and are emptied by invalidations alone. A hit in all of
 * them allocates nothing but the result.
 */
import { PAGE_SIZE, U64 } from "../../u64.js";
import { addressOf, fieldOf, reservedBits, type BitField } from "../engine/bit-field.js";
import { POWERS_OF_TWO, type Format } from "../engine/format.js";
import { Item, type ItemMemory } from "../engine/table-memory.js";
import { access, allows, nextLeaf, walk, type Access, type WalkedLeaf, type WalkFailure } from "../engine/walk.js";
import {
  PROT_READ,
  PROT_WRITE,
  type InterruptRequest,
  type TranslatedPage,
  type TranslationFault,
  type TranslationRequest,
  type WalkStep,
} from "../interface.js";
import { pasidKey, type CachedContext, type CachedPasidEntry } from "./entry-caches.js";
import type { TranslationCaches } from "./invalidation.js";
import { LEAF_PAGES } from "./iotlb.js";
import type { VtdProfile } from "./profile.js";
import { CONTEXT_ENTRIES, CONTEXT_ENTRY_BYTES, CONTEXT_ENTRY_QUADWORDS, contextEntry } from "./spec/context-entry.js";
import { faultReason, type FaultReason } from "./spec/fault-reason.js";
import { INTERRUPT_REQUEST_BYTES, INTERRUPT_WINDOW_FIRST, INTERRUPT_WINDOW_LAST } from "./spec/interrupt-window.js";
import {
  PASID_DIRECTORY_ENTRY_BYTES,
  PASID_DIRECTORY_LG2_MIN,
  PASID_TABLE_LG2,
  pasidDirectoryEntry,
} from "./spec/pasid-directory-entry.js";
import { PASID_ENTRY_BYTES, PASID_ENTRY_QUADWORDS, pasidEntry, translationType } from "./spec/pasid-entry.js";
import { ROOT_ENTRY_BYTES, rootEntry } from "./spec/root-entry.js";

const PAGE_LG2 = 12;
const WINDOW_PAGE_FIRST = INTERRUPT_WINDOW_FIRST / PAGE_SIZE;
const WINDOW_PAGE_LAST = Math.floor(INTERRUPT_WINDOW_LAST / PAGE_SIZE);
/** Address bits that a level of a second-stage table resolves. */
const LEVEL_LG2 = 9;

/** What a unit translates with. */
export interface TranslationUnit {
  readonly profile: VtdProfile;
  readonly memory: ItemMemory;
  readonly caches: TranslationCaches;
  /** RTADDR_REG: physical byte address of the root table. */
  readonly rootTable: number;
  /** How this hardware reads second-stage entries. */
  readonly secondStage: Format;
}

/** A fault, and whether it is recorded (FPD clear). */
class Refusal {
  constructor(
    readonly reason: FaultReason,
    readonly recorded: boolean,
  ) {}
}

/** A request that ended in a fault. */
export class RefusedRequest {
  readonly kind = "refused";

  constructor(
    readonly fault: TranslationFault,
    /** Software wants a record. */
    readonly recorded: boolean,
    /** Another entry in the page table would cure it. */
    readonly recoverable: boolean,
  ) {}
}

const INTERRUPT: InterruptRequest = { kind: "interrupt" };

/** @param steps where what is loaded is noted, for people; with it the caches are neither used nor filled */
export function translate(
  unit: TranslationUnit,
  request: TranslationRequest,
  steps?: WalkStep[],
): TranslatedPage | InterruptRequest | RefusedRequest {
  const { address, write, length } = request;
  if (address.high === 0) {
    const low = address.low >>> 0;
    if (low >= INTERRUPT_WINDOW_FIRST && low <= INTERRUPT_WINDOW_LAST)
      return write && length === INTERRUPT_REQUEST_BYTES
        ? INTERRUPT
        : refuse(request, new Refusal(faultReason.INTERRUPT_WINDOW, true));
  }
  const cached = steps === undefined ? cachedEntryOf(unit, request) : undefined;
  const entry = cached ?? loadEntry(unit, request, steps);
  if (cached === undefined && entry instanceof Refusal) return refuse(request, entry);
  return throughTable(unit, request, entry as CachedPasidEntry, steps);
}

/** Steps 7 to 9. */
function throughTable(
  unit: TranslationUnit,
  request: TranslationRequest,
  entry: CachedPasidEntry,
  steps: WalkStep[] | undefined,
): TranslatedPage | RefusedRequest {
  const { address, write } = request;
  const { recordFaults } = entry;

  const page = address.page();
  if (page >= POWERS_OF_TWO[unit.profile.mgaw - PAGE_LG2]!)
    return refuse(request, new Refusal(faultReason.ADDRESS_BEYOND_HARDWARE, recordFaults));
  if (page >= POWERS_OF_TWO[entry.width - PAGE_LG2]!)
    return refuse(request, new Refusal(faultReason.SECOND_STAGE_ADDRESS_WIDTH, recordFaults));

  const wanted = accessOf(unit, request);
  const { iotlb } = unit.caches;
  const slot = steps === undefined ? iotlb.lookup(entry.domainId, page) : -1;
  if (slot >= 0) {
    const permissions = iotlb.permissionsAt(slot);
    if (allows(permissions, wanted) && !(write && iotlb.isCleanAt(slot)))
      return translated(address, page, iotlb.physicalPageAt(slot), iotlb.levelAt(slot), permissions);
  }
  return walked(unit, request, entry, page, wanted, steps);
}

/** 0: 4K, 1: 2M, 2: 1G */
function levelOf({ sizeLg2 }: WalkedLeaf): number {
  return (sizeLg2 - PAGE_LG2) / LEVEL_LG2;
}

function remember(
  { caches }: TranslationUnit,
  { domainId, table }: CachedPasidEntry,
  page: number,
  leaf: WalkedLeaf,
): void {
  const isClean = table.accessDirty && !leaf.dirty;
  caches.iotlb.insert(domainId, page, levelOf(leaf), leaf.physical / PAGE_SIZE, leaf.permissions, isClean);
}

/**
 * Steps 7 to 9 for the pages behind one that has just been translated, as long as they follow it in physical memory, too.
 * @returns bytes from that of the request on, at most `wanted`
 */
export function runFrom(
  unit: TranslationUnit,
  request: TranslationRequest,
  found: TranslatedPage,
  wanted: number,
): number {
  const { address, write } = request;
  const { iotlb } = unit.caches;
  let length = found.pageBytes - (found.physical % found.pageBytes);
  const entry = cachedEntryOf(unit, request);
  if (entry === undefined) return Math.min(length, wanted);
  const { domainId, table } = entry;
  const end = 2 ** (Math.min(unit.profile.mgaw, entry.width) - PAGE_LG2);
  const start = address.page();
  const offset = address.pageOffset();
  const needed = write ? access.WRITE : access.READ;
  let walked: WalkedLeaf | undefined;
  for (;;) {
    const next = start + (offset + length) / PAGE_SIZE;
    const limit = next < WINDOW_PAGE_FIRST ? Math.min(end, WINDOW_PAGE_FIRST) : end;
    const count = isAroundWindow(next, 1) ? 0 : Math.min(Math.ceil((wanted - length) / PAGE_SIZE), limit - next);
    length += iotlb.runLength(domainId, next, (found.physical + length) / PAGE_SIZE, count, write) * PAGE_SIZE;
    const page = start + (offset + length) / PAGE_SIZE;
    if (length >= wanted || page >= end || isAroundWindow(page, 1)) break;
    const slot = iotlb.lookup(domainId, page);
    const isHit = slot >= 0 && allows(iotlb.permissionsAt(slot), needed) && !(write && iotlb.isCleanAt(slot));
    let physical: number;
    let pages: number;
    if (isHit) {
      physical = iotlb.physicalPageAt(slot) * PAGE_SIZE;
      pages = LEAF_PAGES[iotlb.levelAt(slot)]!;
    } else {
      // The page before this one, if that was walked as well.
      const before = walked?.physical === found.physical + length - PAGE_SIZE ? walked : undefined;
      const leaf =
        (before && nextLeaf(unit.memory, table, before, page, needed)) ??
        walk(unit.memory, table, page, needed, "second-stage");
      if (leaf.outcome !== "leaf") break;
      walked = leaf;
      remember(unit, entry, page, leaf);
      physical = leaf.physical;
      pages = LEAF_PAGES[levelOf(leaf)]!;
    }
    const pageInLeaf = page % pages;
    if (physical + pageInLeaf * PAGE_SIZE !== found.physical + length) break;
    length += (isAroundWindow(page - pageInLeaf, pages) ? 1 : pages - pageInLeaf) * PAGE_SIZE;
  }
  return Math.min(length, wanted);
}

/** Step 9. */
function walked(
  unit: TranslationUnit,
  request: TranslationRequest,
  entry: CachedPasidEntry,
  page: number,
  wanted: Access,
  steps: WalkStep[] | undefined,
): TranslatedPage | RefusedRequest {
  const leaf = walk(unit.memory, entry.table, page, wanted, "second-stage", steps);
  if (leaf.outcome !== "leaf") return refuse(request, new Refusal(walkReasons[leaf.outcome], entry.recordFaults));
  if (steps === undefined) remember(unit, entry, page, leaf);
  return translated(request.address, page, leaf.physical / PAGE_SIZE, levelOf(leaf), leaf.permissions);
}

const walkReasons: Record<WalkFailure["outcome"], FaultReason> = {
  "fetch-error": faultReason.SECOND_STAGE_FETCH,
  // There is no present bit: an absent entry is one without permissions.
  "not-present": faultReason.SECOND_STAGE_PERMISSION,
  permission: faultReason.SECOND_STAGE_PERMISSION,
  "reserved-bits": faultReason.SECOND_STAGE_RESERVED,
};

function accessOf(unit: TranslationUnit, { write, length }: TranslationRequest): Access {
  if (write) return access.WRITE;
  return length === 0 && unit.profile.zeroLengthRead ? access.ZERO_LENGTH_READ : access.READ;
}

/** @param physicalPage first 4 KiB page of the leaf @param level 0: 4K, 1: 2M, 2: 1G */
function translated(
  address: U64,
  page: number,
  physicalPage: number,
  level: number,
  permissions: number,
): TranslatedPage {
  const pages = LEAF_PAGES[level]!;
  const pageInLeaf = level === 0 ? 0 : page % pages;
  // A large page around the interrupt window does not translate the window, so it is valid for one 4 KiB page at a time.
  const around = level > 0 && isAroundWindow(page - pageInLeaf, pages);
  return {
    kind: "translated",
    physical: (physicalPage + pageInLeaf) * PAGE_SIZE + address.pageOffset(),
    pageBytes: (around ? 1 : pages) * PAGE_SIZE,
    readable: (permissions & PROT_READ) !== 0,
    writable: (permissions & PROT_WRITE) !== 0,
  };
}

/** Whether some of these pages are the interrupt window's. */
function isAroundWindow(first: number, pages: number): boolean {
  return first <= WINDOW_PAGE_LAST && first + pages > WINDOW_PAGE_FIRST;
}

function refuse(request: TranslationRequest, { reason, recorded }: Refusal): RefusedRequest {
  const fault: TranslationFault = {
    kind: "fault",
    requesterId: request.requesterId,
    address: request.address,
    write: request.write,
    ...(request.pasid === undefined ? {} : { pasid: request.pasid }),
    reason: reason.code,
    name: reason.name,
  };
  return new RefusedRequest(fault, recorded, reason === faultReason.SECOND_STAGE_PERMISSION);
}

// ---- steps 2 and 3 --------------------------------------------------------------------------------------------------

const rootReserved = reservedBits(0, Object.values(rootEntry));
const contextReserved = reservedMasks(CONTEXT_ENTRY_QUADWORDS, Object.values(contextEntry));
const directoryReserved = reservedMasks(1, Object.values(pasidDirectoryEntry));
const pasidReserved = reservedMasks(PASID_ENTRY_QUADWORDS, Object.values(pasidEntry));

function contextOf(unit: TranslationUnit, requesterId: number, steps: WalkStep[] | undefined): CachedContext | Refusal {
  const cached = steps === undefined ? unit.caches.contexts.lookup(requesterId) : undefined;
  return cached ?? loadContext(unit, requesterId, steps);
}

function loadContext(
  unit: TranslationUnit,
  requesterId: number,
  steps: WalkStep[] | undefined,
): CachedContext | Refusal {
  const bus = requesterId >> 8;
  const function_ = requesterId % CONTEXT_ENTRIES;
  const half = (requesterId & 0xff) < CONTEXT_ENTRIES ? 0 : 1;
  const rootAddress = unit.rootTable + bus * ROOT_ENTRY_BYTES + half * 8;
  const root = loadQuadwords(unit.memory, rootAddress, 1);
  if (root === undefined) return new Refusal(faultReason.ROOT_ENTRY_FETCH, true);
  const rootPresent = fieldOf(root, rootEntry.P) === 1;
  const contextTable = addressOf(root, rootEntry.CTP);
  note(steps, "root entry", rootAddress, bus, root, rootPresent, () => `context table ${hex(contextTable)}`);
  if (!rootPresent) return new Refusal(faultReason.ROOT_ENTRY_NOT_PRESENT, true);
  if (!root[0]!.and(rootReserved).isZero()) return new Refusal(faultReason.ROOT_ENTRY_RESERVED, true);

  const address = contextTable + function_ * CONTEXT_ENTRY_BYTES;
  const entry = loadQuadwords(unit.memory, address, CONTEXT_ENTRY_QUADWORDS);
  if (entry === undefined) return new Refusal(faultReason.CONTEXT_ENTRY_FETCH, true);
  const recordFaults = fieldOf(entry, contextEntry.FPD) === 0;
  const context: CachedContext = {
    directory: addressOf(entry, contextEntry.PASIDDIRPTR),
    directoryEntries: 2 ** (PASID_DIRECTORY_LG2_MIN + fieldOf(entry, contextEntry.PDTS)),
    ridPasid: fieldOf(entry, contextEntry.RID_PASID),
    pasidEnabled: fieldOf(entry, contextEntry.PASIDE) === 1,
    recordFaults,
  };
  const present = fieldOf(entry, contextEntry.P) === 1;
  const decoded = (): string => `PASID directory ${hex(context.directory)}, RID_PASID ${context.ridPasid}`;
  note(steps, "context entry", address, function_, entry, present, decoded);
  if (!present) return new Refusal(faultReason.CONTEXT_ENTRY_NOT_PRESENT, recordFaults);
  if (hasReserved(entry, contextReserved)) return new Refusal(faultReason.CONTEXT_ENTRY_RESERVED, recordFaults);
  if (steps === undefined) unit.caches.contexts.insert(requesterId, context);
  return context;
}

// ---- steps 4 to 6 ---------------------------------------------------------------------------------------------------

/** Steps 2 to 6, where both caches hold what they need. */
function cachedEntryOf(
  { caches }: TranslationUnit,
  { requesterId, pasid }: TranslationRequest,
): CachedPasidEntry | undefined {
  const context = caches.contexts.lookup(requesterId);
  if (context === undefined || (pasid !== undefined && !context.pasidEnabled)) return undefined;
  return caches.pasidEntries.lookup(pasidKey(requesterId, pasid ?? context.ridPasid));
}

/** Steps 2 to 6. */
function loadEntry(
  unit: TranslationUnit,
  request: TranslationRequest,
  steps: WalkStep[] | undefined,
): CachedPasidEntry | Refusal {
  const context = contextOf(unit, request.requesterId, steps);
  if (context instanceof Refusal) return context;
  if (request.pasid !== undefined && !context.pasidEnabled)
    return new Refusal(faultReason.PASID_DISABLED, context.recordFaults);
  return loadPasidEntry(unit, request, context, request.pasid ?? context.ridPasid, steps);
}

function loadPasidEntry(
  unit: TranslationUnit,
  request: TranslationRequest,
  context: CachedContext,
  pasid: number,
  steps: WalkStep[] | undefined,
): CachedPasidEntry | Refusal {
  let { recordFaults } = context;
  const withPasid = request.pasid !== undefined;
  const directoryIndex = Math.floor(pasid / 2 ** PASID_TABLE_LG2);
  if (directoryIndex >= context.directoryEntries)
    return new Refusal(withPasid ? faultReason.PASID_BEYOND_DIRECTORY : faultReason.RID_PASID, recordFaults);
  const directoryAddress = context.directory + directoryIndex * PASID_DIRECTORY_ENTRY_BYTES;
  const directory = loadQuadwords(unit.memory, directoryAddress, 1);
  if (directory === undefined) return new Refusal(faultReason.PASID_DIRECTORY_FETCH, recordFaults);
  recordFaults &&= fieldOf(directory, pasidDirectoryEntry.FPD) === 0;
  const tablePresent = fieldOf(directory, pasidDirectoryEntry.P) === 1;
  const pasidTable = addressOf(directory, pasidDirectoryEntry.SMPTBLPTR);
  const pointer = (): string => `PASID table ${hex(pasidTable)}`;
  note(steps, "PASID directory entry", directoryAddress, directoryIndex, directory, tablePresent, pointer);
  if (!tablePresent) return new Refusal(faultReason.PASID_DIRECTORY_NOT_PRESENT, recordFaults);
  if (hasReserved(directory, directoryReserved)) return new Refusal(faultReason.PASID_DIRECTORY_RESERVED, recordFaults);

  const index = pasid % 2 ** PASID_TABLE_LG2;
  const address = pasidTable + index * PASID_ENTRY_BYTES;
  const entry = loadQuadwords(unit.memory, address, PASID_ENTRY_QUADWORDS);
  if (entry === undefined) return new Refusal(faultReason.PASID_ENTRY_FETCH, recordFaults);
  recordFaults &&= fieldOf(entry, pasidEntry.FPD) === 0;
  const present = fieldOf(entry, pasidEntry.P) === 1;
  note(steps, "PASID entry", address, index, entry, present, () => describePasidEntry(entry));
  if (!present) return new Refusal(faultReason.PASID_ENTRY_NOT_PRESENT, recordFaults);
  if (hasReserved(entry, pasidReserved)) return new Refusal(faultReason.PASID_ENTRY_RESERVED, recordFaults);
  const widthCode = fieldOf(entry, pasidEntry.AW);
  const supportedWidth = (unit.profile.sagaw & (1 << widthCode)) !== 0;
  const accessDirty = fieldOf(entry, pasidEntry.SSADE) === 1;
  if (
    fieldOf(entry, pasidEntry.PGTT) !== translationType.SECOND_STAGE ||
    !supportedWidth ||
    (accessDirty && !unit.profile.secondStageDirty)
  )
    return new Refusal(faultReason.PASID_ENTRY_INVALID, recordFaults);
  const topLevel = widthCode + 1;
  const usable: CachedPasidEntry = {
    pasid,
    domainId: fieldOf(entry, pasidEntry.DID),
    width: PAGE_LG2 + LEVEL_LG2 * (topLevel + 1),
    table: {
      format: unit.secondStage,
      topLevel,
      root: addressOf(entry, pasidEntry.SSPTPTR),
      pageSizes: unit.profile.secondStage.pageSizes,
      accessDirty,
    },
    recordFaults,
  };
  if (steps === undefined) unit.caches.pasidEntries.insert(pasidKey(request.requesterId, pasid), usable);
  return usable;
}

function describePasidEntry(entry: readonly U64[]): string {
  const type = fieldOf(entry, pasidEntry.PGTT);
  if (type !== translationType.SECOND_STAGE) return `translation type ${type}`;
  const levels = fieldOf(entry, pasidEntry.AW) + 2;
  return `second stage, domain ${fieldOf(entry, pasidEntry.DID)}, ${levels} levels, table ${hex(addressOf(entry, pasidEntry.SSPTPTR))}`;
}

// ---- loading --------------------------------------------------------------------------------------------------------

function loadQuadwords(memory: ItemMemory, physical: number, count: number): U64[] | undefined {
  const item = new Item();
  const loaded: U64[] = [];
  for (let index = 0; index < count; index++) {
    if (!memory.loadItem(physical + 8 * index, item)) return undefined;
    loaded.push(item.toU64());
  }
  return loaded;
}

function reservedMasks(count: number, fields: readonly BitField[]): U64[] {
  return Array.from({ length: count }, (_, quadword) => reservedBits(quadword, fields));
}

function hasReserved(entry: readonly U64[], masks: readonly U64[]): boolean {
  return entry.some((quadword, index) => !quadword.and(masks[index]!).isZero());
}

function note(
  steps: WalkStep[] | undefined,
  structure: string,
  address: number,
  index: number,
  entry: readonly U64[],
  present: boolean,
  decoded: () => string,
): void {
  steps?.push({ structure, address, index, word: entry[0]!, decoded: present ? decoded() : "not present" });
}

function hex(address: number): string {
  return "0x" + address.toString(16);
}
