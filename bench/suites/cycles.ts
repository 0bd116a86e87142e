import { setTimeout as sleep } from 'node:timers/promises';
import type { Inside } from '../../scripts/inside.mjs';
import { residentKib } from '../cpu.js';
import { onInstance } from '../fleet.js';
import type { CycleResult } from '../generator/cycles.js';
import type { Measures, Round, Suite } from '../types.js';

const LANES = 20;
const CYCLES = 20_000;
/** What a process keeps for good after its first connections: compiled code, pools, caches with an end. */
const WARM_UP = 4_000;
/** Longer than the longest timer that a connection leaves behind. */
const SETTLE_MS = 12_000;

/** What is left of many connections that came and went: nothing, if all is well. */
export const cyclesSuite: Suite = {
  name: 'cycles',
  summary: 'heap, maps, listeners and timers after 20,000 connects and closes of every kind',
  targets: ['gateway'],
  probed: true,
  columns: {
    cycles: 0,
    errors: 0,
    'heap MiB before': 2,
    'heap MiB after': 2,
    'heap ratio': 3,
    'RSS ratio': 3,
    'entries before': 0,
    'entries after': 0,
    'listeners before': 0,
    'listeners after': 0,
    'resources before': 0,
    'resources after': 0,
  },
  ratios: [],
  cases: () => ['every kind of close'],
  fleet: () => ({ groups: 2, tills: LANES / 4, terminals: LANES / 4 }),
  async measure(round) {
    await run(round, WARM_UP);
    const before = await look(round);
    const { completed, errors, firstProblem } = await run(round, CYCLES);
    if (firstProblem !== '') console.warn(`first problem: ${firstProblem}`);
    const after = await look(round);
    return {
      cycles: completed,
      errors,
      'heap ratio': after.heapUsed / before.heapUsed,
      'RSS ratio': after.rss / before.rss,
      'heap MiB before': before.heapUsed / 2 ** 20,
      'heap MiB after': after.heapUsed / 2 ** 20,
      ...pair('entries', before, after),
      ...pair('listeners', before, after),
      ...pair('resources', before, after),
    };
  },
};

function run(round: Round, count: number): Promise<CycleResult> {
  const clients = onInstance(round, 0).slice(0, LANES);
  return round.generator.call<CycleResult>('cycles', { clients, count });
}

async function look({ running }: Round): Promise<Inside & { rss: number }> {
  await sleep(SETTLE_MS);
  const { pid, probe } = running.processes[0]!;
  return { ...(await probe.call<Inside>('inside')), rss: residentKib(pid) };
}

function pair(name: 'entries' | 'listeners' | 'resources', before: Inside, after: Inside): Measures {
  return { [`${name} before`]: before[name], [`${name} after`]: after[name] };
}
