import { mkdtemp, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { ensureProgram } from '../../scripts/programs.mjs';
import { freePort } from '../../scripts/test-redis.mjs';
import { Program } from './program.js';

export type Persistence = 'everysec' | 'none';

/**
 * With `everysec` Redis holds writes back while an earlier fsync is under way, up to two seconds, and a kill in that moment loses
 * them. In memory a sync takes no time, so the kill of the process loses nothing and every loss is the gateway's.
 */
const MEMORY = '/dev/shm';

/** The Redis of a run, as production has it, which can be killed. */
export class RedisServer {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly program: Program,
    /** An own connection, past all faults, which waits for Redis. */
    readonly client: Redis,
  ) {}

  static async start(log: string, persistence: Persistence): Promise<RedisServer> {
    const port = await freePort();
    const folder = await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'terminal-gateway-redis-'));
    const command: [string, ...string[]] = [
      ensureProgram('redis-server', 'redis-server'),
      ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''],
      ...['--appendonly', persistence === 'none' ? 'no' : 'yes', '--appendfsync', 'everysec'],
    ];
    const program = new Program({ command, env: {}, log, cwd: folder });
    program.start();
    const client = new Redis(port, '127.0.0.1', { maxRetriesPerRequest: null, retryStrategy: () => 50 });
    // It may not listen yet, or be killed; the retries see to that.
    client.on('error', () => {});
    const server = new RedisServer(port, folder, program, client);
    await client.ping();
    return server;
  }

  /** As a crash of the process. Resolves when it serves again. */
  async killAndRestart(pauseMs: number): Promise<void> {
    await this.program.end('SIGKILL');
    await sleep(pauseMs);
    this.program.start();
    await this.client.ping();
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    await this.program.end('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }
}
