/**
 * A paging domain of VT-d: one second-stage table, and the units that translate with it. It owns the rule that memory
 * leaves the table first and the caches of every unit second, before `unmap` returns.
 */
import type { Errno } from "../../../proto/uapi/errno.js";
import { U64 } from "../../u64.js";
import { PageTable } from "../engine/page-table.js";
import type { TableMemory } from "../engine/table-memory.js";
import type { DomainInspection, DomainOptions, PagingDomain } from "../interface.js";
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
  }

  /** @returns ENOMEM */
  static create(iommu: VtdIommu, profile: VtdProfile, memory: TableMemory, options: DomainOptions): VtdDomain | Errno {
    const format = secondStageFormat({ forceSnoop: options.enforceCoherency, writableOnly: options.nestParent });
    const table = PageTable.create(format, memory, { ...profile.secondStage, outputLg2: format.maxOutputLg2 });
    return table instanceof PageTable ? new VtdDomain(iommu, table, options) : table;
  }

  map(iova: number, physical: number, count: number, prot: number): Errno {
    // Hardware without caching mode never remembers an absence, so a new mapping needs no invalidation.
    return this.table.map(iova, physical, count, prot);
  }

  unmap(iova: number, count: number): number {
    const removed = this.table.unmap(iova, count);
    if (removed > 0) for (const unit of this.units) unit.invalidateRange(this, iova, removed);
    return removed;
  }

  destroy(): void {
    if (this.units.size > 0) throw new Error("a domain is destroyed while requesters are attached to it");
    this.table.destroy();
  }

  inspect(): DomainInspection {
    return { format: this.table.format.name, tables: this.table.tables, leaves: this.table.leaves() };
  }
}
