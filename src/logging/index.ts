export { type PaymentIds, paymentIds, type PaymentName, type TraceIds, traceIdsOf } from './correlation.js';
export { createLogger, errorText, NestLogger, type Logger } from './logger.js';
export { redactText } from './redaction.js';
