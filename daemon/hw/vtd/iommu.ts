/**
 * One VT-d unit: requesters and their PASIDs attached to domains, domain ids, faults, page requests. What Linux's driver does to the hardware is here
 * (which structure changes, which invalidation follows); what the hardware does is in translate.ts and invalidation.ts.
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import { IOMMU_PGFAULT_PERM_READ, IOMMU_PGFAULT_PERM_WRITE } from "../../../proto/uapi/iommufd-data.js";
import { U64 } from "../../u64.js";
import { IndexAllocator } from "../engine/index-allocator.js";
import type { TableMemory } from "../engine/table-memory.js";
import { FaultLog, type FaultCounter } from "../fault-log.js";
import type {
  DeviceCapabilities,
  Domain,
  DomainOptions,
  DriverData,
  HardwareInfo,
  Iommu,
  MissingPage,
  PageRequestHandler,
  PageResponse,
  PagingDomain,
  TranslatedPage,
  Translation,
  TranslationFault,
  TranslationRequest,
  WalkStep,
} from "../interface.js";
import { VtdDomain } from "./domain.js";
import { rangeInvalidation, TranslationCaches, type InvalidationDescriptor } from "./invalidation.js";
import type { VtdProfile } from "./profile.js";
import { RemappingTables, RID_PASID } from "./remapping-tables.js";
import { secondStageFormat } from "./second-stage-format.js";
import { RefusedRequest, runFrom, translate, type TranslationUnit } from "./translate.js";

/** Domain ids 0 and 1 are the driver's own: never a user's domain. */
const DOMAIN_ID_FIRST = 2;

/** enum iommu_hw_info_type: IOMMU_HW_INFO_TYPE_DEFAULT and IOMMU_HW_INFO_TYPE_INTEL_VTD. */
const HW_INFO_TYPE_DEFAULT = 0;
const HW_INFO_TYPE_INTEL_VTD = 1;
/** struct iommu_hw_info_vtd: flags u32 @0, cap_reg u64 @8, ecap_reg u64 @16. */
const HW_INFO_VTD_BYTES = 24;
/** IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17, which Linux reports on every machine. */
const HW_INFO_VTD_FLAGS = 1;

/** Virtual addresses of the machine's CPUs, in bits: the driver refuses to hand on page requests for others. */
const CPU_ADDRESS_BITS = 57;

export interface VtdDeviceOptions {
  /** Width of the device's PASIDs, in bits: 1 to 20; 0: it has none. */
  readonly pasidBits: number;
  readonly raisesPageRequests: boolean;
}

/** A domain's presence in this unit. */
interface DomainUse {
  readonly domainId: number;
  /** PASID entries that lead to it. */
  entries: number;
}

export class VtdIommu implements Iommu {
  readonly cacheCoherent: boolean;
  readonly canEnforceCoherency: boolean;
  readonly canTrackDirty: boolean;
  readonly pasidBits: number | undefined;
  readonly raisesPageRequests: boolean;
  readonly faults: FaultLog;
  private readonly tables: RemappingTables;
  private readonly caches: TranslationCaches;
  private readonly unit: TranslationUnit;
  private readonly domainIds: IndexAllocator;
  private readonly uses = new Map<VtdDomain, DomainUse>();
  /** By requester, then by PASID; RID_PASID for requests without one. */
  private readonly attached = new Map<number, Map<number, VtdDomain>>();
  private readonly devices = new Map<number, DeviceCapabilities>();
  private readonly listeners = new Map<number, PageRequestHandler>();
  private interruptRequests = 0;

  /** Takes one page of table memory for its root table; throws when there is none. */
  constructor(
    readonly name: string,
    readonly profile: VtdProfile,
    private readonly memory: TableMemory,
    faultCounter: FaultCounter,
  ) {
    this.cacheCoherent = profile.coherent;
    this.canEnforceCoherency = profile.snoopControl;
    this.canTrackDirty = profile.secondStageDirty;
    this.pasidBits = profile.pasidBits;
    this.raisesPageRequests = profile.pageRequests;
    this.faults = new FaultLog(profile.faultRecords, faultCounter);
    this.tables = new RemappingTables(memory);
    this.caches = new TranslationCaches(profile.domainIds);
    this.domainIds = new IndexAllocator(DOMAIN_ID_FIRST, profile.domainIds - 1);
    this.unit = {
      profile,
      memory,
      caches: this.caches,
      rootTable: this.tables.rootTable,
      secondStage: secondStageFormat({ forceSnoop: false, writableOnly: false }),
    };
  }

