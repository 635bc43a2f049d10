/**
 * What a VFIO PCI device is put together from, as the device sees it: the configuration space that the user gets, the
 * interrupts, and what there may be of low power.
 */
import type { PciFunction } from "../devices/pci/interface.js";

/** The virtual configuration space (specification 50, section 4.13). */
export interface ConfigSpace {
  /** The device is opened: takes the virtual copy, with memory decoding on and bus mastering off. */
  open(): void;
  /** The device is closed: everything is as before `open`. */
  close(): void;
  /** @returns false: EFAULT, some byte is beyond the end, and nothing is done */
  read(offset: number, into: Uint8Array): boolean;
  write(offset: number, from: Uint8Array): boolean;
  /** Memory BARs answer: COMMAND says so, and the function is in D0. */
  readonly memoryEnabled: boolean;
  /** The function has been reset: it gets back what the user had set up. */
  afterReset(): void;
}

/** What the configuration space tells its device, and asks of it. */
export interface ConfigEvents {
  commandChanged(memoryWasOn: boolean, memoryIsOn: boolean): void;
  intxMaskChanged(masked: boolean): void;
  /** The user wants a function reset. */
  functionReset(): void;
  /** Vectors of MSI that are enabled, as log2; -1: it is not. */
  msiEnabledOrder(): number;
}

/** Interrupts and their eventfds (specification 50, section 4.5). */
export interface DeviceInterrupts {
  intxDisabledChanged(disabled: boolean): void;
  msiOrder(): number;
  /** The device is to be taken away. */
  signalRequest(): void;
  afterReset(): void;
  /** No interrupt enabled, no eventfd held. */
  teardown(): void;
  inspect(): Record<string, unknown>;
}

export interface DeviceParts {
  readonly config: ConfigSpace;
  readonly interrupts: DeviceInterrupts;
}

/** Puts the parts of a device together; they are used while it is open. */
export type MakeParts = (pci: PciFunction, events: ConfigEvents) => DeviceParts;
