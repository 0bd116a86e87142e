/** How somebody waits. */
export interface WaitLimits {
  /** How long at the most. */
  ms: number;
  /** Aborted when the caller has gone: nobody reads the answer any more. */
  signal?: AbortSignal;
}

/** One caller's wait: woken by changes, ended by its time or its caller. */
export class Wait {
  private over: boolean;
  private woken = false;
  private resume: () => void = () => {};
  private readonly timer: NodeJS.Timeout | undefined;

  constructor(private readonly limits: WaitLimits) {
    this.over = limits.ms <= 0 || limits.signal?.aborted === true;
    this.timer = this.over ? undefined : setTimeout(this.stop, limits.ms);
    limits.signal?.addEventListener('abort', this.stop, { once: true });
  }

  /** Something has changed. */
  wake(): void {
    this.woken = true;
    this.resume();
  }

  /** The time is over, or the caller has gone. */
  get isOver(): boolean {
    return this.over;
  }

  /** Resolves when there is something to look at. */
  async next(): Promise<void> {
    if (!this.woken && !this.over) {
      await new Promise<void>((resolve) => (this.resume = resolve));
    }
    this.woken = false;
  }

  /** Frees what the wait holds. */
  end(): void {
    clearTimeout(this.timer);
    this.limits.signal?.removeEventListener('abort', this.stop);
  }

  readonly stop = (): void => {
    this.over = true;
    this.resume();
  };
}
