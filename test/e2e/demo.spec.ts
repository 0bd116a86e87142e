import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { findOnPath } from '../../scripts/programs.mjs';
import { eventually } from '../support/eventually.js';
import { processesWith } from '../support/processes.js';
import { Program } from '../support/programs.js';

const REDIS = findOnPath('redis-server');

/** Where everything of a demo lies; what is left of it afterwards was forgotten. */
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tg-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

function startDemo(args: string[], PATH: string): Program {
  const demo = new Program([process.execPath, 'demo/main.mjs', ...args], { PATH, TMPDIR: folder });
  onTestFinished(() => demo.stop('SIGKILL').then(() => {}));
  return demo;
}

async function expectNothingLeft(demo: Program): Promise<void> {
  const address = /ws:(\/\/127\.0\.0\.1:\d+)/.exec(demo.log)![1]!;
  await expect(fetch(`http:${address}/health/live`)).rejects.toThrow();
  await eventually(() => expect(processesWith(folder)).toEqual([]));
  expect(await readdir(folder)).toEqual([]);
}

describe('npm run demo -- --once', () => {
  it.skipIf(REDIS === undefined)('pays on a redis-server where there is one, and cleans up', async () => {
    const demo = startDemo(['--once'], dirname(REDIS!));
    expect(await demo.exitCode, demo.log).toBe(0);
    expect(demo.log).toMatch(/store +embedded redis-server/);
    expectPayments(demo.log);
    await expectNothingLeft(demo);
  });

  it('pays on a machine that has nothing but Node, says so, and cleans up', async () => {
    const demo = startDemo(['--once'], join(folder, 'empty'));
    expect(await demo.exitCode, demo.log).toBe(0);
    expect(demo.log).toMatch(/store +in memory .*not for real payments/);
    expectPayments(demo.log);
    await expectNothingLeft(demo);
  });
});

describe('npm run demo', () => {
  it('prints links to the console that sign in', async () => {
    const demo = startDemo([], join(folder, 'empty'));
    await eventually(() => expect(demo.log).toContain('paymentComplete'), { timeoutMs: 20_000 });
    const [, playground] = /playground +(http:\S+)/.exec(demo.log)!;
    const { origin, pathname, hash } = new URL(playground!);
    expect(pathname).toBe('/console/playground');
    expect(demo.log).toContain(`${origin}/console${hash}`);
    const page = await fetch(playground!);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('/console/assets/');

    const key = new URLSearchParams(hash.slice(1)).get('key');
    expect(demo.log).toMatch(new RegExp(`admin key +${key}`));
    const signIn = await fetch(`${origin}/console/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key }),
    });
    expect(await signIn.json()).toMatchObject({ adminId: 'admin' });
    demo.signal('SIGINT');
    expect(await demo.exitCode, demo.log).toBe(0);
  });

  it('goes on until Ctrl-C, and then ends with nothing left behind', async () => {
    const demo = startDemo([], join(folder, 'empty'));
    await eventually(() => expect(demo.log).toContain('paymentComplete'), { timeoutMs: 20_000 });
    demo.signal('SIGINT');
    expect(await demo.exitCode, demo.log).toBe(0);
    expect(demo.log).toMatch(/Join in/);
    expect(demo.log.trimEnd()).toMatch(/Summary[^]*What to try next[^]*npm test[^\n]*$/);
    await expectNothingLeft(demo);
  });

  it('is what package.json says it is', async () => {
    expect(existsSync('demo/main.mjs')).toBe(true);
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
    expect(manifest.scripts.demo).toMatch(/build.*&& node demo\/main\.mjs$/);
  });
});

function expectPayments(log: string): void {
  expect(log).toMatch(/till +→ gateway +payment +\d+\.\d\d EUR at COUNTER/);
  expect(log).toMatch(/gateway +→ BAR +payment/);
  expect(log).toMatch(/error +TERMINAL_OFFLINE, safe to repeat/);
  expect(log).toMatch(/payments +3, of which 2 approved and 1 declined/);
  expect(log).toMatch(/repeated +0 /);
}
