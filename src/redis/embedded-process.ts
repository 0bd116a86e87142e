import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { EmbeddedRedis, EmbeddedRedisLogger } from './embedded.js';
import { connectOnce, embeddedSocketPath } from './embedded-socket.js';

/** Long enough to replay an append-only file of some gigabytes. */
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 10_000;
const POLL_INTERVAL_MS = 20;
const KEPT_LOG_LINES = 20;

/**
 * The shell becomes redis-server. Its helper waits on a pipe that only the gateway holds: when the gateway is gone,
 * even by SIGKILL, the pipe ends and the helper ends Redis. A line in the pipe dismisses the helper.
 */
const LAUNCH = '(read -r _ <&3 || kill -TERM $$) >/dev/null 2>&1 & exec "$0" "$@" 3<&-';

interface ProcessOptions {
  dataDir: string;
  logger: EmbeddedRedisLogger;
  binary: string;
}

/** Runs redis-server as a child, reachable by nothing but a unix socket that belongs to this user. */
export async function startRedisProcess(options: ProcessOptions): Promise<EmbeddedRedis> {
  const { dataDir, logger, binary } = options;
  const socketPath = embeddedSocketPath(dataDir);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const server = new RedisProcess(binary, serverArguments(socketPath, dataDir), logger);
  try {
    await server.claim(socketPath, dataDir);
  } catch (error) {
    await server.stop();
    throw error;
  }
  logger.info({ dataDir, pid: server.pid }, 'embedded redis-server started');
  return {
    url: socketPath,
    persistent: true,
    onExit: (callback) => server.onExit(callback),
    stop: () => server.stop(),
  };
}

function serverArguments(socketPath: string, dataDir: string): string[] {
  const settings = {
    port: '0',
    unixsocket: socketPath,
    unixsocketperm: '700',
    dir: dataDir,
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    // As in deploy/redis/redis.conf, where is written why.
    'hash-max-listpack-value': '2048',
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}

class RedisProcess {
  private readonly child: ChildProcess;
  private readonly ended: Promise<string>;
  private readonly log: string[] = [];
  private readonly exitCallbacks: Array<(reason: string) => void> = [];
  private hasEnded = false;
  private stopping: Promise<void> | undefined;
  /** Held open for as long as we live: by it another gateway sees that this Redis is in use. */
  private claimed: Redis | undefined;

  constructor(binary: string, args: string[], logger: EmbeddedRedisLogger) {
    this.child = spawn('/bin/sh', ['-c', LAUNCH, binary, ...args], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      // Its own process group: Ctrl-C must reach the gateway alone, which still needs Redis while it drains.
      detached: true,
    });
    this.keepLog(logger);
    this.ended = this.watchEnd();
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  onExit(callback: (reason: string) => void): void {
    this.exitCallbacks.push(callback);
  }

  /** Resolves when this very process, not a rival's on the same folder, answers on the socket. */
  async claim(socketPath: string, dataDir: string): Promise<void> {
    this.claimed = await this.untilAnswers(socketPath);
    const info = await this.claimed.info('server');
    if (!info.includes(`process_id:${this.pid}\r\n`)) {
      throw new Error(`Another gateway was started on the data folder ${dataDir} at the same moment`);
    }
  }

  stop(): Promise<void> {
    return (this.stopping ??= this.terminate());
  }

  private async untilAnswers(socketPath: string): Promise<Redis> {
    const end = Date.now() + START_LIMIT_MS;
    while (!this.hasEnded && Date.now() < end) {
      const client = await connectOnce(socketPath, 'gateway');
      if (typeof client !== 'string') return client;
      await sleep(POLL_INTERVAL_MS);
    }
    const reason = this.hasEnded ? await this.ended : `no answer within ${START_LIMIT_MS} ms`;
    throw new Error(`The embedded redis-server did not start: ${reason}\n${this.log.join('\n')}`);
  }

  private async terminate(): Promise<void> {
    this.claimed?.disconnect();
    if (this.hasEnded) return;
    this.child.kill('SIGTERM');
    const force = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS);
    await this.ended;
    clearTimeout(force);
  }

  private async watchEnd(): Promise<string> {
    const lifeline = this.child.stdio[3] as Writable;
    // The helper may be gone before it reads its dismissal.
    lifeline.on('error', () => {});
    const reason = await endOf(this.child);
    this.hasEnded = true;
    // Without the dismissal the helper would signal a process id that may belong to another program by now.
    lifeline.end('\n');
    this.claimed?.disconnect();
    if (this.stopping === undefined) this.exitCallbacks.forEach((callback) => callback(reason));
    return reason;
  }

  private keepLog(logger: EmbeddedRedisLogger): void {
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface({ input: stream as Readable }).on('line', (line) => {
        this.log.push(line);
        if (this.log.length > KEPT_LOG_LINES) this.log.shift();
        logger.debug({ line }, 'redis-server');
      });
    }
  }
}

async function endOf(child: ChildProcess): Promise<string> {
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    return `redis-server ended with ${signal ?? `exit code ${code}`}`;
  } catch (error) {
    return `redis-server could not be run: ${(error as Error).message}`;
  }
}
