import {
  AckDto,
  CancelResponseDto,
  ClientAction,
  GetTerminalsDto,
  PaymentDto,
  PaymentProgressDto,
  ServerAction,
  TerminalResponseDto,
  TransactionReferenceDto,
  VoidResponseDto,
  type DeviceType,
} from '../../protocol/index.js';
import { extended, literal, object, ref, type JsonSchema } from '../schema.js';
import { dtoSchema } from '../schemas/dto.js';

/** One message that clients send. */
export interface ClientMessage {
  from: readonly DeviceType[];
  summary: string;
  /** All of it but `action`. */
  schema: JsonSchema;
  /** All of it but `action`. */
  example: object;
  /** What the sender may get as the answer, beside `error`. */
  reply?: keyof typeof ServerAction;
}

const TILL = ['desktop'] as const;
const TERMINAL = ['terminal'] as const;

const transaction = dtoSchema(TransactionReferenceDto, { transactionId: 'Which payment it is about.' });
const aboutTransaction = { transactionId: 'Which payment it is about.' };

const payment = extended(
  dtoSchema(PaymentDto, { terminalId: 'A device id of the group, or a connection id.' }),
  {},
  { paymentRequest: ref('PaymentRequest') },
);

const response = extended(
  dtoSchema(TerminalResponseDto, {
    transactionId: 'Equals the one inside `paymentResponse`, if both are there.',
  }),
  { paymentResponse: ref('PaymentResponse') },
);
const anId = { required: ['transactionId'], properties: { transactionId: { type: 'string' } } };

const paymentResponse: Omit<ClientMessage, 'summary'> = {
  from: TERMINAL,
  schema: {
    ...response,
    anyOf: [anId, { properties: { paymentResponse: anId } }],
  },
  example: {
    paymentResponse: { transactionId: 'order-4711', status: 'SUCCESS', authorizationCode: 'A1B2C3' },
  },
  reply: ServerAction.paymentResponseAck,
};

/** What clients send, by action. */
export const CLIENT_MESSAGES: Record<keyof typeof ClientAction, ClientMessage> = {
  ping: {
    from: [...TILL, ...TERMINAL],
    summary: 'Asks for a `pong`. Any message shows that the client is there.',
    schema: object({}),
    example: {},
    reply: ServerAction.pong,
  },
  getTerminals: {
    from: TILL,
    summary: 'Asks for the terminals of the group.',
    schema: dtoSchema(GetTerminalsDto, {
      includeOffline: 'Also list configured terminals that are not connected.',
    }),
    example: { includeOffline: true },
    reply: ServerAction.terminalsResponse,
  },
  payment: {
    from: TILL,
    summary:
      'Asks for a payment. There is no reply to an accepted one; the result arrives as `paymentComplete`. The same request ' +
      'again never reaches the terminal twice.',
    schema: {
      ...payment,
      required: ['terminalId', 'paymentRequest'],
      properties: {
        ...payment.properties,
        terminalId: { ...payment.properties!['terminalId'], minLength: 1, examples: ['TERM-001'] },
      },
    },
    example: {
      terminalId: 'TERM-001',
      paymentRequest: {
        transactionId: 'order-4711',
        amount: '10.10',
        currency: 'EUR',
        paymentMethod: 'CARD',
        metadata: { order: 4711 },
      },
    },
  },
  getTransaction: {
    from: TILL,
    summary: 'Asks for a transaction.',
    schema: transaction,
    example: { transactionId: 'order-4711' },
    reply: ServerAction.transactionResponse,
  },
  cancelPayment: {
    from: TILL,
    summary: 'Asks to cancel a payment; answered within CANCEL_TIMEOUT_MS, whatever happens.',
    schema: transaction,
    example: { transactionId: 'order-4711' },
    reply: ServerAction.cancelResponse,
  },
  ack: {
    from: TILL,
    summary: 'Confirms that the application has processed a push. Optional: see `x-receipt`.',
    schema: dtoSchema(AckDto, { eventId: 'Of the push.' }),
    example: { eventId: '01a2030c-fc44-7003-8f4e-5d1f6f0e2b11' },
  },
  paymentResponse: {
    ...paymentResponse,
    summary:
      'Tells the result of a payment. Keep it until it is acknowledged, and send it again after a reconnect.',
  },
  paymentComplete: { ...paymentResponse, summary: 'Another name of `paymentResponse`.' },
  paymentProgress: {
    from: TERMINAL,
    summary: 'Tells a stage of a payment; passed on as `paymentStatus`.',
    schema: dtoSchema(PaymentProgressDto, {
      ...aboutTransaction,
      stage: 'A name that the terminal chooses.',
      message: 'For people.',
    }),
    example: { transactionId: 'order-4711', stage: 'WAITING_FOR_CARD', message: 'Please present your card' },
  },
  paymentUnknown: {
    from: TERMINAL,
    summary:
      'Answers a `paymentInquiry` for a payment that never arrived. Only this lets it be sent once more.',
    schema: transaction,
    example: { transactionId: 'order-4711' },
  },
  voidResponse: {
    from: TERMINAL,
    summary:
      'Answers `voidPayment`. `FAILED` is no confirmation: the void is asked again at the next reconnect.',
    schema: dtoSchema(VoidResponseDto, {
      ...aboutTransaction,
      status: 'Whether it was voided.',
      errorCode: 'Why it was not.',
      errorMessage: 'The same for people.',
    }),
    example: { transactionId: 'order-4711', status: 'SUCCESS' },
  },
  cancelResponse: {
    from: TERMINAL,
    summary: 'Answers `cancelPayment`. `CANCELLED` is final by itself; no `paymentResponse` is needed.',
    schema: dtoSchema(CancelResponseDto, { ...aboutTransaction, status: 'Whether it was cancelled.' }),
    example: { transactionId: 'order-4711', status: 'CANCELLED' },
  },
};

/** The payload of a message that clients send. */
export function clientPayload(action: keyof typeof ClientAction): JsonSchema {
  return extended(CLIENT_MESSAGES[action].schema, { action: literal(action) });
}

export const CLIENT_ACTIONS = Object.values(ClientAction);
