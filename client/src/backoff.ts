export interface BackoffOptions {
  /** Upper end of the first pause, ms; default 250. */
  baseMs?: number;
  /** Upper end of every pause, ms; default 10 000. */
  capMs?: number;
}

/** Pauses with full jitter: anything from 0 to a limit that doubles, so that many clients do not come back at once. */
export class Backoff {
  private attempts = 0;
  private readonly baseMs: number;
  private readonly capMs: number;

  constructor({ baseMs = 250, capMs = 10_000 }: BackoffOptions = {}) {
    this.baseMs = baseMs;
    this.capMs = capMs;
  }

  /** The next pause, ms. */
  next(): number {
    // 2 ** 1024 is Infinity, and Infinity * 0 is no number.
    const limit = Math.min(this.capMs, this.baseMs * 2 ** Math.min(this.attempts++, 30));
    return Math.random() * limit;
  }

  reset(): void {
    this.attempts = 0;
  }
}
