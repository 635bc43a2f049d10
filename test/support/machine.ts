/**
 * The state machine without a daemon: a context, a caller whose memory is a list of ranges, ioctls by their structs, and
 * a plain IOMMU that records what it is told. For tests of rules.
 */
import { decodeStruct, encodeStruct } from "../../proto/uapi/codec.js";
import { errno, type Errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import type { Fields, StructLayout } from "../../proto/uapi/layout.js";
import { Accounts } from "../../daemon/core/accounting.js";
import { Context } from "../../daemon/core/context.js";
import { DeviceObject } from "../../daemon/core/device.js";
import { IommuGroup, type BusDevice } from "../../daemon/core/group.js";
import type { AddressSpace, BackingFile, Caller, PfnRunSink } from "../../daemon/core/mm.js";
import type { Domain, Iommu, PagingDomain, PhysicalMemory, ReservedRegion } from "../../daemon/hw/interface.js";
import { allocateSharedMemory } from "../../daemon/memory/shared-memory.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import { Dispatcher } from "../../daemon/uapi/dispatch.js";
import type { Descriptors } from "../../daemon/uapi/descriptors.js";
import type { MockBus } from "../../daemon/core/selftest.js";
import type { UserMemory } from "../../daemon/uapi/user-memory.js";
import { PageFrames } from "./page-frames.js";

export const RW = api.IOMMU_IOAS_MAP_READABLE | api.IOMMU_IOAS_MAP_WRITEABLE;
export const FIXED = api.IOMMU_IOAS_MAP_FIXED_IOVA;
export const MAX = 2n ** 64n - 1n;

/** User memory of a few ranges; the rest faults. */
export class FakeMemory implements UserMemory {
  readonly ranges: { start: bigint; bytes: Uint8Array; writable: boolean }[] = [];

  add(start: bigint, bytes: Uint8Array, writable = true): void {
    this.ranges.push({ start, bytes, writable });
  }

  read(address: U64, into: Uint8Array, length: number): number {
    const at = address.toBigInt();
    for (const { start, bytes } of this.ranges) {
      if (at < start || at >= start + BigInt(bytes.length)) continue;
      const prefix = bytes.subarray(Number(at - start), Number(at - start) + length);
      into.set(prefix);
      return prefix.length;
    }
    return 0;
  }

  write(address: U64, data: Uint8Array): boolean {
    const at = address.toBigInt();
    for (const { start, bytes, writable } of this.ranges) {
      if (!writable || at < start || at + BigInt(data.length) > start + BigInt(bytes.length)) continue;
      bytes.set(data, Number(at - start));
      return true;
    }
    return false;
  }
}

/** PFNs of one space begin at its id times this. */
export const SPACE_PFNS = 2 ** 30;
/** Pages of a huge page. */
export const HUGE_PAGES = 512;

/** Pages that are where their number says, but for holes, read-only ones and those that were mapped anew. */
export class FakeSpace implements AddressSpace {
  readonly name: string;
  alive = true;
  readonly pinned = new Map<number, number>();
  readonly holes = new Set<number>();
  readonly readOnly = new Set<number>();
  /** Numbers of huge pages: of HUGE_PAGES pages each, and multiples of that. */
  readonly huge = new Set<number>();
  /** Pages that show another page's frame by now. */
  readonly moved = new Map<number, number>();

  constructor(
    readonly id: number,
    readonly frames = new PageFrames(),
  ) {
    this.name = `space ${id}`;
  }

  private frameOf(page: number): number {
    return this.moved.get(page) ?? page;
  }

  pin(first: number, count: number, write: boolean, sink: PfnRunSink): Errno {
    if (!this.alive) return errno.EFAULT;
    for (let page = first; page < first + count; page++)
      if (this.holes.has(page) || (write && this.readOnly.has(page))) return errno.EFAULT;
    for (let page = first; page < first + count; page++) {
      const frame = this.frameOf(page);
      this.pinned.set(frame, (this.pinned.get(frame) ?? 0) + 1);
      if (this.moved.size > 0) sink(this.id * SPACE_PFNS + frame, 1);
    }
    if (this.moved.size === 0) sink(this.id * SPACE_PFNS + first, count);
    return errno.OK;
  }

  unpin(pfn: number, count: number): void {
    for (let frame = pfn - this.id * SPACE_PFNS; count > 0; frame++, count--) {
      const left = this.pinned.get(frame)! - 1;
      if (left === 0) this.pinned.delete(frame);
      else this.pinned.set(frame, left);
    }
  }

  physicalPages(pfn: number): number {
    return this.huge.has(Math.floor((pfn % SPACE_PFNS) / HUGE_PAGES)) ? HUGE_PAGES : 1;
  }

  isGone(): boolean {
    return !this.alive;
  }

  lockedPages(): number {
    return 0;
  }

  copyFrom(address: U64, into: Uint8Array): Errno {
    return this.eachPart(address, into, false, (physical, part) => this.frames.read(physical, part));
  }

  copyTo(address: U64, from: Uint8Array): Errno {
    return this.eachPart(address, from, true, (physical, part) => this.frames.write(physical, part));
  }

  /** As the memory is mapped now; what lies before a fault has been copied. */
  private eachPart(
    address: U64,
    bytes: Uint8Array,
    write: boolean,
    copy: (physical: number, part: Uint8Array) => Errno,
  ): Errno {
    let error: Errno = this.alive ? errno.OK : errno.EFAULT;
    for (let done = 0; done < bytes.length && error === errno.OK;) {
      const at = address.plusNumber(done);
      const page = at.page();
      if (this.holes.has(page) || (write && this.readOnly.has(page))) return errno.EFAULT;
      const part = bytes.subarray(done, done + PAGE_SIZE - at.pageOffset());
      error = copy((this.id * SPACE_PFNS + this.frameOf(page)) * PAGE_SIZE + at.pageOffset(), part);
      done += part.length;
    }
    return error;
  }
}

/** Page frames that hold nothing. */
export const noMemory: PhysicalMemory = { read: () => errno.EFAULT, write: () => errno.EFAULT };

/** A caller without descriptors that stand for anything. */
export const noDescriptors: Descriptors = {
  find: () => undefined,
  findContext: () => errno.EBADF,
  isOpen: () => false,
  openEvent: () => errno.EBADF,
  create: () => {
    throw new Error("no ioctl here makes a descriptor");
  },
};

export class FakeCaller implements Caller {
  ipcLock = true;
  sysResource = true;
  limitPages = Infinity;
  readonly files = new Map<number, BackingFile>();

  constructor(
    readonly mm: FakeSpace,
    readonly userId = 1000,
  ) {}

  uid(): number {
    return this.userId;
  }
  hasIpcLock(): boolean {
    return this.ipcLock;
  }
  hasSysResource(): boolean {
    return this.sysResource;
  }
  memlockLimitPages(): number {
    return this.limitPages;
  }
  openFile(fd: number): BackingFile | Errno {
    return this.files.get(fd) ?? errno.EBADF;
  }
}

/** A file all of whose pages can be pinned, or none. */
export class FakeFile extends FakeSpace implements BackingFile {
  released = 0;

  constructor(
    id: number,
    private readonly pinnable = true,
    frames = new PageFrames(),
  ) {
    super(id, frames);
  }

  override pin(first: number, count: number, write: boolean, sink: PfnRunSink): Errno {
    return this.pinnable ? super.pin(first, count, write, sink) : errno.EINVAL;
  }

  release(): void {
    this.released++;
  }
}

export interface FakeIommuOptions {
  readonly granuleLg2?: number;
  readonly aperture?: readonly [bigint, bigint];
  readonly cacheCoherent?: boolean;
}

/** A page table that is a map from granule to granule. */
export class FakeDomain implements PagingDomain {
  readonly table = new Map<number, number>();
  readonly requests: { iova: number; count: number; pageLg2Max: number | undefined }[] = [];
  readonly apertureStart: U64;
  readonly apertureLast: U64;
  readonly granuleLg2: number;
  readonly pageSizes: U64;
  /** Answers the next map requests with this errno. */
  failure: Errno = errno.OK;

  constructor(
    readonly iommu: Iommu,
    options: FakeIommuOptions,
  ) {
    const [start, last] = options.aperture ?? [0n, 2n ** 48n - 1n];
    this.apertureStart = U64.fromBigInt(start);
    this.apertureLast = U64.fromBigInt(last);
    this.granuleLg2 = options.granuleLg2 ?? 12;
    this.pageSizes = U64.fromNumber(2 ** this.granuleLg2);
  }

  map(iova: number, physical: number, count: number, _prot: number, pageLg2Max?: number): Errno {
    if (this.failure !== errno.OK) return this.failure;
    this.requests.push({ iova, count, pageLg2Max });
    for (let index = 0; index < count; index++) this.table.set(iova + index, physical + index);
    return errno.OK;
  }

  unmap(iova: number, count: number): number {
    for (let index = 0; index < count; index++)
      if (!this.table.delete(iova + index)) throw new Error(`granule ${iova + index} was not mapped`);
    return count;
  }

  lookup(iova: number): number | undefined {
    return this.table.get(iova);
  }

  destroy(): void {
    if (this.table.size > 0) throw new Error("destroyed with entries");
  }

  inspect(): { format: string; tables: number; leaves: Record<string, number> } {
    return { format: "fake", tables: 1, leaves: {} };
  }
}

export class FakeIommu implements Iommu {
  readonly name = "fake";
  readonly cacheCoherent: boolean;
  readonly canEnforceCoherency = false;
  readonly canTrackDirty = false;
  readonly pasidBits = 0;
  readonly raisesPageRequests = false;
  readonly domains: FakeDomain[] = [];
  readonly attached = new Map<number, Domain | undefined>();
  /** What the driver answers to an attach. */
  attachError: Errno = errno.OK;

  constructor(private readonly options: FakeIommuOptions = {}) {
    this.cacheCoherent = options.cacheCoherent ?? true;
  }

  hardwareInfo(type: number): { type: number; data: Uint8Array } | undefined {
    return type <= 1 ? { type: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) } : undefined;
  }

  allocateDomain(): PagingDomain {
    const domain = new FakeDomain(this, this.options);
    this.domains.push(domain);
    return domain;
  }

  attach(requesterId: number, domain: Domain | undefined): Errno {
    if (domain !== undefined && this.attachError !== errno.OK) return this.attachError;
    this.attached.set(requesterId, domain);
    return errno.OK;
  }

  translate(): never {
    throw new Error("no DMA here");
  }

  explain(): never {
    throw new Error("no DMA here");
  }
}

