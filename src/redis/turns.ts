/** So much is done for those who come, go or look in the time of one answer of the store. */
const AT_A_TIME = 4;
/** What takes so long is waited for by nobody: the store answers in a hundredth of it, or that part of it does not answer. */
const HANGS_MS = 100;
/** When nothing at all was finished for so long, all go ahead. */
const PATIENCE_MS = 1_000;

interface Limits {
  /** Pieces of work at a time, those aside that hang. */
  most?: number;
  hangsMs?: number;
  patienceMs?: number;
}

/**
 * Lets work through a few pieces at a time, in the order in which it came. When a thousand clients come, go or ask for lists in one
 * moment, their questions would stand before the next payment in the store, and the answers before it here.
 */
export class Turns {
  private readonly most: number;
  private readonly hangsMs: number;
  private readonly patienceMs: number;
  private running = 0;
  private readonly waiting = new Set<() => void>();
  private patience: NodeJS.Timeout | undefined;
  private hasMoved = false;

  constructor({ most = AT_A_TIME, hangsMs = HANGS_MS, patienceMs = PATIENCE_MS }: Limits = {}) {
    this.most = most;
    this.hangsMs = hangsMs;
    this.patienceMs = patienceMs;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.most) {
      this.running++;
    } else {
      await this.turn();
    }
    let isCounted = true;
    const makeRoom = () => {
      if (isCounted) {
        isCounted = false;
        this.running--;
        this.callNext();
      }
    };
    const hangs = setTimeout(makeRoom, this.hangsMs);
    try {
      return await work();
    } finally {
      clearTimeout(hangs);
      this.hasMoved = true;
      makeRoom();
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
