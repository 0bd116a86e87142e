/** Every `action` literal of the wire contract, and the enumerations inside frames. One place, see docs/websocket.md. */

/** Actions that a client may send. */
export const ClientAction = {
  getTerminals: 'getTerminals',
  payment: 'payment',
  ping: 'ping',
  getTransaction: 'getTransaction',
  cancelPayment: 'cancelPayment',
  ack: 'ack',
  paymentResponse: 'paymentResponse',
  /** Accepted from terminals as an alias of `paymentResponse`. */
  paymentComplete: 'paymentComplete',
  paymentProgress: 'paymentProgress',
  paymentUnknown: 'paymentUnknown',
  voidResponse: 'voidResponse',
  cancelResponse: 'cancelResponse',
} as const;

/** Actions that the server sends. */
export const ServerAction = {
  error: 'error',
  pong: 'pong',
  terminalsResponse: 'terminalsResponse',
  terminalStatusUpdate: 'terminalStatusUpdate',
  payment: 'payment',
  paymentComplete: 'paymentComplete',
  paymentResponseAck: 'paymentResponseAck',
  transactionResponse: 'transactionResponse',
  forceDisconnect: 'forceDisconnect',
  paymentInquiry: 'paymentInquiry',
  cancelPayment: 'cancelPayment',
  cancelResponse: 'cancelResponse',
  voidPayment: 'voidPayment',
  paymentVoided: 'paymentVoided',
  paymentStatus: 'paymentStatus',
} as const;

export const DEVICE_TYPES = ['desktop', 'terminal'] as const;
/** `desktop` is a POS, `terminal` a card terminal. */
export type DeviceType = (typeof DEVICE_TYPES)[number];

export const PAYMENT_METHODS = ['CARD', 'CASH', 'MOBILE', 'OTHER'] as const;

export const RESPONSE_STATUSES = ['SUCCESS', 'FAILED', 'PENDING', 'CANCELLED'] as const;
/** What a terminal reports; `PENDING` keeps the transaction open. */
export type ResponseStatus = (typeof RESPONSE_STATUSES)[number];
/** The statuses that end a transaction. */
export type FinalResponseStatus = Exclude<ResponseStatus, 'PENDING'>;

export const TRANSACTION_STATUSES = [
  'PENDING',
  'AWAITING_RECONNECT',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'VOIDED',
] as const;
export type TransactionStatus = (typeof TRANSACTION_STATUSES)[number];

export const CANCEL_OUTCOMES = ['CANCELLED', 'TOO_LATE', 'UNKNOWN'] as const;
/** What a POS is told of its request to cancel; `UNKNOWN` when the terminal did not say in time. */
export type CancelOutcome = (typeof CANCEL_OUTCOMES)[number];

export const GATEWAY_STAGES = ['accepted', 'sent', 'received'] as const;
/** Stages of a payment that the gateway itself tells; terminals add their own. */
export type GatewayStage = (typeof GATEWAY_STAGES)[number];

/** Why a payment is voided: its approval came after it had been given up. */
export const VOID_REASON = 'LATE_RECONNECTION';

/** Name in `x-extensions` by which a desktop asks for `paymentStatus` pushes. */
export const PROGRESS_EXTENSION = 'progress';

/** Which transaction status a terminal's final answer leads to. */
export const OUTCOME: Record<FinalResponseStatus, TransactionStatus> = {
  SUCCESS: 'COMPLETED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
};

export const DELIVERIES = ['queued', 'sent', 'received'] as const;
/** How far a payment got on its way to the terminal: stored, written to the socket, read by the terminal. */
export type Delivery = (typeof DELIVERIES)[number];

export const TERMINAL_STATUSES = ['online', 'offline', 'reconnecting'] as const;
export type TerminalStatus = (typeof TERMINAL_STATUSES)[number];
export const TERMINAL_EVENTS = ['connected', 'reconnecting', 'disconnected'] as const;
export type TerminalEvent = (typeof TERMINAL_EVENTS)[number];

/** `errorCode` values that the gateway itself puts into a result. */
export const GatewayFailure = {
  notDelivered: 'NOT_DELIVERED',
  terminalDisconnected: 'TERMINAL_DISCONNECTED',
  noResponse: 'NO_RESPONSE',
} as const;
export type GatewayFailureCode = (typeof GatewayFailure)[keyof typeof GatewayFailure];

export const PROTOCOL_VERSION = 'v1';
export const WEBSOCKET_PATH = '/v1';
