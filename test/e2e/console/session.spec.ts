import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { refused } from '../../support/clients.js';
import { adminKey, posKey, startCluster, type Cluster } from '../../support/fixture.js';
import { openMuteSocket } from '../../support/mute-socket.js';
import { eventually } from '../../support/eventually.js';
import { Operator } from '../../support/operator.js';
import { Program } from '../../support/programs.js';

const KEYS = [adminKey('alice'), adminKey('bob'), adminKey('dora'), posKey('pos')];
const HOUR_MS = 3_600_000;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await start();
});
afterAll(() => cluster.close());

function start(env: Record<string, string> = {}): Promise<Cluster> {
  return startCluster({
    instances: 2,
    keys: KEYS,
    env: { LOG_LEVEL: 'debug', TRUSTED_PROXIES: '127.0.0.1', ...env },
  });
}

const code = ({ status, body }: { status: number; body: Record<string, unknown> }) => [status, body['code']];

/** Runs `npm run keys -- …` against the store of the cluster. */
async function keys(...args: string[]): Promise<{ exitCode: number | null; log: string }> {
  const program = new Program([process.execPath, 'dist/commands/keys.js', ...args], { ...cluster.env });
  return { exitCode: await program.exitCode, log: program.log };
}

describe('signing in', () => {
  it('opens the console on every instance, until somebody signs out', async () => {
    const alice = await Operator.of(cluster, 'alice');
    const elsewhere = new Operator(cluster.instances[1]!.url);
    elsewhere.cookie = alice.cookie;
    const { status, body } = await elsewhere.get('/session');
    expect(status).toBe(200);
    expect(body).toEqual({
      adminId: 'alice',
      expiresAt: expect.any(Number) as number,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      instanceId: expect.any(String) as string,
    });
    expect(Math.abs(Number(body['expiresAt']) - Date.now() - 12 * HOUR_MS)).toBeLessThan(60_000);
    expect((await alice.delete('/session')).status).toBe(204);
    expect(alice.cookie).toBeUndefined();
    expect((await elsewhere.get('/session')).status).toBe(204);
    expect(elsewhere.cookie, 'a cookie that is worth nothing is taken away').toBeUndefined();
  });

  it('gives a cookie that no script reads and no other site can use, and keeps only its hash', async () => {
    const alice = new Operator(cluster.instances[0]!.url);
    const { headers } = await alice.signIn(cluster.key('alice'));
    const [pair, ...attributes] = headers.get('set-cookie')!.split('; ');
    expect(attributes).toEqual(['HttpOnly', 'SameSite=Strict', 'Path=/console', 'Max-Age=43200']);
    const token = pair!.slice('tg_console='.length);
    expect(token).toMatch(/^[\w-]{43}$/);
    const hash = createHash('sha256').update(token).digest('hex');
    const key = `${cluster.prefix}:{console}:session:${hash}`;
    expect(await cluster.redis.get(key)).toContain('alice');
    expect(await cluster.redis.pttl(key)).toBeGreaterThan(11 * HOUR_MS);
    expect(await cluster.redis.keys(`*${token}*`)).toEqual([]);
  });

  it.each([
    ['a till', () => cluster.key('pos')],
    ['a stranger', () => 'no-such-key'],
  ])('is refused to %s', async (_who, key) => {
    const operator = new Operator(cluster.instances[0]!.url);
    const answer = await operator.signIn(key());
    expect(code(answer)).toEqual([401, 'UNAUTHORIZED']);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect((await operator.get('/session')).status).toBe(204);
  });

  it.each([
    ['no JSON', '{', 'INVALID_JSON'],
    ['no key', {}, 'VALIDATION_FAILED'],
    ['a key that is no text', { key: { $ne: '' } }, 'VALIDATION_FAILED'],
  ])('is refused with %s', async (_what, body, expected) => {
    const stranger = new Operator(cluster.instances[1]!.url);
    const answer = await stranger.call({ method: 'POST', path: '/session', body });
    expect(code(answer)).toEqual([400, expected]);
  });

  it('takes no guess for a token', async () => {
    const stranger = new Operator(cluster.instances[0]!.url);
    for (const cookie of [`tg_console=${'A'.repeat(43)}`, 'tg_console=', `tg_console=${'A'.repeat(9_000)}`]) {
      stranger.cookie = cookie;
      expect((await stranger.get('/session')).status).toBe(204);
    }
  });
});

