import { elementTexts, memberTexts, type Delivery, type TransactionStatus } from '../protocol/index.js';

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
  terminalKey: string;
  recipients: string;
  request: string;
  createdAt: string;
  updatedAt: string;
  completedAt?: string;
  push?: string;
  /** Of the response, cut to the length that lists show; '' if it has none. */
  errorCode?: string;
  /** The gateway's reason for giving it up; '' if the terminal has answered. */
  failure?: string;
  retrySafe?: string;
  late?: string;
  lateStatus?: string;
  conflicts?: string;
  /** '1' with conflicts, which may be long. */
  disputed?: string;
  voidPending?: string;
  voidRefusal?: string;
  voidedAt?: string;
  voidReason?: string;
  /** What an operator found out about it (JSON); clients do not see it. */
  resolution?: string;
  'step.cancelRefused'?: string;
  'request.amount'?: string;
  'request.currency'?: string;
  'request.paymentMethod'?: string;
  [requestMember: `request.${string}`]: string | undefined;
}

const STEP = 'step.';

/**
 * A transaction as clients see it, as a JSON text: amounts in it are never parsed.
 * @param record all fields of the hash
 */
export function transactionText(transactionId: string, record: TransactionRecord): string {
  const members: [string, string | undefined][] = [
    ['transactionId', JSON.stringify(transactionId)],
    ['status', JSON.stringify(record.status)],
    ['terminalId', JSON.stringify(record.deviceId || record.terminalId)],
    ['terminalDeviceId', record.deviceId ? JSON.stringify(record.deviceId) : undefined],
    ['request', record.request],
    ['response', responseText(record)],
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
    ['timeline', JSON.stringify(timeline(record).map((step) => ({ ...step, at: isoTime(step.at) })))],
  ];
  const present = members.filter(([, text]) => text !== undefined);
  return `{${present.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
}

/** The `paymentResponse` that stands, as JSON text; undefined while there is none. */
export function responseText({ push }: TransactionRecord): string | undefined {
  return push === undefined ? undefined : memberTexts(push).get('paymentResponse');
}

/** The responses that contradict it, each as JSON text. */
export function conflictTexts({ conflicts = '' }: TransactionRecord): string[] {
  return elementTexts(`[${conflicts}]`);
}

/** One step of a transaction's way; `at` in ms since the epoch. */
export interface Step {
  event: string;
  at: number;
  instance: string;
}

/** The steps of a transaction's way, in the order in which they were taken. */
export function timeline(record: TransactionRecord): Step[] {
  return Object.entries(record as unknown as Record<string, string>)
    .filter(([name]) => name.startsWith(STEP))
    .map(([name, text]) => {
      const [ms = '', instance = ''] = text.split(' ');
      return { event: name.slice(STEP.length), at: Number(ms), instance };
    })
    .sort((a, b) => a.at - b.at);
}

export function isoText(ms: string | undefined): string | undefined {
  return ms === undefined ? undefined : `"${isoTime(Number(ms))}"`;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
