import type { Attention, PaymentSummary, Resolution, ResolutionOutcome } from '../../payments/index.js';
import type { TransactionStatus } from '../../protocol/index.js';

export type { Attention, Resolution, ResolutionOutcome };
export type TransactionState = TransactionStatus;

/** One payment in the feed. `isResolved`: an operator has said what became of it. */
export type PaymentRow = PaymentSummary;

/** Event `payments`: payments that are new or changed, oldest change first. */
export interface PaymentsUpdate {
  now: number;
  rows: PaymentRow[];
}

/** Query of `GET /console/api/payments`; all members optional. */
export interface PaymentsQuery {
  group?: string;
  terminal?: string;
  status?: TransactionState;
  /** `1`: only those that need attention and are not resolved. */
  attention?: '1';
  /** Exact transaction id, in whatever group. */
  transaction?: string;
  /** `next` of the page before. */
  before?: string;
  /** 1 to 200, default 50. */
  limit?: string;
}

/** Newest change first. */
export interface PaymentsPage {
  payments: PaymentRow[];
  next?: string;
}

/** One hop of a payment's way. */
export interface TimelineStep {
  /** `accepted`, `claimed`, `sent`, `received`, `result`, `pushed`, `receipted`, `disconnected`, … */
  event: string;
  at: number;
  instance: string;
}

/** `GET /console/api/payments/{groupId}/{transactionId}`. JSON texts are masked: no card number or track data in them. */
export interface PaymentDetail extends PaymentRow {
  /** JSON texts, as they went over the wire. */
  request: string;
  response?: string;
  lateResponse?: string;
  conflicts?: string[];
  voidRefusal?: string;
  voidReason?: string;
  voidedAt?: number;
  /** Key ids of the tills that asked. Empty for a payment over HTTP. */
  recipients: string[];
  timeline: TimelineStep[];
  resolution?: Resolution;
}

/** Body of `POST /console/api/payments/{groupId}/{transactionId}/resolution`. */
export interface ResolveRequest {
  outcome: ResolutionOutcome;
  /** At most 500 characters. */
  note: string;
}
