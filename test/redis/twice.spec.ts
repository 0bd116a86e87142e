import { beforeEach, describe, expect, it } from 'vitest';
import { memberOf } from '../../src/presence/index.js';
import { watch } from '../../src/payments/scripts.js';
import { beat, bury } from '../../src/presence/scripts.js';
import { partitionOf } from '../../src/redis/index.js';
import { contentOf, expectSame, type Dump } from '../support/dump.js';
import { GROUP } from '../support/endpoints.js';
import { PaymentShop, type Present } from '../support/payment-shop.js';

/*
 * A client that has lost the reply to a script sends it again. The store must be the same after the second run as after
 * the first, at a later time by its clock. Of every script the answer of the first and of the second run are here too:
 * where they differ, whoever reads the second one must come to the same conclusion.
 */

const JOINED = { outcome: 'joined', push: undefined, stamp: undefined };

let shop: PaymentShop;

beforeEach(async () => {
  shop = await PaymentShop.open();
});

/** Runs a script, then once more, and expects that the second run has changed nothing. @returns its answer */
async function twice(work: () => Promise<unknown>): Promise<unknown> {
  await work();
  const { answer, before, after } = await shop.test.repeatLatest();
  expectSame(after, before);
  return answer;
}

const inPartition = (name: string) => shop.test.keys.of(partitionOf(GROUP), name);

