/**
 * Hands out the lowest free number of a range: physical pages for tables, domain ids. Deterministic, so that two runs
 * of the same calls give the same numbers; O(log n) in the numbers that were given back.
 */
export class IndexAllocator {
  /** Numbers that were given back, as a binary heap with the lowest at its root. */
  private readonly returned: number[] = [];
  /** Every number from here up was never handed out. */
  private next: number;

  /** @param last inclusive */
  constructor(
    first: number,
    private readonly last: number,
  ) {
    this.next = first;
  }

  /** Numbers that can still be handed out. */
  get available(): number {
    return this.last - this.next + 1 + this.returned.length;
  }

  /** @returns the lowest free number, or -1 */
  allocate(): number {
    const lowest = this.returned[0];
    if (lowest === undefined) return this.next <= this.last ? this.next++ : -1;
    const moved = this.returned.pop()!;
    if (this.returned.length > 0) this.sink(moved);
    return lowest;
  }

  /** @returns the first of `count` consecutive numbers, or -1; O(n log n) in the numbers that were given back */
  allocateRun(count: number): number {
    // In order, they are a heap as well.
    const free = this.returned.sort((a, b) => a - b);
    for (let index = 0, start = 0; index < free.length; index++) {
      if (index > 0 && free[index] !== free[index - 1]! + 1) start = index;
      if (index - start + 1 === count) return free.splice(start, count)[0]!;
    }
    const first = this.next;
    if (first + count - 1 > this.last) return -1;
    this.next += count;
    return first;
  }

  /** Preconditions: `allocate` or `allocateRun` gave the number, and it was not given back since. */
  free(number: number): void {
    const heap = this.returned;
    let at = heap.length;
    heap.push(number);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent]! <= number) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = number;
  }

  /** Puts a number at the root and moves it down to where it belongs. */
  private sink(number: number): void {
    const heap = this.returned;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1]! < heap[child]!) child++;
      if (heap[child]! >= number) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = number;
  }
}
