/**
 * The Intel IOAT (CBDMA) DMA engine of Xeon processors, one function of it with one channel: identity, configuration space and
 * registers (specification 50, sections 6.4 and 6.5). What the channel does is in channel.ts.
 */
import { U64 } from "../../../u64.js";
import type {
  CapabilityDescription,
  ConfigRegister,
  PciHost,
  PciIdentity,
  PciModel,
  PciModelFactory,
} from "../model.js";
import { RegisterFile, type RegisterBehaviour } from "../register-file.js";
import { Channel } from "./channel.js";
import {
  configRegisters,
  DMA_COMP,
  DMACAPABILITY,
  GENCTRL,
  INTRCTRL,
  INTRDELAY_MASK,
  registers,
  type RegisterName,
} from "./registers.js";

export interface IoatOptions {
  /** One of `ioatDevices`. Absent: 0x2021. */
  readonly deviceId?: number;
  /** CBVER: 0x32, 0x33, 0x34. Absent: the device's. */
  readonly version?: number;
  /** XFERCAP: log2 of the largest transfer that the device advertises, 12 to 31. It executes larger ones. */
  readonly transferLimitLg2?: number;
  /** It has a function-level reset. Absent: true. */
  readonly resettable?: boolean;
}

/** From this version on drivers handle errors: they restart a channel that has halted. */
const ERROR_HANDLING_VERSION = 0x34;
/**
 * DPDK looks at the completion word once more right after it has restarted a channel, and skips a completion if that has got on
 * by then. A real engine has not; without a delay this one has before the store returns.
 */
const RESTART_DELAY_MS = 5;

/** The parts, with their CBVER. */
export const ioatDevices: ReadonlyMap<number, { readonly part: string; readonly version: number }> = new Map([
  [0x2021, { part: "Skylake-SP", version: 0x33 }],
  [0x0b00, { part: "Ice Lake-SP", version: 0x34 }],
]);

/** 16 KiB: with 65535 descriptors in flight a driver's largest job is 1 GiB. */
const TRANSFER_LIMIT_LG2 = 14;

const BAR_BYTES = 16 * 1024;
const MSIX_TABLE_OFFSET = 0x2000;
const MSIX_PBA_OFFSET = 0x3000;
const VECTOR = 0;

/** @throws RangeError if an option has no such value */
export function createIoat(options: IoatOptions = {}): PciModelFactory {
  const deviceId = options.deviceId ?? 0x2021;
  const device = ioatDevices.get(deviceId);
  if (device === undefined) throw new RangeError(`0x${deviceId.toString(16)} is no IOAT device`);
  const version = options.version ?? device.version;
  if (version < 0x32 || version > 0x34) throw new RangeError(`0x${version.toString(16)} is no version of this model`);
  const transferLimitLg2 = options.transferLimitLg2 ?? TRANSFER_LIMIT_LG2;
  if (!Number.isInteger(transferLimitLg2) || transferLimitLg2 < 12 || transferLimitLg2 > 31)
    throw new RangeError(`a transfer limit of 2^${transferLimitLg2} bytes is not from 12 to 31`);
  const { resettable = true } = options;
  return (host) => new Ioat(host, { deviceId, version, transferLimitLg2, resettable });
}

class Ioat implements PciModel {
  readonly kind = "ioat";
  readonly identity: PciIdentity;
  readonly configBytes = 4096;
  readonly bars = [{ bytes: BAR_BYTES, space: "memory64", prefetchable: false } as const];
  readonly capabilities: readonly CapabilityDescription[];
  readonly registers: readonly ConfigRegister[] = [
    clearedByOne(configRegisters.DMAUNCERRSTS),
    clearedByOne(configRegisters.CHANERR_INT),
    { offset: configRegisters.CHANERRMASK_INT, initial: new Uint8Array(4), writable: ones(4) },
  ];
  readonly interrupts = {
    pin: 0,
    msix: { vectors: 1, offset: 0x80, bar: 0, tableOffset: MSIX_TABLE_OFFSET, pbaOffset: MSIX_PBA_OFFSET },
  };
  readonly resettable: boolean;

  private readonly channel: Channel;
  private readonly file: RegisterFile<RegisterName>;
  /** Registers that the model keeps and does not look at, and INTRCTRL's enables. */
  private readonly stored = new Map<RegisterName, U64>();

  constructor(
    host: PciHost,
    private readonly options: Required<IoatOptions>,
  ) {
    this.identity = {
      vendorId: 0x8086,
      deviceId: options.deviceId,
      subsystemVendorId: 0x8086,
      subsystemId: 0x0000,
      classCode: 0x088000,
      revision: 0x04,
    };
    this.resettable = options.resettable;
    this.capabilities = [pciExpress(options.resettable), POWER_MANAGEMENT];
    this.channel = new Channel({
      dma: host.dma,
      restartDelayMs: options.version >= ERROR_HANDLING_VERSION ? RESTART_DELAY_MS : 0,
      later: (task, delayMs) => {
        host.later(task, delayMs);
      },
      interruptsEnabled: () => this.interruptsEnabled,
      interrupt: () => {
        host.interrupt(VECTOR);
      },
    });
    this.file = new RegisterFile(registers, this.behaviours());
  }

  readBar(_bar: number, offset: number, into: Uint8Array): void {
    this.file.load(offset, into);
  }

  writeBar(_bar: number, offset: number, from: Uint8Array): void {
    this.file.store(offset, from);
  }

  reset(): void {
    this.channel.powerUp();
    this.file.reset();
    this.stored.clear();
  }

