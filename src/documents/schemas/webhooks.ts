import {
  CreateEndpointDto,
  DELIVERY_STATUSES,
  RotateSecretDto,
  UpdateEndpointDto,
  WEBHOOK_EVENT_TYPES,
} from '../../protocol/index.js';
import { extended, listOf, nullable, object, oneOf, ref, text, type JsonSchema } from '../schema.js';
import { dtoSchema } from './dto.js';
import { FINAL_STATUSES } from './payments.js';

const INPUT = {
  url: 'Where to send events: https and public. It must answer a signed test call with 2xx.',
  events: 'Which events to send.',
  description: 'For people.',
  metadata: 'Kept with the endpoint; at most 4096 characters of JSON.',
};

const WebhookEndpoint = object(
  {
    endpointId: {
      type: 'string',
      pattern: '^wh_[0-9A-HJKMNP-TV-Z]{26}$',
      description: '`wh_` and a ULID.',
      examples: ['wh_01KF0T6Q8V5J2B7M4XNCR9ZD3E'],
    },
    url: { ...text(INPUT.url, 'https://shop.example.com/payments/events'), format: 'uri' },
    events: listOf(ref('WebhookEventType'), INPUT.events),
    status: oneOf(['active', 'disabled'], 'A disabled endpoint gets nothing.'),
    createdAt: ref('Timestamp'),
    updatedAt: ref('Timestamp'),
  },
  {
    description: text(INPUT.description, 'Order system'),
    metadata: { type: 'object', description: 'As it was given.' },
    disabledReason: text('Why the gateway disabled it; absent if its owner did.'),
  },
  'Where a group wants to be told of its payments.',
);

const secret = text(
  'The key of the signatures, told only now: keep it.',
  'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
);

const Attempt = object(
  { at: ref('Timestamp'), durationMs: { type: 'integer', minimum: 0, description: 'How long it took.' } },
  {
    statusCode: { type: 'integer', description: 'What the endpoint answered.' },
    error: text('Why there was no answer.', 'no answer within 10 s'),
  },
  'One call of an endpoint.',
);

const WebhookDelivery = object(
  {
    deliveryId: text(
      'Names the delivery of one event to one endpoint.',
      'dlv_2c26b46b68ffc68ff99b453c1d304134',
    ),
    eventId: ref('EventId'),
    eventType: ref('WebhookEventType'),
    transactionId: ref('TransactionId'),
    status: oneOf(
      DELIVERY_STATUSES,
      '`failed`: every attempt was in vain. `dropped`: the endpoint was disabled before.',
    ),
    attempts: listOf(Attempt, 'The latest ones, oldest first.'),
    createdAt: ref('Timestamp'),
    updatedAt: ref('Timestamp'),
  },
  { nextAttemptAt: ref('Timestamp') },
  'The delivery of one event to one endpoint, with the log of its attempts.',
);

const WebhookEventData = object(
  {
    transactionId: ref('TransactionId'),
    status: oneOf([...FINAL_STATUSES, 'TIMEOUT', 'VOIDED'], 'How it stands.'),
    amount: ref('Amount'),
    currency: ref('Currency'),
    paymentMethod: ref('PaymentMethod'),
    terminalId: ref('TerminalId'),
    version: ref('TransactionVersion'),
  },
  {
    authorizationCode: nullable(text('Of the issuer or acquirer.', 'A1B2C3')),
    errorCode: nullable(text('Why it failed.', 'NOT_DELIVERED')),
    errorMessage: nullable(text('The same for people.')),
    receiptData: { type: ['string', 'object', 'null'], description: 'As the terminal told it.' },
    metadata: nullable({ type: 'object', description: 'Of the response, or else of the request.' }),
  },
  'The payment at the time of the event.',
);

/** Endpoints, what is sent to them, and the log of it. */
export const WEBHOOKS = {
  WebhookEventType: oneOf(
    WEBHOOK_EVENT_TYPES,
    '`payment.timeout` is told when no result came within the wait; the event of the result follows later.',
  ),
  WebhookEvent: object(
    {
      eventType: ref('WebhookEventType'),
      eventId: ref('EventId'),
      timestamp: ref('Timestamp'),
      data: WebhookEventData,
    },
    {},
    'What happened to a payment. The same event has the same `eventId` in every attempt.',
  ),
  WebhookEndpoint,
  WebhookEndpointWithSecret: extended(WebhookEndpoint, { secret }),
  WebhookEndpointList: object(
    {
      endpoints: listOf(ref('WebhookEndpoint')),
      count: { type: 'integer', minimum: 0 },
      timestamp: ref('Timestamp'),
    },
    {},
    'The endpoints of the group, without their secrets.',
  ),
  NewWebhookEndpoint: dtoSchema(CreateEndpointDto, INPUT),
  WebhookEndpointChange: dtoSchema(UpdateEndpointDto, {
    ...INPUT,
    status: 'A disabled endpoint gets nothing.',
  }),
  SecretRotation: dtoSchema(RotateSecretDto, {
    overlapSeconds: 'How long events are signed with the old secret as well; a day if absent.',
  }),
  WebhookDelivery,
  WebhookDeliveryList: object(
    {
      deliveries: listOf(ref('WebhookDelivery')),
      count: { type: 'integer', minimum: 0 },
      timestamp: ref('Timestamp'),
    },
    {},
    'Deliveries, the newest first.',
  ),
} satisfies Record<string, JsonSchema>;
