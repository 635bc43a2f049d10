/**
 * `Endpoint`: a simulated PCI device that does DMA through the IOMMU, driven from outside as its driver would.
 *
 * What the bus does to a DMA is a value: how far it came, and the fault record if the IOMMU stopped it. What no bus is
 * asked (an endpoint that is not bound, a length of 0) is an `IommufdError`.
 */
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { errno, errnoName } from "../../proto/uapi/errno.js";
import { Connection } from "./connection.js";
import { IommufdError } from "./errors.js";
import { type ConnectOptions, endOnFailure, type IommuFd, openNode, transportOf } from "./iommu-fd.js";
import { fromLong, toLong, type Uint64 } from "./wire64.js";

export interface EndpointOptions extends ConnectOptions {
  /** As in the daemon's topology. */
  readonly name: string;
}

/** One item that a walk of the IOMMU's tables loaded. */
export interface WalkStep {
  /** "root entry", "second-stage level 2", ... */
  readonly structure: string;
  /** Physical address of the item. */
  readonly address: bigint;
  readonly index: number;
  /** Its first quadword. */
  readonly word: bigint;
  readonly decoded: string;
}

/** A fault record of the IOMMU. */
export interface Fault {
  /** Bus 15:8, device 7:3, function 2:0. */
  readonly requesterId: number;
  /** The IOVA. */
  readonly address: bigint;
  readonly write: boolean;
  /** The code of the architecture's manual, and its name there. */
  readonly reason: number;
  readonly name: string;
  /** Of the request; absent: it had none. */
  readonly pasid?: number;
  /** Counts this daemon's faults from 1. */
  readonly number: bigint;
  readonly walk: readonly WalkStep[];
}

/** Whose requests are meant. */
export interface PasidOptions {
  /** From 1. Default: requests without PASID */
  readonly pasid?: number;
}

/** What became of a DMA. */
export interface DmaResult {
  /** "OK"; "EIO": the IOMMU stopped it, see `fault`; "EFAULT": the memory behind the page is gone. */
  readonly code: "OK" | "EIO" | "EFAULT";
  /** Bytes moved before the end, or before what stopped it. */
  readonly transferred: bigint;
  readonly fault?: Fault;
}

export interface DmaReadResult extends DmaResult {
  /** The `transferred` bytes. */
  readonly data: Uint8Array;
}

/** Where an IOVA leads, as the hardware would find it now. */
export interface Walk {
  readonly steps: readonly WalkStep[];
  /** The page, if the walk ended at one that permits the access. */
  readonly page?: {
    /** Physical address of the requested byte. */
    readonly address: bigint;
    readonly pageBytes: bigint;
    readonly readable: boolean;
    readonly writable: boolean;
  };
  /** Else why not. */
  readonly fault?: Fault;
}

export class Endpoint {
  #closing: Promise<void> | undefined;

  private constructor(
    readonly connection: Connection,
    readonly name: string,
  ) {}

  /** Takes an endpoint, as a driver opens a device. @throws ProtocolError; IommufdError ENOENT, EBUSY */
  static async open(options: EndpointOptions): Promise<Endpoint> {
    const connection = await Connection.open(transportOf(options));
    return await endOnFailure(connection, async () => {
      await openNode(connection, `endpoint/${options.name}`);
      return new Endpoint(connection, options.name);
    });
  }

  /** Binds the device to an iommufd. @returns the device's object id there @throws IommufdError EBADF, EBUSY, EINVAL */
  async bind(iommufd: IommuFd | Uint8Array): Promise<number> {
    const iommufdToken = iommufd instanceof Uint8Array ? iommufd : iommufd.token;
    return await this.#result("bind", { deviceBind: { iommufdToken } });
  }

  /**
   * Attaches the device, or one PASID of it, or replaces what that is attached to.
   * @param ptId An IOAS or HWPT; for a PASID an HWPT with ALLOC_PASID
   * @returns the HWPT attached @throws IommufdError ENOENT, EINVAL, EADDRINUSE, ...
   */
  async attach(ptId: number, options: PasidOptions = {}): Promise<number> {
    return await this.#result("attach", { deviceAttach: { ptId, ...options } });
  }

  /** @throws IommufdError EINVAL: not bound */
  async detach(options: PasidOptions = {}): Promise<void> {
    await this.#result("detach", { deviceDetach: { ...options } });
  }

  /**
   * DMA from memory into the device. Like every DMA it waits for a page that it asks for; what is called meanwhile goes on.
   * @param length In bytes
   * @throws IommufdError EINVAL, as every DMA: no bytes, too many, beyond 2^64, or a PASID that the device does not have
   */
  async read(iova: Uint64, length: number, options: PasidOptions = {}): Promise<DmaReadResult> {
    const reply = await this.#dma("DMA read", { read: { iova: toLong(iova, "iova"), length }, ...options });
    return { ...dmaResult(reply), data: Uint8Array.from(reply.data ?? []) };
  }

