/**
 * The ioctls of VFIO as the SDK offers them: of a container, a group, a device. A call is a value, as those of `calls`.
 *
 * A VFIO struct says in argsz how many bytes the caller has, and data may follow it: here both travel as one piece.
 */
import { decodeStruct, encodeStruct, type StructValues } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import type { Fields, StructLayout } from "../../proto/uapi/layout.js";
import * as vfio from "../../proto/uapi/vfio.js";
import * as files from "../../proto/uapi/vfio-device.js";
import * as features from "../../proto/uapi/vfio-feature.js";
import * as interrupts from "../../proto/uapi/vfio-interrupts.js";
import { requestOf } from "../../proto/uapi/table.js";
import { IommufdError } from "./errors.js";
import { type Call, type NamedDescriptor, rawCall, type RawMemory, type RawResult } from "./ioctl-call.js";
import { toBigInt, type Uint64 } from "./wire64.js";

/** Descriptor numbers of the calls here, which the SDK chooses: one after the other from this one on. */
const DESCRIPTOR_FIRST = 1000;

/** An open file of the daemon's that a call can name. */
export interface Named {
  readonly token: Uint8Array;
}

interface Behind {
  /** What follows the struct. */
  readonly data?: Uint8Array;
  /** Room for what the call writes there, in bytes; its first bytes are `data`. */
  readonly room?: number;
  readonly memory?: RawMemory;
}

/** @param decode from the struct, and the bytes behind it, as the call left them */
function vfioCall<F extends Fields, T>(
  name: string,
  layout: StructLayout<F>,
  values: Partial<StructValues<F>>,
  decode: (out: StructValues<F>, behind: Uint8Array, raw: RawResult) => T,
  { data = new Uint8Array(0), room = data.length, memory = {} }: Behind = {},
): Call<T> {
  const bytes = new Uint8Array(layout.bytes + room);
  bytes.set(encodeStruct(layout, values));
  new DataView(bytes.buffer).setUint32(0, bytes.length, true); // argsz leads every struct of VFIO
  bytes.set(data, layout.bytes);
  return checked(name, rawCall(requestOf(name), bytes, memory), (raw) =>
    decode(decodeStruct(layout, raw.struct.subarray(0, layout.bytes)), raw.struct.subarray(layout.bytes), raw),
  );
}

/** A call whose argument is a number. */
function numberCall(name: string, argument: Uint64): Call<number> {
  return checked(name, rawCall(requestOf(name), argument), ({ result }) => result);
}

function checked<T>(name: string, raw: Call<RawResult>, decode: (raw: RawResult) => T): Call<T> {
  return {
    name,
    message: raw.message,
    finish: (reply) => {
      const result = raw.finish(reply);
      if (result.result < 0) throw new IommufdError(name, -result.result);
      return decode(result);
    },
  };
}

function nothing(): void {
  // A call that answers with nothing but success.
}

/** Numbers for files, -1 for none, and what they stand for. */
function describe(named: readonly (Named | undefined)[]): {
  readonly numbers: Int32Array;
  readonly descriptors: readonly NamedDescriptor[];
} {
  const numbers = Int32Array.from(named, (file, index) => (file === undefined ? -1 : DESCRIPTOR_FIRST + index));
  const descriptors = named.flatMap((file, index) =>
    file === undefined ? [] : [{ fd: DESCRIPTOR_FIRST + index, token: file.token }],
  );
  return { numbers, descriptors };
}

