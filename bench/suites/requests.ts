import { startMeter } from '../cpu.js';
import { onInstance, type ClientPlan } from '../fleet.js';
import type { ChurnResult } from '../generator/churn.js';
import type { RequestResult, RequestRun } from '../generator/request-loop.js';
import type { Measures, Round, Suite } from '../types.js';

const COSTS = {
  'gateway CPU ms': 3,
  'redis CPU ms': 3,
  'CPU ms': 3,
  'generator CPU ms': 3,
  'other cores': 2,
};
const PROBLEMS = { errors: 0, lost: 0, wrong: 0 };
const PINGING = 200;
const LISTING = 4;
const LANES = 50;

/** What a frame costs that needs nothing but an answer. */
export const pingSuite: Suite = {
  name: 'ping',
  summary: `ping → pong, ${PINGING} connections to one instance (--seconds)`,
  targets: ['echo', 'thin', 'socketio', 'gateway'],
  columns: { 'per second': 0, p50: 2, p99: 2, ...COSTS, ...PROBLEMS },
  ratios: ['per second', 'CPU ms'],
  cases: () => ['one instance'],
  fleet: () => ({ groups: PINGING / 10, tills: 5, terminals: 5 }),
  measure: (round) => loop(round, onInstance(round, 0), { frame: '{"action":"ping"}', reply: 'pong' }),
};

/** `getTerminals` by the size of the group. */
export const listSuite: Suite = {
  name: 'list',
  summary: `getTerminals, ${LISTING} tills asking one after the other (--terminals 10,100,1000)`,
  targets: ['thin', 'socketio', 'gateway'],
  columns: { 'per second': 0, p50: 2, p99: 2, ...COSTS, ...PROBLEMS },
  ratios: ['per second', 'CPU ms', 'p50'],
  cases: ({ terminals }) => terminals.map((count) => `${count} terminals`),
  fleet: (_options, name) => ({ groups: 1, tills: LISTING, terminals: Number.parseInt(name, 10) }),
  async measure(round, name) {
    const clients = onInstance(round, 0);
    await round.generator.call('open', { clients: onInstance(round, 1).slice(LISTING) });
    return loop(round, clients.slice(0, LISTING), {
      frame: '{"action":"getTerminals"}',
      reply: 'terminalsResponse',
      contains: `"count":${Number.parseInt(name, 10)},`,
    });
  },
};

/** Connect, be registered, close. */
export const connectSuite: Suite = {
  name: 'connect',
  summary: `connect, be registered, close; ${LANES} lanes on one instance (--seconds)`,
  targets: ['thin', 'socketio', 'gateway'],
  columns: { 'per second': 0, p50: 1, p99: 1, ...COSTS, errors: 0 },
  ratios: ['per second', 'CPU ms', 'p50'],
  cases: () => ['one instance'],
  fleet: () => ({ groups: LANES / 10, tills: 5, terminals: 5 }),
  async measure(round) {
    const clients = onInstance(round, 0);
    await round.generator.call('churn', { clients, seconds: round.options.warmup });
    const meter = startMeter(round);
    const result = await round.generator.call<ChurnResult>('churn', {
      clients,
      seconds: round.options.seconds,
    });
    return measures(result, meter(result.completed));
  },
};

async function loop(
  round: Round,
  clients: ClientPlan[],
  run: Omit<RequestRun, 'seconds'>,
): Promise<Measures> {
  const { generator, options } = round;
  await generator.call('request', { clients, ...run, seconds: options.warmup });
  const meter = startMeter(round);
  const result = await generator.call<RequestResult>('request', {
    clients,
    ...run,
    seconds: options.seconds,
  });
  return measures(result, meter(result.completed));
}

function measures(result: RequestResult | ChurnResult, costs: Measures): Measures {
  const { perSecond, firstProblem, ...rest } = result;
  if (firstProblem !== '') console.warn(`first problem: ${firstProblem}`);
  return { ...rest, 'per second': perSecond, ...costs };
}
