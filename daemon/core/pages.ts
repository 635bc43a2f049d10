/**
 * A pages object: a linear array of whole pages from one source, shared by all areas that were copied or cut from one
 * MAP (specification 20, section 1). It pins its pages once, however many areas use them, and accounts for them once.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { U64 } from "../u64.js";
import { AccountMode, type Accounts, type Owner } from "./accounting.js";
import type { DmaBuf } from "./dmabuf.js";
import type { BackingFile, PageSource, PfnRunSink } from "./mm.js";
import { PinnedRuns, type Frames } from "./pinned-runs.js";

export class Pages {
  /** The areas that map it, and whoever made it until it has been placed. */
  private references = 1;
  private pinned: PinnedRuns | undefined;
  /** Ranges that in-kernel users have pinned, with the number of pins. */
  private nodes: Map<string, number> | undefined;

  /**
   * @param file undefined: the pages are those of the owner's memory at the time of the mapping
   * @param basePage page of the source that is index 0: of the virtual address, or of the file offset
   * @param pageCount indexes that exist
   */
  constructor(
    public owner: Owner,
    readonly file: BackingFile | undefined,
    private readonly basePage: number,
    readonly pageCount: number,
    readonly writable: boolean,
    readonly mode: AccountMode,
    /** Whose `file` is the buffer. */
    readonly dmaBuf?: DmaBuf | undefined,
  ) {}

  /** A dma-buf's exporter has taken the memory back: the areas stay, and map nothing. */
  isRevoked = false;

  /** Address in the backing of byte `offset` of page `index`. */
  addressOf(index: number, offset: number): U64 {
    return U64.fromPage(this.basePage + index, offset);
  }

  retain(): void {
    this.references++;
  }

  /** The last reference gone, the file goes too. */
  release(): void {
    this.references--;
    if (this.references === 0) this.file?.release();
  }

  /**
   * Pins pages [first, last] for one more area with domains.
   * @returns the newly pinned pages, still to be charged with `charge`, or a negative errno with nothing changed
   */
  pin(first: number, last: number, accounts: Accounts): number {
    if (accounts.points.stepFails()) return -errno.EFAULT;
    const pinned = this.pinned ?? new PinnedRuns();
    const newly = pinned.cover(first, last, this.source(), this.basePage, this.writable);
    if (newly < 0) return newly;
    if (this.pinned === undefined) accounts.pinnedObjects.add(this);
    this.pinned = pinned;
    return newly;
  }

  /** @returns ENOMEM over the limit; then nothing is charged */
  charge(accounts: Accounts, pages: number): Errno {
    return pages === 0 ? errno.OK : accounts.charge(this.owner, this.mode, pages);
  }

  /**
   * Takes back one `pin` of [first, last]. Preconditions: the pages are in no domain of that area any more.
   * @param charged false if those newly pinned were never charged
   */
  unpin(first: number, last: number, accounts: Accounts, charged = true): void {
    if (this.pinned === undefined) return;
    const frames = this.pinned.uncover(first, last);
    if (frames.length === 0) return;
    const source = this.source();
    for (const { pfn, count } of frames) source.unpin(pfn, count);
    if (charged) accounts.credit(this.owner, this.mode, countOf(frames));
    if (this.pinned.pageCount() > 0) return;
    this.pinned = undefined;
    accounts.pinnedObjects.delete(this);
  }

  /**
   * Pins [first, last] for an in-kernel user. Equal ranges are one access node with many users: pinned and charged once
   * (specification 20, section 8.4).
   * @returns EFAULT, EINVAL, ENOMEM
   */
  pinAccess(first: number, last: number, accounts: Accounts): Errno {
    // Linux does not look; what then becomes of pages that were never pinned is not defined.
    if (this.dmaBuf !== undefined) return errno.EFAULT;
    const key = nodeKey(first, last);
    this.nodes ??= new Map();
    const users = this.nodes.get(key) ?? 0;
    if (users === 0) {
      const newly = this.pin(first, last, accounts);
      if (newly < 0) return -newly;
      const error = accounts.points.stepFails() ? errno.EINVAL : this.charge(accounts, newly);
      if (error !== errno.OK) {
        this.unpin(first, last, accounts, false);
        return error;
      }
    }
    this.nodes.set(key, users + 1);
    return errno.OK;
  }

  /** Takes back one `pinAccess` of exactly this range. */
  unpinAccess(first: number, last: number, accounts: Accounts): void {
    const key = nodeKey(first, last);
    const users = this.nodes!.get(key)! - 1;
    if (users > 0) {
      this.nodes!.set(key, users);
      return;
    }
    this.nodes!.delete(key);
    this.unpin(first, last, accounts);
  }

  /**
   * Runs `use` while [first, last] are pinned, which is not charged.
   * @returns what pinning or `use` answers
   */
  whilePinned(first: number, last: number, accounts: Accounts, use: () => Errno): Errno {
    const newly = this.pin(first, last, accounts);
    if (newly < 0) return -newly;
    const error = use();
    this.unpin(first, last, accounts, false);
    return error;
  }

  /** How often a page frame is among the pinned pages. */
  pinsOf(pfn: number): number {
    return this.pinned?.pinsOf(pfn) ?? 0;
  }

  /** The page frames of [first, last], which are pinned. */
  runs(first: number, last: number, sink: PfnRunSink): void {
    this.pinned?.runs(first, last, sink);
  }

  /** Pages of the physical page that a pinned page is a part of: 1, or those of a huge page. */
  physicalPages(pfn: number): number {
    return this.source().physicalPages(pfn);
  }

  pinnedCount(): number {
    return this.pinned?.pageCount() ?? 0;
  }

  private source(): PageSource {
    return this.file ?? this.owner.mm;
  }
}

function nodeKey(first: number, last: number): string {
  return `${first}-${last}`;
}

function countOf(frames: readonly Frames[]): number {
  return frames.reduce((sum, { count }) => sum + count, 0);
}
