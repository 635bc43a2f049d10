/** What VFIO_DEVICE_SET_IRQS asks of one index, past the checks that are the same for all (specification 50, section 4.5). */
import type { Errno } from "../../proto/uapi/errno.js";
import type { EventCounter, OpenEvent } from "../core/event-counter.js";

export type InterruptAction = "mask" | "unmask" | "trigger";

/** One value for each interrupt of the range. */
export type InterruptData =
  | { readonly kind: "none" }
  | { readonly kind: "bool"; readonly values: Uint8Array }
  | { readonly kind: "eventfd"; readonly fds: Int32Array; readonly open: OpenEvent };

export interface InterruptRequest {
  readonly action: InterruptAction;
  /** The first interrupt. */
  readonly start: number;
  /** Interrupts; start + count is no more than the index has. */
  readonly count: number;
  readonly data: InterruptData;
}

/** Whether the data asks for the interrupt at this place of the range. */
export function isAsked(data: InterruptData, at: number): boolean {
  return data.kind === "none" || (data.kind === "bool" && data.values[at] !== 0);
}

/** The range is interrupt 0 alone. */
export function isOnlyFirst({ start, count }: InterruptRequest): boolean {
  return start === 0 && count === 1;
}

/** The eventfd of a slot, which a negative number leaves empty. @returns a positive errno as `OpenEvent` */
export function openSlot(fd: number, open: OpenEvent): EventCounter | undefined | Errno {
  return fd < 0 ? undefined : open(fd);
}
