import type { PaymentOutcome } from '../metrics/index.js';

/** What an instance says of itself every two seconds. Times are ms by the store's clock. */
export interface InstanceCard {
  id: string;
  version: string;
  startedAt: number;
  seenAt: number;
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

/** Ten seconds of one instance, or of several together. */
export interface Sample {
  /** Number of the ten seconds: their begin by the store's clock, divided by {@link STEP_MS}. */
  slot: number;
  outcomes: Record<PaymentOutcome, number>;
  /** How many payments lie in which bucket of latency; empty buckets are left out. */
  latencies: Record<string, number>;
  tills: number;
  terminals: number;
  probeAgeMs: number;
  loopDelayMs: number;
}

/** A sample as it is stored. An instance has one per slot: a second one is the first, written again. */
export type StoredSample = Sample & { incarnation: string };

export const STEP_MS = 10_000;
export const HISTORY_MS = 3_600_000;

/**
 * | key | type | content |
 * |---|---|---|
 * | `{instances}:cards` | hash | instance id → {@link InstanceCard} (JSON) |
 * | `{instances}:samples` | stream | `sample`: {@link StoredSample} (JSON); about the last hour |
 */
export function instanceKeys(prefix: string): { cards: string; samples: string } {
  return { cards: `${prefix}:{instances}:cards`, samples: `${prefix}:{instances}:samples` };
}
