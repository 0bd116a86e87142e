import {
  AMOUNT_TEXT,
  CANCEL_OUTCOMES,
  CURRENCIES,
  DELIVERIES,
  MAX_FRACTION_DIGITS,
  MAX_INTEGER_DIGITS,
  MAX_TRANSACTION_ID_LENGTH,
  PAYMENT_METHODS,
  TERMINAL_STATUSES,
  TRANSACTION_STATUSES,
} from '../../protocol/index.js';
import { oneOf, type JsonSchema } from '../schema.js';

/** Single values that stand in several messages. */
export const VALUES = {
  Amount: {
    description:
      `A decimal above 0 with at most ${MAX_INTEGER_DIGITS} integer and ${MAX_FRACTION_DIGITS} fraction digits, as text or ` +
      'as a JSON number. It is passed on exactly as it was sent and never becomes a binary float. Prefer text: most JSON ' +
      'libraries round numbers.',
    anyOf: [
      { type: 'string', pattern: `^(?=.*[1-9])${AMOUNT_TEXT.source.slice(1)}` },
      // A validator sees a binary float, to which the largest amounts equal the next power of ten, and which `multipleOf` fails.
      { type: 'number', minimum: 10 ** -MAX_FRACTION_DIGITS, maximum: 10 ** MAX_INTEGER_DIGITS },
    ],
    examples: ['10.10'],
  },
  Currency: { ...oneOf([...CURRENCIES], 'ISO 4217 alphabetic code.'), examples: ['EUR'] },
  PaymentMethod: oneOf(PAYMENT_METHODS, 'How the customer pays.'),
  TransactionId: {
    type: 'string',
    minLength: 1,
    maxLength: MAX_TRANSACTION_ID_LENGTH,
    description: 'The key of a payment within the group, chosen by the till or made by the gateway (UUIDv7).',
    examples: ['order-4711'],
  },
  TransactionStatus: oneOf(
    TRANSACTION_STATUSES,
    '`PENDING` and `AWAITING_RECONNECT` are open, the others final. `FAILED` by a lost connection may still become `VOIDED`, ' +
      'or `COMPLETED` where late results are delivered.',
  ),
  Delivery: oneOf(
    DELIVERIES,
    'How far the payment got on its way to the terminal: stored, written to the socket, read.',
  ),
  CancelOutcome: oneOf(
    CANCEL_OUTCOMES,
    '`CANCELLED`: it is cancelled. `TOO_LATE`: it is final or can not be stopped. `UNKNOWN`: the terminal is away or silent; ' +
      'the payment goes on, and its result tells how it ended.',
  ),
  TerminalStatus: oneOf(
    TERMINAL_STATUSES,
    '`reconnecting`: dropped, and still within its time to come back.',
  ),
  TerminalId: {
    type: 'string',
    description: 'The device id of the terminal, or the connection id of one without a device id.',
    examples: ['TERM-001'],
  },
  Timestamp: {
    type: 'string',
    format: 'date-time',
    description: 'ISO 8601 in UTC with milliseconds.',
    examples: ['2026-01-15T10:30:00.000Z'],
  },
  RetrySafe: {
    type: 'boolean',
    description:
      'True: the terminal can not have this request, so another payment may be started. False: it may have it, so ask for ' +
      'the transaction first. The same request with the same `transactionId` is safe to repeat in any case.',
  },
  EventId: {
    type: 'string',
    description: 'Names an event; the same on every redelivery. One that is known has been handled.',
    examples: ['01a2030c-fc44-7003-8f4e-5d1f6f0e2b11'],
  },
  TransactionVersion: {
    type: 'integer',
    minimum: 1,
    description:
      'Raised by one with every change of the transaction. What is told of a transaction is ordered by it.',
    examples: [4],
  },
} satisfies Record<string, JsonSchema>;
