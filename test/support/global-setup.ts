import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureProgram } from '../../scripts/programs.mjs';
import { acquireRedis } from '../../scripts/test-redis.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string;
  }
}

/** Gives the tests of a project what they need, so that any of them can be run alone: `inject('redisUrl')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (project.name === 'e2e') ensureProgram('haproxy', 'haproxy');
  // Whatever Redis the others use, these tests start and kill servers of their own.
  if (project.name === 'topology') ensureProgram('redis-server', 'redis-server');
  if (project.name !== 'redis') buildIfStale();
  const running = process.env.TEST_REDIS_URL;
  const redis = running === undefined ? await acquireRedis() : { url: running, stop: async () => {} };
  project.provide('redisUrl', redis.url);
  return redis.stop;
}

/** The tests start instances from dist/: one that is older than the source would test yesterday's code. */
function buildIfStale(): void {
  const built = existsSync('dist/main.js') ? statSync('dist/main.js').mtimeMs : 0;
  if (built > newestChange('src')) return;
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the build failed');
}

function newestChange(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((file) => statSync(join(folder, file)).mtimeMs));
}