/** An MSI window as x86 endpoints have it. */
export const MSI_WINDOW: ReservedRegion = {
  start: U64.fromNumber(0xfee00000),
  last: U64.fromNumber(0xfeefffff),
  kind: "msi",
};

export interface MachineOptions {
  readonly kernelFixes?: boolean;
  selftest?: boolean;
  readonly accounts?: Accounts;
  readonly perProcess?: boolean;
  readonly mock?: MockBus;
  readonly descriptors?: Descriptors;
}

export class Machine {
  readonly accounts: Accounts;
  readonly context: Context;
  readonly memory = new FakeMemory();
  /** What the page frames of all address spaces hold: further ones are made with it. */
  readonly frames = new PageFrames();
  caller: FakeCaller = new FakeCaller(new FakeSpace(1, this.frames));
  private readonly dispatcher: Dispatcher;
  private readonly descriptors: Descriptors;

  constructor(options: MachineOptions = {}) {
    this.accounts = options.accounts ?? new Accounts();
    this.dispatcher = new Dispatcher({
      selftest: options.selftest ?? true,
      kernelFixes: options.kernelFixes ?? false,
      allocateKernel: () => errno.ENOMEM,
      mock: options.mock,
    });
    this.descriptors = options.descriptors ?? noDescriptors;
    this.context = new Context(this.accounts, this.frames, {
      perProcessAccounting: options.perProcess ?? false,
      objectsMax: 1_000_000,
      allocateShared: allocateSharedMemory,
    });
  }

