/** A fake PCI function with its interrupts, and GET_IRQ_INFO and SET_IRQS on it as a program calls them. */
import { decodeStruct, encodeStruct } from "../../proto/uapi/codec.js";
import * as api from "../../proto/uapi/vfio-interrupts.js";
import { U64 } from "../../daemon/u64.js";
import type { FileCall } from "../../daemon/uapi/descriptors.js";
import { getIrqInfo, setIrqs } from "../../daemon/uapi/vfio-interrupts.js";
import { VfioInterrupts } from "../../daemon/vfio/interrupts.js";
import { FakeEvents } from "./fake-events.js";
import { FakePciFunction, type FakeFunctionOptions } from "./fake-pci-function.js";
import { FakeMemory, Machine, noDescriptors } from "./machine.js";

const AT = 0x1000n;
/** More than the largest struct and its data take. */
const MEMORY_BYTES = 0x4000;

/** An ioctl of a program with these eventfds, and its memory: MEMORY_BYTES from AT. */
export function fileCall(events: FakeEvents): { call: FileCall; bytes: Uint8Array } {
  const bytes = new Uint8Array(MEMORY_BYTES);
  const memory = new FakeMemory();
  memory.add(AT, bytes);
  const descriptors = { ...noDescriptors, openEvent: events.open };
  return { call: { caller: new Machine().caller, memory, descriptors }, bytes };
}

/** Puts a struct and what follows at the end of the program's memory, so that a byte more faults. @returns its address */
export function place(bytes: Uint8Array, struct: Uint8Array, data: Uint8Array = new Uint8Array()): U64 {
  const at = bytes.length - struct.length - data.length;
  bytes.set(struct, at);
  bytes.set(data, at + struct.length);
  return U64.fromBigInt(AT + BigInt(at));
}

export interface IrqSet {
  readonly flags: number;
  readonly index: number;
  readonly start?: number;
  readonly count?: number;
  /** u8 each. */
  readonly bools?: readonly number[];
  readonly fds?: readonly number[];
  /** If it is not what struct and data take. */
  readonly argsz?: number;
}

export class InterruptDevice {
  readonly events = new FakeEvents();
  readonly pci: FakePciFunction;
  readonly interrupts: VfioInterrupts;
  /** COMMAND bit 10. */
  intxDisabled = false;
  private readonly program = fileCall(this.events);

  constructor(options: FakeFunctionOptions = {}) {
    this.pci = new FakePciFunction(options);
    this.interrupts = new VfioInterrupts(this.pci, {
      interruptPin: () => options.pin ?? 1,
      intxDisabled: () => this.intxDisabled,
    });
  }

  /** @returns what ioctl(2) returns, or a negative errno */
  setIrqs({ flags, index, start = 0, count, bools, fds, argsz }: IrqSet): number {
    const data = bools ? Uint8Array.from(bools) : new Uint8Array(Int32Array.from(fds ?? []).buffer);
    const struct = encodeStruct(api.vfio_irq_set, {
      argsz: argsz ?? api.vfio_irq_set.bytes + data.length,
      ...{ flags, index, start, count: count ?? (bools ?? fds ?? []).length },
    });
    return setIrqs(this.program.call, place(this.program.bytes, struct, data), this);
  }

  irqInfo(index: number, argsz = api.vfio_irq_info.bytes): { result: number; flags: number; count: number } {
    const { bytes, call } = this.program;
    const address = place(bytes, encodeStruct(api.vfio_irq_info, { argsz, index }));
    const result = getIrqInfo(call, address, this);
    const { flags, count } = decodeStruct(api.vfio_irq_info, bytes.subarray(-api.vfio_irq_info.bytes));
    return { result, flags, count };
  }

  /** SET_IRQS at an address where no struct is. */
  setIrqsAt(address: bigint): number {
    return setIrqs(this.program.call, U64.fromBigInt(address), this);
  }
}
