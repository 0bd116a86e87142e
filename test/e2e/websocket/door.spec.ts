import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PosClient, refused } from '../../support/clients.js';
import { OPAQUE, refusalBody, TIME } from '../../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';

const KEYS = [posKey('pos'), { ...posKey('old'), disabled: true }, terminalKey('t1', 'TERM-001')];

let cluster: Cluster;
let url: string;
let key: string;

beforeAll(async () => {
  cluster = await startCluster({ keys: KEYS });
  url = cluster.url();
  key = cluster.key('pos');
});
afterAll(() => cluster.close());

describe('before the upgrade', () => {
  it('refuses a missing, an unknown and a disabled key with 401', async () => {
    for (const wrong of [undefined, 'no-such-key', cluster.key('old')]) {
      const { status, body, headers } = await refused(url, wrong);
      expect(status).toBe(401);
      expect(body).toEqual(refusalBody('Unauthorized', 'UNAUTHORIZED'));
      expect(headers['content-type']).toMatch(/^application\/json/);
    }
  });

  it('refuses a group that is not the one of the key with 403, wherever it stands', async () => {
    for (const options of [{ headers: { 'x-group-id': 'cafe' } }, { query: { 'x-group-id': 'cafe' } }]) {
      const { status, body } = await refused(url, key, options);
      expect(status).toBe(403);
      expect(body).toEqual(refusalBody('Forbidden', 'GROUP_MISMATCH'));
    }
  });

  it('looks at the key before the group', async () => {
    const { status } = await refused(url, 'no-such-key', { headers: { 'x-group-id': 'cafe' } });
    expect(status).toBe(401);
  });

  it('knows one path', async () => {
    for (const path of ['/', '/v2', '/v1/terminals', '/V1']) {
      const { status } = await refused(new URL(path, url).href, key);
      expect(status).toBe(404);
    }
  });

  it('says no more than that the key is wrong, and logs no query string', async () => {
    const secret = 'a-key-that-nobody-may-read';
    const { body } = await refused(url, undefined, { query: { 'x-api-key': secret } });
    await admitted('', { query: { 'x-api-key': key } });
    expect(JSON.stringify(body)).not.toContain(secret);
    expect(cluster.logs()).not.toContain(secret);
    expect(cluster.logs()).not.toContain(key);
  });

  it('survives requests that are no upgrade', async () => {
    const strange: { path: string; headers: Record<string, string> }[] = [
      { path: '//', headers: { connection: 'upgrade', upgrade: 'websocket' } },
      { path: '/v1', headers: { connection: 'upgrade', upgrade: 'websocket' } },
      { path: '/v1?x-api-key=%ff%00', headers: { connection: 'upgrade', upgrade: 'h2c' } },
      { path: '/v1', headers: {} },
    ];
    for (const { path, headers } of strange) {
      const status = await statusOf(path, { ...headers, 'x-api-key': key });
      expect(status, path).toBeGreaterThanOrEqual(400);
      expect(status, path).toBeLessThan(500);
    }
    await admitted(key);
  });
});

describe('an admitted client', () => {
  it('may bring key and group as headers or in the query', async () => {
    await admitted(key, { headers: { 'x-group-id': 'shop' } });
    await admitted('', { query: { 'x-api-key': key, 'x-group-id': 'shop' } });
  });

  it('is judged by its headers when both are given', async () => {
    await admitted(key, {
      headers: { 'x-group-id': 'shop' },
      query: { 'x-api-key': 'no-such-key', 'x-group-id': 'cafe' },
    });
    const byKey = await refused(url, 'no-such-key', { query: { 'x-api-key': key } });
    expect(byKey.status).toBe(401);
    const byGroup = await refused(url, key, {
      headers: { 'x-group-id': 'cafe' },
      query: { 'x-group-id': 'shop' },
    });
    expect(byGroup.status).toBe(403);
  });

  it('gets no welcome message', async () => {
    for (const id of ['pos', 't1']) {
      const client = cluster.track(await PosClient.connect(url, cluster.key(id)));
      await client.roundTrip();
      expect(client.frames).toEqual([{ action: 'pong', timestamp: TIME }]);
    }
  });
});

describe('too many attempts', () => {
  it('are refused with 429 and the time to wait', async () => {
    const limited = await startCluster({
      keys: [posKey('pos')],
      env: { RATE_LIMIT_CONNECTS_PER_MINUTE: '3' },
    });
    try {
      for (let i = 0; i < 3; i++) await refused(limited.url(), 'no-such-key');
      const { status, headers, body } = await refused(limited.url(), limited.key('pos'));
      expect(status).toBe(429);
      const retryAfterMs = expect.any(Number) as number;
      expect(body).toEqual(refusalBody('Too Many Requests', 'RATE_LIMITED', { retryAfterMs }));
      expect(headers['retry-after']).toEqual(OPAQUE);
      // The limit is on attempts to connect: those who look after the instance still reach it.
      const ready = await fetch(`${limited.instances[0]!.url}/health/ready`);
      expect(ready.status).toBe(200);
    } finally {
      await limited.close();
    }
  });
});

async function admitted(withKey: string, options = {}): Promise<void> {
  const client = await PosClient.connect(url, withKey, options);
  await client.roundTrip();
  await client.close();
}

function statusOf(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const { port } = cluster.instances[0]!;
    httpRequest({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('upgrade', (_response, socket) => {
        socket.destroy();
        resolve(101);
      })
      .once('error', reject)
      .end();
  });
}
