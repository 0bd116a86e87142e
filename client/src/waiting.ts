import { TimedOut } from './errors.js';

/** How long a call waits. Whoever stops waiting stops nothing else: what was asked for goes on. */
export interface WaitOptions {
  /** Ends the wait; the promise rejects with its reason. */
  signal?: AbortSignal | undefined;
  /** Ends the wait, ms; the promise rejects with {@link TimedOut}. */
  timeoutMs?: number | undefined;
}

/** A promise that is settled from outside, by an abort or by time, whatever comes first. */
export class Waiting<T> {
  readonly promise: Promise<T>;
  private readonly settled = new AbortController();
  private readonly timer: ReturnType<typeof setTimeout> | undefined;
  private settle!: (value: T) => void;
  private fail!: (error: unknown) => void;

  /**
   * @param onGone called when the wait ends by abort or time, not for a signal that was aborted before
   * @param timedOut makes the error for a wait that took too long
   */
  constructor(
    { signal, timeoutMs }: WaitOptions,
    onGone: () => void,
    timedOut: () => Error = () => new TimedOut('The wait took too long'),
  ) {
    this.promise = new Promise<T>((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
    });
    const leave = (error: () => unknown) => {
      // Asked first: who leaves may change what is known.
      this.reject(error());
      onGone();
    };
    if (signal?.aborted) this.reject(signal.reason);
    signal?.addEventListener('abort', () => leave(() => signal.reason), { signal: this.settled.signal });
    if (timeoutMs !== undefined) this.timer = setTimeout(() => leave(timedOut), timeoutMs);
  }

  resolve(value: T): void {
    this.end();
    this.settle(value);
  }

  reject(error: unknown): void {
    this.end();
    this.fail(error);
  }

  private end(): void {
    clearTimeout(this.timer);
    this.settled.abort();
  }
}
