import type { Options } from '../types.js';

/** A table of docs/performance.md: what is measured for it, and which columns it shows. */
export interface Section {
  suite: string;
  options: Partial<Options>;
  /** Instead of those of the suite; the first is the base of ratios. */
  targets?: string[];
  columns: string[];
}

const PAYMENT_COLUMNS = ['p50', 'p99', 'gateway CPU ms', 'redis CPU ms', 'CPU s per 1,000', 'other cores'];
const SATURATION_COLUMNS = ['per second', ...PAYMENT_COLUMNS];
const REQUEST_COLUMNS = ['per second', 'p50', 'p99', 'gateway CPU ms', 'redis CPU ms', 'other cores'];

/** In the order in which `--suite all` measures them. The name of each stands in the marker of its table. */
export const SECTIONS: Record<string, Section> = {
  'payments-500': { suite: 'payments', options: { rate: 500, seconds: 12 }, columns: PAYMENT_COLUMNS },
  'payments-200': {
    suite: 'payments',
    options: { rate: 200, seconds: 12 },
    targets: ['thin', 'gateway'],
    columns: [...PAYMENT_COLUMNS, 'max'],
  },
  saturation: { suite: 'saturation', options: { seconds: 8 }, columns: SATURATION_COLUMNS },
  growth: {
    suite: 'growth',
    options: { seconds: 6, rounds: 3 },
    columns: SATURATION_COLUMNS,
  },
  persistence: { suite: 'persistence', options: { seconds: 6 }, columns: SATURATION_COLUMNS },
  idle: {
    suite: 'idle',
    options: { connections: [5_000, 19_500], seconds: 5, rounds: 2 },
    targets: ['echo', 'thin', 'socketio', 'gateway'],
    columns: [
      'empty MiB',
      'as it is MiB',
      'after GC MiB',
      'KiB each as it is',
      'KiB each after GC',
      'heap KiB each',
      'Redis KiB each',
      'gateway cores',
      'redis cores',
    ],
  },
  ping: { suite: 'ping', options: { seconds: 4, warmup: 2 }, columns: REQUEST_COLUMNS },
  connect: { suite: 'connect', options: { seconds: 4, warmup: 2 }, columns: REQUEST_COLUMNS },
  list: {
    suite: 'list',
    options: { terminals: [10, 100, 1_000, 10_000], seconds: 4, warmup: 2, rounds: 3 },
    columns: REQUEST_COLUMNS,
  },
  stops: {
    suite: 'stops',
    options: { terminals: [1_000, 10_000], seconds: 5, warmup: 2, rounds: 3, undisturbed: true },
    columns: [
      'answered',
      'p50',
      'p99',
      'loop at rest ms',
      'loop stop ms',
      'own part ms',
      'Redis stop ms',
      'Redis 99.9 % ms',
    ],
  },
  store: {
    suite: 'store',
    options: { rate: 200, seconds: 15, rounds: 3 },
    columns: [
      'record KiB',
      'memory KiB',
      'file KiB',
      'commands',
      'KiB in',
      'KiB out',
      'commands/s at rest',
      'KiB/s in at rest',
      'KiB/s out at rest',
      'redis cores at rest',
    ],
  },
  validation: { suite: 'validation', options: { seconds: 4, warmup: 2 }, columns: ['µs', 'µs p99'] },
};