describe('run twice', () => {
  it('register gives one epoch and announces once', async () => {
    let first = 0;
    const answer = await twice(async () => (first = (await shop.again(shop.terminal)).epoch));
    expect((answer as string[]).slice(0, 2)).toEqual(['registered', String(first)]);
  });

  it('register gives a desktop one epoch', async () => {
    let first = 0;
    const answer = await twice(async () => (first = (await shop.again(shop.pos)).epoch));
    expect((answer as string[]).slice(0, 2)).toEqual(['registered', String(first)]);
  });

  it('register to restore brings back once', async () => {
    const { endpoint, epoch } = shop.terminal;
    await shop.presence.drop(endpoint);
    const answer = await twice(() => shop.presence.restore(endpoint, epoch));
    expect((answer as string[]).slice(0, 2)).toEqual(['registered', String(epoch)]);
  });

  // `stale` says: dropped before. Whoever needs to know of the first drop finds it in the endpoint.
  it('drop begins one grace', async () => {
    expect(await twice(() => shop.presence.drop(shop.terminal.endpoint))).toEqual(['stale']);
    expect(await twice(() => shop.presence.drop(shop.pos.endpoint))).toEqual(['stale']);
  });

  it('expire announces one end', async () => {
    await shop.presence.drop(shop.terminal.endpoint);
    await shop.test.redis.zadd(inPartition('grace'), 'XX', 1, memberOf(GROUP, 't1'));
    expect(await twice(() => shop.presence.endGrace(GROUP, 't1'))).toEqual(['stale']);
  });

  it('accept takes one payment on', async () => {
    expect(await twice(() => shop.desk.pay(shop.pos, 'TERM-001', 'T'))).toEqual(JOINED);
  });

  it('accept joins once', async () => {
    await shop.desk.pay(shop.pos, 'TERM-001', 'T');
    expect(await twice(() => shop.desk.pay(shop.otherPos, 'TERM-001', 'T'))).toEqual(JOINED);
  });

  it('accept joins webhooks once', async () => {
    await shop.desk.pay(shop.pos, 'TERM-001', 'T');
    const join = () => shop.desk.pay(shop.otherPos, 'TERM-001', 'T', {}, { webhooks: true });
    expect(await twice(join)).toEqual(JOINED);
  });

  it('watch notes an instance once, and forgets it once', async () => {
    await shop.handedOver('T');
    const record = inPartition(`tx:${GROUP}:T`);
    const run = (wanted: string) => shop.test.store.run(watch, { record }, { channel: 'here', wanted });
    expect(await twice(() => run('1'))).toBe(true);
    expect(await twice(() => run(''))).toBe(true);
  });

  it('claim hands over once', async () => {
    await shop.desk.pay(shop.pos, 'TERM-001', 'T');
    expect(await twice(() => shop.desk.claim(shop.terminal, 'T', 'token'))).toEqual(['claimed', 'pos', '']);
  });

  // `repeated` with the own status acknowledges the answer as `settled` does.
  it.each(['SUCCESS', 'FAILED', 'CANCELLED'])('settle ends with one outcome, %s', async (status) => {
    await shop.handedOver('T');
    const expected = status === 'SUCCESS' ? 'COMPLETED' : status;
    const answer = await twice(() => shop.desk.answer(shop.terminal, 'T', status));
    expect(answer).toEqual(['repeated', expected]);
  });

  it('settle by a deadline ends once', async () => {
    await shop.desk.pay(shop.pos, 'TERM-001', 'T');
    await shop.desk.passDeadline('T');
    expect(await twice(() => shop.desk.sweep('T'))).toEqual(['not_due']);
  });

  it('settle by the end of the grace ends once', async () => {
    await shop.handedOver('T');
    await shop.drops(shop.terminal);
    await shop.desk.passDeadline('T');
    expect(await twice(() => shop.desk.sweep('T'))).toEqual(['not_due']);
  });

  // `not_due` too: whoever asks again then finds the payment final, and cancelled.
  it('settle by a cancellation ends once', async () => {
    await shop.desk.pay(shop.pos, 'TERM-001', 'T');
    expect(await twice(() => shop.desk.cancel(shop.pos, 'T'))).toEqual(['not_due']);
  });

  it('unclaim gives one claim back', async () => {
    await shop.handedOver('T');
    expect(await twice(() => shop.desk.unclaim(shop.terminal, 'T', 'token'))).toEqual(['over']);
  });

  it('drop notes one lost payment', async () => {
    await shop.handedOver('T');
    expect(await twice(() => shop.presence.drop(shop.terminal.endpoint))).toEqual(['stale']);
    expect(await shop.desk.lost()).toEqual(['t1']);
  });

  // `over` says that nothing is left to do.
  it('suspend begins one wait', async () => {
    await shop.handedOver('T');
    await shop.presence.drop(shop.terminal.endpoint);
    expect(await twice(() => shop.desk.seeToLost('t1'))).toEqual(['suspended']);
  });

  // `ignored` says that the inquiry is answered.
  it('requeue hands over once more', async () => {
    await shop.handedOver('T');
    const back = await shop.returns(shop.terminal);
    expect(await twice(() => shop.desk.tellUnknown(back, 'T'))).toEqual(['ignored']);
  });

  it.each(['SUCCESS', 'FAILED'])('late stores one result, %s', async (status) => {
    await shop.givenUp('T');
    expect(await twice(() => shop.desk.answer(shop.terminal, 'T', status))).toEqual(['repeated']);
  });

  it('late delivers one approval', async () => {
    shop = await PaymentShop.open({ LATE_RESULT_POLICY: 'deliver' });
    await shop.givenUp('T');
    expect(await twice(() => shop.desk.answer(shop.terminal, 'T', 'SUCCESS'))).toEqual(['repeated']);
  });

  it.each([
    ['SUCCESS', 'repeated'],
    ['FAILED', 'refused'],
  ] as const)('void stores one answer, %s', async (status, answer) => {
    await shop.givenUp('T');
    await shop.desk.answer(shop.terminal, 'T', 'SUCCESS');
    expect(await twice(() => shop.desk.answerVoid(shop.terminal, 'T', { status }))).toEqual([answer]);
  });

  // The second run finds nobody who asks, and says so.
  it('refuse-cancel passes one refusal on', async () => {
    await shop.handedOver('T');
    await shop.desk.cancel(shop.pos, 'T');
    const refuse = () => shop.desk.answerCancel(shop.terminal, 'T', 'TOO_LATE');
    expect(await twice(refuse)).toEqual(['recipients', '']);
  });

  it('forget-cancel leaves nobody to answer', async () => {
    await shop.handedOver('T');
    await shop.desk.cancel(shop.pos, 'T');
    expect(await twice(() => shop.desk.forgetCancel(shop.pos, 'T'))).toEqual(['forgotten']);
  });

  it('receipt notes a payment as received once', async () => {
    await shop.handedOver('T');
    expect(await twice(() => shop.desk.receipt(shop.terminal, 'p', 'T'))).toEqual([]);
  });

  it('receipt takes a result out once', async () => {
    await shop.settled('T');
    expect(await twice(() => shop.desk.receipt(shop.pos, 'r', 'T'))).toEqual([]);
  });

  it('bury forgets a lease once', async () => {
    const leases = inPartition('leases');
    await shop.test.redis.zadd(leases, 1, 'dead');
    const answer = await twice(() => shop.test.store.run(bury, { leases }, { instance: 'dead' }));
    expect(answer).toEqual(['buried']);
  });

  it('upsert stores once', async () => {
    const record = { id: 't9', groupId: GROUP, deviceType: 'terminal', deviceId: 'TERM-009' } as const;
    const put = () => shop.desk.keyStore.put({ ...record, metadata: {}, disabled: false }, 'key');
    expect(await twice(put)).toEqual(['stored']);
    expect(await twice(() => shop.desk.keyStore.rotate('t9', 1_000))).toEqual(['stored']);
    expect(await twice(() => shop.desk.keyStore.setDisabled('t9', true))).toEqual(['stored']);
  });
});