  /**
   * What a device behind the unit can do by itself; it is used as far as the unit can do it, too. Preconditions: nothing was
   * attached to the device yet.
   */
  describeDevice(requesterId: number, its: VtdDeviceOptions): void {
    const { pasidBits, canTrackDirty } = this;
    this.devices.set(requesterId, {
      canTrackDirty,
      pasidBits: pasidBits === undefined || its.pasidBits === 0 ? undefined : Math.min(pasidBits, its.pasidBits),
      raisesPageRequests: this.raisesPageRequests && its.raisesPageRequests,
    });
  }

  /** A device that nobody described has no PASIDs and asks for no pages. */
  capabilitiesOf(requesterId: number): DeviceCapabilities {
    const { canTrackDirty } = this;
    return this.devices.get(requesterId) ?? { canTrackDirty, pasidBits: undefined, raisesPageRequests: false };
  }

  /** Domain ids in use. */
  get domainsUsed(): number {
    return this.uses.size;
  }

  hardwareInfo(type: number): HardwareInfo | undefined {
    if (type !== HW_INFO_TYPE_DEFAULT && type !== HW_INFO_TYPE_INTEL_VTD) return undefined;
    const view = new DataView(new ArrayBuffer(HW_INFO_VTD_BYTES));
    view.setUint32(0, HW_INFO_VTD_FLAGS, true);
    for (const [offset, register] of [
      [8, this.profile.cap],
      [16, this.profile.ecap],
    ] as const) {
      register.writeTo(view, offset);
    }
    return { type: HW_INFO_TYPE_INTEL_VTD, data: new Uint8Array(view.buffer) };
  }

  allocateDomain(options: DomainOptions, data?: DriverData): PagingDomain | Errno {
    if (data !== undefined) return errno.EOPNOTSUPP;
    if (options.nestParent && !this.profile.nesting) return errno.EOPNOTSUPP;
    if (options.dirtyTracking && !this.profile.secondStageDirty) return errno.EOPNOTSUPP;
    if (options.enforceCoherency && !this.profile.snoopControl) return errno.EOPNOTSUPP;
    return VtdDomain.create(this, this.profile, this.memory, options);
  }

  /** After a failure the requester is blocked: the driver takes the old domain away before it checks the new one. */
  attach(requesterId: number, domain: Domain | undefined): Errno {
    const current = this.domainOf(requesterId, RID_PASID);
    if (domain === current) return errno.OK;
    if (current !== undefined) this.disconnect(requesterId, RID_PASID, current);
    if (domain === undefined) return errno.OK;
    const prepared = this.prepare(requesterId, RID_PASID, domain);
    if (typeof prepared === "number") return prepared;
    this.connect(requesterId, RID_PASID, prepared);
    return errno.OK;
  }

  /** @returns EOPNOTSUPP, EINVAL, ENOSPC, ENOMEM; then the old domain stays */
  attachPasid(requesterId: number, pasid: number, domain: Domain | undefined): Errno {
    const current = this.domainOf(requesterId, pasid);
    if (domain === current) return errno.OK;
    if (this.capabilitiesOf(requesterId).pasidBits === undefined) return errno.EOPNOTSUPP;
    const prepared = domain === undefined ? undefined : this.prepare(requesterId, pasid, domain);
    if (typeof prepared === "number") return prepared;
    if (current !== undefined) this.disconnect(requesterId, pasid, current);
    if (prepared !== undefined) this.connect(requesterId, pasid, prepared);
    return errno.OK;
  }

