/**
 * "testdev", a PCI function that has one of everything: for tests of what drives PCI functions, and the worked example of
 * docs/device-models.md. No hardware is like it.
 */
import { errno } from "../../../../proto/uapi/errno.js";
import { PAGE_SIZE, U64 } from "../../../u64.js";
import { Cancellation } from "../../cancellation.js";
import type { DmaResult } from "../../dma-engine.js";
import type { BarDescription, CapabilityDescription, PciHost, PciModel, PciModelFactory } from "../model.js";
import { RegisterFile, type RegisterBehaviour } from "../register-file.js";
import { capabilities, configRegisters, identity, MSI_OFFSET, MSIX_OFFSET } from "./config.js";
import {
  DATA_AT,
  DMA_COMMAND,
  DMA_LENGTH_MAX,
  DMA_PASID,
  DMA_STATUS,
  IDENTITY,
  INDEX_AT,
  INTX_ASSERTED,
  registers,
  type RegisterName,
} from "./registers.js";
import { romImage } from "./rom.js";

export interface TestDeviceOptions {
  /** PCI Express, else a conventional function with 256 bytes of configuration space. Absent: true. */
  readonly express?: boolean;
  /** It has a function-level reset. Absent: true. */
  readonly resettable?: boolean;
  /** It has an interrupt pin. Absent: true. */
  readonly intx?: boolean;
}

const REGISTERS_BAR = 0;
const PORTS_BAR = 1;
const MEMORY_BAR = 2;
const MSIX_BAR = 4;

const bars: readonly (BarDescription | undefined)[] = [
  { bytes: PAGE_SIZE, space: "memory32", prefetchable: false },
  { bytes: 32, space: "io", prefetchable: false },
  {
    bytes: 16 * PAGE_SIZE,
    space: "memory64",
    prefetchable: true,
    memory: { offset: PAGE_SIZE, bytes: 15 * PAGE_SIZE },
  },
  undefined,
  { bytes: PAGE_SIZE, space: "memory32", prefetchable: false },
];

export function createTestDevice(options: TestDeviceOptions = {}): PciModelFactory {
  const { express = true, resettable = true, intx = true } = options;
  return (host) => new TestDevice(host, { express, resettable, intx });
}

class TestDevice implements PciModel {
  readonly kind = "testdev";
  readonly identity = identity;
  readonly configBytes: 256 | 4096;
  readonly bars = bars;
  readonly rom = romImage(identity);
  readonly capabilities: readonly CapabilityDescription[];
  readonly registers = configRegisters;
  readonly interrupts;
  readonly resettable: boolean;

  private readonly file: RegisterFile<RegisterName>;
  /** Registers that keep what is stored. */
  private stored = new Map<RegisterName, U64>();
  /** Offset of the register that DATA of BAR 1 is. */
  private index = 0;
  private pinLevel = false;
  private status: number = DMA_STATUS.IDLE;
  private transferred = 0;
  /** Of the transfer under way. */
  private work = new Cancellation();

  constructor(
    private readonly host: PciHost,
    { express, resettable, intx }: Required<TestDeviceOptions>,
  ) {
    this.configBytes = express ? 4096 : 256;
    this.capabilities = capabilities(express, resettable);
    this.resettable = resettable;
    this.interrupts = {
      pin: intx ? 1 : 0,
      msi: { vectors: 4, offset: MSI_OFFSET },
      msix: { vectors: 8, offset: MSIX_OFFSET, bar: MSIX_BAR, tableOffset: 0, pbaOffset: 0x800 },
    };
    this.file = new RegisterFile(registers, this.behaviours());
  }

  readBar(bar: number, offset: number, into: Uint8Array): void {
    if (bar === REGISTERS_BAR || bar === MEMORY_BAR) this.file.load(offset, into);
    else if (bar === PORTS_BAR) this.readPorts(offset, into);
    else into.fill(0);
  }

  writeBar(bar: number, offset: number, from: Uint8Array): void {
    if (bar === REGISTERS_BAR || bar === MEMORY_BAR) this.file.store(offset, from);
    else if (bar === PORTS_BAR) this.writePorts(offset, from);
  }

  reset(): void {
    this.work.cancel();
    this.work = new Cancellation();
    this.file.reset();
    this.stored.clear();
    this.index = 0;
    this.status = DMA_STATUS.IDLE;
    this.transferred = 0;
    this.setPin(false);
  }

  inspect(): Record<string, unknown> {
    return { pinLevel: this.pinLevel, dmaStatus: statusName(this.status), transferred: this.transferred };
  }

  // ---- BAR 1 ----------------------------------------------------------------------------------------------------------

  /** Ports are up to 4 bytes wide: an access is INDEX's or DATA's. */
  private readPorts(offset: number, into: Uint8Array): void {
    into.fill(0);
    const inData = offset - DATA_AT;
    if (offset < DATA_AT)
      into.set(littleEndian(this.index).subarray(offset - INDEX_AT, offset - INDEX_AT + into.length));
    else if (inData < 4) this.file.load(this.index + inData, into);
  }

