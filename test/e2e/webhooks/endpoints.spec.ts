import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isSignedWith, type Receiver } from '../../support/receiver.js';
import { ALL_EVENTS, ENDPOINTS, WebhookShop } from '../../support/webhook-shop.js';

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const text = (pattern: RegExp) => expect.stringMatching(pattern) as string;

let shop: WebhookShop;
let receiver: Receiver;

beforeAll(async () => {
  shop = await WebhookShop.open({ groups: ['other'] });
  receiver = await shop.receiver();
});

afterAll(() => shop?.close());

afterEach(async () => {
  receiver.testBehaviour = 204;
  await shop.removeEndpoints();
});

const wish = (extra: object = {}) => ({ url: receiver.url(), events: ['payment.completed'], ...extra });

describe('an endpoint', () => {
  it('is made, with its secret in this one answer', async () => {
    const made = await shop.api().post(ENDPOINTS, wish({ description: 'books', metadata: { a: [1] } }));
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      endpointId: text(/^wh_[0-9A-HJKMNP-TV-Z]{26}$/),
      url: receiver.url(),
      events: ['payment.completed'],
      description: 'books',
      metadata: { a: [1] },
      status: 'active',
      secret: text(/^whsec_[A-Za-z0-9+/]{43}=$/),
      createdAt: text(ISO),
      updatedAt: text(ISO),
      timestamp: text(ISO),
    });
    const { secret, timestamp: _at, ...endpoint } = made.body;
    const one = await shop.api().get(`${ENDPOINTS}/${endpoint['endpointId'] as string}`);
    expect(one.body).toEqual({ ...endpoint, timestamp: text(ISO) });
    const all = await shop.api().get(ENDPOINTS);
    expect(all.body).toEqual({ endpoints: [endpoint], count: 1, timestamp: text(ISO) });
    expect(all.text + one.text).not.toContain(secret);
  });

  it('was called before, signed with that secret', async () => {
    const before = receiver.testCalls.length;
    const made = await shop.endpoint(receiver);
    expect(receiver.testCalls).toHaveLength(before + 1);
    const call = receiver.testCalls.at(-1)!;
    expect(isSignedWith(made.secret, call)).toBe(true);
    expect(JSON.parse(call.text)).toEqual({
      eventType: 'endpoint.validation',
      eventId: call.headers['webhook-id'],
      timestamp: text(ISO),
      data: { endpointId: made.endpointId },
    });
  });

  it('is changed in part', async () => {
    const { endpointId } = await shop.endpoint(receiver);
    const before = receiver.testCalls.length;
    const change = { events: ['payment.failed'], status: 'disabled', description: 'x' };
    const changed = await shop.api().put(`${ENDPOINTS}/${endpointId}`, change);
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ ...change, url: receiver.url() });
    expect(receiver.testCalls).toHaveLength(before);
    const cleared = await shop.api().put(`${ENDPOINTS}/${endpointId}`, { description: null });
    expect(cleared.body).not.toHaveProperty('description');
    expect(cleared.body).toMatchObject({ events: ['payment.failed'], status: 'disabled' });
  });

  it('keeps its url if the new one does not answer', async () => {
    const { endpointId, secret } = await shop.endpoint(receiver);
    receiver.testBehaviour = 500;
    const refused = await shop.api().put(`${ENDPOINTS}/${endpointId}`, { url: `${receiver.url()}/new` });
    expect(refused).toMatchObject({ status: 400, body: { code: 'ENDPOINT_VALIDATION_FAILED' } });
    const kept = await shop.api().get(`${ENDPOINTS}/${endpointId}`);
    expect(kept.body['url']).toBe(receiver.url());
    receiver.testBehaviour = 200;
    const changed = await shop.api().put(`${ENDPOINTS}/${endpointId}`, { url: `${receiver.url()}/new` });
    expect(changed.body['url']).toBe(`${receiver.url()}/new`);
    expect(isSignedWith(secret, receiver.testCalls.at(-1)!)).toBe(true);
  });

  it('is removed', async () => {
    const { endpointId } = await shop.endpoint(receiver);
    expect(await shop.api().delete(`${ENDPOINTS}/${endpointId}`)).toMatchObject({ status: 204, text: '' });
    const again = await shop.api().delete(`${ENDPOINTS}/${endpointId}`);
    expect(again).toMatchObject({ status: 404, body: { code: 'ENDPOINT_NOT_FOUND' } });
    expect((await shop.api().get(ENDPOINTS)).body).toMatchObject({ endpoints: [], count: 0 });
  });

  it('is the 16th at the most, however many are made at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => shop.api().post(ENDPOINTS, wish())));
    const refused = answers.filter(({ status }) => status !== 201);
    expect(refused.map(({ status, body }) => [status, body['code']])).toEqual(
      Array.from({ length: 4 }, () => [409, 'ENDPOINT_LIMIT_REACHED']),
    );
    expect((await shop.api().get(ENDPOINTS)).body['count']).toBe(16);
    const calls = receiver.testCalls.length;
    expect((await shop.api().post(ENDPOINTS, wish())).status).toBe(409);
    expect(receiver.testCalls).toHaveLength(calls);
  });
});

