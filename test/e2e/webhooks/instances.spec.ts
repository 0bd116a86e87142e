import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import type { Receiver } from '../../support/receiver.js';
import { WebhookShop, type MadeEndpoint } from '../../support/webhook-shop.js';

let shop: WebhookShop;
let receiver: Receiver;
let endpoint: MadeEndpoint;

beforeEach(async () => {
  shop = await WebhookShop.open();
  receiver = await shop.receiver();
  endpoint = await shop.endpoint(receiver);
});

afterEach(() => shop.close());

const kill = async (on: number) => {
  shop.cluster.instances[on]!.kill('SIGKILL');
  await shop.cluster.instances[on]!.exited;
};

it.each([0, 10, 40])('killed %i ms after the result, the other instance delivers', async (ms) => {
  await shop.cluster.add();
  const terminal = await shop.terminal(1);
  const id = await shop.pay({ on: 1 });
  await terminal.next('paymentResponseAck');
  await sleep(ms);
  await kill(1);
  const call = await receiver.next(id, 'payment.completed', 25_000);
  await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
  expect(new Set(receiver.of(id).map(({ eventId }) => eventId))).toEqual(new Set([call.eventId]));
});

it('killed in the middle of a call, the other instance calls again', async () => {
  await shop.terminal();
  receiver.behaviour = () => {};
  const id = await shop.pay();
  const first = await receiver.next(id);
  await shop.cluster.add();
  await kill(0);
  receiver.behaviour = 204;
  await eventually(() => receiver.of(id).length === 2, { timeoutMs: 25_000 });
  expect(receiver.of(id)[1]!.eventId).toBe(first.eventId);
  await shop.delivery(endpoint.endpointId, id, { status: 'delivered' }, 1);
});

it('all instances killed while a retry is waited for, a new one goes on', async () => {
  await shop.terminal();
  await receiver.goDown();
  const id = await shop.pay();
  await shop.delivery(endpoint.endpointId, id, { hasAttempts: 1 });
  await kill(0);
  await receiver.comeBack();
  await shop.cluster.add();
  await receiver.next(id, undefined, 25_000);
  await shop.delivery(endpoint.endpointId, id, { status: 'delivered' }, 1);
});

it('stopped in the middle of a call, an instance gives it back at once and exits in order', async () => {
  await shop.terminal();
  receiver.behaviour = () => {};
  const id = await shop.pay();
  const first = await receiver.next(id);
  await shop.cluster.add();
  receiver.behaviour = 204;
  expect(await shop.cluster.instances[0]!.stop()).toBe(0);
  // Far sooner than the lock of an instance that died would end.
  await eventually(() => receiver.of(id).length === 2, { timeoutMs: 4_000 });
  expect(receiver.of(id)[1]!.eventId).toBe(first.eventId);
  const { attempts } = await shop.delivery(endpoint.endpointId, id, { status: 'delivered' }, 1);
  expect(attempts).toHaveLength(1);
});

it('stopped with a call that ends in time, an instance finishes it', async () => {
  await shop.terminal();
  receiver.behaviour = (response) => void setTimeout(() => response.writeHead(204).end(), 1_000);
  const id = await shop.pay();
  await receiver.next(id);
  expect(await shop.cluster.instances[0]!.stop()).toBe(0);
  await shop.cluster.add();
  await shop.delivery(endpoint.endpointId, id, { status: 'delivered' }, 1);
  expect(receiver.of(id)).toHaveLength(1);
});

it('the queue lost, the log of deliveries brings every pending one back', async () => {
  await shop.terminal();
  await receiver.goDown();
  const id = await shop.pay();
  await shop.delivery(endpoint.endpointId, id, { hasAttempts: 1 });
  const queue = await shop.cluster.redis.keys(shop.queueKey('*'));
  await shop.cluster.redis.unlink(...queue);
  await receiver.comeBack();
  await shop.makeOverdue();
  await receiver.next(id);
  await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
});
