/**
 * The interrupts of one VFIO device: which there are, and what VFIO_DEVICE_SET_IRQS does with them (specification 50,
 * sections 4.4 and 4.5). Owns the invariant that at most one of INTx, MSI and MSI-X is enabled, and that the function sends
 * its interrupts here exactly while one is.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/vfio-interrupts.js";
import type { InterruptSink, PciFunction } from "../devices/pci/interface.js";
import type { InterruptAction, InterruptRequest } from "./interrupt-request.js";
import { IntxInterrupt } from "./intx.js";
import { messageOrder, MsiCapability, MsixCapability } from "./message-capability.js";
import { MessageVectors } from "./message-vectors.js";
import { SingleEvent } from "./single-event.js";

/** What the user sees in configuration space. */
export interface InterruptHost {
  /** Interrupt pin register; 0: no INTx. */
  interruptPin(): number;
  /** COMMAND bit 10. */
  intxDisabled(): boolean;
}

/** Configuration space of this size is that of PCI Express. */
const EXPRESS_CONFIG_BYTES = 4096;

export class VfioInterrupts implements InterruptSink {
  private readonly pin: IntxInterrupt;
  private readonly msi: MessageVectors;
  private readonly msix: MessageVectors;
  private readonly error = new SingleEvent();
  private readonly request = new SingleEvent();

  constructor(
    private readonly pci: PciFunction,
    private readonly host: InterruptHost,
  ) {
    this.pin = new IntxInterrupt({ isAsserted: () => pci.intxAsserted, isDisabled: () => host.intxDisabled() });
    const { msi, msix } = pci.model.interrupts;
    this.msi = new MessageVectors(msi && new MsiCapability(pci, msi), false);
    this.msix = new MessageVectors(msix && new MsixCapability(pci, msix), true);
  }

  /** Interrupts of an index, 0 also of one that there is not. */
  count(index: number): number {
    switch (index) {
      case api.VFIO_PCI_INTX_IRQ_INDEX:
        return this.host.interruptPin() === 0 ? 0 : 1;
      case api.VFIO_PCI_MSI_IRQ_INDEX:
        return this.msi.count;
      case api.VFIO_PCI_MSIX_IRQ_INDEX:
        return this.msix.count;
      case api.VFIO_PCI_ERR_IRQ_INDEX:
        return this.reportsErrors ? 1 : 0;
      case api.VFIO_PCI_REQ_IRQ_INDEX:
        return 1;
      default:
        return 0;
    }
  }

  /** VFIO_IRQ_INFO_* of an index; undefined: GET_IRQ_INFO does not know it. */
  flags(index: number): number | undefined {
    switch (index) {
      case api.VFIO_PCI_INTX_IRQ_INDEX:
        return api.VFIO_IRQ_INFO_EVENTFD | api.VFIO_IRQ_INFO_MASKABLE | api.VFIO_IRQ_INFO_AUTOMASKED;
      case api.VFIO_PCI_MSIX_IRQ_INDEX:
        if (this.msix.count > 0) return api.VFIO_IRQ_INFO_EVENTFD;
        break;
      case api.VFIO_PCI_ERR_IRQ_INDEX:
        if (!this.reportsErrors) return undefined;
        break;
      case api.VFIO_PCI_MSI_IRQ_INDEX:
      case api.VFIO_PCI_REQ_IRQ_INDEX:
        break;
      default:
        return undefined;
    }
    return api.VFIO_IRQ_INFO_EVENTFD | api.VFIO_IRQ_INFO_NORESIZE;
  }

  /** Errors are reported by PCI Express. */
  private get reportsErrors(): boolean {
    return this.pci.model.configBytes === EXPRESS_CONFIG_BYTES;
  }

  /** Whether the action is one that the index has. */
  private supports(index: number, action: InterruptAction): boolean {
    if (action !== "trigger") return index === api.VFIO_PCI_INTX_IRQ_INDEX;
    return index !== api.VFIO_PCI_ERR_IRQ_INDEX || this.reportsErrors;
  }

  /**
   * @param request inside the index: its start is below `count(index)`
   * @returns ENOTTY, EINVAL, ERANGE, EBADF, EBUSY
   */
  set(index: number, request: InterruptRequest): Errno {
    if (!this.supports(index, request.action)) return errno.ENOTTY;
    // First, since a vector that is unmasked may have a message to send.
    this.pci.setInterruptSink(this);
    const error = this.setSupported(index, request);
    if (!this.pin.active && !this.msi.active && !this.msix.active) this.pci.setInterruptSink(undefined);
    return error;
  }

  private setSupported(index: number, request: InterruptRequest): Errno {
    switch (index) {
      case api.VFIO_PCI_INTX_IRQ_INDEX:
        return this.pin.set(request, this.msi.active || this.msix.active);
      case api.VFIO_PCI_MSI_IRQ_INDEX:
        return this.msi.trigger(request, this.pin.active || this.msix.active);
      case api.VFIO_PCI_MSIX_IRQ_INDEX:
        return this.msix.trigger(request, this.pin.active || this.msi.active);
      case api.VFIO_PCI_ERR_IRQ_INDEX:
        return this.error.trigger(request);
      default:
        return this.request.trigger(request);
    }
  }

  message(vector: number): void {
    (this.msi.active ? this.msi : this.msix).message(vector);
  }

  intx(asserted: boolean): void {
    if (asserted) this.pin.deliver();
  }

  /** COMMAND bit 10 of the configuration space that the user sees was set or cleared. */
  intxDisabledChanged(disabled: boolean): void {
    this.pin.disabledChanged(disabled);
  }

  /** Vectors of MSI that are enabled, as log2 rounded up; -1: it is not. */
  msiOrder(): number {
    return this.msi.active ? messageOrder(this.msi.enabledVectors) : -1;
  }

  /** An uncorrectable error of PCI Express. */
  signalError(): void {
    this.error.signal();
  }

  /** The device is to be taken away. */
  signalRequest(): void {
    this.request.signal();
  }

  /** The function has been reset: interrupts stay as they were set up, and a level that has gone down is no interrupt. */
  afterReset(): void {
    this.msi.afterReset();
    this.msix.afterReset();
  }

  /** Back to how a device is opened: no interrupt enabled, no eventfd held. */
  teardown(): void {
    this.pci.setInterruptSink(undefined);
    this.pin.teardown();
    this.msi.teardown();
    this.msix.teardown();
    this.error.teardown();
    this.request.teardown();
  }

  inspect(): Record<string, unknown> {
    return {
      intx: this.pin.active ? (this.pin.isMasked ? "masked" : "enabled") : "off",
      msi: this.msi.signalledVectors,
      msix: this.msix.signalledVectors,
      error: this.error.isRegistered,
      request: this.request.isRegistered,
    };
  }
}
