import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Finer would wake an idle process more often. */
const RESOLUTION_MS = 20;

/** How long whatever is due in this process waits for its turn. */
export class LoopDelay {
  private readonly histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });

  start(): void {
    this.histogram.enable();
  }

  stop(): void {
    this.histogram.disable();
  }

  /** The 99th percentile since the last call, ms. */
  take(): number {
    // Its values are times from one tick to the next, the wanted pause included.
    const ms = this.histogram.count === 0 ? 0 : this.histogram.percentile(99) / 1e6 - RESOLUTION_MS;
    this.histogram.reset();
    return Math.max(0, Math.round(ms * 10) / 10);
  }
}
