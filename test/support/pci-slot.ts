/**
 * A slot that a PCI function is plugged into, for tests: IOVAs are physical addresses, memory is one buffer whose accesses can be made
 * to wait, and what is put off runs when the test says so.
 */
import { PciDevice, type AllocatedBarMemory } from "../../daemon/devices/pci/function.js";
import { BarPlacement } from "../../daemon/devices/pci/bar-placement.js";
import type { PciModelFactory } from "../../daemon/devices/pci/model.js";
import type { RecordingIommu } from "../../daemon/devices/endpoint.js";
import type { PhysicalMemory, Translation, TranslationRequest } from "../../daemon/hw/interface.js";
import { PAGE_SIZE } from "../../daemon/u64.js";
import { errno, type Errno } from "../../proto/uapi/errno.js";

export const MEMORY_BYTES = 16 * PAGE_SIZE;
const REQUESTER_ID = 0x28;

/** Memory pages of a BAR, as a buffer. */
export class FakeBarMemory implements AllocatedBarMemory {
  readonly content: Uint8Array;
  isReleased = false;

  constructor(readonly bytes: number) {
    this.content = new Uint8Array(bytes);
  }

  read(at: number, into: Uint8Array): void {
    into.set(this.content.subarray(at, at + into.length));
  }

  write(at: number, from: Uint8Array): void {
    this.content.set(from, at);
  }

  path(): number {
    return errno.ENOENT;
  }

  hide(): void {
    throw new Error("nobody maps it");
  }

  show(): void {
    throw new Error("nobody maps it");
  }

  release(): void {
    this.isReleased = true;
  }
}

export class PciSlot {
  readonly memory = new Uint8Array(MEMORY_BYTES);
  /** Requests that were translated. */
  readonly requests: TranslationRequest[] = [];
  /** What the interrupt sink got: "message 3", "intx up", "intx down". */
  readonly interrupts: string[] = [];
  readonly barMemories: FakeBarMemory[] = [];
  readonly device: PciDevice;
  /** An access to memory waits for `releaseAccesses`. */
  isSlow = false;
  private waiting: (() => void)[] = [];
  private tasks: (() => void)[] = [];

  /** @param barMemories that can be allocated */
  constructor(factory: PciModelFactory, placement = new BarPlacement(), barMemories = Infinity) {
    this.device = new PciDevice(factory, {
      address: { text: "0000:00:05.0", segment: 0, requesterId: REQUESTER_ID },
      iommu: this.iommu(),
      reservedRegions: [],
      memory: this.physicalMemory(),
      placement,
      allocateBarMemory: (bytes) => {
        if (this.barMemories.length >= barMemories) return undefined;
        const allocated = new FakeBarMemory(bytes);
        this.barMemories.push(allocated);
        return allocated;
      },
      later: (task) => this.tasks.push(task),
    });
    this.device.setInterruptSink({
      message: (vector) => this.interrupts.push(`message ${vector}`),
      intx: (asserted) => this.interrupts.push(`intx ${asserted ? "up" : "down"}`),
    });
  }

  private iommu(): RecordingIommu {
    const translate = (request: TranslationRequest): Translation => {
      this.requests.push(request);
      const physical = request.address.toNumber();
      if (physical < MEMORY_BYTES)
        return { kind: "translated", physical, pageBytes: PAGE_SIZE, readable: true, writable: true };
      const { requesterId, address, write } = request;
      return { kind: "fault", requesterId, address, write, reason: 0x79, name: "not present" };
    };
    return { name: "one to one", translate } as unknown as RecordingIommu;
  }

  private physicalMemory(): PhysicalMemory {
    const access = (run: () => void): Errno | Promise<Errno> => {
      if (!this.isSlow) {
        run();
        return errno.OK;
      }
      return new Promise<void>((resolve) => this.waiting.push(resolve)).then(() => {
        run();
        return errno.OK;
      });
    };
    return {
      read: (physical, into) =>
        access(() => {
          into.set(this.memory.subarray(physical, physical + into.length));
        }),
      write: (physical, from) =>
        access(() => {
          this.memory.set(from, physical);
        }),
    };
  }

  /** Lets all accesses go on that wait, and gives what follows from it its turn. @returns how many there were */
  async releaseAccesses(): Promise<number> {
    const released = this.waiting;
    this.waiting = [];
    for (const go of released) go();
    await new Promise((resolve) => setImmediate(resolve));
    return released.length;
  }

  /** Runs what was put off, and what is put off meanwhile. */
  runTasks(): void {
    for (let task = this.tasks.shift(); task !== undefined; task = this.tasks.shift()) task();
  }

  /** Interrupts since it was last asked. */
  takeInterrupts(): string[] {
    return this.interrupts.splice(0);
  }

  // ---- configuration space and BARs, little endian --------------------------------------------------------------------

  config(offset: number, bytes: 1 | 2 | 4): number {
    const into = new Uint8Array(bytes);
    this.device.readConfig(offset, into);
    return numberOf(into);
  }

  setConfig(offset: number, bytes: 1 | 2 | 4, value: number): void {
    this.device.writeConfig(offset, bytesOf(value, bytes));
  }

  load(bar: number, offset: number, bytes: 1 | 2 | 4 = 4): number {
    const into = new Uint8Array(bytes);
    this.device.readBar(bar, offset, into);
    return numberOf(into);
  }

  store(bar: number, offset: number, value: number, bytes: 1 | 2 | 4 = 4): void {
    this.device.writeBar(bar, offset, bytesOf(value, bytes));
  }

  /** Offsets of the capabilities of a list, as software follows it. */
  capabilities(kind: "plain" | "extended"): { readonly offset: number; readonly id: number }[] {
    const found: { offset: number; id: number }[] = [];
    let offset = kind === "plain" ? this.config(0x34, 1) : 0x100;
    while (offset !== 0) {
      if (found.length > 64) throw new Error("the list of capabilities has no end");
      const header = this.config(offset, 4);
      found.push({ offset, id: header & (kind === "plain" ? 0xff : 0xffff) });
      offset = kind === "plain" ? (header >>> 8) & 0xff : header >>> 20;
    }
    return found;
  }
}

export function numberOf(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

export function bytesOf(value: number, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Math.floor(value / 2 ** (8 * index)) % 256);
}