  /** DMA from the device into memory. */
  async write(iova: Uint64, data: Uint8Array, options: PasidOptions = {}): Promise<DmaResult> {
    return dmaResult(await this.#dma("DMA write", { write: { iova: toLong(iova, "iova"), data }, ...options }));
  }

  /** DMA from memory to memory. @param length In bytes */
  async copy(
    sourceIova: Uint64,
    destinationIova: Uint64,
    length: Uint64,
    options: PasidOptions = {},
  ): Promise<DmaResult> {
    const copy = {
      sourceIova: toLong(sourceIova, "sourceIova"),
      destinationIova: toLong(destinationIova, "destinationIova"),
      length: toLong(length, "length"),
    };
    return dmaResult(await this.#dma("DMA copy", { copy, ...options }));
  }

  /** DMA of one byte value into memory. @param length In bytes @param value 0 to 255 */
  async fill(iova: Uint64, length: Uint64, value: number, options: PasidOptions = {}): Promise<DmaResult> {
    const fill = { iova: toLong(iova, "iova"), length: toLong(length, "length"), value };
    return dmaResult(await this.#dma("DMA fill", { fill, ...options }));
  }

  /**
   * The fault records of this device, oldest first, and how many were dropped as the log was full.
   * @param options.clear Empties the log. Default false
   */
  async faults(options: { readonly clear?: boolean } = {}): Promise<{ faults: Fault[]; lost: bigint }> {
    const reply = await this.connection.request({ deviceFaults: { clear: options.clear ?? false } }, "faults");
    return { faults: (reply.faults ?? []).map(faultOf), lost: fromLong(reply.lost) };
  }

  /**
   * Walks the tables for an IOVA as the hardware would, past the IOTLB, and changes nothing.
   * @param options.write For a write access. Default false
   * @throws IommufdError EINVAL: the device does not have this PASID
   */
  async walk(iova: Uint64, options: PasidOptions & { readonly write?: boolean } = {}): Promise<Walk> {
    const deviceWalk = { ...options, iova: toLong(iova, "iova") };
    const reply = await this.connection.request({ deviceWalk }, "walk");
    if (reply.error) throw new IommufdError("walk", reply.error);
    const steps = (reply.walk ?? []).map(walkStepOf);
    if (!reply.translated) return reply.fault == null ? { steps } : { steps, fault: faultOf(reply.fault) };
    const page = {
      address: fromLong(reply.address),
      pageBytes: fromLong(reply.pageBytes),
      readable: reply.readable ?? false,
      writable: reply.writable ?? false,
    };
    return { steps, page };
  }

  /** Gives the device up: it is detached and unbound. Resolves when that has happened. */
  close(): Promise<void> {
    this.#closing ??= this.connection.release();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #result(what: string, request: Parameters<Connection["request"]>[0]): Promise<number> {
    const reply = await this.connection.request(request, "result");
    if (reply.error) throw new IommufdError(`${what} ${this.name}`, reply.error, reply.message ?? "");
    return reply.id ?? 0;
  }

  async #dma(what: string, deviceDma: iommufd_emu.v1.DeviceDma.$Properties) {
    const reply = await this.connection.request({ deviceDma }, "dma");
    const failure = reply.error ?? 0;
    if (failure !== errno.OK && failure !== errno.EIO && failure !== errno.EFAULT)
      throw new IommufdError(what, failure);
    return reply;
  }
}

function dmaResult(reply: iommufd_emu.v1.DmaReply.$Properties): DmaResult {
  const code = reply.error ? (errnoName(reply.error) as "EIO" | "EFAULT") : "OK";
  const transferred = fromLong(reply.transferred);
  return reply.fault == null ? { code, transferred } : { code, transferred, fault: faultOf(reply.fault) };
}

function faultOf(fault: iommufd_emu.v1.Fault.$Properties): Fault {
  return {
    requesterId: fault.requesterId ?? 0,
    address: fromLong(fault.address),
    write: fault.write ?? false,
    reason: fault.reason ?? 0,
    name: fault.name ?? "",
    ...(fault.pasid ? { pasid: fault.pasid } : {}),
    number: fromLong(fault.number),
    walk: (fault.walk ?? []).map(walkStepOf),
  };
}

function walkStepOf(step: iommufd_emu.v1.WalkStep.$Properties): WalkStep {
  return {
    structure: step.structure ?? "",
    address: fromLong(step.address),
    index: step.index ?? 0,
    word: fromLong(step.word),
    decoded: step.decoded ?? "",
  };
}
