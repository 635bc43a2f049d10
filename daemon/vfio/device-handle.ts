/**
 * A descriptor of a VFIO device, from its group or of its node, and the mappings made through it (specification 50, sections
 * 2.5, 3.1 and 3.5). Owns the rule that only what is bound may use the device, and for how long.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { Context } from "../core/context.js";
import type { PciFunction } from "../devices/pci/interface.js";
import type { VfioPciDevice } from "./device.js";
import { BarMapping, fitsInBar } from "./mapping.js";
import { barOf, isMappable, placeOf } from "./regions.js";
import type { U64 } from "../u64.js";

export class DeviceHandle {
  private bound: boolean;
  /** The descriptor, and each mapping. */
  private holders = 1;

  /** @param origin from a group: the device is open, and this is one of its users */
  constructor(
    readonly device: VfioPciDevice,
    readonly origin: "group" | "node",
  ) {
    this.bound = origin === "group";
    device.addDescriptor();
  }

  /** The descriptor may use the device. */
  get isBound(): boolean {
    return this.bound;
  }

  /**
   * The node's way of opening the device. Preconditions: the descriptor is not bound.
   * @returns EINVAL (also: open through another descriptor), ENODEV, EPERM, ENOMEM
   */
  bindTo(context: Context): Errno {
    const { device } = this;
    if (device.isOpen) return errno.EINVAL;
    const error = device.open(context);
    if (error !== errno.OK) return error;
    device.isBoundByNode = true;
    this.bound = true;
    return errno.OK;
  }

  /** Takes back a `bindTo`. */
  undoBind(): void {
    this.bound = false;
    this.device.drop();
  }

  get pci(): PciFunction {
    return this.device.pci;
  }

  get answersMappings(): boolean {
    return this.device.answersMappings;
  }

  /**
   * Maps a part of a BAR.
   * @param offset in the file, at a page
   * @param length whole pages
   * @returns EINVAL
   */
  map(offset: U64, length: U64): BarMapping | Errno {
    if (!this.bound) return errno.EINVAL;
    const { region, offset: start } = placeOf(offset);
    if (!isMappable(this.pci, region)) return errno.EINVAL;
    if (!fitsInBar(barOf(this.pci.model, region)!.bytes, start, length.toNumber())) return errno.EINVAL;
    return new BarMapping(this, region, start, length.toNumber());
  }

  hold(): void {
    this.holders++;
  }

  drop(): void {
    this.holders--;
    if (this.holders > 0) return;
    if (this.bound) this.device.drop();
    this.bound = false;
    this.device.removeDescriptor();
  }
}
