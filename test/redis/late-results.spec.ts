import { beforeEach, describe, expect, it } from 'vitest';
import { expectSame } from '../support/dump.js';
import type { PaymentDesk } from '../support/payment-desk.js';
import { PaymentShop, type Present } from '../support/payment-shop.js';

let shop: PaymentShop;
let desk: PaymentDesk;

async function openWith(policy: 'void' | 'deliver'): Promise<void> {
  shop = await PaymentShop.open({ LATE_RESULT_POLICY: policy });
  desk = shop.desk;
}

/** What lies in a mailbox under an id. */
async function mail(keyId: string, id: string): Promise<any> {
  return JSON.parse((await desk.mailbox(keyId))[id]!);
}

describe.each(['void', 'deliver'] as const)('a late result, policy %s', (policy) => {
  beforeEach(() => openWith(policy));

  it.each(['FAILED', 'CANCELLED'])('%s is recorded, and the outcome stays', async (status) => {
    await shop.givenUp('T');
    const before = await desk.record('T');
    const mailbox = await desk.mailbox('pos');
    await desk.answer(shop.terminal, 'T', status, { errorCode: 'E1' });
    expect(shop.answered).toEqual(['recorded']);
    const record = await desk.record('T');
    expect(record).toMatchObject({
      status: 'FAILED',
      push: before['push'],
      version: '5',
      lateStatus: status,
    });
    expect(JSON.parse(record['late']!)).toMatchObject({ status, errorCode: 'E1', amount: '10.00' });
    expect(await desk.mailbox('pos')).toEqual(mailbox);
    expect(await desk.mailbox('t1')).toEqual({});
  });

  it('is the same under any cause for which the gateway gave the payment up', async () => {
    await shop.handedOver('T');
    await desk.passDeadline('T');
    await desk.sweep('T');
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    expect(shop.answered).toEqual([policy === 'void' ? 'voiding' : 'delivered']);
  });

  it('counts once: the first stands, another one is kept', async () => {
    await shop.givenUp('T');
    await desk.answer(shop.terminal, 'T', 'FAILED');
    const before = await shop.test.dump();
    await desk.answer(shop.terminal, 'T', 'FAILED');
    expectSame(await shop.test.dump(), before);
    await desk.answer(shop.terminal, 'T', 'SUCCESS', { authorizationCode: 'A1' });
    const record = await desk.record('T');
    expect(record).toMatchObject({ status: 'FAILED', lateStatus: 'FAILED' });
    expect(JSON.parse(record['conflicts']!)).toMatchObject({ status: 'SUCCESS', authorizationCode: 'A1' });
  });

  it('is none if the payment was not given up by the gateway', async () => {
    await shop.settled('T', 'FAILED');
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    expect(shop.answered).toEqual(['repeated', 'FAILED']);
    const { again } = shop.test.store;
    expect(await desk.record('T')).toMatchObject({ status: 'FAILED', version: '4' });
    const before = await shop.test.dump();
    await again();
    expectSame(await shop.test.dump(), before);
  });
});

