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
  type DomainOptions,
  type DriverData,
  type HardwareInfo,
  type Iommu,
  type PagingDomain,
  type Translation,
  type TranslationRequest,
  type WalkStep,
} from "../interface.js";
import { MockDomain } from "./domain.js";
import { mockFormat } from "./format.js";
import { MOCK_VA_LG2, type MockDomainKind, type MockPersonality } from "./personality.js";
import { mockFault, type MockFault } from "./spec/fault.js";

/**
 * Where the mock's tables live: a pointer in its format has 51 bits, too few for TABLE_PFN_FIRST. They lie below client
 * memory; page 0 stays out, so that a zero pointer leads nowhere.
 */
export const MOCK_TABLE_PFN_FIRST = 1;
export const MOCK_TABLES_MAX = CLIENT_PFN_FIRST - MOCK_TABLE_PFN_FIRST;

/** As many as VT-d keeps. */
const FAULT_RECORDS_MAX = 256;

const HW_INFO_TYPE_DEFAULT = 0;
/** IOMMU_HW_INFO_TYPE_SELFTEST; struct iommu_test_hw_info: flags u32 @0, test_reg u32 @4. */
const HW_INFO_TYPE_SELFTEST = 0xfeedbeef;
const HW_INFO_SELFTEST_BYTES = 8;
const HW_INFO_SELFTEST_REGVAL = 0xdeadbeef;

/** IOMMU_HWPT_DATA_SELFTEST; struct iommu_hwpt_selftest: iotlb u32 @0, pagetable_type u32 @4. */
const HWPT_DATA_SELFTEST = 0xdead;
const HWPT_SELFTEST_BYTES_MIN = 4;
const HWPT_SELFTEST_BYTES = 8;
const PAGETABLE_TYPE_OFFSET = 4;

/** The dev_flags of MOCK_DOMAIN_FLAGS. */
export interface MockDeviceFlags {
  /** MOCK_FLAGS_DEVICE_NO_DIRTY */
  readonly noDirty: boolean;
  /** MOCK_FLAGS_DEVICE_PASID */
  readonly pasid: boolean;
  /** MOCK_FLAGS_DEVICE_HUGE_IOVA, which only Linux 6.12 has. */
  readonly hugeIova?: boolean;
}

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
  private readonly devices = new Map<number, MockDeviceFlags>();
  private readonly attached = new Map<number, MockDomain>();

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
    this.devices.set(requesterId, flags);
  }

  /** Blocks the device's DMA and forgets it. */
  removeDevice(requesterId: number): void {
    this.attached.delete(requesterId);
    this.devices.delete(requesterId);
    this.faults.clear(requesterId);
  }

  capabilitiesOf(requesterId: number): DeviceCapabilities {
    const { noDirty, pasid } = this.deviceOf(requesterId);
    return { canTrackDirty: !noDirty, pasidBits: pasid ? this.pasidBits : 0 };
  }

  hardwareInfo(type: number): HardwareInfo | undefined {
    if (type !== HW_INFO_TYPE_DEFAULT && type !== HW_INFO_TYPE_SELFTEST) return undefined;
    const view = new DataView(new ArrayBuffer(HW_INFO_SELFTEST_BYTES));
    view.setUint32(4, HW_INFO_SELFTEST_REGVAL, true);
    return { type: HW_INFO_TYPE_SELFTEST, data: new Uint8Array(view.buffer) };
  }

  allocateDomain(options: DomainOptions, data?: DriverData, requesterId?: number): PagingDomain | Errno {
    const device = requesterId === undefined ? undefined : this.deviceOf(requesterId);
    if (options.enforceCoherency) return errno.EOPNOTSUPP;
    if (options.pasid && !this.personality.hasPasidDomains) return errno.EOPNOTSUPP;
    if (options.dirtyTracking && device?.noDirty === true) return errno.EOPNOTSUPP;
    const { defaultKind, hugeIovaKind } = this.personality;
    const kind = data === undefined ? (device?.hugeIova === true ? hugeIovaKind : defaultKind) : this.kindFor(data);
    return typeof kind === "number" ? kind : MockDomain.create(this, kind, this.memory, options);
  }

  /** What driver data asks for. @returns EOPNOTSUPP, EINVAL, EFAULT */
  private kindFor(data: DriverData): MockDomainKind | Errno {
    const { kindsByType } = this.personality;
    if (kindsByType === undefined) return errno.EOPNOTSUPP;
    if (data.type !== HWPT_DATA_SELFTEST) return errno.EOPNOTSUPP;
    if (data.length < HWPT_SELFTEST_BYTES_MIN || data.length > HWPT_SELFTEST_BYTES) return errno.EINVAL;
    const bytes = data.read();
    if (bytes === undefined) return errno.EFAULT;
    // A shorter struct is one with zeros behind it.
    const whole = new Uint8Array(HWPT_SELFTEST_BYTES);
    whole.set(bytes);
    const type = new DataView(whole.buffer).getUint32(PAGETABLE_TYPE_OFFSET, true);
    return kindsByType[type] ?? errno.EOPNOTSUPP;
  }

  attach(requesterId: number, domain: PagingDomain | undefined): Errno {
    const { noDirty } = this.deviceOf(requesterId);
    if (domain === undefined) {
      this.attached.delete(requesterId);
      return errno.OK;
    }
    if (!(domain instanceof MockDomain) || domain.iommu !== this) return errno.EINVAL;
    if (domain.dirty !== undefined && noDirty) return errno.EINVAL;
    this.attached.set(requesterId, domain);
    return errno.OK;
  }

  /** Whether a device is attached to a domain. */
  uses(domain: MockDomain): boolean {
    return [...this.attached.values()].includes(domain);
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
      domains: new Set(this.attached.values()).size,
    };
  }

  private walk(request: TranslationRequest, steps?: WalkStep[]): Translation {
    const { address, requesterId, write, length } = request;
    const domain = this.attached.get(requesterId);
    if (domain === undefined) return refuse(request, mockFault.NOT_ATTACHED);
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

  private deviceOf(requesterId: number): MockDeviceFlags {
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
