import { beforeEach, describe, expect, it } from 'vitest';
import { expectSame } from '../support/dump.js';
import type { PaymentDesk } from '../support/payment-desk.js';
import { PaymentShop } from '../support/payment-shop.js';

const ANSWER_MS = 600_000;
const STEP_AT_A = expect.stringMatching(/^\d{13} A$/) as string;

let shop: PaymentShop;
let desk: PaymentDesk;

beforeEach(async () => {
  shop = await PaymentShop.open({ PAYMENT_TIMEOUT_MS: String(ANSWER_MS) });
  desk = shop.desk;
});

describe('claim', () => {
  it('gives the right to write once', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    const start = await shop.test.now();
    expect(await desk.claim(shop.terminal, 'T', 'token')).toEqual(['claimed', 'pos', '']);
    const record = await desk.record('T');
    expect(record).toMatchObject({ delivery: 'sent', version: '2', claim: 'token', dispatches: '1' });
    expect(record['step.claimed']).toBe(`${record['sentAt']} A`);
    expect(Number(record['sentAt'])).toBeGreaterThanOrEqual(start);
    expect(await desk.claim(shop.terminal, 'T', 'another')).toEqual(['taken']);
    expect(await desk.claim(shop.terminal, 'T', 'token')).toEqual(['claimed', 'pos', '']);
    expect(await desk.record('T')).toEqual(record);
  });

  it('gives one of many at once the right', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    const tokens = Array.from({ length: 20 }, (_, i) => `token ${i}`);
    const answers = await Promise.all(tokens.map((token) => desk.claim(shop.terminal, 'T', token)));
    expect(answers.filter(([kind]) => kind === 'claimed')).toHaveLength(1);
    expect(answers.filter(([kind]) => kind === 'taken')).toHaveLength(19);
  });

  it('replaces the deadline of the delivery by that of the answer', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    const start = await shop.test.now();
    await desk.claim(shop.terminal, 'T', 'token');
    expect(await desk.deadline('T')).toBeGreaterThanOrEqual(start + ANSWER_MS);
  });

  it('ends the deadline where an answer may take forever', async () => {
    const patient = await PaymentShop.open({ PAYMENT_TIMEOUT_MS: '0' });
    await patient.handedOver('T');
    expect(await patient.desk.deadline('T')).toBeUndefined();
  });

  it('is refused to a connection that is not the terminal any more', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    const young = await shop.again(shop.terminal);
    const before = await shop.test.dump();
    expect(await desk.claim(shop.terminal, 'T', 'token')).toEqual(['stale']);
    expectSame(await shop.test.dump(), before);
    await shop.presence.drop(young.endpoint);
    expect(await desk.claim(young, 'T', 'token')).toEqual(['stale']);
    expect(await desk.claim(await shop.again(young), 'T', 'token')).toEqual(['claimed', 'pos', '']);
  });

  it('is refused when the transaction is final or gone', async () => {
    await shop.settled('T');
    expect(await desk.claim(shop.terminal, 'T', 'another')).toEqual(['over']);
    expect(await desk.claim(shop.terminal, 'T', 'token')).toEqual(['over']);
    expect(await desk.claim(shop.terminal, 'U', 'token')).toEqual(['over']);
  });

  it('names who waits for the result, late-comers too', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    await desk.pay(shop.otherPos, 'TERM-001', 'T');
    expect(await desk.claim(shop.terminal, 'T', 'token')).toEqual(['claimed', 'pos\npos-2', '']);
  });
});

describe('unclaim', () => {
  it('gives the right back, as if the payment had never left', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    const start = await shop.test.now();
    await desk.claim(shop.terminal, 'T', 'token');
    expect(await desk.unclaim(shop.terminal, 'T', 'token')).toEqual(['queued']);
    const record = await desk.record('T');
    expect(record).toMatchObject({ status: 'PENDING', delivery: 'queued', version: '3' });
    for (const field of ['claim', 'dispatches', 'sentAt']) expect(record).not.toHaveProperty(field);
    const deadline = (await desk.deadline('T'))!;
    expect(deadline).toBeGreaterThanOrEqual(start + shop.test.config.deliveryTimeoutMs);
    expect(deadline).toBeLessThan(start + ANSWER_MS);
    expect(Object.keys(await desk.mailbox('t1'))).toEqual(['p:T']);
    expect(await desk.claim(shop.terminal, 'T', 'another')).toEqual(['claimed', 'pos', '']);
    expect(await desk.record('T')).toMatchObject({ dispatches: '1' });
  });

  it('opens the payment to the next connection of a terminal that has dropped meanwhile', async () => {
    await shop.handedOver('T');
    await shop.drops(shop.terminal);
    const back = await shop.returns(shop.terminal);
    await desk.unclaim(shop.terminal, 'T', 'token');
    expect(Object.keys(await desk.mailbox('t1'))).toEqual(['p:T']);
    expect(await desk.record('T')).not.toHaveProperty('inquiry');
    expect(await desk.claim(back, 'T', 'another')).toEqual(['claimed', 'pos', '']);
  });

  it('takes back one hand-over of several, and a retry is still not safe', async () => {
    await shop.handedOver('T');
    const back = await shop.returns(shop.terminal);
    await desk.tellUnknown(back, 'T');
    await desk.claim(back, 'T', 'second');
    await desk.unclaim(back, 'T', 'second');
    expect(await desk.record('T')).toMatchObject({ dispatches: '1', delivery: 'queued' });
    await desk.passDeadline('T');
    await desk.sweep('T');
    expect(await desk.record('T')).toMatchObject({ status: 'FAILED', retrySafe: 'false' });
  });

  it('does nothing with another claim, after the receipt, or when the payment is final', async () => {
    await shop.handedOver('T');
    const expectNothing = async (token: string) => {
      const before = await shop.test.dump();
      expect(await desk.unclaim(shop.terminal, 'T', token)).toEqual(['over']);
      expectSame(await shop.test.dump(), before);
    };
    await expectNothing('another');
    await desk.receipt(shop.terminal, 'p', 'T');
    await expectNothing('token');
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    await expectNothing('token');
    expect(await desk.unclaim(shop.terminal, 'U', 'token')).toEqual(['over']);
  });
});

