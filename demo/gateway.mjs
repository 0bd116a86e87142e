// @ts-check
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const PREFERRED_PORT = 8080;
const START_LIMIT_MS = 30_000;
const STOP_LIMIT_MS = 15_000;
const KEPT_LOG_BYTES = 20_000;

/** @typedef {{ id: string; groupId?: string; deviceType: 'desktop' | 'terminal' | 'admin'; deviceId?: string; metadata?: object }} KeyRecord */

/** A gateway as an operator runs it: a process of its own, configured by its environment, with a store of its own. */
export class Gateway {
  /** Keys and what HTTP calls are signed with, by the public names of the keys. */
  keys = /** @type {Map<string, { key: string; secret: string }>} */ (new Map());
  /** All data of the demo; gone when it ends. */
  #folder = mkdtempSync(join(tmpdir(), 'terminal-gateway-demo-'));
  #log = '';
  #port = 0;
  #hasEnded = false;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #child;

  /**
   * Resolves when it takes connections.
   *
   * @param {KeyRecord[]} records
   */
  async start(records) {
    this.#port = await choosePort();
    const file = join(this.#folder, 'keys.json');
    const keys = records.map((record) => ({ ...record, ...this.#newKey(record.id) }));
    writeFileSync(file, JSON.stringify({ keys }), { mode: 0o600 });
    this.#spawn({
      HOST: '127.0.0.1',
      PORT: String(this.#port),
      API_KEYS_FILE: file,
      SECRETS_KEY: randomBytes(32).toString('base64'),
      DATA_DIR: join(this.#folder, 'data'),
    });
    await this.#untilReady();
  }

  get url() {
    return `ws://127.0.0.1:${this.#port}/v1`;
  }

  get httpUrl() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /**
   * A page of the console. Behind the `#` stands the key to sign in with: a browser sends that part to nobody, and the page takes
   * it out of the address bar.
   *
   * @param {string} page
   * @param {string} adminId
   */
  consoleUrl(page, adminId) {
    return `${this.httpUrl}/console${page}#key=${this.keyOf(adminId)}`;
  }

  get hasEnded() {
    return this.#hasEnded;
  }

  /** Where payments are kept, in words. */
  get store() {
    return this.#log.includes('NO REDIS INSTALLED')
      ? 'in memory (no redis-server on this machine: fine for a look, not for real payments)'
      : 'embedded redis-server';
  }

  /** The last of what it has written. */
  get log() {
    return this.#log;
  }

  /** @param {string} id */
  keyOf(id) {
    return this.credentialsOf(id).key;
  }

  /** @param {string} id */
  credentialsOf(id) {
    const credentials = this.keys.get(id);
    if (credentials === undefined) throw new Error(`no key for ${id}`);
    return credentials;
  }

  /** Ends it in an orderly way and removes every trace. @returns whether it went well */
  async stop() {
    const child = this.#child;
    let isClean = true;
    if (child !== undefined && !this.#hasEnded) {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      const [code] = await once(child, 'exit');
      clearTimeout(force);
      isClean = code === 0;
    }
    rmSync(this.#folder, { recursive: true, force: true });
    return isClean;
  }

  /** @param {string} id */
  #newKey(id) {
    const newText = () => `demo-${randomBytes(18).toString('base64url')}`;
    const credentials = { key: newText(), secret: newText() };
    this.keys.set(id, credentials);
    return credentials;
  }

  /** @param {Record<string, string>} settings */
  #spawn(settings) {
    // Nothing of the caller's own configuration: the demo is to show the defaults.
    const { PATH = '', HOME = '', TMPDIR } = process.env;
    const child = spawn(process.execPath, [MAIN], {
      cwd: this.#folder,
      env: { PATH, HOME, ...(TMPDIR && { TMPDIR }), ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Not in our process group: Ctrl-C is for the demo, which then stops the gateway itself.
      detached: true,
    });
    this.#child = child;
    const keep = (/** @type {Buffer} */ chunk) => {
      this.#log = (this.#log + chunk.toString()).slice(-KEPT_LOG_BYTES);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const killWithUs = () => child.kill('SIGKILL');
    process.once('exit', killWithUs);
    child.once('exit', () => {
      this.#hasEnded = true;
      process.off('exit', killWithUs);
    });
  }

  async #untilReady() {
    const end = Date.now() + START_LIMIT_MS;
    while (!this.#hasEnded && Date.now() < end) {
      if (await isReady(this.#port)) return;
      await sleep(50);
    }
    throw new Error(`The gateway did not start:\n${this.#log}`);
  }
}

/** @param {number} port */
async function isReady(port) {
  try {
    const { status } = await fetch(`http://127.0.0.1:${port}/health/ready`);
    return status === 200;
  } catch {
    return false;
  }
}

/** The usual port if nobody has it, else any that is free. */
async function choosePort() {
  return (await isFree(PREFERRED_PORT)) ? PREFERRED_PORT : freePort();
}

/** @param {number} port */
async function isFree(port) {
  try {
    return (await listenOnce(port)) === port;
  } catch {
    return false;
  }
}

function freePort() {
  return listenOnce(0);
}

/**
 * @param {number} port
 * @returns {Promise<number>}
 */
async function listenOnce(port) {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return address !== null && typeof address === 'object' ? address.port : 0;
}
