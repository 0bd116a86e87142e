import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { isSignedWith, type Receiver } from '../../support/receiver.js';
import { ENDPOINTS, WebhookShop, type MadeEndpoint } from '../../support/webhook-shop.js';

let shop: WebhookShop;
let receiver: Receiver;
let endpoint: MadeEndpoint;

beforeAll(async () => {
  shop = await WebhookShop.open({ instances: 2 });
  await shop.terminal(1);
});

afterAll(() => shop?.close());

beforeEach(async () => {
  await shop.removeEndpoints();
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

  it('is told to every endpoint that wants the event, and to no other', async () => {
    const [second, third, off] = [await shop.receiver(), await shop.receiver(), await shop.receiver()];
    await shop.endpoint(second);
    await shop.endpoint(third, { events: ['payment.failed'] });
    const { endpointId } = await shop.endpoint(off);
    await shop.api().put(`${ENDPOINTS}/${endpointId}`, { status: 'disabled' });
    const id = await shop.pay();
    const [a, b] = [await receiver.next(id), await second.next(id)];
    expect(a.eventId).toBe(b.eventId);
    expect(a.text).toBe(b.text);
    expect([third.of(id), off.of(id)]).toEqual([[], []]);
  });

  it('that was asked for twice is told once', async () => {
    const transactionId = randomUUID();
    const request = {
      transactionId,
      amount: '3.00',
      currency: 'EUR',
      paymentMethod: 'CARD',
      webhookMode: true,
    };
    const ask = (on: number) => shop.api(on).post('/v1/terminals/TERM-001/payments', request);
    await Promise.all([ask(0), ask(1), ask(0)]);
    await shop.delivery(endpoint.endpointId, transactionId, { status: 'delivered' });
    await ask(1);
    const after = await shop.pay();
    await receiver.next(after);
    expect(receiver.of(transactionId)).toHaveLength(1);
  });
});

describe('an event that comes again, as after a crash', () => {
  it('is not told again once it was delivered', async () => {
    const id = await shop.pay();
    await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
    await shop.repeatEvent(id);
    expect(await shop.deliveries(endpoint.endpointId)).toHaveLength(1);
    const later = await shop.pay();
    await receiver.next(later);
    expect(receiver.of(id)).toHaveLength(1);
  });

  it('changes nothing for a delivery under way', async () => {
    await receiver.goDown();
    const id = await shop.pay();
    await shop.delivery(endpoint.endpointId, id, { hasAttempts: 1 });
    await Promise.all([shop.repeatEvent(id), shop.makeOverdue()]);
    await receiver.comeBack();
    await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
    const later = await shop.pay();
    await receiver.next(later);
    expect(receiver.of(id)).toHaveLength(1);
  });
});

