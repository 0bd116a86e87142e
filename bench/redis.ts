import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { ensureProgram } from '../scripts/programs.mjs';
import { freePort } from '../scripts/test-redis.mjs';
import { adopt, end } from './children.js';

/** Of commands kept with their time, and those too fast to be kept. */
const MOST_COMMANDS = 50_000;
const FAST_US = 50;

const SAMPLED_KEYS = 1_000;
const FIELDS_AT_ONCE = 2_000;

/** Since Redis was started; memory and the file as they are. */
export interface RedisTotals {
  /** ms since the epoch. */
  at: number;
  memory: number;
  file: number;
  commands: number;
  bytesIn: number;
  bytesOut: number;
}

/** `everysec` is what production has. */
export type Persistence = 'none' | 'everysec' | 'always';

/** What an operator is given, but for the bound on memory: no round lasts long. */
const SETTINGS = [fileURLToPath(new URL('../deploy/redis/redis.conf', import.meta.url)), '--maxmemory', '0'];

const PERSISTENCE: Record<Persistence, string[]> = {
  none: ['--appendonly', 'no'],
  everysec: ['--appendonly', 'yes', '--appendfsync', 'everysec'],
  always: ['--appendonly', 'yes', '--appendfsync', 'always'],
};

/** How long commands took by the server's own clock, ms; what others took of its core is in it. */
export interface CommandTimes {
  longest: number;
  /** All but one in a thousand took no longer; 0 if that is less than 0.05 ms. */
  nearlyAll: number;
}

/** A Redis of one round's own. */
export class RedisServer {
  private commandsBefore = 0;

  private constructor(
    private readonly child: ChildProcess,
    private readonly dir: string,
    readonly url: string,
  ) {}

  static async start(persistence: Persistence = 'everysec'): Promise<RedisServer> {
    const port = await freePort();
    const dir = await mkdtemp(join(tmpdir(), 'terminal-gateway-bench-redis-'));
    const network = ['--port', String(port), '--bind', '127.0.0.1'];
    const binary = ensureProgram('redis-server', 'redis-server');
    const child = adopt(
      spawn(binary, [...SETTINGS, ...network, '--dir', dir, ...PERSISTENCE[persistence]], {
        stdio: 'ignore',
      }),
    );
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

  async totals(): Promise<RedisTotals> {
    const info = await this.ask((redis) => redis.info());
    const read = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1]);
    return {
      at: Date.now(),
      memory: read('used_memory_dataset'),
      file: read('aof_current_size'),
      commands: read('total_commands_processed'),
      bytesIn: read('total_net_input_bytes'),
      bytesOut: read('total_net_output_bytes'),
    };
  }

  /** Bytes of a key of this pattern, by `MEMORY USAGE` of a thousand of them. */
  async meanSize(pattern: string): Promise<number> {
    return this.ask(async (redis) => {
      const keys = (await redis.keys(pattern)).slice(0, SAMPLED_KEYS);
      const sizes = await Promise.all(keys.map((key) => redis.memory('USAGE', key)));
      return sizes.reduce<number>((sum, size) => sum + Number(size), 0) / keys.length;
    });
  }

  /** Puts the same fields into several hashes. */
  async fillHashes(keys: readonly string[], fields: readonly (readonly [string, string])[]): Promise<void> {
    await this.ask(async (redis) => {
      for (const key of keys) {
        for (let i = 0; i < fields.length; i += FIELDS_AT_ONCE) {
          await redis.hset(key, ...fields.slice(i, i + FIELDS_AT_ONCE).flat());
        }
      }
    });
  }

  /** Keeps the time of each command from now on. */
  async startTiming(): Promise<void> {
    await this.ask(async (redis) => {
      await redis.config('SET', 'slowlog-max-len', String(MOST_COMMANDS));
      await redis.config('SET', 'slowlog-log-slower-than', String(FAST_US));
      await redis.slowlog('RESET');
    });
    this.commandsBefore = (await this.totals()).commands;
  }

  /** Of the commands since {@link startTiming}, those of scripts and the scripts themselves. */
  async commandTimes(): Promise<CommandTimes> {
    const count = (await this.totals()).commands - this.commandsBefore;
    const slow = await this.ask((redis) => redis.slowlog('GET', MOST_COMMANDS));
    const times = (slow as [id: number, at: number, us: number][]).map(([, , us]) => us / 1000);
    times.sort((a, b) => b - a);
    return { longest: times[0] ?? 0, nearlyAll: times[Math.floor(count / 1_000)] ?? 0 };
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
