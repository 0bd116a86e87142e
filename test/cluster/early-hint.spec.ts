import { expect, inject, it, onTestFinished } from 'vitest';
import { TerminalClient } from '../support/clients.js';
import { eventually } from '../support/eventually.js';
import { request } from '../support/expected.js';
import { posKey, startCluster, terminalKey } from '../support/fixture.js';
import { RedisLine } from '../support/redis-line.js';

const KEYS = [posKey('pos'), terminalKey('t1', 'TERM-001')];
/** Long enough to pay in it, short enough to keep the leases. */
const DELAY_MS = 500;

it('mail whose hint overtakes the answer to the registration is delivered without the sweep', async () => {
  const line = await RedisLine.to(inject('redisUrl'));
  onTestFinished(() => line.close());
  const cluster = await startCluster({ keys: KEYS, env: { DELIVERY_TIMEOUT_MS: '4000' } });
  onTestFinished(() => cluster.close());
  await cluster.add({ REDIS_URL: line.url });
  const pos = await cluster.pos('pos', { on: 0 });

  line.delay('commands', DELAY_MS);
  const terminal = cluster.track(await TerminalClient.connect(cluster.url(1), cluster.key('t1')));
  await eventually(async () => expect(await pos.terminals()).toMatchObject([{ status: 'online' }]));
  const payment = request();
  pos.pay('TERM-001', payment);
  // What the sweep goes by.
  await eventually(async () => {
    const sets = await cluster.redis.keys(`${cluster.prefix}:*:mail`);
    expect(await Promise.all(sets.map((set) => cluster.redis.zrem(set, 'shop\nt1')))).toEqual([1]);
  });
  await terminal.next('payment');
  line.heal();
  expect((await pos.result(payment.transactionId)).status).toBe('SUCCESS');
});
