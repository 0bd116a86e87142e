import { spawnSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { programInReadme, readReadme, Workshop } from './readme.js';
import { Types } from './types.js';

describe('the README', { timeout: 30_000 }, () => {
  it('names every option and event', () => {
    const types = new Types('client/src/index.ts');
    const names = [
      'PosOptions',
      'TerminalOptions',
      'PosEvents',
      'TerminalEvents',
      'PaymentContext',
      'TerminalsOptions',
      'WaitOptions',
    ].flatMap((name) => [...types.members(types.named(name)).keys()]);
    const readme = readReadme();
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))).toEqual([]);
  });

  it.each(['pos.mjs', 'terminal.mjs'])('has a %s that can be read', (name) => {
    const workshop = new Workshop();
    onTestFinished(() => workshop.remove());
    const path = workshop.write(name, programInReadme(name));
    const { status, stderr } = spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
