import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { findOnPath } from '../../scripts/programs.mjs';
import { eventually } from '../../test/support/eventually.js';
import { processesWith } from '../../test/support/processes.js';
import {
  type EmbeddedRedis,
  type EmbeddedRedisOptions,
  embeddedSocketPath,
  startEmbeddedRedis,
} from './embedded.js';

let dataDir: string;
const logger = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

beforeEach(({ onTestFinished }) => {
  dataDir = mkdtempSync(join(tmpdir(), 'embedded-redis-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true, force: true }));
  vi.clearAllMocks();
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe.skipIf(findOnPath('redis-server') === undefined)('with a redis-server on the PATH', () => {
  it('keeps its data over a stop and a start', async () => {
    const first = await start();
    await withClient(first.url, (client) => client.set('paid', 'yes'));
    await first.stop();
    const second = await start();
    expect(second.persistent).toBe(true);
    expect(await withClient(second.url, (client) => client.get('paid'))).toBe('yes');
  });

  it('is reachable by its socket alone and refuses writes rather than evicting', async () => {
    const redis = await start();
    expect(redis.url).toBe(embeddedSocketPath(dataDir));
    const config = await withClient(redis.url, (client) => client.config('GET', 'port', 'maxmemory-policy'));
    expect(pairs(config)).toEqual({ port: '0', 'maxmemory-policy': 'noeviction' });
  });

  it('keeps what it is given as the servers that operators run do', async () => {
    const redis = await start();
    const file = readFileSync(join(import.meta.dirname, '../../deploy/redis/redis.conf'), 'utf8');
    for (const name of ['appendonly', 'appendfsync', 'save', 'maxmemory-policy', 'hash-max-listpack-value']) {
      const [, wanted] = new RegExp(`^${name} "?([^"\\n]*)"?$`, 'm').exec(file)!;
      const config = await withClient(redis.url, (client) => client.config('GET', name));
      expect(pairs(config)).toEqual({ [name]: wanted });
    }
  });

  it('is the server and its helper, and leaves no process and no socket behind', async () => {
    const redis = await start();
    expect(processesWith(redis.url)).toHaveLength(2);
    await redis.stop();
    await redis.stop();
    expect(existsSync(redis.url)).toBe(false);
    await eventually(() => expect(processesWith(redis.url)).toEqual([]));
  });

  it('refuses a data folder that another gateway uses', async () => {
    const redis = await start();
    await expect(start()).rejects.toThrow(`Another gateway already runs on the data folder ${dataDir}`);
    expect(await withClient(redis.url, (client) => client.ping())).toBe('PONG');
  });

  it('takes over from the server of a killed gateway with all its data', async () => {
    const leftover = await startLeftover();
    await withClient(embeddedSocketPath(dataDir), (client) => client.set('paid', 'yes'));
    const redis = await start();
    await eventually(() => expect(leftover.exitCode).toBe(0), { what: 'the end of the leftover' });
    expect(await withClient(redis.url, (client) => client.get('paid'))).toBe('yes');
  });

  it('tells when the server dies, and does not when it is stopped', async () => {
    const reasons: string[] = [];
    const dying = await start();
    dying.onExit((reason) => reasons.push(reason));
    process.kill(await pidOf(dying.url), 'SIGKILL');
    await eventually(() => expect(reasons).toEqual(['redis-server ended with SIGKILL']));

    const stopped = await start();
    stopped.onExit((reason) => reasons.push(reason));
    await stopped.stop();
    expect(reasons).toHaveLength(1);
  });

  it('says why the server did not start', async () => {
    rmSync(dataDir, { recursive: true });
    const options = { dataDir, binary: '/bin/false' };
    await expect(start({ ...options, binary: '/no/such/redis-server' })).rejects.toThrow(
      'no redis-server at',
    );
    await expect(start(options)).rejects.toThrow('/bin/false');
  });
});

describe('without a redis-server', () => {
  beforeEach(() => vi.stubEnv('PATH', dataDir));

  it('serves scripts from memory and warns', async () => {
    const redis = await start();
    expect(redis.persistent).toBe(false);
    const script = "redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])";
    expect(await withClient(redis.url, (client) => client.eval(script, 1, 'paid', 'yes'))).toBe('yes');
    expect(logger.warn.mock.lastCall?.[1]).toContain('NO REDIS INSTALLED');
  });

  it('refuses a data folder that another gateway uses', async () => {
    const redis = await start();
    await withClient(redis.url, async (client) => {
      await client.ping();
      await expect(start()).rejects.toThrow(`Another gateway already runs on the data folder ${dataDir}`);
    });
  });

  it('stops though a client is still connected', async () => {
    const redis = await start();
    await withClient(redis.url, async (client) => {
      await client.ping();
      await redis.stop();
    });
    expect(existsSync(redis.url)).toBe(false);
  });
});

async function start(options: Partial<EmbeddedRedisOptions> = {}): Promise<EmbeddedRedis> {
  const redis = await startEmbeddedRedis({ dataDir, logger, ...options });
  onTestFinished(() => redis.stop());
  return redis;
}

async function startLeftover() {
  const socketPath = embeddedSocketPath(dataDir);
  const child = spawn('redis-server', [
    '--port',
    '0',
    '--unixsocket',
    socketPath,
    '--dir',
    dataDir,
    '--appendonly',
    'yes',
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  await eventually(() => withClient(socketPath, (client) => client.ping()));
  return child;
}

async function withClient<T>(url: string, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on('error', () => {});
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

async function pidOf(url: string): Promise<number> {
  const info = await withClient(url, (client) => client.info('server'));
  return Number(/process_id:(\d+)/.exec(info)?.[1]);
}

function pairs(reply: unknown): Record<string, unknown> {
  const flat = reply as string[];
  return Object.fromEntries(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1]]] : [])));
}
