/**
 * What the state machine asks of IOMMU hardware, whichever vendor's it is: paging domains, attachment, translation.
 *
 * The state machine (core) knows only this file. IOVAs and physical addresses of mappings are counted in *granules* of
 * the domain's format (4 KiB for VT-d), so every one of them is an exact `number`; so is a physical byte address, which
 * has at most 52 bits.
 */
import type { Errno } from "../../proto/uapi/errno.js";
import type { U64 } from "../u64.js";

/** Permissions of a mapping. */
export const PROT_READ = 1;
export const PROT_WRITE = 2;

/** Flags of a domain to be made; HWPT_ALLOC's flags without the fault bit. */
export interface DomainOptions {
  readonly nestParent: boolean;
  readonly dirtyTracking: boolean;
  readonly pasid: boolean;
  /** Force snooping of everything that is mapped (cache coherency). */
  readonly enforceCoherency: boolean;
}

/** The vendor's own argument of HWPT_ALLOC, still in the caller's memory: a driver judges type and length first. */
export interface DriverData {
  /** enum iommu_hwpt_data_type. */
  readonly type: number;
  /** Bytes that the caller gave. */
  readonly length: number;
  /** All of them, or undefined: EFAULT. */
  read(): Uint8Array | undefined;
  /** Copies an answer to the start of the argument. @returns false: EFAULT */
  write(bytes: Uint8Array): boolean;
}

/** The entries of an HWPT_INVALIDATE, still in the caller's memory. */
export interface InvalidationEntries {
  /** enum iommu_hwpt_invalidate_data_type. */
  readonly type: number;
  /** Bytes of each. */
  readonly length: number;
  readonly count: number;
  /** `length` bytes of an entry, from byte `at` of it on, or undefined: EFAULT. */
  read(index: number, at: number, length: number): Uint8Array | undefined;
}

/** What came of an invalidation: entries before a bad one stay handled. */
export interface InvalidationResult {
  readonly error: Errno;
  /** What the caller's count of entries becomes. */
  readonly handled: number;
}

/** What a device can be attached to. */
export interface Domain {
  readonly iommu: Iommu;
  /** Frees it. It is attached to nothing. */
  destroy(): void;
}

/** A page table that user space manages itself: what an HWPT_NESTED drives. */
export interface NestedDomain extends Domain {
  /** Absent: EOPNOTSUPP. */
  invalidate?(entries: InvalidationEntries): InvalidationResult;
  inspect(): Record<string, unknown>;
}

/** A kernel-managed page table: what an HWPT_PAGING drives. */
export interface PagingDomain extends Domain {
  /** First and last IOVA that can be mapped. */
  readonly apertureStart: U64;
  readonly apertureLast: U64;
  /** Bit n set: pages of 2^n bytes can be used. */
  readonly pageSizes: U64;
  /** log2 of the smallest page in bytes: the unit of `map` and `unmap`. */
  readonly granuleLg2: number;
  /**
   * Map each physical page by itself (4 KiB, or a huge page whole), as where Linux finds no consecutive frames: what the mock
   * driver's tests rely on.
   */
  readonly scattersPages?: boolean;

  /**
   * Maps [iova, iova + count) to [physical, physical + count), all in granules, with the largest pages that the
   * addresses and the page sizes allow. All or nothing.
   * @param pageLg2Max log2 in bytes of the largest page to use where not all are wanted, at least that of the smallest
   * @returns EINVAL, ERANGE, ENXIO, EADDRINUSE, ENOMEM
   */
  map(iova: number, physical: number, count: number, prot: number, pageLg2Max?: number): Errno;

  /**
   * Unmaps [iova, iova + count), which `map` calls filled exactly, and issues the invalidations that the hardware
   * needs before the memory may be reused.
   * @returns the granules unmapped
   */
  unmap(iova: number, count: number): number;

  /** Where a granule is mapped to, or undefined. Software's view: no permission, no cache. */
  lookup(iova: number): number | undefined;

  /** Present iff the domain was allocated with `dirtyTracking`. */
  readonly dirty?: DirtyTracking;

