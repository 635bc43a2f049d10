/** A driver of a virtqueue: its rings in memory, and a vDPA device that reaches them. */
import { VdpaDevice, VIRTIO_F } from "../../daemon/devices/vdpa/device.js";
import { iova, IovaSpace } from "./iova-space.js";
import { FakeIommu } from "./machine.js";

export const STATUS = { ACKNOWLEDGE: 1, DRIVER: 2, DRIVER_OK: 4, FEATURES_OK: 8, NEEDS_RESET: 0x40 };
export const FLAG = { NEXT: 1, WRITE: 2, INDIRECT: 4 };
export const FEATURES = VIRTIO_F.VERSION_1.or(VIRTIO_F.ACCESS_PLATFORM);

export const DESCRIPTORS = 0x10000;
export const AVAILABLE = 0x12000;
export const USED = 0x13000;
export const DATA = 0x100000;
export const DATA_BYTES = 0x80000;
/** Nothing is mapped there. */
export const NOWHERE = 0xdead0000;

export interface TestBuffer {
  readonly address: number | bigint;
  readonly length: number;
  readonly writable?: boolean;
}

/** One device with one queue that is used. */
export class VdpaDriver {
  readonly memory = new IovaSpace();
  readonly device: VdpaDevice;
  readonly tasks: (() => void)[] = [];
  /** Calls of the queue's callback, and of the one for configuration. */
  used = 0;
  configChanges = 0;
  onUsed: (() => void) | undefined;
  /** Index of the next chain in the available ring. */
  available = 0;

  constructor(readonly size = 8) {
    this.memory.map(DESCRIPTORS, 0x4000);
    this.memory.map(DATA, DATA_BYTES);
    this.device = new VdpaDevice({
      name: "vdpa0",
      requesterId: 0x30,
      iommu: new FakeIommu(),
      reservedRegions: [],
      dma: this.memory,
      later: (task) => this.tasks.push(task),
      queues: 2,
    });
  }

  /** As far as FEATURES_OK. */
  negotiate(): void {
    this.device.setStatus(STATUS.ACKNOWLEDGE | STATUS.DRIVER);
    this.device.setFeatures(FEATURES);
    this.device.setStatus(STATUS.ACKNOWLEDGE | STATUS.DRIVER | STATUS.FEATURES_OK);
  }

  setUpQueue(): void {
    const { device } = this;
    device.setVringNumber(0, this.size);
    device.setVringAddress(0, { descriptors: iova(DESCRIPTORS), available: iova(AVAILABLE), used: iova(USED) });
    device.setVringCallback(0, () => {
      this.used++;
      this.onUsed?.();
    });
    device.setConfigCallback(() => this.configChanges++);
    device.setVringEnable(0, true);
  }

  start(): void {
    this.negotiate();
    this.setUpQueue();
    this.device.setStatus(this.device.getStatus() | STATUS.DRIVER_OK);
  }

  putDescriptor(index: number, address: number | bigint, length: number, flags = 0, next = 0): void {
    const bytes = Buffer.alloc(16);
    bytes.writeBigUInt64LE(BigInt(address), 0);
    bytes.writeUInt32LE(length, 8);
    bytes.writeUInt16LE(flags, 12);
    bytes.writeUInt16LE(next, 14);
    this.memory.poke(DESCRIPTORS + 16 * index, bytes);
  }

  /** Writes a chain into these entries of the table. */
  putChain(buffers: readonly TestBuffer[], first = 0): void {
    for (const [at, { address, length, writable }] of buffers.entries()) {
      const isLast = at === buffers.length - 1;
      const flags = (writable === true ? FLAG.WRITE : 0) | (isLast ? 0 : FLAG.NEXT);
      this.putDescriptor(first + at, address, length, flags, isLast ? 0 : first + at + 1);
    }
  }

  /** Puts heads into the available ring. */
  offer(...heads: number[]): void {
    for (const head of heads) {
      this.memory.poke(AVAILABLE + 4 + 2 * (this.available % this.size), u16(head));
      this.available = (this.available + 1) & 0xffff;
    }
    this.memory.poke(AVAILABLE + 2, u16(this.available));
  }

  kick(): void {
    this.device.kick(0);
  }

  runTasks(): void {
    for (let task = this.tasks.shift(); task !== undefined; task = this.tasks.shift()) task();
  }

  get usedIndex(): number {
    return Buffer.from(this.memory.peek(USED + 2, 2)).readUInt16LE();
  }

  usedEntry(index: number): { id: number; len: number } {
    const entry = Buffer.from(this.memory.peek(USED + 4 + 8 * (index % this.size), 8));
    return { id: entry.readUInt32LE(0), len: entry.readUInt32LE(4) };
  }
}

export function u16(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, (value >> 8) & 0xff);
}
