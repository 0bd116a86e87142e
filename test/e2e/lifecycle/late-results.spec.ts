import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PosClient, TerminalClient } from '../../support/clients.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { eventually } from '../../support/eventually.js';
import { startPayment, transaction } from '../../support/payments.js';

const KEYS = [posKey('pos'), terminalKey('t1', 'TERM-001')];

/** A payment that was given up because its terminal dropped, and the terminal back again. */
async function givenUp(
  cluster: Cluster,
): Promise<{ pos: PosClient; terminal: TerminalClient; transactionId: string }> {
  const pos = await cluster.pos('pos', { on: 0 });
  const first = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
  const transactionId = await startPayment(pos, first, 'TERM-001');
  first.drop();
  expect((await pos.result(transactionId))['status']).toBe('FAILED');
  return { pos, transactionId, terminal: await cluster.terminal('t1', { on: 1, behaviour: 'silent' }) };
}

describe('an approval that comes too late, policy void', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ instances: 2, keys: KEYS, env: { GRACE_PERIOD_MS: '300' } });
  });
  afterAll(() => cluster.close());

  it('is acknowledged, voided at the terminal, and told as voided', async () => {
    const { pos, terminal, transactionId } = await givenUp(cluster);
    terminal.respond(transactionId, 'SUCCESS', { authorizationCode: 'L1' });
    await terminal.next('paymentResponseAck');
    const voiding = await terminal.next('voidPayment');
    expect(voiding).toMatchObject({
      transactionId,
      terminalId: 'TERM-001',
      reason: 'LATE_RECONNECTION',
      paymentResponse: { status: 'SUCCESS', authorizationCode: 'L1', amount: '10.00' },
    });
    expect(await transaction(pos, transactionId)).toMatchObject({ status: 'FAILED', voidPending: true });
    terminal.send({ action: 'voidResponse', transactionId, status: 'SUCCESS' });
    const voided = await pos.next('paymentVoided');
    expect(voided).toMatchObject({
      transactionId,
      terminalId: 'TERM-001',
      deviceId: 'TERM-001',
      voidReason: 'LATE_RECONNECTION',
      paymentResponse: { authorizationCode: 'L1' },
      groupId: 'shop',
      version: 'v1',
    });
    const final = await transaction(pos, transactionId);
    expect(final).toMatchObject({ status: 'VOIDED', voidReason: 'LATE_RECONNECTION' });
    expect(final).not.toHaveProperty('voidPending');
    expect(voided['transactionVersion']).toBe(final['version']);
    await terminal.close();
  });

  it('is voided again at each reconnect until the terminal confirms; a refusal stays visible', async () => {
    const { pos, terminal, transactionId } = await givenUp(cluster);
    terminal.respond(transactionId, 'SUCCESS');
    await terminal.next('voidPayment');
    terminal.send({ action: 'voidResponse', transactionId, status: 'FAILED', errorCode: 'HOST_DOWN' });
    await eventually(async () => {
      const shown = await transaction(pos, transactionId);
      expect(shown).toMatchObject({
        status: 'FAILED',
        voidPending: true,
        voidRefusal: { errorCode: 'HOST_DOWN' },
      });
    });
    await terminal.close();
    const again = await cluster.terminal('t1', { on: 0, behaviour: 'silent' });
    await again.next('voidPayment');
    again.send({ action: 'voidResponse', transactionId, status: 'SUCCESS' });
    await pos.next('paymentVoided');
    await again.close();
    const once = await cluster.terminal('t1', { on: 0 });
    await once.roundTrip();
    expect(once.all('voidPayment')).toEqual([]);
    await once.close();
  });

  it('changes nothing if it is no approval', async () => {
    const { pos, terminal, transactionId } = await givenUp(cluster);
    terminal.respond(transactionId, 'FAILED', { errorCode: 'DECLINED' });
    await terminal.next('paymentResponseAck');
    expect(await transaction(pos, transactionId)).toMatchObject({
      status: 'FAILED',
      lateResponse: { errorCode: 'DECLINED' },
    });
    terminal.respond(transactionId, 'FAILED', { errorCode: 'DECLINED' });
    await terminal.next('paymentResponseAck');
    expect(
      pos.all('paymentComplete').filter((frame) => frame['transactionId'] === transactionId),
    ).toHaveLength(1);
    await terminal.close();
  });
});

describe('an approval that comes too late, policy deliver', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    const env = { GRACE_PERIOD_MS: '300', LATE_RESULT_POLICY: 'deliver' };
    cluster = await startCluster({ instances: 2, keys: KEYS, env });
  });
  afterAll(() => cluster.close());

  it('becomes the outcome, and is told as a correction', async () => {
    const { pos, terminal, transactionId } = await givenUp(cluster);
    const failed = pos.all('paymentComplete').at(-1)!;
    terminal.respond(transactionId, 'SUCCESS');
    const corrected = await pos.result(transactionId);
    expect(corrected).toMatchObject({ status: 'SUCCESS', late: true });
    expect(corrected['eventId']).not.toBe(failed['eventId']);
    expect(corrected['transactionVersion']).toBeGreaterThan(failed['transactionVersion'] as number);
    expect((await transaction(pos, transactionId))['status']).toBe('COMPLETED');
    await terminal.next('paymentResponseAck');
    expect(terminal.all('voidPayment')).toEqual([]);
  });
});

describe('an answer that fits no payment', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ keys: KEYS });
  });
  afterAll(() => cluster.close());

  it('is refused, and kept all the same', async () => {
    const terminal = await cluster.terminal('t1');
    terminal.respond('nobody-asked', 'SUCCESS', { authorizationCode: 'X9' });
    expect((await terminal.next('error'))['code']).toBe('TRANSACTION_NOT_FOUND');
    const [key] = await cluster.redis.keys(`${cluster.prefix}:*:unmatched:t1`);
    const [entry] = Object.entries(await cluster.redis.hgetall(key!));
    expect(entry![0]).toBe('nobody-asked');
    expect(JSON.parse(entry![1])).toMatchObject({ status: 'SUCCESS', authorizationCode: 'X9' });
  });

  it('contradicts a final one: acknowledged, changes nothing, kept with the transaction', async () => {
    const pos = await cluster.pos('pos');
    const terminal = await cluster.terminal('t1', { behaviour: 'silent' });
    const transactionId = await startPayment(pos, terminal, 'TERM-001');
    terminal.respond(transactionId, 'SUCCESS');
    await terminal.next('paymentResponseAck');
    terminal.respond(transactionId, 'FAILED', { errorCode: 'LATE_DECLINE' });
    await terminal.next('paymentResponseAck');
    expect(await transaction(pos, transactionId)).toMatchObject({
      status: 'COMPLETED',
      conflicts: [{ status: 'FAILED', errorCode: 'LATE_DECLINE' }],
    });
  });
});
