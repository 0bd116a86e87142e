/** `npm run bench`: drives the gateway and its rivals with the same load and prints what came of it. See docs/performance.md. */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { aboveZero, count } from '../scripts/numbers.mjs';
import { end } from './children.js';
import { makeKeys, writeKeysFile } from './fleet.js';
import { startGenerator } from './generator-process.js';
import { RedisServer } from './redis.js';
import { SECTIONS } from './document/sections.js';
import { DOCUMENTED, fileFor, machine, RESULTS, save, table, type Result, type Row } from './report.js';
import { SUITES } from './suites/index.js';
import { TARGETS } from './targets/index.js';
import type { Measures, Options, Suite, Target } from './types.js';

const ALL = 'all';
const numbers = (text: string) => text.split(',').map(count());

const command = new Command('bench')
  .description(
    [
      ...SUITES,
      { name: ALL, summary: 'everything that docs/performance.md shows; then npm run bench:report' },
    ]
      .map(({ name, summary }) => `${name.padEnd(11)} ${summary}`)
      .join('\n'),
  )
  .option('--suite <name>', 'what to measure', 'payments')
  .option('--sections <names>', 'of --suite all, by the markers of the document')
  .option('--only <text>', 'only the cases with this in their name', '')
  .option('--targets <names>', 'which systems, the first as the base of ratios')
  .option('--rounds <n>', 'rounds; each measures every target, in rotated order', count(), 5)
  .option('--seconds <n>', 'length of a measurement', aboveZero, 10)
  .option('--warmup <n>', 'seconds of load before it', count(0), 4)
  .option('--rate <n>', 'payments per second', aboveZero, 200)
  .option('--pairs <n>', 'pairs of till and terminal', count(), 200)
  .option('--instances <n>', 'processes per system', count(), 2)
  .option('--connections <n,…>', 'idle connections, or open waits (the first)', numbers, [5_000])
  .option('--terminals <n,…>', 'sizes of a group', numbers, [10, 100, 1_000])
  .option('--flood <n>', 'calls, frames or connects per second of a flood', aboveZero, 500)
  .option('--undisturbed', 'stops: Redis and the instance asked run before all else (chrt, root)', false)
  .option('--node <options>', 'NODE_OPTIONS of the gateway, such as --max-semi-space-size=32', '');

type CommandLine = Options & { suite: string; only: string; sections?: string; targets?: string };

async function main(): Promise<void> {
  const line = command.parse().opts<CommandLine>();
  mkdirSync(RESULTS, { recursive: true });
  console.log(JSON.stringify(machine()));
  if (line.suite === ALL) return measureAll(line);
  const suite = findSuite(line.suite);
  const result = await measureSuite(suite, line, line.targets?.split(','), line.only);
  console.log(`\n${table(result)}\n\n${save(result, fileFor(suite.name))}`);
}

/** Everything that the document shows, in its own lengths. A section that fails does not take the others with it. */
async function measureAll(line: CommandLine): Promise<void> {
  const chosen = Object.entries(SECTIONS).filter(
    ([name]) => line.sections?.split(',').includes(name) ?? true,
  );
  for (const [name, section] of chosen) {
    try {
      const options = { ...line, ...section.options, ...typed() };
      const result = await measureSuite(findSuite(section.suite), options, section.targets);
      console.log(
        `\n${table(result, section.columns)}\n\n${save(result, join(DOCUMENTED, `${name}.json`))}\n`,
      );
    } catch (error) {
      process.exitCode = 1;
      console.error(`${name}:`, error);
    }
  }
}

function defaults(): Partial<Options> {
  return Object.fromEntries(command.options.map((option) => [option.attributeName(), option.defaultValue]));
}

/** Options that stand on the command line: they go before those of a section. */
function typed(): Partial<Options> {
  const names = command.options.map((option) => option.attributeName());
  const given = names.filter((name) => command.getOptionValueSource(name) === 'cli');
  return Object.fromEntries(given.map((name) => [name, command.getOptionValue(name) as never]));
}

/** Each round measures every case with every target, in rotated order. */
async function measureSuite(
  suite: Suite,
  options: Options,
  names: readonly string[] = suite.targets,
  only = '',
): Promise<Result> {
  const targets = names.map(findTarget);
  const cases = suite.cases(options).filter((name) => name.includes(only));
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
  const { columns, ratios, base = 'target' } = suite;
  const labels = Object.fromEntries(targets.map(({ name, label }) => [name, label]));
  const command = commandFor(suite, options, names);
  return { suite: suite.name, command, machine: machine(), options, columns, ratios, base, labels, rows };
}

/** How the same is measured again. */
function commandFor(suite: Suite, options: Options, names: readonly string[]): string {
  const usual = defaults();
  const changed = Object.entries(options).filter(
    ([name, value]) =>
      name in usual &&
      !NOT_OF_A_SUITE.includes(name) &&
      String(value) !== String(usual[name as keyof Options]),
  );
  const targets = names === suite.targets ? [] : [`--targets ${names.join(',')}`];
  const shown = changed.map(([name, value]) => (value === true ? `--${name}` : `--${name} ${String(value)}`));
  return ['npm run bench --', `--suite ${suite.name}`, ...shown, ...targets].join(' ');
}

const NOT_OF_A_SUITE = ['suite', 'sections', 'targets', 'only'];

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
    const setup = {
      redisUrl: redis.url,
      keysFile,
      dir,
      instances,
      probed,
      environment: { ...environment, NODE_OPTIONS: options.node },
    };
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

function findSuite(wanted: string): Suite {
  const suite = SUITES.find(({ name }) => name === wanted);
  if (!suite) {
    throw new Error(`--suite must be one of ${[...SUITES.map(({ name }) => name), ALL].join(', ')}`);
  }
  return suite;
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
