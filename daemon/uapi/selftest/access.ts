/**
 * The selftest's in-kernel user: an access behind a file descriptor, with numbered pins (specification 40, sections 6.6
 * to 6.11).
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import {
  iommu_test_access_pages,
  iommu_test_access_replace_ioas,
  iommu_test_access_rw,
  iommu_test_create_access,
  iommu_test_destroy_access_pages,
} from "../../../proto/uapi/iommufd-test.js";
import { AccessObject, type AccessUser } from "../../core/access.js";
import { PAGE_SIZE, U64 } from "../../u64.js";
import type { Call } from "../call.js";
import type { DescriptorTarget } from "../descriptors.js";
import { readExactly } from "../user-memory.js";
import { frameAt } from "./check.js";

/** MOCK_FLAGS_ACCESS_CREATE_NEEDS_PIN_PAGES */
const NEEDS_PIN_PAGES = 1;
/** MOCK_FLAGS_ACCESS_WRITE, MOCK_ACCESS_RW_WRITE, MOCK_ACCESS_RW_SLOW_PATH, MOCK_FLAGS_ACCESS_SYZ */
const WRITE = 1;
const SLOW_PATH = 4;
const BY_AREA_NUMBER = 1 << 16;
/** Longer calls are refused. */
const LENGTH_MAX = U64.fromNumber(16 * 1024 * 1024);

interface Item {
  readonly iova: U64;
  readonly length: U64;
}

class TestAccess implements AccessUser, DescriptorTarget {
  readonly node = "access";
  access!: AccessObject;
  readonly items = new Map<number, Item>();
  private nextItem = 0;

  constructor(readonly pinsPages: boolean) {}

  /** @returns the number of the item */
  add(item: Item): number {
    this.items.set(this.nextItem, item);
    return this.nextItem++;
  }

  /** Takes back the item added last. */
  undo(id: number): void {
    this.drop(id);
    this.nextItem = id;
  }

  drop(id: number): void {
    const { iova, length } = this.items.get(id)!;
    this.items.delete(id);
    this.access.unpin(iova, length);
  }

  /** Every item that overlaps the range goes, whole. */
  unmap(iova: U64, length: U64): void {
    const last = length.isMax() ? U64.MAX : iova.plus(length).minus(U64.ONE);
    for (const [id, item] of [...this.items]) {
      const itemLast = item.iova.plus(item.length).minus(U64.ONE);
      if (item.iova.atMost(last) && iova.atMost(itemLast)) this.drop(id);
    }
  }

  release(): void {
    this.access.close();
  }
}

/** What a descriptor of the caller's stands for, if it is an access: else EBADFD. */
function accessOf(call: Call, fd: number): TestAccess | undefined {
  const target = call.descriptors.find(fd);
  return target instanceof TestAccess ? target : undefined;
}

/** The address, or with the flag the start of the n-th area (low word) plus an offset (high word), or 0. */
function iovaOf(access: TestAccess, iova: U64, flags: number): U64 {
  if ((flags & BY_AREA_NUMBER) === 0) return iova;
  const start = access.access.attachedIoas?.map.nthAreaStart(iova.low >>> 0);
  return start === undefined ? U64.ZERO : start.plusNumber(iova.high >>> 0);
}

/** EOPNOTSUPP, ENOMEM, ENOENT, EADDRINUSE, EFAULT */
export function createAccess(call: Call): Errno {
  const { fields } = iommu_test_create_access;
  const flags = call.u32(fields.flags);
  if ((flags & ~NEEDS_PIN_PAGES) !== 0) return errno.EOPNOTSUPP;
  if (call.allocationFails()) return errno.ENOMEM;
  const user = new TestAccess((flags & NEEDS_PIN_PAGES) !== 0);
  const access = AccessObject.create(call.context, user, call.u32(fields.id));
  if (typeof access === "number") return access;
  user.access = access;
  const error = call.respond();
  if (error !== errno.OK) {
    access.abandon();
    return error;
  }
  access.publish();
  call.descriptors.create(user, call.argument.plusNumber(fields.out_access_fd.offset));
  return errno.OK;
}

