import {
  canonicalJson,
  ExactNumber,
  GatewayError,
  memberTexts,
  newId,
  PaymentDto,
  PaymentRequestDto,
  validateDto,
  validationFailed,
  withMember,
  withoutMembers,
  type ClientFrame,
} from '../protocol/index.js';

/** A payment that passed every check that needs no store. */
export interface PaymentOrder {
  terminalId: string;
  transactionId: string;
  /** The id was made here, so no such payment can have been asked for before. */
  hasNewId: boolean;
  /** The `paymentRequest` as text, byte for byte as it came, with its `transactionId`. */
  requestText: string;
  /** Members of the request, as text, that a result without them is filled with. */
  echo: ReadonlyMap<string, string>;
}

/** Members of a `paymentRequest` that belong into every result. */
export const ECHOED = ['amount', 'currency', 'paymentMethod', 'metadata'] as const;

/**
 * Reads a `payment` frame.
 * @throws GatewayError `TERMINAL_ID_REQUIRED`, `PAYMENT_REQUEST_REQUIRED`, `VALIDATION_FAILED`, in this order
 */
export function readPaymentOrder(frame: ClientFrame): PaymentOrder {
  const { terminalId, paymentRequest } = frame.body;
  if (terminalId === undefined || terminalId === null || terminalId === '') {
    throw new GatewayError('TERMINAL_ID_REQUIRED');
  }
  const target = validateDto(PaymentDto, frame.body);
  if (paymentRequest === undefined || paymentRequest === null) {
    throw new GatewayError('PAYMENT_REQUEST_REQUIRED');
  }
  const requestText = memberTexts(frame.text).get('paymentRequest') ?? '';
  return { terminalId: target.terminalId, ...readPaymentRequest(paymentRequest, requestText) };
}

/**
 * Reads a `paymentRequest`.
 * @param text the same value as text
 * @param path where it stands in the message, for the errors; empty if it is the whole
 * @throws GatewayError `VALIDATION_FAILED`
 */
export function readPaymentRequest(
  value: unknown,
  text: string,
  path = 'paymentRequest',
): Omit<PaymentOrder, 'terminalId'> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw validationFailed([{ field: 'paymentRequest', message: 'paymentRequest must be an object' }]);
  }
  const members = memberTexts(text);
  const request = validateDto(PaymentRequestDto, withExactAmount(value, members), path);
  const transactionId = request.transactionId ?? newId();
  const echo = ECHOED.flatMap((name) => {
    const member = members.get(name);
    return member === undefined || member === 'null' ? [] : [[name, member] as const];
  });
  return {
    transactionId,
    hasNewId: request.transactionId === undefined,
    requestText: request.transactionId
      ? text
      : withMember(
          withoutNulls(text, members, ['transactionId']),
          'transactionId',
          JSON.stringify(transactionId),
        ),
    echo: new Map(echo),
  };
}

/** The object text less those of the named members that are `null`: what stands for nothing must not stand beside a value. */
export function withoutNulls(
  text: string,
  members: ReadonlyMap<string, string>,
  names: readonly string[],
): string {
  const nulls = names.filter((name) => members.get(name) === 'null');
  return nulls.length === 0 ? text : withoutMembers(text, nulls);
}

/** The object with a numeric `amount` replaced by its text, because its binary value is not the amount. */
export function withExactAmount(value: object, members: ReadonlyMap<string, string>): object {
  return typeof (value as { amount?: unknown }).amount === 'number'
    ? { ...value, amount: new ExactNumber(members.get('amount') ?? '') }
    : value;
}

/** True if two requests are the same JSON value, however they are written. */
export function isSameRequest(one: string, other: string): boolean {
  return one === other || canonicalJson(one) === canonicalJson(other);
}
