import { createHash } from 'node:crypto';
import type { PaymentEvent } from '../payments/index.js';
import type { DeliveryStatus, WebhookEventType } from '../protocol/index.js';
import type { CallOutcome } from './sender.js';

/** One event on its way to one endpoint, as the delivery log shows it. */
export interface Delivery {
  deliveryId: string;
  eventId: string;
  eventType: WebhookEventType;
  transactionId: string;
  /** `failed`: every attempt was in vain, or the receiver wants no more. `dropped`: the endpoint was disabled before. */
  status: DeliveryStatus;
  /** The latest ones, oldest first. */
  attempts: CallOutcome[];
  /** ISO 8601; only of a pending one. */
  nextAttemptAt?: string | undefined;
  createdAt: string;
  updatedAt: string;
}

/** A delivery as stored. */
export interface DeliveryRecord extends Delivery {
  /** How often it was begun: 1, and one more with each redelivery. A job of an earlier round has nothing to do any more. */
  round: number;
  /** Attempts of this round. */
  tries: number;
}

/** Where a delivery lies. */
export interface DeliveryRef {
  groupId: string;
  endpointId: string;
  deliveryId: string;
}

/** Most attempts kept with a delivery that is redelivered again and again. */
const MOST_ATTEMPTS = 100;
const GONE = 410;

/** The same event for the same endpoint is the same delivery, however often the event comes. */
export function deliveryIdOf(eventId: string, endpointId: string): string {
  return `dlv_${createHash('sha256').update(`${eventId}\n${endpointId}`).digest('hex').slice(0, 32)}`;
}

export function newDelivery(event: PaymentEvent, endpointId: string, now = Date.now()): DeliveryRecord {
  const { eventId, eventType, transactionId } = event;
  const at = new Date(now).toISOString();
  return {
    deliveryId: deliveryIdOf(eventId, endpointId),
    eventId,
    eventType,
    transactionId,
    status: 'pending',
    attempts: [],
    nextAttemptAt: at,
    createdAt: at,
    updatedAt: at,
    round: 1,
    tries: 0,
  };
}

/**
 * The delivery after one more attempt.
 * @param round in which the attempt was begun; after a redelivery it is noted, and decides nothing
 * @param retryDelaysMs pauses after the first, second, … attempt of a round
 */
export function afterAttempt(
  delivery: DeliveryRecord,
  outcome: CallOutcome,
  round: number,
  retryDelaysMs: readonly number[],
  now = Date.now(),
): DeliveryRecord {
  const noted = {
    ...delivery,
    attempts: [...delivery.attempts, outcome].slice(-MOST_ATTEMPTS),
    updatedAt: new Date(now).toISOString(),
  };
  if (round !== delivery.round || delivery.status !== 'pending') {
    return noted;
  }
  const tried = { ...noted, tries: delivery.tries + 1 };
  if (isDelivered(outcome)) {
    return ended(tried, 'delivered', now);
  }
  const pauseMs = isGone(outcome) ? undefined : retryDelaysMs[delivery.tries];
  return pauseMs === undefined
    ? ended(tried, 'failed', now)
    : { ...tried, nextAttemptAt: new Date(now + pauseMs).toISOString() };
}

export function ended(
  delivery: DeliveryRecord,
  status: Exclude<DeliveryStatus, 'pending'>,
  now = Date.now(),
): DeliveryRecord {
  const { nextAttemptAt: _next, ...rest } = delivery;
  return { ...rest, status, updatedAt: new Date(now).toISOString() };
}

/** The delivery begun anew: the same event, the same body. */
export function begunAnew(delivery: DeliveryRecord, now = Date.now()): DeliveryRecord {
  const at = new Date(now).toISOString();
  const round = delivery.round + 1;
  return { ...delivery, status: 'pending', nextAttemptAt: at, updatedAt: at, round, tries: 0 };
}

export function isDelivered({ statusCode = 0 }: CallOutcome): boolean {
  return statusCode >= 200 && statusCode < 300;
}

/** The receiver asks not to be called any more. */
export function isGone({ statusCode }: CallOutcome): boolean {
  return statusCode === GONE;
}

/** When a pending delivery is due, ms. */
export function dueAtOf({ nextAttemptAt, createdAt }: DeliveryRecord): number {
  return Date.parse(nextAttemptAt ?? createdAt);
}

/** The delivery without what only we count by. */
export function shown({ round: _round, tries: _tries, ...delivery }: DeliveryRecord): Delivery {
  return delivery;
}
