import { WEBHOOK_EVENT_TYPES, type ErrorName, type WebhookEventType } from '../../protocol/index.js';
import { literal, ref, stamped, text } from '../schema.js';
import { parameters, type Operation } from './operation.js';
import { answer } from './responses.js';

const at = '2026-01-15T10:31:12.480Z';
const input = {
  url: 'https://shop.example.com/payments/events',
  events: ['payment.completed', 'payment.failed'],
  description: 'Order system',
};
const endpoint = {
  endpointId: 'wh_01KF0T6Q8V5J2B7M4XNCR9ZD3E',
  ...input,
  status: 'active',
  createdAt: at,
  updatedAt: at,
};
const withSecret = { ...endpoint, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' };
const delivery = {
  deliveryId: 'dlv_2c26b46b68ffc68ff99b453c1d304134',
  eventId: '01a2030c-fc44-7003-8f4e-5d1f6f0e2b11',
  eventType: 'payment.completed',
  transactionId: 'order-4711',
  status: 'pending',
  attempts: [{ at, durationMs: 212, statusCode: 503 }],
  nextAttemptAt: '2026-01-15T10:31:42.480Z',
  createdAt: at,
  updatedAt: at,
};

const ENDPOINTS = '/v1/webhooks/endpoints';
const ENDPOINT = `${ENDPOINTS}/{endpointId}`;
const DELIVERIES = `${ENDPOINT}/deliveries`;

const OF_ENDPOINT: readonly ErrorName[] = ['HTTP_DESKTOP_ONLY', 'ENDPOINT_NOT_FOUND'];
const OF_DELIVERY: readonly ErrorName[] = [...OF_ENDPOINT, 'DELIVERY_NOT_FOUND'];

const CHECKED_URL =
  'The url must be https and public, and answer a signed test call (event `endpoint.validation`) with 2xx; otherwise ' +
  '`ENDPOINT_VALIDATION_FAILED`.';

const ENDPOINT_OPERATIONS: readonly Operation[] = [
  {
    method: 'post',
    path: ENDPOINTS,
    operationId: 'createWebhookEndpoint',
    tag: 'Webhook endpoints',
    summary: 'Add an endpoint',
    description: `${CHECKED_URL} A group can have 16. The answer is the only one that shows the secret.`,
    body: { schema: ref('NewWebhookEndpoint'), example: input },
    responses: {
      201: answer('The endpoint, with its secret.', stamped('WebhookEndpointWithSecret'), {
        ...withSecret,
        timestamp: at,
      }),
    },
    errors: [
      'VALIDATION_FAILED',
      'ENDPOINT_VALIDATION_FAILED',
      'HTTP_DESKTOP_ONLY',
      'ENDPOINT_LIMIT_REACHED',
    ],
  },
  {
    method: 'get',
    path: ENDPOINTS,
    operationId: 'listWebhookEndpoints',
    tag: 'Webhook endpoints',
    summary: 'List the endpoints of the group',
    responses: {
      200: answer('The endpoints.', ref('WebhookEndpointList'), {
        endpoints: [endpoint],
        count: 1,
        timestamp: at,
      }),
    },
    errors: ['HTTP_DESKTOP_ONLY'],
  },
  {
    method: 'get',
    path: ENDPOINT,
    operationId: 'getWebhookEndpoint',
    tag: 'Webhook endpoints',
    summary: 'Look at an endpoint',
    parameters: parameters('endpointId'),
    responses: { 200: answer('The endpoint.', stamped('WebhookEndpoint'), { ...endpoint, timestamp: at }) },
    errors: OF_ENDPOINT,
  },
  {
    method: 'put',
    path: ENDPOINT,
    operationId: 'updateWebhookEndpoint',
    tag: 'Webhook endpoints',
    summary: 'Change an endpoint',
    description: `What is absent stays as it is. A new url is validated again. ${CHECKED_URL}`,
    parameters: parameters('endpointId'),
    body: { schema: ref('WebhookEndpointChange'), example: { status: 'disabled' } },
    responses: {
      200: answer('The endpoint.', stamped('WebhookEndpoint'), {
        ...endpoint,
        status: 'disabled',
        timestamp: at,
      }),
    },
    errors: ['VALIDATION_FAILED', 'ENDPOINT_VALIDATION_FAILED', ...OF_ENDPOINT],
  },
  {
    method: 'delete',
    path: ENDPOINT,
    operationId: 'deleteWebhookEndpoint',
    tag: 'Webhook endpoints',
    summary: 'Remove an endpoint',
    parameters: parameters('endpointId'),
    responses: { 204: { description: 'It is gone.' } },
    errors: OF_ENDPOINT,
  },
  {
    method: 'post',
    path: `${ENDPOINT}/rotate-secret`,
    operationId: 'rotateWebhookSecret',
    tag: 'Webhook endpoints',
    summary: 'Replace the secret of an endpoint',
    description:
      'For `overlapSeconds` events are signed with the old secret as well, so that the receiver can change over.',
    parameters: parameters('endpointId'),
    body: { schema: ref('SecretRotation'), example: { overlapSeconds: 86_400 }, optional: true },
    responses: {
      200: answer('The endpoint, with its new secret.', stamped('WebhookEndpointWithSecret'), {
        ...withSecret,
        timestamp: at,
      }),
    },
    errors: ['VALIDATION_FAILED', ...OF_ENDPOINT],
  },
];

const DELIVERY_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: DELIVERIES,
    operationId: 'listWebhookDeliveries',
    tag: 'Webhook deliveries',
    summary: 'List the deliveries to an endpoint',
    parameters: parameters('endpointId', 'limit', 'deliveryStatus'),
    responses: {
      200: answer('The deliveries.', ref('WebhookDeliveryList'), {
        deliveries: [delivery],
        count: 1,
        timestamp: at,
      }),
    },
    errors: ['VALIDATION_FAILED', ...OF_ENDPOINT],
  },
  {
    method: 'get',
    path: `${DELIVERIES}/{deliveryId}`,
    operationId: 'getWebhookDelivery',
    tag: 'Webhook deliveries',
    summary: 'Look at a delivery',
    parameters: parameters('endpointId', 'deliveryId'),
    responses: { 200: answer('The delivery.', stamped('WebhookDelivery'), { ...delivery, timestamp: at }) },
    errors: OF_DELIVERY,
  },
  {
    method: 'post',
    path: `${DELIVERIES}/{deliveryId}/redeliver`,
    operationId: 'redeliverWebhook',
    tag: 'Webhook deliveries',
    summary: 'Deliver an event once more',
    parameters: parameters('endpointId', 'deliveryId'),
    responses: {
      202: answer('It is on its way.', stamped('WebhookDelivery'), { ...delivery, timestamp: at }),
    },
    errors: [...OF_DELIVERY, 'NO_WEBHOOK_ENDPOINTS'],
  },
];

