/**
 * A client's memory for the copies of an ioctl, where its message did not bring them along: copy_from_user and
 * copy_to_user without the client's help.
 *
 * Regions on files come first, then the process. What the client would have to be asked for faults, because an ioctl is
 * one step. Permissions are those of the region or of the process at this moment.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { PAGE_SIZE, type U64 } from "../u64.js";
import type { ProcessMemory } from "./process-memory.js";
import { FileWindow, type Region, type RegionSet } from "./regions.js";

/** Part of a copy that lies in one region, or between regions in the process. */
interface Part {
  readonly region: Region | undefined;
  readonly page: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export class DirectMemory {
  constructor(
    private readonly regions: RegionSet,
    private readonly process: ProcessMemory | undefined,
  ) {}

  /** @returns 0, or EFAULT with any part of `into` overwritten */
  copyFrom(address: U64, into: Uint8Array): Errno {
    return this.parts(address, into).every((part) => this.read(part)) ? errno.OK : errno.EFAULT;
  }

  /** @returns 0, or EFAULT with nothing stored, unless the client changes its mappings in this moment */
  copyTo(address: U64, from: Uint8Array): Errno {
    const parts = this.parts(address, from);
    // The store itself tells whether a single page is writable.
    const isOnePage = address.pageOffset() + from.length <= PAGE_SIZE;
    const isWritable = isOnePage || parts.every((part) => this.isWritable(part));
    return isWritable && parts.every((part) => this.write(part)) ? errno.OK : errno.EFAULT;
  }

  private parts(address: U64, bytes: Uint8Array): Part[] {
    const parts: Part[] = [];
    const first = address.page();
    for (let done = 0; done < bytes.length;) {
      const distance = address.pageOffset() + done;
      const page = first + Math.floor(distance / PAGE_SIZE);
      const offset = distance % PAGE_SIZE;
      const region = this.regions.at(page);
      const endPage = region === undefined ? this.regions.nextFrom(page) : region.last + 1;
      const end = Math.min(bytes.length, done + (endPage - page) * PAGE_SIZE - offset);
      parts.push({ region, page, offset, bytes: bytes.subarray(done, end) });
      done = end;
    }
    return parts;
  }

  private read({ region, page, offset, bytes }: Part): boolean {
    if (region === undefined) return this.process?.copyFrom(page, offset, bytes) === errno.OK;
    if (!(region.source instanceof FileWindow)) return false;
    const { object, filePage } = region.source;
    return object.read(filePage + page - region.start, offset, bytes) === errno.OK;
  }

  private isWritable({ region, page, offset, bytes }: Part): boolean {
    const last = page + Math.floor((offset + bytes.length - 1) / PAGE_SIZE);
    if (region === undefined) return this.process?.isWritable(page, last) ?? false;
    if (!region.writable || !(region.source instanceof FileWindow)) return false;
    const { object, filePage } = region.source;
    return (filePage + last - region.start) * PAGE_SIZE < object.size();
  }

  private write({ region, page, offset, bytes }: Part): boolean {
    if (region === undefined) return this.process?.copyTo(page, offset, bytes) === errno.OK;
    if (!region.writable || !(region.source instanceof FileWindow)) return false;
    const { object, filePage } = region.source;
    return object.write(filePage + page - region.start, offset, bytes) === errno.OK;
  }
}
