/**
 * The ioctls of /dev/iommu as the SDK offers them: typed arguments to the struct's bytes, and the bytes back to a value.
 *
 * Layouts and numbers come from the rows of proto/uapi. A call is a value: `IommuFd` runs it at once, a batch runs many
 * in one frame. Invariant: what a call's pointers name travels with it, so a result never depends on this process's
 * memory; only what MAP maps is looked up there.
 */
import { decodeStruct, encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import * as test from "../../proto/uapi/iommufd-test.js";
import { type Call, dataPointer, rawCall, structCall } from "./ioctl-call.js";
import { toBigInt, type Uint64 } from "./wire64.js";

/** An inclusive range of IOVAs. */
export interface IovaRange {
  readonly start: bigint;
  readonly last: bigint;
}

/** What a mapping permits. */
export interface Permissions {
  /** Default true. */
  readonly readable?: boolean;
  /** Default true. The uAPI's spelling. */
  readonly writeable?: boolean;
}

export interface MapArguments extends Permissions {
  readonly ioasId: number;
  /** Address of the memory in this client's address space: of a registered region, or of the process itself. */
  readonly userVa: Uint64;
  /** In bytes. */
  readonly length: Uint64;
  /** Where to map. Default: the state machine chooses. */
  readonly iova?: Uint64;
}

export interface MapFileArguments extends Permissions {
  readonly ioasId: number;
  /** A descriptor of this process, or a dma-buf that the daemon has open. */
  readonly fd: number | { readonly token: Uint8Array };
  /** Offset in the file, in bytes. */
  readonly start: Uint64;
  /** In bytes. */
  readonly length: Uint64;
  readonly iova?: Uint64;
}

export interface CopyArguments extends Permissions {
  readonly sourceIoasId: number;
  readonly sourceIova: Uint64;
  readonly destinationIoasId: number;
  /** In bytes. */
  readonly length: Uint64;
  /** Where to map in the destination. Default: the state machine chooses. */
  readonly iova?: Uint64;
}

export interface UnmapArguments {
  readonly ioasId: number;
  readonly iova: Uint64;
  /** In bytes. */
  readonly length: Uint64;
}

export interface HwptAllocArguments {
  /** The bound device for whose IOMMU the table is. */
  readonly deviceId: number;
  /** An IOAS, a nesting parent or a vIOMMU. */
  readonly ptId: number;
  readonly nestParent?: boolean;
  readonly dirtyTracking?: boolean;
  readonly pasid?: boolean;
  /** A fault queue. */
  readonly faultId?: number;
  /** IOMMU_HWPT_DATA_*, with `data`. Default: none. */
  readonly dataType?: number;
  /** The driver's struct for `dataType`. */
  readonly data?: Uint8Array;
}

export interface ViommuAllocArguments {
  /** Stands for the physical IOMMU. */
  readonly deviceId: number;
  /** A nesting parent. */
  readonly hwptId: number;
  /** IOMMU_VIOMMU_TYPE_* */
  readonly type: number;
  /** The driver's struct for `type`, as far as the driver reads it. */
  readonly data?: Uint8Array;
}

export interface HwQueueAllocArguments {
  readonly viommuId: number;
  /** IOMMU_HW_QUEUE_TYPE_* */
  readonly type: number;
  /** Of the queue among those of the vIOMMU. */
  readonly index: number;
  /** Of the queue's memory in the IOAS of the nesting parent. */
  readonly iova: Uint64;
  /** In bytes. */
  readonly length: Uint64;
}

export interface EventQueueArguments {
  readonly viommuId: number;
  /** IOMMU_VEVENTQ_TYPE_* */
  readonly type: number;
  /** Events that it holds; later ones are lost. */
  readonly depth: number;
}

export interface InvalidateArguments {
  /** A nested HWPT or a vIOMMU. */
  readonly hwptId: number;
  /** IOMMU_HWPT_INVALIDATE_DATA_* or IOMMU_VIOMMU_INVALIDATE_DATA_* */
  readonly dataType: number;
  /** The driver's struct for `dataType`, for each entry. */
  readonly entries: readonly Uint8Array[];
}

export interface HwInfo {
  /** IOMMU_HW_INFO_TYPE_* */
  readonly type: number;
  /** The driver's struct for `type`. */
  readonly data: Uint8Array;
  /** IOMMU_HW_CAP_* */
  readonly capabilities: bigint;
  /** log2 of the number of PASIDs, 0: none. */
  readonly maxPasidLog2: number;
}

export interface DirtyBitmapArguments {
  readonly hwptId: number;
  /** Bit 0 of the bitmap stands for it. */
  readonly iova: Uint64;
  /** In bytes. */
  readonly length: Uint64;
  /** Bytes that one bit stands for. */
  readonly pageSize: Uint64;
  /** Leave the dirty state as it is. Default false. */
  readonly noClear?: boolean;
}

/** Ranges for which there is room at first: a second call is needed only beyond that. */
const IOVA_RANGES_CAPACITY = 64;

/** Stands for a description of the daemon's in a struct: no process has that many descriptors. */
const NAMED_DESCRIPTOR = 0x7fff_ffff;

/** More than any driver's struct for GET_HW_INFO. */
const HW_INFO_CAPACITY_BYTES = 256;

/** A bitmap is one field of a reply, which is far shorter than this. */
const BITMAP_BYTES_MAX = 2 ** 31;

const UINT64_MAX = (1n << 64n) - 1n;

export const calls = {
  /**
   * Destroys an object. IOMMU_DESTROY.
   * @throws IommufdError ENOENT: no such object; EBUSY: it is in use
   */
  destroy(id: number): Call<void> {
    return structCall("IOMMU_DESTROY", api.iommu_destroy, { id }, nothing);
  },

  /** Makes an IO address space. IOMMU_IOAS_ALLOC. @returns its id */
  ioasAlloc(): Call<number> {
    return structCall("IOMMU_IOAS_ALLOC", api.iommu_ioas_alloc, {}, (out) => out.out_ioas_id);
  },

  /**
   * The IOVAs that can be mapped, and the alignment in bytes that mappings need. IOMMU_IOAS_IOVA_RANGES.
   * @param capacity Ranges for which to make room; alone, the call is repeated with more room if there are more
   * @throws IommufdError ENOENT: no such IOAS; EMSGSIZE, in a batch only: there are more than `capacity` ranges
   */
  iovaRanges(ioasId: number, capacity = IOVA_RANGES_CAPACITY): Call<{ ranges: IovaRange[]; alignment: bigint }> {
    const layout = api.iommu_ioas_iova_ranges;
    const data = new Uint8Array(capacity * api.iommu_iova_range.bytes);
    const values = { ioas_id: ioasId, num_iovas: capacity, allowed_iovas: dataPointer };
    const decode = (out: { num_iovas: number; out_iova_alignment: bigint }) => ({
      ranges: rangesOf(data, out.num_iovas),
      alignment: out.out_iova_alignment,
    });
    const call = structCall("IOMMU_IOAS_IOVA_RANGES", layout, values, decode, { written: data });
    return {
      ...call,
      again: (failure) => {
        const { num_iovas: total } = decodeStruct(layout, call.struct);
        return failure === errno.EMSGSIZE && total > capacity ? calls.iovaRanges(ioasId, total) : undefined;
      },
    };
  },

  /**
   * Confines the IOVAs that the state machine chooses; no ranges: no confinement. IOMMU_IOAS_ALLOW_IOVAS.
   * @throws IommufdError ENOENT, EINVAL: a range of less than two bytes, or ranges that overlap; EADDRINUSE: reserved
   */
  allowIovas(ioasId: number, ranges: readonly { start: Uint64; last: Uint64 }[]): Call<void> {
    const read = new Uint8Array(ranges.length * api.iommu_iova_range.bytes);
    ranges.forEach(({ start, last }, index) => {
      const range = { start: toBigInt(start, "start"), last: toBigInt(last, "last") };
      read.set(encodeStruct(api.iommu_iova_range, range), index * api.iommu_iova_range.bytes);
    });
    const values = { ioas_id: ioasId, num_iovas: ranges.length, allowed_iovas: dataPointer };
    return structCall("IOMMU_IOAS_ALLOW_IOVAS", api.iommu_ioas_allow_iovas, values, nothing, { read });
  },

  /**
   * Maps memory. IOMMU_IOAS_MAP.
   * @returns its IOVA
   * @throws IommufdError ENOENT, EINVAL, EOVERFLOW; EEXIST: mapped there already; ENOSPC: no room; EFAULT: no such
   *   memory (if it must be pinned now); ENOMEM: beyond RLIMIT_MEMLOCK
   */
  map(mapping: MapArguments): Call<bigint> {
    const values = {
      flags: mapFlags(mapping),
      ioas_id: mapping.ioasId,
      user_va: toBigInt(mapping.userVa, "userVa"),
      length: toBigInt(mapping.length, "length"),
      iova: toBigInt(mapping.iova ?? 0, "iova"),
    };
    return structCall("IOMMU_IOAS_MAP", api.iommu_ioas_map, values, (out) => out.iova);
  },

  /**
   * Maps a file of this process, or a dma-buf. IOMMU_IOAS_MAP_FILE.
   * @returns its IOVA
   * @throws IommufdError as `map`; EBADF: not an open descriptor, or the daemon does not know this process
   */
  mapFile(mapping: MapFileArguments): Call<bigint> {
    const values = {
      flags: mapFlags(mapping),
      ioas_id: mapping.ioasId,
      fd: typeof mapping.fd === "number" ? mapping.fd : NAMED_DESCRIPTOR,
      start: toBigInt(mapping.start, "start"),
      length: toBigInt(mapping.length, "length"),
      iova: toBigInt(mapping.iova ?? 0, "iova"),
    };
    const descriptors = typeof mapping.fd === "number" ? [] : [{ fd: NAMED_DESCRIPTOR, token: mapping.fd.token }];
    return structCall("IOMMU_IOAS_MAP_FILE", api.iommu_ioas_map_file, values, (out) => out.iova, { descriptors });
  },

  /**
   * Maps what is mapped elsewhere, without pinning it again. IOMMU_IOAS_COPY.
   * @returns the IOVA in the destination
   * @throws IommufdError as `map`; ENOENT: an IOAS, or part of the source; EPERM: writeable, and the memory is not
   */
  copy(mapping: CopyArguments): Call<bigint> {
    const values = {
      flags: mapFlags(mapping),
      dst_ioas_id: mapping.destinationIoasId,
      src_ioas_id: mapping.sourceIoasId,
      length: toBigInt(mapping.length, "length"),
      dst_iova: toBigInt(mapping.iova ?? 0, "iova"),
      src_iova: toBigInt(mapping.sourceIova, "sourceIova"),
    };
    return structCall("IOMMU_IOAS_COPY", api.iommu_ioas_copy, values, (out) => out.dst_iova);
  },

  /**
   * Unmaps the mappings in a range, each as a whole. IOMMU_IOAS_UNMAP.
   * @returns the bytes unmapped
   * @throws IommufdError ENOENT: nothing there, or a mapping lies there in part (what lies below it is unmapped); EBUSY
   */
  unmap(range: UnmapArguments): Call<bigint> {
    const iova = toBigInt(range.iova, "iova");
    const length = toBigInt(range.length, "length");
    const values = { ioas_id: range.ioasId, iova, length };
    return structCall("IOMMU_IOAS_UNMAP", api.iommu_ioas_unmap, values, (out) => out.length);
  },

  /** Unmaps everything; an empty IOAS is no error. IOMMU_IOAS_UNMAP of [0, 2^64 - 1]. @returns the bytes unmapped */
  unmapAll(ioasId: number): Call<bigint> {
    return calls.unmap({ ioasId, iova: 0, length: UINT64_MAX });
  },

  /** Whether pinned memory is charged to the process (true) or to the user. IOMMU_OPTION RLIMIT_MODE. */
  rlimitMode(): Call<boolean> {
    return getOption(api.IOMMU_OPTION_RLIMIT_MODE, 0);
  },

  /**
   * Charges pinned memory to the process (true) or to the user (false). IOMMU_OPTION RLIMIT_MODE.
   * @throws IommufdError EPERM: no CAP_SYS_RESOURCE; EBUSY: there are objects
   */
  setRlimitMode(perProcess: boolean): Call<void> {
    return setOption(api.IOMMU_OPTION_RLIMIT_MODE, 0, perProcess);
  },

  /** Whether an IOAS uses large pages. IOMMU_OPTION HUGE_PAGES. @throws IommufdError ENOENT */
  hugePages(ioasId: number): Call<boolean> {
    return getOption(api.IOMMU_OPTION_HUGE_PAGES, ioasId);
  },

  /**
   * Lets an IOAS use large pages, or 4 KiB pages only. IOMMU_OPTION HUGE_PAGES.
   * @throws IommufdError ENOENT; EINVAL: it has mappings and page tables; EADDRINUSE: it has unaligned mappings
   */
  setHugePages(ioasId: number, on: boolean): Call<void> {
    return setOption(api.IOMMU_OPTION_HUGE_PAGES, ioasId, on);
  },

  /** The IOAS that VFIO's old interface uses. IOMMU_VFIO_IOAS GET. @throws IommufdError ENODEV: none is set */
  vfioIoas(): Call<number> {
    const values = { op: api.IOMMU_VFIO_IOAS_GET };
    return structCall("IOMMU_VFIO_IOAS", api.iommu_vfio_ioas, values, (out) => out.ioas_id);
  },

  /** IOMMU_VFIO_IOAS SET. @throws IommufdError ENOENT */
  setVfioIoas(ioasId: number): Call<void> {
    const values = { op: api.IOMMU_VFIO_IOAS_SET, ioas_id: ioasId };
    return structCall("IOMMU_VFIO_IOAS", api.iommu_vfio_ioas, values, nothing);
  },

  /** IOMMU_VFIO_IOAS CLEAR. */
  clearVfioIoas(): Call<void> {
    return structCall("IOMMU_VFIO_IOAS", api.iommu_vfio_ioas, { op: api.IOMMU_VFIO_IOAS_CLEAR }, nothing);
  },

  /**
   * Charges everything that is pinned to this process from now on. IOMMU_IOAS_CHANGE_PROCESS.
   * @throws IommufdError EINVAL: a mapping is not of a file; ENOMEM: beyond RLIMIT_MEMLOCK
   */
  changeProcess(): Call<void> {
    return structCall("IOMMU_IOAS_CHANGE_PROCESS", api.iommu_ioas_change_process, {}, nothing);
  },

  /**
   * Makes a page table. IOMMU_HWPT_ALLOC.
   * @returns its id
   * @throws IommufdError ENOENT: the device or fault queue; EINVAL, EOPNOTSUPP; as `map` for what is mapped into it
   */
  hwptAlloc(table: HwptAllocArguments): Call<number> {
    const flags =
      (table.nestParent ? api.IOMMU_HWPT_ALLOC_NEST_PARENT : 0) |
      (table.dirtyTracking ? api.IOMMU_HWPT_ALLOC_DIRTY_TRACKING : 0) |
      (table.faultId === undefined ? 0 : api.IOMMU_HWPT_FAULT_ID_VALID) |
      (table.pasid ? api.IOMMU_HWPT_ALLOC_PASID : 0);
    const values = {
      ...{ flags, dev_id: table.deviceId, pt_id: table.ptId, fault_id: table.faultId ?? 0 },
      data_type: table.dataType ?? api.IOMMU_HWPT_DATA_NONE,
      data_len: table.data?.length ?? 0,
      data_uptr: table.data === undefined ? 0n : dataPointer,
    };
    const pointed = table.data === undefined ? {} : { read: table.data };
    return structCall("IOMMU_HWPT_ALLOC", api.iommu_hwpt_alloc, values, (out) => out.out_hwpt_id, pointed);
  },

  /**
   * Drops what hardware has cached of a user's tables. IOMMU_HWPT_INVALIDATE.
   * @throws IommufdError ENOENT, EINVAL, EOPNOTSUPP; `calls.ioctl` shows how many entries were handled before
   * @throws RangeError The entries are not of the same length
   */
  hwptInvalidate({ hwptId, dataType, entries }: InvalidateArguments): Call<void> {
    const entryBytes = entries[0]?.length ?? 0;
    if (entries.some(({ length }) => length !== entryBytes)) throw new RangeError("entries of different lengths");
    const read = Buffer.concat(entries);
    const values = {
      ...{ hwpt_id: hwptId, data_type: dataType, data_uptr: read.length === 0 ? 0n : dataPointer },
      ...{ entry_len: entryBytes, entry_num: entries.length },
    };
    return structCall("IOMMU_HWPT_INVALIDATE", api.iommu_hwpt_invalidate, values, nothing, { read });
  },

  /**
   * Makes a queue of page requests. IOMMU_FAULT_QUEUE_ALLOC. `IommuFd.faultQueue` makes one and opens it.
   * @returns the object's id, and the token of its descriptor
   */
  faultQueueAlloc(): Call<{ id: number; token: Uint8Array }> {
    const decode = (out: { out_fault_id: number }, token: Uint8Array) => ({ id: out.out_fault_id, token });
    return structCall("IOMMU_FAULT_QUEUE_ALLOC", api.iommu_fault_alloc, {}, decode);
  },

  /**
   * Makes a virtual IOMMU. IOMMU_VIOMMU_ALLOC.
   * @returns its id, and the driver's struct as the driver left it
   * @throws IommufdError ENOENT; EINVAL: not a nesting parent of that IOMMU; EOPNOTSUPP: not a type of this IOMMU
   */
  viommuAlloc(viommu: ViommuAllocArguments): Call<{ id: number; data: Uint8Array }> {
    const data = Uint8Array.from(viommu.data ?? []);
    const values = {
      ...{ type: viommu.type, dev_id: viommu.deviceId, hwpt_id: viommu.hwptId },
      ...{ data_len: data.length, data_uptr: data.length === 0 ? 0n : dataPointer },
    };
    const pointed = data.length === 0 ? {} : { read: data, written: data };
    const decode = (out: { out_viommu_id: number }) => ({ id: out.out_viommu_id, data });
    return structCall("IOMMU_VIOMMU_ALLOC", api.iommu_viommu_alloc, values, decode, pointed);
  },

  /**
   * Makes a device known to a virtual IOMMU. IOMMU_VDEVICE_ALLOC.
   * @param virtualId The device's id in the guest
   * @returns its id
   * @throws IommufdError ENOENT; EINVAL: of another IOMMU; EEXIST: the device has one, or the id is taken
   */
  vdeviceAlloc(vdevice: { viommuId: number; deviceId: number; virtualId: Uint64 }): Call<number> {
    const { viommuId, deviceId, virtualId } = vdevice;
    const values = { viommu_id: viommuId, dev_id: deviceId, virt_id: toBigInt(virtualId, "virtualId") };
    return structCall("IOMMU_VDEVICE_ALLOC", api.iommu_vdevice_alloc, values, (out) => out.out_vdevice_id);
  },

  /**
   * Makes a queue of a virtual IOMMU's events. IOMMU_VEVENTQ_ALLOC. `IommuFd.eventQueue` makes one and opens it.
   * @returns the object's id, and the token of its descriptor
   * @throws IommufdError ENOENT; EOPNOTSUPP: not a type of this IOMMU; EEXIST: there is one of this type
   */
  veventqAlloc({ viommuId, type, depth }: EventQueueArguments): Call<{ id: number; token: Uint8Array }> {
    const decode = (out: { out_veventq_id: number }, token: Uint8Array) => ({ id: out.out_veventq_id, token });
    const values = { viommu_id: viommuId, type, veventq_depth: depth };
    return structCall("IOMMU_VEVENTQ_ALLOC", api.iommu_veventq_alloc, values, decode);
  },

  /**
   * Gives a guest a queue of the IOMMU's own. IOMMU_HW_QUEUE_ALLOC.
   * @returns its id
   * @throws IommufdError ENOENT; EINVAL, ERANGE: not such memory; EIO, EEXIST: not such an index; EOPNOTSUPP
   */
  hwQueueAlloc(queue: HwQueueAllocArguments): Call<number> {
    const values = {
      ...{ viommu_id: queue.viommuId, type: queue.type, index: queue.index },
      nesting_parent_iova: toBigInt(queue.iova, "iova"),
      length: toBigInt(queue.length, "length"),
    };
    return structCall("IOMMU_HW_QUEUE_ALLOC", api.iommu_hw_queue_alloc, values, (out) => out.out_hw_queue_id);
  },

  /**
   * What the IOMMU behind a device can do. IOMMU_GET_HW_INFO.
   * @param type IOMMU_HW_INFO_TYPE_* wanted. Default: the driver's own
   * @throws IommufdError ENOENT: no such device; EOPNOTSUPP: not a type of this IOMMU
   */
  getHwInfo(deviceId: number, type?: number): Call<HwInfo> {
    const data = new Uint8Array(HW_INFO_CAPACITY_BYTES);
    const values = {
      flags: type === undefined ? 0 : api.IOMMU_HW_INFO_FLAG_INPUT_TYPE,
      ...{ dev_id: deviceId, in_data_type: type ?? 0, data_len: data.length, data_uptr: dataPointer },
    };
    const decode = (out: HwInfoStruct): HwInfo => ({
      type: out.out_data_type,
      data: data.slice(0, out.data_len),
      capabilities: out.out_capabilities,
      maxPasidLog2: out.out_max_pasid_log2,
    });
    return structCall("IOMMU_GET_HW_INFO", api.iommu_hw_info, values, decode, { written: data });
  },

  /** IOMMU_HWPT_SET_DIRTY_TRACKING. @throws IommufdError ENOENT; EOPNOTSUPP: not made with `dirtyTracking` */
  setDirtyTracking(hwptId: number, on: boolean): Call<void> {
    const values = { hwpt_id: hwptId, flags: on ? api.IOMMU_HWPT_DIRTY_TRACKING_ENABLE : 0 };
    return structCall("IOMMU_HWPT_SET_DIRTY_TRACKING", api.iommu_hwpt_set_dirty_tracking, values, nothing);
  },

  /**
   * Which pages of [iova, iova + length) devices have written. IOMMU_HWPT_GET_DIRTY_BITMAP.
   * @returns bit n (of byte n / 8, bit n % 8) stands for [iova + n * pageSize, + pageSize)
   * @throws IommufdError ENOENT, EINVAL, EOVERFLOW; EOPNOTSUPP: not made with `dirtyTracking`
   * @throws RangeError The bitmap would be longer than any reply
   */
  getDirtyBitmap(range: DirtyBitmapArguments): Call<Uint8Array> {
    const length = toBigInt(range.length, "length");
    const pageSize = toBigInt(range.pageSize, "pageSize");
    const bitmap = new Uint8Array(bitmapBytes(length, pageSize));
    const values = {
      ...{ hwpt_id: range.hwptId, length, page_size: pageSize, data: dataPointer },
      flags: range.noClear ? api.IOMMU_HWPT_GET_DIRTY_BITMAP_NO_CLEAR : 0,
      iova: toBigInt(range.iova, "iova"),
    };
    const pointed = { read: bitmap, written: bitmap };
    return structCall("IOMMU_HWPT_GET_DIRTY_BITMAP", api.iommu_hwpt_get_dirty_bitmap, values, () => bitmap, pointed);
  },

  /**
   * Sets how much temporary memory an ioctl may use, to make it work in small steps. IOMMU_TEST_CMD
   * SET_TEMP_MEMORY_LIMIT, of a daemon with the selftest interface.
   * @param limit In bytes
   * @throws IommufdError EINVAL: too small for anything; ENOTTY: no selftest interface
   */
  testSetTempMemoryLimit(limit: number): Call<void> {
    const values = { op: test.IOMMU_TEST_OP_SET_TEMP_MEMORY_LIMIT, limit };
    return structCall("IOMMU_TEST_CMD", test.iommu_test_set_temp_memory_limit, values, nothing);
  },

  /** Any ioctl as its bytes. The only call whose failure is a value: what the kernel wrote even so is there too. */
  ioctl: rawCall,
};

export type Calls = typeof calls;

interface HwInfoStruct {
  readonly out_data_type: number;
  readonly data_len: number;
  readonly out_capabilities: bigint;
  readonly out_max_pasid_log2: number;
}

function nothing(): void {
  // The struct carries no answer.
}

function mapFlags(mapping: Permissions & { readonly iova?: Uint64 }): number {
  return (
    (mapping.iova === undefined ? 0 : api.IOMMU_IOAS_MAP_FIXED_IOVA) |
    ((mapping.writeable ?? true) ? api.IOMMU_IOAS_MAP_WRITEABLE : 0) |
    ((mapping.readable ?? true) ? api.IOMMU_IOAS_MAP_READABLE : 0)
  );
}

function getOption(optionId: number, objectId: number): Call<boolean> {
  const values = { option_id: optionId, op: api.IOMMU_OPTION_OP_GET, object_id: objectId };
  return structCall("IOMMU_OPTION", api.iommu_option, values, (out) => out.val64 !== 0n);
}

function setOption(optionId: number, objectId: number, on: boolean): Call<void> {
  const values = { option_id: optionId, op: api.IOMMU_OPTION_OP_SET, object_id: objectId, val64: on ? 1n : 0n };
  return structCall("IOMMU_OPTION", api.iommu_option, values, nothing);
}

function rangesOf(bytes: Uint8Array, count: number): IovaRange[] {
  const each = api.iommu_iova_range.bytes;
  return Array.from({ length: count }, (_, index) =>
    decodeStruct(api.iommu_iova_range, bytes.subarray(index * each, (index + 1) * each)),
  );
}

/** A bit for every g bytes, where g is the lowest bit set in the page size. */
function bitmapBytes(length: bigint, pageSize: bigint): number {
  const granule = pageSize & -pageSize;
  if (granule === 0n) return 0;
  const bytes = ((length + granule - 1n) / granule + 7n) / 8n;
  if (bytes > BITMAP_BYTES_MAX) throw new RangeError(`a dirty bitmap of ${String(bytes)} bytes is too long`);
  return Number(bytes);
}
