import { describe, expect, it } from 'vitest';
import { afterAttempt, begunAnew, newDelivery, shown } from '../../src/webhooks/delivery.js';
import {
  newEndpointId,
  newSecret,
  withoutSecrets,
  type EndpointRecord,
} from '../../src/webhooks/endpoint.js';
import { sharedComplaints } from '../support/document-schemas.js';

const at = '2026-01-15T10:30:00.000Z';
const RECORD: EndpointRecord = {
  endpointId: newEndpointId(),
  url: 'https://shop.example.com/events',
  events: ['payment.completed'],
  status: 'disabled',
  disabledReason: 'nobody answered',
  secret: newSecret(),
  createdAt: at,
  updatedAt: at,
};

describe('the schema of an endpoint', () => {
  it('takes what its owner sees', () => {
    const endpoint = JSON.parse(JSON.stringify(withoutSecrets(RECORD)));
    expect(sharedComplaints('WebhookEndpoint', endpoint)).toEqual([]);
    expect(sharedComplaints('WebhookEndpointWithSecret', { ...endpoint, secret: newSecret() })).toEqual([]);
    expect(sharedComplaints('WebhookEndpointWithSecret', endpoint)).toEqual(['/secret is missing']);
  });
});

describe('the schema of a delivery', () => {
  const event = {
    ...{ groupId: 'shop', transactionId: 'tx-1', eventId: 'e-1', body: '{}' },
    eventType: 'payment.failed' as const,
  };
  const begun = newDelivery(event, RECORD.endpointId);
  const refused = afterAttempt(begun, { at, durationMs: 3, error: 'no answer within 10 s' }, 1, [5_000]);
  const delivered = afterAttempt(refused, { at, durationMs: 3, statusCode: 204 }, 1, [5_000]);

  it.each(Object.entries({ begun, refused, delivered, again: begunAnew(delivered) }))(
    'takes: %s',
    (_, record) => {
      expect(sharedComplaints('WebhookDelivery', JSON.parse(JSON.stringify(shown(record))))).toEqual([]);
    },
  );
});
