/**
 * Ranges of address space that a connection registers as memory: windows on a file, or served by callbacks.
 *
 * Invariant: a callback answers only for the region that it was registered with, and gives exactly the bytes asked for.
 */
import type { iommufd_emu } from "../../proto/wire/generated/wire.js";
import { errno } from "../../proto/uapi/errno.js";
import type { Connection, MemoryServer } from "./connection.js";
import { IommufdError } from "./errors.js";
import type { GuestMemory } from "./guest-memory.js";
import { toBigInt, toLong, type Uint64 } from "./wire64.js";

/**
 * Where addresses are given out if the caller names none: user addresses (below 2^47) that Linux gives to no program by
 * itself, as it fills the address space from its top and puts programs at 0x55....
 */
const ADDRESS_FIRST = 0x4000_0000_0000n;

/** Between regions without a named address, and their alignment: pages of every size fit. */
const ADDRESS_STEP = 1n << 30n;

/** Where the next region goes: regions belong to the process, whichever connection registers them. */
let nextAddress = ADDRESS_FIRST;

/** A registered region. Where its addresses are mapped, it is the memory behind. */
export interface Region {
  readonly address: bigint;
  /** In bytes. */
  readonly length: bigint;
  /** Unregisters it; pages that are pinned stay. */
  remove(): Promise<void>;
}

export interface MemoryRegionOptions {
  /** First address, page aligned. Default: one that is free. */
  readonly address?: Uint64;
  /** Default: the memory's own. Page aligned. */
  readonly length?: Uint64;
  /** Offset of the region in the memory, page aligned. Default 0. */
  readonly offset?: Uint64;
  /** Default true. */
  readonly writable?: boolean;
}

/** Memory that this process serves. A callback that throws is a page that is gone: EFAULT, or a failed DMA. */
export interface CallbackRegionOptions {
  /** First address, page aligned. Default: one that is free. */
  readonly address?: Uint64;
  /** In bytes, page aligned. */
  readonly length: Uint64;
  /** @returns `length` bytes from `offset` of the region */
  read(offset: bigint, length: number): Uint8Array | Promise<Uint8Array>;
  /** Absent: the region is read-only. */
  write?(offset: bigint, data: Uint8Array): void | Promise<void>;
}

type RegionAdd = iommufd_emu.v1.RegionAdd.$Properties;

export class Regions implements MemoryServer {
  readonly #callbacks = new Map<bigint, CallbackRegionOptions & { readonly bytes: bigint }>();

  constructor(readonly connection: Connection) {}

  async addMemory(memory: GuestMemory, options: MemoryRegionOptions): Promise<Region> {
    const offset = toBigInt(options.offset ?? 0, "offset");
    const length = toBigInt(options.length ?? BigInt(memory.bytes) - offset, "length");
    const address = this.#place(options.address, length);
    const byDescriptor = this.connection.info.peerKnown;
    if (!byDescriptor && memory.path === undefined)
      throw new Error("the daemon does not know this process and the memory's file has no name any more");
    const region = await this.#add(address, length, {
      offset: toLong(offset, "offset"),
      writable: options.writable ?? true,
      ...(byDescriptor ? { fd: memory.fd } : { path: memory.path! }),
    });
    // A daemon that takes descriptors never needs the name; without one, a killed process leaves nothing behind.
    if (byDescriptor) memory.unlink();
    return region;
  }

  async addCallback(options: CallbackRegionOptions): Promise<Region> {
    const bytes = toBigInt(options.length, "length");
    const address = this.#place(options.address, bytes);
    const region = await this.#add(address, bytes, { writable: options.write !== undefined, callback: true });
    // Stays after the region's removal: pages that are pinned are still the daemon's to read and write.
    this.#callbacks.set(address, { ...options, bytes });
    this.connection.memoryServer = this;
    return region;
  }

  async read(address: bigint, length: number) {
    const found = this.#find(address, BigInt(length));
    if (found === undefined) return errno.EFAULT;
    const data = await found.region.read(found.offset, length);
    return data.length === length ? data : errno.EFAULT;
  }

  async write(address: bigint, data: Uint8Array) {
    const found = this.#find(address, BigInt(data.length));
    if (found?.region.write === undefined) return errno.EFAULT;
    await found.region.write(found.offset, data);
    return errno.OK;
  }

  async #add(address: bigint, length: bigint, rest: RegionAdd): Promise<Region> {
    const regionAdd = { ...rest, address: toLong(address, "address"), length: toLong(length, "length") };
    const reply = await this.connection.request({ regionAdd }, "result");
    if (reply.error) throw new IommufdError("region add", reply.error, reply.message ?? "");
    return { address, length, remove: () => this.#remove(address) };
  }

  async #remove(address: bigint): Promise<void> {
    const regionRemove = { address: toLong(address, "address") };
    const reply = await this.connection.request({ regionRemove }, "result");
    if (reply.error) throw new IommufdError("region remove", reply.error, reply.message ?? "");
  }

  #place(address: Uint64 | undefined, length: bigint): bigint {
    if (address !== undefined) return toBigInt(address, "address");
    const placed = nextAddress;
    nextAddress += ((length + ADDRESS_STEP - 1n) / ADDRESS_STEP) * ADDRESS_STEP;
    return placed;
  }

  #find(address: bigint, length: bigint) {
    for (const [start, region] of this.#callbacks) {
      const offset = address - start;
      if (offset >= 0n && offset + length <= region.bytes) return { region, offset };
    }
    return undefined;
  }
}
