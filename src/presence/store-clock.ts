const WINDOW_MS = 30_000;

/**
 * How far the store's clock is ahead of ours. An answer that was long on its way makes it seem less, never more, so the largest
 * difference of the last while is the best one.
 */
export class StoreClock {
  private before = Number.NEGATIVE_INFINITY;
  private current = Number.NEGATIVE_INFINITY;
  private windowEnd = 0;

  /** @param storeMs the store's clock in an answer @param localMs ours when the answer came */
  note(storeMs: number, localMs: number): void {
    if (localMs >= this.windowEnd) {
      this.before = this.current;
      this.current = Number.NEGATIVE_INFINITY;
      this.windowEnd = localMs + WINDOW_MS;
    }
    this.current = Math.max(this.current, storeMs - localMs);
  }

  /** A moment of our clock on the store's. */
  of(localMs: number): number {
    const ahead = Math.max(this.before, this.current);
    return Number.isFinite(ahead) ? localMs + ahead : localMs;
  }
}
