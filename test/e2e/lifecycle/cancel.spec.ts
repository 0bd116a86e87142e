import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame, PosClient } from '../../support/clients.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { newRequest, startPayment, transaction } from '../../support/payments.js';

const KEYS = [posKey('pos'), posKey('other'), terminalKey('t1', 'TERM-001')];

let cluster: Cluster;
beforeAll(async () => {
  const env = { CANCEL_TIMEOUT_MS: '1500', DELIVERY_TIMEOUT_MS: '60000', INSTANCE_LEASE_MS: '60000' };
  cluster = await startCluster({ instances: 2, keys: KEYS, env });
});
afterAll(() => cluster.close());

/** The answer to another cancellation may come once more, to a till that came back before its receipt was stored. */
const cancel = (pos: PosClient, transactionId: string) =>
  pos.ask(
    { action: 'cancelPayment', transactionId },
    (frame) => frame.action === 'cancelResponse' && frame['transactionId'] === transactionId,
  );

describe('cancelPayment', () => {
  it('cancels for certain what was not handed over', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t1', { on: 1 });
    cluster.instances[1]!.kill('SIGSTOP');
    try {
      const request = newRequest();
      pos.pay('TERM-001', request);
      expect((await cancel(pos, request.transactionId))['status']).toBe('CANCELLED');
      expect(await pos.result(request.transactionId)).toMatchObject({ status: 'CANCELLED', retrySafe: true });
      cluster.instances[1]!.kill('SIGCONT');
      await terminal.roundTrip();
      expect(terminal.ledger.timesSeen(request.transactionId)).toBe(0);
    } finally {
      cluster.instances[1]!.kill('SIGCONT');
    }
    await terminal.close();
  });

  it('lets the terminal decide: cancelled', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    const transactionId = await startPayment(pos, terminal, 'TERM-001');
    const answer = cancel(pos, transactionId);
    expect(await terminal.next('cancelPayment')).toMatchObject({ transactionId, terminalId: 'TERM-001' });
    terminal.send({ action: 'cancelResponse', transactionId, status: 'CANCELLED' });
    expect(await answer).toMatchObject({ transactionId, status: 'CANCELLED' });
    expect((await pos.result(transactionId))['status']).toBe('CANCELLED');
    await terminal.close();
  });

  it('lets the terminal decide: too late', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    const transactionId = await startPayment(pos, terminal, 'TERM-001');
    const answer = cancel(pos, transactionId);
    await terminal.next('cancelPayment');
    terminal.send({ action: 'cancelResponse', transactionId, status: 'TOO_LATE' });
    expect((await answer)['status']).toBe('TOO_LATE');
    terminal.respond(transactionId, 'SUCCESS');
    expect((await pos.result(transactionId))['status']).toBe('SUCCESS');
    await terminal.close();
  });

  it('is answered by a result that comes first', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    const transactionId = await startPayment(pos, terminal, 'TERM-001');
    const answer = cancel(pos, transactionId);
    await terminal.next('cancelPayment');
    terminal.respond(transactionId, 'SUCCESS');
    expect((await answer)['status']).toBe('TOO_LATE');
    await terminal.close();
  });

  it('is UNKNOWN when the terminal stays silent, and the payment goes on', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    const transactionId = await startPayment(pos, terminal, 'TERM-001');
    const answer = cancel(pos, transactionId);
    await pos.roundTrip();
    expect((await answer)['status']).toBe('UNKNOWN');
    expect((await transaction(pos, transactionId))['status']).toBe('PENDING');
    terminal.respond(transactionId, 'SUCCESS');
    await pos.result(transactionId);
    await terminal.close();
  });

  it('has one answer: what the terminal says after UNKNOWN is seen in the result only', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    const transactionId = await startPayment(pos, terminal, 'TERM-001');
    expect((await cancel(pos, transactionId))['status']).toBe('UNKNOWN');
    terminal.send({ action: 'cancelResponse', transactionId, status: 'TOO_LATE' });
    terminal.respond(transactionId, 'SUCCESS');
    expect((await pos.result(transactionId))['status']).toBe('SUCCESS');
    const again = await cluster.pos('pos', { on: 1 });
    await again.roundTrip();
    const isOfThis = (frame: Frame) => frame['transactionId'] === transactionId;
    expect(pos.all('cancelResponse').filter(isOfThis)).toHaveLength(1);
    expect(again.all('cancelResponse').filter(isOfThis)).toHaveLength(0);
    await terminal.close();
  });

  it('is TOO_LATE for a final payment and refused for an unknown one', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t1', { on: 1 });
    const request = newRequest();
    pos.pay('TERM-001', request);
    await pos.result(request.transactionId);
    expect((await cancel(pos, request.transactionId))['status']).toBe('TOO_LATE');
    const refused = await pos.ask({ action: 'cancelPayment', transactionId: 'nothing' });
    expect(refused['code']).toBe('TRANSACTION_NOT_FOUND');
    await terminal.close();
  });

  it('may come from another till of the group, which then gets the result too', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const other = await cluster.pos('other', { on: 1 });
    const terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    const transactionId = await startPayment(pos, terminal, 'TERM-001');
    const answer = cancel(other, transactionId);
    await terminal.next('cancelPayment');
    terminal.send({ action: 'cancelResponse', transactionId, status: 'CANCELLED' });
    expect((await answer)['status']).toBe('CANCELLED');
    expect((await other.result(transactionId))['eventId']).toBe((await pos.result(transactionId))['eventId']);
    await terminal.close();
  });
});