/** ENOMEM, EOPNOTSUPP, EBADFD, EBADE, and what pinning answers; EFAULT with nothing pinned */
export function accessPages(call: Call): Errno {
  const { fields } = iommu_test_access_pages;
  const length = call.u64(fields.length);
  const flags = call.u32(fields.flags);
  if (LENGTH_MAX.lessThan(length)) return errno.ENOMEM;
  if ((flags & ~(WRITE | BY_AREA_NUMBER)) !== 0) return errno.EOPNOTSUPP;
  const user = accessOf(call, call.u32(fields.id));
  if (user === undefined) return errno.EBADFD;
  if (!user.pinsPages) return errno.EOPNOTSUPP;
  const iova = iovaOf(user, call.u64(fields.iova), flags);
  const frames: number[] = [];
  let error = user.access.pin(iova, length, (flags & WRITE) !== 0, frames);
  if (error !== errno.OK) return error;
  const address = call.u64(fields.uptr);
  if (!address.isZero()) error = compareFrames(call, address.minus(U64.fromNumber(iova.pageOffset())), frames);
  if (error !== errno.OK) {
    user.access.unpin(iova, length);
    return error;
  }
  const item = user.add({ iova, length });
  call.setU32(fields.out_access_pages_id, item);
  error = call.respond();
  if (error !== errno.OK) user.undo(item);
  return error;
}

/** EFAULT, EBADE */
function compareFrames(call: Call, address: U64, frames: readonly number[]): Errno {
  for (const [index, frame] of frames.entries()) {
    const found = frameAt(call, address.plusNumber(index * PAGE_SIZE));
    if (found < 0) return errno.EFAULT;
    if (found !== frame) return errno.EBADE;
  }
  return errno.OK;
}

/** EBADFD, ENOENT */
export function destroyAccessPages(call: Call): Errno {
  const { fields } = iommu_test_destroy_access_pages;
  const user = accessOf(call, call.u32(fields.id));
  if (user === undefined) return errno.EBADFD;
  const item = call.u32(fields.access_pages_id);
  if (!user.items.has(item)) return errno.ENOENT;
  user.drop(item);
  return errno.OK;
}

/** ENOMEM, EOPNOTSUPP, EBADFD, EFAULT, and what the transfer answers */
export function accessTransfer(call: Call): Errno {
  const { fields } = iommu_test_access_rw;
  const length = call.u64(fields.length);
  const flags = call.u32(fields.flags);
  if (LENGTH_MAX.lessThan(length)) return errno.ENOMEM;
  if ((flags & ~(WRITE | SLOW_PATH | BY_AREA_NUMBER)) !== 0) return errno.EOPNOTSUPP;
  const user = accessOf(call, call.u32(fields.id));
  if (user === undefined) return errno.EBADFD;
  const address = call.u64(fields.uptr);
  const write = (flags & WRITE) !== 0;
  const bytes = write ? readExactly(call.memory, address, length.toNumber()) : new Uint8Array(length.toNumber());
  if (bytes === undefined) return errno.EFAULT;
  const iova = iovaOf(user, call.u64(fields.iova), flags);
  const error = user.access.transfer(iova, bytes, write, (flags & SLOW_PATH) !== 0, call.caller);
  if (error !== errno.OK || write) return error;
  return call.memory.write(address, bytes) ? errno.OK : errno.EFAULT;
}

/** EBADFD, ENOENT, EADDRINUSE */
export function accessReplaceIoas(call: Call): Errno {
  const { fields } = iommu_test_access_replace_ioas;
  const user = accessOf(call, call.u32(fields.id));
  return user === undefined ? errno.EBADFD : user.access.replace(call.u32(fields.ioas_id));
}
