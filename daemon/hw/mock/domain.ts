/**
 * A paging domain of the mock IOMMU: one table in the mock format. Its table always counts granules of 2 KiB; a domain
 * whose smallest page is larger counts its own in those, which this file converts.
 */
import { errno, type Errno } from "../../../proto/uapi/errno.js";
import { U64 } from "../../u64.js";
import { readDirty } from "../engine/dirty.js";
import { PageTable } from "../engine/page-table.js";
import type { TableMemory } from "../engine/table-memory.js";
import type { DirtyTracking, DomainInspection, DomainOptions, PagingDomain } from "../interface.js";
import { mockFormat } from "./format.js";
import type { MockIommu } from "./iommu.js";
import { MOCK_VA_LG2, type MockDomainKind, type MockPersonality } from "./personality.js";

/** Three levels, and no growth. */
const TOP_LEVEL = 2;

export class MockDomain implements PagingDomain {
  readonly apertureStart: U64;
  readonly apertureLast: U64;
  readonly pageSizes: U64;
  readonly granuleLg2: number;
  readonly scattersPages: boolean;
  readonly dirty?: DirtyTracking;
  /** Table granules in one of the domain's. */
  private readonly scale: number;

  private constructor(
    readonly iommu: MockIommu,
    readonly table: PageTable,
    kind: MockDomainKind,
    options: DomainOptions,
  ) {
    this.apertureStart = kind.apertureStart;
    this.apertureLast = kind.apertureLast;
    this.pageSizes = U64.fromNumber(kind.pageSizes.reduce((bitmap, lg2) => bitmap + 2 ** lg2, 0));
    this.granuleLg2 = kind.pageSizes[0]!;
    this.scattersPages = iommu.scattersPages;
    this.scale = 2 ** (this.granuleLg2 - table.format.granuleLg2);
    if (options.dirtyTracking) this.dirty = new MockDirtyTracking(table, iommu.personality);
  }

  /** @returns ENOMEM */
  static create(
    iommu: MockIommu,
    kind: MockDomainKind,
    memory: TableMemory,
    options: DomainOptions,
  ): MockDomain | Errno {
    const { pageSizes } = kind;
    const shape = { topLevel: TOP_LEVEL, vaLg2: MOCK_VA_LG2, outputLg2: mockFormat.maxOutputLg2, pageSizes };
    const table = PageTable.create(mockFormat, memory, shape);
    return table instanceof PageTable ? new MockDomain(iommu, table, kind, options) : table;
  }

  map(iova: number, physical: number, count: number, prot: number, pageLg2Max?: number): Errno {
    return this.table.map(iova * this.scale, physical * this.scale, count * this.scale, prot, pageLg2Max);
  }

  unmap(iova: number, count: number): number {
    return this.table.unmap(iova * this.scale, count * this.scale) / this.scale;
  }

  lookup(iova: number): number | undefined {
    const found = this.table.lookup(iova * this.scale);
    return found === undefined ? undefined : found / this.scale;
  }

  destroy(): void {
    if (this.iommu.uses(this)) throw new Error("a domain is destroyed while devices are attached to it");
    this.table.destroy();
  }

  inspect(): DomainInspection {
    return { format: this.table.format.name, tables: this.table.tables, leaves: this.table.leaves() };
  }
}

/** A flag, and the dirty bits of the table: nothing is cached, so nothing is to be invalidated. */
class MockDirtyTracking implements DirtyTracking {
  readonly granuleLg2: number;
  private isEnabled = false;

  constructor(
    private readonly table: PageTable,
    private readonly personality: MockPersonality,
  ) {
    this.granuleLg2 = table.format.granuleLg2;
  }

  get enabled(): boolean {
    return this.isEnabled;
  }

  setEnabled(enabled: boolean): Errno {
    this.isEnabled = enabled;
    return errno.OK;
  }

  read(iova: number, count: number, clear: boolean, report: (iova: number, count: number) => void): void {
    if (!this.isEnabled && !this.personality.readsWhileDisabled) return;
    readDirty(this.table, { iova, end: iova + count, rule: this.personality.dirtyRule, clear, report });
  }

  markDirty(iova: number): boolean {
    return this.table.markDirty(iova);
  }
}
