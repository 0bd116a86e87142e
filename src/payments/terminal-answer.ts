import {
  GatewayError,
  memberTexts,
  openObject,
  PaymentResponseDto,
  TerminalResponseDto,
  validateDto,
  validationFailed,
  withMember,
  type ClientFrame,
  type GatewayFailureCode,
  type ResponseStatus,
} from '../protocol/index.js';
import { ECHOED, withExactAmount, withoutNulls } from './payment-order.js';

/** A `paymentResponse`, ready to be finished by the store. */
export interface Answer {
  status: ResponseStatus;
  /** The response as an object text that is open for more members. */
  open: string;
  /** Members to be filled from the request. */
  missing: readonly string[];
  /** Its `errorCode`, if it has one. */
  errorCode?: string | undefined;
}

/** As much of an `errorCode` as lists show. */
const MAX_ERROR_CODE_LENGTH = 64;

export interface TerminalAnswer extends Answer {
  transactionId: string;
}

/**
 * Reads a `paymentResponse` frame of a terminal.
 * @throws GatewayError `VALIDATION_FAILED`
 */
export function readTerminalAnswer(frame: ClientFrame): TerminalAnswer {
  const outer = validateDto(TerminalResponseDto, frame.body);
  const value = frame.body['paymentResponse'];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw validationFailed([{ field: 'paymentResponse', message: 'paymentResponse must be an object' }]);
  }
  const text = memberTexts(frame.text).get('paymentResponse') ?? '';
  const members = memberTexts(text);
  const response = validateDto(PaymentResponseDto, withExactAmount(value, members), 'paymentResponse');
  const transactionId = oneTransactionId(
    outer.transactionId ?? undefined,
    response.transactionId ?? undefined,
  );
  const told = withoutNulls(text, members, ['transactionId', ...ECHOED]);
  const complete = response.transactionId
    ? told
    : withMember(told, 'transactionId', JSON.stringify(transactionId));
  return {
    transactionId,
    status: response.status,
    open: openObject(complete),
    missing: ECHOED.filter((name) => (members.get(name) ?? 'null') === 'null'),
    errorCode: response.errorCode?.slice(0, MAX_ERROR_CODE_LENGTH),
  };
}

/** What a POS is told when the gateway itself ends a payment. */
export function gatewayFailure(transactionId: string, code: GatewayFailureCode): Answer {
  const response = {
    transactionId,
    status: 'FAILED',
    errorCode: code,
    errorMessage: FAILURE_MESSAGES[code],
    timestamp: new Date().toISOString(),
  };
  return { status: 'FAILED', open: openObject(JSON.stringify(response)), missing: ECHOED, errorCode: code };
}

/** The answer that stands for a cancellation. */
export function cancelledAnswer(transactionId: string): Answer & { status: 'CANCELLED' } {
  const response = { transactionId, status: 'CANCELLED', timestamp: new Date().toISOString() };
  return { status: 'CANCELLED', open: openObject(JSON.stringify(response)), missing: ECHOED };
}

const FAILURE_MESSAGES: Record<GatewayFailureCode, string> = {
  NOT_DELIVERED: 'The payment could not be handed to the terminal in time.',
  TERMINAL_DISCONNECTED: 'The terminal went offline during the payment. Its outcome is not known yet.',
  NO_RESPONSE: 'The terminal did not answer in time. Its outcome is not known.',
};

function oneTransactionId(outer: string | undefined, inner: string | undefined): string {
  if (outer !== undefined && inner !== undefined && outer !== inner) {
    const message = 'transactionId must equal paymentResponse.transactionId';
    throw validationFailed([{ field: 'transactionId', message }]);
  }
  const transactionId = outer ?? inner;
  if (transactionId === undefined) {
    throw new GatewayError('VALIDATION_FAILED', {
      message: 'transactionId is required',
      details: [{ field: 'transactionId', message: 'transactionId is required' }],
    });
  }
  return transactionId;
}
