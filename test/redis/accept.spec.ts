import { beforeEach, describe, expect, it } from 'vitest';
import { memberOf } from '../../src/presence/index.js';
import { partitionOf } from '../../src/redis/index.js';
import { device, GROUP } from '../support/endpoints.js';
import { expectSame } from '../support/dump.js';
import { HintEar } from '../support/hint-ear.js';
import type { PaymentDesk } from '../support/payment-desk.js';
import { PaymentShop } from '../support/payment-shop.js';

const DELIVERY_MS = 5_000;

let shop: PaymentShop;
let desk: PaymentDesk;

beforeEach(async () => {
  shop = await PaymentShop.open({ DELIVERY_TIMEOUT_MS: String(DELIVERY_MS) });
  desk = shop.desk;
});

/** Expects a refusal that leaves no trace. */
async function expectRefusal(work: () => Promise<unknown>, refusal: object): Promise<void> {
  const before = await shop.test.dump();
  await expect(work()).rejects.toMatchObject(refusal);
  expectSame(await shop.test.dump(), before);
}

describe('a new payment', () => {
  it('is recorded as pending and queued', async () => {
    const start = await shop.test.now();
    expect(await desk.pay(shop.pos, 'TERM-001', 'T', { metadata: { order: 7 } })).toBe('accepted');
    const record = await desk.record('T');
    expect(record).toMatchObject({
      status: 'PENDING',
      version: '1',
      delivery: 'queued',
      terminalId: 'TERM-001',
      terminalKey: 't1',
      deviceId: 'TERM-001',
      recipients: 'pos',
      'request.amount': '"10.00"',
      'request.metadata': '{"order":7}',
      'step.accepted': `${record['createdAt']} A`,
    });
    expect(Number(record['createdAt'])).toBeGreaterThanOrEqual(start);
    expect(record['updatedAt']).toBe(record['createdAt']);
  });

  it('locks the terminal, waits in its mailbox and has a deadline', async () => {
    const start = await shop.test.now();
    await desk.pay(shop.pos, 'TERM-001', 'T');
    expect(await desk.lock('t1')).toBe('T');
    expect(await desk.deadline('T')).toBeGreaterThanOrEqual(start + DELIVERY_MS);
    const { 'p:T': frame } = await desk.mailbox('t1');
    expect(JSON.parse(frame!)).toMatchObject({
      action: 'payment',
      terminalId: 'TERM-001',
      transactionId: 'T',
    });
    expect(await desk.withMail()).toEqual(['t1']);
  });

  it('is hinted to the instance of the terminal', async () => {
    const { keys, config, redis } = shop.test;
    const ear = await HintEar.on(keys.channel(partitionOf(GROUP), config.incarnation));
    await desk.pay(shop.pos, 'TERM-001', 'T');
    const { 'p:T': frame } = await desk.mailbox('t1');
    const stamp = await desk.stamp('t1', 'p:T');
    expect(await ear.take(redis)).toEqual([`mail\nt1\n${shop.terminal.epoch}\np:T\n${stamp}\n${frame}`]);
  });

  it('finds a terminal by its connection', async () => {
    const { connectionId } = shop.terminal.endpoint;
    expect(await desk.pay(shop.pos, connectionId, 'T')).toBe('accepted');
    expect(await desk.record('T')).toMatchObject({
      terminalId: connectionId,
      terminalKey: 't1',
      deviceId: '',
    });
  });

  it('keeps transactions of two groups with one id apart', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    const foreign = { ...shop.pos, principal: { ...shop.pos.principal, groupId: 'other' } };
    await expect(desk.pay(foreign, 'TERM-001', 'T')).rejects.toMatchObject({ displaced: false });
  });

  it('is found under an id with a line feed and other oddities', async () => {
    const odd = 'a\nb "\\ ü \ud800';
    await desk.pay(shop.pos, 'TERM-001', odd);
    expect(await desk.claim(shop.terminal, odd, 'token')).toEqual(['claimed', 'pos', '']);
    await desk.answer(shop.terminal, odd, 'SUCCESS');
    expect(await desk.lock('t1')).toBeUndefined();
    expect(Object.keys(await desk.mailbox('pos'))).toHaveLength(1);
  });
});

describe('the same payment again', () => {
  it('joins the one that runs', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    const before = await shop.test.dump();
    expect(await desk.pay(shop.pos, 'TERM-001', 'T')).toBe('joined');
    expectSame(await shop.test.dump(), before);
    expect(await desk.pay(shop.otherPos, shop.terminal.endpoint.connectionId, 'T')).toBe('joined');
    expect(await desk.record('T')).toMatchObject({ recipients: 'pos\npos-2', version: '1' });
  });

  it('brings the stored result of one that is final', async () => {
    await shop.settled('T');
    await desk.receipt(shop.pos, 'r', 'T');
    expect(await desk.pay(shop.pos, 'TERM-001', 'T')).toBe('replayed');
    expect(await desk.pay(shop.otherPos, 'TERM-001', 'T')).toBe('replayed');
    const { push } = await desk.record('T');
    expect(await desk.mailbox('pos')).toEqual({ 'r:T': push });
    expect(await desk.mailbox('pos-2')).toEqual({ 'r:T': push });
    expect(await desk.mailbox('t1')).toEqual({});
  });

  it('is answered though the terminal is away by then', async () => {
    await shop.settled('T');
    await shop.presence.drop(shop.terminal.endpoint);
    expect(await desk.pay(shop.pos, 'TERM-001', 'T')).toBe('replayed');
  });

  it.each([
    ['another amount', 'TERM-001', { amount: '10.01' }],
    ['another text of the amount', 'TERM-001', { amount: '10.0' }],
    ['another terminal', 'TERM-002', {}],
    ['an unknown terminal', 'TERM-404', {}],
  ])('is a different one with %s', async (_what, terminalId, request) => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    await expectRefusal(() => desk.pay(shop.pos, terminalId, 'T', request), {
      kind: 'DUPLICATE_TRANSACTION',
    });
  });
});

