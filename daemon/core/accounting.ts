/**
 * Accounts of locked memory, in pages: per user and per address space, over all contexts of the daemon
 * (specification 20, section 5).
 *
 * An account is charged when pages of a backing are pinned, once per backing, and credited when they are unpinned.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { FailurePoints } from "./failure-points.js";
import type { AddressSpace, Caller } from "./mm.js";

/** What a pages object is charged to; fixed when it is mapped. */
export const AccountMode = { NONE: 0, USER: 1, MM: 2 } as const;
export type AccountMode = (typeof AccountMode)[keyof typeof AccountMode];

/** Whoever mapped a backing, or took it over with CHANGE_PROCESS. */
export interface Owner {
  readonly mm: AddressSpace;
  readonly uid: number;
  /** Whose RLIMIT_MEMLOCK counts, read at each charge. */
  readonly limits: Pick<Caller, "memlockLimitPages">;
}

class Counter<Key> {
  private readonly pages = new Map<Key, number>();

  get(key: Key): number {
    return this.pages.get(key) ?? 0;
  }

  add(key: Key, count: number): void {
    const sum = this.get(key) + count;
    if (sum === 0) this.pages.delete(key);
    else this.pages.set(key, sum);
  }

  entries(): Iterable<[Key, number]> {
    return this.pages.entries();
  }
}

export class Accounts {
  /** Of all that is charged here, and of all else that can fail. */
  readonly points = new FailurePoints();
  /** Pages objects that have pinned pages, of all contexts: whoever asks how often a page is pinned asks these. */
  readonly pinnedObjects = new Set<{ pinsOf(pfn: number): number }>();
  private readonly users = new Counter<number>();
  private readonly spaces = new Counter<AddressSpace>();
  /** What VmPin of /proc/PID/status would count: every mode. */
  private readonly pinned = new Counter<AddressSpace>();

  /** @returns ENOMEM, with nothing charged, if the owner's limit does not allow so many more */
  charge(owner: Owner, mode: AccountMode, pages: number): Errno {
    if (pages === 0) return errno.OK;
    if (this.points.stepFails()) return errno.ENOMEM;
    if (mode === AccountMode.USER) {
      if (this.users.get(owner.uid) + pages > owner.limits.memlockLimitPages()) return errno.ENOMEM;
      this.users.add(owner.uid, pages);
    } else if (mode === AccountMode.MM) {
      const locked = this.spaces.get(owner.mm) + owner.mm.lockedPages();
      if (locked + pages > owner.limits.memlockLimitPages()) return errno.ENOMEM;
      this.spaces.add(owner.mm, pages);
    }
    this.pinned.add(owner.mm, pages);
    return errno.OK;
  }

  credit(owner: Owner, mode: AccountMode, pages: number): void {
    if (mode === AccountMode.USER) this.users.add(owner.uid, -pages);
    else if (mode === AccountMode.MM) this.spaces.add(owner.mm, -pages);
    this.pinned.add(owner.mm, -pages);
  }

  /** For inspection: pages pinned by address space, pages charged by user. */
  inspect(): { readonly pinned: Record<string, number>; readonly users: Record<string, number> } {
    const named = <Key>(counter: Counter<Key>, name: (key: Key) => string): Record<string, number> =>
      Object.fromEntries([...counter.entries()].map(([key, pages]) => [name(key), pages]));
    return { pinned: named(this.pinned, (mm) => mm.name), users: named(this.users, String) };
  }
}
