import { afterEach, describe, expect, it } from 'vitest';
import { PosClient, refused } from '../../support/clients.js';
import { posKey, startCluster, type Cluster } from '../../support/fixture.js';

const KEYS = [posKey('flood'), posKey('calm')];

let cluster: Cluster | undefined;
afterEach(() => cluster?.close());

async function start(env: Record<string, string>, instances = 2): Promise<Cluster> {
  cluster = await startCluster({ instances, keys: KEYS, env });
  return cluster;
}

/** Calls in turn on every instance. @returns how many were admitted, and the last refusal */
async function flood({ instances }: Cluster, key: string, calls: number) {
  const answers = [];
  for (let i = 0; i < calls; i++) {
    answers.push(await cluster!.api(key, { on: i % instances.length }).get('/v1/terminals'));
  }
  return {
    admitted: answers.filter(({ status }) => status === 200).length,
    refusal: answers.findLast(({ status }) => status !== 200),
  };
}

describe('requests', () => {
  it('of one key are counted over all instances, and move no other key of its address', async () => {
    const shop = await start({ RATE_LIMIT_REQUESTS_PER_MINUTE: '10' });
    // More than the address is allowed: what is refused for its key does not count for its address.
    const { admitted, refusal } = await flood(shop, 'flood', 110);
    expect(admitted).toBe(10);
    expect([refusal!.status, refusal!.body['code']]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(refusal!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refusal!.body['retryAfterMs']).toBeGreaterThan(0);
    expect(refusal!.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
    expect(refusal!.headers.get('cache-control')).toBe('no-store');
    expect((await cluster!.api('calm').get('/v1/terminals')).status).toBe(200);
  });

  it('of one address are counted whoever they claim to be', async () => {
    const { url } = (await start({ RATE_LIMIT_REQUESTS_PER_MINUTE: '2' })).instances[0]!;
    const guess = (i: number) => fetch(`${url}/v1/terminals`, { headers: { 'x-api-key': `guess-${i}` } });
    const statuses = [];
    for (let i = 0; i < 22; i++) statuses.push((await guess(i)).status);
    expect(statuses).toEqual([...Array<number>(20).fill(401), 429, 429]);
  });

  it('are not limited by 0', async () => {
    const { admitted } = await flood(await start({ RATE_LIMIT_REQUESTS_PER_MINUTE: '0' }), 'flood', 30);
    expect(admitted).toBe(30);
  });
});

describe('connects', () => {
  it('of one key are counted over all instances', async () => {
    const shop = await start({ RATE_LIMIT_CONNECTS_PER_MINUTE: '4', TRUSTED_PROXIES: '127.0.0.1' });
    // Each from an address of its own, so that only the key is what they have in common.
    const from = (i: number) => ({ headers: { 'x-forwarded-for': `192.0.2.${i}` } });
    for (let i = 0; i < 4; i++) {
      shop.track(await PosClient.connect(shop.url(i % 2), shop.key('flood'), from(i)));
    }
    const { status, body, headers } = await refused(shop.url(0), shop.key('flood'), from(9));
    expect([status, body.code]).toEqual([429, 'RATE_LIMITED']);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    const calm = await PosClient.connect(shop.url(0), shop.key('calm'), from(9));
    await shop.track(calm).roundTrip();
  });

  it('of one address are counted over all instances', async () => {
    const shop = await start({ RATE_LIMIT_CONNECTS_PER_MINUTE: '4' });
    for (let i = 0; i < 4; i++) await refused(shop.url(i % 2), 'no-such-key');
    const { status } = await refused(shop.url(1), shop.key('calm'));
    expect(status).toBe(429);
  });
});
