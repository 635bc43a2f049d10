/**
 * What can be mapped with mmap on an iommufd: memory that a vIOMMU's hardware offers (specification 30, section 17).
 *
 * Owns the offset space of a context: an offer takes the lowest free range from 4096 on, and gives it back when its owner
 * goes.
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { MappableMemory } from "../hw/interface.js";
import { PAGE_SIZE, U64 } from "../u64.js";
import type { AllocateSharedMemory, SharedMemory } from "./mm.js";
import type { IommufdObject } from "./objects.js";

export interface OfferedMemory extends MappableMemory {
  /** Has a user for as long as the memory is mapped somewhere. */
  readonly owner: IommufdObject;
  readonly shared: SharedMemory;
}

export class MappableMemoryMap {
  /** By ascending offset. */
  private readonly offers: OfferedMemory[] = [];

  constructor(private readonly allocate: AllocateSharedMemory) {}

  /** @param bytes a multiple of 4096 @returns ENOMEM */
  offer(bytes: number, owner: IommufdObject): OfferedMemory | Errno {
    const shared = this.allocate(bytes);
    if (typeof shared === "number") return shared;
    let offset = PAGE_SIZE;
    let index = 0;
    for (; index < this.offers.length; index++) {
      const next = this.offers[index]!;
      if (next.offset.toNumber() - offset >= bytes) break;
      offset = next.offset.toNumber() + next.bytes;
    }
    const memory: OfferedMemory = {
      offset: U64.fromNumber(offset),
      bytes,
      owner,
      shared,
      write: (at, from) => {
        shared.write(at, from);
      },
    };
    this.offers.splice(index, 0, memory);
    return memory;
  }

  withdraw(memory: OfferedMemory): void {
    this.offers.splice(this.offers.indexOf(memory), 1);
    memory.shared.release();
  }

  /**
   * What mmap(2) of this range maps.
   * @param length in bytes, a multiple of 4096
   * @returns ENXIO unless the range is exactly what was offered
   */
  find(offset: U64, length: U64): OfferedMemory | Errno {
    const found = this.offers.find((offer) => offer.offset.equals(offset));
    return found !== undefined && length.equals(U64.fromNumber(found.bytes)) ? found : errno.ENXIO;
  }
}
