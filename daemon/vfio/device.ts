/**
 * A PCI function that has the driver vfio-pci (specification 50, parts 3 and 4): who has it open, which context it is bound
 * to, what it is attached to there, and its registers.
 *
 * Invariant: it is bound and enabled exactly while a descriptor that may use it, or a mapping of one, is open.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import { VFIO_PCI_ROM_REGION_INDEX } from "../../proto/uapi/vfio-device.js";
import type { Context } from "../core/context.js";
import { DeviceObject } from "../core/device.js";
import type { IommuGroup } from "../core/group.js";
import type { Hwpt } from "../core/hwpt.js";
import type { ExportDeviceMemory } from "../core/mm.js";
import { INTERRUPT_PIN } from "../devices/pci/config-registers.js";
import type { PciFunction } from "../devices/pci/interface.js";
import { eachAccess } from "./bar-access.js";
import { BarBuffers } from "./bar-buffers.js";
import type { ConfigSpace, MakeConfigSpace } from "./config-space.js";
import { VfioInterrupts } from "./interrupts.js";
import { IoEventFds } from "./ioeventfds.js";
import { LowPower } from "./low-power.js";
import { barOf, msixTableIn } from "./regions.js";

/** From here on no PASID can be kept. */
const PASIDS_END = 0x8000_0000;
const ROM_ACCESS_BYTES = 4;

/** What a device needs of the machine. */
export interface DeviceHost {
  readonly makeConfig: MakeConfigSpace;
  readonly exportMemory: ExportDeviceMemory;
}

/** Who wants to know of a device's descriptors. */
export interface DeviceListener {
  /** It was enabled or disabled. */
  openedChanged(): void;
  /** Its last descriptor is closed. */
  unused(): void;
}

export class VfioPciDevice {
  readonly config: ConfigSpace;
  readonly interrupts: VfioInterrupts;
  readonly ioEventFds: IoEventFds;
  readonly barBuffers: BarBuffers;
  readonly lowPower = new LowPower(() => {
    this.decodingChanged();
  });
  /** It is to be taken away: nobody can open it any more. */
  isLeaving = false;
  /** Its device node was used for the binding, not its group. */
  isBoundByNode = false;
  private binding: DeviceObject | undefined;
  /** Of `binding`. */
  private boundContext: Context | undefined;
  /** PASIDs that were attached as such, 0 among them: that one is the attachment without PASID, under another name. */
  private readonly pasids = new Set<number>();
  private isAttached = false;
  /** Descriptors and mappings that may use the device. */
  private users = 0;
  /** Descriptors that are open, bound or not. */
  private descriptors = 0;
  private areMappingsShown = true;

  constructor(
    readonly pci: PciFunction,
    readonly group: IommuGroup,
    host: DeviceHost,
    private readonly listener: DeviceListener,
  ) {
    this.config = host.makeConfig(pci, {
      commandChanged: () => {
        this.decodingChanged();
      },
      intxMaskChanged: (masked) => {
        this.interrupts.intxDisabledChanged(masked);
      },
      functionReset: () => {
        this.reset();
      },
      msiEnabledOrder: () => this.interrupts.msiOrder(),
    });
    this.interrupts = new VfioInterrupts(pci, {
      interruptPin: () => this.interruptPin(),
      intxDisabled: () => this.config.intxDisabled,
    });
    const { exportMemory } = host;
    this.ioEventFds = new IoEventFds(pci, { memoryEnabled: () => this.config.memoryEnabled });
    this.barBuffers = new BarBuffers(pci, { barsAnswer: () => this.answersMappings, exportMemory });
  }

  private interruptPin(): number {
    const pin = new Uint8Array(1);
    this.config.read(INTERRUPT_PIN, pin);
    return pin[0]!;
  }

  // ---- open and close -------------------------------------------------------------------------------------------------

  /** A descriptor of it exists. */
  addDescriptor(): void {
    this.descriptors++;
  }

  removeDescriptor(): void {
    this.descriptors--;
    if (this.descriptors === 0) this.listener.unused();
  }

  get hasDescriptors(): boolean {
    return this.descriptors > 0;
  }

  get isOpen(): boolean {
    return this.users > 0;
  }

  /** Undefined: not bound. */
  get context(): Context | undefined {
    return this.boundContext;
  }

  /** The id of the device object; 0: not bound. */
  get deviceId(): number {
    return this.binding?.id ?? 0;
  }

  /**
   * The first user: binds the device to a context and enables it. Preconditions: it is not open.
   * @returns ENODEV, EINVAL, EPERM, ENOMEM
   */
  open(context: Context): Errno {
    if (this.isLeaving) return errno.ENODEV;
    const binding = DeviceObject.bindTo(context, this.pci, this.group);
    if (typeof binding === "number") return binding;
    this.binding = binding;
    this.boundContext = context;
    this.users = 1;
    if (this.pci.model.resettable) this.pci.reset();
    this.config.open();
    this.decodingChanged();
    this.listener.openedChanged();
    return errno.OK;
  }

  /** One more user. Preconditions: it is open. */
  hold(): void {
    this.users++;
  }

