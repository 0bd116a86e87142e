import { Registry } from 'prom-client';
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
  HTTP_AREAS,
  HTTP_STATUSES,
  PAYMENT_OUTCOMES,
  PAYMENT_STAGES,
  QUEUE_STATES,
  RECEIVERS,
  STORE_CALLS,
  WEBHOOK_OUTCOMES,
} from './labels.js';
import {
  CALL_BOUNDS_S,
  COMMAND_BOUNDS_S,
  HOP_BOUNDS_S,
  LATENCY_BOUNDS_S,
  PERSON_BOUNDS_S,
} from './latency-buckets.js';

/**
 * Everything that is counted and measured: every name, help text, bucket and label stands here and in the files beside, and
 * docs/metrics.md says what each is good for.
 */
export abstract class Catalogue {
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

  readonly httpRequests = new Counters(this.registry, {
    name: 'gateway_http_requests_total',
    help: 'HTTP requests that are over, by what they were about and the class of the status; aborted before they were answered.',
    labels: { area: HTTP_AREAS, status: HTTP_STATUSES },
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
  readonly mail = new Gauges(this.registry, {
    name: 'gateway_mailbox_messages',
    help: 'Messages in the mailboxes of those endpoints, the 100 most overdue ones of each of the 64 partitions.',
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
}
