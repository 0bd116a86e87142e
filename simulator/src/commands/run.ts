import { randomInt } from 'node:crypto';
import type { Command } from 'commander';
import { readScript } from '../devices/script.js';
import { makeKeys } from '../gateway/keys.js';
import { openTarget } from '../gateway/target.js';
import { readMix, USUAL_MIX, type Mix } from '../load/mix.js';
import { runDocument, runText } from '../load/report.js';
import { run } from '../load/run.js';
import { Screen } from '../load/screen.js';
import {
  positiveNumber,
  share,
  targetOptions,
  wholeNumber,
  withTarget,
  type TargetFlags,
} from './options.js';
import { stopSignal } from './stop-signal.js';

interface Flags extends TargetFlags {
  terminals?: number;
  tills?: number;
  rate: number;
  seconds: number;
  seed?: string;
  mix: Mix;
  script?: string;
  slowMs: number;
  doubles: number;
  json?: boolean;
}

const GROUP = 'sim-shop';
const USUAL_TERMINALS = 20;
const USUAL_TILLS = 5;
/** Limits are for clients that mean harm; here they would be in the way. */
const NO_LIMITS = { env: { RATE_LIMIT_FRAMES_PER_SECOND: '0' } };

export function addRun(program: Command): void {
  const command = program
    .command('run')
    .description('pay at a rate, then compare the ledgers of all; ends with 1 if a promise was broken')
    .option('--terminals <n>', `how many; all keys, ${USUAL_TERMINALS} with --embedded`, wholeNumber)
    .option('--tills <n>', `how many; all keys, ${USUAL_TILLS} with --embedded`, wholeNumber)
    .option('--rate <n>', 'payments per second, as far as terminals are free', positiveNumber, 10)
    .option('--seconds <n>', 'how long payments are begun', positiveNumber, 30)
    .option('--seed <text>', 'what is drawn by chance; a random one is made up and shown')
    .option(
      '--mix <weights>',
      'what happens how often, by the names of behaviours',
      readMix,
      readMix(USUAL_MIX),
    )
    .option('--script <file>', 'rules for single terminals and amounts, before the amount decides')
    .option('--slow-ms <ms>', 'how long a customer takes who takes long', wholeNumber, 3_000)
    .option('--doubles <share>', 'how many requests are sent twice, from 0 to 1', share, 0.05)
    .option('--json', 'print one JSON document and nothing else');
  withTarget(command).action(async (flags: Flags) => {
    process.exitCode = (await play(flags)) ? 0 : 1;
  });
}

/** @returns whether every promise was kept */
async function play(flags: Flags): Promise<boolean> {
  const { seed = String(randomInt(1_000_000)), json, script, ...options } = flags;
  const rules = script === undefined ? [] : readScript(script);
  const { terminals = USUAL_TERMINALS, tills = USUAL_TILLS } = flags;
  const target = await openTarget(
    targetOptions(flags),
    () => makeKeys(GROUP, { tills, terminals }),
    NO_LIMITS,
  );
  const stop = stopSignal();
  try {
    const screen = new Screen(process.stdout, `${target.urls.join(', ')}, seed ${seed}`);
    const show = json ? () => {} : screen.show.bind(screen);
    const outcome = await run(target, { ...options, seed, rules, show, signal: stop.signal });
    if (!json) screen.clear();
    console.log(json ? JSON.stringify(runDocument(outcome, seed), undefined, 2) : runText(outcome, seed));
    return outcome.violations.length === 0;
  } finally {
    stop.release();
    await target.close();
  }
}