describe('of another group', () => {
  it('an endpoint is not there', async () => {
    const { endpointId } = await shop.endpoint(receiver);
    const other = shop.cluster.api('pos-other');
    const path = `${ENDPOINTS}/${endpointId}`;
    const answers = await Promise.all([
      other.get(path),
      other.put(path, { status: 'disabled' }),
      other.delete(path),
      other.post(`${path}/rotate-secret`),
      other.get(`${path}/deliveries`),
      other.get(`${path}/deliveries/dlv_1`),
      other.post(`${path}/deliveries/dlv_1/redeliver`),
    ]);
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual(
      answers.map(() => [404, 'ENDPOINT_NOT_FOUND']),
    );
    expect((await other.get(ENDPOINTS)).body['count']).toBe(0);
    expect((await shop.api().get(path)).body['status']).toBe('active');
  });

  it('a payment in webhookMode needs an endpoint of its own', async () => {
    await shop.endpoint(receiver);
    const payment = { amount: '1.00', currency: 'EUR', paymentMethod: 'CARD', webhookMode: true };
    const answer = await shop.cluster
      .api('pos-other')
      .post('/v1/terminals/T/payments', { ...payment, transactionId: randomUUID() });
    expect(answer).toMatchObject({ status: 400, body: { code: 'NO_WEBHOOK_ENDPOINTS' } });
  });
});

