import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { Operator } from '../../support/operator.js';
import type { Receiver } from '../../support/receiver.js';
import { ENDPOINTS, WebhookShop, type MadeEndpoint } from '../../support/webhook-shop.js';

let shop: WebhookShop;
let receiver: Receiver;
let endpoint: MadeEndpoint;
let alice: Operator;

beforeAll(async () => {
  shop = await WebhookShop.open({
    groups: ['cafe'],
    admins: ['alice'],
    env: { WEBHOOK_RETRY_DELAYS_MS: '50', TRUSTED_PROXIES: '127.0.0.1' },
  });
  await shop.terminal();
  receiver = await shop.receiver();
  endpoint = await shop.endpoint(receiver);
  alice = await Operator.of(shop.cluster, 'alice');
});
afterAll(() => shop?.close());

const path = (...rest: string[]) => ['/webhooks/shop', endpoint.endpointId, ...rest].join('/');

describe('webhooks in the console', () => {
  it('are those of all groups, without their secrets', async () => {
    const wishes = { url: receiver.url(), events: ['payment.failed'], description: 'cups' };
    const cafe = await shop.cluster.api('pos-cafe').post(ENDPOINTS, wishes);
    const { status, body, text } = await alice.get('/webhooks');
    expect(status).toBe(200);
    const endpoints = body['endpoints'] as { groupId: string }[];
    expect(endpoints).toHaveLength(2);
    expect(endpoints.find(({ groupId }) => groupId === 'cafe')).toEqual({
      groupId: 'cafe',
      endpointId: cafe.body['endpointId'],
      ...wishes,
      status: 'active',
      createdAt: cafe.body['createdAt'],
      updatedAt: cafe.body['updatedAt'],
    });
    expect(text).not.toContain('whsec_');
    expect(text).not.toContain('secret');
    const after = endpoints.at(-1)!.groupId;
    expect((await alice.get(`/webhooks?after=${after}`)).body).toEqual({ endpoints: [] });
  });

  it('show what was delivered, and deliver it again, which is noted', async () => {
    receiver.behaviour = 503;
    const id = await shop.pay();
    const { deliveryId } = await shop.delivery(endpoint.endpointId, id, { status: 'failed' });
    const { body } = await alice.get(path('deliveries?status=failed'));
    expect(body['deliveries']).toMatchObject([
      {
        deliveryId,
        transactionId: id,
        status: 'failed',
        attempts: [{ statusCode: 503 }, { statusCode: 503 }],
      },
    ]);
    expect((await alice.get(path('deliveries?status=delivered'))).body).toEqual({ deliveries: [] });
    receiver.behaviour = 204;
    const again = await alice.post(path('deliveries', deliveryId as string, 'redeliver'));
    expect(again).toMatchObject({ status: 202, body: { deliveryId, status: 'pending' } });
    await eventually(async () => {
      const shown = (await alice.get(path('deliveries'))).body['deliveries'];
      expect(shown).toMatchObject([{ deliveryId, status: 'delivered' }]);
    });
    const { acts } = (await alice.get('/audit?limit=1')).body as { acts: object[] };
    expect(acts).toMatchObject([
      {
        action: 'delivery.redelivered',
        actor: { kind: 'admin', id: 'alice' },
        from: alice.address,
        subject: deliveryId,
        groupId: 'shop',
      },
    ]);
  });

  it('are found in their own group alone', async () => {
    const answers = [
      await alice.get(`/webhooks/cafe/${endpoint.endpointId}/deliveries`),
      await alice.get('/webhooks/shop/wh_nothing/deliveries'),
      await alice.post(path('deliveries', 'dlv_nothing', 'redeliver')),
      await alice.get(path('deliveries?status=lost')),
    ];
    expect(answers.map(({ status, body }) => [status, body['code']])).toEqual([
      [404, 'ENDPOINT_NOT_FOUND'],
      [404, 'ENDPOINT_NOT_FOUND'],
      [404, 'DELIVERY_NOT_FOUND'],
      [400, 'VALIDATION_FAILED'],
    ]);
  });

  it('are for who is signed in', async () => {
    const stranger = new Operator(shop.cluster.instances[0]!.url);
    const answers = [
      await stranger.get('/webhooks'),
      await stranger.get(path('deliveries')),
      await stranger.post(path('deliveries', 'dlv_nothing', 'redeliver')),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401]);
  });
});