  translate(request: TranslationRequest): Translation {
    const outcome = translate(this.unit, request);
    return outcome.kind === "refused" ? this.refused(request, outcome) : this.passed(outcome);
  }

  runFrom(request: TranslationRequest, found: TranslatedPage, wanted: number): number {
    return runFrom(this.unit, request, found, wanted);
  }

  requestTranslation(request: TranslationRequest): Translation | MissingPage {
    const outcome = translate(this.unit, request);
    if (outcome.kind !== "refused") return this.passed(outcome);
    return outcome.recoverable && this.listeners.has(request.requesterId)
      ? this.missing(request, outcome)
      : this.refused(request, outcome);
  }

  private missing(request: TranslationRequest, { fault, recorded }: RefusedRequest): MissingPage {
    const { steps } = this.explain(request);
    return {
      kind: "missing",
      ask: (group, respond) => {
        this.requestPage(request, group, respond);
      },
      giveUp: () => (recorded ? this.record(fault, () => steps) : fault),
    };
  }

  /** Specification 60, section 2.10. */
  private requestPage(
    { requesterId, pasid, address, write }: TranslationRequest,
    group: number,
    respond: (response: PageResponse) => void,
  ): void {
    const handler = this.listeners.get(requesterId);
    if (handler === undefined || !isCanonical(address)) {
      respond("invalid");
      return;
    }
    const permissions = write ? IOMMU_PGFAULT_PERM_WRITE : IOMMU_PGFAULT_PERM_READ;
    const page = U64.fromPage(address.page());
    const responseNeedsPasid = pasid !== undefined;
    handler({ pasid, group, last: true, permissions, address: page, responseNeedsPasid }, respond);
  }

  private passed<T extends Translation>(result: T): T {
    if (result.kind === "interrupt") this.interruptRequests++;
    return result;
  }

  private refused(request: TranslationRequest, { fault, recorded }: RefusedRequest): TranslationFault {
    return recorded ? this.record(fault, () => this.explain(request).steps) : fault;
  }

  private record(fault: TranslationFault, walk: () => readonly WalkStep[]): TranslationFault {
    return this.faults.add(fault, walk) ?? fault;
  }

  listen(requesterId: number, handler: PageRequestHandler | undefined): void {
    if (handler === undefined) this.listeners.delete(requesterId);
    else this.listeners.set(requesterId, handler);
  }

  explain(request: TranslationRequest): { readonly result: Translation; readonly steps: readonly WalkStep[] } {
    const steps: WalkStep[] = [];
    const outcome = translate(this.unit, request, steps);
    return { result: outcome.kind === "refused" ? outcome.fault : outcome, steps };
  }

  /** Executes a command of the invalidation queue. */
  invalidate(descriptor: InvalidationDescriptor): void {
    this.caches.submit(descriptor);
  }

  /** Drops what is cached of pages [page, page + count) of a domain that this unit uses. */
  invalidateRange(domain: VtdDomain, page: number, count: number): void {
    this.invalidate(rangeInvalidation(this.profile, this.useOf(domain).domainId, page, count));
  }

  /** Carries the domain's `dirty.enabled` into the entries that lead to it, and drops what was cached without it. */
  switchDirtyTracking(domain: VtdDomain): void {
    const { domainId } = this.useOf(domain);
    const switched = new Set<number>();
    for (const [requesterId, domains] of this.attached)
      for (const [pasid, its] of domains) {
        if (its !== domain) continue;
        this.writePasidEntry(requesterId, pasid, domain);
        switched.add(pasid);
      }
    for (const pasid of switched) this.invalidate({ type: "pasid-cache", granularity: "pasid", domainId, pasid });
    this.invalidate({ type: "iotlb", granularity: "domain", domainId });
  }

  inspect(): Record<string, unknown> {
    const { contexts, pasidEntries, iotlb, commands } = this.caches;
    return {
      name: this.name,
      kind: "vtd",
      cap: this.profile.cap,
      ecap: this.profile.ecap,
      domains: this.uses.size,
      interruptRequests: this.interruptRequests,
      cached: { contextEntries: contexts.size, pasidEntries: pasidEntries.size, translations: iotlb.size },
      invalidations: structuredClone(commands),
    };
  }

