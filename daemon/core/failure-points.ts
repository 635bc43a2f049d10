/**
 * Fault injection: the nth fallible step of a call fails, as fail-nth of Linux has it (specification 40, section 10).
 *
 * Every place that can fail for a reason outside the caller's argument asks here first: memory to be allocated, user
 * memory to be copied, an object to be looked up, pages to be pinned or charged. One that is told to fail has to leave
 * everything as it was. Unless a call is armed, nothing fails.
 */
export class FailurePoints {
  /** Steps up to the one that fails; 0: none does. */
  private left = 0;
  private withOrdinary = false;

  /**
   * The nth step from now on fails.
   * @param nth from 1; 0: none
   * @param withOrdinary count ordinary allocations and copies too, rather than the steps of iommufd's own only
   */
  arm(nth: number, withOrdinary: boolean): void {
    this.left = nth;
    this.withOrdinary = withOrdinary;
  }

  /** The call is over. @returns the steps that were left; 0: one has failed, or none was to */
  disarm(): number {
    const { left } = this;
    this.left = 0;
    return left;
  }

  /** Whether a step of iommufd's own is to fail. */
  stepFails(): boolean {
    return this.left > 0 && --this.left === 0;
  }

  /** Whether an allocation or copy is to fail. */
  ordinaryFails(): boolean {
    return this.left > 0 && this.withOrdinary && --this.left === 0;
  }
}
