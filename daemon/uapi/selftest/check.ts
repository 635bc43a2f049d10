/** MD_CHECK_MAP and MD_CHECK_REFS: is this memory of mine what is mapped and pinned (specification 40, 6.4 and 6.5)? */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import { iommu_test_md_check_map, iommu_test_md_check_refs } from "../../../proto/uapi/iommufd-test.js";
import { HwptPaging } from "../../core/hwpt.js";
import { PAGE_SIZE, type U64 } from "../../u64.js";
import type { Call } from "../call.js";

/** ENOENT, EINVAL, EFAULT */
export function checkMap(call: Call): Errno {
  const { fields } = iommu_test_md_check_map;
  const hwpt = call.context.objects.findOf(call.u32(fields.id), HwptPaging);
  if (hwpt === undefined) return errno.ENOENT;
  const { domain } = hwpt;
  const iova = call.u64(fields.iova);
  const length = call.u64(fields.length);
  const address = call.u64(fields.uptr);
  const step = 2 ** domain.granuleLg2;
  if (iova.or(length).or(address).modPowerOfTwo(step) !== 0) return errno.EINVAL;
  if (address.plus(length).lessThan(address)) return errno.EINVAL;
  const bytes = length.toNumber();
  for (let done = 0; done < bytes; done += step) {
    const at = address.plusNumber(done);
    const pfn = frameAt(call, at);
    if (pfn < 0) return errno.EFAULT;
    const granule = iova.plusNumber(done).toNumber() / step;
    const expected = (pfn * PAGE_SIZE + at.pageOffset()) / step;
    if (domain.lookup(granule) !== expected) return errno.EINVAL;
  }
  return errno.OK;
}

/** EINVAL, EFAULT, EIO (another number of pins) */
export function checkReferences(call: Call): Errno {
  const { fields } = iommu_test_md_check_refs;
  const length = call.u64(fields.length);
  const address = call.u64(fields.uptr);
  if (length.or(address).pageOffset() !== 0) return errno.EINVAL;
  if (address.plus(length).lessThan(address)) return errno.EINVAL;
  const expected = call.u32(fields.refs);
  const pages = length.page();
  for (let page = 0; page < pages; page++) {
    const pfn = frameAt(call, address.plusNumber(page * PAGE_SIZE));
    if (pfn < 0) return errno.EFAULT;
    let pins = 0;
    for (const object of call.context.accounts.pinnedObjects) pins += object.pinsOf(pfn);
    if (pins !== expected) return errno.EIO;
  }
  return errno.OK;
}

/** The page frame of the caller's memory at an address, or -1. */
export function frameAt(call: Call, address: U64): number {
  const { mm } = call.caller;
  let frame = -1;
  mm.pin(address.page(), 1, false, (pfn) => {
    frame = pfn;
  });
  if (frame >= 0) mm.unpin(frame, 1);
  return frame;
}
