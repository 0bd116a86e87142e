/** How long a client may keep sending above its limit before it is closed. */
const PATIENCE_MS = 10_000;
/** Quiet time after which earlier excess is forgotten. */
const FORGET_MS = 2_000;

export type FrameVerdict = { kind: 'ok' } | { kind: 'limited'; retryAfterMs: number } | { kind: 'close' };

const OK: FrameVerdict = { kind: 'ok' };

/** Token bucket over the frames of one connection, with a burst of one second's worth. */
export class FrameLimit {
  private tokens: number;
  private refilledAt: number;
  private excessSince = 0;
  private lastExcess = 0;

  /** @param perSecond 0 = no limit */
  constructor(
    private readonly perSecond: number,
    now = Date.now(),
  ) {
    this.tokens = perSecond;
    this.refilledAt = now;
  }

  /** @param now ms since the epoch */
  take(now = Date.now()): FrameVerdict {
    if (this.perSecond === 0) {
      return OK;
    }
    this.tokens = Math.min(this.perSecond, this.tokens + ((now - this.refilledAt) / 1000) * this.perSecond);
    this.refilledAt = now;
    if (this.tokens >= 1) {
      this.tokens--;
      return OK;
    }
    if (now - this.lastExcess > FORGET_MS) {
      this.excessSince = now;
    }
    this.lastExcess = now;
    if (now - this.excessSince >= PATIENCE_MS) {
      return { kind: 'close' };
    }
    return { kind: 'limited', retryAfterMs: Math.ceil(((1 - this.tokens) / this.perSecond) * 1000) };
  }
}
