import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from '../../scripts/test-redis.mjs';
import { eventually } from './eventually.js';
import type { StoreLock } from './store-lock.js';

const HOST = '127.0.0.1';
const START_LIMIT_MS = 10_000;

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** One `redis-server` process with a folder of its own, which can be killed and started again with its data. */
export class RedisServer {
  private child: ChildProcess | undefined;
  private log = '';
  private client: Redis | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly args: readonly string[],
    private readonly lock: StoreLock | undefined,
  ) {}

  /** A server that writes its append-only file as in production. @param settings further command line arguments */
  static start(port: number, ...settings: string[]): Promise<RedisServer> {
    return RedisServer.startLocked(undefined, port, ...settings);
  }

  /** As {@link start}, for those who can open the lock. */
  static async startLocked(
    lock: StoreLock | undefined,
    port: number,
    ...settings: string[]
  ): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'terminal-gateway-redis-'));
    const persistence = ['--dir', folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'];
    return RedisServer.on(port, folder, [...network(port, lock), ...persistence, ...settings], lock);
  }

  /** A Sentinel: the same program with a configuration file that it keeps rewriting. */
  static async startSentinel(port: number, lines: readonly string[], lock?: StoreLock): Promise<RedisServer> {
    const folder = await mkdtemp(join(tmpdir(), 'terminal-gateway-sentinel-'));
    const file = join(folder, 'sentinel.conf');
    await writeFile(file, [`dir ${folder}`, ...lines, ''].join('\n'));
    return RedisServer.on(port, folder, [file, ...network(port, lock), '--sentinel'], lock);
  }

  private static async on(port: number, folder: string, args: string[], lock?: StoreLock) {
    const server = new RedisServer(port, folder, args, lock);
    await server.run();
    return server;
  }

  get address(): string {
    return `${HOST}:${this.port}`;
  }

  get url(): string {
    return `redis://${this.address}`;
  }

  get isRunning(): boolean {
    return this.child !== undefined;
  }

  /** An own connection, made when it is first asked for. */
  get redis(): Redis {
    const patient = { maxRetriesPerRequest: null, retryStrategy: () => 50 };
    this.client ??= new Redis(this.port, HOST, { ...patient, ...this.lock?.options });
    // It tries again by itself; whoever waits for an answer gets it then.
    if (this.client.listenerCount('error') === 0) this.client.on('error', () => {});
    return this.client;
  }

  /** Starts it again with the data that it has on disk, and resolves when they are loaded. */
  async restart(): Promise<void> {
    await this.run();
  }

  /** Ends it as a crash does. What it has written to its files stays. */
  async kill(): Promise<void> {
    const { child } = this;
    if (!child) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Ends it and removes its files. */
  async remove(): Promise<void> {
    this.client?.disconnect();
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async run(): Promise<void> {
    const child = spawn('redis-server', this.args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => (this.log += chunk));
    }
    child.once('exit', () => {
      running.delete(child);
      this.child = undefined;
    });
    await eventually(() => this.answers(), {
      timeoutMs: START_LIMIT_MS,
      what: `an answer of ${this.address}`,
    }).catch(async (error: unknown) => {
      await this.remove();
      throw new Error(`redis-server did not start:\n${this.log}`, { cause: error });
    });
  }

  private async answers(): Promise<boolean> {
    if (!this.child) return false;
    return (await this.redis.ping()) === 'PONG';
  }
}

function network(port: number, lock: StoreLock | undefined): string[] {
  return ['--bind', HOST, ...(lock?.settings(port) ?? ['--port', String(port)])];
}

/** So many different ports that nobody listens on at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  return [...ports];
}
