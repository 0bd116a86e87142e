import { describe, expect, it } from 'vitest';
import { frameEntry, noteEntry, type Direction } from './frame-entry.js';
import { HINTS, NOTHING_TRIED, tried } from './hints.js';
import { follow, isOpen, type Life, type Side } from './life.js';

const ID = 'order-1';
let at = 0;

type Step = [side: Side, direction: Exclude<Direction, 'note'>, frame: object];

const asked: Step = [
  'till',
  'out',
  {
    action: 'payment',
    terminalId: 'PLAYGROUND',
    paymentRequest: { transactionId: ID, amount: '12.30', currency: 'EUR' },
  },
];
const stage = (name: string): Step => [
  'till',
  'in',
  { action: 'paymentStatus', transactionId: ID, stage: name },
];
const atTerminal: Step = ['terminal', 'in', { action: 'payment', transactionId: ID }];
const answered: Step = [
  'terminal',
  'out',
  { action: 'paymentResponse', paymentResponse: { transactionId: ID, status: 'SUCCESS' } },
];
const complete = (status: string, more: object = {}, response: object = {}): Step => [
  'till',
  'in',
  { action: 'paymentComplete', transactionId: ID, status, paymentResponse: response, ...more },
];
const terminalIs = (status: string): Step => ['till', 'in', { action: 'terminalStatusUpdate', status }];

/** The life after these frames, 10 ms apart. */
function lifeOf(...steps: Step[]): Life {
  at = 0;
  let life: Life | undefined;
  for (const [side, direction, frame] of steps) {
    life = follow(life, side, frameEntry(direction, JSON.stringify(frame), (at += 10)));
  }
  return life!;
}

const incidents = (life: Life) => life.incidents.map(({ text }) => text);

describe('the life of a payment', () => {
  it('has every hop with its time', () => {
    const life = lifeOf(
      asked,
      stage('accepted'),
      atTerminal,
      stage('sent'),
      stage('received'),
      answered,
      complete('SUCCESS', {}, { authorizationCode: '123456' }),
    );
    expect(life).toMatchObject({
      transactionId: ID,
      amount: '12.30',
      currency: 'EUR',
      status: 'COMPLETED',
      detail: '123456',
      // What the terminal has got was sent, whatever the till is told of it later.
      steps: { asked: 10, accepted: 20, sent: 30, received: 50, result: 60, pushed: 70 },
    });
    expect(isOpen(life)).toBe(false);
  });

  it('has passed every step before one that is reached, but none before a push', () => {
    expect(lifeOf(asked, answered).steps).toEqual({
      asked: 10,
      accepted: 20,
      sent: 20,
      received: 20,
      result: 20,
    });
    expect(lifeOf(asked, complete('FAILED')).steps).toEqual({ asked: 10, pushed: 20 });
  });

  it('is not altered by frames of another payment', () => {
    const other = complete('FAILED', { transactionId: 'order-2' });
    expect(lifeOf(asked, other).status).toBe('PENDING');
  });

  it('waits for a terminal that is gone, and goes on when it is back', () => {
    const gone = lifeOf(asked, atTerminal, terminalIs('reconnecting'));
    expect(gone.status).toBe('AWAITING_RECONNECT');
    expect(isOpen(gone)).toBe(true);
    const back = lifeOf(asked, atTerminal, terminalIs('reconnecting'), terminalIs('connected'), [
      'terminal',
      'in',
      { action: 'paymentInquiry', transactionId: ID },
    ]);
    expect(back.status).toBe('PENDING');
    expect(incidents(back)).toEqual([
      'the terminal is gone; the gateway waits for it',
      'the terminal is back',
      'the gateway asks the terminal what became of it',
    ]);
  });

  it('is failed when the grace is over, and voided when the approval comes late', () => {
    const given = complete('FAILED', { retrySafe: false }, { errorCode: 'TERMINAL_DISCONNECTED' });
    const failed = lifeOf(asked, terminalIs('reconnecting'), given, terminalIs('connected'));
    expect(failed).toMatchObject({ status: 'FAILED', detail: 'TERMINAL_DISCONNECTED, retrySafe: false' });
    const voided = lifeOf(
      asked,
      terminalIs('reconnecting'),
      given,
      answered,
      ['terminal', 'in', { action: 'voidPayment', transactionId: ID }],
      ['terminal', 'out', { action: 'voidResponse', transactionId: ID, status: 'SUCCESS' }],
      ['till', 'in', { action: 'paymentVoided', transactionId: ID }],
    );
    expect(voided.status).toBe('VOIDED');
    expect(incidents(voided).at(-1)).toBe('the approval was voided at the terminal');
  });

  it('counts repetitions, which change nothing', () => {
    const life = lifeOf(asked, atTerminal, complete('SUCCESS'), asked, complete('SUCCESS'));
    expect(life).toMatchObject({
      asks: 2,
      handOvers: 1,
      status: 'COMPLETED',
      steps: { asked: 10, pushed: 30 },
    });
    expect(incidents(life)).toEqual(['the till sends the same request again', 'the result was told again']);
  });

  it('ends with a refusal of the payment, not with one of something else', () => {
    const refusal = (requestAction: string): Step => [
      'till',
      'in',
      { action: 'error', transactionId: ID, code: 'TERMINAL_OFFLINE', requestAction, retrySafe: true },
    ];
    const refused = lifeOf(asked, refusal('payment'));
    expect(refused).toMatchObject({ status: 'REFUSED', detail: 'TERMINAL_OFFLINE, safe to repeat' });
    expect(lifeOf(asked, refusal('cancelPayment')).status).toBe('PENDING');
    expect(lifeOf(asked, stage('accepted'), refusal('payment')).status).toBe('PENDING');
  });

  it('follows what the gateway says when it is asked', () => {
    const transaction = { transactionId: ID, status: 'CANCELLED' };
    const life = lifeOf(asked, ['till', 'in', { action: 'transactionResponse', transaction }]);
    expect(life.status).toBe('CANCELLED');
  });

  it('begins with a payment and with nothing else', () => {
    expect(follow(undefined, 'till', noteEntry('connected'))).toBeUndefined();
    expect(follow(undefined, 'till', frameEntry('in', '{"action":"paymentComplete"}'))).toBeUndefined();
    expect(follow(undefined, 'till', frameEntry('out', '{"action":"payment"}'))).toBeUndefined();
  });
});

describe('the first minute', () => {
  it('ticks off what was tried, and forgets none of it', () => {
    const paid = tried(NOTHING_TRIED, lifeOf(asked));
    expect(paid).toEqual({ hasPaid: true, hasApproved: false, hasLostTerminal: false });
    const approved = tried(paid, lifeOf(asked, complete('SUCCESS')));
    expect(approved.hasApproved).toBe(true);
    expect(tried(approved, undefined)).toBe(approved);
  });

  it('wants to see how a payment with a lost terminal ends', () => {
    const lost = terminalIs('reconnecting');
    expect(tried(NOTHING_TRIED, lifeOf(asked, lost)).hasLostTerminal).toBe(false);
    const back = lifeOf(asked, lost, terminalIs('connected'), complete('SUCCESS'));
    expect(tried(NOTHING_TRIED, back)).toEqual(Object.fromEntries(HINTS.map(({ key }) => [key, true])));
  });
});
