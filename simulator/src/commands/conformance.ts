import { writeFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { junitText } from '../conformance/junit.js';
import { conformanceDocument, count, failureText, summaryLine, verdictLine } from '../conformance/report.js';
import { conform } from '../conformance/runner.js';
import { LATE_POLICIES } from '../gateway/target.js';
import { select } from '../scenarios/index.js';
import { CannotRun } from './cannot-run.js';
import { openGrounds } from './grounds.js';
import { wholeNumber, withTarget, type TargetFlags } from './options.js';

interface Flags extends TargetFlags {
  only?: string[];
  parallel: number;
  patienceMs: number;
  longest: number;
  json?: boolean;
  junit?: string;
}

export function addConformance(program: Command): void {
  const command = program
    .command('conformance')
    .description('play every scenario and tell which part of the contract is not kept; ends with 1 if any')
    .option('--only <name...>', 'scenarios, subjects, or one layer: published, chosen, extensions')
    .option('--parallel <n>', 'scenarios side by side', wholeNumber, 10)
    .option('--patience-ms <ms>', 'how long an answer may take that is due at once', wholeNumber, 8_000)
    .option('--longest <s>', 'leave out scenarios that must wait longer for the gateway', wholeNumber, 120)
    .option('--json', 'print one JSON document and nothing else')
    .option('--junit <file>', 'write the results as JUnit XML too')
    .addOption(
      new Option(
        '--late-policy <policy>',
        'LATE_RESULT_POLICY of the gateway at --url; void unless told',
      ).choices(LATE_POLICIES),
    );
  withTarget(command).action(async (flags: Flags) => {
    process.exitCode = (await run(flags)) ? 0 : 1;
  });
}

/** @returns whether no scenario failed */
async function run(flags: Flags): Promise<boolean> {
  const selection = select(flags.only ?? []);
  if ('unknown' in selection) {
    throw new CannotRun(`--only: there is no ${selection.unknown}; see "terminal-gateway-sim scenarios"`);
  }
  const grounds = await openGrounds(flags, selection.scenarios);
  const began = Date.now();
  try {
    const verdicts = await conform(grounds.targets, selection.scenarios, {
      parallel: Math.max(1, flags.parallel),
      patienceMs: flags.patienceMs,
      longestMs: flags.longest * 1_000,
      highest: selection.highest,
      ...(!flags.json && { say: (verdict) => console.log(verdictLine(verdict)) }),
    });
    const ms = Date.now() - began;
    if (flags.junit) writeFileSync(flags.junit, junitText(verdicts, ms));
    if (flags.json) {
      console.log(JSON.stringify(conformanceDocument(verdicts, ms), undefined, 2));
    } else {
      for (const verdict of verdicts) if (verdict.failure) console.log(`\n${failureText(verdict)}`);
      console.log(`\n${summaryLine(verdicts, ms)}`);
    }
    return count(verdicts, 'failed') === 0;
  } finally {
    await grounds.close();
  }
}
