import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../scripts/test-redis.mjs';

const MAIN = resolve(import.meta.dirname, '../../dist/main.js');
const START_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 30_000;
const POLL_INTERVAL_MS = 25;

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export interface InstanceOptions {
  /** The whole configuration: nothing of the environment of the tests leaks in. */
  env?: Record<string, string>;
  /** Where `data/` of an embedded store appears; an own folder, removed at the end, if absent. */
  cwd?: string;
  args?: string[];
  /** The program, if it is not the one that was built here. */
  main?: string;
  /** Off for an instance that is expected not to come up. */
  waitUntilReady?: boolean;
}

/** Starts a gateway as an operator would, in a process of its own, and resolves when it is ready. */
export async function startInstance(options: InstanceOptions = {}): Promise<GatewayInstance> {
  const cwd = options.cwd ?? (await mkdtemp(join(tmpdir(), 'terminal-gateway-instance-')));
  const port = Number(options.env?.PORT ?? (await freePort()));
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [options.main ?? MAIN, ...(options.args ?? [])], {
    cwd,
    env: { PATH, HOME, PORT: String(port), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const instance = new GatewayInstance(child, port);
  if (options.cwd === undefined) void instance.exited.then(() => rm(cwd, { recursive: true, force: true }));
  if (options.waitUntilReady ?? true) await instance.untilReady();
  return instance;
}

export class GatewayInstance {
  readonly url: string;
  readonly wsUrl: string;
  /** The exit code, or the name of the signal that ended the process. */
  readonly exited: Promise<number | NodeJS.Signals>;
  private text = '';

  constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {
    this.url = `http://127.0.0.1:${port}`;
    this.wsUrl = `ws://127.0.0.1:${port}`;
    running.add(child);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
    }
    this.exited = once(child, 'exit').then(([code, signal]) => {
      running.delete(child);
      return (code ?? signal) as number | NodeJS.Signals;
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Everything it has written so far. */
  output(): string {
    return this.text;
  }

  kill(signal: NodeJS.Signals = 'SIGKILL'): void {
    this.child.kill(signal);
  }

  /** Stops it as an orchestrator does, and gives its exit code once the drain is through. */
  async stop(): Promise<number | NodeJS.Signals> {
    this.resume();
    this.kill('SIGTERM');
    const outcome = await Promise.race([this.exited, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
    if (outcome !== undefined) return outcome;
    this.kill('SIGKILL');
    throw new Error(`The instance did not stop within ${STOP_LIMIT_MS} ms:\n${this.text}`);
  }

  /** Freezes the process: its sockets stay open and answer nothing. */
  pause(): void {
    this.kill('SIGSTOP');
  }

  resume(): void {
    this.kill('SIGCONT');
  }

  async untilReady(): Promise<void> {
    const end = Date.now() + START_LIMIT_MS;
    while (Date.now() < end && this.child.exitCode === null && this.child.signalCode === null) {
      if (await this.isReady()) return;
      await sleep(POLL_INTERVAL_MS);
    }
    this.kill('SIGKILL');
    throw new Error(`The instance did not get ready:\n${this.text}`);
  }

  private async isReady(): Promise<boolean> {
    try {
      const response = await fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(1_000) });
      await response.arrayBuffer();
      return response.status === 200;
    } catch {
      return false;
    }
  }
}