  /** Figures for inspection: tables held, leaf entries by size. */
  inspect(): DomainInspection;
}

/** What hardware knows of the pages that devices wrote to. */
export interface DirtyTracking {
  readonly enabled: boolean;
  /** log2 in bytes of the granules here. They are the table's, so they may be finer than the domain's smallest page. */
  readonly granuleLg2: number;

  /** Switches tracking in the hardware, with the invalidations that this needs. Clears nothing. */
  setEnabled(enabled: boolean): Errno;

  /**
   * Walks the leaves of [iova, iova + count), in granules, up to the first hole. For each dirty one it reports the
   * granules that Linux would report, never beyond the range; with `clear` the whole leaf becomes clean, and the
   * translations that may set nothing any more are invalidated at the end.
   */
  read(iova: number, count: number, clear: boolean, report: (iova: number, count: number) => void): void;

  /**
   * Marks the one table item that covers a granule as written, for hardware whose devices do no DMA. It looks neither
   * at `enabled` nor at permissions.
   * @returns false: nothing is mapped there
   */
  markDirty?(iova: number): boolean;
}

export interface DomainInspection {
  readonly format: string;
  readonly tables: number;
  /** Page size in bytes, as text ("4K", "2M", "1G"), to the number of leaf entries. */
  readonly leaves: Readonly<Record<string, number>>;
}

export interface ReservedRegion {
  readonly start: U64;
  readonly last: U64;
  readonly kind: "direct" | "direct-relaxable" | "reserved" | "msi" | "software-msi";
}

/** One request of an endpoint. */
export interface TranslationRequest {
  /** Bus 15:8, device 7:3, function 2:0. */
  readonly requesterId: number;
  /** Absent: a request without PASID. */
  readonly pasid?: number | undefined;
  readonly address: U64;
  readonly write: boolean;
  /** Bytes of the access within the page: the interrupt window tells 4-byte writes from others. */
  readonly length: number;
}

/** One item that a walk loaded, for people. */
export interface WalkStep {
  readonly structure: string;
  /** Physical address of the item. */
  readonly address: number;
  readonly index: number;
  readonly word: U64;
  readonly decoded: string;
}

/** The architecture's report of a translation that failed. */
export interface TranslationFault {
  readonly kind: "fault";
  readonly requesterId: number;
  readonly address: U64;
  readonly write: boolean;
  /** Absent: of a request without PASID. */
  readonly pasid?: number | undefined;
  /** Reason code and its name in the manual. */
  readonly reason: number;
  readonly name: string;
}

export interface TranslatedPage {
  readonly kind: "translated";
  /** Physical address of the requested byte. */
  readonly physical: number;
  /** Size of the page that holds it, in bytes; the translation is valid to the end of that page. */
  readonly pageBytes: number;
  readonly readable: boolean;
  readonly writable: boolean;
}

/** A write that the IOMMU took for an interrupt request: it reaches no memory. */
export interface InterruptRequest {
  readonly kind: "interrupt";
}

export type Translation = TranslatedPage | InterruptRequest | TranslationFault;

/** A fault that a page request may cure. It is not recorded yet. */
export interface MissingPage {
  readonly kind: "missing";
  /**
   * The device asks for the page, in a group of its own.
   * @param group 0 to 511: of no other request of this device that is not answered yet
   * @param respond is called once, at once or later; with "invalid" if nobody listens
   */
  ask(group: number, respond: (response: PageResponse) => void): void;
  /** The device does not get the page. @returns the fault, as `translate` would have answered: a record if there is room */
  giveUp(): TranslationFault;
}

/** A fault as an IOMMU keeps it for software; what `translate` answers if the log had room for it. */
export interface FaultRecord extends TranslationFault {
  /** Counts the faults of all IOMMUs of a machine from 1. */
  readonly number: number;
  /** What the hardware loaded on the way to the fault. */
  readonly walk: readonly WalkStep[];
}

/** The fault records that an IOMMU keeps, by requester. */
export interface FaultRecords {
  /** Oldest first. */
  recordsOf(requesterId: number): readonly FaultRecord[];
  /** Faults that found the log full since it was last cleared. */
  lostOf(requesterId: number): number;
  clear(requesterId: number): void;
}

