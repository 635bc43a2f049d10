/**
 * VEVENTQ: events of one type for the guest of a vIOMMU (specification 30, section 15.2).
 *
 * Owns the sequence: every event takes a number, also one that finds the queue full. What was lost shows as a marker at
 * the end, which the next event replaces.
 */
import type { Context } from "./context.js";
import { IommufdObject } from "./objects.js";
import type { ViommuObject } from "./viommu.js";

/** Sequence numbers have 31 bits. */
const SEQUENCE_MASK = 0x7fff_ffff;

export interface VirtualEvent {
  readonly sequence: number;
  /** undefined: events up to this one were lost. */
  readonly data: Uint8Array | undefined;
}

export class VeventqObject extends IommufdObject {
  override readonly type = "veventq";
  private readonly events: VirtualEvent[] = [];
  private marker: VirtualEvent | undefined;
  private sequence = 0;
  private listener: (() => void) | undefined;

  /** Takes a user of the vIOMMU until teardown. */
  constructor(
    private readonly context: Context,
    readonly viommu: ViommuObject,
    /** enum iommu_veventq_type. */
    readonly eventType: number,
    private readonly depth: number,
  ) {
    super();
    viommu.users++;
    viommu.eventQueues.set(eventType, this);
  }

  /** The open file of the queue: it uses the queue and holds the context until `close`. */
  open(): void {
    this.users++;
    this.context.hold();
  }

  /** @returns whether that released the context */
  close(): boolean {
    this.users--;
    this.listener = undefined;
    return this.context.release();
  }

  /** @param listener is told of every arrival, and when nothing is left to read */
  listen(listener: () => void): void {
    this.listener = listener;
  }

  report(data: Uint8Array): void {
    const { sequence } = this;
    this.sequence = (sequence + 1) & SEQUENCE_MASK;
    if (this.events.length === this.depth) {
      this.marker = { sequence, data: undefined };
    } else {
      this.marker = undefined;
      this.events.push({ sequence, data });
    }
    this.listener?.();
  }

  /** What to read next. */
  peek(): VirtualEvent | undefined {
    return this.events[0] ?? this.marker;
  }

  /** The next one has been read. */
  take(): void {
    if (this.events.length > 0) this.events.shift();
    else this.marker = undefined;
    if (this.peek() === undefined) this.listener?.();
  }

  override teardown(): void {
    this.viommu.eventQueues.delete(this.eventType);
    this.viommu.users--;
  }

  override inspect(): Record<string, unknown> {
    const { events, eventType, depth, viommu } = this;
    return { viommu: viommu.id, eventType, depth, events: events.length, lost: this.marker !== undefined };
  }
}
