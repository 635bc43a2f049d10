/**
 * The IOMMU of the kernel's iommufd selftest driver (specification 40, sections 4.1 and 4.2): devices with facts of their
 * own, domains chosen by driver data, no IOTLB. A refused attach changes nothing.
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import { access, walk, type WalkedTable, type WalkFailure } from "../engine/walk.js";
import type { TableMemory } from "../engine/table-memory.js";
import { FaultLog, type FaultCounter } from "../fault-log.js";
import {
  CLIENT_PFN_FIRST,
  PROT_READ,
  PROT_WRITE,
  type DeviceCapabilities,
  type Domain,
  type DomainOptions,
  type DriverData,
  type HardwareInfo,
  type Iommu,
  type NestedDomain,
  type NestedOptions,
  type PageRequest,
  type PageRequestHandler,
  type PagingDomain,
  type Translation,
  type TranslationRequest,
  type VirtualIommu,
  type VirtualIommuHost,
  type WalkStep,
} from "../interface.js";
import { MockDevice, type MockDeviceFlags } from "./device.js";
import { MockDomain } from "./domain.js";
import { readHwptSelftest } from "./driver-data.js";
import { mockFormat } from "./format.js";
import { MockNestedDomain } from "./nested-domain.js";
import { MOCK_VA_LG2, type MockDomainKind, type MockPersonality } from "./personality.js";
import { mockFault, type MockFault } from "./spec/fault.js";
import { MockVirtualIommu, VIOMMU_TYPE_SELFTEST } from "./virtual-iommu.js";

/**
 * Where the mock's tables live: a pointer in its format has 51 bits, too few for TABLE_PFN_FIRST. They lie below client
 * memory; page 0 stays out, so that a zero pointer leads nowhere.
 */
export const MOCK_TABLE_PFN_FIRST = 1;
export const MOCK_TABLES_MAX = CLIENT_PFN_FIRST - MOCK_TABLE_PFN_FIRST;

/** Requests without PASID. */
const NO_PASID = 0;

/** As many as VT-d keeps. */
const FAULT_RECORDS_MAX = 256;

const HW_INFO_TYPE_DEFAULT = 0;
/** IOMMU_HW_INFO_TYPE_SELFTEST; struct iommu_test_hw_info: flags u32 @0, test_reg u32 @4. */
const HW_INFO_TYPE_SELFTEST = 0xfeedbeef;
const HW_INFO_SELFTEST_BYTES = 8;
const HW_INFO_SELFTEST_REGVAL = 0xdeadbeef;

/** IOMMU_TEST_PASID_RESERVED: every second attach to it fails. */
const PASID_RESERVED = 1024;

/** Of a device that is gone: what still refers to it finds nothing attached. */
const NO_FLAGS: MockDeviceFlags = { noDirty: false, pasid: false };

export interface MockIommuOptions {
  readonly personality: MockPersonality;
  /** What every domain says of itself: see PagingDomain. */
  readonly scattersPages: boolean;
}

export class MockIommu implements Iommu {
  readonly name = "mock";
  readonly cacheCoherent = true;
  readonly canEnforceCoherency = false;
  readonly canTrackDirty = true;
  readonly pasidBits: number;
  readonly personality: MockPersonality;
  readonly scattersPages: boolean;
  readonly faults: FaultLog;
  readonly raisesPageRequests = true;
  readonly hasUserPasidTables = true;
  private readonly devices = new Map<number, MockDevice>();

  /** @param memory of its own, with MOCK_TABLE_PFN_FIRST and at most MOCK_TABLES_MAX pages */
  constructor(
    private readonly memory: TableMemory,
    faultCounter: FaultCounter,
    { personality, scattersPages }: MockIommuOptions,
  ) {
    this.personality = personality;
    this.scattersPages = scattersPages;
    this.pasidBits = personality.pasidBits;
    this.faults = new FaultLog(FAULT_RECORDS_MAX, faultCounter);
  }

  /** Preconditions: no device has this requester id. */
  addDevice(requesterId: number, flags: MockDeviceFlags): void {
    if (this.devices.has(requesterId)) throw new Error(`requester ${requesterId} is a mock device already`);
    this.devices.set(requesterId, new MockDevice(flags));
  }

  /** Blocks the device's DMA and forgets it. */
  removeDevice(requesterId: number): void {
    this.devices.delete(requesterId);
    this.faults.clear(requesterId);
  }

