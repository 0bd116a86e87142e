import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import type { Measures, Options, Suite } from './types.js';

/** Where results go; not in version control. Seen from the compiled file. */
export const RESULTS = resolve(import.meta.dirname, '../bench/results');

export interface Row {
  round: number;
  case: string;
  target: string;
  measures: Measures;
}

/** A table in Markdown: `median [least–most]` over the rounds; ratios are taken within a round. A case may lack a column. */
export function table(suite: Suite, rows: Row[], labels: ReadonlyMap<string, string>, base: string): string {
  const targets = [...labels.keys()];
  const columns = Object.entries(suite.columns);
  const [baseCase] = rows.map((row) => row.case);
  const byCase = suite.base === 'case';
  const ratios = byCase || targets.length > 1 ? suite.ratios : [];
  const divisor = byCase ? baseCase : base;
  const head = ['', ...columns.map(([name]) => name), ...ratios.map((name) => `${name} ÷ ${divisor}`), 'n'];
  const lines = [head, head.map(() => '---')];
  for (const name of new Set(rows.map((row) => row.case))) {
    for (const target of targets) {
      const mine = rows.filter((row) => row.case === name && row.target === target);
      const theirs = rows.filter((row) =>
        byCase ? row.case === baseCase && row.target === target : row.case === name && row.target === base,
      );
      const cells = columns.map(([column, digits]) =>
        cell(
          mine.flatMap(({ measures }) => measures[column] ?? []),
          digits,
        ),
      );
      const quotients = ratios.map((column) => cell(quotientsOf(mine, theirs, column), 2));
      lines.push([`${labels.get(target)}, ${name}`, ...cells, ...quotients, String(mine.length)]);
    }
  }
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function quotientsOf(mine: Row[], base: Row[], column: string): number[] {
  return mine.flatMap(({ round, measures }) => {
    const partner = base.find((row) => row.round === round);
    return partner ? [measures[column]! / partner.measures[column]!] : [];
  });
}

function cell(values: number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return '–';
  const middle = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  const show = (value: number) => value.toLocaleString('en', digitsOf(digits));
  const [least, most] = [show(sorted[0]!), show(sorted.at(-1)!)];
  return least === most ? show(middle) : `${show(middle)} [${least}–${most}]`;
}

function digitsOf(digits: number): Intl.NumberFormatOptions {
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}

/** Keeps everything that was measured, for whoever doubts a median. */
export function save(suite: Suite, options: Options, rows: Row[]): string {
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${suite.name}-${new Date().toISOString().replaceAll(':', '-')}.json`);
  writeFileSync(file, JSON.stringify({ suite: suite.name, machine: machine(), options, rows }, null, 2));
  return file;
}

export function machine(): Record<string, unknown> {
  const [cpu, ...others] = cpus();
  return {
    cpu: cpu?.model,
    cores: others.length + 1,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
  };
}
