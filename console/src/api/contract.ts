/**
 * The one place where the page takes code from the repository: literals of the wire contract, and the client library, which the
 * devices of the playground are made of.
 */
export {
  ClientAction,
  PROGRESS_EXTENSION,
  ServerAction,
  WEBSOCKET_PATH,
  type TransactionStatus,
} from '../../../src/protocol/actions.js';
export { Connection } from '../../../client/src/connection.js';
export type { ConnectionEnded } from '../../../client/src/errors.js';
export type { ClientFrame } from '../../../client/src/frames.js';
export type { FinalResponse } from '../../../client/src/held-payments.js';
export { newTransactionId } from '../../../client/src/ids.js';
export type { PaymentContext, TerminalPayment } from '../../../client/src/payment-work.js';
export type { WebSocketClass, WebSocketLike } from '../../../client/src/socket.js';
export { Terminal } from '../../../client/src/terminal.js';
