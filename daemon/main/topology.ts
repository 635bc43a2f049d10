/**
 * The machine that the daemon simulates, from its description: IOMMUs, endpoints and PCI functions in groups behind them. PCI
 * functions come and go.
 */
import { errno, errnoName } from "../../proto/uapi/errno.js";
import { IommuGroup } from "../core/group.js";
import { Endpoint, type RecordingIommu } from "../devices/endpoint.js";
import { BarPlacement } from "../devices/pci/bar-placement.js";
import { PciDevice, type AllocateBarMemory } from "../devices/pci/function.js";
import { createModel } from "../devices/pci/models.js";
import type { PciFunction } from "../devices/pci/interface.js";
import type { PciModelFactory } from "../devices/pci/model.js";
import { DmaEngine } from "../devices/dma-engine.js";
import { VdpaDevice } from "../devices/vdpa/device.js";
import { MockBus } from "../devices/mock-bus.js";
import { TableMemory } from "../hw/engine/table-memory.js";
import { FaultCounter } from "../hw/fault-log.js";
import type { PhysicalMemory, ReservedRegion } from "../hw/interface.js";
import { MOCK_TABLE_PFN_FIRST, MOCK_TABLES_MAX, MockIommu } from "../hw/mock/iommu.js";
import { LINUX_7_1, LINUX_7_1_FIXED } from "../hw/mock/personality.js";
import { VtdIommu } from "../hw/vtd/iommu.js";
import { vtdProfile } from "../hw/vtd/profile.js";
import { INTERRUPT_WINDOW_FIRST, INTERRUPT_WINDOW_LAST } from "../hw/vtd/spec/interrupt-window.js";
import { lastOf, U64 } from "../u64.js";
import type { DeviceConfig, EndpointConfig, RegionConfig } from "./topology-config.js";
import { TopologyError, type TopologyDescription } from "./topology-description.js";

export interface TopologyEndpoint {
  readonly endpoint: Endpoint;
  readonly group: IommuGroup;
}

export interface TopologyVdpa {
  readonly device: VdpaDevice;
  readonly group: IommuGroup;
}

export interface TopologyDevice {
  readonly function: PciFunction;
  readonly group: IommuGroup;
  /** Bound at first; undefined: none. */
  readonly driver: string | undefined;
}

interface PluggedDevice extends TopologyDevice {
  readonly function: PciDevice;
}

export interface TopologyOptions {
  /** What the devices reach with translated addresses. */
  readonly memory: PhysicalMemory;
  /** The table pages that all IOMMUs may take together. */
  readonly tablesMax: number;
  readonly kernelFixes: boolean;
  /** Runs what a device goes on with once others have had their turn, or so many milliseconds are over. */
  readonly later: (task: () => void, delayMs?: number) => void;
  readonly allocateBarMemory: AllocateBarMemory;
}

/** Every x86 device has it: hardware takes writes there for interrupts. */
const INTERRUPT_WINDOW: ReservedRegion = {
  start: U64.fromNumber(INTERRUPT_WINDOW_FIRST),
  last: U64.fromNumber(INTERRUPT_WINDOW_LAST),
  kind: "msi",
};

export class Topology {
  readonly iommus: readonly VtdIommu[];
  readonly endpoints: readonly TopologyEndpoint[];
  readonly vdpa: readonly TopologyVdpa[];
  /** Where the IOMMUs' tables live. */
  readonly tableMemory: TableMemory;
  /** Where the mock IOMMU's tables live. */
  readonly mockTables: TableMemory;
  /** Where the selftest makes its devices, whatever the description says. */
  readonly mock: MockBus;
  private readonly groupsById = new Map<number, IommuGroup>();
  private readonly devicesByAddress = new Map<string, PluggedDevice>();
  private readonly placement = new BarPlacement();

