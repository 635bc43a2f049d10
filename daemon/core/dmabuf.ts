/**
 * A dma-buf: a buffer of an exporter in the kernel that IOASes can map (specification 20, section 9; 40, section 4.10).
 *
 * Owns the rule of revocation: whatever is mapped of the buffer leaves every page table at once and does not come back;
 * the areas stay.
 */
import type { Errno } from "../../proto/uapi/errno.js";
import type { Ioas } from "./ioas.js";
import type { BackingFile, PfnRunSink } from "./mm.js";
import type { Pages } from "./pages.js";

export class DmaBuf {
  /** Nothing new can be mapped of it for now. What is mapped goes with `revoke`. */
  revoked = false;
  /** What is mapped of it and not yet revoked, with the areas of each by IOAS. */
  private readonly mapped = new Map<Pages, Map<Ioas, number>>();
  /** The open file, and each pages object. */
  private holders = 1;

  constructor(
    private readonly memory: BackingFile,
    /** In bytes, a multiple of 4096. */
    readonly size: number,
    /** It is one range of physical memory; of several none can be mapped. */
    readonly isContiguous = true,
  ) {}

  /** @returns what a pages object pins, as its file */
  hold(): BackingFile {
    this.holders++;
    return {
      name: this.memory.name,
      pin: (first: number, count: number, write: boolean, sink: PfnRunSink) =>
        this.memory.pin(first, count, write, sink),
      unpin: (pfn: number, count: number) => {
        this.memory.unpin(pfn, count);
      },
      physicalPages: (pfn: number) => this.memory.physicalPages(pfn),
      release: () => {
        this.drop();
      },
    };
  }

  drop(): void {
    this.holders--;
    if (this.holders === 0) this.memory.release();
  }

  /** An IOAS has one more area of these pages, or with -1 one less. */
  countArea(pages: Pages, ioas: Ioas, change: 1 | -1): void {
    if (pages.isRevoked) return;
    const areas = this.mapped.get(pages) ?? new Map<Ioas, number>();
    const count = (areas.get(ioas) ?? 0) + change;
    if (count > 0) areas.set(ioas, count);
    else areas.delete(ioas);
    if (areas.size > 0) this.mapped.set(pages, areas);
    else this.mapped.delete(pages);
  }

  /** Takes everything that is mapped out of every page table, for good. */
  revoke(): void {
    for (const [pages, areas] of this.mapped) {
      for (const ioas of areas.keys()) ioas.unmapPages(pages);
      pages.isRevoked = true;
    }
    this.mapped.clear();
  }
}

/** Memory of the kernel's own: zeroed, consecutive page frames. @returns ENOMEM */
export type AllocateKernelMemory = (bytes: number) => BackingFile | Errno;

/** @param bytes a multiple of 4096 @returns ENOMEM */
export function createDmaBuf(allocate: AllocateKernelMemory, bytes: number): DmaBuf | Errno {
  const memory = allocate(bytes);
  return typeof memory === "number" ? memory : new DmaBuf(memory, bytes);
}
