/** What an IOAS knows of the accesses that are attached to it. */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { U64 } from "../u64.js";

export interface IoasAccess {
  /** What the access asks of the IOVA alignment, in bytes. */
  readonly alignment: number;
  /** [iova, iova + length) is about to be unmapped: every pin that intersects it must go. */
  notifyUnmap(iova: U64, length: U64): void;
}

/** Positions of an access list; Linux has as many. */
const SLOTS_MAX = 65536;

/** The accesses of one IOAS, in slots of which the lowest free one is taken. They are told in the order of their slots. */
export class AccessList {
  private readonly slots: (IoasAccess | undefined)[] = [];

  /** @returns EBUSY when no slot is free */
  add(access: IoasAccess): Errno {
    const free = this.slots.indexOf(undefined);
    const slot = free === -1 ? this.slots.length : free;
    if (slot >= SLOTS_MAX) return errno.EBUSY;
    this.slots[slot] = access;
    return errno.OK;
  }

  remove(access: IoasAccess): void {
    this.slots[this.slots.indexOf(access)] = undefined;
    while (this.slots.length > 0 && this.slots.at(-1) === undefined) this.slots.pop();
  }

  list(): IoasAccess[] {
    return this.slots.filter((access) => access !== undefined);
  }
}
