import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PosClient, TerminalClient } from '../../support/clients.js';
import { eventually } from '../../support/eventually.js';
import { errorFrame, newId, request, TIME } from '../../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';

const KEYS = [
  posKey('pos'),
  terminalKey('t1', 'TERM-001'),
  terminalKey('t2', 'TERM-002'),
  terminalKey('cafe-terminal', 'TERM-001', 'cafe'),
];

let cluster: Cluster;
let pos: PosClient;
let terminal: TerminalClient;

beforeAll(async () => {
  cluster = await startCluster({ instances: 2, keys: KEYS });
  pos = await cluster.pos('pos', { on: 0 });
  terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
});
afterAll(() => cluster.close());

/** A payment that the terminal has and does not answer yet. */
async function running(): Promise<string> {
  const paymentRequest = request();
  pos.pay('TERM-001', paymentRequest);
  await terminal.next((f) => f.action === 'payment' && f.transactionId === paymentRequest.transactionId);
  return paymentRequest.transactionId;
}

const ack = (transactionId: string) => ({ action: 'paymentResponseAck', transactionId, timestamp: TIME });
const answer = (frame: object) => terminal.ask({ action: 'paymentResponse', ...frame }, 'paymentResponseAck');

async function transaction(transactionId: string): Promise<any> {
  const reply = await pos.ask({ action: 'getTransaction', transactionId }, 'transactionResponse');
  return reply.transaction;
}

describe('a paymentResponse', () => {
  it('is acknowledged, and the store has it by then', async () => {
    const transactionId = await running();
    expect(await answer({ transactionId, paymentResponse: { status: 'SUCCESS' } })).toEqual(
      ack(transactionId),
    );
    expect((await transaction(transactionId)).status).toBe('COMPLETED');
    expect((await pos.result(transactionId)).paymentResponse.transactionId).toBe(transactionId);
  });

  it('may name its transaction inside only', async () => {
    const transactionId = await running();
    const paymentResponse = { transactionId, status: 'CANCELLED' };
    expect(await answer({ paymentResponse })).toEqual(ack(transactionId));
    expect((await pos.result(transactionId)).status).toBe('CANCELLED');
    expect((await transaction(transactionId)).status).toBe('CANCELLED');
  });

  it('may be called paymentComplete', async () => {
    const transactionId = await running();
    const frame = { action: 'paymentComplete', transactionId, paymentResponse: { status: 'FAILED' } };
    expect(await terminal.ask(frame, 'paymentResponseAck')).toEqual(ack(transactionId));
    expect((await pos.result(transactionId)).status).toBe('FAILED');
  });

  it('sent again is acknowledged again and changes nothing', async () => {
    const transactionId = await running();
    const response = { transactionId, paymentResponse: { status: 'SUCCESS', authorizationCode: 'FIRST' } };
    await answer(response);
    await pos.result(transactionId);
    const before = await eventually(async () => {
      const shown = await transaction(transactionId);
      // Receipts are noted when there is time for them, that of the terminal after that of the till or before.
      for (const step of ['"received"', '"receipted"']) {
        expect(JSON.stringify(shown.timeline)).toContain(step);
      }
      return shown;
    });
    expect(await answer(response)).toEqual(ack(transactionId));
    expect(await transaction(transactionId)).toEqual(before);
    await pos.roundTrip();
    const results = pos.all('paymentComplete').filter((frame) => frame.transactionId === transactionId);
    expect(results).toHaveLength(1);
  });

  it('that contradicts a final one is acknowledged and changes nothing', async () => {
    const transactionId = await running();
    await answer({ transactionId, paymentResponse: { status: 'FAILED', errorCode: 'DECLINED' } });
    await pos.result(transactionId);
    const late = { transactionId, paymentResponse: { status: 'SUCCESS' } };
    expect(await answer(late)).toEqual(ack(transactionId));
    const { status, response } = await transaction(transactionId);
    expect({ status, response }).toMatchObject({ status: 'FAILED', response: { errorCode: 'DECLINED' } });
    await pos.roundTrip();
    const results = pos.all('paymentComplete').filter((frame) => frame.transactionId === transactionId);
    expect(results.map((frame) => frame.status as string)).toEqual(['FAILED']);
  });

  it('PENDING is acknowledged, pushes nothing and keeps the transaction open', async () => {
    const transactionId = await running();
    expect(await answer({ transactionId, paymentResponse: { status: 'PENDING' } })).toEqual(
      ack(transactionId),
    );
    expect((await transaction(transactionId)).status).toBe('PENDING');
    await answer({ transactionId, paymentResponse: { status: 'SUCCESS' } });
    expect((await pos.result(transactionId)).status).toBe('SUCCESS');
  });
});

