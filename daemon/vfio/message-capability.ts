/**
 * MSI and MSI-X of the hardware as the kernel sets them up for VFIO (PCI Local Bus Specification 3.0, section 6.8): enable
 * bits, message address and data, masks of vectors.
 */
import {
  MESSAGE_CONTROL_AT,
  MSI_64_BIT,
  MSI_ENABLE,
  MSI_ORDER_MASK,
  MSI_ORDER_SHIFT,
  MSIX_ENABLE,
  MSIX_ENTRY_BYTES,
  MSIX_ENTRY_CONTROL_AT,
  MSIX_ENTRY_DATA_AT,
  MSIX_ENTRY_MASKED,
  MSIX_MASK_ALL,
} from "../devices/pci/config-registers.js";
import { littleEndian } from "../devices/pci/config-space.js";
import type { InterruptDescription } from "../devices/pci/model.js";
import type { PciFunction } from "../devices/pci/interface.js";

export interface MessageCapability {
  /** How many the hardware has. */
  readonly vectors: number;
  /** From the state after power-up or reset; where vectors have masks, all are masked. */
  enable(vectors: number): void;
  disable(): void;
  /** What was held back meanwhile is sent when the mask goes. MSI: there is none. */
  setMasked(vector: number, masked: boolean): void;
}

/** Where interrupt messages go on x86; the data tells them apart. */
const MESSAGE_ADDRESS = 0xfee0_0000;

/** MSI: where the address, and its upper half or the data are. */
const MSI_ADDRESS_AT = 4;
const MSI_UPPER_ADDRESS_AT = 8;

/** A register of configuration space. */
function readConfig(pci: PciFunction, offset: number): number {
  const bytes = new Uint8Array(2);
  pci.readConfig(offset, bytes);
  return bytes[0]! | (bytes[1]! << 8);
}

/** How many vectors the order in message control stands for, as log2. */
export function messageOrder(vectors: number): number {
  return Math.ceil(Math.log2(vectors));
}

export class MsiCapability implements MessageCapability {
  readonly vectors: number;
  private readonly offset: number;

  constructor(
    private readonly pci: PciFunction,
    description: NonNullable<InterruptDescription["msi"]>,
  ) {
    this.vectors = description.vectors;
    this.offset = description.offset;
  }

  enable(vectors: number): void {
    const control = readConfig(this.pci, this.offset + MESSAGE_CONTROL_AT) & ~(MSI_ORDER_MASK | MSI_ENABLE);
    this.pci.writeConfig(this.offset + MSI_ADDRESS_AT, littleEndian(MESSAGE_ADDRESS, 4));
    const is64Bit = (control & MSI_64_BIT) !== 0;
    if (is64Bit) this.pci.writeConfig(this.offset + MSI_UPPER_ADDRESS_AT, littleEndian(0, 4));
    this.pci.writeConfig(this.offset + MSI_UPPER_ADDRESS_AT + (is64Bit ? 4 : 0), littleEndian(0, 2));
    const order = messageOrder(vectors) << MSI_ORDER_SHIFT;
    this.pci.writeConfig(this.offset + MESSAGE_CONTROL_AT, littleEndian(control | order | MSI_ENABLE, 2));
  }

  disable(): void {
    const control = readConfig(this.pci, this.offset + MESSAGE_CONTROL_AT) & ~(MSI_ORDER_MASK | MSI_ENABLE);
    this.pci.writeConfig(this.offset + MESSAGE_CONTROL_AT, littleEndian(control, 2));
  }

  setMasked(): void {
    // A message of a vector without an eventfd is dropped by whom it reaches.
  }
}

export class MsixCapability implements MessageCapability {
  readonly vectors: number;
  private readonly offset: number;
  private readonly bar: number;
  private readonly tableOffset: number;

  constructor(
    private readonly pci: PciFunction,
    description: NonNullable<InterruptDescription["msix"]>,
  ) {
    this.vectors = description.vectors;
    this.offset = description.offset;
    this.bar = description.bar;
    this.tableOffset = description.tableOffset;
  }

  enable(): void {
    this.writeControl(MSIX_ENABLE | MSIX_MASK_ALL);
    for (let vector = 0; vector < this.vectors; vector++) {
      this.setMasked(vector, true);
      this.writeEntry(vector, 0, MESSAGE_ADDRESS);
      this.writeEntry(vector, 4, 0);
      this.writeEntry(vector, MSIX_ENTRY_DATA_AT, vector);
    }
    this.writeControl(MSIX_ENABLE);
  }

  disable(): void {
    this.writeControl(0);
  }

  setMasked(vector: number, masked: boolean): void {
    this.writeEntry(vector, MSIX_ENTRY_CONTROL_AT, masked ? MSIX_ENTRY_MASKED : 0);
  }

  private writeEntry(vector: number, at: number, value: number): void {
    this.pci.writeBar(this.bar, this.tableOffset + vector * MSIX_ENTRY_BYTES + at, littleEndian(value, 4));
  }

  /** The size of the table is read-only. */
  private writeControl(value: number): void {
    this.pci.writeConfig(this.offset + MESSAGE_CONTROL_AT, littleEndian(value, 2));
  }
}
