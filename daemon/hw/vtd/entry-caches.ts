/**
 * The context cache and the PASID cache: decoded entries by requester. They hold only present entries, and forget only
 * by an invalidation or, when full, the oldest.
 */
import type { WalkedTable } from "../engine/walk.js";

/** Entries in each cache: more than most machines have functions behind one unit, few enough to fill in a test. */
export const CACHED_ENTRIES_MAX = 256;

/** What a context entry says. */
export interface CachedContext {
  /** Physical byte address of the PASID directory, and its entries. */
  readonly directory: number;
  readonly directoryEntries: number;
  readonly ridPasid: number;
  readonly recordFaults: boolean;
}

/** What a PASID entry says. */
export interface CachedPasidEntry {
  readonly pasid: number;
  readonly domainId: number;
  /** IOVAs below 2^width are within the table. */
  readonly width: number;
  readonly table: WalkedTable;
  readonly recordFaults: boolean;
}

/** Entries by requester id; the PASID cache needs no more, as a requester has one PASID here: its RID_PASID. */
export class EntryCache<Entry> {
  private readonly entries = new Map<number, Entry>();

  get size(): number {
    return this.entries.size;
  }

  lookup(requesterId: number): Entry | undefined {
    return this.entries.get(requesterId);
  }

  insert(requesterId: number, entry: Entry): void {
    if (this.entries.size >= CACHED_ENTRIES_MAX)
      for (const oldest of this.entries.keys()) {
        this.entries.delete(oldest);
        break;
      }
    this.entries.set(requesterId, entry);
  }

  invalidate(matches: (requesterId: number, entry: Entry) => boolean): void {
    for (const [requesterId, entry] of this.entries) if (matches(requesterId, entry)) this.entries.delete(requesterId);
  }
}
