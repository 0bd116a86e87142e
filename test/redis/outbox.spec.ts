import { beforeEach, describe, expect, it } from 'vitest';
import type { PaymentEvent } from '../../src/payments/index.js';
import { expectSame } from '../support/dump.js';
import type { PaymentDesk } from '../support/payment-desk.js';
import { PaymentShop } from '../support/payment-shop.js';

let shop: PaymentShop;
let desk: PaymentDesk;

async function openWith(policy: string): Promise<void> {
  shop = await PaymentShop.open({ LATE_RESULT_POLICY: policy, PAYMENT_WAIT_MS: '5000' });
  desk = shop.desk;
}

beforeEach(() => openWith('void'));

/** A caller over HTTP, whose payment is told to webhooks. */
const overHttp = () => ({ ...shop.pos, epoch: 0 });
const payWithWebhooks = (id = 'T', request: object = {}) =>
  desk.pay(overHttp(), 'TERM-001', id, request, { webhooks: true });
const kinds = async () => Object.keys(await desk.events());

/** The body of an event, as its handler gets it. */
async function bodyOf(id: string, kind: string): Promise<Record<string, any> & { data: any }> {
  const told: PaymentEvent[] = [];
  desk.outbox.handle((event) => Promise.resolve(void told.push(event)));
  await desk.sweepOutbox(`${id}\n${kind}`);
  expect(told).toHaveLength(1);
  const body = JSON.parse(told[0]!.body) as Record<string, unknown> & { data: unknown };
  expect([body['eventId'], body['eventType']]).toEqual([told[0]!.eventId, told[0]!.eventType]);
  return body;
}

describe('a payment that webhooks are told of', () => {
  it('notes when the wait for it is over', async () => {
    const start = await shop.test.now();
    expect(await payWithWebhooks()).toBe('accepted');
    const { 'T timeout': due, ...others } = await desk.events();
    expect(due).toBeGreaterThanOrEqual(start + 5_000);
    expect(others).toEqual({});
  });

  it('has its event in place in the very step that makes it final', async () => {
    await payWithWebhooks();
    await desk.claim(shop.terminal, 'T', 'token');
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    expect(shop.answered).toEqual(['settled', '3', '1', expect.stringMatching(/^\d+$/)]);
    expect(await kinds()).toEqual(['T result']);
    const before = await shop.test.dump();
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    expectSame(await shop.test.dump(), before);
  });

  it('has one too when it is given up, and when its approval is voided later', async () => {
    await payWithWebhooks();
    await desk.claim(shop.terminal, 'T', 'token');
    await shop.drops(shop.terminal);
    await desk.passDeadline('T');
    await desk.sweep('T');
    expect(await kinds()).toEqual(['T result']);
    const back = await shop.again(shop.terminal);
    await desk.answer(back, 'T', 'SUCCESS', { authorizationCode: 'A9' });
    expect(await kinds()).toEqual(['T result']);
    await desk.answerVoid(back, 'T', { status: 'SUCCESS' });
    expect((await kinds()).sort()).toEqual(['T result', 'T voided']);
    expect(await bodyOf('T', 'result')).toMatchObject({
      eventType: 'payment.failed',
      data: { status: 'FAILED', errorCode: 'TERMINAL_DISCONNECTED', amount: '10.00' },
    });
    expect(await bodyOf('T', 'voided')).toMatchObject({
      eventType: 'payment.voided',
      data: { status: 'VOIDED', authorizationCode: 'A9' },
    });
    expect(await kinds()).toEqual([]);
  });

  it('tells both outcomes when a late one is delivered', async () => {
    await openWith('deliver');
    await payWithWebhooks();
    await desk.claim(shop.terminal, 'T', 'token');
    await shop.drops(shop.terminal);
    await desk.passDeadline('T');
    await desk.sweep('T');
    await desk.answer(await shop.again(shop.terminal), 'T', 'SUCCESS');
    expect((await kinds()).sort()).toEqual(['T late', 'T result']);
    const failed = await bodyOf('T', 'result');
    const completed = await bodyOf('T', 'late');
    expect([failed['eventType'], completed['eventType']]).toEqual(['payment.failed', 'payment.completed']);
    expect(completed['eventId']).not.toBe(failed['eventId']);
    expect(completed.data.version).toBeGreaterThan(failed.data.version as number);
  });

  it('may be one that was asked for without them first', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    expect(await kinds()).toEqual([]);
    expect(await payWithWebhooks()).toBe('joined');
    expect(await kinds()).toEqual(['T timeout']);
    const { 'T timeout': due } = await desk.events();
    expect(await payWithWebhooks()).toBe('joined');
    expect((await desk.events())['T timeout']).toBe(due);
  });
});

