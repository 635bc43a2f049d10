/** A queue: first in, first out, both in constant time on average. */

/** Taken slots are given back once there are this many and they are at least half: keeps `shift` cheap. */
const COMPACT_SLOTS_MIN = 1024;

export class Fifo<T> {
  #items: T[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined;
    const item = this.#items[this.#head++];
    if (
      this.#head === this.#items.length ||
      (this.#head >= COMPACT_SLOTS_MIN && this.#head * 2 >= this.#items.length)
    ) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}
