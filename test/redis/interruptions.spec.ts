import { beforeEach, describe, expect, it } from 'vitest';
import { memberOf } from '../../src/presence/index.js';
import { partitionOf } from '../../src/redis/index.js';
import { expectSame } from '../support/dump.js';
import { device, GROUP } from '../support/endpoints.js';
import type { PaymentDesk } from '../support/payment-desk.js';
import { PaymentShop } from '../support/payment-shop.js';

const GRACE_MS = 60_000;
const ANSWER_MS = 600_000;

let shop: PaymentShop;
let desk: PaymentDesk;

beforeEach(async () => {
  shop = await PaymentShop.open({
    GRACE_PERIOD_MS: String(GRACE_MS),
    PAYMENT_TIMEOUT_MS: String(ANSWER_MS),
  });
  desk = shop.desk;
});

async function expectNothing(work: () => Promise<unknown>, answer: string[]): Promise<void> {
  const before = await shop.test.dump();
  await work();
  expect(shop.answered).toEqual(answer);
  expectSame(await shop.test.dump(), before);
}

describe('suspend', () => {
  it('lets a payment that was handed over wait for its terminal until the grace ends', async () => {
    await shop.handedOver('T');
    await shop.presence.drop(shop.terminal.endpoint);
    expect(await desk.lost()).toEqual(['t1']);
    await desk.seeToLost('t1');
    expect(shop.answered).toEqual(['suspended']);
    expect(await desk.record('T')).toMatchObject({ status: 'AWAITING_RECONNECT', version: '3' });
    expect(await desk.lost()).toEqual([]);
    expect(await desk.lock('t1')).toBe('T');
    const grace = shop.test.keys.of(partitionOf(GROUP), 'grace');
    expect(await desk.deadline('T')).toBe(Number(await shop.test.redis.zscore(grace, memberOf(GROUP, 't1'))));
  });

  it('leaves a payment alone that was not handed over: its next connection can have it', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    const record = await desk.record('T');
    await shop.drops(shop.terminal);
    expect(shop.answered).toEqual(['over']);
    expect(await desk.record('T')).toEqual(record);
    expect(await desk.lost()).toEqual([]);
    expect(await desk.claim(await shop.again(shop.terminal), 'T', 'token')).toEqual(['claimed', 'pos', '']);
  });

  it('does nothing for a terminal that is back, or has no open payment', async () => {
    await shop.handedOver('T');
    await shop.drops(shop.terminal);
    const back = await shop.returns(shop.terminal);
    await desk.seeToLost('t1');
    await expectNothing(() => desk.seeToLost('t1'), ['over']);
    await desk.answer(back, 'T', 'SUCCESS');
    await shop.test.redis.zadd(shop.test.keys.of(partitionOf(GROUP), 'lost'), 1, memberOf(GROUP, 't1'));
    await desk.seeToLost('t1');
    expect(await desk.lost()).toEqual([]);
  });

  it('ends the payment of a terminal without a device id at once', async () => {
    const nameless = await shop.add(device('t3'));
    await desk.pay(shop.pos, nameless.endpoint.connectionId, 'T');
    await desk.claim(nameless, 'T', 'token');
    await shop.drops(nameless);
    expect(await desk.record('T')).toMatchObject({
      status: 'FAILED',
      failure: 'TERMINAL_DISCONNECTED',
      retrySafe: 'false',
    });
    expect(await desk.lock('t3')).toBeUndefined();
    await desk.seeToLost('t3');
    expect(await desk.lost()).toEqual([]);
  });
});

describe('the end of the grace', () => {
  it('fails the payment, and a retry is not safe', async () => {
    await shop.givenUp('T');
    expect(await desk.record('T')).toMatchObject({
      status: 'FAILED',
      failure: 'TERMINAL_DISCONNECTED',
      retrySafe: 'false',
      version: '4',
    });
    const { 'r:T': push } = await desk.mailbox('pos');
    expect(JSON.parse(push!)).toMatchObject({
      retrySafe: false,
      paymentResponse: { errorCode: 'TERMINAL_DISCONNECTED', amount: '10.00' },
    });
    expect([await desk.lock('t1'), await desk.deadline('T')]).toEqual([undefined, undefined]);
  });

  it('does nothing before its time, nor once the terminal is back', async () => {
    await shop.handedOver('T');
    await shop.drops(shop.terminal);
    await expectNothing(() => desk.sweep('T'), ['not_due']);
    await shop.again(shop.terminal);
    await desk.passDeadline('T');
    await expectNothing(() => desk.sweep('T'), ['not_due']);
  });
});

