import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalBody, request } from '../../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { HttpApi } from '../../support/http-api.js';

const KEYS = [posKey('pos'), { ...posKey('old'), disabled: true }, terminalKey('t1', 'TERM-001')];
const FIVE_MINUTES_MS = 5 * 60_000;

let cluster: Cluster;
let api: HttpApi;

beforeAll(async () => {
  cluster = await startCluster({ instances: 2, keys: KEYS });
  api = cluster.api('pos');
  await cluster.terminal('t1');
});
afterAll(() => cluster.close());

const list = (headers: Record<string, string | undefined> = {}, timestamp?: string) =>
  api.call({ method: 'GET', path: '/v1/terminals', headers, ...(timestamp && { timestamp }) });
const at = (offsetMs: number) => new Date(Date.now() + offsetMs).toISOString();

describe('a call', () => {
  it('that is signed gets its answer and its correlation id', async () => {
    const { status, body, headers } = await list({ 'x-request-id': 'till-7.call-0001' });
    expect([status, body['count']]).toEqual([200, 1]);
    expect(headers.get('x-request-id')).toBe('till-7.call-0001');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('without a known key is refused first', async () => {
    const disabled = cluster.api('old');
    const answers = [
      await list({ 'x-api-key': undefined, 'x-timestamp': undefined }),
      await list({ 'x-api-key': 'no-such-key', 'x-timestamp': 'yesterday' }),
      await disabled.get('/v1/terminals'),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(401);
      expect(body).toEqual(refusalBody('Unauthorized', 'UNAUTHORIZED'));
    }
  });

  it.each([
    ['missing', undefined],
    ['no time', 'yesterday'],
    ['too old', at(-FIVE_MINUTES_MS - 2_000)],
    ['too far ahead', at(FIVE_MINUTES_MS + 60_000)],
  ])('whose time is %s is refused before its signature is looked at', async (_what, timestamp) => {
    const { status, body } = await list({ 'x-timestamp': timestamp, 'x-signature': 'wrong' });
    expect([status, body['code']]).toEqual([401, 'TIMESTAMP_EXPIRED']);
  });

  it('may be signed up to five minutes ago', async () => {
    expect((await list({}, at(-FIVE_MINUTES_MS + 20_000))).status).toBe(200);
  });

  it('with another signature is refused', async () => {
    const other = new HttpApi(cluster.instances[0]!.url, { key: cluster.key('pos'), secret: 'guess' });
    for (const answer of [
      await list({ 'x-signature': undefined }),
      await list({ 'x-signature': 'AAAA' }),
      await other.get('/v1/terminals'),
    ]) {
      expect([answer.status, answer.body['code']]).toEqual([401, 'INVALID_SIGNATURE']);
    }
  });

  it('is signed over its path as it is on the wire, without the query', async () => {
    expect((await api.get('/v1/terminals?includeOffline=true')).status).toBe(200);
    const escaped = await api.get('/v1/transactions/caf%C3%A9%2F1');
    expect([escaped.status, escaped.body['transactionId']]).toEqual([404, 'café/1']);
  });

  it('is signed over its raw bytes', async () => {
    const body = Buffer.from(JSON.stringify(request()));
    const signed = api.signed('POST', '/v1/terminals/TERM-001/payments', body);
    const headers = { 'x-signature': signed['x-signature'], 'x-timestamp': signed['x-timestamp'] };
    const altered = Buffer.from(body.toString().replace('10.00', '10.01'));
    const path = '/v1/terminals/TERM-001/payments';
    const { status, body: answer } = await api.call({ method: 'POST', path, body: altered, headers });
    expect([status, answer['code']]).toEqual([401, 'INVALID_SIGNATURE']);
  });

  it('for another group than that of the key is refused', async () => {
    const { status, body } = await list({ 'x-group-id': 'cafe' });
    expect([status, body['code']]).toEqual([403, 'GROUP_MISMATCH']);
    expect((await list({ 'x-group-id': 'shop' })).status).toBe(200);
  });
});

describe('a repeated signature', () => {
  const again = async (method: string, path: string, body: object, on: number) => {
    const signed = api.signed(method, path, Buffer.from(JSON.stringify(body)));
    const calls = [cluster.api('pos'), cluster.api('pos', { on })];
    const answers = [];
    for (const instance of calls) answers.push(await instance.call({ method, path, body, headers: signed }));
    return answers;
  };

  it.each([0, 1])('is refused for a payment without an id, on instance %i too', async (on) => {
    const { transactionId: _, ...payment } = request();
    const [first, second] = await again('POST', '/v1/terminals/TERM-001/payments', payment, on);
    expect(first!.status).toBe(200);
    expect(second!.status).toBe(401);
    expect(second!.body).toEqual(refusalBody('Unauthorized', 'INVALID_SIGNATURE'));
  });

  it('is taken for a payment with an id, which is carried out once', async () => {
    const terminal = await cluster.terminal('t1');
    const payment = request();
    const [first, second] = await again('POST', '/v1/terminals/TERM-001/payments', payment, 1);
    expect([first!.status, second!.status]).toEqual([200, 200]);
    expect(second!.body['eventId']).toBe(first!.body['eventId']);
    expect(terminal.ledger.timesSeen(payment.transactionId)).toBe(1);
  });

  it('is refused for a cancellation', async () => {
    const payment = request();
    await api.post('/v1/terminals/TERM-001/payments', payment);
    const path = `/v1/transactions/${payment.transactionId}/cancel`;
    const [first, second] = await again('POST', path, {}, 1);
    expect([first!.status, first!.body['status']]).toEqual([200, 'TOO_LATE']);
    expect([second!.status, second!.body['code']]).toEqual([401, 'INVALID_SIGNATURE']);
  });

  it('is taken for a call that changes nothing', async () => {
    const headers = api.signed('GET', '/v1/terminals', Buffer.alloc(0));
    expect([(await list(headers)).status, (await list(headers)).status]).toEqual([200, 200]);
  });
});

describe('whatever goes wrong has the one shape', () => {
  it.each([
    ['GET', '/nothing'],
    ['GET', '/v1'],
    ['GET', '/v1/nothing'],
    ['DELETE', '/v1/terminals'],
  ])('%s %s is not found', async (method, path) => {
    const { status, body } = await api.call({ method, path });
    expect(status).toBe(404);
    expect(body).toEqual(refusalBody('Not Found', 'NOT_FOUND'));
  });

  it('a path that cannot be decoded', async () => {
    expect((await api.get('/v1/transactions/%E0%A4%A')).status).toBe(400);
  });

  it('a terminal that calls', async () => {
    const terminal = cluster.api('t1');
    const answers = await Promise.all([
      terminal.get('/v1/terminals'),
      terminal.post('/v1/terminals/TERM-001/payments', request()),
      terminal.get('/v1/transactions/x'),
      terminal.post('/v1/transactions/x/cancel'),
    ]);
    expect(answers.map(({ status, body }) => [status, body['code'], body['message']])).toEqual([
      [403, 'GROUP_MISMATCH', 'Only desktop devices can list terminals'],
      [403, 'DESKTOP_ONLY', 'Only desktop devices can initiate payments'],
      [403, 'DESKTOP_ONLY', 'Only desktop devices can make this call'],
      [403, 'DESKTOP_ONLY', 'Only desktop devices can make this call'],
    ]);
  });
});
