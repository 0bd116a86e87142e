import { pairs } from '../fleet.js';
import { startMeter } from '../cpu.js';
import type { PaymentResult, PaymentRun } from '../generator/payment-load.js';
import type { FleetSize, Measures, Options, Round, Suite } from '../types.js';

const PAIRS_PER_GROUP = 10;

const SHARED = {
  targets: ['thin', 'gateway'],
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
  'CPU ms': 3,
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
  ratios: ['CPU ms', 'p50', 'p99'],
  measure: (round) => measurePayments(round, { rate: round.options.rate }),
};

/** As many payments as go through, each pair with one under way. */
export const saturationSuite: Suite = {
  ...SHARED,
  name: 'saturation',
  summary: 'payments as fast as they go, one under way per pair (--pairs, --seconds)',
  columns: { 'per second': 0, p50: 1, p99: 1, ...COSTS, ...PROBLEMS },
  ratios: ['per second', 'CPU ms', 'p50', 'p99'],
  measure: (round) => measurePayments(round, {}),
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
  return { ...rest, 'per second': perSecond, 'sent late p99': lateP99, ...costs };
}
