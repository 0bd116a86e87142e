import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { GATEWAY_VERSION } from '../config/index.js';
import { Counters, Gauges, Histograms } from './families.js';
import {
  ACCEPT_RESULTS,
  ANSWER_OUTCOMES,
  CONNECT_REFUSALS,
  DEADLINE_SETS,
  DEVICE_TYPES,
  DISCONNECT_REASONS,
  FAILURE_CODES,
  HOPS,
  PAYMENT_OUTCOMES,
  PAYMENT_STAGES,
  QUEUE_STATES,
  RECEIVERS,
  STORE_CALLS,
  WEBHOOK_OUTCOMES,
  type AcceptResult,
  type PaymentOutcome,
} from './labels.js';
import {
  CALL_BOUNDS_S,
  COMMAND_BOUNDS_S,
  HOP_BOUNDS_S,
  LATENCY_BOUNDS_S,
  PERSON_BOUNDS_S,
} from './latency-buckets.js';

/** What this instance has counted since its start. */
export interface PaymentFigures {
  outcomes: Record<PaymentOutcome, number>;
  /** How many payments took how long, by the buckets of {@link LATENCY_BOUNDS_S} and one more for all that is longer. */
  latencies: number[];
}

/** How often the event loop is looked at; finer would wake an idle process more often. */
const LOOP_RESOLUTION_MS = 20;
/** They list every socket of the process anew for each scrape: with 18,000 of them, open files alone hold everybody up for 30 ms. */
const TOO_DEAR = ['handles', 'requests', 'resources']
  .flatMap((what) => [`nodejs_active_${what}`, `nodejs_active_${what}_total`])
  .concat('process_open_fds');

