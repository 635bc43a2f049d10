/** IOMMU_IOAS_MAP, MAP_FILE, COPY and UNMAP (specification 10, sections 8.4 to 8.7). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  IOMMU_IOAS_MAP_FIXED_IOVA,
  IOMMU_IOAS_MAP_READABLE,
  IOMMU_IOAS_MAP_WRITEABLE,
  iommu_ioas_copy,
  iommu_ioas_map,
  iommu_ioas_map_file,
  iommu_ioas_unmap,
} from "../../proto/uapi/iommufd.js";
import { AccountMode } from "../core/accounting.js";
import type { DmaBuf } from "../core/dmabuf.js";
import type { IoasObject } from "../core/ioas-object.js";
import type { Slice } from "../core/ioas.js";
import type { BackingFile } from "../core/mm.js";
import { Pages } from "../core/pages.js";
import { PROT_READ, PROT_WRITE } from "../hw/interface.js";
import { PAGES_MAX, PAGE_SIZE, U64, lastOf } from "../u64.js";
import type { Call } from "./call.js";
import { DmaBufFile } from "./dmabuf-file.js";

const FLAGS = IOMMU_IOAS_MAP_FIXED_IOVA | IOMMU_IOAS_MAP_WRITEABLE | IOMMU_IOAS_MAP_READABLE;
/** Lengths above this are refused. */
const LENGTH_MAX = U64.MAX.minus(U64.fromNumber(PAGE_SIZE));

/**
 * The selftest's flag of IOAS_COPY: src_iova names an area by its number (low word) and an offset in it (high word), so
 * that a fuzzer need not know addresses.
 */
const COPY_BY_AREA_NUMBER = 1 << 16;

function protOf(flags: number): number {
  return (
    ((flags & IOMMU_IOAS_MAP_READABLE) !== 0 ? PROT_READ : 0) |
    ((flags & IOMMU_IOAS_MAP_WRITEABLE) !== 0 ? PROT_WRITE : 0)
  );
}

function fixedIova(flags: number, iova: U64): U64 | undefined {
  return (flags & IOMMU_IOAS_MAP_FIXED_IOVA) !== 0 ? iova : undefined;
}

/** EOPNOTSUPP, EOVERFLOW, EINVAL, ENOENT, EEXIST, ENOSPC, EPERM, EFAULT, ENOMEM */
export function ioasMap(call: Call): Errno {
  const { fields } = iommu_ioas_map;
  const flags = call.u32(fields.flags);
  if ((flags & ~FLAGS) !== 0 || call.u32(fields.__reserved) !== 0) return errno.EOPNOTSUPP;
  const iova = call.u64(fields.iova);
  const length = call.u64(fields.length);
  if (iova.isMax() || length.isMax()) return errno.EOVERFLOW;
  const prot = protOf(flags);
  if (prot === 0) return errno.EINVAL;
  const ioas = call.findIoas(call.u32(fields.ioas_id));
  if (ioas === undefined) return errno.ENOENT;
  const placed = mapMemory(call, ioas, call.u64(fields.user_va), length, prot, fixedIova(flags, iova));
  if (typeof placed === "number") return placed;
  call.setU64(fields.iova, placed);
  return call.respond();
}

/**
 * Maps the caller's own memory: what MAP and VFIO's MAP_DMA have in common.
 * @param address virtual, of the first byte @param length bytes @param iova undefined: the automatic choice
 * @returns the IOVA, or EOVERFLOW, EINVAL, EEXIST, ENOSPC, EFAULT, ENOMEM
 */
export function mapMemory(
  call: Call,
  ioas: IoasObject,
  address: U64,
  length: U64,
  prot: number,
  iova: U64 | undefined,
): U64 | Errno {
  if (address.plus(length).lessThan(address)) return errno.EOVERFLOW;
  if (length.isZero() || LENGTH_MAX.lessThan(length)) return errno.EINVAL;
  return placeNew(call, ioas, undefined, address, length, prot, iova);
}

/** As MAP, and EBADF; EINVAL for files that cannot be pinned comes when they are */
export function ioasMapFile(call: Call): Errno {
  const { fields } = iommu_ioas_map_file;
  const flags = call.u32(fields.flags);
  if ((flags & ~FLAGS) !== 0) return errno.EOPNOTSUPP;
  const iova = call.u64(fields.iova);
  const length = call.u64(fields.length);
  if (iova.isMax() || length.isMax()) return errno.EOVERFLOW;
  const prot = protOf(flags);
  if (prot === 0) return errno.EINVAL;
  const ioas = call.findIoas(call.u32(fields.ioas_id));
  if (ioas === undefined) return errno.ENOENT;
  if (length.isZero()) return errno.EINVAL;
  const start = call.u64(fields.start);
  if (lastOf(start, length) === undefined) return errno.EOVERFLOW;
  const fd = call.s32(fields.fd);
  const target = call.descriptors.find(fd);
  const isDmaBuf = target instanceof DmaBufFile;
  if (isDmaBuf && U64.fromNumber(target.size).lessThan(start.plus(length))) return errno.EINVAL;
  if (isDmaBuf && target.buffer.revoked) return errno.ENODEV;
  if (isDmaBuf && !target.buffer.isContiguous) return errno.EOPNOTSUPP;
  const file = isDmaBuf ? target.buffer.hold() : call.caller.openFile(fd);
  if (typeof file === "number") return file;
  if (LENGTH_MAX.lessThan(length)) {
    file.release();
    return errno.EINVAL;
  }
  const backing = { file, dmaBuf: isDmaBuf ? target.buffer : undefined };
  const placed = placeNew(call, ioas, backing, start, length, prot, fixedIova(flags, iova));
  if (typeof placed === "number") return placed;
  call.setU64(fields.iova, placed);
  return call.respond();
}

