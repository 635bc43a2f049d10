/** IOMMU_IOAS_ALLOC, IOVA_RANGES and ALLOW_IOVAS (specification 10, sections 8.1 to 8.3). */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  iommu_ioas_alloc,
  iommu_ioas_allow_iovas,
  iommu_ioas_iova_ranges,
  iommu_iova_range,
} from "../../proto/uapi/iommufd.js";
import { IoasObject } from "../core/ioas-object.js";
import { rangesIntersect, type Range } from "../core/range-set.js";
import { U64 } from "../u64.js";
import type { Call } from "./call.js";
import { readExactly } from "./user-memory.js";

/** EOPNOTSUPP, ENOMEM, EBUSY, EFAULT */
export function ioasAlloc(call: Call): Errno {
  const { fields } = iommu_ioas_alloc;
  const { objects } = call.context;
  if (call.u32(fields.flags) !== 0) return errno.EOPNOTSUPP;
  const ioas = new IoasObject(call.context);
  let error = objects.reserve(ioas);
  if (error !== errno.OK) return error;
  call.setU32(fields.out_ioas_id, ioas.id);
  error = call.respond();
  if (error === errno.OK) objects.publish(ioas);
  else objects.abandon(ioas);
  return error;
}

/** EOPNOTSUPP, ENOENT, EFAULT, EMSGSIZE (with the struct written) */
export function ioasIovaRanges(call: Call): Errno {
  const { fields } = iommu_ioas_iova_ranges;
  if (call.u32(fields.__reserved) !== 0) return errno.EOPNOTSUPP;
  const ioas = call.findIoas(call.u32(fields.ioas_id));
  if (ioas === undefined) return errno.ENOENT;
  const capacity = call.u32(fields.num_iovas);
  const ranges = ioas.map.usableRanges();
  let address = call.u64(fields.allowed_iovas);
  for (let index = 0; index < ranges.length && index < capacity; index++) {
    if (!call.memory.write(address, encodeRange(ranges[index]!))) return errno.EFAULT;
    address = address.plusNumber(iommu_iova_range.bytes);
  }
  call.setU32(fields.num_iovas, ranges.length);
  call.setU64(fields.out_iova_alignment, U64.fromNumber(ioas.map.alignment));
  const error = call.respond();
  if (error !== errno.OK) return error;
  return ranges.length > capacity ? errno.EMSGSIZE : errno.OK;
}

/** EOPNOTSUPP, ENOENT, EFAULT, EINVAL, EADDRINUSE; the list replaces the old one as a whole */
export function ioasAllowIovas(call: Call): Errno {
  const { fields } = iommu_ioas_allow_iovas;
  if (call.u32(fields.__reserved) !== 0) return errno.EOPNOTSUPP;
  const ioas = call.findIoas(call.u32(fields.ioas_id));
  if (ioas === undefined) return errno.ENOENT;
  const ranges: Range[] = [];
  let address = call.u64(fields.allowed_iovas);
  for (let index = call.u32(fields.num_iovas); index > 0; index--) {
    const bytes = readExactly(call.memory, address, iommu_iova_range.bytes);
    if (bytes === undefined) return errno.EFAULT;
    const range = decodeRange(bytes);
    if (range.last.atMost(range.start)) return errno.EINVAL;
    if (ranges.some((earlier) => rangesIntersect(earlier, range))) return errno.EINVAL;
    ranges.push(range);
    address = address.plusNumber(iommu_iova_range.bytes);
  }
  return ioas.map.setAllowed(ranges);
}

const { start: START, last: LAST } = iommu_iova_range.fields;

/** As struct iommu_iova_range and struct vfio_iova_range, which are the same. */
export function encodeRange(range: Range): Uint8Array {
  const bytes = new Uint8Array(iommu_iova_range.bytes);
  range.start.writeBytes(bytes, START.offset);
  range.last.writeBytes(bytes, LAST.offset);
  return bytes;
}

function decodeRange(bytes: Uint8Array): Range {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (offset: number): U64 => U64.readFrom(view, offset);
  return { start: word(START.offset), last: word(LAST.offset) };
}
