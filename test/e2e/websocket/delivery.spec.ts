import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../support/clients.js';
import { eventually } from '../../support/eventually.js';
import { request, TIME } from '../../support/expected.js';
import { PresenceKeys } from '../../../src/presence/index.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';

const KEYS = [posKey('pos'), ...['t1', 't2', 't3', 't4', 't5'].map((id) => terminalKey(id, `DEVICE-${id}`))];
const DELIVERY_TIMEOUT_MS = 1_000;
const PAYMENT_TIMEOUT_MS = 1_500;

let cluster: Cluster;

beforeAll(async () => {
  const env = {
    DELIVERY_TIMEOUT_MS: String(DELIVERY_TIMEOUT_MS),
    PAYMENT_TIMEOUT_MS: String(PAYMENT_TIMEOUT_MS),
    // The frozen instance must count as alive for the whole test.
    INSTANCE_LEASE_MS: '15000',
    HEARTBEAT_TIMEOUT_MS: '15000',
  };
  cluster = await startCluster({ instances: 3, keys: KEYS, env });
});
afterAll(() => cluster.close());

const failureOf = ({ status, retrySafe, paymentResponse }: Frame) => ({
  status: status as string,
  retrySafe: retrySafe as boolean,
  errorCode: paymentResponse.errorCode as string,
});

describe('a payment', () => {
  it('that cannot be handed over in time fails with NOT_DELIVERED, safe to repeat, and never reaches the terminal', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t1', { on: 2 });
    const stuck = cluster.instances[2]!;
    const paymentRequest = request({ metadata: { order: 'O-1' } });
    const { transactionId, ...echoed } = paymentRequest;
    stuck.pause();
    try {
      pos.pay('DEVICE-t1', paymentRequest);
      const result = await pos.result(transactionId);
      expect(failureOf(result)).toEqual({ status: 'FAILED', retrySafe: true, errorCode: 'NOT_DELIVERED' });
      expect(result.paymentResponse).toMatchObject({ transactionId, status: 'FAILED', ...echoed });
    } finally {
      stuck.resume();
    }
    await terminal.roundTrip();
    const again = request();
    pos.pay('DEVICE-t1', again);
    expect((await pos.result(again.transactionId)).status).toBe('SUCCESS');
    expect(terminal.ledger.entries.map((entry) => entry.transactionId)).toEqual([again.transactionId]);
  });

  it('that its terminal never answers fails with NO_RESPONSE, not safe to repeat, and frees the terminal', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t2', { on: 1, behaviour: 'silent' });
    const paymentRequest = request();
    const { transactionId } = paymentRequest;
    pos.pay('DEVICE-t2', paymentRequest);
    const result = await pos.result(transactionId);
    expect(failureOf(result)).toEqual({ status: 'FAILED', retrySafe: false, errorCode: 'NO_RESPONSE' });
    const reply = await pos.ask({ action: 'getTransaction', transactionId }, 'transactionResponse');
    expect(reply.transaction).toMatchObject({ status: 'FAILED', retrySafe: false, completedAt: TIME });
    terminal.behaviour = 'approve';
    const next = request();
    pos.pay('DEVICE-t2', next);
    expect((await pos.result(next.transactionId)).status).toBe('SUCCESS');
  });

  it('counts as received when the terminal has answered the ping behind it, by itself', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const deaf = await cluster.terminal('t3', { on: 1, behaviour: 'silent', socket: { autoPong: false } });
    const paymentRequest = request();
    pos.pay('DEVICE-t3', paymentRequest);
    await deaf.next('payment');
    expect(await deliveryOf(paymentRequest.transactionId)).toBe('sent');
    deaf.socket.on('ping', (payload) => deaf.socket.pong(payload));
    const later = request();
    const other = await cluster.terminal('t4', { on: 1, behaviour: 'silent' });
    pos.pay('DEVICE-t4', later);
    await other.next('payment');
    await eventually(async () => expect(await deliveryOf(later.transactionId)).toBe('received'));

    async function deliveryOf(transactionId: string): Promise<string> {
      const reply = await pos.ask({ action: 'getTransaction', transactionId }, 'transactionResponse');
      return reply.transaction.delivery as string;
    }
  });
});

describe('a result', () => {
  it('that came while the POS was away is sent when it is back, on another instance, marked as recovered, once', async () => {
    const away = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t5', { on: 0, behaviour: 'silent' });
    const paymentRequest = request();
    const { transactionId } = paymentRequest;
    away.pay('DEVICE-t5', paymentRequest);
    await terminal.next('payment');
    await away.close();
    terminal.respond(transactionId, 'SUCCESS');
    await terminal.next('paymentResponseAck');

    const back = await cluster.pos('pos', { on: 1 });
    const result = await back.result(transactionId);
    expect(result).toMatchObject({ status: 'SUCCESS', recovered: true });
    await mailboxIsEmpty();
    const again = await cluster.pos('pos', { on: 0 });
    expect(again.all('paymentComplete')).toEqual([]);
  });

  it('that the POS has not read, by its WebSocket layer, is sent again with the same eventId', async () => {
    const deaf = await cluster.pos('pos', { on: 0, socket: { autoPong: false } });
    await cluster.terminal('t5', { on: 1 });
    const paymentRequest = request();
    const { transactionId } = paymentRequest;
    deaf.pay('DEVICE-t5', paymentRequest);
    const first = await deaf.result(transactionId);
    expect(first).not.toHaveProperty('recovered');
    deaf.drop();
    const back = await cluster.pos('pos', { on: 1 });
    expect(await back.result(transactionId)).toEqual({ ...first, recovered: true });
    await mailboxIsEmpty();
  });

  it('goes to the newest connection of the POS when it has changed meanwhile', async () => {
    const first = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t5', { on: 0, behaviour: 'silent' });
    const paymentRequest = request();
    const { transactionId } = paymentRequest;
    first.pay('DEVICE-t5', paymentRequest);
    await terminal.next('payment');
    const second = await cluster.pos('pos', { on: 1 });
    await first.closed;
    terminal.respond(transactionId, 'SUCCESS');
    const result = await second.result(transactionId);
    expect(result.status).toBe('SUCCESS');
    expect(result).not.toHaveProperty('recovered');
    expect(first.all('paymentComplete')).toEqual([]);
  });

  it('is found among very many that a POS was away for, and each of them comes once', async () => {
    const many = 2_000;
    const mailbox = new PresenceKeys(cluster.prefix).mailbox('shop', 'pos');
    const ids = Array.from({ length: many }, (_, i) => `tx-${i}`);
    const push = (id: string) =>
      JSON.stringify({ action: 'paymentComplete', transactionId: id, eventId: `e-${id}` });
    await cluster.redis.hset(mailbox, ...ids.flatMap((id, i) => [`r:${id}`, `${1_000_000 + i} ${push(id)}`]));
    const back = await cluster.pos('pos', { on: 1 });
    const came = () => back.all('paymentComplete').map(({ transactionId }) => transactionId as string);
    await eventually(() => expect(came().length).toBeGreaterThanOrEqual(many), { timeoutMs: 20_000 });
    await mailboxIsEmpty();
    expect(came().sort()).toEqual(ids.sort());
  });
});

/** Receipts travel on their own; until the store has them, a reconnect rightly brings the result once more. */
async function mailboxIsEmpty(): Promise<void> {
  await eventually(async () => {
    const boxes = await cluster.redis.keys(`${cluster.prefix}:*mailbox:pos`);
    expect(boxes).toEqual([]);
  });
}
