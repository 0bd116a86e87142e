export { type Count, type Durations, type Level } from './families.js';
export {
  type AnswerOutcome,
  type ConnectRefusal,
  DEADLINE_SETS,
  DEVICE_TYPES,
  type DisconnectReason,
  type HttpArea,
  type HttpStatus,
  PAYMENT_OUTCOMES,
  type PaymentOutcome,
  QUEUE_STATES,
  type QueueState,
  type StoreCall,
  type WebhookOutcome,
} from './labels.js';
export { LATENCY_BOUNDS_S, percentileMs } from './latency-buckets.js';
export { Metrics, type PaymentFigures } from './metrics.js';
export { MetricsModule } from './metrics.module.js';