describe('a receiver', () => {
  it('that was down gets the event when it is up again, once', async () => {
    await receiver.goDown();
    const id = await shop.pay();
    const waiting = await shop.delivery(endpoint.endpointId, id, { hasAttempts: 2 });
    expect(waiting).toMatchObject({ status: 'pending', nextAttemptAt: expect.any(String) as string });
    expect(waiting.attempts[0]).toMatchObject({ error: 'the call failed (ECONNREFUSED)' });
    await receiver.comeBack();
    const call = await receiver.next(id);
    expect(isSignedWith(endpoint.secret, call)).toBe(true);
    const delivered = await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
    expect(delivered.attempts.at(-1)).toMatchObject({ statusCode: 204 });
    expect(receiver.of(id)).toHaveLength(1);
  });

  it.each([302, 400, 404, 429, 500, 503])(
    'that answers %i is called again, with the same event',
    async (status) => {
      const answers = [status, status, 200];
      receiver.behaviour = (response) => response.writeHead(answers.shift() ?? 200).end('x'.repeat(200_000));
      const id = await shop.pay();
      const delivery = await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
      expect(delivery.attempts.map((attempt: any) => attempt.statusCode)).toEqual([status, status, 200]);
      const calls = receiver.of(id);
      expect(
        new Set(calls.map(({ eventId, text, headers }) => eventId + headers['webhook-id'] + text)).size,
      ).toBe(1);
      expect(calls.every((call) => isSignedWith(endpoint.secret, call))).toBe(true);
    },
  );

  it('that breaks connections off is called again', async () => {
    let left = 2;
    receiver.behaviour = (response) => (left-- > 0 ? response.destroy() : response.writeHead(200).end());
    const id = await shop.pay();
    const delivery = await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
    expect(delivery.attempts[0]).toMatchObject({ error: 'the call failed (ECONNRESET)' });
  });

  it('has the event when its 2xx is there, whatever becomes of the rest of its answer', async () => {
    receiver.behaviour = (response) => {
      response.writeHead(200, { 'content-length': '10' }).write('x');
      setTimeout(() => response.destroy(), 50);
    };
    const id = await shop.pay();
    const delivery = await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
    expect(delivery.attempts).toHaveLength(1);
  });

  it('that does not answer is given 10 s', async () => {
    receiver.behaviour = (response) => void (receiver.of(id).length > 1 && response.writeHead(204).end());
    const id: string = await shop.pay();
    const delivery = await shop.delivery(endpoint.endpointId, id, { status: 'delivered', timeoutMs: 25_000 });
    expect(delivery.attempts[0]).toMatchObject({ error: 'no answer within 10 s' });
    expect(delivery.attempts[0].durationMs).toBeGreaterThan(9_000);
  });

  it('that answers 410 is not called any more', async () => {
    await receiver.goDown();
    const waiting = await shop.pay();
    await shop.delivery(endpoint.endpointId, waiting, { hasAttempts: 1 });
    await receiver.comeBack();
    receiver.behaviour = (response, call) =>
      response.writeHead(call.data.transactionId === waiting ? 500 : 410).end();
    const id = await shop.pay();
    const ended = await shop.delivery(endpoint.endpointId, id, { status: 'failed' });
    expect(ended.attempts.map((attempt: any) => attempt.statusCode)).toEqual([410]);
    const disabled = await eventually(async () => {
      const { body } = await shop.api().get(`${ENDPOINTS}/${endpoint.endpointId}`);
      expect(body['status']).toBe('disabled');
      return body;
    });
    expect(disabled['disabledReason']).toBe('The endpoint answered 410 Gone');
    await shop.delivery(endpoint.endpointId, waiting, { status: 'dropped' });
    const calls = receiver.calls.length;
    expect(await shop.redeliver(endpoint.endpointId, ended.deliveryId)).toMatchObject({
      status: 400,
      body: { code: 'NO_WEBHOOK_ENDPOINTS' },
    });
    await shop.api().put(`${ENDPOINTS}/${endpoint.endpointId}`, { status: 'active' });
    const active = await shop.api().get(`${ENDPOINTS}/${endpoint.endpointId}`);
    expect(active.body).not.toHaveProperty('disabledReason');
    expect(receiver.calls).toHaveLength(calls);
  });
});

