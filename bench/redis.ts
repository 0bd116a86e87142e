import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { ensureProgram } from '../scripts/programs.mjs';
import { freePort } from '../scripts/test-redis.mjs';
import { adopt, end } from './children.js';

/** A Redis of one round's own, with the persistence that production has. */
export class RedisServer {
  private constructor(
    private readonly child: ChildProcess,
    private readonly dir: string,
    readonly url: string,
  ) {}

  static async start(): Promise<RedisServer> {
    const port = await freePort();
    const dir = await mkdtemp(join(tmpdir(), 'terminal-gateway-bench-redis-'));
    const network = ['--port', String(port), '--bind', '127.0.0.1'];
    const persistence = ['--dir', dir, '--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'];
    const binary = ensureProgram('redis-server', 'redis-server');
    const child = adopt(spawn(binary, [...network, ...persistence], { stdio: 'ignore' }));
    const server = new RedisServer(child, dir, `redis://127.0.0.1:${port}`);
    await server.ask((redis) => redis.ping());
    return server;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Bytes that Redis has in use. */
  async usedMemory(): Promise<number> {
    const info = await this.ask((redis) => redis.info('memory'));
    return Number(/used_memory:(\d+)/.exec(info)?.[1]);
  }

  async stop(): Promise<void> {
    await end(this.child, 'SIGTERM');
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Over a connection of its own, so that nothing of the bench is there while it measures. */
  private async ask<T>(question: (redis: Redis) => Promise<T>): Promise<T> {
    const redis = new Redis(this.url, { maxRetriesPerRequest: 100, retryStrategy: () => 50 });
    // It may not listen yet; the retries see to that.
    redis.on('error', () => {});
    try {
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  }
}
