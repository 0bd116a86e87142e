import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../scripts/test-redis.mjs';
import { eventually } from '../../support/eventually.js';
import { request } from '../../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { RedisServer } from '../../support/redis-server.js';

const KEYS = [posKey('pos'), terminalKey('t1', 'TERM-001')];
const LIMIT = 30;

let redis: RedisServer;
let cluster: Cluster;

beforeAll(async () => {
  redis = await RedisServer.start(await freePort());
  const env = { RATE_LIMIT_REQUESTS_PER_MINUTE: String(LIMIT) };
  cluster = await startCluster({ keys: KEYS, store: { REDIS_URL: redis.url }, env });
});
afterAll(async () => {
  await cluster.close();
  await redis.remove();
});

describe('while the store is away', () => {
  it('calls are refused with the verdict that is true, and a wait goes on', async () => {
    const api = cluster.api('pos');
    const terminal = await cluster.terminal('t1', { behaviour: 'silent' });
    const payment = request();
    const waiting = api.post('/v1/terminals/TERM-001/payments', payment);
    await eventually(() => terminal.ledger.timesSeen(payment.transactionId) === 1);
    await redis.kill();
    const looking = await api.get('/v1/terminals');
    expect([looking.status, looking.body['code'], looking.body['retrySafe']]).toEqual([
      503,
      'STORE_UNAVAILABLE',
      true,
    ]);
    expect(Number(looking.headers.get('retry-after'))).toBeGreaterThan(0);
    const paying = await api.post('/v1/terminals/TERM-001/payments', payment);
    expect([paying.status, paying.body['retrySafe']]).toEqual([503, false]);
    await redis.restart();
    await eventually(async () => (await api.get('/v1/terminals')).status === 200);
    const [answer] = await Promise.all([
      waiting,
      eventually(() => {
        if (!terminal.all('paymentResponseAck').length) terminal.respond(payment.transactionId, 'SUCCESS');
        return terminal.all('paymentResponseAck').length > 0;
      }),
    ]);
    expect(answer.body).toMatchObject({ status: 'SUCCESS' });
  });

  it('each instance counts by itself', async () => {
    await redis.kill();
    const url = `${cluster.instances[0]!.url}/v1/terminals`;
    const statuses = new Set<number>();
    for (let i = 0; i <= LIMIT; i++) {
      statuses.add((await fetch(url, { headers: { 'x-api-key': 'one-and-the-same' } })).status);
    }
    expect([...statuses]).toEqual([503, 429]);
  });
});
