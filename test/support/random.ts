/** Random numbers from a seed, for tests that must be repeatable: the same seed gives the same numbers on every machine. */

/** The environment variable that repeats a run. */
export const SEED_VARIABLE = "IOMMUFD_EMU_FUZZ_SEED";

/** The seed that the environment asks for, else a new one. */
export function chosenSeed(): number {
  const asked = process.env[SEED_VARIABLE];
  if (asked === undefined) return (Date.now() ^ (process.pid << 16)) >>> 0;
  if (!/^\d+$/.test(asked)) throw new Error(`${SEED_VARIABLE}="${asked}" is no number`);
  return Number(asked) >>> 0;
}

/** Mulberry32 by Tommy Ettinger, in the public domain. */
export class Random {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** 0 to 2^32 - 1. */
  u32(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  u64(): bigint {
    return (BigInt(this.u32()) << 32n) | BigInt(this.u32());
  }

  /** 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor((this.u32() / 2 ** 32) * count);
  }

  /** true in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.u32() < (percent / 100) * 2 ** 32;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.u32());
  }

  /** Another generator, so that what one part draws does not depend on how often another part draws. */
  fork(): Random {
    return new Random(this.u32());
  }
}