/** GET_HW_INFO's driver part. */
export interface HardwareInfo {
  readonly type: number;
  readonly data: Uint8Array;
}

/** A page that a device asks for because it cannot reach it. */
export interface PageRequest {
  /** Absent: a request without PASID. */
  readonly pasid?: number | undefined;
  /** Requests of one group are answered together, after the last of them. */
  readonly group: number;
  readonly last: boolean;
  /** IOMMU_PGFAULT_PERM_*. */
  readonly permissions: number;
  readonly address: U64;
  /** The response that goes to the hardware names the PASID: VT-d's driver says so of every request that has one. */
  readonly responseNeedsPasid?: boolean;
}

/** enum iommufd_page_response_code. */
export type PageResponse = "success" | "invalid";

/**
 * Takes a page request.
 * @param respond is called once for each group, when it is answered: at once, or later
 */
export type PageRequestHandler = (request: PageRequest, respond: (response: PageResponse) => void) => void;

/** A vIOMMU's hardware: a guest's share of one physical IOMMU, on a nesting parent. */
export interface VirtualIommu {
  /** Absent: EOPNOTSUPP. @returns as Iommu.allocateNested */
  allocateNested?(options: NestedOptions, data: DriverData, requesterId: number): NestedDomain | Errno;
  /** Absent: EOPNOTSUPP. */
  invalidate?(entries: InvalidationEntries): InvalidationResult;
  /** A device is known to the guest by this id. @returns an error of the driver's own */
  addDevice(requesterId: number, virtualId: U64): Errno;
  removeDevice(requesterId: number): void;
  /** Whether it has queues of this type. Absent: of none. */
  offersQueue?(type: number): boolean;
  /** @param physical of the queue's first byte @returns EINVAL, EEXIST, EIO */
  allocateQueue?(index: number, physical: number, bytes: number): HardwareQueue | Errno;
  destroy(): void;
}

/** A queue in the guest's memory that the hardware reads by itself. */
export interface HardwareQueue {
  /** The queue that has to outlive this one. */
  readonly dependsOn: HardwareQueue | undefined;
  destroy(): void;
}

export interface NestedOptions {
  readonly pasid: boolean;
}

/** What the state machine gives a vIOMMU that is being made. */
export interface VirtualIommuHost {
  /** Events for the guest. @returns EOPNOTSUPP when nobody has asked for this type */
  report(type: number, data: Uint8Array): Errno;
  /**
   * Offers `bytes` of zeroed memory, a multiple of 4096, for mmap on the iommufd until the vIOMMU is destroyed.
   * @returns where to ask for it, or ENOMEM
   */
  offerMemory(bytes: number): MappableMemory | Errno;
}

/** Memory that the hardware shares with whoever maps it. */
export interface MappableMemory {
  /** For mmap, in bytes. */
  readonly offset: U64;
  readonly bytes: number;
  write(at: number, bytes: Uint8Array): void;
}

/** What may differ between the devices behind one IOMMU. */
export interface DeviceCapabilities {
  readonly canTrackDirty: boolean;
  /** log2 of the number of PASIDs, 0 among them; undefined: requests with a PASID are unknown to the device. */
  readonly pasidBits: number | undefined;
  /** It can ask for pages that it does not reach. */
  readonly raisesPageRequests: boolean;
}

/** One physical IOMMU, with what the best of its devices can do. */
export interface Iommu extends DeviceCapabilities {
  readonly name: string;
  /** Devices behind it can be bound at all. */
  readonly cacheCoherent: boolean;
  readonly canEnforceCoherency: boolean;

  /** Absent: what the IOMMU can do, each of its devices can. */
  capabilitiesOf?(requesterId: number): DeviceCapabilities;

  /** @returns the driver's answer for this type (0: its default), or undefined for a type that it does not know. */
  hardwareInfo(type: number): HardwareInfo | undefined;

