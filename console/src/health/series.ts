import type { HealthSample } from '../api/views.js';

/** What the charts are drawn from: times in s, then one row of figures per line; null leaves a gap. */
export type Figures = [times: number[], ...lines: (number | null)[][]];

/** Payments per second, by how they ended. */
export function throughput(samples: readonly HealthSample[], stepMs: number): Figures {
  const perSecond = (count: number) => (count * 1_000) / stepMs;
  return figures(samples, [
    ({ approved }) => perSecond(approved),
    ({ declined }) => perSecond(declined),
    ({ cancelled }) => perSecond(cancelled),
    ({ failed }) => perSecond(failed),
  ]);
}

/** ms from accepted to final. A time without payments has none. */
export function latency(samples: readonly HealthSample[]): Figures {
  return figures(samples, [({ p50Ms }) => p50Ms, ({ p95Ms }) => p95Ms, ({ p99Ms }) => p99Ms]);
}

export function connections(samples: readonly HealthSample[]): Figures {
  return figures(samples, [({ terminals }) => terminals, ({ tills }) => tills]);
}

/** ms; rises before anything breaks. */
export function loopDelay(samples: readonly HealthSample[]): Figures {
  return figures(samples, [({ loopDelayMs }) => loopDelayMs]);
}

/** ms; how long ago an instance has heard the others. */
export function probeAge(samples: readonly HealthSample[]): Figures {
  return figures(samples, [({ probeAgeMs }) => probeAgeMs]);
}

function figures(
  samples: readonly HealthSample[],
  lines: ((sample: HealthSample) => number | undefined)[],
): Figures {
  return [
    samples.map(({ at }) => at / 1_000),
    ...lines.map((line) => samples.map((sample) => line(sample) ?? null)),
  ];
}
