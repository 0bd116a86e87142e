// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureProgram } from './programs.mjs';

const START_LIMIT_MS = 10_000;

/**
 * A Redis for the tests: the one of REDIS_URL, or a private server that ends with `stop`.
 *
 * @returns {Promise<{ url: string; stop: () => Promise<void> }>}
 */
export async function acquireRedis() {
  const given = process.env.REDIS_URL;
  if (given !== undefined && given !== '') return { url: given, stop: async () => {} };
  return startRedis(ensureProgram('redis-server', 'redis-server'));
}

/** @param {string} binary */
async function startRedis(binary) {
  const dir = await mkdtemp(join(tmpdir(), 'terminal-gateway-test-redis-'));
  const port = await freePort();
  const child = spawn(binary, redisArguments(port, dir), { stdio: ['ignore', 'pipe', 'inherit'] });
  let log = '';
  child.stdout.on('data', (chunk) => (log += chunk));
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);

  const stop = async () => {
    process.off('exit', killWithUs);
    if (child.exitCode === null && child.kill('SIGTERM')) await once(child, 'exit');
    await rm(dir, { recursive: true, force: true });
  };
  if (await answers(port)) return { url: `redis://127.0.0.1:${port}`, stop };
  await stop();
  throw new Error(`redis-server did not answer within ${START_LIMIT_MS} ms:\n${log}`);
}

/**
 * @param {number} port
 * @param {string} dir
 */
function redisArguments(port, dir) {
  const network = ['--port', String(port), '--bind', '127.0.0.1'];
  // As in production: what a test sees after a restart of Redis must be what an operator would see.
  const persistence = ['--dir', dir, '--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'];
  return [...network, ...persistence];
}

/** @param {number} port */
async function answers(port) {
  const end = Date.now() + START_LIMIT_MS;
  while (Date.now() < end) {
    if (await ping(port)) return true;
    await sleep(25);
  }
  return false;
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function ping(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (reply) => {
      socket.destroy();
      resolve(reply.toString().startsWith('+PONG'));
    });
    socket.once('error', () => resolve(false));
    socket.setTimeout(1000, () => socket.destroy(new Error('no answer')));
  });
}

/**
 * A TCP port nobody listens on at this moment.
 *
 * @returns {Promise<number>}
 */
export async function freePort() {
  const [first, last] = (process.env.TEST_PORTS ?? '').split('-').map(Number);
  for (;;) {
    const isOwn = first !== undefined && last !== undefined;
    const port = await listenOnce(isOwn ? first + Math.floor(Math.random() * (last - first)) : 0);
    if (port !== undefined) return port;
  }
}

/**
 * @param {number} wanted 0: any
 * @returns {Promise<number | undefined>} undefined if somebody listens there
 */
async function listenOnce(wanted) {
  const server = createServer().listen(wanted, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return undefined;
  }
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no TCP port');
  return address.port;
}
