/**
 * A program that drives an IOAT through VFIO by the SDK: memory that it serves itself, an IO address space, the device's node,
 * registers, a ring of descriptors. It can end in order, or as a process that is killed.
 */
import {
  CONFIG_REGION,
  type ConnectOptions,
  EventFd,
  IommuFd,
  IommufdError,
  type Region,
  status,
  type StatusTree,
  VfioDevice,
} from "../../client/ts/index.js";
import { DESCRIPTOR_BYTES, registers, type RegisterName } from "../../daemon/devices/pci/ioat/registers.js";
import { vfioDeviceCalls } from "../../client/ts/vfio-calls.js";
import { VFIO_PCI_MSIX_IRQ_INDEX } from "../../proto/uapi/vfio-interrupts.js";
import { COMMAND, STATE, type TestDescriptor } from "./ioat-driver.js";

/** IOVAs, the same for every user; behind LAST nothing is mapped. */
export const IOVA = {
  RING: 0x10_0000,
  WORD: 0x10_1000,
  SOURCE: 0x10_2000,
  DESTINATION: 0x10_6000,
  LAST: 0x10_9fff,
  /** The device's own registers, by a dma-buf. */
  BAR: 0x20_0000,
  NOWHERE: 0xdead_0000,
} as const;
export const MEMORY_BYTES = IOVA.LAST + 1 - IOVA.RING;
/** Of source and of destination. */
export const REGION_BYTES = IOVA.DESTINATION - IOVA.SOURCE;
export const RING_DESCRIPTORS = (IOVA.WORD - IOVA.RING) / DESCRIPTOR_BYTES;

const BAR_0 = 0;
const PAGE_BYTES = 4096;
const CONFIG_COMMAND = 4;
/** Memory decoding and bus mastering. */
const COMMAND_ON = 6;
/** INTRCTRL: the vector is not held back. */
const VECTOR_CONTROL = 8;

export interface SlotStatus {
  readonly address: string;
  readonly node: string | null;
  readonly device: { readonly open: number; readonly leaving: boolean } | null;
}

/** What the bus says of its functions. */
export async function slots(daemon: ConnectOptions): Promise<readonly SlotStatus[]> {
  const { functions } = (await status(daemon))["devices"] as StatusTree;
  return functions as unknown as SlotStatus[];
}

export class IoatUser {
  readonly memory = Buffer.alloc(MEMORY_BYTES);
  private hasEnded = false;

  private constructor(
    readonly iommufd: IommuFd,
    readonly device: VfioDevice,
    readonly event: EventFd,
    readonly ioasId: number,
    private readonly region: Region,
  ) {}

  /**
   * Opens a device, attaches it and turns it on.
   * @param pace is waited for before the answer to an access of memory
   */
  static async start(daemon: ConnectOptions, address: string, pace: () => Promise<void>): Promise<IoatUser> {
    const slot = (await slots(daemon)).find((each) => each.address === address);
    const index = Number(/^vfio(\d+)$/.exec(slot?.node ?? "")?.[1] ?? NaN);
    const iommufd = await IommuFd.open(daemon);
    // The memory is the user's, which is made when all that it consists of is there.
    const user: { made?: IoatUser } = {};
    const region = await iommufd.registerCallback({
      length: MEMORY_BYTES,
      read: async (offset, length) => {
        await pace();
        return Uint8Array.from(user.made!.memory.subarray(Number(offset), Number(offset) + length));
      },
      write: async (offset, data) => {
        user.made!.memory.set(data, Number(offset));
        await pace();
      },
    });
    const ioasId = await iommufd.ioasAlloc();
    const device = await VfioDevice.open(index, daemon);
    user.made = new IoatUser(iommufd, device, await EventFd.create(daemon), ioasId, region);
    await user.made.map();
    await device.bindIommufd(iommufd);
    await device.attachPt(ioasId);
    await user.made.turnOn();
    return user.made;
  }

  async map(): Promise<void> {
    const { ioasId, region } = this;
    await this.iommufd.map({ ioasId, userVa: region.address, length: MEMORY_BYTES, iova: IOVA.RING });
  }

  async unmap(): Promise<void> {
    await this.iommufd.unmap({ ioasId: this.ioasId, iova: IOVA.RING, length: MEMORY_BYTES });
  }

