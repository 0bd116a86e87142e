/** So much is done for those who come, go or look in the time of one answer of the store. */
const AT_A_TIME = 4;
const PATIENCE_MS = 1_000;

/**
 * Lets work through a few pieces at a time, in the order in which it came. When a thousand clients come, go or ask for lists in one
 * moment, their questions would stand before the next payment in the store, and the answers before it here.
 */
export class Turns {
  private running = 0;
  private readonly waiting = new Set<() => void>();
  private patience: NodeJS.Timeout | undefined;
  private hasMoved = false;

  /**
   * @param most pieces at a time
   * @param patienceMs when nothing was finished for so long, all go ahead: a store that hangs must not be waited for by each after
   *   the other
   */
  constructor(
    private readonly most = AT_A_TIME,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.most) {
      this.running++;
    } else {
      await this.turn();
    }
    try {
      return await work();
    } finally {
      this.running--;
      this.hasMoved = true;
      this.callNext();
    }
  }

  private turn(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.add(resolve);
      this.patience ??= this.watch();
    });
  }

  private callNext(): void {
    const [next] = this.waiting;
    if (next && this.running < this.most) {
      this.call(next);
    }
  }

  private call(next: () => void): void {
    this.waiting.delete(next);
    this.running++;
    next();
  }

  private watch(): NodeJS.Timeout {
    this.hasMoved = false;
    return setTimeout(() => {
      if (!this.hasMoved) {
        this.waiting.forEach((next) => this.call(next));
      }
      this.patience = this.waiting.size > 0 ? this.watch() : undefined;
    }, this.patienceMs);
  }
}
