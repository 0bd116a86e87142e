import type { ErrorName } from '../../protocol/index.js';
import { ref, stamped } from '../schema.js';
import { parameters, type Operation } from './operation.js';
import { answer } from './responses.js';

const at = '2026-01-15T10:31:12.480Z';
const request = { transactionId: 'order-4711', amount: '10.10', currency: 'EUR', paymentMethod: 'CARD' };
const result = { ...request, status: 'SUCCESS', authorizationCode: 'A1B2C3' };

const PAY_ERRORS: readonly ErrorName[] = [
  'VALIDATION_FAILED',
  'NO_WEBHOOK_ENDPOINTS',
  'PAY_DESKTOP_ONLY',
  'GROUP_MISMATCH',
  'TERMINAL_NOT_FOUND',
  'TERMINAL_OFFLINE',
  'PAYMENT_IN_PROGRESS',
  'DUPLICATE_TRANSACTION',
  'REQUEST_OUTDATED',
  'TIMEOUT',
];

export const PAYMENT_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/terminals',
    operationId: 'listTerminals',
    tag: 'Terminals',
    summary: 'List the terminals of the group',
    description: 'The live terminals, and those that dropped and are still within their time to come back.',
    parameters: parameters('includeOffline'),
    responses: {
      200: answer('The terminals.', ref('TerminalList'), {
        terminals: [
          {
            connectionId: '0f-65cb674d-8d7e-4a63-9b0c-2f1f6c0e7a55',
            terminalId: 'TERM-001',
            deviceId: 'TERM-001',
            connectedAt: '2026-01-15T10:30:00.000Z',
            lastActivity: '2026-01-15T10:31:07.214Z',
            status: 'online',
            metadata: { label: 'Counter 1' },
          },
        ],
        count: 1,
        timestamp: at,
      }),
    },
    errors: ['HTTP_LIST_DESKTOP_ONLY'],
  },
  {
    method: 'post',
    path: '/v1/terminals/{terminalId}/payments',
    operationId: 'createPayment',
    tag: 'Payments',
    summary: 'Pay at a terminal',
    description:
      'Waits for the result, up to 90 s. The wait is bounded, the transaction is not: after a 504 the payment goes on, and ' +
      'its result is found with `getTransaction`. The same request again (same `transactionId`, terminal and content) never ' +
      'reaches the terminal twice: it waits for the same result, or gets it at once. With `webhookMode` the answer comes at ' +
      'once and the result goes to the webhook endpoints.',
    parameters: parameters('terminalId', 'wait', 'prefer'),
    body: { schema: ref('HttpPaymentRequest'), example: { ...request, metadata: { order: 4711 } } },
    responses: {
      200: answer('The payment is final.', ref('PaymentAnswer'), {
        transactionId: 'order-4711',
        status: 'SUCCESS',
        paymentResponse: { ...result, metadata: { order: 4711 } },
        eventId: '01a2030c-fc44-7003-8f4e-5d1f6f0e2b11',
        transactionVersion: 4,
        timestamp: at,
      }),
      202: answer('With `webhookMode`: the payment is under way.', ref('PaymentUnderWay'), {
        transactionId: 'order-4711',
        status: 'PENDING',
        timestamp: at,
      }),
    },
    errors: PAY_ERRORS,
  },
  {
    method: 'get',
    path: '/v1/transactions/{transactionId}',
    operationId: 'getTransaction',
    tag: 'Transactions',
    summary: 'Look at a transaction',
    description:
      'With `wait` the answer comes when the transaction is final, or with `sinceVersion` when it has a later version; at the ' +
      'end of the wait it comes as it is, with 200. A client behind a proxy with short timeouts resumes like this.',
    parameters: parameters('transactionId', 'wait', 'prefer', 'sinceVersion'),
    responses: {
      200: answer('The transaction.', stamped('Transaction'), {
        transactionId: 'order-4711',
        status: 'COMPLETED',
        terminalId: 'TERM-001',
        terminalDeviceId: 'TERM-001',
        request,
        response: result,
        createdAt: '2026-01-15T10:31:09.113Z',
        updatedAt: at,
        completedAt: at,
        version: 4,
        delivery: 'received',
        timeline: [
          { event: 'accepted', at: '2026-01-15T10:31:09.113Z', instance: 'gateway-1' },
          { event: 'result', at, instance: 'gateway-2' },
        ],
        timestamp: '2026-01-15T10:31:12.502Z',
      }),
    },
    errors: ['VALIDATION_FAILED', 'HTTP_DESKTOP_ONLY', 'TRANSACTION_NOT_FOUND'],
  },
  {
    method: 'post',
    path: '/v1/transactions/{transactionId}/cancel',
    operationId: 'cancelTransaction',
    tag: 'Transactions',
    summary: 'Cancel a payment',
    description:
      'Answers within CANCEL_TIMEOUT_MS, whatever happens, and with 200 whatever came of it. A payment that was not handed to ' +
      'the terminal is cancelled for certain; otherwise the terminal decides.',
    parameters: parameters('transactionId'),
    responses: {
      200: answer('What became of it.', ref('CancelAnswer'), {
        transactionId: 'order-4711',
        status: 'CANCELLED',
        timestamp: at,
      }),
    },
    errors: ['VALIDATION_FAILED', 'HTTP_DESKTOP_ONLY', 'TRANSACTION_NOT_FOUND'],
  },
];
