import type { PaymentDetail } from '../api/views.js';
import type { Tone } from '../ui/index.js';

/** What the advice depends on. */
export type Case = Pick<
  PaymentDetail,
  | 'status'
  | 'delivery'
  | 'errorCode'
  | 'retrySafe'
  | 'attention'
  | 'isResolved'
  | 'lateResponse'
  | 'voidRefusal'
>;

/** Whether the customer's card may have been charged. */
export type Money = 'charged' | 'not-charged' | 'unknown' | 'taken-back' | 'open';

/** What may be done about the same purchase now. */
export type Retry = 'not-needed' | 'safe' | 'wait' | 'only-after-checking';

/** What a payment's state means for the people at the counter. */
export interface Advice {
  tone: Tone;
  headline: string;
  money: Money;
  retry: Retry;
  /** The retry verdict in words. */
  retryWords: string;
  /** In the order in which to do it. */
  next: readonly string[];
}

type Draft = Omit<Advice, 'retryWords'> & { retryWords?: string };

const RETRY_WORDS: Record<Retry, string> = {
  'not-needed': 'Not needed. Asking again with the same transaction id only gives this result once more.',
  safe: 'Safe: the customer can pay now. Use a new transaction id; the old one only gives this result once more.',
  wait: 'Wait: it is not over. Asking again with the same transaction id is harmless and sends nothing twice; a new id is refused while the terminal is occupied.',
  'only-after-checking':
    'Not yet: a second payment could charge the customer twice. Check first what became of this one.',
};

/** What to say and to do about a payment in this state. Resolved ones are what the operator has said they are. */
export function adviceFor(payment: Case): Advice {
  const draft = draftFor(payment);
  return { retryWords: RETRY_WORDS[draft.retry], ...draft };
}

function draftFor(payment: Case): Draft {
  if (payment.attention === 'conflict') return conflict(payment);
  switch (payment.status) {
    case 'PENDING':
      return pending(payment);
    case 'AWAITING_RECONNECT':
      return AWAITING;
    case 'COMPLETED':
      return payment.lateResponse === undefined ? PAID : PAID_LATE;
    case 'CANCELLED':
      return CANCELLED;
    case 'VOIDED':
      return VOIDED;
    case 'FAILED':
      return failed(payment);
  }
}

function pending({ delivery }: Case): Draft {
  const common = { tone: 'busy', money: 'open', retry: 'wait' } as const;
  switch (delivery) {
    case 'queued':
      return {
        ...common,
        headline: 'Waiting for the terminal’s connection',
        next: [
          'Wait a few seconds: it is handed over, or fails as not delivered, by itself.',
          'To stop it, cancel at the till. It has not been sent, so that is certain.',
        ],
      };
    case 'sent':
      return {
        ...common,
        headline: 'Sent to the terminal, not yet proven to be read',
        next: [
          'Look at the terminal: does it show the amount?',
          'If not, check its network. If its connection is dead, the gateway notices that within seconds.',
        ],
      };
    case 'received':
      return {
        ...common,
        headline: 'At the terminal: the customer’s turn',
        next: [
          'Let the customer finish at the terminal.',
          'To stop it, cancel at the till or at the terminal. The terminal decides whether it is still possible.',
        ],
      };
  }
}

const AWAITING: Draft = {
  tone: 'warn',
  headline: 'The terminal lost its connection in the middle of the payment',
  money: 'unknown',
  retry: 'wait',
  next: [
    'Bring the terminal back: check its power and its network. When it is back in time, the gateway asks it and goes on.',
    'Do not take the money another way yet: the terminal may be charging the card at this moment.',
    'When the time is over, the till is told that the payment failed. A charge that shows up later is taken back.',
  ],
};

const PAID: Draft = {
  tone: 'good',
  headline: 'Paid',
  money: 'charged',
  retry: 'not-needed',
  next: ['Hand over the goods. If the till does not show it, let it ask for this transaction id.'],
};

const PAID_LATE: Draft = {
  tone: 'warn',
  headline: 'Paid, but the answer came after the till had been told that it failed',
  money: 'charged',
  retry: 'not-needed',
  next: [
    'Check at the till whether the customer has paid the same purchase a second time. If so, refund one of the two.',
    'If not, the purchase is paid: book it as paid.',
  ],
};