  /** An ioctl on the argument at an address. @returns the errno, 0 for success */
  raw(request: number, argument: bigint, memory: UserMemory = this.memory): number {
    return this.issue(request, U64.fromBigInt(argument), memory);
  }

  /** The same for callers that count what it costs. */
  issue(request: number, argument: U64, memory: UserMemory): number {
    const result = this.dispatcher.ioctl(this.context, this.caller, memory, request, argument, this.descriptors);
    return result < 0 ? -result : 0;
  }

  /** An ioctl whose struct lies in writable memory. */
  call<F extends Fields>(
    request: number,
    layout: StructLayout<F>,
    values: Parameters<typeof encodeStruct<F>>[1],
  ): { error: number; out: ReturnType<typeof decodeStruct<F>> } {
    const memory = new FakeMemory();
    memory.ranges.push(...this.memory.ranges);
    const bytes = encodeStruct(layout, values);
    memory.add(0x1000n, bytes);
    const error = this.raw(request, 0x1000n, memory);
    return { error, out: decodeStruct(layout, bytes) };
  }

  ioas(): number {
    return this.call(0x3b81, api.iommu_ioas_alloc, {}).out.out_ioas_id;
  }

  map(ioasId: number, va: bigint, length: bigint, iova?: bigint, flags = RW): { error: number; iova: bigint } {
    const { error, out } = this.call(0x3b85, api.iommu_ioas_map, {
      flags: flags | (iova === undefined ? 0 : FIXED),
      ioas_id: ioasId,
      user_va: va,
      length,
      iova: iova ?? 0n,
    });
    return { error, iova: out.iova };
  }

