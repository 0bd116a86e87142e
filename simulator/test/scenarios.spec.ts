import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BEHAVIOURS } from '../src/devices/behaviours.js';
import { SCENARIOS } from '../src/scenarios/index.js';
import { PROJECT_FOLDER, sim } from './support/sim.js';

const README = readFileSync(join(PROJECT_FOLDER, 'simulator/README.md'), 'utf8');

describe('sim scenarios', () => {
  it('lists every scenario with one line', async () => {
    const { code, stdout } = await sim('scenarios');
    expect(code).toBe(0);
    for (const { name } of SCENARIOS) expect(stdout).toMatch(new RegExp(`^  ${name} .*\\] `, 'm'));
    expect(stdout).toContain(`${SCENARIOS.length} scenarios`);
    expect(stdout).toContain(SCENARIOS[0]!.about);
  });

  it('lists them as JSON', async () => {
    const { stdout } = await sim('scenarios', '--json');
    const list = JSON.parse(stdout);
    expect(list).toHaveLength(SCENARIOS.length);
    expect(list[0]).toEqual({
      ...{ name: 'approve', subject: 'payment', layer: 'published' },
      ...{ about: expect.any(String), needs: expect.objectContaining({ tills: 1, terminals: 1 }) },
    });
  });
});

describe('the README', () => {
  it('lists exactly the scenarios that there are', () => {
    const section = README.slice(README.indexOf('## Scenarios'));
    const listed = [...section.matchAll(/^\| `([\w-]+)` +\| ([PCX]) +\| (.*?) +\|$/gm)];
    const expected = SCENARIOS.map(({ name, layer, about }) => [
      name,
      { published: 'P', chosen: 'C', extensions: 'X' }[layer],
      about.replaceAll('|', '\\|'),
    ]);
    expect(listed.map(([, name, mark, about]) => [name, mark, about])).toEqual(expected);
    expect(README).toContain(`${SCENARIOS.length} scenarios`);
  });

  it('lists exactly the behaviours that there are', () => {
    const listed = [...README.matchAll(/^\| `\.(\d\d)` +\| `([\w-]+)` +\| (.*?) +\|$/gm)];
    const expected = Object.entries(BEHAVIOURS).map(([name, { cents, about }]) => [cents, name, about]);
    expect(listed.map(([, cents, name, about]) => [cents, name, about])).toEqual(expected);
  });
});
