import {
  FORCE_DISCONNECT,
  GATEWAY_STAGES,
  PROTOCOL_VERSION,
  ServerAction,
  TERMINAL_EVENTS,
  VOID_REASON,
  type DeviceType,
} from '../../protocol/index.js';
import { extended, literal, object, oneOf, ref, text, type JsonSchema } from '../schema.js';

/** One message that the gateway sends. */
export interface ServerMessage {
  to: readonly DeviceType[];
  summary: string;
  /** All of it but `action`. */
  schema: JsonSchema;
  /** All of it but `action`. */
  example: object;
  /** It is kept and sent again until its receiver is known to have read it. */
  receipted?: true;
}

const TILL = ['desktop'] as const;
const TERMINAL = ['terminal'] as const;
const BOTH = ['desktop', 'terminal'] as const;

const timestamp = ref('Timestamp');
const transactionId = ref('TransactionId');
const at = '2026-01-15T10:31:12.480Z';

/** What every message about something of the group carries. */
const GROUP = { groupId: text('The group.', 'shop-1'), version: literal(PROTOCOL_VERSION) };
const group = { groupId: 'shop-1', version: PROTOCOL_VERSION };

/** A message to or about a terminal and one of its payments. */
const PAYMENT = { transactionId, terminalId: ref('TerminalId'), timestamp, ...GROUP };
const payment = { transactionId: 'order-4711', terminalId: 'TERM-001', timestamp: at, ...group };

/** What a push carries, so that its receiver can tell repetitions and order. */
const PUSH = { eventId: ref('EventId'), transactionVersion: ref('TransactionVersion') };
const push = { eventId: '01a2030c-fc44-7003-8f4e-5d1f6f0e2b11', transactionVersion: 4 };
const recovered = {
  ...literal(true),
  description: 'It is sent again, because the till was away; `eventId` is the same.',
};

const request = { transactionId: 'order-4711', amount: '10.10', currency: 'EUR', paymentMethod: 'CARD' };
const result = { ...request, status: 'SUCCESS', authorizationCode: 'A1B2C3' };

const statusUpdate = object(
  { terminalId: ref('TerminalId'), status: oneOf(TERMINAL_EVENTS), timestamp, ...GROUP },
  {
    connectionId: text('Of a terminal that has connected.'),
    deviceId: text('If the terminal has one.', 'TERM-001'),
    terminalInfo: ref('TerminalInfo'),
  },
);
const whenStatus = (status: (typeof TERMINAL_EVENTS)[number], then: JsonSchema): JsonSchema => ({
  if: { properties: { status: { const: status } } },
  then,
});
const never = { not: { anyOf: [{ required: ['connectionId'] }, { required: ['terminalInfo'] }] } };

