import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureProgram } from '../../scripts/programs.mjs';
import gateway from '../../test/support/global-setup.js';

/** What the tests of the client need: the gateway, what runs beside it, and the package as it is published. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  ensureProgram('haproxy', 'haproxy');
  ensureProgram('redis-server', 'redis-server');
  buildIfStale();
  return gateway(project);
}

function buildIfStale(): void {
  const built = existsSync('client/dist/index.js') ? statSync('client/dist/index.js').mtimeMs : 0;
  const sources = ['client/src', 'src/protocol'].map(newestChange);
  if (built > Math.max(...sources, statSync('client/package.json').mtimeMs)) return;
  const build = ['run', '--silent', 'build', '-w', 'client', '--', '--log-level', 'warn'];
  const { status } = spawnSync('npm', build, { stdio: 'inherit' });
  if (status !== 0) throw new Error('the build of the client failed');
}

function newestChange(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => !file.endsWith('.spec.ts'),
  );
  return Math.max(...files.map((file) => statSync(join(folder, file)).mtimeMs));
}
