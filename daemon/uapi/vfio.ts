/**
 * The ioctls of VFIO's type1 container, which every iommufd answers for programs that know no iommufd (specification 50,
 * sections 1.3 to 1.7). All act on the context's compat IOAS. An extension is answered with a number, so a handler here
 * returns what ioctl(2) returns.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import {
  VFIO_API_VERSION,
  VFIO_DMA_CC_IOMMU,
  VFIO_DMA_MAP_FLAG_READ,
  VFIO_DMA_MAP_FLAG_WRITE,
  VFIO_DMA_UNMAP_FLAG_ALL,
  VFIO_TYPE1_IOMMU,
  VFIO_TYPE1v2_IOMMU,
  VFIO_UNMAP_ALL,
  vfio_iommu_type1_dma_map,
  vfio_iommu_type1_dma_unmap,
} from "../../proto/uapi/vfio.js";
import type { IoasObject } from "../core/ioas-object.js";
import type { Ioas, UnmapResult } from "../core/ioas.js";
import { PROT_READ, PROT_WRITE } from "../hw/interface.js";
import { U64, lastOf } from "../u64.js";
import { returned, type Call, type NumberHandler } from "./call.js";
import { mapMemory } from "./map.js";
import { vfioIommuGetInfo } from "./vfio-info.js";

const MAP_FLAGS = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE;

/** Neither an extension nor a type of IOMMU. */
const UNNAMED = 0;

/** An extension or an IOMMU type, which is an unsigned long: no number beyond 32 bits names one. */
function namedByArgument({ argument }: Call): number {
  return argument.high === 0 ? argument.low >>> 0 : UNNAMED;
}

function getApiVersion(): number {
  return VFIO_API_VERSION;
}

/** 1: there is the extension, 0: there is not. ENODEV (DMA_CC only) */
function checkExtension(call: Call): number {
  switch (namedByArgument(call)) {
    case VFIO_TYPE1_IOMMU:
    case VFIO_TYPE1v2_IOMMU:
    case VFIO_UNMAP_ALL:
      return 1;
    case VFIO_DMA_CC_IOMMU: {
      const ioas = call.context.compatIoas;
      return ioas === undefined ? -errno.ENODEV : Number(enforcesCoherency(ioas));
    }
    default:
      return 0;
  }
}

/** Every page table of an IOMMU that can enforce coherency does, from its first mapping on. */
function enforcesCoherency(ioas: IoasObject): boolean {
  return ioas.hwpts.every((hwpt) => hwpt.domain.iommu.canEnforceCoherency);
}

/** EINVAL, ENODEV, EADDRINUSE. TYPE1v2 changes nothing, in particular it does not bring huge pages back. */
function setIommu(call: Call): number {
  const type = namedByArgument(call);
  if (type !== VFIO_TYPE1_IOMMU && type !== VFIO_TYPE1v2_IOMMU) return -errno.EINVAL;
  const ioas = call.context.compatIoas;
  if (ioas === undefined) return -errno.ENODEV;
  // TYPE1 may unmap any page of a mapping, so none may be part of a larger table entry.
  return type === VFIO_TYPE1_IOMMU ? returned(ioas.map.setHugePages(false)) : 0;
}

/** EINVAL, ENODEV, EOVERFLOW, EEXIST, EFAULT, ENOMEM */
function mapDma(call: Call): number {
  const { fields, minBytes } = vfio_iommu_type1_dma_map;
  const flags = call.u32(fields.flags);
  if (call.u32(fields.argsz) < minBytes || (flags & ~MAP_FLAGS) !== 0) return -errno.EINVAL;
  const ioas = call.context.compatIoas;
  if (ioas === undefined) return -errno.ENODEV;
  const prot =
    ((flags & VFIO_DMA_MAP_FLAG_READ) !== 0 ? PROT_READ : 0) |
    ((flags & VFIO_DMA_MAP_FLAG_WRITE) !== 0 ? PROT_WRITE : 0);
  const [address, size] = [call.u64(fields.vaddr), call.u64(fields.size)];
  const placed = mapMemory(call, ioas, address, size, prot, call.u64(fields.iova));
  return typeof placed === "number" ? -placed : 0;
}

/** EINVAL, ENODEV, EBUSY, EOVERFLOW, ENOENT, EDEADLOCK; EFAULT when the size cannot be stored, whatever came before */
function unmapDma(call: Call): number {
  const { fields, minBytes } = vfio_iommu_type1_dma_unmap;
  const flags = call.u32(fields.flags);
  if (call.u32(fields.argsz) < minBytes || (flags & ~VFIO_DMA_UNMAP_FLAG_ALL) !== 0) return -errno.EINVAL;
  const ioas = call.context.compatIoas;
  if (ioas === undefined) return -errno.ENODEV;
  const iova = call.u64(fields.iova);
  const size = call.u64(fields.size);
  let result: UnmapResult;
  if ((flags & VFIO_DMA_UNMAP_FLAG_ALL) !== 0) {
    if (!iova.isZero() || !size.isZero()) return -errno.EINVAL;
    result = ioas.map.unmapAll();
  } else {
    const error = ioas.map.hugePagesEnabled ? errno.OK : cutAtEdges(ioas.map, iova, size);
    if (error !== errno.OK) return -error;
    result = unmapRange(ioas.map, iova, size);
  }
  call.setU64(fields.size, result.unmapped);
  const error = call.respond();
  return returned(error === errno.OK ? result.error : error);
}

/** Comes before the range is checked, so its ends are taken modulo 2^64. */
function cutAtEdges(map: Ioas, iova: U64, size: U64): Errno {
  const end = iova.plus(size);
  const error = map.cutAfter(end.minus(U64.ONE));
  return error !== errno.OK || iova.isZero() ? error : map.cutAfter(iova.minus(U64.ONE));
}

function unmapRange(map: Ioas, iova: U64, size: U64): UnmapResult {
  if (size.isZero()) return { error: errno.EINVAL, unmapped: U64.ZERO };
  const last = lastOf(iova, size);
  return last === undefined ? { error: errno.EOVERFLOW, unmapped: U64.ZERO } : map.unmap(iova, last);
}

export const vfioHandlers: ReadonlyMap<number, NumberHandler> = new Map<number, NumberHandler>([
  [0x3b64, getApiVersion],
  [0x3b65, checkExtension],
  [0x3b66, setIommu],
  [0x3b70, vfioIommuGetInfo],
  [0x3b71, mapDma],
  [0x3b72, unmapDma],
]);
