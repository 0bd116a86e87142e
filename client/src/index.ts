export type {
  CancelOutcome,
  Delivery,
  FinalResponseStatus,
  ResponseStatus,
  TerminalEvent,
  TerminalStatus,
  TransactionStatus,
} from '../../src/protocol/actions.js';
export type { FieldProblem } from '../../src/protocol/errors.js';
export type { BackoffOptions } from './backoff.js';
export type { ClientEvents } from './client.js';
export type { ConnectionOptions, Loss } from './connection.js';
export { ConnectFailed, ConnectionEnded, Refused, TimedOut, type EndReason } from './errors.js';
export type {
  AcceptedPaymentRequest,
  ClientFrame,
  ClientFrames,
  ErrorFrame,
  PaymentRequest,
  PaymentResponse,
  ServerFrame,
  ServerFrames,
  StoredResponse,
  TerminalEntry,
  Transaction,
} from './frames.js';
export type { FinalResponse, HeldPayment, TerminalStore } from './held-payments.js';
export type { PaymentResult } from './payment-desk.js';
export {
  PaymentCancelled,
  type PaymentContext,
  type PaymentHandler,
  type TerminalPayment,
} from './payment-work.js';
export { Pos, type PaymentOrder, type PosEvents, type PosOptions, type TerminalsOptions } from './pos.js';
export type { ErrorCode } from './refusals.js';
export type { Target, WebSocketClass, WebSocketLike } from './socket.js';
export { Terminal, type TerminalEvents, type TerminalOptions, type VoidOrder } from './terminal.js';
export type { WaitOptions } from './waiting.js';
export type { HeartbeatOptions } from './watchdog.js';
