import { fileURLToPath } from 'node:url';
import { end } from '../children.js';
import { startMeter } from '../cpu.js';
import { callers, onInstance, pairs } from '../fleet.js';
import { startGenerator } from '../generator-process.js';
import type { CallResult } from '../generator/call-load.js';
import type { FloodResult, FloodRun } from '../generator/flood.js';
import { Latencies } from '../generator/latencies.js';
import type { PaymentResult } from '../generator/payment-load.js';
import type { Remote } from '../remote.js';
import { ServerProcess } from '../server-process.js';
import type { Measures, Round, Suite } from '../types.js';

/** Keys in the calm group: so many that none comes near its limit, and a stall of the machine finds them still at hand. */
const CALM_KEYS = 50;
/** Terminals in a list that a calm key asks for. */
const LISTED = 10;
/** Calls or payments per second of all calm keys together. */
const CALM_PER_SECOND = 100;
const CALM = ['calls', 'payments'] as const;
const FLOODS = ['nothing', 'elsewhere', 'http', 'frames', 'connects'] as const;
/** Stretches with and without the flood change places so often that a slow minute of the machine hits both alike. */
const STRETCH_S = 2;
const ORDER = [false, true, true, false];

type FloodName = (typeof FLOODS)[number];
type Calm = (seconds: number) => Promise<Pick<PaymentResult, keyof CallResult>>;
type Flood = (seconds: number) => Promise<FloodResult | undefined>;

/** A stretch of calm load, and the flood beside it. */
interface Stretch {
  flooded: boolean;
  costs: Measures;
  calm: CallResult;
  flood: FloodResult | undefined;
}

/**
 * What keys within their limits notice of one above its limits, all on the first instance. The case `nothing` is the same
 * with a flood that does not come: it shows how much of a ratio is chance. In the case `elsewhere` the calls of the case `http` go to a bare
 * server that refuses them all: it shows what the flood and its generator take from the machine, whatever the gateway does.
 */
export const floodSuite: Suite = {
  name: 'flood',
  summary: 'latency of calm keys with and without a flooding one in turns (--flood, --seconds)',
  targets: ['gateway'],
  environment: {
    TRUSTED_PROXIES: '127.0.0.1',
    RATE_LIMIT_CONNECTS_PER_MINUTE: '600',
    RATE_LIMIT_FRAMES_PER_SECOND: '50',
    RATE_LIMIT_REQUESTS_PER_MINUTE: '1200',
  },
  columns: {
    p50: 2,
    'p50 flooded': 2,
    'p50 ratio': 2,
    p99: 2,
    'p99 flooded': 2,
    'p99 ratio': 2,
    'flood/s': 0,
    'refused %': 1,
    'gateway cores': 2,
    'gateway cores flooded': 2,
    'CPU ms per flood': 3,
    'generator cores': 2,
    'generator cores flooded': 2,
    'other cores': 2,
    errors: 0,
  },
  ratios: [],
  cases: () => CALM.flatMap((calm) => FLOODS.map((flood) => `${calm}, ${flood}`)),
  fleet: () => ({ groups: 2, tills: CALM_KEYS, terminals: CALM_KEYS }),
  async measure(round, name) {
    const [calmName, floodName] = name.split(', ');
    const calm = calmName === 'calls' ? await calmCalls(round) : await calmPayments(round);
    const flooder = startGenerator();
    const elsewhere = await startElsewhere(round, floodName as FloodName);
    try {
      const flood = floodOf(round, flooder, floodName as FloodName, elsewhere?.port);
      const { warmup, seconds } = round.options;
      // The flood is warmed up, too: what its limits still allow is spent before it counts.
      await Promise.all([calm(warmup), flood(warmup)]);
      const stretches: Stretch[] = [];
      for (let i = 0; i < (seconds / STRETCH_S) * 2; i++) {
        const flooded = ORDER[i % ORDER.length]!;
        const meter = startMeter(round, flooder);
        const work = [calm(STRETCH_S), flooded ? flood(STRETCH_S) : Promise.resolve(undefined)] as const;
        const [calmResult, floodResult] = await Promise.all(work);
        stretches.push({ flooded, calm: calmResult, flood: floodResult, costs: meter(1) });
      }
      return summary(stretches);
    } finally {
      await end(flooder.child, 'SIGKILL');
      await elsewhere?.stop();
    }
  },
};