describe('an admin key', () => {
  it('opens no WebSocket and makes no call', async () => {
    const { status, body } = await refused(cluster.url(), cluster.key('alice'));
    expect([status, body.code]).toEqual([401, 'UNAUTHORIZED']);
    expect(code(await cluster.api('alice').get('/v1/terminals'))).toEqual([401, 'UNAUTHORIZED']);
  });

  it('that is disabled ends its sessions at once, and opens none', async () => {
    const bob = await Operator.of(cluster, 'bob');
    expect((await bob.get('/session')).status).toBe(200);
    expect((await keys('disable', 'bob')).exitCode).toBe(0);
    expect((await bob.get('/session')).status).toBe(204);
    expect(code(await bob.signIn(cluster.key('bob')))).toEqual([401, 'UNAUTHORIZED']);
  });

  it('that is rotated ends its sessions when the old text is accepted no more', async () => {
    const [alice, dora] = [await Operator.of(cluster, 'alice'), await Operator.of(cluster, 'dora')];
    expect((await alice.post('/keys/dora/rotate', { overlapMinutes: 5 })).status).toBe(200);
    expect((await dora.get('/keys')).status).toBe(200);
    expect((await alice.post('/keys/dora/rotate', { overlapMinutes: 0 })).status).toBe(200);
    expect(code(await dora.get('/keys'))).toEqual([401, 'UNAUTHORIZED']);
    expect(code(await alice.post('/keys/alice/rotate', { overlapMinutes: 0 }))).toEqual([
      409,
      'KEY_CONFLICT',
    ]);
  });

  it('is made on the command line, without a group', async () => {
    expect(await keys('create', '--type', 'admin', '--group', 'shop')).toMatchObject({
      exitCode: 1,
      log: expect.stringContaining('--group is not for admin keys') as string,
    });
    expect(await keys('create', '--type', 'desktop')).toMatchObject({
      exitCode: 1,
      log: expect.stringContaining('--group is needed for tills and terminals') as string,
    });
    const { log } = await keys('create', '--type', 'admin', '--id', 'carol');
    const carol = new Operator(cluster.instances[1]!.url);
    expect((await carol.signIn(/x-api-key +(\S+)/.exec(log)![1]!)).body['adminId']).toBe('carol');
  });
});

