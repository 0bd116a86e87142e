import { beforeEach, describe, expect, it } from 'vitest';
import { late, refuseCancel, settle, voidAnswer } from '../../src/payments/scripts.js';
import { memberOf } from '../../src/presence/index.js';
import { expectSame } from '../support/dump.js';
import { GROUP } from '../support/endpoints.js';
import type { PaymentDesk } from '../support/payment-desk.js';
import { PaymentShop } from '../support/payment-shop.js';

/*
 * Who the desktops of a transaction are is decided in the store, but their keys must be named in the call. A caller that
 * names others than the store knows must be told so, and nothing else may happen. The classes around these scripts call
 * again by themselves, so the scripts are called here directly.
 */

const subject = { groupId: GROUP, transactionId: 'T', terminalKey: 't1' };
const frame = { before: '{"response":', after: ',"transactionVersion":' };
const response = { response: '{"status":"SUCCESS",', missing: '', eventId: 'event' };

let shop: PaymentShop;
let desk: PaymentDesk;

beforeEach(async () => {
  shop = await PaymentShop.open();
  desk = shop.desk;
});

/** Of the keys and arguments that all scripts of a transaction have, and of its desktops. */
function common(recipients: string) {
  const keyIds = recipients.split('\n').filter(Boolean);
  return {
    keys: desk.ledger.keys(subject),
    args: { ...desk.ledger.args(subject), ...frame, ...response },
    further: {
      keys: keyIds.flatMap((keyId) => {
        const { desktop, desktopMailbox } = desk.ledger.keys(subject, keyId);
        return [desktop, desktopMailbox];
      }),
      args: keyIds.map((keyId) => memberOf(GROUP, keyId)),
    },
  };
}

function runSettle(recipients: string, cause = 'terminal'): Promise<string[]> {
  const { keys, args, further } = common(recipients);
  const outcome = { cause, status: 'COMPLETED', errorCode: '', failure: '', retrySafe: '' };
  return shop.test.store.run(settle, keys, { ...args, ...outcome, recipients }, further);
}

function runLate(recipients: string): Promise<string[]> {
  const { keys, args, further } = common(recipients);
  const outcome = { status: 'COMPLETED', policy: 'deliver', voidBefore: '', voidAfter: '' };
  return shop.test.store.run(late, keys, { ...args, ...outcome, recipients }, further);
}

function runVoid(recipients: string): Promise<string[]> {
  const { keys, args, further } = common(recipients);
  const outcome = { confirmed: '1', refusal: '', voidReason: 'LATE_RECONNECTION' };
  return shop.test.store.run(voidAnswer, keys, { ...args, ...outcome, recipients }, further);
}

function runRefuseCancel(askers: string): Promise<string[]> {
  const { keys, args, further } = common(askers);
  return shop.test.store.run(refuseCancel, keys, { ...args, askers, frame: '{}' }, further);
}

async function handedOverForTwo(): Promise<void> {
  await shop.handedOver('T');
  await desk.pay(shop.otherPos, 'TERM-001', 'T');
}

async function givenUpForTwo(): Promise<void> {
  await handedOverForTwo();
  await desk.passDeadline('T');
  await desk.sweep('T');
}

async function voidingForTwo(): Promise<void> {
  await givenUpForTwo();
  await desk.answer(shop.terminal, 'T', 'SUCCESS');
}

async function cancelledByTwo(): Promise<void> {
  await shop.handedOver('T');
  await desk.cancel(shop.pos, 'T');
  await desk.cancel(shop.otherPos, 'T');
}

const anyMs = expect.stringMatching(/^\d+$/) as string;

describe.each([
  {
    name: 'settle',
    arrange: handedOverForTwo,
    run: runSettle,
    done: ['settled', '3', '', anyMs],
    mail: 'r:T',
  },
  { name: 'late', arrange: givenUpForTwo, run: runLate, done: ['delivered'], mail: 'l:T' },
  { name: 'void', arrange: voidingForTwo, run: runVoid, done: ['voided'], mail: 'w:T' },
  { name: 'refuse-cancel', arrange: cancelledByTwo, run: runRefuseCancel, done: ['passed'], mail: 'x:T' },
])('$name', ({ arrange, run, done, mail }) => {
  beforeEach(arrange);

  it.each([[''], ['pos'], ['pos-2'], ['pos-2\npos'], ['pos\npos-2\npos-3']])(
    'called for "%s" does nothing but say who they are',
    async (recipients) => {
      const before = await shop.test.dump();
      expect(await run(recipients)).toEqual(['recipients', 'pos\npos-2']);
      expectSame(await shop.test.dump(), before);
    },
  );

  it('called for the right ones reaches each of them with the same', async () => {
    expect(await run('pos\npos-2')).toEqual(done);
    const [first, second] = await Promise.all(['pos', 'pos-2'].map((keyId) => desk.mailbox(keyId)));
    expect(first![mail]).toBeDefined();
    expect(second![mail]).toBe(first![mail]);
  });
});

it('settle of a final transaction needs no recipients', async () => {
  await shop.settled('T');
  expect(await runSettle('')).toEqual(['repeated', 'COMPLETED']);
});

it('settle by a deadline that a claim has overtaken does nothing', async () => {
  await shop.handedOver('T');
  await desk.passDeadline('T');
  const before = await shop.test.dump();
  expect(await runSettle('pos', 'undelivered')).toEqual(['not_due']);
  expectSame(await shop.test.dump(), before);
});
