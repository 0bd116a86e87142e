import { setTimeout as sleep } from 'node:timers/promises';
import { residentKib, startMeter } from '../cpu.js';
import { onInstance } from '../fleet.js';
import type { Measures, Round, Suite } from '../types.js';

const CLIENTS_PER_GROUP = 10;
/** Long enough for every idle client to be pinged and for a few sweeps. */
const SETTLE_MS = 12_000;

/**
 * Memory of connections that do nothing. "as it is" is what an operator sees some seconds after the last one came; "after
 * GC" leaves out garbage that V8 had no reason to collect yet.
 */
export const idleSuite: Suite = {
  name: 'idle',
  summary: 'RSS per idle connection on one instance, before and after a forced GC (--connections)',
  targets: ['thin', 'socketio', 'gateway'],
  probed: true,
  columns: {
    'empty MiB': 0,
    'as it is MiB': 0,
    'after GC MiB': 0,
    'KiB each as it is': 1,
    'KiB each after GC': 1,
    'heap KiB each': 1,
    'Redis KiB each': 2,
    'gateway cores': 3,
    'redis cores': 3,
  },
  ratios: ['KiB each after GC'],
  cases: ({ connections }) => connections.map((count) => `${count} connections`),
  fleet: (_options, name) => ({
    groups: Math.ceil(Number.parseInt(name, 10) / CLIENTS_PER_GROUP),
    tills: CLIENTS_PER_GROUP / 2,
    terminals: CLIENTS_PER_GROUP / 2,
  }),
  async measure(round, name) {
    const clients = onInstance(round, 0).slice(0, Number.parseInt(name, 10));
    const redisBefore = await round.redis.usedMemory();
    const empty = await afterGc(round);
    await round.generator.call('open', { clients });
    await sleep(SETTLE_MS);
    const asItIs = residentKib(round.running.processes[0]!.pid);
    const cores = await coresAtRest(round);
    const full = await afterGc(round);
    const count = clients.length;
    return {
      'empty MiB': empty.rss / 1024,
      'as it is MiB': asItIs / 1024,
      'after GC MiB': full.rss / 1024,
      'KiB each as it is': (asItIs - empty.rss) / count,
      'KiB each after GC': (full.rss - empty.rss) / count,
      'heap KiB each': (full.heap - empty.heap) / count,
      'Redis KiB each': ((await round.redis.usedMemory()) - redisBefore) / 1024 / count,
      ...cores,
    };
  },
};

async function afterGc({ running }: Round): Promise<{ rss: number; heap: number }> {
  const { pid, probe } = running.processes[0]!;
  const { heapUsed } = await probe.call<NodeJS.MemoryUsage>('gc');
  return { rss: residentKib(pid), heap: heapUsed / 1024 };
}

async function coresAtRest(round: Round): Promise<Measures> {
  const meter = startMeter(round);
  await sleep(round.options.seconds * 1000);
  return meter(1);
}