  /** One user less; the last one detaches, unbinds and disables it. */
  drop(): void {
    this.users--;
    if (this.users > 0) return;
    this.pasids.clear();
    this.isAttached = false;
    this.isBoundByNode = false;
    this.binding!.unbind();
    this.binding = undefined;
    this.boundContext = undefined;
    this.interrupts.teardown();
    this.ioEventFds.teardown();
    this.barBuffers.teardown();
    this.lowPower.exit();
    if (this.pci.model.resettable) this.pci.reset();
    this.config.close();
    this.setShown(true);
    this.listener.openedChanged();
  }

  // ---- attachment. Preconditions: it is open --------------------------------------------------------------------------

  /**
   * Attaches it, or replaces what it is attached to.
   * @param pasid undefined: requests without PASID
   * @returns ENOSPC, ENOENT, EINVAL, EBUSY, EADDRINUSE, and what filling a new table answers
   */
  attach(ptId: number, pasid?: number): Hwpt | Errno {
    const device = this.binding!;
    if (pasid !== undefined && pasid >= PASIDS_END) return errno.ENOSPC;
    const replaces = pasid === undefined ? this.isAttached : this.pasids.has(pasid);
    const hwpt = replaces ? device.replace(ptId, pasid) : device.attach(ptId, pasid);
    if (typeof hwpt === "number") return hwpt;
    if (pasid === undefined) this.isAttached = true;
    else this.pasids.add(pasid);
    return hwpt;
  }

  /** Not attached so: nothing happens. @param pasid undefined: requests without PASID */
  detach(pasid?: number): void {
    const isAttached = pasid === undefined ? this.isAttached : this.pasids.delete(pasid);
    if (pasid === undefined) this.isAttached = false;
    if (isAttached) this.binding!.detach(pasid);
  }

  // ---- registers ------------------------------------------------------------------------------------------------------

  /** The user's function reset, or one that comes with others'. What the user had set up survives it. */
  reset(): void {
    if (this.isOpen) this.barBuffers.revokeMapped();
    this.pci.reset();
    if (!this.isOpen) return;
    this.config.afterReset();
    this.interrupts.afterReset();
    this.decodingChanged();
  }

  /** Mapped BARs answer. */
  get answersMappings(): boolean {
    return this.config.memoryEnabled && !this.lowPower.isEntered;
  }

  /** Whether memory BARs answer may have changed. */
  private decodingChanged(): void {
    this.setShown(this.answersMappings);
    this.barBuffers.refresh();
  }

  /** Memory pages that are mapped are there exactly while register pages answer. */
  private setShown(shown: boolean): void {
    if (shown === this.areMappingsShown) return;
    this.areMappingsShown = shown;
    for (const bar of this.pci.model.bars.keys()) {
      const memory = this.pci.barMemory(bar);
      if (shown) memory?.show();
      else memory?.hide();
    }
  }

  /** Loads from a BAR or the ROM inside it. @returns EIO: memory decoding is off */
  readRegion(region: number, offset: number, into: Uint8Array): Errno {
    const { pci } = this;
    const error = this.checkDecoding(region);
    if (error !== errno.OK) return error;
    if (region === VFIO_PCI_ROM_REGION_INDEX) {
      const read = (at: number, bytes: Uint8Array): void => {
        this.readRom(at, bytes);
      };
      eachAccess(offset, into, read, ROM_ACCESS_BYTES);
      return errno.OK;
    }
    const table = msixTableIn(pci.model, region);
    eachAccess(offset, into, (at, bytes) => {
      if (table !== undefined && at >= table.start && at <= table.last) bytes.fill(0xff);
      else pci.readBar(region, at, bytes);
    });
    return errno.OK;
  }

  /** Stores to a BAR inside it. @returns EIO: memory decoding is off */
  writeRegion(region: number, offset: number, from: Uint8Array): Errno {
    const { pci } = this;
    const error = this.checkDecoding(region);
    if (error !== errno.OK) return error;
    const table = msixTableIn(pci.model, region);
    eachAccess(offset, from, (at, bytes) => {
      if (table === undefined || at < table.start || at > table.last) pci.writeBar(region, at, bytes);
    });
    return errno.OK;
  }

  /** I/O is not checked: its ports are the kernel's to decode. */
  private checkDecoding(region: number): Errno {
    const reached = this.config.memoryEnabled || barOf(this.pci.model, region)?.space === "io";
    return reached ? errno.OK : errno.EIO;
  }

  /** Behind the image, and where the hardware is gone, all bytes are ones. */
  private readRom(at: number, into: Uint8Array): void {
    into.fill(0xff);
    if (this.pci.present) into.set(this.pci.model.rom!.subarray(at, at + into.length));
  }

  inspect(): Record<string, unknown> {
    return {
      name: this.pci.name,
      group: this.group.id,
      open: this.users,
      deviceId: this.deviceId,
      leaving: this.isLeaving,
      memoryEnabled: this.config.memoryEnabled,
      interrupts: this.interrupts.inspect(),
      model: this.pci.model.inspect(),
    };
  }
}
