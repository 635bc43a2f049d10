/**
 * A virtio device without PCI, as a vDPA bus has them: its driver gives it virtqueues, whose rings and buffers it reaches by DMA
 * through its IOMMU. The device is a loopback. Operations are those of the vDPA bus, words those of virtio 1.1, chapters 2 and 3.
 *
 * Invariant: a queue works only while it is enabled and the status has DRIVER_OK.
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import type { Iommu, ReservedRegion } from "../../hw/interface.js";
import { U64 } from "../../u64.js";
import { loopBack } from "./loopback.js";
import { ringAlignment } from "./split-ring.js";
import { QUEUE_SIZE_MAX, Virtqueue, type QueueAddresses, type QueueDma } from "./virtqueue.js";

/** Device status. */
export const VIRTIO_CONFIG_S = {
  ACKNOWLEDGE: 0x01,
  DRIVER: 0x02,
  DRIVER_OK: 0x04,
  FEATURES_OK: 0x08,
  NEEDS_RESET: 0x40,
  FAILED: 0x80,
} as const;

/** What a driver can set of it. */
const STATUS_OF_DRIVER = 0x8f;

/** Bits 32 and 33, of which the driver has to take both: there is no other interface and no way around the IOMMU. */
export const VIRTIO_F = { VERSION_1: U64.fromWords(1, 0), ACCESS_PLATFORM: U64.fromWords(2, 0) } as const;

/** No type of virtio device is a loopback, so none has this number. */
const LOOPBACK_DEVICE_ID = 0xffff;

const FEATURES = VIRTIO_F.VERSION_1.or(VIRTIO_F.ACCESS_PLATFORM);

export interface VdpaDeviceOptions {
  readonly name: string;
  readonly requesterId: number;
  readonly iommu: Iommu;
  readonly reservedRegions: readonly ReservedRegion[];
  /** A DmaEngine with this requester id on this IOMMU. */
  readonly dma: QueueDma;
  /** Runs a task once other work of the daemon has had its turn. */
  readonly later: (task: () => void) => void;
  /** From 1. */
  readonly queues: number;
}

/** Tells the driver something, as an interrupt would. */
type Callback = () => void;

interface Queue {
  readonly ring: Virtqueue;
  enabled: boolean;
  callback: Callback | undefined;
}

export class VdpaDevice {
  readonly name: string;
  readonly requesterId: number;
  readonly iommu: Iommu;
  readonly reservedRegions: readonly ReservedRegion[];
  /** The type of virtio device. */
  readonly deviceId = LOOPBACK_DEVICE_ID;
  readonly queueSizeMax = QUEUE_SIZE_MAX;
  private readonly queues: readonly Queue[];
  private status = 0;
  private features = U64.ZERO;
  private configCallback: Callback | undefined;

  constructor(options: VdpaDeviceOptions) {
    this.name = options.name;
    this.requesterId = options.requesterId;
    this.iommu = options.iommu;
    this.reservedRegions = options.reservedRegions;
    this.queues = Array.from({ length: options.queues }, () => this.newQueue(options));
  }

  get queueCount(): number {
    return this.queues.length;
  }

  // ---- the device ---------------------------------------------------------------------------------------------------

  /** What it offers. */
  getFeatures(): U64 {
    return FEATURES;
  }

  /** @returns EBUSY: they have been agreed on; EINVAL: one that it does not offer */
  setFeatures(features: U64): Errno {
    if (this.has(VIRTIO_CONFIG_S.FEATURES_OK)) return errno.EBUSY;
    if (!features.or(FEATURES).equals(FEATURES)) return errno.EINVAL;
    this.features = features;
    return errno.OK;
  }

  getStatus(): number {
    return this.status;
  }

  /**
   * 0 resets. FEATURES_OK stays 0 if the device cannot live with the features; the driver reads the status to know.
   * @returns EINVAL: no status, a bit taken back, or DRIVER_OK without FEATURES_OK
   */
  setStatus(status: number): Errno {
    if (status === 0) {
      this.reset();
      return errno.OK;
    }
    if ((status & ~(STATUS_OF_DRIVER | VIRTIO_CONFIG_S.NEEDS_RESET)) !== 0) return errno.EINVAL;
    const held = this.status & STATUS_OF_DRIVER;
    if ((held & ~status) !== 0) return errno.EINVAL;
    let added = status & STATUS_OF_DRIVER & ~held;
    if (!this.features.equals(FEATURES)) added &= ~VIRTIO_CONFIG_S.FEATURES_OK;
    const { DRIVER_OK, FEATURES_OK } = VIRTIO_CONFIG_S;
    if ((added & DRIVER_OK) !== 0 && ((held | added) & FEATURES_OK) === 0) return errno.EINVAL;
    this.status |= added;
    // Chains may have been made available before.
    if ((added & DRIVER_OK) !== 0) for (const queue of this.queues) this.work(queue);
    return errno.OK;
  }

