import { beforeEach, describe, expect, it } from 'vitest';
import { Metrics } from '../../src/metrics/index.js';
import { PaymentIndex, paymentMember, Resolutions, type KnownPayment } from '../../src/payments/index.js';
import { Pulse } from '../../src/presence/index.js';
import { Reaper } from '../../src/presence/reaper.js';
import { partitionOf } from '../../src/redis/index.js';
import { expectSame } from '../support/dump.js';
import { eventually } from '../support/eventually.js';
import { GROUP } from '../support/endpoints.js';
import { PaymentShop } from '../support/payment-shop.js';
import { silentLogger } from '../support/test-store.js';

const PARTITION = partitionOf(GROUP);
const RETENTION_MS = 172_800_000;

let shop: PaymentShop;
let index: PaymentIndex;
let resolutions: Resolutions;

beforeEach(async () => {
  shop = await PaymentShop.open();
  const pulse = { forget: () => undefined, storeTime: (ms: number) => ms } as unknown as Pulse;
  index = new PaymentIndex(shop.test.store, shop.presence, shop.test.config, pulse);
  resolutions = new Resolutions(shop.desk.ledger, index, pulse);
});

const changedAt = async (id: string) => {
  const score = await shop.test.redis.zscore(
    shop.test.keys.of(PARTITION, 'payments'),
    paymentMember(GROUP, id),
  );
  return score === null ? undefined : Number(score) - RETENTION_MS;
};

async function known(id: string): Promise<KnownPayment['summary']> {
  const [found] = await index.read([paymentMember(GROUP, id)]);
  return found!.summary;
}

/** A terminal that has approved a payment that was given up. */
async function voiding(id: string) {
  await shop.givenUp(id);
  const back = await shop.again(shop.terminal);
  await shop.desk.answer(back, id, 'SUCCESS');
  return back;
}

