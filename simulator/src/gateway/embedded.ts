import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CannotRun } from '../commands/cannot-run.js';
import type { KeyRecord } from './keys.js';

/** The built gateway of the repository that this program lies in. */
const USUAL_MAIN = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 15_000;
const POLL_MS = 50;
const KEPT_LOG_CHARACTERS = 20_000;

export interface EmbeddedOptions {
  keys: readonly KeyRecord[];
  /** The gateway's `main.js`; that of the repository if absent. */
  main?: string | undefined;
  /** A certificate (PEM) that receivers of its webhooks may have. */
  trusted?: string | undefined;
  /** Its settings, beside those that a gateway of our own needs. */
  env: Record<string, string>;
}

/** A gateway of our own: a process with a store of its own, which does not outlive us. */
export class EmbeddedGateway {
  readonly url: string;
  private log = '';
  private readonly exited: Promise<unknown>;

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly port: number,
  ) {
    this.url = `ws://127.0.0.1:${port}/v1`;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.log = (this.log + chunk.toString()).slice(-KEPT_LOG_CHARACTERS);
      });
    }
    this.exited = once(child, 'exit');
  }

  /** Resolves when it takes connections. @throws CannotRun if there is no built gateway or it does not start */
  static async start({ keys, main = USUAL_MAIN, trusted, env }: EmbeddedOptions): Promise<EmbeddedGateway> {
    const file = resolve(main);
    if (!existsSync(file)) {
      throw new CannotRun(
        `There is no built gateway at ${file}: run npm run build, or name one by --gateway`,
      );
    }
    const folder = mkdtempSync(join(tmpdir(), 'terminal-gateway-sim-'));
    const keyFile = join(folder, 'keys.json');
    writeFileSync(keyFile, JSON.stringify({ keys }), { mode: 0o600 });
    const caFile = join(folder, 'trusted.pem');
    if (trusted !== undefined) writeFileSync(caFile, trusted);
    const port = await freePort();
    const { PATH = '', HOME = '', TMPDIR } = process.env;
    const child = spawn(process.execPath, [file], {
      cwd: folder,
      env: {
        PATH,
        HOME,
        ...(TMPDIR && { TMPDIR }),
        HOST: '127.0.0.1',
        PORT: String(port),
        API_KEYS_FILE: keyFile,
        SECRETS_KEY: randomBytes(32).toString('base64'),
        DATA_DIR: join(folder, 'data'),
        // All devices come from one address here.
        RATE_LIMIT_CONNECTS_PER_MINUTE: '0',
        ...(trusted !== undefined && { WEBHOOK_CA_FILE: caFile }),
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C is for us alone: the gateway is stopped when nobody needs it any more.
      detached: true,
    });
    const killWithUs = () => child.kill('SIGKILL');
    process.once('exit', killWithUs);
    child.once('exit', () => process.off('exit', killWithUs));
    const gateway = new EmbeddedGateway(child, folder, port);
    await gateway.untilReady();
    return gateway;
  }

  /** Ends it in an orderly way and leaves no trace. */
  async stop(): Promise<void> {
    if (!this.hasEnded) {
      this.child.kill('SIGTERM');
      const force = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS);
      await this.exited;
      clearTimeout(force);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private async untilReady(): Promise<void> {
    const end = Date.now() + START_LIMIT_MS;
    while (!this.hasEnded && Date.now() < end) {
      if (await isReady(this.port)) return;
      await sleep(POLL_MS);
    }
    await this.stop();
    throw new CannotRun(`The gateway did not start:\n${this.log}`);
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health/ready`)).status === 200;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
