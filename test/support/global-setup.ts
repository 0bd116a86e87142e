import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { ensureProgram } from '../../scripts/programs.mjs';
import { acquireRedis } from '../../scripts/test-redis.mjs';

/** Projects whose tests ask the gateway for the console's page. */
const PAGE_USERS = new Set(['e2e', 'console']);
const PAGE_SOURCES = [
  'console/src',
  'console/index.html',
  'console/vite.config.ts',
  'client/src',
  'src/protocol',
];

declare module 'vitest' {
  export interface ProvidedContext {
    redisUrl: string;
  }
}

/** Gives the tests of a project what they need, so that any of them can be run alone: `inject('redisUrl')`. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (project.name === 'e2e') ensureProgram('haproxy', 'haproxy');
  if (project.name === 'console') ensureProgram('chromium', 'chromium');
  // Whatever Redis the others use, these tests start and kill servers of their own.
  if (project.name === 'topology') ensureProgram('redis-server', 'redis-server');
  if (project.name !== 'redis') buildIfStale('dist/main.js', ['src'], 'build:server');
  if (PAGE_USERS.has(project.name)) buildIfStale('dist/console/page/index.html', PAGE_SOURCES, 'build:page');
  const running = process.env.TEST_REDIS_URL;
  const redis = running === undefined ? await acquireRedis() : { url: running, stop: async () => {} };
  project.provide('redisUrl', redis.url);
  return redis.stop;
}

/** The tests use what is built in dist/: what is older than its source would test yesterday's code. */
function buildIfStale(built: string, sources: string[], script: string): void {
  const builtAt = existsSync(built) ? statSync(built).mtimeMs : 0;
  if (builtAt > Math.max(...sources.map(newestChange))) return;
  const { status } = spawnSync('npm', ['run', '--silent', script], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm run ${script} failed`);
}

function newestChange(path: string): number {
  const files = statSync(path).isDirectory() ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
  return Math.max(...[path, ...files.map((file) => join(path, file))].map((file) => statSync(file).mtimeMs));
}