describe('a request that another site makes in the name of the operator', () => {
  let alice: Operator;
  beforeAll(async () => {
    alice = await Operator.of(cluster, 'alice', { on: 1 });
  });

  it.each([
    ['from another origin', { origin: 'https://evil.example' }, 403, 'FOREIGN_ORIGIN'],
    ['from a sandboxed page', { origin: 'null' }, 403, 'FOREIGN_ORIGIN'],
    ['from another port', { origin: 'http://127.0.0.1:1' }, 403, 'FOREIGN_ORIGIN'],
    ['as a form', { 'content-type': 'text/plain' }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'as an upload',
      { 'content-type': 'multipart/form-data; boundary=application/json' },
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ],
    ['without any type', { 'content-type': undefined, origin: undefined }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
  ])('is refused %s', async (_how, headers, ...expected) => {
    expect(code(await alice.call({ method: 'DELETE', path: '/session', headers }))).toEqual(expected);
    expect((await alice.get('/session')).status).toBe(200);
    const key = cluster.key('alice');
    const stranger = new Operator(cluster.instances[0]!.url);
    expect(code(await stranger.signIn(key, headers))).toEqual(expected);
  });

  it('is taken from a client that says no origin, with a type that only scripts can send', async () => {
    const headers = { origin: undefined, 'content-type': 'application/json; charset=utf-8' };
    const bob = await Operator.of(cluster, 'alice', { on: 1 });
    expect((await bob.call({ method: 'DELETE', path: '/session', headers })).status).toBe(204);
  });
});

describe('the way to the console', () => {
  it('is closed to who guesses keys, for his address alone, on every instance', async () => {
    const shop = await start();
    onTestFinished(() => shop.close());
    const guess = (i: number, from: string, key = `guess-${i}`) =>
      new Operator(shop.instances[i % 2]!.url).signIn(key, { 'x-forwarded-for': from });
    for (let i = 0; i < 10; i++) expect((await guess(i, '203.0.113.9')).status).toBe(401);
    const right = await guess(1, '203.0.113.9', shop.key('alice'));
    expect(code(right)).toEqual([429, 'RATE_LIMITED']);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await guess(1, '203.0.113.10', shop.key('alice'))).status).toBe(200);
  });

  it('is closed to who guesses from many addresses', async () => {
    const shop = await start();
    onTestFinished(() => shop.close());
    const from = (i: number) => ({ 'x-forwarded-for': `203.0.113.${Math.floor(i / 10)}` });
    const guesser = new Operator(shop.instances[0]!.url);
    for (let i = 0; i < 300; i++) expect((await guesser.signIn(`guess-${i}`, from(i))).status).toBe(401);
    expect(code(await guesser.signIn('guess', { 'x-forwarded-for': '192.0.2.1' }))).toEqual([
      429,
      'RATE_LIMITED',
    ]);
  });

  it('counts as HTTP requests do', async () => {
    const shop = await start({ RATE_LIMIT_REQUESTS_PER_MINUTE: '1' });
    onTestFinished(() => shop.close());
    const stranger = new Operator(shop.instances[0]!.url);
    for (let i = 0; i < 10; i++) expect((await stranger.get('/session')).status).toBe(204);
    expect(code(await stranger.get('/session'))).toEqual([429, 'RATE_LIMITED']);
  });

  it('has a cookie for TLS alone behind a proxy that ends it', async () => {
    const shop = await start();
    onTestFinished(() => shop.close());
    const alice = new Operator(shop.instances[0]!.url);
    const { headers } = await alice.signIn(shop.key('alice'), { 'x-forwarded-proto': 'https' });
    expect(headers.get('set-cookie')).toMatch(/; Secure$/);
  });

  it('leads to another instance while this one drains', async () => {
    const shop = await start();
    onTestFinished(() => shop.close());
    const alice = await Operator.of(shop, 'alice');
    // One that answers no close holds the stop up for as long as it is given.
    const mute = await openMuteSocket(shop.url(), shop.key('pos'));
    shop.instances[0]!.kill('SIGTERM');
    await eventually(async () => expect(code(await alice.get('/session'))).toEqual([503, 'DRAINING']));
    expect(code(await alice.signIn(shop.key('alice')))).toEqual([503, 'DRAINING']);
    mute.destroy();
  });
});

it('is logged and noted, without keys and cookies', async () => {
  const alice = await Operator.of(cluster, 'alice');
  const token = alice.cookie!.split('=')[1]!;
  await new Operator(cluster.instances[0]!.url).signIn('guessed-key-text');
  await alice.delete('/session');
  const log = cluster.logs();
  expect(log).toContain('sign-in at the console refused');
  expect(log).toContain('signed in at the console');
  for (const secret of [token, cluster.key('alice'), 'guessed-key-text']) expect(log).not.toContain(secret);
  const acts = await cluster.redis.zrange(`${cluster.prefix}:{audit}:acts`, 0, '-1');
  const [signedIn, signedOut] = acts.slice(-2).map((text) => JSON.parse(text) as object);
  const by = { actor: { kind: 'admin', id: 'alice' }, from: alice.address, subject: 'alice' };
  expect(signedIn).toMatchObject({ action: 'console.signed-in', ...by });
  expect(signedOut).toMatchObject({ action: 'console.signed-out', ...by });
  expect(acts.join()).not.toContain(token);
});
