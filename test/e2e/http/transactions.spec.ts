import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TerminalClient } from '../../support/clients.js';
import { eventually } from '../../support/eventually.js';
import { refusalBody, request, TIME } from '../../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import type { HttpApi } from '../../support/http-api.js';
import { transaction } from '../../support/payments.js';

const KEYS = [posKey('pos'), posKey('stranger', 'cafe'), terminalKey('t1', 'TERM-001')];

let cluster: Cluster;
let api: HttpApi;
let other: HttpApi;
let terminal: TerminalClient;

beforeAll(async () => {
  cluster = await startCluster({ instances: 2, keys: KEYS, env: { CANCEL_TIMEOUT_MS: '1500' } });
  api = cluster.api('pos');
  other = cluster.api('pos', { on: 1 });
});
beforeEach(async () => {
  terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
});
afterEach(() => terminal.close());
afterAll(() => cluster.close());

/** A payment that the terminal has. @returns its id */
async function running(): Promise<string> {
  const payment = request();
  await api.post('/v1/terminals/TERM-001/payments?wait=0', payment);
  await eventually(() => terminal.ledger.timesSeen(payment.transactionId) === 1);
  return payment.transactionId;
}

const find = (id: string, query = '', by = api) => by.get(`/v1/transactions/${id}${query}`);

describe('a transaction', () => {
  it('tells over HTTP what it tells over WebSocket', async () => {
    const id = await running();
    terminal.respond(id, 'SUCCESS', { authorizationCode: 'A-2' });
    const { status, body } = await find(id, '?wait=10');
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'COMPLETED', response: { authorizationCode: 'A-2' } });
    const pos = await cluster.pos('pos');
    // The receipt of the payment comes on its own time, and adds to the timeline.
    await eventually(async () => {
      const { timestamp, ...told } = (await find(id)).body;
      expect(timestamp).toEqual(TIME);
      expect(await transaction(pos, id)).toEqual(told);
    });
    await pos.close();
  });

  it('of another group or that nobody knows is not found, waiting or not', async () => {
    const id = await running();
    for (const answer of [
      await find('nothing'),
      await find('nothing', '?wait=30'),
      await find(id, '', cluster.api('stranger')),
      await cluster.api('stranger').post(`/v1/transactions/${id}/cancel`),
      await api.post('/v1/transactions/nothing/cancel'),
    ]) {
      const { transactionId } = answer.body;
      expect(answer.status).toBe(404);
      expect(answer.body).toEqual(refusalBody('Not Found', 'TRANSACTION_NOT_FOUND', { transactionId }));
    }
    terminal.respond(id, 'SUCCESS');
    await find(id, '?wait=10');
  });

  it('with too long an id is refused', async () => {
    const { status, body } = await find('x'.repeat(129));
    expect([status, body['code']]).toEqual([400, 'VALIDATION_FAILED']);
  });
});

