import {
  conflictTexts,
  responseText,
  summaryOf,
  timeline,
  type PaymentSummary,
  type Resolution,
  type TransactionRecord,
} from '../payments/index.js';
import { maskCardData, maskCardText } from '../protocol/index.js';
import type { PaymentDetail, PaymentRow } from './views.js';

/** A payment as lists show it: no card data in what a terminal has written. */
export function paymentRow(summary: PaymentSummary): PaymentRow {
  const { errorCode } = summary;
  return { ...summary, ...(errorCode !== undefined && { errorCode: maskCardText(errorCode) }) };
}

/** All that is known of a payment: no card data in what tills and terminals have written. */
export function paymentDetail(
  groupId: string,
  transactionId: string,
  record: TransactionRecord,
): PaymentDetail {
  const response = responseText(record);
  const { late, conflicts, voidRefusal, voidReason, voidedAt, recipients, resolution } = record;
  return {
    ...paymentRow(summaryOf(groupId, transactionId, record)),
    request: maskCardData(record.request),
    ...(response && { response: maskCardData(response) }),
    ...(late && { lateResponse: maskCardData(late) }),
    ...(conflicts && { conflicts: conflictTexts(record).map(maskCardData) }),
    ...(voidRefusal && { voidRefusal: maskCardData(voidRefusal) }),
    ...(voidReason && { voidReason }),
    ...(voidedAt && { voidedAt: Number(voidedAt) }),
    recipients: recipients === '' ? [] : recipients.split('\n'),
    timeline: timeline(record),
    ...(resolution && { resolution: JSON.parse(resolution) as Resolution }),
  };
}
