import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { TerminalClient } from '../support/clients.js';
import { eventually } from '../support/eventually.js';
import { newId, request } from '../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../support/fixture.js';
import { RedisLine } from '../support/redis-line.js';

/** Tills that ask over WebSocket what others ask over HTTP. */
const TILLS = Array.from({ length: 10 }, (_, i) => `till-${i}`);
const KEYS = [posKey('pos'), ...TILLS.map((id) => posKey(id)), terminalKey('t1', 'TERM-001')];
const PATH = '/v1/terminals/TERM-001/payments';

let cluster: Cluster;
let terminal: TerminalClient;

beforeEach(async () => {
  cluster = await startCluster({ instances: 3, keys: KEYS });
  terminal = await cluster.terminal('t1', { on: 2, behaviour: 'silent' });
});
afterEach(() => cluster.close());

const got = (id: string) => eventually(() => terminal.ledger.timesSeen(id) === 1);

/** Instances that are to be told of changes of a transaction. */
async function watchers(transactionId: string): Promise<string[]> {
  const [key] = await cluster.redis.keys(`${cluster.prefix}:*:tx:shop:${transactionId}`);
  return ((await cluster.redis.hget(key!, 'watchers')) ?? '').split('\n').filter(Boolean);
}

describe('a wait', () => {
  it('that is aborted leaves nothing behind, and the payment goes on', async () => {
    const payment = request();
    const id = payment.transactionId;
    const callers = Array.from({ length: 20 }, () => new AbortController());
    const calls = callers.map(({ signal }, i) =>
      cluster.api('pos', { on: i % 2 }).call({ method: 'POST', path: PATH, body: payment, signal }),
    );
    await got(id);
    await eventually(async () => expect(await watchers(id)).toHaveLength(2));
    callers.forEach((caller) => caller.abort());
    await Promise.allSettled(calls);
    await eventually(async () => expect(await watchers(id)).toEqual([]));
    terminal.respond(id, 'SUCCESS');
    const found = await cluster.api('pos').get(`/v1/transactions/${id}?wait=10`);
    expect(found.body['status']).toBe('COMPLETED');
    await eventually(async () => expect(await watchers(id)).toEqual([]));
  });

  it('whose instance is killed can be taken up on another', async () => {
    const payment = request();
    const lost = cluster.api('pos', { on: 0 }).post(PATH, payment);
    await got(payment.transactionId);
    cluster.instances[0]!.kill('SIGKILL');
    await expect(lost).rejects.toThrow();
    const again = cluster.api('pos', { on: 1 }).post(PATH, payment);
    const looking = cluster.api('pos', { on: 2 }).get(`/v1/transactions/${payment.transactionId}?wait=30`);
    terminal.respond(payment.transactionId, 'SUCCESS');
    expect((await again).body).toMatchObject({ status: 'SUCCESS' });
    expect((await looking).body).toMatchObject({ status: 'COMPLETED' });
    expect(terminal.ledger.timesSeen(payment.transactionId)).toBe(1);
  });

  it('is ended by the stop of its instance, which refuses further calls', async () => {
    const payment = request();
    const api = cluster.api('pos', { on: 0 });
    const waiting = api.post(PATH, payment);
    await got(payment.transactionId);
    const pos = await cluster.pos('pos', { on: 0 });
    const stopped = cluster.instances[0]!.stop();
    const { status, body } = await waiting;
    expect([status, body['code'], body['transactionId']]).toEqual([504, 'TIMEOUT', payment.transactionId]);
    const refused = await api.post(PATH, request()).catch(() => undefined);
    if (refused) expect([refused.status, refused.body['code']]).toEqual([503, 'DRAINING']);
    await pos.closed;
    expect(await stopped).toBe(0);
    terminal.respond(payment.transactionId, 'SUCCESS');
    const again = await cluster.api('pos', { on: 1 }).post(PATH, payment);
    expect(again.body).toMatchObject({ status: 'SUCCESS' });
  });

  it('hears of a result even if no hint arrives', async () => {
    const line = await RedisLine.to(inject('redisUrl'));
    try {
      await cluster.add({ REDIS_URL: line.url });
      const payment = request();
      const waiting = cluster.api('pos', { on: 3 }).post(PATH, payment);
      await got(payment.transactionId);
      line.deafen('subscriber');
      terminal.respond(payment.transactionId, 'SUCCESS');
      expect((await waiting).body).toMatchObject({ status: 'SUCCESS' });
    } finally {
      await line.close();
    }
  });
});

describe('the same payment', () => {
  it('50 times at once over both protocols and three instances reaches the terminal once', async () => {
    // Slow enough that every caller is there before the result is.
    terminal.behaviour = async ({ transactionId }) => {
      await sleep(1_500);
      terminal.respond(transactionId as string, 'SUCCESS', { authorizationCode: 'ONCE' });
    };
    const payment = { ...request(), transactionId: newId(), metadata: { order: 1 } };
    const tills = await Promise.all(TILLS.map((id, i) => cluster.pos(id, { on: i % 3 })));
    const calls = Array.from({ length: 50 }, (_, i) => {
      const till = tills[i];
      if (till) {
        till.pay('TERM-001', payment);
        return till.result(payment.transactionId).then(({ status, eventId }) => ({ status, eventId }));
      }
      const api = cluster.api('pos', { on: i % 3 });
      return api
        .post(PATH, payment)
        .then(({ body }) => ({ status: body['status'], eventId: body['eventId'] }));
    });
    const answers = await Promise.all(calls);
    const distinct = new Set(answers.map((answer) => JSON.stringify(answer)));
    expect(distinct.size).toBe(1);
    expect(answers[0]!['status']).toBe('SUCCESS');
    expect(terminal.ledger.timesSeen(payment.transactionId)).toBe(1);
  });
});
