/** A queue: first in, first out, both in constant time on average; some may be overtaken. */

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

  /** Takes the first item that fits, if all before it may be overtaken. */
  takeFirst(fits: (item: T) => boolean, mayBeOvertaken: (item: T) => boolean): T | undefined {
    for (let index = this.#head; index < this.#items.length; index++) {
      const item = this.#items[index]!;
      if (fits(item)) return index === this.#head ? this.shift() : this.#items.splice(index, 1)[0];
      if (!mayBeOvertaken(item)) return undefined;
    }
    return undefined;
  }
}
