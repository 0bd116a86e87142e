import pc from 'picocolors';
import { storyOf, type Case } from './histories.js';
import { HOPS } from './latencies.js';
import type { Outcome, Progress } from './run.js';
import { ENDINGS } from './tally.js';

const MOST_SHOWN = 10;
const LABEL_WIDTH = 30;

/** The state of a run in a few lines; the same while it goes on and in the end. */
export function progressLines({
  devices,
  connected,
  reconnects,
  begun,
  heldBack,
  open,
  tally,
}: Omit<Progress, 'phase' | 'elapsedMs'>): string[] {
  const endings = ENDINGS.map((name) => `${name} ${tally.endings[name]}`).join('  ');
  const refusals = [...tally.refusals].map(([code, count]) => `${code} ${count}`).join('  ') || 'none';
  return [
    `tills       ${connected.tills} of ${devices.tills} connected`,
    `terminals   ${connected.terminals} of ${devices.terminals} connected, ${reconnects} reconnects in all`,
    `payments    begun ${begun}  open ${open}  held back ${heldBack}`,
    `endings     ${endings}`,
    `refusals    ${refusals}`,
    ...latencyLines(tally),
  ];
}

function latencyLines({ latencies }: Progress['tally']): string[] {
  const rows = latencies.get();
  const known = HOPS.filter((hop) => rows[hop].count > 0);
  const number = (value: number) => value.toFixed(1).padStart(9);
  return [
    pc.bold(
      `${'latency, ms'.padEnd(LABEL_WIDTH)}${['p50', 'p95', 'p99'].map((name) => name.padStart(9)).join('')}`,
    ),
    ...known.map((hop) => {
      const { p50, p95, p99 } = rows[hop];
      return `${hop.padEnd(LABEL_WIDTH)}${number(p50)}${number(p95)}${number(p99)}`;
    }),
  ];
}

/** What a run was like, for people. */
export function runText(outcome: Outcome, seed: string): string {
  const { loadMs, settleMs, begun, violations, cases, hasRecords } = outcome;
  const rate = (begun / (loadMs / 1_000)).toFixed(1);
  const lines = [
    pc.bold(
      `seed ${seed}: ${begun} payments in ${seconds(loadMs)} s (${rate}/s), settled after ${seconds(settleMs)} s`,
    ),
    ...progressLines(outcome),
    hasRecords
      ? `compared    ledgers of terminals, logs of tills and the gateway's ${cases.size} records`
      : 'compared    ledgers of terminals and logs of tills; the gateway tells no records',
    `violations  ${violations.length === 0 ? pc.green('none') : pc.red(String(violations.length))}`,
  ];
  for (const { rule, tx, detail } of violations.slice(0, MOST_SHOWN)) {
    lines.push('', `${pc.red('✗')} ${pc.bold(rule)}: ${detail}`, ...storyLines(cases.get(tx)!));
  }
  if (violations.length > MOST_SHOWN) lines.push('', `… and ${violations.length - MOST_SHOWN} more`);
  return lines.join('\n');
}

/** Everything that was written down about a payment. */
function storyLines(subject: Case): string[] {
  const { record } = subject;
  const shown = record ? `${record.status}, version ${record.version ?? '?'}` : 'none';
  return [
    `    ${subject.tx}, the gateway's record: ${shown}`,
    ...storyOf(subject).map(({ name, entry }) => {
      const { n: _, at, tx: __, what, ...rest } = entry;
      const details = Object.entries(rest).map(([member, value]) => `${member}=${value}`);
      return `    ${at.toFixed(1).padStart(10)} ms  ${name.padEnd(16)} ${what} ${details.join(' ')}`.trimEnd();
    }),
  ];
}

/** The whole run as one JSON document. */
export function runDocument(outcome: Outcome, seed: string): object {
  const { tally, cases, violations, connected: _, open: __, ...counts } = outcome;
  return {
    seed,
    ...counts,
    endings: tally.endings,
    refusals: Object.fromEntries(tally.refusals),
    latenciesMs: tally.latencies.get(),
    violations: violations.map((violation) => ({ ...violation, story: storyOf(cases.get(violation.tx)!) })),
  };
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
