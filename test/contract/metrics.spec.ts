// What operators are given beside the metrics: the table of docs/metrics.md, alerts with their runbook, and a dashboard.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ensurePromtool } from '../../scripts/programs.mjs';
import { DEADLINE_SETS, Metrics } from '../../src/metrics/index.js';

const PROMETHEUS = 'deploy/prometheus';
/** Told alike by every instance: a sum over instances would be as wrong as there are instances. */
const TOLD_BY_ALL = [
  'gateway_open_payments',
  'gateway_mailboxes_waiting',
  'gateway_mailbox_messages',
  'gateway_mailbox_oldest_seconds',
  'gateway_sweep_lag_seconds',
  'gateway_webhook_queue_jobs',
];

interface Family {
  name: string;
  help: string;
  type: string;
  labels: Record<string, readonly string[]>;
}

interface Rule {
  alert: string;
  expr: string;
  labels: { severity: string };
  annotations: Record<string, string>;
}

interface Query {
  where: string;
  text: string;
}

const metrics = new Metrics();
metrics.watchProcess();
const families = new Map(
  Object.values(metrics as unknown as Record<string, Family>)
    .filter(({ name }) => name?.startsWith('gateway_'))
    .map((family) => [family.name, family]),
);
const known = new Set(metrics.registry.getMetricsAsArray().map(({ name }) => name));

const read = (path: string) => readFileSync(path, 'utf8');
const rules = parse(read(`${PROMETHEUS}/alerts.yml`)).groups.flatMap((group: any) => group.rules) as Rule[];
const tests = parse(read(`${PROMETHEUS}/alerts.test.yml`)).tests as any[];
const dashboard = JSON.parse(read('deploy/grafana/terminal-gateway.json'));
const panels = (dashboard.panels as any[]).filter(({ type }) => type !== 'row');
const runbook = read('docs/runbook.md');

const queries: Query[] = [
  ...rules.map(({ alert, expr }) => ({ where: alert, text: expr })),
  ...tests.flatMap(({ name, input_series }) =>
    input_series.map(({ series }: any) => ({ where: `test: ${name}`, text: series as string })),
  ),
  ...panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }: any) => ({ where: `panel: ${title}`, text: expr as string })),
  ),
];

/** A metric, and what is asked of its labels. */
const SELECTOR = /\b((?:gateway|process|nodejs)_[a-z0-9_]+)(?:\{([^}]*)\})?/g;
const MATCHER = /(\w+)\s*(?:=~|!=|!~|=)\s*"([^"]*)"/g;
/** Added by Prometheus, or chosen on the dashboard. */
const FOREIGN = ['job', 'instance', 'le'];

/** The name of the family of a series. */
function familyOf(name: string): string {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  return known.has(name) ? name : base;
}

const selectors = queries.flatMap(({ where, text }) =>
  [...text.matchAll(SELECTOR)].map(([, name, labels = '']) => ({ where, name: name!, labels })),
);

function promtool(...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(ensurePromtool(), args, { cwd: PROMETHEUS, encoding: 'utf8' });
  expect(status, `${stdout}${stderr}`).toBe(0);
}

describe('docs/metrics.md', () => {
  const rows = read('docs/metrics.md')
    .split('\n')
    .filter((line) => line.startsWith('| `gateway_'))
    .map((line) => line.replaceAll(/ {2,}/g, ' '));

  it('has every metric as it is, and no other', () => {
    const expected = [...families.values()].map(({ name, type, labels, help }) => {
      const told = Object.entries(labels).map(([label, values]) =>
        label === 'version' ? '`version`' : `\`${label}\`: ${values.join(', ')}`,
      );
      return `| \`${name}\` | ${type} | ${told.join('; ') || '–'} | ${help} |`;
    });
    expect(rows).toEqual(expected);
  });
});

/** It may have to be fetched first, and shares the machine with others. */
const PROMTOOL_LIMIT_MS = 120_000;

