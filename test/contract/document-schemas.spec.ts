import { describe, expect, it } from 'vitest';
import { paymentEvent, type EventKind } from '../../src/payments/payment-event.js';
import { transactionText, type TransactionRecord } from '../../src/payments/transaction.js';
import {
  asRecovered,
  cancelPaymentFrame,
  cancelResponseFrame,
  ClientAction,
  errorFrame,
  ERRORS,
  forceDisconnectFrame,
  GatewayError,
  paymentCompleteHalves,
  paymentFrame,
  paymentInquiryFrame,
  paymentResponseAckFrame,
  paymentStatusStart,
  paymentVoidedHalves,
  pongFrame,
  ServerAction,
  terminalsResponseFrame,
  terminalStatusFrame,
  transactionResponseFrame,
  voidPaymentHalves,
  type ErrorName,
} from '../../src/protocol/index.js';
import { clientComplaints, serverComplaints, sharedComplaints } from '../support/document-schemas.js';
import { built, longText, type OutboundGolden } from './frame-builders.js';
import amounts from './frames/amounts.json' with { type: 'json' };
import anyFrame from './frames/any-frame.json' with { type: 'json' };
import lookups from './frames/lookups.json' with { type: 'json' };
import outbound from './frames/outbound.json' with { type: 'json' };
import paymentResponses from './frames/payment-response.json' with { type: 'json' };
import payments from './frames/payment.json' with { type: 'json' };
import sameRequest from './frames/same-request.json' with { type: 'json' };

/*
 * The schemas of the documents against the golden frames: what the contract tests hold to be good a schema must take, and what
 * the gateway refuses for its shape a schema must refuse. Exceptions are what no schema can say, by name.
 */

type ClientActionName = keyof typeof ClientAction;

interface Golden {
  name: string;
  text?: string;
  hex?: string;
  frame?: object;
  binary?: boolean;
  action?: string;
  error?: string;
  order?: object;
  answer?: object;
  read?: object;
}

interface Case {
  name: string;
  frame: unknown;
  isGood: boolean;
}

const CLIENT_ACTIONS = Object.values(ClientAction);

/** No schema compares two members. */
const BEYOND_SCHEMAS = ['two transactionIds'];

/** As binary floats they equal the largest good amount, 999999999999999.9999. */
const AMOUNTS_BEYOND_SCHEMAS = ['1000000000000000', '1e15'];

describe('the schema of a message from a client', () => {
  const groups: [ClientActionName, Golden[]][] = [
    ['payment', payments],
    ['paymentResponse', paymentResponses],
    ['paymentComplete', asAlias(paymentResponses)],
    ['getTerminals', lookups.getTerminals],
    ['getTransaction', lookups.getTransaction],
    ['cancelPayment', lookups.getTransaction],
    ['paymentUnknown', lookups.getTransaction],
  ];

  describe.each(groups)('%s', (action, goldens) => {
    it.each(cases(action, goldens).filter(({ isGood }) => isGood))('takes: $name', ({ frame }) => {
      expect(clientComplaints(action, frame)).toEqual([]);
    });

    it.each(cases(action, goldens).filter(({ isGood }) => !isGood))('refuses: $name', ({ name, frame }) => {
      const isBeyond = BEYOND_SCHEMAS.includes(name);
      expect(clientComplaints(action, frame).length > 0).toBe(!isBeyond);
    });
  });

  it.each(amounts.good)('takes the amount %s', (amount) => {
    expect(clientComplaints('payment', paymentOf(amount))).toEqual([]);
  });

  it.each(amounts.bad)('refuses the amount %s', (amount) => {
    const isBeyond = AMOUNTS_BEYOND_SCHEMAS.includes(amount);
    expect(clientComplaints('payment', paymentOf(amount)).length > 0).toBe(!isBeyond);
  });

  it('takes every request that is compared with another', () => {
    const texts = [sameRequest.base, ...sameRequest.same, ...sameRequest.different];
    expect(texts.flatMap((request) => sharedComplaints('PaymentRequest', JSON.parse(request)))).toEqual([]);
  });

  it('refuses a receipt above 64 KiB', () => {
    const withReceipt = (receiptData: unknown) => ({
      action: 'paymentResponse',
      transactionId: 't',
      paymentResponse: { status: 'SUCCESS', receiptData },
    });
    expect(clientComplaints('paymentResponse', withReceipt('x'.repeat(65_536)))).toEqual([]);
    expect(clientComplaints('paymentResponse', withReceipt('x'.repeat(65_537)))).not.toEqual([]);
  });

  it('is there for every action, and refuses every other', () => {
    for (const action of CLIENT_ACTIONS) {
      expect(clientComplaints(action, { action: 'fly' }), action).toContain(
        '/action must be equal to constant',
      );
    }
  });
});

