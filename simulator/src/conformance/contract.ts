import {
  ABSENT,
  chosen,
  extension,
  NUMBER,
  oneOf,
  TEXT,
  TIME,
  type ObjectShape,
  type Shape,
} from './shape.js';

/** Close codes of the contract. */
export const CLOSE = { displaced: 4001, rateLimited: 4029, tooBig: 1009 } as const;

/** Code → `error` and `message` of an error frame. A message that is a pattern begins so. */
const ERRORS = {
  INVALID_JSON: ['Bad Request', 'Invalid JSON in message body'],
  ACTION_REQUIRED: ['Bad Request', 'action is required'],
  UNKNOWN_ACTION: ['Bad Request', 'Unknown action: fly'],
  TERMINAL_ID_REQUIRED: ['Bad Request', 'terminalId is required'],
  PAYMENT_REQUEST_REQUIRED: ['Bad Request', 'paymentRequest is required'],
  TERMINAL_NOT_FOUND: ['Not Found', 'Terminal connection not found'],
  TERMINAL_OFFLINE: ['Not Found', 'Terminal connection not found'],
  TRANSACTION_NOT_FOUND: ['Not Found', 'Transaction not found'],
  GROUP_MISMATCH: ['Forbidden', 'Cannot send message to connection in different group'],
  DESKTOP_ONLY: ['Forbidden', 'Only desktop devices can initiate payments'],
  TERMINAL_ONLY: ['Forbidden', 'Only terminal devices can send this message'],
  PAYMENT_IN_PROGRESS: ['Conflict', 'Payment already in progress on this terminal'],
  DUPLICATE_TRANSACTION: ['Conflict', 'transactionId already used for a different payment'],
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** An `error` frame as the catalogue of the contract has it. */
export function errorFrame(code: ErrorCode, rest: ObjectShape = {}): ObjectShape {
  const [error, message] = ERRORS[code];
  return { action: 'error', error, message, code: extension(code), timestamp: extension(TIME), ...rest };
}

/** The body of a refusal over HTTP. */
export function errorBody(error: string, code: string): ObjectShape {
  return { action: ABSENT, error, message: TEXT, code, timestamp: TIME };
}

/** What a till asks for. */
export interface PaymentRequest {
  transactionId?: string;
  amount: string | number;
  currency: string;
  paymentMethod: string;
  [member: string]: unknown;
}

/** A payment as it was asked for. */
export interface Asked {
  transactionId: string;
  terminalId: string;
  groupId: string;
  request: PaymentRequest;
}

/** What is enough to speak about a payment. */
export type Known = Pick<Asked, 'transactionId'>;

/** The `payment` frame for a terminal. */
export function paymentFrame({ transactionId, terminalId, groupId, request }: Asked): ObjectShape {
  return {
    action: 'payment',
    transactionId,
    terminalId,
    paymentRequest: { ...(request as ObjectShape), transactionId },
    timestamp: TIME,
    groupId,
    version: 'v1',
  };
}

/** What every message about a payment says of its origin. */
const about = ({ transactionId, terminalId, groupId }: Asked) => ({
  transactionId,
  terminalId: chosen(terminalId),
  timestamp: chosen(TIME),
  groupId: chosen(groupId),
  version: chosen('v1'),
});

export type Outcome = 'SUCCESS' | 'FAILED' | 'CANCELLED';

/** The `paymentComplete` of a payment, its amount, currency and method echoed. */
export function paymentComplete(
  asked: Asked,
  status: Outcome,
  response: ObjectShape = {},
  rest: ObjectShape = {},
): ObjectShape {
  const { amount, currency, paymentMethod } = asked.request;
  return {
    action: 'paymentComplete',
    ...about(asked),
    status: chosen(status),
    paymentResponse: {
      transactionId: asked.transactionId,
      status,
      amount,
      currency,
      paymentMethod,
      ...response,
    },
    eventId: extension(TEXT),
    transactionVersion: extension(NUMBER),
    recovered: extension(ABSENT),
    retrySafe: extension(status === 'SUCCESS' ? ABSENT : oneOf(true, false)),
    ...rest,
  };
}

/** The `paymentComplete` that comes again, because its till has not confirmed it. */
export function recovered(asked: Asked, rest: ObjectShape = {}): ObjectShape {
  return paymentComplete(asked, 'SUCCESS', {}, { recovered: extension(true), ...rest });
}

/** The second `paymentComplete` of a payment that was approved after it was given up, by the policy `deliver`. [X] */
export function correction(asked: Asked, response: ObjectShape = {}, rest: ObjectShape = {}): ObjectShape {
  return paymentComplete(asked, 'SUCCESS', response, { late: true, ...rest });
}

/** A payment that the gateway itself has given up. */
export function givenUp(asked: Asked, errorCode: string, rest: ObjectShape = {}): ObjectShape {
  return paymentComplete(asked, 'FAILED', { errorCode }, { retrySafe: extension(false), ...rest });
}

export function paymentVoided(asked: Asked, rest: ObjectShape = {}): ObjectShape {
  return {
    action: 'paymentVoided',
    ...about(asked),
    deviceId: chosen(asked.terminalId),
    voidReason: chosen('LATE_RECONNECTION'),
    voidedAt: chosen(TIME),
    paymentResponse: chosen({ status: 'SUCCESS' }),
    eventId: extension(TEXT),
    transactionVersion: extension(NUMBER),
    ...rest,
  };
}

export function voidPayment(asked: Asked): ObjectShape {
  return {
    action: 'voidPayment',
    ...about(asked),
    reason: 'LATE_RECONNECTION',
    paymentResponse: { status: 'SUCCESS' },
  };
}

export function inquiry(asked: Asked): ObjectShape {
  return { action: 'paymentInquiry', ...about(asked) };
}

export function cancelPayment(asked: Asked): ObjectShape {
  return { action: 'cancelPayment', ...about(asked) };
}

export function acknowledgement({ transactionId }: Known): ObjectShape {
  return { action: 'paymentResponseAck', transactionId, timestamp: TIME };
}

export function cancelResponse({ transactionId }: Known, status: string): ObjectShape {
  return { action: 'cancelResponse', transactionId, status, timestamp: TIME };
}

export function forceDisconnect(reason: string): ObjectShape {
  return { action: 'forceDisconnect', reason, message: TEXT, timestamp: TIME };
}

/** A terminal as status updates show it. */
export interface Shown {
  terminalId: Shape;
  groupId: string;
  deviceId?: string | undefined;
}

export type PresenceStatus = 'connected' | 'reconnecting' | 'disconnected';

/** A `terminalStatusUpdate`, with exactly the members that its status has. */
export function statusUpdate({ terminalId, groupId, deviceId }: Shown, status: PresenceStatus): ObjectShape {
  const isConnected = status === 'connected';
  const device = deviceId ?? ABSENT;
  return {
    action: 'terminalStatusUpdate',
    terminalId,
    status,
    timestamp: TIME,
    groupId,
    version: 'v1',
    connectionId: isConnected ? TEXT : ABSENT,
    deviceId: status === 'disconnected' ? chosen(device) : device,
    terminalInfo: isConnected
      ? {
          connectionId: TEXT,
          terminalId,
          deviceId: device,
          connectedAt: TIME,
          lastActivity: TIME,
          status: 'online',
        }
      : ABSENT,
  };
}
