import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { eventually } from '../../support/eventually.js';
import { startPayment, transaction } from '../../support/payments.js';

const KEYS = [posKey('pos'), terminalKey('t1', 'TERM-001'), terminalKey('anonymous')];
const GRACE_PERIOD_MS = 2_500;

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({
    instances: 2,
    keys: KEYS,
    env: { GRACE_PERIOD_MS: String(GRACE_PERIOD_MS) },
  });
});
afterAll(() => cluster.close());

describe('a terminal that drops in the middle of a payment', () => {
  it('is waited for, asked when it is back, and not given the payment again', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const first = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    const transactionId = await startPayment(pos, first, 'TERM-001');
    first.drop();
    await eventually(async () => {
      expect((await transaction(pos, transactionId))['status']).toBe('AWAITING_RECONNECT');
    });
    const second = await cluster.terminal('t1', { on: 0, behaviour: 'silent', ledger: first.ledger });
    const inquiry = await second.next('paymentInquiry');
    expect(inquiry).toMatchObject({ transactionId, terminalId: 'TERM-001', groupId: 'shop', version: 'v1' });
    expect((await transaction(pos, transactionId))['status']).toBe('PENDING');
    second.respond(transactionId, 'SUCCESS');
    expect((await pos.result(transactionId))['status']).toBe('SUCCESS');
    await second.next('paymentResponseAck');
    expect(first.ledger.timesSeen(transactionId)).toBe(1);
    await second.close();
  });

  it('fails the payment when it stays away, without calling a retry safe', async () => {
    const pos = await cluster.pos('pos', { on: 1 });
    const terminal = await cluster.terminal('t1', { on: 0, behaviour: 'silent' });
    const transactionId = await startPayment(pos, terminal, 'TERM-001');
    terminal.drop();
    const result = await pos.result(transactionId);
    expect(result).toMatchObject({
      status: 'FAILED',
      retrySafe: false,
      paymentResponse: { errorCode: 'TERMINAL_DISCONNECTED', amount: '10.00' },
    });
  });

  it('fails the payment at once if it has no device id to come back by', async () => {
    const pos = await cluster.pos('pos', { on: 1 });
    const terminal = await cluster.terminal('anonymous', { on: 0, behaviour: 'silent' });
    const [{ terminalId }] = (await pos.terminals()) as [{ terminalId: string }];
    const transactionId = await startPayment(pos, terminal, terminalId);
    const before = Date.now();
    terminal.drop();
    const result = await pos.result(transactionId);
    expect(result['paymentResponse']).toMatchObject({ errorCode: 'TERMINAL_DISCONNECTED' });
    expect(Date.now() - before).toBeLessThan(GRACE_PERIOD_MS);
  });

  it('is free for the next payment after the first was given up', async () => {
    const pos = await cluster.pos('pos');
    const first = await cluster.terminal('t1', { behaviour: 'silent' });
    const lost = await startPayment(pos, first, 'TERM-001');
    first.drop();
    await pos.result(lost);
    const second = await cluster.terminal('t1', { behaviour: 'silent' });
    const transactionId = await startPayment(pos, second, 'TERM-001');
    second.respond(transactionId, 'SUCCESS');
    expect((await pos.result(transactionId))['status']).toBe('SUCCESS');
    await second.close();
  });
});

describe('a terminal asked about a payment', () => {
  it('that says it never arrived gets it once more, once for each inquiry', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const first = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    const transactionId = await startPayment(pos, first, 'TERM-001');
    first.drop();
    const second = await cluster.terminal('t1', { on: 0, behaviour: 'silent', ledger: first.ledger });
    await second.next('paymentInquiry');
    second.send({ action: 'paymentUnknown', transactionId });
    await second.next('payment');
    second.send({ action: 'paymentUnknown', transactionId });
    await second.roundTrip();
    expect(first.ledger.timesSeen(transactionId)).toBe(2);
    second.respond(transactionId, 'SUCCESS');
    expect((await pos.result(transactionId))['status']).toBe('SUCCESS');
    await second.close();
  });

  it('cannot have a payment again that it was not asked about', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    const transactionId = await startPayment(pos, terminal, 'TERM-001');
    terminal.send({ action: 'paymentUnknown', transactionId });
    await terminal.roundTrip();
    expect(terminal.ledger.timesSeen(transactionId)).toBe(1);
    const refused = await terminal.ask({ action: 'paymentUnknown', transactionId: 'never-heard-of' });
    expect(refused['code']).toBe('TRANSACTION_NOT_FOUND');
    terminal.respond(transactionId, 'CANCELLED');
    await pos.result(transactionId);
    await terminal.close();
  });
});
