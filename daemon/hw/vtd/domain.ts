/**
 * A paging domain of VT-d: one second-stage table, and the units that translate with it. It owns the rule that memory, and
 * dirty bits, leave the table first and the caches of every unit second, before `unmap` or a clearing `read` returns.
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import { U64 } from "../../u64.js";
import { readDirty } from "../engine/dirty.js";
import { PageTable } from "../engine/page-table.js";
import type { TableMemory } from "../engine/table-memory.js";
import type { DirtyTracking, DomainInspection, DomainOptions, PagingDomain } from "../interface.js";
import type { VtdIommu } from "./iommu.js";
import type { VtdProfile } from "./profile.js";
import { secondStageFormat } from "./second-stage-format.js";

export class VtdDomain implements PagingDomain {
  readonly apertureStart = U64.ZERO;
  readonly apertureLast: U64;
  readonly pageSizes: U64;
  readonly granuleLg2: number;
  /** Units with at least one requester attached to this domain. */
  readonly units = new Set<VtdIommu>();
  readonly dirty?: DirtyTracking;

  private constructor(
    /** The unit that it was made for. */
    readonly iommu: VtdIommu,
    readonly table: PageTable,
    readonly options: DomainOptions,
  ) {
    const { vaLg2, pageSizes } = table.shape;
    this.apertureLast = U64.fromNumber(2 ** vaLg2).minus(U64.ONE);
    this.pageSizes = U64.fromNumber(pageSizes.reduce((bitmap, lg2) => bitmap + 2 ** lg2, 0));
    this.granuleLg2 = table.format.granuleLg2;
    if (options.dirtyTracking) this.dirty = new VtdDirtyTracking(this);
  }

  /** @returns ENOMEM */
  static create(iommu: VtdIommu, profile: VtdProfile, memory: TableMemory, options: DomainOptions): VtdDomain | Errno {
    const format = secondStageFormat({ forceSnoop: options.enforceCoherency, writableOnly: options.nestParent });
    const table = PageTable.create(format, memory, { ...profile.secondStage, outputLg2: format.maxOutputLg2 });
    return table instanceof PageTable ? new VtdDomain(iommu, table, options) : table;
  }

  map(iova: number, physical: number, count: number, prot: number, pageLg2Max?: number): Errno {
    // Hardware without caching mode never remembers an absence, so a new mapping needs no invalidation.
    return this.table.map(iova, physical, count, prot, pageLg2Max);
  }

  unmap(iova: number, count: number): number {
    const removed = this.table.unmap(iova, count);
    if (removed > 0) for (const unit of this.units) unit.invalidateRange(this, iova, removed);
    return removed;
  }

  lookup(iova: number): number | undefined {
    return this.table.lookup(iova);
  }

  destroy(): void {
    if (this.units.size > 0) throw new Error("a domain is destroyed while requesters are attached to it");
    this.table.destroy();
  }

  inspect(): DomainInspection {
    return { format: this.table.format.name, tables: this.table.tables, leaves: this.table.leaves() };
  }
}

/** SSADE in the PASID entry of every requester that is attached, and the D bits of the table's leaves. */
class VtdDirtyTracking implements DirtyTracking {
  readonly granuleLg2: number;
  private isEnabled = false;

  constructor(private readonly domain: VtdDomain) {
    this.granuleLg2 = domain.granuleLg2;
  }

  get enabled(): boolean {
    return this.isEnabled;
  }

  setEnabled(enabled: boolean): Errno {
    if (enabled === this.isEnabled) return errno.OK;
    this.isEnabled = enabled;
    for (const unit of this.domain.units) unit.switchDirtyTracking(this.domain);
    return errno.OK;
  }

  read(iova: number, count: number, clear: boolean, report: (iova: number, count: number) => void): void {
    const { table, units } = this.domain;
    const cleaned = readDirty(table, { iova, end: iova + count, rule: "whole-entry", clear, report });
    if (cleaned === undefined) return;
    for (const unit of units) unit.invalidateRange(this.domain, cleaned.iova, cleaned.end - cleaned.iova);
  }
}
