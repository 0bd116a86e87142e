import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TransactionState } from '../api/views.js';
import { adviceFor, type Case, type Money, type Retry } from './advice.js';

const STATES: TransactionState[] = [
  'PENDING',
  'AWAITING_RECONNECT',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'VOIDED',
];
const LATE = '{"status":"SUCCESS"}';

const payment = (status: TransactionState, more: Partial<Case> = {}): Case => ({
  status,
  delivery: 'received',
  ...more,
});
const lost = (more: Partial<Case>) => payment('FAILED', { retrySafe: false, ...more });

describe('what to do about a payment', () => {
  const cases: [string, Case, Money, Retry, RegExp][] = [
    ['queued', payment('PENDING', { delivery: 'queued' }), 'open', 'wait', /Waiting for the terminal/],
    ['sent', payment('PENDING', { delivery: 'sent' }), 'open', 'wait', /not yet proven to be read/],
    ['at the terminal', payment('PENDING'), 'open', 'wait', /customer’s turn/],
    ['awaiting', payment('AWAITING_RECONNECT'), 'unknown', 'wait', /lost its connection/],
    ['paid', payment('COMPLETED'), 'charged', 'not-needed', /^Paid$/],
    ['paid late', payment('COMPLETED', { lateResponse: LATE }), 'charged', 'not-needed', /came after/],
    ['declined', lost({ errorCode: 'DECLINED' }), 'not-charged', 'safe', /^Declined \(DECLINED\)/],
    [
      'declined with any code',
      lost({ errorCode: 'constructor' }),
      'not-charged',
      'safe',
      /^Declined \(constructor\)/,
    ],
    ['declined without a code', lost({}), 'not-charged', 'safe', /^Declined:/],
    ['cancelled', payment('CANCELLED'), 'not-charged', 'safe', /Cancelled/],
    [
      'not delivered',
      payment('FAILED', { errorCode: 'NOT_DELIVERED', retrySafe: true, delivery: 'queued' }),
      'not-charged',
      'safe',
      /Never reached/,
    ],
    [
      'not delivered a second time',
      lost({ errorCode: 'NOT_DELIVERED' }),
      'unknown',
      'only-after-checking',
      /Handed over once/,
    ],
    [
      'terminal lost',
      lost({ errorCode: 'TERMINAL_DISCONNECTED', attention: 'uncertain' }),
      'unknown',
      'only-after-checking',
      /nobody knows/,
    ],
    [
      'no response',
      lost({ errorCode: 'NO_RESPONSE', attention: 'uncertain' }),
      'unknown',
      'only-after-checking',
      /never answered/,
    ],
    [
      'told later that it was not charged',
      lost({ errorCode: 'TERMINAL_DISCONNECTED', lateResponse: '{"status":"FAILED"}' }),
      'not-charged',
      'safe',
      /said so later/,
    ],
    [
      'to be voided',
      lost({ errorCode: 'TERMINAL_DISCONNECTED', attention: 'void-pending', lateResponse: LATE }),
      'charged',
      'safe',
      /has not taken it back yet/,
    ],
    [
      'void refused',
      lost({
        errorCode: 'NO_RESPONSE',
        attention: 'void-pending',
        lateResponse: LATE,
        voidRefusal: '{}',
      }),
      'charged',
      'safe',
      /refused to take it back/,
    ],
    ['voided', payment('VOIDED', { lateResponse: LATE }), 'taken-back', 'safe', /taken back/],
    [
      'two outcomes',
      payment('COMPLETED', { attention: 'conflict' }),
      'unknown',
      'only-after-checking',
      /two different outcomes/,
    ],
    [
      'two outcomes after a failure',
      lost({ errorCode: 'DECLINED', attention: 'conflict' }),
      'unknown',
      'only-after-checking',
      /two different outcomes/,
    ],
  ];

  it.each(cases)('%s', (_name, given, money, retry, headline) => {
    const advice = adviceFor(given);
    expect(advice).toMatchObject({ money, retry });
    expect(advice.headline).toMatch(headline);
  });

  it('always says something, and never that paying again is safe while the card may be charged', () => {
    const any = fc.record(
      {
        status: fc.constantFrom(...STATES),
        delivery: fc.constantFrom('queued', 'sent', 'received'),
        errorCode: fc.constantFrom('DECLINED', 'NOT_DELIVERED', 'TERMINAL_DISCONNECTED', 'NO_RESPONSE'),
        retrySafe: fc.boolean(),
        attention: fc.constantFrom('uncertain', 'void-pending', 'conflict'),
        lateResponse: fc.constant(LATE),
        voidRefusal: fc.constant('{}'),
      },
      { requiredKeys: ['status', 'delivery'] },
    );
    fc.assert(
      fc.property(any, (given) => {
        const { headline, retryWords, next, money, retry } = adviceFor(given);
        expect([headline, retryWords, ...next].every((words) => words.length > 10 || words === 'Paid')).toBe(
          true,
        );
        expect(next.length).toBeGreaterThan(0);
        if (money === 'unknown' || money === 'open') expect(['wait', 'only-after-checking']).toContain(retry);
      }),
    );
  });
});
