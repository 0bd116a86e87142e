/** How long a client may keep sending above its limit before it is closed. */
const PATIENCE_MS = 10_000;
/** Quiet time after which earlier excess is forgotten. */
const FORGET_MS = 2_000;
const SECOND_MS = 1_000;
/** A frame counts once for each of these that it begins: reading a long one costs as much as reading many. */
const WEIGHT_BYTES = 4_096;

/** `holdMs`: how long to read nothing before this refusal is told; a flood is not to be answered as fast as it comes. */
export type FrameVerdict =
  { kind: 'ok' } | { kind: 'limited'; retryAfterMs: number; holdMs: number } | { kind: 'close' };

const OK: FrameVerdict = { kind: 'ok' };

/**
 * Token bucket over the frames of one connection, with a burst of one second's worth. As many as are admitted in a second are
 * refused at once; whoever sends more than both is held back.
 */
export class FrameLimit {
  private tokens: number;
  private refilledAt: number;
  private excessSince = 0;
  private lastExcess = 0;
  /** The second whose refusals are counted, and how many there were. */
  private secondSince = 0;
  private refused = 0;

  /** @param perSecond 0 = no limit */
  constructor(
    private readonly perSecond: number,
    now = Date.now(),
  ) {
    this.tokens = perSecond;
    this.refilledAt = now;
  }

  /** @param now ms since the epoch @param bytes length of the frame */
  take(now = Date.now(), bytes = 0): FrameVerdict {
    if (this.perSecond === 0) {
      return OK;
    }
    this.tokens = Math.min(this.perSecond, this.tokens + ((now - this.refilledAt) / 1000) * this.perSecond);
    this.refilledAt = now;
    // What a limit is too small for takes all there is of it.
    const weight = Math.min(this.perSecond, 1 + Math.floor(bytes / WEIGHT_BYTES));
    if (this.tokens >= weight) {
      this.tokens -= weight;
      return OK;
    }
    if (now - this.lastExcess > FORGET_MS) {
      this.excessSince = now;
    }
    this.lastExcess = now;
    if (now - this.excessSince >= PATIENCE_MS) {
      return { kind: 'close' };
    }
    const retryAfterMs = Math.ceil(((weight - this.tokens) / this.perSecond) * SECOND_MS);
    return { kind: 'limited', retryAfterMs, holdMs: this.hold(now) };
  }
  private hold(now: number): number {
    if (now - this.secondSince >= SECOND_MS) {
      this.secondSince = now;
      this.refused = 0;
    }
    return ++this.refused <= this.perSecond ? 0 : this.secondSince + SECOND_MS - now;
  }
}
