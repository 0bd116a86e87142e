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
