export { Cancellations } from './cancellations.js';
export { Interruptions } from './interruptions.js';
export { LateResults } from './late-results.js';
export { Outcomes } from './outcomes.js';
export { type PaymentOrder, readPaymentOrder, readPaymentRequest } from './payment-order.js';
export { type Acceptance, type Caller, NotRegistered, Payments } from './payments.js';
export { PaymentsModule } from './payments.module.js';
export { Stages } from './stages.js';
export { readTerminalAnswer, type TerminalAnswer } from './terminal-answer.js';
