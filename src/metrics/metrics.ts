import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import { LATENCY_BOUNDS_S } from './latency-buckets.js';

/** How a payment ended: by the terminal's word, by a cancellation, or given up by the gateway (`failed`). */
export const PAYMENT_OUTCOMES = ['approved', 'declined', 'cancelled', 'failed'] as const;
export type PaymentOutcome = (typeof PAYMENT_OUTCOMES)[number];

/** What this instance has counted since its start. */
export interface PaymentFigures {
  outcomes: Record<PaymentOutcome, number>;
  /** How many payments took how long, by the buckets of {@link LATENCY_BOUNDS_S} and one more for all that is longer. */
  latencies: number[];
}

/**
 * What this instance counts and measures. A payment is counted once, by the instance that made it final; if the store's answer
 * to that is lost, by none.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  private readonly payments = new Counter({
    name: 'gateway_payments_total',
    help: 'Payments that became final, by outcome.',
    labelNames: ['outcome'],
    registers: [this.registry],
  });

  private readonly duration = new Histogram({
    name: 'gateway_payment_duration_seconds',
    help: 'Time from accepting a payment to its final outcome.',
    buckets: [...LATENCY_BOUNDS_S],
    registers: [this.registry],
  });

  constructor() {
    PAYMENT_OUTCOMES.forEach((outcome) => this.payments.inc({ outcome }, 0));
  }

  paymentEnded(outcome: PaymentOutcome, latencyMs: number): void {
    this.payments.inc({ outcome });
    this.duration.observe(latencyMs / 1000);
  }

  async paymentFigures(): Promise<PaymentFigures> {
    const [counted, measured] = await Promise.all([this.payments.get(), this.duration.get()]);
    const of = (wanted: PaymentOutcome) =>
      counted.values.find(({ labels }) => labels.outcome === wanted)?.value ?? 0;
    const outcomes = Object.fromEntries(PAYMENT_OUTCOMES.map((outcome) => [outcome, of(outcome)]));
    const upTo = measured.values
      .filter(({ metricName }) => metricName?.endsWith('_bucket'))
      .map(({ value }) => value);
    const latencies = Array.from(
      { length: LATENCY_BOUNDS_S.length + 1 },
      (_, i) => (upTo[i] ?? 0) - (upTo[i - 1] ?? 0),
    );
    return { outcomes: outcomes as Record<PaymentOutcome, number>, latencies };
  }
}
