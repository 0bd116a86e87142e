import { setTimeout as sleep } from 'node:timers/promises';
import { startMeter } from '../cpu.js';
import { pairs } from '../fleet.js';
import type { PaymentResult } from '../generator/payment-load.js';
import type { RedisTotals } from '../redis.js';
import type { Measures, Round, Suite } from '../types.js';

/** So many that hardly a partition is without one. */
const GROUPS = 400;
const RECORDS = 'tg:{p*}:tx:*';
const KIB = 1024;

/** What payments leave and cause in Redis, and what the instances cause by themselves. Counts, which other work hardly changes. */
export const storeSuite: Suite = {
  name: 'store',
  summary: 'memory, commands and bytes in Redis per payment, and per instance at rest (--rate, --seconds)',
  targets: ['gateway'],
  columns: {
    'record KiB': 2,
    'memory KiB': 2,
    'file KiB': 2,
    commands: 1,
    'KiB in': 2,
    'KiB out': 2,
    'commands/s at rest': 0,
    'KiB/s in at rest': 1,
    'KiB/s out at rest': 1,
    'redis cores at rest': 4,
    errors: 0,
    lost: 0,
  },
  ratios: [],
  cases: () => ['two instances'],
  fleet: () => ({ groups: GROUPS, tills: 1, terminals: 1 }),
  async measure(round) {
    const { generator, redis, running, options } = round;
    await generator.call('openPairs', { pairs: pairs(round) });
    await generator.call('pay', { rate: options.rate, seconds: options.warmup });
    const rest = await atRest(round);
    const before = await redis.totals();
    const result = await generator.call<PaymentResult>('pay', {
      rate: options.rate,
      seconds: options.seconds,
    });
    const after = await redis.totals();
    const { completed, errors, lost } = result;
    const seconds = (after.at - before.at) / 1000;
    // What the instances cause by themselves is not the payments'.
    const each = (of: keyof RedisTotals) => (after[of] - before[of] - rest[of] * seconds) / completed;
    const perInstance = (of: keyof RedisTotals) => rest[of] / running.processes.length;
    return {
      'record KiB': (await redis.meanSize(RECORDS)) / KIB,
      'memory KiB': each('memory') / KIB,
      'file KiB': each('file') / KIB,
      commands: each('commands'),
      'KiB in': each('bytesIn') / KIB,
      'KiB out': each('bytesOut') / KIB,
      'commands/s at rest': perInstance('commands'),
      'KiB/s in at rest': perInstance('bytesIn') / KIB,
      'KiB/s out at rest': perInstance('bytesOut') / KIB,
      'redis cores at rest': rest.cores / running.processes.length,
      errors,
      lost,
    };
  },
};

type Rates = RedisTotals & { cores: number };

/** Everything per second. Memory and file are left at 0: what they do at rest is not growth. */
async function atRest(round: Round): Promise<Rates> {
  const meter = startMeter(round);
  const before = await round.redis.totals();
  await sleep(round.options.seconds * 1000);
  const after = await round.redis.totals();
  const cost: Measures = meter(1);
  const per = (of: keyof RedisTotals) => (after[of] - before[of]) / ((after.at - before.at) / 1000);
  return {
    at: 0,
    memory: 0,
    file: 0,
    commands: per('commands'),
    bytesIn: per('bytesIn'),
    bytesOut: per('bytesOut'),
    cores: cost['redis cores']!,
  };
}