describe('a paymentResponse is refused', () => {
  const unknown = (transactionId: string) =>
    errorFrame('TRANSACTION_NOT_FOUND', { requestAction: 'paymentResponse', transactionId });

  it('for a transaction that nobody knows, final or PENDING', async () => {
    for (const status of ['SUCCESS', 'PENDING']) {
      const transactionId = newId();
      const frame = { action: 'paymentResponse', transactionId, paymentResponse: { status } };
      expect(await terminal.ask(frame)).toEqual(unknown(transactionId));
    }
  });

  it('for a transaction of another terminal, even of the same name in another group', async () => {
    const transactionId = await running();
    const others = [
      await cluster.terminal('t2', { on: 1, behaviour: 'silent' }),
      await cluster.terminal('cafe-terminal', { on: 1, behaviour: 'silent' }),
    ];
    for (const other of others) {
      const frame = { action: 'paymentResponse', transactionId, paymentResponse: { status: 'SUCCESS' } };
      expect(await other.ask(frame)).toEqual(unknown(transactionId));
    }
    expect((await transaction(transactionId)).status).toBe('PENDING');
    await answer({ transactionId, paymentResponse: { status: 'SUCCESS' } });
    await pos.result(transactionId);
  });

  it.each([
    ['no transactionId at all', { paymentResponse: { status: 'SUCCESS' } }, 'transactionId'],
    [
      'two that differ',
      { transactionId: 'a', paymentResponse: { transactionId: 'b', status: 'SUCCESS' } },
      'transactionId',
    ],
    ['no paymentResponse', { transactionId: 'a' }, 'paymentResponse'],
    ['a paymentResponse that is an array', { transactionId: 'a', paymentResponse: [] }, 'paymentResponse'],
    [
      'an unknown status',
      { transactionId: 'a', paymentResponse: { status: 'OK' } },
      'paymentResponse.status',
    ],
    [
      'a receipt that is too large',
      { transactionId: 'a', paymentResponse: { status: 'SUCCESS', receiptData: 'x'.repeat(65_537) } },
      'paymentResponse.receiptData',
    ],
  ])('with %s', async (_what, frame, field) => {
    const error = await terminal.ask({ action: 'paymentResponse', ...frame });
    expect(error).toMatchObject({ error: 'Bad Request', code: 'VALIDATION_FAILED' });
    expect(error.details).toMatchObject([{ field }]);
    expect(error.message).toBe(error.details[0].message);
  });
});

describe('getTransaction', () => {
  it('tells the story of a payment from its record', async () => {
    const transactionId = await running();
    const open = await transaction(transactionId);
    expect(open).toMatchObject({ transactionId, status: 'PENDING', terminalId: 'TERM-001' });
    expect(open).toMatchObject({ terminalDeviceId: 'TERM-001', createdAt: TIME, updatedAt: TIME });
    expect(open.request).toMatchObject({ transactionId, amount: '10.00' });
    expect(['sent', 'received']).toContain(open.delivery);
    expect(open).not.toHaveProperty('response');
    expect(open).not.toHaveProperty('completedAt');
    await answer({ transactionId, paymentResponse: { status: 'SUCCESS' } });
    const result = await pos.result(transactionId);
    const done = await transaction(transactionId);
    expect(done).toMatchObject({ status: 'COMPLETED', completedAt: TIME, response: result.paymentResponse });
    expect(done.version).toBe(result.transactionVersion);
    expect(done.version).toBeGreaterThan(open.version as number);
  });

  it('knows nothing of an unknown transaction, and is for desktops', async () => {
    const transactionId = newId();
    const frame = { action: 'getTransaction', transactionId };
    const context = { requestAction: 'getTransaction', transactionId };
    expect(await pos.ask(frame)).toEqual(errorFrame('TRANSACTION_NOT_FOUND', context));
    expect(await terminal.ask(frame)).toMatchObject({ error: 'Forbidden', code: 'DESKTOP_ONLY' });
  });
});