describe('an approval under policy void', () => {
  beforeEach(() => openWith('void'));

  async function voiding(): Promise<Present> {
    await shop.givenUp('T');
    const back = await shop.again(shop.terminal);
    await desk.answer(back, 'T', 'SUCCESS', { authorizationCode: 'A1' });
    expect(shop.answered).toEqual(['voiding']);
    return back;
  }

  it('is voided at the terminal, and the till is told nothing yet', async () => {
    await voiding();
    expect(await desk.record('T')).toMatchObject({ status: 'FAILED', voidPending: '1', version: '5' });
    expect(await mail('t1', 'v:T')).toMatchObject({
      action: 'voidPayment',
      reason: 'LATE_RECONNECTION',
      paymentResponse: { status: 'SUCCESS', authorizationCode: 'A1', amount: '10.00' },
    });
    expect(Object.keys(await desk.mailbox('pos'))).toEqual(['r:T']);
  });

  it('stays in the mailbox after its receipt, for the next connection', async () => {
    const back = await voiding();
    await desk.receipt(back, 'v', 'T');
    expect(Object.keys(await desk.mailbox('t1'))).toEqual(['v:T']);
    await shop.drops(back);
    expect(Object.keys(await desk.mailbox('t1'))).toEqual(['v:T']);
    await shop.again(back);
    expect(await desk.withMail()).toContain('t1');
  });

  it('is VOIDED when the terminal confirms', async () => {
    const back = await voiding();
    await desk.answerVoid(back, 'T', { status: 'SUCCESS' });
    expect(shop.answered).toEqual(['voided']);
    const record = await desk.record('T');
    expect(record).toMatchObject({ status: 'VOIDED', voidReason: 'LATE_RECONNECTION', version: '6' });
    expect(record['voidedAt']).toBe(record['updatedAt']);
    expect(record).not.toHaveProperty('voidPending');
    expect(await desk.mailbox('t1')).toEqual({});
    expect(await mail('pos', 'w:T')).toMatchObject({
      action: 'paymentVoided',
      deviceId: 'TERM-001',
      voidReason: 'LATE_RECONNECTION',
      paymentResponse: { authorizationCode: 'A1' },
      transactionVersion: 6,
    });
    const before = await shop.test.dump();
    await desk.answerVoid(back, 'T', { status: 'SUCCESS' });
    await desk.answerVoid(back, 'T', { status: 'FAILED' });
    await desk.answer(back, 'T', 'SUCCESS');
    expectSame(await shop.test.dump(), before);
  });

  it('stays pending while the terminal refuses, and can be confirmed later', async () => {
    const back = await voiding();
    await desk.answerVoid(back, 'T', { status: 'FAILED', errorCode: 'E9' });
    expect(shop.answered).toEqual(['refused']);
    const record = await desk.record('T');
    expect(record).toMatchObject({ status: 'FAILED', voidPending: '1', version: '6' });
    expect(JSON.parse(record['voidRefusal']!)).toEqual({ errorCode: 'E9' });
    expect(Object.keys(await desk.mailbox('t1'))).toEqual(['v:T']);
    await desk.answerVoid(await shop.again(back), 'T', { status: 'SUCCESS' });
    const voided = await desk.record('T');
    expect(voided).toMatchObject({ status: 'VOIDED', version: '7' });
    expect(voided).not.toHaveProperty('voidRefusal');
  });

  it('is not voided on the word of anybody else, nor unasked', async () => {
    const refused = (work: Promise<unknown>) =>
      expect(work).rejects.toMatchObject({ kind: 'TRANSACTION_NOT_FOUND' });
    await shop.givenUp('T');
    await refused(desk.answerVoid(shop.terminal, 'T', { status: 'SUCCESS' }));
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    const before = await shop.test.dump();
    await refused(desk.answerVoid(shop.otherTerminal, 'T', { status: 'SUCCESS' }));
    await refused(desk.answerVoid(shop.terminal, 'U', { status: 'SUCCESS' }));
    expectSame(await shop.test.dump(), before);
  });
});

describe('an approval under policy deliver', () => {
  beforeEach(() => openWith('deliver'));

  it('becomes the outcome, and the till is told a second time', async () => {
    await shop.givenUp('T');
    const first = await desk.record('T');
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    expect(shop.answered).toEqual(['delivered']);
    const record = await desk.record('T');
    expect(record).toMatchObject({ status: 'COMPLETED', retrySafe: '', version: '5' });
    expect(record['eventId']).not.toBe(first['eventId']);
    const pushes = await desk.mailbox('pos');
    expect(pushes).toEqual({ 'r:T': first['push'], 'l:T': record['push'] });
    expect(await mail('pos', 'l:T')).toMatchObject({ status: 'SUCCESS', late: true, transactionVersion: 5 });
    expect(await desk.mailbox('t1')).toEqual({});
    expect(await desk.pay(shop.pos, 'TERM-001', 'T')).toBe('replayed');
  });
});

describe('an answer that fits no transaction', () => {
  beforeEach(() => openWith('void'));

  it('is kept once if it is an approval', async () => {
    for (const authorizationCode of ['A1', 'A2']) {
      const answer = desk.answer(shop.terminal, 'T', 'SUCCESS', { authorizationCode });
      await expect(answer).rejects.toMatchObject({ kind: 'TRANSACTION_NOT_FOUND' });
    }
    const { T: kept, ...others } = await desk.unmatched('t1');
    expect(JSON.parse(kept!)).toMatchObject({ status: 'SUCCESS', authorizationCode: 'A1' });
    expect(others).toEqual({});
  });

  it('is not acknowledged as kept when a terminal has sent too many of them', async () => {
    const answer = (id: string) => desk.answer(shop.terminal, id, 'SUCCESS');
    for (let i = 0; i < 200; i++) {
      await expect(answer(`T${i}`)).rejects.toMatchObject({ kind: 'TRANSACTION_NOT_FOUND' });
    }
    const before = await shop.test.dump();
    await expect(answer('one more')).rejects.toMatchObject({ kind: 'ANSWER_NOT_KEPT' });
    expectSame(await shop.test.dump(), before);
    await expect(answer('T7'), 'known already').rejects.toMatchObject({ kind: 'TRANSACTION_NOT_FOUND' });
    const another = desk.answer(shop.otherTerminal, 'one more', 'SUCCESS');
    await expect(another, 'of another terminal').rejects.toMatchObject({ kind: 'TRANSACTION_NOT_FOUND' });
  });

  it.each(['FAILED', 'CANCELLED'])('leaves no trace if it is %s', async (status) => {
    const before = await shop.test.dump();
    await expect(desk.answer(shop.terminal, 'T', status)).rejects.toThrow();
    expectSame(await shop.test.dump(), before);
  });
});