  private writePorts(offset: number, from: Uint8Array): void {
    const inData = offset - DATA_AT;
    if (offset < DATA_AT) {
      const index = littleEndian(this.index);
      index.set(from, offset - INDEX_AT);
      // The ports of a register are those of its whole words.
      this.index = new DataView(index.buffer).getUint32(0, true) & (PAGE_SIZE - 4);
    } else if (inData < 4) this.file.store(this.index + inData, from);
  }

  // ---- registers ------------------------------------------------------------------------------------------------------

  private behaviours(): Record<RegisterName, RegisterBehaviour> {
    const number = (read: () => number, write?: (value: number) => void): RegisterBehaviour => ({
      read: () => U64.fromNumber(read()),
      ...(write && {
        write: (value) => {
          write(value.low);
        },
      }),
    });
    const stored = (name: RegisterName): RegisterBehaviour => ({
      read: () => this.value(name),
      write: (value) => {
        this.stored.set(name, value);
      },
    });
    return {
      ID: number(() => IDENTITY),
      SCRATCH0: stored("SCRATCH0"),
      SCRATCH1: stored("SCRATCH1"),
      SCRATCH2: stored("SCRATCH2"),
      SCRATCH3: stored("SCRATCH3"),
      DOORBELL: number(
        () => 0,
        (vector) => {
          this.host.interrupt(vector >>> 0);
        },
      ),
      INTX: number(
        () => (this.pinLevel ? INTX_ASSERTED : 0),
        (value) => {
          this.setPin((value & INTX_ASSERTED) !== 0);
        },
      ),
      DMA_SOURCE: stored("DMA_SOURCE"),
      DMA_DESTINATION: stored("DMA_DESTINATION"),
      DMA_LENGTH: stored("DMA_LENGTH"),
      DMA_PASID: stored("DMA_PASID"),
      DMA_COMMAND: number(
        () => 0,
        (command) => {
          this.start(command);
        },
      ),
      DMA_STATUS: number(() => this.status),
      DMA_TRANSFERRED: number(() => this.transferred),
    };
  }

  private value(name: RegisterName): U64 {
    return this.stored.get(name) ?? U64.ZERO;
  }

  private setPin(asserted: boolean): void {
    this.pinLevel = asserted && this.interrupts.pin !== 0;
    this.host.setIntx(this.pinLevel);
  }

  // ---- DMA ------------------------------------------------------------------------------------------------------------

  /** A command while one is under way is lost. */
  private start(command: number): void {
    if (this.status === DMA_STATUS.BUSY) return;
    const { work } = this;
    this.status = DMA_STATUS.BUSY;
    this.transferred = 0;
    const end = (result: DmaResult): void => {
      if (!work.cancelled) this.finish(command, result);
    };
    // The store is over before the transfer begins, as on a bus.
    this.host.later(() => {
      if (work.cancelled) return;
      const result = this.transfer(command, work);
      if (result instanceof Promise) void result.then(end);
      else end(result);
    });
  }

  private transfer(command: number, cancellation: Cancellation): DmaResult | Promise<DmaResult> {
    const length = this.value("DMA_LENGTH").toNumber();
    if ((command & DMA_COMMAND.COPY) === 0 || length > DMA_LENGTH_MAX) return { error: errno.EINVAL, transferred: 0 };
    const { low } = this.value("DMA_PASID");
    const pasid = (low & DMA_PASID.ENABLE) !== 0 ? low & DMA_PASID.VALUE : undefined;
    return this.host.dma.copy(this.value("DMA_DESTINATION"), this.value("DMA_SOURCE"), length, { pasid, cancellation });
  }

  private finish(command: number, { error, transferred }: DmaResult): void {
    this.status = STATUS_OF_ERROR.get(error) ?? DMA_STATUS.NO_MEMORY;
    this.transferred = transferred;
    if ((command & DMA_COMMAND.MESSAGE) !== 0)
      this.host.interrupt((command >> DMA_COMMAND.VECTOR_SHIFT) & DMA_COMMAND.VECTOR_MASK);
    if ((command & DMA_COMMAND.INTX) !== 0) this.setPin(true);
  }
}

const STATUS_OF_ERROR: ReadonlyMap<number, number> = new Map([
  [errno.OK, DMA_STATUS.DONE],
  [errno.EIO, DMA_STATUS.REFUSED],
  [errno.EFAULT, DMA_STATUS.NO_MEMORY],
  [errno.EINVAL, DMA_STATUS.INVALID],
]);

function statusName(status: number): string | undefined {
  return Object.entries(DMA_STATUS).find(([, value]) => value === status)?.[0];
}

function littleEndian(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
