import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Receiver } from '../../support/receiver.js';
import { WebhookShop, type MadeEndpoint } from '../../support/webhook-shop.js';

let shop: WebhookShop;
let receiver: Receiver;
let endpoint: MadeEndpoint;

beforeAll(async () => {
  shop = await WebhookShop.open({
    instances: 2,
    env: { PAYMENT_WAIT_MS: '1000', GRACE_PERIOD_MS: '300', CANCEL_TIMEOUT_MS: '5000' },
  });
  receiver = await shop.receiver();
  endpoint = await shop.endpoint(receiver);
});

afterAll(() => shop?.close());

it('a declined payment is told as failed', async () => {
  const terminal = await shop.terminal(1, { behaviour: 'decline' });
  const id = await shop.pay();
  const { data } = await receiver.next(id, 'payment.failed');
  expect(data).toMatchObject({
    status: 'FAILED',
    errorCode: 'DECLINED',
    errorMessage: 'Declined by the issuer',
  });
  await terminal.close();
});

it('a cancelled payment is told as cancelled', async () => {
  const terminal = await shop.terminal(1, { behaviour: 'silent' });
  const id = await shop.pay();
  await terminal.next('payment');
  const cancelling = shop.api().post(`/v1/transactions/${id}/cancel`);
  await terminal.next('cancelPayment');
  terminal.send({ action: 'cancelResponse', transactionId: id, status: 'CANCELLED' });
  expect((await cancelling).body['status']).toBe('CANCELLED');
  expect((await receiver.next(id, 'payment.cancelled')).data).toMatchObject({ status: 'CANCELLED' });
  await terminal.close();
});

it('a payment without a result is told as timed out, and then its result', async () => {
  const terminal = await shop.terminal(1, { behaviour: 'silent' });
  const id = await shop.pay();
  await terminal.next('payment');
  const timeout = await receiver.next(id, 'payment.timeout');
  expect(timeout.data).toMatchObject({ transactionId: id, status: 'TIMEOUT', amount: '10.00' });
  terminal.respond(id, 'SUCCESS');
  const result = await receiver.next(id, 'payment.completed');
  expect(result.eventId).not.toBe(timeout.eventId);
  expect(result.data.version).toBeGreaterThan(timeout.data.version as number);
  const types = (await shop.deliveries(endpoint.endpointId)).filter((d) => d.transactionId === id);
  expect(types.map(({ eventType }) => eventType as string)).toEqual(['payment.completed', 'payment.timeout']);
  await terminal.close();
});

it('a result in time is not told as timed out', async () => {
  const terminal = await shop.terminal(1);
  const early = await shop.pay();
  await receiver.next(early, 'payment.completed');
  await terminal.close();
  const silent = await shop.terminal(1, { behaviour: 'silent' });
  const late = await shop.pay();
  await receiver.next(late, 'payment.timeout');
  expect(receiver.of(early).map(({ eventType }) => eventType)).toEqual(['payment.completed']);
  silent.respond(late, 'SUCCESS');
  await receiver.next(late, 'payment.completed');
  await silent.close();
});

it('an approval that came too late is told as voided', async () => {
  const terminal = await shop.terminal(1, { behaviour: 'silent' });
  const id = await shop.pay();
  await terminal.next('payment');
  terminal.drop();
  const failed = await receiver.next(id, 'payment.failed');
  expect(failed.data).toMatchObject({ errorCode: 'TERMINAL_DISCONNECTED' });
  const back = await shop.terminal(0, { behaviour: 'silent' });
  back.respond(id, 'SUCCESS', { authorizationCode: 'L1' });
  await back.next('voidPayment');
  back.send({ action: 'voidResponse', transactionId: id, status: 'SUCCESS' });
  const voided = await receiver.next(id, 'payment.voided');
  expect(voided.data).toMatchObject({ transactionId: id, status: 'VOIDED', amount: '10.00' });
  expect(voided.data.version).toBeGreaterThan(failed.data.version as number);
  expect(receiver.of(id).map(({ eventType }) => eventType)).toEqual(['payment.failed', 'payment.voided']);
  await back.close();
});
