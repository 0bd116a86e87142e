import { beforeEach, expect, it } from 'vitest';
import { PaymentShop } from '../support/payment-shop.js';

let shop: PaymentShop;

beforeEach(async () => {
  shop = await PaymentShop.open();
});

/** What was counted, by `name{labels}`, without what is 0. */
async function counted(...names: string[]): Promise<Record<string, number>> {
  const text = await shop.desk.metrics.registry.metrics();
  const lines = text.split('\n').map((line) => line.split(' ') as [string, string]);
  return Object.fromEntries(
    lines
      .filter(
        ([series, value]) => names.some((name) => series.startsWith(`gateway_${name}`)) && value !== '0',
      )
      .map(([series, value]) => [series.replace('gateway_', ''), Number(value)]),
  );
}

it('counts what tills were told about their requests', async () => {
  await shop.handedOver('T1');
  await shop.desk.pay(shop.pos, 'TERM-001', 'T1');
  await expect(shop.desk.pay(shop.pos, 'TERM-001', 'T2')).rejects.toThrow('in progress');
  await expect(shop.desk.pay(shop.pos, 'TERM-001', 'T1', { amount: '1.00' })).rejects.toThrow('already used');
  await expect(shop.desk.pay(shop.pos, 'TERM-009', 'T3')).rejects.toThrow('not found');
  await shop.desk.answer(shop.terminal, 'T1', 'SUCCESS');
  await shop.desk.pay(shop.pos, 'TERM-001', 'T1');
  const results = ['accepted', 'joined', 'busy', 'duplicate', 'no_terminal', 'replayed'];
  expect(await counted('payment_requests_total')).toEqual(
    Object.fromEntries(results.map((result) => [`payment_requests_total{result="${result}"}`, 1])),
  );
});

it('counts why payments were given up, and whether that was safe', async () => {
  await shop.desk.pay(shop.pos, 'TERM-001', 'T1');
  await shop.desk.passDeadline('T1');
  await shop.desk.sweep('T1');
  await shop.handedOver('T2');
  await shop.desk.passDeadline('T2');
  await shop.desk.sweep('T2');
  await shop.givenUp('T3');
  expect(await counted('payment_failures_total')).toEqual({
    'payment_failures_total{error_code="NOT_DELIVERED",retry_safe="true"}': 1,
    'payment_failures_total{error_code="NO_RESPONSE",retry_safe="false"}': 1,
    'payment_failures_total{error_code="TERMINAL_DISCONNECTED",retry_safe="false"}': 1,
  });
});

it('counts answers that come late, contradict, or fit no payment', async () => {
  await shop.settled('T1');
  await shop.desk.answer(shop.terminal, 'T1', 'SUCCESS');
  await shop.desk.answer(shop.terminal, 'T1', 'FAILED');
  await expect(shop.desk.answer(shop.terminal, 'never asked', 'SUCCESS')).rejects.toThrow('not found');
  await shop.givenUp('T2');
  await shop.desk.answer(shop.terminal, 'T2', 'SUCCESS');
  expect(await counted('late_answers', 'contradicting', 'unmatched')).toEqual({
    'late_answers_total{outcome="approved"}': 1,
    contradicting_answers_total: 1,
    unmatched_answers_total: 1,
  });
});
