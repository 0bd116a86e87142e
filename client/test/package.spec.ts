import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../test/support/programs.js';

const CLIENT = resolve(import.meta.dirname, '..');
const LIMIT_MS = 60_000;

describe('the package', { timeout: LIMIT_MS }, () => {
  it('is what publint wants', () => {
    const { status, stdout, stderr } = run('publint', '--strict', CLIENT);
    expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
  });

  it('has types that every way of importing finds', () => {
    const { status, stdout, stderr } = run('attw', '--pack', CLIENT, '--format', 'ascii');
    expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
  });

  it('imports nothing, in code or in types', () => {
    for (const file of ['index.js', 'index.cjs', 'index.d.ts', 'index.d.cts']) {
      const text = readFileSync(join(CLIENT, 'dist', file), 'utf8');
      expect(text.match(/^\s*(import|export)\b.*\bfrom\s*['"]|\brequire\(/gm), file).toBeNull();
    }
  });

  it('has types that need nothing of the gateway', async () => {
    const check = ['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2022'];
    const types = join(CLIENT, 'dist/index.d.ts');
    const compiler = [
      'node_modules/typescript/bin/tsc',
      '--ignoreConfig',
      ...check,
      '--lib',
      'es2022,dom',
      types,
    ];
    await runProgram([process.execPath, ...compiler]);
  });

  it('contains nothing but the build, the README and the manifest', async () => {
    const listing = await runProgram(['npm', 'pack', '--dry-run', '--json', '-w', 'client'], {
      HOME: process.env.HOME ?? '',
    });
    const [{ files }] = JSON.parse(listing.slice(listing.indexOf('[\n')));
    const paths = (files as { path: string }[]).map(({ path }) => path).sort();
    expect(paths.filter((path) => !path.startsWith('dist/'))).toEqual([
      'LICENSE',
      'README.md',
      'package.json',
    ]);
  });
});

function run(program: string, ...args: string[]) {
  return spawnSync(join(CLIENT, '../node_modules/.bin', program), args, { encoding: 'utf8', cwd: CLIENT });
}
