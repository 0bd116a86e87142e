import { beforeEach, describe, expect, it } from 'vitest';
import { partitionOf } from '../../src/redis/index.js';
import { expectSame } from '../support/dump.js';
import { GROUP } from '../support/endpoints.js';
import { HintEar } from '../support/hint-ear.js';
import type { PaymentDesk } from '../support/payment-desk.js';
import { PaymentShop } from '../support/payment-shop.js';

let shop: PaymentShop;
let desk: PaymentDesk;
let ear: HintEar;

beforeEach(async () => {
  shop = await PaymentShop.open();
  desk = shop.desk;
  const { keys, config } = shop.test;
  ear = await HintEar.on(keys.channel(partitionOf(GROUP), config.incarnation));
});

async function shown(): Promise<string[]> {
  const hints = await ear.take(shop.test.redis);
  return hints.filter((hint) => hint.startsWith('progress\n'));
}

/** A payment whose till wants to see its stages. */
async function watched(transactionId: string): Promise<void> {
  await desk.pay(shop.pos, 'TERM-001', transactionId, {}, { showStages: true });
  await desk.claim(shop.terminal, transactionId, 'token');
}

describe('a stage that the terminal tells', () => {
  it('is noted in the record', async () => {
    await shop.handedOver('T');
    await desk.tellProgress(shop.terminal, 'T', 'card read');
    expect(shop.answered).toEqual(['noted']);
    const record = await desk.record('T');
    expect(record).toMatchObject({ status: 'PENDING', version: '3' });
    expect(record['step.card read']).toBe(`${record['updatedAt']} A`);
  });

  it('is shown with the version to the tills that ask to see stages, and to no others', async () => {
    await shop.handedOver('T');
    await desk.tellProgress(shop.terminal, 'T', 'card');
    expect(await shown()).toEqual([]);
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    await watched('U');
    await desk.pay(shop.otherPos, 'TERM-001', 'U');
    await desk.tellProgress(shop.terminal, 'U', 'card');
    const [hint, ...others] = await shown();
    const [type, recipients, frame] = hint!.split('\n');
    expect([type, recipients, others]).toEqual(['progress', 'pos\tpos-2', []]);
    expect(JSON.parse(frame!)).toMatchObject({
      action: 'paymentStatus',
      transactionId: 'U',
      stage: 'card',
      transactionVersion: 3,
    });
  });

  it('is shown to a till that joins and asks to see stages', async () => {
    await shop.handedOver('T');
    await desk.pay(shop.otherPos, 'TERM-001', 'T', {}, { showStages: true });
    await desk.tellProgress(shop.terminal, 'T', 'card');
    expect(await shown()).toHaveLength(1);
  });

  it('answers an inquiry: the payment is not handed over again', async () => {
    await shop.handedOver('T');
    const back = await shop.returns(shop.terminal);
    await desk.tellProgress(back, 'T', 'card');
    expect(await desk.record('T')).not.toHaveProperty('inquiry');
    await desk.tellUnknown(back, 'T');
    expect(shop.answered).toEqual(['ignored']);
  });

  it('does nothing to a final payment', async () => {
    await watched('T');
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    const before = await shop.test.dump();
    await desk.tellProgress(shop.terminal, 'T', 'card');
    expectSame(await shop.test.dump(), before);
    expect(await shown()).toEqual([]);
  });

  it('is refused for a payment that the terminal was not given', async () => {
    const refused = (work: Promise<unknown>) =>
      expect(work).rejects.toMatchObject({ kind: 'TRANSACTION_NOT_FOUND' });
    await desk.pay(shop.pos, 'TERM-001', 'T', {}, { showStages: true });
    const before = await shop.test.dump();
    await refused(desk.tellProgress(shop.terminal, 'T', 'card'));
    await refused(desk.tellProgress(shop.otherTerminal, 'T', 'card'));
    await refused(desk.tellProgress(shop.terminal, 'U', 'card'));
    expectSame(await shop.test.dump(), before);
  });

  it('does not let the record grow without end', async () => {
    await shop.handedOver('T');
    for (let i = 0; i < 150; i++) await desk.tellProgress(shop.terminal, 'T', `stage ${i}`);
    const record = await desk.record('T');
    expect(Object.keys(record).length).toBeLessThanOrEqual(128);
    expect(record['version']).toBe('152');
  });
});

describe('a stage that the gateway tells', () => {
  it('is shown without a change', async () => {
    await watched('T');
    const before = await shop.test.dump();
    await desk.showSent(shop.terminal, 'T');
    expect(shop.answered).toEqual(['noted']);
    expectSame(await shop.test.dump(), before);
    const [hint] = await shown();
    expect(JSON.parse(hint!.split('\n')[2]!)).toMatchObject({ stage: 'sent', transactionVersion: 2 });
  });

  it('comes with the receipt of a payment, once', async () => {
    await watched('T');
    expect(await desk.receipt(shop.terminal, 'p', 'T')).toBe(true);
    expect(await desk.receipt(shop.terminal, 'p', 'T')).toBe(false);
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    await shop.handedOver('U');
    expect(await desk.receipt(shop.terminal, 'p', 'U')).toBe(false);
  });
});
