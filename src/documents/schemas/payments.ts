import {
  GatewayFailure,
  PaymentRequestDto,
  PaymentResponseDto,
  RESPONSE_STATUSES,
  VOID_REASON,
} from '../../protocol/index.js';
import { extended, listOf, literal, object, oneOf, ref, text, type JsonSchema } from '../schema.js';
import { dtoSchema } from './dto.js';

export const FINAL_STATUSES = RESPONSE_STATUSES.filter((status) => status !== 'PENDING');

const FAILURES = Object.values(GatewayFailure)
  .map((code) => `\`${code}\``)
  .join(', ');

const PaymentRequest: JsonSchema = {
  ...dtoSchema(PaymentRequestDto, {
    transactionId: 'Your key for idempotency; made by the gateway when absent.',
    amount: 'Passed on and echoed exactly as sent.',
    currency: 'ISO 4217 alphabetic code.',
    paymentMethod: 'How the customer pays.',
    products: 'Passed through to the terminal.',
    customerInfo: 'Passed through to the terminal.',
    metadata: 'Stored, and returned with every result.',
  }),
  description: 'What is to be paid. Members that are not named here are kept and passed through.',
  examples: [
    {
      transactionId: 'order-4711',
      amount: '10.10',
      currency: 'EUR',
      paymentMethod: 'CARD',
      metadata: { order: 4711 },
    },
  ],
};

const PaymentResponse: JsonSchema = {
  ...dtoSchema(PaymentResponseDto, {
    transactionId: 'May stand here, beside `paymentResponse`, or in both places.',
    status: '`PENDING` keeps the transaction open; the others end it.',
    amount: 'Filled from the request when left out.',
    currency: 'Filled from the request when left out.',
    paymentMethod: 'Filled from the request when left out.',
    authorizationCode: 'Of the issuer or acquirer.',
    errorCode: 'Why it failed, in the codes of the terminal.',
    errorMessage: 'The same for people.',
    receiptData: 'A text or an object of at most 64 KiB of UTF-8, opaque to the gateway.',
    timestamp: 'When the terminal had the result.',
    metadata: 'Filled from the request when left out.',
  }),
  description:
    'What a terminal says of a payment. Members that are not named here are kept and passed through.',
  examples: [{ transactionId: 'order-4711', status: 'SUCCESS', authorizationCode: 'A1B2C3' }],
};

const TimelineStep = object(
  {
    event: text(
      'The step.',
      'accepted',
      'claimed',
      'sent',
      'received',
      'disconnected',
      'reconnected',
      'result',
    ),
    at: ref('Timestamp'),
    instance: text('The instance of the gateway that took it.', 'gateway-1'),
  },
  {},
  'One step of the way of a payment.',
);

/** Payments as they come and go over both edges. */
export const PAYMENTS = {
  PaymentRequest,
  AcceptedPaymentRequest: {
    type: 'object',
    description: 'A request as the gateway has accepted it: with its `transactionId`.',
    allOf: [ref('PaymentRequest'), { required: ['transactionId'] }],
  },
  HttpPaymentRequest: extended(
    PaymentRequest,
    {},
    {
      webhookMode: {
        type: 'boolean',
        default: false,
        description: 'Answer at once; the result goes to the webhook endpoints of the group. Not passed on.',
      },
    },
  ),
  PaymentResponse,
  PaymentResult: {
    type: 'object',
    description:
      'A response as the gateway has stored it, with what the terminal left out filled from the request. Where the gateway ' +
      `itself ended the payment, \`errorCode\` is one of ${FAILURES}.`,
    allOf: [
      ref('PaymentResponse'),
      { required: ['transactionId', 'status', 'amount', 'currency', 'paymentMethod'] },
    ],
  },
  FinalStatus: oneOf(FINAL_STATUSES, 'How the payment ended.'),
  TimelineStep,
  Transaction: object(
    {
      transactionId: ref('TransactionId'),
      status: ref('TransactionStatus'),
      terminalId: ref('TerminalId'),
      request: ref('AcceptedPaymentRequest'),
      createdAt: ref('Timestamp'),
      updatedAt: ref('Timestamp'),
      version: ref('TransactionVersion'),
      delivery: ref('Delivery'),
      timeline: listOf(ref('TimelineStep'), 'Every step of its way, in order.'),
    },
    {
      terminalDeviceId: text('Device id of the terminal, if it has one.', 'TERM-001'),
      response: ref('PaymentResult'),
      completedAt: ref('Timestamp'),
      retrySafe: ref('RetrySafe'),
      lateResponse: ref('PaymentResult'),
      voidPending: {
        ...literal(true),
        description: 'A void was asked of the terminal and is not confirmed yet.',
      },
      voidRefusal: object(
        {},
        { errorCode: text('Of the terminal.'), errorMessage: text('The same for people.') },
        'Why the terminal refused the void; it is asked again at the next reconnect.',
      ),
      voidedAt: ref('Timestamp'),
      voidReason: literal(VOID_REASON),
      conflicts: listOf(ref('PaymentResult'), 'Answers of the terminal that contradicted the final one.'),
    },
    'The record of a payment.',
  ),
  PaymentAnswer: object(
    {
      transactionId: ref('TransactionId'),
      status: ref('FinalStatus'),
      paymentResponse: ref('PaymentResult'),
      eventId: ref('EventId'),
      transactionVersion: ref('TransactionVersion'),
      timestamp: ref('Timestamp'),
    },
    {
      retrySafe: ref('RetrySafe'),
      late: { ...literal(true), description: 'It corrects an outcome that was told before.' },
    },
    'A payment that is final.',
  ),
  PaymentUnderWay: object(
    {
      transactionId: ref('TransactionId'),
      status: { ...literal('PENDING'), description: 'The result goes to the webhook endpoints.' },
      timestamp: ref('Timestamp'),
    },
    {},
    'A payment whose result is told by webhook.',
  ),
  CancelAnswer: object(
    { transactionId: ref('TransactionId'), status: ref('CancelOutcome'), timestamp: ref('Timestamp') },
    {},
    'What became of a request to cancel.',
  ),
} satisfies Record<string, JsonSchema>;