describe('other payments', () => {
  it('leave nothing in the outbox', async () => {
    await shop.settled('T');
    expect(await kinds()).toEqual([]);
  });
});

describe('an event', () => {
  it('has everything that the contract names, and amounts as they came', async () => {
    await payWithWebhooks('T', { amount: '012.50', metadata: { order: 7 } });
    await desk.claim(shop.terminal, 'T', 'token');
    const response = { authorizationCode: 'A1', receiptData: 'thank you', errorCode: 'none' };
    await desk.answer(shop.terminal, 'T', 'SUCCESS', response);
    const { eventId, push } = await desk.record('T');
    const body = await bodyOf('T', 'result');
    const { timestamp } = JSON.parse(push!) as { timestamp: string };
    expect(body).toEqual({
      eventType: 'payment.completed',
      eventId,
      timestamp,
      data: {
        transactionId: 'T',
        status: 'SUCCESS',
        amount: '012.50',
        currency: 'PHP',
        paymentMethod: 'CARD',
        authorizationCode: 'A1',
        errorCode: 'none',
        receiptData: 'thank you',
        terminalId: 'TERM-001',
        metadata: { order: 7 },
        version: 3,
      },
    });
  });

  it('of an ended wait tells that there is no result yet, the same each time', async () => {
    await payWithWebhooks('T', { metadata: { order: 7 } });
    const { 'T timeout': due } = await desk.events();
    const refusing = () => Promise.reject(new Error('not now'));
    desk.outbox.handle(refusing);
    await expect(desk.sweepOutbox('T\ntimeout')).rejects.toThrow('not now');
    expect(await kinds(), 'it stays until it is taken over').toEqual(['T timeout']);
    const body = await bodyOf('T', 'timeout');
    expect(body).toMatchObject({
      eventType: 'payment.timeout',
      timestamp: new Date(due!).toISOString(),
      data: { status: 'TIMEOUT', amount: '10.00', terminalId: 'TERM-001', metadata: { order: 7 } },
    });
    expect((await bodyOf('T', 'timeout'))['eventId']).toBe(body['eventId']);
    expect(await kinds()).toEqual([]);
  });

  it('of an ended wait is none once there is a result, and one of an unknown payment is cleared', async () => {
    await payWithWebhooks();
    await desk.claim(shop.terminal, 'T', 'token');
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    const told: PaymentEvent[] = [];
    desk.outbox.handle((event) => Promise.resolve(void told.push(event)));
    await desk.sweepOutbox('T\ntimeout');
    await desk.sweepOutbox('nothing\nresult');
    expect(told).toEqual([]);
  });
});

describe('a caller over HTTP', () => {
  it('gets no push, and its payment can be joined by a till, which does', async () => {
    await desk.pay(overHttp(), 'TERM-001', 'T');
    expect((await desk.record('T'))['recipients']).toBe('');
    expect(await desk.pay(shop.otherPos, 'TERM-001', 'T')).toBe('joined');
    await desk.claim(shop.terminal, 'T', 'token');
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    expect(await desk.mailbox('pos')).toEqual({});
    expect(Object.keys(await desk.mailbox('pos-2'))).toEqual(['r:T']);
    expect(await desk.pay(overHttp(), 'TERM-001', 'T')).toBe('replayed');
    expect(await desk.mailbox('pos')).toEqual({});
  });
});
