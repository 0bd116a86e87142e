import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TerminalClient } from '../../support/clients.js';
import { eventually } from '../../support/eventually.js';
import { newId, OPAQUE, refusalBody, request, TIME, UUID_V7 } from '../../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import type { HttpApi } from '../../support/http-api.js';

const KEYS = [
  posKey('pos'),
  posKey('stranger', 'cafe'),
  terminalKey('t1', 'TERM-001'),
  terminalKey('t2', 'TERM-002'),
  terminalKey('t3', undefined, 'cafe'),
];
const PATH = '/v1/terminals/TERM-001/payments';

let cluster: Cluster;
let api: HttpApi;
let terminal: TerminalClient;

beforeAll(async () => {
  cluster = await startCluster({ instances: 2, keys: KEYS, env: { PAYMENT_WAIT_MS: '20000' } });
  api = cluster.api('pos');
});
beforeEach(async () => {
  terminal = await cluster.terminal('t1', { on: 1 });
});
afterEach(() => terminal.close());
afterAll(() => cluster.close());

describe('a payment', () => {
  it('is answered with its result, whichever instance the terminal is on', async () => {
    const payment = request({ amount: '12.30', metadata: { order: 7 }, products: [{ sku: 'a' }] });
    const { status, body, headers } = await api.post(PATH, payment);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(body).toEqual({
      transactionId: payment.transactionId,
      status: 'SUCCESS',
      paymentResponse: {
        transactionId: payment.transactionId,
        status: 'SUCCESS',
        authorizationCode: 'A-1',
        amount: '12.30',
        currency: 'EUR',
        paymentMethod: 'CARD',
        metadata: { order: 7 },
      },
      eventId: UUID_V7,
      transactionVersion: expect.any(Number) as number,
      timestamp: TIME,
    });
    expect(terminal.ledger.entries[0]!.frame['paymentRequest']).toEqual(payment);
  });

  it.each([
    ['FAILED', { errorCode: 'DECLINED' }],
    ['CANCELLED', {}],
  ])('that ends as %s is answered with 200 and that status', async (status, response) => {
    terminal.behaviour = ({ transactionId }) => terminal.respond(transactionId as string, status, response);
    const answer = await api.post(PATH, request());
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status, retrySafe: false, paymentResponse: { status, ...response } });
  });

  it('gets an id from the gateway if it has none, and can be found by it', async () => {
    const { transactionId: _, ...payment } = request();
    const { body } = await api.post(PATH, payment);
    expect(body['transactionId']).toEqual(UUID_V7);
    const found = await api.get(`/v1/transactions/${String(body['transactionId'])}`);
    expect(found.body).toMatchObject({ status: 'COMPLETED', transactionId: body['transactionId'] });
  });

  it('keeps amounts to the last digit', async () => {
    for (const amount of ['99999999999999.99', '10.10', '0.1']) {
      const id = newId();
      const text = `{"transactionId":"${id}","amount":${amount},"currency":"EUR","paymentMethod":"CARD"}`;
      const answer = await api.call({ method: 'POST', path: PATH, body: text });
      expect(answer.text).toContain(`"amount":${amount},`);
      expect(terminal.ledger.entries.at(-1)!.text).toContain(`"amount":${amount},`);
    }
  });

  it('is pushed to no WebSocket, and displaces none', async () => {
    const pos = await cluster.pos('pos');
    const payment = request();
    await api.post(PATH, payment);
    await pos.roundTrip();
    expect(pos.isOpen).toBe(true);
    expect(pos.all('paymentComplete')).toEqual([]);
    await pos.close();
  });

  it('that is sent again gets the stored result', async () => {
    const payment = request();
    const first = await api.post(PATH, payment);
    const again = await cluster.api('pos', { on: 1 }).post(PATH, payment);
    expect(again.status).toBe(200);
    expect({ ...again.body, timestamp: '' }).toEqual({ ...first.body, timestamp: '' });
    expect(terminal.ledger.timesSeen(payment.transactionId)).toBe(1);
    const different = await api.post(PATH, { ...payment, amount: '10.01' });
    expect(different.status).toBe(409);
    expect(different.body).toMatchObject({ code: 'DUPLICATE_TRANSACTION' });
  });

  it('without webhook endpoints can not be left to webhooks', async () => {
    const { status, body } = await api.post(PATH, request({ webhookMode: true }));
    expect([status, body['code']]).toEqual([400, 'NO_WEBHOOK_ENDPOINTS']);
    expect((await api.post(PATH, request({ webhookMode: false }))).status).toBe(200);
    expect(terminal.ledger.entries.at(-1)!.text).not.toContain('webhookMode');
  });
});

