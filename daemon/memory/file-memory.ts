/**
 * The file of an IOMMU_IOAS_MAP_FILE as a source of pages.
 *
 * Any descriptor can be mapped; kind and size are looked at when pages are pinned. Owns the rule that the daemon never
 * holds open what cannot be pinned anyway: a copy of the client's own socket would keep the client's end from being seen.
 */
import { closeSync } from "node:fs";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { BackingFile, PfnRunSink } from "../core/mm.js";
import { PAGE_SIZE } from "../u64.js";
import { descriptorKind, descriptorName, type FileObject, type FileTable } from "./file-object.js";
import type { FrameTable } from "./frames.js";

/** Byte positions of files are numbers, exact up to 2^53; files that end beyond are refused as too short. */
export const FILE_PAGES_MAX = 2 ** 41;

class PinnableFile implements BackingFile {
  private held = true;

  constructor(
    private readonly object: FileObject,
    private readonly frames: FrameTable,
  ) {
    object.hold();
  }

  get name(): string {
    return this.object.name;
  }

  pin(first: number, count: number, _write: boolean, sink: PfnRunSink): Errno {
    const end = first + count;
    if (end > FILE_PAGES_MAX || end * PAGE_SIZE > this.object.size()) return errno.EINVAL;
    return this.object.populate(first, count) || this.frames.pin([{ object: this.object, page: first, count }], sink);
  }

  unpin(pfn: number, count: number): void {
    this.frames.unpin(pfn, count);
  }

  physicalPages(pfn: number): number {
    return this.frames.physicalPages(pfn);
  }

  release(): void {
    if (this.held) this.object.drop();
    this.held = false;
  }
}

class UnpinnableFile implements BackingFile {
  constructor(readonly name: string) {}

  pin(): Errno {
    return errno.EINVAL;
  }

  unpin(): void {
    throw new Error(`${this.name}: unpinned, though nothing of it can be pinned`);
  }

  physicalPages(): number {
    throw new Error(`${this.name}: nothing of it can be pinned`);
  }

  release(): void {
    // Nothing is held.
  }
}

/** @param fd A descriptor of the daemon, which this takes over */
export function openBackingFile(fd: number, files: FileTable, frames: FrameTable): BackingFile {
  if (descriptorKind(fd) !== "other") return new PinnableFile(files.adopt(fd), frames);
  const name = descriptorName(fd);
  closeSync(fd);
  return new UnpinnableFile(name);
}