  /** Its registers become reachable by DMA, for itself too. */
  async mapBar(): Promise<void> {
    const token = await this.device.run(vfioDeviceCalls.exportDmaBuf(BAR_0, [{ offset: 0, length: PAGE_BYTES }]));
    const file = await this.iommufd.openMade(token);
    await this.iommufd.mapFile({ ioasId: this.ioasId, fd: file, start: 0, length: PAGE_BYTES, iova: IOVA.BAR });
    await file.close();
  }

  /** Decoding, bus mastering and the interrupt, as a driver does first. */
  async turnOn(): Promise<void> {
    await this.setCommand(COMMAND_ON);
    await this.device.setIrqs({ index: VFIO_PCI_MSIX_IRQ_INDEX, action: "trigger", events: [this.event] });
    await this.write("INTRCTRL", VECTOR_CONTROL);
  }

  async setCommand(value: number): Promise<void> {
    await this.device.writeRegion(CONFIG_REGION, CONFIG_COMMAND, Uint8Array.of(value, 0));
  }

  // ---- memory, at IOVAs -----------------------------------------------------------------------------------------------

  bytes(iova: number, length: number): Buffer {
    return this.memory.subarray(iova - IOVA.RING, iova - IOVA.RING + length);
  }

  /** A ring of descriptors, each followed by the next one unless it says otherwise. */
  putRing(descriptors: readonly TestDescriptor[]): void {
    for (const [index, { size = 0, control = 0, source = 0, destination = 0, next }] of descriptors.entries()) {
      const bytes = this.bytes(IOVA.RING + index * DESCRIPTOR_BYTES, DESCRIPTOR_BYTES);
      bytes.writeUInt32LE(size, 0);
      bytes.writeUInt32LE(control, 4);
      bytes.writeBigUInt64LE(BigInt(source), 8);
      bytes.writeBigUInt64LE(BigInt(destination), 16);
      bytes.writeBigUInt64LE(BigInt(next ?? IOVA.RING + ((index + 1) % descriptors.length) * DESCRIPTOR_BYTES), 24);
    }
  }

  // ---- registers ------------------------------------------------------------------------------------------------------

  async read(name: RegisterName): Promise<bigint> {
    const { offset, bytes } = registers[name];
    const value = await this.device.readRegion(BAR_0, offset, bytes);
    return value.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  }

  async write(name: RegisterName, value: bigint | number): Promise<void> {
    const { offset, bytes } = registers[name];
    const data = Uint8Array.from({ length: bytes }, (_, index) => Number((BigInt(value) >> BigInt(8 * index)) & 0xffn));
    await this.device.writeRegion(BAR_0, offset, data);
  }

  async state(): Promise<number> {
    return Number((await this.read("CHANSTS")) & 7n);
  }

  /** From any state: the channel follows the ring. */
  async go(count: number, { control = 0, completion = IOVA.WORD }: { control?: number; completion?: number } = {}) {
    await this.write("CHANCMD", COMMAND.RESET);
    await this.write("CHAINADDR", IOVA.RING);
    await this.write("CHANCMP", completion);
    await this.write("CHANCTRL", control);
    await this.write("DMACOUNT", count);
  }

  /** Waits until the channel does nothing. @returns its state; undefined: it works on, after so many looks */
  async rest(looksMax: number): Promise<number | undefined> {
    for (let looks = 0; looks < looksMax; looks++) {
      const state = await this.state();
      if (state !== STATE.ACTIVE) return state;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return undefined;
  }

  // ---- end ------------------------------------------------------------------------------------------------------------

  private get connections() {
    return [this.iommufd, this.device];
  }

  /** Closes its files. */
  async close(): Promise<void> {
    if (this.hasEnded) return;
    this.hasEnded = true;
    await this.device.close();
    await this.event.close();
    await this.iommufd.close();
  }

  /** The process is gone, with what it had asked for under way. */
  async kill(): Promise<void> {
    if (this.hasEnded) return;
    this.hasEnded = true;
    const asked = [this.read("CHANSTS"), this.iommufd.ioasAlloc()].map((call) => call.catch(() => undefined));
    await Promise.all(this.connections.map(({ connection }) => connection.end()));
    await this.event.close();
    await Promise.all(asked);
  }
}

/** What an errno ends is no failure of a test about hard cases. @returns whether it went well */
export async function tried(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof IommufdError) return false;
    throw error;
  }
}
