/**
 * A machine for measurements: a VT-d unit behind the state machine, a caller whose memory is one contiguous run of frames,
 * and ioctls whose struct is made before the clock runs.
 */
import { DeviceObject } from "../../daemon/core/device.js";
import type { PfnRunSink } from "../../daemon/core/mm.js";
import { TableMemory } from "../../daemon/hw/engine/table-memory.js";
import { FaultCounter } from "../../daemon/hw/fault-log.js";
import { CLIENT_PFN_FIRST, type PagingDomain } from "../../daemon/hw/interface.js";
import { VtdIommu } from "../../daemon/hw/vtd/iommu.js";
import { vtdProfile } from "../../daemon/hw/vtd/profile.js";
import { PAGE_SIZE, U64 } from "../../daemon/u64.js";
import type { Descriptors, DescriptorTarget } from "../../daemon/uapi/descriptors.js";
import type { UserMemory } from "../../daemon/uapi/user-memory.js";
import { encodeStruct } from "../../proto/uapi/codec.js";
import { errno, errnoName, type Errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import * as test from "../../proto/uapi/iommufd-test.js";
import type { Fields, StructLayout } from "../../proto/uapi/layout.js";
import { FakeCaller, FakeSpace, Machine, noDescriptors } from "../../test/support/machine.js";
import { requestOf } from "./requests.js";

/** Pages of page tables: twice what 64 GiB by 4 KiB pages need. */
const TABLES_MAX = 2 ** 16;

/** Where the caller's memory begins; like the IOVA and the first frame, a multiple of the largest page. */
export const USER_PAGE_FIRST = 0x7f00_0000_0000 / PAGE_SIZE;
export const IOVA_PAGE_FIRST = 0x1_0000_0000 / PAGE_SIZE;

const REQUESTER_FIRST = 0x20;

const MAP_FLAGS = api.IOMMU_IOAS_MAP_FIXED_IOVA | api.IOMMU_IOAS_MAP_READABLE | api.IOMMU_IOAS_MAP_WRITEABLE;

/** The descriptor of the machine's access, and MOCK_ACCESS_RW_WRITE. */
const ACCESS_FD = 5;
const ACCESS_WRITE = 1;

/** User memory with an argument struct at one address and one buffer at another. */
class FlatMemory implements UserMemory {
  static readonly STRUCT_ADDRESS = 0x1000;
  static readonly BUFFER_ADDRESS = 0x10_0000;
  struct: Uint8Array = new Uint8Array(0);
  buffer: Uint8Array = new Uint8Array(0);

  read(address: U64, into: Uint8Array, length: number): number {
    const at = address.toNumber();
    const bytes = this.at(at);
    const offset = at - this.baseOf(at);
    const count = Math.max(0, Math.min(length, bytes.length - offset));
    for (let index = 0; index < count; index++) into[index] = bytes[offset + index]!;
    return count;
  }

  write(address: U64, data: Uint8Array): boolean {
    const at = address.toNumber();
    const bytes = this.at(at);
    const offset = at - this.baseOf(at);
    if (offset + data.length > bytes.length) return false;
    for (let index = 0; index < data.length; index++) bytes[offset + index] = data[index]!;
    return true;
  }

  private at(address: number): Uint8Array {
    return address < FlatMemory.BUFFER_ADDRESS ? this.struct : this.buffer;
  }

  private baseOf(address: number): number {
    return address < FlatMemory.BUFFER_ADDRESS ? FlatMemory.STRUCT_ADDRESS : FlatMemory.BUFFER_ADDRESS;
  }
}

/** Memory whose page frames are as consecutive as its pages. Pinning takes no time, whatever the length. */
class ContiguousSpace extends FakeSpace {
  override pin(first: number, count: number, _write: boolean, sink: PfnRunSink): Errno {
    sink(CLIENT_PFN_FIRST + (first - USER_PAGE_FIRST), count);
    return errno.OK;
  }

  override unpin(): void {
    // Nothing is counted: what is measured is the machine, not this space.
  }

  /** Every page shows the same bytes. */
  private readonly bytes = new Uint8Array(PAGE_SIZE);

  override copyFrom(address: U64, into: Uint8Array): Errno {
    const offset = address.pageOffset();
    for (let index = 0; index < into.length; index++) into[index] = this.bytes[(offset + index) % PAGE_SIZE]!;
    return errno.OK;
  }

  override copyTo(address: U64, from: Uint8Array): Errno {
    const offset = address.pageOffset();
    for (let index = 0; index < from.length; index++) this.bytes[(offset + index) % PAGE_SIZE] = from[index]!;
    return errno.OK;
  }
}

export class ScaleMachine {
  readonly machine: Machine;
  readonly iommu: VtdIommu;
  readonly ioasId: number;
  /** In the order of their attachment. */
  readonly domains: PagingDomain[] = [];
  private readonly memory = new FlatMemory();
  private access: DescriptorTarget | undefined;

  constructor(options: { readonly hugePages: boolean; readonly tables?: TableMemory }) {
    const tables = options.tables ?? new TableMemory(TABLES_MAX);
    this.iommu = new VtdIommu("bench", vtdProfile(), tables, new FaultCounter());
    const descriptors: Descriptors = {
      ...noDescriptors,
      find: (fd) => (fd === ACCESS_FD ? this.access : undefined),
      create: (target) => {
        this.access = target;
      },
    };
    this.machine = new Machine({ descriptors });
    this.machine.caller = new FakeCaller(new ContiguousSpace(1));
    this.ioasId = this.machine.ioas();
    const value = options.hugePages ? 1n : 0n;
    const { error } = this.machine.option(api.IOMMU_OPTION_HUGE_PAGES, api.IOMMU_OPTION_OP_SET, this.ioasId, value);
    expectOk("the option", error);
  }

  /** Attaches one more device, to a domain of its own. @returns what HWPT_ALLOC named it, and who can do DMA through it */
  addDomain(dirtyTracking = false): { readonly hwptId: number; readonly requesterId: number } {
    const requesterId = REQUESTER_FIRST + this.domains.length;
    const device = this.machine.bind(this.iommu, requesterId);
    const { error, out } = this.machine.call(requestOf("IOMMU_HWPT_ALLOC"), api.iommu_hwpt_alloc, {
      flags: dirtyTracking ? api.IOMMU_HWPT_ALLOC_DIRTY_TRACKING : 0,
      dev_id: device.id,
      pt_id: this.ioasId,
    });
    expectOk("HWPT_ALLOC", error);
    this.domains.push(attached(device, out.out_hwpt_id));
    return { hwptId: out.out_hwpt_id, requesterId };
  }

  /** An ioctl that can be issued again and again: its struct is the same each time. */
  prepare<F extends Fields>(
    name: string,
    layout: StructLayout<F>,
    values: Parameters<typeof encodeStruct<F>>[1],
    buffer: Uint8Array = new Uint8Array(0),
  ): () => void {
    const request = requestOf(name);
    const bytes = encodeStruct(layout, values);
    const struct = new Uint8Array(bytes.length);
    const address = U64.fromNumber(FlatMemory.STRUCT_ADDRESS);
    return () => {
      struct.set(bytes);
      this.memory.struct = struct;
      this.memory.buffer = buffer;
      expectOk(name, this.machine.issue(request, address, this.memory));
    };
  }

  /** MAP of pages [first, first + count) of the caller at the IOVA that is as far from the first. */
  prepareMap(first: number, count: number): () => void {
    return this.prepare("IOMMU_IOAS_MAP", api.iommu_ioas_map, {
      flags: MAP_FLAGS,
      ioas_id: this.ioasId,
      user_va: bytesOf(USER_PAGE_FIRST + first),
      length: bytesOf(count),
      iova: bytesOf(IOVA_PAGE_FIRST + first),
    });
  }

  /** UNMAP of [0, 2^64 - 1). */
  prepareUnmapAll(): () => void {
    return this.prepare("IOMMU_IOAS_UNMAP", api.iommu_ioas_unmap, {
      ioas_id: this.ioasId,
      iova: 0n,
      length: 2n ** 64n - 1n,
    });
  }

  /** UNMAP of pages [first, first + count). */
  prepareUnmap(first: number, count: number, ioasId = this.ioasId): () => void {
    return this.prepare("IOMMU_IOAS_UNMAP", api.iommu_ioas_unmap, {
      ioas_id: ioasId,
      iova: bytesOf(IOVA_PAGE_FIRST + first),
      length: bytesOf(count),
    });
  }

  /** COPY of pages [first, first + count) to the same IOVA of another IOAS. */
  prepareCopy(first: number, count: number, ioasId: number): () => void {
    return this.prepare("IOMMU_IOAS_COPY", api.iommu_ioas_copy, {
      flags: MAP_FLAGS,
      dst_ioas_id: ioasId,
      src_ioas_id: this.ioasId,
      length: bytesOf(count),
      src_iova: bytesOf(IOVA_PAGE_FIRST + first),
      dst_iova: bytesOf(IOVA_PAGE_FIRST + first),
    });
  }

  /** IOVA_RANGES with room for all of them. */
  prepareRanges(): () => void {
    const values = { ioas_id: this.ioasId, num_iovas: 16, allowed_iovas: BigInt(FlatMemory.BUFFER_ADDRESS) };
    return this.prepare("IOMMU_IOAS_IOVA_RANGES", api.iommu_ioas_iova_ranges, values, new Uint8Array(PAGE_SIZE));
  }

  /** A read or write of an in-kernel user, of bytes at the beginning of page 0. */
  prepareAccess(bytes: number, write: boolean): () => void {
    if (this.access === undefined)
      this.prepare("IOMMU_TEST_CMD", test.iommu_test_create_access, {
        op: test.IOMMU_TEST_OP_CREATE_ACCESS,
        id: this.ioasId,
      })();
    const values = {
      op: test.IOMMU_TEST_OP_ACCESS_RW,
      id: ACCESS_FD,
      iova: bytesOf(IOVA_PAGE_FIRST),
      length: BigInt(bytes),
      uptr: BigInt(FlatMemory.BUFFER_ADDRESS),
      flags: write ? ACCESS_WRITE : 0,
    };
    return this.prepare("IOMMU_TEST_CMD", test.iommu_test_access_rw, values, new Uint8Array(PAGE_SIZE));
  }

  /** GET_DIRTY_BITMAP of pages [0, count) into a bitmap with a bit for each. */
  prepareDirtyBitmap(hwptId: number, count: number, bitmap: Uint8Array): () => void {
    const values = {
      hwpt_id: hwptId,
      iova: bytesOf(IOVA_PAGE_FIRST),
      length: bytesOf(count),
      page_size: BigInt(PAGE_SIZE),
      data: BigInt(FlatMemory.BUFFER_ADDRESS),
    };
    return this.prepare("IOMMU_HWPT_GET_DIRTY_BITMAP", api.iommu_hwpt_get_dirty_bitmap, values, bitmap);
  }
}

function attached(device: DeviceObject, hwptId: number): PagingDomain {
  const hwpt = device.attach(hwptId);
  if (typeof hwpt === "number") throw new Error(`attach: ${errnoName(hwpt)}`);
  return hwpt.paging.domain;
}

function bytesOf(pages: number): bigint {
  return BigInt(pages) * BigInt(PAGE_SIZE);
}

export function expectOk(what: string, error: number): void {
  if (error !== 0) throw new Error(`${what}: ${errnoName(error)}`);
}
