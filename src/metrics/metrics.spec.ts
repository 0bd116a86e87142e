import { expect, it } from 'vitest';
import { LATENCY_BOUNDS_S } from './latency-buckets.js';
import { Metrics } from './metrics.js';

it('counts each outcome, and how long payments took', () => {
  const metrics = new Metrics();
  metrics.paymentEnded('approved', 100);
  metrics.paymentEnded('approved', 110);
  metrics.paymentEnded('failed', 3_600_000);
  const { outcomes, latencies } = metrics.paymentFigures();
  expect(outcomes).toEqual({ approved: 2, declined: 0, cancelled: 0, failed: 1 });
  expect(latencies).toHaveLength(LATENCY_BOUNDS_S.length + 1);
  expect(latencies.reduce((sum, count) => sum + count, 0)).toBe(3);
  expect(latencies.at(-1)).toBe(1);
});

it('says so in the words of Prometheus', async () => {
  const metrics = new Metrics();
  metrics.paymentEnded('declined', 20);
  const text = await metrics.registry.metrics();
  expect(text).toContain('gateway_payments_total{outcome="declined"} 1');
  expect(text).toContain('gateway_payments_total{outcome="approved"} 0');
  expect(text).toContain('gateway_payment_duration_seconds_count 1');
  expect(text).toContain('gateway_payment_duration_seconds_sum 0.02');
});
