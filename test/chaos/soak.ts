/** `npm run soak`: half an hour of everything that happens on a usual day, and a verdict. See docs/performance.md. */
import { join } from 'node:path';
import { Command } from 'commander';
import { aboveZero, count } from '../../scripts/numbers.mjs';
import { Random } from '../../simulator/src/devices/random.js';
import { PROJECT_FOLDER } from '../support/programs.js';
import type { Fault, FaultKind } from './faults.js';
import { LEAST_TILLS } from './fleet.js';
import { report } from './report.js';
import { discard, run } from './run.js';
import { judge } from './soak-verdict.js';
import { SoakWatch } from './soak-watch.js';
import { INSTANCES } from './world.js';

interface CommandLine {
  minutes: number;
  every: number;
  rate: number;
  terminals: number;
  tills: number;
  seed: number;
}

const ADMIN_KEY = 'key-of-the-operator';
/** The one that is restarted; the others live from the first payment to the last. */
const RESTARTED = INSTANCES - 1;

/** How often each kind of trouble comes, s. */
const EVERY_S: Partial<Record<FaultKind, number>> = {
  'cut clients': 4,
  'clients stop reading': 15,
  'terminals away': 20,
  'kill instance': 180,
};
const LASTS_MS: Partial<Record<FaultKind, number>> = {
  'clients stop reading': 1_000,
  'terminals away': 5_000,
  'kill instance': 2_000,
};

const command = new Command('soak')
  .description(
    'Payments, cancels, drops, webhooks, the console and restarts for a long time. Ends with 1 if anything is lost or grows.',
  )
  .option('--minutes <n>', 'how long', aboveZero, 30)
  .option('--every <seconds>', 'how often everything is looked at', aboveZero, 60)
  .option('--rate <n>', 'payments per second', aboveZero, 40)
  .option('--terminals <n>', 'how many', count(), 50)
  .option('--tills <n>', 'how many, a fifth of them over HTTP', count(LEAST_TILLS), 25)
  .option('--seed <n>', 'what is drawn by chance', count(0), Math.floor(Math.random() * 1e6));

const options = command.parse().opts<CommandLine>();
const seconds = options.minutes * 60;
const say = (line: string) => console.log(line);
let watch: SoakWatch | undefined;

const outcome = await run({
  ...options,
  seconds,
  payments: Infinity,
  abandons: 0.3,
  dist: join(PROJECT_FOLDER, 'dist'),
  settleMs: 120_000,
  faults: usualTrouble(),
  say,
  world: {
    moreKeys: [{ id: 'operator', key: ADMIN_KEY, secret: 'unused', deviceType: 'admin' }],
    preload: new URL('./probe.js', import.meta.url).href,
  },
  watch: (scene) => {
    watch = new SoakWatch(scene, { everyMs: options.every * 1_000, adminKey: ADMIN_KEY, say });
    return () => watch!.stop();
  },
});
const lasting = Array.from({ length: INSTANCES }, (_, i) => `gateway-${i + 1}`).filter(
  (_, i) => i !== RESTARTED,
);
const { lines, isSound } = judge(watch!.samples, outcome.violations, lasting);
// One line per fault would be hundreds.
say(`\n${report({ ...outcome, faults: { ...outcome.faults, log: [] } })}`);
say(
  `console       ${(watch!.consoleBytes / 2 ** 20).toFixed(1)} MiB of its live stream read\n\n${lines.join('\n')}`,
);
if (isSound) discard(outcome);
process.exitCode = isSound ? 0 : 1;
// Timers of clients that were stopped may still be pending.
process.exit();

/** No drawn faults but a steady stream of small ones, and a restart now and then, also in a short run. */
function usualTrouble(): Fault[] {
  const random = new Random(options.seed, 'trouble');
  return (Object.entries(EVERY_S) as [FaultKind, number][])
    .flatMap(([kind, every]) => {
      const pause = Math.min(every, seconds / 2) * 1_000;
      return Array.from({ length: Math.ceil((seconds * 1_000) / pause) - 1 }, (_, i) => ({
        at: Math.round((i + 1) * pause),
        kind,
        instance: RESTARTED,
        ms: LASTS_MS[kind] ?? 0,
        salt: random.int(0, 2 ** 31),
      }));
    })
    .sort((a, b) => a.at - b.at);
}
