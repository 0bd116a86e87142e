import type { Command } from 'commander';
import pc from 'picocolors';
import { BEHAVIOURS } from '../devices/behaviours.js';
import { Journal, type Entry } from '../devices/journal.js';
import { Random } from '../devices/random.js';
import { readRule, readScript } from '../devices/script.js';
import { SimulatedTerminal } from '../devices/terminal.js';
import { makeKeys, type KeyRecord } from '../gateway/keys.js';
import { openTarget, type Target } from '../gateway/target.js';
import { CannotRun } from './cannot-run.js';
import { targetOptions, wholeNumber, withTarget, type TargetFlags } from './options.js';
import { stopSignal } from './stop-signal.js';

interface Flags extends TargetFlags {
  behaviour?: string[];
  script?: string;
  slowMs: number;
  terminals: number;
}

const NAME_WIDTH = 28;

export function addTerminals(program: Command): void {
  const command = program
    .command('terminals')
    .description('only simulated terminals, to develop a till against, until Ctrl-C')
    .option('--terminals <n>', 'how many with --embedded', wholeNumber, 3)
    .option('--behaviour <rule...>', 'slow for all, or TERM-001=slow for one; else the amount decides')
    .option('--script <file>', 'rules for single terminals and amounts')
    .option('--slow-ms <ms>', 'how long a customer takes who takes long', wholeNumber, 3_000);
  withTarget(command).action(attend);
}

async function attend(flags: Flags): Promise<void> {
  const { behaviour = [], script, slowMs } = flags;
  const rules = [...behaviour.map(readRule), ...(script === undefined ? [] : readScript(script))];
  const newKeys = () => makeKeys('sim-shop', { tills: 1, terminals: flags.terminals });
  const target = await openTarget(targetOptions(flags), newKeys);
  const stop = stopSignal();
  const keys = target.keys.filter(({ deviceType, deviceId }) => deviceType === 'terminal' && deviceId);
  try {
    if (keys.length === 0) throw new CannotRun('The keys have no terminal with a deviceId');
    introduce(target, keys);
    const terminals = keys.map((record) => {
      const { deviceId = '', id, key } = record;
      const journal = new Journal((entry) => console.log(entryLine(deviceId, entry)));
      const line = { name: id, urls: target.urls, key, random: new Random(id), journal };
      return new SimulatedTerminal(deviceId, line, { rules, times: target.times, slowMs });
    });
    await new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()));
    terminals.forEach((terminal) => terminal.stop());
  } finally {
    stop.release();
    await target.close();
  }
}

function introduce({ urls, isEmbedded, keys }: Target, terminals: readonly KeyRecord[]): void {
  console.log(pc.bold('Amounts that end in'));
  for (const [name, { cents, about }] of Object.entries(BEHAVIOURS)) {
    console.log(`  .${cents}  ${pc.cyan(name.padEnd(NAME_WIDTH))} ${about}`);
  }
  console.log(`\n${pc.bold('Gateway')}    ${urls.join(', ')}`);
  console.log(`${pc.bold('Terminals')}  ${terminals.map(({ deviceId }) => deviceId).join(', ')}`);
  const till = keys.find(({ deviceType }) => deviceType === 'desktop');
  if (isEmbedded && till) {
    console.log(`${pc.bold('Your till')}  x-api-key ${till.key}`);
    console.log(`           secret ${till.secret}, for HTTP`);
  }
  console.log(pc.dim('\nCtrl-C ends it\n'));
}

function entryLine(deviceId: string, { what, tx = '', status = '', code = '' }: Entry): string {
  const time = new Date().toISOString().slice(11, 23);
  return `${pc.dim(time)}  ${deviceId.padEnd(12)} ${pc.cyan(what.padEnd(13))} ${tx} ${status}${code}`.trimEnd();
}
