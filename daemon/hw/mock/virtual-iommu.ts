/** A vIOMMU of the mock driver: devices by virtual id, two queues, events, a page to map (specification 40, 4.6 to 4.8). */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import { U64 } from "../../u64.js";
import type {
  DriverData,
  HardwareQueue,
  InvalidationEntries,
  InvalidationResult,
  NestedDomain,
  NestedOptions,
  VirtualIommu,
  VirtualIommuHost,
} from "../interface.js";
import type { MockDomain } from "./domain.js";
import { readFlexibleEntry, readHwptSelftest, readWords } from "./driver-data.js";
import type { MockIommu } from "./iommu.js";
import { MockNestedDomain, invalidateCache } from "./nested-domain.js";

/** IOMMU_VIOMMU_TYPE_SELFTEST */
export const VIOMMU_TYPE_SELFTEST = 0xdeadbeef;
/** struct iommu_viommu_selftest: in_data u32 @0, out_data u32 @4, out_mmap_offset u64 @8, out_mmap_length u64 @16. */
const VIOMMU_SELFTEST_BYTES_MIN = 8;
const VIOMMU_SELFTEST_BYTES = 24;
const MAPPABLE_BYTES = 0x2000;

/** IOMMU_VIOMMU_INVALIDATE_DATA_SELFTEST; struct iommu_viommu_invalidate_selftest: flags, vdev_id, cache_id, each u32. */
const INVALIDATE_DATA_SELFTEST = 0xdeadbeef;
const INVALIDATE_WORDS = 3;
/** As many structs as 4 MiB hold. */
const ENTRIES_MAX = 349525;

/** IOMMU_VEVENTQ_TYPE_SELFTEST; struct iommu_viommu_event_selftest: virt_id u32 @0. */
const VEVENTQ_TYPE_SELFTEST = 0xbeefbeef;

/** IOMMU_HW_QUEUE_TYPE_SELFTEST and IOMMU_TEST_HW_QUEUE_MAX. */
const HW_QUEUE_TYPE_SELFTEST = 0xdeadbeef;
const QUEUES_MAX = 2;

export class MockVirtualIommu implements VirtualIommu {
  /** Virtual ids by requester id. */
  private readonly devices = new Map<number, U64>();
  private readonly queues: (HardwareQueue | undefined)[] = [];

  private constructor(
    private readonly iommu: MockIommu,
    private readonly parent: MockDomain,
    private readonly host: VirtualIommuHost,
  ) {}

  /** @returns EINVAL, EFAULT, ENOMEM */
  static create(
    iommu: MockIommu,
    parent: MockDomain,
    host: VirtualIommuHost,
    data: DriverData | undefined,
  ): MockVirtualIommu | Errno {
    const viommu = new MockVirtualIommu(iommu, parent, host);
    const error = data === undefined ? errno.OK : viommu.offerPages(data);
    return error === errno.OK ? viommu : error;
  }

  private offerPages(data: DriverData): Errno {
    if (data.length < VIOMMU_SELFTEST_BYTES_MIN || data.length > VIOMMU_SELFTEST_BYTES) return errno.EINVAL;
    const words = readWords(data.read(), 1);
    if (words === undefined) return errno.EFAULT;
    const memory = this.host.offerMemory(MAPPABLE_BYTES);
    if (typeof memory === "number") return memory;
    const answer = new DataView(new ArrayBuffer(VIOMMU_SELFTEST_BYTES));
    answer.setUint32(0, words[0]!, true);
    memory.write(0, new Uint8Array(answer.buffer, 0, 4));
    answer.setUint32(4, words[0]!, true);
    answer.setInt32(8, memory.offset.low, true);
    answer.setInt32(12, memory.offset.high, true);
    answer.setUint32(16, memory.bytes, true);
    return data.write(new Uint8Array(answer.buffer, 0, data.length)) ? errno.OK : errno.EFAULT;
  }

  allocateNested(_options: NestedOptions, data: DriverData): NestedDomain | Errno {
    const given = readHwptSelftest(data, this.iommu.personality.hwptDataBytes);
    return typeof given === "number" ? given : new MockNestedDomain(this.iommu, this.parent, this, given.iotlb);
  }

  /** All entries are copied before the first is looked at. */
  invalidate(entries: InvalidationEntries): InvalidationResult {
    const { count } = entries;
    const isOwn = entries.type === INVALIDATE_DATA_SELFTEST;
    if (count === 0 && isOwn) return { error: errno.OK, handled: 0 };
    if (count > ENTRIES_MAX) return { error: errno.ENOMEM, handled: count };
    if (!isOwn) return { error: errno.EINVAL, handled: 0 };
    const commands: Uint32Array[] = [];
    for (let index = 0; index < count; index++) {
      const words = readFlexibleEntry(entries, index, INVALIDATE_WORDS);
      if (typeof words === "number") return { error: words, handled: 0 };
      commands.push(words);
    }
    for (const [index, [flags, virtualId, cacheId]] of commands.entries()) {
      const error = this.invalidateCache(flags!, virtualId!, cacheId!);
      if (error !== errno.OK) return { error, handled: index };
    }
    return { error: errno.OK, handled: count };
  }

  private invalidateCache(flags: number, virtualId: number, cacheId: number): Errno {
    const device = [...this.devices].find(([, id]) => id.equals(U64.fromNumber(virtualId)));
    const cache = device && this.iommu.cacheOf(device[0]);
    // Flags and index are judged before the device is looked for.
    if (cache !== undefined) return invalidateCache(cache, flags, cacheId);
    return invalidateCache(new Uint32Array(4), flags, cacheId) || errno.EINVAL;
  }

  addDevice(requesterId: number, virtualId: U64): Errno {
    this.devices.set(requesterId, virtualId);
    return errno.OK;
  }

  removeDevice(requesterId: number): void {
    this.devices.delete(requesterId);
  }

  /** What the guest calls a device: its lower 32 bits, or undefined. */
  virtualIdOf(requesterId: number): number | undefined {
    const id = this.devices.get(requesterId);
    return id === undefined ? undefined : id.low >>> 0;
  }

  /** @returns EOPNOTSUPP */
  reportEvent(virtualId: number): Errno {
    const event = new DataView(new ArrayBuffer(4));
    event.setUint32(0, virtualId, true);
    return this.host.report(VEVENTQ_TYPE_SELFTEST, new Uint8Array(event.buffer));
  }

  offersQueue(type: number): boolean {
    return type === HW_QUEUE_TYPE_SELFTEST;
  }

  allocateQueue(index: number): HardwareQueue | Errno {
    if (index >= QUEUES_MAX) return errno.EINVAL;
    if (this.queues[index] !== undefined) return errno.EEXIST;
    const dependsOn = index === 0 ? undefined : this.queues[index - 1];
    if (index > 0 && dependsOn === undefined) return errno.EIO;
    const queue: HardwareQueue = {
      dependsOn,
      destroy: () => {
        // Linux empties the first slot whichever queue goes.
        this.queues[this.iommu.personality.freesQueueSlots ? index : 0] = undefined;
      },
    };
    this.queues[index] = queue;
    return queue;
  }

  destroy(): void {
    // Nothing of it is left: devices, queues and nested domains have gone before.
  }
}