  /** @throws TopologyError: a model does not take its options */
  constructor(
    private description: TopologyDescription,
    private readonly options: TopologyOptions,
  ) {
    const { config } = description;
    const { tablesMax, kernelFixes, memory } = options;
    this.tableMemory = new TableMemory(tablesMax);
    const faultCounter = new FaultCounter();
    this.iommus = config.iommus.map(
      ({ name, profile }) => new VtdIommu(name, vtdProfile(profile), this.tableMemory, faultCounter),
    );
    // Numbers that are asked for are kept from those that ask for none.
    for (const { group } of [...config.endpoints, ...config.vdpa, ...config.devices])
      if (group !== undefined) this.group(group);
    this.endpoints = config.endpoints.map((each) => {
      const { name, address } = each;
      const { iommu, reservedRegions } = this.describe(each);
      const { text, requesterId } = address;
      const endpoint = new Endpoint({ name, address: text, requesterId, iommu, reservedRegions }, memory);
      const group = this.group(each.group);
      group.add(endpoint);
      return { endpoint, group };
    });
    this.vdpa = config.vdpa.map((each) => {
      const { name, queues, address } = each;
      const { requesterId } = address;
      const { iommu, reservedRegions } = this.describe({ ...each, pasidBits: 0, pageRequests: false });
      const dma = new DmaEngine(requesterId, iommu, memory);
      const { later } = options;
      const device = new VdpaDevice({ name, requesterId, iommu, reservedRegions, dma, later, queues });
      const group = this.group(each.group);
      group.add(device);
      return { device, group };
    });
    for (const each of config.devices) this.plugIn(each);
    this.mockTables = new TableMemory(Math.min(tablesMax, MOCK_TABLES_MAX), MOCK_TABLE_PFN_FIRST);
    const personality = kernelFixes ? LINUX_7_1_FIXED : LINUX_7_1;
    this.mock = new MockBus(new MockIommu(this.mockTables, faultCounter, { personality, scattersPages: true }));
  }

  /** In the order in which they were made. */
  get groups(): readonly IommuGroup[] {
    return [...this.groupsById.values()];
  }

  get devices(): readonly TopologyDevice[] {
    return [...this.devicesByAddress.values()];
  }

  /** Plugs in a device. @param text as on the command line @throws TopologyError */
  addDevice(text: string): TopologyDevice {
    const { description, device } = this.description.with(text);
    const added = this.plugIn(device);
    this.description = description;
    return added;
  }

  /** Forgets a device that was taken away and that nobody uses any more. Preconditions: it has left its group. */
  removeDevice(address: string): void {
    const { group, function: removed } = this.devicesByAddress.get(address)!;
    removed.release();
    if (group.devices.length === 0) this.groupsById.delete(group.id);
    this.devicesByAddress.delete(address);
    this.description = this.description.without(address);
  }

  private plugIn(config: DeviceConfig): PluggedDevice {
    const { address, driver, model, options } = config;
    const factory = createModel(model, options);
    if (typeof factory === "string") throw new TopologyError(`device ${address.text}: ${factory}`);
    const plugged = this.makeDevice(factory, config);
    const group = this.group(config.group);
    const error = group.add(plugged);
    if (error !== errno.OK) {
      plugged.release();
      throw new TopologyError(`device ${address.text}: group ${group.id} does not take it: ${errnoName(error)}`);
    }
    const device = { function: plugged, group, driver };
    this.devicesByAddress.set(address.text, device);
    return device;
  }

  private makeDevice(factory: PciModelFactory, config: DeviceConfig): PciDevice {
    const { address } = config;
    const { memory, later, allocateBarMemory } = this.options;
    const { placement } = this;
    try {
      return new PciDevice(factory, { address, ...this.describe(config), memory, later, allocateBarMemory, placement });
    } catch (error) {
      if (error instanceof RangeError) throw new TopologyError(`device ${address.text}: ${error.message}`);
      throw error;
    }
  }

  /** What is behind which IOMMU and cannot be used there; tells the IOMMU of the device. */
  private describe({
    address,
    iommu: name,
    reserved = [],
    pasidBits,
    pageRequests,
  }: Pick<EndpointConfig | DeviceConfig, "address" | "iommu" | "reserved" | "pasidBits" | "pageRequests">): {
    readonly iommu: RecordingIommu;
    readonly reservedRegions: readonly ReservedRegion[];
  } {
    const iommu = this.iommus.find((each) => each.name === name) ?? this.iommus[0]!;
    iommu.describeDevice(address.requesterId, { pasidBits, raisesPageRequests: pageRequests });
    return { iommu, reservedRegions: [...reserved.map(regionOf), INTERRUPT_WINDOW] };
  }

  /** @param id undefined: a new one, with the lowest number from 1 that is not taken */
  private group(id: number | undefined): IommuGroup {
    let number = id ?? 1;
    if (id === undefined) while (this.groupsById.has(number)) number++;
    const group = this.groupsById.get(number) ?? new IommuGroup(number);
    this.groupsById.set(number, group);
    return group;
  }
}

/** Preconditions: the region was checked. */
function regionOf({ start, length, kind }: RegionConfig): ReservedRegion {
  return { start, last: lastOf(start, length)!, kind };
}
