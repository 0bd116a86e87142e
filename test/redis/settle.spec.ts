import { beforeEach, describe, expect, it } from 'vitest';
import { partitionOf } from '../../src/redis/index.js';
import { recordKey } from '../../src/relay/index.js';
import { GROUP } from '../support/endpoints.js';
import { expectSame } from '../support/dump.js';
import { HintEar } from '../support/hint-ear.js';
import type { PaymentDesk } from '../support/payment-desk.js';
import { PaymentShop } from '../support/payment-shop.js';

const KEEP_MS = 3_600_000;

let shop: PaymentShop;
let desk: PaymentDesk;

beforeEach(async () => {
  shop = await PaymentShop.open({ TRANSACTION_RETENTION_MS: String(KEEP_MS) });
  desk = shop.desk;
});

const unmatched = (keyId: string) => shop.test.keys.of(partitionOf(GROUP), `unmatched:${keyId}`);

async function pushTo(keyId: string, transactionId = 'T'): Promise<any> {
  return JSON.parse((await desk.mailbox(keyId))[`r:${transactionId}`]!);
}

describe("the terminal's answer", () => {
  it.each([
    ['SUCCESS', 'COMPLETED'],
    ['FAILED', 'FAILED'],
    ['CANCELLED', 'CANCELLED'],
  ])('%s ends the transaction as %s', async (answered, status) => {
    await shop.handedOver('T');
    await desk.answer(shop.terminal, 'T', answered);
    const record = await desk.record('T');
    expect(record).toMatchObject({ status, version: '3' });
    expect(record['completedAt']).toBe(record['updatedAt']);
    expect(await pushTo('pos')).toMatchObject({
      action: 'paymentComplete',
      transactionId: 'T',
      terminalId: 'TERM-001',
      status: answered,
      eventId: record['eventId'],
      transactionVersion: 3,
    });
  });

  it('frees the terminal, ends the deadline and takes the payment from its mailbox', async () => {
    await shop.settled('T');
    expect(await desk.lock('t1')).toBeUndefined();
    expect(await desk.deadline('T')).toBeUndefined();
    expect(await desk.mailbox('t1')).toEqual({});
    expect(await desk.withMail()).toEqual(['pos']);
    expect(await desk.pay(shop.pos, 'TERM-001', 'U')).toBe('accepted');
  });

  it('lets the record expire only now', async () => {
    const name = recordKey(shop.test.keys, GROUP, 'T');
    await shop.handedOver('T');
    expect(await shop.test.redis.pttl(name)).toBe(-1);
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    const ttl = await shop.test.redis.pttl(name);
    expect(ttl).toBeGreaterThan(KEEP_MS - 60_000);
    expect(ttl).toBeLessThanOrEqual(KEEP_MS);
  });

  it('reaches everybody who asked, with one event id, by a hint', async () => {
    const { keys, config, redis } = shop.test;
    await shop.handedOver('T');
    // The instance that handed the payment over does not know of the second till.
    await desk.pay(shop.otherPos, 'TERM-001', 'T');
    const ear = await HintEar.on(keys.channel(partitionOf(GROUP), config.incarnation));
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    const { push } = await desk.record('T');
    expect(await desk.mailbox('pos')).toEqual({ 'r:T': push });
    expect(await desk.mailbox('pos-2')).toEqual({ 'r:T': push });
    const [stamp, other] = await Promise.all([desk.stamp('pos', 'r:T'), desk.stamp('pos-2', 'r:T')]);
    expect(await ear.take(redis)).toEqual([
      `mail\npos\n${shop.pos.epoch}\nr:T\n${stamp}\n${push}`,
      `mail\npos-2\n${shop.otherPos.epoch}\nr:T\n${other}\n${push}`,
    ]);
  });

  it('waits for a till that is away', async () => {
    await shop.handedOver('T');
    await shop.presence.drop(shop.pos.endpoint);
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    expect(await pushTo('pos')).toMatchObject({ status: 'SUCCESS' });
    expect(await desk.withMail()).toEqual([]);
  });

  it('is filled from the request where the terminal left something out', async () => {
    await shop.handedOver('T', { amount: '007.50', metadata: { order: 7 } });
    await desk.answer(shop.terminal, 'T', 'SUCCESS', { currency: 'EUR' });
    expect((await pushTo('pos')).paymentResponse).toEqual({
      transactionId: 'T',
      status: 'SUCCESS',
      currency: 'EUR',
      amount: '007.50',
      paymentMethod: 'CARD',
      metadata: { order: 7 },
    });
  });

  it('counts once: a repeated one changes nothing', async () => {
    await shop.settled('T');
    const before = await shop.test.dump();
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    expectSame(await shop.test.dump(), before);
  });

  it('that contradicts the outcome is kept with it, once, and changes nothing else', async () => {
    await shop.settled('T');
    const { version, updatedAt: _, ...before } = await desk.record('T');
    await desk.answer(shop.terminal, 'T', 'FAILED', { errorCode: 'E1' });
    await desk.answer(shop.terminal, 'T', 'FAILED', { errorCode: 'E1' });
    await desk.answer(shop.terminal, 'T', 'CANCELLED');
    const { conflicts, disputed, version: after, updatedAt: _later, ...rest } = await desk.record('T');
    expect(rest).toEqual(before);
    expect(disputed).toBe('1');
    expect(Number(after)).toBe(Number(version) + 2);
    expect(JSON.parse(`[${conflicts}]`)).toMatchObject([
      { status: 'FAILED', errorCode: 'E1', amount: '10.00' },
      { status: 'CANCELLED' },
    ]);
    expect(Object.keys(await desk.mailbox('pos'))).toEqual(['r:T']);
  });

  it('that contradicts the outcome and finds no room is not acknowledged, and changes nothing', async () => {
    await shop.settled('T');
    const record = recordKey(shop.test.keys, GROUP, 'T');
    const first = `{"status":"FAILED","receiptData":"${'x'.repeat(1_048_576)}"}`;
    await shop.test.redis.hset(record, 'conflicts', first);
    const before = await shop.test.dump();
    const answer = desk.answer(shop.terminal, 'T', 'FAILED', { errorCode: 'E1' });
    await expect(answer).rejects.toMatchObject({ kind: 'ANSWER_NOT_KEPT', extras: { retrySafe: true } });
    expectSame(await shop.test.dump(), before);
  });

  it('counts from a newer connection of the terminal too', async () => {
    await shop.handedOver('T');
    await desk.answer(await shop.again(shop.terminal), 'T', 'SUCCESS');
    expect(await desk.record('T')).toMatchObject({ status: 'COMPLETED' });
  });

  it('PENDING keeps the transaction open', async () => {
    await shop.handedOver('T');
    const before = await shop.test.dump();
    await desk.answer(shop.terminal, 'T', 'PENDING');
    expectSame(await shop.test.dump(), before);
  });

  it.each(['SUCCESS', 'PENDING'])('%s is refused for a payment it was not given', async (status) => {
    const refusal = { kind: 'TRANSACTION_NOT_FOUND' };
    await desk.pay(shop.pos, 'TERM-001', 'T');
    const before = await shop.test.dump();
    await expect(desk.answer(shop.terminal, 'T', status), 'still queued').rejects.toMatchObject(refusal);
    await expect(desk.answer(shop.otherTerminal, 'T', status)).rejects.toMatchObject(refusal);
    await expect(desk.answer(shop.terminal, 'U', status)).rejects.toMatchObject(refusal);
    const { [unmatched('t1')]: _, [unmatched('t2')]: _other, ...after } = await shop.test.dump();
    expectSame(after, before);
  });
});