describe('any frame', () => {
  const isJson = ({ text, hex, binary }: Golden) => hex === undefined && !binary && canParse(text ?? '');
  const known = (anyFrame as Golden[]).filter(isJson);

  it.each(known.filter(({ action }) => action === 'ping'))('takes: $name', (golden) => {
    expect(clientComplaints('ping', frameOf(golden, 'ping'))).toEqual([]);
  });

  /** Schemas know no depth. */
  const refused = known.filter(({ error, name }) => error !== undefined && name !== 'depth 65');
  it.each(refused)('no schema takes: $name', (golden) => {
    const takers = CLIENT_ACTIONS.filter(
      (action) => clientComplaints(action, frameOf(golden, action)).length === 0,
    );
    expect(takers).toEqual([]);
  });
});

describe('the schema of a message to a client', () => {
  /** What these frames lack on purpose: they show that texts travel through unaltered, and are no whole messages. */
  const FRAGMENTS: Record<string, string[]> = {
    'payment, the request byte for byte': [
      '/paymentRequest/currency is missing',
      '/paymentRequest/paymentMethod is missing',
    ],
    'paymentComplete: approved': missingInResponse(),
    'paymentComplete: failed, safe to repeat': missingInResponse(),
    'any push sent again after its receiver was away': [
      ...['transactionId', 'terminalId', 'timestamp', 'groupId', 'version', 'status', 'paymentResponse'].map(
        (member) => `/${member} is missing`,
      ),
    ],
    'transactionResponse, the record byte for byte': [
      ...['status', 'terminalId', 'createdAt', 'updatedAt', 'version', 'delivery', 'timeline'].map(
        (member) => `/transaction/${member} is missing`,
      ),
      '/transaction/request/transactionId is missing',
      '/transaction/request/currency is missing',
      '/transaction/request/paymentMethod is missing',
    ],
  };

  it.each(outbound as OutboundGolden[])('takes: $name', (golden) => {
    const frame = JSON.parse(built(golden)) as { action: keyof typeof ServerAction };
    expect(serverComplaints(frame.action, frame).sort()).toEqual([...(FRAGMENTS[golden.name] ?? [])].sort());
  });

  it('takes what every builder makes, for every action', () => {
    const frames = wholeFrames().map((text) => JSON.parse(text) as { action: keyof typeof ServerAction });
    for (const frame of frames) {
      expect(serverComplaints(frame.action, frame), JSON.stringify(frame)).toEqual([]);
    }
    expect([...new Set(frames.map(({ action }) => action))].sort()).toEqual(
      Object.values(ServerAction).sort(),
    );
  });

  it('refuses a frame that lacks a member', () => {
    for (const text of wholeFrames()) {
      const { timestamp: _, ...frame } = JSON.parse(text) as { timestamp: string; action: 'pong' };
      expect(serverComplaints(frame.action, frame)).not.toEqual([]);
    }
  });

  it('tells the three kinds of status updates apart', () => {
    const terminal = { groupId: 'shop', deviceId: 'TERM-001', connectionId: 'c1' };
    const { status: _, ...connected } = JSON.parse(terminalStatusFrame('connected', terminal, 1));
    const { deviceId: _id, ...dropped } = JSON.parse(terminalStatusFrame('reconnecting', terminal));
    for (const frame of [
      { ...connected, status: 'disconnected' },
      { ...dropped, status: 'connected' },
      dropped,
    ]) {
      expect(serverComplaints('terminalStatusUpdate', frame)).not.toEqual([]);
    }
  });
});

describe('the schema of an error', () => {
  it.each(Object.keys(ERRORS) as ErrorName[])('takes %s', (name) => {
    const error = new GatewayError(name);
    expect(sharedComplaints('Error', error.toBody())).toEqual([]);
    expect(sharedComplaints('Error', error.toHttpBody())).toEqual([]);
    expect(serverComplaints('error', JSON.parse(errorFrame(error.toBody())))).toEqual([]);
  });

  it('refuses a code that is not in the catalogue', () => {
    const body = { ...new GatewayError('TIMEOUT').toBody(), code: 'TEAPOT' };
    expect(sharedComplaints('Error', body)).not.toEqual([]);
  });
});

describe('the schema of a transaction', () => {
  it.each(['PENDING', 'COMPLETED', 'VOIDED'] as const)('takes one that is %s', (status) => {
    const record = {
      ...RECORD,
      ...(status !== 'PENDING' && FINAL),
      ...(status === 'VOIDED' && VOIDED),
      status,
    };
    expect(sharedComplaints('Transaction', JSON.parse(transactionText('tx-1', record)))).toEqual([]);
  });
});

describe('the schema of a webhook event', () => {
  it.each(['result', 'late', 'voided', 'timeout'] as EventKind[])('takes: %s', (kind) => {
    const asked = {
      'request.amount': '10.10',
      'request.currency': '"EUR"',
      'request.paymentMethod': '"CARD"',
    };
    const record = {
      ...RECORD,
      ...asked,
      timeoutAt: RECORD.updatedAt,
      ...(kind !== 'timeout' && { ...FINAL, ...VOIDED }),
    };
    const { body } = paymentEvent('shop', 'tx-1', kind, record)!;
    expect(sharedComplaints('WebhookEvent', JSON.parse(body))).toEqual([]);
  });
});

