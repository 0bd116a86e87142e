import { hash } from 'node:crypto';

/** A payment, as every instance knows it. */
export interface PaymentName {
  groupId: string;
  transactionId: string;
}

/** The ids that every log line about a payment carries. */
export interface PaymentIds extends PaymentName {
  traceId: string;
}

/** Ids of a payment in a trace, in hexadecimal digits: 32 of the trace, 16 of the span that all others hang on. */
export interface TraceIds {
  traceId: string;
  rootSpanId: string;
}

/**
 * Nothing travels from instance to instance for these: each computes them from the name of the payment. They are digits of a
 * hash, so they tell nothing about a transaction id that should not have been chosen.
 */
export function traceIdsOf({ groupId, transactionId }: PaymentName): TraceIds {
  const digits = hash('sha256', `${groupId}\n${transactionId}`);
  return { traceId: digits.slice(0, 32), rootSpanId: digits.slice(32, 48) };
}

/** @returns the ids alone, whatever else the object holds */
export function paymentIds({ groupId, transactionId }: PaymentName): PaymentIds {
  return { groupId, transactionId, traceId: traceIdsOf({ groupId, transactionId }).traceId };
}