/**
 * What this instance counts and measures: every name, help text, bucket and label stands here and in the files beside, and
 * docs/metrics.md says what each is good for. A payment is counted once, by the instance that made it final; if the store's
 * answer to that is lost, by none.
 */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly info = new Gauges(this.registry, {
    name: 'gateway_info',
    help: 'Version of this instance; always 1.',
    labels: { version: [GATEWAY_VERSION] },
  });
  readonly draining = new Gauges(this.registry, {
    name: 'gateway_draining',
    help: '1 while this instance is on its way out.',
  });

  readonly connections = new Gauges(this.registry, {
    name: 'gateway_connections',
    help: 'Open WebSocket connections of this instance.',
    labels: { device_type: DEVICE_TYPES },
  });
  readonly groups = new Gauges(this.registry, {
    name: 'gateway_connected_groups',
    help: 'Groups with a connection to this instance.',
  });
  readonly connects = new Counters(this.registry, {
    name: 'gateway_connects_total',
    help: 'Connections that were admitted and registered.',
    labels: { device_type: DEVICE_TYPES },
  });
  readonly connectsRefused = new Counters(this.registry, {
    name: 'gateway_connects_refused_total',
    help: 'Attempts to connect that were refused before the upgrade.',
    labels: { reason: CONNECT_REFUSALS },
  });
  readonly disconnects = new Counters(this.registry, {
    name: 'gateway_disconnects_total',
    help: 'Connections that ended.',
    labels: { device_type: DEVICE_TYPES, reason: DISCONNECT_REASONS },
  });
  readonly sendBuffer = new Gauges(this.registry, {
    name: 'gateway_send_buffer_bytes',
    help: 'Bytes that wait for their readers, all connections of this instance together.',
  });
  readonly largestSendBuffer = new Gauges(this.registry, {
    name: 'gateway_send_buffer_largest_bytes',
    help: 'Bytes that wait for the slowest reader of this instance.',
  });

  readonly paymentRequests = new Counters(this.registry, {
    name: 'gateway_payment_requests_total',
    help: 'Requests for a payment that reached the store, by what came of them.',
    labels: { result: ACCEPT_RESULTS },
  });
  readonly paymentStages = new Counters(this.registry, {
    name: 'gateway_payment_stages_total',
    help: 'Stages that payments have passed on this instance.',
    labels: { stage: PAYMENT_STAGES },
  });
  readonly payments = new Counters(this.registry, {
    name: 'gateway_payments_total',
    help: 'Payments that became final, by outcome.',
    labels: { outcome: PAYMENT_OUTCOMES },
  });
  readonly paymentFailures = new Counters(this.registry, {
    name: 'gateway_payment_failures_total',
    help: 'Payments given up by the gateway; retry_safe is false where the terminal may have taken the money.',
    labels: { error_code: FAILURE_CODES, retry_safe: ['true', 'false'] },
  });
  readonly lateAnswers = new Counters(this.registry, {
    name: 'gateway_late_answers_total',
    help: 'Answers of terminals to payments that had been given up.',
    labels: { outcome: ANSWER_OUTCOMES },
  });
  readonly contradictingAnswers = new Counters(this.registry, {
    name: 'gateway_contradicting_answers_total',
    help: 'Answers of terminals that contradict a final outcome.',
  });
  readonly unmatchedAnswers = new Counters(this.registry, {
    name: 'gateway_unmatched_answers_total',
    help: 'Answers of terminals to payments that they were not given.',
  });
  readonly openPayments = new Gauges(this.registry, {
    name: 'gateway_open_payments',
    help: 'Payments of all instances that are not final and have a deadline.',
  });
  readonly paymentDuration = new Histograms(this.registry, {
    name: 'gateway_payment_duration_seconds',
    help: 'Time from accepting a payment to its final outcome.',
    bounds: LATENCY_BOUNDS_S,
  });
  readonly terminalDuration = new Histograms(this.registry, {
    name: 'gateway_terminal_answer_duration_seconds',
    help: 'Time from handing a payment over to the answer of the terminal, the person at it included.',
    bounds: PERSON_BOUNDS_S,
  });
  readonly hopDuration = new Histograms(this.registry, {
    name: 'gateway_payment_hop_duration_seconds',
    help: 'Time that the store took to take on a payment (accept) or an answer of a terminal (settle).',
    labels: { hop: HOPS },
    bounds: HOP_BOUNDS_S,
  });
  readonly deliveryDuration = new Histograms(this.registry, {
    name: 'gateway_delivery_duration_seconds',
    help: 'Time from hinting a payment or a result to writing it to the connected receiver.',
    labels: { receiver: RECEIVERS },
    bounds: HOP_BOUNDS_S,
  });
  readonly receiptDuration = new Histograms(this.registry, {
    name: 'gateway_receipt_duration_seconds',
    help: 'Time from writing a payment or a result to the proof that it was read.',
    labels: { receiver: RECEIVERS },
    bounds: HOP_BOUNDS_S,
  });

  readonly mailboxes = new Gauges(this.registry, {
    name: 'gateway_mailboxes_waiting',
    help: 'Connected endpoints of all instances with mail that they have not read yet.',
  });
  readonly oldestMail = new Gauges(this.registry, {
    name: 'gateway_mailbox_oldest_seconds',
    help: 'How long the oldest of that mail is overdue; it is due one second after it was put there.',
  });
  readonly probeAge = new Gauges(this.registry, {
    name: 'gateway_probe_age_seconds',
    help: 'Time since the hint channel of this instance that was silent longest was heard.',
  });
  readonly leaseAge = new Gauges(this.registry, {
    name: 'gateway_lease_age_seconds',
    help: 'Time since the lease of this instance that was renewed longest ago was renewed.',
  });
  readonly leaseRenewalsMissed = new Counters(this.registry, {
    name: 'gateway_lease_renewals_missed_total',
    help: 'Renewals of a lease that failed, or were left out because the one before had no answer yet.',
  });
  readonly leasesLapsed = new Counters(this.registry, {
    name: 'gateway_leases_lapsed_total',
    help: 'Leases that had ended when they were renewed: others may have taken this instance for dead.',
  });
  readonly sweepLag = new Gauges(this.registry, {
    name: 'gateway_sweep_lag_seconds',
    help: 'How long the most overdue deadline of all instances is overdue.',
    labels: { set: DEADLINE_SETS },
  });

  readonly storeUp = new Gauges(this.registry, {
    name: 'gateway_store_up',
    help: '1 if the store has answered this instance in time for this scrape.',
  });
  readonly storeCommandDuration = new Histograms(this.registry, {
    name: 'gateway_store_command_duration_seconds',
    help: 'Time from sending a command to the store to its answer or failure; a sample of the commands.',
    labels: { call: STORE_CALLS },
    bounds: COMMAND_BOUNDS_S,
  });
  readonly eventLoopLag = new Gauges(this.registry, {
    name: 'gateway_event_loop_lag_seconds',
    help: 'How long whatever was due waited for its turn, 99th percentile of the latest ten seconds.',
  });

  readonly webhookQueue = new Gauges(this.registry, {
    name: 'gateway_webhook_queue_jobs',
    help: 'Webhook calls of all instances to be made: now (waiting), being made (active) or later (delayed).',
    labels: { state: QUEUE_STATES },
  });
  readonly webhookDeliveries = new Counters(this.registry, {
    name: 'gateway_webhook_deliveries_total',
    help: 'Webhook deliveries by what came of a call; retried ones are counted once for each call in vain.',
    labels: { outcome: WEBHOOK_OUTCOMES },
  });
  readonly webhookCallDuration = new Histograms(this.registry, {
    name: 'gateway_webhook_call_duration_seconds',
    help: 'Time that receivers of webhooks took to answer, or to fail to.',
    bounds: CALL_BOUNDS_S,
  });

  private readonly requested = this.paymentRequests.by('result');
  private readonly stages = this.paymentStages.by('stage');
  private readonly ended = this.payments.by('outcome');
  private readonly hops = this.hopDuration.by('hop');
  private readonly durations = this.paymentDuration.of({});
  private readonly held = this.terminalDuration.of({});

  constructor() {
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
