import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { processMs, residentKib } from '../cpu.js';
import { callers, type CallerPlan } from '../fleet.js';
import type { AnswerResult, OpenRun, WaitPlan } from '../generator/wait-load.js';
import { ServerProcess } from '../server-process.js';
import type { Measures, Round, Suite } from '../types.js';

/** Keys, each with a transaction of its own, when waits share transactions. */
const SHARED_KEYS = 10;
/** Keys, each with a share of the transactions, when every wait has its own. */
const OWN_KEYS = 50;
const ABORTED_ROUNDS = 3;
/** Longer than the interval at which waits look for what no hint told. */
const SETTLE_MS = 6_000;
/** Time for the instance to learn that the other side has gone. */
const CLOSE_MS = 2_000;
const CASES = {
  idle: 'idle',
  shared: `${SHARED_KEYS} transactions`,
  own: 'each its own',
  bareIdle: 'bare node:http, idle',
  bareOpen: 'bare node:http, open response',
};
const IDLE: string[] = [CASES.idle, CASES.bareIdle];
const BARE: string[] = [CASES.bareIdle, CASES.bareOpen];
const BARE_SERVER = fileURLToPath(new URL('../targets/bare-http-server.js', import.meta.url));

/** Memory (KiB) and open handles of the instance with the connections under test. */
interface State {
  rss: number;
  heap: number;
  sockets: number;
  timers: number;
}

/** What is measured: a process, and how the other side gets ready for it. */
interface Subject {
  server: ServerProcess;
  prepare(): Promise<unknown>;
  /** False: the connections stay idle. */
  waiting: boolean;
  /** Whether there is anybody to end the waits. */
  answers: boolean;
}

/**
 * Long polls for payments that nobody answers, against connections that made the same first call and then nothing. They are
 * on one instance, the terminals and whoever pays on the other. The same on a bare server of Node's shows what of it is
 * HTTP.
 */
export const waitsSuite: Suite = {
  name: 'waits',
  summary: 'open long polls on one instance against idle HTTP connections: RSS, CPU, leaks (--connections)',
  targets: ['gateway'],
  base: 'case',
  probed: true,
  environment: { RATE_LIMIT_REQUESTS_PER_MINUTE: '0' },
  columns: {
    'empty MiB': 0,
    'open MiB': 0,
    'KiB each': 1,
    'heap KiB each': 1,
    'instance CPU s before': 2,
    'instance CPU s': 2,
    'Redis CPU s before': 2,
    'Redis CPU s': 2,
    'answered p50 ms': 0,
    'all answered ms': 0,
    ...Object.fromEntries(numbered(ABORTED_ROUNDS).map((n) => [`aborted ${n} MiB`, 0])),
    'closed MiB': 0,
    'closed heap MiB': 1,
    'sockets left': 0,
    'timers left': 0,
    wrong: 0,
  },
  ratios: ['KiB each', 'heap KiB each'],
  cases: () => Object.values(CASES),
  fleet: ({ connections: [connections = 0] }, name) =>
    name === CASES.own
      ? { groups: OWN_KEYS, tills: 1, terminals: Math.ceil(connections / OWN_KEYS) }
      : { groups: SHARED_KEYS, tills: 1, terminals: 1 },
  measure: (round, name) =>
    BARE.includes(name) ? measureBare(round, name) : measureWaits(round, gatewayOf(round, name)),
};

function gatewayOf(round: Round, name: string): Subject {
  const { generator, running } = round;
  const waiting = !IDLE.includes(name);
  const prepare = () => generator.call('openWaits', { plans: plansOf(round) });
  return { server: running.processes[0]!, prepare, waiting, answers: waiting };
}

/** Beside the instances, which have nothing to do. */
async function measureBare(round: Round, name: string): Promise<Measures> {
  const { dir, generator } = round;
  const server = await ServerProcess.start({ file: BARE_SERVER, name: 'bare', env: {}, dir, probed: true });
  try {
    const [caller] = callers(round, 0);
    const waiter: CallerPlan = { ...caller!, port: server.port };
    const prepare = () => generator.call('openBareWaits', { waiter });
    return await measureWaits(round, { server, prepare, waiting: !IDLE.includes(name), answers: false });
  } finally {
    await server.stop();
  }
}

