import { describe, expect, it } from 'vitest';
import {
  AckDto,
  CancelResponseDto,
  CreateEndpointDto,
  GetTerminalsDto,
  PaymentDto,
  PaymentProgressDto,
  PaymentRequestDto,
  PaymentResponseDto,
  RotateSecretDto,
  TransactionReferenceDto,
  UpdateEndpointDto,
  validateDto,
  VoidResponseDto,
} from '../../src/protocol/index.js';
import { clientComplaints, sharedComplaints } from '../support/document-schemas.js';

/*
 * The rules by which the gateway checks and the schemas made of them, on the same values: whatever one member is changed to,
 * both say the same.
 */

const PROBES: unknown[] = [
  ...[undefined, null, true, 0, 7, 0.5, '', 'x', 'EUR', 'CARD', 'SUCCESS', 'CANCELLED', 'TOO_LATE', '10.10'],
  ...['x'.repeat(64), 'x'.repeat(65), 'x'.repeat(128), '😀'.repeat(128), 'x'.repeat(129), 'x'.repeat(1_025)],
  ...[{}, { a: 1 }, [], ['x'], [{}], [{}, 1]],
  ...[
    ['payment.voided'],
    ['payment.voided', 'payment.voided'],
    ['payment.voided', 'x'],
    604_800,
    604_801,
    -1,
  ],
];

/** Where the two differ on purpose: `<DTO>.<member>` and for which values. */
const DIFFERENCES: Record<string, (value: unknown) => boolean> = {
  // Refused as missing before the DTO is asked.
  'payment.terminalId': (value) => value === '',
  // A number of a frame comes as its exact text, which the DTO alone is not given here.
  'paymentRequest.amount': (value) => Number.isFinite(value) && (value as number) > 0,
  'paymentResponse.amount': (value) => Number.isFinite(value) && (value as number) > 0,
  // The check takes arrays for objects; the contract names texts and objects.
  'paymentResponse.receiptData': Array.isArray,
};

type Good = [name: string, type: new () => object, good: object, complain: (value: object) => string[]];

const frame = (action: Parameters<typeof clientComplaints>[0]) => (value: object) =>
  clientComplaints(action, { action, ...value });
const transactionId = 'tx-1';
const payment = { transactionId, amount: '1', currency: 'EUR', paymentMethod: 'CARD' };

const DTOS: Good[] = [
  ['getTerminals', GetTerminalsDto, { includeOffline: true }, frame('getTerminals')],
  [
    'payment',
    PaymentDto,
    { terminalId: 'T' },
    (value) => clientComplaints('payment', { action: 'payment', paymentRequest: payment, ...value }),
  ],
  [
    'paymentRequest',
    PaymentRequestDto,
    { ...payment, products: [{}], customerInfo: {}, metadata: {} },
    (value) => sharedComplaints('PaymentRequest', value),
  ],
  [
    'paymentResponse',
    PaymentResponseDto,
    {
      ...{ ...payment, status: 'SUCCESS', authorizationCode: 'A', errorCode: 'E', errorMessage: 'M' },
      ...{ receiptData: 'R', timestamp: 'now', metadata: {} },
    },
    (value) => sharedComplaints('PaymentResponse', value),
  ],
  ['getTransaction', TransactionReferenceDto, { transactionId }, frame('getTransaction')],
  ['cancelPayment', TransactionReferenceDto, { transactionId }, frame('cancelPayment')],
  ['paymentUnknown', TransactionReferenceDto, { transactionId }, frame('paymentUnknown')],
  ['ack', AckDto, { eventId: 'e-1' }, frame('ack')],
  [
    'paymentProgress',
    PaymentProgressDto,
    { transactionId, stage: 'S', message: 'M' },
    frame('paymentProgress'),
  ],
  [
    'voidResponse',
    VoidResponseDto,
    { transactionId, status: 'FAILED', errorCode: 'E', errorMessage: 'M' },
    frame('voidResponse'),
  ],
  [
    'newEndpoint',
    CreateEndpointDto,
    { url: 'https://shop.example.com/', events: ['payment.failed'], description: 'D', metadata: {} },
    (value) => sharedComplaints('NewWebhookEndpoint', value),
  ],
  [
    'endpointChange',
    UpdateEndpointDto,
    {
      ...{ url: 'https://shop.example.com/', events: ['payment.failed'], description: 'D', metadata: {} },
      status: 'active',
    },
    (value) => sharedComplaints('WebhookEndpointChange', value),
  ],
  [
    'secretRotation',
    RotateSecretDto,
    { overlapSeconds: 60 },
    (value) => sharedComplaints('SecretRotation', value),
  ],
  ['cancelResponse', CancelResponseDto, { transactionId, status: 'TOO_LATE' }, frame('cancelResponse')],
];

describe.each(DTOS)('%s', (name, type, good, complain) => {
  it('is good as it is', () => {
    expect(complain(validateDto(type, good))).toEqual([]);
  });

  it.each(Object.keys(good))('%s is judged alike by the gateway and by the schema', (member) => {
    const unlike = PROBES.filter((probe) => {
      const value = { ...good, [member]: probe };
      return isTaken(type, value) !== (complain(value).length === 0);
    });
    expect(unlike).toEqual(PROBES.filter(DIFFERENCES[`${name}.${member}`] ?? (() => false)));
  });
});

function isTaken(type: new () => object, value: object): boolean {
  try {
    validateDto(type, value);
    return true;
  } catch {
    return false;
  }
}
