import type { Delivery, TransactionStatus } from '../protocol/index.js';
import { memberTexts } from '../protocol/index.js';

/**
 * The record of a transaction as the store keeps it, one hash per transaction. Numbers and times (ms) are texts there.
 *
 * `request` and `push` (the final `paymentComplete` frame) are JSON texts; `request.<member>` are members of the request as
 * text; `recipients` are the key ids of the desktops that asked, one per line.
 */
export interface TransactionRecord {
  status: TransactionStatus;
  version: string;
  delivery: Delivery;
  fingerprint: string;
  terminalId: string;
  terminalKey: string;
  deviceId: string;
  recipients: string;
  request: string;
  createdAt: string;
  updatedAt: string;
  completedAt?: string;
  push?: string;
  retrySafe?: string;
}

/**
 * A transaction as clients see it, as a JSON text: amounts in it are never parsed.
 * @param record all fields of the hash
 */
export function transactionText(transactionId: string, record: TransactionRecord): string {
  const response = record.push === undefined ? undefined : memberTexts(record.push).get('paymentResponse');
  const members: [string, string | undefined][] = [
    ['transactionId', JSON.stringify(transactionId)],
    ['status', JSON.stringify(record.status)],
    ['terminalId', JSON.stringify(record.deviceId || record.terminalId)],
    ['terminalDeviceId', record.deviceId ? JSON.stringify(record.deviceId) : undefined],
    ['request', record.request],
    ['response', response],
    ['createdAt', isoText(record.createdAt)],
    ['updatedAt', isoText(record.updatedAt)],
    ['completedAt', isoText(record.completedAt)],
    ['version', record.version],
    ['delivery', JSON.stringify(record.delivery)],
    ['retrySafe', record.retrySafe || undefined],
  ];
  const present = members.filter(([, text]) => text !== undefined);
  return `{${present.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
}

function isoText(ms: string | undefined): string | undefined {
  return ms === undefined ? undefined : `"${new Date(Number(ms)).toISOString()}"`;
}
