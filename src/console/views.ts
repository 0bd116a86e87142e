/**
 * What the console's page and its server say to each other: JSON over HTTP under `/console/api`, and a stream of server-sent
 * events. Types only, so that the page is built from the very source that the server is. Times are ms since the epoch by the
 * store's clock unless a name says otherwise.
 */

/** Answer to `GET` (204 if nobody is signed in) and `POST /console/api/session`: who is signed in, and to what. */
export interface SessionView {
  /** Public name of the admin key. */
  adminId: string;
  /** When the session ends by itself. */
  expiresAt: number;
  version: string;
  instanceId: string;
}

export type TerminalCondition = 'online' | 'busy' | 'reconnecting' | 'offline';

/** One terminal on the floor. */
export interface FloorRow {
  groupId: string;
  keyId: string;
  terminalId: string;
  deviceId?: string;
  condition: TerminalCondition;
  /** While it is connected. */
  instance?: string;
  connectionId?: string;
  connectedAt?: number;
  /** `reconnecting`: when its grace ends. */
  graceEndsAt?: number;
  /** `busy`, or `reconnecting` with an open payment: the transaction. */
  transactionId?: string;
  lastActivity?: number;
  /** Latest measured round trip of a protocol ping. */
  roundTripMs?: number;
}

/** Names one terminal. */
export interface FloorKey {
  groupId: string;
  keyId: string;
}

/** Event `floor`: rows that are new or changed, and terminals that are gone. The first ones after connecting are the snapshot. */
export interface FloorUpdate {
  /** The store's clock, so that the page can count down whatever its own clock says. */
  now: number;
  rows: FloorRow[];
  gone: FloorKey[];
  /** True on the update that completes the snapshot. */
  isComplete?: boolean;
}

/** Answer to `POST /console/api/floor/activity` `{terminals: FloorKey[]}` (at most 200): what changes too often to be pushed. */
export interface ActivityView {
  now: number;
  activity: (FloorKey & { lastActivity?: number; roundTripMs?: number })[];
}

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

/** One instance, from the card that it writes every two seconds. */
export interface InstanceView {
  id: string;
  version: string;
  startedAt: number;
  seenAt: number;
  /** False if its card is older than its lease. */
  isAlive: boolean;
  isDraining: boolean;
  tills: number;
  terminals: number;
  /** ms since the hint channel that was silent longest was heard. */
  probeAgeMs: number;
  /** ms since the partition that was swept longest ago was swept. */
  sweepAgeMs: number;
  /** p99 of the latest ten seconds. */
  loopDelayMs: number;
  rssBytes: number;
}

/** Event `health`, every two seconds. */
export interface HealthView {
  now: number;
  instances: InstanceView[];
  store: {
    kind: 'embedded' | 'standalone' | 'sentinel' | 'cluster';
    version: string;
    /** Round trip of a ping from the instance that serves the page. */
    pingMs: number;
    usedMemoryBytes: number;
    commandsPerSecond: number;
    /** Writes reach the disk. */
    isPersistent: boolean;
  };
  /** Connected endpoints with mail that they have not read yet. `oldestMs`: since when. */
  mailbox: { waiting: number; oldestMs: number };
  /** How long the most overdue deadline is overdue; 0 if none. */
  sweepLagMs: number;
  /** Payments that are not final. */
  openPayments: number;
}

/** Ten seconds of all instances together. */
export interface HealthSample {
  at: number;
  approved: number;
  declined: number;
  cancelled: number;
  /** Given up by the gateway. */
  failed: number;
  /** Of the payments that ended in it, from accepted to final; absent if there were none. */
  p50Ms?: number;
  p95Ms?: number;
  p99Ms?: number;
  tills: number;
  terminals: number;
  probeAgeMs: number;
  loopDelayMs: number;
}

/** `GET /console/api/health/history`: the last hour, oldest first. */
export interface HealthHistory {
  stepMs: number;
  samples: HealthSample[];
}

export type KeyKind = 'desktop' | 'terminal' | 'admin';

/** One API key, never with its secrets. */
export interface KeyView {
  id: string;
  kind: KeyKind;
  /** Absent for admin keys: they see every group. */
  groupId?: string;
  deviceId?: string;
  metadata: object;
  isDisabled: boolean;
  /** The key before the last rotation is accepted until then. */
  previousValidUntil?: number;
}

/** `GET /console/api/keys?after=`: by id; `next` is the cursor of the following page. */
export interface KeysPage {
  keys: KeyView[];
  next?: string;
}

/** Body of `POST /console/api/keys`. */
export interface CreateKeyRequest {
  kind: KeyKind;
  groupId?: string;
  /** Made up if absent. */
  id?: string;
  deviceId?: string;
  metadata?: object;
}

/** Body of `POST /console/api/keys/{id}/rotate`. */
export interface RotateKeyRequest {
  /** How long the old one is still accepted, 0 to 10080. */
  overlapMinutes: number;
}

/** Answer to creating and rotating a key: shown once. */
export interface IssuedKeyView {
  key: KeyView;
  apiKey: string;
  secret: string;
}

/** One webhook endpoint of any group. */
export interface EndpointView {
  groupId: string;
  endpointId: string;
  url: string;
  events: string[];
  status: 'active' | 'disabled';
  disabledReason?: string;
  description?: string;
  createdAt: string;
  updatedAt: string;
}

/** `GET /console/api/webhooks?after=`: those of one group together; `next` is the cursor of the following page. */
export interface EndpointsView {
  endpoints: EndpointView[];
  next?: string;
}

/** One delivery of an event to an endpoint; never the body that was sent. */
export interface DeliveryView {
  deliveryId: string;
  eventId: string;
  eventType: string;
  transactionId: string;
  status: 'pending' | 'delivered' | 'failed' | 'dropped';
  attempts: { at: string; statusCode?: number; error?: string; durationMs: number }[];
  nextAttemptAt?: string;
  createdAt: string;
  updatedAt: string;
}

/**
 * `GET /console/api/webhooks/{groupId}/{endpointId}/deliveries?status=`, newest first. `POST …/deliveries/{deliveryId}/redeliver`
 * answers with one.
 */
export interface DeliveriesView {
  deliveries: DeliveryView[];
}

/** Answer to `POST /console/api/playground`: a till and a terminal in a group of their own, with new keys. */
export interface PlaygroundView {
  groupId: string;
  till: { keyId: string; apiKey: string };
  terminal: { keyId: string; apiKey: string; deviceId: string };
  /** Path of the WebSocket, on the origin of the page. */
  path: string;
}

/** `GET /console/api/audit?before=&limit=`, newest first. `next`: `before` of the following page. */
export interface AuditPage {
  acts: AuditView[];
  next?: string;
}

export interface AuditView {
  id: string;
  at: string;
  action: string;
  actor: { kind: 'key' | 'command' | 'admin'; id: string };
  from: string;
  subject: string;
  groupId?: string;
}
