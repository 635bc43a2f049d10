/**
 * Work of a device that takes longer than one register access: steps that wait for memory, for a page or for their next
 * turn.
 *
 * Invariant: once a work is dropped no step of it runs, so nothing that it had in hand reaches memory, registers or
 * interrupts. The one access that memory has been asked for already may still land, as a posted write does.
 */
import { Cancellation } from "./cancellation.js";
import type { DmaResult } from "./dma-engine.js";

/** Yields what it waits for, and is resumed with the result of that; undefined: its next turn. */
export type Steps<Result = void> = Generator<Promise<DmaResult> | undefined, Result, DmaResult | undefined>;

/** What a work may do before others have their turn. */
export interface TurnBudget {
  readonly items: number;
  readonly bytes: number;
}

export class Work {
  /** For the transfers of its steps. */
  readonly cancellation = new Cancellation();
  private steps: Steps | undefined;
  private itemsLeft = 0;
  private bytesLeft = 0;
  private isWaiting = false;

  /** @param later as PciHost.later */
  constructor(
    private readonly budget: TurnBudget,
    private readonly later: (task: () => void, delayMs?: number) => void,
  ) {}

  get dropped(): boolean {
    return this.cancellation.cancelled;
  }

  /** A transfer of it is under way. */
  get waiting(): boolean {
    return this.isWaiting;
  }

  /** Runs the first turn of it at once; with a delay, once so many milliseconds are over. */
  start(steps: Steps, delayMs = 0): void {
    this.steps = steps;
    if (delayMs === 0) this.turn();
    else this.nextTurn(delayMs);
  }

  /** Ends it where it stands. */
  drop(): void {
    this.cancellation.cancel();
  }

  /** The result of a transfer, once there is one. */
  *transfer(pending: DmaResult | Promise<DmaResult>): Steps<DmaResult> {
    return pending instanceof Promise ? (yield pending)! : pending;
  }

  /** Before another item: waits for the next turn if this one has had its share. */
  *nextItem(): Steps {
    if (this.itemsLeft === 0 || this.bytesLeft <= 0) yield undefined;
    this.itemsLeft--;
  }

  /** Before another `bytes` of an item, likewise. */
  *nextBytes(bytes: number): Steps {
    if (this.bytesLeft <= 0) yield undefined;
    this.bytesLeft -= bytes;
  }

  private nextTurn(delayMs?: number): void {
    this.later(() => {
      this.turn();
    }, delayMs);
  }

  private turn(result?: DmaResult): void {
    if (this.dropped) return;
    this.itemsLeft = this.budget.items;
    this.bytesLeft = this.budget.bytes;
    const step = this.steps!.next(result);
    // A step can lead to its own work being dropped, by an interrupt that is answered at once.
    if (step.done === true || this.cancellation.cancelled) return;
    if (step.value === undefined) {
      this.nextTurn();
      return;
    }
    this.isWaiting = true;
    void step.value.then((late) => {
      this.isWaiting = false;
      this.turn(late);
    });
  }
}