  capabilitiesOf(requesterId: number): DeviceCapabilities {
    const { noDirty, pasid } = this.devices.get(requesterId)?.flags ?? NO_FLAGS;
    return { canTrackDirty: !noDirty, pasidBits: pasid ? this.pasidBits : 0, raisesPageRequests: true };
  }

  hardwareInfo(type: number): HardwareInfo | undefined {
    if (type !== HW_INFO_TYPE_DEFAULT && type !== HW_INFO_TYPE_SELFTEST) return undefined;
    const view = new DataView(new ArrayBuffer(HW_INFO_SELFTEST_BYTES));
    view.setUint32(4, HW_INFO_SELFTEST_REGVAL, true);
    return { type: HW_INFO_TYPE_SELFTEST, data: new Uint8Array(view.buffer) };
  }

  allocateDomain(options: DomainOptions, data?: DriverData, requesterId?: number): PagingDomain | Errno {
    const flags = this.devices.get(requesterId ?? -1)?.flags ?? NO_FLAGS;
    if (options.enforceCoherency) return errno.EOPNOTSUPP;
    if (options.pasid && !this.personality.hasPasidDomains) return errno.EOPNOTSUPP;
    if (options.dirtyTracking && flags.noDirty) return errno.EOPNOTSUPP;
    const { defaultKind, hugeIovaKind } = this.personality;
    const kind = data === undefined ? (flags.hugeIova === true ? hugeIovaKind : defaultKind) : this.kindFor(data);
    return typeof kind === "number" ? kind : MockDomain.create(this, kind, this.memory, options);
  }

  /** What driver data asks for. @returns EOPNOTSUPP, EINVAL, EFAULT */
  private kindFor(data: DriverData): MockDomainKind | Errno {
    const { kindsByType, hwptDataBytes } = this.personality;
    if (kindsByType === undefined) return errno.EOPNOTSUPP;
    const given = readHwptSelftest(data, hwptDataBytes);
    return typeof given === "number" ? given : (kindsByType[given.pagetableType] ?? errno.EOPNOTSUPP);
  }

  allocateNested(parent: PagingDomain, _options: NestedOptions, data: DriverData): NestedDomain | Errno {
    if (!(parent instanceof MockDomain)) return errno.EINVAL;
    const given = readHwptSelftest(data, this.personality.hwptDataBytes);
    return typeof given === "number" ? given : new MockNestedDomain(this, parent, undefined, given.iotlb);
  }

  offersVirtual(type: number): boolean {
    return this.personality.hasVirtualIommus && type === VIOMMU_TYPE_SELFTEST;
  }

  allocateVirtual(
    _type: number,
    parent: PagingDomain,
    host: VirtualIommuHost,
    data: DriverData | undefined,
  ): VirtualIommu | Errno {
    return parent instanceof MockDomain ? MockVirtualIommu.create(this, parent, host, data) : errno.EINVAL;
  }

  attach(requesterId: number, domain: Domain | undefined): Errno {
    const device = this.deviceOf(requesterId);
    if (domain === undefined) {
      device.attached.delete(NO_PASID);
      device.virtual = undefined;
      return errno.OK;
    }
    if (!this.isOwn(domain)) return errno.EINVAL;
    if (domain instanceof MockDomain && domain.dirty !== undefined && device.flags.noDirty) return errno.EINVAL;
    const viommu = domain instanceof MockNestedDomain ? domain.viommu : undefined;
    if (viommu === undefined) {
      device.virtual = undefined;
    } else {
      const id = viommu.virtualIdOf(requesterId);
      if (id === undefined) return errno.ENOENT;
      // Looked up once: it does not follow what becomes of the vDEVICE.
      if (device.virtual?.viommu !== viommu) device.virtual = { viommu, id };
    }
    device.attached.set(NO_PASID, domain);
    return errno.OK;
  }

  attachPasid(requesterId: number, pasid: number, domain: Domain | undefined): Errno {
    const device = this.deviceOf(requesterId);
    if (domain === undefined) {
      if (pasid === PASID_RESERVED) device.refusesReserved = false;
      device.attached.delete(pasid);
      return errno.OK;
    }
    if (!this.isOwn(domain)) return errno.EINVAL;
    if (pasid === PASID_RESERVED) {
      device.refusesReserved = !device.refusesReserved;
      if (!device.refusesReserved) return errno.ENOMEM;
    }
    device.attached.set(pasid, domain);
    return errno.OK;
  }

