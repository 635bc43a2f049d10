/**
 * SET_IRQS as the tables of the specification put it (50, section 4.5), over plain arrays: what a call returns, which
 * eventfds it signals, which slots hold which eventfd afterwards.
 */
import { errno } from "../../proto/uapi/errno.js";

const { EBUSY, EINVAL, ENOTTY, ERANGE } = errno;

export const COUNTS = [1, 4, 8, 1, 1];
const MESSAGE_INDEXES = [1, 2];
const INTX = 0;
const MSI = 1;

export interface ModelCall {
  readonly data: "none" | "bool" | "eventfd";
  readonly action: "mask" | "unmask" | "trigger";
  readonly index: number;
  readonly start: number;
  readonly count: number;
  /** BOOL or EVENTFD: one for each. */
  readonly values: readonly number[];
}

/** What a descriptor is: 0 an eventfd, else the errno that it gives. */
export type Describe = (fd: number) => number;

export class InterruptModel {
  /** By index and interrupt; undefined: no eventfd. */
  readonly slots: (number | undefined)[][] = COUNTS.map((count) => Array<undefined>(count).fill(undefined));
  /** Vectors or interrupts that the index was enabled with, 0: it is not; of INTx, MSI and MSI-X. */
  readonly enabled = [0, 0, 0];
  unmaskEvent: number | undefined;
  masked = false;
  level = false;
  /** Eventfds that were signalled since somebody took them. */
  signalled: number[] = [];

  constructor(private readonly describe: Describe) {}

  call({ data, action, index, start, count, values }: ModelCall): number {
    if (start >= COUNTS[index]! || start + count > COUNTS[index]!) return EINVAL;
    if (action !== "trigger" && index !== INTX) return ENOTTY;
    if (index > 2) return this.single(index, data, count, values);
    const active = this.enabled[index]! > 0;
    const otherActive = this.enabled.some((vectors, other) => other !== index && vectors > 0);
    if (data === "none" && count === 0 && action === "trigger") return active ? this.disable(index) : EINVAL;
    if (index === INTX && (start !== 0 || count !== 1)) return EINVAL;
    if (data === "eventfd") {
      if (action === "trigger") return otherActive ? EINVAL : this.setEvents(index, start, values);
      if (!active) return EINVAL;
      return action === "mask" ? ENOTTY : this.setUnmaskEvent(values[0]!);
    }
    if (!active) return EINVAL;
    for (let at = 0; at < count; at++) {
      if (data === "bool" && values[at] === 0) continue;
      if (action === "trigger") this.signal(this.slots[index]![start + at]);
      else if (action === "mask") this.masked = true;
      else this.unmask();
    }
    return 0;
  }

  private single(index: number, data: ModelCall["data"], count: number, values: readonly number[]): number {
    const slots = this.slots[index]!;
    if (data !== "none" && count === 0) return EINVAL;
    if (data === "none") {
      if (slots[0] === undefined) return EINVAL;
      if (count === 0) slots[0] = undefined;
      else this.signal(slots[0]);
    } else if (data === "bool") {
      if (values[0] !== 0) this.signal(slots[0]);
    } else {
      const fd = values[0]!;
      if (fd < -1) return EINVAL;
      if (fd >= 0 && this.describe(fd) !== 0) return this.describe(fd);
      slots[0] = fd < 0 ? undefined : fd;
    }
    return 0;
  }

  private setEvents(index: number, start: number, fds: readonly number[]): number {
    const isFirst = this.enabled[index] === 0;
    const slots = this.slots[index]!;
    if (index === INTX) {
      const error = fds[0]! < 0 ? 0 : this.describe(fds[0]!);
      if (error !== 0) return error;
      this.enabled[index] = 1;
      slots[0] = fds[0]! < 0 ? undefined : fds[0];
      this.deliver();
      return 0;
    }
    if (isFirst && start + fds.length === 0) return ERANGE;
    if (isFirst) this.enabled[index] = start + fds.length;
    for (const [at, fd] of fds.entries()) {
      const outside = index === MSI && start + at >= this.enabled[index]!;
      const error = fd < 0 ? 0 : outside ? EINVAL : this.describe(fd);
      if (error !== 0) {
        for (let slot = start; slot <= start + at; slot++) slots[slot] = undefined;
        if (isFirst) this.disable(index);
        return error;
      }
      slots[start + at] = fd < 0 ? undefined : fd;
    }
    return 0;
  }

  private setUnmaskEvent(fd: number): number {
    if (fd >= 0 && this.unmaskEvent !== undefined) return EBUSY;
    if (fd >= 0 && this.describe(fd) !== 0) return this.describe(fd);
    this.unmaskEvent = fd < 0 ? undefined : fd;
    return 0;
  }

  private disable(index: number): number {
    this.enabled[index] = 0;
    this.slots[index]!.fill(undefined);
    if (index === INTX) {
      this.masked = false;
      this.unmaskEvent = undefined;
    }
    return 0;
  }

  private signal(fd: number | undefined): void {
    if (fd !== undefined) this.signalled.push(fd);
  }

  unmask(): void {
    this.masked = false;
    this.deliver();
  }

  deliver(): void {
    const fd = this.slots[INTX]![0];
    if (!this.level || this.masked || fd === undefined) return;
    this.masked = true;
    this.signal(fd);
  }

  /** The function sends a message of this vector; MSI-X holds it back while there is no eventfd. */
  message(vector: number): void {
    for (const index of MESSAGE_INDEXES) if (this.enabled[index]! > 0) this.signal(this.slots[index]![vector]);
  }

  /** What holds a descriptor's eventfd. */
  holders(fd: number): number {
    return this.slots.flat().filter((slot) => slot === fd).length + (this.unmaskEvent === fd ? 1 : 0);
  }
}
