import type { Metric, Registry } from 'prom-client';

/** For each label all the values it can have: a family has one series for each combination, and never another. */
export type Labels = Readonly<Record<string, readonly string[]>>;

/** One value of each label. */
export type Chosen<L extends Labels> = { readonly [K in keyof L]: L[K][number] };

/** One line of the exposition. `metricName` only where it differs from that of the family. */
interface Sample {
  labels: Record<string, string | number>;
  value: number;
  metricName?: string;
}

interface Definition<L extends Labels> {
  name: string;
  help: string;
  labels?: L;
}

/**
 * Several series of one name. They are made at the start, so that whoever counts something adds to a number: the library's own
 * counters put the labels of each call together into a text and look the series up by it.
 */
abstract class Family<L extends Labels, S> {
  readonly name: string;
  readonly help: string;
  readonly labels: L;
  abstract readonly type: 'counter' | 'gauge' | 'histogram';
  /** How values of several processes would be put together; the library wants to know. */
  readonly aggregator = 'sum';
  private readonly series = new Map<string, { labels: Record<string, string>; state: S }>();

  protected constructor(registry: Registry, { name, help, labels }: Definition<L>, makeState: () => S) {
    this.name = name;
    this.help = help;
    this.labels = labels ?? ({} as L);
    for (const chosen of combinations(this.labels)) {
      this.series.set(this.keyOf(chosen as Chosen<L>), { labels: chosen, state: makeState() });
    }
    registry.registerMetric(this as unknown as Metric);
  }

  /** The one series of these labels. To be asked once and kept wherever many are counted. */
  of(chosen: Chosen<L>): S {
    return this.series.get(this.keyOf(chosen))!.state;
  }

  /** All series by the values of the only label. */
  by<K extends keyof L & string>(label: K): Record<L[K][number], S> {
    const all = this.labels[label]!.map(
      (value) => [value, this.of({ [label]: value } as Chosen<L>)] as const,
    );
    return Object.fromEntries(all) as Record<L[K][number], S>;
  }

  /** In the form of the library. */
  get(): Promise<object> {
    const { name, help, type, aggregator } = this;
    const values = [...this.series.values()].flatMap(({ labels, state }) => this.samples(labels, state));
    return Promise.resolve({ name, help, type, aggregator, values });
  }

  protected abstract samples(labels: Record<string, string>, state: S): Sample[];

  private keyOf(chosen: Chosen<L>): string {
    return Object.keys(this.labels)
      .map((label) => chosen[label])
      .join('\n');
  }
}

/** A number that only grows. */
export class Count {
  value = 0;

  add(howMany = 1): void {
    this.value += howMany;
  }
}

export class Counters<L extends Labels = Record<never, never>> extends Family<L, Count> {
  readonly type = 'counter';

  constructor(registry: Registry, definition: Definition<L>) {
    super(registry, definition, () => new Count());
  }

  protected samples(labels: Record<string, string>, { value }: Count): Sample[] {
    return [{ labels, value }];
  }
}

/** A number as it is at the moment; not shown while it is not known. */
export class Level {
  value: number | undefined;

  set(value: number | undefined): void {
    this.value = value;
  }
}

export class Gauges<L extends Labels = Record<never, never>> extends Family<L, Level> {
  readonly type = 'gauge';

  constructor(registry: Registry, definition: Definition<L>) {
    super(registry, definition, () => new Level());
  }

  protected samples(labels: Record<string, string>, { value }: Level): Sample[] {
    return value === undefined ? [] : [{ labels, value }];
  }
}

/** Durations by buckets. */
export class Durations {
  /** Of each bucket, not cumulative; the last one has no bound. */
  readonly counts: number[];
  sum = 0;

  constructor(private readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  /** A clock that was set back makes no duration less than none. */
  observe(seconds: number): void {
    const duration = seconds > 0 ? seconds : 0;
    let from = 0;
    let to = this.bounds.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (duration <= this.bounds[middle]!) {
        to = middle;
      } else {
        from = middle + 1;
      }
    }
    this.counts[from]!++;
    this.sum += duration;
  }
}

export class Histograms<L extends Labels = Record<never, never>> extends Family<L, Durations> {
  readonly type = 'histogram';
  private readonly bounds: readonly number[];

  /** @param definition.bounds upper bounds of the buckets in ascending order, seconds */
  constructor(registry: Registry, definition: Definition<L> & { bounds: readonly number[] }) {
    super(registry, definition, () => new Durations(definition.bounds));
    this.bounds = definition.bounds;
  }

  protected samples(labels: Record<string, string>, { counts, sum }: Durations): Sample[] {
    let total = 0;
    const buckets = counts.map((count, i) => ({
      labels: { le: this.bounds[i] ?? '+Inf', ...labels },
      value: (total += count),
      metricName: `${this.name}_bucket`,
    }));
    return [
      ...buckets,
      { labels, value: sum, metricName: `${this.name}_sum` },
      { labels, value: total, metricName: `${this.name}_count` },
    ];
  }
}

function combinations(labels: Labels): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (made, [label, values]) => made.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}
