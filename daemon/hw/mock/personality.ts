/**
 * What the mock driver of each Linux version does, as data (specification 40, sections 2, 4.2, 4.4 and 8). Objects of one
 * IOMMU share one personality.
 */
import { U64 } from "../../u64.js";
import type { DirtyRule } from "../engine/dirty.js";

/** A kind of paging domain. */
export interface MockDomainKind {
  readonly apertureStart: U64;
  readonly apertureLast: U64;
  /** log2 in bytes, ascending. */
  readonly pageSizes: readonly number[];
}

export interface MockPersonality {
  readonly linux: "7.1" | "6.12";
  /** pagetable_type of struct iommu_hwpt_selftest to the kind that it asks for; undefined: no domain takes data. */
  readonly kindsByType: readonly MockDomainKind[] | undefined;
  readonly defaultKind: MockDomainKind;
  /** Of a domain that is made for a device with MOCK_FLAGS_DEVICE_HUGE_IOVA. */
  readonly hugeIovaKind: MockDomainKind;
  readonly dirtyRule: DirtyRule;
  /** Dirty bits can be read while tracking is off. */
  readonly readsWhileDisabled: boolean;
  /** MOCK_PASID_WIDTH: log2 of the PASIDs of a device that has them. */
  readonly pasidBits: number;
  readonly hasPasidDomains: boolean;
  /** Bytes of struct iommu_hwpt_selftest. */
  readonly hwptDataBytes: number;
  readonly hasVirtualIommus: boolean;
  /** A hardware queue that is destroyed leaves its own slot, rather than the first one. */
  readonly freesQueueSlots: boolean;
}

/** IOVAs of a mock table: three levels of 9 bits over pages of 2 KiB. */
export const MOCK_VA_LG2 = 38;

/** MOCK_APERTURE_START and MOCK_APERTURE_LAST: reported, not enforced by the table. */
const NARROW_APERTURE = { apertureStart: U64.fromNumber(0x1000000), apertureLast: U64.fromNumber(0x7fffffff) } as const;
const WHOLE_APERTURE = { apertureStart: U64.ZERO, apertureLast: U64.fromNumber(2 ** MOCK_VA_LG2 - 1) } as const;

const SMALLEST_LG2 = 11;
const LARGEST_LG2 = 37;
const ALL_SIZES = Array.from({ length: LARGEST_LG2 - SMALLEST_LG2 + 1 }, (_, above) => SMALLEST_LG2 + above);

/** MOCK_IOMMUPT_DEFAULT and MOCK_IOMMUPT_HUGE. */
const DEFAULT_7_1: MockDomainKind = { ...NARROW_APERTURE, pageSizes: ALL_SIZES };
const HUGE_7_1: MockDomainKind = { ...WHOLE_APERTURE, pageSizes: [12, 20] };

export const LINUX_7_1: MockPersonality = {
  linux: "7.1",
  kindsByType: [DEFAULT_7_1, HUGE_7_1],
  defaultKind: DEFAULT_7_1,
  hugeIovaKind: DEFAULT_7_1,
  dirtyRule: "linux-7.1",
  readsWhileDisabled: true,
  pasidBits: 20,
  hasPasidDomains: true,
  hwptDataBytes: 8,
  hasVirtualIommus: true,
  freesQueueSlots: false,
};

/** With the driver's defects mended: the dirty walk leaves no item of a leaf out, queues leave their own slots. */
export const LINUX_7_1_FIXED: MockPersonality = { ...LINUX_7_1, dirtyRule: "whole-entry", freesQueueSlots: true };

export const LINUX_6_12: MockPersonality = {
  linux: "6.12",
  kindsByType: undefined,
  defaultKind: { ...NARROW_APERTURE, pageSizes: [11] },
  hugeIovaKind: { ...NARROW_APERTURE, pageSizes: [11, 20] },
  dirtyRule: "whole-entry",
  readsWhileDisabled: false,
  pasidBits: 0,
  hasPasidDomains: false,
  hwptDataBytes: 4,
  hasVirtualIommus: false,
  freesQueueSlots: false,
};