describe('refused is', () => {
  it('a terminal', async () => {
    const terminal = shop.cluster.api('t1');
    const answers = await Promise.all([terminal.get(ENDPOINTS), terminal.post(ENDPOINTS, wish())]);
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual([
      [403, 'DESKTOP_ONLY'],
      [403, 'DESKTOP_ONLY'],
    ]);
  });

  it('who does not sign', async () => {
    const unsigned = { method: 'GET', path: ENDPOINTS, headers: { 'x-signature': undefined } };
    expect(await shop.api().call(unsigned)).toMatchObject({
      status: 401,
      body: { code: 'INVALID_SIGNATURE' },
    });
  });

  it.each([
    ['no url', { url: undefined }, 'url'],
    ['a url that is no text', { url: 7 }, 'url'],
    ['an empty url', { url: '' }, 'url'],
    ['a long url', { url: `https://example.com/${'x'.repeat(2048)}` }, 'url'],
    ['no events', { events: undefined }, 'events'],
    ['an empty list of events', { events: [] }, 'events'],
    ['an unknown event', { events: ['payment.completed', 'payment.exploded'] }, 'events'],
    ['an event twice', { events: ['payment.failed', 'payment.failed'] }, 'events'],
    ['an event that is no list', { events: 'payment.failed' }, 'events'],
    ['a description that is no text', { description: 1 }, 'description'],
    ['metadata that is no object', { metadata: 'x' }, 'metadata'],
    ['metadata that is an array', { metadata: [1] }, 'metadata'],
    ['much metadata', { metadata: { a: 'x'.repeat(5_000) } }, 'metadata'],
  ])('%s', async (_what, extra, field) => {
    const answer = await shop.api().post(ENDPOINTS, wish(extra));
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field }] });
  });

  it.each([
    ['a null url', { url: null }, 'url'],
    ['null events', { events: null }, 'events'],
    ['an unknown status', { status: 'paused' }, 'status'],
    ['a null status', { status: null }, 'status'],
  ])('a change to %s', async (_what, change, field) => {
    const { endpointId } = await shop.endpoint(receiver);
    const answer = await shop.api().put(`${ENDPOINTS}/${endpointId}`, change);
    expect(answer.body).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field }] });
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=many', 'limit'],
    ['status=lost', 'status'],
  ])('a list of deliveries with %s', async (query, field) => {
    const { endpointId } = await shop.endpoint(receiver);
    const answer = await shop.api().get(`${ENDPOINTS}/${endpointId}/deliveries?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { code: 'VALIDATION_FAILED', details: [{ field }] } });
  });

  it.each([-1, 604_801, 1.5, '60', null])('an overlap of %j seconds', async (overlapSeconds) => {
    const { endpointId } = await shop.endpoint(receiver);
    const answer = await shop.api().post(`${ENDPOINTS}/${endpointId}/rotate-secret`, { overlapSeconds });
    expect(answer.body).toMatchObject({ code: 'VALIDATION_FAILED', details: [{ field: 'overlapSeconds' }] });
  });

  it('a body that is no JSON', async () => {
    const answer = await shop.api().call({ method: 'POST', path: ENDPOINTS, body: '{' });
    expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_JSON' } });
  });
});

describe('a url is refused that', () => {
  const refusal = async (url: string) => {
    const answer = await shop.api().post(ENDPOINTS, { url, events: ALL_EVENTS });
    expect(answer).toMatchObject({ status: 400, body: { code: 'ENDPOINT_VALIDATION_FAILED' } });
    return answer.body['message'] as string;
  };

  it.each(['http://127.0.0.1/', 'ftp://127.0.0.1/', 'hooks', '/hooks', 'https://'])(
    'is no https url: %s',
    async (url) => {
      expect(await refusal(url)).toBe('url must be an https URL');
    },
  );

  it('contains a password', async () => {
    const url = receiver.url().replace('//', '//user:hunter2@');
    const message = await refusal(url);
    expect(message).toBe('url must not contain a user name or password');
  });

  it.each([199 + 1 + 100, 302, 400, 404, 500, 503])('answers with %i', async (status) => {
    receiver.testBehaviour = status;
    expect(await refusal(receiver.url())).toContain(`answered with status ${status}`);
  });

  it('leads to nobody', async () => {
    const gone = await shop.receiver();
    await gone.stop();
    expect(await refusal(gone.url())).toBe(
      'The test call to url was not answered: the call failed (ECONNREFUSED)',
    );
  });

  it('has a name that nobody knows', async () => {
    expect(await refusal('https://no-such-host.invalid/')).toContain('the host name could not be resolved');
  });

  it('has a certificate for another name', async () => {
    const stranger = await shop.receiver('DNS:elsewhere.example');
    expect(await refusal(stranger.url())).toContain('the certificate is not trusted');
    expect(stranger.testCalls).toHaveLength(0);
  });

  it('does not answer in time', async () => {
    receiver.testBehaviour = () => {};
    expect(await refusal(receiver.url())).toContain('no answer within 10 s');
  });

  it('breaks off, and nothing of its answer is shown', async () => {
    receiver.testBehaviour = (response) => {
      response.writeHead(500, { 'x-internal': 'hunter2' }).end('hunter2');
    };
    const answer = await shop.api().post(ENDPOINTS, wish());
    expect(answer.text).not.toContain('hunter2');
  });
});
