import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { runProgram } from '../../test/support/programs.js';
import { Workshop } from './readme.js';
import { useShop } from './shop.js';

const CLIENT = resolve(import.meta.dirname, '..');
const WS = resolve(CLIENT, '../node_modules/ws');
/** Kept between runs: a download is some 50 MB. */
const CACHE = join(tmpdir(), 'terminal-gateway-client-nodes');
const DOWNLOAD_LIMIT_MS = 120_000;

const shop = useShop();

/** Path of a Node.js of this major version; undefined if there is none for this machine or no registry to get it from. */
function nodeOf(major: number): string | undefined {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const name = `node-${platform()}-${arch()}`;
  const folder = join(CACHE, String(major));
  const path = join(folder, 'node_modules', name, 'bin/node');
  if (!existsSync(path)) {
    mkdirSync(folder, { recursive: true });
    const options = ['--no-save', '--no-package-lock', '--no-audit', '--no-fund', '--prefix', folder];
    const install = ['install', ...options, `${name}@${major}`];
    spawnSync('npm', install, { cwd: folder, timeout: DOWNLOAD_LIMIT_MS, stdio: 'ignore' });
  }
  return existsSync(path) ? path : undefined;
}

/** A folder with the package as npm installs it: its files alone, nothing of the repository around it. */
class Installation extends Workshop {
  constructor(hasPeer: boolean) {
    super('nothing');
    const modules = join(this.folder, 'node_modules');
    const target = join(modules, 'terminal-gateway-client');
    mkdirSync(target);
    cpSync(join(CLIENT, 'package.json'), join(target, 'package.json'));
    cpSync(join(CLIENT, 'dist'), join(target, 'dist'), { recursive: true });
    if (hasPeer) symlinkSync(WS, join(modules, 'ws'));
  }
}

describe.each([
  [20, 'ws'],
  [22, 'ws'],
  [22, 'its own'],
  [24, 'ws'],
  [24, 'its own'],
])('Node.js %i with %s', (major, uses) => {
  const installation = new Installation(uses === 'ws');
  afterAll(() => installation.remove());

  it('pays', { timeout: DOWNLOAD_LIMIT_MS + 30_000 }, async ({ skip }) => {
    const node = nodeOf(major);
    if (!node) return skip(`no Node.js ${major} for this machine, and no registry to get it from`);
    const smoke = readFileSync(join(import.meta.dirname, 'smoke.mjs'), 'utf8');
    const { cluster } = shop();
    const output = await runProgram([node, installation.write('smoke.mjs', smoke)], {
      GATEWAY_URL: `ws://127.0.0.1:${cluster.instances[0]!.port}`,
      POS_KEY: shop().key('pos'),
      TERMINAL_KEY: shop().key('t1'),
    });
    expect(JSON.parse(output)).toEqual({ major, uses, outcomes: ['SUCCESS', 'SUCCESS'] });
  });
});

describe('Node.js 20 without ws', () => {
  it('says what is missing', { timeout: DOWNLOAD_LIMIT_MS }, async ({ skip }) => {
    const node = nodeOf(20);
    if (!node) return skip('no Node.js 20 for this machine, and no registry to get it from');
    const installation = new Installation(false);
    onTestFinished(() => installation.remove());
    const program = `
      import { Pos } from 'terminal-gateway-client';
      const pos = new Pos({ url: 'ws://127.0.0.1:1', apiKey: 'none' });
      pos.on('error', ({ message }) => { console.log(message); pos.close(); });
      await pos.connect().catch(() => {});`;
    const output = await runProgram([node, installation.write('program.mjs', program)]);
    expect(output).toContain('install "ws"');
  });
});