describe('the alert rules', { timeout: PROMTOOL_LIMIT_MS }, () => {
  it('are rules', () => promtool('check', 'rules', 'alerts.yml'));
  it('fire when they should, and not when all is well', () => promtool('test', 'rules', 'alerts.test.yml'));

  it('are tested, each', () => {
    const fired = tests.flatMap(({ promql_expr_test: asked = [] }) =>
      asked.flatMap(({ exp_samples }: any) => exp_samples.map(({ labels }: any) => labels as string)),
    );
    const silent = rules.filter(
      ({ alert }) => !fired.some((labels) => labels.includes(`"${alert}"`) && labels.includes('"firing"')),
    );
    expect(silent.map(({ alert }) => alert)).toEqual([]);
  });

  it('have a severity, a summary, and a runbook entry that has one of its own', () => {
    for (const { alert, labels, annotations } of rules) {
      expect(['critical', 'warning'], alert).toContain(labels.severity);
      expect(annotations.summary, alert).toMatch(/./);
      expect(annotations.description, alert).toMatch(/./);
      expect(annotations.runbook_url).toBe(`docs/runbook.md#${alert.toLowerCase()}`);
    }
  });

  it('are those of the runbook, each with its effect, where to look and what to do', () => {
    const entries = runbook.split(/^### /m).slice(1);
    expect(entries.map((entry) => entry.split('\n', 1)[0])).toEqual(rules.map(({ alert }) => alert));
    for (const entry of entries) {
      expect(entry.match(/^\*\*(At the till|Look|Do):\*\*/gm)).toHaveLength(3);
    }
  });

  it('link to entries that there are', () => {
    const linked = [...runbook.matchAll(/\]\(#([a-z]+)\)/g)].map(([, anchor]) => anchor);
    expect(linked.filter((anchor) => !rules.some(({ alert }) => alert.toLowerCase() === anchor))).toEqual([]);
  });
});

describe('what alerts, their tests and the dashboard ask for', () => {
  it('is something that they all name', () => {
    expect(selectors.length).toBeGreaterThan(100);
  });

  it('are metrics that there are', () => {
    expect(selectors.filter(({ name }) => !known.has(familyOf(name)))).toEqual([]);
  });

  it('are labels and values that they have', () => {
    const wrong = selectors.flatMap(({ where, name, labels }) =>
      [...labels.matchAll(MATCHER)].flatMap(([, label, values]) => {
        const possible = families.get(familyOf(name))?.labels ?? {};
        const isKnown =
          FOREIGN.includes(label!) || values!.split('|').every((value) => possible[label!]?.includes(value));
        return isKnown ? [] : [`${where}: ${name}{${label}="${values}"}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('does not add up what every instance tells of all', () => {
    const aggregate = (text: string) =>
      text.replaceAll(/\$\w+/g, '').match(/\b(max|min|sum|avg)\b[^a-z]*(by)?/);
    const summed = queries
      .filter(({ where }) => !where.startsWith('test: '))
      .filter(
        ({ text }) => TOLD_BY_ALL.some((name) => text.includes(name)) && aggregate(text)?.[1] !== 'max',
      );
    expect(summed).toEqual([]);
  });
});

describe('the dashboard', () => {
  it('tells of every metric of the gateway', () => {
    const shown = new Set(
      selectors.filter(({ where }) => where.startsWith('panel: ')).map(({ name }) => familyOf(name)),
    );
    expect([...families.keys()].filter((name) => !shown.has(name))).toEqual([]);
  });

  it('explains each panel, and asks the source that was chosen', () => {
    for (const { title, description, datasource, targets } of panels) {
      expect(description, title).toMatch(/\.$/);
      for (const source of [datasource, ...targets.map((target: any) => target.datasource)]) {
        expect(source.uid, title).toBe('${datasource}');
      }
    }
    const ids = (dashboard.panels as any[]).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has its panels side by side, not one over the other', () => {
    const taken = new Set<string>();
    for (const { title, gridPos } of dashboard.panels as any[]) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(x < 24 && !taken.has(`${x} ${y}`), title).toBe(true);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });
});

it('every set of deadlines has its sweep lag', () => {
  const watched = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => [...read(`src/${file}`).matchAll(/\bwatch\(\{ name: '([\w-]+)'/g)])
    .map(([, name]) => name)
    .filter((name) => name !== 'mail');
  expect(watched.sort()).toEqual([...DEADLINE_SETS].sort());
});
