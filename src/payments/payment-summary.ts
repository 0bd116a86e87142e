import { GatewayFailure, type Delivery, type TransactionStatus } from '../protocol/index.js';
import type { TransactionRecord } from './transaction.js';

/**
 * Why somebody should look at a payment: nobody knows whether the card was charged; an approval waits to be voided at the
 * terminal; the terminal has told two different outcomes.
 */
export type Attention = 'uncertain' | 'void-pending' | 'conflict';

/** A payment in a list. The amount is a text as it was sent; times are ms by the store's clock. */
export interface PaymentSummary {
  groupId: string;
  transactionId: string;
  status: TransactionStatus;
  version: number;
  delivery: Delivery;
  terminalId: string;
  amount: string;
  currency: string;
  paymentMethod: string;
  errorCode?: string;
  retrySafe?: boolean;
  attention?: Attention;
  isResolved?: boolean;
  createdAt: number;
  updatedAt: number;
  completedAt?: number;
}

/** The fields of a record that a list needs: the long ones, request and response, are not among them. */
export const SUMMARY_FIELDS = [
  'status',
  'version',
  'delivery',
  'terminalId',
  'deviceId',
  'terminalKey',
  'request.amount',
  'request.currency',
  'request.paymentMethod',
  'errorCode',
  'failure',
  'retrySafe',
  'lateStatus',
  'voidPending',
  'disputed',
  'resolution',
  'createdAt',
  'updatedAt',
  'completedAt',
] as const;

export type SummaryFields = Pick<TransactionRecord, (typeof SUMMARY_FIELDS)[number]>;

const UNCERTAIN: ReadonlySet<string | undefined> = new Set([
  GatewayFailure.terminalDisconnected,
  GatewayFailure.noResponse,
]);

/** The one place that decides which payments a person must see to. */
export function attentionOf(
  record: Pick<TransactionRecord, 'status' | 'failure' | 'lateStatus' | 'voidPending' | 'disputed'>,
): Attention | undefined {
  if (record.voidPending) {
    return 'void-pending';
  }
  if (record.disputed) {
    return 'conflict';
  }
  const isUnknown = record.status === 'FAILED' && !record.lateStatus && UNCERTAIN.has(record.failure);
  return isUnknown ? 'uncertain' : undefined;
}

export function summaryOf(groupId: string, transactionId: string, record: SummaryFields): PaymentSummary {
  const attention = attentionOf(record);
  return {
    groupId,
    transactionId,
    status: record.status,
    version: Number(record.version),
    delivery: record.delivery,
    terminalId: record.deviceId || record.terminalId,
    amount: plainText(record['request.amount']),
    currency: plainText(record['request.currency']),
    paymentMethod: plainText(record['request.paymentMethod']),
    ...(record.errorCode && { errorCode: record.errorCode }),
    ...(record.retrySafe && { retrySafe: record.retrySafe === 'true' }),
    ...(attention && { attention }),
    ...(record.resolution && { isResolved: true }),
    createdAt: Number(record.createdAt),
    updatedAt: Number(record.updatedAt),
    ...(record.completedAt && { completedAt: Number(record.completedAt) }),
  };
}

/** A JSON string without its quotes; a JSON number as it stands, because its binary value is not the amount. */
function plainText(json = '""'): string {
  return json.startsWith('"') ? (JSON.parse(json) as string) : json;
}