  inspect(): Record<string, unknown> {
    return {
      version: `0x${this.options.version.toString(16)}`,
      transferLimitLg2: this.options.transferLimitLg2,
      interruptsEnabled: this.interruptsEnabled,
      channel: this.channel.inspect(),
    };
  }

  /** The selftests' driver sets the vector control alone. */
  private get interruptsEnabled(): boolean {
    return (this.storedValue("INTRCTRL") & (INTRCTRL.MASTER_INT_EN | INTRCTRL.MSIX_VECTOR_CONTROL)) !== 0;
  }

  private get interruptControl(): number {
    const enables = this.storedValue("INTRCTRL");
    if (!this.channel.attention) return enables;
    return enables | INTRCTRL.INT_STATUS | ((enables & INTRCTRL.MASTER_INT_EN) !== 0 ? INTRCTRL.INT : 0);
  }

  private storedValue(name: RegisterName): number {
    return this.stored.get(name)?.toNumber() ?? 0;
  }

  private behaviours(): Record<RegisterName, RegisterBehaviour> {
    const { channel, options } = this;
    const number = (read: () => number): RegisterBehaviour => ({ read: () => U64.fromNumber(read() >>> 0) });
    const constant = (value: number): RegisterBehaviour => number(() => value);
    const stored = (name: RegisterName, mask: number): RegisterBehaviour => ({
      read: () => this.stored.get(name) ?? U64.ZERO,
      write: (value) => {
        this.stored.set(name, U64.fromWords(0, value.low & mask));
      },
    });
    return {
      CHANCNT: constant(1),
      XFERCAP: constant(options.transferLimitLg2),
      GENCTRL: stored("GENCTRL", GENCTRL.DEBUG_EN),
      INTRCTRL: {
        ...stored("INTRCTRL", INTRCTRL.MASTER_INT_EN | INTRCTRL.MSIX_VECTOR_CONTROL),
        ...number(() => this.interruptControl),
      },
      ATTNSTATUS: number(() => (channel.attention ? 1 : 0)),
      CBVER: constant(options.version),
      PERPORTOFFSET: constant(0),
      INTRDELAY: stored("INTRDELAY", INTRDELAY_MASK),
      CS_STATUS: constant(0),
      DMACAPABILITY: constant(DMACAPABILITY.PAGE_BREAK | DMACAPABILITY.BLOCK_FILL),
      DCAOFFSET: constant(0),
      CHWPREFLMT: stored("CHWPREFLMT", -1),
      CHANCTRL: {
        ...number(() => channel.controlBits),
        write: (value) => {
          channel.writeControl(value.low);
        },
        loaded: (last) => {
          if (last === CHANCTRL_LAST_BYTE) channel.take();
        },
      },
      DMA_COMP: constant(DMA_COMP.V2),
      CHANCMD: {
        ...constant(0),
        write: (value) => {
          channel.command(value.low);
        },
      },
      DMACOUNT: {
        ...number(() => channel.count),
        partial: "latched",
        write: (value) => {
          channel.writeCount(value.low);
        },
      },
      CHANSTS: { read: () => channel.status },
      CHAINADDR: {
        read: () => channel.chain,
        partial: "latched",
        write: (value) => {
          channel.writeChainAddress(value);
        },
      },
      CHANCMP: {
        read: () => channel.completion,
        partial: "latched",
        write: (value) => {
          channel.writeCompletionAddress(value);
        },
      },
      CDAR: { read: () => channel.currentDescriptor },
      CHANERR: {
        ...number(() => channel.errorBits),
        partial: "zero",
        write: (value) => {
          channel.clearErrors(value.low);
        },
      },
      CHANERRMASK: stored("CHANERRMASK", -1),
      DCACTRL: stored("DCACTRL", -1),
      DRSCTL: stored("DRSCTL", 0xffff),
    };
  }
}

/** The byte of CHANCTRL that holds IN_USE. */
const CHANCTRL_LAST_BYTE = 1;

const ones = (length: number): Uint8Array => new Uint8Array(length).fill(0xff);

function clearedByOne(offset: number): ConfigRegister {
  return { offset, initial: new Uint8Array(4), writable: new Uint8Array(4), clearedByOne: ones(4) };
}

/** PCI Express, version 2, root complex integrated endpoint: 0x2c bytes. */
function pciExpress(functionReset: boolean): CapabilityDescription {
  const bytes = 0x2c - 2;
  const body = new Uint8Array(bytes);
  const writable = new Uint8Array(bytes);
  const cleared = new Uint8Array(bytes);
  const view = new DataView(body.buffer);
  view.setUint16(0x02 - 2, 0x0092, true);
  // DEVCAP: role-based error reporting, function-level reset.
  view.setUint32(0x04 - 2, 0x8000 | (functionReset ? 0x1000_0000 : 0), true);
  // DEVCTL: all but initiate function-level reset, which reads as 0. DEVSTA: the four errors.
  new DataView(writable.buffer).setUint16(0x08 - 2, 0x7fff, true);
  new DataView(cleared.buffer).setUint16(0x0a - 2, 0x000f, true);
  return { offset: 0x90, id: 0x10, body, writable, clearedByOne: cleared };
}

/** Power management, version 3, without PME: D0 and D3hot. D3hot keeps the registers (no soft reset). */
const POWER_MANAGEMENT: CapabilityDescription = {
  offset: 0xe0,
  id: 0x01,
  body: Uint8Array.of(0x03, 0x00, 0x08, 0x00, 0x00, 0x00),
  writable: Uint8Array.of(0x00, 0x00, 0x03, 0x00, 0x00, 0x00),
};
