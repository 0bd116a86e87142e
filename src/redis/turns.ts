/** The store has answered so many in the time of a few payments. */
const AT_A_TIME = 16;
const PATIENCE_MS = 1_000;

/**
 * Lets work through a few pieces at a time, in the order in which it came. When a thousand clients come or go in one moment, their
 * look-ups would stand before the next payment in the store, and their answers before it here.
 */
export class Turns {
  private running = 0;
  private readonly waiting = new Set<() => void>();

  /**
   * @param most pieces at a time
   * @param patienceMs what has waited for so long goes ahead: a store that hangs must not be waited for by each after the other
   */
  constructor(
    private readonly most = AT_A_TIME,
    private readonly patienceMs = PATIENCE_MS,
  ) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.most) {
      await this.turn();
    }
    this.running++;
    try {
      return await work();
    } finally {
      this.running--;
      const [next] = this.waiting;
      next?.();
    }
  }

  private turn(): Promise<void> {
    return new Promise((resolve) => {
      const begin = () => {
        clearTimeout(patience);
        this.waiting.delete(begin);
        resolve();
      };
      const patience = setTimeout(begin, this.patienceMs);
      this.waiting.add(begin);
    });
  }
}
