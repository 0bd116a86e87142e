import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';

/** What stands in the contract, for the tests of the wire: written from its text, not from src/. */

/** ISO 8601, UTC, milliseconds. */
export const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;

export const UUID_V7 = expect.stringMatching(
  /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
) as string;

/** Opaque, but there. */
export const OPAQUE = expect.stringMatching(/./) as string;

/** Rows of the error table: `error` and `message`. The code is the name, unless the row gives another. */
const ERRORS = {
  INVALID_JSON: ['Bad Request', 'Invalid JSON in message body'],
  ACTION_REQUIRED: ['Bad Request', 'action is required'],
  TERMINAL_ID_REQUIRED: ['Bad Request', 'terminalId is required'],
  PAYMENT_REQUEST_REQUIRED: ['Bad Request', 'paymentRequest is required'],
  TERMINAL_NOT_FOUND: ['Not Found', 'Terminal connection not found'],
  TERMINAL_OFFLINE: ['Not Found', 'Terminal connection not found'],
  TRANSACTION_NOT_FOUND: ['Not Found', 'Transaction not found'],
  LIST_DESKTOP_ONLY: ['Forbidden', 'Only desktop devices can request terminal list', 'DESKTOP_ONLY'],
  PAY_DESKTOP_ONLY: ['Forbidden', 'Only desktop devices can initiate payments', 'DESKTOP_ONLY'],
  TERMINAL_ONLY: ['Forbidden', 'Only terminal devices can send this message'],
  GROUP_MISMATCH: ['Forbidden', 'Cannot send message to connection in different group'],
  PAYMENT_IN_PROGRESS: ['Conflict', 'Payment already in progress on this terminal'],
  DUPLICATE_TRANSACTION: ['Conflict', 'transactionId already used for a different payment'],
} as const;

/** The whole error frame of a row. @param extras its optional members, each of which must be there */
export function errorFrame(row: keyof typeof ERRORS, extras: object = {}): object {
  const [error, message, code = row] = ERRORS[row] as readonly [string, string, string?];
  return { action: 'error', error, message, code, ...extras, timestamp: TIME };
}

/** The body of a refused upgrade: the error frame without `action`. */
export function refusalBody(error: string, code: string, extras: object = {}): object {
  return { error, message: OPAQUE, code, ...extras, timestamp: TIME };
}

export function newId(): string {
  return `tx-${randomUUID()}`;
}

/** A payment request that breaks no rule. */
export function request(members: object = {}) {
  return { transactionId: newId(), amount: '10.00', currency: 'EUR', paymentMethod: 'CARD', ...members };
}