  /** Specification 60, section 4.5, for second-stage domains. */
  private isCompatible({ table, options }: VtdDomain): boolean {
    const { mgaw, sagaw, secondStage, snoopControl, secondStageDirty, nesting } = this.profile;
    if (options.dirtyTracking && !secondStageDirty) return false;
    if (options.nestParent && !nesting) return false;
    if (mgaw < table.shape.vaLg2 || (sagaw & (1 << (table.shape.topLevel - 1))) === 0) return false;
    if (!table.shape.pageSizes.every((lg2) => secondStage.pageSizes.includes(lg2))) return false;
    return !options.enforceCoherency || snoopControl;
  }

  private domainOf(requesterId: number, pasid: number): VtdDomain | undefined {
    return this.attached.get(requesterId)?.get(pasid);
  }

  /** What `connect` needs; a change only for one that follows. @returns EINVAL, ENOSPC, ENOMEM */
  private prepare(requesterId: number, pasid: number, domain: Domain): VtdDomain | Errno {
    if (!(domain instanceof VtdDomain) || !this.isCompatible(domain)) return errno.EINVAL;
    const use = this.uses.get(domain) ?? this.newUse(domain);
    if (use === undefined) return errno.ENOSPC;
    const error = this.tables.prepare(requesterId, pasid, this.capabilitiesOf(requesterId));
    if (error === errno.OK) return domain;
    this.dropUnused(domain, use);
    return error;
  }

  /** Preconditions: `prepare` succeeded, and nothing is attached. */
  private connect(requesterId: number, pasid: number, domain: VtdDomain): void {
    this.useOf(domain).entries++;
    const domains = this.attached.get(requesterId) ?? new Map<number, VtdDomain>();
    this.attached.set(requesterId, domains.set(pasid, domain));
    this.writePasidEntry(requesterId, pasid, domain);
  }

  /** The entry goes first, then what the caches hold of it, in the order of the tables. */
  private disconnect(requesterId: number, pasid: number, domain: VtdDomain): void {
    const use = this.useOf(domain);
    const { domainId } = use;
    this.tables.clearPasidEntry(requesterId, pasid);
    if (pasid === RID_PASID)
      this.invalidate({ type: "context-cache", granularity: "device", sourceId: requesterId, functionMask: 0 });
    this.invalidate({ type: "pasid-cache", granularity: "pasid", domainId, pasid });
    this.invalidate({ type: "iotlb", granularity: "domain", domainId });
    const domains = this.attached.get(requesterId);
    domains?.delete(pasid);
    if (domains?.size === 0) this.attached.delete(requesterId);
    use.entries--;
    this.dropUnused(domain, use);
  }

  private writePasidEntry(requesterId: number, pasid: number, domain: VtdDomain): void {
    const { table, options, dirty } = domain;
    this.tables.setPasidEntry(requesterId, pasid, {
      root: table.rootAddress,
      topLevel: table.shape.topLevel,
      domainId: this.useOf(domain).domainId,
      pageSnoop: options.enforceCoherency,
      accessDirty: dirty?.enabled === true,
    });
  }

  private useOf(domain: VtdDomain): DomainUse {
    const use = this.uses.get(domain);
    if (use === undefined) throw new Error(`${this.name} does not use this domain`);
    return use;
  }

  private newUse(domain: VtdDomain): DomainUse | undefined {
    const domainId = this.domainIds.allocate();
    if (domainId < 0) return undefined;
    const use = { domainId, entries: 0 };
    this.uses.set(domain, use);
    domain.units.add(this);
    return use;
  }

  private dropUnused(domain: VtdDomain, use: DomainUse): void {
    if (use.entries > 0) return;
    this.uses.delete(domain);
    domain.units.delete(this);
    this.domainIds.free(use.domainId);
  }
}

/** All bits from that of the sign up are equal. */
function isCanonical(address: U64): boolean {
  const above = address.high >> (CPU_ADDRESS_BITS - 33);
  return above === 0 || above === -1;
}
