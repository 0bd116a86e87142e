import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../scripts/test-redis.mjs';
import { adopt, end } from './children.js';
import { Remote } from './remote.js';

const PROBE = new URL('./probe.js', import.meta.url);
const START_LIMIT_MS = 60_000;
const LAST_WORDS = 2_000;

export interface ServerOptions {
  /** Compiled module to run. */
  file: string;
  /** Names its log file. */
  name: string;
  env: Record<string, string>;
  dir: string;
  probed: boolean;
}

/** A process under load, listening on a port of its own. Its log goes to a file, as it would in production. */
export class ServerProcess {
  readonly probe: Remote;
  /** Rejects if the process ends before it is asked to. */
  readonly failed: Promise<never>;
  private stopping = false;

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
    private readonly logFile: string,
  ) {
    this.probe = new Remote(child);
    this.failed = new Promise((_, reject) => {
      child.once('exit', (code, signal) => {
        if (this.stopping) return;
        reject(new Error(`The process ended by itself (${signal ?? code}):\n${this.lastWords()}`));
      });
    });
    // Whoever waits for it hears of it; before anybody does, it must not end the bench.
    this.failed.catch(() => {});
  }

  static async start({ file, name, env, dir, probed }: ServerOptions): Promise<ServerProcess> {
    const port = await freePort();
    const logFile = join(dir, `${name}.log`);
    const log = openSync(logFile, 'w');
    const { PATH = '' } = process.env;
    const child = spawn(process.execPath, [...(probed ? ['--import', PROBE.href] : []), file], {
      cwd: dir,
      env: { PATH, HOST: '127.0.0.1', PORT: String(port), ...env },
      stdio: ['ignore', log, log, 'ipc'],
    });
    const server = new ServerProcess(adopt(child), port, logFile);
    await server.untilReady();
    return server;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get wsUrl(): string {
    return `ws://127.0.0.1:${this.port}/v1`;
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await end(this.child, 'SIGTERM');
  }

  private async untilReady(): Promise<void> {
    const end = Date.now() + START_LIMIT_MS;
    while (Date.now() < end && this.child.exitCode === null) {
      const response = await fetch(`http://127.0.0.1:${this.port}/health/ready`).catch(() => undefined);
      await response?.arrayBuffer();
      if (response?.ok) return;
      await sleep(50);
    }
    this.child.kill('SIGKILL');
    throw new Error(`The process did not get ready:\n${this.lastWords()}`);
  }

  private lastWords(): string {
    return readFileSync(this.logFile, 'utf8').slice(-LAST_WORDS);
  }
}
