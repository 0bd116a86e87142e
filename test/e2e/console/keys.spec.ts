import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PosClient, refused } from '../../support/clients.js';
import { adminKey, posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import type { ApiAnswer } from '../../support/http-api.js';
import { Operator } from '../../support/operator.js';

let cluster: Cluster;
let alice: Operator;

beforeAll(async () => {
  cluster = await startCluster({
    instances: 2,
    keys: [adminKey('alice'), adminKey('bob'), posKey('pos'), terminalKey('t1', 'TERM-001')],
    env: { LOG_LEVEL: 'debug', TRUSTED_PROXIES: '127.0.0.1' },
  });
  alice = await Operator.of(cluster, 'alice');
});
afterAll(() => cluster.close());

const code = ({ status, body }: ApiAnswer) => [status, body['code']];

async function lastAct(): Promise<unknown> {
  const [text] = await cluster.redis.zrevrange(`${cluster.prefix}:{audit}:acts`, 0, '0');
  return JSON.parse(text!) as unknown;
}

it.each([
  ['GET', '/keys'],
  ['POST', '/keys'],
  ['POST', '/keys/pos/disable'],
  ['POST', '/keys/pos/enable'],
  ['POST', '/keys/pos/rotate'],
])('%s %s is refused to who is not signed in', async (method, path) => {
  const stranger = new Operator(cluster.instances[0]!.url);
  expect(code(await stranger.call({ method, path }))).toEqual([401, 'UNAUTHORIZED']);
});

describe('the list', () => {
  it('has every key by id, and no secret', async () => {
    const { status, text, body } = await alice.get('/keys');
    expect(status).toBe(200);
    const keys = body['keys'] as { id: string }[];
    const till = { id: 'pos', kind: 'desktop', groupId: 'shop', metadata: {}, isDisabled: false };
    expect(keys.slice(0, 2).map(({ id }) => id)).toEqual(['alice', 'bob']);
    expect(keys[0]).toEqual({ id: 'alice', kind: 'admin', metadata: {}, isDisabled: false });
    expect(keys).toContainEqual(till);
    expect(keys).toContainEqual({ ...till, id: 't1', kind: 'terminal', deviceId: 'TERM-001' });
    expect(text).not.toMatch(/hash|secret/i);
    expect(text).not.toContain(cluster.key('pos'));
  });

  it('comes page by page', async () => {
    const records = `${cluster.prefix}:{keys}:records`;
    const record = { keyHash: '', groupId: 'many', deviceType: 'desktop', metadata: {}, disabled: false };
    const ids = Array.from({ length: 1_200 }, (_, i) => `many-${String(i).padStart(4, '0')}`);
    for (const id of ids) {
      await cluster.redis.hset(records, id, JSON.stringify({ ...record, id }));
      await cluster.redis.zadd(`${cluster.prefix}:{keys}:ids`, 0, id);
    }
    const read: string[] = [];
    let pages = 0;
    for (let after = ''; pages === 0 || after !== ''; pages++) {
      const { body } = await alice.get(after === '' ? '/keys' : `/keys?after=${after}`);
      read.push(...(body['keys'] as { id: string }[]).map(({ id }) => id));
      after = (body['next'] ?? '') as string;
    }
    expect(pages).toBe(3);
    expect(read).toEqual([...new Set(read)].sort());
    expect(read.filter((id) => id.startsWith('many-'))).toEqual(ids);
    expect(code(await alice.get('/keys?after='))).toEqual([400, 'VALIDATION_FAILED']);
  });
});

describe('a key', () => {
  it('that is made connects, is shown once, and is noted', async () => {
    const wanted = {
      kind: 'terminal',
      groupId: 'shop',
      id: 't2',
      deviceId: 'TERM-002',
      metadata: { label: 'Bar' },
    };
    const { status, body, headers } = await alice.post('/keys', wanted);
    expect(status).toBe(201);
    expect(headers.get('cache-control')).toBe('no-store');
    const { isDisabled, ...shown } = body['key'] as Record<string, unknown>;
    expect([shown, isDisabled]).toEqual([wanted, false]);
    expect(body['secret']).toMatch(/^tgs_/);
    const apiKey = body['apiKey'] as string;
    await cluster.track(await PosClient.connect(cluster.url(1), apiKey)).roundTrip();
    expect((await alice.get('/keys?after=t1')).text).not.toContain(apiKey);
    expect(await lastAct()).toMatchObject({
      action: 'key.created',
      actor: { kind: 'admin', id: 'alice' },
      from: alice.address,
      subject: 't2',
      groupId: 'shop',
      requestId: headers.get('x-request-id'),
    });
    expect(cluster.logs()).not.toContain(apiKey);
    expect(cluster.logs()).not.toContain(body['secret']);
  });

  it.each([
    ['an unknown kind', { kind: 'fridge', groupId: 'shop' }, 400, 'VALIDATION_FAILED'],
    ['no group', { kind: 'desktop' }, 400, 'VALIDATION_FAILED'],
    ['a group that is no text', { kind: 'desktop', groupId: ['shop'] }, 400, 'VALIDATION_FAILED'],
    ['a group for an admin', { kind: 'admin', groupId: 'shop' }, 400, 'VALIDATION_FAILED'],
    ['a device for a till', { kind: 'desktop', groupId: 'shop', deviceId: 'D' }, 400, 'VALIDATION_FAILED'],
    ['a name with a line feed', { kind: 'desktop', groupId: 'a\nb' }, 400, 'VALIDATION_FAILED'],
    ['an id that is taken', { kind: 'desktop', groupId: 'shop', id: 'pos' }, 409, 'KEY_CONFLICT'],
    [
      'a device that is taken',
      { kind: 'terminal', groupId: 'shop', deviceId: 'TERM-001' },
      409,
      'KEY_CONFLICT',
    ],
  ])('is not made with %s', async (_what, wanted, ...expected) => {
    const answer = await alice.post('/keys', wanted);
    expect(code(answer)).toEqual(expected);
    expect(answer.body['message']).not.toBe('');
  });

  it('that is disabled loses its connection wherever it is, and is refused until it is enabled', async () => {
    const till = await cluster.pos('pos', { on: 1 });
    const disabled = await alice.post('/keys/pos/disable');
    expect(disabled).toMatchObject({ status: 200, body: { id: 'pos', isDisabled: true } });
    expect((await till.closed).code).toBe(4003);
    expect((await refused(cluster.url(), cluster.key('pos'))).status).toBe(401);
    expect(await lastAct()).toMatchObject({ action: 'key.disabled', subject: 'pos', groupId: 'shop' });
    expect((await alice.post('/keys/pos/enable')).body).toMatchObject({ isDisabled: false });
    await cluster.pos('pos');
    expect(await lastAct()).toMatchObject({ action: 'key.enabled', subject: 'pos' });
  });

  it('that is rotated is accepted in both texts for as long as asked', async () => {
    const before = Date.now();
    const { status, body } = await alice.post('/keys/t1/rotate', { overlapMinutes: 60 });
    expect(status).toBe(200);
    const { previousValidUntil } = body['key'] as { previousValidUntil: number };
    expect(previousValidUntil - before).toBeGreaterThanOrEqual(3_600_000);
    for (const key of [cluster.key('t1'), body['apiKey'] as string]) {
      await cluster.track(await PosClient.connect(cluster.url(), key)).roundTrip();
    }
    expect(await lastAct()).toMatchObject({ action: 'key.rotated', subject: 't1', groupId: 'shop' });
    const again = await alice.post('/keys/t1/rotate', { overlapMinutes: 0 });
    expect(again.body['key']).not.toHaveProperty('previousValidUntil');
    expect((await refused(cluster.url(), body['apiKey'] as string)).status).toBe(401);
  });

  it.each([
    {},
    { overlapMinutes: -1 },
    { overlapMinutes: 10_081 },
    { overlapMinutes: 1.5 },
    { overlapMinutes: '5' },
  ])('is not rotated by %j', async (body) => {
    expect(code(await alice.post('/keys/t1/rotate', body))).toEqual([400, 'VALIDATION_FAILED']);
  });

  it.each(['disable', 'enable', 'rotate'])('that is unknown is not found by %s', async (verb) => {
    const answer = await alice.post(`/keys/no%2Fsuch%20key/${verb}`, { overlapMinutes: 0 });
    expect(code(answer)).toEqual([404, 'KEY_NOT_FOUND']);
    expect(answer.body['message']).toContain('no/such key');
  });
});

describe('the key of an admin', () => {
  it('is not disabled by himself', async () => {
    const answer = await alice.post('/keys/alice/disable');
    expect(code(answer)).toEqual([409, 'KEY_CONFLICT']);
    expect(answer.body['message']).toContain('signed in with this key');
    expect((await alice.get('/session')).status).toBe(200);
  });

  it('is made, rotated and disabled by another, who ends his session with it', async () => {
    const { body } = await alice.post('/keys', { kind: 'admin', id: 'carol' });
    const carol = new Operator(cluster.instances[1]!.url);
    expect((await carol.signIn(body['apiKey'] as string)).status).toBe(200);
    expect(await lastAct()).not.toHaveProperty('groupId');
    const rotated = await alice.post('/keys/carol/rotate', { overlapMinutes: 0 });
    expect(code(await carol.get('/keys'))).toEqual([401, 'UNAUTHORIZED']);
    expect((await carol.signIn(body['apiKey'] as string)).status).toBe(401);
    await carol.signIn(rotated.body['apiKey'] as string);
    await alice.post('/keys/carol/disable');
    expect(code(await carol.get('/keys'))).toEqual([401, 'UNAUTHORIZED']);
  });
});