export const WEBHOOK_OPERATIONS: readonly Operation[] = [...ENDPOINT_OPERATIONS, ...DELIVERY_OPERATIONS];

const eventData = {
  transactionId: 'order-4711',
  amount: '10.10',
  currency: 'EUR',
  paymentMethod: 'CARD',
  terminalId: 'TERM-001',
  version: 4,
};
const EVENTS: Record<WebhookEventType, { summary: string; data: object }> = {
  'payment.completed': {
    summary: 'A payment was approved',
    data: { status: 'SUCCESS', authorizationCode: 'A1B2C3' },
  },
  'payment.failed': { summary: 'A payment failed', data: { status: 'FAILED', errorCode: 'NOT_DELIVERED' } },
  'payment.cancelled': { summary: 'A payment was cancelled', data: { status: 'CANCELLED' } },
  'payment.timeout': { summary: 'A payment has no result yet', data: { status: 'TIMEOUT' } },
  'payment.voided': { summary: 'An approval that came too late was voided', data: { status: 'VOIDED' } },
};

const SIGNATURE_HEADERS = [
  ['webhook-id', 'The `eventId`; the same in every attempt.', '01a2030c-fc44-7003-8f4e-5d1f6f0e2b11'],
  ['webhook-timestamp', 'When it was sent, in seconds since the epoch.', '1768473072'],
  [
    'webhook-signature',
    '`v1,` and Base64 of HMAC-SHA256 over `webhook-id.webhook-timestamp.body`, with the bytes of the secret (Base64 after ' +
      '`whsec_`) as the key; several, separated by blanks, while a secret is being replaced.',
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  ],
].map(([name, description, example]) => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: text(description!, example!),
}));

/** What the gateway itself calls: the `webhooks` section, one entry per event type. */
export const WEBHOOK_CALLS: Record<string, object> = Object.fromEntries(
  WEBHOOK_EVENT_TYPES.map((eventType) => [
    eventType,
    {
      post: {
        operationId: `on-${eventType}`,
        tags: ['Webhook deliveries'],
        summary: EVENTS[eventType].summary,
        description:
          'Sent for payments made with `webhookMode`, to every active endpoint that listens to it, signed by the scheme of ' +
          'Standard Webhooks. Any 2xx within 10 s is a delivery; otherwise it is retried with growing pauses for up to 72 h.',
        security: [],
        parameters: SIGNATURE_HEADERS,
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: { allOf: [ref('WebhookEvent'), { properties: { eventType: literal(eventType) } }] },
              example: {
                eventType,
                eventId: '01a2030c-fc44-7003-8f4e-5d1f6f0e2b11',
                timestamp: at,
                data: { ...eventData, ...EVENTS[eventType].data },
              },
            },
          },
        },
        responses: {
          '2XX': { description: 'It is delivered.' },
          default: { description: 'It is sent again later.' },
        },
      },
    },
  ]),
);