describe('the index of payments', () => {
  /** What changes the status of a payment, or what a person must know of it. */
  const CHANGES: [what: string, arrange: () => Promise<void>, act: () => Promise<unknown>][] = [
    ['settled', () => shop.handedOver('T'), () => shop.desk.answer(shop.terminal, 'T', 'SUCCESS')],
    ['suspended', () => shop.handedOver('T'), () => shop.drops(shop.terminal)],
    [
      'resumed',
      async () => {
        await shop.handedOver('T');
        await shop.drops(shop.terminal);
      },
      () => shop.returns(shop.terminal),
    ],
    ['taken back', () => shop.handedOver('T'), () => shop.desk.unclaim(shop.terminal, 'T', 'token')],
    [
      'answered late',
      () => shop.givenUp('T'),
      async () => shop.desk.answer(await shop.again(shop.terminal), 'T', 'FAILED'),
    ],
    ['contradicted', () => shop.settled('T'), () => shop.desk.answer(shop.terminal, 'T', 'FAILED')],
    [
      'voided',
      async () => void (await voiding('T')),
      async () => shop.desk.answerVoid(shop.terminal, 'T', { status: 'SUCCESS' }),
    ],
    [
      'not voided',
      async () => void (await voiding('T')),
      async () => shop.desk.answerVoid(shop.terminal, 'T', { status: 'FAILED' }),
    ],
    [
      'resolved',
      () => shop.givenUp('T'),
      () => resolutions.resolve(GROUP, 'T', { outcome: 'charged', note: '', by: 'alice' }),
    ],
  ];

  it('has a payment from the moment it is accepted', async () => {
    const before = await shop.test.now();
    await shop.desk.pay(shop.pos, 'TERM-001', 'T');
    expect(await changedAt('T')).toBeGreaterThanOrEqual(before);
  });

  it.each(CHANGES)('moves a payment that is %s to the front', async (_what, arrange, act) => {
    await arrange();
    const before = (await changedAt('T'))!;
    await shop.test.clockPast(before);
    await act();
    expect(await changedAt('T')).toBeGreaterThan(before);
  });

  it('leaves a payment that is only handed over and read where it is', async () => {
    await shop.desk.pay(shop.pos, 'TERM-001', 'T');
    const before = (await changedAt('T'))!;
    await shop.test.clockPast(before);
    await shop.desk.claim(shop.terminal, 'T', 'token');
    await shop.desk.receipt(shop.terminal, 'p', 'T');
    expect(await changedAt('T')).toBe(before);
  });

  it('tells the latest changes, newest first, and no more than are wanted', async () => {
    for (const id of ['T1', 'T2', 'T3']) {
      await shop.settled(id);
      await shop.test.clockPast((await changedAt(id))!);
    }
    const { now, changed } = await index.changes(PARTITION, 0, 2);
    expect(changed.map(({ member }) => member)).toEqual(['T3', 'T2'].map((id) => paymentMember(GROUP, id)));
    expect(index.changedAt(changed[0]!)).toBeLessThan(now);
    const since = await index.changes(PARTITION, (await changedAt('T3'))!, 10);
    expect(since.changed.map(({ member }) => member)).toEqual([paymentMember(GROUP, 'T3')]);
  });

  it('goes through payments from a place in its order', async () => {
    for (const id of ['T1', 'T2', 'T3']) await shop.settled(id);
    const all = await index.before(PARTITION, '+inf', 0, 10);
    expect(all).toHaveLength(3);
    expect(await index.before(PARTITION, '+inf', 1, 1)).toEqual([all[1]]);
    expect(await index.before(PARTITION, all.at(-1)!.score, 0, 10)).toContainEqual(all.at(-1));
  });

  it('is cleared by the pulse of payments that are kept no longer', async () => {
    await shop.settled('young');
    const key = shop.test.keys.of(PARTITION, 'payments');
    await shop.test.redis.zadd(key, (await shop.test.now()) - 1, paymentMember(GROUP, 'old'));
    const reaper = new Reaper(shop.test.store, shop.presence, silentLogger);
    const pulse = new Pulse(
      shop.test.store,
      shop.presence,
      reaper,
      new Metrics(),
      shop.test.config,
      silentLogger,
    );
    new PaymentIndex(shop.test.store, shop.presence, shop.test.config, pulse);
    await pulse.start(() => {});
    pulse.stop();
    await eventually(async () =>
      expect(await shop.test.redis.zrange(key, 0, '-1')).toEqual([paymentMember(GROUP, 'young')]),
    );
  });

  it('finds the groups that have a transaction', async () => {
    await shop.settled('T');
    expect(await index.groupsWith('T', ['mall', GROUP])).toEqual([GROUP]);
  });
});

describe('a payment in a list', () => {
  it('is told as it stands, its amount as it was sent', async () => {
    await shop.handedOver('T', { amount: '0010.10', currency: 'EUR' });
    expect(await known('T')).toEqual({
      groupId: GROUP,
      transactionId: 'T',
      status: 'PENDING',
      version: 2,
      delivery: 'sent',
      terminalId: 'TERM-001',
      amount: '0010.10',
      currency: 'EUR',
      paymentMethod: 'CARD',
      createdAt: expect.any(Number) as number,
      updatedAt: expect.any(Number) as number,
    });
    await shop.desk.answer(shop.terminal, 'T', 'FAILED', { errorCode: 'DECLINED' });
    expect(await known('T')).toMatchObject({ status: 'FAILED', errorCode: 'DECLINED', retrySafe: false });
  });

  it('is nothing once its record is gone', async () => {
    expect(await index.read([paymentMember(GROUP, 'gone')])).toEqual([undefined]);
  });

  it.each([
    ['nobody knows whether the card was charged', () => shop.givenUp('T'), 'uncertain'],
    ['an approval waits to be voided', () => voiding('T'), 'void-pending'],
    [
      'the terminal has told two outcomes',
      async () => {
        await shop.settled('T');
        await shop.desk.answer(shop.terminal, 'T', 'FAILED');
      },
      'conflict',
    ],
    ['all is well', () => shop.settled('T'), undefined],
    [
      'the terminal has declined it late',
      async () => {
        await shop.givenUp('T');
        await shop.desk.answer(await shop.again(shop.terminal), 'T', 'FAILED');
      },
      undefined,
    ],
    [
      'it was voided',
      async () => {
        await shop.desk.answerVoid(await voiding('T'), 'T', { status: 'SUCCESS' });
      },
      undefined,
    ],
  ] as const)('asks for attention if %s', async (_why, arrange, attention) => {
    await arrange();
    expect((await known('T')).attention).toBe(attention);
  });
});

