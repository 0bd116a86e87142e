import type { Violation } from './checker.js';
import type { Entry, Histories } from './history.js';
import type { Outcome } from './run.js';

const MOST_SHOWN = 10;

/** What a run was like, for people. */
export function report(outcome: Outcome): string {
  const { seed, begun, loadMs, settleMs, violations, histories, faults, folder } = outcome;
  const lines = [
    `seed ${seed}`,
    `payments      ${begun} begun in ${seconds(loadMs)} s (${Math.round(begun / (loadMs / 1_000))}/s), settled ${seconds(settleMs)} s after the last fault`,
    `records       ${tally([...histories.records.values()].map(({ status }) => status))}`,
    `terminals     ${notes(histories.terminals)}`,
    `tills         ${notes(histories.tills)}`,
    `refusals      ${tally(all(histories.tills).flatMap(({ what, code }) => (what === 'refused' ? [code!] : [])))}`,
    `connections   ${outcome.reconnects} made again; closed with ${pairs(outcome.closings)}`,
    `faults        ${pairs(faults.counts)}`,
    ...faults.log.map((line) => `  ${line}`),
    `violations    ${violations.length}`,
    ...violations.slice(0, MOST_SHOWN).flatMap((violation) => story(violation, histories)),
  ];
  if (violations.length > MOST_SHOWN) {
    lines.push(`… and ${violations.length - MOST_SHOWN} more: ${tally(violations.map(({ rule }) => rule))}`);
  }
  if (violations.length > 0) lines.push(`logs and journals: ${folder}`);
  return lines.join('\n');
}

/** A violation with everything that was written down about its transaction. */
function story({ rule, tx, detail }: Violation, { terminals, tills, records }: Histories): string[] {
  if (tx === '') return [`✗ ${rule}: ${detail}`];
  const entries = [...terminals, ...tills].flatMap(([name, journal]) =>
    journal.filter((entry) => entry.tx === tx).map((entry) => ({ name, entry })),
  );
  entries.sort((a, b) => a.entry.n - b.entry.n);
  return [
    `✗ ${rule}: ${detail}`,
    `    record ${JSON.stringify(records.get(tx))}`,
    ...entries.map(({ name, entry }) => `    ${line(name, entry)}`),
  ];
}

function line(name: string, { n, at, what, tx: _tx, ...rest }: Entry): string {
  const details = Object.entries(rest).map(([key, value]) => `${key}=${String(value)}`);
  return `#${n} ${new Date(at).toISOString().slice(11, 23)} ${name} ${what} ${details.join(' ')}`.trimEnd();
}

function notes(journals: Histories['tills']): string {
  return tally(all(journals).map(({ what }) => what));
}

function all(journals: Histories['tills']): Entry[] {
  return [...journals.values()].flat();
}

function tally(names: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return pairs(counts);
}

function pairs(counts: ReadonlyMap<string | number, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ') || 'none';
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
