/*
 * Every value that a label can have. They are closed lists, so that no label grows with the number of terminals, groups or keys.
 */

export const DEVICE_TYPES = ['desktop', 'terminal'] as const;

/** How a payment ended: by the terminal's word, by a cancellation, or given up by the gateway (`failed`). */
export const PAYMENT_OUTCOMES = ['approved', 'declined', 'cancelled', 'failed'] as const;
export type PaymentOutcome = (typeof PAYMENT_OUTCOMES)[number];

/** How a terminal says that a payment ended. */
export const ANSWER_OUTCOMES = ['approved', 'declined', 'cancelled'] as const;
export type AnswerOutcome = (typeof ANSWER_OUTCOMES)[number];

/** Why the gateway gives a payment up: `errorCode` of its result. */
export const FAILURE_CODES = ['NOT_DELIVERED', 'TERMINAL_DISCONNECTED', 'NO_RESPONSE'] as const;

/**
 * What became of a request for a payment: the outcomes of the script that takes payments on, and `unavailable` where the store
 * did not answer.
 */
export const ACCEPT_RESULTS = [
  'accepted',
  'joined',
  'replayed',
  'duplicate',
  'no_terminal',
  'offline',
  'busy',
  'stale',
  'displaced',
  'unregistered',
  'unavailable',
] as const;
export type AcceptResult = (typeof ACCEPT_RESULTS)[number];

/**
 * A payment's way, in the words of its timeline: taken on, written to the terminal, read by it, ended, written to a till, read by
 * it. The last two can be several for one payment: one for each till that asked, and for each time that it is sent again.
 */
export const PAYMENT_STAGES = ['accepted', 'sent', 'received', 'result', 'pushed', 'receipted'] as const;

/** `accept`: from the request to the store's answer. `settle`: from the terminal's answer to the store's. */
export const HOPS = ['accept', 'settle'] as const;

/** `terminal`: of a payment. `till`: of its result. */
export const RECEIVERS = ['terminal', 'till'] as const;

/** What an HTTP request is about. `operation`: health and metrics. */
export const HTTP_AREAS = [
  'payments',
  'transactions',
  'terminals',
  'webhooks',
  'console',
  'documents',
  'operation',
  'other',
] as const;
export type HttpArea = (typeof HTTP_AREAS)[number];

/** `aborted`: the caller was gone before the answer was sent. */
export const HTTP_STATUSES = ['2xx', '3xx', '4xx', '5xx', 'aborted'] as const;
export type HttpStatus = (typeof HTTP_STATUSES)[number];

export const CONNECT_REFUSALS = [
  'unauthorized',
  'foreign_group',
  'rate_limited',
  'draining',
  'store_unavailable',
  'overloaded',
  'other',
] as const;
export type ConnectRefusal = (typeof CONNECT_REFUSALS)[number];

/**
 * Why a connection ended. By the gateway: `displaced` to `unavailable`. By the peer: `client` said goodbye, `lost` did not,
 * `frame_too_large` and `protocol_error` broke the rules.
 */
export const DISCONNECT_REASONS = [
  'displaced',
  'key_revoked',
  'heartbeat_lost',
  'slow_reader',
  'rate_limited',
  'restart',
  'unavailable',
  'client',
  'lost',
  'frame_too_large',
  'protocol_error',
] as const;
export type DisconnectReason = (typeof DISCONNECT_REASONS)[number];

/** The sets of deadlines that are swept. Mail has its own metrics: it waits for its reader, however long that takes. */
export const DEADLINE_SETS = ['grace', 'due', 'lost', 'outbox', 'webhook-due'] as const;

export const STORE_CALLS = ['script', 'command'] as const;
export type StoreCall = (typeof STORE_CALLS)[number];

export const QUEUE_STATES = ['waiting', 'active', 'delayed'] as const;
export type QueueState = (typeof QUEUE_STATES)[number];

/** `retried`: a call in vain, and another one follows. `failed`: given up. `dropped`: the endpoint was disabled meanwhile. */
export const WEBHOOK_OUTCOMES = ['delivered', 'retried', 'failed', 'dropped'] as const;
export type WebhookOutcome = (typeof WEBHOOK_OUTCOMES)[number];
