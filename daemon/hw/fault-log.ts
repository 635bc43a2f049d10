/**
 * The fault records of an IOMMU: a limited number, the oldest kept until software clears them, as fault recording
 * registers do. What no longer fits is counted.
 */
import type { FaultRecord, FaultRecords, TranslationFault, WalkStep } from "./interface.js";

/** Numbers the faults of all IOMMUs of a machine in one sequence, from 1. */
export class FaultCounter {
  private last = 0;

  next(): number {
    return ++this.last;
  }
}

export class FaultLog implements FaultRecords {
  private kept: FaultRecord[] = [];
  private readonly lost = new Map<number, number>();

  constructor(
    private readonly recordsMax: number,
    private readonly counter: FaultCounter,
  ) {}

  /**
   * @param walk called if the fault is kept: what the hardware loaded on the way to it
   * @returns the record, or undefined if the log is full
   */
  add(fault: TranslationFault, walk: () => readonly WalkStep[]): FaultRecord | undefined {
    const number = this.counter.next();
    if (this.kept.length >= this.recordsMax) {
      this.lost.set(fault.requesterId, this.lostOf(fault.requesterId) + 1);
      return undefined;
    }
    const record = { ...fault, number, walk: walk() };
    this.kept.push(record);
    return record;
  }

  recordsOf(requesterId: number): readonly FaultRecord[] {
    return this.kept.filter((record) => record.requesterId === requesterId);
  }

  lostOf(requesterId: number): number {
    return this.lost.get(requesterId) ?? 0;
  }

  clear(requesterId: number): void {
    this.kept = this.kept.filter((record) => record.requesterId !== requesterId);
    this.lost.delete(requesterId);
  }
}