describe('receipt', () => {
  it('of a payment takes it from the mailbox and notes that it was received', async () => {
    await shop.handedOver('T');
    await desk.receipt(shop.terminal, 'p', 'T');
    expect(await desk.mailbox('t1')).toEqual({});
    expect(await desk.withMail()).toEqual([]);
    expect(await desk.record('T')).toMatchObject({ delivery: 'received', version: '3' });
    await desk.receipt(shop.terminal, 'p', 'T');
    expect(await desk.record('T')).toMatchObject({ delivery: 'received', version: '3' });
  });

  it('of a result takes it from the mailbox and notes it in the record without a new version', async () => {
    await shop.settled('T');
    const record = await desk.record('T');
    await desk.receipt(shop.pos, 'r', 'T');
    expect(await desk.mailbox('pos')).toEqual({});
    expect(await desk.withMail()).toEqual([]);
    const { 'step.pushed': pushed, 'step.receipted': receipted, ...rest } = await desk.record('T');
    expect(rest).toEqual(record);
    expect([pushed, receipted]).toEqual([STEP_AT_A, STEP_AT_A]);
  });

  // The registration was restored on the same connection: the epoch cannot tell one hand-over from the other.
  it('of a first hand-over leaves the second one alone', async () => {
    await shop.handedOver('T');
    const first = (await desk.stamp('t1', 'p:T'))!;
    await desk.resume(shop.terminal);
    await desk.tellUnknown(shop.terminal, 'T');
    const before = await shop.test.dump();
    await desk.receipt(shop.terminal, 'p', 'T', first);
    expectSame(await shop.test.dump(), before);
    expect(await desk.claim(shop.terminal, 'T', 'second')).toEqual(['claimed', 'pos', '']);
    await desk.receipt(shop.terminal, 'p', 'T');
    expect(await desk.record('T')).toMatchObject({ delivery: 'received' });
    expect(await desk.mailbox('t1')).toEqual({});
  });

  it('of a payment that an inquiry has taken out of the mailbox is noted all the same', async () => {
    await shop.handedOver('T');
    const first = (await desk.stamp('t1', 'p:T'))!;
    await desk.resume(shop.terminal);
    await desk.receipt(shop.terminal, 'p', 'T', first);
    expect(await desk.record('T')).toMatchObject({ delivery: 'received' });
  });

  it('of a displaced connection leaves the message to the newer one', async () => {
    await shop.settled('T');
    const young = await shop.again(shop.pos);
    const before = await shop.test.dump();
    await desk.receipt(shop.pos, 'r', 'T');
    expectSame(await shop.test.dump(), before);
    await desk.receipt(young, 'r', 'T');
    expect(await desk.mailbox('pos')).toEqual({});
  });

  it('that comes after the answer changes nothing that a client sees but the timeline', async () => {
    await shop.settled('T');
    const record = await desk.record('T');
    expect(record).toMatchObject({ status: 'COMPLETED', delivery: 'received' });
    await desk.receipt(shop.terminal, 'p', 'T');
    const { 'step.sent': sent, 'step.received': received, ...rest } = await desk.record('T');
    expect(rest).toEqual(record);
    expect([sent, received]).toEqual([STEP_AT_A, STEP_AT_A]);
  });

  it('comes in batches of any size', async () => {
    const ids = Array.from({ length: 120 }, (_, i) => `T${i}`);
    for (const id of ids) await shop.settled(id);
    expect(Object.keys(await desk.mailbox('pos'))).toHaveLength(120);
    await Promise.all(ids.map((id) => desk.receipt(shop.pos, 'r', id)));
    expect(await desk.mailbox('pos')).toEqual({});
    expect(await desk.withMail()).toEqual([]);
  });
});
