const SMALLEST_S = 0.002;
/** Each bucket is this much wider than the one before: a percentile read from them is wrong by less than a tenth. */
const GROWTH = 1.2;
const BUCKETS = 72;

/**
 * Upper bounds of the buckets of a latency, in seconds: from 2 ms to about 14 minutes, which is longer than a payment may be open
 * by default. What takes longer lies in one more bucket without a bound.
 */
export const LATENCY_BOUNDS_S: readonly number[] = Array.from({ length: BUCKETS }, (_, i) =>
  Number((SMALLEST_S * GROWTH ** i).toPrecision(4)),
);

/**
 * Of one step of a payment's way, seconds: a good one takes a few milliseconds, and ten seconds are as bad as an hour. Few, because
 * each is a series of every hop.
 */
export const HOP_BOUNDS_S: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Of a person with a card at a terminal, seconds; a payment is given up after ten minutes by default. */
export const PERSON_BOUNDS_S: readonly number[] = [0.1, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 120, 300, 600];

/** Of a command to the store, seconds; it is given up after two. */
export const COMMAND_BOUNDS_S: readonly number[] = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
];

/** Of a call to a receiver of webhooks, seconds; it is given up after ten. */
export const CALL_BOUNDS_S: readonly number[] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * The value below which a part of all observations lies, estimated inside its bucket.
 * @param counts of each bucket, not cumulative, the last one without a bound
 * @param part 0 to 1
 * @returns ms; undefined without observations
 */
export function percentileMs(counts: readonly number[], part: number): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) {
    return undefined;
  }
  let below = 0;
  const wanted = total * part;
  const bucket = counts.findIndex((count) => (below += count) >= wanted && count > 0);
  const upper = LATENCY_BOUNDS_S[Math.min(bucket, BUCKETS - 1)]!;
  const lower = bucket === 0 ? 0 : LATENCY_BOUNDS_S[Math.min(bucket, BUCKETS) - 1]!;
  const count = counts[bucket]!;
  const share = (wanted - (below - count)) / count;
  return Math.round((lower + Math.max(0, upper - lower) * share) * 1e4) / 10;
}