function summary(stretches: Stretch[]): Measures {
  const flooded = stretches.filter((stretch) => stretch.flooded);
  const calm = stretches.filter((stretch) => !stretch.flooded);
  const problem = stretches.find((stretch) => stretch.calm.firstProblem !== '');
  if (problem) console.warn(`first problem: ${problem.calm.firstProblem}`);
  return {
    ...compared('p50', calm, flooded, (of) => latencies(of).p50),
    ...compared('p99', calm, flooded, (of) => latencies(of).p99),
    ...costOfFlood(calm, flooded),
    ...compared('gateway cores', calm, flooded, (of) => mean('gateway cores', of)),
    ...compared('generator cores', calm, flooded, (of) => mean('generator cores', of)),
    'other cores': mean('other cores', stretches),
    errors: sum(stretches.map(({ calm: { errors } }) => errors)),
  };
}

function compared(
  name: string,
  calm: Stretch[],
  flooded: Stretch[],
  value: (of: Stretch[]) => number,
): Measures {
  const [without, beside] = [value(calm), value(flooded)];
  return { [name]: without, [`${name} flooded`]: beside, [`${name} ratio`]: beside / without };
}

/** Of all stretches together. */
function latencies(stretches: Stretch[]): { p50: number; p99: number } {
  return new Latencies(stretches.flatMap(({ calm }) => calm.latencies)).summary();
}

/** The flood as it was, and what gateways and Redis spend more beside it. */
function costOfFlood(calm: Stretch[], flooded: Stretch[]): Measures {
  const floods = flooded.flatMap(({ flood }) => flood ?? []);
  if (floods.length === 0) return {};
  const sent = sum(floods.map((flood) => flood.sent)) / floods.length;
  const refused = sum(floods.map((flood) => flood.refused)) / floods.length;
  return {
    'flood/s': sent / STRETCH_S,
    'refused %': (refused / sent) * 100,
    'CPU ms per flood': (mean('CPU ms', flooded) - mean('CPU ms', calm)) / sent,
  };
}

/** Lists of terminals by signed calls of the first instance; the terminals are on the second. */
async function calmCalls(round: Round): Promise<Calm> {
  const { generator, keys } = round;
  const isTerminal = (_: unknown, i: number) => keys[i]!.deviceType === 'terminal';
  await generator.call('open', { clients: onInstance(round, 1).filter(isTerminal).slice(0, LISTED) });
  await generator.call('openCallers', { callers: callers(round, 0).slice(0, CALM_KEYS) });
  return (seconds) => generator.call<CallResult>('call', { rate: CALM_PER_SECOND, seconds });
}

/** Payments between the two instances, in both directions. */
async function calmPayments(round: Round): Promise<Calm> {
  const { generator } = round;
  await generator.call('openPairs', { pairs: pairs(round).slice(0, CALM_KEYS) });
  return (seconds) => generator.call<PaymentResult>('pay', { rate: CALM_PER_SECOND, seconds });
}

const REFUSING = fileURLToPath(new URL('../targets/refusing-server.js', import.meta.url));

async function startElsewhere({ dir }: Round, kind: FloodName): Promise<ServerProcess | undefined> {
  return kind === 'elsewhere'
    ? ServerProcess.start({ file: REFUSING, name: 'refusing', env: {}, dir, probed: false })
    : undefined;
}

/**
 * By a till of the second group, on the first instance.
 * @param elsewhere port of the server that gets the flood instead
 */
function floodOf(round: Round, flooder: Remote, kind: FloodName, elsewhere?: number): Flood {
  const till = callers(round, 0)[CALM_KEYS]!;
  const caller = elsewhere === undefined ? till : { ...till, port: elsewhere };
  const client = { url: round.running.urls[0]!, key: till.key };
  const run = { caller, client, rate: round.options.flood };
  return async (seconds) => {
    if (kind === 'nothing') return undefined;
    const flood: FloodRun = { ...run, kind: kind === 'elsewhere' ? 'http' : kind, seconds };
    return flooder.call<FloodResult>('flood', flood);
  };
}

function mean(name: string, stretches: Stretch[]): number {
  return sum(stretches.map(({ costs }) => costs[name]!)) / stretches.length;
}

function sum(numbers: number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
