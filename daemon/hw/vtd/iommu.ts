/**
 * One VT-d unit: requesters attached to domains, domain ids, faults. What Linux's driver does to the hardware is here
 * (which structure changes, which invalidation follows); what the hardware does is in translate.ts and invalidation.ts.
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import { IndexAllocator } from "../engine/index-allocator.js";
import type { TableMemory } from "../engine/table-memory.js";
import { FaultLog, type FaultCounter } from "../fault-log.js";
import type {
  Domain,
  DomainOptions,
  DriverData,
  HardwareInfo,
  Iommu,
  PagingDomain,
  Translation,
  TranslationRequest,
  WalkStep,
} from "../interface.js";
import { VtdDomain } from "./domain.js";
import { rangeInvalidation, TranslationCaches, type InvalidationDescriptor } from "./invalidation.js";
import type { VtdProfile } from "./profile.js";
import { RemappingTables, RID_PASID } from "./remapping-tables.js";
import { secondStageFormat } from "./second-stage-format.js";
import { translate, type TranslationUnit } from "./translate.js";

/** Domain ids 0 and 1 are the driver's own: never a user's domain. */
const DOMAIN_ID_FIRST = 2;

/** enum iommu_hw_info_type: IOMMU_HW_INFO_TYPE_DEFAULT and IOMMU_HW_INFO_TYPE_INTEL_VTD. */
const HW_INFO_TYPE_DEFAULT = 0;
const HW_INFO_TYPE_INTEL_VTD = 1;
/** struct iommu_hw_info_vtd: flags u32 @0, cap_reg u64 @8, ecap_reg u64 @16. */
const HW_INFO_VTD_BYTES = 24;
/** IOMMU_HW_INFO_VTD_ERRATA_772415_SPR17, which Linux reports on every machine. */
const HW_INFO_VTD_FLAGS = 1;

/** A domain's presence in this unit. */
interface DomainUse {
  readonly domainId: number;
  requesters: number;
}

export class VtdIommu implements Iommu {
  readonly cacheCoherent: boolean;
  readonly canEnforceCoherency: boolean;
  readonly canTrackDirty: boolean;
  readonly pasidBits = undefined;
  readonly raisesPageRequests = false;
  readonly faults: FaultLog;
  private readonly tables: RemappingTables;
  private readonly caches: TranslationCaches;
  private readonly unit: TranslationUnit;
  private readonly domainIds: IndexAllocator;
  private readonly uses = new Map<VtdDomain, DomainUse>();
  private readonly attached = new Map<number, VtdDomain>();
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

  hardwareInfo(type: number): HardwareInfo | undefined {
    if (type !== HW_INFO_TYPE_DEFAULT && type !== HW_INFO_TYPE_INTEL_VTD) return undefined;
    const view = new DataView(new ArrayBuffer(HW_INFO_VTD_BYTES));
    view.setUint32(0, HW_INFO_VTD_FLAGS, true);
    for (const [offset, register] of [
      [8, this.profile.cap],
      [16, this.profile.ecap],
    ] as const) {
      view.setInt32(offset, register.low, true);
      view.setInt32(offset + 4, register.high, true);
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
    const current = this.attached.get(requesterId);
    if (domain === current) return errno.OK;
    if (current !== undefined) this.detach(requesterId, current);
    if (domain === undefined) return errno.OK;
    if (!(domain instanceof VtdDomain) || !this.isCompatible(domain)) return errno.EINVAL;
    const use = this.uses.get(domain) ?? this.newUse(domain);
    if (use === undefined) return errno.ENOSPC;
    const error = this.tables.prepare(requesterId);
    if (error !== errno.OK) {
      this.dropUnused(domain, use);
      return error;
    }
    use.requesters++;
    this.attached.set(requesterId, domain);
    this.writePasidEntry(requesterId, domain, use);
    return errno.OK;
  }

  translate(request: TranslationRequest): Translation {
    const { result, recorded } = translate(this.unit, request);
    if (result.kind === "interrupt") this.interruptRequests++;
    if (result.kind !== "fault" || !recorded) return result;
    return this.faults.add(result, () => this.explain(request).steps) ?? result;
  }

  explain(request: TranslationRequest): { readonly result: Translation; readonly steps: readonly WalkStep[] } {
    const steps: WalkStep[] = [];
    return { result: translate(this.unit, request, steps).result, steps };
  }

  /** Executes a command of the invalidation queue. */
  invalidate(descriptor: InvalidationDescriptor): void {
    this.caches.submit(descriptor);
  }

  /** Drops what is cached of pages [page, page + count) of a domain that this unit uses. */
  invalidateRange(domain: VtdDomain, page: number, count: number): void {
    this.invalidate(rangeInvalidation(this.profile, this.useOf(domain).domainId, page, count));
  }

  /** Carries the domain's `dirty.enabled` into the entries of its requesters, and drops what was cached without it. */
  switchDirtyTracking(domain: VtdDomain): void {
    const use = this.useOf(domain);
    const { domainId } = use;
    for (const [requesterId, its] of this.attached) if (its === domain) this.writePasidEntry(requesterId, domain, use);
    this.invalidate({ type: "pasid-cache", granularity: "pasid", domainId, pasid: RID_PASID });
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

  private writePasidEntry(requesterId: number, { table, options, dirty }: VtdDomain, { domainId }: DomainUse): void {
    this.tables.setPasidEntry(requesterId, {
      root: table.rootAddress,
      topLevel: table.shape.topLevel,
      domainId,
      pageSnoop: options.enforceCoherency,
      accessDirty: dirty?.enabled === true,
    });
  }

  /** The entry goes first, then what the caches hold of it, in the order of the tables. */
  private detach(requesterId: number, domain: VtdDomain): void {
    const use = this.useOf(domain);
    const { domainId } = use;
    this.tables.clearPasidEntry(requesterId);
    this.invalidate({ type: "context-cache", granularity: "device", sourceId: requesterId, functionMask: 0 });
    this.invalidate({ type: "pasid-cache", granularity: "pasid", domainId, pasid: RID_PASID });
    this.invalidate({ type: "iotlb", granularity: "domain", domainId });
    this.attached.delete(requesterId);
    use.requesters--;
    this.dropUnused(domain, use);
  }

  private useOf(domain: VtdDomain): DomainUse {
    const use = this.uses.get(domain);
    if (use === undefined) throw new Error(`${this.name} does not use this domain`);
    return use;
  }

  private newUse(domain: VtdDomain): DomainUse | undefined {
    const domainId = this.domainIds.allocate();
    if (domainId < 0) return undefined;
    const use = { domainId, requesters: 0 };
    this.uses.set(domain, use);
    domain.units.add(this);
    return use;
  }

  private dropUnused(domain: VtdDomain, use: DomainUse): void {
    if (use.requesters > 0) return;
    this.uses.delete(domain);
    domain.units.delete(this);
    this.domainIds.free(use.domainId);
  }
}
