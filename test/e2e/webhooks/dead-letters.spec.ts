import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import type { Receiver } from '../../support/receiver.js';
import { ENDPOINTS, WebhookShop, type MadeEndpoint } from '../../support/webhook-shop.js';

let shop: WebhookShop;
let receiver: Receiver;
let endpoint: MadeEndpoint;

beforeAll(async () => {
  shop = await WebhookShop.open({ env: { WEBHOOK_RETRY_DELAYS_MS: '50,100' } });
  await shop.terminal();
  receiver = await shop.receiver();
});

afterAll(() => shop?.close());

beforeEach(async () => {
  await shop.removeEndpoints();
  endpoint = await shop.endpoint(receiver);
});

/** A payment whose event was given up. */
async function deadLetter(): Promise<{ id: string; delivery: any }> {
  receiver.behaviour = 503;
  const id = await shop.pay();
  return { id, delivery: await shop.delivery(endpoint.endpointId, id, { status: 'failed' }) };
}

it('after the last pause a delivery is a dead letter, with all its attempts', async () => {
  const { id, delivery } = await deadLetter();
  expect(delivery.attempts.map((attempt: any) => attempt.statusCode)).toEqual([503, 503, 503]);
  expect(delivery).not.toHaveProperty('nextAttemptAt');
  expect(receiver.of(id)).toHaveLength(3);
  expect(await shop.cluster.redis.keys(`${shop.queueKey('dlv_')}*`)).toEqual([]);
  expect(shop.cluster.logs()).toContain('webhook given up');
});

it('a dead letter is delivered again on request: the same event, new attempts', async () => {
  const { id, delivery } = await deadLetter();
  receiver.behaviour = 204;
  const asked = await shop.redeliver(endpoint.endpointId, delivery.deliveryId);
  expect(asked).toMatchObject({ status: 202, body: { deliveryId: delivery.deliveryId, status: 'pending' } });
  const delivered = await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
  expect(delivered.attempts.map((attempt: any) => attempt.statusCode)).toEqual([503, 503, 503, 204]);
  const calls = receiver.of(id);
  expect(new Set(calls.map(({ text, eventId }) => text + eventId)).size).toBe(1);
  expect(await shop.deliveries(endpoint.endpointId)).toHaveLength(1);
});

it('a redelivery gets all its attempts, and may fail and be asked for again', async () => {
  const { id, delivery } = await deadLetter();
  await shop.redeliver(endpoint.endpointId, delivery.deliveryId);
  await shop.delivery(endpoint.endpointId, id, { status: 'failed', hasAttempts: 6 });
  receiver.behaviour = 200;
  await shop.redeliver(endpoint.endpointId, delivery.deliveryId);
  await shop.delivery(endpoint.endpointId, id, { status: 'delivered', hasAttempts: 7 });
});

it('what was delivered can be delivered once more', async () => {
  receiver.behaviour = 204;
  const id = await shop.pay();
  const { deliveryId } = await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
  await shop.redeliver(endpoint.endpointId, deliveryId);
  await shop.delivery(endpoint.endpointId, id, { status: 'delivered', hasAttempts: 2 });
  expect(receiver.of(id)).toHaveLength(2);
});

describe('a delivery that waits for its next attempt', () => {
  let patient: WebhookShop;
  let target: Receiver;
  let endpointId: string;
  let waiting: any;

  beforeAll(async () => {
    patient = await WebhookShop.open({ env: { WEBHOOK_RETRY_DELAYS_MS: '600000' } });
    await patient.terminal();
    target = await patient.receiver();
    ({ endpointId } = await patient.endpoint(target));
    target.behaviour = 503;
    waiting = await patient.delivery(endpointId, await patient.pay(), { hasAttempts: 1 });
    target.behaviour = 204;
  });

  afterAll(() => patient?.close());

  it('is not tried before its time, though its errand comes early, as from an instance that died', async () => {
    const delayed = () => patient.cluster.redis.zcard(patient.queueKey('delayed'));
    await eventually(async () => (await delayed()) === 1);
    expect(await patient.hastenErrands()).toBe(1);
    await eventually(async () => (await delayed()) === 1);
    expect(await patient.delivery(endpointId, waiting.transactionId)).toEqual(waiting);
    expect(target.calls).toHaveLength(1);
  });

  it('is tried at once on request', async () => {
    await patient.redeliver(endpointId, waiting.deliveryId);
    await patient.delivery(endpointId, waiting.transactionId, { status: 'delivered', hasAttempts: 2 });
    expect(target.calls).toHaveLength(2);
  });
});

it('the log lists the newest first, by status, and shows one', async () => {
  const { delivery } = await deadLetter();
  receiver.behaviour = 204;
  const ids = [await shop.pay(), await shop.pay()];
  for (const id of ids) await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
  const all = await shop.deliveries(endpoint.endpointId);
  expect(all.map(({ transactionId }) => transactionId as string)).toEqual([
    ...ids.reverse(),
    delivery.transactionId,
  ]);
  expect(await shop.deliveries(endpoint.endpointId, '?limit=1')).toEqual([all[0]]);
  expect(await shop.deliveries(endpoint.endpointId, '?status=failed')).toEqual([delivery]);
  expect(await shop.deliveries(endpoint.endpointId, '?status=pending&limit=5')).toEqual([]);
  const path = `${ENDPOINTS}/${endpoint.endpointId}/deliveries`;
  const one = await shop.api().get(`${path}/${delivery.deliveryId}`);
  expect(one.body).toEqual({ ...delivery, timestamp: expect.any(String) as string });
  const listed = await shop.api().get(path);
  expect(listed.body).toEqual({ deliveries: all, count: 3, timestamp: expect.any(String) as string });
});

it('an unknown delivery is not found', async () => {
  const path = `${ENDPOINTS}/${endpoint.endpointId}/deliveries/dlv_0`;
  for (const answer of [await shop.api().get(path), await shop.api().post(`${path}/redeliver`)]) {
    expect(answer).toMatchObject({ status: 404, body: { code: 'DELIVERY_NOT_FOUND' } });
  }
});
