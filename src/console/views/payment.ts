export type TransactionState =
  'PENDING' | 'AWAITING_RECONNECT' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'VOIDED';

/**
 * Why somebody should look at a payment: nobody knows whether the card was charged; an approval waits to be voided at the
 * terminal; the terminal has told two different outcomes.
 */
export type Attention = 'uncertain' | 'void-pending' | 'conflict';

/** One payment in the feed. Amounts are texts: never parsed, echoed as sent. */
export interface PaymentRow {
  groupId: string;
  transactionId: string;
  status: TransactionState;
  version: number;
  delivery: 'queued' | 'sent' | 'received';
  terminalId: string;
  amount: string;
  currency: string;
  paymentMethod: string;
  errorCode?: string;
  retrySafe?: boolean;
  attention?: Attention;
  /** An operator has said what became of it. */
  isResolved?: boolean;
  createdAt: number;
  updatedAt: number;
  completedAt?: number;
}

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

export type ResolutionOutcome = 'charged' | 'not-charged' | 'refunded' | 'other';

/** Body of `POST /console/api/payments/{groupId}/{transactionId}/resolution`. */
export interface ResolveRequest {
  outcome: ResolutionOutcome;
  /** At most 500 characters. */
  note: string;
}

/** What an operator found out about a payment. It changes nothing of the transaction itself. */
export interface Resolution extends ResolveRequest {
  by: string;
  at: number;
}
