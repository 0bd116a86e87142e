import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { refused } from '../support/clients.js';
import { eventually } from '../support/eventually.js';
import { OPAQUE, refusalBody, TIME } from '../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster, type ClusterOptions } from '../support/fixture.js';
import { startInstance } from '../support/instance.js';
import { openMuteSocket } from '../support/mute-socket.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const KEYS = [posKey('pos'), posKey('watch'), posKey('mute'), terminalKey('t1', 'TERM-001')];

let cluster: Cluster;

async function start(options: Omit<ClusterOptions, 'keys'> = {}): Promise<void> {
  cluster = await startCluster({ keys: KEYS, ...options });
  onTestFinished(() => cluster.close());
}

async function health(path: string, on = 0): Promise<{ status: number; body: any }> {
  const response = await fetch(`${cluster.instances[on]!.url}/health/${path}`);
  return { status: response.status, body: await response.json() };
}

describe('a graceful stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'by %s tells every client, closes with 1012 and exits 0',
    async (signal) => {
      await start({ instances: 2 });
      const watch = await cluster.pos('watch', { on: 1 });
      const clients = [await cluster.pos('pos', { on: 0 }), await cluster.terminal('t1', { on: 0 })];
      const [leaving] = cluster.instances;
      leaving!.kill(signal);
      for (const client of clients) {
        expect((await client.closed).code).toBe(1012);
        const reason = { action: 'forceDisconnect', reason: 'SERVER_SHUTDOWN' };
        expect(client.frames.at(-1)).toEqual({ ...reason, message: OPAQUE, timestamp: TIME });
      }
      expect(await leaving!.exited).toBe(0);
      // It hands its terminals over: nobody has to wait for the end of its lease.
      await watch.next(({ status }) => status === 'reconnecting', 1_000);
      const back = await cluster.terminal('t1', { on: 1 });
      await watch.next(({ status }) => status === 'connected');
      expect(back.isOpen).toBe(true);
    },
  );

  it('refuses newcomers with 503 and is not ready, but alive, until it is over', async () => {
    await start();
    // One that answers no close holds the stop up for as long as it is given.
    const mute = await openMuteSocket(cluster.url(), cluster.key('mute'));
    const [leaving] = cluster.instances;
    leaving!.kill('SIGTERM');
    await eventually(async () => expect((await refused(cluster.url(), cluster.key('pos'))).status).toBe(503));
    const { body, headers } = await refused(cluster.url(), cluster.key('pos'));
    expect(body).toEqual(refusalBody('Service Unavailable', OPAQUE, { retrySafe: true }));
    expect(headers['retry-after']).toEqual(OPAQUE);
    const ready = await health('ready');
    expect(ready.status).toBe(503);
    expect(ready.body.failing).toEqual(['draining']);
    expect((await health('live')).status).toBe(200);
    expect(await leaving!.exited).toBe(0);
    mute.destroy();
  });
});

describe('health', () => {
  it('is live and ready with a store, and names the store when that is away, and comes back', async () => {
    const { hostname, port } = new URL(inject('redisUrl'));
    const proxy = await TcpProxy.start({ host: hostname, port: Number(port || 6379) });
    await start({ env: { REDIS_URL: `redis://127.0.0.1:${proxy.port}` } });
    expect(await health('live')).toEqual({ status: 200, body: { status: 'ok', timestamp: TIME } });
    expect(await health('ready')).toMatchObject({
      status: 200,
      body: { status: 'ok', checks: { store: 'ok' } },
    });

    proxy.refuse();
    await eventually(async () => {
      const { status, body } = await health('ready');
      expect(status).toBe(503);
      expect(body.failing).toContain('store');
      expect(body.checks.store).toBe('failing');
    });
    expect((await health('live')).status).toBe(200);

    proxy.heal();
    const isReadyAgain = async () => expect((await health('ready')).status).toBe(200);
    await eventually(isReadyAgain, { timeoutMs: 15_000 });
    await (await cluster.pos('pos')).roundTrip();
    await proxy.close();
  });
});

