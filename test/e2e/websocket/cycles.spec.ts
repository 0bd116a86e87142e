import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cycles } from '../../../bench/generator/cycles.js';
import type { Inside } from '../../../scripts/inside.mjs';
import { eventually } from '../../support/eventually.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';

const PROBE = pathToFileURL(resolve(import.meta.dirname, '../../../scripts/inside.mjs')).href;
const IDS = ['p0', 'p1', 'p2', 't0', 't1', 't2'];
const WARM_UP = 300;
const CYCLES = 600;
/** Of maps and listeners: clocks tick on meanwhile. A leak of one entry per cycle is many times as much. */
const SLACK = 30;

let cluster: Cluster;

beforeAll(async () => {
  const keys = IDS.map((id) => (id.startsWith('p') ? posKey(id) : terminalKey(id, id)));
  const env = { NODE_OPTIONS: `--import ${PROBE}`, LOOK_INSIDE_ON: 'SIGUSR2', GRACE_PERIOD_MS: '100' };
  cluster = await startCluster({ keys, env });
});
afterAll(() => cluster.close());

async function comeAndGo(count: number): Promise<void> {
  const clients = IDS.map((id) => ({ url: cluster.url(), key: cluster.key(id) }));
  expect(await cycles({ clients, count })).toEqual({ completed: count, errors: 0, firstProblem: '' });
}

function seen(): Inside[] {
  const lines = cluster.logs().match(/^inside .*$/gm) ?? [];
  return lines.map((line) => JSON.parse(line.slice('inside '.length)) as Inside);
}

async function lookInside(): Promise<Inside> {
  const { length } = seen();
  cluster.instances[0]!.kill('SIGUSR2');
  await eventually(() => seen().length > length, { what: 'a look inside', timeoutMs: 20_000 });
  return seen()[length]!;
}

it('leaves nothing behind, however connections come and go', async () => {
  await comeAndGo(WARM_UP);
  // What a connection leaves behind for a moment, such as the limit of its close, is over when this is.
  const settled = (than?: Inside) =>
    eventually(
      async () => {
        const inside = await lookInside();
        if (than) {
          expect(inside.entries).toBeLessThan(than.entries + SLACK);
          expect(inside.listeners).toBeLessThan(than.listeners + SLACK);
          expect(inside.resources).toBeLessThan(than.resources + SLACK);
        }
        return inside;
      },
      { timeoutMs: 25_000 },
    );
  const before = await settled();
  await comeAndGo(CYCLES);
  await settled(before);
});