  /** Called when the status gets NEEDS_RESET. A reset forgets it. */
  setConfigCallback(callback: Callback | undefined): void {
    this.configCallback = callback;
  }

  // ---- its queues ---------------------------------------------------------------------------------------------------

  /**
   * @param size entries, a power of two up to `queueSizeMax`
   * @returns EINVAL, EBUSY: the queue works
   */
  setVringNumber(index: number, size: number): Errno {
    const queue = this.queues[index];
    if (queue === undefined) return errno.EINVAL;
    if (this.works(queue)) return errno.EBUSY;
    if (size < 1 || size > QUEUE_SIZE_MAX || (size & (size - 1)) !== 0) return errno.EINVAL;
    queue.ring.size = size;
    return errno.OK;
  }

  /** @returns EINVAL: no such queue, or an address that is not aligned; EBUSY: the queue works */
  setVringAddress(index: number, addresses: QueueAddresses): Errno {
    const queue = this.queues[index];
    if (queue === undefined) return errno.EINVAL;
    if (this.works(queue)) return errno.EBUSY;
    if (addresses.descriptors.modPowerOfTwo(ringAlignment.descriptors) !== 0) return errno.EINVAL;
    if (addresses.available.modPowerOfTwo(ringAlignment.available) !== 0) return errno.EINVAL;
    if (addresses.used.modPowerOfTwo(ringAlignment.used) !== 0) return errno.EINVAL;
    queue.ring.addresses = addresses;
    return errno.OK;
  }

  /** @param base index of the next chain, 0 to 65535 @returns EINVAL, EBUSY: the queue works */
  setVringBase(index: number, base: number): Errno {
    const queue = this.queues[index];
    if (queue === undefined) return errno.EINVAL;
    if (this.works(queue)) return errno.EBUSY;
    if (base < 0 || base > 0xffff) return errno.EINVAL;
    queue.ring.index = base;
    return errno.OK;
  }

  /** Index of the next chain: all before it have been used. undefined: no such queue */
  getVringBase(index: number): number | undefined {
    return this.queues[index]?.ring.index;
  }

  /** A queue that is disabled stops at once; a chain that it had in hand is taken again when it is enabled. @returns EINVAL */
  setVringEnable(index: number, enabled: boolean): Errno {
    const queue = this.queues[index];
    if (queue === undefined) return errno.EINVAL;
    if (queue.enabled === enabled) return errno.OK;
    queue.enabled = enabled;
    if (enabled) this.work(queue);
    else queue.ring.stop();
    return errno.OK;
  }

  getVringEnable(index: number): boolean {
    return this.queues[index]?.enabled ?? false;
  }

  /** Called for each used chain, unless the driver asked for no interrupts. A reset forgets it. @returns EINVAL */
  setVringCallback(index: number, callback: Callback | undefined): Errno {
    const queue = this.queues[index];
    if (queue === undefined) return errno.EINVAL;
    queue.callback = callback;
    return errno.OK;
  }

  /** The driver has made chains available. Ignored while the queue does not work. @returns EINVAL */
  kick(index: number): Errno {
    const queue = this.queues[index];
    if (queue === undefined) return errno.EINVAL;
    this.work(queue);
    return errno.OK;
  }

  inspect(): Record<string, unknown> {
    return {
      name: this.name,
      iommu: this.iommu.name,
      status: Object.entries(VIRTIO_CONFIG_S)
        .filter(([, bit]) => this.has(bit))
        .map(([name]) => name),
      features: this.features,
      queues: this.queues.map(({ ring, enabled }) => ({ enabled, ...ring.inspect() })),
    };
  }

  // ---- inside -------------------------------------------------------------------------------------------------------

  private newQueue({ dma, later }: VdpaDeviceOptions): Queue {
    const ring = new Virtqueue({
      dma,
      later,
      serve: loopBack,
      used: () => queue.callback?.(),
      failed: () => {
        this.status |= VIRTIO_CONFIG_S.NEEDS_RESET;
        this.configCallback?.();
      },
    });
    const queue: Queue = { ring, enabled: false, callback: undefined };
    return queue;
  }

  private reset(): void {
    this.status = 0;
    this.features = U64.ZERO;
    this.configCallback = undefined;
    for (const queue of this.queues) {
      queue.ring.reset();
      queue.enabled = false;
      queue.callback = undefined;
    }
  }

  private has(bit: number): boolean {
    return (this.status & bit) !== 0;
  }

  private works({ enabled }: Queue): boolean {
    return enabled && this.has(VIRTIO_CONFIG_S.DRIVER_OK);
  }

  private work(queue: Queue): void {
    if (this.works(queue)) queue.ring.kick();
  }
}
