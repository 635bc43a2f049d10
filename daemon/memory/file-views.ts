/**
 * Views: windows of a file that the daemon has mapped, so that its bytes are moved from mapping to mapping without a system
 * call, or by one that copies them straight to where they belong.
 *
 * Owns the invariant that no byte is touched where that could be a SIGBUS. A byte may be touched that exists (it is no hole)
 * in a file that cannot become shorter (F_SEAL_SHRINK, which only a memfd has), on a machine that does not refuse memory to
 * single pages: then also a page that is punched out meanwhile comes back as zeroes. All others are for the kernel alone, to
 * which a bad page is EFAULT. A hole is not read through a view either, since that would give the file a page.
 *
 * While a writable view exists, the file's owner cannot add F_SEAL_WRITE (EBUSY). Linux refuses it for pinned pages, so views
 * are made of files with pinned pages only, and go with the last pin; what is only read is mapped from a descriptor that
 * cannot write, which does not count. F_SEAL_FUTURE_WRITE does not bind what is mapped already.
 */
import { closeSync, constants, openSync, readFileSync } from "node:fs";
import type { MappedBytes } from "./frames.js";
import { F_SEAL_SHRINK, type Mapping, type Native } from "./native.js";

/** Bytes of a window, which begins at a multiple of it. */
export const VIEW_BYTES = 16 * 1024 * 1024;
/** Bytes of all windows together. They are addresses: the memory is the files' own. */
export const VIEWS_BYTES_MAX = 1024 * 1024 * 1024;
/** A window is mapped once so many bytes have been moved without it: what is used rarely is not worth a mapping. */
export const VIEW_DEMAND_BYTES = 64 * 1024;

interface Window {
  /** Of its first byte. */
  readonly position: number;
  mapped: { readonly mapping: Mapping; readonly bytes: Uint8Array; readonly writable: boolean } | undefined;
  /** Bytes that were moved without it since it was last mapped. */
  demand: number;
  lastUse: number;
  /** [dataStart, dataEnd) of the file was no hole when it was looked at. */
  dataStart: number;
  dataEnd: number;
}

/** Keeps the windows of all files within their limit: the one that was not used for longest goes first. */
export class ViewBudget {
  private readonly windows = new Set<Window>();
  private uses = 0;

  /** @param windowsMax at least 2: what is read and what is written */
  constructor(private readonly windowsMax = VIEWS_BYTES_MAX / VIEW_BYTES) {}

  used(window: Window): void {
    window.lastUse = ++this.uses;
  }

  /** A window is about to be mapped. */
  enter(window: Window): void {
    if (this.windows.size >= this.windowsMax) {
      let oldest: Window | undefined;
      for (const each of this.windows) if (oldest === undefined || each.lastUse < oldest.lastUse) oldest = each;
      if (oldest !== undefined) this.unmap(oldest);
    }
    this.windows.add(window);
  }

  unmap(window: Window): void {
    window.mapped?.mapping.unmap();
    window.mapped = undefined;
    window.demand = 0;
    window.dataEnd = window.dataStart;
    this.windows.delete(window);
  }

  /** For inspection. */
  get size(): number {
    return this.windows.size;
  }
}

export class FileViews {
  private readonly windows = new Map<number, Window>();
  private readFd: number | undefined;
  private cannotShrink = false;

  /**
   * @param path leads to the file: it is opened again, because the position of a descriptor may be the client's
   * @param descriptorForWriting undefined: there is none
   */
  constructor(
    private readonly native: Native,
    private readonly budget: ViewBudget,
    private readonly path: string,
    private readonly descriptorForWriting: () => number | undefined,
  ) {}

  /** @returns the bytes from `position` on, as many of `length` as are in one window; undefined: there is no view of them */
  at(position: number, length: number, write: boolean): MappedBytes | undefined {
    const index = Math.floor(position / VIEW_BYTES);
    const window = this.windows.get(index) ?? this.newWindow(index);
    const start = position - window.position;
    const end = Math.min(start + length, VIEW_BYTES);
    if (window.mapped === undefined || (write && !window.mapped.writable)) {
      window.demand += end - start;
      if (window.demand <= VIEW_DEMAND_BYTES || !this.map(window, write)) return undefined;
    }
    this.budget.used(window);
    const isData = this.isData(window, position, position + end - start);
    if (!write && !isData) return undefined;
    return { bytes: window.mapped!.bytes.subarray(start, end), touchable: isData && this.cannotShrink };
  }

  /** Takes all mappings away. */
  release(): void {
    for (const window of this.windows.values()) this.budget.unmap(window);
    this.windows.clear();
    if (this.readFd !== undefined) closeSync(this.readFd);
    this.readFd = undefined;
  }

  private newWindow(index: number): Window {
    const position = index * VIEW_BYTES;
    const window = { position, mapped: undefined, demand: 0, lastUse: 0, dataStart: position, dataEnd: position };
    this.windows.set(index, window);
    return window;
  }

  private map(window: Window, write: boolean): boolean {
    window.demand = 0;
    const fd = write ? this.descriptorForWriting() : this.descriptorForReading();
    if (fd === undefined || this.descriptorForReading() === undefined) return false;
    const mapping = this.native.mapFile(fd, window.position, VIEW_BYTES, write);
    if (typeof mapping === "number") return false;
    this.budget.unmap(window);
    this.budget.enter(window);
    window.mapped = { mapping, bytes: new Uint8Array(mapping.memory), writable: write };
    // A seal stays, so a file that has it is not asked again.
    if (!this.cannotShrink) {
      const seals = this.native.seals(fd);
      this.cannotShrink = seals >= 0 && (seals & F_SEAL_SHRINK) !== 0 && givesSinglePages();
    }
    return true;
  }

  private descriptorForReading(): number | undefined {
    if (this.readFd === undefined) {
      try {
        this.readFd = openSync(this.path, constants.O_RDONLY);
      } catch {
        return undefined;
      }
    }
    return this.readFd;
  }

  /** Whether [start, end) of the window's part of the file is without a hole. */
  private isData(window: Window, start: number, end: number): boolean {
    if (window.dataStart <= start && end <= window.dataEnd) return true;
    const hole = Math.min(this.native.nextHole(this.readFd!, start), window.position + VIEW_BYTES);
    if (hole < end) return false;
    const joins = start <= window.dataEnd && window.dataStart <= hole;
    window.dataStart = joins ? Math.min(window.dataStart, start) : start;
    window.dataEnd = joins ? Math.max(window.dataEnd, hole) : hole;
    return true;
  }
}

/** proc(5), overcommit_memory: with 2 a page that a file has lost may be refused when it is touched, which is a SIGBUS. */
function givesSinglePages(): boolean {
  try {
    return readFileSync("/proc/sys/vm/overcommit_memory", "latin1").trim() !== "2";
  } catch {
    return false;
  }
}