function bytesOf(values: Int32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

// ---- containers -----------------------------------------------------------------------------------------------------

/** An inclusive range of IOVAs. */
export interface VfioIovaRange {
  readonly start: bigint;
  readonly last: bigint;
}

/** VFIO_IOMMU_GET_INFO. */
export interface ContainerInfo {
  /** Bit n: pages of 2^n bytes. */
  readonly pageSizes: bigint;
  readonly iovaRanges: readonly VfioIovaRange[];
  /** Mappings that can still be made; 2^32 - 1: there is no limit. */
  readonly dmaAvailable: number;
}

export interface DmaMapArguments {
  /** Address of the memory in this client's address space. */
  readonly vaddr: Uint64;
  readonly iova: Uint64;
  /** In bytes. */
  readonly size: Uint64;
  /** Default true. */
  readonly readable?: boolean;
  /** Default true. */
  readonly writable?: boolean;
}

/** Room for the capabilities of an answer: enough for 250 ranges; `again` takes more if that is too little. */
const CAPABILITY_ROOM = 4096;

function getInfo(room: number): Call<ContainerInfo> {
  let wanted = 0;
  const { bytes } = vfio.vfio_iommu_type1_info;
  const call = vfioCall(
    "VFIO_IOMMU_GET_INFO",
    vfio.vfio_iommu_type1_info,
    {},
    (out, behind) => {
      wanted = out.argsz;
      if (wanted > bytes + room) throw new IommufdError("VFIO_IOMMU_GET_INFO", errno.EMSGSIZE);
      return { pageSizes: out.iova_pgsizes, ...capabilitiesOf(behind, out.cap_offset, bytes) };
    },
    { room },
  );
  return { ...call, again: () => (wanted > bytes + room ? getInfo(wanted - bytes) : undefined) };
}

function capabilitiesOf(behind: Uint8Array, first: number, base: number): Omit<ContainerInfo, "pageSizes"> {
  const view = new DataView(behind.buffer, behind.byteOffset, behind.byteLength);
  const iovaRanges: VfioIovaRange[] = [];
  let dmaAvailable = 0;
  for (let at = first; at !== 0; at = view.getUint32(at - base + 4, true)) {
    const start = at - base;
    const id = view.getUint16(start, true);
    if (id === vfio.VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL) dmaAvailable = view.getUint32(start + 8, true);
    if (id !== vfio.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE) continue;
    const count = view.getUint32(start + 8, true);
    for (let index = 0; index < count; index++) {
      const range = start + 16 + 16 * index;
      iovaRanges.push({ start: view.getBigUint64(range, true), last: view.getBigUint64(range + 8, true) });
    }
  }
  return { iovaRanges, dmaAvailable };
}

/** Of /dev/vfio/vfio, and of /dev/iommu. */
export const vfioContainerCalls = {
  /** VFIO_GET_API_VERSION: 0. */
  getApiVersion: (): Call<number> => numberCall("VFIO_GET_API_VERSION", 0),
  /** VFIO_CHECK_EXTENSION: 1 if there is the extension. @throws IommufdError ENODEV */
  checkExtension: (extension: number): Call<number> => numberCall("VFIO_CHECK_EXTENSION", extension),
  /** VFIO_SET_IOMMU. @param type 1 (TYPE1) or 3 (TYPE1v2) @throws IommufdError EINVAL, ENODEV, EADDRINUSE */
  setIommu: (type: number): Call<number> => numberCall("VFIO_SET_IOMMU", type),
  /** VFIO_IOMMU_GET_INFO. @throws IommufdError ENODEV */
  getInfo: (): Call<ContainerInfo> => getInfo(CAPABILITY_ROOM),
  /** VFIO_IOMMU_MAP_DMA. @throws IommufdError EINVAL, ENODEV, EOVERFLOW, EEXIST, EFAULT, ENOMEM */
  mapDma: ({ vaddr, iova, size, readable = true, writable = true }: DmaMapArguments): Call<void> => {
    const flags = (readable ? vfio.VFIO_DMA_MAP_FLAG_READ : 0) | (writable ? vfio.VFIO_DMA_MAP_FLAG_WRITE : 0);
    const values = {
      flags,
      vaddr: toBigInt(vaddr, "vaddr"),
      iova: toBigInt(iova, "iova"),
      size: toBigInt(size, "size"),
    };
    return vfioCall("VFIO_IOMMU_MAP_DMA", vfio.vfio_iommu_type1_dma_map, values, nothing);
  },
  /** VFIO_IOMMU_UNMAP_DMA. @returns the bytes unmapped @throws IommufdError EINVAL, ENODEV, EOVERFLOW, ENOENT, ... */
  unmapDma: (range: { readonly iova: Uint64; readonly size: Uint64 }): Call<bigint> => {
    const values = { iova: toBigInt(range.iova, "iova"), size: toBigInt(range.size, "size") };
    return vfioCall("VFIO_IOMMU_UNMAP_DMA", vfio.vfio_iommu_type1_dma_unmap, values, (out) => out.size);
  },
  /** VFIO_IOMMU_UNMAP_DMA of everything. @returns the bytes unmapped */
  unmapAllDma: (): Call<bigint> =>
    vfioCall(
      "VFIO_IOMMU_UNMAP_DMA",
      vfio.vfio_iommu_type1_dma_unmap,
      { flags: vfio.VFIO_DMA_UNMAP_FLAG_ALL },
      (out) => out.size,
    ),
};

// ---- groups ---------------------------------------------------------------------------------------------------------

export interface GroupStatus {
  readonly viable: boolean;
  readonly containerSet: boolean;
}

export const vfioGroupCalls = {
  /** VFIO_GROUP_GET_STATUS. @throws IommufdError ENODEV */
  getStatus: (): Call<GroupStatus> =>
    vfioCall("VFIO_GROUP_GET_STATUS", files.vfio_group_status, {}, ({ flags }) => ({
      viable: (flags & files.VFIO_GROUP_FLAGS_VIABLE) !== 0,
      containerSet: (flags & files.VFIO_GROUP_FLAGS_CONTAINER_SET) !== 0,
    })),
  /** VFIO_GROUP_SET_CONTAINER. @throws IommufdError EINVAL, EBADFD */
  setContainer: (container: Named): Call<void> => {
    const { numbers, descriptors } = describe([container]);
    const request = requestOf("VFIO_GROUP_SET_CONTAINER");
    return checked("VFIO_GROUP_SET_CONTAINER", rawCall(request, bytesOf(numbers), { descriptors }), nothing);
  },
  /** VFIO_GROUP_UNSET_CONTAINER. @throws IommufdError EINVAL */
  unsetContainer: (): Call<number> => numberCall("VFIO_GROUP_UNSET_CONTAINER", 0),
  /** VFIO_GROUP_GET_DEVICE_FD. @param name such as "0000:00:04.0" @returns the token of what it opened */
  getDevice: (name: string): Call<Uint8Array> => {
    const text = new TextEncoder().encode(`${name}\0`);
    const call = rawCall(requestOf("VFIO_GROUP_GET_DEVICE_FD"), text);
    return checked("VFIO_GROUP_GET_DEVICE_FD", call, ({ descriptors }) => descriptors[0]!.token);
  },
};

// ---- devices --------------------------------------------------------------------------------------------------------

export interface DeviceInfo {
  readonly resettable: boolean;
  readonly regions: number;
  readonly interrupts: number;
}

export interface RegionInfo {
  readonly readable: boolean;
  readonly writable: boolean;
  readonly mappable: boolean;
  /** In bytes; 0: there is none. */
  readonly size: bigint;
  /** In the device file. */
  readonly offset: bigint;
  /** The MSI-X table lies in it, and all of it can be mapped. */
  readonly msixMappable: boolean;
}

export interface InterruptInfo {
  readonly count: number;
  readonly maskable: boolean;
  readonly automasked: boolean;
  readonly resizable: boolean;
}

export type InterruptAction = "mask" | "unmask" | "trigger";

export interface InterruptArguments {
  /** 0 INTx, 1 MSI, 2 MSI-X, 3 errors, 4 the wish that the device be given up. */
  readonly index: number;
  readonly action: InterruptAction;
  /** Default 0. */
  readonly start?: number;
  /** DATA_EVENTFD: an event or none for each interrupt. */
  readonly events?: readonly (Named | undefined)[];
  /** DATA_BOOL: the interrupts with true. */
  readonly values?: readonly boolean[];
  /** DATA_NONE: so many of them. */
  readonly count?: number;
}

export interface HotResetDevice {
  /** Of a group's device: the IOMMU group. Of a cdev: the device's id in the iommufd, 0 owned by its group, -1 not owned. */
  readonly id: number;
  readonly segment: number;
  readonly bus: number;
  readonly devfn: number;
}

const ACTIONS: Readonly<Record<InterruptAction, number>> = {
  mask: interrupts.VFIO_IRQ_SET_ACTION_MASK,
  unmask: interrupts.VFIO_IRQ_SET_ACTION_UNMASK,
  trigger: interrupts.VFIO_IRQ_SET_ACTION_TRIGGER,
};

/** Room for the one capability of a region. */
const REGION_CAPABILITY_BYTES = 8;
const HOT_RESET_DEVICE_BYTES = 8;
/** More functions than a bus has. */
const HOT_RESET_DEVICES_MAX = 256;
const DEVICE_FEATURE_DMA_BUF_OPEN_FLAGS = 0o2000002;

export const vfioDeviceCalls = {
  /** VFIO_DEVICE_BIND_IOMMUFD. @returns the device's object id there @throws IommufdError EINVAL, EBUSY, EPERM, EBADFD */
  bindIommufd: (iommufd: Named): Call<number> => {
    const { numbers, descriptors } = describe([iommufd]);
    return vfioCall(
      "VFIO_DEVICE_BIND_IOMMUFD",
      files.vfio_device_bind_iommufd,
      { iommufd: numbers[0]! },
      (out) => out.out_devid,
      { memory: { descriptors } },
    );
  },
  /**
   * VFIO_DEVICE_ATTACH_IOMMUFD_PT; replaces what the device is attached to.
   * @param ptId an IOAS or HWPT
   * @returns the HWPT attached @throws IommufdError ENOENT, EINVAL, EADDRINUSE, EFAULT, ENOMEM, ENOSPC
   */
  attachPt: (ptId: number, { pasid }: { readonly pasid?: number } = {}): Call<number> =>
    vfioCall(
      "VFIO_DEVICE_ATTACH_IOMMUFD_PT",
      files.vfio_device_attach_iommufd_pt,
      { pt_id: ptId, ...(pasid === undefined ? {} : { flags: files.VFIO_DEVICE_ATTACH_PASID, pasid }) },
      (out) => out.pt_id,
    ),
  /** VFIO_DEVICE_DETACH_IOMMUFD_PT. */
  detachPt: ({ pasid }: { readonly pasid?: number } = {}): Call<void> =>
    vfioCall(
      "VFIO_DEVICE_DETACH_IOMMUFD_PT",
      files.vfio_device_detach_iommufd_pt,
      pasid === undefined ? {} : { flags: files.VFIO_DEVICE_DETACH_PASID, pasid },
      nothing,
    ),
  /** VFIO_DEVICE_GET_INFO. @throws IommufdError EINVAL: the device is not bound */
  getInfo: (): Call<DeviceInfo> =>
    vfioCall("VFIO_DEVICE_GET_INFO", files.vfio_device_info, {}, (out) => ({
      resettable: (out.flags & files.VFIO_DEVICE_FLAGS_RESET) !== 0,
      regions: out.num_regions,
      interrupts: out.num_irqs,
    })),
  /** VFIO_DEVICE_GET_REGION_INFO. @param index 0 to 5 BARs, 6 ROM, 7 configuration space @throws IommufdError EINVAL */
  getRegionInfo: (index: number): Call<RegionInfo> =>
    vfioCall(
      "VFIO_DEVICE_GET_REGION_INFO",
      files.vfio_region_info,
      { index },
      ({ flags, size, offset, cap_offset }, behind) => ({
        readable: (flags & files.VFIO_REGION_INFO_FLAG_READ) !== 0,
        writable: (flags & files.VFIO_REGION_INFO_FLAG_WRITE) !== 0,
        mappable: (flags & files.VFIO_REGION_INFO_FLAG_MMAP) !== 0,
        size,
        offset,
        msixMappable: cap_offset !== 0 && behind[0] === files.VFIO_REGION_INFO_CAP_MSIX_MAPPABLE,
      }),
      { room: REGION_CAPABILITY_BYTES },
    ),
  /** VFIO_DEVICE_GET_IRQ_INFO. @throws IommufdError EINVAL */
  getIrqInfo: (index: number): Call<InterruptInfo> =>
    vfioCall("VFIO_DEVICE_GET_IRQ_INFO", interrupts.vfio_irq_info, { index }, ({ flags, count }) => ({
      count,
      maskable: (flags & interrupts.VFIO_IRQ_INFO_MASKABLE) !== 0,
      automasked: (flags & interrupts.VFIO_IRQ_INFO_AUTOMASKED) !== 0,
      resizable: (flags & interrupts.VFIO_IRQ_INFO_NORESIZE) === 0,
    })),
  /**
   * VFIO_DEVICE_SET_IRQS.
   * @returns 0, or how many vectors there are of an index that has fewer than asked for, which is then left as it was
   * @throws IommufdError EINVAL, ENOTTY, ERANGE, EBADF, EBUSY
   */
  setIrqs: ({ index, action, start = 0, events, values, count = 0 }: InterruptArguments): Call<number> => {
    const data =
      events !== undefined
        ? { ...describe(events), kind: interrupts.VFIO_IRQ_SET_DATA_EVENTFD, count: events.length }
        : values !== undefined
          ? { kind: interrupts.VFIO_IRQ_SET_DATA_BOOL, count: values.length }
          : { kind: interrupts.VFIO_IRQ_SET_DATA_NONE, count };
    const bytes = "numbers" in data ? bytesOf(data.numbers) : Uint8Array.from(values ?? [], (value) => Number(value));
    return vfioCall(
      "VFIO_DEVICE_SET_IRQS",
      interrupts.vfio_irq_set,
      { flags: data.kind | ACTIONS[action], index, start, count: data.count },
      (_out, _behind, { result }) => result,
      { data: bytes, memory: "descriptors" in data ? { descriptors: data.descriptors } : {} },
    );
  },
  /** VFIO_DEVICE_RESET. @throws IommufdError EINVAL: the device has no reset */
  reset: (): Call<number> => numberCall("VFIO_DEVICE_RESET", 0),
  /** VFIO_DEVICE_GET_PCI_HOT_RESET_INFO. @throws IommufdError ENODEV: it is on a root bus */
  getHotResetInfo: (): Call<readonly HotResetDevice[]> =>
    vfioCall(
      "VFIO_DEVICE_GET_PCI_HOT_RESET_INFO",
      files.vfio_pci_hot_reset_info,
      {},
      ({ count }, behind) => {
        const view = new DataView(behind.buffer, behind.byteOffset, behind.byteLength);
        return Array.from({ length: count }, (_, index) => {
          const at = index * HOT_RESET_DEVICE_BYTES;
          const [bus, devfn] = [view.getUint8(at + 6), view.getUint8(at + 7)];
          return { id: view.getInt32(at, true), segment: view.getUint16(at + 4, true), bus, devfn };
        });
      },
      { room: HOT_RESET_DEVICES_MAX * HOT_RESET_DEVICE_BYTES },
    ),
  /** VFIO_DEVICE_PCI_HOT_RESET. @param groups open group files of the devices it affects; none for a cdev */
  hotReset: (groups: readonly Named[] = []): Call<void> => {
    const { numbers, descriptors } = describe(groups);
    return vfioCall("VFIO_DEVICE_PCI_HOT_RESET", files.vfio_pci_hot_reset, { count: groups.length }, nothing, {
      data: bytesOf(numbers),
      memory: { descriptors },
    });
  },
  /**
   * VFIO_DEVICE_IOEVENTFD: each signal of the event stores `data` in a BAR.
   * @param offset in the device file
   * @param event undefined removes it
   */
  ioeventfd: (store: {
    readonly offset: Uint64;
    readonly data: Uint64;
    readonly width: 1 | 2 | 4;
    readonly event: Named | undefined;
  }): Call<void> => {
    const { numbers, descriptors } = describe([store.event]);
    const values = {
      flags: store.width,
      offset: toBigInt(store.offset, "offset"),
      data: toBigInt(store.data, "data"),
      fd: numbers[0]!,
    };
    return vfioCall("VFIO_DEVICE_IOEVENTFD", interrupts.vfio_device_ioeventfd, values, nothing, {
      memory: { descriptors },
    });
  },
  /** VFIO_DEVICE_FEATURE with PROBE: whether the device has the feature, and can be asked so. */
  probeFeature: (feature: number, how: { readonly get?: boolean; readonly set?: boolean } = {}): Call<void> =>
    featureCall(
      feature |
        features.VFIO_DEVICE_FEATURE_PROBE |
        (how.get === true ? features.VFIO_DEVICE_FEATURE_GET : 0) |
        (how.set === true ? features.VFIO_DEVICE_FEATURE_SET : 0),
      nothing,
    ),
  /** LOW_POWER_ENTRY, or with an event LOW_POWER_ENTRY_WITH_WAKEUP. @throws IommufdError EINVAL */
  enterLowPower: (wakeup?: Named): Call<void> => {
    if (wakeup === undefined)
      return featureCall(features.VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY | features.VFIO_DEVICE_FEATURE_SET, nothing);
    const { numbers, descriptors } = describe([wakeup]);
    const layout = features.vfio_device_low_power_entry_with_wakeup;
    return featureCall(
      features.VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP | features.VFIO_DEVICE_FEATURE_SET,
      nothing,
      { data: encodeStruct(layout, { wakeup_eventfd: numbers[0]! }), memory: { descriptors } },
    );
  },
  /** LOW_POWER_EXIT. */
  exitLowPower: (): Call<void> =>
    featureCall(features.VFIO_DEVICE_FEATURE_LOW_POWER_EXIT | features.VFIO_DEVICE_FEATURE_SET, nothing),
  /** DMA_BUF: a dma-buf of a range of a BAR, for MAP_FILE. @returns the token of what it made */
  exportDmaBuf: (
    regionIndex: number,
    ranges: readonly { readonly offset: Uint64; readonly length: Uint64 }[],
  ): Call<Uint8Array> => {
    const layout = features.vfio_device_feature_dma_buf;
    const values = {
      region_index: regionIndex,
      open_flags: DEVICE_FEATURE_DMA_BUF_OPEN_FLAGS,
      nr_ranges: ranges.length,
    };
    const data = new Uint8Array(layout.bytes + ranges.length * features.vfio_region_dma_range.bytes);
    data.set(encodeStruct(layout, values));
    ranges.forEach(({ offset, length }, index) => {
      const range = { offset: toBigInt(offset, "offset"), length: toBigInt(length, "length") };
      const at = layout.bytes + index * features.vfio_region_dma_range.bytes;
      data.set(encodeStruct(features.vfio_region_dma_range, range), at);
    });
    return featureCall(
      features.VFIO_DEVICE_FEATURE_DMA_BUF | features.VFIO_DEVICE_FEATURE_GET,
      (_out, _behind, { descriptors }) => descriptors[0]!.token,
      { data },
    );
  },
};

function featureCall<T>(
  flags: number,
  decode: (out: unknown, behind: Uint8Array, raw: RawResult) => T,
  behind: Behind = {},
): Call<T> {
  return vfioCall("VFIO_DEVICE_FEATURE", features.vfio_device_feature, { flags }, decode, behind);
}