  /**
   * @param data of an HWPT_ALLOC that brings some
   * @param requesterId the device that the domain is made for, where devices differ
   * @returns a domain, or EOPNOTSUPP, EINVAL (length of the data), EFAULT or ENOMEM
   */
  allocateDomain(options: DomainOptions, data?: DriverData, requesterId?: number): PagingDomain | Errno;

  /** Points a requester at a domain, or with undefined blocks its DMA. @returns EINVAL, ENOENT, ENOSPC, ENOMEM */
  attach(requesterId: number, domain: Domain | undefined): Errno;

  /**
   * The same for requests with a PASID. Absent: EOPNOTSUPP.
   * @param pasid from 1, below 2^pasidBits of the device
   * @returns EOPNOTSUPP (the device has no PASIDs), EINVAL, ENOSPC, ENOMEM; then the old domain stays
   */
  attachPasid?(requesterId: number, pasid: number, domain: Domain | undefined): Errno;

  /** PASID tables are the user's: a request with a PASID that nothing is attached to belongs to a nested table. */
  readonly hasUserPasidTables?: boolean;

  /** Absent: devices raise no page requests. With undefined, requests are answered by nobody: the device is told so. */
  listen?(requesterId: number, handler: PageRequestHandler | undefined): void;

  /**
   * What `translate` answers, but to a device that asks for pages while somebody listens to it: then a fault that the page
   * would cure is a missing page. Absent: nobody asks this way.
   */
  requestTranslation?(request: TranslationRequest): Translation | MissingPage;

  /** Absent: EOPNOTSUPP. @returns EOPNOTSUPP, EINVAL, EFAULT, ENOMEM */
  allocateNested?(
    parent: PagingDomain,
    options: NestedOptions,
    data: DriverData,
    requesterId: number,
  ): NestedDomain | Errno;

  /** Whether a device's vIOMMU can be of this type (enum iommu_viommu_type). Absent: none can be made. */
  offersVirtual?(type: number, requesterId: number): boolean;

  /** Absent iff `offersVirtual` is. @returns EINVAL, EFAULT, ENOMEM */
  allocateVirtual?(
    type: number,
    parent: PagingDomain,
    host: VirtualIommuHost,
    data: DriverData | undefined,
  ): VirtualIommu | Errno;

  /** As the hardware would: IOTLB first, then a walk that fills it; a fault is recorded. */
  translate(request: TranslationRequest): Translation;

  /**
   * How far what `translate` found goes on: bytes that follow each other as IOVAs and in physical memory and that the same
   * access may reach. To those pages happens what `translate` does to each. Absent: to the end of the page.
   * @param wanted more bytes than are left of the page @returns at most so many
   */
  runFrom?(request: TranslationRequest, found: TranslatedPage, wanted: number): number;

  /** A walk past the IOTLB that changes and records nothing. */
  explain(request: TranslationRequest): { readonly result: Translation; readonly steps: readonly WalkStep[] };
}

/**
 * Client memory as the bus sees it: what a device reaches with a translated address. Synchronous where the daemon can
 * touch the memory itself, a promise where the client serves it.
 */
export interface PhysicalMemory {
  /** @param physical byte address; [physical, + into.length) lies in pages that one or more `pin`s reported
   *  @returns 0, or EFAULT when the memory behind the page is gone */
  read(physical: number, into: Uint8Array): Errno | Promise<Errno>;
  write(physical: number, from: Uint8Array): Errno | Promise<Errno>;
  /** Whether `copy` may be asked for these bytes, which are always read at once. Absent: never. */
  readonly isCopySource?: ((physical: number, length: number) => boolean) | undefined;
  /**
   * Copies without a buffer in between, as far as that can be done. The two ranges do not overlap.
   * @returns the bytes copied, from the first on; `read` and `write` can move the others, or tell why not
   */
  readonly copy?: ((destination: number, source: number, length: number) => number) | undefined;
}

/**
 * The physical address space, in PFNs: page tables live high, client memory low. 2^40 PFNs are the 52-bit addresses that
 * every format here can hold.
 */
export const CLIENT_PFN_FIRST = 2 ** 18;
export const TABLE_PFN_FIRST = 2 ** 39;
export const PFN_END = 2 ** 40;