describe('a start with a bad environment', () => {
  it('names every bad variable at once, never a value, and exits at once', async () => {
    const bad = {
      PORT: 'eighty-eighty',
      REDIS_URL: 'http://user:p4ssword@redis.invalid',
      GRACE_PERIOD_MS: '-60000',
      PAYMENT_TIMEOUT_MS: '1e9',
      HEARTBEAT_INTERVAL_MS: 'often',
      LATE_RESULT_POLICY: 'perhaps',
      MAX_FRAME_BYTES: '12.5',
      TRUSTED_PROXIES: 'my proxy',
      SECRETS_KEY: 'much-too-short',
      RATE_LIMIT_FRAMES_PER_SECOND: 'fast',
      LOG_LEVEL: 'shout',
    };
    const { code, output } = await startBadly(bad);
    expect(code).toBe(1);
    expect(Object.keys(bad).filter((name) => !output.includes(name))).toEqual([]);
    expect(Object.values(bad).filter((value) => output.includes(value))).toEqual([]);
  });

  it('checks what only makes sense together, and files that are read later', async () => {
    const pulse = { HEARTBEAT_INTERVAL_MS: '5000', HEARTBEAT_TIMEOUT_MS: '5000' };
    const files = { API_KEYS_FILE: '/nowhere/keys.json', TLS_CERT_FILE: '/nowhere/cert.pem' };
    const { code, output } = await startBadly({ ...pulse, ...files });
    expect(code).toBe(1);
    const named = ['HEARTBEAT_TIMEOUT_MS', 'API_KEYS_FILE', 'TLS_CERT_FILE', 'TLS_KEY_FILE'];
    expect(named.filter((name) => !output.includes(name))).toEqual([]);
    expect(output).not.toContain('/nowhere');
  });

  it('names the bad records of an API keys file, and no secret of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'terminal-gateway-keys-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'keys.json');
    const good = { id: 'a', key: 's3cret-1', groupId: 'shop', deviceType: 'desktop' };
    const keys = [good, { ...good, id: 'b' }, { ...good, id: 'c', key: 's3cret-2', deviceType: 'fridge' }];
    await writeFile(file, JSON.stringify({ keys }));
    const { code, output } = await startBadly({ API_KEYS_FILE: file, REDIS_URL: inject('redisUrl') });
    expect(code).toBe(1);
    expect(output).toMatch(/keys\[2\]\.deviceType/);
    expect(output).toMatch(/keys\[1\]\.key/);
    expect(output).not.toContain('s3cret');
    expect(output).not.toContain('fridge');
  });
});

describe('secrets', () => {
  it('that an instance can not read are told in its log, and it serves what needs none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'terminal-gateway-keys-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'keys.json');
    const key = { id: 'a', key: 'key-a', secret: 'secret-a', groupId: 'shop', deviceType: 'desktop' };
    await writeFile(file, JSON.stringify({ keys: [key] }));
    const newKey = () => randomBytes(32).toString('base64');
    const env = {
      ...{ HOST: '127.0.0.1', REDIS_URL: inject('redisUrl'), REDIS_KEY_PREFIX: `secrets-${process.pid}` },
      SECRETS_KEY: newKey(),
    };
    const sealer = await startInstance({ env: { API_KEYS_FILE: file, ...env } });
    onTestFinished(() => sealer.kill());
    const other = await startInstance({ env: { ...env, SECRETS_KEY: newKey() } });
    onTestFinished(() => other.kill());
    const complaint = 'sealed with another SECRETS_KEY';
    await eventually(() => expect(other.output()).toContain(complaint));
    expect(sealer.output()).not.toContain(complaint);
    expect((await fetch(`${other.url}/health/ready`)).status).toBe(200);
  });
});

async function startBadly(env: Record<string, string>): Promise<{ code: unknown; output: string }> {
  const instance = await startInstance({ env: { HOST: '127.0.0.1', ...env }, waitUntilReady: false });
  onTestFinished(() => instance.kill());
  return { code: await instance.exited, output: instance.output() };
}
