/**
 * How an in-kernel user's read or write reaches the bytes of one area (specification 20, section 8.6): through the
 * virtual address as it is mapped now, or through the pages as they are pinned.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { PhysicalMemory } from "../hw/interface.js";
import { PAGE_SIZE, type U64 } from "../u64.js";
import type { Accounts } from "./accounting.js";
import type { AddressSpace } from "./mm.js";
import type { Pages } from "./pages.js";

export interface SliceTransfer {
  readonly pages: Pages;
  /** Byte of the pages object where the slice begins. */
  readonly firstByte: U64;
  readonly bytes: Uint8Array;
  readonly write: boolean;
  /** Do not copy directly even if the caller could. */
  readonly slow: boolean;
  /** Of whoever calls. */
  readonly mm: AddressSpace;
  readonly memory: PhysicalMemory;
}

export function transferSlice(slice: SliceTransfer, accounts: Accounts): Errno {
  const { pages, firstByte, bytes, slow, mm } = slice;
  const owner = pages.owner.mm;
  const onePage = firstByte.pageOffset() + bytes.length <= PAGE_SIZE;
  const direct = mm === owner && !slow;
  const throughOther = onePage && !owner.isGone();
  if (pages.file === undefined && !direct && throughOther && accounts.points.stepFails()) return errno.EINVAL;
  if (pages.file === undefined && (direct || throughOther)) return throughAddress(slice, owner);
  const first = firstByte.page();
  const last = firstByte.plusNumber(bytes.length - 1).page();
  return pages.whilePinned(first, last, accounts, () => throughPages(slice, first, last));
}

function throughAddress({ pages, firstByte, bytes, write }: SliceTransfer, owner: AddressSpace): Errno {
  const address = pages.addressOf(firstByte.page(), firstByte.pageOffset());
  return settled(write ? owner.copyTo(address, bytes) : owner.copyFrom(address, bytes));
}

function throughPages({ pages, firstByte, bytes, write, memory }: SliceTransfer, first: number, last: number): Errno {
  let done = 0;
  let skip = firstByte.pageOffset();
  let error: Errno = errno.OK;
  pages.runs(first, last, (pfn, count) => {
    if (error !== errno.OK) return;
    const part = bytes.subarray(done, done + count * PAGE_SIZE - skip);
    const physical = pfn * PAGE_SIZE + skip;
    error = settled(write ? memory.write(physical, part) : memory.read(physical, part));
    done += part.length;
    skip = 0;
  });
  return error;
}

/** An ioctl is one step: memory that the client would have to be asked for counts as not there. */
function settled(result: Errno | Promise<Errno>): Errno {
  return typeof result === "number" ? result : errno.EFAULT;
}
