import pc from 'picocolors';
import { MARKS } from './layers.js';
import type { Verdict } from './runner.js';
import { lineText } from './transcript.js';

const NAME_WIDTH = 34;
/** The end of a long transcript tells most. */
const MOST_LINES = 60;

const SIGNS = { passed: pc.green('✓'), failed: pc.red('✗'), skipped: pc.yellow('-') };

/** One line for one scenario. */
export function verdictLine({ scenario, outcome, ms, reason }: Verdict): string {
  const { name, subject, layer } = scenario;
  const title = `${subject}/${name}`.padEnd(NAME_WIDTH + 10);
  const note = outcome === 'skipped' ? `skipped: ${reason}` : `${String(ms).padStart(6)} ms`;
  return `${SIGNS[outcome]} ${pc.dim(`[${MARKS[layer]}]`)} ${title} ${pc.dim(note)}`;
}

/** Everything that is known about a failure, for people. */
export function failureText({ scenario, failure }: Verdict): string {
  const { expected, came, details, transcript } = failure!;
  const hidden = Math.max(0, transcript.length - MOST_LINES);
  return [
    `${pc.red('✗')} ${pc.bold(`${scenario.subject}/${scenario.name}`)}: ${scenario.about}`,
    `    expected  ${expected}`,
    `    came      ${came}`,
    ...details.map((detail) => `    ${detail}`),
    `    frames${hidden ? ` (${hidden} earlier ones left out)` : ''}`,
    ...transcript.slice(hidden).map((line) => `      ${lineText(line)}`),
  ].join('\n');
}

export function count(verdicts: readonly Verdict[], outcome: Verdict['outcome']): number {
  return verdicts.filter((verdict) => verdict.outcome === outcome).length;
}

export function summaryLine(verdicts: readonly Verdict[], ms: number): string {
  const skipped = count(verdicts, 'skipped');
  const words = [`${count(verdicts, 'passed')} passed`, `${count(verdicts, 'failed')} failed`];
  if (skipped > 0) words.push(`${skipped} skipped`);
  return `${words.join(', ')} in ${(ms / 1_000).toFixed(1)} s`;
}

/** The whole run as one JSON document. */
export function conformanceDocument(verdicts: readonly Verdict[], ms: number): object {
  return {
    passed: count(verdicts, 'passed'),
    failed: count(verdicts, 'failed'),
    skipped: count(verdicts, 'skipped'),
    ms,
    scenarios: verdicts.map(({ scenario, outcome, ms: took, reason, failure }) => ({
      ...{ name: scenario.name, subject: scenario.subject, layer: scenario.layer, about: scenario.about },
      ...{ outcome, ms: took },
      ...(reason && { reason }),
      ...(failure && { failure }),
    })),
  };
}