const CANCELLED: Draft = {
  tone: 'off',
  headline: 'Cancelled: the card was not charged',
  money: 'not-charged',
  retry: 'safe',
  next: ['Nothing to put right. If the customer still wants to pay, start a new payment.'],
};

const VOIDED: Draft = {
  tone: 'warn',
  headline: 'Charged too late, and taken back by the terminal',
  money: 'taken-back',
  retry: 'safe',
  next: [
    'The purchase is not paid. If the customer left with the goods, ask for the money; else start a new payment.',
    'The customer may see a charge and its reversal on the statement for some days.',
  ],
};

function failed({ attention, errorCode = '', retrySafe, lateResponse, voidRefusal }: Case): Draft {
  if (attention === 'void-pending') return voidRefusal === undefined ? VOID_PENDING : VOID_REFUSED;
  if (retrySafe === true) return NOT_DELIVERED;
  if (!UNCERTAIN_WORDS.has(errorCode) && attention !== 'uncertain') return declined(errorCode);
  return lateResponse === undefined ? uncertain(errorCode) : TOLD_LATE;
}

const VOID_PENDING: Draft = {
  tone: 'bad',
  headline: 'Charged too late; the terminal has not taken it back yet',
  money: 'charged',
  retry: 'safe',
  retryWords:
    'Safe for the purchase, which the till counts as not paid: this charge is to be taken back. Use a new transaction id.',
  next: [
    'Bring the terminal online and leave it on: the gateway asks it again at every reconnect until it confirms.',
    'If the terminal is broken or gone, refund the charge with your acquirer and resolve this payment here.',
  ],
};

const VOID_REFUSED: Draft = {
  ...VOID_PENDING,
  headline: 'Charged too late, and the terminal refused to take it back',
  next: [
    'Read below why it refused. Refund the charge at the terminal or with your acquirer.',
    'Then resolve this payment here as refunded. The gateway still asks again when the terminal reconnects.',
  ],
};

const TOLD_LATE: Draft = {
  tone: 'off',
  headline: 'Not charged: the terminal said so later',
  money: 'not-charged',
  retry: 'safe',
  next: ['If the customer still wants to pay, start a new payment.'],
};

const NOT_DELIVERED: Draft = {
  tone: 'bad',
  headline: 'Never reached the terminal: the card was not charged',
  money: 'not-charged',
  retry: 'safe',
  next: [
    'Look for the terminal on the floor: is it online? Check its power and its network.',
    'Pay again, here or on another terminal.',
  ],
};

const LOST = 'The terminal was lost in the middle of it: nobody knows whether the card was charged';
/** By the error codes with which the gateway gives up a payment that the terminal may have. */
const UNCERTAIN_WORDS = new Map([
  ['TERMINAL_DISCONNECTED', LOST],
  [
    'NO_RESPONSE',
    'The terminal stayed connected but never answered: nobody knows whether the card was charged',
  ],
  ['NOT_DELIVERED', 'Handed over once, and then no more: nobody knows whether the card was charged'],
]);

function uncertain(errorCode: string): Draft {
  return {
    tone: 'bad',
    headline: UNCERTAIN_WORDS.get(errorCode) ?? LOST,
    money: 'unknown',
    retry: 'only-after-checking',
    next: [
      'Look at the terminal: its display, its last receipt, its journal. Or ask your acquirer.',
      'Bring the terminal back online: if it charged the card, it says so then, and the gateway has it taken back (or books it, where late results are delivered).',
      'Not charged: start a new payment. Charged: do not charge again.',
      'Write down here what you found out, so that nobody has to look again.',
    ],
  };
}

function declined(errorCode: string): Draft {
  return {
    tone: 'off',
    headline: `Declined${errorCode ? ` (${errorCode})` : ''}: the card was not charged`,
    money: 'not-charged',
    retry: 'safe',
    next: ['Ask the customer for another card or another way to pay, and start a new payment.'],
  };
}

function conflict({ status }: Case): Draft {
  return {
    tone: 'bad',
    headline: `The terminal has told two different outcomes; the first one counts (${status})`,
    money: 'unknown',
    retry: 'only-after-checking',
    next: [
      'Compare the outcomes below with the terminal’s journal and with your acquirer: which one is true?',
      status === 'COMPLETED'
        ? 'If the card was not charged, ask the customer for the money: the till counts this payment as paid.'
        : 'If the card was charged, refund it: the till counts this payment as not paid.',
      'Resolve this payment here with what you found out, and have the terminal’s software looked at.',
    ],
  };
}
