export { LATENCY_BOUNDS_S, percentileMs } from './latency-buckets.js';
export { Metrics, PAYMENT_OUTCOMES, type PaymentFigures, type PaymentOutcome } from './metrics.js';
export { MetricsModule } from './metrics.module.js';
