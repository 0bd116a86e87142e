import { expect, it } from 'vitest';
import { Latencies, percentile, percentiles } from './latencies.js';

it('a percentile is a value that so many do not exceed', () => {
  const row = Array.from({ length: 100 }, (_, i) => i + 1);
  expect([0.5, 0.95, 0.99, 1].map((share) => percentile(row, share))).toEqual([50, 95, 99, 100]);
  expect(percentile([7], 0.01)).toBe(7);
  expect(percentile([], 0.5)).toBe(0);
});

it('takes values in any order, and rounds to tenths', () => {
  expect(percentiles([3.14159, 1, 2])).toEqual({ count: 3, p50: 2, p95: 3.1, p99: 3.1 });
});

it('leaves out what is no time', () => {
  const latencies = new Latencies();
  for (const ms of [NaN, -1, Infinity, 4]) latencies.add('whole payment', ms);
  expect(latencies.get()['whole payment']).toEqual({ count: 1, p50: 4, p95: 4, p99: 4 });
  expect(latencies.get()['at the terminal'].count).toBe(0);
});