describe('waiting for a transaction', () => {
  it('ends with its final state, wherever the result lands', async () => {
    const id = await running();
    const waits = [find(id, '?wait=30'), find(id, '?wait=30', other)];
    terminal.send({ action: 'paymentProgress', transactionId: id, stage: 'card' });
    await terminal.roundTrip();
    terminal.respond(id, 'SUCCESS');
    for (const { status, body } of await Promise.all(waits)) {
      expect([status, body['status']]).toEqual([200, 'COMPLETED']);
    }
  });

  it('since a version ends with the next one', async () => {
    const id = await running();
    const { body } = await eventually(async () => {
      const found = await find(id);
      expect(found.body['delivery']).toBe('received');
      return found;
    });
    const waiting = find(id, `?wait=30&sinceVersion=${String(body['version'])}`);
    terminal.send({ action: 'paymentProgress', transactionId: id, stage: 'pin' });
    const changed = await waiting;
    expect(changed.body).toMatchObject({ status: 'PENDING', version: (body['version'] as number) + 1 });
    const known = await find(id, `?wait=30&sinceVersion=${String(body['version'])}`);
    expect(known.body['version']).toBe(changed.body['version']);
    terminal.respond(id, 'SUCCESS');
  });

  it('since a version that has passed is no wait, whoever else waits', async () => {
    const id = await running();
    const { body } = await eventually(async () => {
      const found = await find(id);
      expect(found.body['delivery']).toBe('received');
      return found;
    });
    const version = body['version'] as number;
    const patient = find(id, '?wait=30');
    // Only from now on has this instance read the present version on behalf of the first.
    expect((await find(id, `?wait=1&sinceVersion=${version}`)).body['version']).toBe(version);
    const hasty = await find(id, `?wait=30&sinceVersion=${version - 1}`);
    expect(hasty.body).toMatchObject({ status: 'PENDING', version });
    terminal.respond(id, 'SUCCESS');
    expect((await patient).body['status']).toBe('COMPLETED');
  });

  it('is answered with the headers of every answer', async () => {
    const id = await running();
    const requestId = 'till-7.call-0002';
    const path = `/v1/transactions/${id}?wait=30`;
    const waiting = api.call({ method: 'GET', path, headers: { 'x-request-id': requestId } });
    terminal.respond(id, 'SUCCESS');
    const { headers } = await waiting;
    const told = ['x-request-id', 'cache-control', 'x-content-type-options'].map((name) => headers.get(name));
    expect(told).toEqual([requestId, 'no-store', 'nosniff']);
  });

  it('answers with the unchanged transaction when the wait is over', async () => {
    const id = await running();
    const { body } = await eventually(async () => {
      const found = await find(id);
      expect(found.body['delivery']).toBe('received');
      return found;
    });
    const { status, body: unchanged } = await find(id, `?wait=1&sinceVersion=${String(body['version'])}`);
    expect(status).toBe(200);
    expect({ ...unchanged, timestamp: '' }).toEqual({ ...body, timestamp: '' });
    terminal.respond(id, 'SUCCESS');
  });

  it.each(['wait=-1', 'wait=91', 'wait=soon', 'sinceVersion=x', 'wait=1&sinceVersion=-2', 'wait=1&wait=2'])(
    'is refused with %s',
    async (query) => {
      const { status, body } = await find('any', `?${query}`);
      expect([status, body['code']]).toEqual([400, 'VALIDATION_FAILED']);
    },
  );
});

describe('a cancellation', () => {
  const cancel = (id: string) => api.post(`/v1/transactions/${id}/cancel`);

  it.each(['CANCELLED', 'TOO_LATE'])('is answered as the terminal decides: %s', async (status) => {
    const id = await running();
    const answer = cancel(id);
    await terminal.next('cancelPayment');
    terminal.send({ action: 'cancelResponse', transactionId: id, status });
    const { status: code, body } = await answer;
    expect(code).toBe(200);
    expect(body).toEqual({ transactionId: id, status, timestamp: TIME });
    if (status === 'TOO_LATE') terminal.respond(id, 'SUCCESS');
  });

  it('is UNKNOWN when the terminal is silent, and asked again it may still be cancelled', async () => {
    const id = await running();
    expect((await cancel(id)).body['status']).toBe('UNKNOWN');
    const again = cancel(id);
    await terminal.next('cancelPayment');
    terminal.send({ action: 'cancelResponse', transactionId: id, status: 'CANCELLED' });
    expect((await again).body['status']).toBe('CANCELLED');
    expect((await find(id)).body).toMatchObject({ status: 'CANCELLED' });
    expect((await cancel(id)).body['status']).toBe('CANCELLED');
  });

  it('is certain for what was not handed over, and too late for what is final', async () => {
    cluster.instances[1]!.pause();
    const payment = request();
    try {
      await api.post('/v1/terminals/TERM-001/payments?wait=0', payment);
      expect((await cancel(payment.transactionId)).body['status']).toBe('CANCELLED');
    } finally {
      cluster.instances[1]!.resume();
    }
    await terminal.roundTrip();
    expect(terminal.ledger.timesSeen(payment.transactionId)).toBe(0);
    const id = await running();
    terminal.respond(id, 'SUCCESS');
    await find(id, '?wait=10');
    expect((await cancel(id)).body['status']).toBe('TOO_LATE');
  });
});
