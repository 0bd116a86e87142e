import { beforeEach, describe, expect, it } from 'vitest';
import { memberOf } from '../../src/presence/index.js';
import { begunAnew, ended, newDelivery, type DeliveryRecord } from '../../src/webhooks/delivery.js';
import { DeliveryLog, OVERDUE_MS } from '../../src/webhooks/delivery-log.js';
import { EndpointStore } from '../../src/webhooks/endpoint-store.js';
import { WebhookKeys } from '../../src/webhooks/keys.js';
import { expectSame } from '../support/dump.js';
import { TestStore } from '../support/test-store.js';

const GROUP = 'shop';
const ENDPOINT = 'wh_1';
const HOUR_MS = 3_600_000;
const KEPT = 1_000;

let test: TestStore;
let log: DeliveryLog;
let keys: ReturnType<WebhookKeys['deliveries']>;

beforeEach(async () => {
  test = await TestStore.open();
  log = new DeliveryLog(test.store, test.config);
  keys = new WebhookKeys(test.prefix).deliveries(GROUP, ENDPOINT);
});

const refOf = ({ deliveryId }: DeliveryRecord) => ({ groupId: GROUP, endpointId: ENDPOINT, deliveryId });

function delivery(eventId: string, now = Date.now()): DeliveryRecord {
  const event = { groupId: GROUP, transactionId: eventId, eventType: 'payment.completed', eventId, body: '' };
  return newDelivery(event as Parameters<typeof newDelivery>[0], ENDPOINT, now);
}

async function added(eventId: string, now?: number): Promise<DeliveryRecord> {
  const made = delivery(eventId, now);
  return log.add(refOf(made), made, `{"eventId":"${eventId}"}`);
}

const end = (made: DeliveryRecord, now?: number) =>
  log.change(refOf(made), (d) => ended(d, 'delivered', now));
const ttls = () =>
  Promise.all([keys.deliveries, keys.bodies, keys.log, keys.ended].map((k) => test.redis.pttl(k)));

describe('put-delivery', () => {
  it('makes a delivery once, whoever comes again', async () => {
    const made = await added('E', 1_000);
    await log.change(refOf(made), (d) => ({ ...d, tries: 1 }));
    const again = await added('E', 2_000);
    expect(again).toMatchObject({ createdAt: made.createdAt, tries: 1 });
    expect(await log.body(refOf(made))).toBe('{"eventId":"E"}');
    expect(await log.list(GROUP, ENDPOINT, 10)).toHaveLength(1);
  });

  it('loses no change of those made at the same time', async () => {
    const made = await added('E');
    const outcome = (n: number) => ({ at: '', durationMs: n });
    await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        log.change(refOf(made), (d) => ({ ...d, attempts: [...d.attempts, outcome(n)] })),
      ),
    );
    expect((await log.find(refOf(made)))!.attempts).toHaveLength(10);
  });

  it('watches a delivery as long as it is pending', async () => {
    const made = await added('E');
    const due = Number(await test.redis.zscore(keys.due, memberOf(GROUP, `${ENDPOINT}\n${made.deliveryId}`)));
    expect(due).toBe(Date.parse(made.createdAt) + OVERDUE_MS);
    await end(made);
    expect(await test.redis.zcard(keys.due)).toBe(0);
    await log.change(refOf(made), (d) => begunAnew(d));
    expect([await test.redis.zcard(keys.due), await test.redis.zcard(keys.ended)]).toEqual([1, 0]);
  });

  it('never lets a pending delivery expire, and everything else after a while', async () => {
    const [a, b] = [await added('A'), await added('B')];
    expect(await ttls()).toEqual([-1, -1, -1, -2]);
    await end(a);
    expect(await ttls()).toEqual([-1, -1, -1, -1]);
    await end(b);
    for (const ttl of await ttls()) {
      expect(ttl).toBeGreaterThan(72 * HOUR_MS);
      expect(ttl).toBeLessThanOrEqual(76 * HOUR_MS);
    }
    await log.change(refOf(a), (d) => begunAnew(d));
    expect((await ttls()).slice(0, 3)).toEqual([-1, -1, -1]);
  });

  it('keeps the newest thousand that ended, and every one that is pending', async () => {
    const waiting = await Promise.all(Array.from({ length: 20 }, (_, i) => added(`P${i}`, 1_000)));
    const made = await Promise.all(Array.from({ length: KEPT + 5 }, (_, i) => added(`E${i}`)));
    const now = Date.now();
    for (const [i, one] of made.entries()) await end(one, now + i);
    expect(await test.redis.zcard(keys.ended)).toBe(KEPT);
    expect(await test.redis.hlen(keys.deliveries)).toBe(KEPT + 20);
    expect(await test.redis.hlen(keys.bodies)).toBe(KEPT + 20);
    expect(await test.redis.zcard(keys.log)).toBe(KEPT + 20);
    expect(await log.find(refOf(made[4]!))).toBeUndefined();
    expect(await log.find(refOf(made[5]!))).toBeDefined();
    expect((await log.list(GROUP, ENDPOINT, 50, 'pending')).length).toBe(waiting.length);
  });

  it('forgets what ended more than 76 hours ago', async () => {
    const old = await added('OLD');
    await end(old, Date.now() - 77 * HOUR_MS);
    await added('NEW');
    expect(await log.find(refOf(old))).toBeUndefined();
    expect(await log.body(refOf(old))).toBeUndefined();
  });

  it('run twice makes, changes and ends once', async () => {
    const twice = async (work: () => Promise<unknown>) => {
      await work();
      const { answer, before, after } = await test.repeatLatest();
      expect(answer).toEqual({ isStored: true, found: '' });
      expectSame(after, before);
    };
    const made = delivery('E');
    await twice(() => log.add(refOf(made), made, '{}'));
    await twice(() => log.change(refOf(made), (d) => ({ ...d, tries: 1 })));
    await twice(() => end(made));
    await twice(() => log.change(refOf(made), (d) => begunAnew(d)));
  });

  it('does not bring a removed endpoint back', async () => {
    const made = await added('E');
    await new EndpointStore(test.store, test.config).remove(GROUP, ENDPOINT);
    expect(await end(made)).toBeUndefined();
    expect(await test.redis.exists(keys.deliveries, keys.bodies, keys.log, keys.ended)).toBe(0);
  });
});

describe('the log', () => {
  it('drops what is pending, and nothing else', async () => {
    const [a, b] = [await added('A'), await added('B')];
    await end(a);
    expect(await log.dropPending(GROUP, ENDPOINT)).toBe(1);
    expect((await log.find(refOf(a)))!.status).toBe('delivered');
    expect((await log.find(refOf(b)))!.status).toBe('dropped');
  });

  it('lists the newest first', async () => {
    for (const [i, id] of ['A', 'B', 'C'].entries()) await added(id, 1_000 + i);
    const listed = await log.list(GROUP, ENDPOINT, 2);
    expect(listed.map(({ eventId }) => eventId)).toEqual(['C', 'B']);
  });

  it('puts the next look of the sweep off, or ends it for a delivery that is gone', async () => {
    const made = await added('E', 1_000);
    const member = memberOf(GROUP, `${ENDPOINT}\n${made.deliveryId}`);
    const before = Date.now();
    await log.lookAgain(refOf(made), made);
    expect(Number(await test.redis.zscore(keys.due, member))).toBeGreaterThanOrEqual(before + OVERDUE_MS);
    await log.lookAgain(refOf(made), undefined);
    expect(await test.redis.zscore(keys.due, member)).toBeNull();
  });
});
