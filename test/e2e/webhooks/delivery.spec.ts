import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isSignedWith, type Receiver } from '../../support/receiver.js';
import { WebhookShop, type MadeEndpoint } from '../../support/webhook-shop.js';

let shop: WebhookShop;
let receiver: Receiver;
let endpoint: MadeEndpoint;

beforeAll(async () => {
  shop = await WebhookShop.open({ instances: 2 });
  await shop.terminal(1);
});

afterAll(() => shop?.close());

beforeEach(async () => {
  for (const { endpointId } of (await shop.api().get('/v1/webhooks/endpoints')).body[
    'endpoints'
  ] as MadeEndpoint[]) {
    await shop.api().delete(`/v1/webhooks/endpoints/${endpointId}`);
  }
  receiver = await shop.receiver();
  endpoint = await shop.endpoint(receiver);
});

describe('a payment in webhookMode', () => {
  it('is told to the endpoint, signed, with the published body', async () => {
    const id = await shop.pay({ metadata: { order: 7 } });
    const call = await receiver.next(id);
    expect(isSignedWith(endpoint.secret, call)).toBe(true);
    expect(call.headers).toMatchObject({
      'webhook-id': call.eventId,
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^Terminal-Gateway\/\d/) as string,
    });
    expect(JSON.parse(call.text)).toMatchObject({
      eventType: 'payment.completed',
      eventId: expect.any(String) as string,
      timestamp: expect.any(String) as string,
      data: {
        transactionId: id,
        status: 'SUCCESS',
        amount: '10.00',
        currency: 'EUR',
        paymentMethod: 'CARD',
        terminalId: 'TERM-001',
        metadata: { order: 7 },
        version: expect.any(Number) as number,
      },
    });
    const delivery = await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
    expect(delivery).toEqual({
      deliveryId: expect.stringMatching(/^dlv_/) as string,
      eventId: call.eventId,
      eventType: 'payment.completed',
      transactionId: id,
      status: 'delivered',
      attempts: [{ at: expect.any(String), durationMs: expect.any(Number), statusCode: 204 }] as unknown[],
      createdAt: expect.any(String) as string,
      updatedAt: expect.any(String) as string,
    });
    expect(receiver.of(id)).toHaveLength(1);
  });
});
