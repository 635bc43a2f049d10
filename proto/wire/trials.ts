/**
 * Whether looking for what the other side of a ring does is worth it: not after several times for nothing in a row, as when that side has
 * no processor to run on meanwhile; then only once in a while, to see whether it has become so again.
 */

/** So many times for nothing, one after the other. */
const FAILURES_MAX = 5;
/** Then it is tried anew once in so many times. */
const RETRY_EVERY = 64;

export class Trials {
  /** Times for nothing, since it was last good for something. */
  private failures = 0;

  get isWorthIt(): boolean {
    return this.failures < FAILURES_MAX || this.isAnew;
  }

  /** It was not worth it, and is tried anew. */
  get isAnew(): boolean {
    return this.failures >= FAILURES_MAX && this.failures % RETRY_EVERY === 0;
  }

  failed(): void {
    this.failures++;
  }

  succeeded(): void {
    this.failures = 0;
  }
}
