import { LATENCY_BOUNDS_S, PAYMENT_OUTCOMES, percentileMs } from '../metrics/index.js';
import { STEP_MS, type Sample, type StoredSample } from './records.js';

/** Ten seconds of all instances together. */
export interface HistorySample extends Record<(typeof PAYMENT_OUTCOMES)[number], number> {
  /** When they ended, ms by the store's clock. */
  at: number;
  /** Of the payments that ended in them, from accepted to final; absent if there were none. */
  p50Ms?: number;
  p95Ms?: number;
  p99Ms?: number;
  tills: number;
  terminals: number;
  /** Of the instance that fares worst. */
  probeAgeMs: number;
  loopDelayMs: number;
}

/** Adds up what the instances have told, oldest first. A sample that was stored twice counts once. */
export function historyOf(samples: readonly StoredSample[]): HistorySample[] {
  const unique = new Map(samples.map((sample) => [`${sample.incarnation} ${sample.slot}`, sample]));
  const slots = new Map<number, Sample>();
  for (const { incarnation: _one, ...sample } of unique.values()) {
    const others = slots.get(sample.slot);
    slots.set(sample.slot, others ? together(others, sample) : sample);
  }
  return [...slots.values()].sort((a, b) => a.slot - b.slot).map(view);
}

function together(a: Sample, b: Sample): Sample {
  const latencies = { ...a.latencies };
  for (const [bucket, count] of Object.entries(b.latencies)) {
    latencies[bucket] = (latencies[bucket] ?? 0) + count;
  }
  const outcomes = { ...a.outcomes };
  PAYMENT_OUTCOMES.forEach((outcome) => (outcomes[outcome] += b.outcomes[outcome]));
  return {
    slot: a.slot,
    outcomes,
    latencies,
    tills: a.tills + b.tills,
    terminals: a.terminals + b.terminals,
    probeAgeMs: Math.max(a.probeAgeMs, b.probeAgeMs),
    loopDelayMs: Math.max(a.loopDelayMs, b.loopDelayMs),
  };
}

function view({ slot, outcomes, latencies, ...rest }: Sample): HistorySample {
  const counts = Array.from({ length: LATENCY_BOUNDS_S.length + 1 }, (_, i) => latencies[i] ?? 0);
  const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((part) => percentileMs(counts, part));
  return {
    at: (slot + 1) * STEP_MS,
    ...outcomes,
    ...(p50Ms !== undefined && { p50Ms }),
    ...(p95Ms !== undefined && { p95Ms }),
    ...(p99Ms !== undefined && { p99Ms }),
    ...rest,
  };
}
