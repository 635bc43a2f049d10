/**
 * MSI and MSI-X of the hardware as the kernel sets them up for VFIO (PCI Local Bus Specification 3.0, section 6.8): enable
 * bits, message address and data, masks of vectors.
 */
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

const CONTROL_AT = 2;

/** MSI: message control, and where the address, its upper half and the data are. */
const MSI_ENABLE = 1 << 0;
const MSI_ORDER_SHIFT = 4;
const MSI_ORDER_MASK = 7 << MSI_ORDER_SHIFT;
const MSI_64_BIT = 1 << 7;
const MSI_ADDRESS_AT = 4;
const MSI_UPPER_ADDRESS_AT = 8;

/** MSI-X: message control, and an entry of the table. */
const MSIX_MASK_ALL = 1 << 14;
const MSIX_ENABLE = 1 << 15;
const ENTRY_BYTES = 16;
const ENTRY_DATA_AT = 8;
const ENTRY_CONTROL_AT = 12;
const ENTRY_MASKED = 1;

/** A register of configuration space. */
function readConfig(pci: PciFunction, offset: number): number {
  const bytes = new Uint8Array(2);
  pci.readConfig(offset, bytes);
  return bytes[0]! | (bytes[1]! << 8);
}

function littleEndian(value: number, bytes: 2 | 4): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => (value >>> (8 * index)) & 0xff);
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
    const control = readConfig(this.pci, this.offset + CONTROL_AT) & ~(MSI_ORDER_MASK | MSI_ENABLE);
    this.pci.writeConfig(this.offset + MSI_ADDRESS_AT, littleEndian(MESSAGE_ADDRESS, 4));
    const is64Bit = (control & MSI_64_BIT) !== 0;
    if (is64Bit) this.pci.writeConfig(this.offset + MSI_UPPER_ADDRESS_AT, littleEndian(0, 4));
    this.pci.writeConfig(this.offset + MSI_UPPER_ADDRESS_AT + (is64Bit ? 4 : 0), littleEndian(0, 2));
    const order = messageOrder(vectors) << MSI_ORDER_SHIFT;
    this.pci.writeConfig(this.offset + CONTROL_AT, littleEndian(control | order | MSI_ENABLE, 2));
  }

  disable(): void {
    const control = readConfig(this.pci, this.offset + CONTROL_AT) & ~(MSI_ORDER_MASK | MSI_ENABLE);
    this.pci.writeConfig(this.offset + CONTROL_AT, littleEndian(control, 2));
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
      this.writeEntry(vector, ENTRY_DATA_AT, vector);
    }
    this.writeControl(MSIX_ENABLE);
  }

  disable(): void {
    this.writeControl(0);
  }

  setMasked(vector: number, masked: boolean): void {
    this.writeEntry(vector, ENTRY_CONTROL_AT, masked ? ENTRY_MASKED : 0);
  }

  private writeEntry(vector: number, at: number, value: number): void {
    this.pci.writeBar(this.bar, this.tableOffset + vector * ENTRY_BYTES + at, littleEndian(value, 4));
  }

  /** The size of the table is read-only. */
  private writeControl(value: number): void {
    this.pci.writeConfig(this.offset + CONTROL_AT, littleEndian(value, 2));
  }
}
