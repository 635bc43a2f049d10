/** The virtual configuration space of a VFIO PCI device as the device sees it (specification 50, section 4.13). */
import type { PciFunction } from "../devices/pci/interface.js";

export interface ConfigSpace {
  /** The device is opened: takes the virtual copy, with memory decoding on and bus mastering off. */
  open(): void;
  /** The device is closed: everything is as before `open`. */
  close(): void;
  /** @returns false: EFAULT, some byte is beyond the end, and nothing is done */
  read(offset: number, into: Uint8Array): boolean;
  write(offset: number, from: Uint8Array): boolean;
  /** Memory BARs answer: COMMAND says so, and the function is not in D3. */
  readonly memoryEnabled: boolean;
  /** COMMAND bit 10. */
  readonly intxDisabled: boolean;
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

export type MakeConfigSpace = (pci: PciFunction, events: ConfigEvents) => ConfigSpace;
