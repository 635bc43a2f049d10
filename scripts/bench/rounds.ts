/**
 * Subjects measured turn by turn: A B A B ..., so that what else happens on the machine meets all of them alike. The
 * median over the rounds stands for each.
 */

/** Preconditions: there is at least one value. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The medians of columns of numbers, one row for each round. Preconditions: there is at least one row. */
export function columnMedians(rows: readonly (readonly number[])[]): number[] {
  return rows[0]!.map((_, column) => median(rows.map((row) => row[column]!)));
}

/**
 * Runs every subject once in each round, and once before the first to warm it up.
 * @returns the median time of each subject in nanoseconds, in their order
 */
export function alternate(rounds: number, subjects: readonly (() => void)[]): number[] {
  const rows: number[][] = [];
  for (let round = 0; round <= rounds; round++) {
    const row = subjects.map((subject) => {
      const start = performance.now();
      subject();
      return (performance.now() - start) * 1e6;
    });
    if (round > 0) rows.push(row);
  }
  return columnMedians(rows);
}

/** Numbers 0 to bound - 1, the same ones in every run: a linear congruential generator with the constants of C's rand. */
export function randomNumbers(seed: number): (bound: number) => number {
  let state = seed >>> 0;
  return (bound) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

/** 0 to count - 1 in an order without order. */
export function shuffled(count: number, seed: number): Uint32Array {
  const random = randomNumbers(seed);
  const numbers = Uint32Array.from({ length: count }, (_, index) => index);
  for (let index = count - 1; index > 0; index--) {
    const other = random(index + 1);
    const kept = numbers[index]!;
    numbers[index] = numbers[other]!;
    numbers[other] = kept;
  }
  return numbers;
}