  mapFile(ioasId: number, fd: number, start: bigint, length: bigint, iova?: bigint): { error: number; iova: bigint } {
    const { error, out } = this.call(0x3b8f, api.iommu_ioas_map_file, {
      flags: RW | (iova === undefined ? 0 : FIXED),
      ioas_id: ioasId,
      fd,
      start,
      length,
      iova: iova ?? 0n,
    });
    return { error, iova: out.iova };
  }

  copy(
    from: { ioas: number; iova: bigint },
    to: { ioas: number; iova?: bigint },
    length: bigint,
    flags = RW,
  ): { error: number; iova: bigint } {
    const { error, out } = this.call(0x3b83, api.iommu_ioas_copy, {
      flags: flags | (to.iova === undefined ? 0 : FIXED),
      dst_ioas_id: to.ioas,
      src_ioas_id: from.ioas,
      length,
      dst_iova: to.iova ?? 0n,
      src_iova: from.iova,
    });
    return { error, iova: out.dst_iova };
  }

  unmap(ioasId: number, iova: bigint, length: bigint): { error: number; length: bigint } {
    const { error, out } = this.call(0x3b86, api.iommu_ioas_unmap, { ioas_id: ioasId, iova, length });
    return { error, length: out.length };
  }

  destroy(id: number): number {
    return this.call(0x3b80, api.iommu_destroy, { id }).error;
  }

  allow(ioasId: number, ranges: readonly (readonly [bigint, bigint])[]): number {
    const array = new Uint8Array(ranges.length * 16);
    const view = new DataView(array.buffer);
    ranges.forEach(([start, last], index) => {
      view.setBigUint64(index * 16, start, true);
      view.setBigUint64(index * 16 + 8, last, true);
    });
    this.memory.ranges.length = 0;
    this.memory.add(0x8000n, array);
    return this.call(0x3b82, api.iommu_ioas_allow_iovas, {
      ioas_id: ioasId,
      num_iovas: ranges.length,
      allowed_iovas: 0x8000n,
    }).error;
  }

  ranges(ioasId: number): { error: number; alignment: bigint; ranges: [bigint, bigint][] } {
    const array = new Uint8Array(64 * 16);
    this.memory.ranges.length = 0;
    this.memory.add(0x8000n, array);
    const { error, out } = this.call(0x3b84, api.iommu_ioas_iova_ranges, {
      ioas_id: ioasId,
      num_iovas: 64,
      allowed_iovas: 0x8000n,
    });
    const view = new DataView(array.buffer);
    const ranges = Array.from({ length: out.num_iovas }, (_, index): [bigint, bigint] => [
      view.getBigUint64(index * 16, true),
      view.getBigUint64(index * 16 + 8, true),
    ]);
    return { error, alignment: out.out_iova_alignment, ranges };
  }

  option(optionId: number, op: number, objectId: number, value = 0n): { error: number; value: bigint } {
    const { error, out } = this.call(0x3b87, api.iommu_option, {
      option_id: optionId,
      op,
      object_id: objectId,
      val64: value,
    });
    return { error, value: out.val64 };
  }

  /** Binds a device in a group of its own, or in the one given. */
  bind(iommu: Iommu, requesterId = 0x20, regions: readonly ReservedRegion[] = [], group?: IommuGroup): DeviceObject {
    const bus: BusDevice = { name: `device ${requesterId}`, requesterId, iommu, reservedRegions: regions };
    const device = DeviceObject.bindTo(this.context, bus, group ?? new IommuGroup(requesterId, [bus]));
    if (typeof device === "number") throw new Error(`bind failed with errno ${device}`);
    return device;
  }
}
