import type { HistorySample, InstanceCard } from '../../instances/index.js';
import type { StoreStatus } from '../../redis/index.js';

/** One instance, from the card that it writes every two seconds. */
export interface InstanceView extends InstanceCard {
  /** False if its card is older than its lease. */
  isAlive: boolean;
}

/** Event `health`, every two seconds. */
export interface HealthView {
  now: number;
  instances: InstanceView[];
  /** As the instance sees it that serves the page. */
  store: StoreStatus;
  /** Connected endpoints with mail that they have not read yet. `oldestMs`: since when. */
  mailbox: { waiting: number; oldestMs: number };
  /** How long the most overdue deadline is overdue; 0 if none. */
  sweepLagMs: number;
  /** Payments that are not final. */
  openPayments: number;
}

/** Ten seconds of all instances together. `failed`: given up by the gateway. */
export type HealthSample = HistorySample;

/** `GET /console/api/health/history`: the last hour, oldest first. */
export interface HealthHistory {
  stepMs: number;
  samples: HealthSample[];
}
