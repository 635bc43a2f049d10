/** Functions and a bus for tests of the tree of files: what it is told of them, without VFIO behind it. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { BarMemory, PciFunction } from "../../daemon/devices/pci/interface.js";
import type { PciIdentity, PciModel } from "../../daemon/devices/pci/model.js";
import type { RecordingIommu } from "../../daemon/devices/endpoint.js";
import type { ReservedRegion } from "../../daemon/hw/interface.js";
import { type TreeBus, type TreeIommu, type TreeSlot } from "../../daemon/main/tree/machine.js";
import { VFIO_DRIVER } from "../../daemon/vfio/bus.js";
import { U64 } from "../../daemon/u64.js";

const IDENTITY: PciIdentity = {
  vendorId: 0x8086,
  deviceId: 0x2021,
  subsystemVendorId: 0x8086,
  subsystemId: 0,
  classCode: 0x088000,
  revision: 4,
};

export const MSI_WINDOW: ReservedRegion = {
  start: U64.fromNumber(0xfee0_0000),
  last: U64.fromNumber(0xfeef_ffff),
  kind: "msi",
};

/** A unit that nothing goes through. */
export const treeIommu: TreeIommu & { readonly iommu: RecordingIommu } = {
  iommu: {} as RecordingIommu,
  cap: U64.fromBigInt(0xd2008c22260286n),
  ecap: U64.fromBigInt(0xf050dan),
  domainsSupported: 65536,
  domainsUsed: 2,
};

export interface FakeFunctionOptions {
  readonly identity?: Partial<PciIdentity>;
  readonly model?: Partial<PciModel>;
  readonly reservedRegions?: readonly ReservedRegion[];
  readonly iommu?: RecordingIommu;
}

/** A function whose configuration space is memory; resets are counted. */
export class FakeFunction implements PciFunction {
  readonly segment: number;
  readonly requesterId: number;
  readonly iommu: RecordingIommu;
  readonly reservedRegions: readonly ReservedRegion[];
  readonly model: PciModel;
  readonly config: Uint8Array;
  readonly present = true;
  readonly intxAsserted = false;
  resets = 0;

  constructor(
    readonly name: string,
    options: FakeFunctionOptions = {},
  ) {
    const [segment, bus, device, number] = name.split(/[:.]/).map((text) => parseInt(text, 16));
    this.segment = segment!;
    this.requesterId = (bus! << 8) | (device! << 3) | number!;
    this.iommu = options.iommu ?? treeIommu.iommu;
    this.reservedRegions = options.reservedRegions ?? [MSI_WINDOW];
    this.model = {
      kind: "fake",
      configBytes: 4096,
      bars: [],
      capabilities: [],
      registers: [],
      interrupts: { pin: 1 },
      resettable: true,
      readBar: () => undefined,
      writeBar: () => undefined,
      reset: () => undefined,
      inspect: () => ({}),
      ...options.model,
      identity: { ...IDENTITY, ...options.identity },
    };
    this.config = new Uint8Array(this.model.configBytes);
  }

  remove(): void {
    throw new Error("not asked for here");
  }
  readConfig(offset: number, into: Uint8Array): void {
    into.set(this.config.subarray(offset, offset + into.length));
  }
  writeConfig(offset: number, from: Uint8Array): void {
    this.config.set(from, offset);
  }
  readBar(): void {
    throw new Error("not asked for here");
  }
  writeBar(): void {
    throw new Error("not asked for here");
  }
  barMemory(): BarMemory | undefined {
    return undefined;
  }
  barAddress(bar: number): number {
    return this.model.bars[bar]!.space === "io" ? 0x3000 : 0x3800_0000_0000 + bar * 0x10_0000;
  }
  setInterruptSink(): void {
    throw new Error("not asked for here");
  }
  reset(): void {
    this.resets++;
    this.config.fill(0);
  }
}

type FakeSlot = { -readonly [Key in keyof TreeSlot]: TreeSlot[Key] };

/** Drivers, overrides and indices, nothing else. */
export class FakeBus implements TreeBus {
  private list: FakeSlot[] = [];
  private readonly listeners: (() => void)[] = [];

  slots(): readonly TreeSlot[] {
    return this.list;
  }

  /** Plugs in a function in the group of this number. */
  add(pci: PciFunction, groupId: number, driver: string | undefined): void {
    this.list.push({
      address: pci.name,
      pci,
      group: { id: groupId },
      driver: undefined,
      driverOverride: undefined,
      cdevIndex: undefined,
      opened: false,
    });
    if (driver !== undefined) this.bind(pci.name, driver);
    else this.changed();
  }

  remove(address: string): void {
    this.list = this.list.filter((slot) => slot.address !== address);
    this.changed();
  }

  setOpened(address: string, opened: boolean): void {
    this.find(address)!.opened = opened;
    this.changed();
  }

  bind(address: string, driver: string): Errno {
    const slot = this.find(address);
    if (slot === undefined || slot.driver !== undefined) return errno.ENODEV;
    slot.driver = driver;
    if (driver === VFIO_DRIVER) slot.cdevIndex = this.list.filter(({ cdevIndex }) => cdevIndex !== undefined).length;
    this.changed();
    return errno.OK;
  }

  unbind(address: string): Errno | boolean {
    const slot = this.find(address);
    if (slot?.driver === undefined) return errno.ENODEV;
    slot.driver = slot.cdevIndex = undefined;
    this.changed();
    return false;
  }

  setDriverOverride(address: string, driver: string | undefined): Errno {
    const slot = this.find(address);
    if (slot === undefined) return errno.ENODEV;
    slot.driverOverride = driver;
    this.changed();
    return errno.OK;
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private find(address: string): FakeSlot | undefined {
    return this.list.find((slot) => slot.address === address);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
