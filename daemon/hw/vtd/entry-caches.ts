/**
 * The context cache and the PASID cache: decoded entries by requester, and by requester and PASID. They hold only present entries, and forget only
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
  /** Requests with PASID are allowed. */
  readonly pasidEnabled: boolean;
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

/** The key of a PASID entry in its cache. For a PASID of 0 it is the requester id. */
export function pasidKey(requesterId: number, pasid: number): number {
  return requesterId + pasid * 2 ** 16;
}

/** Entries by a number: a requester id, or a `pasidKey`. */
export class EntryCache<Entry> {
  private readonly entries = new Map<number, Entry>();

  get size(): number {
    return this.entries.size;
  }

  lookup(key: number): Entry | undefined {
    return this.entries.get(key);
  }

  insert(key: number, entry: Entry): void {
    if (this.entries.size >= CACHED_ENTRIES_MAX)
      for (const oldest of this.entries.keys()) {
        this.entries.delete(oldest);
        break;
      }
    this.entries.set(key, entry);
  }

  invalidate(matches: (key: number, entry: Entry) => boolean): void {
    for (const [key, entry] of this.entries) if (matches(key, entry)) this.entries.delete(key);
  }
}