describe('a payment is refused', () => {
  it('when nobody knows the terminal', async () => {
    const refusal = { kind: 'TERMINAL_NOT_FOUND', extras: { retrySafe: true, transactionId: 'T' } };
    await expectRefusal(() => desk.pay(shop.pos, 'TERM-404', 'T'), refusal);
  });

  it('when the terminal is away', async () => {
    await shop.presence.drop(shop.terminal.endpoint);
    const refusal = { kind: 'TERMINAL_OFFLINE', extras: { retrySafe: true } };
    await expectRefusal(() => desk.pay(shop.pos, 'TERM-001', 'T'), refusal);
  });

  it('when the instance of the terminal is dead', async () => {
    const { keys, redis, config } = shop.test;
    await redis.zadd(keys.of(partitionOf(GROUP), 'leases'), 1, config.incarnation);
    await expectRefusal(() => desk.pay(shop.pos, 'TERM-001', 'T'), { kind: 'TERMINAL_OFFLINE' });
  });

  it('while the terminal has another one', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    await expectRefusal(() => desk.pay(shop.otherPos, 'TERM-001', 'U'), { kind: 'PAYMENT_IN_PROGRESS' });
  });

  it('on behalf of a displaced connection, or of one the store has forgotten', async () => {
    const old = shop.pos;
    const young = await shop.again(old);
    await expectRefusal(() => desk.pay(old, 'TERM-001', 'T'), { displaced: true });
    await shop.presence.drop(young.endpoint);
    await expectRefusal(() => desk.pay(young, 'TERM-001', 'T'), { displaced: false });
    await shop.test.redis.del(shop.test.keys.endpoint(GROUP, 'pos'));
    await expectRefusal(() => desk.pay(young, 'TERM-001', 'T'), { displaced: false });
  });

  it('when a connection id was looked up and is another one by now', async () => {
    const { connectionId } = shop.terminal.endpoint;
    await desk.pay(shop.pos, connectionId, 'T');
    await desk.claim(shop.terminal, 'T', 'token');
    await desk.answer(shop.terminal, 'T', 'SUCCESS');
    await shop.again(shop.terminal);
    await expectRefusal(() => desk.pay(shop.pos, connectionId, 'U'), { kind: 'TERMINAL_NOT_FOUND' });
  });

  it('when a device id was looked up and belongs to another key by now', async () => {
    await desk.pay(shop.pos, 'TERM-001', 'T');
    const { endpoint } = shop.test.keys.around(GROUP, 't1');
    await shop.test.redis.hset(endpoint, 'dev', 'TERM-009');
    await shop.test.redis.hdel(endpoint, 'tx');
    await desk.knows(device('t1', 'TERM-009'));
    await expectRefusal(() => desk.pay(shop.pos, 'TERM-001', 'U'), { kind: 'TERMINAL_NOT_FOUND' });
    expect(await desk.pay(shop.pos, 'TERM-009', 'U')).toBe('accepted');
    expect(await desk.lock('t1')).toBe(memberOf(GROUP, 'U').split('\n')[1]);
  });
});

describe('a request over HTTP that was held up on its way', () => {
  const ask = (signedAt: number) => desk.pay({ ...shop.pos, epoch: 0, signedAt }, 'TERM-001', 'T');

  it.each([
    ['the terminal was away', 'TERMINAL_OFFLINE', () => shop.drops(shop.terminal)],
    ['the terminal was busy', 'PAYMENT_IN_PROGRESS', () => shop.handedOver('other')],
  ])('is not executed after a later one was refused because %s', async (_what, kind, arrange) => {
    await arrange();
    await expect(ask(2_000)).rejects.toMatchObject({ kind, extras: { retrySafe: true } });
    if (kind === 'TERMINAL_OFFLINE') await shop.again(shop.terminal);
    else await desk.answer(shop.terminal, 'other', 'SUCCESS');
    for (const older of [1_000, 2_000]) {
      const outdated = { kind: 'REQUEST_OUTDATED', extras: { retrySafe: true } };
      await expect(ask(older)).rejects.toMatchObject(outdated);
    }
    expect(await desk.mailbox('t1')).not.toHaveProperty('p:T');
    expect(await ask(2_001)).toBe('accepted');
    expect(await ask(1_000), 'it runs, so every request is a part of it').toBe('joined');
  });

  it('leaves no record behind when it is refused', async () => {
    await shop.drops(shop.terminal);
    await expect(ask(2_000)).rejects.toMatchObject({ kind: 'TERMINAL_OFFLINE' });
    expect(await desk.record('T')).toEqual({});
    await expect(ask(1_500), 'the latest one counts').rejects.toMatchObject({ kind: 'TERMINAL_OFFLINE' });
    await shop.again(shop.terminal);
    await expect(ask(1_900)).rejects.toMatchObject({ kind: 'REQUEST_OUTDATED' });
  });
});