describe('resume', () => {
  it('goes on with the payment, and asks the terminal instead of sending it again', async () => {
    await shop.handedOver('T');
    const { sentAt } = await desk.record('T');
    await shop.drops(shop.terminal);
    await shop.returns(shop.terminal);
    expect(shop.answered).toEqual(['resumed']);
    expect(await desk.record('T')).toMatchObject({ status: 'PENDING', version: '4', inquiry: '1' });
    expect(await desk.deadline('T')).toBe(Number(sentAt) + ANSWER_MS);
    const mailbox = await desk.mailbox('t1');
    expect(Object.keys(mailbox)).toEqual(['i:T']);
    expect(JSON.parse(mailbox['i:T']!)).toMatchObject({ action: 'paymentInquiry', terminalId: 'TERM-001' });
  });

  it('asks after a displacement too, without a change of state', async () => {
    await shop.handedOver('T');
    await shop.returns(shop.terminal);
    expect(await desk.record('T')).toMatchObject({ status: 'PENDING', version: '2', inquiry: '1' });
    expect(Object.keys(await desk.mailbox('t1'))).toEqual(['i:T']);
  });

  it('asks nothing about a payment that was not handed over', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    await shop.drops(shop.terminal);
    const back = await shop.again(shop.terminal);
    await expectNothing(() => desk.resume(back), ['resumed']);
    expect(Object.keys(await desk.mailbox('t1'))).toEqual(['p:T']);
  });

  it('does nothing for a displaced connection', async () => {
    await shop.handedOver('T');
    const old = await shop.again(shop.terminal);
    await shop.again(old);
    await expectNothing(() => desk.resume(old), ['stale']);
  });

  it('does nothing when the payment has ended meanwhile', async () => {
    await shop.handedOver('T');
    const back = await shop.returns(shop.terminal);
    const { again } = shop.test.store;
    await desk.answer(back, 'T', 'FAILED');
    await desk.pay(shop.pos, 'TERM-001', 'U');
    const before = await shop.test.dump();
    expect(await again()).toEqual(['over']);
    expectSame(await shop.test.dump(), before);
  });
});

describe('requeue', () => {
  it('hands the payment over once more, once for each inquiry', async () => {
    await shop.handedOver('T');
    const back = await shop.returns(shop.terminal);
    const start = await shop.test.now();
    await desk.tellUnknown(back, 'T');
    expect(shop.answered).toEqual(['requeued']);
    expect(await desk.record('T')).toMatchObject({ delivery: 'queued', version: '3', dispatches: '1' });
    expect(await desk.deadline('T')).toBeGreaterThanOrEqual(start + shop.test.config.deliveryTimeoutMs);
    const { 'p:T': frame, ...others } = await desk.mailbox('t1');
    expect(others).toEqual({});
    expect(JSON.parse(frame!)).toMatchObject({ action: 'payment', paymentRequest: { amount: '10.00' } });
    await expectNothing(() => desk.tellUnknown(back, 'T'), ['ignored']);
    expect(await desk.claim(back, 'T', 'second')).toEqual(['claimed', 'pos', '']);
    expect(await desk.record('T')).toMatchObject({ dispatches: '2' });
    await expectNothing(() => desk.tellUnknown(back, 'T'), ['ignored']);
  });

  it('is never safe to retry, though it could not be handed over', async () => {
    await shop.handedOver('T');
    await desk.tellUnknown(await shop.returns(shop.terminal), 'T');
    await desk.passDeadline('T');
    await desk.sweep('T');
    expect(await desk.record('T')).toMatchObject({ failure: 'NOT_DELIVERED', retrySafe: 'false' });
  });

  it.each([
    ['nobody has asked', async () => shop.handedOver('T')],
    [
      'the terminal has told a stage since',
      async () => {
        await shop.handedOver('T');
        await desk.tellProgress(await shop.returns(shop.terminal), 'T', 'card');
      },
    ],
    ['the payment is final', async () => shop.settled('T')],
    [
      'the terminal is away again',
      async () => {
        await shop.handedOver('T');
        await shop.drops(await shop.returns(shop.terminal));
      },
    ],
  ])('does nothing if %s', async (_what, arrange) => {
    await arrange();
    await expectNothing(() => desk.tellUnknown(shop.terminal, 'T'), ['ignored']);
  });

  it('is refused to a terminal that was not given the payment', async () => {
    const refused = (work: Promise<unknown>) =>
      expect(work).rejects.toMatchObject({ kind: 'TRANSACTION_NOT_FOUND' });
    await desk.pay(shop.pos, 'TERM-001', 'T');
    await refused(desk.tellUnknown(shop.terminal, 'T'));
    await desk.claim(shop.terminal, 'T', 'token');
    await shop.returns(shop.terminal);
    const before = await shop.test.dump();
    await refused(desk.tellUnknown(shop.otherTerminal, 'T'));
    await refused(desk.tellUnknown(shop.terminal, 'U'));
    expectSame(await shop.test.dump(), before);
  });
});
