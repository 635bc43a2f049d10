/** What a driver of the test device does: registers by name, configuration space bits by name, copies. */
import { DMA_COMMAND, registers, type RegisterName } from "../../daemon/devices/pci/test-device/registers.js";
import { createTestDevice, type TestDeviceOptions } from "../../daemon/devices/pci/test-device/test-device.js";
import { bytesOf, numberOf, PciSlot } from "./pci-slot.js";

export const COMMAND = { IO: 1, MEMORY: 2, MASTER: 4, INTX_DISABLE: 0x400 };
export const STATUS_INTERRUPT = 8;

const COMMAND_AT = 0x04;
const MSI_CONTROL_AT = 0x52;
const MSIX_CONTROL_AT = 0x72;
const POWER_CONTROL_AT = 0x44;
const MSIX_BAR = 4;
const PENDING_AT = 0x800;

export class TestDeviceDriver extends PciSlot {
  /** Its function may use the bus. */
  constructor(options: TestDeviceOptions = {}) {
    super(createTestDevice(options));
    this.setCommand(COMMAND.MEMORY | COMMAND.IO | COMMAND.MASTER);
  }

  setCommand(value: number): void {
    this.setConfig(COMMAND_AT, 2, value);
  }

  get statusInterrupt(): boolean {
    return (this.config(0x06, 2) & STATUS_INTERRUPT) !== 0;
  }

  /** @param state 0 is D0, 3 is D3hot */
  setPower(state: number): void {
    this.setConfig(POWER_CONTROL_AT, 2, state);
  }

  /** @param order log2 of the vectors that are enabled */
  enableMsi(order: number): void {
    this.setConfig(MSI_CONTROL_AT, 2, (order << 4) | 1);
  }

  disableMsi(): void {
    this.setConfig(MSI_CONTROL_AT, 2, 0);
  }

  enableMsix({ maskAll = false }: { maskAll?: boolean } = {}): void {
    this.setConfig(MSIX_CONTROL_AT, 2, maskAll ? 0xc000 : 0x8000);
  }

  disableMsix(): void {
    this.setConfig(MSIX_CONTROL_AT, 2, 0);
  }

  setMasked(vector: number, masked: boolean): void {
    this.store(MSIX_BAR, vector * 16 + 12, masked ? 1 : 0);
  }

  /** Pending bits of MSI-X. */
  get pending(): number {
    return this.load(MSIX_BAR, PENDING_AT);
  }

  read(name: RegisterName): number {
    const { offset, bytes } = registers[name];
    const into = new Uint8Array(bytes);
    this.device.readBar(0, offset, into);
    return numberOf(into);
  }

  write(name: RegisterName, value: number): void {
    const { offset, bytes } = registers[name];
    this.device.writeBar(0, offset, bytesOf(value, bytes));
  }

  /** Describes a copy and starts it. */
  startCopy(destination: number, source: number, length: number, command: number = DMA_COMMAND.COPY): void {
    this.write("DMA_SOURCE", source);
    this.write("DMA_DESTINATION", destination);
    this.write("DMA_LENGTH", length);
    this.write("DMA_COMMAND", command);
  }
}
