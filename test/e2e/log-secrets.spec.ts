// What the process writes after a tour of everything that should never be in a log, at the level that says most.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { PresenceKeys } from '../../src/presence/index.js';
import { recordKey } from '../../src/relay/index.js';
import { freePort } from '../../scripts/test-redis.mjs';
import { refused, type PosClient, type TerminalClient } from '../support/clients.js';
import { eventually } from '../support/eventually.js';
import { HttpApi } from '../support/http-api.js';
import { startInstance } from '../support/instance.js';
import { Operator } from '../support/operator.js';
import { newRequest } from '../support/payments.js';
import { RedisServer } from '../support/redis-server.js';
import { ENDPOINTS, WebhookShop } from '../support/webhook-shop.js';

/** What must not be written: secret → where the tour has put it. */
const secrets = new Map<string, string>();
let cards = 0;

/** A secret of its own for each place, so that a leak tells where it comes from. */
function secret(place: string): string {
  const text = `s3cret${randomBytes(9).toString('hex')}`;
  secrets.set(text, place);
  return text;
}

/** A card number of its own for each place, with a valid check digit. */
function pan(place: string): string {
  const body = `45390000${String(++cards).padStart(7, '0')}`;
  const number = '0123456789'
    .split('')
    .map((digit) => body + digit)
    .find(hasCheckDigit)!;
  secrets.set(number, place);
  return number;
}

