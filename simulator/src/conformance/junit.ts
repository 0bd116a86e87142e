import { count } from './report.js';
import type { Verdict } from './runner.js';
import { lineText } from './transcript.js';

/** The run in the XML that CI servers read, one test case for each scenario. */
export function junitText(verdicts: readonly Verdict[], ms: number): string {
  const totals = `tests="${verdicts.length}" failures="${count(verdicts, 'failed')}" skipped="${count(verdicts, 'skipped')}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuite name="terminal-gateway conformance" ${totals} time="${seconds(ms)}">`,
    ...verdicts.map(testCase),
    '</testsuite>',
    '',
  ].join('\n');
}

function testCase({ scenario, ms, reason, failure }: Verdict): string {
  const open = `  <testcase classname="${scenario.subject}" name="${scenario.name}" time="${seconds(ms)}">`;
  if (failure) {
    const { expected, came, details, transcript } = failure;
    const message = escaped(`expected ${expected}, came ${came}`);
    const body = escaped([...details, ...transcript.map(lineText)].join('\n'));
    return `${open}<failure message="${message}">${body}</failure></testcase>`;
  }
  return `${open}${reason ? `<skipped message="${escaped(reason)}"/>` : ''}</testcase>`;
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(3);
}

function escaped(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  const visible = text.replace(/[&<>"]/g, (character) => entities[character]!);
  // XML knows no way to write most control characters.
  return visible.replace(/[^\t\n\P{Cc}]/gu, '?');
}