  private isOwn(domain: Domain): domain is MockDomain | MockNestedDomain {
    return (domain instanceof MockDomain || domain instanceof MockNestedDomain) && domain.iommu === this;
  }

  listen(requesterId: number, handler: PageRequestHandler | undefined): void {
    const device = this.devices.get(requesterId);
    if (device !== undefined) device.handler = handler;
  }

  /** A device asks for a page. Nobody waits for the answer. */
  raisePageRequest(requesterId: number, request: PageRequest): void {
    this.devices.get(requesterId)?.handler?.(request, () => undefined);
  }

  /** A device has an event for its guest. @returns ENOENT: it has none, or no virtual id; EOPNOTSUPP */
  raiseEvent(requesterId: number): Errno {
    const virtual = this.devices.get(requesterId)?.virtual;
    if (virtual === undefined || virtual.id === 0) return errno.ENOENT;
    return virtual.viommu.reportEvent(virtual.id);
  }

  /** The values that stand for a device's own cache; undefined: the device is gone. */
  cacheOf(requesterId: number): Uint32Array | undefined {
    return this.devices.get(requesterId)?.cache;
  }

  /** The values that stand for a nested domain's IOTLB; undefined: it is another IOMMU's. */
  iotlbOf(domain: Domain): Uint32Array | undefined {
    return domain instanceof MockNestedDomain ? domain.iotlb : undefined;
  }

  /** Whether a device is attached to a domain. */
  uses(domain: Domain): boolean {
    return [...this.devices.values()].some(({ attached }) => [...attached.values()].includes(domain));
  }

  translate(request: TranslationRequest): Translation {
    const result = this.walk(request);
    if (result.kind !== "fault") return result;
    return this.faults.add(result, () => this.explain(request).steps) ?? result;
  }

  explain(request: TranslationRequest): { readonly result: Translation; readonly steps: readonly WalkStep[] } {
    const steps: WalkStep[] = [];
    return { result: this.walk(request, steps), steps };
  }

  inspect(): Record<string, unknown> {
    return {
      name: this.name,
      kind: "mock",
      linux: this.personality.linux,
      devices: this.devices.size,
      domains: new Set([...this.devices.values()].flatMap(({ attached }) => [...attached.values()])).size,
    };
  }

  private walk(request: TranslationRequest, steps?: WalkStep[]): Translation {
    const { address, requesterId, pasid = NO_PASID, write, length } = request;
    const attached = this.devices.get(requesterId)?.attached.get(pasid);
    const domain = attached instanceof MockNestedDomain ? attached.parent : attached;
    if (!(domain instanceof MockDomain)) return refuse(request, mockFault.NOT_ATTACHED);
    if (address.highestBit() >= MOCK_VA_LG2) return refuse(request, mockFault.ADDRESS_WIDTH);
    const { table } = domain;
    // Writes of devices leave no trace: only a test's own command makes a page dirty.
    const walked: WalkedTable = {
      format: mockFormat,
      topLevel: table.shape.topLevel,
      root: table.rootAddress,
      pageSizes: table.shape.pageSizes,
      accessDirty: false,
    };
    const byte = address.toNumber();
    const wanted = write ? access.WRITE : length === 0 ? access.ZERO_LENGTH_READ : access.READ;
    const granule = Math.floor(byte / 2 ** mockFormat.granuleLg2);
    const leaf = walk(this.memory, walked, granule, wanted, "mock", steps);
    if (leaf.outcome !== "leaf") return refuse(request, walkFaults[leaf.outcome]);
    const pageBytes = 2 ** leaf.sizeLg2;
    return {
      kind: "translated",
      physical: leaf.physical + (byte % pageBytes),
      pageBytes,
      readable: (leaf.permissions & PROT_READ) !== 0,
      writable: (leaf.permissions & PROT_WRITE) !== 0,
    };
  }

  private deviceOf(requesterId: number): MockDevice {
    const device = this.devices.get(requesterId);
    if (device === undefined) throw new Error(`requester ${requesterId} is no mock device`);
    return device;
  }
}

const walkFaults: Record<WalkFailure["outcome"], MockFault> = {
  "not-present": mockFault.NOT_PRESENT,
  permission: mockFault.PERMISSION,
  "reserved-bits": mockFault.DAMAGED_TABLE,
  "fetch-error": mockFault.DAMAGED_TABLE,
};

function refuse({ requesterId, address, write }: TranslationRequest, { code, name }: MockFault): Translation {
  return { kind: "fault", requesterId, address, write, reason: code, name };
}