describe('a resolution', () => {
  const said = { outcome: 'refunded' as const, note: 'called the acquirer', by: 'alice' };
  const stored = async () => (await shop.desk.record('T'))['resolution'];

  it('is noted with the payment and changes nothing that tills see', async () => {
    await shop.givenUp('T');
    const before = await shop.desk.record('T');
    const resolution = await resolutions.resolve(GROUP, 'T', said);
    expect(resolution).toEqual({ ...said, at: expect.any(Number) as number });
    expect(await shop.desk.record('T')).toEqual({ ...before, resolution: JSON.stringify(resolution) });
    expect(await known('T')).toMatchObject({ attention: 'uncertain', isResolved: true });
  });

  it('gives way to a later one', async () => {
    await shop.givenUp('T');
    await resolutions.resolve(GROUP, 'T', said);
    await resolutions.resolve(GROUP, 'T', { ...said, outcome: 'charged' });
    expect(await stored()).toContain('"charged"');
  });

  it('that is sent again after a later one leaves the later one alone', async () => {
    await shop.givenUp('T');
    await resolutions.resolve(GROUP, 'T', said);
    const again = shop.test.store.again;
    await resolutions.resolve(GROUP, 'T', { ...said, outcome: 'charged' });
    expect(await again()).toEqual(['changed']);
    expect(await stored()).toContain('"charged"');
  });

  it('run twice equals run once', async () => {
    await shop.givenUp('T');
    await resolutions.resolve(GROUP, 'T', said);
    const { answer, before, after } = await shop.test.repeatLatest();
    expect(answer).toEqual(['noted']);
    expectSame(after, before);
  });

  it('is refused where the outcome is certain, and where there is no payment', async () => {
    await shop.settled('T');
    await expect(resolutions.resolve(GROUP, 'T', said)).rejects.toMatchObject({ kind: 'NOTHING_TO_RESOLVE' });
    await expect(resolutions.resolve(GROUP, 'no', said)).rejects.toMatchObject({
      kind: 'TRANSACTION_NOT_FOUND',
    });
  });

  it('is refused if the payment changed while it was judged', async () => {
    await shop.givenUp('T');
    const { record } = index;
    index.record = async (groupId, id) => {
      const found = await record.call(index, groupId, id);
      await shop.desk.answer(await shop.again(shop.terminal), id, 'SUCCESS');
      return found;
    };
    await expect(resolutions.resolve(GROUP, 'T', said)).rejects.toMatchObject({ kind: 'PAYMENT_CHANGED' });
    expect(await stored()).toBeUndefined();
  });
});

it('counts how payments end, each once', async () => {
  await shop.settled('T1');
  await shop.settled('T2', 'FAILED');
  await shop.settled('T3', 'CANCELLED');
  await shop.desk.answer(shop.terminal, 'T1', 'SUCCESS');
  await shop.givenUp('T4');
  const { outcomes, latencies } = shop.desk.metrics.paymentFigures();
  expect(outcomes).toEqual({ approved: 1, declined: 1, cancelled: 1, failed: 1 });
  expect(latencies.reduce((sum, count) => sum + count, 0)).toBe(4);
});
