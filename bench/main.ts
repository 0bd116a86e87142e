/** `npm run bench`: drives the gateway and its rivals with the same load and prints what came of it. See docs/performance.md. */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { end } from './children.js';
import { makeKeys, writeKeysFile } from './fleet.js';
import { startGenerator } from './generator-process.js';
import { RedisServer } from './redis.js';
import { machine, RESULTS, save, table, type Row } from './report.js';
import { SUITES } from './suites/index.js';
import { TARGETS } from './targets/index.js';
import type { Measures, Options, Suite, Target } from './types.js';

const numbers = (text: string) => text.split(',').map(Number);

const command = new Command('bench')
  .description(SUITES.map(({ name, summary }) => `${name.padEnd(11)} ${summary}`).join('\n'))
  .option('--suite <name>', 'what to measure', 'payments')
  .option('--only <text>', 'only the cases with this in their name', '')
  .option('--targets <names>', 'which systems, the first as the base of ratios')
  .option('--rounds <n>', 'rounds; each measures every target, in rotated order', Number, 5)
  .option('--seconds <n>', 'length of a measurement', Number, 10)
  .option('--warmup <n>', 'seconds of load before it', Number, 4)
  .option('--rate <n>', 'payments per second', Number, 200)
  .option('--pairs <n>', 'pairs of till and terminal', Number, 200)
  .option('--instances <n>', 'processes per system', Number, 2)
  .option('--connections <n,…>', 'idle connections, or open waits (the first)', numbers, [5_000])
  .option('--terminals <n,…>', 'sizes of a group', numbers, [10, 100, 1_000])
  .option('--flood <n>', 'calls, frames or connects per second of a flood', Number, 500);

type CommandLine = Options & { suite: string; only: string; targets?: string };

async function main(): Promise<void> {
  const options = command.parse().opts<CommandLine>();
  const suite = SUITES.find(({ name }) => name === options.suite);
  if (!suite) throw new Error(`--suite must be one of ${SUITES.map(({ name }) => name).join(', ')}`);
  const targets = (options.targets?.split(',') ?? suite.targets).map(findTarget);
  const cases = suite.cases(options).filter((name) => name.includes(options.only));
  mkdirSync(RESULTS, { recursive: true });
  console.log(JSON.stringify(machine()));
  const rows: Row[] = [];
  for (let round = 1; round <= options.rounds; round++) {
    for (const name of cases) {
      for (const target of rotated(targets, round)) {
        const measures = await measureOnce(suite, target, name, options);
        rows.push({ round, case: name, target: target.name, measures });
        console.log(`round ${round}, ${name}, ${target.name}: ${brief(suite, measures)}`);
      }
    }
  }
  const labels = new Map(targets.map(({ name, label }) => [name, label]));
  console.log(`\n${table(suite, rows, labels, targets[0]!.name)}\n\n${save(suite, options, rows)}`);
}

/** One target from its start to its stop, on a Redis of its own: nothing that idles beside it takes part. */
async function measureOnce(suite: Suite, target: Target, name: string, options: Options): Promise<Measures> {
  const dir = await mkdtemp(join(tmpdir(), 'terminal-gateway-bench-'));
  const redis = await RedisServer.start(suite.persistence?.(name));
  const keys = makeKeys(suite.fleet(options, name));
  const generator = startGenerator();
  try {
    const keysFile = writeKeysFile(dir, keys);
    const { probed = false, environment = {} } = suite;
    const instances = suite.instances?.(name) ?? options.instances;
    const setup = { redisUrl: redis.url, keysFile, dir, instances, probed, environment };
    const running = await target.start(setup);
    try {
      const work = suite.measure({ running, redis, generator, keys, dir, options }, name);
      return await Promise.race([work, ...running.processes.map(({ failed }) => failed)]);
    } finally {
      // It must not take part in what the stop does to its sockets.
      await end(generator.child, 'SIGKILL');
      await running.stop();
    }
  } finally {
    await redis.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

function findTarget(name: string): Target {
  const target = TARGETS.find((candidate) => candidate.name === name);
  if (!target) throw new Error(`--targets must be of ${TARGETS.map((known) => known.name).join(', ')}`);
  return target;
}

/** Who comes first pays for what the machine did before, so everybody comes first in turn. */
function rotated<T>(list: readonly T[], round: number): T[] {
  const shift = (round - 1) % list.length;
  return [...list.slice(shift), ...list.slice(0, shift)];
}

function brief(suite: Suite, measures: Measures): string {
  const shown = Object.entries(suite.columns).flatMap(([column, digits]) => {
    const value = measures[column];
    return value === undefined ? [] : `${column} ${value.toFixed(digits)}`;
  });
  return shown.join(', ');
}

await main();
