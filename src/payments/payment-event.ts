import { v5 as uuidv5 } from 'uuid';
import { memberTexts, type WebhookEventType } from '../protocol/index.js';
import { isoText, type TransactionRecord } from './transaction.js';

/**
 * Which of a transaction's events is due: its outcome, an outcome that corrected it later, its void, or that the wait for it
 * is over without one.
 */
export type EventKind = 'result' | 'late' | 'voided' | 'timeout';

/** One event of a payment, ready to be sent. The same event has the same id and the same text whoever makes it. */
export interface PaymentEvent {
  groupId: string;
  transactionId: string;
  eventType: WebhookEventType;
  eventId: string;
  /** The body of the webhook: JSON with `eventType`, `eventId`, `timestamp` and `data`. */
  body: string;
}

/** Name space of the ids of events that no push to a till has. */
const NAMESPACE = '5f3c2a4e-0d3b-5c59-9b5e-5d8a7c6c1e21';

const OUTCOME_EVENTS: Record<string, WebhookEventType> = {
  SUCCESS: 'payment.completed',
  FAILED: 'payment.failed',
  CANCELLED: 'payment.cancelled',
};

const OPTIONAL = ['authorizationCode', 'errorCode', 'errorMessage', 'receiptData'] as const;

/** The record's fields that only events need. */
type EventRecord = TransactionRecord & {
  webhooks?: string;
  firstPush?: string;
  timeoutAt?: string;
};

/** @returns undefined if there is nothing to tell: a result came in time, or the record is gone */
export function paymentEvent(
  groupId: string,
  transactionId: string,
  kind: EventKind,
  record: Record<string, string>,
): PaymentEvent | undefined {
  const known = record as unknown as EventRecord;
  const told = known.status === undefined ? undefined : facts(groupId, transactionId, kind, known);
  if (told === undefined) {
    return undefined;
  }
  const { eventType, eventId, timestamp, status, response, version } = told;
  const texts: [string, string | undefined][] = [
    ['transactionId', JSON.stringify(transactionId)],
    ['status', JSON.stringify(status)],
    ...(['amount', 'currency', 'paymentMethod'] as const).map((name): [string, string | undefined] => [
      name,
      response.get(name) ?? known[`request.${name}`],
    ]),
    ...OPTIONAL.map((name): [string, string | undefined] => [name, response.get(name)]),
    ['terminalId', JSON.stringify(known.deviceId || known.terminalId)],
    ['metadata', response.get('metadata') ?? known['request.metadata']],
    ['version', version],
  ];
  const data = texts.filter(([, text]) => text !== undefined).map(([name, text]) => `"${name}":${text}`);
  const head = `"eventType":"${eventType}","eventId":"${eventId}","timestamp":${timestamp}`;
  return { groupId, transactionId, eventType, eventId, body: `{${head},"data":{${data.join(',')}}}` };
}

interface Facts {
  eventType: WebhookEventType;
  eventId: string;
  /** ISO 8601, as JSON text. */
  timestamp: string;
  status: string;
  response: ReadonlyMap<string, string>;
  version: string;
}

function facts(
  groupId: string,
  transactionId: string,
  kind: EventKind,
  record: EventRecord,
): Facts | undefined {
  const ownId = () => uuidv5(`${kind}\n${groupId}\n${transactionId}\n${record.createdAt}`, NAMESPACE);
  switch (kind) {
    case 'result':
    case 'late': {
      const text = kind === 'result' ? (record.firstPush ?? record.push) : record.push;
      const push = memberTexts(text ?? '{}');
      const status = JSON.parse(push.get('status') ?? '""') as string;
      const eventType = OUTCOME_EVENTS[status];
      return (
        eventType && {
          eventType,
          eventId: JSON.parse(push.get('eventId')!) as string,
          timestamp: push.get('timestamp')!,
          status,
          response: memberTexts(push.get('paymentResponse')!),
          version: push.get('transactionVersion')!,
        }
      );
    }
    case 'voided':
      return {
        eventType: 'payment.voided',
        eventId: ownId(),
        timestamp: isoText(record.voidedAt)!,
        status: 'VOIDED',
        response: memberTexts(record.late ?? '{}'),
        version: record.version,
      };
    case 'timeout':
      return record.push === undefined
        ? {
            eventType: 'payment.timeout',
            eventId: ownId(),
            timestamp: isoText(record.timeoutAt)!,
            status: 'TIMEOUT',
            response: new Map(),
            version: record.version,
          }
        : undefined;
  }
}