describe('an endpoint', () => {
  it('that is disabled ends what waits for it', async () => {
    await receiver.goDown();
    const id = await shop.pay();
    await shop.delivery(endpoint.endpointId, id, { hasAttempts: 1 });
    await shop.api(1).put(`${ENDPOINTS}/${endpoint.endpointId}`, { status: 'disabled' });
    await receiver.comeBack();
    const dropped = await shop.delivery(endpoint.endpointId, id, { status: 'dropped' });
    expect(dropped).not.toHaveProperty('nextAttemptAt');
    await shop.api().put(`${ENDPOINTS}/${endpoint.endpointId}`, { status: 'active' });
    const later = await shop.pay();
    await receiver.next(later);
    expect(receiver.of(id)).toEqual([]);
  });

  it('that is removed takes along what waits for it', async () => {
    await receiver.goDown();
    const id = await shop.pay();
    await shop.delivery(endpoint.endpointId, id, { hasAttempts: 1 });
    await shop.api(1).delete(`${ENDPOINTS}/${endpoint.endpointId}`);
    await receiver.comeBack();
    const again = await shop.endpoint(receiver);
    const later = await shop.pay();
    await shop.delivery(again.endpointId, later, { status: 'delivered' });
    await eventually(async () => expect(await shop.cluster.redis.zcard(shop.queueKey('delayed'))).toBe(0));
    expect(receiver.of(id)).toEqual([]);
  });

  it('that hangs delays no other', async () => {
    const quick = await shop.receiver();
    const { endpointId } = await shop.endpoint(quick);
    const unanswered: ServerResponse[] = [];
    receiver.behaviour = (response) => void unanswered.push(response);
    const ids: string[] = [];
    for (let i = 0; i < 15; i++) {
      ids.push(await shop.pay());
      // One terminal, one payment at a time.
      await quick.next(ids.at(-1)!);
    }
    // All of it before the first of the calls that hang was given up.
    const hanging = await shop.deliveries(endpoint.endpointId);
    expect(hanging.flatMap(({ attempts }) => attempts as unknown[])).toEqual([]);
    for (const id of ids) await shop.delivery(endpointId, id, { status: 'delivered' });
    expect(receiver.mostOpen).toBeLessThanOrEqual(2 * 4);
    receiver.behaviour = 204;
    unanswered.forEach((response) => response.writeHead(204).end());
    for (const id of ids) await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
  });
});

describe('a secret that is rotated', () => {
  const rotate = (body?: object) =>
    shop.api().post(`${ENDPOINTS}/${endpoint.endpointId}/rotate-secret`, body);

  it('signs together with the new one until the overlap is over', async () => {
    const rotated = await rotate({ overlapSeconds: 3_600 });
    expect(rotated.status).toBe(200);
    const secret = rotated.body['secret'] as string;
    expect(secret).not.toBe(endpoint.secret);
    const call = await receiver.next(await shop.pay());
    expect([isSignedWith(secret, call), isSignedWith(endpoint.secret, call)]).toEqual([true, true]);
    expect(call.headers['webhook-signature']!.split(' ')).toHaveLength(2);
    const again = (await rotate({ overlapSeconds: 1 })).body['secret'] as string;
    await eventually(async () => {
      const later = await receiver.next(await shop.pay());
      expect([again, secret, endpoint.secret].map((one) => isSignedWith(one, later))).toEqual([
        true,
        false,
        false,
      ]);
    });
  });

  it('does not sign any more without an overlap', async () => {
    const { body } = await rotate({ overlapSeconds: 0 });
    const call = await receiver.next(await shop.pay());
    expect([isSignedWith(body['secret'] as string, call), isSignedWith(endpoint.secret, call)]).toEqual([
      true,
      false,
    ]);
  });

  it('signs for a day if nothing else is said', async () => {
    await rotate();
    const call = await receiver.next(await shop.pay());
    expect(isSignedWith(endpoint.secret, call)).toBe(true);
  });
});

it('no log line holds a secret, a signature, a url or a body', async () => {
  receiver.behaviour = 500;
  const id = await shop.pay({ metadata: { note: 'hunter2' } });
  await shop.delivery(endpoint.endpointId, id, { hasAttempts: 2 });
  receiver.behaviour = 204;
  await shop.delivery(endpoint.endpointId, id, { status: 'delivered' });
  const signatures = receiver.of(id).map(({ headers }) => headers['webhook-signature']!.slice(3));
  for (const word of [endpoint.secret, endpoint.secret.slice(6), ...signatures, 'hunter2', receiver.url()]) {
    expect(shop.cluster.logs()).not.toContain(word);
  }
  expect(shop.cluster.logs()).toContain('webhook called');
});
