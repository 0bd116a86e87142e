import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics } from 'prom-client';
import { GATEWAY_VERSION } from '../config/index.js';
import { Catalogue } from './catalogue.js';
import { PAYMENT_OUTCOMES, type AcceptResult, type PaymentOutcome } from './labels.js';

/** What this instance has counted since its start. */
export interface PaymentFigures {
  outcomes: Record<PaymentOutcome, number>;
  /** How many payments took how long, by the buckets of `gateway_payment_duration_seconds` and one more for all that is longer. */
  latencies: number[];
}

/** How often the event loop is looked at; finer would wake an idle process more often. */
const LOOP_RESOLUTION_MS = 20;
/** They list every socket of the process anew for each scrape: with 18,000 of them, open files alone hold everybody up for 30 ms. */
const TOO_DEAR = ['handles', 'requests', 'resources']
  .flatMap((what) => [`nodejs_active_${what}`, `nodejs_active_${what}_total`])
  .concat('process_open_fds');

/**
 * What this instance counts and measures. A payment is counted once, by the instance that made it final; if the store's
 * answer to that is lost, by none.
 */
@Injectable()
export class Metrics extends Catalogue {
  private readonly requested = this.paymentRequests.by('result');
  private readonly stages = this.paymentStages.by('stage');
  private readonly ended = this.payments.by('outcome');
  private readonly hops = this.hopDuration.by('hop');
  private readonly durations = this.paymentDuration.of({});
  private readonly held = this.terminalDuration.of({});

  constructor() {
    super();
    this.info.of({ version: GATEWAY_VERSION }).set(1);
  }

  /** Begins to measure the process itself: memory, CPU, garbage collection. To be called once in a process. */
  watchProcess(): void {
    collectDefaultMetrics({
      register: this.registry,
      eventLoopMonitoringPrecision: LOOP_RESOLUTION_MS,
    });
    TOO_DEAR.forEach((name) => this.registry.removeSingleMetric(name));
  }

  /** @param tookMs until the store had answered; undefined if it did not */
  paymentRequested(result: AcceptResult, tookMs?: number): void {
    this.requested[result].add();
    if (tookMs !== undefined) {
      this.hops.accept.observe(tookMs / 1000);
    }
    if (result === 'accepted') {
      this.stages.accepted.add();
    }
  }

  /**
   * A terminal has said how a payment ended.
   * @param tookMs until the store had it @param heldMs how long the terminal had the payment; undefined if that is not known here
   */
  answerStored(tookMs: number, heldMs?: number): void {
    this.hops.settle.observe(tookMs / 1000);
    if (heldMs !== undefined) {
      this.held.observe(heldMs / 1000);
    }
  }

  /** @param latencyMs since it was accepted */
  paymentEnded(outcome: PaymentOutcome, latencyMs: number): void {
    this.ended[outcome].add();
    this.stages.result.add();
    this.durations.observe(latencyMs / 1000);
  }

  paymentFigures(): PaymentFigures {
    const outcomes = Object.fromEntries(
      PAYMENT_OUTCOMES.map((outcome) => [outcome, this.ended[outcome].value]),
    );
    return {
      outcomes: outcomes as Record<PaymentOutcome, number>,
      latencies: [...this.durations.counts],
    };
  }
}