/** What the gateway sends, by action. */
export const SERVER_MESSAGES: Record<keyof typeof ServerAction, ServerMessage> = {
  pong: {
    to: BOTH,
    summary: 'Answers `ping`; also sent unasked to a client to which nothing else was sent for a while.',
    schema: object({ timestamp }),
    example: { timestamp: at },
  },
  error: {
    to: BOTH,
    summary: 'Why a message was refused. The connection stays open.',
    schema: { allOf: [ref('Error')] },
    example: {
      error: 'Bad Request',
      message: 'terminalId is required',
      code: 'TERMINAL_ID_REQUIRED',
      requestAction: 'payment',
      timestamp: at,
    },
  },
  forceDisconnect: {
    to: BOTH,
    summary: 'The gateway ends this connection; the close code follows. See `x-close-codes` of the channel.',
    schema: object({
      reason: oneOf(Object.keys(FORCE_DISCONNECT)),
      message: text('For people.'),
      timestamp,
    }),
    example: { reason: 'NEW_CONNECTION', message: FORCE_DISCONNECT.NEW_CONNECTION.message, timestamp: at },
  },
  terminalsResponse: {
    to: TILL,
    summary: 'Answers `getTerminals`.',
    schema: { allOf: [ref('TerminalList')] },
    example: {
      terminals: [
        {
          connectionId: '0f-65cb674d-8d7e-4a63-9b0c-2f1f6c0e7a55',
          terminalId: 'TERM-001',
          deviceId: 'TERM-001',
          connectedAt: '2026-01-15T10:30:00.000Z',
          lastActivity: '2026-01-15T10:31:07.214Z',
          status: 'online',
          metadata: { label: 'Counter 1' },
        },
      ],
      count: 1,
      timestamp: at,
    },
  },
  terminalStatusUpdate: {
    to: TILL,
    summary: 'A terminal of the group has come, dropped or gone.',
    schema: {
      ...statusUpdate,
      allOf: [
        whenStatus('connected', { required: ['connectionId', 'terminalInfo'] }),
        whenStatus('reconnecting', { required: ['deviceId'], ...never }),
        whenStatus('disconnected', never),
      ],
    },
    example: {
      terminalId: 'TERM-001',
      status: 'reconnecting',
      deviceId: 'TERM-001',
      timestamp: at,
      ...group,
    },
  },
  payment: {
    to: TERMINAL,
    summary:
      'A payment to carry out. A known `transactionId` is the same payment, on whatever connection it comes.',
    schema: object({ ...PAYMENT, paymentRequest: ref('AcceptedPaymentRequest') }),
    example: { ...payment, paymentRequest: request },
    receipted: true,
  },
  paymentComplete: {
    to: TILL,
    summary: 'The result of a payment. Delivered at least once: a known `eventId` has been handled.',
    schema: object(
      { ...PAYMENT, status: ref('FinalStatus'), paymentResponse: ref('PaymentResult'), ...PUSH },
      {
        retrySafe: ref('RetrySafe'),
        late: { ...literal(true), description: 'It corrects an outcome that was told before.' },
        recovered,
      },
    ),
    example: { ...payment, status: 'SUCCESS', paymentResponse: result, ...push },
    receipted: true,
  },
  paymentVoided: {
    to: TILL,
    summary: 'An approval that came after the payment was given up has been voided at the terminal.',
    schema: object(
      { ...PAYMENT, voidReason: literal(VOID_REASON), voidedAt: timestamp, ...PUSH },
      {
        deviceId: text('If the terminal has one.', 'TERM-001'),
        paymentResponse: ref('PaymentResult'),
        recovered,
      },
    ),
    example: {
      ...payment,
      deviceId: 'TERM-001',
      voidReason: VOID_REASON,
      voidedAt: at,
      paymentResponse: result,
      ...push,
    },
    receipted: true,
  },
  paymentStatus: {
    to: TILL,
    summary:
      'A stage of a payment, for tills that connected with `x-extensions: progress`. News, not a result: one may be lost, and ' +
      'the result may overtake one.',
    schema: object(
      {
        ...PAYMENT,
        stage: text(`Of the gateway (${GATEWAY_STAGES.join(', ')}), or of the terminal.`, ...GATEWAY_STAGES),
        transactionVersion: ref('TransactionVersion'),
      },
      { message: text('For people.') },
    ),
    example: { ...payment, stage: 'received', transactionVersion: 3 },
  },
  transactionResponse: {
    to: TILL,
    summary: 'Answers `getTransaction`.',
    schema: object({ transaction: ref('Transaction'), timestamp }),
    example: {
      transaction: {
        transactionId: 'order-4711',
        status: 'PENDING',
        terminalId: 'TERM-001',
        terminalDeviceId: 'TERM-001',
        request,
        createdAt: '2026-01-15T10:31:09.113Z',
        updatedAt: '2026-01-15T10:31:09.118Z',
        version: 2,
        delivery: 'sent',
        timeline: [{ event: 'accepted', at: '2026-01-15T10:31:09.113Z', instance: 'gateway-1' }],
      },
      timestamp: at,
    },
  },
  cancelResponse: {
    to: TILL,
    summary: 'Answers `cancelPayment`, once for each request.',
    schema: { allOf: [ref('CancelAnswer')] },
    example: { transactionId: 'order-4711', status: 'CANCELLED', timestamp: at },
    receipted: true,
  },
  paymentResponseAck: {
    to: TERMINAL,
    summary: 'The response of the terminal is stored; it need not be kept any longer.',
    schema: object({ transactionId, timestamp }),
    example: { transactionId: 'order-4711', timestamp: at },
  },
  paymentInquiry: {
    to: TERMINAL,
    summary:
      'The terminal is back, and a payment given to it is still open: what became of it? Answer with `paymentResponse`, ' +
      '`paymentProgress` or `paymentUnknown`.',
    schema: object(PAYMENT),
    example: payment,
    receipted: true,
  },
  cancelPayment: {
    to: TERMINAL,
    summary: 'A till wants to cancel. Answer with `cancelResponse`.',
    schema: object(PAYMENT),
    example: payment,
    receipted: true,
  },
  voidPayment: {
    to: TERMINAL,
    summary:
      'The approval came after the payment was given up: void it, and answer with `voidResponse`. Repeated at each reconnect ' +
      'until it is confirmed.',
    schema: object({ ...PAYMENT, reason: literal(VOID_REASON), paymentResponse: ref('PaymentResult') }),
    example: { ...payment, reason: VOID_REASON, paymentResponse: result },
    receipted: true,
  },
};

/** The payload of a message that the gateway sends. */
export function serverPayload(action: keyof typeof ServerAction): JsonSchema {
  const { schema } = SERVER_MESSAGES[action];
  return { type: 'object', ...extended(schema, { action: literal(action) }) };
}

export const SERVER_ACTIONS = Object.values(ServerAction);