describe('run twice, with a time stamp that moves on', () => {
  /** The content of a key with every number of more than twelve digits, a time, blotted out. */
  function timeless(dump: Dump, name: string): Dump {
    const content = JSON.parse(JSON.stringify(dump[name]!.content).replace(/\d{13,16}/g, 'time')) as unknown;
    return { ...dump, [name]: { ...dump[name]!, content } };
  }

  // The lease is renewed from the moment of the call, whichever call it was.
  it('beat renews a lease', async () => {
    const leases = inPartition('leases');
    const args = { instance: 'other', leaseMs: 60_000, limit: 10, sets: 0 };
    await shop.test.store.run(beat, {}, args, { keys: [leases], args: [''] });
    const { before, after } = await shop.test.repeatLatest();
    expectSame(timeless(after, leases), timeless(before, leases));
  });

  // Both put the same message under the same id into the mailbox, at the moment of the call.
  it.each([
    ['resume asks', async (back: Present) => shop.desk.resume(back), 'resumed'],
    ['cancel asks', async () => shop.desk.cancel(shop.pos, 'T'), 'asked'],
  ] as const)('%s the terminal', async (_what, ask, expected) => {
    const mailbox = inPartition('mailbox:t1');
    await shop.handedOver('T');
    await shop.drops(shop.terminal);
    await ask(await shop.again(shop.terminal));
    const { answer, before, after } = await shop.test.repeatLatest();
    expect(answer).toEqual([expected]);
    expect(contentOf(after)).not.toEqual(contentOf(before));
    expectSame(timeless(after, mailbox), timeless(before, mailbox));
  });

  // A void stays in the mailbox; the sweep is to look at it again some time after its receipt.
  it('receipt puts the next look at a void off', async () => {
    const mail = inPartition('mail');
    await shop.givenUp('T');
    const back = await shop.again(shop.terminal);
    await shop.desk.answer(back, 'T', 'SUCCESS');
    await shop.desk.receipt(back, 'v', 'T');
    const { before, after } = await shop.test.repeatLatest();
    expectSame(timeless(after, mail), timeless(before, mail));
  });

  // Of a stage told twice the first time stands; versions only ever grow, and no outcome hangs on how far.
  it('progress notes a stage once', async () => {
    await shop.handedOver('T');
    await shop.desk.tellProgress(shop.terminal, 'T', 'card');
    const { before, after } = await shop.test.repeatLatest();
    const record = inPartition(`tx:${GROUP}:T`);
    const fields = { before: before[record]!.content, after: after[record]!.content };
    for (const content of Object.values(fields) as Record<string, string>[]) {
      delete content['version'];
      delete content['updatedAt'];
    }
    expectSame(after, before);
  });

  // The result is put into the mailbox at the moment of the call; it is the same result under the same id.
  it('accept brings a stored result', async () => {
    const mailbox = inPartition('mailbox:pos');
    await shop.settled('T');
    await shop.desk.receipt(shop.pos, 'r', 'T');
    await shop.desk.pay(shop.pos, 'TERM-001', 'T');
    const { answer, before, after } = await shop.test.repeatLatest();
    expect(answer).toMatchObject({ outcome: 'replayed' });
    expect(contentOf(after)).not.toEqual(contentOf(before));
    expectSame(timeless(after, mailbox), timeless(before, mailbox));
  });
});