function hasCheckDigit(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, i) => {
    const value = Number(digit) * (i % 2 === 0 ? 1 : 2);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

function track(place: string): string {
  const card = pan(`track 2: ${place}`);
  return `%B${card}^CARDHOLDER/JANE^27121010000000000?;${card}=27121010000012300000?`;
}

/** The text by itself, and with the digits apart as people write them. */
const spaced = (card: string) => card.replace(/(\d{4})(?=\d)/g, '$1 ');

let redis: RedisServer;
let shop: WebhookShop;
let pos: PosClient;
let terminal: TerminalClient;
const written = () => shop.cluster.logs();
const says = (text: string, timeoutMs = 15_000) =>
  eventually(() => expect(written()).toContain(text), { timeoutMs });

beforeAll(async () => {
  redis = await RedisServer.start(await freePort());
  const password = secret('password of the store');
  await redis.redis.call('ACL', 'SETUSER', 'gateway', 'on', `>${password}`, '~*', '&*', '+@all');
  const sealing = randomBytes(32).toString('base64');
  secrets.set(sealing, 'SECRETS_KEY');
  shop = await WebhookShop.open({
    instances: 1,
    admins: ['alice'],
    store: { REDIS_URL: redis.url.replace('//', `//gateway:${password}@`) },
    env: {
      LOG_LEVEL: 'trace',
      SECRETS_KEY: sealing,
      METRICS_TOKEN: secret('METRICS_TOKEN'),
      TRUSTED_PROXIES: '127.0.0.1',
      GRACE_PERIOD_MS: '200',
      WEBHOOK_RETRY_DELAYS_MS: '50,50',
    },
  });
  for (const id of ['pos', 't1', 'alice']) {
    secrets.set(shop.cluster.key(id), `key of ${id}`);
    secrets.set(shop.cluster.secret(id), `HMAC secret of ${id}`);
  }
  pos = await shop.cluster.pos('pos', {
    query: { 'x-extensions': 'progress', note: pan('query of an upgrade') },
  });
  terminal = await shop.terminal(0, { behaviour: 'silent' });
});

afterAll(async () => {
  await shop?.close();
  await redis?.remove();
});

const requestOf = (place: string) =>
  newRequest({
    products: [{ name: spaced(pan(`product, ${place}`)) }],
    customerInfo: { name: secret(`customer, ${place}`), card: pan(`customer, ${place}`) },
    metadata: { card: pan(`metadata, ${place}`), cvv: '737', track: track(`metadata, ${place}`) },
    note: pan(`unknown member, ${place}`),
  });

const responseOf = (place: string) => ({
  errorCode: pan(`errorCode, ${place}`),
  errorMessage: `card ${pan(`errorMessage, ${place}`)} of ${secret(`name, ${place}`)}`,
  authorizationCode: secret(`authorizationCode, ${place}`),
  receiptData: `${secret(`cardholder on the receipt, ${place}`)}\n${spaced(pan(`receipt, ${place}`))}\n${track(place)}`,
  metadata: { card: pan(`metadata of the response, ${place}`) },
});

describe('a tour of everything that is secret', () => {
  it('over WebSocket: frames of all kinds, good and bad', async () => {
    const request = requestOf('WebSocket');
    pos.pay('TERM-001', request);
    await terminal.next('payment');
    const { transactionId } = request;
    terminal.send({
      action: 'paymentProgress',
      transactionId,
      stage: pan('stage').slice(0, 32),
      message: track('message of a stage'),
    });
    terminal.respond(transactionId, 'SUCCESS', responseOf('WebSocket'));
    await pos.result(transactionId);
    terminal.respond(transactionId, 'FAILED', responseOf('a contradiction'));
    await says('contradicting answer kept');
    const unknownId = pan('transaction of an unmatched approval');
    await terminal.ask({
      action: 'paymentResponse',
      paymentResponse: { transactionId: unknownId, status: 'SUCCESS', ...responseOf('unmatched') },
    });
    await says('approval of an unknown payment kept');
    const bad = [
      `{"x-api-key":"${secret('bad JSON')}","card":"${pan('bad JSON')}"`,
      `["${pan('array')}"]`,
      Buffer.from(`{"${pan('binary frame')}":1}`),
      { action: `pay ${pan('action')}`, key: secret('unknown action') },
      { action: 'payment', terminalId: pan('terminalId'), paymentRequest: requestOf('unknown terminal') },
      {
        action: 'payment',
        terminalId: 'TERM-001',
        paymentRequest: { amount: pan('amount'), currency: pan('currency') },
      },
      {
        action: 'payment',
        terminalId: 'TERM-001',
        paymentRequest: newRequest({ transactionId: track('long id').repeat(3) }),
      },
      { action: 'getTransaction', transactionId: pan('getTransaction') },
      { action: 'cancelPayment', transactionId: pan('cancelPayment') },
      { action: 'paymentResponse', note: pan('wrong device type') },
    ];
    for (const frame of bad) await pos.ask(frame);
    pos.send({ action: 'ack', eventId: pan('ack') });
    await pos.roundTrip();
    await says('payment refused');
  });

  it('over WebSocket: a late approval, and a void that the terminal refuses', async () => {
    const request = { ...requestOf('late'), transactionId: `order ${pan('transactionId over WebSocket')}` };
    const { transactionId } = request;
    pos.pay('TERM-001', request);
    await terminal.next('payment');
    terminal.drop();
    await pos.result(transactionId);
    await says('payment given up');
    terminal = await shop.terminal(0, { behaviour: 'silent' });
    terminal.respond(transactionId, 'SUCCESS', responseOf('late'));
    await terminal.next('voidPayment');
    const errorMessage = `no void of ${pan('errorMessage of a void')}`;
    terminal.send({
      action: 'voidResponse',
      transactionId,
      status: 'FAILED',
      errorCode: pan('errorCode of a void'),
      errorMessage,
    });
    await says('late result');
    await says('the terminal refuses a void');
  });

  it('at the door: keys that are wrong, wherever they stand', async () => {
    const url = shop.cluster.url();
    await refused(url, secret('wrong key in a header'));
    await refused(url, undefined, { query: { 'x-api-key': secret('wrong key in the query') } });
    await refused(`${url}/${pan('path of an upgrade')}`, shop.cluster.key('pos'));
    await refused(url, shop.cluster.key('pos'), { headers: { 'x-group-id': pan('x-group-id') } });
    const till = await shop.cluster.pos('pos', { query: { 'x-api-key': shop.cluster.key('pos') } });
    pos = till;
  });

  it('over HTTP: signed, badly signed, and not understood', async () => {
    const api = new NotedApi(shop.cluster.instances[0]!.url, {
      key: shop.cluster.key('pos'),
      secret: shop.cluster.secret('pos'),
    });
    terminal.behaviour = ({ transactionId }, device) =>
      device.respond(transactionId, 'FAILED', responseOf('HTTP'));
    const transactionId = `order-${pan('transactionId over HTTP')}`;
    const paid = await api.call({
      method: 'POST',
      path: `/v1/terminals/TERM-001/payments?wait=5&x-api-key=${secret('query of a payment')}`,
      body: { ...requestOf('HTTP'), transactionId },
      headers: {
        'x-request-id': pan('x-request-id'),
        traceparent: `00-${pan('traceparent').padEnd(32, '0')}-b7ad6b7169203331-01`,
        'user-agent': pan('user agent'),
        cookie: secret('cookie'),
        authorization: `Bearer ${secret('authorization')}`,
      },
    });
    expect(paid.status).toBe(200);
    const calls = [
      { method: 'GET', path: `/v1/transactions/${pan('path')}?wait=${pan('wait')}` },
      { method: 'GET', path: `/v1/${pan('unknown path')}?x-api-key=${secret('query of nothing')}` },
      { method: 'GET', path: `/v1/transactions/%zz${pan('bad escape')}` },
      {
        method: 'POST',
        path: `/v1/terminals/${pan('terminal in a path')}/payments`,
        body: requestOf('HTTP, no terminal'),
      },
      {
        method: 'POST',
        path: '/v1/terminals/TERM-001/payments',
        body: `{"card":"${pan('bad JSON over HTTP')}"`,
      },
      { method: 'POST', path: '/v1/terminals/TERM-001/payments', body: '9'.repeat(200_000) },
      { method: 'DELETE', path: `/v1/webhooks/endpoints/${pan('endpoint in a path')}` },
      { method: 'GET', path: '/v1/terminals', headers: { 'x-signature': secret('wrong signature') } },
      { method: 'GET', path: '/v1/terminals', headers: { 'x-api-key': secret('wrong key over HTTP') } },
      { method: 'GET', path: '/v1/terminals', timestamp: pan('timestamp') },
      {
        method: 'GET',
        path: `/metrics?token=${secret('query of /metrics')}`,
        headers: { authorization: `Bearer ${secret('wrong token')}` },
      },
    ];
    for (const call of calls) expect((await api.call(call)).status).toBeGreaterThanOrEqual(400);
    await says('"msg":"request"');
  });

  it('webhooks: addresses, secrets and a receiver that fails', async () => {
    const receiver = await shop.receiver();
    receiver.behaviour = (response) => response.writeHead(500).end(secret('answer of a receiver'));
    const hidden = `${receiver.url()}/${pan('path of a webhook')}?token=${secret('query of a webhook')}`;
    const user = secret('password in a webhook address');
    const wishes = {
      events: ['payment.failed'],
      description: pan('description'),
      metadata: { note: pan('metadata of an endpoint') },
    };
    const made = await shop.api().post(ENDPOINTS, { ...wishes, url: hidden });
    expect(made.status).toBe(201);
    secrets.set(made.body['secret'] as string, 'secret of a webhook');
    const { endpointId } = made.body as { endpointId: string };
    await shop.api().post(ENDPOINTS, { ...wishes, url: hidden.replace('//', `//shop:${user}@`) });
    await shop
      .api()
      .post(ENDPOINTS, { ...wishes, url: `https://10.0.0.1/?token=${secret('query of a refused webhook')}` });
    const rotated = await shop.api().post(`${ENDPOINTS}/${endpointId}/rotate-secret`);
    const newSecret = rotated.body['secret'];
    if (typeof newSecret === 'string') secrets.set(newSecret, 'new secret of a webhook');
    await shop.pay({ metadata: { card: pan('metadata of a webhook') } });
    await says('webhook given up');
    for (const { headers } of [...receiver.calls, ...receiver.testCalls]) {
      secrets.set(headers['webhook-signature']!, 'signature of a webhook');
    }
  });

  it('the console: good and bad keys, a cookie', async () => {
    const alice = await Operator.of(shop.cluster, 'alice');
    secrets.set(alice.cookie!.split('=')[1]!, 'cookie of the console');
    await new Operator(alice.url).signIn(secret('wrong admin key'));
    await alice.get(`/payments?search=${pan('search')}`);
    await alice.call({
      method: 'POST',
      path: '/session',
      body: `{"key":"${secret('bad JSON of a sign-in')}"`,
    });
    await alice.delete('/session');
    await says('sign-in at the console refused');
  });

  it('a fault that nobody foresaw, with the whole payment in its command', async () => {
    const keys = new PresenceKeys(shop.cluster.prefix);
    for (const transactionId of [`ws ${pan('fault over WebSocket')}`, `http-${pan('fault over HTTP')}`]) {
      await redis.redis.set(recordKey(keys, 'shop', transactionId), 'no hash');
      const request = { ...requestOf('fault'), transactionId };
      if (transactionId.startsWith('ws')) {
        expect(
          (await pos.ask({ action: 'payment', terminalId: 'TERM-001', paymentRequest: request })).code,
        ).toBe('INTERNAL_ERROR');
      } else {
        const { status } = await shop.api().post('/v1/terminals/TERM-001/payments', request);
        expect(status).toBe(500);
      }
    }
    await says('message could not be processed');
    await says('WRONGTYPE');
  });

  it('the store away, and back with another password', async () => {
    await redis.kill();
    const answer = await shop.api().post('/v1/terminals/TERM-001/payments', requestOf('outage'));
    expect(answer.status).toBe(503);
    await says('store connection failed');
    await redis.restart();
    await says('WRONGPASS');
  });

  it('has left nothing of it in what the process wrote', async () => {
    const [instance] = shop.cluster.instances;
    instance!.kill();
    await instance!.exited;
    expect(found(written())).toEqual([]);
    expect(secrets.size).toBeGreaterThan(100);
  });
});

it.each([
  ['an address that is none', 'redis://user:PASSWORD@127.0.0.1:99999999'],
  ['nobody at the address', 'redis://user:PASSWORD@127.0.0.1:1/0?token=PASSWORD'],
  ['no such scheme', 'http://user:PASSWORD@127.0.0.1'],
])('a start that fails tells no password: %s', async (_why, url) => {
  const password = secret('REDIS_URL');
  const env = {
    HOST: '127.0.0.1',
    REDIS_URL: url.replaceAll('PASSWORD', password),
    SECRETS_KEY: secret('bad SECRETS_KEY'),
    LOG_LEVEL: 'trace',
  };
  const { SECRETS_KEY: _, ...good } = env;
  const outputs = await Promise.all([env, good].map(startAndFail));
  for (const output of outputs) {
    expect(output).not.toBe('');
    expect(found(output)).toEqual([]);
  }
});

/** Starts an instance that can not do its work. @returns what it has written by the time it ends or waits for better days */
async function startAndFail(env: Record<string, string>): Promise<string> {
  const instance = await startInstance({ env, waitUntilReady: false });
  onTestFinished(() => instance.kill());
  await Promise.race([instance.exited, eventually(() => instance.output() !== '', { timeoutMs: 15_000 })]);
  instance.kill();
  await instance.exited;
  return instance.output();
}

/** Notes every signature as a secret. */
class NotedApi extends HttpApi {
  override signed(...args: Parameters<HttpApi['signed']>) {
    const headers = super.signed(...args);
    secrets.set(headers['x-signature']!, 'signature of a call');
    return headers;
  }
}

/** Where the secrets come from that a text holds, also with their digits apart or with escapes. */
function found(text: string): string[] {
  const joined = text.replace(/[\s-]/g, '');
  return [...secrets]
    .filter(([known]) =>
      [known, encodeURIComponent(known)].some((form) => text.includes(form) || joined.includes(form)),
    )
    .map(([, place]) => place);
}
