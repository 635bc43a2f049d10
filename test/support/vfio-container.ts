/** VFIO's container ioctls on the state machine of machine.ts: results as ioctl(2) gives them, structs as they come back. */
import { decodeStruct, encodeStruct } from "../../proto/uapi/codec.js";
import { errno } from "../../proto/uapi/errno.js";
import * as api from "../../proto/uapi/iommufd.js";
import * as vfio from "../../proto/uapi/vfio.js";
import type { Ioas } from "../../daemon/core/ioas.js";
import { U64 } from "../../daemon/u64.js";
import { Dispatcher } from "../../daemon/uapi/dispatch.js";
import { type FakeIommu, FakeMemory, Machine, noDescriptors } from "./machine.js";

export const READ_WRITE = vfio.VFIO_DMA_MAP_FLAG_READ | vfio.VFIO_DMA_MAP_FLAG_WRITE;
export const TYPE1 = vfio.VFIO_TYPE1_IOMMU;
export const TYPE1v2 = vfio.VFIO_TYPE1v2_IOMMU;

/** Has an IOMMU refuse page tables that were made for another, so that an attach makes one. */
export function refusingOthers(iommu: FakeIommu): FakeIommu {
  const attach = iommu.attach.bind(iommu);
  iommu.attach = (requesterId, domain) =>
    domain === undefined || domain.iommu === iommu ? attach(requesterId, domain) : errno.EINVAL;
  return iommu;
}

/** Where structs lie. */
const ARGUMENT = 0x1000n;

export class Container {
  private readonly dispatcher = new Dispatcher({
    selftest: true,
    kernelFixes: false,
    allocateKernel: () => errno.ENOMEM,
  });

  constructor(readonly machine = new Machine()) {}

  /** A container whose compat IOAS is a new one. */
  static withIoas(machine = new Machine()): Container {
    const container = new Container(machine);
    container.setIoas(machine.ioas());
    return container;
  }

  setIoas(ioasId: number): number {
    return this.machine.call(0x3b88, api.iommu_vfio_ioas, { op: api.IOMMU_VFIO_IOAS_SET, ioas_id: ioasId }).error;
  }

  /** Its id; 0: there is none. */
  get ioasId(): number {
    return this.machine.call(0x3b88, api.iommu_vfio_ioas, { op: api.IOMMU_VFIO_IOAS_GET }).out.ioas_id;
  }

  get map(): Ioas {
    return this.machine.context.findIoas(this.ioasId)!.map;
  }

  get hugePages(): boolean {
    return this.machine.option(api.IOMMU_OPTION_HUGE_PAGES, api.IOMMU_OPTION_OP_GET, this.ioasId).value === 1n;
  }

  /** @returns what ioctl(2) returns, or a negative errno */
  ioctl(request: number, argument: bigint, memory = new FakeMemory()): number {
    const { context, caller } = this.machine;
    return this.dispatcher.ioctl(context, caller, memory, request, U64.fromBigInt(argument), noDescriptors);
  }

  /** An ioctl whose argument is bytes. @returns the result; `bytes` is as the ioctl left it */
  onBytes(request: number, bytes: Uint8Array, writable = true): number {
    const memory = new FakeMemory();
    memory.add(ARGUMENT, bytes, writable);
    return this.ioctl(request, ARGUMENT, memory);
  }

  checkExtension(extension: number): number {
    return this.ioctl(0x3b65, BigInt(extension));
  }

  setIommu(type: number): number {
    return this.ioctl(0x3b66, BigInt(type));
  }

  mapDma(iova: bigint, size: bigint, options: { vaddr?: bigint; flags?: number; argsz?: number } = {}): number {
    const { vaddr = 0x100000n, flags = READ_WRITE, argsz = 32 } = options;
    // MAP_DMA answers nothing but its result.
    return this.onBytes(
      0x3b71,
      encodeStruct(vfio.vfio_iommu_type1_dma_map, { argsz, flags, vaddr, iova, size }),
      false,
    );
  }

  /** [the result, the size as it was written back or left] */
  unmapDma(
    iova: bigint,
    size: bigint,
    options: { flags?: number; argsz?: number; writable?: boolean } = {},
  ): [number, bigint] {
    const { flags = 0, argsz = 24, writable = true } = options;
    const layout = vfio.vfio_iommu_type1_dma_unmap;
    const bytes = encodeStruct(layout, { argsz, flags, iova, size });
    const result = this.onBytes(0x3b72, bytes, writable);
    return [result, decodeStruct(layout, bytes).size];
  }

  /** The container's mappings, ascending, as [start, bytes]. */
  areas(): [bigint, bigint][] {
    return [...this.map.areas()].map(({ start, last }) => [
      start.toBigInt(),
      last.minus(start).plus(U64.ONE).toBigInt(),
    ]);
  }
}