async function measureWaits(round: Round, subject: Subject): Promise<Measures> {
  const { generator, options } = round;
  const { server, waiting } = subject;
  await subject.prepare();
  const run: OpenRun = { connections: options.connections[0]!, waiting };
  const empty = await stateOf(server);
  const before = await cpuOver(round, server);
  await generator.call('wait', run);
  await sleep(SETTLE_MS);
  const during = await cpuOver(round, server);
  const open = await stateOf(server);
  const aborted = await abortRounds(round, server, run);
  const answers = subject.answers ? await answered(round, run) : {};
  const closed = await abort(round, server);
  return {
    'empty MiB': empty.rss / 1024,
    'open MiB': open.rss / 1024,
    'KiB each': (open.rss - empty.rss) / run.connections,
    'heap KiB each': (open.heap - empty.heap) / run.connections,
    'instance CPU s before': before.instance,
    'instance CPU s': during.instance,
    'Redis CPU s before': before.redis,
    'Redis CPU s': during.redis,
    ...Object.fromEntries(aborted.map(({ rss }, i) => [`aborted ${i + 1} MiB`, rss / 1024])),
    ...answers,
    'closed MiB': closed.rss / 1024,
    'closed heap MiB': (closed.heap - empty.heap) / 1024,
    'sockets left': closed.sockets - empty.sockets,
    'timers left': closed.timers - empty.timers,
  };
}

/** One per terminal: the till of its group pays on the second instance and waits on the first. */
function plansOf(round: Round): WaitPlan[] {
  const { keys, running } = round;
  const [near, far] = [callers(round, 0), callers(round, 1)];
  const tills = keys.filter(({ deviceType }) => deviceType === 'desktop');
  const terminals = keys.filter(({ deviceType }) => deviceType === 'terminal');
  return terminals.map(({ key, groupId, deviceId }) => {
    const till = tills.findIndex((other) => other.groupId === groupId);
    return {
      terminal: { url: running.urls[1]!, key, deviceId: deviceId! },
      payer: far[till]!,
      waiter: near[till]!,
    };
  });
}

/** The connections that are open go away, then as many come and go again. */
async function abortRounds(round: Round, server: ServerProcess, run: OpenRun): Promise<State[]> {
  const states = [await abort(round, server)];
  while (states.length < ABORTED_ROUNDS) {
    await round.generator.call('wait', run);
    states.push(await abort(round, server));
  }
  return states;
}

async function abort({ generator }: Round, server: ServerProcess): Promise<State> {
  await generator.call('abortWaits');
  await sleep(CLOSE_MS);
  return stateOf(server);
}

async function answered(round: Round, run: OpenRun): Promise<Measures> {
  await round.generator.call('wait', run);
  await sleep(SETTLE_MS);
  const { p50, max, wrong, firstProblem } = await round.generator.call<AnswerResult>('answerWaits');
  if (firstProblem !== '') console.warn(`first problem: ${firstProblem}`);
  return { 'answered p50 ms': p50, 'all answered ms': max, wrong };
}

/** After a forced GC. */
async function stateOf({ pid, probe }: ServerProcess): Promise<State> {
  const { heapUsed } = await probe.call<NodeJS.MemoryUsage>('gc');
  const { TCPSocketWrap = 0, Timeout = 0 } = await probe.call<Record<string, number>>('resources');
  return { rss: residentKib(pid), heap: heapUsed / 1024, sockets: TCPSocketWrap, timers: Timeout };
}

/** CPU seconds over `--seconds` in which nothing comes from outside. */
async function cpuOver(
  { redis, options }: Round,
  server: ServerProcess,
): Promise<{ instance: number; redis: number }> {
  const sample = () => [server.pid, redis.pid].map((pid) => processMs(pid) / 1000);
  const [instance, store] = sample();
  await sleep(options.seconds * 1000);
  const [instanceAfter, storeAfter] = sample();
  return { instance: instanceAfter! - instance!, redis: storeAfter! - store! };
}

function numbered(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
