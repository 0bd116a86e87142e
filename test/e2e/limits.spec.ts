import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PosClient, refused } from '../support/clients.js';
import { eventually } from '../support/eventually.js';
import { OPAQUE, refusalBody } from '../support/expected.js';
import { posKey, startCluster, type Cluster } from '../support/fixture.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const KEYS = ['a', 'b', 'c', 'd'].map((id) => posKey(id));
const MAX_CONNECTIONS = 3;
const MAX_SOCKETS_PER_ADDRESS = 6;

let cluster: Cluster;
let redis: TcpProxy;

beforeAll(async () => {
  const { hostname, port } = new URL(inject('redisUrl'));
  redis = await TcpProxy.start({ host: hostname, port: Number(port || 6379) });
  cluster = await startCluster({
    keys: KEYS,
    env: {
      MAX_CONNECTIONS: String(MAX_CONNECTIONS),
      HTTP_HEADERS_TIMEOUT_MS: '500',
      HTTP_REQUEST_TIMEOUT_MS: '1000',
    },
  });
});
afterAll(async () => {
  await cluster.close();
  await redis.close();
});

async function open(on = 0): Promise<Socket> {
  const socket = connect(cluster.instances[on]!.port, '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  // Else the end of a socket that nobody reads goes unnoticed.
  return socket.resume();
}

/** All that it is told before the end. What is still sent to a closed socket ends it with an error, after what was told. */
async function answerOn(socket: Socket): Promise<string> {
  let answer = '';
  socket.on('data', (chunk) => (answer += chunk.toString()));
  if (!socket.closed) await once(socket, 'close');
  return answer;
}

const statusOf = (answer: string) => Number(answer.split(' ')[1]);

describe('an instance that is full', () => {
  it('refuses further connections with 503 and a time to come back, until one has gone', async () => {
    const tills = await Promise.all(['a', 'b', 'c'].map((id) => cluster.pos(id)));
    const { status, body, headers } = await refused(cluster.url(), cluster.key('d'));
    expect(status).toBe(503);
    expect(body).toEqual({
      ...refusalBody('Service Unavailable', 'OVERLOADED', { retrySafe: true }),
      message: OPAQUE,
    });
    expect(headers['retry-after']).toBe('1');
    expect((await fetch(`${cluster.instances[0]!.url}/health/ready`)).status).toBe(200);
    await tills[0]!.close();
    await eventually(async () => (await PosClient.connect(cluster.url(), cluster.key('d'))).close());
    for (const till of tills) till.drop();
  });

  it('refuses with 503 what would have to wait behind too many others', async () => {
    await cluster.add({ MAX_UPGRADES: '2', REDIS_URL: `redis://127.0.0.1:${redis.port}` });
    redis.stall();
    const slow = ['a', 'b', 'c', 'd'].map((id) => refused(cluster.url(1), cluster.key(id)));
    const first = await Promise.race(slow);
    expect([first.status, first.body.code]).toEqual([503, 'OVERLOADED']);
    redis.heal();
    await Promise.allSettled(slow);
  });
});

describe('an address', () => {
  it('has so many sockets and no more, until it closes some', async () => {
    await cluster.add({ MAX_SOCKETS_PER_ADDRESS: String(MAX_SOCKETS_PER_ADDRESS) });
    const sockets = await Promise.all(Array.from({ length: 3 * MAX_SOCKETS_PER_ADDRESS }, () => open(2)));
    const left = () => sockets.filter(({ closed }) => !closed).length;
    await eventually(() => expect(left()).toBeLessThanOrEqual(MAX_SOCKETS_PER_ADDRESS));
    expect(left()).toBeGreaterThan(0);
    for (const socket of sockets) socket.destroy();
    await eventually(async () => (await cluster.pos('a', { on: 2 })).close());
  });

  it('of a trusted proxy has as many as it needs', async () => {
    const trusting = { MAX_SOCKETS_PER_ADDRESS: '1', TRUSTED_PROXIES: '127.0.0.1' };
    const { url } = await cluster.add(trusting);
    const held = await Promise.all([open(3), open(3), open(3)]);
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect(held.every(({ destroyed }) => !destroyed)).toBe(true);
    held.forEach((socket) => socket.destroy());
  });
});

describe('a socket', () => {
  it.each([
    ['says nothing', ''],
    ['never ends its headers', 'GET /v1 HTTP/1.1\r\nhost: x\r\n'],
    ['never ends its body', 'POST /v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{'],
  ])('that %s is answered 408 and closed, however often it sends a byte', async (_what, beginning) => {
    const socket = await open();
    socket.write(beginning);
    const drip = setInterval(() => beginning && socket.writable && socket.write('x'), 200);
    const answer = await answerOn(socket).finally(() => clearInterval(drip));
    expect(statusOf(answer)).toBe(408);
  });

  it('with more headers than anybody needs is answered 431', async () => {
    const socket = await open();
    socket.write(`GET /v1 HTTP/1.1\r\nhost: x\r\nx-a: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(statusOf(await answerOn(socket))).toBe(431);
  });
});
