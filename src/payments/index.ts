export { Cancellations } from './cancellations.js';
export { Interruptions } from './interruptions.js';
export { LateResults } from './late-results.js';
export { Outbox } from './outbox.js';
export { Outcomes } from './outcomes.js';
export type { PaymentEvent } from './payment-event.js';
export {
  type IndexedPayment,
  type KnownPayment,
  PaymentIndex,
  paymentMember,
  paymentOf,
} from './payment-index.js';
export { isSameRequest, type PaymentOrder, readPaymentOrder, readPaymentRequest } from './payment-order.js';
export { type Acceptance, type Caller, NotRegistered, Payments, type PayOptions } from './payments.js';
export { PaymentsModule } from './payments.module.js';
export { type Attention, type PaymentSummary, summaryOf } from './payment-summary.js';
export { type Resolution, RESOLUTION_OUTCOMES, type ResolutionOutcome, Resolutions } from './resolutions.js';
export { Stages } from './stages.js';
export { readTerminalAnswer, type TerminalAnswer } from './terminal-answer.js';
export {
  conflictTexts,
  responseText,
  timeline,
  transactionText,
  type TransactionRecord,
} from './transaction.js';
export { Wait } from './wait.js';
export { Waits } from './waits.js';
