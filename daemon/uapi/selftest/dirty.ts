/** DIRTY: marks pages of a mock domain as written by a device (specification 40, section 6.13). */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import { iommu_test_dirty } from "../../../proto/uapi/iommufd-test.js";
import { HwptPaging } from "../../core/hwpt.js";
import { U64 } from "../../u64.js";
import type { Call } from "../call.js";
import { readExactly } from "../user-memory.js";

/** Bits of one call: a bitmap of 128 MiB, beyond which the kernel has no memory either. */
const BITS_MAX = 2 ** 30;

/** EINVAL, ENOENT, ENOMEM, EFAULT; the count is of the bits set, mapped or not */
export function markDirty(call: Call): Errno {
  const { fields } = iommu_test_dirty;
  const pageSize = call.u64(fields.page_size);
  const length = call.u64(fields.length);
  const iova = call.u64(fields.iova);
  const address = call.u64(fields.uptr);
  if (pageSize.isZero() || length.isZero() || address.isZero()) return errno.EINVAL;
  if (!iova.isMultipleOf(pageSize) || !length.isMultipleOf(pageSize)) return errno.EINVAL;
  const hwpt = call.context.objects.findOf(call.u32(fields.id), HwptPaging);
  if (hwpt === undefined) return errno.ENOENT;
  const { dirty } = hwpt.domain;
  if (dirty?.enabled !== true) return errno.EINVAL;
  const pageBytes = pageSize.toNumber();
  const bits = length.toNumber() / pageBytes;
  if (bits > BITS_MAX) return errno.ENOMEM;
  const bitmap = readExactly(call.memory, address, Math.ceil(bits / 8));
  if (bitmap === undefined) return errno.EFAULT;
  const granule = 2 ** dirty.granuleLg2;
  let marked = 0;
  for (let bit = 0; bit < bits; bit++) {
    if ((bitmap[bit >> 3]! & (1 << (bit & 7))) === 0) continue;
    marked++;
    dirty.markDirty?.(Math.floor(iova.plusNumber(bit * pageBytes).toNumber() / granule));
  }
  call.setU64(fields.out_nr_dirty, U64.fromNumber(marked));
  return call.respond();
}
