/**
 * Software's side of the structures that lead to a page table: it builds root, context, PASID directory and PASID
 * entries in table memory (specification 60, section 2.2). A requester's context entry and PASID directory are made at its
 * first attach, a PASID table at the first attach of one of its 64 PASIDs. All are kept, as Linux keeps them for a
 * device's life; what comes and goes is the PASID entry.
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import { addressOf, compose, fieldOf } from "../engine/bit-field.js";
import { Item, type TableMemory } from "../engine/table-memory.js";
import { PAGE_SIZE, type U64 } from "../../u64.js";
import type { DeviceCapabilities } from "../interface.js";
import { CONTEXT_ENTRIES, CONTEXT_ENTRY_BYTES, CONTEXT_ENTRY_QUADWORDS, contextEntry } from "./spec/context-entry.js";
import {
  PASID_DIRECTORY_ENTRY_BYTES,
  PASID_DIRECTORY_LG2_MIN,
  PASID_TABLE_LG2,
  pasidDirectoryEntry,
} from "./spec/pasid-directory-entry.js";
import { PASID_ENTRY_BYTES, PASID_ENTRY_QUADWORDS, pasidEntry, translationType } from "./spec/pasid-entry.js";
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

/** What leads to the PASID entries of one requester: physical byte addresses. */
interface PasidTables {
  readonly directory: number;
  /** By index in the directory. */
  readonly tables: Map<number, number>;
}

export class RemappingTables {
  /** Physical byte address of the root table. */
  readonly rootTable: number;
  private readonly requesters = new Map<number, PasidTables>();

  constructor(private readonly memory: TableMemory) {
    const root = memory.allocate();
    if (root < 0) throw new Error("no table memory for the root table");
    this.rootTable = memory.physicalOf(root);
  }

  /**
   * Makes what leads to a PASID entry of a requester. All or nothing.
   * @param pasid below 2^pasidBits of the device, or RID_PASID
   * @returns ENOMEM
   */
  prepare(requesterId: number, pasid: number, device: DeviceCapabilities): Errno {
    const { memory } = this;
    const index = directoryIndexOf(pasid);
    const known = this.requesters.get(requesterId);
    if (known?.tables.has(index) === true) return errno.OK;
    if (known === undefined) return this.makeRequester(requesterId, index, device);
    if (!memory.canGive(1)) return errno.ENOMEM;
    this.makePasidTable(known, index);
    return errno.OK;
  }

  private makeRequester(requesterId: number, index: number, device: DeviceCapabilities): Errno {
    const { memory } = this;
    const half = (requesterId & 0xff) < CONTEXT_ENTRIES ? 0 : 1;
    const rootAddress = this.rootTable + (requesterId >> 8) * ROOT_ENTRY_BYTES + half * 8;
    const root = this.load(rootAddress);
    const hasContextTable = fieldOf(root, rootEntry.P) === 1;
    const sizeCode = Math.max(0, (device.pasidBits ?? 0) - PASID_TABLE_LG2 - PASID_DIRECTORY_LG2_MIN);
    const directoryBytes = 2 ** (PASID_DIRECTORY_LG2_MIN + sizeCode) * PASID_DIRECTORY_ENTRY_BYTES;
    const directoryPages = Math.ceil(directoryBytes / PAGE_SIZE);
    if (!memory.canGive(directoryPages + (hasContextTable ? 1 : 2))) return errno.ENOMEM;
    const contextTable = hasContextTable ? addressOf(root, rootEntry.CTP) : this.newPage();
    const directory = memory.allocateRun(directoryPages);
    if (directory < 0) {
      // There are enough pages, but not behind each other.
      if (!hasContextTable) memory.free(memory.handleOf(contextTable));
      return errno.ENOMEM;
    }
    const made = { directory: memory.physicalOf(directory), tables: new Map<number, number>() };
    this.makePasidTable(made, index);
    this.store(
      contextTable + (requesterId % CONTEXT_ENTRIES) * CONTEXT_ENTRY_BYTES,
      compose(CONTEXT_ENTRY_QUADWORDS, [
        [contextEntry.P, 1],
        [contextEntry.PASIDE, device.pasidBits === undefined ? 0 : 1],
        [contextEntry.PRE, device.raisesPageRequests ? 1 : 0],
        [contextEntry.PDTS, sizeCode],
        [contextEntry.PASIDDIRPTR, made.directory / PAGE_SIZE],
        [contextEntry.RID_PASID, RID_PASID],
      ]),
    );
    if (!hasContextTable)
      this.store(
        rootAddress,
        compose(1, [
          [rootEntry.P, 1],
          [rootEntry.CTP, contextTable / PAGE_SIZE],
        ]),
      );
    this.requesters.set(requesterId, made);
    return errno.OK;
  }

  /** Preconditions: there is a page to take. */
  private makePasidTable({ directory, tables }: PasidTables, index: number): void {
    const table = this.newPage();
    this.store(
      directory + index * PASID_DIRECTORY_ENTRY_BYTES,
      compose(1, [
        [pasidDirectoryEntry.P, 1],
        [pasidDirectoryEntry.SMPTBLPTR, table / PAGE_SIZE],
      ]),
    );
    tables.set(index, table);
  }

  /** Preconditions: `prepare` succeeded for the requester and PASID. */
  setPasidEntry(requesterId: number, pasid: number, pointer: SecondStagePointer): void {
    const { root, topLevel, domainId, pageSnoop, accessDirty } = pointer;
    this.store(
      this.pasidEntryOf(requesterId, pasid),
      compose(PASID_ENTRY_QUADWORDS, [
        [pasidEntry.P, 1],
        [pasidEntry.AW, topLevel - 1],
        [pasidEntry.PGTT, translationType.SECOND_STAGE],
        [pasidEntry.SSADE, accessDirty ? 1 : 0],
        [pasidEntry.SSPTPTR, root / PAGE_SIZE],
        [pasidEntry.DID, domainId],
        [pasidEntry.PWSNP, 1],
        [pasidEntry.PGSNP, pageSnoop ? 1 : 0],
      ]),
    );
  }

  /** Preconditions: as `setPasidEntry`. */
  clearPasidEntry(requesterId: number, pasid: number): void {
    this.store(this.pasidEntryOf(requesterId, pasid), compose(PASID_ENTRY_QUADWORDS, []));
  }

  private pasidEntryOf(requesterId: number, pasid: number): number {
    const table = this.requesters.get(requesterId)?.tables.get(directoryIndexOf(pasid));
    if (table === undefined) throw new Error(`requester ${requesterId} has no table for PASID ${pasid}`);
    return table + (pasid % 2 ** PASID_TABLE_LG2) * PASID_ENTRY_BYTES;
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

function directoryIndexOf(pasid: number): number {
  return Math.floor(pasid / 2 ** PASID_TABLE_LG2);
}
