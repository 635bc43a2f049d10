/** Says to whoever works for somebody that nobody wants the result any more: an AbortSignal for any number of waits. */
export class Cancellation {
  private readonly listeners = new Set<() => void>();
  private isOver = false;

  get cancelled(): boolean {
    return this.isOver;
  }

  cancel(): void {
    this.isOver = true;
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const listener of listeners) listener();
  }

  /** Preconditions: not cancelled. @param listener is called once, by `cancel` */
  add(listener: () => void): void {
    this.listeners.add(listener);
  }

  remove(listener: () => void): void {
    this.listeners.delete(listener);
  }
}
