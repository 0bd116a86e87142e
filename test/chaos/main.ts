/** `npm run chaos`: payments under faults, and a verdict. See docs/guarantees.md. */
import { join } from 'node:path';
import { Command } from 'commander';
import { aboveZero, count } from '../../scripts/numbers.mjs';
import { PROJECT_FOLDER } from '../support/programs.js';
import { LEAST_TILLS } from './fleet.js';
import { report } from './report.js';
import { discard, run } from './run.js';
import { showTeeth } from './teeth.js';

interface CommandLine {
  seed: number;
  seconds: number;
  rate: number;
  payments: number;
  terminals: number;
  tills: number;
  keep: boolean;
  teeth: boolean | string;
}

const command = new Command('chaos')
  .description('Payments under faults. Ends with 1 if a promise was broken.')
  .option('--seed <n>', 'what is drawn by chance', count(0), Math.floor(Math.random() * 1e6))
  .option('--seconds <n>', 'length of the load', aboveZero, 60)
  .option('--rate <n>', 'payments per second, as far as the terminals can', aboveZero, 200)
  .option('--payments <n>', 'no more than so many', count(), Infinity)
  .option('--terminals <n>', 'how many', count(), 50)
  .option('--tills <n>', 'how many', count(LEAST_TILLS), 25)
  .option('--keep', 'keep logs and journals of a clean run too', false)
  .option(
    '--teeth [name]',
    'take each protection, or one, out of the gateway and see that it is missed',
    false,
  );

const options = command.parse().opts<CommandLine>();
const say = (line: string) => console.log(line);
process.exitCode = (
  options.teeth
    ? await showTeeth(options.seed, typeof options.teeth === 'string' ? options.teeth : undefined, say)
    : await judge()
)
  ? 0
  : 1;
// Timers of clients that were stopped may still be pending.
process.exit();

/** @returns whether every promise was kept */
async function judge(): Promise<boolean> {
  const outcome = await run({
    ...options,
    abandons: 0.3,
    dist: join(PROJECT_FOLDER, 'dist'),
    settleMs: 45_000,
    say,
  });
  say(report(outcome));
  const sound = outcome.violations.length === 0;
  if (sound && !options.keep) discard(outcome);
  return sound;
}
