import { describe, expect, it } from 'vitest';
import { LATENCY_BOUNDS_S, percentileMs } from './latency-buckets.js';

const bucketOf = (ms: number) => {
  const found = LATENCY_BOUNDS_S.findIndex((bound) => ms / 1000 <= bound);
  return found < 0 ? LATENCY_BOUNDS_S.length : found;
};

/** Observations sorted into buckets. */
function countsOf(observations: readonly number[]): number[] {
  const counts = new Array<number>(LATENCY_BOUNDS_S.length + 1).fill(0);
  observations.forEach((ms) => counts[bucketOf(ms)]!++);
  return counts;
}

describe('percentileMs', () => {
  it.each([
    ['even', Array.from({ length: 5_000 }, (_, i) => 20 + i)],
    ['long tail', Array.from({ length: 5_000 }, (_, i) => 5 * 1.002 ** i)],
    ['minutes', Array.from({ length: 500 }, (_, i) => 60_000 + i * 500)],
  ])('is within a tenth of the truth: %s', (_name, observations) => {
    for (const part of [0.5, 0.95, 0.99]) {
      const truth = observations[Math.ceil(observations.length * part) - 1]!;
      const told = percentileMs(countsOf(observations), part)!;
      expect(Math.abs(told - truth) / truth, `p${part * 100}: ${told} for ${truth}`).toBeLessThan(0.1);
    }
  });

  it('knows nothing of nothing', () => {
    expect(percentileMs(countsOf([]), 0.5)).toBeUndefined();
  });

  it('finds a single observation in its bucket, and none beyond the last bound', () => {
    const told = percentileMs(countsOf([100]), 0.99)!;
    expect(told).toBeGreaterThan(80);
    expect(told).toBeLessThan(120);
    expect(percentileMs(countsOf([3_600_000]), 0.99)).toBe(LATENCY_BOUNDS_S.at(-1)! * 1000);
  });

  it('does not fall into an empty bucket', () => {
    expect(percentileMs(countsOf([1, 1, 1_000]), 0.66)).toBeLessThanOrEqual(2);
  });
});