/** A file, and whose buffer it is if it is a dma-buf. */
interface Backing {
  readonly file: BackingFile;
  readonly dmaBuf: DmaBuf | undefined;
}

/** Maps memory that no area knows yet: a pages object of its own, which takes over the file. */
function placeNew(
  call: Call,
  ioas: IoasObject,
  backing: Backing | undefined,
  address: U64,
  length: U64,
  prot: number,
  iova: U64 | undefined,
): U64 | Errno {
  const { caller, context } = call;
  if (call.allocationFails()) {
    backing?.file.release();
    return errno.ENOMEM;
  }
  const offset = address.pageOffset();
  const begun = length.pageOffset() + offset + PAGE_SIZE - 1;
  // Linux rounds up in 64 bits, so a length near 2^64 wraps to few pages and is refused as too long for them.
  const pageCount = (length.page() + Math.floor(begun / PAGE_SIZE)) % PAGES_MAX;
  const writable = (prot & PROT_WRITE) !== 0;
  const mode = backing?.dmaBuf === undefined ? context.accountModeFor(caller) : AccountMode.NONE;
  const owner = context.ownerFor(caller);
  const pages = new Pages(owner, backing?.file, address.page(), pageCount, writable, mode, backing?.dmaBuf);
  const placed = ioas.map.place([{ pages, firstIndex: 0, offset, length }], length, prot, iova);
  pages.release();
  return placed;
}

/** As MAP; ENOENT also for a gap in the source */
export function ioasCopy(call: Call): Errno {
  const { fields } = iommu_ioas_copy;
  let flags = call.u32(fields.flags);
  const byAreaNumber = call.host.selftest && (flags & COPY_BY_AREA_NUMBER) !== 0;
  if (byAreaNumber) {
    flags &= ~COPY_BY_AREA_NUMBER;
    nameSourceByAreaNumber(call);
  }
  if ((flags & ~FLAGS) !== 0) return errno.EOPNOTSUPP;
  const length = call.u64(fields.length);
  const sourceIova = call.u64(fields.src_iova);
  const destinationIova = call.u64(fields.dst_iova);
  if (length.isMax() || sourceIova.isMax() || destinationIova.isMax()) return errno.EOVERFLOW;
  const prot = protOf(flags);
  if (prot === 0) return errno.EINVAL;
  const source = call.findIoas(call.u32(fields.src_ioas_id));
  if (source === undefined) return errno.ENOENT;
  const slices = sourceSlices(source, sourceIova, length);
  if (typeof slices === "number") return slices;
  const destination = call.findIoas(call.u32(fields.dst_ioas_id));
  if (destination === undefined) return errno.ENOENT;
  const placed = destination.map.place(slices, length, prot, fixedIova(flags, destinationIova));
  if (typeof placed === "number") return placed;
  call.setU64(fields.dst_iova, placed);
  return call.respond();
}

function sourceSlices(source: IoasObject, iova: U64, length: U64): Slice[] | Errno {
  if (length.isZero()) return errno.EINVAL;
  const last = lastOf(iova, length);
  return last === undefined ? errno.EOVERFLOW : source.map.slices(iova, last);
}

function nameSourceByAreaNumber(call: Call): void {
  const { fields } = iommu_ioas_copy;
  const source = call.findIoas(call.u32(fields.src_ioas_id));
  if (source === undefined) return;
  const name = call.u64(fields.src_iova);
  const start = source.map.nthAreaStart(name.low >>> 0);
  call.setU64(fields.src_iova, start === undefined ? U64.ZERO : start.plusNumber(name.high >>> 0));
}

/** ENOENT, EOVERFLOW, EINVAL, EBUSY, EDEADLOCK, EFAULT */
export function ioasUnmap(call: Call): Errno {
  const { fields } = iommu_ioas_unmap;
  const ioas = call.findIoas(call.u32(fields.ioas_id));
  if (ioas === undefined) return errno.ENOENT;
  const iova = call.u64(fields.iova);
  const length = call.u64(fields.length);
  const everything = iova.isZero() && length.isMax();
  const last = everything ? U64.MAX : checkUnmap(iova, length);
  if (typeof last === "number") return last;
  const { error, unmapped } = ioas.map.unmap(iova, last);
  if (error !== errno.OK) return error;
  if (!everything && unmapped.isZero()) return errno.ENOENT;
  call.setU64(fields.length, unmapped);
  return call.respond();
}

function checkUnmap(iova: U64, length: U64): U64 | Errno {
  if (iova.isMax() || length.isMax()) return errno.EOVERFLOW;
  if (length.isZero()) return errno.EINVAL;
  return lastOf(iova, length) ?? errno.EOVERFLOW;
}
