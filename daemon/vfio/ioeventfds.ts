/**
 * Eventfds of a VFIO device that stand for a store to a BAR: whoever signals one has the store made (specification 50,
 * section 4.9).
 */
import { errno, type Errno } from "../../proto/uapi/errno.js";
import type { EventCounter, OpenEvent } from "../core/event-counter.js";
import type { PciFunction } from "../devices/pci/interface.js";
import type { U64 } from "../u64.js";
import { writeBarBytes } from "./bar-access.js";
import { msixTableIn } from "./regions.js";

/** Of one device, as in Linux: each is memory that the kernel holds for the user. */
export const IOEVENTFDS_MAX = 1000;

/** A store; two with the same place, data and width are the same. */
export interface Store {
  readonly bar: number;
  readonly offset: number;
  /** In bytes. */
  readonly width: number;
  /** Its first `width` bytes are stored, little endian. */
  readonly data: U64;
}

export interface StoreHost {
  /** COMMAND bit 1 of the configuration space that the user sees. */
  memoryEnabled(): boolean;
}

export class IoEventFds {
  private readonly events = new Map<string, EventCounter>();

  constructor(
    private readonly pci: PciFunction,
    private readonly host: StoreHost,
  ) {}

  get count(): number {
    return this.events.size;
  }

  /** @param width in bytes @returns whether there are registers or memory that a user may store to */
  isStorable(bar: number, offset: number, width: number): boolean {
    const description = this.pci.model.bars[bar];
    if (description === undefined || offset + width > description.bytes) return false;
    const table = msixTableIn(this.pci.model, bar);
    return table === undefined || offset + width <= table.start || offset > table.last;
  }

  /** EEXIST, ENOSPC, EBADF, EINVAL */
  add(store: Store, fd: number, open: OpenEvent): Errno {
    const key = keyOf(store);
    if (this.events.has(key)) return errno.EEXIST;
    if (this.events.size >= IOEVENTFDS_MAX) return errno.ENOSPC;
    const event = open(fd);
    if (typeof event === "number") return event;
    this.events.set(key, event);
    event.listen(() => {
      this.make(store);
    });
    return errno.OK;
  }

  /** ENODEV */
  remove(store: Store): Errno {
    const key = keyOf(store);
    const event = this.events.get(key);
    if (event === undefined) return errno.ENODEV;
    this.events.delete(key);
    drop(event);
    return errno.OK;
  }

  private make({ bar, offset, width, data }: Store): void {
    if (this.pci.model.bars[bar]?.space !== "io" && !this.host.memoryEnabled()) return;
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    data.writeTo(view, 0);
    writeBarBytes(this.pci, bar, offset, bytes.subarray(0, width));
  }

  teardown(): void {
    for (const event of this.events.values()) drop(event);
    this.events.clear();
  }
}

function keyOf({ bar, offset, width, data }: Store): string {
  return `${bar}:${offset}:${width}:${data.toString()}`;
}

function drop(event: EventCounter): void {
  event.listen(undefined);
  event.release();
}
