import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Measures, Options, Suite } from './types.js';

/** Where results go; not in version control. Seen from the compiled file. */
export const RESULTS = resolve(import.meta.dirname, '../bench/results');
/** Results of `--suite all`, one per section of the document. */
export const DOCUMENTED = join(RESULTS, 'all');

export interface Row {
  round: number;
  case: string;
  target: string;
  measures: Measures;
}

/** What a suite gave, with all that is needed to show it. */
export interface Result extends Pick<Suite, 'columns' | 'ratios'> {
  suite: string;
  command: string;
  machine: Record<string, unknown>;
  options: Options;
  /** What ratios are taken to: the first target or the first case. */
  base: 'target' | 'case';
  /** Name of a target → what it is called; the first may be the base of ratios. */
  labels: Record<string, string>;
  rows: Row[];
}

/** The middle one of several rounds, and how far they lie apart. */
export interface Spread {
  median: number;
  least: number;
  most: number;
}

const UNITS: Record<string, string> = { p50: 'p50 ms', p99: 'p99 ms', max: 'max ms' };

/**
 * A table in Markdown: `median [least–most]` over the rounds; ratios are taken within a round. A case may lack a column.
 * @param only columns to show; all if absent
 */
export function table(result: Result, only?: readonly string[]): string {
  const { columns, rows, labels, base } = result;
  const targets = Object.keys(labels);
  const cases = [...new Set(rows.map((row) => row.case))];
  const shown = Object.entries(columns).filter(([name]) => only?.includes(name) ?? true);
  const ratios = base === 'case' || targets.length > 1 ? result.ratios : [];
  const divisor = base === 'case' ? cases[0]! : targets[0]!;
  const names = shown.map(([name]) => UNITS[name] ?? name);
  const head = ['', ...names, ...ratios.map((name) => `${name} ÷ ${divisor}`), 'n'];
  const lines = [head, head.map(() => '---')];
  for (const name of cases) {
    for (const target of targets) {
      const mine = pick(rows, name, target);
      const theirs = base === 'case' ? pick(rows, divisor, target) : pick(rows, name, divisor);
      const cells = shown.map(([column, digits]) => cell(valuesOf(mine, column), digits));
      const quotients = ratios.map((column) => cell(quotientsOf(mine, theirs, column), 2));
      const label = [targets.length > 1 && labels[target], cases.length > 1 && name].filter(Boolean);
      lines.push([label.join(', ') || labels[target]!, ...cells, ...quotients, String(mine.length)]);
    }
  }
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

export function pick(rows: readonly Row[], name: string, target: string): Row[] {
  return rows.filter((row) => row.case === name && row.target === target);
}

export function valuesOf(rows: readonly Row[], column: string): number[] {
  return rows.flatMap(({ measures }) => measures[column] ?? []);
}

/** Of the rounds that both took part in. */
export function quotientsOf(mine: readonly Row[], base: readonly Row[], column: string): number[] {
  return mine.flatMap(({ round, measures }) => {
    const partner = base.find((row) => row.round === round);
    return partner ? [measures[column]! / partner.measures[column]!] : [];
  });
}

/** @returns undefined for no values at all */
export function spread(values: readonly number[]): Spread | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const median = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2;
  return { median, least: sorted[0]!, most: sorted.at(-1)! };
}

function cell(values: readonly number[], digits: number): string {
  const found = spread(values);
  if (!found) return '–';
  const show = (value: number) => value.toLocaleString('en', digitsOf(digits));
  const [median, least, most] = [show(found.median), show(found.least), show(found.most)];
  return least === most ? median : `${median} [${least}–${most}]`;
}

function digitsOf(digits: number): Intl.NumberFormatOptions {
  return { minimumFractionDigits: digits, maximumFractionDigits: digits };
}

/** Keeps everything that was measured, for whoever doubts a median. */
export function save(result: Result, file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(result, null, 2));
  return file;
}

export function fileFor(suite: string): string {
  return join(RESULTS, `${suite}-${new Date().toISOString().replaceAll(':', '-')}.json`);
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