const REQUEST = '{"transactionId":"tx-1","amount":10.10,"currency":"EUR","paymentMethod":"CARD"}';
const RESPONSE =
  '{"transactionId":"tx-1","status":"SUCCESS","amount":10.10,"currency":"EUR","paymentMethod":"CARD","errorCode":null}';
const PUSH = completeFrame();
const RECORD = {
  status: 'PENDING',
  version: '3',
  delivery: 'sent',
  terminalId: 'TERM-001',
  deviceId: 'TERM-001',
  terminalKey: 't1',
  recipients: 'pos',
  request: REQUEST,
  createdAt: '1768473069113',
  updatedAt: '1768473069118',
  'step.accepted': '1768473069113 gateway-1',
} satisfies TransactionRecord & Record<`step.${string}`, string>;
const FINAL = {
  push: PUSH,
  completedAt: '1768473072480',
  retrySafe: 'false',
  conflicts: `${RESPONSE},${RESPONSE}`,
};
const VOIDED = {
  late: RESPONSE,
  voidPending: '1',
  voidRefusal: '{"errorCode":"E1"}',
  voidedAt: '1768473072480',
  voidReason: 'LATE_RECONNECTION',
};

/** One whole frame at least of every action. */
function wholeFrames(): string[] {
  const payment = { transactionId: 'tx-1', terminalId: 'TERM-001', groupId: 'shop' };
  const [voidBefore, voidAfter] = voidPaymentHalves(payment);
  const [voidedBefore, voidedAfter] = paymentVoidedHalves(payment, 'TERM-001', 'e-2');
  const voided = `${voidedBefore}${RESPONSE}${voidedAfter}5}`;
  return [
    pongFrame(),
    paymentResponseAckFrame('tx-1'),
    forceDisconnectFrame('SERVER_SHUTDOWN'),
    longText(terminalsResponseFrame({ rows: Buffer.from('[]'), count: 0 })),
    terminalStatusFrame('disconnected', { groupId: 'shop', connectionId: 'c1' }),
    paymentFrame(
      { requestText: REQUEST, ...payment },
      { groupId: 'shop', timestamp: new Date().toISOString() },
    ),
    completeFrame(),
    asRecovered(completeFrame()),
    paymentInquiryFrame(payment),
    cancelPaymentFrame(payment),
    cancelResponseFrame('tx-1', 'UNKNOWN'),
    `${voidBefore}${RESPONSE}${voidAfter}`,
    voided,
    asRecovered(voided),
    `${paymentStatusStart(payment, 'WAITING_FOR_CARD', 'Please present your card')}2}`,
    `${paymentStatusStart(payment, 'sent')}2}`,
    transactionResponseFrame(transactionText('tx-1', { ...RECORD, ...FINAL, ...VOIDED, status: 'VOIDED' })),
    errorFrame(new GatewayError('RATE_LIMITED', { retryAfterMs: 5 }).toBody()),
  ];
}

function completeFrame(): string {
  const payment = { transactionId: 'tx-1', terminalId: 'TERM-001', groupId: 'shop' };
  const timestamp = '2026-01-15T10:30:00.000Z';
  const [before, after] = paymentCompleteHalves(payment, {
    status: 'SUCCESS',
    eventId: 'e-1',
    timestamp,
    retrySafe: false,
    late: true,
  });
  return `${before}${RESPONSE}${after}4}`;
}

function missingInResponse(): string[] {
  return ['transactionId', 'amount', 'currency', 'paymentMethod'].map(
    (member) => `/paymentResponse/${member} is missing`,
  );
}

function cases(action: string, goldens: Golden[]): Case[] {
  return goldens.map((golden) => ({
    name: golden.name,
    frame: frameOf(golden, action),
    isGood: (golden.order ?? golden.answer ?? golden.read) !== undefined,
  }));
}

function frameOf({ text, frame }: Golden, action: string): unknown {
  return text === undefined ? { action, ...frame } : JSON.parse(nested(text));
}

function asAlias(goldens: Golden[]): Golden[] {
  return goldens.map(({ text, ...golden }) => ({
    ...golden,
    ...(text !== undefined && {
      text: text.replace('"action":"paymentResponse"', '"action":"paymentComplete"'),
    }),
  }));
}

function paymentOf(amount: string): unknown {
  const request = `{"transactionId":"t","amount":${amount},"currency":"EUR","paymentMethod":"CARD"}`;
  return JSON.parse(`{"action":"payment","terminalId":"T","paymentRequest":${request}}`);
}

function canParse(text: string): boolean {
  try {
    JSON.parse(nested(text));
    return true;
  } catch {
    return false;
  }
}

/** `@[n]` stands for n nested arrays. */
function nested(text: string): string {
  return text.replace(/@\[(\d+)\]/, (_, n: string) => '['.repeat(+n) + ']'.repeat(+n));
}