describe('the end of the wait', () => {
  it.each([
    ['?wait=0', {}],
    ['?wait=1', {}],
    ['', { prefer: 'respond-async, wait=1' }],
    ['', { prefer: 'wait="0"' }],
  ])('with %j %j answers 504, and the payment goes on', async (query, headers) => {
    terminal.behaviour = 'silent';
    const payment = request();
    const { status, body } = await api.call({ method: 'POST', path: PATH + query, body: payment, headers });
    expect(status).toBe(504);
    expect(body).toEqual({
      error: 'Gateway Timeout',
      message: OPAQUE,
      code: 'TIMEOUT',
      transactionId: payment.transactionId,
      retrySafe: false,
      timestamp: TIME,
    });
    await eventually(() => terminal.ledger.timesSeen(payment.transactionId) === 1);
    const joined = api.post(PATH, payment);
    terminal.respond(payment.transactionId, 'SUCCESS');
    expect((await joined).body).toMatchObject({ status: 'SUCCESS', transactionId: payment.transactionId });
    expect(terminal.ledger.timesSeen(payment.transactionId)).toBe(1);
  });

  it.each(['abc', '-1', '91', '1.5', ''])('must be a time: wait=%s', async (wait) => {
    const { status, body } = await api.post(`${PATH}?wait=${wait}`, request());
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field: 'wait' }] });
    expect(terminal.ledger.entries).toEqual([]);
  });
});

describe('a payment is refused', () => {
  const post = (path: string, body: object | string | Buffer) => api.call({ method: 'POST', path, body });

  it.each([
    ['', 'nothing'] as [string | Buffer, string],
    ['{"amount":', 'half an object'],
    ['[]', 'an array'],
    ['"text"', 'a scalar'],
    [Buffer.from([0x7b, 0xff, 0x7d]), 'bad UTF-8'],
    ['{"a":'.repeat(70) + '1' + '}'.repeat(70), 'too deep'],
  ])('for a body that is not JSON: %#', async (body) => {
    const { status, body: answer } = await post(PATH, body);
    expect(status).toBe(400);
    expect(answer).toEqual(refusalBody('Bad Request', 'INVALID_JSON'));
  });

  it('with all offending fields', async () => {
    const { status, body } = await post(PATH, {
      amount: '-1',
      currency: 'XXZ',
      paymentMethod: 'GOLD',
      products: 'none',
      webhookMode: false,
    });
    expect([status, body['code']]).toEqual([400, 'VALIDATION_FAILED']);
    const details = body['details'] as { field: string; message: string }[];
    expect(details.map(({ field }) => field)).toEqual(['amount', 'currency', 'paymentMethod', 'products']);
    expect(body['message']).toBe(details[0]!.message);
  });

  it('for a webhookMode that is no boolean', async () => {
    const { status, body } = await post(PATH, request({ webhookMode: 'yes' }));
    expect([status, body['code']]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body['details']).toEqual([{ field: 'webhookMode', message: OPAQUE }]);
  });

  it('for a body above 128 KiB', async () => {
    const { status, body } = await post(PATH, request({ metadata: { text: 'x'.repeat(131_072) } }));
    expect([status, body['code']]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const fits = await post(PATH, request({ customerInfo: { text: 'x'.repeat(100_000) } }));
    expect(fits.status).toBe(200);
  });

  it('for a compressed body', async () => {
    const answer = await api.call({
      method: 'POST',
      path: PATH,
      body: request(),
      headers: { 'content-encoding': 'gzip' },
    });
    expect([answer.status, answer.body['code']]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it('for a terminal that is unknown, away, foreign or busy', async () => {
    const foreign = await cluster.terminal('t3');
    const [{ connectionId }] = (await cluster.api('stranger').get('/v1/terminals')).body['terminals'] as [
      { connectionId: string },
    ];
    const to = (terminalId: string) => post(`/v1/terminals/${terminalId}/payments`, request());
    terminal.behaviour = 'silent';
    const running = request();
    expect((await post(`${PATH}?wait=0`, running)).status).toBe(504);
    const answers = [
      await to('TERM-999'),
      await to('TERM-002'),
      await to(connectionId),
      await to('TERM-001'),
    ];
    expect(
      answers.map(({ status, body }) => [status, body['code'], body['error'], body['retrySafe']]),
    ).toEqual([
      [404, 'TERMINAL_NOT_FOUND', 'Not Found', true],
      [503, 'TERMINAL_OFFLINE', 'Service Unavailable', true],
      [403, 'GROUP_MISMATCH', 'Forbidden', true],
      [409, 'PAYMENT_IN_PROGRESS', 'Conflict', true],
    ]);
    await eventually(() => terminal.ledger.timesSeen(running.transactionId) === 1);
    terminal.behaviour = 'approve';
    terminal.respond(running.transactionId, 'SUCCESS');
    await eventually(async () => (await to('TERM-001')).body['code'] !== 'PAYMENT_IN_PROGRESS');
    await foreign.close();
  });
});

describe('the list of terminals', () => {
  it('has those of the group that are there, and on request those that are away', async () => {
    const { status, body } = await api.get('/v1/terminals');
    expect(status).toBe(200);
    expect(body).toEqual({
      terminals: [
        {
          connectionId: OPAQUE,
          terminalId: 'TERM-001',
          deviceId: 'TERM-001',
          connectedAt: TIME,
          lastActivity: TIME,
          status: 'online',
          metadata: {},
        },
      ],
      count: 1,
      timestamp: TIME,
    });
    const all = (await api.get('/v1/terminals?includeOffline=true')).body;
    expect((all['terminals'] as object[]).map((one) => (one as { status: string }).status)).toEqual([
      'online',
      'offline',
    ]);
  });
});
