/** Latencies of one run, all of them kept: nothing is rounded into buckets. */
export class Latencies {
  /** @param values of an earlier run, to be summed up with others */
  constructor(readonly values: number[] = []) {}

  add(ms: number): void {
    this.values.push(ms);
  }

  get count(): number {
    return this.values.length;
  }

  summary(): { p50: number; p99: number; max: number } {
    const sorted = Float64Array.from(this.values).sort();
    const at = (share: number) =>
      sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
    return { p50: at(0.5), p99: at(0.99), max: at(1) };
  }
}
