const MINUTE_MS = 60_000;
const MOST_ADDRESSES = 100_000;

/** Counts connection attempts per address, as a token bucket with a burst of one minute's worth. */
export class ConnectLimit {
  private readonly buckets = new Map<string, { tokens: number; at: number }>();

  /** @param perMinute 0 = no limit */
  constructor(private readonly perMinute: number) {}

  /** @returns 0 if the attempt is admitted, else how long to wait (ms) */
  take(address: string, now = Date.now()): number {
    if (this.perMinute === 0) {
      return 0;
    }
    const perMs = this.perMinute / MINUTE_MS;
    const bucket = this.buckets.get(address) ?? { tokens: this.perMinute, at: now };
    const tokens = Math.min(this.perMinute, bucket.tokens + (now - bucket.at) * perMs);
    const admitted = tokens >= 1;
    this.remember(address, { tokens: admitted ? tokens - 1 : tokens, at: now }, now);
    return admitted ? 0 : Math.ceil((1 - tokens) / perMs);
  }

  private remember(address: string, bucket: { tokens: number; at: number }, now: number): void {
    if (this.buckets.size >= MOST_ADDRESSES) {
      for (const [key, { at }] of this.buckets) {
        if (now - at > MINUTE_MS) {
          this.buckets.delete(key);
        }
      }
    }
    this.buckets.set(address, bucket);
  }
}
