/** What a driver of the IOAT does: registers by name, descriptors in memory, and a machine to do it on. */
import { createIoat, type IoatOptions } from "../../daemon/devices/pci/ioat/ioat.js";
import { DESCRIPTOR_BYTES, registers, type RegisterName } from "../../daemon/devices/pci/ioat/registers.js";
import type { PciModel } from "../../daemon/devices/pci/model.js";
import { FakePciHost } from "./iova-space.js";
import { Random } from "./random.js";

export const STATE = { ACTIVE: 0, IDLE: 1, SUSPENDED: 2, HALTED: 3, ARMED: 4 };
export const COMMAND = { SUSPEND: 0x04, ABORT: 0x08, RESUME: 0x10, RESET: 0x20 };
export const CONTROL = { REARM: 1, ERR_COMPLETION: 4, ANY_ERR_ABORT: 8, ERR_INT: 0x10, IN_USE: 0x100 };
export const DESCRIPTOR = { INT: 1, COMPLETION: 8, FENCE: 0x10, NULL: 0x20, FILL: 0x0100_0000 };

/** CHANERR. */
export const ERROR = {
  SOURCE: 1 << 0,
  DESTINATION: 1 << 1,
  NEXT_ALIGNMENT: 1 << 3,
  CHAIN_ADDRESS: 1 << 4,
  FETCH: 1 << 8,
  CONTROL: 1 << 10,
  LENGTH: 1 << 11,
  COMPLETION: 1 << 12,
};

/** Where IoatMachine has what; nothing else is mapped. */
export const RING = 0x10000;
export const WORD = 0x20000;
export const SOURCE = 0x100000;
export const DESTINATION = 0x200000;
export const NOWHERE = 0xdead0000;
/** Bytes of source and destination each. */
export const REGION = 0x80000;

export interface TestDescriptor {
  readonly size?: number;
  readonly control?: number;
  readonly source?: bigint | number;
  readonly destination?: bigint | number;
  readonly next?: bigint | number;
}

export class IoatDriver {
  readonly host = new FakePciHost();
  readonly model: PciModel;

  constructor(options: IoatOptions = {}) {
    this.model = createIoat(options)(this.host);
  }

  get memory(): FakePciHost["dma"] {
    return this.host.dma;
  }

  /** Bytes of BAR 0 as they are. */
  load(offset: number, bytes: number): bigint {
    const into = new Uint8Array(bytes);
    this.model.readBar(0, offset, into);
    return [...into].reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  store(offset: number, bytes: number, value: bigint | number): void {
    const from = Uint8Array.from({ length: bytes }, (_, index) => Number((BigInt(value) >> BigInt(8 * index)) & 0xffn));
    this.model.writeBar(0, offset, from);
  }

  read(name: RegisterName): number {
    return Number(this.load(registers[name].offset, registers[name].bytes));
  }

  write(name: RegisterName, value: bigint | number): void {
    this.store(registers[name].offset, registers[name].bytes, value);
  }

  get state(): number {
    return this.read("CHANSTS") & 7;
  }

  /** Puts a descriptor into memory. */
  put(address: number, { size = 0, control = 0, source = 0, destination = 0, next = 0 }: TestDescriptor): void {
    const bytes = Buffer.alloc(DESCRIPTOR_BYTES);
    bytes.writeUInt32LE(size, 0);
    bytes.writeUInt32LE(control, 4);
    bytes.writeBigUInt64LE(BigInt(source), 8);
    bytes.writeBigUInt64LE(BigInt(destination), 16);
    bytes.writeBigUInt64LE(BigInt(next), 24);
    this.memory.poke(address, bytes);
  }

  /** A ring of descriptors, one after the other. */
  putRing(address: number, descriptors: readonly TestDescriptor[]): void {
    for (const [index, descriptor] of descriptors.entries()) {
      const next = address + ((index + 1) % descriptors.length) * DESCRIPTOR_BYTES;
      this.put(address + index * DESCRIPTOR_BYTES, { next, ...descriptor });
    }
  }

  /** From any state: a channel that follows this chain. */
  start(chain: number, { control = 0, completion = 0 }: { control?: number; completion?: number } = {}): void {
    this.write("CHANCMD", COMMAND.RESET);
    this.write("CHAINADDR", chain);
    this.write("CHANCMP", completion);
    this.write("CHANCTRL", control);
  }
}

const sourceBytes = new Random(7).bytes(REGION);

/** A device with a ring, a completion word, a source that holds `data` and a destination of zeroes. */
export class IoatMachine extends IoatDriver {
  readonly data = sourceBytes;

  constructor(options: IoatOptions = {}) {
    super(options);
    this.memory.map(RING, 0x4000);
    this.memory.map(WORD, 0x1000);
    this.memory.map(SOURCE, REGION);
    this.memory.map(DESTINATION, REGION);
    this.memory.poke(SOURCE, this.data);
    this.write("INTRCTRL", 8);
  }

  /** Executes these descriptors on a new chain, as far as they go without waiting for memory. */
  run(descriptors: readonly TestDescriptor[], options: Parameters<IoatDriver["start"]>[1] = {}): void {
    this.putRing(RING, descriptors);
    this.start(RING, options);
    this.write("DMACOUNT", descriptors.length);
    this.host.runTasks();
  }

  /** The first bytes of the destination. */
  copied(size: number): Uint8Array {
    return this.memory.peek(DESTINATION, size);
  }
}
