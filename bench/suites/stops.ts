import { setTimeout as sleep } from 'node:timers/promises';
import { onInstance } from '../fleet.js';
import type { LoopStops } from '../probe.js';
import type { CommandTimes } from '../redis.js';
import type { RequestResult } from '../generator/request-loop.js';
import type { Measures, Round, Suite } from '../types.js';
import { runFirst } from '../undisturbed.js';
import { listSuite } from './requests.js';

const AT_REST_MS = 3_000;

/**
 * The longest time for which one request holds up everybody else: the event loop of the instance that is asked, or Redis. The
 * loop is looked at every millisecond; its own part is the longest of these times in which the process itself had a core. Redis
 * counts the time of each command by itself, without what goes over the wire, and with the time in which others had its core: what
 * nearly all commands take tells which of the longest ones are its own doing. With `--undisturbed` nobody has their cores meanwhile.
 */
export const stopsSuite: Suite = {
  ...listSuite,
  name: 'stops',
  summary: 'longest stop of event loop and Redis by getTerminals, one at a time (--terminals, --seconds)',
  probed: true,
  columns: {
    answered: 0,
    p50: 2,
    p99: 2,
    'loop at rest ms': 1,
    'loop stop ms': 1,
    'own part ms': 1,
    'Redis stop ms': 2,
    'Redis 99.9 % ms': 2,
  },
  ratios: [],
  async measure(round, name) {
    const [till] = onInstance(round, 0);
    const terminals = round.keys.flatMap(({ deviceType }, i) => (deviceType === 'terminal' ? [i] : []));
    const others = onInstance(round, 1);
    await round.generator.call('open', { clients: terminals.map((i) => others[i]!) });
    const run = {
      clients: [till],
      frame: '{"action":"getTerminals"}',
      reply: 'terminalsResponse',
      contains: `"count":${Number.parseInt(name, 10)},`,
    };
    await round.generator.call('request', { ...run, seconds: round.options.warmup });
    if (round.options.undisturbed) {
      [round.redis.pid, round.running.processes[0]!.pid].forEach(runFirst);
    }
    const atRest = await longestStop(round, () => sleep(AT_REST_MS));
    await round.redis.startTiming();
    let result: RequestResult | undefined;
    const stop = await longestStop(round, async () => {
      result = await round.generator.call<RequestResult>('request', {
        ...run,
        seconds: round.options.seconds,
      });
    });
    const { completed, p50, p99, wrong, firstProblem } = result!;
    if (wrong > 0) throw new Error(`wrong answer: ${firstProblem}`);
    return measures({ completed, p50, p99 }, atRest, stop, await round.redis.commandTimes());
  },
};

function measures(
  { completed, p50, p99 }: Pick<RequestResult, 'completed' | 'p50' | 'p99'>,
  atRest: LoopStops,
  stop: LoopStops,
  redis: CommandTimes,
): Measures {
  return {
    answered: completed,
    p50,
    p99,
    'loop at rest ms': atRest.longest,
    'loop stop ms': stop.longest,
    'own part ms': stop.longestOwn,
    'Redis stop ms': redis.longest,
    'Redis 99.9 % ms': redis.nearlyAll,
  };
}

async function longestStop({ running }: Round, work: () => Promise<unknown>): Promise<LoopStops> {
  const { probe } = running.processes[0]!;
  await probe.call('watchLoop');
  await work();
  return probe.call<LoopStops>('longestStop');
}
