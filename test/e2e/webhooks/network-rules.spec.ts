import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startInstance } from '../../support/instance.js';
import type { Receiver } from '../../support/receiver.js';
import { ALL_EVENTS, ENDPOINTS, WebhookShop } from '../../support/webhook-shop.js';

/** Instances, by what their operators allow. */
const NOTHING = 0;
const THIS_PORT = 1;
const LOCALHOST = 2;
/** What the tests reach on this machine, at a port that stands for any service inside the network. */
const PRIVATE_HOSTS = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f.1',
  '0177.0.0.1',
  '127.0.0.1.',
  '127.255.255.254',
  '0.0.0.0',
  'localhost',
  '[::1]',
  '[::]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[64:ff9b::7f00:1]',
  '[fe80::1]',
  '[fd00::1]',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.0.1',
  '100.64.0.1',
  '169.254.169.254',
];

let shop: WebhookShop;
let receiver: Receiver;
let other: Receiver;

beforeAll(async () => {
  shop = await WebhookShop.open({ env: { WEBHOOK_ALLOW_HOSTS: '' } });
  [receiver, other] = [await shop.receiver(), await shop.receiver()];
  await shop.cluster.add({ WEBHOOK_ALLOW_HOSTS: `example.org,${receiver.host}` });
  await shop.cluster.add({ WEBHOOK_ALLOW_HOSTS: 'localhost' });
});

afterAll(() => shop?.close());

const make = (on: number, url: string) => shop.api(on).post(ENDPOINTS, { url, events: ALL_EVENTS });
const NOT_PUBLIC = 'url must lead to a public address, unless the operator of the gateway allows its host';

describe('a private address', () => {
  it.each(PRIVATE_HOSTS)('is not called: %s', async (host) => {
    const answer = await make(NOTHING, receiver.url(host));
    expect([answer.status, answer.body['code'], answer.body['message']]).toEqual([
      400,
      'ENDPOINT_VALIDATION_FAILED',
      NOT_PUBLIC,
    ]);
    expect(receiver.connections).toBe(0);
  });

  it('is called where the operator allows it, and nothing beside it', async () => {
    expect((await make(THIS_PORT, receiver.url())).status).toBe(201);
    expect((await make(THIS_PORT, other.url())).body['message']).toBe(NOT_PUBLIC);
    expect((await make(THIS_PORT, receiver.url('localhost'))).body['message']).toBe(NOT_PUBLIC);
    expect((await make(LOCALHOST, other.url('localhost'))).status).toBe(201);
    expect((await make(LOCALHOST, other.url())).body['message']).toBe(NOT_PUBLIC);
  });

  it('is not reached by a redirect', async () => {
    const calls = other.testCalls.length;
    receiver.testBehaviour = (response) => {
      response.writeHead(307, { location: other.url() }).end();
    };
    const answer = await make(THIS_PORT, receiver.url());
    expect(answer.body['message']).toContain('307: redirects are not followed');
    expect(other.testCalls).toHaveLength(calls);
    receiver.testBehaviour = 204;
  });

  it('is not called either when it is no longer allowed at the time of a delivery', async () => {
    const made = await make(THIS_PORT, receiver.url());
    await shop.terminal(NOTHING);
    // Only the instance that allows nothing is left to deliver.
    for (const on of [THIS_PORT, LOCALHOST]) await shop.cluster.instances[on]!.stop();
    const id = await shop.pay({ on: NOTHING });
    const delivery = await shop.delivery(made.body['endpointId'] as string, id, { hasAttempts: 1 });
    expect(delivery.attempts[0]).toMatchObject({ error: 'the address is not public' });
    expect(receiver.of(id)).toEqual([]);
  });
});

it('an instance does not start with a CA file that holds no certificate', async () => {
  const instance = await startInstance({
    env: { ...shop.cluster.env, WEBHOOK_CA_FILE: shop.cluster.env['API_KEYS_FILE']! },
    waitUntilReady: false,
  });
  expect(await instance.exited).toBe(1);
  expect(instance.output()).toContain('WEBHOOK_CA_FILE must name a file with certificates (PEM)');
});

it('a receiver is called only under a certificate of a known CA', async () => {
  const without = await shop.cluster.add({ WEBHOOK_ALLOW_HOSTS: '127.0.0.1', WEBHOOK_CA_FILE: '' });
  const on = shop.cluster.instances.indexOf(without);
  expect((await make(on, receiver.url())).body['message']).toContain('the certificate is not trusted');
});
