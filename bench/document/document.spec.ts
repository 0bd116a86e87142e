import { describe, expect, it } from 'vitest';
import { table, type Result } from '../report.js';
import { goalsTable } from './goals.js';
import { fillMarkers } from './markers.js';
import { PLOTS } from './plots.js';

const row = (round: number, target: string, perSecond: number, cpu: number) => ({
  round,
  case: 'two instances',
  target,
  measures: { 'per second': perSecond, 'CPU s per 1,000': cpu, lost: 0 },
});

/** Three rounds; the ratios of the rounds are 0.5, 0.75 and 1, that of the medians is 1. */
const RESULT: Result = {
  suite: 'saturation',
  command: 'npm run bench -- --suite saturation',
  machine: {},
  options: {} as Result['options'],
  columns: { 'per second': 0, 'CPU s per 1,000': 3, lost: 0 },
  ratios: ['per second'],
  base: 'target',
  labels: { thin: 'thin relay (no guarantees)', gateway: 'Terminal Gateway' },
  rows: [
    row(1, 'thin', 2_000, 0.1),
    row(2, 'thin', 800, 0.2),
    row(3, 'thin', 1_000, 0.1),
    row(1, 'gateway', 1_000, 0.13),
    row(2, 'gateway', 600, 0.26),
    row(3, 'gateway', 1_000, 0.14),
  ],
};

describe('a table of results', () => {
  it('takes ratios within a round, and shows the columns that are asked for', () => {
    const [head, , thin, gateway] = table(RESULT, ['per second']).split('\n');
    expect(head).toBe('|  | per second | per second ÷ thin | n |');
    expect(thin).toBe('| thin relay (no guarantees) | 1,000 [800–2,000] | 1.00 | 3 |');
    expect(gateway).toBe('| Terminal Gateway | 1,000 [600–1,000] | 0.75 [0.50–1.00] | 3 |');
  });
});

describe('the goals', () => {
  it('are judged by the median of the ratios of the rounds', () => {
    const lines = goalsTable(new Map([['saturation', RESULT]]))!.split('\n');
    expect(lines).toContain('| CPU of a payment ÷ thin relay | ≤ 1.35 | **1.30** [1.30–1.40] | reached |');
    expect(lines).toContain('| payments/s ÷ thin relay | ≥ 0.8 | **0.75** [0.50–1.00] | missed |');
  });

  it('are left out where nothing was measured', () => {
    expect(goalsTable(new Map())).toBeUndefined();
  });
});

describe('markers', () => {
  const text = 'a\n<!-- bench:one -->\nold\n<!-- /bench -->\nb\n<!-- bench:two -->\n\n<!-- /bench -->\nc';

  it('get what there is for them, and keep what they have otherwise', () => {
    const filled = fillMarkers(text, new Map([['two', 'new']]));
    expect(filled).toBe(
      'a\n<!-- bench:one -->\nold\n<!-- /bench -->\nb\n<!-- bench:two -->\n\nnew\n\n<!-- /bench -->\nc',
    );
    expect(fillMarkers(filled, new Map([['two', 'new']]))).toBe(filled);
  });

  it('are missed when something has none', () => {
    expect(() => fillMarkers(text, new Map([['three', 'x']]))).toThrow('no marker for three');
  });
});

describe('plots', () => {
  it('stay within their frame', () => {
    const svg = PLOTS.find(({ name }) => name === 'ratios')!.draw(RESULT);
    const width = Number(/viewBox="0 0 (\d+)/.exec(svg)![1]);
    const xs = [...svg.matchAll(/ x[12]?="(-?[\d.]+)"/g)].map(([, x]) => Number(x));
    expect(xs.length).toBeGreaterThan(10);
    expect(Math.max(...xs)).toBeLessThanOrEqual(width);
    expect(Math.min(...xs)).toBeGreaterThanOrEqual(0);
    expect(svg).toContain('>1.30<');
  });
});
