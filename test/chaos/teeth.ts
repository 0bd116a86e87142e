import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT_FOLDER } from '../support/programs.js';
import type { Fault, FaultKind, Weights } from './faults.js';
import type { Persistence } from './redis-server.js';
import { discard, run, type Outcome } from './run.js';

/** One place of the compiled gateway, changed. */
interface Patch {
  file: string;
  search: string;
  replace: string;
}

/** A protection that can be taken out of a copy of the gateway, and the trouble in which it is missed. */
export interface Tooth {
  patches: readonly Patch[];
  persistence?: Persistence;
  seconds: number;
  rate?: number;
  /** One after the other, or drawn. */
  faults: readonly Fault[] | Weights;
  /** One of these rules must be broken. */
  expected: readonly string[];
}

const fault = (at: number, kind: FaultKind, instance: number, ms: number): Fault => ({
  ...{ at, kind, instance, ms },
  salt: at,
});

export const TEETH: Record<string, Tooth> = {
  'no probe': {
    patches: [
      {
        file: 'relay/hint-line.js',
        search: 'return this.probeAgeMs > DEAF_AFTER_MS;',
        replace: 'return false;',
      },
    ],
    seconds: 4,
    faults: [fault(1_000, 'deaf subscriber', 0, 0), fault(1_500, 'deaf subscriber', 1, 0)],
    expected: ['nothing is left over'],
  },
  'no fence': {
    patches: [
      {
        file: 'payments/scripts/accept.lua',
        search: "if desktopKey ~= '' then\n  local owner",
        replace: 'if false then\n  local owner',
      },
      {
        file: 'payments/scripts/claim.lua',
        search: "if owner[1] ~= epoch or owner[2] ~= 'online' then",
        replace: 'if false then',
      },
      {
        file: 'relay/scripts/receipt.lua',
        search: "if redis.call('HGET', endpoint, 'epoch') == epoch and not isAnother then",
        replace: 'if true then',
      },
    ],
    seconds: 21,
    // Slow enough for a stale request to meet a terminal that is free.
    rate: 30,
    // Requests that wait on their way to the store until their till has asked elsewhere and let them go.
    faults: [0, 1, 2].flatMap((instance): Fault[] => [
      { ...fault(1_000 + 7_000 * instance, 'late Redis', instance, 5_000), directions: ['up'] },
      fault(3_500 + 7_000 * instance, 'cut all tills', 0, 0),
    ]),
    expected: ['what was let go is not charged'],
  },
  'no claim': {
    patches: [
      {
        file: 'payments/dispatch.js',
        search: 'async claim(session, mail) {',
        replace: 'async claim(session, mail) { return mail.frame;',
      },
    ],
    seconds: 4,
    faults: [],
    expected: ['retrySafe is true', 'an approval ends completed or voided', 'at most one dispatch'],
  },
  'pub/sub only': {
    patches: [
      {
        file: 'relay/relay.js',
        search: 'async deliverAll(session) {',
        replace: 'async deliverAll(session) { return;',
      },
    ],
    seconds: 8,
    faults: { 'cut clients': 3, 'clients hang and die': 1, 'kill Redis client': 1 },
    expected: ['whoever asked has the outcome'],
  },
  'no receipts': {
    patches: [
      {
        file: 'relay/relay.js',
        search: 'this.onReceipt(session, mail, writtenAt);\n        });\n        if (written) {',
        replace: '});\n        if (written) {\n            this.onReceipt(session, mail, writtenAt);',
      },
    ],
    seconds: 8,
    faults: { 'clients hang and die': 1 },
    expected: ['whoever asked has the outcome'],
  },
  'no AOF': {
    patches: [],
    persistence: 'none',
    seconds: 8,
    faults: [fault(2_500, 'kill Redis', 0, 200), fault(6_000, 'kill Redis', 0, 200)],
    expected: ['a result is acknowledged', 'an approval ends completed or voided', 'at most one dispatch'],
  },
};

const DIST = join(PROJECT_FOLDER, 'dist');
const SIZE = { terminals: 20, tills: 10, abandons: 1 };

/** Runs the scenario of a tooth with its protection in place or taken out. */
export async function bite(name: string, seed: number, intact: boolean): Promise<Outcome> {
  const { patches, persistence, seconds, rate = 100, faults } = TEETH[name]!;
  const drawn = Array.isArray(faults) ? { faults: faults as Fault[] } : { weights: faults as Weights };
  const options = { seed, seconds, rate, payments: Infinity, settleMs: intact ? 30_000 : 8_000 };
  if (intact) return run({ ...SIZE, ...options, ...drawn, dist: DIST });
  const dist = withoutProtection(name, patches);
  try {
    return await run({ ...SIZE, ...options, ...drawn, dist, ...(persistence && { persistence }) });
  } finally {
    rmSync(dirname(dist), { recursive: true, force: true });
  }
}

/** The rules that were broken, and how often. */
export function broken({ violations }: Outcome): Map<string, number> {
  const rules = new Map<string, number>();
  for (const { rule } of violations) rules.set(rule, (rules.get(rule) ?? 0) + 1);
  return rules;
}

/**
 * Every scenario twice: the gateway as it is must keep all promises in it, and without the protection it must not.
 * @param only name of the only one wanted
 * @returns whether it was so
 */
export async function showTeeth(
  seed: number,
  only: string | undefined,
  say: (line: string) => void,
): Promise<boolean> {
  let sound = true;
  for (const [name, { expected }] of Object.entries(TEETH)) {
    if (only !== undefined && only !== name) continue;
    for (const intact of [true, false]) {
      const outcome = await bite(name, seed, intact);
      const rules = broken(outcome);
      const asExpected = intact ? rules.size === 0 : expected.some((rule) => rules.has(rule));
      sound &&= asExpected;
      const found = [...rules].map(([rule, count]) => `${rule} (${count})`).join(', ') || 'no violation';
      const build = intact ? `whole gateway, trouble of "${name}"` : name;
      say(`${asExpected ? '✓' : '✗'} ${build}: ${outcome.begun} payments, ${found}`);
      if (asExpected) discard(outcome);
      else say(`  logs and journals: ${outcome.folder}`);
    }
  }
  return sound;
}

/** A copy of the compiled gateway with the patches in it; inside the project, so that it finds its packages. */
function withoutProtection(name: string, patches: readonly Patch[]): string {
  const folder = join(PROJECT_FOLDER, 'dist-chaos', `without ${name.replace(/\W+/g, ' ')} ${process.pid}`);
  const copy = join(folder, 'dist');
  cpSync(DIST, copy, { recursive: true });
  cpSync(join(PROJECT_FOLDER, 'package.json'), join(folder, 'package.json'));
  for (const { file, search, replace } of patches) {
    const path = join(copy, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(search).length !== 2) throw new Error(`${file} has not once: ${search}`);
    writeFileSync(
      path,
      text.replace(search, () => replace),
    );
  }
  return copy;
}
