/** p50, p95 and p99 of a row of ms. */
export interface Percentiles {
  count: number;
  p50: number;
  p95: number;
  p99: number;
}

/** The smallest value that at least so many of all do not exceed. @param share from 0 to 1 */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => Math.round(percentile(sorted, share) * 10) / 10;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/** Where the time of a payment goes. The first four are measured by the devices, the others told by the gateway's timeline. */
export const HOPS = [
  'till to terminal',
  'at the terminal',
  'terminal to till',
  'whole payment',
  'accepted to handed over',
  'handed over to received',
  'result to confirmed by till',
] as const;

export type Hop = (typeof HOPS)[number];

/** Rows of durations, one for each hop. */
export class Latencies {
  private readonly rows = new Map<Hop, number[]>(HOPS.map((hop) => [hop, []]));

  /** What is no time, because one end of it is missing, is left out. */
  add(hop: Hop, ms: number): void {
    if (Number.isFinite(ms) && ms >= 0) this.rows.get(hop)!.push(ms);
  }

  get(): Record<Hop, Percentiles> {
    return Object.fromEntries([...this.rows].map(([hop, row]) => [hop, percentiles(row)])) as Record<
      Hop,
      Percentiles
    >;
  }
}
