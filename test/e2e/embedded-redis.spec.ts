import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { embeddedSocketPath } from '../../src/redis/index.js';
import { eventually } from '../support/eventually.js';
import { processesWith } from '../support/processes.js';

const HOLDER = `
  import { startEmbeddedRedis } from './dist/redis/embedded.js';
  const quiet = () => {};
  const logger = { debug: quiet, info: (_, message) => console.log(message), warn: quiet, error: quiet };
  await startEmbeddedRedis({ dataDir: process.argv[1], logger });
`;

it('ends with its gateway even when that one is killed', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'embedded-redis-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const socketPath = embeddedSocketPath(dataDir);
  const holder = spawn(process.execPath, ['--input-type=module', '--eval', HOLDER, dataDir]);
  await once(holder.stdout, 'data');
  expect(processesWith(socketPath)).not.toEqual([]);

  holder.kill('SIGKILL');

  await eventually(() => expect(processesWith(socketPath)).toEqual([]));
  expect(existsSync(socketPath)).toBe(false);
});