describe('a deadline', () => {
  it('ends a payment that was not handed over, and the retry is safe', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    await desk.passDeadline('T');
    await desk.sweep('T');
    expect(await desk.record('T')).toMatchObject({ status: 'FAILED', retrySafe: 'true', delivery: 'queued' });
    expect(await pushTo('pos')).toMatchObject({
      status: 'FAILED',
      retrySafe: true,
      paymentResponse: { errorCode: 'NOT_DELIVERED', amount: '10.00' },
    });
    expect(await desk.mailbox('t1')).toEqual({});
    expect(await desk.lock('t1')).toBeUndefined();
    expect(await desk.claim(shop.terminal, 'T', 'token')).toEqual(['over']);
  });

  it('ends a payment that was never answered, and the retry is not safe', async () => {
    await shop.handedOver('T');
    await desk.passDeadline('T');
    await desk.sweep('T');
    expect(await desk.record('T')).toMatchObject({ status: 'FAILED', retrySafe: 'false' });
    expect(await pushTo('pos')).toMatchObject({
      retrySafe: false,
      paymentResponse: { errorCode: 'NO_RESPONSE' },
    });
    expect(await desk.lock('t1')).toBeUndefined();
  });

  it('has no effect before its time', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    const queued = await shop.test.dump();
    await desk.sweep('T');
    expectSame(await shop.test.dump(), queued);
    await desk.claim(shop.terminal, 'T', 'token');
    const sent = await shop.test.dump();
    await desk.sweep('T');
    expectSame(await shop.test.dump(), sent);
  });

  it('ends a payment once though every instance sweeps', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    await desk.passDeadline('T');
    await Promise.all([1, 2, 3, 4].map(() => desk.sweep('T')));
    expect(await desk.record('T')).toMatchObject({ status: 'FAILED', version: '2' });
  });

  it('of a transaction that the store has forgotten is cleared', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    await shop.test.redis.del(recordKey(shop.test.keys, GROUP, 'T'));
    await desk.sweep('T');
    expect(await desk.deadline('T')).toBeUndefined();
  });
});
