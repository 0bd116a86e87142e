import { beforeEach, describe, expect, it } from 'vitest';
import { expectSame } from '../support/dump.js';
import type { PaymentDesk } from '../support/payment-desk.js';
import { PaymentShop } from '../support/payment-shop.js';

let shop: PaymentShop;
let desk: PaymentDesk;

beforeEach(async () => {
  shop = await PaymentShop.open();
  desk = shop.desk;
});

const refused = (work: Promise<unknown>) =>
  expect(work).rejects.toMatchObject({ kind: 'TRANSACTION_NOT_FOUND' });

describe('cancel', () => {
  it('ends a payment that was not handed over at once and for certain', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    expect(await desk.cancel(shop.otherPos, 'T')).toBe('CANCELLED');
    expect(await desk.record('T')).toMatchObject({
      status: 'CANCELLED',
      retrySafe: 'true',
      delivery: 'queued',
    });
    expect([await desk.lock('t1'), await desk.deadline('T')]).toEqual([undefined, undefined]);
    expect(await desk.mailbox('t1')).toEqual({});
    expect(await desk.claim(shop.terminal, 'T', 'token')).toEqual(['over']);
    const { 'r:T': push } = await desk.mailbox('pos');
    expect(JSON.parse(push!)).toMatchObject({ status: 'CANCELLED', retrySafe: true });
  });

  it('asks the terminal about a payment that was handed over', async () => {
    await shop.handedOver('T');
    expect(await desk.cancel(shop.otherPos, 'T')).toBeUndefined();
    expect(shop.answered).toEqual(['asked']);
    expect(await desk.record('T')).toMatchObject({
      status: 'PENDING',
      recipients: 'pos\npos-2',
      cancelledBy: 'pos-2',
    });
    const { 'c:T': frame } = await desk.mailbox('t1');
    expect(JSON.parse(frame!)).toMatchObject({ action: 'cancelPayment', terminalId: 'TERM-001' });
    await desk.cancel(shop.pos, 'T');
    await desk.cancel(shop.pos, 'T');
    expect(await desk.record('T')).toMatchObject({ recipients: 'pos\npos-2', cancelledBy: 'pos-2\npos' });
  });

  it('asks the terminal even if the payment is to be handed over again', async () => {
    await shop.handedOver('T');
    await desk.tellUnknown(await shop.returns(shop.terminal), 'T');
    expect(await desk.record('T')).toMatchObject({ delivery: 'queued' });
    expect(await desk.cancel(shop.pos, 'T')).toBeUndefined();
    expect(await desk.record('T')).toMatchObject({ status: 'PENDING' });
  });

  it('waits for a terminal that is away', async () => {
    await shop.handedOver('T');
    await shop.drops(shop.terminal);
    expect(await desk.cancel(shop.pos, 'T')).toBeUndefined();
    expect(await desk.record('T')).toMatchObject({ status: 'AWAITING_RECONNECT' });
    await shop.returns(shop.terminal);
    expect(Object.keys(await desk.mailbox('t1')).sort()).toEqual(['c:T', 'i:T']);
  });

  it.each([
    ['SUCCESS', 'TOO_LATE'],
    ['FAILED', 'TOO_LATE'],
    ['CANCELLED', 'CANCELLED'],
  ])('of a payment that ended with %s is %s', async (status, outcome) => {
    await shop.settled('T', status);
    const before = await shop.test.dump();
    expect(await desk.cancel(shop.pos, 'T')).toBe(outcome);
    expectSame(await shop.test.dump(), before);
  });

  it('of an unknown payment is refused', async () => {
    await refused(desk.cancel(shop.pos, 'T'));
    await shop.handedOver('T');
    const { keyId } = shop.pos.principal;
    const stranger = { ...shop.pos, principal: { ...shop.pos.principal, keyId, groupId: 'other' } };
    await refused(desk.cancel(stranger, 'T'));
  });
});

describe("the terminal's answer to a cancellation", () => {
  it('CANCELLED is final by itself', async () => {
    await shop.handedOver('T');
    await desk.cancel(shop.pos, 'T');
    await desk.answerCancel(shop.terminal, 'T', 'CANCELLED');
    expect(await desk.record('T')).toMatchObject({ status: 'CANCELLED', retrySafe: 'false' });
    expect(await desk.mailbox('t1')).toEqual({});
    expect(await desk.lock('t1')).toBeUndefined();
  });

  it('CANCELLED after the result is kept as a contradiction', async () => {
    await shop.settled('T');
    await desk.answerCancel(shop.terminal, 'T', 'CANCELLED');
    const record = await desk.record('T');
    expect(record).toMatchObject({ status: 'COMPLETED' });
    expect(JSON.parse(record['conflicts']!)).toMatchObject({ status: 'CANCELLED' });
  });

  it('TOO_LATE goes to who asked for it, once, and the payment goes on', async () => {
    await shop.handedOver('T');
    await desk.cancel(shop.otherPos, 'T');
    const { version } = await desk.record('T');
    await desk.answerCancel(shop.terminal, 'T', 'TOO_LATE');
    expect(shop.answered).toEqual(['passed']);
    const record = await desk.record('T');
    expect(record).toMatchObject({ status: 'PENDING', version });
    expect(record).not.toHaveProperty('cancelledBy');
    const { 'x:T': frame } = await desk.mailbox('pos-2');
    expect(JSON.parse(frame!)).toMatchObject({ action: 'cancelResponse', status: 'TOO_LATE' });
    expect(await desk.mailbox('pos')).toEqual({});
    await desk.receipt(shop.otherPos, 'x', 'T');
    const before = await shop.test.dump();
    await desk.answerCancel(shop.terminal, 'T', 'TOO_LATE');
    expectSame(await shop.test.dump(), before);
  });

  it('TOO_LATE is not for a till that was told that nobody knows', async () => {
    await shop.handedOver('T');
    await desk.cancel(shop.pos, 'T');
    await desk.cancel(shop.otherPos, 'T');
    await desk.forgetCancel(shop.pos, 'T');
    await desk.answerCancel(shop.terminal, 'T', 'TOO_LATE');
    expect(await desk.mailbox('pos')).toEqual({});
    expect(Object.keys(await desk.mailbox('pos-2'))).toEqual(['x:T']);
    await desk.forgetCancel(shop.otherPos, 'T');
    expect(await desk.mailbox('pos-2')).toEqual({});
    expect(await desk.withMail()).toEqual(['t1']);
  });

  it.each(['CANCELLED', 'TOO_LATE'] as const)('%s is refused from others', async (status) => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    await refused(desk.answerCancel(shop.terminal, 'T', status));
    await desk.claim(shop.terminal, 'T', 'token');
    await desk.cancel(shop.pos, 'T');
    const record = await desk.record('T');
    await refused(desk.answerCancel(shop.otherTerminal, 'T', status));
    await refused(desk.answerCancel(shop.terminal, 'U', status));
    expect(await desk.record('T')).toEqual(record);
  });
});
