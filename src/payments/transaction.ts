import { memberTexts, type Delivery, type TransactionStatus } from '../protocol/index.js';

/**
 * The record of a transaction as the store keeps it, one hash per transaction. Numbers and times (ms) are texts there.
 *
 * `request`, `late` (a response that came after the payment was given up) and `push` (the final `paymentComplete` frame) are
 * JSON texts, `conflicts` several of them joined by commas; `request.<member>` are members of the request as text;
 * `recipients` are the key ids of the desktops that asked, one per line; `step.<name>` is `time instance`; `watchers` are the
 * channels of the instances on which somebody waits for a change, one per line.
 */
export interface TransactionRecord {
  status: TransactionStatus;
  version: string;
  delivery: Delivery;
  terminalId: string;
  deviceId: string;
  request: string;
  createdAt: string;
  updatedAt: string;
  completedAt?: string;
  push?: string;
  retrySafe?: string;
  late?: string;
  conflicts?: string;
  voidPending?: string;
  voidRefusal?: string;
  voidedAt?: string;
  voidReason?: string;
  'step.cancelRefused'?: string;
}

const STEP = 'step.';

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
    ['voidedAt', isoText(record.voidedAt)],
    ['voidReason', record.voidReason && JSON.stringify(record.voidReason)],
    ['voidPending', record.voidPending && 'true'],
    ['voidRefusal', record.voidRefusal],
    ['lateResponse', record.late],
    ['conflicts', record.conflicts && `[${record.conflicts}]`],
    ['version', record.version],
    ['delivery', JSON.stringify(record.delivery)],
    ['retrySafe', record.retrySafe || undefined],
    ['timeline', JSON.stringify(timeline(record as unknown as Record<string, string>))],
  ];
  const present = members.filter(([, text]) => text !== undefined);
  return `{${present.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
}

/** The steps of a transaction's way, in the order in which they were taken. */
function timeline(fields: Record<string, string>): { event: string; at: string; instance: string }[] {
  return Object.entries(fields)
    .filter(([name]) => name.startsWith(STEP))
    .map(([name, text]) => {
      const [ms = '', instance = ''] = text.split(' ');
      return { event: name.slice(STEP.length), ms: Number(ms), instance };
    })
    .sort((a, b) => a.ms - b.ms)
    .map(({ event, ms, instance }) => ({ event, at: new Date(ms).toISOString(), instance }));
}

export function isoText(ms: string | undefined): string | undefined {
  return ms === undefined ? undefined : `"${new Date(Number(ms)).toISOString()}"`;
}
