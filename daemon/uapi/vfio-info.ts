/**
 * VFIO_IOMMU_GET_INFO: page sizes, and a chain of capabilities behind the struct (specification 50, section 1.5). A buffer
 * that is too short for the chain receives those parts of it that fit, though the struct then names no capability.
 */
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import {
  VFIO_IOMMU_INFO_CAPS,
  VFIO_IOMMU_INFO_PGSIZES,
  VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE,
  VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL,
  vfio_info_cap_header,
  vfio_iommu_type1_info,
  vfio_iommu_type1_info_cap_iova_range,
  vfio_iommu_type1_info_dma_avail,
  vfio_iova_range,
} from "../../proto/uapi/vfio.js";
import type { IoasObject } from "../core/ioas-object.js";
import { PAGE_SIZE, U64, maxOf } from "../u64.js";
import type { Call } from "./call.js";
import { encodeRange } from "./ioas.js";

/** Capabilities begin at multiples of this. */
const CAPABILITY_ALIGNMENT = 8;
const CAPABILITY_VERSION = 1;
/** An iommufd does not limit the number of mappings. */
const UNLIMITED = 0xffff_ffff;

const BELOW_PAGE = U64.fromNumber(PAGE_SIZE - 1);

/** A piece of a capability: copied out if the capability has as much room as `ends` says. */
interface Piece {
  /** Bytes from the start of the capability. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly ends: number;
}

interface Capability {
  /** Its size, the padding behind it included. */
  readonly size: number;
  /** In the order in which they are copied out. */
  readonly pieces: readonly Piece[];
}

/** EINVAL, ENODEV, EFAULT */
export function vfioIommuGetInfo(call: Call): number {
  const { fields, minBytes, bytes: headBytes } = vfio_iommu_type1_info;
  const argsz = call.u32(fields.argsz);
  if (argsz < minBytes) return -errno.EINVAL;
  const ioas = call.context.compatIoas;
  if (ioas === undefined) return -errno.ENODEV;

  const chain = [dmaAvailable(), iovaRanges(ioas)];
  if (!writeChain(call, argsz, chain)) return -errno.EFAULT;
  const total = headBytes + chain.reduce((sum, { size }) => sum + size, 0);
  call.setU32(fields.argsz, total);
  call.setU32(fields.flags, VFIO_IOMMU_INFO_PGSIZES | VFIO_IOMMU_INFO_CAPS);
  call.setU64(fields.iova_pgsizes, pageSizes(ioas));
  call.setU32(fields.cap_offset, argsz >= total ? headBytes : 0);
  return call.respond(Math.min(argsz, headBytes)) === errno.OK ? 0 : -errno.EFAULT;
}

/**
 * Sizes that every page table of the IOAS has. VFIO counts in whole pages: smaller sizes count as that of a page. The
 * alignment of IOVAs is the least that is reported.
 */
function pageSizes(ioas: IoasObject): U64 {
  let common = U64.MAX;
  for (const { domain } of ioas.hwpts) common = common.and(domain.pageSizes);
  if (!common.and(BELOW_PAGE).isZero()) common = common.and(U64.MAX.minus(BELOW_PAGE)).or(U64.fromNumber(PAGE_SIZE));
  return maxOf(common, U64.fromNumber(ioas.map.alignment));
}

/** @param capability its struct, in which the header is still empty */
function withHeader(id: number, capability: Uint8Array): Uint8Array {
  capability.set(encodeStruct(vfio_info_cap_header, { id, version: CAPABILITY_VERSION }));
  return capability;
}

function dmaAvailable(): Capability {
  const layout = vfio_iommu_type1_info_dma_avail;
  const bytes = withHeader(VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL, encodeStruct(layout, { avail: UNLIMITED }));
  const size = Math.ceil(layout.bytes / CAPABILITY_ALIGNMENT) * CAPABILITY_ALIGNMENT;
  return { size, pieces: [{ offset: 0, bytes, ends: layout.bytes }] };
}

/** Each range goes out by itself; the head that counts them only where all of them fit. */
function iovaRanges(ioas: IoasObject): Capability {
  const layout = vfio_iommu_type1_info_cap_iova_range;
  const ranges = ioas.map.usableRanges().map((range, index): Piece => {
    const offset = layout.bytes + index * vfio_iova_range.bytes;
    return { offset, bytes: encodeRange(range), ends: offset + vfio_iova_range.bytes };
  });
  const size = layout.bytes + ranges.length * vfio_iova_range.bytes;
  const head = encodeStruct(layout, { nr_iovas: ranges.length });
  const bytes = withHeader(VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE, head);
  return { size, pieces: [...ranges, { offset: 0, bytes, ends: size }] };
}

/** @param room bytes from the start of the struct @returns false on a fault */
function writeChain(call: Call, room: number, chain: readonly Capability[]): boolean {
  const write = (at: number, bytes: Uint8Array): boolean => call.memory.write(call.argument.plusNumber(at), bytes);
  let at = vfio_iommu_type1_info.bytes;
  let previous: number | undefined;
  for (const { size, pieces } of chain) {
    for (const { offset, bytes, ends } of pieces) if (at + ends <= room && !write(at + offset, bytes)) return false;
    if (previous !== undefined && at <= room) {
      const next = Uint8Array.from([at, at >> 8, at >> 16, at >> 24]);
      if (!write(previous + vfio_info_cap_header.fields.next.offset, next)) return false;
    }
    previous = at;
    at += size;
  }
  return true;
}
