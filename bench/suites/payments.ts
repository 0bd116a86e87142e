import { pairs } from '../fleet.js';
import { startMeter } from '../cpu.js';
import type { PaymentResult, PaymentRun } from '../generator/payment-load.js';
import type { Persistence } from '../redis.js';
import type { FleetSize, Measures, Options, Round, Suite } from '../types.js';

const PAIRS_PER_GROUP = 10;

const SHARED = {
  targets: ['thin', 'durable', 'socketio', 'gateway'],
  cases: () => ['two instances'],
  fleet: ({ pairs: count }: Options): FleetSize => ({
    groups: Math.ceil(count / PAIRS_PER_GROUP),
    tills: PAIRS_PER_GROUP,
    terminals: PAIRS_PER_GROUP,
  }),
};

const COSTS = {
  'gateway CPU ms': 3,
  'redis CPU ms': 3,
  // The figure that counts: gateway and Redis together. As a number it equals ms per payment.
  'CPU s per 1,000': 3,
  'generator CPU ms': 3,
  'other cores': 2,
};
const PROBLEMS = { errors: 0, lost: 0, wrong: 0, twice: 0 };

/** Latency of payments that come at a given rate, whatever became of the ones before. */
export const paymentsSuite: Suite = {
  ...SHARED,
  name: 'payments',
  summary: 'payments at a fixed rate: latency, CPU each (--rate, --seconds, --pairs)',
  columns: { sent: 0, p50: 2, p99: 2, max: 1, 'sent late p99': 2, ...COSTS, ...PROBLEMS },
  ratios: ['CPU s per 1,000', 'p50', 'p99'],
  measure: (round) => measurePayments(round, { rate: round.options.rate }),
};

/** As many payments as go through, each pair with one under way. */
export const saturationSuite: Suite = {
  ...SHARED,
  name: 'saturation',
  summary: 'payments as fast as they go, one under way per pair (--pairs, --seconds)',
  columns: { 'per second': 0, p50: 1, p99: 1, ...COSTS, ...PROBLEMS },
  ratios: ['per second', 'CPU s per 1,000', 'p50', 'p99'],
  measure: (round) => measurePayments(round, {}),
};

/** How the same load grows with the number of instances, as far as the machine has cores for them. */
export const growthSuite: Suite = {
  ...saturationSuite,
  name: 'growth',
  summary: 'saturation with 1, 2 and 3 instances, ratios to one (--pairs, --seconds)',
  base: 'case',
  cases: () => [1, 2, 3].map((count) => `${count} instance${count === 1 ? '' : 's'}`),
  instances: (name) => Number.parseInt(name, 10),
};

const NO_PERSISTENCE = 'no persistence';
const PERSISTENCE: Record<string, Persistence> = {
  [NO_PERSISTENCE]: 'none',
  'appendfsync everysec': 'everysec',
  'appendfsync always': 'always',
};

/** What it costs that Redis writes to disk. */
export const persistenceSuite: Suite = {
  ...saturationSuite,
  name: 'persistence',
  summary: `saturation with a Redis that appends to a file, ratios to ${NO_PERSISTENCE}`,
  targets: ['thin', 'gateway'],
  base: 'case',
  cases: () => Object.keys(PERSISTENCE),
  persistence: (name) => PERSISTENCE[name]!,
};

export async function measurePayments(round: Round, kind: Pick<PaymentRun, 'rate'>): Promise<Measures> {
  const { generator, options } = round;
  await generator.call('openPairs', { pairs: pairs(round) });
  await generator.call('pay', { ...kind, seconds: options.warmup });
  const meter = startMeter(round);
  const result = await generator.call<PaymentResult>('pay', { ...kind, seconds: options.seconds });
  const costs = meter(result.completed);
  if (result.firstProblem !== '') console.warn(`first problem: ${result.firstProblem}`);
  const { perSecond, lateP99, firstProblem: _problem, latencies: _latencies, ...rest } = result;
  const cost = { ...costs, 'CPU s per 1,000': costs['CPU ms']! };
  return { ...rest, 'per second': perSecond, 'sent late p99': lateP99, ...cost };
}
