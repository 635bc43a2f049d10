/**
 * Software's side of the structures that lead to a page table: it builds root, context, PASID directory and PASID
 * entries in table memory (specification 60, section 2.2). Tables are made at a requester's first attach and kept, as
 * Linux keeps them for a device's life; what comes and goes is the PASID entry.
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import { addressOf, compose, fieldOf } from "../engine/bit-field.js";
import { Item, type TableMemory } from "../engine/table-memory.js";
import type { U64 } from "../../u64.js";
import { CONTEXT_ENTRIES, CONTEXT_ENTRY_BYTES, CONTEXT_ENTRY_QUADWORDS, contextEntry } from "./spec/context-entry.js";
import { pasidDirectoryEntry } from "./spec/pasid-directory-entry.js";
import { PASID_ENTRY_QUADWORDS, pasidEntry, translationType } from "./spec/pasid-entry.js";
import { ROOT_ENTRY_BYTES, rootEntry } from "./spec/root-entry.js";

/** The PASID that stands for requests without PASID. */
export const RID_PASID = 0;

export interface SecondStagePointer {
  readonly root: number;
  readonly topLevel: number;
  readonly domainId: number;
  /** The domain forces snooping. */
  readonly pageSnoop: boolean;
  /** Walks set accessed and dirty bits. */
  readonly accessDirty: boolean;
}

export class RemappingTables {
  /** Physical byte address of the root table. */
  readonly rootTable: number;
  /** Physical byte addresses of the PASID entries for RID_PASID, by requester. */
  private readonly pasidEntries = new Map<number, number>();

  constructor(private readonly memory: TableMemory) {
    const root = memory.allocate();
    if (root < 0) throw new Error("no table memory for the root table");
    this.rootTable = memory.physicalOf(root);
  }

  /** Makes what leads to a requester's PASID entry. All or nothing. @returns ENOMEM */
  prepare(requesterId: number): Errno {
    if (this.pasidEntries.has(requesterId)) return errno.OK;
    const { memory } = this;
    const half = (requesterId & 0xff) < CONTEXT_ENTRIES ? 0 : 1;
    const rootAddress = this.rootTable + (requesterId >> 8) * ROOT_ENTRY_BYTES + half * 8;
    const root = this.load(rootAddress);
    const hasContextTable = fieldOf(root, rootEntry.P) === 1;
    if (!memory.canGive(hasContextTable ? 2 : 3)) return errno.ENOMEM;

    const contextTable = hasContextTable ? addressOf(root, rootEntry.CTP) : this.newPage();
    const directory = this.newPage();
    const pasidTable = this.newPage();
    this.store(
      directory,
      compose(1, [
        [pasidDirectoryEntry.P, 1],
        [pasidDirectoryEntry.SMPTBLPTR, pasidTable / TABLE_BYTES],
      ]),
    );
    this.store(
      contextTable + (requesterId % CONTEXT_ENTRIES) * CONTEXT_ENTRY_BYTES,
      compose(CONTEXT_ENTRY_QUADWORDS, [
        [contextEntry.P, 1],
        [contextEntry.PDTS, 0],
        [contextEntry.PASIDDIRPTR, directory / TABLE_BYTES],
        [contextEntry.RID_PASID, RID_PASID],
      ]),
    );
    if (!hasContextTable)
      this.store(
        rootAddress,
        compose(1, [
          [rootEntry.P, 1],
          [rootEntry.CTP, contextTable / TABLE_BYTES],
        ]),
      );
    this.pasidEntries.set(requesterId, pasidTable);
    return errno.OK;
  }

  /** Preconditions: `prepare` succeeded for the requester. */
  setPasidEntry(requesterId: number, { root, topLevel, domainId, pageSnoop, accessDirty }: SecondStagePointer): void {
    this.store(
      this.pasidEntryOf(requesterId),
      compose(PASID_ENTRY_QUADWORDS, [
        [pasidEntry.P, 1],
        [pasidEntry.AW, topLevel - 1],
        [pasidEntry.PGTT, translationType.SECOND_STAGE],
        [pasidEntry.SSADE, accessDirty ? 1 : 0],
        [pasidEntry.SSPTPTR, root / TABLE_BYTES],
        [pasidEntry.DID, domainId],
        [pasidEntry.PWSNP, 1],
        [pasidEntry.PGSNP, pageSnoop ? 1 : 0],
      ]),
    );
  }

  clearPasidEntry(requesterId: number): void {
    this.store(this.pasidEntryOf(requesterId), compose(PASID_ENTRY_QUADWORDS, []));
  }

  private pasidEntryOf(requesterId: number): number {
    const address = this.pasidEntries.get(requesterId);
    if (address === undefined) throw new Error(`requester ${requesterId} has no PASID table`);
    return address;
  }

  private newPage(): number {
    return this.memory.physicalOf(this.memory.allocate());
  }

  private load(physical: number): U64[] {
    const item = new Item();
    this.memory.loadItem(physical, item);
    return [item.toU64()];
  }

  private store(physical: number, quadwords: readonly U64[]): void {
    for (const [index, { low, high }] of quadwords.entries()) this.memory.storeItem(physical + 8 * index, low, high);
  }
}

/** Pointers hold bits 51:12 of an address. */
const TABLE_BYTES = 4096;
